//! What an answer says of a quota, and what it teaches of how the server counts.

use super::{
    Meter, Mode, Stage,
    bucket::Bucket,
    product,
    span::{Order, Span, Told, nice},
};
use crate::{rate_limit::quota::Quota, time::MonoTime};

impl Meter {
    /// Takes what an answer told.
    pub fn tell(&mut self, quota: &Quota, told: Told) {
        self.seen = told.now;
        self.name = self.name.take().or_else(|| quota.name.clone());
        if self.source != quota.source {
            self.source = quota.source.as_str().into();
        }
        self.window = quota.window.or(self.window);
        let limit = quota.limit.or(self.limit).or_else(|| Some(quota.remaining?.saturating_add(self.used)));
        self.limit = limit.map(|limit| limit.max(quota.remaining.unwrap_or(0)));
        let (Some(limit), Some(remaining)) = (self.limit, quota.remaining) else {
            // A reset alone.
            if let (Some(span), Mode::Window) = (Span::of(quota, told), self.mode) {
                self.span = Some(span);
            }
            return;
        };
        let taken = limit - remaining;
        if self.mode == Mode::Bucket {
            return self.tell_bucket(quota, limit, remaining, told);
        }
        if quota.reset_in == Some(0) && (told.limited || self.span.or(self.closed).is_some()) {
            return self.tell_past(limit, remaining, told);
        }
        if let Some(span) = Span::of(quota, told).map(|span| span.later(self.late)) {
            if !self.tell_span(span, taken, told) {
                return;
            }
            if self.mode == Mode::Bucket {
                self.bucket = Bucket::spent(limit, self.logged(told.now), told.now);
                return self.tell_bucket(quota, limit, remaining, told);
            }
        } else if self.mode == Mode::Window && self.length().is_some() {
            self.mode = Mode::Log;
        }
        self.first.get_or_insert(told.now);
        self.least = Some(self.least.map_or(remaining, |least| least.min(remaining)));
        if told.sent < self.began && self.mode == Mode::Window {
            // Sent before the window was known to be open, and counted in it: it was carried over as that.
            return;
        }
        if taken == told.cost && taken > 0 && !told.limited && self.opened.is_none() {
            self.opened = Some((told.sent, told.now));
        }
        if self.told.is_none_or(|newest| told.sent >= newest) {
            self.told = Some(told.sent);
            self.left = Some(i64::try_from(remaining).unwrap_or(i64::MAX).saturating_sub_unsigned(told.others));
        }
        if self.mode == Mode::Log {
            let missing = taken.saturating_sub(self.logged(told.sent));
            if missing > 0 {
                self.log.push(told.now, missing, self.length());
            }
            return;
        }
        self.foreign = self.foreign.max(taken.saturating_sub(self.used));
        if taken > self.used {
            self.crowd = self.crowd.max(self.crowd_of(taken));
        }
    }

    fn tell_bucket(&mut self, quota: &Quota, limit: u64, remaining: u64, told: Told) {
        if let Some(window) = self.length() {
            self.bucket.set_rate(window, limit);
        } else if let Some(span) = Span::of(quota, told) {
            self.bucket.learn(limit, limit - remaining, told.sent, span.after, span.by, told.now);
        }
        self.span = Span::of(quota, told).or(self.span);
        if told.limited && remaining == 0 {
            self.bucket.refuse(limit, told.now);
        }
        self.bucket.tell(limit, remaining, told.others, told.sent, told.now);
    }

    // A reset that is past is told as now: of which window it is, and when that ends, this does not say.
    fn tell_past(&mut self, limit: u64, remaining: u64, told: Told) {
        if told.sent < self.began {
            return;
        }
        match self.stage {
            Stage::Alone { .. } if told.limited => return self.refuse(),
            Stage::Alone { length } if remaining > limit / 2 => self.found = self.found.or(length),
            _ => {}
        }
        self.stage = Stage::Open;
        self.first.get_or_insert(told.now);
        self.least = Some(self.least.map_or(remaining, |least| least.min(remaining)));
    }

    // Whether the rest of the answer is of the open window.
    fn tell_span(&mut self, span: Span, taken: u64, told: Told) -> bool {
        match (self.span, self.closed) {
            // A window that slides: its reset is when the oldest leaves it.
            (_, Some(_)) if self.mode == Mode::Log => self.span = Some(span),
            (Some(known), _) => return self.tell_open(known, span, taken, told),
            (None, Some(closed)) => return self.tell_after(closed, span, taken, told),
            (None, None) => {
                // A window with an end needs no log; the first one starts from what was logged.
                self.used = self.used.max(self.logged(told.now));
                (self.mode, self.span) = (Mode::Window, Some(span));
            }
        }
        true
    }

