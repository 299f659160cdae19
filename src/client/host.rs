//! What the driver needs of the host, looked up on `globalThis` at each use, so that mocks put in place later are seen.

use alloc::string::String;

use js_sys::{Date, Math, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Request, RequestInit};

use crate::time::Moment;

/// What `navigator.userAgent` is in workerd, where a request must not wake another's.
const WORKERD: &str = "Cloudflare-Workers";

#[wasm_bindgen]
extern "C" {
    type Globals;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Globals, request: &Request, init: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn crypto(this: &Globals) -> Option<Crypto>;
    #[wasm_bindgen(method, getter)]
    fn navigator(this: &Globals) -> Option<Navigator>;
    #[wasm_bindgen(method, getter)]
    fn performance(this: &Globals) -> Option<Performance>;
    #[wasm_bindgen(method, getter)]
    fn location(this: &Globals) -> Option<Location>;

    type Location;
    #[wasm_bindgen(method, getter)]
    fn href(this: &Location) -> Option<String>;

    type Crypto;
    #[wasm_bindgen(method, catch, js_name = randomUUID)]
    fn random_uuid(this: &Crypto) -> Result<String, JsValue>;

    type Navigator;
    #[wasm_bindgen(method, getter, js_name = userAgent)]
    fn user_agent(this: &Navigator) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = onLine)]
    fn on_line(this: &Navigator) -> Option<bool>;

    type Performance;
    #[wasm_bindgen(method)]
    fn now(this: &Performance) -> f64;
}

/// Now, and a fresh sample.
pub fn moment() -> Moment {
    let wall = Date::now();
    Moment::new(wall, globals().performance().map_or(wall, |performance| performance.now()), Math::random())
}

/// Whether there is a network, as far as the host reports.
pub fn online() -> bool {
    globals().navigator().and_then(|navigator| navigator.on_line()) != Some(false)
}

/// The address of the page or worker; "" where there is none.
pub fn page() -> String {
    globals().location().and_then(|location| location.href()).unwrap_or_default()
}

/// Whether one call may be woken from another's turn here.
pub fn nudges() -> bool {
    globals().navigator().and_then(|navigator| navigator.user_agent()).as_deref() != Some(WORKERD)
}

/// Hands `request` to the host's fetch.
///
/// # Errors
/// What it threw or rejected with.
pub async fn send(request: &Request, init: Option<&RequestInit>) -> Result<JsValue, JsValue> {
    let init = init.map_or(JsValue::UNDEFINED, |init| JsValue::from(init.clone()));
    // A mock may give the bare value.
    Promise::resolve(&globals().fetch(request, &init)?).await
}

/// A new UUID; `None` where the host makes none (a page that is not a secure context).
pub fn uuid() -> Option<String> {
    globals().crypto()?.random_uuid().ok()
}

fn globals() -> Globals {
    js_sys::global().unchecked_into()
}
