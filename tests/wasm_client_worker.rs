//! The client where there is no window: in a dedicated worker.
#![cfg(all(target_arch = "wasm32", feature = "client"))]

mod stage;

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::Poll,
    time::Duration,
};

use fetch_with_policy::{
    client::{Client, explain_response, fetch_with_policy},
    explain::{Catalogs, plain::Retry},
    options::{PolicyOptions, RetryOptions},
};
use js_sys::{Object, Reflect};
use stage::{Stage, answer};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{AbortController, Request, RequestInit};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn a_worker_sends_waits_and_sends_again() {
    assert!(Reflect::get(&js_sys::global(), &"window".into()).unwrap().is_undefined(), "no worker");
    let stage = Stage::new(&[Some(answer(429, &[("retry-after", "1")])), Some(answer(200, &[]))]);
    let start = js_sys::Date::now();
    let response = fetch_with_policy("https://worker.example/".into(), JsValue::UNDEFINED, JsValue::UNDEFINED).await;
    assert!(Object::is(&response.unwrap(), &stage.last_response()));
    assert!(js_sys::Date::now() - start >= 999.0);
    assert_eq!((stage.sends(), stage.timers(), stage.listeners()), (2, 0.0, 0.0));
}

#[wasm_bindgen_test]
async fn a_signal_ends_a_wait_in_a_worker() {
    let stage = Stage::new(&[Some(answer(429, &[("retry-after", "30")]))]);
    let controller = AbortController::new().unwrap();
    let init = RequestInit::new();
    init.set_signal(Some(&controller.signal()));
    let call = Client::default().fetch(Request::new_with_str_and_init("https://worker.example/", &init).unwrap());
    let _timer = gloo_timers::callback::Timeout::new(50, move || controller.abort_with_reason(&"left".into()));
    let error = call.await.unwrap_err();
    assert_eq!(JsValue::from(error), "left");
    assert_eq!((stage.sends(), stage.timers(), stage.listeners()), (1, 0.0, 0.0));
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_in_a_worker_is_aborted_and_its_story_is_told() {
    let stage = Stage::new(&[Some(answer(503, &[])), None]);
    let told = Rc::new(Cell::new(0));
    let count = Rc::clone(&told);
    let retry = RetryOptions { initial_delay: Some(Duration::from_millis(1)), ..Default::default() };
    let options = PolicyOptions { retry: Some(retry.into()), ..Default::default() };
    let client = Client::with_options(&options).unwrap().on_event(move |_| count.set(count.get() + 1));
    let mut call = Box::pin(client.fetch_recorded(Request::new_with_str("https://worker.example/").unwrap()));
    let mut timer = gloo_timers::future::TimeoutFuture::new(200);
    let hangs = poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(false),
        Poll::Pending => Pin::new(&mut timer).poll(context).map(|()| true),
    });
    assert!(hangs.await);
    drop(call);
    let signal = Reflect::get(&stage.init(1), &"signal".into()).unwrap();
    assert_eq!(Reflect::get(&signal, &"aborted".into()).unwrap(), true);
    // Two sends, their ends, a wait perhaps, and the end.
    assert!(told.get() >= 5, "{}", told.get());
    assert_eq!((stage.sends(), stage.timers(), stage.listeners()), (2, 0.0, 0.0));
}

#[wasm_bindgen_test]
async fn a_worker_explains_what_it_was_answered() {
    let response = answer(429, &[("retry-after", "7")]);
    let explanation = explain_response(&response, "GET", &Catalogs::built_in()).await;
    assert_eq!(explanation.retry, Retry::After { delay: 7000, source: "retry-after".into() });
    assert!(!response.body_used());
}
