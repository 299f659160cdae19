use super::*;

const WALL: WallTime = WallTime(1_000_000);

fn told(limit: u64, remaining: u64, reset_in: i64) -> Quota {
    Quota {
        limit: Some(limit),
        remaining: Some(remaining),
        reset_in: Some(reset_in),
        granularity: 1000,
        absolute: true,
        source: "x-ratelimit-remaining".into(),
        ..Quota::default()
    }
}

fn tell(meter: &mut Meter, quota: &Quota, in_flight: u64, now: i64) {
    meter.tell(quota, MonoTime(now - 10), in_flight, MonoTime(now), WALL.plus(now));
}

#[test]
fn what_is_in_flight_counts_as_used() {
    let mut meter = Meter::default();
    for _ in 0..6 {
        meter.take(1, MonoTime(0));
    }
    tell(&mut meter, &told(200, 199, 3000), 5, 20);
    assert_eq!(meter.room(), 194);
    // Out of order: the others come back later, each counted once.
    for remaining in [194, 196, 195, 198, 197] {
        tell(&mut meter, &told(200, remaining, 3000 - 1), 0, 21);
    }
    assert_eq!(meter.room(), 194);
}

#[test]
fn what_others_use_is_seen() {
    let mut meter = Meter::default();
    meter.take(1, MonoTime(0));
    tell(&mut meter, &told(200, 120, 3000), 0, 20);
    assert_eq!(meter.room(), 120);
}

#[test]
fn the_queue_is_told_its_windows_at_once() {
    let mut meter = Meter { window: Some(60_000), ..Meter::default() };
    tell(&mut meter, &told(1200, 0, 24_000), 0, 0);
    let turns = [0, 1199, 1200, 2399, 2400].map(|ahead| meter.turn(ahead, MonoTime(0)).0);
    assert_eq!(turns, [24_002, 24_002, 84_002, 84_002, 144_002]);
}

#[test]
fn after_the_reset_all_of_it_is_there_again() {
    let mut meter = Meter::default();
    tell(&mut meter, &told(200, 0, 3000), 0, 0);
    meter.roll(MonoTime(3001), 0);
    assert_eq!(meter.room(), 0);
    meter.roll(MonoTime(3002), 3);
    assert_eq!(meter.room(), 197);
}

#[test]
fn a_late_answer_of_the_window_before_does_not_close_the_new_one() {
    let mut meter = Meter::default();
    tell(&mut meter, &told(200, 0, 3000), 1, 0);
    meter.roll(MonoTime(3010), 1);
    tell(&mut meter, &told(200, 150, 2990), 0, 3010);
    assert_eq!(meter.room(), 150);
    meter.tell(&told(200, 0, 0), MonoTime(2990), 0, MonoTime(3011), WALL.plus(3000));
    assert_eq!(meter.room(), 151, "the one in flight was counted in the window before");
}

#[test]
fn without_headers_own_sends_of_the_last_window_count() {
    let mut meter = Meter::of_rule(&QuotaRule { limit: 10, window: 1000, ..QuotaRule::default() });
    for n in 0..10 {
        meter.take(1, MonoTime(n * 50));
    }
    assert_eq!(meter.room(), 0);
    assert_eq!(meter.turn(0, MonoTime(450)).0, 1002);
    assert_eq!(meter.turn(9, MonoTime(450)).0, 1452);
    assert_eq!(meter.turn(10, MonoTime(450)).0, 2002);
    meter.roll(MonoTime(1060), 0);
    assert_eq!(meter.room(), 2);
}

#[test]
fn a_steady_stream_of_sends_leaves_the_window_as_it_came() {
    let mut meter = Meter::of_rule(&QuotaRule { limit: 100, window: 1000, ..QuotaRule::default() });
    // Every 12 ms, closer together than a step of the log: 84 a window, within the quota for ever.
    for n in 0..1000 {
        let now = MonoTime(n * 12);
        meter.roll(now, 0);
        assert!(meter.room() > 0, "send {n}");
        meter.take(1, now);
    }
    assert!(meter.log.len() <= 65);
}

#[test]
fn a_429_without_headers_spends_the_configured_window() {
    let mut meter = Meter::of_rule(&QuotaRule { limit: 1200, window: 60_000, ..QuotaRule::default() });
    meter.take(1, MonoTime(0));
    meter.trip(MonoTime(5000));
    assert_eq!((meter.room(), meter.turn(0, MonoTime(5000)).0), (0, 60_002));
}

#[test]
fn a_quota_used_up_without_a_reset_is_tried_again() {
    let mut meter = Meter::default();
    let quota = Quota { reset_in: None, ..told(10, 0, 0) };
    tell(&mut meter, &quota, 0, 0);
    assert_eq!((meter.room(), meter.turn(0, MonoTime(0)).0), (0, 1002));
    meter.roll(MonoTime(1000), 0);
    assert_eq!(meter.room(), 10);
}

#[test]
fn other_units_do_not_pace_requests() {
    let mut meter = Meter { unit: Some("tokens".into()), ..Meter::default() };
    tell(&mut meter, &told(100, 0, 5000), 0, 0);
    assert_eq!(meter.room(), u64::MAX);
    assert!(!meter.is_spent());
}
