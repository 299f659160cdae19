//! Which of a scope's lanes a call stands in.
//!
//! A route is a method of the API's, by [`super::identity::Identity::to`]. Its responses say which quotas bind it.

use super::{
    MAX_LANES, MAX_METERS, MAX_ROUTES,
    answer::NEAR,
    lane::Lane,
    limit::Meter,
    reserve::Scope,
    ticket::{Place, Ticket},
};
use crate::time::MonoTime;

/// How often those who wait follow a route to another lane: a server that changes its mind must not make each response a walk.
const MOVES: u8 = 4;

/// Where the calls of one route stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub key: u32,
    pub lane: u8,
    moves: u8,
}

impl Scope {
    // The lane of a newcomer. A route of which nothing is known is taken to share the one bucket there is; where routes
    // are seen to have several, nobody can know, and those that are new stand in a lane of their own.
    pub(super) fn lane_of(&mut self, ticket: &Ticket) -> u8 {
        if let Some(known) = self.routes.iter().find(|known| known.key == ticket.route) {
            return known.lane;
        }
        let is_kin = |lane: &Lane| lane.bucket == ticket.bucket;
        let known = self.lanes.iter().filter(|lane| is_kin(lane) && lane.known).count();
        // While a bucket has one lane or none, its routes share it.
        let open = self.lanes.iter().position(|lane| is_kin(lane) && (known < 2 || !lane.known));
        open.or_else(|| self.add_lane(Lane::new(self.configured, ticket.rules.probe, ticket.bucket))).unwrap_or(0) as u8
    }

    // Adds a lane, in the place of one that is idle where there are too many.
    fn add_lane(&mut self, lane: Lane) -> Option<usize> {
        if self.lanes.len() < MAX_LANES {
            self.lanes.push(lane);
            return Some(self.lanes.len() - 1);
        }
        let index = self.lanes.iter().position(|lane| lane.bucket > 0 && lane.is_idle(self.used_at))?;
        *self.lanes.get_mut(index)? = lane;
        self.routes.retain(|route| usize::from(route.lane) != index);
        Some(index)
    }

    // The place of a new meter: behind the others, or that of one whose bucket is idle and not used up where there are too many.
    pub(super) fn free_meter(&mut self, now: MonoTime) -> usize {
        if self.meters.len() < MAX_METERS {
            return self.meters.len();
        }
        let is_idle = |index: usize| self.lanes.iter().all(|lane| !lane.is_bound_by(index) || lane.is_idle(now));
        let mut homes = self.homes.iter().enumerate();
        let free = homes.position(|(index, home)| {
            *home > 0 && is_idle(index) && self.meters.get(index).is_some_and(|meter| !meter.is_spent(now))
        });
        let Some(index) = free else { return MAX_METERS };
        for lane in &mut self.lanes {
            lane.mask &= !(1 << index);
        }
        index
    }

    // A response of `route`, sent in lane `from`, named the quotas of `mask`: that is where its calls stand from now on.
    pub(super) fn place(&mut self, route: u32, from: u8, mask: u64, tickets: &mut [Place], now: MonoTime) {
        let mask = mask | self.configured;
        let bucket = self.lanes.get(usize::from(from)).map_or(0, |lane| lane.bucket);
        let is_first = !self.lanes.iter().any(|lane| lane.known && lane.bucket == bucket);
        let known = self.routes.iter().position(|known| known.key == route);
        let old = known.and_then(|index| self.routes.get(index)).map_or(from, |known| known.lane);
        let Some(lane) = self.lanes.get_mut(usize::from(old)) else { return };
        // A quota of the same name is another limit of the same bucket. Without names, that only one route's responses tell.
        let is_kin = lane.known
            && (self.meters.iter().enumerate()).any(|(one, meter)| {
                let shares =
                    |(two, other): (usize, &Meter)| mask >> two & 1 == 1 && one != two && other.name == meter.name;
                lane.is_bound_by(one)
                    && (meter.name.is_some() || known.is_some())
                    && self.meters.iter().enumerate().any(shares)
            });
        let is_part = lane.mask & mask == lane.mask || lane.mask & mask == mask;
        if is_first || is_kin || (known.is_some() && is_part) {
            // Some servers leave out a quota while it is far from its limit.
            (lane.mask, lane.known) = (lane.mask | mask, true);
            let told = |index: &usize| mask >> index & 1 == 1;
            for (index, meter) in self.meters.iter().enumerate().filter(|(index, _)| !told(index)) {
                lane.mask &= !(u64::from(meter.is_forgotten(now)) << index);
            }
            if known.is_none() {
                self.remember(route, old);
            }
            return;
        }
        // What may be under way at once on the way there is what may be there.
        let told = |(index, _): &(usize, &Meter)| mask >> index & 1 == 1;
        let is_near = self.meters.iter().enumerate().filter(told).any(|(_, meter)| meter.is_near(NEAR, now));
        let gate = if is_near { u32::MAX } else { lane.gate };
        let same = self.lanes.iter().position(|lane| lane.known && lane.mask == mask);
        let new = same.or_else(|| {
            let mut lane = Lane::new(mask, gate, bucket);
            lane.known = true;
            self.add_lane(lane)
        });
        let Some(new) = new else { return };
        let mut moves = 0;
        if let Some(known) = known.and_then(|index| self.routes.get_mut(index)) {
            (known.lane, known.moves) = (new as u8, known.moves.saturating_add(1));
            moves = known.moves;
        } else {
            self.remember(route, new as u8);
        }
        if new != usize::from(old) && moves < MOVES {
            self.follow(route, usize::from(old), new, tickets);
        }
    }

    fn remember(&mut self, route: u32, lane: u8) {
        if self.routes.len() >= MAX_ROUTES {
            self.routes.remove(0);
        }
        self.routes.push(Route { key: route, lane, moves: 0 });
    }

    // Those who wait follow their route to its lane, in their order.
    fn follow(&mut self, route: u32, from: usize, to: usize, tickets: &mut [Place]) {
        for line in [0, 1] {
            let Some(old) = self.lanes.get_mut(from).and_then(|lane| lane.lines.get_mut(line)) else { return };
            let moved = old.sweep(tickets, &|ticket| ticket.route == route);
            let Some(new) = self.lanes.get_mut(to).and_then(|lane| lane.lines.get_mut(line)) else { return };
            for mark in moved {
                if let Some(ticket) = tickets.get_mut(mark.ticket as usize) {
                    (ticket.lane, ticket.seq) = (to as u8, None);
                    new.enqueue(mark.ticket, ticket, mark.sent);
                }
            }
        }
    }
}
