//! How the servers that calls go to are, whoever asks them: each origin, and each of its routes.
//!
//! A failure is evidence about a route: an endpoint that is broken says nothing of the others. So several in a row on one
//! route are an outage of that route, and the origin is taken to be down only where distinct routes fail and none that was
//! used of late works. A server that names the time at which it will be back (a 503 with Retry-After) speaks for itself: that
//! holds the origin.

use alloc::vec::Vec;

use super::outage::Outage;
use crate::time::{Moment, MonoTime};

/// Servers kept while nobody asks them; beyond that the one that was idle longest is forgotten, those that are up first.
const MAX_SERVERS: usize = 1000;
/// Routes kept of each.
const MAX_ROUTES: usize = 32;
/// A route that worked within this, ms, shows that its origin is up.
const RECENT: i64 = 10_000;
/// Where other routes work, a call waits for its route this long at most, ms: about what its own backoffs would take.
const PATIENCE: i64 = 5000;

/// All servers.
#[derive(Debug, Default)]
pub(super) struct Servers {
    all: Vec<Server>,
}

/// One origin.
#[derive(Debug)]
pub(super) struct Server {
    key: u32,
    /// Calls that are there.
    calls: u32,
    used: MonoTime,
    outage: Outage,
    routes: Vec<Route>,
}

/// One route of it.
#[derive(Clone, Copy, Debug)]
struct Route {
    key: u32,
    used: MonoTime,
    outage: Outage,
    /// When it last worked, if it ever did.
    worked: Option<MonoTime>,
    /// The newest send failed.
    is_failing: bool,
    /// Failures without any response in a row.
    lost: u32,
}

/// What holds a call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Until when at least.
    pub until: MonoTime,
    /// The server itself named that time.
    pub is_told: bool,
}

impl Servers {
    /// The place of the origin that `key` is a hash of; `guess`: where it may be.
    pub fn find(&mut self, key: u32, guess: Option<u32>, now: MonoTime) -> u32 {
        let known =
            guess.map(|guess| guess as usize).filter(|guess| self.all.get(*guess).is_some_and(|it| it.key == key));
        let index = known.or_else(|| self.all.iter().position(|it| it.key == key));
        index.unwrap_or_else(|| self.add(key, now)) as u32
    }

    /// One more call goes there.
    pub fn enter(&mut self, index: u32, now: MonoTime) {
        if let Some(server) = self.of(index) {
            (server.calls, server.used) = (server.calls.saturating_add(1), now);
        }
    }

    fn add(&mut self, key: u32, now: MonoTime) -> usize {
        let new = Server { key, calls: 0, used: now, outage: Outage::default(), routes: Vec::new() };
        if self.all.len() >= MAX_SERVERS {
            let idle = self.all.iter_mut().enumerate().filter(|(_, server)| server.calls == 0);
            if let Some((index, old)) = idle.min_by_key(|(_, server)| (server.is_down(), server.used)) {
                *old = new;
                return index;
            }
        }
        self.all.push(new);
        self.all.len() - 1
    }

    /// The call is over.
    pub fn leave(&mut self, index: u32) {
        if let Some(server) = self.of(index) {
            server.calls = server.calls.saturating_sub(1);
        }
    }

    pub fn of(&mut self, index: u32) -> Option<&mut Server> {
        self.all.get_mut(index as usize)
    }

    pub fn at(&self, index: u32) -> Option<&Server> {
        self.all.get(index as usize)
    }
}

impl Server {
    /// A call to `route` is sent.
    pub fn sent(&mut self, route: u32, now: MonoTime) {
        self.outage.sent(now);
        let route = self.route(route, now);
        route.used = now;
        route.outage.sent(now);
    }

    /// It is under way no more.
    pub fn landed(&mut self, route: u32) {
        self.outage.landed();
        if let Some(route) = self.routes.iter_mut().find(|known| known.key == route) {
            route.outage.landed();
        }
    }

