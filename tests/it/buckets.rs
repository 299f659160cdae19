//! Who shares a quota: buckets that servers name, learnt as answers come, and what a refusal means for the others.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use crate::simulator::{Answer, Ended, World, rules};
use fetch_with_policy::{
    call::{GiveUpReason, WaitReason},
    rate_limit::{Tracker, identity::Identity, reserve::Sign},
    syntax::{headers::Headers, value::Value},
    time::Moment,
};

const START: i64 = 1_795_305_601_234;

/// A bucket of its own for each path's first segment, of so many requests per 2 s from the first, told under its name.
struct Buckets {
    limit: u64,
    named: bool,
    open: BTreeMap<String, (i64, u64)>,
    limited: u64,
}

impl Buckets {
    fn new(limit: u64, named: bool) -> Self {
        Self { limit, named, open: BTreeMap::new(), limited: 0 }
    }

    fn answer(&mut self, path: &str, now: i64) -> Answer {
        let name = path.split('/').nth(1).unwrap_or_default().to_owned();
        let limit = self.limit + if self.named { 0 } else { name.len() as u64 };
        let (began, used) = self.open.entry(name.clone()).or_insert((now, 0));
        if now >= *began + 2000 {
            (*began, *used) = (now, 0);
        }
        let admitted = *used < limit;
        *used += u64::from(admitted);
        self.limited += u64::from(!admitted);
        let (left, after) = (limit - *used, *began + 2000 - now);
        let mut headers = format!(
            "x-ratelimit-limit:{limit}\nx-ratelimit-remaining:{left}\nx-ratelimit-reset-after:{}.{:03}\n",
            after / 1000,
            after % 1000
        );
        if self.named {
            headers = headers + "x-ratelimit-bucket:" + &name + "\n";
        }
        (if admitted { 200 } else { 429 }, headers)
    }
}

