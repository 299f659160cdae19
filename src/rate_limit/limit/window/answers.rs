//! What a response shows of a window, or of how the server counts.

use super::{Next, Window};
use crate::rate_limit::limit::{
    Facts, product,
    reset::{Order, Reset, Told, nice},
    usage::Usage,
};
use crate::time::MonoTime;

impl Window {
    /// Takes what a response reported.
    pub fn tell(&mut self, facts: Facts, remaining: u64, reset: Option<Reset>, told: Told, usage: &mut Usage) -> Next {
        let taken = facts.limit.saturating_sub(remaining);
        if reset.is_some_and(|reset| reset.is_past) && (told.limited || self.knows_end()) {
            self.tell_past(facts.limit, remaining, told);
            return Next::Same;
        }
        if let Some(reset) = reset.map(|reset| reset.later(self.late)) {
            match self.tell_reset(facts, reset, taken, told, usage) {
                Some(Next::Same) => {}
                Some(next) => return next,
                None => return Next::Same,
            }
        } else if facts.length.is_some() {
            return Next::Sliding(None, None);
        } else if !self.knows_end() && !self.tell_untold(facts.limit, remaining, told) {
            return Next::Same;
        }
        let open = &mut self.open;
        open.first.get_or_insert(told.now);
        open.least = Some(open.least.map_or(remaining, |least| least.min(remaining)));
        if open.newest.is_none_or(|(sent, _)| told.sent >= sent) {
            open.newest = Some((told.sent, told.now));
        }
        if told.sent < open.began {
            // Sent before the window was known to be open, and counted in it: it was carried over as that.
            return Next::Same;
        }
        if taken == told.cost && taken > 0 && !told.limited && open.opener.is_none() {
            open.opener = Some((told.sent, told.now));
            self.resolved = self.resolved.wrapping_add(1);
        }
        open.foreign = open.foreign.max(taken.saturating_sub(open.used));
        if taken > open.used {
            usage.crowd = usage.crowd.max(Usage::crowd_of(taken, open.used));
        }
        Next::Same
    }

    // No end was reported, now or ever: a window begins where `remaining` jumps up, and two such moments bound its length.
    // Whether the response is of the open one.
    fn tell_untold(&mut self, limit: u64, remaining: u64, told: Told) -> bool {
        let tried = self.trial.filter(|trial| told.sent >= trial.began);
        if tried.is_some() && told.limited {
            self.trial = None;
            self.untold.lengthen();
            (self.open.used, self.open.least) = (limit, None);
            return false;
        }
        let is_after = self.open.newest.is_some_and(|(_, got)| told.sent >= got);
        let jumps = !told.limited && is_after && self.open.least.is_some_and(|least| remaining > least);
        if tried.is_some() || jumps {
            let mark = (self.open.newest.map_or(told.sent, |(sent, _)| sent), told.now);
            if let Some((after, by)) = self.mark.replace(mark) {
                self.untold.narrow(mark.0.since(by), mark.1.since(after));
            }
            let own = limit.saturating_sub(remaining).max(told.cost);
            self.begin_next(told.sent, told.others.saturating_add(own));
        }
        true
    }

    // A reset that is past is reported as now: of which window it is, and when that ends, this does not say.
    fn tell_past(&mut self, limit: u64, remaining: u64, told: Told) {
        if told.sent < self.open.began {
            return;
        }
        match self.trial {
            Some(_) if told.limited => return self.refuse(limit, told.now),
            Some(trial) if remaining > limit / 2 => self.found = self.found.or(trial.length),
            _ => {}
        }
        self.trial = None;
        self.open.first.get_or_insert(told.now);
        self.open.least = Some(self.open.least.map_or(remaining, |least| least.min(remaining)));
    }

    // Of which window the response is. `None`: not of the open one, so that the rest says nothing.
    fn tell_reset(&mut self, facts: Facts, reset: Reset, taken: u64, told: Told, usage: &mut Usage) -> Option<Next> {
        match (self.reset, self.closed) {
            (Some(known), _) => self.tell_open(facts, known, reset, taken, told, usage),
            (None, Some(closed)) => self.tell_after(facts, closed, reset, taken, told, usage),
            (None, None) => {
                self.trial = None;
                self.open.used = self.open.used.max(usage.total(told.now, facts.length));
                self.reset = Some(reset.first(told));
                Some(Next::Same)
            }
        }
    }

    // The open window's end is known.
    fn tell_open(
        &mut self,
        facts: Facts,
        known: Reset,
        reset: Reset,
        taken: u64,
        told: Told,
        usage: &mut Usage,
    ) -> Option<Next> {
        let jumps = self.open.least.is_some_and(|least| facts.limit.saturating_sub(taken) > least);
        let order = known.compare(&reset, facts.length);
        // Within one window units do not come back, from one response to a request that went after it. Of a bucket they do, too.
        let is_after = self.open.newest.is_some_and(|(_, got)| told.sent >= got);
        let length = facts.length.or(self.reckoned);
        if facts.shared && jumps && is_after && order == Order::Same && !told.limited && length.is_some() {
            return Some(Self::log_of(length, reset, told));
        }
        match order {
            Order::Same => self.reset.iter_mut().for_each(|known| known.narrow(&reset)),
            Order::Earlier => return None,
            // Moved away long before it came: a bucket, unless nobody knows when that is and there is room again.
            Order::Later if known.is_ahead(told.now) && (told.labels.dated || !jumps) => {
                return Some(Next::Bucket);
            }
            Order::Later => {
                self.note_period(&known, &reset);
                self.measure(facts.limit, usage);
                self.closed = Some(known);
                // Before its time, it may as well be the same, or a bucket: then all that is taken counts.
                let is_all = told.now < known.by && !facts.shared;
                let own = if is_all { taken.max(told.cost) } else { told.cost };
                self.begin_next(told.sent, told.others.saturating_add(own));
                self.reset = Some(reset);
            }
        }
        Some(Next::Same)
    }

