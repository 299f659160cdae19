//! The front of a body, read off a copy: the caller's response stays unread.

use alloc::{string::String, vec::Vec};
use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStreamDefaultReader, Response};

// Chunks of a body that are read: one of no bytes takes no time, so that no timer would end a stream of them.
const MOST_CHUNKS: usize = 4096;

/// At most `most` bytes of the body of `response`, as many as come before `late` is over. `None` where there is no body to
/// read, or it was read already.
pub async fn front(response: &Response, most: usize, late: impl Future<Output = ()>) -> Option<String> {
    let mut bytes = Vec::new();
    // A mock's response may have no body to read.
    let body = response.clone().ok().and_then(|copy| copy.body())?;
    let reader = Copy(body.get_reader().unchecked_into());
    let mut late = pin!(late);
    for _ in 0..MOST_CHUNKS {
        if bytes.len() >= most {
            break;
        }
        let mut read = JsFuture::from(reader.0.read());
        let step = poll_fn(|context| match Pin::new(&mut read).poll(context) {
            Poll::Ready(step) => Poll::Ready(step.ok()),
            Poll::Pending => late.as_mut().poll(context).map(|()| None),
        });
        // A body that breaks off is judged as far as it came.
        let Some(part) = step.await.as_ref().and_then(part) else { break };
        bytes.extend_from_slice(&part.to_vec());
    }
    bytes.truncate(most);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is read of the copy, until it is let go of: at the end, or where nobody waits for it any more.
struct Copy(ReadableStreamDefaultReader);

impl Drop for Copy {
    fn drop(&mut self) {
        let cancelled = self.0.cancel();
        // Not awaited: the cancel of one half settles only when the caller's own half is read or cancelled.
        spawn_local(async move {
            let _ = JsFuture::from(cancelled).await;
        });
    }
}

// The bytes of one step of a reader; none at the end.
fn part(step: &JsValue) -> Option<Uint8Array> {
    Reflect::get(step, &"value".into()).ok()?.dyn_into().ok()
}
