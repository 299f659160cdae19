//! What an attempt gave: its response is read, its body too where the head leaves open what it is, and told to the tracker.

use crate::shared::Arc;
use alloc::boxed::Box;

use super::{
    Action, Call, Memory, State,
    signs::{complete, is_spent, sign_of, signs},
};
use crate::{
    hints::body,
    rate_limit::{
        Loss,
        read::{self, Answer, Reading},
    },
    retry::{
        Ended,
        classify::{self, Failure, Signs},
    },
    syntax::{headers::Headers, words},
    time::{Moment, times},
};

/// The shortest wait that is made of words such as "in a few minutes", where the call's own limits allow no more, ms.
const IMPLIED: i64 = 1000;

/// How long the front of a body may take to come, ms: a report of a limit is short and comes with its head.
const PEEK: i64 = 1000;

impl Call {
    pub(super) fn land(&mut self, failure: Failure, memory: &mut Memory, at: Moment) -> Loss {
        let lost = failure == Failure::Network;
        let down = failure.is_network() || failure == Failure::Timeout;
        self.ticket.map_or(Loss::Plain, |ticket| memory.tracker.fail(ticket, down, lost, at))
    }

    pub(super) fn respond(
        &mut self,
        head: (u16, bool),
        headers: Headers<'_>,
        memory: &mut Memory,
        at: Moment,
    ) -> Action {
        let (status, foreign) = head;
        self.is_error = classify::is_error(status);
        let acts = self.ticket.is_some() || self.rules.retry.is_some();
        let asks = self.rules.limits(status).asks(status);
        let hides = asks
            || self.rules.errors_under_200
                && (200..300).contains(&status)
                && headers.find("content-type").is_some_and(|kind| {
                    let kind = kind.to_ascii_lowercase();
                    words::holds(&kind, "json") || words::holds(&kind, "/xml")
                });
        if acts && (hides || classify::is_unclear(status, Signs::default())) {
            let answer = Answer { foreign, dialects: &self.rules.dialects, status, ..Answer::from(headers) };
            let signs = signs(&read::read(answer, at.wall), headers);
            if hides || classify::is_unclear(status, signs) {
                if let Some(ticket) = self.ticket {
                    memory.tracker.land(ticket, !classify::is_limited(status, signs), at);
                }
                self.head = Some(headers.text().into());
                self.state = State::Peeking { status, foreign };
                let left = self.deadline.map_or(PEEK, |deadline| deadline.since(at.mono).clamp(1, PEEK));
                return Action::Peek { bytes: body::MOST, within: left };
            }
        }
        self.learn(head, headers, "", memory, at)
    }

    pub(super) fn learn(
        &mut self,
        (status, foreign): (u16, bool),
        headers: Headers<'_>,
        body: &str,
        memory: &mut Memory,
        at: Moment,
    ) -> Action {
        let mut seen = Signs::default();
        let secrets = self.request.secrets.clone();
        let mut sign = |reading: &mut Reading| {
            secrets.veil(&mut reading.quotas);
            complete(status, reading, headers);
            seen = signs(reading, headers);
            sign_of(status, seen)
        };
        let rules = Arc::clone(&self.rules);
        let answer = Answer { headers, status, body, dialects: &rules.dialects, limits: rules.limits(status), foreign };
        let mut reading = if let Some(ticket) = self.ticket.filter(|_| !self.is_away) {
            memory.tracker.observe(ticket, answer, at, sign)
        } else {
            let mut reading = read::read(answer, at.wall);
            let _ = sign(&mut reading);
            reading
        };
        self.learn_away(&reading, sign_of(status, seen), memory, at);
        // By its body alone, where a profile says that errors hide under a success.
        self.is_error |= seen.limited.is_some();
        if let Some(hint) = reading.hint.as_mut().filter(|_| reading.implied) {
            // "Then grow" (GitHub's documentation of secondary limits); but what only words imply must not end the call.
            let grown = times(hint.delay, 1 << (self.sends - 1).min(20));
            let most = self.rules.retry.as_ref().map_or(0, |retry| retry.max_retry_after);
            let left = self.deadline.map_or(most, |deadline| deadline.since(at.mono) / 2);
            hint.delay = grown.min(most.min(self.rules.max_held.saturating_sub(self.held)).min(left).max(IMPLIED));
        }
        let mut reset_in = None;
        for quota in &reading.quotas {
            if is_spent(quota) {
                reset_in = reset_in.max(quota.reset_in);
            }
        }
        let ended = Ended::Answer { status, signs: seen, hint: reading.hint.as_ref(), reset_in };
        let action = self.judge(ended, memory, at);
        let tells = !reading.quotas.is_empty() || reading.hint.is_some();
        self.reading = tells.then(|| Box::new(reading));
        action
    }
}
