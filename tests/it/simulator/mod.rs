//! A clock, a network and a rate-limited server in memory, which drive real calls through the core.

mod fixed;
pub mod limiters;
pub mod plain;
pub mod servers;

use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
    rc::Rc,
    sync::Arc,
};

pub use fixed::Fixed;

use fetch_with_policy::{
    call::{Action, Call, Event, GiveUp, Memory, Request, WaitReason},
    policy::{Policy, Rules},
    rate_limit::identity::Identity,
    retry::classify::Failure,
    syntax::{headers::Headers, value::Value},
    time::Moment,
};

/// The rules that these options make.
pub fn rules(options: &[(&str, Value<'_>)]) -> Arc<Rules> {
    let mut policy = Policy::default();
    for (path, value) in options {
        policy.set(path, *value).unwrap();
    }
    policy.check().unwrap();
    policy.rules("api.example.com")
}

/// What a server answers to one request at one instant (ms since the epoch on the server's clock): a status, and headers, a
/// line each. A body may follow them after an empty line.
pub type Answer = (u16, String);

/// The request that is arriving, and how long its server works on the answer.
#[derive(Debug, Default)]
pub struct Exchange {
    /// The call's number.
    pub call: usize,
    /// From 1.
    pub attempt: usize,
    /// Its server sets it, ms.
    pub takes: i64,
}

/// The head and the body of an answer.
fn parts(answer: &str) -> (&str, &str) {
    if let Some(body) = answer.strip_prefix('\n') {
        return ("", body);
    }
    answer.find("\n\n").map_or((answer, ""), |end| (&answer[..=end], &answer[end + 2..]))
}

/// How one call ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub at: i64,
    pub sends: Vec<i64>,
    pub waits: Vec<(i64, WaitReason)>,
    pub status: Option<u16>,
    pub gave_up: Option<GiveUp>,
    pub rejected: bool,
}

enum What {
    // With the attempt that they are of: what comes after its end is nobody's.
    Arrive(usize, usize),
    Respond(usize, usize, u16, String),
    Fail(usize, usize, Failure),
    Start(usize),
    Wake(usize, u32),
    Alarm,
    Abort(usize),
}

/// A run. Everything happens in the order of its time; equal times in the order they were planned.
pub struct World<S> {
    pub now: i64,
    pub start: i64,
    pub memory: Memory,
    pub rules: Arc<Rules>,
    pub server: S,
    /// Each way, ms, by a small generator of its own.
    pub latency: (i64, i64),
    pub nudges: bool,
    /// The client's clock less the server's, ms.
    pub skew: i64,
    /// It runs in a page of another origin.
    pub foreign: bool,
    /// When the client's clock is set, and by how much, ms.
    pub jump: Option<(i64, i64)>,
    /// When the client's machine falls asleep, and for how long, ms: the wall clocks go on, its monotonic clock and its timers
    /// do not.
    pub sleep: Option<(i64, i64)>,
    /// How long an attempt may take, ms: what is slower fails, and its answer is nobody's.
    pub timeout: Option<i64>,
    /// Each credential is a client of its own, which knows nothing of the others' server either.
    pub apart: bool,
    /// The path of the request that is arriving.
    pub arriving: Rc<RefCell<String>>,
    pub exchange: Rc<RefCell<Exchange>>,
    /// Calls that start when another one ends, in this order, and how long after it, ms.
    following: VecDeque<usize>,
    pub gap: i64,
    calls: Vec<Call>,
    paths: Vec<String>,
    // The last attempt of each that is over.
    over: Vec<usize>,
    pub ended: Vec<Option<Ended>>,
    log: Vec<Ended>,
    // Of the last answer of each.
    bodies: Vec<String>,
    // A wait that was cut short is told by its number.
    sleeps: Vec<u32>,
    alarm: i64,
    queue: BinaryHeap<Reverse<(i64, u64)>>,
    plans: BTreeMap<u64, What>,
    planned: u64,
    seed: u64,
}

impl<S: FnMut(i64) -> Result<Answer, Failure>> World<S> {
    pub fn new(server: S, start: i64, nudges: bool, options: &[(&str, Value<'_>)]) -> Self {
        Self {
            now: start,
            start,
            memory: Memory::new(nudges),
            rules: rules(options),
            server,
            latency: (2, 15),
            nudges,
            skew: 0,
            foreign: false,
            jump: None,
            sleep: None,
            timeout: None,
            apart: false,
            arriving: Rc::default(),
            exchange: Rc::default(),
            following: VecDeque::new(),
            gap: 0,
            calls: Vec::new(),
            paths: Vec::new(),
            over: Vec::new(),
            ended: Vec::new(),
            log: Vec::new(),
            bodies: Vec::new(),
            sleeps: Vec::new(),
            alarm: 0,
            queue: BinaryHeap::new(),
            plans: BTreeMap::new(),
            planned: 0,
            seed: 88_172_645_463_325_252,
        }
    }

    pub fn call(&mut self, method: &str, token: &str, at: i64) -> usize {
        self.call_to(method, token, "/", at)
    }

    pub fn call_to(&mut self, method: &str, token: &str, path: &str, at: i64) -> usize {
        let index = self.enter(method, token, path);
        self.plan(at, What::Start(index));
        index
    }

    /// A call that starts when one that was made before it ends.
    pub fn call_after(&mut self, method: &str, token: &str, path: &str) -> usize {
        let index = self.enter(method, token, path);
        self.following.push_back(index);
        index
    }

    fn enter(&mut self, method: &str, token: &str, path: &str) -> usize {
        let credentials = format!("authorization:Bearer {token}");
        let identity = Identity::of("https://api.example.com", Headers::new(&credentials));
        let identity = if self.apart { identity.at(token) } else { identity };
        let buckets = self.rules.rate_limit.as_ref().map(|rate| Arc::clone(&rate.buckets)).unwrap_or_default();
        self.paths.push(path.into());
        let request = Request {
            method: method.into(),
            identity: identity.to(method, path).within(path, &buckets),
            keyed: false,
            replayable: true,
        };
        let index = self.calls.len();
        let moment = self.moment();
        self.calls.push(Call::new(request, Arc::clone(&self.rules), index as u32, &mut self.memory, moment));
        self.ended.push(None);
        self.over.push(0);
        self.sleeps.push(0);
        self.log.push(Ended {
            at: 0,
            sends: Vec::new(),
            waits: Vec::new(),
            status: None,
            gave_up: None,
            rejected: false,
        });
        self.bodies.push(String::new());
        index
    }

    pub fn abort(&mut self, index: usize, at: i64) {
        self.plan(at, What::Abort(index));
    }

    /// Until nothing is planned any more; panics if that takes too long, which would be a hang.
    pub fn run(&mut self) {
        let mut steps = 0_u64;
        while let Some(Reverse((at, id))) = self.queue.pop() {
            steps += 1;
            assert!(steps < 3_000_000, "the run does not end");
            self.now = self.now.max(at);
            let Some(what) = self.plans.remove(&id) else { continue };
            self.happen(&what);
            while let Some(owner) = {
                let moment = self.moment();
                self.memory.tracker.wake(moment)
            } {
                let index = owner as usize;
                let sleep = self.sleeps[index];
                self.plan(self.now, What::Wake(index, sleep));
            }
            if self.nudges {
                let moment = self.moment();
                if let Some(alarm) = self.memory.tracker.alarm(moment) {
                    let at = (self.start + alarm.0).max(self.now + 1);
                    if self.alarm <= self.now || at < self.alarm {
                        self.alarm = at;
                        self.plan(at, What::Alarm);
                    }
                }
            }
        }
    }

    /// Other chances from here on.
    pub fn reseed(&mut self, seed: u64) {
        self.seed ^= seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1;
    }

    pub fn random(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed
    }

    pub fn results(&self) -> Vec<Ended> {
        self.ended.iter().map(|ended| ended.clone().expect("every call ends")).collect()
    }

    fn moment(&mut self) -> Moment {
        let sample = (self.random() % 1000) as f64 / 1000.0;
        let jumped = self.jump.filter(|(at, _)| self.now >= *at).map_or(0, |(_, by)| by);
        let wall = self.now + self.slept() + self.skew + jumped;
        Moment::new(wall as f64, (self.now - self.start) as f64, sample)
    }

    fn slept(&self) -> i64 {
        self.sleep.filter(|(at, _)| self.now >= *at).map_or(0, |(_, by)| by)
    }

    fn plan(&mut self, at: i64, what: What) {
        self.plans.insert(self.planned, what);
        self.queue.push(Reverse((at, self.planned)));
        self.planned += 1;
    }

    fn hop(&mut self) -> i64 {
        let (least, most) = self.latency;
        least + (self.random() % (most - least + 1) as u64) as i64
    }

    fn happen(&mut self, what: &What) {
        let index = match *what {
            What::Arrive(index, attempt) => {
                let back = self.now + self.hop();
                self.arriving.borrow_mut().clone_from(&self.paths[index]);
                *self.exchange.borrow_mut() = Exchange { call: index, attempt, takes: 0 };
                let now = self.now + self.slept();
                let answer = (self.server)(now);
                let back = back + self.exchange.borrow().takes;
                return match answer {
                    Ok((status, headers)) => self.plan(back, What::Respond(index, attempt, status, headers)),
                    Err(failure) => self.plan(back, What::Fail(index, attempt, failure)),
                };
            }
            What::Respond(index, attempt, ..) | What::Fail(index, attempt, _) => {
                if attempt <= self.over[index] {
                    return;
                }
                self.over[index] = attempt;
                index
            }
            What::Start(index) | What::Abort(index) => index,
            What::Wake(index, sleep) if self.sleeps[index] == sleep => {
                self.sleeps[index] += 1;
                index
            }
            What::Wake(..) | What::Alarm => return,
        };
        if self.ended[index].is_some() {
            return;
        }
        let event = match what {
            What::Start(_) => Event::Start,
            What::Respond(_, attempt, status, headers) => {
                self.log[index].status = Some(*status);
                let (head, body) = parts(headers);
                body.clone_into(&mut self.bodies[index]);
                Event::Respond {
                    attempt: *attempt as u32,
                    status: *status,
                    headers: Headers::new(head),
                    foreign: self.foreign,
                }
            }
            What::Fail(_, attempt, failure) => Event::Fail { attempt: *attempt as u32, failure: *failure },
            What::Abort(_) => Event::Abort,
            What::Wake(..) | What::Alarm | What::Arrive(..) => Event::Elapse,
        };
        let moment = self.moment();
        let action = self.calls[index].handle(event, &mut self.memory, moment).unwrap();
        self.act(index, action);
    }

    fn act(&mut self, index: usize, action: Action) {
        match action {
            Action::Send { timeout: limit, .. } => {
                self.log[index].sends.push(self.now);
                let there = self.now + self.hop();
                let attempt = self.log[index].sends.len();
                self.plan(there, What::Arrive(index, attempt));
                if let Some(timeout) = self.timeout.into_iter().chain(limit).min() {
                    self.plan(self.now.saturating_add(timeout), What::Fail(index, attempt, Failure::Timeout));
                }
            }
            Action::Wait { delay, reason } => {
                assert!(delay > 0);
                self.log[index].waits.push((delay, reason));
                let sleep = self.sleeps[index];
                // Where one alarm serves all, those who wait for it have no timer of their own.
                if !(self.nudges && self.calls[index].is_alarmed()) {
                    self.plan(self.now.saturating_add(delay), What::Wake(index, sleep));
                }
            }
            Action::Resolve { gave_up, .. } => self.end(index, gave_up, false),
            Action::Reject(gave_up) => self.end(index, Some(gave_up), true),
            Action::Peek { bytes, .. } => {
                let moment = self.moment();
                let body = &self.bodies[index];
                let front = &body[..body.floor_char_boundary(bytes)];
                let action = self.calls[index].handle(Event::Body(front), &mut self.memory, moment).unwrap();
                self.act(index, action);
            }
            Action::Ask { .. } => panic!("no decide was given"),
            Action::Prepare { .. } => panic!("no headers are made"),
            Action::Await { .. } => panic!("no hedge was given"),
        }
    }

    fn end(&mut self, index: usize, gave_up: Option<GiveUp>, rejected: bool) {
        let mut ended = self.log[index].clone();
        (ended.at, ended.gave_up, ended.rejected) = (self.now, gave_up, rejected);
        self.ended[index] = Some(ended);
        self.calls[index].end(&mut self.memory);
        if let Some(next) = self.following.pop_front() {
            self.plan(self.now + self.gap, What::Start(next));
        }
    }
}
