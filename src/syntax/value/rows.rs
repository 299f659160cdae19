//! Tables of options: reads an option by its path, stores it by its index, and finds the value that applies.
//!
//! A module's schema is a table of [`Row`]s. A source sets an array of numbers, one per row, with [`UNSAID`] where it sets
//! nothing. The same few lines check, copy and combine every option, while a struct of `Option`s needs code for each field
//! (measured on the policy's module: 10 kB).
//!
//! Reading ([`read`]) and storing are separate: stored options are known by their index in the table, without names. The npm
//! package checks options in JS, with a copy of these tables that a test compares (`policy/schema.rs`), so its module has
//! neither names nor texts (measured: 3 kB brotli).

use super::{Checked, Kind, Next, Value};
use crate::syntax::words;

/// The number of a row that is not set. No kind accepts a NaN from a caller.
pub const UNSAID: f64 = f64::NAN;

/// One option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Its path below that of its table; `*` stands for any index or name.
    pub name: &'static str,
    /// The values that it accepts.
    pub kind: Kind,
    /// The default, or [`UNSAID`].
    pub default: f64,
    /// Whether it is required if its object is present.
    pub needed: bool,
}

/// A row without a default.
pub const fn row(name: &'static str, kind: Kind) -> Row {
    Row { name, kind, default: UNSAID, needed: false }
}

impl Row {
    /// The same row, with a default.
    pub const fn or(self, default: f64) -> Self {
        Self { default, ..self }
    }

    /// The same row, required.
    pub const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }
}

/// Declares from one list, so that they cannot differ: a table of options, the enum of the places in it, all of that enum in
/// order, and the defaults.
macro_rules! table {
    ($(#[$about:meta])* $table:ident by $place:ident { $($name:ident: $row:expr,)* }) => {
        $(#[$about])*
        pub(crate) const $table: &[$crate::syntax::value::Row] = &[$($row,)*];

        pub(super) const DEFAULTS: [f64; $table.len()] = [$($row.default,)*];

        #[allow(dead_code, reason = "of some the shell keeps all")]
        #[derive(Clone, Copy)]
        pub(super) enum $place {
            $($name,)*
        }

        impl $place {
            pub(super) const ALL: [Self; $table.len()] = [$(Self::$name,)*];
        }
    };
}
pub(crate) use table;

/// What was expected at the path of an unknown option.
pub const UNKNOWN: &str = "a known option";

/// An option that was read: its index and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Read<'v> {
    /// Its index in the table.
    pub place: usize,
    /// The number that it is stored as.
    pub number: f64,
    /// Its text; if it is not a text, the part of its path at the last `*`.
    pub text: &'v str,
    /// Whether to pass its members.
    pub next: Next,
}

/// Reads the option at `path` below `table`.
///
/// # Errors
/// What was expected there.
pub fn read<'v>(table: &[Row], path: &'v str, value: Value<'v>) -> Checked<Read<'v>> {
    let (place, row, name) = find(table, path).ok_or(UNKNOWN)?;
    let (number, next) = row.kind.read(value)?;
    let text = if let Value::Text(text) = value { text } else { name };
    Ok(Read { place, number, text, next })
}

/// The index of the option at `path` below `table`, and the part of its path at the last `*`.
pub fn find<'t, 'p>(table: &'t [Row], path: &'p str) -> Option<(usize, &'t Row, &'p str)> {
    table.iter().enumerate().find_map(|(place, row)| Some((place, row, fits(row.name, path)?)))
}

/// The part of `path` at the last `*` of `pattern`, if the path fits; `**` takes the rest of the path.
fn fits<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let (mut pattern, mut path, mut found) = (pattern, path, "");
    loop {
        let ((wanted, below), (name, rest)) = (words::halves(pattern, b'.'), words::halves(path, b'.'));
        match wanted {
            ANY if !path.is_empty() => return Some(path),
            "*" if !name.is_empty() => found = name,
            _ if wanted != name => return None,
            _ => {}
        }
        if below.is_empty() || rest.is_empty() {
            return (below.is_empty() && name.len() == path.len()).then_some(found);
        }
        (pattern, path) = (below, rest);
    }
}

/// In a path: members of any name, with all their values.
pub const ANY: &str = "**";

/// The value of the row `index`: the caller's, else the profile's, else the default.
#[inline(never)]
pub fn over(defaults: &[f64], caller: &[f64], profile: &[f64], index: usize) -> f64 {
    let set = |numbers: &[f64]| numbers.get(index).copied().filter(|number| !number.is_nan());
    set(caller).or_else(|| set(profile)).or_else(|| set(defaults)).unwrap_or(UNSAID)
}

/// Whole milliseconds, if the number is set. An infinity saturates.
pub fn millis(number: f64) -> Option<i64> {
    (!number.is_nan()).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_rows_and_have_their_defaults() {
        table! {
            OPTIONS by Place {
                First: row("first", Kind::Count).or(4.0),
                Second: row("second", Kind::Flag),
                Third: row("third.*.member", Kind::Object).needed(),
            }
        }
        assert!(OPTIONS.iter().map(|row| row.name).eq(["first", "second", "third.*.member"]));
        assert_eq!(Place::ALL.iter().map(|place| *place as usize).collect::<alloc::vec::Vec<_>>(), [0, 1, 2]);
        assert_eq!((Place::Third as usize, OPTIONS[2].needed, DEFAULTS.len()), (2, true, 3));
        let (mut caller, mut profile) = ([UNSAID; 3], [UNSAID; 3]);
        let held = |caller: &[f64], profile: &[f64]| millis(over(&DEFAULTS, caller, profile, Place::First as usize));
        assert_eq!(held(&caller, &profile), Some(4));
        profile[0] = 6.0;
        assert_eq!(held(&caller, &profile), Some(6));
        caller[0] = 2.0;
        assert_eq!(held(&caller, &profile), Some(2));
        assert_eq!(millis(over(&DEFAULTS, &caller, &profile, Place::Second as usize)), None);
    }

    #[test]
    fn a_path_is_found_by_its_parts_and_any_index_or_name() {
        let table = [
            row("", Kind::Object),
            row("list", Kind::List("an array")),
            row("list.*", Kind::Count),
            row("list.*.name", Kind::Text),
            row("cost.requests", Kind::Count),
            row("cost.**", Kind::Count),
        ];
        let one = Value::Number(1.0);
        let rows = [
            ("", Value::Object, Ok((0, ""))),
            ("list", Value::List(1), Ok((1, ""))),
            ("list.12", one, Ok((2, "12"))),
            ("list.12.name", Value::Text("x"), Ok((3, "x"))),
            ("cost.requests", one, Ok((4, ""))),
            ("cost.tokens", one, Ok((5, "tokens"))),
            ("cost.a.b", one, Ok((5, "a.b"))),
            ("cost", one, Err(UNKNOWN)),
            ("list.", one, Err(UNKNOWN)),
            ("list.1.name.x", one, Err(UNKNOWN)),
            ("list.1.names", one, Err(UNKNOWN)),
            ("lists", one, Err(UNKNOWN)),
            ("list.1", Value::Object, Err("a whole number of 1 or more")),
        ];
        for (path, value, expected) in rows {
            assert_eq!(read(&table, path, value).map(|read| (read.place, read.text)), expected, "{path}");
        }
    }
}
