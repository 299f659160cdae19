//! One option's value as a shell reads it from the caller's object, and the kinds of options.
//!
//! A shell walks the caller's object and passes one value at a time with its path; the modules define what they expect there.
//! So the schema is in the core once, and each shell needs only a walk.

use alloc::string::String;

pub(crate) use rows::table;
pub use rows::{ANY, Read, Row, UNKNOWN, UNSAID, find, millis, over, read, row};

use super::words;

mod rows;

/// The value at one path of an options object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `true` or `false`.
    Flag(bool),
    /// A function; the shell keeps it.
    Function,
    /// An array with this many elements, which follow under `path.index`.
    List(usize),
    /// A number, NaN and the infinities included.
    Number(f64),
    /// An object. Its members follow under `path.member` if the result is [`Next::Walk`].
    Object,
    /// Anything else: null, a symbol, a bigint.
    Other,
    /// A string.
    Text(&'a str),
}

/// Whether a shell continues into the value that it just passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Pass the members too.
    Walk,
    /// Do not pass the members: the value is complete.
    Leave,
}

/// An invalid option: its path, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError {
    /// The dotted path: `rateLimit.quotas.0.limit`.
    pub field: String,
    /// What was expected, for people: "a whole number of 1 or more".
    pub expected: &'static str,
}

/// A checked value, or what was expected in its place.
pub type Checked<T> = Result<T, &'static str>;

