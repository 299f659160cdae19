//! The reader of JSON against `serde_json`: they agree on what is JSON, and on what it holds.

use fetch_with_policy::syntax::json::{self, End, Kind, Node};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Fragments that texts are made of and broken with: all bytes that mean something in JSON, and many that may not stand there.
const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "/",
    " ",
    "\t",
    "\r",
    "\n",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "\u{a0}",
    "é",
    "😀",
    "\u{2028}",
    "null",
    "true",
    "false",
    "nul",
    "NaN",
    "0",
    "-",
    "-0",
    "1",
    "12",
    "01",
    ".",
    ".5",
    "e",
    "E+",
    "1e3",
    "2.50",
    "a",
    "b",
    "n",
    "u",
    "x",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\b",
    "\\f",
    "\\r",
    "\\t",
    "\\x41",
    "\\u",
    "\\u12",
    "\\u0041",
    "\\u00e9",
    "\\u0000",
    "\\ud83d",
    "\\ude00",
    "\\ud83d\\ude00",
    "\\ud83d\\u0041",
    "\\ud83d\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "\"a\"",
    "\"b\":",
    "'a'",
    "//",
];

fn fragment() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(FRAGMENTS)
}

fn value() -> impl Strategy<Value = Value> {
    let text = || proptest::collection::vec(fragment(), 0..4).prop_map(|parts| parts.concat());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e12..1e12).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A text of JSON, with edits: at a place (in thousandths of the text) some bytes are taken out and a fragment is put in.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (0..1000_usize, 0..3_usize, prop_oneof![Just(""), fragment()]);
    (value(), any::<bool>(), proptest::collection::vec(edit, 0..3)).prop_map(|(value, pretty, edits)| {
        let mut text =
            if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        for (place, removed, put) in edits {
            let from = text.floor_char_boundary(text.len() * place / 1000);
            let to = text.ceil_char_boundary((from + removed).min(text.len()));
            text.replace_range(from..to, put);
        }
        text
    })
}

fn agree(text: &str) {
    let document = json::parse(text);
    // What is deeper or longer than is read, and a mark that serde_json does not pass over.
    if document.end() == End::Capped || text.starts_with('\u{feff}') {
        return;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(expected) => {
            assert_eq!(document.end(), End::Complete, "{text:?}");
            same(document.root(), &expected, text);
        }
        // A number of the grammar that no f64 holds.
        Err(error) if error.to_string().starts_with("number out of range") => {}
        Err(error) => assert_ne!(document.end(), End::Complete, "{text:?}: {error}"),
    }
}

fn same(node: Node<'_>, expected: &Value, text: &str) {
    match expected {
        Value::Null => assert_eq!(node.kind(), Kind::Null, "{text:?}"),
        Value::Bool(flag) => assert_eq!(node.kind(), if *flag { Kind::True } else { Kind::False }, "{text:?}"),
        Value::Number(number) => {
            assert_eq!(node.kind(), Kind::Number, "{text:?}");
            let (read, expected) = (node.word().parse::<f64>().unwrap(), number.as_f64().unwrap());
            assert!((read - expected).abs() <= expected.abs() * 1e-14, "{text:?}: {read} is not {expected}");
            if let Some(whole) = node.integer() {
                assert_eq!(number.as_i64().or(Some(expected as i64)), Some(whole), "{text:?}");
            }
        }
        Value::String(expected) => {
            assert_eq!((node.kind(), node.text()), (Kind::String, expected.as_str()), "{text:?}");
        }
        Value::Array(elements) => {
            assert_eq!((node.kind(), node.children().count()), (Kind::Array, elements.len()), "{text:?}");
            node.children().zip(elements).for_each(|(node, expected)| same(node, expected, text));
        }
        Value::Object(members) => {
            assert_eq!(node.kind(), Kind::Object, "{text:?}");
            assert!(node.children().all(|node| members.contains_key(node.key())), "{text:?}");
            members.iter().for_each(|(key, expected)| same(node.get(key), expected, text));
        }
    }
}

#[test]
fn control_characters_and_escapes_are_judged_as_serde_json_judges_them() {
    for byte in 0..=0x20_u8 {
        agree(&format!("\"a{}b\"", char::from(byte)));
        agree(&format!("{{\"a{}\":1}}", char::from(byte)));
    }
    for byte in 0..=0x7f_u8 {
        for rest in ["", "0041", "004", "00zz"] {
            agree(&format!("\"\\{}{rest}\"", char::from(byte)));
        }
    }
    for first in ["d7ff", "d800", "dbff", "dc00", "dfff", "e000", "D83D"] {
        for second in ["", "x", "\\", "\\n", "\\u", "\\u12", "\\u0041", "\\ud800", "\\udc00", "\\uDfFf", "\\ue000"] {
            agree(&format!("\"\\u{first}{second}\""));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn what_was_json_and_then_edited_is_judged_as_serde_json_judges_it(text in mutated()) {
        agree(&text);
    }

    #[test]
    fn whatever_fragments_stand_together_are_judged_as_serde_json_judges_them(parts in proptest::collection::vec(fragment(), 0..12)) {
        agree(&parts.concat());
        // Mostly the whole is no JSON; within a string or a list more of it is.
        agree(&format!("\"{}\"", parts.concat()));
        agree(&format!("[{}]", parts.join(",")));
    }
}
