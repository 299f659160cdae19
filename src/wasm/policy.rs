//! The policy for JavaScript: calls are numbers, times are `f64` ms, an action is a number whose details are read after it. Each
//! number that crosses has its name in [`super::protocol`].
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
use super::{
    protocol::{self, Absent, Circuit, Detail, Names, Question},
    words::{give_up_name, wait_name},
};
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
        circuit::CircuitState,
        classify::{self, Failure},
    },
    syntax::{headers::Headers, words},
    time::Moment,
};
pub use quotas::read_quotas;

// What the types of the generated glue name.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r##"import type { Action, Detail, Event, Names, Question, Quotas } from "#protocol";"##;

const REFUSED: i32 = protocol::Action::Refused as i32;
const NEVER: i32 = Absent::Never as i32;
/// The numbers of reasons: those of waits, then those of ends.
const FIRST_WAIT: u8 = 1;
const FIRST_END: u8 = 32;
const KIB: usize = 1024;

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
    /// method, and its headers but those that `names` with [`Names::Unwanted`] matches, one a line, the query as one called `?`: each text that crosses costs as much as its
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
    #[wasm_bindgen(unchecked_return_type = "Action")]
    pub fn prepared(&mut self, call: u32, headers: &str, wall: f64, mono: f64, sample: f64) -> i32 {
        self.know(call, headers);
        let Some(slot) = slot_of(&mut self.calls, call) else { return REFUSED };
        let Some(made) = slot.made.take() else { return REFUSED };
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

    /// What happened to a call: an [`Event`](protocol::Event). Returns what to do, as all methods below that take an event: an
    /// [`Action`](protocol::Action).
    #[wasm_bindgen(unchecked_return_type = "Action")]
    pub fn tell(
        &mut self,
        call: u32,
        #[wasm_bindgen(unchecked_param_type = "Event")] event: i32,
        wall: f64,
        mono: f64,
        sample: f64,
    ) -> i32 {
        use protocol::Event as Number;
        let event = match Number::of(event) {
            Some(Number::Begin) => Event::Start,
            Some(Number::Elapse) => Event::Elapse,
            Some(Number::Abort) => Event::Abort,
            Some(Number::Yes) => Event::Decided(Some(true)),
            Some(Number::No) => Event::Decided(Some(false)),
            Some(Number::Online) => Event::Online(true),
            Some(Number::Offline) => Event::Online(false),
            Some(Number::Expire) => Event::Expire,
            Some(Number::Adopted) => {
                self.memory.tracker.adopted();
                return REFUSED;
            }
            Some(Number::Undecided) | None => Event::Decided(None),
        };
        self.handle(call, event, Moment::new(wall, mono, sample))
    }

    /// The head of the response to the send `attempt`, by its number from 1, arrived. `headers`: those whose names match `names` with [`Names::Wanted`] or are among the plan's `dialects`. `foreign`: its type is
    /// "cors". `from`: the origin that it came from in the end, after a redirect, else "".
    #[wasm_bindgen(unchecked_return_type = "Action")]
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
    #[wasm_bindgen(unchecked_return_type = "Action")]
    pub fn body(&mut self, call: u32, text: &str, wall: f64, mono: f64, sample: f64) -> i32 {
        self.handle(call, Event::Body(text), Moment::new(wall, mono, sample))
    }

    /// The fetch of the send `attempt` was rejected, with this name, message, and code of it or its cause. `offline`: the host says that it is.
    #[wasm_bindgen(unchecked_return_type = "Action")]
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

    /// How long until `woken` is to be asked though nothing happened, ms; [`Absent::Never`] if nobody waits for that.
    pub fn alarm(&mut self, wall: f64, mono: f64) -> f64 {
        let at = Moment::new(wall, mono, 0.0);
        self.memory.tracker.alarm(at).map_or(f64::from(NEVER), |alarm| alarm.since(at.mono).max(0) as f64)
    }

    /// A waiting call that may go on now, or [`Absent::Never`]. Asked after each event until it returns that.
    pub fn woken(&mut self, wall: f64, mono: f64) -> i32 {
        self.memory.tracker.wake(Moment::new(wall, mono, 0.0)).map_or(NEVER, |owner| owner as i32)
    }

    /// A [`Detail`] of a call's last action, as a number.
    pub fn detail(&mut self, call: u32, #[wasm_bindgen(unchecked_param_type = "Detail")] which: i32) -> f64 {
        let Some(slot) = slot_of(&mut self.calls, call) else { return 0.0 };
        match Detail::of(which) {
            Some(Detail::Time) => slot.last.time,
            Some(Detail::Flag) => f64::from(u8::from(slot.last.flag)),
            Some(Detail::Code) => f64::from(slot.last.code),
            Some(Detail::NextSend) => slot.last.next,
            Some(Detail::Left) => slot.last.left,
            Some(Detail::Circuit) | None => f64::from(match slot.call.circuit() {
                None => Circuit::Unchanged,
                Some(CircuitState::Closed) => Circuit::Closed,
                Some(CircuitState::HalfOpen) => Circuit::HalfOpen,
                Some(CircuitState::Open) => Circuit::Open,
            } as i32),
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

    /// The result of a [`Question`] about a call.
    pub fn is(&mut self, call: u32, #[wasm_bindgen(unchecked_param_type = "Question")] question: i32) -> bool {
        let Some(slot) = slot_of(&mut self.calls, call) else { return false };
        match Question::of(question) {
            Some(Question::Repeatable) => slot.call.may_repeat(),
            Some(Question::Keyless) | None => slot.call.wants_key(),
        }
    }

    /// The shell sends an idempotency key with the call.
    pub fn keyed(&mut self, call: u32) {
        if let Some(slot) = slot_of(&mut self.calls, call) {
            slot.call.set_keyed();
        }
    }

    #[inline(never)]
    fn handle(&mut self, call: u32, event: Event<'_>, at: Moment) -> i32 {
        use protocol::Action as Number;
        let Some(slot) = slot_of(&mut self.calls, call) else { return REFUSED };
        let Slot { call, last, .. } = slot;
        let Ok(action) = call.handle(event, &mut self.memory, at) else { return REFUSED };
        *last = Last { left: call.left(at).unwrap_or(0) as f64, ..Last::default() };
        let (number, end) = match action {
            Action::Send { timeout, next, .. } => {
                last.time = timeout.unwrap_or(0) as f64;
                last.next = next.unwrap_or(NEVER.into()) as f64;
                (if next.is_some() { Number::Hedge } else { Number::Send }, None)
            }
            Action::Await { next } => {
                last.next = next.unwrap_or(NEVER.into()) as f64;
                (Number::Await, None)
            }
            Action::Wait { delay, reason } => {
                (last.time, last.why, last.code) = (delay as f64, Why::Wait(reason), reason as u8 + FIRST_WAIT);
                last.flag = self.memory.tracker.nudges() && call.is_alarmed();
                (Number::Wait, None)
            }
            Action::Resolve { gave_up, throw } => {
                last.flag = throw;
                (Number::Resolve, gave_up)
            }
            Action::Reject(give_up) => (Number::Reject, Some(give_up)),
            Action::Prepare { timeout } => {
                last.time = timeout.unwrap_or(0) as f64;
                (Number::Prepare, None)
            }
            Action::Peek { bytes, within } => {
                (last.time, last.code) = (within as f64, (bytes / KIB) as u8);
                (Number::Peek, None)
            }
            Action::Ask { retry, delay } => {
                (last.flag, last.time) = (retry, delay as f64);
                (Number::Ask, None)
            }
        };
        if let Some(GiveUp { reason, retry_at }) = end {
            (last.why, last.code) = (Why::End(reason), reason as u8 + FIRST_END);
            last.time = retry_at.map_or(0.0, |retry_at| at.wall_at(retry_at).0 as f64);
        }
        number as i32
    }
}

#[inline(never)]
fn slot_of(calls: &mut [Option<Box<Slot>>], call: u32) -> Option<&mut Slot> {
    calls.get_mut(call as usize)?.as_deref_mut()
}

/// [`Names`] of headers.
#[wasm_bindgen]
pub fn names(#[wasm_bindgen(unchecked_param_type = "Names")] which: i32) -> String {
    String::from(match Names::of(which) {
        Some(Names::Unwanted) => LEFT_OUT,
        Some(Names::Wanted) => read::wanted(),
        Some(Names::Key) | None => IDEMPOTENCY_KEY,
    })
}
