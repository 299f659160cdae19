//! How servers count, on a clock that is handed in.

use std::collections::VecDeque;

/// How a server counts. Times in microseconds.
#[derive(Clone, Debug)]
pub enum Limiter {
    /// Windows aligned to the clock: window, current, used.
    Fixed(i64, i64, u64),
    /// A window from the first request after the last one ran out: window, start, used.
    First(i64, i64, u64),
    /// As many as the limit in any window: window, arrivals.
    Sliding(i64, VecDeque<i64>),
    /// A bucket that refills: window, theoretical arrival time.
    Bucket(i64, i64),
}

pub struct Limit {
    pub limit: u64,
    pub by: Limiter,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Info {
    pub limit: u64,
    pub remaining: u64,
    pub reset: i64,
    pub window: i64,
}

impl Limit {
    pub fn new(kind: &str, limit: u64, window_ms: i64) -> Self {
        let window = window_ms * 1000;
        let by = match kind {
            "fixed" => Limiter::Fixed(window, -1, 0),
            "first" => Limiter::First(window, i64::MIN / 2, 0),
            "sliding" => Limiter::Sliding(window, VecDeque::default()),
            "bucket" => Limiter::Bucket(window, i64::MIN / 2),
            _ => panic!("{kind}"),
        };
        Self { limit, by }
    }

    fn roll(&mut self, now: i64) {
        match &mut self.by {
            Limiter::Fixed(window, current, used) if now / *window > *current => (*current, *used) = (now / *window, 0),
            Limiter::Sliding(window, log) => {
                while log.front().is_some_and(|at| *at <= now - *window) {
                    log.pop_front();
                }
            }
            _ => {}
        }
    }

    pub fn wait(&mut self, now: i64) -> i64 {
        self.roll(now);
        let limit = self.limit;
        match &self.by {
            Limiter::Fixed(window, current, used) => {
                if *used < limit {
                    0
                } else {
                    (current + 1) * window - now
                }
            }
            Limiter::First(window, start, used) => {
                if now >= start + window || *used < limit {
                    0
                } else {
                    start + window - now
                }
            }
            Limiter::Sliding(window, log) => {
                if (log.len() as u64) < limit {
                    0
                } else {
                    log.front().unwrap() + window - now
                }
            }
            Limiter::Bucket(window, tat) => {
                let per = window / limit as i64;
                ((*tat).max(now) - (limit as i64 - 1) * per - now).max(0)
            }
        }
    }

    pub fn take(&mut self, now: i64) {
        let limit = self.limit;
        match &mut self.by {
            Limiter::Fixed(_, _, used) => *used += 1,
            Limiter::First(window, start, used) => {
                if now >= *start + *window {
                    (*start, *used) = (now, 0);
                }
                *used += 1;
            }
            Limiter::Sliding(_, log) => log.push_back(now),
            Limiter::Bucket(window, tat) => *tat = (*tat).max(now) + *window / limit as i64,
        }
    }

    pub fn info(&mut self, now: i64) -> Info {
        self.roll(now);
        let limit = self.limit;
        let (remaining, reset, window) = match &self.by {
            Limiter::Fixed(window, current, used) => (limit.saturating_sub(*used), (current + 1) * window, *window),
            Limiter::First(window, start, used) => {
                if now < start + window {
                    (limit.saturating_sub(*used), start + window, *window)
                } else {
                    (limit, now + window, *window)
                }
            }
            Limiter::Sliding(window, log) => {
                (limit.saturating_sub(log.len() as u64), log.front().copied().unwrap_or(now) + window, *window)
            }
            Limiter::Bucket(window, tat) => {
                let (per, debt) = (window / limit as i64, (tat - now).max(0));
                (((limit as i64 * per - debt) / per).max(0) as u64, now + debt, *window)
            }
        };
        Info { limit, remaining, reset, window }
    }
}
