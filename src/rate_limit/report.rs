//! What is known of quotas, for those who ask.

use super::{
    TicketId, Tracker,
    limit::Meter,
    reserve::Scope,
    server::{Server, Servers},
};
use crate::time::{Moment, MonoTime, WallTime};

/// What is known of one quota, for those who ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaState<'a> {
    /// Its scope's key.
    pub key: &'a [u8],
    /// The name of its scope.
    pub scope: &'a str,
    /// The quota's name.
    pub name: Option<&'a str>,
    /// What is counted; `None` for requests.
    pub unit: Option<&'a str>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Units left, what is in flight taken off.
    pub remaining: Option<u64>,
    /// When it resets, on this machine's clock.
    pub resets: Option<WallTime>,
    /// ms.
    pub window: Option<i64>,
    /// The header it came from, or `options`.
    pub source: &'a str,
    /// Sends without a response in this scope.
    pub in_flight: u32,
    /// Calls waiting in this scope.
    pub waiting: u32,
    /// When the next send may go, where something is in its way.
    pub next: Option<WallTime>,
    /// The response header that would let this page read more, where its server hides what it tells; else "".
    pub expose: &'a str,
    /// Where a coordinator serves: clients that share it, and the units that are this one's, and until when.
    pub shared: Option<(u64, u64, WallTime)>,
}

impl Tracker {
    /// The meter that a reservation's [`super::reserve::Why::Quota`] names. For an index of none, the scope itself if its headers are
    /// hidden.
    pub fn quota(&mut self, ticket: TicketId, index: usize, at: Moment) -> Option<QuotaState<'_>> {
        // People read times on the clock as it is now.
        let at = Moment { wall: at.wall, ..self.awake(at) };
        let scope = self.scope_of(ticket)?;
        let scope = self.scopes.get_mut(scope)?;
        scope.roll(at.mono);
        let meter = scope.meters.get(index);
        (meter.is_some() || !scope.sight.line.is_empty()).then(|| state(scope, meter, &self.servers, at))
    }

    /// Shows what is known of all quotas, one after the other. A scope of which none is known shows itself if its headers
    /// are hidden, without a limit.
    pub fn quotas(&mut self, at: Moment, mut see: impl FnMut(&QuotaState<'_>)) {
        let at = Moment { wall: at.wall, ..self.awake(at) };
        for scope in &mut self.scopes {
            scope.roll(at.mono);
            for meter in &scope.meters {
                see(&state(scope, Some(meter), &self.servers, at));
            }
            if scope.meters.is_empty() && !scope.sight.line.is_empty() {
                see(&state(scope, None, &self.servers, at));
            }
        }
    }
}

impl Scope {
    /// When the next waiter gets its turn, if anything is in its way.
    pub(super) fn next_at(&self, servers: &Servers, now: MonoTime) -> Option<MonoTime> {
        let probe = servers.at(self.server).and_then(Server::probes_at);
        let held = probe.map_or(self.held, |probe| probe.max(self.held));
        let mut next = self.lanes.iter().fold(held, |next, lane| next.max(lane.held));
        for meter in self.meters.iter().filter(|meter| meter.is_spent(now)) {
            next = next.max(meter.turn(0, now));
        }
        (next > now).then_some(next)
    }
}

#[inline(never)]
fn state<'a>(scope: &'a Scope, meter: Option<&'a Meter>, servers: &Servers, at: Moment) -> QuotaState<'a> {
    QuotaState {
        key: &scope.key,
        scope: &scope.name,
        name: meter.and_then(|meter| meter.name.as_deref()),
        unit: meter.and_then(|meter| meter.unit.as_deref()),
        limit: meter.and_then(|meter| meter.limit),
        remaining: meter.and_then(|meter| meter.remaining(at.mono)),
        resets: meter.and_then(|meter| meter.resets(at.mono)).map(|resets| at.wall_at(resets)),
        window: meter.and_then(|meter| meter.window),
        source: meter.map_or("none", |meter| &meter.source),
        expose: &scope.sight.line,
        in_flight: scope.in_flight,
        waiting: scope.waiting,
        shared: meter
            .and_then(|meter| meter.share(at.mono))
            .map(|(members, units, until)| (members, units, at.wall_at(until))),
        next: scope.next_at(servers, at.mono).map(|next| at.wall_at(next)),
    }
}
