//! Times and random numbers, which the shell passes in.
//!
//! All times are whole milliseconds, as in the web platform. A shell rounds its clock down, so a wait can end up to one
//! millisecond late, never early. Arithmetic saturates: users' clocks jump, run backwards or are broken, and none of that
//! may panic or wrap. (Saturation is not inlined: that saves 0.3 kB brotli.)

use core::time::Duration;

/// Milliseconds since the Unix epoch, on the clock of this machine. May jump; used only to interpret dates that servers send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct WallTime(pub i64);

/// Milliseconds on a clock that does not go back (`performance.now()`). All waits are measured on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonoTime(pub i64);

/// A random number from `[0, 1)`, drawn by the shell. All jitter of one event comes from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Sample(f64);

/// When an event happened, and its random number. Time and randomness enter the core only through this type.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// The wall clock.
    pub wall: WallTime,
    /// The monotonic clock.
    pub mono: MonoTime,
    /// The random number.
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

#[cfg(not(feature = "npm"))]
impl From<std::time::SystemTime> for WallTime {
    /// Rounded down to the millisecond.
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
            Err(before) => Self(millis(before.duration()).saturating_neg()),
        }
    }
}

#[cfg(not(feature = "npm"))]
impl From<WallTime> for std::time::SystemTime {
    /// A time that the host's clock cannot represent becomes its epoch.
    fn from(time: WallTime) -> Self {
        let span = Duration::from_millis(time.0.unsigned_abs());
        let moved = if time.0 < 0 { Self::UNIX_EPOCH.checked_sub(span) } else { Self::UNIX_EPOCH.checked_add(span) };
        moved.unwrap_or(Self::UNIX_EPOCH)
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
    /// Takes any number and clamps it into `[0, 1)` (NaN gives 0), so that a broken random source cannot break a wait.
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
    /// Creates a moment from a host's numbers. Fractions are dropped; a number that is not finite becomes the nearest end of the range.
    pub fn new(wall_ms: f64, mono_ms: f64, sample: f64) -> Self {
        Self { wall: WallTime(floor(wall_ms)), mono: MonoTime(floor(mono_ms)), sample: Sample::new(sample) }
    }

    /// Creates a moment from the clocks of the standard library: `wall` is now, `since` is the time since a fixed [`Instant`], and
    /// `sample` is a new random number from `[0, 1)`.
    ///
    /// ```
    /// use std::time::{Instant, SystemTime};
    /// use fetch_with_policy::time::Moment;
    ///
    /// let started = Instant::now();
    /// let now = Moment::of_clocks(SystemTime::now(), started.elapsed(), 0.5);
    /// assert!(now.wall.0 > 1_700_000_000_000 && now.mono.0 < 1000);
    /// ```
    ///
    /// [`Instant`]: std::time::Instant
    #[cfg(not(feature = "npm"))]
    pub fn of_clocks(wall: std::time::SystemTime, since: Duration, sample: f64) -> Self {
        let mono = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Self { wall: wall.into(), mono: MonoTime(mono), sample: Sample::new(sample) }
    }

    /// The wall-clock time at `mono`, computed from this moment.
    #[inline(never)]
    pub fn wall_at(self, mono: MonoTime) -> WallTime {
        self.wall.plus(mono.since(self.mono))
    }
}

/// The product of `span` and `count`. Saturates; it is one function because it needs 128 bits.
#[inline(never)]
pub fn times(span: i64, count: i64) -> i64 {
    span.saturating_mul(count)
}

/// A `Duration` in whole milliseconds, rounded up, so that a wait is never too short.
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
    fn the_wall_clock_is_the_systems_to_the_millisecond_also_before_its_epoch() {
        use std::time::SystemTime;
        let half = Duration::from_micros(500);
        assert_eq!(WallTime::from(SystemTime::UNIX_EPOCH + Duration::from_millis(7) + half), WallTime(7));
        assert_eq!(WallTime::from(SystemTime::UNIX_EPOCH - half), WallTime(-1));
        for ms in [-86_400_000, 0, 1_700_000_000_000] {
            assert_eq!(WallTime::from(SystemTime::from(WallTime(ms))), WallTime(ms));
        }
    }

    #[test]
    fn a_duration_is_rounded_up_to_the_millisecond() {
        assert_eq!(millis(Duration::from_micros(1001)), 2);
        assert_eq!(millis(Duration::MAX), i64::MAX);
    }
}