    /// What was `sent` to `route` failed. `until`: when the server will be back, by its own word.
    pub fn failed(&mut self, route: u32, until: Option<MonoTime>, sent: MonoTime, at: Moment) {
        let now = at.mono;
        if let Some(until) = until {
            self.route(route, now).is_failing = true;
            return self.outage.told(until, sent, now);
        }
        let it = self.route(route, now);
        it.is_failing = true;
        it.outage.failed(sent, true, at);
        let works = |route: &Route| !route.is_failing && route.worked.is_some_and(|at| now.since(at) <= RECENT);
        let failing = self.routes.iter().filter(|route| route.is_failing && now.since(route.used) <= RECENT).count();
        let is_enough = failing > 1 && !self.routes.iter().any(works);
        self.outage.failed(sent, is_enough, at);
    }

    /// What was `sent` to `route` was answered.
    pub fn worked(&mut self, route: u32, sent: MonoTime, now: MonoTime) {
        self.outage.worked(sent, now);
        let route = self.route(route, now);
        route.outage.worked(sent, now);
        (route.worked, route.is_failing, route.lost) = (Some(now), false, 0);
    }

    /// No response came to what was sent to `route`: how often in a row, if it ever worked.
    pub fn lost(&mut self, route: u32, now: MonoTime) -> Option<u32> {
        let route = self.route(route, now);
        route.lost = route.lost.saturating_add(1);
        route.worked.map(|_| route.lost)
    }

    /// Whether any of its routes was answered before.
    pub fn has_worked(&self) -> bool {
        self.routes.iter().any(|route| route.worked.is_some())
    }

    /// Whether it is down, or was until just now, by its own outage or that of `route`.
    pub fn holds(&self, route: u32) -> bool {
        self.outage.is_on() || self.find(route).is_some_and(|route| route.outage.is_on())
    }

    /// Whether a call to `route` that is sent now finds out for the others that wait whether it is up again.
    pub fn probes(&self, route: u32) -> bool {
        let works = self.find(route).is_some_and(|it| self.others_work(route, it.outage.began().plus(-RECENT)));
        self.calls > 1 && self.holds(route) && !works
    }

    /// Whether `route` is down while its origin is not.
    pub fn holds_route(&self, route: u32) -> bool {
        !self.outage.is_on() && self.find(route).is_some_and(|route| route.outage.is_on())
    }

    /// Whether an event may change what holds others back: it is down, or heals.
    pub fn changes(&self) -> bool {
        self.outage.is_on() || self.routes.iter().any(|route| route.outage.is_on())
    }

    /// When the next probe of the origin may go, where one is waited for.
    pub fn probes_at(&self) -> Option<MonoTime> {
        self.outage.probes_at()
    }

    fn is_down(&self) -> bool {
        self.outage.is_on()
    }

    /// What holds back a call to `route` with `ahead` others before it, which first asked at `asked`.
    pub fn blocks(&self, route: u32, ahead: u64, asked: MonoTime, now: MonoTime) -> Option<Held> {
        let is_alone = self.calls == 1;
        let of = |outage: &Outage| {
            outage.blocks(ahead, is_alone, now).map(|until| Held { until, is_told: outage.is_told() })
        };
        if let Some(held) = of(&self.outage) {
            return Some(held);
        }
        let it = self.find(route)?;
        let held = of(&it.outage)?;
        // Where others work the endpoint is broken, which may last: its calls end about when they would have by themselves.
        if !self.others_work(route, it.outage.began()) {
            return Some(held);
        }
        let latest = asked.plus(PATIENCE);
        (latest > now).then(|| Held { until: held.until.min(latest), ..held })
    }

    // Whether other routes than this one worked since then.
    fn others_work(&self, route: u32, since: MonoTime) -> bool {
        self.routes.iter().any(|other| other.key != route && other.worked.is_some_and(|at| at > since))
    }

    fn find(&self, key: u32) -> Option<&Route> {
        self.routes.iter().find(|known| known.key == key)
    }

    fn route(&mut self, key: u32, now: MonoTime) -> &mut Route {
        let mut index = self.routes.iter().position(|known| known.key == key).unwrap_or(self.routes.len());
        if index == self.routes.len() {
            let new = Route { key, used: now, outage: Outage::default(), worked: None, is_failing: false, lost: 0 };
            let idle = self.routes.iter().enumerate().min_by_key(|(_, route)| (route.outage.is_on(), route.used));
            match idle.map(|(idle, _)| idle).filter(|_| index >= MAX_ROUTES) {
                Some(idle) => {
                    index = idle;
                    self.routes[idle] = new;
                }
                None => self.routes.push(new),
            }
        }
        &mut self.routes[index]
    }
}
