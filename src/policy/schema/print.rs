//! Prints the schema for the npm package, and compares it with the file there. `WRITE=1 cargo test --lib option_schema` writes it.

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
    let mut rows: Vec<String> = Vec::new();
    for (path, row) in all().take(OF_PROFILE) {
        let kind = line_of(row.kind);
        let known = kinds.iter().position(|known| *known == kind).map(|index| std::format!("{index}"));
        let kind = known.unwrap_or_else(|| {
            kinds.push(kind.clone());
            kind
        });
        let (depth, name) = match path.rsplit('.').next().unwrap_or_default() {
            "" => (0, "options"),
            name => (1 + path.matches('.').count(), name),
        };
        let needed = if row.needed { " !" } else { "" };
        let aliases = similar::aliases(&path).flat_map(|alias| [" ", alias]).collect::<String>();
        rows.push([&" ".repeat(depth), &name.replace("**", "*"), needed, &aliases, ";", &kind].concat());
    }
    let groups = super::RETRY;
    assert!(rows[groups].starts_with(" retry;"));
    let probes = rate_limit::options::TABLE.iter().find(|row| row.name == "probe").unwrap().default;
    [
        HEAD,
        &std::format!("export const OPTIONS = `{}`;\n\n", rows.join("\n")),
        "/** From this line on, the options are a profile's, too. */\n",
        &std::format!("export const GROUPS = {groups};\n\n"),
        "/** `expected` of an unknown option. */\n",
        &std::format!("export const UNKNOWN = {UNKNOWN:?};\n\n"),
        "/** How many calls are sent at once to an unknown scope: the default of `rateLimit.probe`. */\n",
        &std::format!("export const PROBES = {probes};\n"),
    ]
    .concat()
}

const HEAD: &str = "// @ts-check
// Printed from the tables of the core by `WRITE=1 cargo test --lib option_schema`. Do not edit.

/**
 * Options in the order of their places, one a line, each below its object: the name (`*`: any), `!` if it is required, its names in
 * other libraries; then its kind, or the number of a kind above.
 *
 * A kind: what is expected, in words; the types that are accepted, each kept as its index in this list; a pattern for a string, or for
 * at least one member; for a number the least, the most and the step (1: whole, 2: rounded up). A string without a pattern must be one
 * of the words in quotes, if there are any.
 */
";

/// A kind.
fn line_of(kind: Kind) -> String {
    let takes = match kind {
        Kind::Cost => "object number",
        Kind::Flag => "false true",
        Kind::Function => "function",
        Kind::Functions => "function array",
        Kind::Kept | Kind::Lines | Kind::Object | Kind::OneOf(_) => "object",
        Kind::Key => "false string function",
        Kind::List(_) | Kind::Some(_) => "array",
        Kind::Choice(_) | Kind::Name(_) | Kind::Path(_) | Kind::Text | Kind::Word(_) => "string",
        Kind::Switch => "false object",
        // A value that is undefined is none.
        Kind::Unknown(_) => "undefined",
        _ => "number",
    };
    let pattern = match kind {
        Kind::Name(_) => "^[!#-'*+.0-9A-Z^-z|~-]+$".into(),
        Kind::Path(_) => "^/([^]*/)?[{][^/]*}(/|$)".into(),
        // Any.
        Kind::Some(_) => "^".into(),
        Kind::Word(_) => "^[^/]+$".into(),
        // The members are the words about the commas and the "and".
        Kind::OneOf(text) => {
            let names = text.rsplit("one of ").next().unwrap_or_default();
            std::format!("^({})$", names.replace(", ", "|").replace(" and ", "|"))
        }
        _ => String::new(),
    };
    let [least, most, step] = kind.range().map_or_else(Default::default, |(least, most, step)| {
        let number = |n: f64| match n {
            f64::MAX => "1.7976931348623157e308".into(),
            f64::INFINITY => String::from("Infinity"),
            n if n > 0.0 && n < 1e-99 => "5e-324".into(),
            n if n.abs() >= 1e6 => std::format!("{n:e}"),
            n => std::format!("{n}"),
        };
        let step = match step {
            Step::Any => "",
            Step::Whole => "1",
            Step::Up => "2",
        };
        [number(least), number(most), step.into()]
    });
    [kind.expected(), takes, &pattern, &least, &most, &step].join(";").trim_end_matches(';').into()
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

// Compares a file with the printed text, or writes it.
fn held(file: &str, printed: &str) {
    if std::env::var_os("WRITE").is_some() {
        std::fs::write(file, printed).unwrap();
    }
    let held = std::fs::read_to_string(file).unwrap();
    assert!(held == printed, "{file} is not what the tables print: WRITE=1 cargo test --lib option_schema");
}
