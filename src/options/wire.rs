//! What of the options is written otherwise than Rust has it: `false` for off, milliseconds for durations.

use alloc::string::String;
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::options::{IdempotencyKey, Switch};

/// `false` or `"auto"`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    Flag(bool),
    Word(String),
}

impl From<IdempotencyKey> for Key {
    fn from(key: IdempotencyKey) -> Self {
        match key {
            IdempotencyKey::Off => Self::Flag(false),
            IdempotencyKey::Auto => Self::Word("auto".into()),
        }
    }
}

impl TryFrom<Key> for IdempotencyKey {
    type Error = &'static str;

    fn try_from(key: Key) -> Result<Self, Self::Error> {
        match key {
            Key::Flag(false) => Ok(Self::Off),
            Key::Word(word) if word == "auto" => Ok(Self::Auto),
            _ => Err("expected false or \"auto\""),
        }
    }
}

impl<T: Serialize> Serialize for Switch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_bool(false),
            Self::On(options) => options.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Switch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SwitchOf(PhantomData))
    }
}

struct SwitchOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SwitchOf<T> {
    type Value = Switch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("false or an object")
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Switch<T>, E> {
        if on { Err(E::invalid_value(serde::de::Unexpected::Bool(on), &self)) } else { Ok(Switch::Off) }
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Switch<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Switch::On)
    }
}

/// Durations as numbers of milliseconds, where there is one.
pub mod millis {
    use core::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[allow(clippy::ref_option, reason = "serde's signature")]
    pub fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        duration.map(|duration| duration.as_secs_f64() * 1000.0).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let Some(ms) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
        if ms.is_nan() || ms < 0.0 {
            return Err(D::Error::custom("expected a number of milliseconds, 0 or more"));
        }
        Ok(Some(Duration::try_from_secs_f64(ms / 1000.0).unwrap_or(Duration::MAX)))
    }
}
