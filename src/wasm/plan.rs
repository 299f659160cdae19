//! The options of a policy on their way in from JavaScript.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    policy::Policy,
    syntax::{
        value::{Next, OptionError, Value},
        write::Writer,
    },
};

/// Options on their way in: one leaf at a time, then `check`.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Plan {
    pub(super) policy: Policy,
    error: String,
}

#[wasm_bindgen]
impl Plan {
    /// Empty options.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy, to which more can be said.
    pub fn fork(&self) -> Self {
        Self { policy: self.policy.clone(), error: String::new() }
    }

    /// Takes the leaf at `path`. `kind`: b(oolean), f(unction), l(ist), n(umber), o(bject), s(tring), or anything else.
    /// 1: hand over its members too; 0: go on; -1: it is bad, see `error`.
    pub fn set(&mut self, path: &str, kind: char, number: f64, text: &str) -> i32 {
        let value = match kind {
            'b' => Value::Flag(number != 0.0),
            'f' => Value::Function,
            'l' => Value::List(number as usize),
            'n' => Value::Number(number),
            'o' => Value::Object,
            's' => Value::Text(text),
            _ => Value::Other,
        };
        match self.policy.set(path, value) {
            Ok(Next::Walk) => 1,
            Ok(Next::Leave) => 0,
            Err(error) => self.refuse(&error),
        }
    }

    /// After the last leaf: 0, or -1 if something is missing, see `error`.
    pub fn check(&mut self) -> i32 {
        self.policy.check().map_or_else(|error| self.refuse(&error), |()| 0)
    }

    /// The names of headers that own dialects name, in lower case, one a line: of a response, wanted beside `names(1)`.
    pub fn dialects(&self) -> String {
        self.policy.dialects()
    }

    /// The bad option, as JSON: its path as `field`, what was `expected` there, and the `message`.
    pub fn error(&self) -> String {
        self.error.clone()
    }

    fn refuse(&mut self, error: &OptionError) -> i32 {
        let mut json = Writer::default();
        json.open('{');
        json.text("field", Some(&error.field));
        json.text("expected", Some(error.expected));
        json.text("message", Some(&error.message()));
        json.close('}');
        self.error = json.out;
        -1
    }
}
