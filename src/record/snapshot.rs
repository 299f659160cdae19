//! Snapshots of quotas, to restore in another page, isolate or process.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    policy::Policy,
    rate_limit::{
        Tracker,
        identity::{Identity, hex},
        quota::Quota,
    },
    syntax::number,
    time::{Moment, WallTime},
};

/// The one version there is.
const VERSION: u32 = 1;

/// The known quotas. Scopes are identified by a hash of the credentials. The npm package's snapshot has the same shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Snapshot {
    /// The version: 1.
    pub version: u32,
    /// The quotas.
    pub quotas: Vec<KeptQuota>,
}

/// A quota in a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, rename_all = "camelCase"))]
pub struct KeptQuota {
    /// The name of the scope, for display.
    pub scope: String,
    /// The hash of the scope: 32 hexadecimal digits.
    pub key: String,
    /// See [`super::Quota::name`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// See [`super::Quota::unit`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub unit: Option<String>,
    /// See [`super::Quota::source`].
    pub source: String,
    /// See [`super::Quota::limit`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub limit: Option<u64>,
    /// See [`super::Quota::remaining`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub remaining: Option<u64>,
    /// See [`super::Quota::reset_at`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub reset_at: Option<WallTime>,
    /// See [`super::Quota::window`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub window: Option<i64>,
}

/// The snapshot cannot be read; nothing was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotError {
    /// Which member: `version`, `quotas.1.key`.
    pub field: String,
    /// What was expected there.
    pub expected: &'static str,
}

impl Snapshot {
    /// Takes a snapshot of all quotas that `tracker` knows.
    pub fn take(tracker: &mut Tracker, at: Moment) -> Self {
        let mut quotas = Vec::new();
        tracker.quotas(at, |state| {
            // That headers are hidden is nothing to carry over.
            if state.limit.is_some() || state.resets.is_some() {
                quotas.push(KeptQuota {
                    scope: state.scope.into(),
                    key: hex(state.key),
                    name: state.name.map(Into::into),
                    unit: state.unit.map(Into::into),
                    source: state.source.into(),
                    limit: state.limit,
                    remaining: state.remaining,
                    reset_at: state.resets,
                    window: state.window,
                });
            }
        });
        Self { version: VERSION, quotas }
    }

    /// Restores the snapshot into `tracker`, which keeps what it knows better. `policy` has the rules of each scope.
    ///
    /// # Errors
    /// If the version is not 1, a key is invalid, or a window is negative; then nothing is restored.
    pub fn restore(&self, tracker: &mut Tracker, policy: &Policy, at: Moment) -> Result<(), SnapshotError> {
        if self.version != VERSION {
            return Err(SnapshotError { field: "version".into(), expected: "1" });
        }
        let mut all = Vec::new();
        for (index, kept) in self.quotas.iter().enumerate() {
            let identity = Identity::kept(&kept.scope, &kept.key).ok_or(("key", "32 hexadecimal digits"));
            let read = if kept.scope.trim_ascii().is_empty() {
                Err(("scope", "a text that is not empty"))
            } else if kept.window.is_some_and(|window| window < 0) {
                Err(("window", "a number of 0 or more"))
            } else {
                identity
            };
            match read {
                Ok(identity) => all.push((identity, kept)),
                Err((member, expected)) => return Err(SnapshotError { field: field(index, member), expected }),
            }
        }
        for (identity, kept) in all {
            if let Some(rules) = &policy.rules(identity.host()).rate_limit {
                tracker.restore(&identity, kept.quota(at), rules, at);
            }
        }
        Ok(())
    }
}

fn field(index: usize, member: &str) -> String {
    let mut path = String::from("quotas.");
    number::push(&mut path, index as u64);
    path.push_str(".");
    path.push_str(member);
    path
}

impl KeptQuota {
    fn quota(&self, at: Moment) -> Quota {
        Quota {
            name: self.name.clone(),
            unit: self.unit.clone(),
            source: self.source.clone(),
            limit: self.limit,
            remaining: self.remaining,
            reset_in: self.reset_at.map(|reset| reset.since(at.wall)),
            window: self.window,
            granularity: 1,
            ..Quota::default()
        }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("snapshot: ")?;
        f.write_str(&self.field)?;
        f.write_str(": expected ")?;
        f.write_str(self.expected)
    }
}

impl core::error::Error for SnapshotError {}
