//! One send in flight, of which a hedged call may have several.

use alloc::{boxed::Box, rc::Rc, vec::Vec};
use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortSignal, Request, Response};

use crate::client::{
    host,
    sleep::{self, Alarm},
    time_limit::TimeLimit,
};

type Answer = Result<JsValue, JsValue>;

/// A fetch that was begun.
pub struct Flight {
    /// The number of the send.
    pub attempt: u32,
    limit: TimeLimit,
    answer: Pin<Box<dyn Future<Output = Answer>>>,
}

impl Flight {
    /// Sends `request`, with `timeout` ms until its headers, if they are bounded.
    ///
    /// # Errors
    /// Where the host has no `AbortController`.
    pub fn new(attempt: u32, request: Request, timeout: Option<i64>, alarm: &Rc<Alarm>) -> Result<Self, JsValue> {
        let limit = TimeLimit::new(&request, timeout, alarm)?;
        let init = limit.init.clone();
        let answer = Box::pin(async move { host::send(&request, Some(&init)).await });
        Ok(Self { attempt, limit, answer })
    }

    /// Aborts it; its end is not reported.
    pub fn call_off(self) {
        let Self { limit, answer, .. } = self;
        limit.call_off();
        spawn_local(async move {
            // A host that takes no notice of the abort.
            if let Ok(response) = answer.await {
                let_go(response.unchecked_ref());
            }
        });
    }
}

/// The first of `flights` that ends, taken out, and what it gave; `None` once `next` ms are over or `signal` fires. One whose
/// time is over has ended, though the host's fetch takes no notice of that.
pub async fn land(
    flights: &mut Vec<Flight>,
    next: Option<i64>,
    signal: &AbortSignal,
    alarm: &Rc<Alarm>,
) -> Option<(u32, Answer, bool)> {
    let mut timer = pin!(async {
        match next {
            Some(next) => sleep::sleep(next, signal, alarm).await,
            None => sleep::aborted(signal, alarm).await,
        }
    });
    poll_fn(|context| {
        for index in 0..flights.len() {
            let Some(flight) = flights.get_mut(index) else { break };
            let answer = flight.answer.as_mut().poll(context);
            let (attempt, expired) = (flight.attempt, flight.limit.reason());
            if let Poll::Ready(answer) = answer {
                flights.swap_remove(index);
                return Poll::Ready(Some((attempt, end(answer, expired.clone()), expired.is_some())));
            }
            if let Some(reason) = expired {
                flights.swap_remove(index).call_off();
                return Poll::Ready(Some((attempt, Err(reason), true)));
            }
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

// A head that came, but was not heard before its time was over, is late all the same: its body is gone.
fn end(answer: Answer, expired: Option<JsValue>) -> Answer {
    let Some(reason) = expired else { return answer };
    if let Ok(response) = answer {
        let_go(response.unchecked_ref());
    }
    Err(reason)
}

/// Lets go of an unread body, which holds its connection until it is cancelled or collected.
pub fn let_go(response: &Response) {
    if let Some(body) = response.body() {
        let cancelled = body.cancel();
        // A body that somebody reads refuses; that must not surface as an unhandled rejection.
        spawn_local(async move {
            let _ = cancelled.await;
        });
    }
}