    // The open window's end is known.
    fn tell_open(&mut self, known: Span, span: Span, taken: u64, told: Told) -> bool {
        match known.compare(&span, self.length()) {
            Order::Same => self.span.iter_mut().for_each(|known| known.narrow(&span)),
            Order::Earlier => return false,
            // Moved away long before it came: a bucket.
            Order::Later if told.now < known.after => self.mode = Mode::Bucket,
            Order::Later => {
                self.period(&known, &span);
                self.measure();
                self.closed = Some(known);
                // Before its time, it may as well be the same, or a bucket: then all that is taken counts.
                let own = if told.now < known.by { taken.max(told.cost) } else { told.cost };
                self.open(told.now, told.others.saturating_add(own));
                (self.began, self.span) = (told.sent, Some(span));
            }
        }
        true
    }

    // Nothing is known of the open window yet, but of the one before it.
    fn tell_after(&mut self, closed: Span, span: Span, taken: u64, told: Told) -> bool {
        let order = closed.compare(&span, self.length());
        let is_alone = self.stage != Stage::Open;
        if told.sent < self.began && order != Order::Later {
            return false;
        }
        if told.limited && order != Order::Later {
            self.refuse();
            return false;
        }
        let guess = if let Stage::Alone { length } = self.stage { length } else { None };
        if is_alone {
            // A length that was guessed may have met a reset by chance: it is proved by the second one.
            (self.stage, self.proved) = (Stage::Open, guess.is_none());
        }
        let length = guess.or(self.reckoned);
        if self.slides(&closed, &span, taken, self.length().or(length), told) {
            self.found = self.found.or(length);
            return self.slide(span, told);
        }
        if order == Order::Later {
            self.period(&closed, &span);
            self.found = self.found.or(guess);
            self.log.clear();
        } else {
            // The window before is open, and there was room in it after all.
            self.refuted |= guess.is_some();
            self.used = self.used.max(taken.saturating_add(told.others));
        }
        self.span = Some(span);
        true
    }

    // Whether the window after `closed`, of which the first answer told `span`, is none.
    fn slides(&self, closed: &Span, span: &Span, taken: u64, length: Option<i64>, told: Told) -> bool {
        if told.limited {
            return false;
        }
        // The next window ends a window later; what slides ends with the next of its oldest.
        let short = length.is_some_and(|length| span.by < closed.after.plus(length));
        // Own sends of a while explain what is taken, though the window should be a new one.
        let own = self.logged(told.sent);
        let old = taken > product(self.used, 2) && taken <= own.saturating_add(2);
        short || (old && product(taken, 8) >= product(own, 7))
    }

    // No window is longer than the time from one reset to the next.
    fn period(&mut self, before: &Span, span: &Span) {
        let period = span.since(before).max(1);
        self.shortest = Some(self.shortest.map_or(period, |shortest| shortest.min(period)));
    }

    // Room came, and yet the window told is the old one, as full as own sends of a while explain: it slides.
    fn slide(&mut self, span: Span, told: Told) -> bool {
        self.mode = Mode::Log;
        self.span = Some(span);
        let most = span.by.since(told.sent);
        let guess = || nice(span.after.since(told.now), most).map_or(most, |(shortest, _)| shortest);
        self.found = self.length().or_else(|| Some(guess().max(1)));
        (self.used, self.foreign) = (0, 0);
        true
    }

    // The send that stood alone was refused: the window before is open still.
    pub(super) fn refuse(&mut self) {
        let Some(mut span) = self.closed else { return };
        if self.began < span.by {
            // Not the reset as it was told is wrong, but what was reckoned of it.
            (self.found, self.refuted) = (None, true);
        } else {
            self.late = self.late.saturating_add(span.postpone());
            // Reckoned from resets that come as late as this, a length may be right.
            (self.found, self.refuted) = (None, false);
        }
        (self.stage, self.proved) = (Stage::Open, false);
        (self.span, self.closed) = (Some(span), None);
        self.used = self.limit.unwrap_or(0).max(self.used);
        (self.least, self.left) = (None, None);
    }

    /// A refusal came that told nothing readable: what is left of the window is gone. `sent`: when its request went.
    /// False if it cannot be this quota that was meant.
    pub fn trip(&mut self, sent: MonoTime, now: MonoTime) -> bool {
        let Some(limit) = self.limit.filter(|_| self.unit.is_none()) else { return false };
        (self.least, self.left) = (None, None);
        match self.mode {
            Mode::Bucket => self.bucket.refuse(limit, now),
            Mode::Window if self.stage != Stage::Open && sent >= self.began => self.refuse(),
            Mode::Window => self.foreign = limit.saturating_sub(self.used),
            // It was told when the answer landed; who is refused holds back all the same.
            Mode::Log if self.observed.is_some() => return false,
            Mode::Log => {
                // The server's window began no later than our own oldest send in it, if there was one.
                let missing = limit.saturating_sub(self.logged(now));
                self.log.push(now, missing, self.length());
            }
        }
        true
    }
}
