//! Whose credentials were refused: a key that the program holds, or the session of a user. Only the second one can sign in again.

use crate::explain::Report;
use crate::explain::scan::{has_any, lists};

/// Whose credentials they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The program's own key or secret.
    Program,
    /// A user's session.
    User,
    /// The response does not tell.
    Unknown,
}

/// APIs whose credentials are always a program's.
const PROVIDERS: &str = "anthropic aws openai shopify stripe twilio";
const PROGRAM: &str = "api key|apikey|api-key|api_key|access key|accesskey|access_key|secret|signature|client id|client_id|invalid client|\
                       invalid_client|client auth|application|merchant|service account|subscription key|account sid|license key|app key|x-api";
const USER: &str = "session|sign in|signed in|sign-in|log in|logged in|login|jwt|cookie|refresh token|id token|passwor";

/// Judges by the response's words `text` and by what the request shows.
pub fn of(report: &Report<'_>, provider: &str, text: &str) -> Owner {
    let any = |list: &str| has_any(text, list, b'|');
    let is_basic = report.asked("authorization").get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic "));
    let is_key = is_basic || !report.asked("x-api-key").is_empty() || lists(PROVIDERS, b' ', provider);
    if is_key || any(PROGRAM) {
        Owner::Program
    } else if any(USER) {
        Owner::User
    } else {
        Owner::Unknown
    }
}
