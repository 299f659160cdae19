//! Retries as a share of sends, with a floor: a server that fails much is not sent much more for it.
//!
//! Three retries of each call are four times the load on a server that is down. With a budget they are a fifth more, however
//! many call, and a few calls that fail among many that do not are retried as if there were none. What a server asked
//! for, by a 429 or by a time, is not spent: it knows what it can take.

use crate::{retry::tally::Tally, time::MonoTime};

/// How much is spent at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetRules {
    /// Retries for each send.
    pub ratio: f64,
    /// As many at least.
    pub min_per_window: u32,
    /// In ms.
    pub window: i64,
}

impl BudgetRules {
    /// Finagle and tower: a fifth within 10 s. The floor is for pages; theirs, for servers, is 10 a second.
    pub const DEFAULT: Self = Self { ratio: 0.2, min_per_window: 3, window: 10_000 };
}

/// What was spent of late at one origin.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    tally: Tally,
}

impl Budget {
    /// A first send, or one more.
    pub fn sent(&mut self, rules: &BudgetRules, now: MonoTime) {
        self.tally.add(false, rules.window, now);
    }

    /// Whether a retry is there to be spent.
    pub fn allows(&mut self, rules: &BudgetRules, now: MonoTime) -> bool {
        let (sends, retries) = self.tally.counts(rules.window, now);
        let share = (f64::from(sends) * rules.ratio) as u32;
        retries < share.max(rules.min_per_window)
    }

    /// One is spent.
    pub fn spend(&mut self, rules: &BudgetRules, now: MonoTime) {
        self.tally.add(true, rules.window, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: BudgetRules = BudgetRules::DEFAULT;

    fn spendable(budget: &mut Budget, now: i64) -> u32 {
        let mut spent = 0;
        while budget.allows(&RULES, MonoTime(now)) {
            budget.spend(&RULES, MonoTime(now));
            spent += 1;
        }
        spent
    }

    #[test]
    fn a_fifth_of_the_sends_may_be_retries_and_three_at_least() {
        for (sends, expected) in [(0, 3), (15, 3), (20, 4), (500, 100)] {
            let mut budget = Budget::default();
            for _ in 0..sends {
                budget.sent(&RULES, MonoTime(0));
            }
            assert_eq!(spendable(&mut budget, 5000), expected, "{sends}");
            assert_eq!(spendable(&mut budget, 5000), 0);
            assert_eq!(spendable(&mut budget, 15_000), 3, "the window is over");
        }
    }
}
