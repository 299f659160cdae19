use super::*;
use crate::{
    rate_limit::{clock::DATED, options::Pacing},
    time::WallTime,
};

const WALL: WallTime = WallTime(1_000_000);

fn told(limit: u64, remaining: u64, reset_in: i64) -> Quota {
    Quota {
        limit: Some(limit),
        remaining: Some(remaining),
        reset_in: Some(reset_in),
        granularity: 1000,
        source: "x-ratelimit-remaining".into(),
        ..Quota::default()
    }
}

fn unknown() -> Meter {
    Meter::of_answer(&Quota::default())
}

fn rule(limit: u64, window: i64, algorithm: Algorithm) -> Meter {
    Meter::of_rule(&QuotaRule { limit, window, algorithm, ..QuotaRule::default() }, MonoTime(0))
}

/// What came at `now` for a request that went 10 ms before, with `others` under way meanwhile.
fn answer(now: i64, others: u64) -> Told {
    let (sent, now) = (MonoTime(now - 10), MonoTime(now));
    Told { sent, now, others, cost: 1, served: WALL.plus(now.0), unsure: 0, labels: DATED, early: true, limited: false }
}

fn send(meter: &mut Meter, count: u64, now: i64) {
    for _ in 0..count {
        assert!(matches!(meter.admits(1, 0, 0, Pacing::Burst, MonoTime(now)), Gate::Free), "no room at {now}");
        meter.take(1, MonoTime(now));
    }
}

fn land(meter: &mut Meter, count: u64, now: i64) {
    for _ in 0..count {
        meter.settle(1);
        meter.land(1, true, MonoTime(now - 10), MonoTime(now));
    }
}

fn room(meter: &mut Meter, now: i64) -> u64 {
    meter.roll(MonoTime(now), 0);
    meter.room(MonoTime(now))
}

#[test]
fn what_is_in_flight_counts_as_used() {
    let mut meter = unknown();
    send(&mut meter, 6, 0);
    land(&mut meter, 1, 20);
    meter.tell(&told(200, 199, 3000), answer(20, 5));
    assert_eq!(meter.room(MonoTime(20)), 194);
    // Out of order: the others come back later, each counted once.
    for remaining in [194, 196, 195, 198, 197] {
        land(&mut meter, 1, 21);
        meter.tell(&told(200, remaining, 2999), answer(21, 5));
    }
    assert_eq!(meter.room(MonoTime(21)), 194);
}

#[test]
fn what_others_use_is_seen() {
    let mut meter = unknown();
    send(&mut meter, 1, 0);
    land(&mut meter, 1, 20);
    meter.tell(&told(200, 120, 3000), answer(20, 0));
    assert_eq!(meter.room(MonoTime(20)), 120);
    assert!(meter.is_crowded());
}

#[test]
fn what_failed_on_its_way_and_was_not_counted_is_there_again() {
    let mut meter = unknown();
    send(&mut meter, 4, 0);
    land(&mut meter, 4, 20);
    meter.tell(&told(10, 8, 3000), answer(20, 3));
    assert_eq!(meter.room(MonoTime(20)), 8, "four were sent, and two of them counted");
}

#[test]
fn the_queue_is_told_its_windows_at_once() {
    let mut meter = Meter { window: Some(60_000), ..unknown() };
    meter.tell(&told(1200, 0, 23_990), answer(10, 0));
    let turns = [0, 1199, 1200, 2399, 2400].map(|ahead| meter.turn(ahead, MonoTime(10)).0);
    assert_eq!(turns, [24_002, 24_002, 84_002, 84_002, 144_002]);
}

#[test]
fn the_first_reset_is_met_by_one_send_alone_and_the_next_by_all() {
    let mut meter = unknown();
    send(&mut meter, 1, 0);
    land(&mut meter, 1, 10);
    meter.tell(&told(20, 0, 3000), answer(10, 0));
    assert_eq!((room(&mut meter, 3011), room(&mut meter, 3012)), (0, 20));
    send(&mut meter, 1, 3012);
    assert!(matches!(meter.admits(1, 0, 1, Pacing::Burst, MonoTime(3012)), Gate::Answer(_)));
    land(&mut meter, 1, 3022);
    meter.tell(&told(20, 19, 2988), answer(3022, 0));
    send(&mut meter, 19, 3022);
    land(&mut meter, 19, 3050);
    meter.tell(&told(20, 0, 2960), answer(3050, 18));
    assert_eq!(room(&mut meter, 6012), 20);
    assert!(meter.trial().is_none(), "{meter:?}");
    send(&mut meter, 20, 6012);
}

