//! Loads one item by the page's client.

use std::time::Duration;

use fetch_with_policy::{
    client::{Client, explain_response},
    explain::Catalogs,
    options::{PolicyOptions, TimeoutOptions},
    record::What,
};
use futures::future::{AbortHandle, abortable};
use web_sys::Request;
use yew::{UseReducerDispatcher, platform::spawn_local};

use crate::board::{Board, Step};

thread_local! {
    /// One for the page: who calls the same API shares what is known of its quota.
    static CLIENT: Client = {
        let total = Some(Duration::from_secs(60));
        let timeout = TimeoutOptions { total, ..Default::default() };
        let options = PolicyOptions { timeout: Some(timeout), ..Default::default() };
        // The one error there is: a bad option, by its name.
        Client::with_options(&options).unwrap_or_else(|error| panic!("{error}"))
    };
}

/// Begins to load `item`; aborted, the call is dropped.
pub fn start(item: usize, board: UseReducerDispatcher<Board>) -> AbortHandle {
    let teller = board.clone();
    let client = CLIENT.with(|client| {
        client.on_event(move |event| match event.what {
            What::Attempt => teller.dispatch(Step::Sent { again: event.attempt > 1 }),
            What::Wait { .. } => teller.dispatch(Step::Waits),
            _ => {}
        })
    });
    let (call, handle) = abortable(async move {
        let trouble = load(&client, item).await.err();
        board.dispatch(Step::Over(trouble));
    });
    spawn_local(async move {
        let _ = call.await;
    });
    handle
}

async fn load(client: &Client, item: usize) -> Result<(), String> {
    let request = Request::new_with_str(&format!("/api/items/{item}")).map_err(|_| "no address".to_owned())?;
    match client.fetch(request).await {
        Ok(response) if response.ok() => Ok(()),
        Ok(response) => {
            let explanation = explain_response(&response, "GET", &Catalogs::built_in()).await;
            Err(explanation.user_message)
        }
        Err(error) => Err(error.to_string()),
    }
}
