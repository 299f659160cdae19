//! Counts of the last while: how many there were, and how many of them were of one kind.

use crate::time::MonoTime;

/// A window is counted in so many parts, the oldest of which is dropped as a whole (Finagle and tower do it in ten).
const PARTS: usize = 10;

/// Two counts over a window that slides.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Of a part, ms.
    span: i64,
    /// The number of the newest part since the clock's zero.
    newest: i64,
    all: [u32; PARTS],
    marked: [u32; PARTS],
}

impl Tally {
    /// All, and those that are marked, in the last `window` ms.
    pub fn counts(&mut self, window: i64, now: MonoTime) -> (u32, u32) {
        self.roll(window, now);
        let sum = |parts: &[u32; PARTS]| parts.iter().fold(0_u32, |sum, part| sum.saturating_add(*part));
        (sum(&self.all), sum(&self.marked))
    }

    /// One more of all, or one more that is marked.
    pub fn add(&mut self, is_marked: bool, window: i64, now: MonoTime) {
        self.roll(window, now);
        let index = self.newest.rem_euclid(PARTS as i64) as usize;
        let parts = if is_marked { &mut self.marked } else { &mut self.all };
        if let Some(part) = parts.get_mut(index) {
            *part = part.saturating_add(1);
        }
    }

    #[inline(never)]
    fn roll(&mut self, window: i64, now: MonoTime) {
        let span = (window / PARTS as i64).max(1);
        if span != self.span {
            // Other options hold now: what was counted by the old ones means something else.
            *self = Self { span, newest: now.0.div_euclid(span), ..Self::default() };
        }
        let newest = now.0.div_euclid(span);
        // A clock that runs backwards drops nothing.
        let over = newest.saturating_sub(self.newest).clamp(0, PARTS as i64);
        for step in 1..=over {
            let index = (newest - over + step).rem_euclid(PARTS as i64) as usize;
            for parts in [&mut self.all, &mut self.marked] {
                if let Some(part) = parts.get_mut(index) {
                    *part = 0;
                }
            }
        }
        self.newest = self.newest.max(newest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_the_window_is_forgotten_by_tenths() {
        let mut tally = Tally::default();
        for at in [0, 1000, 9999] {
            tally.add(false, 10_000, MonoTime(at));
        }
        tally.add(true, 10_000, MonoTime(9999));
        let rows = [(9999, (3, 1)), (10_000, (2, 1)), (11_000, (1, 1)), (18_999, (1, 1)), (19_000, (0, 0))];
        for (now, expected) in rows {
            assert_eq!(tally.counts(10_000, MonoTime(now)), expected, "{now}");
        }
    }

    #[test]
    fn a_clock_that_jumps_and_a_window_that_changes_do_no_harm() {
        let mut tally = Tally::default();
        tally.add(false, 1000, MonoTime(5000));
        assert_eq!(tally.counts(1000, MonoTime(-9_000_000)), (1, 0), "backwards");
        assert_eq!(tally.counts(2000, MonoTime(5000)), (0, 0), "another window");
        tally.add(false, i64::MAX, MonoTime(i64::MAX));
        tally.add(false, 0, MonoTime(i64::MIN));
        assert_eq!(tally.counts(1, MonoTime(i64::MAX)).1, 0);
    }
}
