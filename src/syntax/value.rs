//! One option's value as a shell read it from the caller's object, and the tables that say what may stand where.
//!
//! Shells walk the caller's object and hand over one leaf at a time, under its path; the wings say what they expect there.
//! So the schema stands in the core once, and each shell needs only a walk.
//!
//! A wing's schema is a table of [`Row`]s. What a source says of it is an array of numbers, one a row, [`UNSAID`] where it
//! says nothing: that is checked, copied and composed by the same few lines for every option, where a struct of `Option`s
//! takes code for each of its fields (measured on the policy's module: 10 kB).

use alloc::string::String;

use super::words;

/// What stands at one path of an options object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `true` or `false`.
    Flag(bool),
    /// A function; the shell keeps it.
    Function,
    /// An array of so many elements, each of which follows under `path.index`.
    List(usize),
    /// A number, NaN and the infinities included.
    Number(f64),
    /// An object, whose members follow under `path.member` if the answer is [`Next::Walk`].
    Object,
    /// Anything else: null, a symbol, a bigint.
    Other,
    /// A string.
    Text(&'a str),
}

/// Whether a shell goes on into what it has just named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Hand over the members too.
    Walk,
    /// Leave them: the value is taken as it is.
    Leave,
}

/// A bad option: its path, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError {
    /// Dotted: `rateLimit.quotas.0.limit`.
    pub field: String,
    /// For people: "a whole number of 1 or more".
    pub expected: &'static str,
}

/// What is expected, if it is not there.
pub type Checked<T> = Result<T, &'static str>;

/// The number of a row of which nothing was said. No kind takes a NaN from a caller.
pub const UNSAID: f64 = f64::NAN;

