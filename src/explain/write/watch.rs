//! Whether the next word of a text is a secret, by what stands before it.
//!
//! A secret's name and a colon make any word its value, but for words that sentences are made of ([`crate::explain::write::stop_words`]).
//! Without a colon only what looks like a password is one: "Password hunter2 is wrong".

use crate::explain::scan;
use crate::explain::scan::{after, find, has, head, lists, parts, until};
use crate::explain::write::redact::{GONE, is_word};
use crate::explain::write::secret_names::{Name, first_part, is_whole_name, may_name, name_of};
use crate::explain::write::stop_words::{is_stop_word, is_verb};
use crate::syntax::shapes;

/// Bytes of a quoted value that are looked at.
const PHRASE: usize = 128;
/// How what numbers count begins.
const UNITS: &str = "char letter digit symbol byte sec min hour day token";

/// What stands before the next word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing that counts.
    Off,
    /// A name, for which a colon must follow.
    Named(Name),
    /// A name, for which it need not.
    Hard,
    /// `Bearer` or `Basic`.
    Scheme,
    /// A sentence about a secret; `true`: a colon may follow.
    Sentence(bool),
    /// A name and a colon.
    Value(Name),
    /// The start of what is said of a secret, which may begin with it.
    Opening,
    /// A value that was taken out; `true`: because of what stands before it.
    Taken(bool),
}

impl State {
    fn awaits_value(self) -> bool {
        matches!(self, Self::Value(_) | Self::Opening)
    }
}

/// Reads a text word by word.
#[derive(Debug)]
pub struct Watch<'t> {
    state: State,
    /// Where it falls back to.
    rest: State,
    /// The last word.
    last: &'t str,
    /// Whether no word of the text names a secret.
    is_quiet: bool,
    /// Whether pairs of a cookie, or elements of a list, may follow.
    cookie: bool,
    list: bool,
}

impl<'t> Watch<'t> {
    /// For `text`. `is_value`: it is the value of a secret's name.
    pub fn new(text: &str, is_value: bool) -> Self {
        let (state, rest) = if is_value { (State::Opening, State::Sentence(false)) } else { (State::Off, State::Off) };
        Self { state, rest, last: "", is_quiet: !is_value && !may_name(text), cookie: false, list: false }
    }

