//! The policy for JavaScript: calls are numbers, times are `f64` ms, an action is a code whose details are read after it.
//!
//! Each export takes about 200 bytes of WebAssembly and as many of glue, so events share one, and so do the details.
//! Beside the options ([`super::plan`]) one type is all that crosses; its methods share its buffers.

mod quotas;
mod shared;
mod slot;
mod whose;

use alloc::{boxed::Box, string::String, vec::Vec};

use wasm_bindgen::prelude::wasm_bindgen;

use slot::{Last, Made, Slot, Why};
use whose::{headers_of, merged, parted};

pub use super::plan::Plan;
use super::words::{give_up_name, wait_name};
use crate::{
    call::{Action, Call, Event, GiveUp, GiveUpReason, Memory, Request},
    hints,
    rate_limit::{
        credentials::{self, LEFT_OUT},
        identity::{self, Recent},
        read,
        unlisted::Unlisted,
    },
    retry::{
        IDEMPOTENCY_KEY,
        classify::{self, Failure},
    },
    syntax::{headers::Headers, words},
    time::Moment,
};
pub use quotas::read_quotas;

/// All state of a policy, and its calls.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    memory: Memory,
    /// Boxed, so that room for more of them is cheap to make.
    calls: Vec<Option<Box<Slot>>>,
    free: Vec<u32>,
    recent: Recent,
    unlisted: Unlisted,
}

#[wasm_bindgen]
impl Engine {
    /// `nudges`: whether this host may wake one call from another's turn.
    #[wasm_bindgen(constructor)]
    pub fn new(nudges: bool) -> Self {
        Self {
            memory: Memory::new(nudges),
            calls: Vec::new(),
            free: Vec::new(),
            recent: Recent::default(),
            unlisted: Unlisted::default(),
        }
    }

    /// A new call, by number; told to begin, it says its first action. `text`: its origin and its path, as `URL` has them, its
    /// method, and its headers but those that `names(0)` matches, one a line, the query as one called `?`: each text that crosses costs as much as its
    /// bytes. `scope`: if there is one, the caller's own word for what shares a quota, behind an empty line and what of the
    /// request may be secret (see [`identity::Identity::named`]), as header lines. `prepares`: its caller makes headers for each send. `relays`: its
    /// sends go to a policy that sends them again itself.
    #[allow(clippy::needless_pass_by_value, reason = "one that may be missing crosses as its own")]
    #[allow(clippy::too_many_arguments, reason = "an object would cost a crossing for each member")]
    pub fn start(
        &mut self,
        plan: &Plan,
        text: &str,
        scope: Option<String>,
        replayable: bool,
        prepares: bool,
        relays: bool,
        wall: f64,
        mono: f64,
    ) -> u32 {
        let (origin, rest) = words::halves(text, b'\n');
        let (_, rest) = words::halves(rest, b'\n');
        let (method, headers) = words::halves(rest, b'\n');
        let host = words::halves(origin, b':').1.strip_prefix("//").unwrap_or(origin);
        let rules = if relays { plan.policy.relayed(host) } else { plan.policy.rules(host) };
        let identity = self.identify(text, "", scope.as_deref().map(parted), rules.rate_limit.as_deref());
        let keyed = Headers::new(headers).lines().any(|(name, _)| name == IDEMPOTENCY_KEY);
        let (origin, scope_number) = (identity.origin, identity.number());
        let request = Request { method: method.into(), identity, keyed, replayable };
        let index = self.free.pop().unwrap_or(self.calls.len() as u32);
        let at = Moment::new(wall, mono, 0.0);
        let is_named = scope.is_some();
        let call = if prepares {
            Call::with_prepare(request, rules, index, is_named, &mut self.memory, at)
        } else {
            Call::new(request, rules, index, &mut self.memory, at)
        };
        let made = prepares.then(|| Box::new(Made { text: text.into(), is_named }));
        let call = Some(Box::new(Slot { call, last: Last::default(), origin, scope: scope_number, made }));
        match self.calls.get_mut(index as usize) {
            Some(place) => *place = call,
            None => self.calls.push(call),
        }
        index
    }

    /// The headers that its caller made for the next send of a call, all of them, one a line; nothing where it made none.
    pub fn prepared(&mut self, call: u32, headers: &str, wall: f64, mono: f64, sample: f64) -> i32 {
        self.know(call, headers);
        let Some(slot) = slot_of(&mut self.calls, call) else { return -1 };
        let Some(made) = slot.made.take() else { return -1 };
        let rate = slot.call.rules().rate_limit.clone();
        let own = rate.as_ref().map_or(&[][..], |rate| &rate.credentials);
        let credentials = credentials::tag(0, Headers::new(&merged(headers_of(&made.text).text(), headers)), own);
        // One that is named by the caller is watched for nothing.
        let watched = rate.as_deref().filter(|_| !made.is_named);
        let identity = self.identify(&made.text, headers, None, watched);
        let is_named = made.is_named;
        if let Some(slot) = slot_of(&mut self.calls, call) {
            slot.made = Some(made);
            if !is_named {
                slot.scope = identity.number();
            }
        }
        let event = Event::Prepared { identity: Some(&identity).filter(|_| !is_named), credentials };
        self.handle(call, event, Moment::new(wall, mono, sample))
    }

