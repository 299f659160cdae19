//! What responses do to a scope: they tell quotas, say whose those are, and refuse.

use alloc::vec::Vec;

use super::{
    MAX_METERS,
    limit::{Meter, reset::Told},
    quota::Quota,
    read::Reading,
    reserve::{Scope, Sign},
    server::Servers,
    ticket::{Place, Ticket},
};
use crate::{
    hints::Hint,
    time::{Moment, MonoTime},
};

/// A quota of which no more than this part is left, with what is under way, may be what a bare refusal means.
const NEARLY: u64 = 8;
/// A quota that lasts longer than this, in ms, is hardly the one that binds: it says nothing of what the server takes in a second.
pub(super) const NEAR: i64 = 60_000;

impl Scope {
    /// The attempt of `ticket` was answered.
    pub(super) fn answered(
        &mut self,
        index: u32,
        tickets: &mut [Place],
        servers: &mut Servers,
        reading: &Reading,
        sign: Sign,
        at: Moment,
    ) {
        let now = at.mono;
        let limited = sign == Sign::Limited;
        let Some(ticket) = tickets.get_mut(index as usize) else { return };
        // First what is over, while which this one was still under way.
        self.roll(now);
        self.land(ticket, !limited, servers, now);
        if sign == Sign::Down {
            let until = reading.hint.as_ref().and_then(Hint::wait).map(|delay| now.plus(delay));
            Self::failed(ticket, until, servers, at);
        } else if let Some(server) = servers.of(ticket.server) {
            server.worked(ticket.route, ticket.sent, now);
        }
        self.used_at = now;
        let others = self.sent.saturating_sub(ticket.landed).saturating_sub(ticket.cost);
        let (from, route, cost, sent, probe) =
            (ticket.lane, ticket.route, ticket.cost, ticket.sent, ticket.rules.probe);
        let bucket = ticket.bucket;
        let (places, new, mask) = self.meters_of(reading, bucket, now);
        if mask != 0 {
            self.place(route, from, mask, tickets, now);
        }
        let home = self.routes.iter().find(|known| known.key == route).map_or(from, |known| known.lane);
        self.begin(new & mask, home, cost, tickets, now);
        let Some(ticket) = tickets.get_mut(index as usize) else { return };
        for (quota, place) in reading.quotas.iter().zip(&places) {
            if let (Some(reset), Some(meter)) = (quota.reset_at, self.meters.get(*place)) {
                self.clock.observe_reset(reset, meter.ended(quota, now), quota.granularity, sent, now);
            }
        }
        let (served, unsure, labels) = (reading.served, self.clock.unsure(at), self.clock.labels(at));
        for (quota, place) in reading.quotas.iter().zip(places) {
            let Some(meter) = self.meters.get_mut(place) else { continue };
            let (cost, early) = (ticket.rules.cost(meter.unit.as_deref(), ticket.cost), ticket.rules.early);
            if limited && meter.tries(sent) {
                // The next one who tries is another call, so that none spends all its attempts on one window.
                ticket.seq = None;
            }
            meter.tell(quota, Told { sent, now, others, cost, served, unsure, labels, early, limited });
        }
        match sign {
            Sign::Down => return,
            Sign::Limited => return self.refused(home, reading, sent, now),
            Sign::Works => {}
        }
        let told = |(index, _): &(usize, &Meter)| mask >> index & 1 == 1;
        let mut told = self.meters.iter().enumerate().filter(told);
        let is_crowded = told.clone().any(|(_, meter)| meter.is_crowded());
        let opens = !is_crowded && told.any(|(_, meter)| meter.is_near(NEAR, now));
        let lane = self.lanes.get_mut(usize::from(home));
        let taught = lane.and_then(|lane| lane.good(opens, probe, cost, sent, now));
        if let Some(mut meter) = taught {
            // What is under way was sent on it, and so was what has just come back.
            meter.begin(self.flying_in(home, tickets), cost, now);
            self.learn(home, bucket, meter);
        }
        self.unlearn(home, now);
    }

    // Adds a quota that refusals taught, in the place of one that proved wrong if there is one.
    fn learn(&mut self, lane: u8, bucket: u32, meter: Meter) {
        let place = self.meters.iter().position(Meter::is_retired).unwrap_or(self.meters.len());
        match (self.meters.get_mut(place), self.homes.get_mut(place)) {
            (Some(retired), Some(home)) => (*retired, *home) = (meter, bucket),
            _ if place < MAX_METERS => {
                self.meters.push(meter);
                self.homes.push(bucket);
            }
            _ => return,
        }
        if let Some(lane) = self.lanes.get_mut(usize::from(lane)) {
            lane.mask |= 1 << place;
        }
    }

    // What was learnt and does not predict goes.
    fn unlearn(&mut self, home: u8, now: MonoTime) {
        let Some(lane) = self.lanes.get_mut(usize::from(home)) else { return };
        let mut retired = 0_u64;
        for (index, meter) in self.meters.iter_mut().enumerate() {
            if lane.is_bound_by(index) && meter.is_refuted() {
                meter.retire();
                retired |= 1 << index;
            }
        }
        if retired != 0 {
            lane.unlearn(now);
            self.lanes.iter_mut().for_each(|lane| lane.mask &= !retired);
        }
    }

    /// Puts resets in the units that answers before showed them to have.
    pub(super) fn correct(&mut self, reading: &mut Reading, now: MonoTime) {
        for quota in &mut reading.quotas {
            if let Some(meter) = self.meters.iter_mut().find(|meter| meter.is(quota)) {
                meter.correct(quota, now);
            }
        }
    }

