//! Quotas that clients in Rust share through a coordinator, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "client"))]

mod stage;

use std::{cell::RefCell, future::pending, rc::Rc, time::Duration};

use fetch_with_policy::{
    client::{Client, Coordinator, Exchange, News, QuotaShare, ShareMessage, ShareReply},
    policy::Policy,
};
use gloo_timers::future::TimeoutFuture;
use stage::{Stage, answer};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Headers, Request, RequestInit, Response};

wasm_bindgen_test_configure!(run_in_browser);

const URL: &str = "https://share.example/items/17?secret=PLANTED";

/// Keeps what it is sent, and replies what `reply` makes of it; never, where that is nothing.
struct Kept {
    messages: Rc<RefCell<Vec<ShareMessage>>>,
    news: Rc<RefCell<Option<News>>>,
    reply: fn(&ShareMessage) -> Option<ShareReply>,
}

impl Coordinator for Kept {
    fn exchange(&self, message: ShareMessage) -> Exchange {
        let reply = (self.reply)(&message);
        self.messages.borrow_mut().push(message);
        Box::pin(async move {
            match reply {
                Some(reply) => Ok(reply),
                None => pending().await,
            }
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn subscribe(&self, news: News) {
        *self.news.borrow_mut() = Some(news);
    }
}

#[wasm_bindgen_test]
async fn calls_do_not_depend_on_a_coordinator_that_never_replies() {
    let stage = Stage::new(&[Some(quota(9)), Some(quota(8)), Some(quota(7))]);
    let (client, messages, _) = client(|_| None);
    for _ in 0..3 {
        assert_eq!(client.fetch(request()).await.unwrap().status(), 200);
    }
    assert_eq!(stage.sends(), 3);
    let messages = messages.borrow();
    assert_eq!(messages.len(), 1, "it is not asked again at once");
    assert!(client.quotas().iter().all(|quota| quota.shared.is_none()));
}

#[wasm_bindgen_test]
async fn a_message_tells_hashes_and_counts_alone_and_the_reply_is_the_share() {
    let _stage = Stage::new(&[Some(quota(9)), Some(quota(8)), Some(quota(7)), Some(quota(6))]);
    let (client, messages, _) = client(|message| Some(granted(message, 4)));
    for _ in 0..3 {
        assert_eq!(client.fetch(request()).await.unwrap().status(), 200);
        TimeoutFuture::new(1).await;
    }
    let messages = messages.borrow();
    let last = messages.last().unwrap();
    assert_eq!((last.version, last.scope.len(), last.client.len()), (1, 32, 24));
    assert!(messages.iter().all(|message| message.scope == last.scope && message.client == last.client));
    assert!(!format!("{messages:?}").contains("PLANTED"), "{messages:?}");
    let report = &messages.iter().find(|message| !message.quotas.is_empty()).expect("the quota is told").quotas[0];
    assert_eq!((report.id.len(), report.limit, report.mode), (8, 10, 2));
    assert!(report.used >= 1 && report.back > 50_000 && report.window >= 60_000, "{report:?}");
    let shared = client.quotas()[0].shared.expect("a share");
    assert_eq!((shared.members, shared.units), (2, 4));
}

#[wasm_bindgen_test]
async fn a_reply_that_breaks_a_rule_counts_as_none() {
    let _stage = Stage::new(&[Some(quota(9)), Some(quota(8))]);
    let (client, messages, _) = client(|message| Some(granted(message, 11)));
    for _ in 0..2 {
        assert_eq!(client.fetch(request()).await.unwrap().status(), 200);
        TimeoutFuture::new(1).await;
    }
    assert!(messages.borrow().iter().any(|message| !message.quotas.is_empty()));
    assert!(client.quotas().iter().all(|quota| quota.shared.is_none()), "11 of 10");
}

#[wasm_bindgen_test]
async fn news_of_others_has_a_client_ask_again_and_its_own_does_not() {
    let _stage = Stage::new(&[Some(quota(9)), Some(quota(8))]);
    let (client, messages, news) = client(|message| Some(granted(message, 1)));
    assert_eq!(client.fetch(request()).await.unwrap().status(), 200);
    TimeoutFuture::new(1).await;
    let mut waits = Box::pin(client.fetch(request()));
    let polled = std::future::poll_fn(|context| {
        std::task::Poll::Ready(std::future::Future::poll(waits.as_mut(), context).is_pending())
    });
    assert!(polled.await, "its share is used up");
    TimeoutFuture::new(30).await;
    let (scope, own) = {
        let messages = messages.borrow();
        (messages[0].scope.clone(), messages[0].client.clone())
    };
    let before = messages.borrow().len();
    let news = news.borrow().clone().expect("it wants news");
    news(&scope, &own);
    TimeoutFuture::new(30).await;
    assert_eq!(messages.borrow().len(), before);
    news(&scope, "another");
    TimeoutFuture::new(30).await;
    assert!(messages.borrow().len() > before);
}

type Parts = (Client, Rc<RefCell<Vec<ShareMessage>>>, Rc<RefCell<Option<News>>>);

fn client(reply: fn(&ShareMessage) -> Option<ShareReply>) -> Parts {
    let (messages, news) = (Rc::default(), Rc::default());
    let kept = Kept { messages: Rc::clone(&messages), news: Rc::clone(&news), reply };
    (Client::with_coordinator(Policy::default(), kept), messages, news)
}

/// `units` of each quota, which two clients want more of than there is.
fn granted(message: &ShareMessage, units: i64) -> ShareReply {
    let share = |id: &String, limit| QuotaShare {
        id: id.clone(),
        limit,
        units,
        lease: 20_000,
        scarce: true,
        ..QuotaShare::default()
    };
    let quotas = message.quotas.iter().map(|quota| share(&quota.id, quota.limit)).collect();
    ShareReply { members: 2, retry: 60_000, held: 0, quotas }
}

fn quota(left: u32) -> Response {
    let (policy, left) = ("\"a\";q=10;w=60", format!("\"a\";r={left};t=58"));
    answer(200, &[("ratelimit-policy", policy), ("ratelimit", &left)])
}

fn request() -> Request {
    let headers = Headers::new().unwrap();
    headers.set("authorization", "Bearer PLANTED").unwrap();
    let init = RequestInit::new();
    init.set_headers(&headers);
    Request::new_with_str_and_init(URL, &init).unwrap()
}
