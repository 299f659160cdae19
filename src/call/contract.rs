//! What goes between a call and its shell.

use alloc::string::String;

use crate::{rate_limit::identity::Identity, retry::classify::Failure, syntax::headers::Headers, time::MonoTime};

/// What a shell knows of a request when it starts.
#[derive(Clone, Debug)]
pub struct Request {
    /// As fetch has it: the standard ones in capitals.
    pub method: String,
    /// What its quota hangs on.
    pub identity: Identity,
    /// It carries an Idempotency-Key.
    pub keyed: bool,
    /// Its body can be sent again (or it has none).
    pub replayable: bool,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The caller's signal fired, or the caller is gone.
    Abort,
    /// The front of the body that [`Action::Peek`] asked for, as far as it came; "" where none could be had.
    Body(&'a str),
    /// The caller's answer to [`Action::Ask`]; `None` leaves it.
    Decided(Option<bool>),
    /// The wait is over, or was cut short by [`crate::rate_limit::Tracker::wake`]; or it is time for the `next` of [`Action::Send`].
    Elapse,
    /// The time that the call had ([`Call::left`](super::Call::left), or the `timeout` of [`Action::Send`]) is over, and the
    /// caller's own code has not yet given what the call needs to go on.
    Expire,
    /// A send's fetch was rejected.
    Fail {
        /// Which send, as [`Action::Send`] numbered it.
        attempt: u32,
        /// Why.
        failure: Failure,
    },
    /// The headers that [`Action::Prepare`] asked for are made. `identity` is that of the request with them, `None` where there
    /// are none to be made; `credentials` is a number for those it holds ([`crate::rate_limit::credentials::tag`]).
    Prepared {
        /// Whose quota it takes from.
        identity: Option<&'a Identity>,
        /// Another for other credentials.
        credentials: u64,
    },
    /// Instead of the end of a wait for being online: whether the host is so now, as far as it knows.
    Online(bool),
    /// A send's head arrived.
    Respond {
        /// Which send, as [`Action::Send`] numbered it.
        attempt: u32,
        /// Its status.
        status: u16,
        /// Those of its headers that [`crate::rate_limit::read::wanted`] asks for.
        headers: Headers<'a>,
        /// Its type is "cors": it came to a page of another origin, which sees only those headers that the server exposes.
        foreign: bool,
    },
    /// Once, first.
    Start,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Action {
    /// Let go of what was told last, if it was an answer or a failure: other sends are under way. Tell what becomes of them.
    Await {
        /// In so many ms, 0 or more, tell [`Event::Elapse`] if nothing else happens: a further send may go.
        next: Option<i64>,
    },
    /// Ask the caller's `decide`, and tell what it said with [`Event::Decided`].
    Ask {
        /// What happens if it says nothing.
        retry: bool,
        /// The wait before the next send, if there is one, ms.
        delay: i64,
    },
    /// Read the front of a copy of the answer's body, which the caller must still find unread, and tell it with
    /// [`Event::Body`]: status and headers do not say what the answer is.
    Peek {
        /// Of the body, at most.
        bytes: usize,
        /// For as long as this at most, ms; then tell what came.
        within: i64,
    },
    /// Have the caller make the headers of the next send, and report [`Event::Prepared`]. The last answer is kept: it may be the
    /// result yet.
    Prepare {
        /// How long that may take at most, ms; then tell [`Event::Expire`].
        timeout: Option<i64>,
    },
    /// End with a rejection. Sends that are under way are aborted.
    Reject(GiveUp),
    /// End with what was told last: its response, or its error. Other sends are aborted, as they are by all that follows an
    /// answer but [`Action::Await`] and [`Action::Peek`].
    Resolve {
        /// Why it is not sent again, where that is not plain.
        gave_up: Option<GiveUp>,
        /// The response is an error, and the caller wants those thrown.
        throw: bool,
    },
    /// Send it. Sends that are under way stay so.
    Send {
        /// The number of this send, from 1.
        attempt: u32,
        /// Until its headers at most, ms; then it is [`Failure::Timeout`].
        timeout: Option<i64>,
        /// As that of [`Action::Await`].
        next: Option<i64>,
    },
    /// Let go of what the attempt gave (its response may be the result yet, without its body), sleep `delay` ms, and tell [`Event::Elapse`].
    Wait {
        /// In ms, more than 0; may be longer than a timer takes.
        delay: i64,
        /// What for.
        reason: WaitReason,
    },
}

/// What a call waits for, in the words of the contract.
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

/// Why a call ends without what its caller wanted, in the words of the contract.
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
    /// The host sends no more requests. The call ends with the last response that it had, if it had one: not with what was told
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
    /// When there may be room or the server asked to come back.
    pub retry_at: Option<MonoTime>,
}

/// An event came that makes no sense where the call stands; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongEvent {
    /// The state it stood in: "idle", "queued", "flying", "peeking", "asking", "preparing", "pausing", "offline" or "done".
    pub state: &'static str,
}
