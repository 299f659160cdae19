//! Responses whose body is read in part, so that the caller finds it unread, or not at all.

use futures_util::{StreamExt, stream};
use reqwest::{Body, Response, ResponseBuilderExt};
use std::time::Duration;

/// Reads up to `bytes` of the body for up to `within`, and gives the response as if nothing had been read. The rest of the body is
/// neither awaited nor lost, and an error in it is the caller's to meet.
pub async fn front(response: Response, bytes: usize, within: Duration) -> (Response, String) {
    let head = head_of(&response);
    let mut rest = Box::pin(response.bytes_stream());
    let (mut read, mut size) = (Vec::new(), 0);
    let reading = async {
        while size < bytes {
            let Some(chunk) = rest.next().await else { break };
            size += chunk.as_ref().map_or(bytes, |chunk| chunk.len());
            read.push(chunk);
        }
    };
    // What came until then counts.
    let _ = tokio::time::timeout(within, reading).await;
    let mut text: Vec<u8> = read.iter().flatten().flatten().copied().collect();
    text.truncate(bytes);
    let body = Body::wrap_stream(stream::iter(read).chain(rest));
    (head.map(|_| body).into(), String::from_utf8_lossy(&text).into_owned())
}

/// The response without its body, which would keep a connection while nobody reads it.
pub fn head(response: Response) -> Response {
    head_of(&response).map(|_| Body::default()).into()
}

fn head_of(response: &Response) -> http::Response<()> {
    let builder = http::Response::builder().status(response.status()).version(response.version());
    let mut head = builder.url(response.url().clone()).body(()).expect("the head of a response");
    head.headers_mut().clone_from(response.headers());
    head
}
