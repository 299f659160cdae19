//! What was thrown and is no failure of a request: a mistake in the program, a value that is no error, nothing at all.
//!
//! All of it reaches the `catch` beside a call of `fetch`. Its kind is `unknown`, and to send the request again does not help.

use crate::explain::Report;
use crate::explain::advise::texts;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{Kind, Retry};
use crate::explain::read::report::{Given, Thrown};
use crate::explain::scan::{cut, has_any, head, lists};
use alloc::string::String;

const ID: &str = "program.error";
/// Bytes of a message that are looked at.
const MOST: usize = 1024;
/// Errors that only engines throw, for mistakes in the code.
const NAMES: &str = "ReferenceError|RangeError|InternalError|EvalError|SyntaxError";
/// Of a `TypeError`, in lower case: the messages of V8, `SpiderMonkey` and `JavaScriptCore` in which a name of the program's stands
/// without quotes, so that it could be taken for a word about a request.
const SIGNS: &str = "is not a function|is not iterable|is not a constructor|redefine property|add property";
/// Of a `SyntaxError` that is about a body which was read as JSON.
const JSON: &str = "json|unexpected end|unexpected eof|expected pattern";
/// How some of `SpiderMonkey`'s end.
const ENDS: [&str; 2] = [" is undefined", " is null"];

/// What of an error's message can tell of a request: none where it is a mistake in the code. Engines quote names of the program
/// ("reading 'timeout'"), which say nothing of a request.
pub fn telling(thrown: &Thrown<'_>) -> Option<String> {
    let message = head(thrown.message, MOST);
    let holds = |signs: &'static str| has_any(message, signs, b'|');
    let is_type = thrown.name == "TypeError";
    // Engines give no code but a DOMException's, which is a number; errors of Node's and of libraries have words.
    if thrown.code.bytes().any(|byte| !byte.is_ascii_digit()) || (thrown.name == "SyntaxError" && holds(JSON)) {
        return Some(message.into());
    }
    let is_mistake = is_type && (holds(SIGNS) || ENDS.iter().any(|end| message.ends_with(end)));
    if is_mistake || lists(NAMES, b'|', thrown.name) {
        return None;
    }
    Some(if is_type { unquoted(message) } else { message.into() })
}

/// `text` without what stands in quotes. The apostrophe within a word is no quote.
fn unquoted(text: &str) -> String {
    let (mut out, mut from, mut quote) = (String::new(), 0, b' ');
    for (at, byte) in text.bytes().enumerate() {
        let is_within = at.checked_sub(1).is_some_and(|before| text.as_bytes()[before].is_ascii_alphanumeric());
        if quote == b' ' && matches!(byte, b'"' | b'\'' | b'`') && !is_within {
            out.push_str(cut(text, from, at));
            (quote, from) = (byte, at);
        } else if byte == quote && quote != b' ' {
            (quote, from) = (b' ', at + 1);
        }
    }
    // One that does not end is none.
    out.push_str(cut(text, from, text.len()));
    out
}

/// Explains what no row of the tables knows.
#[inline(never)]
pub fn explain(report: &Report<'_>) -> Explanation {
    let mut out = Explanation::new(Kind::Unknown, "", None);
    let thrown = report.thrown.first().copied().unwrap_or_default();
    tell(&mut out);
    let note = match report.given {
        Given::Fitting if !report.thrown.is_empty() => return threw(thrown, out),
        Given::Fitting => "Neither a status nor an error was given.",
        Given::Nothing => "Nothing was given.",
        Given::Promise => "A promise was given.",
        Given::Response => "A Response was given.",
        Given::Object => "The given object is not a report: it has neither a status nor an error.",
    };
    out.confidence = 10;
    out.what_happened = out.arena.add(note);
    misuse(report.given, &mut out);
    out
}

