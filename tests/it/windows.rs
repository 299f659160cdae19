//! Windows that a client must find out by its own observation: no reset is reported, or one on a clock that nobody knows.

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{
    Answer, World,
    servers::{Server, Style},
};
use fetch_with_policy::syntax::value::Value;

const START: i64 = 1_795_305_600_000;
/// With the default number of attempts, so that a call which is refused too often is lost.
const PATIENT: [(&str, Value<'static>); 2] =
    [("rateLimit", Value::Object), ("rateLimit.maxWait", Value::Number(36_000_000.0))];

#[derive(Debug)]
struct Run {
    lost: usize,
    limited: u64,
    ratio: f64,
}

/// So many calls at once, or each `gap` ms, to a server of `kind`, by a client whose clock is ahead by `skew`.
fn run(kind: &str, limit: (u64, i64), style: Style, skew: i64, calls: u64, phase: i64, nudges: bool) -> Run {
    let start = START + phase;
    let server = Rc::new(RefCell::new(Server::new(kind, &[limit], style)));
    let shared = Rc::clone(&server);
    let mut world = World::new(move |now| Ok(shared.borrow_mut().answer(now)), start, nudges, &PATIENT);
    world.skew = skew;
    for _ in 0..calls {
        world.call("GET", "t", start);
    }
    world.run();
    let results = world.results();
    let lost = results.iter().filter(|ended| ended.status != Some(200)).count();
    let makespan = results.iter().map(|ended| ended.at).max().unwrap() - start;
    let floor = Server::new(kind, &[limit], style).floor(calls, start);
    Run { lost, limited: server.borrow().limited, ratio: makespan as f64 / floor as f64 }
}

#[test]
fn a_limit_without_a_reset_is_learnt_from_where_its_remaining_jumps() {
    for (kind, window) in [("first", 60_000), ("fixed", 60_000), ("first", 10_000), ("fixed", 10_000)] {
        for (phase, nudges) in [(137, true), (21_240, true), (52_611, true), (137, false), (21_240, false)] {
            let run = run(kind, (20, window), Style::Counts, 0, 200, phase, nudges);
            assert_eq!(run.lost, 0, "{kind} {window} {phase} {nudges}: {run:?}");
            assert!(run.limited <= 8 && run.ratio <= 1.2, "{kind} {window} {phase} {nudges}: {run:?}");
        }
    }
}

#[test]
fn a_limit_alone_is_no_quota() {
    for nudges in [true, false] {
        let bare = run("first", (20, 10_000), Style::Bare, 0, 200, 137, nudges);
        let nothing = run("first", (20, 10_000), Style::Nothing, 0, 200, 137, nudges);
        assert!(bare.limited <= nothing.limited && bare.lost <= nothing.lost, "{bare:?} {nothing:?}");
    }
}

#[test]
fn a_clock_that_nobody_can_compare_costs_a_few_tries_in_the_first_window() {
    for (limit, calls) in [((20, 10_000), 150), ((20, 60_000), 150), ((200, 3000), 1000)] {
        for kind in ["fixed", "first"] {
            for skew in [5000, -5000, 90_000, -90_000, 120_000, -120_000] {
                for (phase, nudges) in [(137, true), (1240, true), (5611, true), (137, false), (1240, false)] {
                    let run = run(kind, limit, Style::Clever, skew, calls, phase, nudges);
                    // A clock that is 5 s behind makes windows of 3 s look like ones of 6 s, and 10 s like 15 s.
                    let most = match (limit.1, skew, kind) {
                        (3000, -5000, "fixed") => 2.3,
                        (3000, ..) => 1.4,
                        (10_000, -5000, "first") => 1.55,
                        _ => 1.3,
                    };
                    let case = format!("{kind} {limit:?} {skew} {phase} {nudges}: {run:?}");
                    assert!(run.lost == 0 && run.limited <= 12 && run.ratio <= most, "{case}");
                }
            }
        }
    }
}

#[test]
fn a_reset_that_no_clock_is_needed_for_is_not_met_early() {
    // On the clock or from the first request on, in lengths that people choose, or hours away.
    for (kind, limit) in
        [("fixed", (20, 60_000)), ("first", (20, 60_000)), ("fixed", (20, 30_000)), ("first", (20, 3_600_000))]
    {
        for (phase, nudges) in [(137, true), (21_240, true), (137, false)] {
            let run = run(kind, limit, Style::Clever, 0, 60, phase, nudges);
            assert_eq!((run.lost, run.limited), (0, 0), "{kind} {limit:?} {phase} {nudges}: {run:?}");
        }
    }
}

/// The responses of `server` to calls `gap` ms apart: how many were lost, how many refused, and the time of the last.
fn stream(calls: i64, gap: i64, server: impl FnMut(i64) -> Answer + 'static, jump: Option<(i64, i64)>) -> (usize, i64) {
    let mut server = server;
    let mut world = World::new(move |now| Ok(server(now)), START, true, &PATIENT);
    world.jump = jump;
    for n in 0..calls {
        world.call("GET", "t", START + n * gap);
    }
    world.run();
    let results = world.results();
    let lost = results.iter().filter(|ended| ended.status != Some(200)).count();
    (lost, results.iter().map(|ended| ended.at).max().unwrap() - START)
}

#[test]
fn two_answers_show_that_a_reset_counts_milliseconds() {
    let limited = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&limited);
    let (mut begun, mut used) = (i64::MIN / 2, 0);
    let server = move |now: i64| {
        if now >= begun + 30_000 {
            (begun, used) = (now, 0);
        }
        let status = if used < 20 { 200 } else { 429 };
        used += u64::from(status == 200);
        *counted.borrow_mut() += u64::from(status == 429);
        let (left, reset) = (20 - used, begun + 30_000 - now);
        (status, format!("gw-ratelimit-limit:20\ngw-ratelimit-remaining:{left}\ngw-ratelimit-reset:{reset}\n"))
    };
    let (lost, end) = stream(300, 200, server, None);
    assert_eq!((lost, *limited.borrow()), (0, 0));
    assert!(end < 430_000, "{end}");
}

#[test]
fn a_clock_that_is_set_an_hour_ahead_delays_nobody() {
    let server = Rc::new(RefCell::new(Server::new("fixed", &[(10, 60_000)], Style::Clever)));
    let shared = Rc::clone(&server);
    let (lost, end) = stream(50, 1, move |now| shared.borrow_mut().answer(now), Some((START + 20_000, 3_600_000)));
    assert_eq!(lost, 0);
    assert!(server.borrow().limited <= 8 && end < 260_000, "{} 429s, {end} ms", server.borrow().limited);
}

#[test]
fn the_date_of_a_cached_answer_shows_nothing_of_the_clock() {
    // The first is 55 s old; the second has no date and is used up for 2 s; so is every other one after that.
    let mut count = 0;
    let server = move |now: i64| {
        count += 1;
        match count {
            1 => (200, "date:Sat, 21 Nov 2026 23:59:05 GMT\n".into()),
            2 => {
                let reset = (now + 2000) / 1000;
                (200, format!("x-ratelimit-limit:10\nx-ratelimit-remaining:0\nx-ratelimit-reset:{reset}\n"))
            }
            _ => (200, String::new()),
        }
    };
    let (lost, end) = stream(3, 100, server, None);
    assert_eq!(lost, 0);
    assert!((1000..=3000).contains(&end), "{end}");
}

#[test]
fn what_ends_while_the_machine_sleeps_is_over_when_it_wakes() {
    let date = "date:Sun, 22 Nov 2026 00:00:00 GMT\n";
    let reset = START / 1000 + 1800;
    let quota = format!("x-ratelimit-limit:10\nx-ratelimit-remaining:0\nx-ratelimit-reset:{reset}\n");
    for (status, headers) in [
        (200, quota.clone()),
        (200, format!("{date}{quota}")),
        (200, "ratelimit:\"a\";r=0;t=1800\n".into()),
        (429, "retry-after:1800\n".into()),
    ] {
        for nudges in [true, false] {
            // The server's clock runs on for an hour while the client's monotonic one stands still.
            let (slept, headers) = (3_600_000, headers.clone());
            let server = move |now: i64| {
                if now < START + 15_000 { Ok((status, headers.clone())) } else { Ok((200, String::new())) }
            };
            let mut world = World::new(server, START, nudges, &PATIENT);
            world.jump = Some((START + 15_000, slept));
            world.call("GET", "t", START);
            world.call("GET", "t", START + 1000);
            for n in 0..5 {
                world.call("GET", "t", START + 20_000 + n * 50);
            }
            world.run();
            let results = world.results();
            // Those that come, at once; who waits in the queue, where something wakes it; who was refused has its own timer.
            let late = if nudges { usize::from(status == 429) } else { 2 };
            for ended in &results[late..] {
                assert!(ended.at - START <= 21_500, "{status} {nudges}: {} ms", ended.at - START);
            }
            assert!(results.iter().all(|ended| ended.status == Some(200)), "{status} {nudges}");
        }
    }
}

#[test]
fn a_wall_clock_that_is_set_back_lengthens_no_wait() {
    for date in [true, false] {
        let mut server = Server::new("fixed", &[(10, 10_000)], Style::Clever);
        server.date = date;
        let server = Rc::new(RefCell::new(server));
        let shared = Rc::clone(&server);
        let (lost, end) = stream(50, 1, move |now| shared.borrow_mut().answer(now), Some((START + 5000, -3_600_000)));
        assert!(lost == 0 && server.borrow().limited <= 6 && end < 42_000, "{date}: {end} ms");
    }
}

/// How often a server of this kind is asked before the reset that it reported, in 100 calls.
fn early(limit: (u64, i64), style: Style, may: bool) -> usize {
    let mut options = PATIENT.to_vec();
    options.push(("rateLimit.early", Value::Flag(may)));
    let start = START + 137;
    let server = Rc::new(RefCell::new(Server::new("first", &[limit], style)));
    let (shared, early) = (Rc::clone(&server), Rc::new(RefCell::new(0)));
    let (counted, mut until) = (Rc::clone(&early), 0);
    let answer = move |now: i64| {
        *counted.borrow_mut() += usize::from(now < until);
        let (status, headers) = shared.borrow_mut().answer(now);
        let field = |name: &str| headers.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0").parse::<i64>();
        until = if field("x-ratelimit-remaining:") == Ok(0) { field("x-ratelimit-reset:").unwrap() * 1000 } else { 0 };
        Ok((status, headers))
    };
    let mut world = World::new(answer, start, true, &options);
    for _ in 0..100 {
        world.call("GET", "t", start);
    }
    world.run();
    assert!(world.results().iter().all(|ended| ended.status == Some(200)));
    *early.borrow()
}

#[test]
fn nobody_is_sent_before_a_reset_but_where_rounding_costs_much_and_the_caller_allows_it() {
    assert!(early((20, 10_000), Style::Clever, true) > 0, "a second of ten is worth a try");
    assert_eq!(early((20, 10_000), Style::Clever, false), 0);
    for window in [30_000, 60_000, 600_000] {
        assert_eq!(early((20, window), Style::Clever, true), 0, "{window}");
    }
}

#[test]
fn a_quota_that_others_used_up_is_waited_for_as_it_was_reported() {
    let reset = START / 1000 + 83;
    let quota = format!("x-ratelimit-limit:5\nx-ratelimit-remaining:0\nx-ratelimit-reset:{reset}\n");
    let (mut first, spent) = (true, quota);
    let server = move |_| (200, if core::mem::take(&mut first) { spent.clone() } else { String::new() });
    let (lost, end) = stream(2, 1000, server, None);
    assert_eq!(lost, 0);
    assert!((83_000..83_100).contains(&end), "{end}");
}
