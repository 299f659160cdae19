//! The policy for JavaScript: calls are numbers, times are `f64` ms, an action is a code whose details are read after it.

use alloc::{string::String, vec::Vec};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    call::{Action, Call, Event, GiveUp, GiveUpReason, Request, WaitReason},
    policy::Policy,
    rate_limit::{
        QuotaState, Tracker,
        identity::{CREDENTIALS, Identity},
        quota::Quota,
        read,
    },
    retry::classify,
    syntax::{
        headers::Headers,
        value::{Next, OptionError, Value},
        write::Writer,
    },
    time::{Moment, WallTime},
};

/// The request header that makes a repeated request harmless (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Options on their way in: one leaf at a time, then `check`.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Plan {
    policy: Policy,
    error: Option<OptionError>,
}

#[wasm_bindgen]
impl Plan {
    /// Empty options.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy, to which more can be said.
    pub fn fork(&self) -> Self {
        Self { policy: self.policy.clone(), error: None }
    }

    /// Takes the leaf at `path`. `kind`: b(oolean), f(unction), l(ist), n(umber), o(bject), s(tring), or anything else.
    /// 1: hand over its members too; 0: go on; -1: it is bad, see `field` and `expected`.
    pub fn set(&mut self, path: &str, kind: char, number: f64, text: &str) -> i32 {
        let value = match kind {
            'b' => Value::Flag(number != 0.0),
            'f' => Value::Function,
            'l' => Value::List(number as usize),
            'n' => Value::Number(number),
            'o' => Value::Object,
            's' => Value::Text(text),
            _ => Value::Other,
        };
        match self.policy.set(path, value) {
            Ok(Next::Walk) => 1,
            Ok(Next::Leave) => 0,
            Err(error) => self.refuse(error),
        }
    }

    /// After the last leaf: 0, or -1 if something is missing.
    pub fn check(&mut self) -> i32 {
        self.policy.check().map_or_else(|error| self.refuse(error), |()| 0)
    }

    /// The path of the bad option.
    pub fn field(&self) -> String {
        self.error.as_ref().map(|error| error.field.clone()).unwrap_or_default()
    }

    /// What was expected there.
    pub fn expected(&self) -> String {
        self.error.as_ref().map(|error| error.expected.into()).unwrap_or_default()
    }

    fn refuse(&mut self, error: OptionError) -> i32 {
        self.error = Some(error);
        -1
    }
}

/// All state of a policy, and its calls.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    tracker: Tracker,
    calls: Vec<Option<Call>>,
    free: Vec<u32>,
    last: Last,
}

/// What the last action was, for the getters.
#[derive(Debug, Default)]
struct Last {
    delay: f64,
    flag: bool,
    reason: &'static str,
    retry_at: f64,
}

#[wasm_bindgen]
impl Engine {
    /// `nudges`: whether this host may wake one call from another's turn.
    #[wasm_bindgen(constructor)]
    pub fn new(nudges: bool) -> Self {
        Self { tracker: Tracker::new(nudges), calls: Vec::new(), free: Vec::new(), last: Last::default() }
    }

    /// A new call; its first action is given by `begin`. `origin` as `URL.origin` has it; `headers`: the request's, of those
    /// that `request_headers` lists; `scope`: the caller's own word for what shares a quota, "" for none.
    #[allow(clippy::too_many_arguments, reason = "an object would cost a crossing for each member")]
    pub fn start(
        &mut self,
        plan: &Plan,
        method: &str,
        origin: &str,
        headers: &str,
        scope: &str,
        replayable: bool,
        wall: f64,
        mono: f64,
    ) -> u32 {
        let headers = Headers::new(headers);
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let request = Request {
            method: method.into(),
            identity: if scope.is_empty() { Identity::of(origin, headers) } else { Identity::named(scope) },
            keyed: headers.find(IDEMPOTENCY_KEY).is_some(),
            replayable,
        };
        let index = self.free.pop().unwrap_or(self.calls.len() as u32);
        let at = Moment::new(wall, mono, 0.0);
        let call = Call::new(request, plan.policy.rules(host), index, &mut self.tracker, at);
        match self.calls.get_mut(index as usize) {
            Some(place) => *place = Some(call),
            None => self.calls.push(Some(call)),
        }
        index
    }

    /// Whether to make up an Idempotency-Key for the call; if the shell does, it says so with `set_keyed`.
    pub fn wants_key(&self, call: u32) -> bool {
        self.calls.get(call as usize).and_then(Option::as_ref).is_some_and(Call::wants_key)
    }

    /// Whether the call may be sent more than once, so that its body is to be kept.
    pub fn may_repeat(&self, call: u32) -> bool {
        self.calls.get(call as usize).and_then(Option::as_ref).is_some_and(Call::may_repeat)
    }

