//! `fetchWithPolicy` for the JavaScript beside a crate that embeds the client.

use alloc::string::String;
use std::thread_local;

use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::js_sys::futures::future_to_promise_typed;
use web_sys::{Request, Response};

use crate::client::{Client, drive, error::Error, request};

thread_local! {
    static SHARED: Client = Client::default();
}

/// `fetch` with a policy: takes `input` and `init` like fetch, and `options` as in `PolicyOptions`, or undefined.
/// All calls of a thread share one state. In Rust, await the promise.
///
/// The request is created before the function returns, so later changes to `init` have no effect.
/// Do not assign this function to `globalThis.fetch`: it calls that itself.
///
/// The promise rejects with the result of [`Error::into_js`].
#[wasm_bindgen(js_name = fetchWithPolicy)]
#[allow(clippy::needless_pass_by_value, reason = "the glue has them by value, and Rust callers make them for the call")]
pub fn fetch_with_policy(
    #[wasm_bindgen(unchecked_param_type = "string | URL | Request")] input: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "RequestInit")] init: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "object")] options: JsValue,
) -> Promise<Response> {
    match SHARED.with(|shared| shared.extend_js(options)) {
        Ok(client) => client.promise(&input, &init),
        Err(error) => Promise::reject(&Error::from(error).into_js("")).unchecked_into(),
    }
}

impl Client {
    /// [`Client::fetch`] for JavaScript: takes `input` and `init` like fetch.
    pub fn promise(&self, input: &JsValue, init: &JsValue) -> Promise<Response> {
        // The constructor takes whatever fetch takes, and converts it.
        let request = match Request::new_with_request_and_init(input.unchecked_ref(), init.unchecked_ref()) {
            Ok(request) => request,
            Err(error) => return Promise::reject(&error).unchecked_into(),
        };
        let body = Reflect::get(init, &"body".into()).unwrap_or(JsValue::UNDEFINED);
        let subject: String = drive::subject(&request);
        let response = self.fetch_replayable(request, request::is_replayable(&body));
        future_to_promise_typed(async move { response.await.map_err(|error| error.into_js(&subject)) })
    }
}