    /// Passes a character that belongs to no word.
    pub fn pass(&mut self, char: char) {
        let state = self.state;
        let value = state.awaits_value();
        self.list = (self.list || value && char == '[') && char != ']';
        self.state = match (state, char) {
            (State::Off, _) => return,
            (State::Taken(_), '=') | (State::Taken(true), ':') | (State::Scheme, '=' | ':') => State::Value(Name::Weak),
            (State::Taken(true), ';') if self.cookie => State::Value(Name::Weak),
            (State::Taken(true), ',') if self.list => State::Value(Name::Hard),
            (State::Named(name), '=' | ':' | '>') => State::Value(name),
            (State::Hard | State::Opening | State::Sentence(true), '=' | ':' | '>') => State::Value(Name::Hard),
            // A line break is a blank.
            (State::Value(_), '=' | ':' | '>')
            | (_, ' ' | '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '\\' | '|') => state,
            (_, char) if char.is_ascii_control() => state,
            _ => self.rest,
        };
    }

    /// How long a quoted value is that `text` begins with, behind the quote; 0 if words are to be looked at one by one.
    pub fn phrase(&self, text: &str) -> usize {
        let Some(quote @ (b'"' | b'\'' | b'`')) = text.bytes().next() else { return 0 };
        if !self.state.awaits_value() {
            return 0;
        }
        let tail = after(text, 1);
        let Some(end) = tail.bytes().take(PHRASE).position(|byte| byte == quote) else { return 0 };
        let inner = tail.get(..end).unwrap_or("");
        let (mut last, mut count, mut known, mut prose) = ("", 0, 0, false);
        let mut left = inner;
        while !left.is_empty() {
            let word = until(left, b" \t\r\n");
            left = after(left, word.len() + 1);
            let bare = first_word(word);
            let bare = self::bare(bare);
            prose |= is_verb(bare) || name_of(bare, last) != Name::None;
            known += usize::from(is_stop_word(bare));
            count += 1;
            last = bare;
        }
        // A passphrase has hardly any of the words that sentences are made of.
        prose |= known * 2 > count;
        let single = inner.bytes().all(is_word);
        if prose || single || has(inner, "://") || has(inner, GONE) { 0 } else { end }
    }

    /// Whether `word`, which `tail` follows, is taken out because of what stands before it. `quoted`: it stands in quotes.
    pub fn takes(&self, word: &str, tail: &str, quoted: bool) -> bool {
        let bare = bare(word);
        let digits = if bare.bytes().all(|byte| byte.is_ascii_digit()) && !is_unit(tail) { bare.len() } else { 0 };
        match self.state {
            State::Off | State::Named(_) | State::Taken(false) => false,
            State::Value(name) => is_value(bare, tail, name),
            State::Opening => {
                // "Editing secrets is …" is a sentence; "hunter is too short" begins with a value.
                let rest = skip_blanks(tail);
                let next = self::bare(first_word(rest));
                let gone = scan::trim_start(rest, b"\"'`").starts_with('[');
                let said = next.is_empty() && !gone || is_sentence(next);
                is_value(bare, tail, Name::Hard) && (is_strong(bare) || quoted || said || digits > 3)
            }
            State::Hard => {
                let named = is_sentence(bare) || name_of(bare, self.last) != Name::None;
                is_strong(bare)
                    || digits > 3
                    || digits == 3 && is_whole_name(self.last)
                    || quoted && !named && has_ascii(bare)
            }
            State::Scheme => is_credential(bare),
            State::Sentence(named) => {
                // "was 'x'", "is 123456".
                let told = !named || is("is was got", self.last);
                is_strong(bare) || told && (digits > 3 || quoted && has_ascii(bare) && is_value(bare, tail, Name::Weak))
            }
            State::Taken(true) => is_strong(bare),
        }
    }

    /// Passes a word that was taken out.
    pub fn pass_taken(&mut self) {
        self.state = State::Taken(!matches!(self.state, State::Off | State::Named(_) | State::Taken(false)));
        self.last = "";
    }

    /// Passes a word that stays.
    pub fn pass_word(&mut self, word: &'t str, tail: &str) {
        if self.is_quiet && self.state == State::Off {
            return;
        }
        let bare = bare(word);
        let name = name_of(bare, self.last);
        let value = self.state.awaits_value();
        // "Unexpected token 'x'" is a parser's.
        let parser = is("unexpected unknown illegal", self.last) && bare.eq_ignore_ascii_case("token");
        self.last = bare;
        if name != Name::None {
            self.cookie = has(bare, "cookie");
        }
        self.state = match name {
            _ if is("bearer basic", bare) => {
                if value {
                    self.state
                } else {
                    State::Scheme
                }
            }
            Name::Hard if parser => self.rest,
            _ if value && (name != Name::None || is("value", bare)) => self.state,
            Name::Hard => State::Hard,
            Name::Weak | Name::Count => State::Named(name),
            Name::None if bare.len() < word.len() && word.ends_with('.') => self.rest,
            Name::None if self.rest != State::Off && is("value", bare) => State::Value(Name::Weak),
            Name::None if self.rest != State::Off && bare.ends_with("value") => State::Named(Name::Weak),
            Name::None if is_sentence(bare) => match self.state {
                State::Value(_) | State::Hard => State::Sentence(true),
                State::Opening => State::Sentence(false),
                State::Sentence(_) => self.state,
                _ => self.rest,
            },
            Name::None if value && !has_ascii(bare) => self.state,
            // `cookie "sid=…"`
            Name::None if self.cookie && matches!(self.state, State::Named(_)) && tail.starts_with('=') => self.state,
            Name::None => self.rest,
        };
    }

    /// Passes an address.
    pub fn pass_address(&mut self) {
        self.state = self.rest;
    }
}

/// `text` without the blanks, and what will be blanks, at its start.
fn skip_blanks(text: &str) -> &str {
    skip(text, |byte| byte == b' ' || byte.is_ascii_control())
}

/// `text` without what of `is_passed` it begins with.
fn skip(text: &str, is_passed: fn(u8) -> bool) -> &str {
    after(text, text.bytes().position(|byte| !is_passed(byte)).unwrap_or(text.len()))
}

/// The word that `text` begins with.
fn first_word(text: &str) -> &str {
    head(text, text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len()))
}

