//! The types that a call and its shell exchange.

use alloc::string::String;

use crate::{rate_limit::identity::Identity, retry::classify::Failure, syntax::headers::Headers, time::MonoTime};

/// What a shell knows of a request when it starts.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method as fetch normalizes it: standard methods in capitals.
    pub method: String,
    /// The origin and credentials that share a quota.
    pub identity: Identity,
    /// The request has an Idempotency-Key.
    pub keyed: bool,
    /// The body can be sent again, or there is none.
    pub replayable: bool,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The caller's signal fired, or the caller dropped the call.
    Abort,
    /// The start of the body that [`Action::Peek`] asked for, as far as it arrived; "" if there is none.
    Body(&'a str),
    /// The caller's decision on [`Action::Ask`]; `None` keeps the default.
    Decided(Option<bool>),
    /// The wait is over, [`crate::rate_limit::Tracker::wake`] ended it early, or the `next` of [`Action::Send`] has passed.
    Elapse,
    /// The time of the call ([`Call::left`](super::Call::left), or the `timeout` of [`Action::Send`]) is over, and the
    /// caller's code has not yet returned what the call needs to continue.
    Expire,
    /// The fetch of one send failed.
    Fail {
        /// The number of the send from [`Action::Send`].
        attempt: u32,
        /// Why.
        failure: Failure,
    },
    /// The headers that [`Action::Prepare`] asked for are ready. `identity` is that of the request with them, or `None` if there
    /// are no headers to add; `credentials` is a number for its credentials ([`crate::rate_limit::credentials::tag`]).
    Prepared {
        /// Whose quota the request consumes.
        identity: Option<&'a Identity>,
        /// Differs for different credentials.
        credentials: u64,
    },
    /// Whether the host is online now, as far as it knows. Sent in place of [`Event::Elapse`] while the call waits for the network.
    Online(bool),
    /// The status and headers of one send arrived.
    Respond {
        /// The number of the send from [`Action::Send`].
        attempt: u32,
        /// Its status.
        status: u16,
        /// The response headers that [`crate::rate_limit::read::wanted`] asks for.
        headers: Headers<'a>,
        /// The response type is "cors": a page of another origin reads it and sees only the headers that the server exposes.
        foreign: bool,
    },
    /// Starts the call. Sent once, first.
    Start,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Discard the response or failure reported last, if any: other sends are in flight. Report how they end.
    Await {
        /// After this many ms, 0 or more, report [`Event::Elapse`] if nothing else has happened: another send may go.
        next: Option<i64>,
    },
    /// Call the caller's `decide` and report its result with [`Event::Decided`].
    Ask {
        /// The default, used if `decide` returns nothing.
        retry: bool,
        /// The wait before the next send, if there is one, in ms.
        delay: i64,
    },
    /// Read the start of a copy of the response body and report it with [`Event::Body`]: status and headers do not
    /// settle what the response is. The body itself must stay unread for the caller.
    Peek {
        /// The most bytes to read.
        bytes: usize,
        /// The longest time to read, in ms; then report what arrived.
        within: i64,
    },
    /// Have the caller make the headers of the next send, and report [`Event::Prepared`]. Keep the last response: it may still be
    /// the result.
    Prepare {
        /// The longest time for that, in ms; then report [`Event::Expire`].
        timeout: Option<i64>,
    },
    /// End the call with an error. Abort sends in flight.
    Reject(GiveUp),
    /// End the call with the response or error reported last. Abort the other sends. (Every action that follows a response does,
    /// except [`Action::Await`] and [`Action::Peek`].)
    Resolve {
        /// Why there is no retry, if one was considered.
        gave_up: Option<GiveUp>,
        /// The response is an error, and the caller asked for errors to be thrown.
        throw: bool,
    },
    /// Send the request. Keep sends in flight.
    Send {
        /// The number of this send, from 1.
        attempt: u32,
        /// The longest time until its headers arrive, in ms; then report [`Failure::Timeout`].
        timeout: Option<i64>,
        /// As in [`Action::Await`].
        next: Option<i64>,
    },
    /// Discard the body of the last response (the response may still be the result, without its body), sleep `delay` ms, and report [`Event::Elapse`].
    Wait {
        /// In ms, more than 0; may be longer than a timer supports.
        delay: i64,
        /// What for.
        reason: WaitReason,
    },
}

/// What a call waits for, with the names of the npm package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[allow(missing_docs, reason = "the contract's own words")]
pub enum WaitReason {
    Backoff,
    Concurrency,
    Locked,
    Offline,
    Outage,
    Probing,
    RateLimit,
    RetryAfter,
}

/// Why a call gives up, with the names of the npm package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[allow(missing_docs, reason = "the contract's own words")]
pub enum GiveUpReason {
    Aborted,
    AttemptsExhausted,
    BudgetExhausted,
    CircuitOpen,
    Deadline,
    HintTooLong,
    /// The host sends no more requests. The call ends with its last response, if it had one, and not with the failure reported
    /// last.
    HostLimit,
    NotReplayable,
    NotRetryable,
    QueueFull,
    QuotaWaitTooLong,
    ServerVeto,
}

/// The end of a call, and when trying again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiveUp {
    /// Why.
    pub reason: GiveUpReason,
    /// When the quota may have room, or when the server asked to retry.
    pub retry_at: Option<MonoTime>,
}

/// The event does not fit the state of the call; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongEvent {
    /// The state of the call: "idle", "queued", "flying", "peeking", "asking", "preparing", "pausing", "offline" or "done".
    pub state: &'static str,
}
