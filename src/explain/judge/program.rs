//! Errors of the program itself: a `TypeError` or its like whose message is an engine's own for a mistake in the code.
//!
//! What is thrown beside a call of `fetch` (reading a member of undefined, calling what is no function) reaches the same `catch`.
//! It is no failure of the network, and to send the request again does not help: kind `unknown`, verdict `never`.

use crate::explain::Report;
use crate::explain::advise::texts;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::Kind;
use crate::explain::scan::{has, head, parts};

const ID: &str = "program.error";
const NAMES: &str = "TypeError|ReferenceError|RangeError|SyntaxError|InternalError";
/// Lower-case parts of messages, of V8, `SpiderMonkey` and `JavaScriptCore`. Errors of `fetch` and of reading a body have none of them.
const SIGNS: &str = "\
cannot read propert|cannot set propert|can't access property|is not an object (eval|cannot destructure|be destructured|\
is not a function|is not iterable|is not a constructor|assignment to constant|assignment to const|invalid assignment|\
readonly property|read only property|is read-only|cannot redefine property|cannot add property|cannot delete property|\
can't define property|not extensible|illegal invocation|incompatible receiver|circular structure|cyclic|convert undefined|\
convert null|can't convert|mix bigint|serialize a bigint|bigint value can't|without 'new'|of empty array|'in' operator|\
operand of 'in'|'instanceof'|symbol value to|argument required|arguments required|not enough arguments|is not defined|\
can't find variable|before initialization|call stack|too much recursion|array length|invalid time value|invalid date|digits|\
precision|repeat count|count value|radix|string length|allocation|regular expression|regexp|left-hand side|missing )|\
invalid or unexpected token|unexpected strict mode|already been declared|redeclaration of|illegal return";
/// How `SpiderMonkey`'s messages end.
const ENDS: [&str; 2] = [" is undefined", " is null"];

/// The explanation of an error of the program; none of anything else.
pub fn explain(report: &Report<'_>) -> Option<Explanation> {
    let thrown = report.thrown.first()?;
    let message = head(thrown.message, 1024);
    // Engines give no code, which errors of Node's and of libraries have. JSON's syntax errors are about the answer.
    let is_engines = thrown.code.is_empty() && parts(NAMES, b'|').any(|name| name == thrown.name);
    let is_answers = thrown.name == "SyntaxError" && has(message, "json");
    let is_sign = parts(SIGNS, b'|').any(|sign| has(message, sign)) || ENDS.iter().any(|end| message.ends_with(end));
    if !is_engines || is_answers || !is_sign {
        return None;
    }
    let mut out = Explanation::new(Kind::Unknown, "", None);
    let id = out.arena.add(ID);
    out.see(id, "exception", "message", thrown.message, None);
    tell(&mut out);
    Some(out)
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
    out.confidence = 30;
    out.what_happened = out.arena.add("The program threw an error that says nothing about the request or the server.");
    for (id, text) in texts::row(Kind::Unknown).causes {
        out.cause(id, text, "", "likely", 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::judge::kind::Retry;
    use crate::explain::{Catalogs, Thrown, explain as explain_any};

    fn id(name: &str, message: &str, code: &str) -> alloc::string::String {
        let report = Report { thrown: alloc::vec![Thrown { name, message, code }], ..Report::default() };
        let out = explain_any(&report, &Catalogs::built_in());
        assert_eq!(matches!(out.retry, Retry::Never { .. }), out.kind != Kind::Network && out.kind != Kind::Timeout);
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
            ("TypeError", "Failed to execute 'fetch' on 'Window': 1 argument required, but only 0 present."),
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
            ("TypeError", "Window.fetch: At least 1 argument required, but only 0 passed"),
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
            ("TypeError", "cancelled", ""),
            ("TypeError", "Failed to parse URL from /x", ""),
            ("TypeError", "Failed to execute 'json' on 'Response': body stream already read", ""),
            ("TypeError", "Window.fetch: HEAD or GET Request cannot have a body.", ""),
            ("TypeError", "Header 'x y' has invalid value", ""),
            ("SyntaxError", "Unexpected token '<', \"<html>\" is not valid JSON", ""),
            ("SyntaxError", "JSON Parse error: Unexpected identifier \"undefined\"", ""),
            ("SyntaxError", "JSON.parse: unexpected character at line 1 column 1 of the JSON data", ""),
            ("SyntaxError", "Unexpected end of JSON input", ""),
            ("AbortError", "signal is undefined", ""),
            ("Error", "x is not a function", ""),
            (
                "TypeError",
                "The \"url\" argument must be of type string. Received undefined is not a function",
                "ERR_INVALID_ARG_TYPE",
            ),
            ("", "user is null", ""),
        ] {
            assert_ne!(id(name, message, code), ID, "{name}: {message}");
        }
    }
}
