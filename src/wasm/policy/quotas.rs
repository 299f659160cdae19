//! What is known of quotas, and what a response tells of them, as JSON.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use super::{Engine, Plan};
use crate::{
    call::{self, Call},
    rate_limit::{
        identity::Identity,
        quota::Quota,
        read::{self, Answer},
        secrets::Secrets,
    },
    syntax::{headers::Headers, number, words, write::Writer},
    time::{Moment, WallTime},
    wasm::{
        protocol::Quotas,
        words::{write_quota, write_quotas, write_state},
    },
};

#[wasm_bindgen]
impl Engine {
    /// What is known of [`Quotas`], as JSON; `call` counts for those that are of a call.
    pub fn quotas(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Quotas")] which: i32,
        call: u32,
        wall: f64,
        mono: f64,
    ) -> String {
        let at = Moment::new(wall, mono, 0.0);
        let mut json = Writer::default();
        let call = self.calls.get(call as usize).and_then(Option::as_deref).map(|slot| &slot.call);
        match Quotas::of(which) {
            Some(Quotas::Awaited) => {
                if let Some(state) = call.and_then(|call| call.quota(&mut self.memory, at)) {
                    json.open('{');
                    write_quota(&mut json, &state);
                    json.close('}');
                } else if let Some((source, until)) = call.and_then(Call::hint) {
                    json.open('{');
                    json.number("resetAt", Some(at.wall_at(until).0));
                    json.text("source", Some(source));
                    json.close('}');
                }
            }
            Some(Quotas::Reported) => write_quotas(&mut json, call.map(Call::told).unwrap_or_default(), at.wall),
            which => {
                let keyed = which == Some(Quotas::Snapshot);
                json.open('[');
                self.memory.tracker.quotas(at, |state| {
                    // That headers are hidden is nothing to carry over.
                    if !keyed || state.limit.is_some() || state.resets.is_some() {
                        write_state(&mut json, state, keyed);
                    }
                });
                json.close(']');
            }
        }
        json.out
    }

    /// Takes up the quotas of a snapshot. `text`: nine lines for each, of what is not there an empty one. The scope's name and
    /// key, the quota's name, unit and source, its limit, what remains, when it resets (epoch ms) and its window (ms), as
    /// whole numbers of 15 digits at most. What has no key is passed over.
    pub fn restore(&mut self, plan: &Plan, text: &str, wall: f64, mono: f64) {
        let at = Moment::new(wall, mono, 0.0);
        let mut lines = words::split(text, b"\n");
        loop {
            let mut next = || lines.next().unwrap_or_default();
            let [scope, key, name, unit, source, limit, remaining, resets, window] = [(); 9].map(|()| next());
            if scope.is_empty() {
                return;
            }
            let Some(identity) = Identity::kept(scope, key) else { continue };
            let Some(rules) = &plan.policy.rules(identity.host()).rate_limit else { continue };
            let quota = Quota {
                name: text_of(name),
                unit: text_of(unit),
                source: source.into(),
                limit: number_of(limit).map(|limit| limit as u64),
                remaining: number_of(remaining).map(|remaining| remaining as u64),
                reset_in: number_of(resets).map(|resets| WallTime(resets).since(at.wall)),
                window: number_of(window),
                granularity: 1,
                ..Quota::default()
            };
            self.memory.tracker.restore(&identity, quota, rules, at);
        }
    }
}

fn text_of(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

fn number_of(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => number::whole(digits).map(|number| -number),
        None => number::whole(text),
    }
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
    // What the vendor's documentation says is not what the response says.
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
