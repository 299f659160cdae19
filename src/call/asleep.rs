//! A machine that sleeps: its monotonic clock stands still on some systems while the wall clock goes on.

use crate::time::Moment;

/// A wall clock that ran ahead of the monotonic one by so many seconds was not corrected: the machine slept.
const SLEPT: i32 = 3;

/// How long the machine has slept at least since the clocks were apart by `lead`, ms; 0 for less than is sure.
pub(super) fn slept(lead: i32, at: Moment) -> i64 {
    let ahead = apart(at).wrapping_sub(lead);
    // Either may be cut by a second.
    if ahead >= SLEPT { i64::from(ahead - 1) * 1000 } else { 0 }
}

/// What the wall clock shows, less what the monotonic one does, in seconds. It may wrap: differences alone are of use.
pub(super) fn apart(at: Moment) -> i32 {
    (at.wall.0.saturating_sub(at.mono.0) / 1000) as i32
}
