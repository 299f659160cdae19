//! Who is told more is served no worse: over servers by chance, a policy that is told a part of the truth is refused and loses at
//! most a quarter more than one that is told nothing.
//!
//! `TELLING_SEEDS=3000 cargo test --release --test it telling -- --nocapture` goes over so many servers.

use std::fmt;

use super::plan::{Chance, Plan, Reply, refusal, reply};
use crate::simulator::servers::{Server, Style};

/// Servers that are tried, one a seed.
const SEEDS: u64 = 60;
const CALLS: usize = 200;
/// Beyond a quarter: chance differs too.
const SLACK: (usize, usize) = (12, 3);

/// What a server tells besides its limits.
#[derive(Clone, Copy, Debug)]
struct Tells {
    quotas: bool,
    hints: bool,
}

const NOTHING: Tells = Tells { quotas: false, hints: false };
const MORE: [Tells; 3] =
    [Tells { quotas: true, hints: false }, Tells { quotas: false, hints: true }, Tells { quotas: true, hints: true }];

/// A server that keeps to several limits: how it counts, units and ms of each, and how it tells it, if it may.
#[derive(Clone)]
struct Api {
    limits: Vec<(&'static str, u64, i64, Style)>,
    dated: bool,
    skew: i64,
    /// From when on it is down, and for how long, ms.
    outage: Option<(i64, i64)>,
    /// Between two calls, ms.
    apart: i64,
    phase: i64,
    nudges: bool,
}

impl Api {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d);
        chance.next();
        // Dialects that can stand side by side.
        let mut styles = vec![
            Style::Ietf,
            Style::IetfLegacy,
            *pick(&mut chance, &[Style::Clever, Style::CleverDown, Style::Discord]),
        ];
        let mut limits = Vec::new();
        for _ in 0..=*pick(&mut chance, &[0, 1, 1, 2]) {
            let window = *pick(&mut chance, &[1000, 2000, 5000, 10_000, 60_000, 3_600_000]);
            // None that would take minutes.
            let least = CALLS as i64 * window / 60_000;
            let limit = (least as u64).max(2) + (chance.next() * 60.0) as u64;
            let kind = *pick(&mut chance, &["fixed", "first", "sliding", "bucket"]);
            let style = styles.remove((chance.next() * styles.len() as f64) as usize);
            let is_told = chance.below(0.6);
            limits.push((kind, limit, window, if is_told { style } else { Style::Nothing }));
        }
        Self {
            limits,
            dated: chance.below(0.5),
            skew: *pick(&mut chance, &[0, 0, 0, 700, -700, 90_000, -90_000]),
            outage: chance.below(0.3).then(|| ((chance.next() * 5000.0) as i64, 500 + (chance.next() * 9000.0) as i64)),
            apart: *pick(&mut chance, &[0, 0, 20, 100]),
            phase: (chance.next() * 60_000.0) as i64,
            nudges: chance.below(0.5),
        }
    }

    /// Answers that are not good, and calls that are lost.
    fn serve(&self, tells: Tells) -> (usize, usize) {
        let mut plan = Plan::new(self.phase);
        plan.spaced(CALLS, self.apart);
        plan.skew = self.skew;
        let mut servers: Vec<Server> = (self.limits.iter().enumerate())
            .map(|(n, (kind, limit, window, style))| {
                let mut server =
                    Server::new(kind, &[(*limit, *window)], if tells.quotas { *style } else { Style::Nothing });
                server.name = format!("q{n}");
                server
            })
            .collect();
        let (dated, outage) = (self.dated, self.outage);
        plan.serve(move |arrival| {
            let date = if dated { format!("date:{}\n", date(arrival.now)) } else { String::new() };
            if let Some((from, lasts)) = outage
                && (from..from + lasts).contains(&arrival.since)
            {
                return refuse(503, date, tells.hints, (from + lasts - arrival.since) * 1000);
            }
            let now = arrival.now * 1000;
            let wait = servers.iter_mut().map(|server| server.wait(now)).max().unwrap_or(0);
            if wait == 0 {
                for server in &mut servers {
                    server.take(now);
                }
            }
            let told = servers.iter_mut().fold(date, |told, server| told + &server.headers(now));
            if wait == 0 { reply((200, told)) } else { refuse(429, told, tells.hints, wait) }
        });
        let run = plan.run(self.nudges);
        (run.refused(), run.lost())
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, limit, window, style) in &self.limits {
            write!(f, "{kind} {limit} in {window} ms told as {style:?}, ")?;
        }
        write!(
            f,
            "skew {}{}, down {:?}, calls {} ms apart, nudges {}",
            self.skew,
            if self.dated { " with a date" } else { "" },
            self.outage,
            self.apart,
            self.nudges
        )
    }
}

fn pick<'a, T>(chance: &mut Chance, from: &'a [T]) -> &'a T {
    &from[(chance.next() * from.len() as f64) as usize]
}

fn date(ms: i64) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_millis(ms as u64))
}

fn refuse(status: u16, headers: String, hints: bool, wait: i64) -> Reply {
    let hint = if hints { format!("retry-after:{}\n", (wait + 999_999) / 1_000_000) } else { String::new() };
    refusal(status, &(headers + &hint), "")
}

#[test]
fn telling_more_never_serves_worse() {
    let seeds = std::env::var("TELLING_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let mut worse = Vec::new();
    for seed in 0..seeds {
        let api = Api::new(seed);
        let least = api.serve(NOTHING);
        for tells in MORE {
            let more = api.serve(tells);
            let most = (least.0 * 5 / 4 + SLACK.0, least.1 * 5 / 4 + SLACK.1);
            if more.0 > most.0 || more.1 > most.1 {
                let line = format!(
                    "seed {seed}, {tells:?}: {} refused and {} lost, {} and {} with nothing told; {api:?}",
                    more.0, more.1, least.0, least.1
                );
                println!("{line}");
                worse.push(line);
            }
        }
    }
    let all = seeds * MORE.len() as u64;
    // What is reached: of 6,000 with other seeds, about one in thirty, each in refusals alone.
    assert!(worse.len() as u64 * 20 <= all, "{} of {all} are served worse:\n{}", worse.len(), worse.join("\n"));
}
