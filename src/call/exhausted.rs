//! A host that sends no more requests, as workerd after a number of them in one invocation.
//!
//! Its error says nothing of the server, and a caller who had a 503 is helped more by that. Nobody outside of the host knows which
//! calls are of one invocation: those are taken for it that began before the refusal. They are not sent again, and end with what they had.

use super::{Action, Call, GiveUpReason, Memory};
use crate::time::Moment;

impl Call {
    /// The host refused to send.
    pub(super) fn exhaust(&mut self, memory: &mut Memory, at: Moment) -> Action {
        memory.refusals = memory.refusals.wrapping_add(1);
        if let Some(action) = self.leave_to_others(at.mono, memory, at) {
            return action;
        }
        self.resolve(Some(GiveUpReason::HostLimit), None, memory)
    }

    /// Whether the host refused to send more since it began, and it has had its send.
    pub(super) fn is_exhausted(&self, memory: &Memory) -> bool {
        self.sends > 0 && memory.refusals != self.refusals
    }
}
