//! What an answer's body says of rates: when to come back, and whether a rate was exceeded or an allowance is spent.
//!
//! APIs agree on no envelope, but on words: a member that begins with `retry`, a code or a message that has `rate limit` or
//! `throttled` in it, "try again in 20s". So the body is walked whole, whatever its shape, and each string is compared with
//! one table, its separators left out: `RATE_LIMITED`, `ratelimited` and "You are being rate limited" are one row.
//!
//! An allowance (a plan's, a prepaid credit, a day's) is told apart: sending again in a minute does not bring it back.
//! Sources: the vendors named at each row, `botocore` and `smithy-rs` for Amazon's codes, RFC 9457, and
//! draft-ietf-httpapi-ratelimit-headers-10 section 5.

use alloc::{string::String, vec::Vec};

use super::phrases::{FIRST, META_BUSINESS, META_CODES, MILLIS, RPC_CODES, SECONDS, STATUSES, STEMS, Sense, WAITS};
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
}

/// What a body says. A number below 0 is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<'d> {
    /// When to come back, in ms.
    pub delay: i64,
    /// The member that told it.
    pub source: &'d str,
    /// The delay is not told but documented by the vendor: a least wait.
    pub implied: bool,
    /// What was exceeded.
    pub limited: Option<Limited>,
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
/// Any text may be given. Of a success only what stands under `error`, `errors`, `error_message` and `extensions` is heard, and a
/// status of 429 beside them; of XML, what stands in an `error` or `fault`. Of a success that is an array (a batch of JSON-RPC),
/// all elements must be refused.
#[inline(never)]
pub fn read(body: &str, status: u16, served: WallTime) -> Said<'_> {
    let body = front(body, MOST);
    let mut grams = Grams::default();
    grams.add(body, true);
    let said = Said {
        delay: -1,
        source: "",
        implied: false,
        limited: None,
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
        said,
    };
    // Few bodies have anything of a rate or a wait in them: what none of their strings can have is not looked for in each.
    reader.requests = grams.may_hold("requested");
    reader.waits = WAITS.iter().any(|word| grams.may_hold(word));
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
    reader.finish();
    reader.said
}

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
    said: Said<'d>,
}

impl<'d> Reader<'d> {
    fn is_success(&self) -> bool {
        (1..400).contains(&self.status)
    }

    // Text, or XML, whose codes stand between tags.
    fn markup(&mut self, text: &'d str) {
        let mut heard = !self.is_success();
        for piece in words::split(text, b"<>\n").filter(|piece| !piece.is_empty()) {
            if self.is_success() {
                // `soap:Fault`, `/error`.
                let name = words::halves(piece.trim_start_matches('/'), b' ').0;
                let (space, local) = words::halves(name, b':');
                let name = if local.is_empty() { space } else { local };
                if ["error", "errors", "fault"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
                    heard = !piece.starts_with('/');
                    self.said.blames |= heard;
                    continue;
                }
            }
            if heard {
                self.string("text", piece);
                self.refused("code", piece);
            }
        }
    }

    // All strings and words with the last key before them, which is that of the array they stand in, or their own. A whole
    // reader would be 3 kB more, and refuse what is cut off; escapes need not be undone to compare letters.
    fn json(&mut self, text: &'d str) {
        let (mut key, mut depth, mut at) = ("", 0, 0);
        let success = self.is_success();
        let mut heard = !success;
        // Of a batch, each element is an answer.
        let batch = success && text.starts_with('[');
        let top = if batch { 2 } else { 1 };
        let mut all: Option<Sense> = None;
        while let Some(byte) = text.as_bytes().get(at) {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            let from = at;
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if batch && depth == 1 {
                        all = Some(all.map_or(self.sense, |all| all.min(self.sense)));
                        (self.sense, heard) = (Sense::Nothing, false);
                    }
                }
                b'"' => {
                    while let Some(more) = words::find(words::cut(text, at, text.len()), b"\"\\") {
                        at += more + 1;
                        if text.as_bytes().get(at - 1) == Some(&b'"') {
                            break;
                        }
                        at += 1;
                    }
                    let string = words::cut(text, from + 1, at - 1);
                    if words::cut(text, at, text.len()).trim_ascii_start().as_bytes().first() != Some(&b':') {
                        if heard {
                            self.blame(string);
                            self.string(key, string);
                        }
                        if heard || depth == top {
                            self.refused(key, string);
                        }
                        continue;
                    }
                    key = string;
                    if depth == top && success {
                        heard = ["error", "errors", "error_message", "extensions"].contains(&key);
                        self.blaming = key != "extensions";
                    }
                }
                // A minus too, so that what follows it is no number.
                b'-' | b'0'..=b'9' | b't' if heard || depth == top => {
                    at = from
                        + words::find(words::cut(text, from, text.len()), b",]} \t\r\n").unwrap_or(text.len() - from);
                    let word = words::cut(text, from, at);
                    if heard {
                        self.number(key, word);
                    }
                    self.refused(key, word);
                }
                _ => {}
            }
        }
        if batch {
            // What was cut off is not known to be refused.
            self.sense = all.filter(|_| depth == 0).unwrap_or(Sense::Nothing);
            if self.sense == Sense::Nothing {
                self.said.delay = -1;
            }
        }
    }

    fn blame(&mut self, string: &str) {
        self.said.blames |= self.blaming && self.is_success() && !string.is_empty();
    }

    // An error's own status or code that is that of a rate.
    fn refused(&mut self, key: &str, word: &str) {
        // Most words are none.
        let is_rate = match word.as_bytes() {
            [b'4', _, _] => number::whole(word).is_some_and(|status| is_refusal(status as u16)),
            [b'-', ..] => RPC_CODES.contains(&word),
            _ => false,
        };
        if is_rate && self.sense < Sense::Rate {
            let plain = plain(front(key, 40));
            if words::split(STATUSES, b" ").any(|known| known == plain) {
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
                    self.sense = *sense;
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
        if self.prose && self.sense == Sense::Nothing && matches!(self.status, 400 | 403) {
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
        let count = number::whole(&plain(word.trim_end_matches(['.', ',', ';', ')']))).filter(|_| !last.is_empty());
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
