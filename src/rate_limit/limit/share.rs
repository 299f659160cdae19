//! One client's share of a limit that others draw on, too, as a coordinator's reply gave it.
//!
//! A share is one more bound of a limit. It binds only where the limit is scarce: else each client may have under way, unasked,
//! its part of half of what the server itself says is left. While no coordinator can be had, the number of clients that was
//! heard last bounds what is under way, and nothing else does.

mod exchange;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;

use super::{ALONE, Facts, Gate, Limit, Meter, UNKNOWN_WINDOW, product};
use crate::{
    syntax::label,
    time::{MonoTime, times},
};

/// A coordinator that grants nothing for this long is not believed: else it could keep calls waiting for ever, ms.
const STARVED: i64 = 10_000;
/// A turn to try alone is waited for so long after the window closed; then whoever waits tries by itself, ms.
const TURN: i64 = 2000;

/// See the module. Each bool changes by itself.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools)]
pub struct Share {
    /// Clients, this one included.
    members: u64,
    /// The coordinator serves.
    is_up: bool,
    /// Until when `units` and `next` hold.
    until: MonoTime,
    /// Of this window, used ones included, and of the next one.
    units: u64,
    next: u64,
    /// There is less than all want.
    scarce: bool,
    /// When something was granted last.
    fed: Option<MonoTime>,
    /// The window before was all but used up, as far as was known when it closed.
    tight: bool,
    /// When it closed.
    closed: MonoTime,
    /// Until when this client may try alone.
    alone: MonoTime,
    revision: u64,
    /// A mark of what is known, as it was when that was last told or heard.
    facts: u64,
    /// A message was sent since the window opened, and its reply granted less than was asked for.
    pub asked: bool,
    /// What it asked for: units of the window, those that were used included, or new tokens.
    claim: u64,
    /// When the window opened that `units` are for, and the one in which the message was sent.
    began: MonoTime,
    asked_in: MonoTime,
    /// How the limit was counted then.
    asked_as: i64,
    tokens: [Tokens; 2],
}

/// Tokens of a bucket that this client was given: the last is there at `last`, those before it at the bucket's rate.
#[derive(Clone, Copy, Debug, Default)]
struct Tokens {
    left: u64,
    last: MonoTime,
}

impl Tokens {
    // How many of them are there at `now`, where one comes every `per` microseconds.
    fn there(self, per: i64, now: MonoTime) -> u64 {
        let ahead = times(self.last.since(now).max(0), 1000);
        self.left.saturating_sub((ahead / per.max(1)) as u64 + u64::from(ahead > 0))
    }

    // When there is one for whom `ahead` go before.
    fn turn(self, ahead: u64, per: i64) -> MonoTime {
        let after = self.left.saturating_sub(1).saturating_sub(ahead);
        self.last.plus(-(times(per, after as i64) / 1000))
    }
}

impl Share {
    // Whether no more may be taken than was granted.
    fn binds(&self, now: MonoTime) -> bool {
        self.serves(now) && self.scarce && self.until > now
    }

    // Whether there is a coordinator, and it grants something now and then.
    fn serves(&self, now: MonoTime) -> bool {
        self.is_up && self.fed.is_none_or(|fed| now.since(fed) < STARVED)
    }

    fn held(&self) -> u64 {
        self.tokens.iter().map(|tokens| tokens.left).sum()
    }

    fn give(&mut self, units: u64, last: MonoTime) {
        if units == 0 {
            return;
        }
        let [first, second] = &mut self.tokens;
        if first.left == 0 {
            (*first, *second) = (*second, Tokens::default());
        }
        let place = if first.left == 0 { first } else { second };
        *place = Tokens { left: place.left.saturating_add(units), last: place.last.max(last) };
    }

    fn take(&mut self, cost: u64) {
        let mut rest = cost;
        for tokens in &mut self.tokens {
            let taken = rest.min(tokens.left);
            (tokens.left, rest) = (tokens.left - taken, rest - taken);
        }
    }
}

