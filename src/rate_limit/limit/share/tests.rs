use super::*;
use crate::{
    rate_limit::{
        clock::DATED,
        limit::{
            know::{BUCKET, LOG, WINDOW},
            reset::Told,
        },
        quota::Quota,
        share::message::{KNOWN, REPLY},
    },
    time::WallTime,
};
use alloc::vec::Vec;

const WALL: WallTime = WallTime(1_000_000);

fn told(left: u64, reset_in: i64) -> Quota {
    let (limit, remaining, reset_in) = (Some(10), Some(left), Some(reset_in));
    Quota { limit, remaining, reset_in, granularity: 1000, ..Quota::default() }
}

fn at(now: i64) -> Told {
    let (sent, now) = (MonoTime(now - 10), MonoTime(now));
    Told {
        sent,
        now,
        others: 0,
        cost: 1,
        served: WALL.plus(now.0),
        unsure: 0,
        labels: DATED,
        early: true,
        limited: false,
    }
}

/// Sends one at `now - 10`; its response at `now` left so many units, with a reset in so many ms.
fn call(meter: &mut Meter, now: i64, left: u64, reset_in: i64) {
    meter.take(1, MonoTime(now - 10));
    meter.settle(1);
    meter.land(1, true, MonoTime(now - 10), MonoTime(now));
    meter.tell(&told(left, reset_in), at(now));
}

/// A reply: `units` of this window and as many of the next one, which is scarce, and what others know.
fn hear(meter: &mut Meter, units: i64, revision: i64, age: i64, know: &[i64], now: i64) {
    let mut reply = Vec::from([units, units, 9000, 1, 1000, revision, age]);
    reply.extend(know);
    reply.resize(REPLY - 2 + KNOWN, 0);
    meter.hear(&reply, 0, MonoTime(now));
}

/// One of two clients of a limit of 10, whose window it opened, and of which it has used its share of 5.
fn spent(reset_in: i64) -> Meter {
    let mut meter = Meter::of_answer(&Quota::default());
    call(&mut meter, 20, 9, reset_in);
    report(&mut meter, 30);
    hear(&mut meter, 5, 0, 0, &[-1], 30);
    for (n, left) in [8, 7, 6, 4].into_iter().enumerate() {
        call(&mut meter, 40 + n as i64 * 10, left, reset_in - 20 - n as i64 * 10);
    }
    meter
}

fn report(meter: &mut Meter, now: i64) {
    meter.set_up(Some(2), MonoTime(now));
    meter.report(&[0; 16], 5, &mut alloc::string::String::new(), MonoTime(now));
}

/// When a window that is told in whole seconds is tried before its end: by when it opened it may be shorter.
fn closed(meter: &mut Meter) -> i64 {
    (100..3000)
        .find(|now| {
            let began = meter.began();
            meter.roll(MonoTime(*now), 0);
            meter.began() != began
        })
        .unwrap_or_default()
}

#[test]
fn one_that_tries_too_early_meets_the_same_window_with_less_in_it() {
    let mut meter = spent(2000);
    let now = closed(&mut meter);
    assert!((1000..2000).contains(&now), "{now}");
    call(&mut meter, now + 10, 3, 2020 - now);
    assert_eq!((meter.mode(), meter.room(MonoTime(now + 10))), (WINDOW, 3));
}

#[test]
fn units_that_come_back_before_the_reset_show_a_log() {
    let mut meter = spent(3000);
    let now = closed(&mut meter);
    call(&mut meter, now + 10, 6, 3020 - now);
    assert_eq!(meter.mode(), LOG);
}

#[test]
fn all_units_back_are_another_window_whatever_rounding_makes_of_resets() {
    let mut meter = spent(2000);
    let now = closed(&mut meter);
    call(&mut meter, now + 10, 9, 2020 - now + 900);
    assert_eq!(meter.mode(), WINDOW);
    assert!(matches!(&meter.by, Limit::Window(window) if window.found().is_some()), "the length was right");
}

#[test]
fn who_found_out_the_kind_goes_before_who_took_it_for_what_most_are() {
    let mut meter = spent(2000);
    report(&mut meter, 90);
    // Of a later revision, but no kind was found out; then of an earlier one, but from another kind.
    hear(&mut meter, 5, 1000, 0, &[BUCKET, 300_000, 0, 3000, 1000], 95);
    assert_eq!(meter.mode(), BUCKET);
    let share = meter.share.as_ref().map(|share| (share.revision, share.held()));
    assert_eq!(share, Some((1000, 5)), "tokens, as the others count");
}

#[test]
fn what_others_knew_before_a_window_was_over_does_not_open_it_again() {
    let mut meter = spent(2000);
    report(&mut meter, 90);
    let now = closed(&mut meter);
    report(&mut meter, now);
    let by = 2020 - now;
    // Open, full, and as it was 500 ms ago; then the same as of now, which a trial of another may have shown.
    let open = [WINDOW, 4, by - 500, by + 500, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    hear(&mut meter, 5, 9, 500, &open, now + 5);
    assert!(meter.trial().is_some(), "it is still to be tried");
    hear(&mut meter, 5, 9, 0, &open, now + 6);
    assert!(meter.trial().is_none(), "another tried it");
}
