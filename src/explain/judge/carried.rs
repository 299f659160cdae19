//! What the error of a client says of the response that it is about, where it has no body, or no status.
//!
//! Clients of gRPC have the status as a number, those of AWS and Azure the code and the message as members, those of Firebase
//! the code alone. Each is read as the response that it stands for: a status, and a body of code and message.

use crate::explain::Report;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{self, Kind};
use crate::explain::read::report::Thrown;
use crate::explain::scan;
use crate::explain::scan::{behind, has, head, split};
use crate::syntax::number;
use crate::syntax::write::Writer;
use alloc::string::String;

/// The response that an error stands for.
#[derive(Debug)]
pub struct Carried {
    /// The server's, or the one that the code is a name of.
    pub status: u16,
    /// Code and message as JSON; none where the report has the body.
    pub body: Option<String>,
}

/// HTTP's status of each of gRPC's, by its number (googleapis google/rpc/code.proto).
const OF_GRPC: [u16; 17] = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];
/// HTTP's status of gRPC's `number`.
pub fn of_grpc(number: i64) -> Option<u16> {
    OF_GRPC.get(usize::try_from(number).ok()?).copied()
}

/// Of a body without a status: it is an error only where it says so.
const OPEN: u16 = 200;
/// Of a code or a body without a status that decides the kind by itself.
pub const VAGUE: u16 = 400;

/// Reads what was thrown as a response; none where it says nothing of one, or the report has status and body.
pub fn read(report: &Report<'_>) -> Option<Carried> {
    let status = report.status.filter(|status| *status != 0);
    let name = kind::of_grpc(report.thrown.first().map_or("", |thrown| thrown.code));
    if let Some(thrown) = report.thrown.first().filter(|_| !name.is_empty() && status.is_none()) {
        let index = number::whole(thrown.code).and_then(|code| usize::try_from(code).ok())?;
        let message = unprefixed(thrown.message, name);
        if report.is_grpc || message.len() < thrown.message.len() {
            return Some(Carried { status: *OF_GRPC.get(index)?, body: Some(body(name, message)) });
        }
    }
    match (status, report.body) {
        (Some(_), Some(_)) => None,
        (None, Some(text)) if !text.is_empty() => Some(Carried { status: OPEN, body: None }),
        // axios, got and Node have codes of their own, which are not the API's.
        (Some(status), None) => {
            let thrown =
                report.thrown.first().filter(|thrown| !thrown.code.is_empty() && !thrown.code.starts_with("ERR_"))?;
            Some(Carried { status, body: Some(body(thrown.code, thrown.message)) })
        }
        _ => report.thrown.iter().find_map(|thrown| by_code(thrown).or_else(|| by_message(thrown.message))),
    }
}

/// By a code that APIs share, whatever the status: `auth/user-not-found`, `PERMISSION_DENIED`, the name of an exception of AWS.
fn by_code(thrown: &Thrown<'_>) -> Option<Carried> {
    // Node's for a module that is not there.
    if has(thrown.code, "module") {
        return None;
    }
    let is_exception = thrown.code.is_empty() && thrown.name.ends_with("Exception");
    let code = if is_exception { thrown.name } else { behind(thrown.code, b'/') };
    let is_word = code.bytes().any(|byte| byte.is_ascii_alphabetic());
    (is_word && kind::is_shared(code)).then(|| Carried { status: VAGUE, body: Some(body(code, thrown.message)) })
}

/// By the status that a client's message names: "Request failed with status code 404", "Unexpected server response: 502".
fn by_message(message: &str) -> Option<Carried> {
    let (_, rest) = ["status", "response"].iter().find_map(|word| split(message, word))?;
    let rest = rest.trim_ascii_start();
    let digits = scan::trim_start(rest.strip_prefix("code").unwrap_or(rest), b": ");
    let end = digits.len() - scan::trim_start(digits, b"0123456789").len();
    let status = number::whole(head(digits, end)).and_then(|status| u16::try_from(status).ok())?;
    (400..600).contains(&status).then_some(Carried { status, body: None })
}

/// A message without the status that clients put before it: `5 NOT_FOUND: `, `[not_found] `.
fn unprefixed<'t>(message: &'t str, name: &str) -> &'t str {
    let parted = [": ", "] "].iter().find_map(|end| split(message, end).filter(|(before, _)| has(before, name)));
    parted.map_or(message, |(_, rest)| rest)
}

fn body(code: &str, message: &str) -> String {
    let mut out = Writer { out: String::new() };
    out.open('{');
    out.text("code", Some(code));
    out.text("message", Some(message));
    out.close('}');
    out.out
}

/// Whether the explanation of an assumed status rests on more than that.
pub fn is_found(out: &Explanation) -> bool {
    out.kind != Kind::Success && (out.kind != Kind::InvalidRequest || out.evidence.len() > 1)
}

/// Takes back what the explanation of an assumed status says of it.
pub fn restore(out: &mut Explanation, report: &Report<'_>) {
    out.status = report.status;
    let thrown = report.thrown.first().copied().unwrap_or_default();
    let (name, text) = (out.arena.add("code"), out.arena.excerpt(thrown.code));
    for seen in out.evidence.iter_mut().filter(|seen| seen.from == "status") {
        (seen.from, seen.name, seen.text) = ("exception", name, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: Option<u16>, code: &str, message: &str, is_grpc: bool) -> Option<(u16, String)> {
        let thrown = alloc::vec![Thrown { name: "Error", message, code }];
        let found = read(&Report { status, thrown, is_grpc, ..Report::default() })?;
        Some((found.status, found.body.unwrap_or_default()))
    }

    #[test]
    fn an_error_without_a_body_speaks_for_itself() {
        let json = |code: &str, message: &str| alloc::format!(r#"{{"code":"{code}","message":"{message}"}}"#);
        for (status, code, message, is_grpc, expected) in [
            (None, "5", "5 NOT_FOUND: no item", true, Some((404, json("not_found", "no item")))),
            (None, "8", "[resource_exhausted] spent", true, Some((429, json("resource_exhausted", "spent")))),
            (
                None,
                "16",
                "no token: none was sent",
                true,
                Some((401, json("unauthenticated", "no token: none was sent"))),
            ),
            (None, "99", "x", true, None),
            (None, "5", "x", false, None),
            (Some(400), "QueueDoesNotExist", "no queue", false, Some((400, json("QueueDoesNotExist", "no queue")))),
            (Some(404), "ERR_BAD_REQUEST", "Request failed with status code 404", false, None),
            (Some(404), "", "Not Found", false, None),
            (None, "auth/user-not-found", "no user", false, Some((400, json("user-not-found", "no user")))),
            (None, "14", "14 UNAVAILABLE: busy", false, Some((503, json("unavailable", "busy")))),
            (None, "ENOENT", "no file", false, None),
            (None, "MODULE_NOT_FOUND", "no module", false, None),
            (None, "", "Request failed with status code 403 Forbidden: GET /", false, Some((403, String::new()))),
            (None, "", "Unexpected server response: 502", false, Some((502, String::new()))),
            (None, "", "The status of order 404 is open", false, None),
        ] {
            assert_eq!(of(status, code, message, is_grpc), expected, "{code}: {message}");
        }
    }
}
