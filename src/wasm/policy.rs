//! The policy for JavaScript: calls are numbers, times are `f64` ms, an action is a code whose details are read after it.
//!
//! Each export takes about 200 bytes of WebAssembly and as many of glue, so events share one, and so do the details.
//! Beside the options ([`super::plan`]) one type is all that crosses; its methods share its buffers.

use alloc::{boxed::Box, string::String, vec::Vec};

use wasm_bindgen::prelude::wasm_bindgen;

pub use super::plan::Plan;
use super::words::{give_up_name, wait_name, write_quota, write_quotas, write_state};
use crate::{
    call::{self, Action, Call, Event, GiveUp, Memory, Request},
    rate_limit::{
        identity::{Identity, Recent, TOLD},
        quota::Quota,
        read::{self, Answer},
        secrets::{QUERY, Secrets},
    },
    retry::{
        IDEMPOTENCY_KEY,
        classify::{self, Failure},
    },
    syntax::{headers::Headers, number, words, write::Writer},
    time::{Moment, WallTime},
};

/// All state of a policy, and its calls.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    memory: Memory,
    /// Boxed, so that room for more of them is cheap to make.
    calls: Vec<Option<Box<Slot>>>,
    free: Vec<u32>,
    recent: Recent,
}

/// A call, and what it was told last: others may be told something before its shell reads that.
#[derive(Debug)]
struct Slot {
    call: Call,
    last: Last,
}

/// The details of an action, for the getters.
#[derive(Debug, Default)]
struct Last {
    time: f64,
    next: f64,
    left: f64,
    reason: &'static str,
    /// A number for `reason`; 0 for none.
    code: u8,
    flag: bool,
}

#[wasm_bindgen]
impl Engine {
    /// `nudges`: whether this host may wake one call from another's turn.
    #[wasm_bindgen(constructor)]
    pub fn new(nudges: bool) -> Self {
        Self { memory: Memory::new(nudges), calls: Vec::new(), free: Vec::new(), recent: Recent::default() }
    }

    /// A new call, by number; told to begin, it says its first action. `text`: its origin and its path, as `URL` has them, its
    /// method, and its headers, of those that `names(0)` matches, one a line, the query as one called `?`: each text that crosses costs as much as its
    /// bytes. `scope`: if there is one, the caller's own word for what shares a quota, behind an empty line and what of the
    /// request may be secret (see [`Identity::named`]), as header lines.
    #[allow(clippy::needless_pass_by_value, reason = "one that may be missing crosses as its own")]
    pub fn start(
        &mut self,
        plan: &Plan,
        text: &str,
        scope: Option<String>,
        replayable: bool,
        wall: f64,
        mono: f64,
    ) -> u32 {
        let (origin, rest) = words::halves(text, b'\n');
        let (path, rest) = words::halves(rest, b'\n');
        let (method, headers) = words::halves(rest, b'\n');
        let headers = Headers::new(headers);
        let host = words::halves(origin, b':').1.strip_prefix("//").unwrap_or(origin);
        let mut identity = self.recent.of(origin, headers, scope.as_deref().map(parted)).to(method, path);
        if let Some((_, query)) = headers.lines().find(|(name, _)| *name == QUERY) {
            identity.secrets = identity.secrets.and_query(query);
        }
        let keyed = headers.lines().any(|(name, _)| name == IDEMPOTENCY_KEY);
        let request = Request { method: method.into(), identity, keyed, replayable };
        let index = self.free.pop().unwrap_or(self.calls.len() as u32);
        let at = Moment::new(wall, mono, 0.0);
        let call = Call::new(request, plan.policy.rules(host), index, &mut self.memory, at);
        let call = Some(Box::new(Slot { call, last: Last::default() }));
        match self.calls.get_mut(index as usize) {
            Some(place) => *place = call,
            None => self.calls.push(call),
        }
        index
    }

