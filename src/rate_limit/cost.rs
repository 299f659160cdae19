//! What an event costs, in steps: the same however many scopes there are, and whatever the priorities.

use crate::shared::Arc;
use alloc::{format, vec::Vec};

use super::{
    TicketId, Tracker,
    identity::Identity,
    options::{RateLayer, RateRules},
    read::Answer,
    reserve::{Reservation, Sign},
};
use crate::{
    syntax::{headers::Headers, steps, value::Value},
    time::Moment,
};

const SPENT: &str = "x-ratelimit-limit:1\nx-ratelimit-remaining:0\nx-ratelimit-reset:60\n";
/// Scopes, of the report.
const HOSTS: [usize; 3] = [1, 100, 1000];
const WAITING: usize = 10_000;

fn at(ms: f64) -> Moment {
    Moment::new(1e12 + ms, ms, 0.5)
}

fn rules() -> Arc<RateRules> {
    let mut layer = RateLayer::default();
    layer.set("maxQueue", Value::Number(1e6)).unwrap();
    layer.set("maxWait", Value::Number(1e12)).unwrap();
    Arc::new(layer.over(&RateLayer::default()).unwrap())
}

/// What a shell does after each event.
fn settle(tracker: &mut Tracker, at: Moment) {
    while tracker.wake(at).is_some() {}
    let _ = tracker.alarm(at);
}

fn identity(host: usize) -> Identity {
    Identity::of(&format!("https://{host}.example"), Headers::default())
}

/// One call that asks.
fn ask(tracker: &mut Tracker, identity: &Identity, rules: &Arc<RateRules>, priority: i32, now: Moment) -> TicketId {
    let ticket = tracker.enter(identity, rules, priority, 1, 0, now);
    let _ = tracker.reserve(ticket, now);
    settle(tracker, now);
    ticket
}

/// Scopes whose quotas are spent.
fn spent(hosts: usize, rules: &Arc<RateRules>) -> (Tracker, Vec<Identity>) {
    let mut tracker = Tracker::new(true);
    let identities: Vec<Identity> = (0..hosts).map(identity).collect();
    for identity in &identities {
        let ticket = tracker.enter(identity, rules, 0, 1, 0, at(0.0));
        assert_eq!(tracker.reserve(ticket, at(0.0)), Reservation::Granted);
        let _ = tracker.observe(ticket, Answer::from(Headers::new(SPENT)), at(20.0), |_| Sign::Works);
        tracker.release(ticket);
        settle(&mut tracker, at(20.0));
    }
    (tracker, identities)
}

/// The report "many-hosts": to queue, to hear a response of somebody else, to be woken and to give up cost the same.
#[test]
fn an_event_costs_the_same_however_many_hosts_there_are() {
    let rules = rules();
    let cost = HOSTS.map(|hosts| {
        let (mut tracker, identities) = spent(hosts, &rules);
        let mut tickets = Vec::new();
        let queue = steps::of(|| {
            for n in 0..WAITING {
                let now = at(30.0 + n as f64 / 100.0);
                tickets.push(ask(&mut tracker, &identities[n % hosts], &rules, 0, now));
            }
        });
        assert_eq!(tracker.scopes.iter().map(|scope| scope.waiting as usize).sum::<usize>(), WAITING);
        // Most of them leave, the last one first and the first one last, by turns.
        let mut turn = false;
        let mut left = tickets.drain(..).collect::<alloc::collections::VecDeque<_>>();
        let abort = steps::of(|| {
            while let Some(ticket) = if turn { left.pop_front() } else { left.pop_back() } {
                turn = !turn;
                tracker.release(ticket);
                settle(&mut tracker, at(200.0));
            }
        });
        assert!(tracker.scopes.iter().all(|scope| scope.waiting == 0));
        [queue, abort].map(|steps| steps as f64 / WAITING as f64)
    });
    for (what, which) in ["queueing", "giving up"].iter().zip(0..) {
        let [one, hundred, thousand] = cost.map(|cost| cost[which]);
        let most = one.min(hundred) * 1.5 + 8.0;
        assert!(hundred <= most && thousand <= most, "{what}: {one:.1}, {hundred:.1}, {thousand:.1} steps a call");
    }
}

/// Those whose time comes are woken, whichever scope they wait in, and scopes in which nothing happens are not looked at.
#[test]
fn scopes_are_looked_at_when_their_time_comes() {
    let rules = rules();
    let (mut tracker, identities) = spent(1000, &rules);
    for (n, identity) in identities.iter().enumerate() {
        ask(&mut tracker, identity, &rules, 0, at(30.0 + n as f64));
    }
    let (mut woken, mut alarms, mut now) = (0, 0, at(2000.0));
    let steps = steps::of(|| {
        while let Some(alarm) = tracker.alarm(now) {
            alarms += 1;
            now = at((alarm.0 as f64).max(now.mono.0 as f64 + 1.0));
            while let Some(owner) = tracker.wake(now) {
                assert_eq!(owner, 0);
                woken += 1;
            }
        }
    });
    assert_eq!(woken, 1000);
    assert!(alarms <= 3000 && steps <= 100_000, "{alarms} alarms, {steps} steps");
}

/// The report "priorities-rising".
#[test]
fn priorities_cost_next_to_nothing_in_whatever_order_they_come() {
    const CALLS: usize = 30_000;
    let rules = rules();
    let cost = |priority: fn(usize) -> i32| {
        let (mut tracker, identities) = spent(1, &rules);
        steps::of(|| {
            for n in 0..CALLS {
                ask(&mut tracker, &identities[0], &rules, priority(n), at(30.0 + n as f64 / 100.0));
            }
        })
    };
    let even = cost(|_| 0);
    for (name, priority) in [
        ("rising", (|n| n as i32) as fn(usize) -> i32),
        ("falling", |n| -(n as i32)),
        ("two", |n| n as i32 % 2),
        ("any", |n| (n as u32).wrapping_mul(2_654_435_769) as i32),
    ] {
        let steps = cost(priority);
        assert!(steps <= 2 * even, "{name}: {steps} steps, {even} with one priority");
    }
}
