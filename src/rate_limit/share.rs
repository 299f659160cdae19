//! Quotas that other clients share: what is told to their coordinator and when, and what its replies change.
//!
//! A message belongs to a scope, never to a call: no call's state knows of it. One is sent beside the first send of a scope,
//! where something is known that others should know, where calls wait for more than this client's share, and where a
//! share is no longer wanted. Whether and when it is answered, the shell reports ([`Tracker::heard`]); until a first reply
//! one send goes alone, for as long as the shell's patience at most.

pub mod message;

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{
    Tracker,
    identity::{self, Identity},
    limit::Gate,
    reserve::Scope,
    ticket::Place,
    timers::Timers,
};
use crate::time::{Moment, MonoTime};
use message::{KNOWN, REPLY};

/// After a coordinator failed it is asked again after this, doubled each time, up to so long, ms.
const AGAIN: i64 = 1000;
const LONGEST: i64 = 30_000;
/// A scope whose calls wait for more asks again after this at the earliest, ms.
const GAP: i64 = 20;

/// The sharing of all scopes, where there is a coordinator.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    /// How long a reply is waited for, ms.
    patience: i64,
    /// Scopes that something happened to since they were last looked at.
    touched: Vec<u32>,
    timers: Timers,
}

/// How one scope stands with its coordinator.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    touched: bool,
    /// When it was first sent in.
    begun: Option<MonoTime>,
    /// A message was sent.
    is_told: bool,
    /// When the message went that has no reply yet.
    asking: Option<MonoTime>,
    /// When one that brings no news may follow the newest.
    free: MonoTime,
    /// Clients, by the newest reply; 0 before the first one.
    members: u64,
    /// How often in a row the coordinator failed, and when to ask it again.
    fails: u32,
    again: MonoTime,
    /// When asking again may help.
    retry: MonoTime,
    /// The newest message told that calls wait.
    wanted: bool,
    /// Another client was asked to wait until then.
    pub held: MonoTime,
}

impl Exchange {
    /// How many may be under way while no quota is known, of `gate`, and until when at the latest.
    pub fn gate(&self, gate: u32, patience: i64, now: MonoTime) -> (u32, MonoTime) {
        match self.begun {
            _ if patience == 0 || self.fails > 0 => (gate, now),
            Some(begun) if self.members == 0 => {
                let until = begun.plus(patience);
                (if until > now { 1 } else { gate }, until)
            }
            _ if gate == u32::MAX => (gate, now),
            // Others may have come since.
            _ => ((gate / (2 * self.members.clamp(1, 1 << 20) as u32)).max(1), now),
        }
    }

    /// Until when a quota that its coordinator has not replied on yet is sent on by one at a time: for the first reply, and
    /// where that came, for the one that names the quota.
    pub fn early(&self, patience: i64, now: MonoTime) -> Option<MonoTime> {
        let asking = self.asking.filter(|_| self.members > 0);
        let until = asking.or(self.begun)?.plus(patience);
        (patience > 0 && self.fails == 0 && until > now).then_some(until)
    }

    /// A call of the scope is sent.
    pub fn sent(&mut self, now: MonoTime) {
        self.begun.get_or_insert(now);
    }

    /// The place of another scope is taken.
    pub fn keep(&mut self, old: &Self) {
        self.touched = old.touched;
    }
}

impl Tracker {
    /// Quotas are shared from now on; a reply is waited for `patience` ms.
    pub fn share(&mut self, patience: i64) {
        self.sharing = Some(Box::new(Sharing { patience, ..Sharing::default() }));
    }

    pub(super) fn touch_share(&mut self, index: usize) {
        if let (Some(sharing), Some(scope)) = (&mut self.sharing, self.scopes.get_mut(index))
            && !scope.exchange.touched
        {
            scope.exchange.touched = true;
            scope.patience = sharing.patience;
            sharing.touched.push(index as u32);
        }
    }

    /// The next message to send, if there is one: a line for its scope, then one for each quota. Ask until there is none.
    pub fn post(&mut self, at: Moment) -> Option<String> {
        let at = self.awake(at);
        let now = at.mono;
        while let Some((_, index)) =
            self.sharing.as_ref().and_then(|it| it.timers.first()).filter(|(time, _)| *time <= now)
        {
            self.sharing.as_mut()?.timers.set(index, None);
            self.touch_share(index);
        }
        loop {
            let sharing = self.sharing.as_mut()?;
            let index = *sharing.touched.first()? as usize;
            let scope = self.scopes.get_mut(index)?;
            let due = scope.due(&mut self.tickets, at);
            if due.is_some_and(|due| due <= now) {
                return Some(scope.message(&mut self.tickets, now));
            }
            scope.exchange.touched = false;
            sharing.touched.remove(0);
            sharing.timers.set(index, due);
        }
    }

    /// When [`Tracker::post`] is to be asked though nothing happened.
    pub fn posts_at(&self) -> Option<MonoTime> {
        self.sharing.as_ref()?.timers.first().map(|(time, _)| time)
    }

    /// Takes the reply to a scope's message; an empty one where none came in time, or one that breaks a rule. `key`: the
    /// scope's, as the message had it.
    pub fn heard(&mut self, key: &str, reply: &str, at: Moment) {
        let at = self.awake(at);
        if let Some(index) = self.place_of(key)
            && let Some(scope) = self.scopes.get_mut(index)
        {
            scope.hear(&message::read(reply), at.mono);
            self.touch(index);
        }
    }

