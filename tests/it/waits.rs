//! How long a call waits, and how often it asks: nobody spins, nobody is held for longer than `maxWait` allows, and who must
//! wait is not forgotten.

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{Answer, Ended, World};
use fetch_with_policy::{call::GiveUpReason, retry::classify::Failure, syntax::value::Value};

const START: i64 = 1_795_305_600_000;

/// One request a second, by a clock that starts with each grant; `headers` go with every response.
fn one_a_second(headers: &'static str) -> impl FnMut(i64) -> Result<Answer, Failure> {
    let mut granted = 0;
    move |now| {
        let status = if now - granted < 1000 { 429 } else { 200 };
        if status == 200 {
            granted = now;
        }
        Ok((status, headers.into()))
    }
}

fn lost(results: &[Ended]) -> usize {
    results.iter().filter(|ended| ended.status != Some(200)).count()
}

#[test]
fn nobody_spins_where_a_limit_is_told_without_a_reset() {
    let headers =
        ["x-ratelimit-limit:1\n", "x-ratelimit-limit:1\nx-ratelimit-remaining:0\n", "x-ratelimit-remaining:1\n"];
    for headers in headers {
        for (nudges, total, cost, latency) in [true, false].into_iter().flat_map(|nudges| {
            [None, Some(120_000.0)].into_iter().flat_map(move |total| {
                [1.0, 2.0].into_iter().flat_map(move |cost| {
                    [(1, 18), (900, 1500)].into_iter().map(move |latency| (nudges, total, cost, latency))
                })
            })
        }) {
            let mut options = vec![("cost", Value::Number(cost)), ("retry.maxAttempts", Value::Number(30.0))];
            if let Some(total) = total {
                options.extend([("timeout", Value::Object), ("timeout.total", Value::Number(total))]);
            }
            let mut world = World::new(one_a_second(headers), START, nudges, &options);
            world.latency = latency;
            for _ in 0..12 {
                world.call("GET", "token", START + 300);
            }
            world.run();
            let results = world.results();
            let case = format!("{headers:?}, nudges: {nudges}, total: {total:?}, cost: {cost}, latency: {latency:?}");
            assert_eq!(lost(&results), 0, "{case}");
            // Where nobody is woken, one who waits for a response asks again each 40 ms.
            let waits: usize = results.iter().map(|ended| ended.waits.len()).sum();
            let seconds = (world.now - START) / 1000;
            let most = 12 * 20 + if nudges { 0 } else { 12 * 25 * seconds as usize };
            assert!(waits < most, "{case}: {waits} waits in {seconds} s, of {most}");
            let tiny = |ended: &Ended| ended.waits.windows(220).any(|waits| waits.iter().all(|(delay, _)| *delay <= 1));
            assert!(!results.iter().any(tiny), "{case}: waits of 1 ms without end");
        }
    }
}