    // Nothing is known of the open window yet, but of the one before it.
    fn tell_after(
        &mut self,
        facts: Facts,
        closed: Reset,
        reset: Reset,
        taken: u64,
        told: Told,
        usage: &mut Usage,
    ) -> Option<Next> {
        let order = closed.compare(&reset, facts.length);
        if told.sent < self.open.began && order != Order::Later {
            return None;
        }
        if told.limited && order != Order::Later {
            self.refuse(facts.limit, told.now);
            if reset.is_bound() {
                self.reset = Some(reset);
            }
            return None;
        }
        let trial = self.trial.take();
        self.resolved = self.resolved.wrapping_add(u32::from(trial.is_some()));
        // One that may have arrived after the reported end shows nothing of a length that ends before it.
        let guess = trial.and_then(|trial| trial.length).filter(|_| told.now < closed.by);
        if trial.is_some() {
            // A length that was guessed may have met a reset by chance: it is proved by the second one.
            self.proved = guess.is_none();
        }
        // All is there again: whatever rounding makes of the resets, it is another window.
        let left = facts.limit.saturating_sub(taken);
        let is_full = trial.is_some() && taken <= told.cost && left > self.closed_left && !told.limited;
        let length = guess.or(self.reckoned);
        let own = usage.total(told.sent, facts.length);
        let slides = if facts.shared {
            // Others may have sent what is taken: only one that stood alone shows it, or a reset that comes too soon.
            let length = facts.length.or(length);
            let is_short = length.is_some_and(|length| reset.by < closed.after.plus(length));
            let is_most = length.is_none() && product(taken, 8) >= product(facts.limit, 7);
            let is_shown = order == Order::Later && is_short || trial.is_some() && (is_short || is_most);
            // One that went too early meets the same window, with less left in it.
            let is_more = order == Order::Later || left > self.closed_left;
            is_more && product(taken, 16) > facts.limit && is_shown
        } else {
            self.slides(facts, &closed, &reset, taken, facts.length.or(length), own)
        };
        if !told.limited && slides {
            return Some(Self::log_of(facts.length.or(length), reset, told));
        }
        if order == Order::Later || is_full {
            if order == Order::Later {
                self.note_period(&closed, &reset);
            }
            self.found = self.found.or(guess);
            usage.clear();
        } else {
            // The window before is open, and there was room in it after all.
            self.refuted |= guess.is_some();
            let taken = if facts.shared { told.cost } else { taken };
            self.open.used = self.open.used.max(taken.saturating_add(told.others));
        }
        self.reset = Some(reset);
        Some(Next::Same)
    }

    // What slides: of this length, or of the shortest that the reset which was reported allows.
    fn log_of(length: Option<i64>, reset: Reset, told: Told) -> Next {
        let most = reset.by.since(told.sent);
        let shortest = || nice(reset.after.since(told.now), most).map_or(most, |(shortest, _)| shortest).max(1);
        Next::Sliding(length.or_else(|| Some(shortest())), Some(reset))
    }

    // Whether the window after `closed`, of which the first response reported `reset`, is none. `own`: units sent of late.
    fn slides(&self, facts: Facts, closed: &Reset, reset: &Reset, taken: u64, length: Option<i64>, own: u64) -> bool {
        // The next window ends a window later; what slides ends with the next of its oldest.
        let is_told = !closed.is_guess() && !reset.is_guess();
        let short = is_told && length.is_some_and(|length| reset.by < closed.after.plus(length));
        // Own sends of a while explain what is taken, though the window should be a new one.
        let old = taken > product(self.open.used, 2) && taken <= own.saturating_add(2);
        // A few may be others'.
        short || (length.is_none() && old && product(taken, 8) >= product(own, 7) && product(taken, 16) > facts.limit)
    }

    // No window is longer than the time from one reset to the next.
    fn note_period(&mut self, before: &Reset, reset: &Reset) {
        let period = reset.since(before).max(1);
        self.shortest = Some(self.shortest.map_or(period, |shortest| shortest.min(period)));
    }

    // The send that stood alone was refused: the window before is open still.
    pub(super) fn refuse(&mut self, limit: u64, now: MonoTime) {
        let Some(mut reset) = self.closed.take() else { return };
        self.resolved = self.resolved.wrapping_add(1);
        // Reckoned from resets that come as late as they are seen to, a length may be right. Before its time not the
        // reset as it was reported is wrong, but what was reckoned of it.
        self.refuted = self.open.began < reset.by && !reset.is_guess();
        if !self.refuted {
            self.late = self.late.saturating_add(reset.postpone(now));
        }
        (self.trial, self.proved, self.found) = (None, false, None);
        self.reset = Some(reset);
        (self.open.used, self.open.least) = (limit.max(self.open.used), None);
    }
}
