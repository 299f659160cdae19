//! How much it takes to believe that what refused one call refuses all.
//!
//! A refusal is a fact about the call that met it. That the others would be refused too is a guess, right for a quota that is
//! used up and wrong for a server that sheds a share of its load. So the guess has to predict: a request that was sent after
//! the refused one and is granted while the guess holds contradicts it. From then on it takes twice as many refusals in a row
//! to believe one, and half as many again once all beside one that was believed were refused, too.

use crate::time::MonoTime;

/// Refusals in a row that are believed whatever happened before: of a server that sheds half of its load one row in 65,000 is
/// as long.
const MOST: u32 = 16;
/// A request that was sent while the refused one was under way may have arrived before it: so many more of those have to be
/// granted than refused.
const MAJORITY: i32 = 2;
/// Of those that were sent with it some arrived before it: so many times as many as are refused, and so many at least.
const MULTIPLE: u32 = 4;
const LEAST: u32 = 4;
/// So many of those that were granted are remembered.
const RECENT: usize = 8;

/// What refusals of one kind are worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    /// Refusals in a row that it takes.
    needed: u32,
    row: u32,
    /// When the newest of those that were granted went.
    granted: [MonoTime; RECENT],
    next: usize,
    /// While a refusal is believed.
    open: Option<Question>,
}

/// A refusal that is believed: what the others that were under way meanwhile say of it.
#[derive(Clone, Copy, Debug)]
struct Question {
    sent: MonoTime,
    /// What was sent from here on arrived after the refused one, most likely: how many more of that were granted than refused.
    likely: MonoTime,
    late: i32,
    /// From here on, surely.
    surely: MonoTime,
    /// Of all that was sent with it or later.
    granted: u32,
    refused: u32,
}

impl Question {
    fn is_contradicted(&self) -> bool {
        self.late >= MAJORITY || self.granted >= LEAST && self.granted >= MULTIPLE * self.refused
    }
}

impl Default for Doubt {
    fn default() -> Self {
        Self { needed: 1, row: 0, granted: [MonoTime(i64::MIN); RECENT], next: 0, open: None }
    }
}

impl Doubt {
    /// A refusal came `now` to what was `sent` then. True if it is believed to refuse all.
    pub fn refused(&mut self, sent: MonoTime, now: MonoTime) -> bool {
        self.row = self.row.saturating_add(1);
        match &mut self.open {
            Some(open) => {
                open.refused += u32::from(sent >= open.sent);
                open.late -= i32::from(sent >= open.likely);
            }
            None if self.row >= self.needed => {
                let likely = sent.plus(now.since(sent) / 2);
                let granted = self.granted.iter().filter(|granted| **granted >= sent).count() as u32;
                self.open = Some(Question { sent, likely, late: 0, surely: now, granted, refused: 1 });
                // Those that were sent with it may be here already.
                self.contradict();
            }
            None => {}
        }
        self.open.is_some()
    }

    // Whether what is believed is contradicted: then no more.
    fn contradict(&mut self) -> bool {
        let is_contradicted = self.open.as_ref().is_some_and(Question::is_contradicted);
        if is_contradicted {
            self.open = None;
            self.weaken();
        }
        is_contradicted
    }

    /// What was `sent` then is granted. True if that contradicts a refusal that was believed until now.
    pub fn granted(&mut self, sent: MonoTime) -> bool {
        self.row = 0;
        if let Some(slot) = self.granted.get_mut(self.next % RECENT) {
            *slot = sent;
        }
        self.next = self.next.wrapping_add(1);
        let Some(open) = self.open.as_mut().filter(|open| sent >= open.sent) else { return false };
        if sent >= open.surely {
            // The one that was sent after the hold: it is over. Whether it was needed, those show that were refused beside it.
            if open.refused >= 2 * self.needed && open.refused >= MULTIPLE * open.granted {
                self.needed = (self.needed / 2).max(1);
            }
            self.open = None;
            return false;
        }
        open.granted += 1;
        open.late += i32::from(sent >= open.likely);
        self.contradict()
    }

    /// A guess that was made of refusals failed.
    pub fn weaken(&mut self) {
        self.needed = (self.needed * 2).min(MOST);
    }

    /// Whether a refusal is believed just now.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_believed_until_those_beside_it_are_granted() {
        let mut doubt = Doubt::default();
        assert!(doubt.refused(MonoTime(0), MonoTime(20)));
        assert!(!doubt.granted(MonoTime(5)), "it may have arrived before");
        assert!(!doubt.granted(MonoTime(12)), "one may have been quicker");
        assert!(doubt.granted(MonoTime(15)), "two were not");
        assert!(!doubt.refused(MonoTime(30), MonoTime(50)), "now it takes two");
        assert!(doubt.refused(MonoTime(31), MonoTime(51)));
    }

    #[test]
    fn a_row_of_refusals_is_believed_and_makes_the_next_one_credible() {
        let mut doubt = Doubt::default();
        for _ in 0..9 {
            doubt.weaken();
        }
        let believed: alloc::vec::Vec<bool> =
            (0..60).map(|n| doubt.refused(MonoTime(n * 20), MonoTime(n * 20 + 20))).collect();
        assert_eq!(believed.iter().position(|believed| *believed), Some(MOST as usize - 1));
        assert!(!doubt.granted(MonoTime(9000)) && doubt.needed < MOST, "it went on: {doubt:?}");
    }

    #[test]
    fn the_first_one_after_a_hold_contradicts_nothing() {
        let mut doubt = Doubt::default();
        assert!(doubt.refused(MonoTime(0), MonoTime(20)));
        assert!(!doubt.granted(MonoTime(1000)) && doubt.needed == 1);
    }
}
