//! The client in a real browser: the vectors that the driver in JavaScript runs too, and what only Rust can ask of it.
#![cfg(all(target_arch = "wasm32", feature = "client"))]

mod stage;

use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use fetch_with_policy::{
    client::{Client, Error, fetch_with_policy, read_options},
    policy::Policy,
};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use stage::{Stage, answer, empty};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{AbortController, Request, RequestInit, Response};

wasm_bindgen_test_configure!(run_in_browser);

const URL: &str = "https://client.example/items?secret=1";

#[wasm_bindgen(module = "/tests/vectors.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn run(vector: &JsValue, fetch: &Function) -> Result<JsValue, JsValue>;
}

/// What takes this long, in ms, hangs.
const PATIENCE: u32 = 10_000;

async fn run_vectors(topic: &str) {
    let vectors: Array = JSON::parse(include_str!("vectors.json")).unwrap().unchecked_into();
    let mut wrong = Vec::new();
    let mut ran = 0;
    for vector in vectors.iter().filter(|vector| text(vector, "topic") == topic) {
        ran += 1;
        let client = Client::new(read_options(Policy::default(), member(&vector, "options")).unwrap());
        let fetch = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |input, init| {
            client.promise(&input, &init).unchecked_into()
        });
        let found: Array = run(&vector, fetch.as_ref().unchecked_ref()).await.unwrap().unchecked_into();
        wrong.extend(found.iter().map(|what| format!("{}: {}", text(&vector, "name"), what.as_string().unwrap())));
    }
    assert!(ran > 3, "the vectors of {topic} were not found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[wasm_bindgen_test]
async fn the_vectors_of_pacing_hold() {
    run_vectors("pace").await;
}

#[wasm_bindgen_test]
async fn the_vectors_of_retrying_hold() {
    run_vectors("retry").await;
}

#[wasm_bindgen_test]
async fn the_vectors_of_aborting_hold() {
    run_vectors("abort").await;
}

#[wasm_bindgen_test]
async fn a_dropped_send_gives_its_place_back_and_the_next_one_is_woken() {
    let stage = Stage::new(&[None, Some(answer(200, &[]))]);
    let client = client(r#"{ "rateLimit": { "maxConcurrent": 1 } }"#);
    let mut first = Box::pin(client.fetch(request()));
    assert!(within(20, first.as_mut()).await.is_none(), "it hangs");
    let second = client.fetch(request());
    let mut second = Box::pin(second);
    assert!(within(20, second.as_mut()).await.is_none(), "it waits");
    assert_eq!(stage.sends(), 1);
    drop(first);
    assert_eq!(within(PATIENCE, second).await.unwrap().unwrap().status(), 200);
}

#[wasm_bindgen_test]
async fn a_turn_that_comes_before_the_call_sleeps_is_taken() {
    let _stage = Stage::new(&[None, Some(answer(200, &[]))]);
    let client = client(r#"{ "rateLimit": { "maxConcurrent": 1 } }"#);
    let mut hung = Box::pin(client.fetch(request()));
    assert!(within(20, hung.as_mut()).await.is_none(), "it hangs");
    let hung = RefCell::new(Some(hung));
    // The drop comes between the action to wait and the wait.
    let client = client.on_event(move |_| drop(hung.take()));
    assert_eq!(within(200, client.fetch(request())).await.unwrap().unwrap().status(), 200);
}

#[wasm_bindgen_test]
async fn a_fetch_that_ignores_its_signal_is_no_longer_waited_for() {
    for options in [
        r#"{ "rateLimit": { "maxConcurrent": 1 } }"#,
        r#"{ "rateLimit": { "maxConcurrent": 1 }, "timeout": { "total": 30 } }"#,
        r#"{ "rateLimit": { "maxConcurrent": 1 }, "timeout": { "attempt": 30 }, "retry": false }"#,
    ] {
        let stage = Stage::new(&[None, Some(answer(200, &[]))]);
        let controller = AbortController::new().unwrap();
        let init = RequestInit::new();
        init.set_signal(Some(&controller.signal()));
        let client = client(options);
        let mut call = Box::pin(client.fetch(Request::new_with_str_and_init(URL, &init).unwrap()));
        assert!(within(10, call.as_mut()).await.is_none(), "it hangs");
        if !options.contains("timeout") {
            controller.abort_with_reason(&"left".into());
        }
        let error = within(200, call).await.expect("it ends").unwrap_err();
        match error {
            Error::Aborted(reason) => assert_eq!(reason, "left"),
            Error::Network(error) => assert_eq!(text(&error, "name"), "TimeoutError"),
            Error::Deadline => assert!(options.contains("total")),
            _ => panic!("{error}"),
        }
        assert_eq!(within(200, client.fetch(request())).await.unwrap().unwrap().status(), 200, "its place is free");
        assert_eq!((stage.timers(), stage.listeners()), (0.0, 0.0));
    }
}

#[wasm_bindgen_test]
async fn of_two_sends_side_by_side_the_one_that_loses_is_aborted_and_no_timer_is_left() {
    let stage = Stage::new(&[None, Some(answer(200, &[]))]);
    let client = client(r#"{ "hedge": { "delay": 20 } }"#);
    assert_eq!(within(PATIENCE, client.fetch(request())).await.unwrap().unwrap().status(), 200);
    let is_aborted = |index| {
        let signal: web_sys::AbortSignal = member(&stage.init(index), "signal").unchecked_into();
        signal.aborted()
    };
    assert_eq!((stage.sends(), is_aborted(0), is_aborted(1)), (2, true, false));
    assert_eq!((stage.timers(), stage.listeners()), (0.0, 0.0));
}

#[wasm_bindgen_test]
async fn neither_an_ended_nor_a_dropped_wait_leaves_a_timer_or_a_listener() {
    for drops in [true, false] {
        let stage = Stage::new(&[Some(answer(503, &[("retry-after", "30")]))]);
        let controller = AbortController::new().unwrap();
        let init = RequestInit::new();
        init.set_signal(Some(&controller.signal()));
        let mut call = Box::pin(client("{}").fetch(Request::new_with_str_and_init(URL, &init).unwrap()));
        assert!(within(30, call.as_mut()).await.is_none(), "it waits");
        assert_eq!((stage.timers(), stage.listeners()), (1.0, 1.0));
        if !drops {
            controller.abort_with_reason(&"left".into());
            let Some(Err(Error::Aborted(reason))) = within(PATIENCE, call.as_mut()).await else {
                panic!("not aborted")
            };
            assert_eq!(reason, "left");
        }
        drop(call);
        assert_eq!((stage.timers(), stage.listeners(), stage.sends()), (0.0, 0.0, 1), "drops: {drops}");
    }
}

#[wasm_bindgen_test]
async fn a_body_of_empty_chunks_without_end_is_let_go_of() {
    let (response, pulls) = empty(403, 100_000);
    let _stage = Stage::new(&[Some(response)]);
    assert_eq!(client(r#"{ "retry": false }"#).fetch(request()).await.unwrap().status(), 403);
    assert!((100.0..10_000.0).contains(&pulls()), "{} chunks", pulls());
}

#[wasm_bindgen_test]
async fn a_wait_longer_than_a_timer_takes_is_slept_in_parts_that_last() {
    let stage = Stage::new(&[Some(answer(503, &[("retry-after", "2592000")]))]);
    let client = client(r#"{ "retry": { "maxRetryAfter": 1e12 } }"#);
    assert!(within(150, Box::pin(client.fetch(request()))).await.is_none());
    // The test's own, and one that lasts.
    assert_eq!((stage.sends(), stage.timers_set()), (1, 2.0));
}

#[wasm_bindgen_test]
async fn the_response_is_the_hosts_own_object() {
    let stage = Stage::new(&[Some(answer(503, &[])), Some(answer(418, &[]))]);
    let response = client(r#"{ "retry": { "initialDelay": 1 } }"#).fetch(request()).await.unwrap();
    assert!(Object::is(&response, &stage.last_response()));
}

#[wasm_bindgen_test]
async fn the_exported_fetch_keeps_one_state_for_all_calls_whatever_their_options() {
    let stage = Stage::new(&[Some(answer(200, &[])), Some(answer(200, &[]))]);
    let options = r#"{ "rateLimit": { "quotas": [{ "limit": 1, "window": 60000 }], "maxWait": 10 } }"#;
    let call = |options: &str| fetch_with_policy(URL.into(), JsValue::UNDEFINED, parse(options));
    assert_eq!(call(options).await.unwrap().status(), 200);
    let error = call(r#"{ "rateLimit": { "maxWait": 20 } }"#).await.unwrap_err();
    assert_eq!(
        (text(&error, "name").as_str(), text(&error, "code").as_str()),
        ("RateLimitError", "quota-wait-too-long")
    );
    let message = text(&error, "message");
    assert!(message.starts_with("GET https://client.example: not sent") && !message.contains("secret"), "{message}");
    let wait = member(&error, "retryAt").as_f64().unwrap() - js_sys::Date::now();
    assert!((50_000.0..61_000.0).contains(&wait), "{wait}");
    assert_eq!(stage.sends(), 1);
}

#[wasm_bindgen_test]
async fn what_the_caller_changes_after_the_call_does_not_reach_it() {
    let stage = Stage::new(&[Some(answer(200, &[]))]);
    let init = parse(r#"{ "method": "PUT", "body": "mine" }"#);
    let call = fetch_with_policy("https://turn.example/".into(), init.clone(), JsValue::UNDEFINED);
    Reflect::set(&init, &"method".into(), &"DELETE".into()).unwrap();
    call.await.unwrap();
    assert_eq!(stage.request(0).method(), "PUT");
}

#[wasm_bindgen_test]
async fn a_stream_is_sent_once_and_not_kept() {
    let stage = Stage::new(&[Some(answer(503, &[]))]);
    let body = Response::new_with_opt_str(Some("flows")).unwrap().body().unwrap();
    let init = parse(r#"{ "method": "PUT", "duplex": "half" }"#);
    Reflect::set(&init, &"body".into(), &body).unwrap();
    let response = client("{}").promise(&URL.into(), &init).await.unwrap();
    assert_eq!((response.status(), stage.sends()), (503, 1));
}

#[wasm_bindgen_test]
async fn a_post_with_a_made_up_key_is_repeated_under_the_same_key() {
    let stage = Stage::new(&[Some(answer(503, &[])), Some(answer(201, &[]))]);
    let init = parse(r#"{ "method": "POST", "body": "order" }"#);
    let client = client(r#"{ "idempotencyKey": "auto", "retry": { "initialDelay": 1 } }"#);
    assert_eq!(client.promise(&URL.into(), &init).await.unwrap().status(), 201);
    let key = |index| stage.request(index).headers().get("idempotency-key").unwrap().unwrap();
    assert_eq!((key(0).len(), key(0)), (36, key(1)));
}

#[wasm_bindgen_test]
async fn a_time_limit_leaves_the_rest_of_the_request_as_it_was() {
    let stage = Stage::new(&[Some(answer(200, &[]))]);
    let init = parse(r#"{ "method": "PUT", "body": "x", "referrerPolicy": "no-referrer", "headers": { "x-a": "1" } }"#);
    client(r#"{ "timeout": { "attempt": 1000 } }"#).promise(&URL.into(), &init).await.unwrap();
    let sent = Request::new_with_request_and_init(&stage.request(0), &stage.init(0)).unwrap();
    assert_eq!(text(&sent, "referrerPolicy"), "no-referrer");
    assert_eq!((sent.method().as_str(), sent.headers().get("x-a").unwrap().as_deref()), ("PUT", Some("1")));
}

#[wasm_bindgen_test]
async fn an_error_status_is_thrown_unread_where_that_is_asked_for() {
    let stage = Stage::new(&[Some(answer(404, &[]))]);
    let Err(Error::Status(response)) = client(r#"{ "throwHttpErrors": true }"#).fetch(request()).await else {
        panic!("not thrown");
    };
    assert!(Object::is(&response, &stage.last_response()) && !response.body_used());
}

#[wasm_bindgen_test]
async fn what_goes_to_no_server_and_what_is_aborted_already_is_the_hosts_to_judge() {
    let data = client("{}").promise(&"data:text/plain,hi".into(), &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(data.text().unwrap().await.unwrap(), "hi");
    let controller = AbortController::new().unwrap();
    controller.abort_with_reason(&"gone".into());
    let init = RequestInit::new();
    init.set_signal(Some(&controller.signal()));
    assert_eq!(client("{}").promise(&URL.into(), &init).await.unwrap_err(), "gone");
    let invalid = client("{}").promise(&"https://".into(), &JsValue::UNDEFINED).await.unwrap_err();
    assert_eq!(text(&invalid, "name"), "TypeError");
}

/// What `future` gives, if that is within `ms`.
async fn within<T>(ms: u32, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut timer) = (pin!(future), TimeoutFuture::new(ms));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => pin!(&mut timer).poll(context).map(|()| None),
    })
    .await
}

fn client(options: &str) -> Client {
    Client::default().extend_js(parse(options)).unwrap()
}

fn request() -> Request {
    Request::new_with_str(URL).unwrap()
}

fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap()
}

fn text(of: &JsValue, name: &str) -> String {
    member(of, name).as_string().unwrap_or_default()
}
