//! Prints the schema for the npm package, and holds the file there equal. `WRITE=1 cargo test --lib option_schema` writes it.

use alloc::{string::String, vec::Vec};
use core::fmt::Write as _;

use super::{OF_PROFILE, all};
use crate::{
    policy::similar,
    rate_limit,
    syntax::value::{Kind, Step, UNKNOWN, Value},
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/src/option-schema.js");

#[test]
fn option_schema_js_is_what_the_tables_say() {
    held(FILE, &print());
}

/// The file.
fn print() -> String {
    let mut kinds: Vec<String> = Vec::new();
    let mut rows = String::new();
    for (path, row) in all().take(OF_PROFILE) {
        let kind = row_of(row.kind);
        let index = kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
            kinds.push(kind);
            kinds.len() - 1
        });
        let flag = if row.needed { "!" } else { "" };
        let _ = write!(rows, "{path} {index}{flag}");
        for alias in similar::aliases(&path) {
            let _ = write!(rows, " {alias}");
        }
        rows.push('\n');
    }
    let probes = rate_limit::options::TABLE.iter().find(|row| row.name == "probe").unwrap().default;
    let kinds: String = kinds.into_iter().map(|kind| ["  ", &kind, ",\n"].concat()).collect();
    [
        HEAD,
        KINDS,
        "export const KINDS = [\n",
        &kinds,
        "];\n\n",
        ROWS,
        "export const ROWS = `",
        rows.trim_end_matches('\n'),
        "`;\n\n/** The first row that a profile has, too, under a path of its own. */\nexport const WINGS = ",
        &std::format!("{};\n\n", super::RETRY),
        "/** What is expected where there is no option. */\nexport const UNKNOWN = ",
        &std::format!("{UNKNOWN:?};\n\n"),
        "/** How many calls are sent at once to a scope of which nothing is known, where nobody sets `rateLimit.probe`. */\n",
        &std::format!("export const PROBES = {probes};\n"),
    ]
    .concat()
}

const HEAD: &str = "// @ts-check\n// Printed from the tables of the core by `WRITE=1 cargo test --lib option_schema`. Do not edit.\n\n";

const KINDS: &str = r#"/**
 * Kinds of options: what is expected, in words; which values are taken, each kept as its place here, by letters (f: false, t: true,
 * o: an object, l: an array, k: an object that is kept as it is, c: a function, n: a number, s: a string, w: a word in quotes);
 * a pattern (of a string; of one member at least of an object or array); of a number the least, the most and the step (1: whole,
 * 2: rounded up).
 * @type {[expected: string, takes: string, pattern?: string, least?: number, most?: number, step?: number][]}
 */
"#;

const ROWS: &str = r"/**
 * Options, in the order of their places: the path (`*` is any index, `**` any name), the kind, `!` where it must be there, and what
 * other libraries call it.
 */
";

/// A kind, as an array of JavaScript.
fn row_of(kind: Kind) -> String {
    let takes = match kind {
        Kind::Choice(_) => "w",
        Kind::Cost => "on",
        Kind::Flag => "ft",
        Kind::Function => "c",
        Kind::Kept | Kind::Lines => "k",
        Kind::Key => "fwc",
        Kind::List(_) | Kind::Some(_) => "l",
        Kind::Name(_) | Kind::Path(_) | Kind::Text | Kind::Word(_) => "s",
        Kind::Object | Kind::OneOf(_) => "o",
        Kind::Switch => "fo",
        Kind::Unknown(_) => "",
        _ => "n",
    };
    let pattern = match kind {
        Kind::Name(_) => Some("^[!#-'*+.0-9A-Z^-z|~-]+$".into()),
        Kind::Path(_) => Some("^/([^]*/)?[{][^/]*}(/|$)".into()),
        Kind::Some(_) => Some(String::new()),
        Kind::Word(_) => Some("^[^/]+$".into()),
        // The members are the words before commas and about the last "and".
        Kind::OneOf(text) => {
            let names = text.rsplit("one of ").next().unwrap_or_default();
            Some(std::format!("^({})$", names.replace(", ", "|").replace(" and ", "|")))
        }
        _ => None,
    };
    let expected = kind.expected().replace('\\', "\\\\");
    let quote = if expected.contains('"') { '\'' } else { '"' };
    let mut row = std::format!("[{quote}{expected}{quote}, \"{takes}\"");
    if let Some(pattern) = pattern {
        let _ = write!(row, ", {pattern:?}");
    }
    if let Some((least, most, step)) = kind.range() {
        let number = |n: f64| match n {
            f64::MAX => "Number.MAX_VALUE".into(),
            f64::INFINITY => String::from("Infinity"),
            n if n > 0.0 && n < 1e-99 => "Number.MIN_VALUE".into(),
            n => std::format!("{n}"),
        };
        let _ = write!(row, ", , {}, {}", number(least), number(most));
        match step {
            Step::Any => {}
            Step::Whole => row.push_str(", 1"),
            Step::Up => row.push_str(", 2"),
        }
    }
    row.push(']');
    row
}

const VALUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/option-values.json");

/// What every option makes of every sample, for `tests/js/check-options.test.js`: its path, and what it expects with the numbers
/// of the samples that it takes.
#[test]
fn option_schema_values_are_what_the_tables_make_of_them() {
    let (mut kinds, mut options) = (Vec::new(), String::new());
    for (path, row) in all() {
        // A shell in Rust gives the lines themselves.
        let kind = if row.kind == Kind::Lines { Kind::Kept } else { row.kind };
        let taken = SAMPLES.split(' ').filter_map(|sample| {
            let (number, _) = kind.read(value_of(sample)).ok()?;
            Some(std::format!("[{sample:?}, {}]", number.min(2_f64.powi(63))))
        });
        let kind = std::format!("[{:?}, [{}]]", row.kind.expected(), taken.collect::<Vec<_>>().join(", "));
        let index = kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
            kinds.push(kind);
            kinds.len() - 1
        });
        let _ = writeln!(options, "  [{path:?}, {index}],");
    }
    let samples: Vec<String> = SAMPLES.split(' ').map(|sample| std::format!("{sample:?}")).collect();
    let [samples, kinds] = [samples.join(", "), kinds.join(",\n  ")];
    let options = options.trim_end_matches(",\n");
    let printed =
        std::format!("{{\"samples\": [{samples}],\n\"kinds\": [\n  {kinds}\n],\n\"options\": [\n{options}\n]}}\n");
    held(VALUES, &printed);
}

/// As JavaScript writes them.
const SAMPLES: &str = "true false null Symbol() ()=>{} {} [] [1] NaN -Infinity Infinity -1e10 -1e9 -1 -0.5 0 5e-324 0.2 0.5 1 1.5 2 10 11 \
    399 400 599 600 1e6 1000001 4294967295 4294967295.5 4294967296.5 1e99 \"\" \"auto\" \"none\" \"x\" \"X-Key\" \"x:y\" \"x'~^`|\" \"x\ty\" \"é\" \
    \"a/b\" \"/a/{id}\" \"/{a}\" \"/{a\" \"{a}\" \"/{a}b/c\" \"/{}/c\" \"throw\" \"spread\" \"token-bucket\" \"duration\"";

fn value_of(sample: &str) -> Value<'_> {
    match sample {
        "true" => Value::Flag(true),
        "false" => Value::Flag(false),
        "null" | "Symbol()" => Value::Other,
        "()=>{}" => Value::Function,
        "{}" => Value::Object,
        "[]" => Value::List(0),
        "[1]" => Value::List(1),
        "Infinity" => Value::Number(f64::INFINITY),
        "-Infinity" => Value::Number(f64::NEG_INFINITY),
        _ => match sample.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(text) => Value::Text(text),
            None => Value::Number(sample.parse().unwrap()),
        },
    }
}

// Holds a file to what is printed, or writes it.
fn held(file: &str, printed: &str) {
    if std::env::var_os("WRITE").is_some() {
        std::fs::write(file, printed).unwrap();
    }
    let held = std::fs::read_to_string(file).unwrap();
    assert!(held == printed, "{file} is not what the tables print: WRITE=1 cargo test --lib option_schema");
}
