//! Rate-limited servers on a clock that is handed in: what they count, and what they tell of it.

use std::{collections::VecDeque, fmt::Write as _};

use super::Answer;

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
            Limiter::Fixed(window, current, used) => (limit - used, (current + 1) * window, *window),
            Limiter::First(window, start, used) => {
                if now < start + window {
                    (limit - used, start + window, *window)
                } else {
                    (limit, now + window, *window)
                }
            }
            Limiter::Sliding(window, log) => {
                (limit - log.len() as u64, log.front().copied().unwrap_or(now) + window, *window)
            }
            Limiter::Bucket(window, tat) => {
                let (per, debt) = (window / limit as i64, (tat - now).max(0));
                (((limit as i64 * per - debt) / per).max(0) as u64, now + debt, *window)
            }
        };
        Info { limit, remaining, reset, window }
    }
}

/// What a server tells of its quota.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    Clever,
    CleverDown,
    Discord,
    Ietf,
    IetfLegacy,
    Nothing,
}

pub struct Server {
    pub limits: Vec<Limit>,
    pub style: Style,
    /// A refusal has a Retry-After, in whole seconds.
    pub retry_after: bool,
    pub date: bool,
    /// So many in a thousand are answered 503, before they are counted.
    pub failing: u64,
    pub limited: u64,
    pub served: u64,
    seed: u64,
}

impl Server {
    pub fn new(kind: &str, limits: &[(u64, i64)], style: Style) -> Self {
        let limits = limits.iter().map(|(limit, window)| Limit::new(kind, *limit, *window)).collect();
        Self { limits, style, retry_after: false, date: false, failing: 0, limited: 0, served: 0, seed: 7 }
    }

    pub fn answer(&mut self, now_ms: i64) -> Answer {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let date = if self.date { format!("date:{}\n", httpdate(now_ms)) } else { String::new() };
        if (self.seed >> 33) % 1000 < self.failing {
            return (503, date);
        }
        let now = now_ms * 1000;
        let wait = self.limits.iter_mut().map(|limit| limit.wait(now)).max().unwrap();
        let admitted = wait == 0;
        if admitted {
            for limit in &mut self.limits {
                limit.take(now);
            }
            self.served += 1;
        } else {
            self.limited += 1;
        }
        let mut headers = date + &self.headers(now);
        if self.retry_after && !admitted {
            writeln!(headers, "retry-after:{}", up(wait).max(1)).unwrap();
        }
        (if admitted { 200 } else { 429 }, headers)
    }

    fn headers(&mut self, now: i64) -> String {
        let infos: Vec<Info> = self.limits.iter_mut().map(|limit| limit.info(now)).collect();
        let tight = infos.iter().min_by(|a, b| (a.remaining * b.limit).cmp(&(b.remaining * a.limit))).unwrap();
        let delta = up((tight.reset - now).max(0));
        let clever = |reset: i64| {
            format!(
                "x-ratelimit-limit:{}\nx-ratelimit-remaining:{}\nx-ratelimit-reset:{reset}\nx-ratelimit-bucket:all\n",
                tight.limit, tight.remaining
            )
        };
        match self.style {
            Style::Nothing => String::new(),
            Style::Clever => clever(up(tight.reset)),
            Style::CleverDown => clever(tight.reset.div_euclid(1_000_000)),
            Style::Discord => {
                let ms = (tight.reset - now).max(0) / 1000;
                clever(up(tight.reset)) + &format!("x-ratelimit-reset-after:{}.{:03}\n", ms / 1000, ms % 1000)
            }
            Style::IetfLegacy => format!(
                "ratelimit-limit:{}\nratelimit-remaining:{}\nratelimit-reset:{delta}\n",
                tight.limit, tight.remaining
            ),
            Style::Ietf => {
                let (mut policies, mut limits) = (Vec::new(), Vec::new());
                for (n, info) in infos.iter().enumerate() {
                    policies.push(format!("\"p{n}\";q={};w={}", info.limit, (info.window / 1_000_000).max(1)));
                    limits.push(format!("\"p{n}\";r={};t={}", info.remaining, up((info.reset - now).max(0))));
                }
                format!("ratelimit-policy:{}\nratelimit:{}\n", policies.join(", "), limits.join(", "))
            }
        }
    }
}

fn up(us: i64) -> i64 {
    (us + 999_999).div_euclid(1_000_000)
}

fn httpdate(ms: i64) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs((ms / 1000) as u64))
}

/// The least time that `calls` take from `start` on, ms.
pub fn floor(kind: &str, limits: &[(u64, i64)], calls: u64, start: i64) -> i64 {
    let mut limits: Vec<Limit> = limits.iter().map(|(limit, window)| Limit::new(kind, *limit, *window)).collect();
    let mut now = start * 1000;
    for _ in 0..calls {
        loop {
            let wait = limits.iter_mut().map(|limit| limit.wait(now)).max().unwrap();
            if wait == 0 {
                break;
            }
            now += wait;
        }
        for limit in &mut limits {
            limit.take(now);
        }
    }
    (now - start * 1000) / 1000
}