    /// The call has an Idempotency-Key.
    pub fn set_keyed(&mut self, call: u32) {
        if let Some(call) = self.calls.get_mut(call as usize).and_then(Option::as_mut) {
            call.set_keyed();
        }
    }

    /// The call begins. As for all that follow: 0 send, 1 wait, 2 resolve, 3 reject, 4 ask; -1 for an event out of place.
    pub fn begin(&mut self, call: u32, wall: f64, mono: f64, sample: f64) -> i32 {
        self.handle(call, Event::Start, Moment::new(wall, mono, sample))
    }

    /// Its wait is over.
    pub fn elapse(&mut self, call: u32, wall: f64, mono: f64, sample: f64) -> i32 {
        self.handle(call, Event::Elapse, Moment::new(wall, mono, sample))
    }

    /// Its signal fired.
    pub fn abort(&mut self, call: u32, wall: f64, mono: f64) -> i32 {
        self.handle(call, Event::Abort, Moment::new(wall, mono, 0.0))
    }

    /// A head arrived. `headers`: those whose names match `response_headers`.
    pub fn respond(&mut self, call: u32, status: u16, headers: &str, wall: f64, mono: f64, sample: f64) -> i32 {
        let event = Event::Respond { status, headers: Headers::new(headers) };
        self.handle(call, event, Moment::new(wall, mono, sample))
    }

    /// The fetch was rejected, with this name, message, and code of it or its cause.
    #[allow(clippy::too_many_arguments, reason = "an object would cost a crossing for each member")]
    pub fn fail(&mut self, call: u32, name: &str, message: &str, code: &str, wall: f64, mono: f64, sample: f64) -> i32 {
        let event = Event::Fail(classify::failure(name, message, code));
        self.handle(call, event, Moment::new(wall, mono, sample))
    }