    /// Others changed something of the scope of this key.
    pub fn news(&mut self, key: &str) {
        if let Some(index) = self.place_of(key)
            && let Some(scope) = self.scopes.get_mut(index)
        {
            scope.exchange.retry = MonoTime(i64::MIN);
            self.touch_share(index);
        }
    }

    fn place_of(&self, key: &str) -> Option<usize> {
        self.find(&Identity::kept("", key)?.key)
    }
}

impl Scope {
    // When its next message is to go; `None` while there is none to send.
    fn due(&mut self, tickets: &mut [Place], at: Moment) -> Option<MonoTime> {
        let now = at.mono;
        let it = &self.exchange;
        // The shell always says how it ended, but one that was frozen may have lost it.
        if let Some(asking) = it.asking {
            return (self.tickets > 0).then(|| asking.plus(self.patience.saturating_mul(2)));
        }
        it.begun?;
        let (again, free, retry) = (it.again.max(now), it.free, it.retry);
        let (is_new, wanted, is_heard) = (!it.is_told || it.fails > 0 && self.tickets > 0, it.wanted, it.members > 0);
        self.roll(now);
        let is_news = self.meters.iter().any(|meter| meter.is_shareable() && meter.is_news());
        let is_idle = wanted && self.waiting == 0 && self.in_flight == 0;
        let is_spare = is_idle && self.meters.iter().any(|meter| meter.has_spare(now));
        if is_new || is_news && is_heard || is_spare {
            return Some(again);
        }
        let is_unasked = self.is_bound(tickets, at)?;
        Some(again.max(if is_unasked { free } else { retry }))
    }

    // Whether calls wait for more than this client's share; if so, whether none of it was asked for since its window opened.
    fn is_bound(&mut self, tickets: &mut [Place], at: Moment) -> Option<bool> {
        let mut unasked = None;
        for lane in &mut self.lanes {
            let (fresh, mask) = (u64::from(lane.fresh), lane.mask);
            let Some((_, ticket)) = lane.lines.first_mut().and_then(|line| line.front(tickets)) else { continue };
            for (place, meter) in self.meters.iter().enumerate() {
                let cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
                if cost == 0 || mask >> place & 1 == 0 && meter.unit.is_none() || !meter.is_shareable() {
                    continue;
                }
                let gate = meter.admits(cost, 0, fresh, ticket.rules.pacing, at.mono);
                if matches!(gate, Gate::Share(_)) || meter.waits_alone(at.mono) {
                    unasked = Some(unasked.unwrap_or(false) || meter.is_unasked());
                } else if matches!(gate, Gate::At(_)) {
                    unasked = unasked.or(Some(false));
                }
            }
        }
        unasked
    }

    // Writes its message.
    fn message(&mut self, tickets: &mut [Place], now: MonoTime) -> String {
        let mut text = identity::hex(&self.key);
        self.exchange.is_told = true;
        self.exchange.asking = Some(now);
        self.exchange.free = now.plus(GAP);
        self.exchange.wanted = self.waiting > 0;
        let held =
            self.lanes.iter().filter(|lane| !lane.is_own_hold).map(|lane| lane.held).fold(self.held, MonoTime::max);
        let sent = self.sent.min(1 << 40) as i64;
        message::push(&mut text, &[i64::from(self.waiting), sent, held.since(now).clamp(0, 3_600_000)]);
        for index in 0..self.meters.len() {
            let want = self.want(index, tickets);
            let Some(meter) = self.meters.get_mut(index).filter(|meter| meter.is_shareable()) else { continue };
            if self.exchange.members > 0 && self.exchange.fails == 0 {
                meter.set_up(Some(self.exchange.members), now);
            }
            meter.report(&self.key, want, &mut text, now);
        }
        text
    }

    // Units of a quota that wait: as many for each call as the first one takes.
    fn want(&mut self, index: usize, tickets: &mut [Place]) -> u64 {
        let mut want: u64 = 0;
        let Some(meter) = self.meters.get(index) else { return 0 };
        for lane in &mut self.lanes {
            if !lane.is_bound_by(index) && meter.unit.is_none() {
                continue;
            }
            let waiting: u64 = lane.lines.iter().map(|line| u64::from(line.waiting)).sum();
            let mut cost = 1;
            for line in &mut lane.lines {
                if let Some((_, ticket)) = line.front(tickets) {
                    cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
                }
            }
            want = want.saturating_add(waiting.saturating_mul(cost));
        }
        want
    }

    fn hear(&mut self, reply: &[i64], now: MonoTime) {
        self.roll(now);
        let it = &mut self.exchange;
        it.asking = None;
        let Some(([members, retry, held], lines)) = reply.split_first_chunk::<3>() else {
            it.fails = it.fails.saturating_add(1);
            it.again = now.plus((AGAIN << (it.fails - 1).min(5)).min(LONGEST));
            self.meters.iter_mut().filter(|meter| meter.is_shared()).for_each(|meter| meter.set_up(None, now));
            return;
        };
        let members = members.unsigned_abs();
        (it.fails, it.members) = (0, members);
        it.retry = now.plus(*retry);
        it.held = now.plus(*held);
        let in_flight = u64::from(self.in_flight);
        for meter in self.meters.iter_mut().filter(|meter| meter.is_shareable()) {
            let id = i64::from(meter.id(&self.key));
            meter.set_up(Some(members), now);
            for line in lines.chunks_exact(REPLY + KNOWN) {
                if let [of, limit, numbers @ ..] = line
                    && *of == id
                    && Some(limit.unsigned_abs()) == meter.limit
                {
                    meter.hear(numbers, in_flight, now);
                }
            }
        }
    }
}
