//! What one client reports of a limit to its coordinator, and what the reply changes.

use alloc::string::String;

use super::{Facts, Limit, Meter, UNKNOWN_WINDOW};
use crate::{
    rate_limit::{
        limit::{
            Window,
            know::{BUCKET, LOG, WINDOW},
        },
        share::message::{REPORT, push},
    },
    time::MonoTime,
};

/// What leaves a log within this time is gone for those who hear of it, ms.
const LEAVING: i64 = 20;
/// Knowledge of how a limit is counted goes before that many revisions of other knowledge.
const KIND: u64 = 1000;

impl Meter {
    /// Appends what is told of it. `want`: units that wait.
    pub fn report(&mut self, key: &[u8; 16], want: u64, text: &mut String, now: MonoTime) {
        let (mark, id, began) = (self.mark(), self.id(key), self.began());
        let facts = Facts { shared: true, ..self.facts().unwrap_or_default() };
        let is_opener = matches!(&self.by, Limit::Window(window) if window.has_opener());
        let is_tight = self.share.as_ref().is_some_and(|share| share.tight);
        let wants_alone = is_tight && self.trial().is_some_and(|trial| trial.is_open(&self.usage, now));
        let taken = facts.limit.saturating_sub(self.room(now));
        let know = self.know(facts, now);
        let (mode, used, back, window) = match &self.by {
            Limit::Bucket(bucket) => {
                let missing = facts.limit.saturating_sub(bucket.room(facts.limit, now));
                (BUCKET, missing, bucket.age(now).min(bucket.window(facts.limit)), bucket.window(facts.limit))
            }
            Limit::Window(window) => {
                let end = window.resets().map_or(0, |_| window.end(facts, &self.usage).0.since(now).max(0));
                let length = facts.length.unwrap_or_else(|| window.period(facts).max(window.lasts(now)));
                (WINDOW, window.used(), end, length)
            }
            Limit::Sliding(_) | Limit::Learned(_) => {
                let length = facts.length.unwrap_or(UNKNOWN_WINDOW);
                let back = self.usage.last.plus(length).since(now).clamp(0, length);
                (LOG, self.usage.total(now.plus(LEAVING), facts.length), back, length)
            }
        };
        let share = self.share.get_or_insert_default();
        if share.facts != mark {
            // Who saw the window open knows more than who came later.
            share.revision = share.revision.saturating_add(1 + u64::from(share.facts == 0 && is_opener));
            // Who found out how the limit is counted knows more than who only takes it for what most are.
            if mode != if share.facts == 0 { WINDOW } else { share.asked_as } {
                share.revision = share.revision.next_multiple_of(KIND);
            }
        }
        (share.facts, share.asked, share.asked_in, share.asked_as) = (mark, true, began, mode);
        share.claim = if mode == BUCKET { want.saturating_sub(share.held()) } else { used.saturating_add(want) };
        let units = if mode == BUCKET {
            share.held()
        } else if share.until > now {
            share.units
        } else {
            0
        };
        let report: [i64; REPORT] = [
            i64::from(id),
            facts.limit as i64,
            mode,
            used.min(facts.limit) as i64,
            taken as i64,
            want as i64,
            units as i64,
            back,
            window,
            i64::from(wants_alone),
            share.revision as i64,
        ];
        push(text, &report);
        push(text, &know);
    }

    /// Takes what a reply says of it, from `units` on.
    pub fn hear(&mut self, reply: &[i64], in_flight: u64, now: MonoTime) {
        let [units, next, lease, scarce, alone, revision, age, know @ ..] = reply else { return };
        let [units, next, revision] = [units, next, revision].map(|number| number.unsigned_abs());
        let (began, mode, before, length) = (self.began(), self.mode(), self.mark(), self.length());
        let (used, is_open) = match &self.by {
            Limit::Window(window) => (window.used(), window.resets().is_some()),
            _ => (0, false),
        };
        let early = match &self.by {
            Limit::Window(window) if window.is_early(now) => Some(window.used()),
            _ => None,
        };
        let Some(share) = &mut self.share else { return };
        share.scarce = *scarce != 0;
        share.until = now.plus(*lease);
        // Units that are used up are no grant in a window whose end nobody knows.
        if units + next > 0 && (is_open || units > used || used == 0) {
            share.fed = Some(now);
        }
        share.alone = now.plus(*alone);
        // Where nobody is sure when the first window ends, it asks once more before that: others may know by then.
        let is_first = |window: &Window| length.is_none() && !window.is_proved();
        let is_sure = !matches!(&self.by, Limit::Window(window) if is_first(window) && units > window.used());
        share.asked = units < share.claim && is_sure;
        // Nothing is known where the kind is none.
        let kind = know.first().copied().filter(|kind| *kind >= 0);
        let counted_as = kind.unwrap_or(share.asked_as);
        if mode != share.asked_as || mode != counted_as {
            // It is counted otherwise than was told: what was granted means nothing.
            (share.units, share.next, share.asked) = (0, 0, false);
        } else if mode == BUCKET {
            share.give(units, now.plus(next as i64));
        } else if began == share.asked_in {
            (share.units, share.next, share.began) = (units, next, began);
        } else {
            // A window opened meanwhile: of it the reply says what was granted of the next one.
            let units = early.unwrap_or(next);
            (share.units, share.next, share.began, share.asked) = (units, 0, began, false);
        }
        if revision < share.revision || kind.is_none() {
            return;
        }
        self.adopt(know, now.plus(-age), in_flight.min(self.usage.pending), now);
        let (mark, adopted, began) = (self.mark(), self.mode(), self.began());
        let Some(share) = &mut self.share else { return };
        share.revision = revision;
        // What is known besides is yet to be told.
        share.facts = if share.facts == before { mark } else { share.facts };
        if adopted != mode {
            // It is counted as the others do from now on.
            share.asked_as = adopted;
            if adopted == BUCKET {
                share.give(units, now.plus(next as i64));
            } else {
                (share.units, share.began) = (units, began);
            }
        }
        self.follow();
    }
}
