//! What a row is made of: calls, options, and a server that answers them.

use std::{cell::RefCell, rc::Rc};

use crate::json_options;
use crate::simulator::{
    Answer, Ended, World,
    servers::{Server, Style},
};
use fetch_with_policy::{retry::classify::Failure, syntax::value::Value};

/// The start of a minute, and of an hour.
pub const MINUTE: i64 = 1_795_305_600_000;

/// A request as its server sees it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// On the server's clock, ms.
    pub now: i64,
    /// Since the calls began, ms.
    pub since: i64,
    /// How many came before it.
    pub before: usize,
    pub call: usize,
    /// From 1.
    pub attempt: usize,
    pub path: String,
    /// Its server sets it: how long it works on the answer, ms.
    pub takes: i64,
}

/// An answer, and whether it is what the caller wants.
pub struct Reply {
    pub answer: Result<Answer, Failure>,
    pub good: bool,
}

/// An answer of a server: good if its status is not an error.
pub fn reply(answer: Answer) -> Reply {
    Reply { good: answer.0 < 400, answer: Ok(answer) }
}

pub fn ok() -> Reply {
    reply((200, String::new()))
}

/// One that is not what the caller wants, whatever its status.
pub fn refusal(status: u16, headers: &str, body: &str) -> Reply {
    let text = if body.is_empty() { headers.into() } else { format!("{headers}\n{body}") };
    Reply { answer: Ok((status, text)), good: false }
}

pub fn failure(failure: Failure) -> Reply {
    Reply { answer: Err(failure), good: false }
}

pub type Answers = Box<dyn FnMut(&mut Arrival) -> Reply>;

/// One call: method, token, path, and when it starts, ms after the first.
#[derive(Clone, Debug)]
pub struct Planned {
    pub method: &'static str,
    pub token: String,
    pub path: String,
    pub at: i64,
}

/// A run that is yet to be made.
pub struct Plan {
    pub start: i64,
    /// Differs from run to run of a row.
    pub seed: u64,
    /// As JSON.
    pub options: String,
    pub calls: Vec<Planned>,
    /// Only so many of them at once; the others start as those end.
    pub together: usize,
    /// Between the end of one and the start of the next, ms.
    pub gap: i64,
    pub latency: (i64, i64),
    pub skew: i64,
    pub jump: Option<(i64, i64)>,
    pub sleep: Option<(i64, i64)>,
    pub foreign: bool,
    pub server: Answers,
}

impl Plan {
    pub fn new(phase: i64) -> Self {
        Self {
            start: MINUTE + phase,
            seed: phase as u64,
            options: "{}".into(),
            calls: Vec::new(),
            together: usize::MAX,
            gap: 0,
            latency: (2, 15),
            skew: 0,
            jump: None,
            sleep: None,
            foreign: false,
            server: Box::new(|_| ok()),
        }
    }

    /// So many GETs at once.
    pub fn burst(&mut self, count: usize) {
        self.spaced(count, 0);
    }

    /// So many GETs, so many ms apart.
    pub fn spaced(&mut self, count: usize, apart: i64) {
        (0..count as i64).for_each(|n| self.get("/", n * apart));
    }

    pub fn posts(&mut self, count: usize) {
        (0..count).for_each(|_| self.add("POST", "t", "/", 0));
    }

    pub fn get(&mut self, path: &str, at: i64) {
        self.add("GET", "t", path, at);
    }

    pub fn add(&mut self, method: &'static str, token: &str, path: &str, at: i64) {
        self.calls.push(Planned { method, token: token.into(), path: path.into(), at });
    }

    /// Calls by chance, so many a second for so many seconds; `path` says to where.
    pub fn poisson(&mut self, rate: f64, seconds: f64, mut path: impl FnMut(f64) -> &'static str) {
        let mut chance = Chance(self.seed ^ 0x5bd1_e995);
        let mut at = 0.0;
        loop {
            at -= (1.0 - chance.next()).ln() / rate * 1000.0;
            if at >= seconds * 1000.0 {
                return;
            }
            let to = path(chance.next());
            self.get(to, at as i64);
        }
    }

    pub fn serve(&mut self, server: impl FnMut(&mut Arrival) -> Reply + 'static) {
        self.server = Box::new(server);
    }

    /// A server with one limit; what else each of its answers has is given by `more`.
    pub fn limited(
        &mut self,
        kind: &str,
        limit: (u64, i64),
        style: Style,
        change: impl FnOnce(&mut Server),
        mut more: impl FnMut(&Arrival, bool) -> String + 'static,
    ) {
        let mut server = Server::new(kind, &[limit], style);
        change(&mut server);
        self.serve(move |arrival| {
            let (status, headers) = server.answer(arrival.now);
            let more = more(arrival, status < 400);
            reply((status, headers + &more))
        });
    }

    pub fn options(&mut self, json: &str) {
        self.options = json.into();
    }