#[test]
fn a_window_that_own_requests_opened_tells_its_length_and_no_rounded_reset_costs_a_second() {
    let mut meter = unknown();
    send(&mut meter, 2, 0);
    land(&mut meter, 2, 10);
    // Opened at 5, so over at 3005; told as 3900.
    meter.tell(&told(2, 1, 3890), answer(10, 1));
    meter.tell(&told(2, 0, 3890), answer(10, 1));
    assert_eq!((room(&mut meter, 3009), room(&mut meter, 3010)), (0, 2));
    send(&mut meter, 1, 3010);
    land(&mut meter, 1, 3020);
    meter.tell(&told(2, 1, 3880), answer(3020, 0));
    assert_eq!((meter.length(), meter.room(MonoTime(3020))), (Some(3000), 1));
}

#[test]
fn a_length_that_was_reckoned_wrong_costs_one_refusal_and_then_the_reset_is_believed() {
    let mut meter = unknown();
    send(&mut meter, 1, 0);
    land(&mut meter, 1, 10);
    meter.tell(&told(1, 0, 2500), answer(10, 0));
    assert_eq!(room(&mut meter, 2010), 1);
    send(&mut meter, 1, 2010);
    meter.land(1, false, MonoTime(2010), MonoTime(2020));
    meter.tell(&told(1, 0, 490), Told { limited: true, sent: MonoTime(2010), ..answer(2020, 0) });
    assert_eq!((room(&mut meter, 2511), room(&mut meter, 2512)), (0, 1));
}

#[test]
fn a_server_that_rounds_down_is_found_out() {
    let mut meter = unknown();
    meter.tell(&told(5, 0, 990), answer(10, 4));
    assert_eq!(room(&mut meter, 1002), 5);
    send(&mut meter, 1, 1002);
    meter.land(1, false, MonoTime(1002), MonoTime(1012));
    meter.tell(&told(5, 0, 0), Told { limited: true, sent: MonoTime(1002), ..answer(1012, 0) });
    assert_eq!((room(&mut meter, 1999), room(&mut meter, 2002)), (0, 5));
}

#[test]
fn a_reset_that_moves_away_before_it_has_come_is_a_buckets() {
    let mut meter = unknown();
    send(&mut meter, 200, 0);
    land(&mut meter, 200, 10);
    for (remaining, reset_in) in [(199, 990), (130, 1990), (0, 2990)] {
        meter.tell(&told(200, remaining, reset_in), answer(10, 199));
    }
    assert!(matches!(meter.by, Limit::Bucket(_)));
    assert_eq!(meter.room(MonoTime(10)), 0);
    assert_eq!([40, 85].map(|now| meter.room(MonoTime(now))), [2, 5], "one in 15 ms");
}

#[test]
fn without_headers_own_sends_of_the_last_window_count_from_their_arrival() {
    let mut meter = rule(10, 1000, Algorithm::Windows);
    send(&mut meter, 10, 0);
    land(&mut meter, 10, 30);
    assert_eq!((room(&mut meter, 1030), room(&mut meter, 1031)), (0, 10));
    assert_eq!(meter.turn(25, MonoTime(1030)).0, 3031);
}

#[test]
fn a_bucket_that_is_told_beforehand_is_drawn_on_as_it_fills() {
    let mut meter = rule(10, 1000, Algorithm::TokenBucket);
    send(&mut meter, 10, 0);
    assert_eq!([99, 100, 250, 5000].map(|now| room(&mut meter, now)), [0, 1, 2, 10]);
}

#[test]
fn a_429_without_headers_spends_the_configured_window() {
    let mut meter = rule(1200, 60_000, Algorithm::Windows);
    send(&mut meter, 1, 0);
    land(&mut meter, 1, 10);
    assert!(meter.trip(MonoTime(4990), MonoTime(5000)));
    assert_eq!((room(&mut meter, 5000), meter.turn(0, MonoTime(5000)).0), (0, 60_011));
}

#[test]
fn a_limit_alone_is_no_quota() {
    let mut meter = unknown();
    meter.tell(&Quota { remaining: None, reset_in: None, ..told(10, 0, 0) }, answer(10, 0));
    assert!(!meter.paces(1));
    meter.tell(&Quota { reset_in: None, ..told(10, 9, 0) }, answer(20, 0));
    assert!(meter.paces(1));
}