/// The values that an option accepts, and the number that each is stored as. The texts say what is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// One of the words in quotes in this text; stored as its index there, from 0.
    Choice(&'static str),
    /// The same, for a number of sends; its text says that the first send counts too.
    Attempts,
    /// A whole number of 1 or more; an infinity is no limit.
    Count,
    /// The same for the units of a quota that a call consumes, or an object with a number for each unit.
    Cost,
    /// Milliseconds, 0 or more and finite, rounded up.
    Delay,
    /// A factor of 1 or more.
    Factor,
    /// A whole number from a small range.
    Few,
    /// `true` or `false`; stored as 1 or 0.
    Flag,
    /// A function; the shell keeps it. Stored as 0.
    Function,
    /// The same, stored as 0, or an array of functions, stored as 1, whose elements follow.
    Functions,
    /// Where an idempotency key comes from: `false` is stored as 0, `"auto"` as 1, and a function, which the shell calls, as 2.
    Key,
    /// An array, whose elements follow.
    List(&'static str),
    /// An array of at least one element.
    Some(&'static str),
    /// Milliseconds, 0 or more, rounded up, so that a wait is never too short; an infinity means forever.
    Millis,
    /// A string that is a token (RFC 9110 section 5.6.2), like header names.
    Name(&'static str),
    /// An object whose members the shell or another module reads.
    Kept,
    /// The same; a shell passes it as lines of text.
    Lines,
    /// An object, whose members follow.
    Object,
    /// An object with one of the members that this text names.
    OneOf(&'static str),
    /// A finite number.
    Order,
    /// A path with a part in braces ([`is_named`]).
    Path(&'static str),
    /// Milliseconds, more than 0, rounded up.
    Period,
    /// A whole number of 0 or more; an infinity is no limit.
    Size,
    /// A share, from 0 to 1.
    Share,
    /// An error status.
    Status,
    /// `false`, stored as 0, or an object, stored as 1, whose members follow.
    Switch,
    /// A string.
    Text,
    /// An option that this version does not support.
    Unknown(&'static str),
    /// A string that is not empty and has no slash.
    Word(&'static str),
}

/// Whether a part of a path is in braces, so that each of its values counts separately.
pub fn is_named(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

/// Which numbers of a range an option accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// All.
    Any,
    /// All, rounded up to the next whole one.
    Up,
    /// Whole ones; beyond 32 bits, where it is no limit, any.
    Whole,
}

impl Kind {
    /// The number that `value` is stored as, and whether to pass its members.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(self, value: Value<'_>) -> Checked<(f64, Next)> {
        let kept = matches!(self, Self::Kept | Self::Lines);
        let next = if matches!(value, Value::List(_) | Value::Object) && !kept { Next::Walk } else { Next::Leave };
        let number = match (value, self) {
            (Value::Number(n), _) => self.number(n),
            (Value::List(0), Self::Some(_)) => None,
            (Value::List(_), Self::List(_) | Self::Some(_))
            | (Value::Object, Self::Cost | Self::Object | Self::OneOf(_) | Self::Kept | Self::Lines)
            | (Value::Flag(false), Self::Flag | Self::Switch | Self::Key)
            | (Value::Function, Self::Function | Self::Functions)
            | (Value::Text(_), Self::Text | Self::Lines) => Some(0.0),
            (Value::Flag(true), Self::Flag)
            | (Value::List(_), Self::Functions)
            | (Value::Object, Self::Switch)
            | (Value::Text("auto"), Self::Key) => Some(1.0),
            (Value::Function, Self::Key) => Some(2.0),
            (Value::Text(text), Self::Path(_)) => {
                (text.starts_with('/') && words::split(text, b"/").any(is_named)).then_some(0.0)
            }
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
        let (least, most, step) = self.range()?;
        if !(least <= n && n <= most) {
            return None;
        }
        let whole = n as i64 as f64;
        match step {
            Step::Any => Some(n),
            Step::Up => Some(if whole < n { whole + 1.0 } else { whole }),
            Step::Whole => (whole >= n || n > f64::from(u32::MAX)).then_some(n),
        }
    }

    /// The range of its numbers, and which of them it accepts.
    pub(crate) fn range(self) -> Option<(f64, f64, Step)> {
        let (least, most) = match self {
            Self::Attempts | Self::Cost | Self::Count => (1.0, f64::INFINITY),
            Self::Delay => (0.0, f64::MAX),
            Self::Factor => (1.0, 1e6),
            Self::Few => (1.0, 10.0),
            Self::Millis | Self::Size => (0.0, f64::INFINITY),
            Self::Order => (-1e9, 1e9),
            // The least number over 0 that there is.
            Self::Period => (f64::from_bits(1), f64::INFINITY),
            Self::Share => (0.0, 1.0),
            Self::Status => (400.0, 599.0),
            _ => return None,
        };
        let step = match self {
            Self::Factor | Self::Order | Self::Share => Step::Any,
            Self::Delay | Self::Millis | Self::Period => Step::Up,
            _ => Step::Whole,
        };
        Some((least, most, step))
    }

    /// What it expects, in words.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Choice(text)
            | Self::List(text)
            | Self::Name(text)
            | Self::OneOf(text)
            | Self::Path(text)
            | Self::Some(text)
            | Self::Unknown(text)
            | Self::Word(text) => text,
            Self::Attempts => "a whole number of 1 or more, which counts the first send",
            Self::Cost | Self::Count => "a whole number of 1 or more",
            Self::Delay => "a finite number of milliseconds, 0 or more",
            Self::Factor => "a number of 1 or more",
            Self::Few => "a whole number from 1 to 10",
            Self::Flag => "true or false",
            Self::Function => "a function",
            Self::Functions => "a function or an array of functions",
            Self::Kept | Self::Lines | Self::Object => "an object",
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
            (Kind::Key, Value::Function, Ok((2.0, Next::Leave))),
            (Kind::Key, Value::Flag(true), Err("false, \"auto\" or a function")),
            (Kind::Kept, Value::Object, Ok((0.0, Next::Leave))),
            (Kind::Lines, Value::Text("x"), Ok((0.0, Next::Leave))),
            (Kind::Some("an array of one"), Value::List(1), Ok((0.0, Next::Walk))),
            (Kind::Some("an array of one"), Value::List(0), Err("an array of one")),
            (Kind::Path("a path"), Value::Text("/a/{id}"), Ok((0.0, Next::Leave))),
            (Kind::Path("a path"), Value::Text("/a/id}"), Err("a path")),
            (Kind::Path("a path"), Value::Text("{id}"), Err("a path")),
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
            (Kind::Function, Value::List(1), Err("a function")),
            (Kind::Functions, Value::Function, Ok((0.0, Next::Leave))),
            (Kind::Functions, Value::List(2), Ok((1.0, Next::Walk))),
            (Kind::Functions, Value::Object, Err("a function or an array of functions")),
            (Kind::Flag, Value::Number(1.0), Err("true or false")),
        ];
        for (kind, value, expected) in rows {
            assert_eq!(kind.read(value), expected, "{kind:?} {value:?}");
        }
    }
}