    /// The options of this profile, for the host that is called.
    pub fn profile(&mut self, name: &str) {
        let path = format!("{}/pkg-template/profiles/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let mut profile: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        profile["hosts"] = serde_json::json!(["api.example.com"]);
        self.options = serde_json::json!({ "profiles": [profile] }).to_string();
    }

    /// Makes the run. `nudges`: calls can be woken.
    pub fn run(self, nudges: bool) -> Run {
        let seen = Rc::new(RefCell::new((Vec::<(Arrival, bool, u16)>::new(), vec![false; self.calls.len()])));
        let (shared, exchange) = (Rc::clone(&seen), Rc::default());
        let (path, there) =
            (Rc::<RefCell<String>>::default(), Rc::<RefCell<crate::simulator::Exchange>>::clone(&exchange));
        let (mut server, start, arriving) = (self.server, self.start, Rc::clone(&path));
        let answer = move |now| {
            let mut seen = shared.borrow_mut();
            let mut there = there.borrow_mut();
            let mut arrival = Arrival {
                now,
                since: now - start,
                before: seen.0.len(),
                call: there.call,
                attempt: there.attempt,
                path: arriving.borrow().clone(),
                takes: 0,
            };
            let reply = server(&mut arrival);
            there.takes = arrival.takes;
            seen.1[arrival.call] = reply.good;
            seen.0.push((arrival, reply.good, reply.answer.as_ref().map_or(0, |answer| answer.0)));
            reply.answer
        };
        let options: serde_json::Value = serde_json::from_str(&self.options).unwrap();
        let mut leaves = Vec::new();
        walk("", &options, &mut leaves);
        let leaves: Vec<(&str, Value<'_>)> = leaves.iter().map(|(path, value)| (path.as_str(), *value)).collect();
        let mut world = World::new(answer, start, nudges, &leaves[1..]);
        (world.latency, world.skew, world.foreign, world.gap) = (self.latency, self.skew, self.foreign, self.gap);
        world.jump = self.jump.map(|(at, by)| (start + at, by));
        world.sleep = self.sleep.map(|(at, by)| (start + at, by));
        (world.arriving, world.exchange) = (path, exchange);
        world.reseed(self.seed);
        for (n, call) in self.calls.iter().enumerate() {
            if n < self.together {
                world.call_to(call.method, &call.token, &call.path, start + call.at);
            } else {
                world.call_after(call.method, &call.token, &call.path);
            }
        }
        world.run();
        let ends = world.results();
        drop(world);
        let (arrivals, good) = Rc::into_inner(seen).unwrap().into_inner();
        Run { start, calls: self.calls, ends, arrivals, good }
    }
}

/// The leaves of an options object; a profile's catalog is the explainer's.
fn walk<'a>(path: &str, value: &'a serde_json::Value, leaves: &mut Vec<(String, Value<'a>)>) {
    leaves.push((path.into(), json_options::leaf(value)));
    for (path, value) in json_options::members(path, value) {
        if !path.ends_with(".catalog") {
            walk(&path, value, leaves);
        }
    }
}

/// What came of it.
pub struct Run {
    pub start: i64,
    pub calls: Vec<Planned>,
    pub ends: Vec<Ended>,
    /// Whether each was good, and its status.
    pub arrivals: Vec<(Arrival, bool, u16)>,
    /// Whether the last answer to each call was.
    pub good: Vec<bool>,
}

impl Run {
    pub fn is_lost(&self, call: usize) -> bool {
        self.ends[call].rejected || !self.good[call]
    }

    pub fn lost(&self) -> usize {
        (0..self.calls.len()).filter(|call| self.is_lost(*call)).count()
    }

    /// Answers that were not what the caller wants.
    pub fn refused(&self) -> usize {
        self.arrivals.iter().filter(|(_, good, _)| !good).count()
    }

    /// From the first start to the last end, seconds.
    pub fn time(&self) -> f64 {
        (self.ends.iter().map(|ended| ended.at).max().unwrap_or(self.start) - self.start) as f64 / 1000.0
    }

    /// How long a call took, seconds. Only of one that was planned for a time.
    pub fn took(&self, call: usize) -> f64 {
        (self.ends[call].at - self.start - self.calls[call].at) as f64 / 1000.0
    }

    /// The times of the calls to `path`, in order.
    pub fn times_of(&self, path: &str) -> Vec<f64> {
        let mut times: Vec<f64> =
            (0..self.calls.len()).filter(|call| self.calls[*call].path == path).map(|call| self.took(call)).collect();
        times.sort_by(f64::total_cmp);
        times
    }

    pub fn lost_of(&self, path: &str) -> usize {
        (0..self.calls.len()).filter(|call| self.calls[*call].path == path && self.is_lost(*call)).count()
    }

    /// The longest that any call took, seconds.
    pub fn longest(&self) -> f64 {
        (0..self.calls.len()).map(|call| self.took(call)).fold(0.0, f64::max)
    }
}

/// The 95th of a hundred, of times in order.
pub fn p95(times: &[f64]) -> f64 {
    times.get((times.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0.0)
}

/// From 0 to 1.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, share: f64) -> bool {
        self.next() < share
    }
}
