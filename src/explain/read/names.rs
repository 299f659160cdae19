//! How well a name fits what is looked for: a code, a message, the id of a request, an object that holds the error.
//!
//! By its letters and digits alone, of which the last word says what it is and what stands in front says of what:
//! `error_code`, `ErrCode` and `x-error-code` are one. Points decide between the members of a body; none means that a name
//! is not one of those.

use crate::explain::scan;
use crate::explain::scan::{cut, has, has_any, lists, words};
use crate::syntax::number;
use alloc::string::String;

/// Letters of a name that are looked at.
const MAX: usize = 40;

/// The letters and digits of a name, in lower case.
pub fn letters(name: &str) -> String {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric).take(MAX);
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// What begins names of what is wrong.
const ERRORS: &str = "err fault fail exception problem refus declin reject denied issue fehler";
/// What may stand in front of a name that is of the whole.
const FRONTS: &str = "response resp res ret return result status reason service sub inner api app biz business custom internal server \
                      validation developer dev display localized long short full human friendly e s m http msg message um debug system platform \
                      condition additional extended gateway processor technical user public";

/// What stands in front of the last word, of which points are `about`: what is wrong, the whole, or something else.
fn front(front: &str, [error, whole, other]: [u8; 3]) -> u8 {
    if has_any(front, ERRORS, b' ') {
        error
    } else if words(FRONTS).any(|word| front == word || (word.len() > 2 && front.ends_with(word))) {
        whole
    } else {
        other
    }
}

