//! Rate-limited servers on a clock that is handed in: what they answer, and what they tell of their quotas.

use std::fmt::Write as _;

use super::{
    Answer,
    limiters::{Info, Limit},
};

/// What a server tells of its quota.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    Clever,
    CleverDown,
    Discord,
    Ietf,
    IetfLegacy,
    /// The limit and what is left, without a reset.
    Counts,
    /// The limit alone.
    Bare,
    Nothing,
}

/// What a refusal has of Retry-After.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryAfter {
    No,
    Seconds,
    Decimal,
}

pub struct Server {
    pub limits: Vec<Limit>,
    pub style: Style,
    pub retry_after: RetryAfter,
    pub date: bool,
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
            retry_after: RetryAfter::No,
            date: false,
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
        match self.retry_after {
            RetryAfter::Seconds if !admitted => writeln!(headers, "retry-after:{}", up(wait).max(1)).unwrap(),
            RetryAfter::Decimal if !admitted => {
                let ms = (wait + 999) / 1000;
                writeln!(headers, "retry-after:{}.{:03}", ms / 1000, ms % 1000).unwrap();
            }
            _ => {}
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

    pub fn wait(&mut self, now: i64) -> i64 {
        self.limits.iter_mut().map(|limit| limit.wait(now)).max().unwrap()
    }

    pub fn take(&mut self, now: i64) {
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

    pub fn headers(&mut self, now: i64) -> String {
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
            Style::Bare => format!("x-ratelimit-limit:{}\n", tight.limit),
            Style::Counts => format!("x-ratelimit-limit:{}\nx-ratelimit-remaining:{}\n", tight.limit, tight.remaining),
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