/// What was thrown, in its own words.
fn threw(thrown: Thrown<'_>, mut out: Explanation) -> Explanation {
    out.see(out.id, "exception", "message", thrown.message, None);
    if let Some(cause) = out.causes.first_mut() {
        cause.evidence = (0, 1);
    }
    let is_error = !thrown.name.is_empty();
    let words = if is_error {
        ["The program threw ", thrown.name]
    } else {
        ["The program threw a value that is not an Error", ""]
    };
    let start = out.arena.join(&words);
    if is_error && !thrown.code.is_empty() {
        out.arena.add(" (");
        out.arena.excerpt(thrown.code);
        out.arena.add(")");
    }
    let colon = out.arena.add(": ");
    let message = out.arena.excerpt(thrown.message);
    out.what_happened = start.and(if message.is_empty() { colon } else { message });
    if thrown.name == "PolicyOptionError" {
        out.action = out.arena.add("Correct the option named in the message.");
        out.retry = Retry::Never { until: out.arena.add("the option is corrected") };
    }
    out
}

/// Notes what to pass instead of what was given.
pub fn misuse(given: Given, out: &mut Explanation) {
    out.notes.push(match given {
        Given::Fitting | Given::Nothing => "Pass what was thrown, or a report: { status, headers, body, method, url }.",
        Given::Promise => "Await the promise: explain what it rejects with, and give its Response to explainResponse.",
        Given::Response => "The body of a Response is not read here: await explainResponse(response).",
        Given::Object => {
            "A report has the members status, headers, body, method, url, requestBody and error; other names are guessed."
        }
    });
}

/// What `id` is about, without a case at hand. Gives back whether it is this one's.
pub fn page(id: &str, out: &mut Explanation) -> bool {
    if id != ID {
        return false;
    }
    out.turn(Kind::Unknown, "");
    tell(out);
    true
}

