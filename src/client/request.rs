//! What the core receives about a request, a response or a failure: header lines and names, read from the host's
//! objects. Only values that the core asks for are passed on.

use alloc::string::String;
use std::thread_local;

use js_sys::{Array, Reflect, RegExp};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, Request};

use crate::{
    call,
    client::host,
    policy::Rules,
    rate_limit::{identity::Identity, options::RateRules, read, secrets::QUERY},
    retry::IDEMPOTENCY_KEY,
    retry::classify::{self, Failure},
    syntax::headers,
};

thread_local! {
    static WANTED: RegExp = RegExp::new(read::wanted(), "");
}

/// Scheme, host and port of an HTTP request's URL, and the part without the scheme; `None` where it goes to no server.
pub fn origin(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    // A Request's URL is parsed and written anew by the host, and has no userinfo.
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    Some((url.get(..scheme.len() + 3 + host.len())?, host))
}

/// Origin and path of `url`: the rest holds secrets.
pub fn address<'u>(url: &'u str, origin: &str) -> (&'u str, &'u str) {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    (url.get(..end).unwrap_or(url), url.get(origin.len()..end).unwrap_or_default())
}

/// A request as the core sees it. `scope`: the caller's own word for what shares a quota.
pub fn describe(
    request: &Request,
    origin: &str,
    scope: Option<&str>,
    rate: Option<&RateRules>,
    replayable: bool,
) -> call::Request {
    let headers = request.headers();
    let value = |name: &str| headers.get(name).ok().flatten();
    let (method, url) = (request.method(), request.url());
    let (_, path) = address(&url, origin);
    let mut sent = all_lines(&headers);
    // Query and fragment.
    let rest = url.get(origin.len() + path.len()..).unwrap_or_default();
    let whose = if let Some(word) = scope {
        push(&mut sent, "", rest);
        Identity::named(word, headers::Headers::new(&sent))
    } else {
        push(&mut sent, QUERY, rest.split('#').next().unwrap_or_default());
        Identity::with(origin, headers::Headers::new(&sent), rate.map_or(&[], |rate| &rate.credentials))
    };
    let mut identity = whose.at(origin).to(&method, path);
    if let Some(rate) = rate {
        identity = identity.within(path, &rate.buckets);
    }
    identity.secrets = identity.secrets.and_query(rest);
    call::Request { identity, method, keyed: value(IDEMPOTENCY_KEY).is_some(), replayable }
}

/// The lines of a response's headers that the core's readers use, those that `rules` name included.
pub fn lines(headers: &Headers, rules: &Rules) -> String {
    read(headers, |name| {
        WANTED.with(|wanted| wanted.test(name))
            || rules.dialects.headers().any(|own| own == name)
            || (rules.errors_under_200 && name == "content-type")
    })
}

/// The lines of all headers.
pub fn all_lines(headers: &Headers) -> String {
    read(headers, |_| true)
}

fn read(headers: &Headers, is_wanted: impl Fn(&str) -> bool) -> String {
    let mut lines = String::new();
    let pairs = js_sys::try_iter(headers).ok().flatten();
    for pair in pairs.into_iter().flatten().flatten() {
        let pair: Array = pair.unchecked_into();
        let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) else { continue };
        if is_wanted(&name) {
            push(&mut lines, &name, &value);
        }
    }
    lines
}

/// Sorts what a fetch was rejected with, by its name, its message and that of its cause, and the code of it or of its cause.
pub fn failure(error: &JsValue) -> Failure {
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    let message = [text(member(error, "message")), text(member(&member(error, "cause"), "message"))].join(": ");
    match classify::failure(&text(member(error, "name")), &message, &code(error)) {
        failure if failure.is_network() && !host::online() => Failure::Offline,
        failure => failure,
    }
}

/// The name and code of an error, for [`call::Call::label`]. Messages may hold addresses, and with them secrets.
pub fn name_and_code(error: &JsValue) -> (String, String) {
    (member(error, "name").as_string().unwrap_or_default(), code(error))
}

// The code of an error or of its cause. A DOMException's is a number and says no more than its name.
fn code(error: &JsValue) -> String {
    let codes = [member(&member(error, "cause"), "code"), member(error, "code")];
    codes.into_iter().find_map(|code| code.as_string()).unwrap_or_default()
}

fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Whether there may be a body that a send consumes. If a Request does not expose its body (Firefox), there may be one.
pub fn may_have_body(request: &Request) -> bool {
    let body = Reflect::get(request, &"body".into()).unwrap_or(JsValue::UNDEFINED);
    if body.is_undefined() { !request.body_used() } else { !body.is_null() }
}

/// Whether `body`, of a caller's init, can be sent again as it stands. A stream cannot.
pub fn is_replayable(body: &JsValue) -> bool {
    let has = |name: JsValue| Reflect::get(body, &name).is_ok_and(|member| member.is_function());
    !body.is_object() || !(has("getReader".into()) || has(js_sys::Symbol::async_iterator().into()))
}

/// A copy of `request` with an Idempotency-Key.
///
/// # Errors
/// The host's error if its body was already used.
pub fn with_key(request: &Request, key: &str) -> Result<Request, JsValue> {
    let copy = Request::new_with_request(request)?;
    copy.headers().set(IDEMPOTENCY_KEY, key)?;
    Ok(copy)
}

fn push(lines: &mut String, name: &str, value: &str) {
    for part in [name, ":", value, "\n"] {
        lines.push_str(part);
    }
}
