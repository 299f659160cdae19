//! A page that loads thirty items of an API with a quota at once, by one client: it shows what is sent, what waits and why.
//!
//! The client stands in a `thread_local`, since all of the page shares its quotas. "Stop" drops the calls, which
//! aborts what is under way and wakes nobody. What comes with an error status is explained.

mod board;
mod load;

use board::{Board, Step};
use futures::future::AbortHandle;
use yew::prelude::*;

/// Items to load.
const ITEMS: usize = 30;

#[component]
fn App() -> Html {
    let board = use_reducer(Board::default);
    let running = use_mut_ref(Vec::<AbortHandle>::new);
    let start = {
        let (board, running) = (board.dispatcher(), running.clone());
        Callback::from(move |_: MouseEvent| {
            board.dispatch(Step::Start(ITEMS));
            *running.borrow_mut() = (0..ITEMS).map(|item| load::start(item, board.clone())).collect();
        })
    };
    let stop = {
        let (board, running) = (board.dispatcher(), running.clone());
        Callback::from(move |_: MouseEvent| {
            running.borrow_mut().drain(..).for_each(|call| call.abort());
            board.dispatch(Step::Stop);
        })
    };
    let Board { sent, waits, retried, done, explained, state, .. } = &*board;
    html! {
        <main>
            <h1>{ "Thirty items, ten a second" }</h1>
            <button id="start" onclick={start} disabled={*state == "running"}>{ "Load" }</button>
            <button id="stop" onclick={stop} disabled={*state != "running"}>{ "Stop" }</button>
            <p id="state" role="status">{ *state }</p>
            <dl>
                <dt>{ "sent" }</dt><dd id="sent">{ *sent }</dd>
                <dt>{ "waited" }</dt><dd id="waits">{ *waits }</dd>
                <dt>{ "sent again" }</dt><dd id="retried">{ *retried }</dd>
                <dt>{ "loaded" }</dt><dd id="done">{ *done }</dd>
            </dl>
            <ul id="explained">{ for explained.iter().map(|line| html! { <li>{ line.clone() }</li> }) }</ul>
        </main>
    }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