/// `word` without what ends a sentence.
fn bare(word: &str) -> &str {
    let ends = word.bytes().rev().take_while(|byte| matches!(byte, b'.' | b'!')).count();
    head(word, word.len() - ends)
}

fn is(list: &str, word: &str) -> bool {
    lists(list, b' ', word)
}

/// Whether a number before `tail` counts something: `8 characters`.
fn is_unit(tail: &str) -> bool {
    let next = first_word(after(tail, 1));
    next.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts(UNITS, b' ').any(|unit| find(head(next, 8), unit, 0) == Some(0))
}

fn is_exception(word: &str) -> bool {
    word.ends_with("Exception") || word.ends_with("Error")
}

fn has_ascii(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

fn is_sentence(word: &str) -> bool {
    is_stop_word(word) || is_verb(word)
}

/// Whether `word` is a value behind the name of a secret, and not how a sentence about it begins.
fn is_value(word: &str, tail: &str, name: Name) -> bool {
    let number = word.bytes().all(|byte| byte.is_ascii_digit());
    if number && name == Name::Count || !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'*' | b'-' | b'.'))
    {
        return false;
    }
    if number && word.len() < 4 && is_unit(tail) {
        return false;
    }
    if is_strong(word) {
        return true;
    }
    if name_of(word, "") != Name::None {
        // `password=secret&…`, and not `{"token":{"secret":…` or "password: Password is …".
        let next = skip(tail, |byte| matches!(byte, b'"' | b'\'' | b'\\'));
        let goes_on = skip_blanks(next)
            .bytes()
            .next()
            .is_some_and(|byte| is_word(byte) || matches!(byte, b':' | b'=' | b'>' | b'['));
        return name == Name::Hard && !goes_on && !is_code(word);
    }
    // "can't"
    let is_contracted = word.ends_with(['n', 'N']) && tail.starts_with("'t");
    has_sign(word)
        && !is_sentence(word)
        && !is("bearer basic value", word)
        && !is_exception(word)
        && !is_contracted
        && !is_code(word)
}

/// Whether it is more than letters of another script, whose words are not known.
fn has_sign(word: &str) -> bool {
    word.bytes().any(|byte| byte < 0x80)
}

/// Whether it is a code that says what is wrong: `too_short`, `invalidFormat`.
fn is_code(word: &str) -> bool {
    let mut parts = 0;
    let mut said = false;
    let mut rest = word;
    while !rest.is_empty() {
        let (part, next) = first_part(rest);
        if !part.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return false;
        }
        said |= is_sentence(part);
        parts += 1;
        rest = next;
    }
    parts > 1 && said
}

/// Whether `word` looks like a password: letters and digits, and no name, date or version.
fn is_strong(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let version = |word: &str| {
        word.bytes().next().is_some_and(|byte| byte | 0x20 == b'v')
            && word.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
    };
    let date = word.bytes().position(|byte| !byte.is_ascii_digit()) == Some(4) && word.as_bytes().get(4) == Some(&b'-');
    let parted = word.bytes().any(|byte| matches!(byte, b'-' | b'_' | b'.'));
    word.len() >= 4
        && digits > 0
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !is_stop_word(word)
        && !version(word)
        && !date
        && !(parted && shapes::is_readable(word))
        && !is_exception(word)
}

/// Whether `word` looks like what follows `Bearer` or `Basic`, and not like a word of a sentence ("basic plan").
fn is_credential(word: &str) -> bool {
    let mut last = b' ';
    let mut turns = false;
    for byte in word.bytes() {
        turns |= last.is_ascii_lowercase() && byte.is_ascii_uppercase();
        last = byte;
    }
    let marked = word.len() > 5 && word.bytes().any(|byte| matches!(byte, b'.' | b'_' | b'~' | b'+'));
    (is_strong(word) || turns || marked || word.len() >= 20) && !is_sentence(word) && name_of(word, "") == Name::None
}