fn world(
    server: &Rc<RefCell<Buckets>>,
    nudges: bool,
    options: &[(&str, Value<'_>)],
) -> World<impl FnMut(i64) -> Result<Answer, fetch_with_policy::retry::classify::Failure> + use<>> {
    let (shared, arriving) = (Rc::clone(server), Rc::new(RefCell::new(String::new())));
    let path = Rc::clone(&arriving);
    let mut world = World::new(move |now| Ok(shared.borrow_mut().answer(&path.borrow(), now)), START, nudges, options);
    world.arriving = arriving;
    world
}

fn lost(results: &[Ended]) -> usize {
    results.iter().filter(|ended| ended.status != Some(200)).count()
}

#[test]
fn a_bucket_that_is_used_up_does_not_hold_the_calls_of_another() {
    for (nudges, named) in [(true, true), (false, true), (true, false), (false, false)] {
        let server = Rc::new(RefCell::new(Buckets::new(10, named)));
        let mut world = world(&server, nudges, &[]);
        // One call to each teaches which routes share a bucket.
        for (n, path) in ["/users/1", "/messages/1", "/search"].iter().enumerate() {
            world.call_to("GET", "t", path, START + n as i64 * 100);
        }
        let users: Vec<usize> =
            (0..30).map(|n| world.call_to("GET", "t", &format!("/users/{n}"), START + 500)).collect();
        let others: Vec<usize> =
            (0..6).map(|n| world.call_to("GET", "t", &format!("/messages/{n}"), START + 600)).collect();
        world.run();
        let results = world.results();
        assert_eq!(lost(&results), 0);
        assert!(server.borrow().limited <= 1, "{} 429s", server.borrow().limited);
        let late = others.iter().filter(|index| results[**index].at > START + 750).count();
        assert_eq!(late, 0, "nudges {nudges}, named {named}");
        assert!(users.iter().any(|index| results[*index].at > START + 2000), "the users' bucket was used up");
    }
}

#[test]
fn those_who_wait_follow_their_route_to_its_bucket_and_keep_their_order() {
    let server = Rc::new(RefCell::new(Buckets::new(20, true)));
    let mut world = world(&server, true, &[("rateLimit", Value::Object), ("rateLimit.probe", Value::Number(1.0))]);
    // All ask before anything is known; the two buckets are found out while most of them wait.
    let paths = ["/users", "/messages"];
    let calls: Vec<usize> = (0..120).map(|n| world.call_to("GET", "t", paths[n % 2], START)).collect();
    world.run();
    let results = world.results();
    assert_eq!((lost(&results), server.borrow().limited), (0, 0));
    for path in 0..2 {
        let sends: Vec<i64> = calls.iter().skip(path).step_by(2).map(|index| results[*index].sends[0]).collect();
        assert!(sends.is_sorted(), "{sends:?}");
    }
    // Sixty calls of each bucket, twenty a window.
    let makespan = results.iter().map(|ended| ended.at).max().unwrap() - START;
    assert!((4000..4400).contains(&makespan), "{makespan}");
}

/// Answers as the script says for each path, once; 200 after that.
fn scripted(
    script: &[(&str, u16, &str)],
) -> (Rc<RefCell<String>>, impl FnMut(i64) -> Result<Answer, fetch_with_policy::retry::classify::Failure> + use<>) {
    let arriving = Rc::new(RefCell::new(String::new()));
    let path = Rc::clone(&arriving);
    let mut left: Vec<(String, u16, String)> =
        script.iter().map(|(path, status, headers)| ((*path).into(), *status, (*headers).into())).collect();
    let server = move |_| {
        let path = path.borrow();
        Ok(match left.iter().position(|(of, ..)| *of == *path) {
            Some(index) => {
                let (_, status, headers) = left.remove(index);
                (status, headers)
            }
            None => (200, String::new()),
        })
    };
    (arriving, server)
}

const A: &str = "x-ratelimit-limit:100\nx-ratelimit-remaining:90\nx-ratelimit-reset-after:50\nx-ratelimit-bucket:a\n";
const B: &str = "x-ratelimit-limit:100\nx-ratelimit-remaining:90\nx-ratelimit-reset-after:50\nx-ratelimit-bucket:b\n";

#[test]
fn a_429_overrides_the_counters_and_holds_the_siblings_of_its_bucket_and_no_other() {
    for (scope, held) in [("", false), ("x-ratelimit-scope:user\n", false), ("x-ratelimit-global:true\n", true)] {
        let refusal = format!("retry-after:2\n{scope}{A}");
        let script = [("/a/1", 200, A), ("/b/1", 200, B), ("/a/2", 429, refusal.as_str())];
        let (arriving, server) = scripted(&script);
        let mut world = World::new(server, START, true, &[]);
        world.arriving = arriving;
        world.call_to("GET", "t", "/a/1", START);
        world.call_to("GET", "t", "/b/1", START);
        world.call_to("GET", "t", "/a/2", START + 100);
        let sibling = world.call_to("GET", "t", "/a/3", START + 200);
        let other = world.call_to("GET", "t", "/b/3", START + 200);
        world.run();
        let results = world.results();
        assert!(results[sibling].sends[0] >= START + 2100, "{scope}");
        assert_eq!(results[other].sends[0] >= START + 2100, held, "{scope}");
        assert_eq!(results[sibling].waits[0].1, WaitReason::RateLimit);
    }
}

#[test]
fn what_a_call_takes_of_other_units_is_kept_to_where_it_is_said() {
    let tokens = "x-ratelimit-limit-tokens:1000\nx-ratelimit-remaining-tokens:300\nx-ratelimit-reset-tokens:5s\n";
    for (cost, waits) in [(None, false), (Some(200.0), false), (Some(400.0), true)] {
        let (arriving, server) = scripted(&[("/", 200, tokens)]);
        let mut options = vec![("cost", Value::Object), ("cost.requests", Value::Number(1.0))];
        options.extend(cost.map(|cost| ("cost.tokens", Value::Number(cost))));
        let mut world = World::new(server, START, true, &options);
        world.arriving = arriving;
        world.call_to("GET", "t", "/", START);
        let second = world.call_to("GET", "t", "/", START + 100);
        world.run();
        assert_eq!(world.results()[second].sends[0] >= START + 5000, waits, "{cost:?}");
    }
}

#[test]
fn higher_priorities_go_first_and_equals_in_the_order_of_asking() {
    let server = Rc::new(RefCell::new(Buckets::new(5, true)));
    let mut world = world(&server, true, &[]);
    let low: Vec<usize> = (0..10).map(|_| world.call_to("GET", "t", "/x", START)).collect();
    world.rules = rules(&[("priority", Value::Number(5.0))]);
    let high: Vec<usize> = (0..5).map(|_| world.call_to("GET", "t", "/x", START + 100)).collect();
    world.run();
    let results = world.results();
    let sent = |calls: &[usize]| calls.iter().map(|index| results[*index].sends[0]).collect::<Vec<_>>();
    let (low, high) = (sent(&low), sent(&high));
    assert!(low.is_sorted() && high.is_sorted());
    // Six probes were on their way already.
    assert!(high.iter().all(|at| *at < low[6]), "{high:?} {low:?}");
}

#[test]
fn spread_keeps_an_even_gap_over_what_is_left_of_the_window() {
    let server = Rc::new(RefCell::new(Buckets::new(20, true)));
    let mut world = world(&server, true, &[("rateLimit", Value::Object), ("rateLimit.pacing", Value::Text("spread"))]);
    let calls: Vec<usize> = (0..20).map(|_| world.call_to("GET", "t", "/x", START)).collect();
    world.run();
    let sends: Vec<i64> = calls.iter().map(|index| world.results()[*index].sends[0] - START).collect();
    let gaps: Vec<i64> = sends.windows(2).skip(6).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| (60..=200).contains(gap)), "{gaps:?}");
    assert_eq!(server.borrow().limited, 0);
}