    /// What happened to a call. `event`: 0 it begins, 1 its wait is over or it is time for a further send, 2 its signal fired; of a question, 3 the caller's
    /// `decide` said yes, 4 no, 5 nothing; instead of 1 where the wait was for being online, 6 the host is, 7 it is not; 8 its time is over while the caller's own code is
    /// awaited. As for all that follow: 0 send, 1 wait, 2 resolve, 3 reject, 4 ask, 5 read the
    /// front of the body, 6 send, and a further send may follow, 7 let go of what was told and go on with the sends that are
    /// under way; -1 for an event out of place.
    pub fn tell(&mut self, call: u32, event: u32, wall: f64, mono: f64, sample: f64) -> i32 {
        let event = match event {
            0 => Event::Start,
            1 => Event::Elapse,
            2 => Event::Abort,
            3 => Event::Decided(Some(true)),
            4 => Event::Decided(Some(false)),
            6 => Event::Online(true),
            7 => Event::Online(false),
            8 => Event::Expire,
            _ => Event::Decided(None),
        };
        self.handle(call, event, Moment::new(wall, mono, sample))
    }

    /// The head of the answer to the send `attempt`, by its number from 1, arrived. `headers`: those whose names match `names(1)` or are among the plan's `dialects`. `foreign`: its type is
    /// "cors".
    #[allow(clippy::too_many_arguments, reason = "an object would cost a crossing for each member")]
    pub fn respond(
        &mut self,
        call: u32,
        attempt: u32,
        status: u16,
        headers: &str,
        foreign: bool,
        wall: f64,
        mono: f64,
        sample: f64,
    ) -> i32 {
        let event = Event::Respond { attempt, status, headers: Headers::new(headers), foreign };
        self.handle(call, event, Moment::new(wall, mono, sample))
    }

    /// The front of a body that was asked for, as far as it came.
    pub fn body(&mut self, call: u32, text: &str, wall: f64, mono: f64, sample: f64) -> i32 {
        self.handle(call, Event::Body(text), Moment::new(wall, mono, sample))
    }

    /// The fetch of the send `attempt` was rejected, with this name, message, and code of it or its cause. `offline`: the host says that it is.
    #[allow(clippy::too_many_arguments, reason = "an object would cost a crossing for each member")]
    pub fn fail(
        &mut self,
        call: u32,
        attempt: u32,
        name: &str,
        message: &str,
        code: &str,
        offline: bool,
        wall: f64,
        mono: f64,
        sample: f64,
    ) -> i32 {
        let failure = match classify::failure(name, message, code) {
            failure if offline && failure.is_network() => Failure::Offline,
            failure => failure,
        };
        self.handle(call, Event::Fail { attempt, failure }, Moment::new(wall, mono, sample))
    }

    /// The call is over, however it ended; its number may be given to another.
    pub fn end(&mut self, call: u32) {
        if let Some(mut ended) = self.calls.get_mut(call as usize).and_then(Option::take) {
            ended.call.end(&mut self.memory);
            self.free.push(call);
        }
    }

    /// What else a call sends that may be secret, as header lines: no name that its server tells is shown if it repeats a part.
    pub fn know(&mut self, call: u32, headers: &str) {
        if let Some(slot) = self.calls.get_mut(call as usize).and_then(Option::as_deref_mut) {
            slot.call.know(Headers::new(headers));
        }
    }

    /// What a record says of an error with this name, and code of it or its cause.
    pub fn label(&self, call: u32, name: &str, code: &str) -> String {
        let slot = self.calls.get(call as usize).and_then(Option::as_deref);
        slot.map_or_else(String::new, |slot| slot.call.label(name, code))
    }

    /// How long until `woken` is to be asked though nothing happened, ms; -1 if nobody waits for that.
    pub fn alarm(&mut self, wall: f64, mono: f64) -> f64 {
        let at = Moment::new(wall, mono, 0.0);
        self.memory.tracker.alarm(at).map_or(-1.0, |alarm| alarm.since(at.mono).max(0) as f64)
    }

    /// A waiting call that may go on now, or -1. Asked after each event until it says so.
    pub fn woken(&mut self, wall: f64, mono: f64) -> i32 {
        self.memory.tracker.wake(Moment::new(wall, mono, 0.0)).map_or(-1, |owner| owner as i32)
    }

