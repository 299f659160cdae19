//! Records of calls, events, quotas and snapshots, as plain data.
//!
//! The shapes are those of the npm package. With the feature `serde`, a Rust front end and a page in JavaScript read each
//! other's data: for example, a snapshot taken in Node can be restored here. Instants are epoch milliseconds, durations milliseconds.
//! Nothing here contains a credential, a query, a fragment or a body.

mod snapshot;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

pub use snapshot::{KeptQuota, Snapshot, SnapshotError};

use crate::{
    call::{GiveUpReason, WaitReason},
    rate_limit::{self, quota},
    retry::circuit::CircuitState,
    time::{Moment, WallTime},
};

/// A quota, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, rename_all = "camelCase"))]
pub struct Quota {
    /// Who shares it: the origin, and a few digits of a hash of the credentials. `None` if the quota is from a single response.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub scope: Option<String>,
    /// The name of the policy, bucket or dimension.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// The unit that is counted; `None` for requests.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub unit: Option<String>,
    /// Units per window.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub limit: Option<u64>,
    /// Units left.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub remaining: Option<u64>,
    /// When it resets, by this machine's clock.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub reset_at: Option<WallTime>,
    /// The length of a window, in ms.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub window: Option<i64>,
    /// The header it came from, `options`, or `none`.
    pub source: String,
    /// The server hides its headers from this page.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "core::ops::Not::not"))]
    pub headers_hidden: bool,
    /// If so, the response header that the server should send.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub expose: Option<String>,
}

/// A quota and its current use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct QuotaState {
    /// The quota.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub quota: Quota,
    /// Sends in flight in its scope.
    pub in_flight: u32,
    /// Calls waiting in its scope.
    pub waiting: u32,
    /// When the next send may go; `None` if it may go now.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub next_at: Option<WallTime>,
    /// This client's share, where the quota is shared.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub shared: Option<Share>,
}

/// One client's share of a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Share {
    /// How many clients share it, this one included.
    pub members: u64,
    /// Its units of the window, those that are used included.
    pub units: u64,
    /// Until when they hold.
    pub until: WallTime,
}

/// The history of a call: its attempts, its waits and their reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct CallRecord {
    /// The number of the call, which its events have too.
    pub call: u32,
    /// All sends, in order.
    pub attempts: Vec<AttemptRecord>,
    /// The sum of all waits, in ms.
    pub waited: i64,
    /// Why the call gave up, if it did.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub gave_up: Option<GiveUpReason>,
    /// When trying again may help.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub retry_at: Option<WallTime>,
}

/// One send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct AttemptRecord {
    /// When it was sent.
    pub started_at: WallTime,
    /// When its headers arrived, or when it failed.
    pub ended_at: WallTime,
    /// The status of its response.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub status: Option<u16>,
    /// The name and code of its error. Never the message, which may contain URLs.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub error: Option<String>,
    /// The wait before it, in ms.
    pub waited_before: i64,
    /// The reason for that wait.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub wait_reason: Option<WaitReason>,
    /// The quota it waited for, or the header that asked for the wait.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub quota: Option<Quota>,
}

/// One event of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PolicyEvent {
    /// The number of the call.
    pub call: u32,
    /// Origin and path. The rest of a URL may contain secrets.
    pub url: String,
    /// The request method.
    pub method: String,
    /// The number of the send that the event is about, or of the next send.
    pub attempt: u32,
    /// When it happened.
    pub at: WallTime,
    /// What happened.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")
)]
pub enum What {
    /// The request was sent.
    Attempt,
    /// The call waits.
    Wait {
        /// The reason for that wait.
        reason: WaitReason,
        /// How long, as far as known, in ms.
        delay: i64,
        /// Until when.
        until: WallTime,
        /// The quota it waited for, or the header that asked for the wait.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        quota: Option<Quota>,
    },
    /// The headers of a response arrived.
    Response {
        /// The status.
        status: u16,
        /// The quotas that the response reports.
        quotas: Vec<Quota>,
    },
    /// A send failed.
    Failure {
        /// As in [`AttemptRecord::error`].
        error: String,
    },
    /// The call gave up.
    GiveUp {
        /// Why.
        reason: GiveUpReason,
        /// When trying again may help.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        retry_at: Option<WallTime>,
    },
    /// The circuit of its route changed.
    Circuit {
        /// The origin.
        scope: String,
        /// The new state.
        state: CircuitState,
    },
}

impl Quota {
    /// A quota from one response.
    pub fn told(quota: &quota::Quota, now: WallTime) -> Self {
        Self {
            name: quota.name.clone(),
            unit: quota.unit.clone(),
            limit: quota.limit,
            remaining: quota.remaining,
            reset_at: quota.reset_in.map(|reset_in| now.plus(reset_in)),
            window: quota.window,
            source: quota.source.clone(),
            ..Self::default()
        }
    }

    /// A quota that a call waits for.
    pub fn known(state: &rate_limit::QuotaState<'_>) -> Self {
        Self {
            scope: Some(state.scope.to_owned()),
            name: state.name.map(str::to_owned),
            unit: state.unit.map(str::to_owned),
            limit: state.limit,
            remaining: state.remaining,
            reset_at: state.resets,
            window: state.window,
            source: state.source.to_owned(),
            headers_hidden: !state.expose.is_empty(),
            expose: (!state.expose.is_empty()).then(|| state.expose.to_owned()),
        }
    }
}

impl QuotaState {
    /// All quotas that `tracker` knows.
    pub fn all(tracker: &mut rate_limit::Tracker, at: Moment) -> Vec<Self> {
        let mut all = Vec::new();
        tracker.quotas(at, |state| all.push(Self::from(state)));
        all
    }
}

impl From<&rate_limit::QuotaState<'_>> for QuotaState {
    fn from(state: &rate_limit::QuotaState<'_>) -> Self {
        Self {
            quota: Quota::known(state),
            in_flight: state.in_flight,
            waiting: state.waiting,
            next_at: state.next,
            shared: state.shared.map(|(members, units, until)| Share { members, units, until }),
        }
    }
}
