//! Holds one text against what a rule asks of it.

use crate::explain::catalogs::template::{self, Match};
use crate::explain::read::keys::key;
use crate::explain::scan::find;
use crate::syntax::json::{Kind, Node};
use crate::syntax::{grams::Grams, number};

/// Whether a text of these `grams`, or a part of it, may be what `test` asks for; false is certain.
pub fn may_fit(test: Node<'_>, grams: &Grams) -> bool {
    match test.kind() {
        Kind::String => template::may_fit(test.text(), grams),
        Kind::Array => test.children().any(|test| may_fit(test, grams)),
        _ => true,
    }
}

/// Whether `test` asks that there be nothing.
pub fn is_absence(test: Node<'_>) -> bool {
    [test, test.at(key!("exists")), test.at(key!("present"))].iter().any(|asked| asked.kind() == Kind::False)
}

/// Holds `text` against a test: a template, a list of tests of which one must hold, an object of which all members must, or
/// `true` for any text. Gives back the template.
pub fn fits<'f>(want: Node<'f>, text: &str) -> Option<(&'f str, Match)> {
    let all = ("*", Match { span: (0, text.len()), hole: (0, 0) });
    match want.kind() {
        Kind::True => Some(all),
        Kind::String => Some((want.text(), template::matches(want.text(), text)?)),
        Kind::Array => want.children().find_map(|want| fits(want, text)),
        Kind::Object => {
            let mut found = None;
            for check in want.children() {
                let want = if check.kind() == Kind::String { check.text() } else { check.word() };
                let same = |text: &str| text.eq_ignore_ascii_case(want);
                let number = |holds: fn(&i64, &i64) -> bool| {
                    let number = number::count(text).zip(check.integer());
                    number.is_some_and(|(number, want)| holds(&number, &want))
                };
                found = Some(match check.key() {
                    "equals" if check.kind() == Kind::Array => check.children().find_map(|want| {
                        let want = if want.kind() == Kind::String { want.text() } else { want.word() };
                        text.eq_ignore_ascii_case(want).then_some(all)
                    })?,
                    "equals" if same(text) => all,
                    "startsWith" if text.get(..want.len()).is_some_and(same) => all,
                    "contains" => {
                        let at = find(text, want, 0)?;
                        ("*", Match { span: (at, at + want.len()), hole: (0, 0) })
                    }
                    "template" => fits(check, text)?,
                    "gt" if number(i64::gt) => all,
                    "gte" if number(i64::ge) => all,
                    "lt" if number(i64::lt) => all,
                    "lte" if number(i64::le) => all,
                    // Others have asked these: see `is_absence`, and the matcher's `json` and `url`.
                    "exists" | "present" | "type" | "param" | "host" | "path" => all,
                    _ => return None,
                });
            }
            found
        }
        _ => None,
    }
}
