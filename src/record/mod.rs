//! What is told of calls and quotas, as plain data: records, events, quotas, snapshots.
//!
//! The shapes are those of the contract, so that with the feature `serde` a Rust front end and a page in JavaScript read each
//! other's: a snapshot that a server took in Node is restored here. Instants are epoch milliseconds, durations milliseconds.
//! Nothing here holds a credential, a query, a fragment or a body.

mod snapshot;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

pub use snapshot::{KeptQuota, Snapshot, SnapshotError};

use crate::{
    call::{GiveUpReason, WaitReason},
    rate_limit::{self, quota},
    retry::circuit::CircuitState,
    time::{Moment, WallTime},
};

/// A quota, as far as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, rename_all = "camelCase"))]
pub struct Quota {
    /// What shares it: the origin, and a few digits of a hash of the credentials. `None` in what one answer told.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub scope: Option<String>,
    /// The policy's, bucket's or dimension's name.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// What is counted; `None` for requests.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub unit: Option<String>,
    /// Units a window.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub limit: Option<u64>,
    /// Units left.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub remaining: Option<u64>,
    /// When it resets, by this machine's clock.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub reset_at: Option<WallTime>,
    /// How long a window is, ms.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub window: Option<i64>,
    /// The header it came from, `options`, or `none`.
    pub source: String,
    /// The server hides its headers from this page.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "core::ops::Not::not"))]
    pub headers_hidden: bool,
    /// Then: the response header that it should send.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub expose: Option<String>,
}

/// A quota, and who uses it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct QuotaState {
    /// What is known of it.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub quota: Quota,
    /// Sends without an answer in its scope.
    pub in_flight: u32,
    /// Calls waiting in its scope.
    pub waiting: u32,
    /// When the next send may go, where something is in its way.
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

/// What happened to a call: attempts, waits and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct CallRecord {
    /// Its number, which its events have too.
    pub call: u32,
    /// Every send, in their order.
    pub attempts: Vec<AttemptRecord>,
    /// All waits, ms.
    pub waited: i64,
    /// Why it ended without what its caller wanted, if it did.
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
    /// When its head came, or it failed.
    pub ended_at: WallTime,
    /// Of its answer.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub status: Option<u16>,
    /// The name and code of what it failed with; never its message, which may hold addresses.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub error: Option<String>,
    /// The wait before it, ms.
    pub waited_before: i64,
    /// What for.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub wait_reason: Option<WaitReason>,
    /// For which quota, or by which header.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub quota: Option<Quota>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PolicyEvent {
    /// Joins the events of one call.
    pub call: u32,
    /// Origin and path: the rest of an address holds secrets.
    pub url: String,
    /// As it is sent.
    pub method: String,
    /// The number of the send that it is about, or that comes next.
    pub attempt: u32,
    /// When.
    pub at: WallTime,
    /// What.
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
    /// It is sent.
    Attempt,
    /// It waits.
    Wait {
        /// What for.
        reason: WaitReason,
        /// How long, as far as is known, ms.
        delay: i64,
        /// Until when.
        until: WallTime,
        /// For which quota, or by which header.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        quota: Option<Quota>,
    },
    /// An answer's head came.
    Response {
        /// Its status.
        status: u16,
        /// The quotas that it tells.
        quotas: Vec<Quota>,
    },
    /// A send failed.
    Failure {
        /// As in [`AttemptRecord::error`].
        error: String,
    },
    /// It ends without what its caller wanted.
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
        /// To this.
        state: CircuitState,
    },
}

impl Quota {
    /// As one answer told it.
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

    /// As a wait names it.
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
    /// All that `tracker` knows.
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
