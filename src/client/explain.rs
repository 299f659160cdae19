//! The explainer over the host's objects: a response that stays unread, or what a fetch was rejected with.

use alloc::{string::String, vec::Vec};

use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Response;

use crate::{
    client::{error::Error, host, peek, request},
    explain::{Catalogs, Report, Thrown, explain, plain::Explanation, read::body::MAX_BODY},
    hints::Told,
    syntax::headers::Headers,
};

/// How long a copy of a body may take to come, ms: what explains an error is short.
const MAX_READ: u32 = 2000;
/// Errors of a chain of causes that are followed.
const MAX_CAUSES: usize = 5;

/// Explains `response`, which a request with `method` received, using `catalogs`. Reads at most 64 KiB of a copy of its body,
/// for at most 2 s; the response stays unread for the caller.
///
/// ```no_run
/// # use fetch_with_policy::{client::{Client, Error, explain_response}, explain::Catalogs};
/// # fn show(_: &str) {}
/// # async fn f(client: Client, request: web_sys::Request) -> Result<(), Error> {
/// let response = client.fetch(request).await?;
/// if !response.ok() {
///     let explanation = explain_response(&response, "GET", &Catalogs::built_in()).await;
///     show(&explanation.user_message);
/// }
/// # Ok(())
/// # }
/// ```
pub async fn explain_response(response: &Response, method: &str, catalogs: &Catalogs) -> Explanation {
    let body = peek::front(response, MAX_BODY, TimeoutFuture::new(MAX_READ)).await;
    let lines = request::all_lines(&response.headers());
    let (url, page_url, response_type) = (response.url(), host::page(), text(response, "type"));
    let nobody = response.body().is_none() && !response_type.starts_with("opaque");
    let report = Report {
        status: Some(response.status()),
        headers: Headers::new(&lines),
        body: body.as_deref().or(nobody.then_some("")),
        method,
        url: &url,
        page_url: &page_url,
        response_type: &response_type,
        redirected: response.redirected(),
        now: host::moment().wall,
        ..Report::default()
    };
    explain(&report, catalogs).plain()
}

impl Error {
    /// Explains why there is no response. Explains an error status as [`explain_response`] does.
    pub async fn explain(&self, method: &str, catalogs: &Catalogs) -> Explanation {
        if let Self::Status(response) = self {
            return explain_response(response, method, catalogs).await;
        }
        let chain = chain(self.clone().into_js(method));
        let page_url = host::page();
        let thrown = chain.iter().map(|[name, message, code]| Thrown { name, message, code }).collect();
        let (online, now) = (Some(host::online()), host::moment().wall);
        let is_aborted = matches!(self, Self::Aborted(_));
        let mut report = Report { method, thrown, online, page_url: &page_url, now, is_aborted, ..Report::default() };
        if let Some(at) = self.retry_at() {
            report.wait_until(at, Told::default());
        }
        explain(&report, catalogs).plain()
    }
}

// Name, message and code of an error and its causes.
fn chain(error: JsValue) -> Vec<[String; 3]> {
    let mut chain = Vec::new();
    let mut next = error;
    while !next.is_undefined() && !next.is_null() && chain.len() < MAX_CAUSES {
        if !next.is_object() {
            chain.push([String::new(), next.as_string().unwrap_or_else(|| "value".into()), String::new()]);
            break;
        }
        chain.push(["name", "message", "code"].map(|name| text(&next, name)));
        next = Reflect::get(&next, &"cause".into()).unwrap_or(JsValue::UNDEFINED);
    }
    chain
}

fn text(of: &JsValue, name: &str) -> String {
    Reflect::get(of, &name.into()).ok().and_then(|member| member.as_string()).unwrap_or_default()
}
