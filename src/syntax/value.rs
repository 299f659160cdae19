//! One option's value as a shell read it from the caller's object, and what is said of a bad one.
//!
//! Shells walk the caller's object and hand over one leaf at a time, under its path; the wings say what they expect there.
//! So the schema stands in the core once, and each shell needs only a walk.

use alloc::string::String;

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

impl Value<'_> {
    /// A whole number from `least` on; an infinity counts as "no limit".
    pub fn count(self, least: u32) -> Checked<u32> {
        match self {
            Self::Number(n) if n >= f64::from(least) && (n as u32 as f64 >= n || n > f64::from(u32::MAX)) => {
                Ok(n as u32)
            }
            _ if least == 0 => Err("a whole number of 0 or more"),
            _ => Err("a whole number of 1 or more"),
        }
    }

    /// Milliseconds, 0 or more; an infinity means for ever.
    pub fn millis(self) -> Checked<i64> {
        match self {
            Self::Number(n) if n >= 0.0 => Ok(ceil(n)),
            _ => Err("a number of milliseconds, 0 or more"),
        }
    }

    /// Milliseconds, more than 0.
    pub fn positive_millis(self) -> Checked<i64> {
        match self {
            Self::Number(n) if n > 0.0 => Ok(ceil(n)),
            _ => Err("a number of milliseconds, more than 0"),
        }
    }

    /// `true` or `false`.
    pub fn flag(self) -> Checked<bool> {
        match self {
            Self::Flag(flag) => Ok(flag),
            _ => Err("true or false"),
        }
    }

    /// A function.
    pub fn function(self) -> Checked<Next> {
        match self {
            Self::Function => Ok(Next::Leave),
            _ => Err("a function"),
        }
    }

    /// An object.
    pub fn object(self) -> Checked<Next> {
        match self {
            Self::Object => Ok(Next::Walk),
            _ => Err("an object"),
        }
    }

    /// `false`, or an object.
    pub fn false_or_object(self) -> Checked<Next> {
        match self {
            Self::Flag(false) => Ok(Next::Leave),
            Self::Object => Ok(Next::Walk),
            _ => Err("false or an object"),
        }
    }
}

// Up, so that a wait is never short. An infinity saturates.
fn ceil(ms: f64) -> i64 {
    let whole = ms as i64;
    if (whole as f64) < ms { whole.saturating_add(1) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_whole_and_an_infinity_is_no_limit() {
        let rows =
            [(1.0, Some(1)), (1.5, None), (0.0, None), (-1.0, None), (f64::NAN, None), (f64::INFINITY, Some(u32::MAX))];
        for (number, expected) in rows {
            assert_eq!(Value::Number(number).count(1).ok(), expected, "{number}");
        }
        assert_eq!(Value::Number(0.0).count(0), Ok(0));
        assert_eq!(Value::Text("3").count(1), Err("a whole number of 1 or more"));
    }

    #[test]
    fn milliseconds_are_rounded_up_and_may_be_for_ever() {
        assert_eq!(Value::Number(0.2).millis(), Ok(1));
        assert_eq!(Value::Number(f64::INFINITY).millis(), Ok(i64::MAX));
        assert!(Value::Number(-0.1).millis().is_err());
        assert!(Value::Number(f64::NAN).positive_millis().is_err());
        assert!(Value::Number(0.0).positive_millis().is_err());
    }
}
