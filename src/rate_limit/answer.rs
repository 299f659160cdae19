//! What answers do to a scope: they tell quotas, say whose those are, and refuse.

use alloc::vec::Vec;

use super::{
    MAX_METERS,
    meter::{Meter, span::Told},
    read::Reading,
    reserve::{Scope, Sign},
    ticket::{Place, Ticket},
};
use crate::{
    hints::Hint,
    time::{Moment, MonoTime},
};

/// A window that ends within this, in ms, may be what a refusal that names none means.
const NEAR: i64 = 60_000;

impl Scope {
    /// The attempt of `ticket` was answered.
    pub(super) fn answered(&mut self, index: u32, tickets: &mut [Place], reading: &Reading, sign: Sign, at: Moment) {
        let now = at.mono;
        let limited = sign == Sign::Limited;
        let Some(ticket) = tickets.get_mut(index as usize) else { return };
        // First what is over, while which this one was still under way.
        self.roll(now);
        self.land(ticket, !limited, now);
        if sign == Sign::Down {
            self.failed(ticket, at);
        } else {
            self.outage.worked(ticket.sent, now);
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
        let Some(ticket) = tickets.get(index as usize) else { return };
        for (quota, place) in reading.quotas.iter().zip(places) {
            let Some(meter) = self.meters.get_mut(place) else { continue };
            let cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
            let unsure = self.clock.unsure();
            meter.tell(quota, Told { sent, now, others, cost, served: reading.served, unsure, limited });
        }
        match sign {
            Sign::Down => return,
            Sign::Limited => return self.trip(home, reading, sent, now),
            Sign::Works => {}
        }
        let crowded = self.meters.iter().enumerate().any(|(index, meter)| mask >> index & 1 == 1 && meter.is_crowded());
        let lane = self.lanes.get_mut(usize::from(home));
        let taught = lane.and_then(|lane| lane.good(mask != 0, crowded, probe, cost, (sent, now)));
        if let (Some(mut meter), true) = (taught, self.meters.len() < MAX_METERS) {
            // What is under way was sent on it, and so was what has just come back.
            meter.begin(self.flying_in(home, tickets), cost, now);
            self.meters.push(meter);
            self.homes.push(bucket);
            if let Some(lane) = self.lanes.get_mut(usize::from(home)) {
                lane.mask |= 1 << (self.meters.len() - 1);
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
            if quota.counts_requests() && (quota.remaining.is_some() || quota.limit.is_some()) {
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

    /// Nothing came of the attempt of `ticket`, or a word of who stands before the server.
    pub(super) fn failed(&mut self, ticket: &mut Ticket, at: Moment) {
        self.outage.failed(ticket.sent, at.mono);
        if self.outage.is_on() {
            // Each probe is another call's, so that none spends all its attempts on one outage.
            ticket.seq = None;
        }
    }

    // A 429 overrides the counters. One that says which quota is used up and until when is in its meter already.
    fn trip(&mut self, lane: u8, reading: &Reading, sent: MonoTime, now: MonoTime) {
        let Some(lane) = self.lanes.get_mut(usize::from(lane)) else { return };
        let (untold, stale) = (reading.quotas.is_empty(), lane.is_stale(sent));
        let hint = reading.hint.as_ref().and_then(Hint::wait);
        let mut bound = self.meters.iter().enumerate().filter(|(index, _)| lane.is_bound_by(*index));
        let paced = bound.any(|(_, meter)| meter.unit.is_none() && meter.paces(1));
        if untold && !paced {
            lane.refused(hint, sent, now);
        }
        let told = reading.quotas.iter().any(|quota| quota.remaining == Some(0) && quota.reset_in > Some(0));
        if stale || told && hint.is_none() {
            if let Some(delay) = hint {
                lane.hold(now.plus(delay));
            }
            return;
        }
        let mut spent = false;
        for (index, meter) in self.meters.iter_mut().enumerate() {
            // A day's quota is not gone for one refusal that does not name it.
            let near = meter.resets(now).is_none_or(|end| end.since(now) <= NEAR);
            if untold && lane.is_bound_by(index) && near && (hint.is_none() || meter.is_learnt()) {
                spent |= meter.trip(sent, now);
            }
        }
        if hint.is_some() || !spent {
            lane.trip(now);
        }
        if let Some(delay) = hint {
            lane.hold(now.plus(delay));
        }
        if reading.global {
            // All of the credentials' buckets at once.
            self.held = self.held.max(lane.held);
        }
    }
}
