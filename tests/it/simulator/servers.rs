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
    /// The same with milliseconds.
    pub decimal: bool,
    /// So many in a thousand are answered 503, before they are counted or after.
    pub failing: u64,
    pub counts_failures: bool,
    /// So many in a thousand are refused by a gateway that counts nothing and says nothing.
    pub bare: u64,
    /// From this instant on, in ms, the first limit is another number.
    pub changes: Option<(i64, u64)>,
    /// Only so many of the limits are told.
    pub tells: usize,
    /// What it calls them.
    pub name: String,
    pub limited: u64,
    pub served: u64,
    seed: u64,
}

impl Server {
    pub fn new(kind: &str, limits: &[(u64, i64)], style: Style) -> Self {
        let limits = limits.iter().map(|(limit, window)| Limit::new(kind, *limit, *window)).collect();
        Self {
            limits,
            style,
            retry_after: false,
            date: false,
            decimal: false,
            failing: 0,
            counts_failures: false,
            bare: 0,
            changes: None,
            tells: usize::MAX,
            name: "all".into(),
            limited: 0,
            served: 0,
            seed: 7,
        }
    }

    pub fn answer(&mut self, now_ms: i64) -> Answer {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let date = if self.date { format!("date:{}\n", httpdate(now_ms)) } else { String::new() };
        let now = now_ms * 1000;
        self.change(now);
        let chance = (self.seed >> 33) % 1000;
        if chance < self.bare {
            self.limited += 1;
            return (429, date);
        }
        let fails = chance < self.bare + self.failing;
        if fails && !self.counts_failures {
            return (503, date);
        }
        let wait = self.wait(now);
        let admitted = wait == 0;
        if admitted {
            self.take(now);
            self.served += 1;
        } else {
            self.limited += 1;
        }
        let mut headers = date + &self.headers(now);
        if self.decimal && !admitted {
            let ms = (wait + 999) / 1000;
            writeln!(headers, "retry-after:{}.{:03}", ms / 1000, ms % 1000).unwrap();
        } else if self.retry_after && !admitted {
            writeln!(headers, "retry-after:{}", up(wait).max(1)).unwrap();
        }
        (
            if !admitted {
                429
            } else if fails {
                503
            } else {
                200
            },
            headers,
        )
    }

    fn change(&mut self, now: i64) {
        if let Some((_, limit)) = self.changes.filter(|(at, _)| now >= *at * 1000) {
            self.limits[0].limit = limit;
        }
    }

    fn wait(&mut self, now: i64) -> i64 {
        self.limits.iter_mut().map(|limit| limit.wait(now)).max().unwrap()
    }

    fn take(&mut self, now: i64) {
        self.limits.iter_mut().for_each(|limit| limit.take(now));
    }

    /// The least time that `calls` take from `start` on, ms, if none of them is answered yet.
    pub fn floor(&mut self, calls: u64, start: i64) -> i64 {
        let mut now = start * 1000;
        for _ in 0..calls {
            self.change(now);
            while self.wait(now) > 0 {
                now += self.wait(now);
                self.change(now);
            }
            self.take(now);
        }
        (now - start * 1000) / 1000
    }

    fn headers(&mut self, now: i64) -> String {
        let infos: Vec<Info> = self.limits.iter_mut().take(self.tells).map(|limit| limit.info(now)).collect();
        let tight = infos.iter().min_by(|a, b| (a.remaining * b.limit).cmp(&(b.remaining * a.limit))).unwrap();
        let delta = up((tight.reset - now).max(0));
        let clever = |reset: i64| {
            format!(
                "x-ratelimit-limit:{}\nx-ratelimit-remaining:{}\nx-ratelimit-reset:{reset}\nx-ratelimit-bucket:{}\n",
                tight.limit, tight.remaining, self.name
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
                    policies.push(format!(
                        "\"{}{n}\";q={};w={}",
                        self.name,
                        info.limit,
                        (info.window / 1_000_000).max(1)
                    ));
                    limits.push(format!(
                        "\"{}{n}\";r={};t={}",
                        self.name,
                        info.remaining,
                        up((info.reset - now).max(0))
                    ));
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
