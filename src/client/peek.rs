//! The front of a body, read off a copy: the caller's response stays unread.

use alloc::{rc::Rc, string::String, vec::Vec};
use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortSignal, ReadableStreamDefaultReader, Response};

use crate::client::sleep::{Alarm, sleep};

/// At most `most` bytes of the body of `response`, as many as come within so many ms and before `signal` fires.
pub async fn front(response: &Response, most: usize, within: i64, signal: &AbortSignal, alarm: &Rc<Alarm>) -> String {
    let mut bytes = Vec::new();
    // A mock's response may have no body to read, or one that was read already.
    let Some(body) = response.clone().ok().and_then(|copy| copy.body()) else { return String::new() };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut late = pin!(sleep(within, signal, alarm));
    while bytes.len() < most {
        let mut read = JsFuture::from(reader.read());
        let step = poll_fn(|context| match Pin::new(&mut read).poll(context) {
            Poll::Ready(step) => Poll::Ready(step.ok()),
            Poll::Pending => late.as_mut().poll(context).map(|()| None),
        });
        // A body that breaks off is judged as far as it came.
        let Some(part) = step.await.as_ref().and_then(part) else { break };
        bytes.extend_from_slice(&part.to_vec());
    }
    bytes.truncate(most);
    let cancelled = reader.cancel();
    // Not awaited: the cancel of one half settles only when the caller's own half is read or cancelled.
    spawn_local(async move {
        let _ = JsFuture::from(cancelled).await;
    });
    String::from_utf8_lossy(&bytes).into_owned()
}

// The bytes of one step of a reader; none at the end.
fn part(step: &JsValue) -> Option<Uint8Array> {
    Reflect::get(step, &"value".into()).ok()?.dyn_into().ok()
}