    // Where each quota's meter is, those that are new, and those that bind requests.
    fn meters_of(&mut self, reading: &Reading, bucket: u32, now: MonoTime) -> (Vec<usize>, u64, u64) {
        let (mut places, mut new, mut mask) = (Vec::new(), 0, 0);
        for quota in &reading.quotas {
            let mut homes = self.homes.iter().enumerate();
            let is_here = |(at, home): (usize, &u32)| *home == bucket || self.configured >> at & 1 == 1;
            let known =
                homes.position(|home| is_here(home) && self.meters.get(home.0).is_some_and(|meter| meter.is(quota)));
            let place = known.unwrap_or_else(|| self.free_meter(now));
            places.push(place);
            if place >= MAX_METERS {
                continue;
            }
            if known.is_none() {
                let meter = Meter::of_answer(quota);
                if let (Some(old), Some(home)) = (self.meters.get_mut(place), self.homes.get_mut(place)) {
                    (*old, *home) = (meter, bucket);
                } else {
                    self.meters.push(meter);
                    self.homes.push(bucket);
                }
                new |= 1 << place;
            }
            let is_whole = quota.limit.is_some() && !quota.is_bare();
            if quota.counts_requests() && (quota.remaining.is_some() || is_whole) {
                mask |= 1 << place;
            }
        }
        (places, new, mask)
    }

    // What was sent before anything was known was counted all the same: what is under way in the lane, and what came back.
    fn begin(&mut self, new: u64, home: u8, cost: u64, tickets: &[Place], now: MonoTime) {
        if new == 0 {
            return;
        }
        let flying = self.flying_in(home, tickets);
        for (index, meter) in self.meters.iter_mut().enumerate() {
            if new >> index & 1 == 1 {
                meter.begin(flying, cost, now);
            }
        }
    }

    /// Nothing came of the attempt of `ticket`, or a word of who stands before the server: `until` when, if that was said.
    pub(super) fn failed(ticket: &mut Ticket, until: Option<MonoTime>, servers: &mut Servers, at: Moment) {
        let Some(server) = servers.of(ticket.server) else { return };
        server.failed(ticket.route, until, ticket.sent, at);
        if server.holds(ticket.route) {
            // Each probe is another call's, so that none spends all its attempts on one outage.
            ticket.seq = None;
        }
    }

    // Who refused? A quota that the response names as spent, with its reset, holds by itself. One that is known and nearly used
    // up may be meant by a response that names none. What else is refused, a limit refuses that nobody told.
    fn refused(&mut self, home: u8, reading: &Reading, sent: MonoTime, now: MonoTime) {
        let hint = reading.hint.as_ref().and_then(Hint::wait);
        let mut spent = reading.quotas.iter().filter(|quota| quota.remaining == Some(0));
        let (is_named, is_dated) = (spent.clone().next().is_some(), spent.any(|quota| quota.reset_in > Some(0)));
        if is_dated && hint.is_none() {
            return;
        }
        let is_known = self.is_nearly_spent(home, reading, sent, now);
        if is_known && hint.is_none() {
            return;
        }
        let is_held = if is_named || is_known {
            self.hold_lane(home, hint, sent, now);
            true
        } else {
            self.refuse_lane(home, hint, sent, now)
        };
        if let (true, Some(delay), Some(lane)) = (reading.implied, hint, self.lanes.get_mut(usize::from(home))) {
            // Made of words such as "in a few minutes", it is a guess, which ends no call.
            lane.is_own_hold |= lane.held == now.plus(delay);
        }
        if let (true, true, Some(lane)) = (reading.global, is_held, self.lanes.get(usize::from(home))) {
            // All of the credentials' buckets at once.
            self.held = self.held.max(lane.held);
        }
    }

    // Whether a quota that is known may be what refused, though the response does not name it. Then it is used up.
    fn is_nearly_spent(&mut self, home: u8, reading: &Reading, sent: MonoTime, now: MonoTime) -> bool {
        let Some(lane) = self.lanes.get(usize::from(home)) else { return false };
        let is_untold = reading.quotas.iter().all(Quota::is_bare);
        let mut spent = false;
        for (index, meter) in self.meters.iter_mut().enumerate() {
            if is_untold && lane.is_bound_by(index) && meter.is_nearly_spent(NEARLY, now) {
                spent |= meter.trip(sent, now);
            }
        }
        spent
    }

    /// What was `sent` in this lane is refused by a limit that nobody told. Whether that holds the others, too.
    pub(super) fn refuse_lane(&mut self, home: u8, hint: Option<i64>, sent: MonoTime, now: MonoTime) -> bool {
        let Some(lane) = self.lanes.get_mut(usize::from(home)) else { return false };
        let is_believed = lane.believes(sent, now);
        let mut is_learnt = false;
        for (_, meter) in self.meters.iter_mut().enumerate().filter(|(index, _)| lane.is_bound_by(*index)) {
            is_learnt |= meter.is_learnt() && meter.paces(1);
            if !is_believed {
                meter.disbelieve();
            } else if let Some(delay) = hint {
                meter.hint(delay, now);
            }
        }
        if is_believed && !is_learnt {
            lane.refused(hint, sent, now);
        }
        if is_believed {
            self.hold_lane(home, hint, sent, now);
        }
        self.unlearn(home, now);
        is_believed
    }

    fn hold_lane(&mut self, home: u8, hint: Option<i64>, sent: MonoTime, now: MonoTime) {
        let Some(lane) = self.lanes.get_mut(usize::from(home)) else { return };
        if !lane.is_stale(sent) {
            lane.trip(now);
        }
        if let Some(delay) = hint {
            lane.hold(now.plus(delay));
        }
    }
}
