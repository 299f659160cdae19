//! What is known of quotas, to be carried to another page, isolate or process.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    policy::Policy,
    rate_limit::{
        Tracker,
        identity::{Identity, hex},
        quota::Quota,
        secrets::Secrets,
    },
    syntax::words,
    time::{Moment, WallTime},
};

/// The one version there is.
const VERSION: u32 = 1;

/// What is known of quotas; scopes are named by a hash of the credentials. The npm package's has the same shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Snapshot {
    /// 1
    pub version: u32,
    /// One by one.
    pub quotas: Vec<KeptQuota>,
}

/// A quota as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default, rename_all = "camelCase"))]
pub struct KeptQuota {
    /// What shares it, for people.
    pub scope: String,
    /// The same by its hash: 32 hexadecimal digits.
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

/// A snapshot that cannot be read; nothing of it was taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotError {
    /// Which member: `version`, `quotas.key`.
    pub field: &'static str,
    /// What was expected there.
    pub expected: &'static str,
}

impl Snapshot {
    /// Of all that `tracker` knows.
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

    /// Gives it to `tracker`, which keeps what it knows better. What holds for a scope is `policy`'s to say.
    ///
    /// # Errors
    /// Where it is of another version, a key is no key, or a time is before the epoch.
    pub fn restore(&self, tracker: &mut Tracker, policy: &Policy, at: Moment) -> Result<(), SnapshotError> {
        if self.version != VERSION {
            return Err(SnapshotError { field: "version", expected: "1" });
        }
        let mut all = Vec::new();
        for kept in &self.quotas {
            let identity = Identity::kept(&kept.scope, &kept.key).filter(|_| !kept.scope.is_empty());
            let Some(identity) = identity else {
                return Err(SnapshotError {
                    field: "quotas.key",
                    expected: "a scope and its key of 32 hexadecimal digits",
                });
            };
            if kept.reset_at.is_some_and(|reset| reset.0 < 0) || kept.window.is_some_and(|window| window < 0) {
                return Err(SnapshotError { field: "quotas.resetAt", expected: "times of 0 or more" });
            }
            all.push((identity, kept));
        }
        for (identity, kept) in all {
            let host = words::split(&identity.name, b"/#").nth(2).unwrap_or_default();
            let Some(rules) = &policy.rules(host).rate_limit else { continue };
            let mut quota = kept.quota(at);
            Secrets::default().veil(core::slice::from_mut(&mut quota));
            tracker.restore(&identity, &quota, rules, at);
        }
        Ok(())
    }
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
        f.write_str(self.field)?;
        f.write_str(": expected ")?;
        f.write_str(self.expected)
    }
}

impl core::error::Error for SnapshotError {}