    /// A number of a call's last action. 0: of a wait, how long; of a send, how long at most, 0 for no limit; of a question,
    /// how long it would wait; of a body, how long its front may take; of an end, when trying again may help, epoch ms, or 0.
    /// 1: of a question, whether it is sent again if nobody says anything; of an end, whether its response is to be thrown;
    /// of a wait, whether `woken` ends it, so that it needs no timer of its own; 1 or 0. 2: a number for `reason`, 0 for
    /// none: who knows it need not read the text; of a body, how many KiB. 3: what became of its origin's
    /// circuit: 1 it was closed, 2 half-opened, 3 opened; 0 nothing. 4: of 6 and 7, in how many ms to tell that it is time for a
    /// further send, -1 for never. 5: how long the call may still take, 0 for no limit.
    pub fn number(&self, call: u32, which: u32) -> f64 {
        let Some(slot) = self.calls.get(call as usize).and_then(Option::as_deref) else { return 0.0 };
        match which {
            0 => slot.last.time,
            1 => f64::from(u8::from(slot.last.flag)),
            2 => f64::from(slot.last.code),
            4 => slot.last.next,
            5 => slot.last.left,
            _ => slot.call.circuit().map_or(0.0, |state| f64::from(state as u8) + 1.0),
        }
    }

    /// Of a wait: what for. Of an end: why, or "".
    pub fn reason(&self, call: u32) -> String {
        let slot = self.calls.get(call as usize).and_then(Option::as_deref);
        slot.map_or("", |slot| slot.last.reason).into()
    }

    /// 0: whether the call may be sent more than once, so that its body is to be kept. 1: whether to make up an
    /// Idempotency-Key for it; if the shell does, it says so with 2, which answers `true`.
    pub fn is(&mut self, call: u32, which: u32) -> bool {
        let Some(slot) = self.calls.get_mut(call as usize).and_then(Option::as_deref_mut) else { return false };
        let call = &mut slot.call;
        match which {
            0 => call.may_repeat(),
            1 => call.wants_key(),
            _ => {
                call.set_keyed();
                true
            }
        }
    }

    /// What is known of quotas, as JSON. A call's number: the quota that its last wait was for and its scope, or ""; without
    /// what changes with each that waits, so that thousands may share one text. Of a wait that a header asked for: that header and until when. -1: an array of all; the least number: the
    /// same with the keys of their scopes, for a snapshot. -2 less a call's number: an array of the `Quota`s that its last
    /// answer told.
    pub fn quotas(&mut self, call: i32, wall: f64, mono: f64) -> String {
        let at = Moment::new(wall, mono, 0.0);
        let mut json = Writer::default();
        let index = if call < 0 { (-2_i32).wrapping_sub(call) } else { call };
        let of_call = self.calls.get(index as usize).and_then(Option::as_deref).map(|slot| &slot.call);
        if call >= 0 {
            if let Some(state) = of_call.and_then(|call| call.quota(&mut self.memory, at)) {
                json.open('{');
                write_quota(&mut json, &state);
                json.close('}');
            } else if let Some((source, until)) = of_call.and_then(Call::hint) {
                json.open('{');
                json.number("resetAt", Some(at.wall_at(until).0));
                json.text("source", Some(source));
                json.close('}');
            }
        } else if call == -1 || call == i32::MIN {
            json.open('[');
            let keyed = call == i32::MIN;
            self.memory.tracker.quotas(at, |state| {
                // That headers are hidden is nothing to carry over.
                if !keyed || state.limit.is_some() || state.resets.is_some() {
                    write_state(&mut json, state, keyed);
                }
            });
            json.close(']');
        } else {
            write_quotas(&mut json, of_call.map(Call::told).unwrap_or_default(), at.wall);
        }
        json.out
    }

    /// Takes up the quotas of a snapshot. `text`: nine lines for each, of what is not there an empty one. The scope's name and
    /// key, the quota's name, unit and source, its limit, what remains, when it resets (epoch ms) and its window (ms), as
    /// whole numbers of 15 digits at most. What has no key is passed over.
    pub fn restore(&mut self, plan: &Plan, text: &str, wall: f64, mono: f64) {
        let at = Moment::new(wall, mono, 0.0);
        let mut lines = words::split(text, b"\n");
        let kept = core::iter::from_fn(|| {
            let mut fields = [""; 9];
            fields.fill_with(|| lines.next().unwrap_or_default());
            Some(fields).filter(|[scope, ..]| !scope.is_empty())
        });
        let ruled = kept.filter_map(|[scope, key, name, unit, source, limit, remaining, resets, window]| {
            let identity = Identity::kept(scope, key)?;
            let rules = plan.policy.rules(identity.host()).rate_limit.clone()?;
            let text = |text: &str| (!text.is_empty()).then(|| text.into());
            let number = |text: &str| match text.strip_prefix('-') {
                Some(digits) => number::whole(digits).map(|number| -number),
                None => number::whole(text),
            };
            let mut quota = Quota {
                name: text(name),
                unit: text(unit),
                source: source.into(),
                limit: number(limit).map(|limit| limit as u64),
                remaining: number(remaining).map(|remaining| remaining as u64),
                reset_in: number(resets).map(|resets| WallTime(resets).since(at.wall)),
                window: number(window),
                granularity: 1,
                ..Quota::default()
            };
            Secrets::default().veil(core::slice::from_mut(&mut quota));
            Some((identity, quota, rules))
        });
        self.memory.tracker.restore(ruled, at);
    }