    /// The caller's `decide` said: 1 yes, 0 no, else nothing.
    pub fn decided(&mut self, call: u32, said: i32, wall: f64, mono: f64, sample: f64) -> i32 {
        let said = match said {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
        self.handle(call, Event::Decided(said), Moment::new(wall, mono, sample))
    }

    /// The call is over, however it ended; its number may be given to another.
    pub fn end(&mut self, call: u32) {
        if let Some(mut ended) = self.calls.get_mut(call as usize).and_then(Option::take) {
            ended.end(&mut self.tracker);
            self.free.push(call);
        }
    }

    /// A waiting call that may go on now, or -1. Asked after each event until it says so.
    pub fn woken(&mut self, wall: f64, mono: f64) -> i32 {
        self.tracker.wake(Moment::new(wall, mono, 0.0)).map_or(-1, |owner| owner as i32)
    }

    /// Of a wait: how long. Of a send: until when at most, or 0 for no limit. Of a question: how long it would wait.
    pub fn delay(&self) -> f64 {
        self.last.delay
    }

    /// Of a question: whether it is sent again if nobody says anything. Of an end: whether its response is to be thrown.
    pub fn flag(&self) -> bool {
        self.last.flag
    }

    /// Of a wait: what for. Of an end: why, or "".
    pub fn reason(&self) -> String {
        self.last.reason.into()
    }

    /// Of an end: when trying again may help, epoch ms, or 0.
    pub fn retry_at(&self) -> f64 {
        self.last.retry_at
    }

    /// The quota that the call's last wait was for: a `QuotaState`, or "".
    pub fn quota(&self, call: u32, wall: f64, mono: f64) -> String {
        let at = Moment::new(wall, mono, 0.0);
        let call = self.calls.get(call as usize).and_then(Option::as_ref);
        let mut json = Writer::default();
        if let Some(state) = call.and_then(|call| call.quota(&self.tracker, at)) {
            write_state(&mut json, &state);
        }
        json.out
    }

    /// What the call's last answer told: an array of `Quota`.
    pub fn told(&self, call: u32, wall: f64) -> String {
        let call = self.calls.get(call as usize).and_then(Option::as_ref);
        let mut json = Writer::default();
        write_quotas(&mut json, call.map(Call::told).unwrap_or_default(), WallTime(wall as i64));
        json.out
    }

    /// All quotas: an array of `QuotaState`.
    pub fn quotas(&self, wall: f64, mono: f64) -> String {
        let mut json = Writer::default();
        json.open('[');
        for state in self.tracker.quotas(Moment::new(wall, mono, 0.0)) {
            write_state(&mut json, &state);
        }
        json.close(']');
        json.out
    }

    fn handle(&mut self, call: u32, event: Event<'_>, at: Moment) -> i32 {
        let Some(call) = self.calls.get_mut(call as usize).and_then(Option::as_mut) else { return -1 };
        let Ok(action) = call.handle(event, &mut self.tracker, at) else { return -1 };
        let last = &mut self.last;
        *last = Last::default();
        let mut end = |give_up: GiveUp| {
            last.reason = give_up_name(give_up.reason);
            last.retry_at = give_up.retry_at.map_or(0.0, |retry_at| at.wall_at(retry_at).0 as f64);
        };
        match action {
            Action::Send { timeout, .. } => {
                last.delay = timeout.unwrap_or(0) as f64;
                0
            }
            Action::Wait { delay, reason } => {
                (last.delay, last.reason) = (delay as f64, wait_name(reason));
                1
            }
            Action::Resolve { gave_up, throw } => {
                gave_up.into_iter().for_each(end);
                last.flag = throw;
                2
            }
            Action::Reject(give_up) => {
                end(give_up);
                3
            }
            Action::Ask { retry, delay } => {
                (last.flag, last.delay) = (retry, delay as f64);
                4
            }
        }
    }
}

/// What a response's headers tell: `{ quotas: Quota[], retryAfter?: Hint }` as JSON. `status` 0 where it is not known.
#[wasm_bindgen]
pub fn read_quotas(headers: &str, status: u16, wall: f64) -> String {
    let now = WallTime(wall as i64);
    let reading = read::read(Headers::new(headers), now);
    let mut json = Writer::default();
    json.open('{');
    json.key("quotas");
    write_quotas(&mut json, &reading.quotas, now);
    if let Some(hint) = &reading.hint {
        json.key("retryAfter");
        json.open('{');
        json.number("delay", Some(hint.delay));
        json.text("source", Some(&hint.source));
        json.close('}');
    }
    json.close('}');
    json.out
}

/// The request headers whose values `Engine::start` wants, in lower case, one a line.
#[wasm_bindgen]
pub fn request_headers() -> String {
    let mut names = String::from(IDEMPOTENCY_KEY);
    for name in CREDENTIALS {
        names.push('\n');
        names.push_str(name);
    }
    names
}

/// A regular expression that the lower-case names match whose values `Engine::respond` wants.
#[wasm_bindgen]
pub fn response_headers() -> String {
    read::wanted().into()
}

/// The request header that carries an idempotency key.
#[wasm_bindgen]
pub fn idempotency_header() -> String {
    IDEMPOTENCY_KEY.into()
}

fn write_quotas(json: &mut Writer, quotas: &[Quota], now: WallTime) {
    json.open('[');
    for quota in quotas {
        json.open('{');
        json.text("name", quota.name.as_deref());
        json.text("unit", quota.unit.as_deref());
        json.number("limit", quota.limit.map(|limit| limit as i64));
        json.number("remaining", quota.remaining.map(|remaining| remaining as i64));
        json.number("resetAt", quota.reset_in.map(|reset_in| now.plus(reset_in).0));
        json.number("window", quota.window);
        json.text("source", Some(&quota.source));
        json.close('}');
    }
    json.close(']');
}

fn write_state(json: &mut Writer, state: &QuotaState) {
    json.open('{');
    json.text("scope", Some(&state.scope));
    json.text("name", state.name.as_deref());
    json.text("unit", state.unit.as_deref());
    json.number("limit", state.limit.map(|limit| limit as i64));
    json.number("remaining", state.remaining.map(|remaining| remaining as i64));
    json.number("resetAt", state.resets.map(|resets| resets.0));
    json.number("window", state.window);
    json.text("source", Some(&state.source));
    json.number("inFlight", Some(i64::from(state.in_flight)));
    json.number("waiting", Some(i64::from(state.waiting)));
    json.number("nextAt", state.next.map(|next| next.0));
    json.close('}');
}

fn wait_name(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::Backoff => "backoff",
        WaitReason::Concurrency => "concurrency",
        WaitReason::Locked => "locked",
        WaitReason::Probing => "probing",
        WaitReason::RateLimit => "rate-limit",
        WaitReason::RetryAfter => "retry-after",
    }
}

fn give_up_name(reason: GiveUpReason) -> &'static str {
    match reason {
        GiveUpReason::Aborted => "aborted",
        GiveUpReason::AttemptsExhausted => "attempts-exhausted",
        GiveUpReason::Deadline => "deadline",
        GiveUpReason::HintTooLong => "hint-too-long",
        GiveUpReason::NotReplayable => "not-replayable",
        GiveUpReason::NotRetryable => "not-retryable",
        GiveUpReason::QueueFull => "queue-full",
        GiveUpReason::QuotaWaitTooLong => "quota-wait-too-long",
    }
}
