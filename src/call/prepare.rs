//! A caller who makes headers for each send, such as a token that is refreshed: whose quota the call takes from, and what becomes
//! of a token that is refused.
//!
//! The headers say whose quota it is, so they are made before the call asks for its place. Where it then has to wait, they are
//! old by the time of its turn and are made again.
//!
//! A 401 says that the credentials were refused before anything was done (RFC 9110, section 15.5.2). If the caller gives
//! others, the call is sent again, whatever its method, and no retry is spent: the server was not overloaded. Once only, since two
//! tokens in a row that are refused are no token that was over.

use crate::shared::Arc;
use alloc::boxed::Box;

use super::{Action, Call, GiveUpReason, Memory, Request, State, judge::Question};
use crate::{
    policy::Rules,
    rate_limit::{
        identity::Identity,
        read::{Answer, Reading},
        reserve::Sign,
    },
    retry::Ended,
    syntax::headers::Headers,
    time::{Moment, MonoTime},
};

/// The credentials were refused: by the server, or by a proxy before it.
const UNAUTHORISED: [u16; 2] = [401, 407];

/// What the headers are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// To know whose quota it is.
    Entering,
    /// To send: its place is granted.
    Granted,
    /// To see whether other credentials can be had.
    Renewing,
}

/// What a call keeps of the headers that its caller makes.
#[derive(Debug)]
pub(super) struct Prepare {
    owner: u32,
    /// A word of the caller's names its scope, whatever the headers are.
    is_named: bool,
    /// The key of the scope that it is in.
    key: Option<[u8; 16]>,
    credentials: u64,
    /// Made for the next send.
    is_fresh: bool,
    /// When the making of those began: the time of an attempt counts from there.
    began: Option<MonoTime>,
    renewed: bool,
    /// What `decide` said of the response that may be renewed.
    said: Option<bool>,
}

impl Prepare {
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    pub fn began(&self) -> Option<MonoTime> {
        self.began
    }

    /// They are sent, or too old to be.
    pub fn forget(&mut self) {
        (self.is_fresh, self.began) = (false, None);
    }
}

impl Call {
    /// The same as [`Call::new`], for a caller who makes headers for each send. `is_named`: by a word of the caller's, so that these
    /// headers change nothing of its scope.
    pub fn with_prepare(
        request: Request,
        rules: Arc<Rules>,
        owner: u32,
        is_named: bool,
        memory: &mut Memory,
        at: Moment,
    ) -> Self {
        let mut call = if is_named {
            Self::new(request, rules, owner, memory, at)
        } else {
            Self::with_ticket(request, rules, None, memory, at)
        };
        call.prepare = Some(Box::new(Prepare {
            owner,
            is_named,
            key: None,
            credentials: 0,
            is_fresh: false,
            began: None,
            renewed: false,
            said: None,
        }));
        call
    }

    /// Whether the next response came after a redirect from another origin, whose limits it then reports.
    pub fn came_from(&mut self, is_away: bool) {
        self.is_away = is_away;
    }

    /// Whether its scope is known only with the headers.
    pub(super) fn prepares_first(&self) -> bool {
        self.prepare.as_ref().is_some_and(|prepare| !prepare.is_named) && self.rules.rate_limit.is_some()
    }

    pub(super) fn ask_headers(&mut self, stage: Stage, at: Moment) -> Action {
        self.state = State::Preparing(stage);
        if let Some(prepare) = &mut self.prepare {
            prepare.began.get_or_insert(at.mono);
        }
        Action::Prepare { timeout: self.limit(at).map(|until| until.since(at.mono).max(1)) }
    }

    pub(super) fn prepared(
        &mut self,
        stage: Stage,
        identity: Option<&Identity>,
        credentials: u64,
        memory: &mut Memory,
        at: Moment,
    ) -> Action {
        let Some(prepare) = &mut self.prepare else { return self.ask(memory, at) };
        let is_new = prepare.credentials != credentials;
        let said = prepare.said.take();
        if stage == Stage::Renewing && !is_new {
            prepare.forget();
            return match self.question.take() {
                // The caller's own word, which knows of more than headers.
                Some(question) if said == Some(true) => {
                    self.decided(Question { renews: false, ..*question }, said, memory, at)
                }
                _ => self.resolve(Some(GiveUpReason::NotRetryable), None, memory),
            };
        }
        (prepare.is_fresh, prepare.credentials) = (true, credentials);
        prepare.renewed |= stage == Stage::Renewing;
        let has_moved = identity.is_some_and(|identity| self.enter(identity, memory, at));
        if stage == Stage::Granted && !has_moved { self.send(memory, at) } else { self.ask(memory, at) }
    }

    // Takes a place in the scope of `identity`, unless it has one there.
    fn enter(&mut self, identity: &Identity, memory: &mut Memory, at: Moment) -> bool {
        let (Some(prepare), Some(rate)) = (&mut self.prepare, &self.rules.rate_limit) else { return false };
        if prepare.is_named || prepare.key == Some(identity.key) {
            return false;
        }
        prepare.key = Some(identity.key);
        let (priority, cost) = (self.rules.priority, u64::from(self.rules.cost));
        let ticket = memory.tracker.enter(identity, rate, priority, cost, prepare.owner, at);
        if let Some(old) = self.ticket.replace(ticket) {
            memory.tracker.cancel(old);
        }
        true
    }

    /// Whether what ended may be put right by other credentials.
    pub(super) fn may_renew(&self, ended: Ended<'_>) -> bool {
        let most = self.rules.retry.as_ref().map_or(1, |retry| retry.max_attempts);
        matches!(ended, Ended::Answer { status, .. } if UNAUTHORISED.contains(&status))
            && self.prepare.as_ref().is_some_and(|prepare| !prepare.renewed)
            && !self.is_away
            && self.request.replayable
            && self.sends < most
    }

    pub(super) fn renew(&mut self, question: Question, said: Option<bool>, at: Moment) -> Action {
        if let Some(prepare) = &mut self.prepare {
            prepare.said = said;
        }
        self.question = Some(Box::new(question));
        self.ask_headers(Stage::Renewing, at)
    }

    /// Of a response from another origin: the origin that was asked works, since it sent the call there; a limit of the other holds
    /// those who would be sent there too.
    pub(super) fn learn_away(&mut self, reading: &Reading, sign: Sign, memory: &mut Memory, at: Moment) {
        let Some(ticket) = self.ticket.filter(|_| self.is_away) else { return };
        let redirect = Answer { status: 302, ..Answer::from(Headers::default()) };
        let _ = memory.tracker.observe(ticket, redirect, at, |_| Sign::Works);
        let spent = reading
            .quotas
            .iter()
            .filter(|quota| super::signs::is_spent(quota))
            .filter_map(|quota| quota.reset_in)
            .max();
        let hint = reading.hint.as_ref().and_then(crate::hints::Hint::wait);
        if let Some(delay) = hint.or(spent).filter(|_| sign != Sign::Works) {
            memory.tracker.hold_route(ticket, at.mono.plus(delay), at);
        }
    }
}
