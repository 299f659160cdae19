//! The driver against a real server on a socket.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use fetch_with_policy::options::{PolicyOptions, RateLimitOptions, RetryOptions, TimeoutOptions};
use reqwest_policy::{Client, Error};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

const LIMIT: u32 = 10;
const WINDOW: Duration = Duration::from_secs(2);

/// What the server met.
#[derive(Default)]
struct Met {
    sends: AtomicU32,
    refused: AtomicU32,
    /// When its window began, and how many it has served in it.
    window: Mutex<Option<(Instant, u32)>>,
}

async fn serve() -> (String, Arc<Met>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let met = Arc::new(Met::default());
    let kept = Arc::clone(&met);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(answer(socket, Arc::clone(&kept)));
        }
    });
    (address, met)
}

async fn answer(mut socket: TcpStream, met: Arc<Met>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = socket.read_u8().await else { return };
        head.push(byte);
    }
    met.sends.fetch_add(1, Ordering::SeqCst);
    let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, headers, body) = match path.as_str() {
        "/limited" => limited(&met).await,
        "/down" => ("500 Internal Server Error", String::new(), "it is down".into()),
        "/long-error" => (
            "403 Forbidden",
            "content-type: application/json\r\n".into(),
            format!("{{\"message\":\"{}\"}}", "no ".repeat(20_000)),
        ),
        "/never" => return std::future::pending().await,
        _ => ("200 OK", String::new(), "fine".into()),
    };
    let text =
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let _ = socket.write_all(text.as_bytes()).await;
}

async fn limited(met: &Met) -> (&'static str, String, String) {
    let mut window = met.window.lock().await;
    let now = Instant::now();
    let (began, used) = window.filter(|(began, _)| now - *began < WINDOW).unwrap_or((now, 0));
    let left = (began + WINDOW - now).as_secs_f64().ceil();
    let remaining = LIMIT.saturating_sub(used + 1);
    let headers =
        format!("ratelimit-limit: {LIMIT}\r\nratelimit-remaining: {remaining}\r\nratelimit-reset: {left}\r\n");
    if used >= LIMIT {
        met.refused.fetch_add(1, Ordering::SeqCst);
        return ("429 Too Many Requests", format!("{headers}retry-after: {left}\r\n"), "slow down".into());
    }
    *window = Some((began, used + 1));
    ("200 OK", headers, "fine".into())
}

fn client(options: PolicyOptions) -> Client {
    Client::new(reqwest::Client::new(), &options).unwrap()
}

fn soon() -> PolicyOptions {
    let retry = RetryOptions { initial_delay: Some(Duration::from_millis(1)), ..Default::default() };
    PolicyOptions { retry: Some(retry.into()), ..Default::default() }
}

async fn get(client: &Client, url: &str) -> Result<reqwest::Response, Error> {
    client.execute(client.http().get(url).build().unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_calls_at_ten_per_two_seconds_all_come_through() {
    let (address, met) = serve().await;
    let client = client(PolicyOptions::default());
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let (client, url) = (client.clone(), format!("{address}/limited"));
            tokio::spawn(async move { get(&client, &url).await.unwrap().status().as_u16() })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), 200);
    }
    assert!(met.refused.load(Ordering::SeqCst) <= 1, "{:?} were refused", met.refused);
}

#[tokio::test]
async fn a_get_is_sent_four_times_at_most_and_a_post_once() {
    let (address, met) = serve().await;
    let client = client(soon());
    let response = get(&client, &format!("{address}/down")).await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (500, "it is down"));
    assert_eq!(met.sends.load(Ordering::SeqCst), 4);
    let post = client.http().post(format!("{address}/down")).body("{}").build().unwrap();
    assert_eq!(client.execute(post).await.unwrap().status(), 500);
    assert_eq!(met.sends.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn an_error_body_that_the_policy_looked_at_is_whole() {
    let (address, _) = serve().await;
    let response = get(&client(soon()), &format!("{address}/long-error")).await.unwrap();
    assert_eq!(response.url().path(), "/long-error");
    assert_eq!(response.text().await.unwrap().len(), 20_000 * 3 + r#"{"message":""}"#.len());
}

#[tokio::test]
async fn a_call_that_is_dropped_gives_its_place_to_the_next() {
    let (address, met) = serve().await;
    let rate_limit = RateLimitOptions { max_concurrent: Some(1), ..Default::default() };
    let client = client(PolicyOptions { rate_limit: Some(rate_limit.into()), ..Default::default() });
    let (held, url) = (client.clone(), format!("{address}/never"));
    let first = tokio::spawn(async move { get(&held, &url).await.map(drop) });
    while met.sends.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (waiting, url) = (client.clone(), format!("{address}/"));
    let second = tokio::spawn(async move { get(&waiting, &url).await.unwrap().status().as_u16() });
    first.abort();
    assert_eq!(second.await.unwrap(), 200);
}

#[tokio::test]
async fn a_server_that_is_not_there_and_one_that_never_answers_are_errors() {
    let (address, met) = serve().await;
    let attempt = Some(Duration::from_millis(30));
    let timeout = Some(TimeoutOptions { attempt, ..Default::default() });
    let client = client(PolicyOptions { timeout, ..soon() });
    let never = get(&client, &format!("{address}/never")).await;
    assert!(matches!(never, Err(Error::Timeout | Error::Refused { .. })), "{never:?}");
    assert_eq!(met.sends.load(Ordering::SeqCst), 4);
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert!(matches!(get(&client, &format!("http://{unused}/")).await, Err(Error::Transport(_))));
}
