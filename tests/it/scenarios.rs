//! The policy at work, on a simulated clock.

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{
    Answer, Ended, Fixed, World,
    servers::{Server, Style},
};
use fetch_with_policy::{
    call::{GiveUpReason, WaitReason},
    retry::classify::Failure,
    syntax::value::Value,
};

/// Any instant will do; this one is inside a window.
const START: i64 = 1_795_305_601_234;

fn burst(calls: usize, nudges: bool, options: &[(&str, Value<'_>)], server: &Rc<RefCell<Fixed>>) -> (Vec<Ended>, i64) {
    let shared = Rc::clone(server);
    let mut world = World::new(move |now| Ok(shared.borrow_mut().answer(now)), START, nudges, options);
    for _ in 0..calls {
        world.call("GET", "t", START);
    }
    world.run();
    let results = world.results();
    let makespan = results.iter().map(|ended| ended.at).max().unwrap() - START;
    (results, makespan)
}

fn lost(results: &[Ended]) -> usize {
    results.iter().filter(|ended| ended.status != Some(200)).count()
}

#[test]
fn six_hundred_calls_keep_to_fixed_windows_that_only_headers_tell() {
    for nudges in [true, false] {
        let server = Rc::new(RefCell::new(Fixed::new(200, 3000)));
        let floor = server.borrow().floor(600, START);
        let (results, makespan) = burst(600, nudges, &[], &server);
        assert_eq!(lost(&results), 0);
        assert!(server.borrow().limited <= 1, "{} 429s, nudges {nudges}", server.borrow().limited);
        assert!(makespan as f64 <= floor as f64 * 1.1, "{makespan} against {floor}, nudges {nudges}");
    }
}

#[test]
fn the_queue_is_served_in_the_order_of_asking() {
    let server = Rc::new(RefCell::new(Fixed::new(200, 3000)));
    let (results, _) = burst(600, true, &[], &server);
    let sends: Vec<i64> = results.iter().map(|ended| ended.sends[0]).collect();
    assert!(sends.is_sorted());
}

#[test]
fn nobody_wakes_more_often_than_its_place_asks_for() {
    let server = Rc::new(RefCell::new(Fixed::new(200, 3000)));
    let (results, _) = burst(600, true, &[], &server);
    assert!(
        results.iter().all(|ended| ended.waits.len() <= 3),
        "{:?}",
        results.iter().map(|ended| ended.waits.len()).max()
    );
}

#[test]
fn a_told_quota_holds_from_the_first_call_where_no_header_can_be_read() {
    for nudges in [true, false] {
        let server = Rc::new(RefCell::new(Fixed { headers: false, ..Fixed::new(200, 3000) }));
        let options = [
            ("rateLimit", Value::Object),
            ("rateLimit.quotas", Value::List(1)),
            ("rateLimit.quotas.0", Value::Object),
            ("rateLimit.quotas.0.limit", Value::Number(200.0)),
            ("rateLimit.quotas.0.window", Value::Number(3000.0)),
        ];
        let (results, makespan) = burst(600, nudges, &options, &server);
        assert_eq!((lost(&results), server.borrow().limited), (0, 0));
        // An option does not open the probes' gate: the first second goes by rounds that double.
        assert!(makespan < 6400, "{makespan}");
    }
}

#[test]
fn without_headers_and_without_a_quota_what_is_under_way_doubles_with_each_round() {
    let server = Rc::new(RefCell::new(Fixed { headers: false, ..Fixed::new(100_000, 3000) }));
    let (results, makespan) = burst(1000, true, &[], &server);
    assert_eq!(lost(&results), 0);
    assert!(makespan < 400, "{makespan}");
}

#[test]
fn a_429_that_tells_nothing_is_backed_off_from_and_nothing_is_lost() {
    let server = Rc::new(RefCell::new(Fixed { headers: false, ..Fixed::new(50, 1000) }));
    let options = [("retry", Value::Object), ("retry.maxAttempts", Value::Number(10.0))];
    for nudges in [true, false] {
        let (results, _) = burst(300, nudges, &options, &server);
        assert_eq!(lost(&results), 0);
    }
}

fn scripted(method: &str, options: &[(&str, Value<'_>)], script: Vec<Result<Answer, Failure>>) -> Ended {
    let mut script = script.into_iter();
    let mut world = World::new(move |_| script.next().unwrap_or(Ok((200, String::new()))), START, true, options);
    world.call(method, "t", START);
    world.run();
    world.results().remove(0)
}

#[expect(clippy::unnecessary_wraps, reason = "a row of a script")]
fn answer(status: u16, headers: &str) -> Result<Answer, Failure> {
    Ok((status, headers.into()))
}

fn reason(ended: &Ended) -> Option<GiveUpReason> {
    ended.gave_up.map(|gave_up| gave_up.reason)
}

#[test]
fn clever_is_retried_after_1_2_4_8_16_seconds_and_then_left() {
    let options = [
        ("retry", Value::Object),
        ("retry.maxAttempts", Value::Number(6.0)),
        ("retry.initialDelay", Value::Number(1000.0)),
        ("retry.jitter", Value::Text("none")),
    ];
    let ended = scripted("GET", &options, vec![answer(503, ""); 10]);
    let waits: Vec<i64> = ended.waits.iter().map(|wait| wait.0).collect();
    assert_eq!((ended.sends.len(), waits), (6, vec![1000, 2000, 4000, 8000, 16_000]));
    assert_eq!((ended.status, reason(&ended)), (Some(503), Some(GiveUpReason::AttemptsExhausted)));
}

#[test]
fn what_clever_says_not_to_retry_is_sent_once() {
    for status in [400, 401, 404, 413, 501] {
        let ended = scripted("GET", &[], vec![answer(status, ""); 3]);
        assert_eq!((ended.sends.len(), reason(&ended)), (1, Some(GiveUpReason::NotRetryable)), "{status}");
    }
}

#[test]
fn an_empty_429_waits_for_the_reset_that_its_headers_tell() {
    let reset = START / 1000 + 24;
    let headers = format!(
        "x-ratelimit-limit:1200\nx-ratelimit-remaining:0\nx-ratelimit-reset:{reset}\nx-ratelimit-bucket:abc123\n"
    );
    let ended = scripted("GET", &[], vec![answer(429, &headers)]);
    assert_eq!(ended.status, Some(200));
    assert!((reset * 1000..reset * 1000 + 20).contains(&ended.sends[1]), "{}", ended.sends[1] - reset * 1000);
    assert_eq!(ended.waits.iter().map(|wait| wait.1).collect::<Vec<_>>(), [WaitReason::RateLimit]);
}

#[test]
fn retry_after_is_never_cut_short_and_ends_the_call_where_it_is_too_long() {
    let ended = scripted("GET", &[], vec![answer(429, "retry-after:2\n")]);
    let gap = ended.sends[1] - ended.sends[0];
    assert!((2000..2300).contains(&gap), "{gap}");
    let month = scripted("GET", &[], vec![answer(429, "retry-after:2592000\n"); 5]);
    assert_eq!((month.sends.len(), month.status, reason(&month)), (1, Some(429), Some(GiveUpReason::HintTooLong)));
    let retry_at = month.gave_up.unwrap().retry_at.unwrap().0;
    assert!((2_592_000_000..2_592_000_100).contains(&retry_at), "{retry_at}");
}

#[test]
fn a_lock_is_waited_for_and_a_conflict_is_not() {
    let locked = scripted("POST", &[], vec![answer(423, ""), answer(423, "")]);
    assert_eq!((locked.sends.len(), locked.status), (3, Some(200)));
    assert!(locked.waits.iter().all(|(delay, why)| (2000..=5000).contains(delay) && *why == WaitReason::Locked));
    assert_eq!(scripted("POST", &[], vec![answer(409, "")]).sends.len(), 1);
}

#[test]
fn a_failed_network_is_tried_again_where_the_method_permits() {
    let failed = vec![Err(Failure::Network), Err(Failure::Network)];
    assert_eq!(scripted("GET", &[], failed.clone()).sends.len(), 3);
    let post = scripted("POST", &[], failed);
    assert_eq!((post.sends.len(), post.rejected, reason(&post)), (1, false, Some(GiveUpReason::NotRetryable)));
    assert_eq!(scripted("GET", &[], vec![Err(Failure::Caller)]).sends.len(), 1);
}

#[test]
fn a_wait_that_does_not_fit_the_deadline_is_not_begun() {
    let options = [("timeout", Value::Object), ("timeout.total", Value::Number(1500.0))];
    let ended = scripted("GET", &options, vec![answer(503, "retry-after:2\n")]);
    assert_eq!((ended.sends.len(), ended.status, reason(&ended)), (1, Some(503), Some(GiveUpReason::Deadline)));
    assert!(ended.at - START < 100, "it is told at once");
}

#[test]
fn a_queue_that_is_full_refuses_at_once() {
    let options = [("rateLimit", Value::Object), ("rateLimit.maxQueue", Value::Number(10.0))];
    let server = Rc::new(RefCell::new(Fixed::new(20, 3000)));
    let (results, _) = burst(100, true, &options, &server);
    let refused = results.iter().filter(|ended| reason(ended) == Some(GiveUpReason::QueueFull)).count();
    // Six probes and ten that wait.
    assert_eq!(refused, 84);
    assert!(results.iter().filter(|ended| ended.rejected).all(|ended| ended.at == START && ended.sends.is_empty()));
}

#[test]
fn who_would_wait_too_long_for_the_quota_is_refused_with_the_time() {
    let options = [("rateLimit", Value::Object), ("rateLimit.maxWait", Value::Number(5000.0))];
    for nudges in [true, false] {
        // The queue moves every 3 s: nobody waits too long, however long it is.
        let server = Rc::new(RefCell::new(Fixed::new(20, 3000)));
        let (results, _) = burst(100, nudges, &options, &server);
        assert_eq!(lost(&results), 0);
        // It moves once an hour.
        let server = Rc::new(RefCell::new(Fixed::new(20, 3_600_000)));
        let (results, makespan) = burst(100, nudges, &options, &server);
        let refused: Vec<&Ended> =
            results.iter().filter(|ended| reason(ended) == Some(GiveUpReason::QuotaWaitTooLong)).collect();
        assert_eq!((refused.len(), lost(&results)), (80, 80));
        assert!(makespan < 1200, "as soon as the quota is known: {makespan}");
        let mut times: Vec<_> = refused.iter().map(|ended| ended.gave_up.unwrap().retry_at.unwrap()).collect();
        times.dedup();
        assert!(times.len() >= 4, "twenty an hour come back, not eighty at once: {times:?}");
    }
}

#[test]
fn no_more_than_max_concurrent_are_under_way() {
    let options = [("rateLimit", Value::Object), ("rateLimit.maxConcurrent", Value::Number(3.0))];
    for nudges in [true, false] {
        let server = Rc::new(RefCell::new(Fixed::new(1000, 3000)));
        let (results, _) = burst(60, nudges, &options, &server);
        assert_eq!(lost(&results), 0);
        let spans: Vec<(i64, i64)> = results.iter().map(|ended| (ended.sends[0], ended.at)).collect();
        let most = spans.iter().map(|(at, _)| spans.iter().filter(|(from, to)| from <= at && at < to).count()).max();
        assert!(most <= Some(3), "{most:?}");
    }
}

#[test]
fn an_aborted_wait_gives_its_place_to_the_next() {
    let server = Rc::new(RefCell::new(Fixed::new(10, 3000)));
    let shared = Rc::clone(&server);
    let mut world = World::new(move |now| Ok(shared.borrow_mut().answer(now)), START, true, &[]);
    let calls: Vec<usize> = (0..30).map(|_| world.call("GET", "t", START)).collect();
    for &index in &calls[10..20] {
        world.abort(index, START + 200);
    }
    world.run();
    let results = world.results();
    assert!(
        results[10..20].iter().all(|ended| reason(ended) == Some(GiveUpReason::Aborted) && ended.at == START + 200)
    );
    let last = results.iter().map(|ended| ended.at).max().unwrap();
    assert!(last <= START / 3000 * 3000 + 3100, "the last ten go in the second window");
}

#[test]
fn tokens_do_not_share_a_quota() {
    let limited = Rc::new(RefCell::new((Fixed::new(5, 60_000), Fixed::new(5, 60_000))));
    let shared = Rc::clone(&limited);
    let mut turn = 0;
    let mut world = World::new(
        move |now| {
            turn += 1;
            let both = &mut *shared.borrow_mut();
            Ok(if turn <= 5 { both.0.answer(now) } else { both.1.answer(now) })
        },
        START,
        true,
        &[],
    );
    for _ in 0..5 {
        world.call("GET", "a", START);
    }
    let other = world.call("GET", "b", START + 1000);
    world.run();
    assert_eq!(world.results()[other].waits, []);
}

#[test]
fn a_clock_that_is_set_amid_the_waits_moves_none_of_them() {
    for (date, by) in [(true, 3_600_000), (true, -3_600_000), (true, 700), (false, 3_600_000), (false, -3_600_000)] {
        let mut server = Server::new("first", &[(200, 3000)], Style::Clever);
        server.date = date;
        let server = Rc::new(RefCell::new(server));
        let shared = Rc::clone(&server);
        let options = [("rateLimit", Value::Object), ("rateLimit.maxWait", Value::Number(1e9))];
        let mut world = World::new(move |now| Ok(shared.borrow_mut().answer(now)), START, true, &options);
        world.jump = Some((START + 1500, by));
        for _ in 0..1000 {
            world.call("GET", "t", START);
        }
        world.run();
        let results = world.results();
        let makespan = results.iter().map(|ended| ended.at).max().unwrap() - START;
        let limited = server.borrow().limited;
        assert_eq!(lost(&results), 0, "{date} {by}");
        // One that is set ahead looks like a sleep: one send finds out.
        let most = if by > 2000 { 4 } else { 2 };
        assert!(limited <= most && makespan < 13_500, "{date} {by}: {limited} 429s, {makespan} ms");
    }
}
