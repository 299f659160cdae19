//! What a response's body says of rates: when to come back, and whether a rate was exceeded or an allowance is spent.
//!
//! APIs agree on no envelope, but on words: a member that begins with `retry`, a code or a message that has `rate limit` or
//! `throttled` in it, "try again in 20s". So the body is walked whole, whatever its shape, and each string is compared with
//! one table, its separators left out: `RATE_LIMITED`, `ratelimited` and "You are being rate limited" are one row.
//!
//! An allowance (a plan's, a prepaid credit, a day's) is told apart: sending again in a minute does not bring it back.
//! Sources: the vendors named at each row, `botocore` and `smithy-rs` for Amazon's codes, RFC 9457, and
//! draft-ietf-httpapi-ratelimit-headers-10 section 5.

mod walk;

use alloc::{string::String, vec::Vec};

use super::limits::{self, Limits, Trial};
use super::phrases::{
    FIRST, META_BUSINESS, META_CODES, MILLIS, RPC_CODES, SECONDS, SHORT, STATUSES, STEMS, Sense, WAITS,
};
use super::wait::{starts, wait};
use super::{is_refusal, when};
use crate::syntax::{grams::Grams, number, words};
use crate::time::WallTime;

/// Bytes of a body that are looked at.
pub const MOST: usize = 65_536;

/// GitHub: "wait for at least one minute" where a secondary limit comes without a `Retry-After`.
const SECONDARY_WAIT: i64 = 60_000;

/// What a body says was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// An allowance that no short wait brings back: a plan's, a credit, a day's.
    Allowance,
    /// A rate: later it works.
    Rate,
    /// Nothing: this one request asks for more than the limit is, and others work.
    TooLarge,
    /// Nothing: the server is not available, as the API's catalog says.
    Unavailable,
}

/// What a body says. A number below 0 is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts, of which none rules out another")]
pub struct Said<'d> {
    /// When to come back, in ms.
    pub delay: i64,
    /// The member that told it.
    pub source: &'d str,
    /// The delay is not told but documented by the vendor: a least wait.
    pub implied: bool,
    /// What was exceeded.
    pub limited: Option<Limited>,
    /// The API's catalog says what was exceeded, whatever the status.
    pub ruled: bool,
    /// An error stands under a success.
    pub blames: bool,
    /// The limit is one of all routes (Discord).
    pub global: bool,
    /// The size of Shopify's bucket of query costs.
    pub limit: i64,
    /// What is left in it.
    pub remaining: i64,
}

/// Reads what came with `status` (0 where that is not known); dates in it are measured against `served`.
///
/// Any text may be given. Of a success only what stands under `error`, `errors`, `error_message` and its kin, and `extensions` is heard, and a
/// status of 429 beside them; of XML, what stands in an `error` or `fault`. Of a success that is an array (a batch of JSON-RPC),
/// all elements must be refused.
pub fn read(body: &str, status: u16, served: WallTime) -> Said<'_> {
    read_by(&limits::NONE, body, status, served)
}

/// [`read`], where an API's own rules go before the table.
#[inline(never)]
pub fn read_by<'d>(limits: &'d Limits, body: &'d str, status: u16, served: WallTime) -> Said<'d> {
    let body = front(body, MOST);
    let mut grams = Grams::default();
    grams.add(body, true);
    let said = Said {
        delay: -1,
        source: "",
        implied: false,
        limited: None,
        ruled: false,
        blames: false,
        global: false,
        limit: -1,
        remaining: -1,
    };
    let mut reader = Reader {
        status,
        served,
        sense: Sense::Nothing,
        prose: true,
        code: 0,
        meta: false,
        blaming: false,
        requests: false,
        waits: false,
        stems: Vec::new(),
        trial: limits.trial(status),
        ruled: None,
        said,
    };
    // Few bodies have anything of a rate or a wait in them: what none of their strings can have is not looked for in each.
    reader.requests = grams.may_hold("requested");
    reader.waits = words::of(WAITS).any(|word| grams.may_hold(word));
    for (sense, stems) in STEMS {
        let counts = sense != Sense::AllowanceForbidden || status == 403;
        if counts {
            grams.each_held(stems, |stem| reader.stems.push((sense, stem)));
        }
    }
    let text = body.strip_prefix("\u{feff}").unwrap_or(body).trim_ascii_start();
    if matches!(text.as_bytes().first(), Some(b'{' | b'[')) {
        reader.json(text);
    } else {
        reader.markup(text);
    }
    if reader.trial.is_open() {
        reader.trial.hear_body(text);
    }
    // Of a batch each element was judged.
    if !(reader.is_success() && text.starts_with('[')) {
        reader.ruled = reader.trial.judge();
    }
    reader.finish();
    reader.said
}

