//! Instants and chance, as a shell hands them in.
//!
//! Everything is whole milliseconds, as in the web platform. A shell rounds down what its clock says, so a wait that is
//! compared against it can end late by less than a millisecond, never early. Arithmetic saturates: clocks of users jump,
//! run backwards, or are broken, and none of that may panic or wrap. (Saturation is not inlined: that saves 0.3 kB brotli.)

use core::time::Duration;

/// Milliseconds since the Unix epoch, on the clock of this machine. May jump; used only to read what servers say in dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct WallTime(pub i64);

/// Milliseconds on a clock that does not go back (`performance.now()`). All waits are measured on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonoTime(pub i64);

/// A number from `[0, 1)`, drawn by the shell, from which every jitter of one event is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Sample(f64);

/// When something happened, and the chance that goes with it: the only way in for time and chance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// The wall clock.
    pub wall: WallTime,
    /// The monotonic clock.
    pub mono: MonoTime,
    /// Chance.
    pub sample: Sample,
}

impl WallTime {
    /// This instant moved by `ms`, which may be negative.
    #[inline(never)]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative if `earlier` is later.
    #[inline(never)]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl MonoTime {
    /// This instant moved by `ms`, which may be negative.
    #[inline(never)]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative if `earlier` is later.
    #[inline(never)]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Sample {
    /// Takes any number; what is not in `[0, 1)` is clamped into it (NaN gives 0), so that a broken random source cannot break a wait.
    pub fn new(value: f64) -> Self {
        // Below 1, so that a full jitter never quite reaches its cap.
        Self(if value.is_nan() { 0.0 } else { value.clamp(0.0, 0.999_999_9) })
    }

    /// This share of `ms`, rounded down.
    pub fn of(self, ms: i64) -> i64 {
        (ms as f64 * self.0) as i64
    }
}

impl Moment {
    /// A moment from a host's numbers. Fractions are dropped; what is not finite becomes the nearest end.
    pub fn new(wall_ms: f64, mono_ms: f64, sample: f64) -> Self {
        Self { wall: WallTime(floor(wall_ms)), mono: MonoTime(floor(mono_ms)), sample: Sample::new(sample) }
    }

    /// The wall clock's reading at `mono`, as far as this moment tells.
    #[inline(never)]
    pub fn wall_at(self, mono: MonoTime) -> WallTime {
        self.wall.plus(mono.since(self.mono))
    }
}

/// So often that span, or as many of that number. Saturates, in one place, since it takes 128 bits.
#[inline(never)]
pub fn times(span: i64, count: i64) -> i64 {
    span.saturating_mul(count)
}

/// `Duration` in whole milliseconds, rounded up, so that a wait is never short.
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX)
}

// `f64::floor` is not in core; a cast truncates toward zero and saturates.
fn floor(value: f64) -> i64 {
    let whole = value as i64;
    if (whole as f64) > value { whole.saturating_sub(1) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_rounds_down_and_survives_what_is_not_a_number() {
        let at = Moment::new(1.9, -1.5, f64::NAN);
        assert_eq!((at.wall.0, at.mono.0, at.sample.of(1000)), (1, -2, 0));
        let odd = Moment::new(f64::INFINITY, f64::NEG_INFINITY, 7.0);
        assert_eq!((odd.wall.0, odd.mono.0), (i64::MAX, i64::MIN));
        assert!(odd.sample.of(1000) < 1000);
    }

    #[test]
    fn time_arithmetic_saturates() {
        assert_eq!(MonoTime(i64::MAX).plus(1), MonoTime(i64::MAX));
        assert_eq!(MonoTime(i64::MIN).since(MonoTime(1)), i64::MIN);
    }

    #[test]
    fn a_duration_is_rounded_up_to_the_millisecond() {
        assert_eq!(millis(Duration::from_micros(1001)), 2);
        assert_eq!(millis(Duration::MAX), i64::MAX);
    }
}
