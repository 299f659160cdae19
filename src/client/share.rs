//! Sends what the core has to tell a coordinator, and hands back what it replies: the driver's side of sharing.
//!
//! The core decides what is reported and when. A host that may be called at any time sends messages beside its calls. Elsewhere
//! (workerd) only a call that is about to wait sends one, and goes on as soon as the reply is here.

use alloc::{format, rc::Rc, string::String};
use core::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use js_sys::Math;
use wasm_bindgen_futures::spawn_local;

use crate::client::{
    Shared,
    coordinator::{Coordinator, News, ShareMessage},
    host,
};

/// A scope's key, by which a message begins.
const KEY: usize = 32;
/// A reply is waited for no longer, and the core is asked again after it at the latest; ms.
const LONGEST: u32 = 30_000;

/// The sharing of a client's quotas.
pub struct Sharing {
    coordinator: Rc<dyn Coordinator>,
    nudges: bool,
    /// Its name in messages; "" until the first one.
    client: RefCell<Rc<str>>,
    is_planned: Cell<bool>,
    timer: RefCell<Option<Timeout>>,
}

impl Sharing {
    pub fn new(coordinator: Rc<dyn Coordinator>) -> Self {
        let (client, timer) = (RefCell::new("".into()), RefCell::default());
        Self { coordinator, nudges: host::nudges(), client, is_planned: Cell::new(false), timer }
    }

    /// How long a reply is waited for, ms.
    pub fn patience(&self) -> u32 {
        u32::try_from(self.coordinator.patience().as_millis()).unwrap_or(LONGEST).clamp(1, LONGEST)
    }
}

impl Shared {
    /// Sends what is to be told, if there is a coordinator. `waiter`: the call that is about to wait.
    pub(super) fn share(self: &Rc<Self>, waiter: Option<u32>) {
        let Some(sharing) = &self.sharing else { return };
        if !sharing.nudges {
            if waiter.is_some() {
                self.post(waiter);
            }
            return;
        }
        // Later, so that one message covers all calls that are made in this turn.
        if sharing.is_planned.replace(true) {
            return;
        }
        let shared = Rc::clone(self);
        spawn_local(async move {
            if let Some(sharing) = &shared.sharing {
                sharing.is_planned.set(false);
            }
            shared.post(None);
        });
    }

    fn post(self: &Rc<Self>, waiter: Option<u32>) {
        let Some(sharing) = &self.sharing else { return };
        loop {
            let at = host::moment();
            let text = self.memory.borrow_mut().tracker.post(at);
            let Some(text) = text else { break };
            spawn_local(Rc::clone(self).exchange(text, waiter));
        }
        let next = self.memory.borrow().tracker.posts_at().filter(|_| sharing.nudges);
        *sharing.timer.borrow_mut() = next.map(|next| {
            let delay = next.since(host::moment().mono).clamp(1, i64::from(LONGEST)) as u32;
            let weak = Rc::downgrade(self);
            Timeout::new(delay, move || {
                if let Some(shared) = weak.upgrade() {
                    shared.wake_others();
                }
            })
        });
    }

    async fn exchange(self: Rc<Self>, text: String, waiter: Option<u32>) {
        let Some(sharing) = &self.sharing else { return };
        let key = text.get(..KEY).unwrap_or_default();
        let client = self.client(sharing);
        let mut reply = None;
        if let Some(message) = ShareMessage::read(&text, &client) {
            let exchange = sharing.coordinator.exchange(message.clone());
            let ended = within(sharing.patience(), exchange).await;
            reply = ended.and_then(Result::ok).and_then(|reply| reply.write(&message));
        }
        self.memory.borrow_mut().tracker.heard(key, &reply.unwrap_or_default(), host::moment());
        match waiter {
            Some(owner) if !sharing.nudges => self.sleepers.ring(owner),
            _ => self.wake_others(),
        }
    }

    // Its name, and with the first use of that the news.
    fn client(self: &Rc<Self>, sharing: &Sharing) -> Rc<str> {
        let known = Rc::clone(&sharing.client.borrow());
        if !known.is_empty() {
            return known;
        }
        let random = || (Math::random() * f64::from(u32::MAX)) as u32;
        let client: Rc<str> = format!("{:08x}{:08x}{:08x}", random(), random(), random()).into();
        *sharing.client.borrow_mut() = Rc::clone(&client);
        if sharing.nudges {
            let (weak, own) = (Rc::downgrade(self), Rc::clone(&client));
            let news: News = Rc::new(move |scope, from| {
                let Some(shared) = weak.upgrade().filter(|_| *from != *own) else { return };
                shared.memory.borrow_mut().tracker.news(scope);
                shared.wake_others();
            });
            sharing.coordinator.subscribe(news);
        }
        client
    }
}

// What `future` gives within so many ms.
async fn within<T>(ms: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut timer = TimeoutFuture::new(ms);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Pin::new(&mut timer).poll(context).map(|()| None),
    })
    .await
}
