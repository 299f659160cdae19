//! What a page sees of its server's headers, and what a failed fetch may mean where it sees none.
//!
//! Every answer has a `Date` (RFC 9110, 6.6.1). A cross-origin one of which a script reads neither that nor any other name
//! that the readers know exposes nothing, and says so by what is missing. What was readable once is exposed: a gateway's
//! bare answer among others is no news of the server.
//!
//! A gateway's 429 often lacks `Access-Control-Allow-Origin` too, and then the fetch fails like one without a network. So
//! a failure is doubted only where headers are hidden, as one of several in a row beside others under way: a lone one, or
//! one in fifty, is what it looks like. Whoever is doubted holds the others for as long as its own backoff, no longer: the
//! page may be offline. It is a lesson of how much the server grants in how long only if others that were under way were
//! answered all the same, or if it happens again within the minute. Within a minute of that any failure is taken for one more.

use alloc::string::String;

use crate::{
    hints::EXPOSE,
    rate_limit::{Tracker, identity, lane::LONG_AGO, read::Answer, reserve::Scope, server::Servers, ticket::Ticket},
    time::MonoTime,
};

/// So many failures of one route in a row are no chance: of independent ones that are 2 in a hundred, 8 in a million.
const RUN: u32 = 3;
/// A second bout within this, in ms, is a pattern.
const AGAIN: i64 = 60_000;
/// A fetch that a page forbids itself fails within this, ms: nothing was waited for.
const QUICK: i64 = 1000;

/// What the failure of a fetch looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It is a page's that read responses of that origin before, and came at once: most likely a request that CORS or a blocker
    /// forbids, which shows nothing of the server and would fail again.
    Blocked,
    /// What it is: a network that failed, or a server.
    Plain,
    /// A refusal that the page could not read.
    Refused,
}

/// What one scope's page can see.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four facts, of which none rules out another")]
pub(super) struct Sight {
    /// Of a scope whose headers are hidden: the response header that its server would have to send; else "".
    pub line: String,
    exposed: bool,
    /// It is a page's of another origin.
    is_foreign: bool,
    /// The last failure that was taken for a refusal.
    doubted: MonoTime,
    is_doubting: bool,
    is_sure: bool,
}

impl Sight {
    pub const NEW: Self = Self {
        line: String::new(),
        exposed: false,
        is_foreign: false,
        doubted: LONG_AGO,
        is_doubting: false,
        is_sure: false,
    };

    /// A response came to what was sent at `sent`. `tells`: its date, or a quota. Whether the failures before it were none that
    /// teach anything.
    pub fn see(&mut self, answer: Answer<'_>, tells: bool, sent: MonoTime) -> bool {
        let is_over = sent > self.doubted;
        let is_idle = is_over && self.is_doubting && !self.is_sure;
        self.is_doubting &= !is_over;
        self.is_sure |= self.is_doubting;
        self.exposed |= tells;
        self.is_foreign |= answer.foreign;
        if self.exposed {
            self.line.clear();
        } else if answer.foreign && answer.headers.text().is_empty() && self.line.is_empty() {
            self.line.push_str(EXPOSE);
            for name in answer.dialects.headers() {
                self.line.push_str(", ");
                self.line.push_str(name);
            }
        }
        is_idle
    }

    /// What was sent at `sent` failed on its way, as the last `row` of its route, beside `others` or alone. `Some` if it may have
    /// been refused: then whether that is sure enough to lower what was learnt.
    pub fn fail(&mut self, row: u32, others: bool, sent: MonoTime, now: MonoTime) -> Option<bool> {
        let is_recent = now.since(self.doubted) <= AGAIN;
        let is_run = row >= RUN && (others || self.is_doubting);
        if self.line.is_empty() || !(is_run || is_recent && self.is_sure) {
            return None;
        }
        if !self.is_doubting {
            (self.is_doubting, self.is_sure) = (true, is_recent);
        }
        if sent > self.doubted {
            self.doubted = now;
        }
        Some(self.is_sure)
    }
}

impl Tracker {
    /// The response header that would let this page read more of the responses to the scope of this number ([`super::identity::Identity::number`]); "" where it reads
    /// them.
    pub fn hidden(&self, number: u32) -> &str {
        self.scopes
            .iter()
            .find(|scope| identity::number_of_key(&scope.key) == number)
            .map_or("", |scope| &scope.sight.line)
    }
}

impl Scope {
    /// Sees what a response to `ticket` shows, and that the failures before it were no refusals.
    pub(super) fn see(&mut self, ticket: &Ticket, answer: Answer<'_>, tells: bool) {
        if self.sight.see(answer, tells, ticket.sent)
            && let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane))
        {
            lane.forget(ticket.sent);
        }
    }

    /// The attempt of `ticket` failed. `lost`: on its way. What quotas were reported is not touched for a refusal that could not
    /// be read: they are kept to already.
    pub(super) fn fail(&mut self, ticket: &mut Ticket, lost: bool, servers: &mut Servers, now: MonoTime) -> Loss {
        let sent = ticket.sent;
        let server = servers.of(ticket.server).filter(|_| lost);
        let has_worked = server.as_ref().is_some_and(|server| server.has_worked());
        // A route that never answered is not one that refuses: it is broken, or forbidden.
        let row = server.and_then(|server| server.lost(ticket.route, now));
        let doubt = row.and_then(|row| self.sight.fail(row, self.in_flight > 1, sent, now));
        self.land(ticket, doubt != Some(true), servers, now);
        if doubt.is_none() {
            let is_blocked = has_worked && self.sight.is_foreign && now.since(sent) <= QUICK;
            return if is_blocked { Loss::Blocked } else { Loss::Plain };
        }
        self.refuse_lane(ticket.lane, None, sent, now);
        Loss::Refused
    }
}
