//! A server of one kind, whose counts are looked at.

use super::Answer;

/// Fixed windows, aligned to the clock, told like Clever's.
pub struct Fixed {
    pub limit: u64,
    pub window: i64,
    pub headers: bool,
    pub current: i64,
    pub used: u64,
    pub limited: u64,
    pub served: u64,
}

impl Fixed {
    pub fn new(limit: u64, window: i64) -> Self {
        Self { limit, window, headers: true, current: -1, used: 0, limited: 0, served: 0 }
    }

    pub fn answer(&mut self, now: i64) -> Answer {
        let window = now / self.window;
        if window != self.current {
            (self.current, self.used) = (window, 0);
        }
        let admitted = self.used < self.limit;
        self.used += u64::from(admitted);
        *(if admitted { &mut self.served } else { &mut self.limited }) += 1;
        let reset = ((window + 1) * self.window + 999) / 1000;
        let left = self.limit - self.used;
        let headers = format!(
            "x-ratelimit-limit:{}\nx-ratelimit-remaining:{left}\nx-ratelimit-reset:{reset}\nx-ratelimit-bucket:all\n",
            self.limit
        );
        (if admitted { 200 } else { 429 }, if self.headers { headers } else { String::new() })
    }

    /// The least time that `calls` take from `start` on.
    pub fn floor(&self, calls: u64, start: i64) -> i64 {
        let windows = (calls.div_ceil(self.limit) - 1) as i64;
        if windows == 0 { 0 } else { (start / self.window + windows) * self.window - start }
    }
}