fn tell(out: &mut Explanation) {
    out.id = out.arena.add(ID);
    out.confidence = 50;
    out.what_happened = out.arena.add("The program threw an error that says nothing about the request or the server.");
    for (id, text) in texts::pairs(texts::row(Kind::Unknown).causes()) {
        out.cause(id, text, "", "likely", 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Catalogs, Thrown, explain as explain_any};

    fn id(name: &str, message: &str, code: &str) -> alloc::string::String {
        let report = Report { thrown: alloc::vec![Thrown { name, message, code }], ..Report::default() };
        let out = explain_any(&report, &Catalogs::built_in());
        assert_eq!(matches!(out.retry, Retry::Never { .. }), out.kind != Kind::Network && out.kind != Kind::Timeout);
        assert_eq!(out.kind == Kind::Unknown, out.arena.read(out.id) == ID);
        out.arena.read(out.id).into()
    }

    #[test]
    fn what_an_engine_says_of_a_mistake_in_the_code_is_no_failure_of_the_network() {
        for (name, message) in [
            // V8
            ("TypeError", "Cannot read properties of undefined (reading 'timeout')"),
            ("TypeError", "Cannot read property 'certificate' of null"),
            ("TypeError", "Cannot set properties of undefined (setting 'x')"),
            ("TypeError", "response.json is not a function"),
            ("TypeError", "undefined is not iterable (cannot read property Symbol(Symbol.iterator))"),
            ("TypeError", "Cannot destructure property 'a' of 'undefined' as it is undefined."),
            ("TypeError", "Assignment to constant variable."),
            (
                "TypeError",
                "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'",
            ),
            ("TypeError", "Do not know how to serialize a BigInt"),
            ("TypeError", "Cannot convert undefined or null to object"),
            ("TypeError", "Failed to execute 'fetch' on 'Window': Illegal invocation"),
            ("TypeError", "Class constructor Client cannot be invoked without 'new'"),
            ("ReferenceError", "fetchh is not defined"),
            ("ReferenceError", "Cannot access 'token' before initialization"),
            ("RangeError", "Maximum call stack size exceeded"),
            ("RangeError", "Invalid array length"),
            ("RangeError", "Invalid time value"),
            ("SyntaxError", "Invalid regular expression: /(/: Unterminated group"),
            ("SyntaxError", "Invalid or unexpected token"),
            // SpiderMonkey
            ("TypeError", "can't access property \"id\", user is undefined"),
            ("TypeError", "user is undefined"),
            ("TypeError", "user is null"),
            ("TypeError", "invalid assignment to const 'x'"),
            ("TypeError", "cyclic object value"),
            ("ReferenceError", "can't access lexical declaration 'x' before initialization"),
            ("InternalError", "too much recursion"),
            // Names of the program's that are also words about requests
            ("TypeError", "timeout is not a function"),
            ("TypeError", "can't access property \"certificate\", x is undefined"),
            ("TypeError", "Cannot redefine property: timeout"),
            ("TypeError", "undefined is not an object (evaluating 'socket.timeout')"),
            ("TypeError", "Converting circular structure to JSON\n --- property 'econnreset' closes the circle"),
            ("ReferenceError", "timeout is not defined"),
            ("SyntaxError", "Unexpected token '<'"),
            // JavaScriptCore
            ("TypeError", "undefined is not an object (evaluating 'user.id')"),
            ("TypeError", "null is not an object (evaluating 'response.headers')"),
            ("TypeError", "x is not a function. (In 'x()', 'x' is undefined)"),
            ("TypeError", "Attempted to assign to readonly property."),
            ("TypeError", "JSON.stringify cannot serialize cyclic structures."),
            ("ReferenceError", "Can't find variable: user"),
            ("RangeError", "Maximum call stack size exceeded."),
        ] {
            assert_eq!(id(name, message, ""), ID, "{name}: {message}");
        }
    }

    #[test]
    fn what_fetch_and_the_readers_of_bodies_throw_is_none() {
        for (name, message, code) in [
            ("TypeError", "Failed to fetch", ""),
            ("TypeError", "fetch failed", ""),
            ("TypeError", "Load failed", ""),
            ("TypeError", "NetworkError when attempting to fetch resource.", ""),
            ("TypeError", "Network request failed", ""),
            ("TypeError", "terminated", ""),
            ("TypeError", "Failed to parse URL from /x", ""),
            ("TypeError", "Failed to execute 'json' on 'Response': body stream already read", ""),
            ("TypeError", "Window.fetch: HEAD or GET Request cannot have a body.", ""),
            ("TypeError", "Header 'x y' has invalid value", ""),
            ("SyntaxError", "Unexpected token '<', \"<html>\" is not valid JSON", ""),
            ("SyntaxError", "JSON Parse error: Unexpected identifier \"undefined\"", ""),
            ("SyntaxError", "JSON.parse: unexpected character at line 1 column 1 of the JSON data", ""),
            ("SyntaxError", "Unexpected end of JSON input", ""),
            ("AbortError", "signal is undefined", ""),
            ("AxiosError", "Network Error", "ERR_NETWORK"),
            ("Error", "net::ERR_FAILED", ""),
        ] {
            assert_ne!(id(name, message, code), ID, "{name}: {message}");
        }
    }

    #[test]
    fn what_is_no_failure_of_a_request_is_unknown_and_shown() {
        for (name, message, code, shown) in [
            ("Error", "No such user: 5", "", "The program threw Error: No such user: 5"),
            ("Error", "open /etc/x", "ENOENT", "The program threw Error (ENOENT): open /etc/x"),
            ("", "user is null", "", "The program threw a value that is not an Error: user is null"),
        ] {
            let thrown = alloc::vec![Thrown { name, message, code }];
            let out = explain(&Report { thrown, ..Report::default() });
            assert_eq!((out.kind, out.arena.read(out.what_happened)), (Kind::Unknown, shown));
            assert_eq!(out.causes.first().map(|cause| cause.evidence), Some((0, 1)));
        }
    }

    #[test]
    fn what_was_given_by_mistake_is_named() {
        for (given, note) in [
            (Given::Nothing, "Pass what was thrown"),
            (Given::Promise, "Await the promise"),
            (Given::Response, "explainResponse(response)"),
            (Given::Object, "the members status"),
        ] {
            let out = explain(&Report { given, ..Report::default() });
            assert!(out.kind == Kind::Unknown && out.notes.iter().any(|text| text.contains(note)), "{note}");
        }
    }

    #[test]
    fn what_stands_in_quotes_is_left_out() {
        assert_eq!(unquoted("can't read 'a' of \"b\", `c` d"), "can't read  of ,  d");
        assert_eq!(unquoted("an open 'quote"), "an open 'quote");
    }
}