    #[inline(never)]
    fn handle(&mut self, call: u32, event: Event<'_>, at: Moment) -> i32 {
        let Some(slot) = self.calls.get_mut(call as usize).and_then(Option::as_deref_mut) else { return -1 };
        let Slot { call, last } = slot;
        let Ok(action) = call.handle(event, &mut self.memory, at) else { return -1 };
        *last = Last { left: call.left(at).unwrap_or(0) as f64, ..Last::default() };
        let (code, end) = match action {
            Action::Send { timeout, next, .. } => {
                last.time = timeout.unwrap_or(0) as f64;
                last.next = next.unwrap_or(-1) as f64;
                (if next.is_some() { 6 } else { 0 }, None)
            }
            Action::Await { next } => {
                last.next = next.unwrap_or(-1) as f64;
                (7, None)
            }
            Action::Wait { delay, reason } => {
                (last.time, last.reason, last.code) = (delay as f64, wait_name(reason), reason as u8 + 1);
                last.flag = self.memory.tracker.nudges() && call.is_alarmed();
                (1, None)
            }
            Action::Resolve { gave_up, throw } => {
                last.flag = throw;
                (2, gave_up)
            }
            Action::Reject(give_up) => (3, Some(give_up)),
            Action::Peek { bytes, within } => {
                (last.time, last.code) = (within as f64, (bytes / 1024) as u8);
                (5, None)
            }
            Action::Ask { retry, delay } => {
                (last.flag, last.time) = (retry, delay as f64);
                (4, None)
            }
        };
        if let Some(GiveUp { reason, retry_at }) = end {
            (last.reason, last.code) = (give_up_name(reason), reason as u8 + 32);
            last.time = retry_at.map_or(0.0, |retry_at| at.wall_at(retry_at).0 as f64);
        }
        code
    }
}

/// A word, and the header lines that stand before it and an empty line.
fn parted(text: &str) -> (&str, Headers<'_>) {
    let bytes = text.as_bytes();
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(0);
    let (sent, word) = (words::cut(text, 0, end), words::cut(text, end + 2, text.len()));
    (word, Headers::new(sent))
}

/// What a response tells: `{ quotas: Quota[], retryAfter?: Hint, limited?: boolean }` as JSON. `status` is 0 where it is
/// not known, `body` "".
#[wasm_bindgen]
pub fn read_quotas(headers: &str, wall: f64, status: u16, body: &str) -> String {
    let now = WallTime(wall as i64);
    let headers = Headers::new(headers);
    let mut reading = read::read(Answer { status, body, ..Answer::from(headers) }, now);
    Secrets::default().veil(&mut reading.quotas);
    let mut json = Writer::default();
    json.open('{');
    json.key("quotas");
    write_quotas(&mut json, &reading.quotas, now);
    // What the vendor's documentation says is not what the answer says.
    if let Some(hint) = reading.hint.as_ref().filter(|_| !reading.implied) {
        json.key("retryAfter");
        json.open('{');
        json.number("delay", Some(hint.delay));
        json.text("source", Some(&hint.source));
        json.close('}');
    }
    if let Some(limited) = call::limited(status, &reading) {
        json.key("limited");
        json.flag(limited);
    }
    json.close('}');
    json.out
}

/// Names of headers, in lower case. Regular expressions that those match whose values are wanted: 0 of a request by
/// `Engine::start`, 1 of a response by `Engine::respond`. 2: the one that carries an idempotency key.
#[wasm_bindgen]
pub fn names(which: u32) -> String {
    String::from(match which {
        0 => TOLD,
        1 => read::wanted(),
        _ => IDEMPOTENCY_KEY,
    })
}
