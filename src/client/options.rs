//! Hands a caller's options object to the core, leaf by leaf, read by `serde-wasm-bindgen`.
//!
//! The core knows the schema; this knows JavaScript's values. Only what the core asks for is walked, so an object that
//! holds itself, or is huge, ends the walk where it leaves the schema. To serde, functions, symbols and iterables are errors
//! and null is undefined; the core words what it expects instead, so each value is looked at before serde takes it apart.

use alloc::string::String;
use core::fmt;

use js_sys::{Array, Object};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_wasm_bindgen::preserve;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use crate::{
    policy::Policy,
    syntax::{
        number,
        value::{Next, OptionError, Value},
    },
};

/// Returns `policy` with `options` over it: a plain object of the type `PolicyOptions`.
///
/// # Errors
/// The path of the first invalid option, and what was expected there.
pub fn read_options(policy: Policy, options: JsValue) -> Result<Policy, OptionError> {
    let mut walk = Walk { policy, path: String::new(), error: None };
    let read = Leaf(&mut walk).deserialize(serde_wasm_bindgen::Deserializer::from(options));
    match (read, walk.error) {
        (_, Some(error)) => Err(error),
        (Err(_), None) => Err(OptionError { field: walk.path, expected: "options that can be read" }),
        (Ok(()), None) => walk.policy.check().map(|()| walk.policy),
    }
}

#[wasm_bindgen]
extern "C" {
    // A getter that throws would unwind through the reader of the members: they are read here first.
    #[wasm_bindgen(js_namespace = Object, js_name = assign, catch)]
    fn copy(target: Object, source: &JsValue) -> Result<JsValue, JsValue>;
}

struct Walk {
    policy: Policy,
    /// Where the walk stands: `retry.statuses.0`.
    path: String,
    error: Option<OptionError>,
}

impl Walk {
    fn set(&mut self, value: Value<'_>) -> Result<Next, OptionError> {
        let next = self.policy.set(&self.path, value)?;
        let expected = match value {
            Value::Function => "undefined: the client in Rust takes no callbacks",
            Value::Object if self.path == "host" => "undefined: the client in Rust has the host's clock and timers",
            _ => return Ok(next),
        };
        Err(OptionError { field: self.path.clone(), expected })
    }

    fn refuse<E: Error>(&mut self, error: OptionError) -> E {
        self.error = Some(error);
        E::custom("a bad option")
    }

    // Reads a member by `read`, with its name on the path.
    fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let result = read(self);
        self.path.truncate(outer);
        result
    }
}

/// What stands at the walk's path.
struct Leaf<'w>(&'w mut Walk);

impl<'de> DeserializeSeed<'de> for Leaf<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let value: JsValue = preserve::deserialize(deserializer)?;
        if value.is_undefined() {
            return Ok(());
        }
        let is_array = Array::is_array(&value);
        let text = value.as_string();
        let leaf = if let Some(flag) = value.as_bool() {
            Value::Flag(flag)
        } else if let Some(number) = value.as_f64() {
            Value::Number(number)
        } else if let Some(text) = &text {
            Value::Text(text)
        } else if value.is_function() {
            Value::Function
        } else if is_array {
            Value::List(value.unchecked_ref::<Array>().length() as usize)
        } else if value.is_object() {
            Value::Object
        } else {
            Value::Other
        };
        match self.0.set(leaf) {
            Ok(Next::Leave) => return Ok(()),
            Ok(Next::Walk) => {}
            Err(error) => return Err(self.0.refuse(error)),
        }
        let Ok(members) = copy(if is_array { Array::new().into() } else { Object::new() }, &value) else {
            let field = self.0.path.clone();
            return Err(self.0.refuse(OptionError { field, expected: "members that can be read" }));
        };
        let members = serde_wasm_bindgen::Deserializer::from(members);
        let walked = if is_array { members.deserialize_seq(self) } else { members.deserialize_map(self) };
        walked.map_err(D::Error::custom)
    }
}

impl<'de> Visitor<'de> for Leaf<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("options")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut name = String::new();
        for index in 0_u64.. {
            name.clear();
            number::push(&mut name, index);
            if self.0.within(&name, |walk| members.next_element_seed(Leaf(walk)))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            self.0.within(&name, |walk| members.next_value_seed(Leaf(walk)))?;
        }
        Ok(())
    }
}