#[expect(clippy::struct_excessive_bools, reason = "facts, of which none rules out another")]
struct Reader<'d> {
    status: u16,
    served: WallTime,
    sense: Sense,
    // The delay, if there is one, is a message's.
    prose: bool,
    code: i64,
    meta: bool,
    // What is heard is an error under a success, and no more of its `extensions`.
    blaming: bool,
    requests: bool,
    waits: bool,
    stems: Vec<(Sense, &'static str)>,
    trial: Trial<'d>,
    ruled: Option<Limited>,
    said: Said<'d>,
}

impl<'d> Reader<'d> {
    fn is_success(&self) -> bool {
        (1..400).contains(&self.status)
    }

    fn blame(&mut self, string: &str) {
        self.said.blames |= self.blaming && self.is_success() && !string.is_empty();
    }

    // An error's own status or code that is that of a rate.
    #[inline(never)]
    fn refused(&mut self, key: &str, word: &str) {
        // Most words are none.
        let is_rate = match word.as_bytes() {
            [b'4', _, _] => number::whole(word).is_some_and(|status| is_refusal(status as u16)),
            [b'-', ..] => words::is_in(RPC_CODES, word),
            _ => false,
        };
        if is_rate && self.sense < Sense::Rate {
            let plain = plain(front(key, 40));
            if words::is_in(STATUSES, &plain) {
                self.sense = Sense::Rate;
            }
        }
    }

    fn number(&mut self, key: &'d str, word: &'d str) {
        let count = || number::count(word).unwrap_or(-1);
        match key {
            "global" => self.said.global |= word == "true",
            "code" => self.code = count(),
            "maximumAvailable" => self.said.limit = count(),
            "currentlyAvailable" => self.said.remaining = count(),
            _ => self.member(key, word),
        }
    }

    #[inline(never)]
    fn string(&mut self, key: &'d str, text: &'d str) {
        self.member(key, text);
        if key == "violated-policies" {
            self.sense = self.sense.max(Sense::Rate);
        }
        self.meta |= key == "fbtrace_id";
        let text = front(text, 1000).trim_ascii();
        let prose = words::find(text, b" ").is_some();
        // A link to the documentation of limits is no limit.
        if !self.stems.is_empty() && (!starts(text, "http") || key.ends_with("type")) {
            let plain = plain(text);
            for (sense, stem) in &self.stems {
                let counts = !prose || !matches!(sense, Sense::RateCode | Sense::AllowanceCode);
                if counts && *sense > self.sense && holds(&plain, stem) {
                    let is_short =
                        *sense == Sense::AllowanceProse && words::of(SHORT).any(|word| words::holds(&plain, word));
                    self.sense = if is_short { self.sense.max(Sense::Rate) } else { *sense };
                }
            }
        }
        if prose && self.requests && is_too_large(text) {
            self.sense = Sense::TooLarge;
        }
        if self.waits
            && prose
            && let Some(delay) = wait(text)
        {
            self.tell(true, delay, key);
        }
    }