/// A word and its points: alone, and after a word in front of it.
type Row = (&'static str, u8, [u8; 3]);

/// The points of the first row whose word ends `name`.
fn rank(name: &str, rows: &[Row]) -> i32 {
    for (word, alone, fronts) in rows {
        // Most end with another letter.
        if name.as_bytes().last() == word.as_bytes().last()
            && let Some(rest) = name.strip_suffix(word)
        {
            return i32::from(if rest.is_empty() { *alone } else { front(rest, *fronts) });
        }
    }
    0
}

const CODES: &[Row] = &[
    ("subcode", 30, [30, 30, 0]),
    ("code", 60, [59, 50, 0]),
    ("codes", 45, [55, 40, 0]),
    ("codigo", 60, [60, 50, 0]),
    ("cdigo", 60, [60, 50, 0]),
    ("codice", 60, [60, 50, 0]),
    ("codigoerro", 60, [60, 50, 0]),
    ("messageid", 44, [44, 0, 0]),
    ("no", 0, [60, 40, 0]),
    ("number", 25, [60, 40, 0]),
    ("num", 0, [60, 40, 0]),
    ("type", 44, [44, 0, 0]),
    ("class", 0, [40, 0, 0]),
    ("name", 38, [52, 0, 0]),
    ("reason", 46, [46, 36, 0]),
    ("label", 40, [40, 0, 0]),
    ("slug", 40, [45, 0, 0]),
    ("key", 0, [45, 0, 0]),
    ("category", 44, [38, 0, 0]),
    ("error", 47, [42, 30, 0]),
    ("errors", 36, [30, 0, 0]),
    ("err", 47, [42, 0, 0]),
    ("status", 33, [33, 20, 16]),
    ("id", 30, [54, 0, 0]),
    ("result", 24, [24, 20, 16]),
    ("ret", 40, [0, 0, 0]),
    ("rcode", 50, [0, 0, 0]),
];
const MESSAGES: &[Row] = &[
    ("message", 64, [63, 48, 24]),
    ("messages", 52, [52, 40, 10]),
    ("msg", 62, [62, 48, 24]),
    ("description", 54, [61, 46, 8]),
    ("desc", 54, [61, 46, 8]),
    ("detail", 60, [60, 46, 8]),
    ("details", 50, [52, 40, 6]),
    ("error", 57, [50, 44, 12]),
    ("err", 55, [50, 44, 0]),
    ("errors", 52, [50, 30, 6]),
    ("summary", 48, [60, 40, 0]),
    ("title", 46, [50, 30, 0]),
    ("text", 50, [60, 48, 12]),
    ("string", 0, [60, 40, 0]),
    ("str", 0, [60, 40, 0]),
    ("reason", 50, [52, 40, 10]),
    ("result", 40, [40, 0, 0]),
    ("response", 40, [40, 0, 0]),
    ("data", 28, [28, 0, 0]),
    ("warning", 28, [28, 0, 0]),
    ("type", 22, [22, 0, 0]),
    ("verbiage", 50, [50, 0, 0]),
    // Spanish, Portuguese, Italian, German, French, Indonesian.
    ("mensaje", 64, [63, 48, 24]),
    ("mensagem", 64, [63, 48, 24]),
    ("messaggio", 64, [63, 48, 24]),
    ("meldung", 64, [63, 48, 24]),
    ("nachricht", 64, [63, 48, 24]),
    ("pesan", 64, [63, 48, 24]),
    ("detalhe", 60, [60, 46, 8]),
    ("detalle", 60, [60, 46, 8]),
    ("descricao", 54, [61, 46, 8]),
    ("descripcion", 54, [61, 46, 8]),
    ("motivo", 50, [52, 40, 10]),
    ("erro", 57, [50, 44, 12]),
    ("info", 38, [30, 30, 0]),
    ("explanation", 50, [50, 50, 10]),
    ("cause", 36, [40, 30, 0]),
    ("note", 26, [36, 20, 0]),
    ("raw", 66, [40, 20, 0]),
];
/// Last words of what names a request, surest first; `name` may have more in front.
const IDS: &str = "requestid requestidentifier requestno requestnumber correlationid correlationcode traceid traceno logid debugid \
                   incidentid rayid errorid errorref errorreference eventid reqid msgid stid activityid invocationid operationid \
                   transactionid referenceid supportid responseid ticketid errortoken";

/// As the code of what went wrong.
pub fn code(name: &str) -> i32 {
    rank(name, CODES)
}

/// As what a person would read of it.
pub fn message(name: &str) -> i32 {
    rank(name, MESSAGES)
}

/// As the id of the request.
pub fn request_id(name: &str) -> i32 {
    // How the last words end.
    if !matches!(name.as_bytes().last(), Some(b'd' | b'e' | b'f' | b'n' | b'o' | b'r')) {
        return 0;
    }
    let rank = words(IDS).zip(0..).find(|(word, _)| name.ends_with(word));
    rank.map_or(0, |(word, at)| if word.len() < 6 && name.len() > word.len() + 3 { 0 } else { 60 - at })
}

/// What an object or list in a body is, by its name: how much nearer to the error what stands in it is.
pub fn container(name: &str) -> i32 {
    const INNER: &str = "inner chain nested underlying upstream";
    const WRAPS: &str = "data result results response meta metadata status header sys extensions body detail message json output answer \
                         responsemetadata responsestatus reply envelope return payload messages content cause causedby rootcause";
    const ASIDE: &str = "details param params parameters context source field fields violations validation links config target debug \
                         locations args values rules errorinfo constraints children";
    if has_any(name, INNER, b' ') {
        12
    } else if name.len() > 7 && name.ends_with("details") {
        0
    } else if lists(ASIDE, b' ', name) {
        -34
    } else if has_any(name, ERRORS, b' ') {
        if has(name, "field") || has(name, "validation") { -24 } else { 30 }
    } else if lists(WRAPS, b' ', name) {
        -4
    } else {
        -22
    }
}

/// Whether what a member holds repeats the request.
pub fn is_echo(name: &str) -> bool {
    ["request", "input", "query", "echo", "payload"].iter().any(|word| has(name, word)) && !has(name, "id")
}

/// Whether a member is about an error.
pub fn is_about_error(name: &str) -> bool {
    let name = letters(name);
    has_any(&name, ERRORS, b' ') || code(&name) > 49 || message(&name) > 45
}

/// Words that say only how it went, and those of statuses.
const HOLLOW: &str = "error|errors|err|failure|fail|failed|ok|okay|success|successful|succeeded|true|false|none|null|exception|yes|no|undefined|\
                      rejected|approved|warning|failed_operation";
/// Longer texts are better messages.
const LONGEST: usize = 24;
/// How statuses of servers end in words.
const ENDS: &str = "server error";
/// And those of statuses.
const IDLE: &str = "unknown error|forbidden|unauthorized|bad request|not found|internal server error|conflict|gone|bad gateway|service unavailable|\
                    gateway timeout|method not allowed|not acceptable|unprocessable entity|unprocessable content|too many requests|\
                    payment required|request timeout|unsupported media type|precondition failed|an error occurred|\
                    an error has occurred|http error|validation error|provider returned error";

/// Whether a text says only how it went.
pub fn is_hollow(text: &str) -> bool {
    text.len() < LONGEST && lists(HOLLOW, b'|', text)
}

/// Whether a text says only that something went wrong, or what its status says.
pub fn is_idle(text: &str) -> bool {
    let text = scan::trim_end(text.trim_ascii(), b".!");
    is_hollow(text)
        || (text.len() < LONGEST
            && (lists(IDLE, b'|', text)
                || cut(text, text.len().wrapping_sub(ENDS.len()), text.len()).eq_ignore_ascii_case(ENDS)))
}

/// AWS writes `namespace#Name:address`; only the name is the code.
pub fn bare_type(text: &str) -> &str {
    use crate::explain::scan::until;
    let space = until(text, b"#");
    let name = if has(space, "//") { text } else { text.get(space.len() + 1..).unwrap_or(text) };
    if has(name, ":http") || name.ends_with(':') { until(name, b":") } else { name }
}

/// `UPPER_SNAKE`, as codes are written.
pub fn is_constant(text: &str) -> bool {
    text.len() > 3
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && number::whole(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_their_last_words() {
        for name in ["code", "errorCode", "ErrCode", "err_no", "ret_code", "customCode", "X-Error-Code"] {
            assert!(code(&letters(name)) >= 40, "{name}");
        }
        for name in ["zipCode", "country_code", "number_of_items", "phoneNumber"] {
            assert!(code(&letters(name)) < 10, "{name}");
        }
        for name in ["message", "errmsg", "retMsg", "error_text", "longMessage", "faultstring", "respmsg"] {
            assert!(message(&letters(name)) >= 40, "{name}");
        }
        for name in ["x-request-id", "RequestId", "acme_trace_id", "log_id", "x-amzn-RequestId", "correlationId"] {
            assert!(request_id(&letters(name)) > 0, "{name}");
        }
        for name in ["id", "request", "user_id", "orderid"] {
            assert!(request_id(&letters(name)) == 0, "{name}");
        }
    }
}
