//! A Worker that calls an API with a quota: one client for the isolate, which all of its requests share.
//!
//! `/paced?upstream=…` loads one item and answers with what came of it and its story; a trouble is explained.

use fetch_with_policy::{
    client::{Client, explain_response},
    explain::Catalogs,
};
use web_sys::{Request as Call, RequestInit};
use worker::{Context, Env, Request, Response, Result, console_log, event, wasm_bindgen::JsValue};

thread_local! {
    static CLIENT: Client = Client::default();
}

#[event(fetch)]
async fn main(request: Request, _env: Env, _context: Context) -> Result<Response> {
    let url = request.url()?;
    let Some((_, upstream)) = url.query_pairs().find(|(name, _)| name == "upstream") else {
        return Response::error("upstream?", 400);
    };
    let call = item(&upstream).map_err(|error| worker::Error::RustError(format!("{error:?}")))?;
    let (result, record) = CLIENT.with(|client| client.fetch_recorded(call)).await;
    let status = match &result {
        Ok(response) if response.ok() => response.status(),
        Ok(response) => {
            let explanation = explain_response(response, "GET", &Catalogs::built_in()).await;
            console_log!("{}: {}", explanation.id, explanation.action);
            return Ok(Response::from_json(&explanation)?.with_status(502));
        }
        Err(error) => return Response::error(error.to_string(), 503),
    };
    Response::from_json(&(status, record))
}

fn item(upstream: &str) -> std::result::Result<Call, JsValue> {
    let init = RequestInit::new();
    let call = Call::new_with_str_and_init(&format!("{upstream}/items"), &init)?;
    call.headers().set("authorization", "Bearer worker")?;
    Ok(call)
}
