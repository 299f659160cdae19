//! Any JSON value, as its text: what an API says besides what the explainer knows.
//!
//! Serde reads and writes it as the value, not as a string, in any self-describing format.

use alloc::string::String;

/// One JSON value, in strict JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(pub String);

#[cfg(feature = "serde")]
mod wire {
    use core::fmt;

    use serde::{
        Deserialize, Deserializer, Serialize, Serializer,
        de::{Error, MapAccess, SeqAccess, Visitor},
        ser::{SerializeMap, SerializeSeq},
    };

    use super::{Json, String};
    use crate::syntax::{
        json::{self, Kind, Node},
        write::Writer,
    };
    use alloc::string::ToString;

    struct Of<'d>(Node<'d>);

    impl Serialize for Json {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Of(json::parse(&self.0).root()).serialize(serializer)
        }
    }

    impl Serialize for Of<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let node = self.0;
            match node.kind() {
                Kind::Missing | Kind::Null => serializer.serialize_unit(),
                Kind::True => serializer.serialize_bool(true),
                Kind::False => serializer.serialize_bool(false),
                Kind::Number => match (node.word().parse::<i64>(), node.word().parse::<f64>()) {
                    (Ok(whole), _) => serializer.serialize_i64(whole),
                    (_, Ok(number)) => serializer.serialize_f64(number),
                    // What the reader takes for a number is one.
                    _ => serializer.serialize_unit(),
                },
                Kind::String => serializer.serialize_str(node.text()),
                Kind::Array => {
                    let mut list = serializer.serialize_seq(None)?;
                    for child in node.children() {
                        list.serialize_element(&Of(child))?;
                    }
                    list.end()
                }
                Kind::Object => {
                    let mut map = serializer.serialize_map(None)?;
                    for child in node.children() {
                        map.serialize_entry(child.key(), &Of(child))?;
                    }
                    map.end()
                }
            }
        }
    }

    impl<'de> Deserialize<'de> for Json {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Value)
        }
    }

    struct Value;

    impl<'de> Visitor<'de> for Value {
        type Value = Json;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON value")
        }

        fn visit_unit<E: Error>(self) -> Result<Json, E> {
            Ok(Json("null".into()))
        }

        fn visit_none<E: Error>(self) -> Result<Json, E> {
            self.visit_unit()
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
            Ok(Json(value.to_string()))
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
            Ok(Json(value.to_string()))
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
            Ok(Json(value.to_string()))
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
            // As in `JSON.stringify`.
            Ok(Json(if value.is_finite() { value.to_string() } else { "null".into() }))
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
            let mut out = Writer::default();
            out.string(value);
            Ok(Json(out.out))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
            let mut out = String::from("[");
            while let Some(Json(element)) = list.next_element()? {
                comma(&mut out);
                out.push_str(&element);
            }
            out.push_str("]");
            Ok(Json(out))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
            let mut out = Writer::default();
            out.open('{');
            while let Some((name, Json(value))) = map.next_entry::<String, Json>()? {
                out.key(&name);
                out.out.push_str(&value);
            }
            out.close('}');
            Ok(Json(out.out))
        }
    }

    fn comma(out: &mut String) {
        if out.len() > 1 {
            out.push_str(",");
        }
    }
}