/// What may stand at an option, and the number it is kept as. Texts say what is expected instead of something else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// One of the words that stand in quotes in this text; kept as its place there, from 0.
    Choice(&'static str),
    /// A whole number of 1 or more; an infinity is no limit.
    Count,
    /// The same for how much of a quota a call takes, which may also be told by unit, in an object.
    Cost,
    /// Milliseconds, 0 or more and finite, rounded up.
    Delay,
    /// A factor of 1 or more.
    Factor,
    /// A whole number of a few.
    Few,
    /// `true` or `false`; kept as 1 or 0.
    Flag,
    /// A function; the shell keeps it. Kept as 1.
    Function,
    /// Where an idempotency key comes from: `"auto"` is kept as 1; `false`, and a function, which the shell asks, as 0.
    Key,
    /// An array, whose elements follow.
    List(&'static str),
    /// Milliseconds, 0 or more, rounded up, so that a wait is never short; an infinity means for ever.
    Millis,
    /// A string that is a token (RFC 9110 section 5.6.2), as names of headers are.
    Name(&'static str),
    /// A thing that this version does not have: `false` at most.
    Off(&'static str),
    /// An object whose members the shell or another module reads.
    Kept,
    /// An object, whose members follow.
    Object,
    /// A finite number.
    Order,
    /// Milliseconds, more than 0, rounded up.
    Period,
    /// A whole number of 0 or more; an infinity is no limit.
    Size,
    /// A part of a whole, from 0 to 1.
    Share,
    /// A status of an error.
    Status,
    /// `false`, kept as 0, or an object, kept as 1, whose members follow.
    Switch,
    /// A string.
    Text,
    /// A thing that this version does not have at all.
    Unknown(&'static str),
    /// A string with something in it, and no slash.
    Word(&'static str),
}

/// One option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Its name, or its path below its table's own.
    pub name: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// What holds where nobody says anything, or [`UNSAID`].
    pub default: f64,
}

/// A row without a default.
pub const fn row(name: &'static str, kind: Kind) -> Row {
    Row { name, kind, default: UNSAID }
}

/// Declares a table of options and the enum of the places in it from one list, so that they cannot differ. What is in `rest` has
/// no place: nothing is kept of it.
macro_rules! table {
    ($(#[$about:meta])* $table:ident by $place:ident { $($name:ident: $row:expr,)* } rest [$($other:expr,)*]) => {
        $(#[$about])*
        pub(crate) const $table: &[Row] = &[$($row,)* $($other,)*];

        #[derive(Clone, Copy)]
        enum $place {
            $($name,)*
        }
    };
}
pub(crate) use table;

/// What was expected where there is no option.
pub const UNKNOWN: &str = "a known option";

/// Takes one option into `numbers`, which has a place for each row of `table`, and says which row it was.
///
/// # Errors
/// What was expected there.
#[inline(never)]
pub fn set(table: &[Row], numbers: &mut [f64], name: &str, value: Value<'_>) -> Checked<(usize, Next)> {
    let (index, row) = table.iter().enumerate().find(|(_, row)| row.name == name).ok_or(UNKNOWN)?;
    let (number, next) = row.kind.read(value)?;
    if let (Some(place), false) = (numbers.get_mut(index), number.is_nan()) {
        *place = number;
    }
    Ok((index, next))
}

/// What holds at the row `index`: the caller's word, else the profile's, else the default.
#[inline(never)]
pub fn over(table: &[Row], caller: &[f64], profile: &[f64], index: usize) -> f64 {
    let said = |numbers: &[f64]| numbers.get(index).copied().filter(|number| !number.is_nan());
    said(caller).or_else(|| said(profile)).unwrap_or_else(|| table.get(index).map_or(UNSAID, |row| row.default))
}

/// Whole milliseconds, where there are any. An infinity saturates.
pub fn millis(number: f64) -> Option<i64> {
    (!number.is_nan()).then_some(number as i64)
}

impl Kind {
    /// The number that `value` is kept as, or [`UNSAID`] where it is none, and whether its members are wanted.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(self, value: Value<'_>) -> Checked<(f64, Next)> {
        let kept = matches!(self, Self::Kept);
        let next = if matches!(value, Value::List(_) | Value::Object) && !kept { Next::Walk } else { Next::Leave };
        let number = match (value, self) {
            (Value::List(_), Self::List(_)) | (Value::Object, Self::Cost | Self::Object) => Some(UNSAID),
            (Value::Number(n), _) => self.number(n),
            (Value::Flag(false), Self::Flag | Self::Switch | Self::Off(_) | Self::Key)
            | (Value::Function, Self::Key)
            | (Value::Object, Self::Kept)
            | (Value::Text(_), Self::Text) => Some(0.0),
            (Value::Flag(true), Self::Flag)
            | (Value::Function, Self::Function)
            | (Value::Object, Self::Switch)
            | (Value::Text("auto"), Self::Key) => Some(1.0),
            (Value::Text(text), Self::Word(_)) => {
                (!text.is_empty() && words::find(text, b"/").is_none()).then_some(0.0)
            }
            (Value::Text(text), Self::Name(_)) => {
                let is_token =
                    |byte: u8| byte.is_ascii_graphic() && words::find("\"(),/:;<=>?@[\\]{}", &[byte]).is_none();
                (!text.is_empty() && text.bytes().all(is_token)).then_some(0.0)
            }
            (Value::Text(text), Self::Choice(words)) => {
                // Every second piece between the quotes is a word.
                let mut pieces = words::split(words, b"\"").enumerate();
                pieces.find(|(n, word)| n % 2 == 1 && *word == text).map(|(n, _)| (n / 2) as f64)
            }
            _ => None,
        };
        number.map(|number| (number, next)).ok_or(self.expected())
    }

    fn number(self, n: f64) -> Option<f64> {
        let (least, most) = match self {
            Self::Cost | Self::Count => (1.0, f64::INFINITY),
            Self::Delay => (0.0, f64::MAX),
            Self::Factor => (1.0, 1e6),
            Self::Few => (1.0, 10.0),
            Self::Millis | Self::Size => (0.0, f64::INFINITY),
            Self::Order => (-1e9, 1e9),
            Self::Period => (f64::MIN_POSITIVE, f64::INFINITY),
            Self::Share => (0.0, 1.0),
            Self::Status => (400.0, 599.0),
            _ => return None,
        };
        if !(least <= n && n <= most) {
            return None;
        }
        let whole = n as i64 as f64;
        match self {
            Self::Factor | Self::Order | Self::Share => Some(n),
            Self::Delay | Self::Millis | Self::Period => Some(if whole < n { whole + 1.0 } else { whole }),
            _ => (whole >= n || n > f64::from(u32::MAX)).then_some(n),
        }
    }

    /// What it expects, in words.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Choice(text)
            | Self::List(text)
            | Self::Name(text)
            | Self::Off(text)
            | Self::Unknown(text)
            | Self::Word(text) => text,
            Self::Cost | Self::Count => "a whole number of 1 or more",
            Self::Delay => "a finite number of milliseconds, 0 or more",
            Self::Factor => "a number of 1 or more",
            Self::Few => "a whole number from 1 to 10",
            Self::Flag => "true or false",
            Self::Function => "a function",
            Self::Kept | Self::Object => "an object",
            Self::Key => "false, \"auto\" or a function",
            Self::Millis => "a number of milliseconds, 0 or more",
            Self::Order => "a finite number",
            Self::Period => "a number of milliseconds, more than 0",
            Self::Size => "a whole number of 0 or more",
            Self::Share => "a number from 0 to 1",
            Self::Status => "an HTTP status from 400 to 599",
            Self::Switch => "false or an object",
            Self::Text => "a string",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(kind: Kind, value: Value<'_>) -> Option<f64> {
        kind.read(value).ok().map(|(number, _)| number)
    }

    #[test]
    fn a_count_is_whole_and_an_infinity_is_no_limit() {
        let rows = [(1.0, Some(1)), (1.5, None), (0.0, None), (-1.0, None), (f64::NAN, None), (1e99, Some(u32::MAX))];
        for (given, expected) in rows {
            assert_eq!(number(Kind::Count, Value::Number(given)).map(|n| n as u32), expected, "{given}");
        }
        assert_eq!(number(Kind::Count, Value::Number(f64::INFINITY)), Some(f64::INFINITY));
        assert_eq!(number(Kind::Size, Value::Number(0.0)), Some(0.0));
        assert_eq!(Kind::Count.read(Value::Text("3")), Err("a whole number of 1 or more"));
    }

    #[test]
    fn milliseconds_are_rounded_up_and_may_be_for_ever() {
        let read = |kind: Kind, given| number(kind, Value::Number(given)).and_then(millis);
        assert_eq!(read(Kind::Millis, 0.2), Some(1));
        assert_eq!(read(Kind::Millis, 0.0), Some(0));
        assert_eq!(read(Kind::Period, f64::INFINITY), Some(i64::MAX));
        for (kind, given) in [(Kind::Millis, -0.1), (Kind::Period, f64::NAN), (Kind::Period, 0.0)] {
            assert_eq!(read(kind, given), None, "{given}");
        }
    }

    #[test]
    fn every_kind_takes_its_own_and_says_what_it_expects_of_others() {
        let choice = Kind::Choice("\"full\", \"equal\" or \"none\"");
        let rows = [
            (choice, Value::Text("none"), Ok((2.0, Next::Leave))),
            (choice, Value::Text(", "), Err("\"full\", \"equal\" or \"none\"")),
            (Kind::Switch, Value::Flag(false), Ok((0.0, Next::Leave))),
            (Kind::Switch, Value::Object, Ok((1.0, Next::Walk))),
            (Kind::Switch, Value::Flag(true), Err("false or an object")),
            (Kind::Key, Value::Text("auto"), Ok((1.0, Next::Leave))),
            (Kind::Key, Value::Function, Ok((0.0, Next::Leave))),
            (Kind::Key, Value::Flag(true), Err("false, \"auto\" or a function")),
            (Kind::Kept, Value::Object, Ok((0.0, Next::Leave))),
            (Kind::Off("false"), Value::Flag(false), Ok((0.0, Next::Leave))),
            (Kind::Off("false"), Value::Object, Err("false")),
            (Kind::Unknown("nothing"), Value::Object, Err("nothing")),
            (Kind::Name("a name"), Value::Text("X-Own_1"), Ok((0.0, Next::Leave))),
            (Kind::Name("a name"), Value::Text("x:y"), Err("a name")),
            (Kind::Name("a name"), Value::Text("é"), Err("a name")),
            (Kind::Word("a host"), Value::Text("a/b"), Err("a host")),
            (Kind::Word("a host"), Value::Text(""), Err("a host")),
            (Kind::Status, Value::Number(399.0), Err("an HTTP status from 400 to 599")),
            (Kind::Order, Value::Number(f64::INFINITY), Err("a finite number")),
            (Kind::Share, Value::Number(0.2), Ok((0.2, Next::Leave))),
            (Kind::Share, Value::Number(1.1), Err("a number from 0 to 1")),
            (Kind::Function, Value::Flag(true), Err("a function")),
            (Kind::Flag, Value::Number(1.0), Err("true or false")),
        ];
        for (kind, value, expected) in rows {
            assert_eq!(kind.read(value), expected, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn places_are_rows() {
        table! {
            OPTIONS by Place {
                First: row("first", Kind::Count),
                Second: row("second", Kind::Flag),
            }
            rest [
                row("third", Kind::Object),
            ]
        }
        let names = OPTIONS.iter().map(|row| row.name);
        assert!(names.eq(["first", "second", "third"]));
        let mut numbers = [UNSAID; OPTIONS.len()];
        assert_eq!(set(OPTIONS, &mut numbers, "second", Value::Flag(true)), Ok((Place::Second as usize, Next::Leave)));
        assert_eq!(set(OPTIONS, &mut numbers, "first", Value::Number(7.0)), Ok((Place::First as usize, Next::Leave)));
        let held = |place: Place| over(OPTIONS, &numbers, &[], place as usize);
        assert!(held(Place::First) > 6.0 && held(Place::Second) < 2.0);
    }

    #[test]
    fn what_is_not_said_is_inherited() {
        let table = [Row { default: 4.0, ..row("a", Kind::Count) }, row("b", Kind::Object)];
        let (mut caller, mut profile) = ([UNSAID; 2], [UNSAID; 2]);
        let held = |caller: &[f64], profile: &[f64]| millis(over(&table, caller, profile, 0));
        assert_eq!(held(&caller, &profile), Some(4));
        assert_eq!(set(&table, &mut profile, "a", Value::Number(6.0)), Ok((0, Next::Leave)));
        assert_eq!(held(&caller, &profile), Some(6));
        assert_eq!(set(&table, &mut caller, "a", Value::Number(2.0)), Ok((0, Next::Leave)));
        assert_eq!(held(&caller, &profile), Some(2));
        assert_eq!(set(&table, &mut caller, "b", Value::Object), Ok((1, Next::Walk)));
        assert!(over(&table, &caller, &profile, 1).is_nan());
        assert_eq!(set(&table, &mut caller, "c", Value::Number(2.0)), Err(UNKNOWN));
    }
}