impl Meter {
    /// Who shares it, how many units are this client's, and until when.
    pub fn share(&self, now: MonoTime) -> Option<(u64, u64, MonoTime)> {
        let share = self.share.as_ref().filter(|share| share.is_up && share.until > now)?;
        let units = if matches!(self.by, Limit::Bucket(_)) { share.held() } else { share.units };
        Some((share.members, units, share.until))
    }

    /// Whether other clients can be told of it: refusals may have taught one client what holds for no other.
    pub fn is_shareable(&self) -> bool {
        self.limit.is_some_and(|limit| limit > 0) && self.paces(1) && !matches!(self.by, Limit::Learned(_))
    }

    /// What others know it by.
    pub fn id(&self, key: &[u8; 16]) -> u32 {
        let name = self.name.as_deref().unwrap_or_default();
        let unit = self.unit.as_deref().unwrap_or_default();
        let seed = key.iter().fold(label::SEED, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
        let hash = label::add(label::add(label::add(seed, name), "\n"), unit);
        (hash >> 32) as u32 ^ hash as u32
    }

    /// Whether its coordinator replied on it.
    pub fn is_heard(&self) -> bool {
        self.share.as_ref().is_some_and(|share| share.until > MonoTime::default())
    }

    /// Whether others use so much of it that one more send of each of them may be too many.
    pub fn is_contested(&self, now: MonoTime) -> bool {
        let room = self.room(now);
        let own =
            if let Limit::Window(window) = &self.by { window.used() } else { self.usage.total(now, self.length()) };
        let others = self.limit.unwrap_or(room).saturating_sub(room).saturating_sub(own);
        product(room, own.max(1)) < product(others, 2)
    }

    /// Whether a coordinator serves it.
    pub fn is_shared(&self) -> bool {
        self.share.as_ref().is_some_and(|share| share.is_up)
    }

    /// Whether something is known that was not told.
    pub fn is_news(&self) -> bool {
        self.share.as_ref().is_none_or(|share| share.facts != self.mark())
    }

    /// Whether it holds a grant that nobody here wants: others may.
    pub fn has_spare(&self, now: MonoTime) -> bool {
        let share = self.share.as_ref().filter(|share| share.is_up && share.until > now);
        // Of a log, what was used is free for others once it has left.
        let is_log = matches!(self.by, Limit::Sliding(_));
        share.is_some_and(|share| is_log || self.bound(share, now) > 0 || share.next > 0 || share.held() > 0)
    }

    /// Whether this client has used its share of what is scarce.
    pub(super) fn is_share_spent(&self, now: MonoTime) -> bool {
        self.share.as_ref().is_some_and(|share| share.binds(now) && self.bound(share, now) == 0)
    }

    /// Whether one more message may bring more, since none was sent since the window opened.
    pub fn is_unasked(&self) -> bool {
        // Tokens that are on their way need no message.
        let is_fed = |share: &Share| matches!(self.by, Limit::Bucket(_)) && share.held() > 0;
        self.share.as_ref().is_some_and(|share| !share.asked && !is_fed(share))
    }

    /// No coordinator, or one that serves `members`.
    pub fn set_up(&mut self, members: Option<u64>, now: MonoTime) {
        let share = self.share.get_or_insert_default();
        // One that never names this limit is given its time, too.
        share.fed.get_or_insert(now);
        share.is_up = members.is_some();
        if members.is_none() && share.facts != 0 {
            // A message that was given up may yet come, to a store that has lost all: what is reported next is newer.
            share.facts = 1;
        }
        share.members = members.unwrap_or(share.members);
    }

    pub(super) fn began(&self) -> MonoTime {
        if let Limit::Window(window) = &self.by { window.began() } else { MonoTime::default() }
    }

    /// What was granted of the next window is of this one, if that one has opened.
    pub(super) fn follow(&mut self) {
        let began = self.began();
        if let Some(share) = self.share.as_mut().filter(|share| share.began != began) {
            (share.units, share.next, share.began, share.asked) = (share.next, 0, began, false);
        }
    }

    /// The same where a response told of another window. One that opened before its time may be none: nothing is granted in it.
    pub(super) fn follow_told(&mut self, now: MonoTime) {
        let Limit::Window(window) = &self.by else { return };
        let used = window.used();
        if window.is_early(now)
            && let Some(share) = self.share.as_mut().filter(|share| share.began != window.began())
        {
            (share.units, share.began, share.asked) = (used, window.began(), false);
        }
        self.follow();
    }

    pub(super) fn take_share(&mut self, cost: u64) {
        if let Some(share) = &mut self.share {
            share.take(cost);
        }
    }

    pub(super) fn untake_share(&mut self, cost: u64) {
        if let (Some(share), Limit::Bucket(_)) = (&mut self.share, &self.by)
            && let Some(tokens) = share.tokens.first_mut()
        {
            tokens.left = tokens.left.saturating_add(cost);
        }
    }

    /// Unless the window that began then is open still, it closed with `room` units left: where others might have used
    /// those, one alone tries the next.
    pub(super) fn close_share(&mut self, began: MonoTime, room: u64, in_flight: u64, now: MonoTime) {
        if self.began() != began
            && let Some(share) = &mut self.share
        {
            share.closed = now;
            share.tight = share.binds(now) || product(in_flight.saturating_add(1), 2 * share.members) > room;
        }
        self.follow();
    }

    /// Whether it waits for a turn to try alone.
    pub(super) fn awaits_turn(&self, now: MonoTime) -> bool {
        let is_late = |share: &Share| now.since(share.closed) >= TURN || share.alone > now;
        self.share.as_ref().is_some_and(|share| share.is_up && share.members > 1 && share.tight && !is_late(share))
    }

    // What this client may still take of what it was granted.
    fn bound(&self, share: &Share, now: MonoTime) -> u64 {
        if share.until <= now {
            return 0;
        }
        match &self.by {
            Limit::Window(window) => share.units.saturating_sub(window.used()),
            Limit::Bucket(bucket) => share.tokens.iter().map(|tokens| tokens.there(bucket.per(), now)).sum(),
            Limit::Sliding(_) => share.units.saturating_sub(self.usage.total(now, self.length())),
            Limit::Learned(_) => u64::MAX,
        }
    }

    /// What the share says of a call for which there is room. `needed`: what it and those before it take.
    pub(super) fn share_gate(
        &self,
        facts: Facts,
        room: u64,
        needed: u64,
        in_flight: u64,
        now: MonoTime,
    ) -> Option<Gate> {
        let share = self.share.as_ref()?;
        // In half of what is left, since the others see the same.
        let fits = |least: u64| {
            product(in_flight.saturating_add(needed), 2 * share.members) <= room.saturating_add(in_flight).max(least)
        };
        if !share.serves(now) {
            return (share.members > 1 && in_flight > 0 && !fits(0)).then(|| Gate::Answer(now.plus(ALONE)));
        }
        let bound = self.bound(share, now);
        let is_granted = share.binds(now);
        if bound >= needed || !is_granted && fits(0) {
            return None;
        }
        let late = needed - 1 - bound.min(needed - 1);
        let turn = match &self.by {
            Limit::Bucket(bucket) => {
                let per = bucket.per();
                let (first, ahead) = (share.tokens[0], needed - 1);
                let tokens = if ahead < first.left { first } else { share.tokens[1] };
                let ahead = if ahead < first.left { ahead } else { ahead - first.left };
                if ahead < tokens.left {
                    tokens.turn(ahead, per)
                } else {
                    now.plus(times(per, late as i64) / 1000).plus(ALONE)
                }
            }
            Limit::Window(window) if is_granted => {
                let (end, period) = (window.end(facts, &self.usage).0, window.period(facts));
                end.plus(times(period, (late / share.next.max(1)) as i64))
            }
            Limit::Sliding(_) if is_granted && share.units > 0 => {
                self.usage.turn(late, share.units, facts.length.unwrap_or(UNKNOWN_WINDOW), now)
            }
            _ => now.plus(ALONE),
        };
        Some(Gate::Share(turn.max(now.plus(1))))
    }
}

/// A share, where there is one.
pub(super) type Kept = Option<Box<Share>>;
