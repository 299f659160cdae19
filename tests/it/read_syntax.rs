//! The readers of dates and structured fields against public collections of cases, and against the crates of the trade.
//!
//! The collections are files of `fixtures`: dates, and the HTTP working group's cases of structured fields.

use std::time::{Duration, UNIX_EPOCH};

use fetch_with_policy::syntax::structured::{self, Member, Value};
use fetch_with_policy::syntax::{duration, http_date, number};
use fetch_with_policy::time::WallTime;
use proptest::prelude::*;
use serde_json::Value as Json;

const NOW: WallTime = WallTime(1_795_305_600_000); // 2026-11-22T00:00:00Z

fn cases(file: &str) -> Vec<Json> {
    let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// RFC 9651 sections 3 and 4.2, verbatim; what was read as the collection writes it, `null` where the RFC wants a failure.
const RFC_9651: &[(&str, &str, &str)] = &[
    (
        "list",
        "sugar, tea, rum",
        r#"[[{"__type":"token","value":"sugar"},[]],[{"__type":"token","value":"tea"},[]],[{"__type":"token","value":"rum"},[]]]"#,
    ),
    (
        "list",
        r#"("foo" "bar"), ("baz"), ("bat" "one"), ()"#,
        r#"[[[["foo",[]],["bar",[]]],[]],[[["baz",[]]],[]],[[["bat",[]],["one",[]]],[]],[[],[]]]"#,
    ),
    (
        "list",
        r#"("foo"; a=1;b=2);lvl=5, ("bar" "baz");lvl=1"#,
        r#"[[[["foo",[["a",1],["b",2]]]],[["lvl",5]]],[[["bar",[]],["baz",[]]],[["lvl",1]]]]"#,
    ),
    (
        "list",
        "abc;a=1;b=2; cde_456, (ghi;jk=4 l);q=\"9\";r=w",
        r#"[[{"__type":"token","value":"abc"},[["a",1],["b",2],["cde_456",true]]],[[[{"__type":"token","value":"ghi"},[["jk",4]]],[{"__type":"token","value":"l"},[]]],[["q","9"],["r",{"__type":"token","value":"w"}]]]]"#,
    ),
    ("item", "1; a; b=?0", r#"[1,[["a",true],["b",false]]]"#),
    (
        "dict",
        r#"en="Applepie", da=:w4ZibGV0w6ZydGU=:"#,
        r#"[["en",["Applepie",[]]],["da",[{"__type":"binary","value":"YODGE3DFOTB2M4TUMU======"},[]]]]"#,
    ),
    (
        "dict",
        "a=?0, b, c; foo=bar",
        r#"[["a",[false,[]]],["b",[true,[]]],["c",[true,[["foo",{"__type":"token","value":"bar"}]]]]]"#,
    ),
    (
        "dict",
        "rating=1.5, feelings=(joy sadness)",
        r#"[["rating",[1.5,[]]],["feelings",[[[{"__type":"token","value":"joy"},[]],[{"__type":"token","value":"sadness"},[]]],[]]]]"#,
    ),
    (
        "dict",
        "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid",
        r#"[["a",[[[1,[]],[2,[]]],[]]],["b",[3,[]]],["c",[4,[["aa",{"__type":"token","value":"bb"}]]]],["d",[[[5,[]],[6,[]]],[["valid",true]]]]]"#,
    ),
    ("item", "5; foo=bar", r#"[5,[["foo",{"__type":"token","value":"bar"}]]]"#),
    ("item", "42", "[42,[]]"),
    ("item", "4.5", "[4.5,[]]"),
    ("item", "-999999999999999", "[-999999999999999,[]]"),
    ("item", r#""hello world""#, r#"["hello world",[]]"#),
    ("item", "foo123/456", r#"[{"__type":"token","value":"foo123/456"},[]]"#),
    (
        "item",
        ":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:",
        r#"[{"__type":"binary","value":"OBZGK5DFNZSCA5DINFZSA2LTEBRGS3TBOJ4SAY3PNZ2GK3TUFY======"},[]]"#,
    ),
    ("item", "?1", "[true,[]]"),
    ("dict", "a=1, a=2", r#"[["a",[2,[]]]]"#),
    ("list", "a,,b", "null"),
    ("list", "a,", "null"),
    ("dict", "A=1", "null"),
    ("item", "1000000000000000", "null"),
    ("item", "1.", "null"),
    ("item", "1.2345", "null"),
    ("item", "\"a\u{7f}\"", "null"),
    ("item", "?2", "null"),
];

#[test]
fn structured_fields_are_read_as_the_rfcs_examples_say() {
    for (kind, text, expected) in RFC_9651 {
        let expected: Json = serde_json::from_str(expected).unwrap();
        assert_eq!(parse(kind, text).unwrap_or_default(), expected, "{text}");
    }
}

#[test]
fn http_dates_are_read_as_the_rfcs_examples_say() {
    for (text, epoch) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
        ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
        ("Fri, 31 Dec 1999 23:59:59 GMT", Some(946_684_799)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", Some(1_483_228_800)),
        ("Sunday, 06-Nov-77 08:49:37 GMT", Some(247_654_177)),
        ("Sun, 06 Nov 1994 08:49:37", None),
        ("Sun, 31 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 24:00:00 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 +0000", None),
    ] {
        assert_eq!(http_date::read(text, NOW).map(|date| date.0), epoch.map(|epoch: i64| epoch * 1000), "{text}");
    }
}

#[test]
fn http_dates_are_read_as_the_collected_cases_say() {
    let cases = cases("http-date.json");
    assert_eq!(cases.len(), 271);
    for case in &cases {
        let read = http_date::read(case["input"].as_str().unwrap(), NOW).map(|date| date.0);
        assert_eq!(read, case["epoch"].as_i64().map(|epoch| epoch * 1000), "{case}");
    }
}

// As the collection writes what was read: parameters and dictionary keys that come twice keep the last value.
fn json(value: Value<'_>) -> Json {
    match value {
        Value::Boolean(flag) => flag.into(),
        Value::Integer(number) => number.into(),
        Value::Decimal(milli) => (milli as f64 / 1000.0).into(),
        Value::Text(text) => plain(text).into(),
        Value::Token(token) => serde_json::json!({"__type": "token", "value": token}),
        Value::Bytes(base64) => serde_json::json!({"__type": "binary", "value": base32(base64)}),
        Value::Inner(items) => structured::inner(items).map(member).collect::<Vec<_>>().into(),
    }
}

fn plain(text: &str) -> String {
    let mut plain = String::new();
    structured::unescape(text, &mut plain);
    plain
}

fn member(member: Member<'_>) -> Json {
    Json::Array(vec![json(member.value), pairs(member.params().map(|(key, value)| (key, json(value))))])
}

fn pairs<'a>(all: impl Iterator<Item = (&'a str, Json)>) -> Json {
    let mut kept: Vec<(&str, Json)> = Vec::new();
    for (key, value) in all {
        match kept.iter_mut().find(|(known, _)| *known == key) {
            Some(known) => known.1 = value,
            None => kept.push((key, value)),
        }
    }
    kept.into_iter().map(|(key, value)| Json::Array(vec![key.into(), value])).collect()
}

// The collection prints bytes in base32 with padding.
fn base32(base64: &str) -> String {
    const FROM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<bool> = base64
        .bytes()
        .filter_map(|byte| FROM.iter().position(|letter| *letter == byte))
        .flat_map(|digit| (0..6).rev().map(move |bit| digit >> bit & 1 == 1))
        .collect();
    to_base32(&bits[..bits.len() / 8 * 8])
}

fn base32_of(bytes: &[u8]) -> String {
    let bits: Vec<bool> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    to_base32(&bits)
}

fn to_base32(whole: &[bool]) -> String {
    const TO: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text: String = whole
        .chunks(5)
        .map(|five| (0..5).fold(0, |digit, at| digit << 1 | usize::from(five.get(at) == Some(&true))))
        .map(|digit| char::from(TO[digit]))
        .collect();
    while !text.len().is_multiple_of(8) {
        text.push('=');
    }
    text
}

fn parse(kind: &str, text: &str) -> Option<Json> {
    match kind {
        "item" => structured::item(text).map(member),
        "list" => structured::list(text).map(|members| members.into_iter().map(member).collect()),
        _ => structured::dictionary(text).map(|all| pairs(all.into_iter().map(|one| (one.key, member(one))))),
    }
}

#[test]
fn structured_fields_are_read_as_the_http_working_groups_cases_say() {
    let files = [
        "binary",
        "boolean",
        "dictionary",
        "examples",
        "item",
        "key-generated",
        "list",
        "number",
        "number-generated",
        "param-dict",
        "param-list",
        "string",
        "string-generated",
        "token",
        "token-generated",
    ];
    let mut count = 0;
    for file in files {
        for case in &cases(&format!("structured-fields/{file}.json")) {
            count += 1;
            let lines: Vec<_> = case["raw"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
            // Lines of one field arrive joined.
            let read = parse(case["header_type"].as_str().unwrap(), &lines.join(", "));
            let may_fail = case["can_fail"].as_bool().unwrap_or(false);
            if case["must_fail"].as_bool().unwrap_or(false) {
                assert_eq!(read, None, "{file}: {case}");
            } else if !(may_fail && read.is_none()) {
                assert_eq!(read.as_ref(), Some(&case["expected"]), "{file}: {case}");
            }
        }
    }
    assert_eq!(count, 1526);
}

fn entry(entry: &sfv::ListEntry) -> Json {
    match entry {
        sfv::ListEntry::Item(item) => sfv_item(item),
        sfv::ListEntry::InnerList(list) => {
            Json::Array(vec![list.items.iter().map(sfv_item).collect(), sfv_params(&list.params)])
        }
    }
}

fn sfv_item(item: &sfv::Item) -> Json {
    Json::Array(vec![sfv_bare(&item.bare_item), sfv_params(&item.params)])
}

fn sfv_params(params: &sfv::Parameters) -> Json {
    params.iter().map(|(key, value)| Json::Array(vec![key.as_str().into(), sfv_bare(value)])).collect()
}

fn sfv_bare(item: &sfv::BareItem) -> Json {
    match item {
        sfv::BareItem::Boolean(flag) => (*flag).into(),
        sfv::BareItem::Integer(number) => i64::from(*number).into(),
        sfv::BareItem::Decimal(number) => f64::from(*number).into(),
        sfv::BareItem::String(text) => text.as_str().into(),
        sfv::BareItem::Token(token) => serde_json::json!({"__type": "token", "value": token.as_str()}),
        // The bits that padding leaves over differ in the text, not in the bytes.
        sfv::BareItem::ByteSequence(bytes) => serde_json::json!({"__type": "binary", "value": base32_of(bytes)}),
        other => panic!("{other:?} is not of RFC 8941"),
    }
}

// Text that is nearly a structured field.
fn fieldish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z*][a-z0-9_.*-]{0,3}",
        "-?[0-9]{1,16}",
        "-?[0-9]{1,13}\\.[0-9]{0,4}",
        "\"[ -~]{0,4}\"",
        ":[A-Za-z0-9+/]{0,5}={0,2}:",
        "\\?[01]",
        "[ \t]{1,2}",
        Just(";".to_owned()),
        Just("=".to_owned()),
        Just(",".to_owned()),
        Just(", ".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just(";q=1".to_owned()),
        "[ -~é]",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn structured_fields_are_read_as_sfv_reads_them(text in fieldish()) {
        let parser = || sfv::Parser::new(&text).with_version(sfv::Version::Rfc8941);
        let list = parser().parse::<sfv::List>().ok().map(|list| list.iter().map(entry).collect::<Json>());
        prop_assert_eq!(parse("list", &text), list);
        let pair = |(key, value): (&sfv::Key, &sfv::ListEntry)| Json::Array(vec![key.as_str().into(), entry(value)]);
        let dictionary = parser().parse::<sfv::Dictionary>().ok().map(|all| all.iter().map(pair).collect::<Json>());
        prop_assert_eq!(parse("dict", &text), dictionary);
        prop_assert_eq!(parse("item", &text), parser().parse::<sfv::Item>().ok().map(|item| sfv_item(&item)));
    }

    #[test]
    fn any_second_since_1970_is_read_as_httpdate_prints_and_reads_it(second in 0u64..253_402_300_800) {
        let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second));
        prop_assert_eq!(http_date::read(&text, NOW), Some(WallTime(second as i64 * 1000)));
    }

    #[test]
    fn what_httpdate_reads_is_read_alike(
        day in 0u32..33, month in 0usize..12, year in 1970u32..2100, (h, m, s) in (0u32..25, 0u32..61, 0u32..61), form in 0..2,
    ) {
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month];
        for weekday in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
            let text = match form {
                0 => format!("{weekday}, {day:02} {month} {year} {h:02}:{m:02}:{s:02} GMT"),
                _ => format!("{weekday} {month} {day:2} {h:02}:{m:02}:{s:02} {year}"),
            };
            let ours = http_date::read(&text, NOW);
            // It wants the right day of the week, which we do not.
            if let Ok(theirs) = httpdate::parse_http_date(&text) {
                prop_assert_eq!(ours.map(|date| date.0), theirs.duration_since(UNIX_EPOCH).ok().map(|since| since.as_millis() as i64));
            }
            if s < 60 && (day == 0 || day > 31 || h > 23 || m > 59) {
                prop_assert_eq!(ours, None);
            }
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_no_length_is_negative(text in "\\PC{0,40}|[0-9.]{0,40}|P?[0-9.TDHMSdhms]{0,24}", now: i64) {
        prop_assert!(duration::read(&text).is_none_or(|ms| ms >= 0));
        prop_assert!(number::milli(&text, true).is_none_or(|milli| milli >= 0));
        let _ = (http_date::read(&text, WallTime(now)), http_date::read_internet(&text), plain(&text));
    }
}