const OFF: (&str, Value<'_>) = ("rateLimit", Value::Flag(false));

/// What becomes of a call whose every send is refused with these headers: how long its waits were, and why it ended.
fn refused(headers: &str, options: &[(&str, Value<'_>)]) -> (Vec<i64>, Option<GiveUpReason>) {
    let mut options = options.to_vec();
    options.push(("retry.maxAttempts", Value::Number(10.0)));
    let headers = headers.to_owned();
    let mut world = World::new(move |_| Ok((429, headers.clone())), START, true, &options);
    world.call("GET", "token", START);
    world.run();
    let [ended] = &world.results()[..] else { panic!() };
    // In seconds, and the last one is the time of the end: what is added so that not all come back together is left out.
    let mut times: Vec<i64> = ended.sends.windows(2).map(|pair| (pair[1] - pair[0]) / 1000).collect();
    times.retain(|time| *time > 0);
    (times, ended.gave_up.map(|gave_up| gave_up.reason))
}

#[test]
fn what_a_server_asks_for_adds_up_to_max_wait_for_hints_and_resets_alike() {
    let too_long = |times: &[i64], reason| (times.to_vec(), Some(reason));
    let (hint, reset) = (GiveUpReason::HintTooLong, GiveUpReason::QuotaWaitTooLong);
    for on in [&[][..], &[OFF]] {
        assert_eq!(refused("ratelimit:\"a\";r=0;t=3600\n", on), too_long(&[], reset));
        assert_eq!(refused("ratelimit:\"a\";r=0;t=999999999999999\n", on), too_long(&[], reset));
        assert_eq!(refused("x-ratelimit-remaining:0\nx-ratelimit-reset:86400\n", on), too_long(&[], reset));
        assert_eq!(refused("retry-after:121\n", on), too_long(&[], hint));
        assert_eq!(refused("retry-after:50\n", on), too_long(&[50, 50], hint));
        assert_eq!(refused("retry-after:120\n", on), too_long(&[120], hint));
        assert_eq!(refused("ratelimit:\"a\";r=0;t=90\n", on), too_long(&[90], reset));
        assert_eq!(refused("ratelimit:\"a\";r=0;t=40\n", on).1, Some(reset));
    }
}

#[test]
fn who_sets_a_longer_cap_is_held_for_longer_and_who_sets_infinity_for_ever() {
    let wait = |millis| [("rateLimit", Value::Object), ("rateLimit.maxWait", Value::Number(millis))];
    assert_eq!(refused("retry-after:50\n", &wait(60_000.0)), (vec![50], Some(GiveUpReason::HintTooLong)));
    assert_eq!(refused("retry-after:50\n", &wait(151_000.0)).0, [50; 3]);
    let patient = refused("retry-after:86400\n", &wait(f64::INFINITY));
    assert_eq!((patient.0.len(), patient.1), (9, Some(GiveUpReason::AttemptsExhausted)));
    let patient = refused("ratelimit:\"a\";r=0;t=86400\n", &wait(f64::INFINITY));
    assert_eq!((patient.0.len(), patient.1), (9, Some(GiveUpReason::AttemptsExhausted)));
    // `maxRetryAfter` is for one hint: a shorter one ends the call at once, a longer one is kept to.
    let hint = |millis| [OFF, ("retry.maxRetryAfter", Value::Number(millis))];
    assert_eq!(refused("retry-after:2\n", &hint(1000.0)), (vec![], Some(GiveUpReason::HintTooLong)));
    assert_eq!(refused("retry-after:300\n", &hint(300_000.0)), (vec![300], Some(GiveUpReason::HintTooLong)));
}

#[test]
fn a_wait_of_our_own_is_no_hold_of_a_servers() {
    let options = [
        ("retry.initialDelay", Value::Number(80_000.0)),
        ("retry.maxDelay", Value::Number(80_000.0)),
        ("retry.jitter", Value::Text("none")),
    ];
    let (times, reason) = refused("", &[&options[..], &[OFF]].concat());
    assert_eq!((times, reason), (vec![80; 9], Some(GiveUpReason::AttemptsExhausted)));
}

#[test]
fn a_tiny_hint_is_no_hot_loop() {
    for on in [&[][..], &[OFF]] {
        let mut options = on.to_vec();
        options.push(("retry.maxAttempts", Value::Number(4.0)));
        for status in [429, 503] {
            let mut world = World::new(move |_| Ok((status, "retry-after:0.0000001\n".into())), START, true, &options);
            world.call("GET", "token", START);
            world.run();
            let [ended] = &world.results()[..] else { panic!() };
            assert!(ended.sends.windows(2).all(|pair| pair[1] - pair[0] >= 50), "{status}: {:?}", ended.sends);
        }
    }
}

#[test]
fn what_only_a_flag_has_sent_again_stays_within_the_budget() {
    for headers in ["x-should-retry:true\n", "x-should-retry:true\nretry-after:0.05\n"] {
        let mut world = World::new(|_| Ok((404, headers.into())), START, true, &[]);
        for n in 0..200 {
            world.call("POST", "token", START + n * 5);
        }
        world.run();
        let sends: usize = world.results().iter().map(|ended| ended.sends.len()).sum();
        // A fifth of what is sent, and a few.
        assert!(sends <= 200 + 200 / 4 + 10, "{headers:?}: {sends} sends of 200 calls");
    }
}

#[test]
fn who_must_wait_is_not_forgotten_for_others_who_come_by() {
    // A thousand scopes are kept; here many more come, and some, or all, of them have to wait as well.
    for (others, refused_too) in [(1500, false), (1500, true), (5000, true)] {
        for headers in ["retry-after:60\n", "ratelimit:\"a\";r=0;t=60\n"] {
            let arriving = Rc::new(RefCell::new(String::new()));
            let path = Rc::clone(&arriving);
            let answer = move |_: i64| {
                let refused = *path.borrow() == "/held" || refused_too;
                Ok(if refused { (429, headers.to_owned()) } else { (200, String::new()) })
            };
            let mut world = World::new(answer, START, true, &[("retry", Value::Flag(false))]);
            world.arriving = arriving;
            let first = world.call_to("GET", "held", "/held", START);
            for n in 0..others {
                world.call_to("GET", &format!("other {n}"), "/", START + 100 + n);
            }
            world.run();
            assert_eq!(world.results()[first].status, Some(429));
            let again = world.call_to("GET", "held", "/held", START + 100 + others);
            world.run();
            let sent = world.results()[again].sends[0] - START;
            assert!(sent >= 60_000, "{headers:?}, {others} others: sent again after {sent} ms");
        }
    }
}