#[test]
fn one_who_waits_past_its_patience_is_refused_when_the_quota_turns_out_worse() {
    // Two of a minute; the second call would have to wait for most of it.
    let minute = "x-ratelimit-limit:1\nx-ratelimit-remaining:0\nx-ratelimit-reset-after:50\n";
    let (arriving, server) = scripted(&[("/", 200, minute)]);
    let options = [
        ("rateLimit", Value::Object),
        ("rateLimit.probe", Value::Number(1.0)),
        ("rateLimit.maxWait", Value::Number(10_000.0)),
    ];
    let mut world = World::new(server, START, true, &options);
    world.arriving = arriving;
    world.call_to("GET", "t", "/", START);
    let second = world.call_to("GET", "t", "/", START);
    world.run();
    let ended = &world.results()[second];
    assert_eq!(ended.gave_up.map(|gave_up| gave_up.reason), Some(GiveUpReason::QuotaWaitTooLong));
    assert!(ended.at < START + 2000, "{}", ended.at - START);
}

#[test]
fn scopes_that_are_idle_are_forgotten_and_their_number_is_bounded() {
    let mut tracker = Tracker::new(true);
    let rules = rules(&[]);
    let rate = rules.rate_limit.clone().unwrap();
    let seen = Cell::new(0);
    for n in 0..5000 {
        let at = Moment::new(1.7e12 + f64::from(n), f64::from(n), 0.5);
        let token = format!("authorization:Bearer {n}");
        let ticket = tracker.enter(&Identity::of("https://a.example", Headers::new(&token)), &rate, 0, 1, 0, at);
        let headers = "x-ratelimit-limit:5\nx-ratelimit-remaining:4\nx-ratelimit-reset-after:9\n";
        let _ = tracker.reserve(ticket, at);
        tracker.observe(ticket, Headers::new(headers).into(), at, |_| Sign::Works);
        tracker.release(ticket);
    }
    tracker.quotas(Moment::new(1.7e12 + 5000.0, 5000.0, 0.5), |_| seen.set(seen.get() + 1));
    assert_eq!(seen.get(), 1000);
}