    fn member(&mut self, key: &'d str, text: &str) {
        // A long key of a long array would be looked at as often as that has elements.
        let key = front(key, 40);
        // Whatever its separators, it begins so: most keys do not.
        #[cfg(test)]
        crate::syntax::steps::add(key.bytes().take_while(|byte| !byte.is_ascii_alphanumeric()).count());
        let mut letters = key.bytes().filter(u8::is_ascii_alphanumeric);
        if !letters.next().is_some_and(|byte| FIRST.contains(&byte.to_ascii_lowercase())) {
            return;
        }
        let plain = plain(key);
        let is_in = |keys| words::split(keys, b" ").any(|key| key == plain);
        let millis = is_in(MILLIS);
        if (millis || is_in(SECONDS))
            && let Some(when) = when(text, self.served, millis)
        {
            self.tell(false, when.delay, key);
        }
    }

    // A member of its own goes before a message; of two alike the longer wait is safe.
    fn tell(&mut self, prose: bool, delay: i64, source: &'d str) {
        if if self.prose == prose { delay > self.said.delay } else { self.prose } {
            self.prose = prose;
            self.said.delay = delay;
            self.said.source = front(source, 64);
        }
    }

    fn finish(&mut self) {
        let said = &mut self.said;
        if self.meta && (META_CODES.contains(&self.code) || META_BUSINESS.contains(&self.code)) {
            self.sense = self.sense.max(Sense::Rate);
        }
        // "Locked, try again in 20 minutes" is a refusal of another kind.
        if self.prose && self.sense == Sense::Nothing && self.ruled.is_none() && matches!(self.status, 400 | 403) {
            said.delay = -1;
        }
        // An error under a success that says how long to wait.
        let is_asked = self.prose && said.delay >= 0 && said.blames && (200..300).contains(&self.status);
        if self.sense == Sense::Nothing && is_asked {
            self.sense = Sense::Rate;
        }
        if self.sense == Sense::Secondary && said.delay < 0 {
            (said.implied, said.delay, said.source) = (true, SECONDARY_WAIT, "message");
        }
        said.limited = match self.sense {
            Sense::Nothing => None,
            Sense::RateCode | Sense::Rate | Sense::Secondary => Some(Limited::Rate),
            Sense::AllowanceProse if said.delay >= 0 => Some(Limited::Rate),
            Sense::AllowanceProse | Sense::AllowanceCode | Sense::AllowanceForbidden => Some(Limited::Allowance),
            Sense::TooLarge => Some(Limited::TooLarge),
        };
        said.ruled = self.ruled.is_some();
        said.limited = self.ruled.or(said.limited);
    }
}

// Whether the stem is in a plain text; `*` in it are as many letters as a word or two have.
fn holds(plain: &str, stem: &str) -> bool {
    let (first, rest) = words::halves(stem, b'*');
    let Some(at) = words::place(plain, first) else { return false };
    let from = at + first.len();
    rest.is_empty() || words::holds(front(words::cut(plain, from, plain.len()), GAP + rest.len()), rest)
}

const GAP: usize = 24;

// OpenAI, Groq: "Limit 30000, Requested 36055".
fn is_too_large(text: &str) -> bool {
    let (mut limit, mut requested) = (None, None);
    let mut last = "";
    for word in words::split(text, b" :=").filter(|word| !word.is_empty()) {
        let count = number::whole(&plain(words::halves(word, b'.').0));
        if last.eq_ignore_ascii_case("limit") {
            limit = limit.or(count);
        } else if last.eq_ignore_ascii_case("requested") {
            requested = requested.or(count);
        }
        last = word;
    }
    limit.zip(requested).is_some_and(|(limit, requested)| requested > limit)
}

// As many bytes as are whole letters.
#[inline(never)]
fn front(text: &str, most: usize) -> &str {
    words::cut(text, 0, text.floor_char_boundary(most))
}

// Letters and digits, in lower case.
#[inline(never)]
fn plain(text: &str) -> String {
    #[cfg(test)]
    crate::syntax::steps::add(text.len());
    let mut plain = String::new();
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            plain.push_str(words::cut(text, from, at));
            from = at + 1;
        }
    }
    plain.push_str(words::cut(text, from, text.len()));
    plain.make_ascii_lowercase();
    plain
}

#[cfg(test)]
mod tests;