#[test]
fn a_window_without_a_reset_is_tried_by_one_send_each_after_twice_as_long() {
    let mut meter = unknown();
    let counts = |remaining| Quota { reset_in: None, ..told(10, remaining, 0) };
    send(&mut meter, 1, 0);
    land(&mut meter, 1, 10);
    meter.tell(&counts(0), answer(10, 0));
    assert_eq!((room(&mut meter, 1011), room(&mut meter, 1012)), (0, 10));
    for (try_at, next) in [(1012, 2012), (2012, 4012)] {
        send(&mut meter, 1, try_at);
        assert!(matches!(meter.admits(1, 0, 1, Pacing::Burst, MonoTime(try_at)), Gate::Answer(_)));
        meter.settle(1);
        meter.land(1, false, MonoTime(try_at), MonoTime(try_at + 10));
        meter.tell(&counts(0), Told { limited: true, sent: MonoTime(try_at), ..answer(try_at + 10, 0) });
        assert_eq!((room(&mut meter, next - 1), room(&mut meter, next)), (0, 10));
    }
    send(&mut meter, 1, 4012);
    land(&mut meter, 1, 4022);
    meter.tell(&counts(9), Told { sent: MonoTime(4012), ..answer(4022, 0) });
    assert_eq!(room(&mut meter, 4022), 9);
}

#[test]
fn a_quota_of_our_own_finding_is_met_alone_until_its_length_is_proved() {
    let mut meter = Meter::observed(3, 500, 2900);
    assert_eq!(meter.length(), Some(1000));
    meter.begin(0, 1, MonoTime(0));
    send(&mut meter, 2, 0);
    land(&mut meter, 2, 10);
    assert_eq!(room(&mut meter, 1000), 0);
    // Thought to be over after a second: refused, so it is two.
    assert!(room(&mut meter, 1011) > 0);
    send(&mut meter, 1, 1011);
    assert!(matches!(meter.admits(1, 0, 1, Pacing::Burst, MonoTime(1011)), Gate::Answer(_)));
    meter.land(1, false, MonoTime(1011), MonoTime(1021));
    assert_eq!((meter.length(), room(&mut meter, 1500)), (Some(2000), 0));
    assert_eq!(room(&mut meter, 2011), 3);
}

#[test]
fn a_refusal_amid_a_window_of_our_own_finding_lowers_its_limit_by_half_at_most() {
    let mut meter = Meter::observed(100, 500, 1000);
    meter.begin(0, 1, MonoTime(0));
    send(&mut meter, 20, 0);
    land(&mut meter, 10, 10);
    for _ in 0..10 {
        meter.land(1, false, MonoTime(0), MonoTime(10));
    }
    assert_eq!(meter.limit, Some(50));
}

#[test]
fn a_learnt_quota_that_two_refusals_do_not_follow_is_refuted_and_one_that_they_do_is_not() {
    let refused = |meter: &mut Meter, now: i64| {
        send(meter, 1, now);
        meter.settle(1);
        meter.land(1, false, MonoTime(now), MonoTime(now + 10));
    };
    let mut meter = Meter::observed(100, 9000, 10_000);
    send(&mut meter, 5, 0);
    land(&mut meter, 5, 10);
    refused(&mut meter, 20);
    assert!(!meter.is_refuted(), "one may be chance");
    refused(&mut meter, 400);
    assert!(meter.is_refuted() && meter.evidence() == Evidence::Learned);

    // Refused near where it says: that is no miss.
    let mut meter = Meter::observed(20, 9000, 10_000);
    send(&mut meter, 5, 0);
    land(&mut meter, 5, 10);
    refused(&mut meter, 20);
    send(&mut meter, 4, 50);
    land(&mut meter, 4, 60);
    refused(&mut meter, 100);
    assert!(!meter.is_refuted());
}

#[test]
fn a_learnt_quota_is_refuted_by_sends_beyond_it_that_are_granted() {
    let mut meter = Meter::observed(5, 9000, 10_000);
    send(&mut meter, 5, 0);
    land(&mut meter, 5, 10);
    for now in [100, 200, 300] {
        // At the end of its delay a call is sent whatever a guess says.
        meter.take(1, MonoTime(now));
        land(&mut meter, 1, now + 10);
    }
    assert!(meter.is_refuted());
}

#[test]
fn other_units_do_not_pace_requests() {
    let mut meter = Meter { unit: Some("tokens".into()), ..unknown() };
    meter.tell(&told(100, 0, 5000), Told { cost: 0, ..answer(0, 0) });
    assert!(!meter.paces(0) && meter.paces(800));
    assert!(!meter.is_spent(MonoTime(0)));
}

#[test]
fn who_shares_a_quota_keeps_under_way_what_is_its_share_of_the_rest() {
    let mut meter = unknown();
    send(&mut meter, 6, 0);
    land(&mut meter, 6, 10);
    meter.tell(&told(200, 176, 3000), answer(10, 5));
    let most = (0..200).take_while(|n| meter.admits(1, 0, *n, Pacing::Burst, MonoTime(10)) == Gate::Free).count();
    assert!((15..=25).contains(&most), "{most} of 176, with four users");
}