    /// What happened to a call. `event`: 0 it begins, 1 its wait is over or it is time for a further send, 2 its signal fired; of a question, 3 the caller's
    /// `decide` said yes, 4 no, 5 nothing; instead of 1 where the wait was for being online, 6 the host is, 7 it is not; 8 its time is over while the caller's own code is
    /// awaited. As for all that follow: 0 send, 1 wait, 2 resolve, 3 reject, 4 ask, 5 read the
    /// front of the body, 6 send, and a further send may follow, 7 let go of what was told and go on with the sends that are
    /// under way, 9 have the caller make headers for the next send, and keep what was told; -1 for an event out of place.
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
    /// "cors". `from`: the origin that it came from in the end, after a redirect, else "".
    #[allow(clippy::too_many_arguments, reason = "an object would cost a crossing for each member")]
    pub fn respond(
        &mut self,
        call: u32,
        attempt: u32,
        status: u16,
        headers: &str,
        foreign: bool,
        from: &str,
        wall: f64,
        mono: f64,
        sample: f64,
    ) -> i32 {
        if let Some(slot) = slot_of(&mut self.calls, call) {
            slot.call.came_from(!from.is_empty() && identity::number_of(from) != slot.origin);
        }
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
        if let Some(slot) = slot_of(&mut self.calls, call) {
            slot.call.know(Headers::new(headers));
        }
    }

    /// Why a call was refused before it was sent, in words.
    pub fn refusal(&mut self, call: u32, wall: f64) -> String {
        let Some(slot) = slot_of(&mut self.calls, call) else { return String::new() };
        slot.call.refusal(slot.last.why == Why::End(GiveUpReason::QueueFull), (slot.last.time - wall) as i64)
    }

    /// What a developer should be told of a call's API, once for each origin; "" for nothing. `credential-header`, and on the next
    /// line the name of a header that seems to hold credentials and does not count; or `headers-hidden`, and the header that the API should send.
    pub fn notice(&mut self, call: u32) -> String {
        let Some(slot) = slot_of(&mut self.calls, call) else { return String::new() };
        if let Some(name) = self.unlisted.take(slot.origin) {
            return ["credential-header\n", &name].concat();
        }
        let line = self.memory.tracker.hidden(slot.scope);
        if line.is_empty() || !self.unlisted.is_news(slot.origin, hints::EXPOSE) {
            return String::new();
        }
        ["headers-hidden\n", line].concat()
    }

    /// What a record says of an error with this name, and code of it or its cause.
    pub fn label(&mut self, call: u32, name: &str, code: &str) -> String {
        let slot = slot_of(&mut self.calls, call);
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
    pub fn number(&mut self, call: u32, which: u32) -> f64 {
        let Some(slot) = slot_of(&mut self.calls, call) else { return 0.0 };
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
    pub fn reason(&mut self, call: u32) -> String {
        let slot = slot_of(&mut self.calls, call);
        match slot.map_or(Why::None, |slot| slot.last.why) {
            Why::None => String::new(),
            Why::Wait(reason) => wait_name(reason).into(),
            Why::End(reason) => give_up_name(reason).into(),
        }
    }

    /// 0: whether the call may be sent more than once, so that its body is to be kept. 1: whether to make up an
    /// Idempotency-Key for it; if the shell does, it says so with 2, which answers `true`.
    pub fn is(&mut self, call: u32, which: u32) -> bool {
        let Some(slot) = slot_of(&mut self.calls, call) else { return false };
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

    #[inline(never)]
    fn handle(&mut self, call: u32, event: Event<'_>, at: Moment) -> i32 {
        let Some(slot) = slot_of(&mut self.calls, call) else { return -1 };
        let Slot { call, last, .. } = slot;
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
                (last.time, last.why, last.code) = (delay as f64, Why::Wait(reason), reason as u8 + 1);
                last.flag = self.memory.tracker.nudges() && call.is_alarmed();
                (1, None)
            }
            Action::Resolve { gave_up, throw } => {
                last.flag = throw;
                (2, gave_up)
            }
            Action::Reject(give_up) => (3, Some(give_up)),
            Action::Prepare { timeout } => {
                last.time = timeout.unwrap_or(0) as f64;
                (9, None)
            }
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
            (last.why, last.code) = (Why::End(reason), reason as u8 + 32);
            last.time = retry_at.map_or(0.0, |retry_at| at.wall_at(retry_at).0 as f64);
        }
        code
    }
}

#[inline(never)]
fn slot_of(calls: &mut [Option<Box<Slot>>], call: u32) -> Option<&mut Slot> {
    calls.get_mut(call as usize)?.as_deref_mut()
}

/// Names of headers, in lower case. Regular expressions: 0 matches those of a request that `Engine::start` does not want, 1
/// those of a response whose values are wanted by `Engine::respond`. 2: the one that carries an idempotency key.
#[wasm_bindgen]
pub fn names(which: u32) -> String {
    String::from(match which {
        0 => LEFT_OUT,
        1 => read::wanted(),
        _ => IDEMPOTENCY_KEY,
    })
}
