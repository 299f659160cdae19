//! Records what happens to a call, and notifies the listener.

use alloc::{rc::Rc, string::String, vec::Vec};
use core::cell::Cell;
use std::thread_local;

use crate::{
    call::{GiveUpReason, WaitReason},
    record::{AttemptRecord, CallRecord, PolicyEvent, Quota, What},
    retry::circuit::CircuitState,
    time::{Moment, WallTime},
};

/// The function that is called for each event.
pub type Listener = Rc<dyn Fn(&PolicyEvent)>;

thread_local! {
    /// The last call's number: they are unique over all clients.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// One call's.
pub struct Log {
    pub record: CallRecord,
    listener: Option<Listener>,
    method: String,
    url: String,
    /// The wait before the next send, and what for.
    waited: i64,
    why: Option<(WaitReason, Option<Quota>)>,
}

impl Log {
    /// Of a call of `method` to `url`: origin and path.
    pub fn new(listener: Option<Listener>, method: String, url: String) -> Self {
        let call = CALLS.with(|calls| calls.replace(calls.get().wrapping_add(1)).wrapping_add(1));
        Self { record: CallRecord { call, ..CallRecord::default() }, listener, method, url, waited: 0, why: None }
    }

    pub fn sent(&mut self, at: Moment) {
        let (wait_reason, quota) = self.why.take().map_or((None, None), |(reason, quota)| (Some(reason), quota));
        let waited_before = core::mem::take(&mut self.waited);
        let (started_at, ended_at) = (at.wall, at.wall);
        let attempt =
            AttemptRecord { started_at, ended_at, waited_before, wait_reason, quota, ..AttemptRecord::default() };
        self.record.attempts.push(attempt);
        self.tell(self.sends(), at, || What::Attempt);
    }

    pub fn answered(&mut self, attempt: u32, status: u16, at: Moment, told: impl FnOnce() -> Vec<Quota>) {
        if let Some(record) = self.attempt(attempt) {
            (record.ended_at, record.status) = (at.wall, Some(status));
        }
        self.tell(attempt, at, || What::Response { status, quotas: told() });
    }

    pub fn failed(&mut self, attempt: u32, error: String, at: Moment) {
        self.tell(attempt, at, || What::Failure { error: error.clone() });
        if let Some(record) = self.attempt(attempt) {
            (record.ended_at, record.error) = (at.wall, Some(error));
        }
    }

    pub fn waits(&mut self, reason: WaitReason, delay: i64, quota: Option<Quota>, at: Moment) {
        let until = at.wall.plus(delay);
        self.tell(self.sends().saturating_add(1), at, || What::Wait { reason, delay, until, quota: quota.clone() });
        self.why = Some((reason, quota));
    }

    pub fn waited(&mut self, ms: i64) {
        self.waited = self.waited.saturating_add(ms.max(0));
        self.record.waited = self.record.waited.saturating_add(ms.max(0));
    }

    pub fn gave_up(&mut self, reason: GiveUpReason, retry_at: Option<WallTime>, at: Moment) {
        (self.record.gave_up, self.record.retry_at) = (Some(reason), retry_at);
        self.tell(self.sends(), at, || What::GiveUp { reason, retry_at });
    }

    pub fn circuit(&self, state: Option<CircuitState>, origin: &str, at: Moment) {
        if let Some(state) = state {
            self.tell(self.sends(), at, || What::Circuit { scope: origin.into(), state });
        }
    }

    fn attempt(&mut self, attempt: u32) -> Option<&mut AttemptRecord> {
        self.record.attempts.get_mut((attempt as usize).wrapping_sub(1))
    }

    fn sends(&self) -> u32 {
        self.record.attempts.len() as u32
    }

    fn tell(&self, attempt: u32, at: Moment, what: impl FnOnce() -> What) {
        let Some(listener) = &self.listener else { return };
        let (url, method) = (self.url.clone(), self.method.clone());
        listener(&PolicyEvent { call: self.record.call, url, method, attempt, at: at.wall, what: what() });
    }
}
