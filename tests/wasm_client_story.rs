//! What a Rust caller is told, and what dropping a call does wherever it stands; in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "client"))]

mod stage;

use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
    time::Duration,
};

use fetch_with_policy::{
    call::{GiveUpReason, WaitReason},
    client::{Client, Error, explain_response},
    explain::{Catalogs, kind::Kind},
    options::{Cost, HedgeOptions, PolicyOptions, Profile, QuotaRule, RateLimitOptions, RetryOptions, TimeoutOptions},
    record::{CallRecord, PolicyEvent, Snapshot, What},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Object;
use stage::{Stage, answer};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{AbortSignal, Request, Response};

wasm_bindgen_test_configure!(run_in_browser);

const URL: &str = "https://story.example/items/17?secret=1";

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_in_flight_is_aborted_and_no_other_is() {
    let stage = Stage::new(&[None, None]);
    let client = Client::default();
    let mut dropped = Box::pin(client.fetch(request()));
    let mut kept = Box::pin(client.fetch(request()));
    assert!(within(20, dropped.as_mut()).await.is_none() && within(20, kept.as_mut()).await.is_none());
    drop(dropped);
    assert_eq!((signal(&stage, 0).aborted(), signal(&stage, 1).aborted()), (true, false));
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_between_two_sends_of_an_attempt_aborts_both_and_leaves_nothing() {
    let stage = Stage::new(&[None, None]);
    let hedge = HedgeOptions { delay: Some(Duration::from_millis(10)), max_hedges: Some(2) };
    let client = Client::with_options(&PolicyOptions { hedge: Some(hedge.into()), ..Default::default() }).unwrap();
    let mut call = Box::pin(client.fetch(request()));
    assert!(within(15, call.as_mut()).await.is_none());
    assert_eq!(stage.sends(), 2);
    drop(call);
    assert!(signal(&stage, 0).aborted() && signal(&stage, 1).aborted());
    assert_eq!((stage.timers(), stage.listeners()), (0.0, 0.0));
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_while_a_body_is_looked_at_lets_go_of_it_and_of_its_place() {
    let (limited, cancelled) = stage::endless(429);
    let stage = Stage::new(&[Some(limited), Some(answer(200, &[]))]);
    let client = client(RateLimitOptions { max_concurrent: Some(1), ..Default::default() });
    let mut call = Box::pin(client.fetch(request()));
    assert!(within(30, call.as_mut()).await.is_none(), "its body does not end");
    assert_eq!((stage.sends(), stage.timers()), (1, 1.0));
    drop(call);
    TimeoutFuture::new(1).await;
    assert!(cancelled(), "both halves of its body");
    assert_eq!((stage.timers(), stage.listeners()), (0.0, 0.0));
    assert_eq!(client.quotas().iter().map(|state| state.in_flight).sum::<u32>(), 0);
}

#[wasm_bindgen_test]
async fn a_call_that_is_never_polled_sends_nothing() {
    let stage = Stage::new(&[Some(answer(200, &[]))]);
    drop(Client::default().fetch(request()));
    TimeoutFuture::new(5).await;
    assert_eq!(stage.sends(), 0);
}

#[wasm_bindgen_test]
async fn a_response_that_was_given_is_not_aborted_with_its_call() {
    let stage = Stage::new(&[Some(answer(200, &[]))]);
    let response = Client::default().fetch(request()).await.unwrap();
    assert!(!signal(&stage, 0).aborted());
    assert_eq!(response.text().unwrap().await.unwrap(), "body");
}

#[wasm_bindgen_test]
async fn a_record_tells_each_attempt_and_wait_and_why() {
    let _stage = Stage::new(&[Some(answer(503, &[("retry-after", "0.05")])), Some(answer(200, &[]))]);
    let (response, record) = Client::default().fetch_recorded(request()).await;
    assert_eq!(response.unwrap().status(), 200);
    let CallRecord { attempts, waited, gave_up, .. } = record;
    let statuses: Vec<_> = attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!((statuses, gave_up), (vec![Some(503), Some(200)], None));
    assert_eq!((attempts[0].waited_before, attempts[0].wait_reason), (0, None));
    assert_eq!(attempts[1].wait_reason, Some(WaitReason::RetryAfter));
    assert_eq!(attempts[1].quota.as_ref().map(|quota| quota.source.as_str()), Some("retry-after"));
    assert!((40..500).contains(&waited) && attempts[1].waited_before == waited, "{waited}");
    assert!(attempts[1].started_at.0 - attempts[0].ended_at.0 >= 40);
}

#[wasm_bindgen_test]
async fn a_record_of_two_sends_side_by_side_tells_the_loser_too() {
    let _stage = Stage::new(&[None, Some(answer(200, &[]))]);
    let hedge = HedgeOptions { delay: Some(Duration::from_millis(10)), ..Default::default() };
    let client = Client::with_options(&PolicyOptions { hedge: Some(hedge.into()), ..Default::default() }).unwrap();
    let (_, record) = client.fetch_recorded(request()).await;
    let ends: Vec<_> = record.attempts.iter().map(|attempt| (attempt.status, attempt.error.as_deref())).collect();
    assert_eq!(ends, [(None, Some("AbortError")), (Some(200), None)]);
}

#[wasm_bindgen_test]
async fn a_listener_is_told_what_happens_in_its_turn_and_no_secret() {
    let _stage = Stage::new(&[Some(answer(503, &[("ratelimit", "\"a\";r=4;t=60")])), Some(answer(404, &[]))]);
    let (client, events) = listened(&Client::default());
    let retry = RetryOptions { initial_delay: Some(Duration::from_millis(1)), ..Default::default() };
    let client = client.extend(&PolicyOptions { retry: Some(retry.into()), ..Default::default() }).unwrap();
    assert_eq!(client.fetch(request()).await.unwrap().status(), 404);
    let events = events.borrow();
    let told: Vec<_> = events.iter().map(|event| format!("{} {}", event.attempt, name(&event.what))).collect();
    assert_eq!(
        told,
        ["1 attempt", "1 response 503 1", "2 wait", "2 attempt", "2 response 404 0", "2 give-up NotRetryable"]
    );
    assert!(events.iter().all(|event| event.call == events[0].call && event.method == "GET"));
    assert!(events.iter().all(|event| event.url == "https://story.example/items/17"));
}

#[wasm_bindgen_test]
async fn a_listener_may_use_the_client_and_is_told_of_a_call_that_was_dropped() {
    let _stage = Stage::new(&[None]);
    let client = Client::default();
    let events = Rc::new(RefCell::new(Vec::new()));
    let listening = {
        let (inner, events) = (client.clone(), Rc::clone(&events));
        client.on_event(move |event| {
            assert!(inner.quotas().len() < 9, "its state is not lent meanwhile");
            events.borrow_mut().push(name(&event.what));
        })
    };
    let mut call = Box::pin(listening.fetch(request()));
    assert!(within(10, call.as_mut()).await.is_none());
    drop(call);
    assert_eq!(*events.borrow(), ["attempt", "failure AbortError", "give-up Aborted"]);
}

#[wasm_bindgen_test]
async fn a_refusal_says_when_to_come_back_and_its_record_why() {
    let _stage = Stage::new(&[Some(answer(200, &[]))]);
    let quota = QuotaRule { limit: Some(1), window: Some(Duration::from_mins(1)), ..Default::default() };
    let client = client(RateLimitOptions {
        quotas: Some(vec![quota]),
        max_wait: Some(Duration::from_millis(10)),
        ..Default::default()
    });
    client.fetch(request()).await.unwrap();
    let (refused, record) = client.fetch_recorded(request()).await;
    let error = refused.unwrap_err();
    let at = error.retry_at().unwrap();
    assert!((50_000.0..61_000.0).contains(&(at.0 as f64 - js_sys::Date::now())));
    assert_eq!((record.gave_up, record.attempts.len()), (Some(GiveUpReason::QuotaWaitTooLong), 0));
    assert!(record.retry_at.is_some_and(|told| (told.0 - at.0).abs() < 50));
    let states = client.quotas();
    assert_eq!((states[0].quota.limit, states[0].quota.remaining), (Some(1), Some(0)));
}

#[wasm_bindgen_test]
async fn what_a_call_costs_its_priority_and_its_deadline_are_its_own() {
    let stage = Stage::new(&[Some(answer(200, &[])), None]);
    let quota = QuotaRule { limit: Some(3), window: Some(Duration::from_mins(1)), ..Default::default() };
    let client = client(RateLimitOptions { quotas: Some(vec![quota]), ..Default::default() });
    let dear = PolicyOptions { cost: Some(Cost::Requests(3)), ..Default::default() };
    client.extend(&dear).unwrap().fetch(request()).await.unwrap();
    let short = TimeoutOptions { total: Some(Duration::from_millis(30)), ..Default::default() };
    let short = PolicyOptions { timeout: Some(short), ..Default::default() };
    let late = client.extend(&short).unwrap().fetch(request()).await;
    assert!(matches!(late, Err(Error::Deadline)), "the quota is used up");
    assert_eq!(stage.sends(), 1);
    let error = client.extend(&PolicyOptions { cost: Some(Cost::Requests(0)), ..Default::default() }).unwrap_err();
    assert_eq!(error.field, "cost");
}

#[wasm_bindgen_test]
async fn an_error_under_a_success_is_heard_where_a_profile_says_so() {
    let body = r#"{"ok":false,"error":"ratelimited"}"#;
    let init = stage::status(200);
    let headers = web_sys::Headers::new().unwrap();
    headers.set("content-type", "application/json").unwrap();
    init.set_headers(&headers);
    let hidden = Response::new_with_opt_str_and_init(Some(body), &init).unwrap();
    let stage = Stage::new(&[Some(hidden), Some(answer(200, &[]))]);
    let profile = Profile {
        hosts: Some(vec!["story.example".into()]),
        errors_under_200: Some(true),
        retry: Some(RetryOptions { initial_delay: Some(Duration::from_millis(1)), ..Default::default() }.into()),
        ..Default::default()
    };
    let client = Client::with_options(&PolicyOptions { profiles: Some(vec![profile]), ..Default::default() }).unwrap();
    let response = client.fetch(request()).await.unwrap();
    assert!(Object::is(&response, &stage.last_response()));
    assert_eq!(stage.sends(), 2);
}

#[wasm_bindgen_test]
async fn calls_of_one_scope_share_a_quota_and_those_of_another_do_not() {
    let stage = Stage::new(&[Some(answer(200, &[])), Some(answer(200, &[]))]);
    let quota = QuotaRule { limit: Some(1), window: Some(Duration::from_mins(1)), ..Default::default() };
    let client =
        client(RateLimitOptions { quotas: Some(vec![quota]), max_wait: Some(Duration::ZERO), ..Default::default() });
    client.in_scope("tenant 1").fetch(request()).await.unwrap();
    assert!(client.in_scope("tenant 1").fetch(request()).await.is_err());
    client.in_scope("tenant 2").fetch(request()).await.unwrap();
    assert_eq!(stage.sends(), 2);
    assert_eq!(client.quotas()[0].quota.scope.as_deref(), Some("tenant 1"));
}

#[wasm_bindgen_test]
async fn a_snapshot_carries_a_quota_to_another_client() {
    let stage =
        Stage::new(&[Some(answer(200, &[("ratelimit", "\"a\";r=0;t=60"), ("ratelimit-policy", "\"a\";q=9;w=60")]))]);
    let client = Client::default();
    client.fetch(request()).await.unwrap();
    let snapshot = client.snapshot();
    let other = self::client(RateLimitOptions { max_wait: Some(Duration::ZERO), ..Default::default() });
    other.restore(&snapshot).unwrap();
    assert!(matches!(other.fetch(request()).await, Err(Error::Refused { .. })));
    assert_eq!(stage.sends(), 1);
    assert_eq!(other.restore(&Snapshot { version: 9, ..snapshot }).unwrap_err().field, "version");
}

#[wasm_bindgen_test]
async fn an_answer_is_explained_and_stays_unread() {
    let body = r#"{"title":"Gone","status":410,"detail":"It was deleted."}"#;
    let response = Response::new_with_opt_str_and_init(Some(body), &stage::status(410)).unwrap();
    let explanation = explain_response(&response, "GET", &Catalogs::built_in()).await;
    assert_eq!((explanation.kind, explanation.status), (Kind::NotFound, Some(410)));
    assert_eq!(
        (explanation.format.as_str(), explanation.api.message.as_deref()),
        ("problem_details", Some("It was deleted."))
    );
    assert!(!response.body_used());
    assert_eq!(response.text().unwrap().await.unwrap(), body);
}

#[wasm_bindgen_test]
async fn every_error_is_explained() {
    let catalogs = Catalogs::built_in();
    let status = Error::Status(Response::new_with_opt_str_and_init(None, &stage::status(404)).unwrap());
    let aborted = web_sys::DomException::new_with_message_and_name("", "AbortError").unwrap();
    let rows = [
        (status, Kind::NotFound),
        (Error::Deadline, Kind::Timeout),
        (Error::Aborted(aborted.into()), Kind::Aborted),
        (Error::Network(js_sys::TypeError::new("Failed to fetch").into()), Kind::Network),
    ];
    for (error, kind) in rows {
        assert_eq!(error.explain("GET", &catalogs).await.kind, kind, "{error}");
    }
    let odd = Error::Network(wasm_bindgen::JsValue::NULL).explain("GET", &catalogs).await;
    assert!(!odd.action.is_empty());
}

#[cfg(feature = "serde")]
#[wasm_bindgen_test]
async fn data_goes_to_javascript_in_the_contracts_shape_and_comes_back() {
    use fetch_with_policy::client::{from_js, to_js};

    let response = Response::new_with_opt_str_and_init(Some("{"), &stage::status(409)).unwrap();
    let explanation = explain_response(&response, "PUT", &Catalogs::built_in()).await;
    let value = to_js(&explanation).unwrap();
    let member = |name: &str| js_sys::Reflect::get(&value, &name.into()).unwrap();
    assert_eq!((member("kind").as_string().as_deref(), member("status").as_f64()), (Some("conflict"), Some(409.0)));
    assert!(member("provider").is_null() && member("params").is_instance_of::<Object>());
    assert_eq!(from_js::<fetch_with_policy::explain::write::plain::Explanation>(value).unwrap(), explanation);

    let options =
        PolicyOptions { priority: Some(4), retry: Some(fetch_with_policy::options::Switch::Off), ..Default::default() };
    let value = to_js(&options).unwrap();
    assert!(Client::default().extend_js(value.clone()).is_ok(), "the walk takes it too");
    assert_eq!(from_js::<PolicyOptions>(value).unwrap(), options);
    let Err(Error::Data(error)) = from_js::<PolicyOptions>(js_sys::JSON::parse(r#"{"retry":true}"#).unwrap()) else {
        panic!("no options")
    };
    assert!(error.is_instance_of::<js_sys::Error>());
}

fn listened(client: &Client) -> (Client, Rc<RefCell<Vec<PolicyEvent>>>) {
    let events = Rc::<RefCell<Vec<PolicyEvent>>>::default();
    let kept = Rc::clone(&events);
    (client.on_event(move |event| kept.borrow_mut().push(event.clone())), events)
}

fn name(what: &What) -> String {
    match what {
        What::Attempt => "attempt".into(),
        What::Wait { .. } => "wait".into(),
        What::Response { status, quotas } => format!("response {status} {}", quotas.len()),
        What::Failure { error } => format!("failure {error}"),
        What::GiveUp { reason, .. } => format!("give-up {reason:?}"),
        What::Circuit { state, .. } => format!("circuit {state:?}"),
    }
}

fn client(rate_limit: RateLimitOptions) -> Client {
    Client::with_options(&PolicyOptions { rate_limit: Some(rate_limit.into()), ..Default::default() }).unwrap()
}

fn request() -> Request {
    Request::new_with_str(URL).unwrap()
}

fn signal(stage: &Stage, index: usize) -> AbortSignal {
    js_sys::Reflect::get(&stage.init(index), &"signal".into()).unwrap().unchecked_into()
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
