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

use super::phrases::{META_BUSINESS, META_CODES, MILLIS, SECONDS, STEMS, Sense, WAITS};
use super::wait::{starts, wait};
use super::when;
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
    /// The limit is one of all routes (Discord).
    pub global: bool,
    /// The size of Shopify's bucket of query costs.
    pub limit: i64,
    /// What is left in it.
    pub remaining: i64,
}

/// Reads what came with `status` (0 where that is not known); dates in it are measured against `served`.
///
/// Any text may be given. Of a success only what stands under `error`, `errors`, `error_message` and `extensions` is heard.
#[inline(never)]
pub fn read(body: &str, status: u16, served: WallTime) -> Said<'_> {
    let body = front(body, MOST);
    let mut grams = Grams::default();
    grams.add(body, true);
    let said = Said { delay: -1, source: "", implied: false, limited: None, global: false, limit: -1, remaining: -1 };
    let mut reader = Reader {
        status,
        served,
        sense: Sense::Nothing,
        prose: true,
        code: 0,
        meta: false,
        waits: false,
        stems: Vec::new(),
        said,
    };
    // Few bodies have anything of a rate or a wait in them: what none of their strings can have is not looked for in each.
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
        // Text, or XML, whose codes stand between tags.
        for piece in words::split(text, b"<>\n").filter(|piece| !piece.is_empty()) {
            reader.string("text", piece);
        }
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
    waits: bool,
    stems: Vec<(Sense, &'static str)>,
    said: Said<'d>,
}

impl<'d> Reader<'d> {
    // All strings and words with the last key before them, which is that of the array they stand in, or their own. A whole
    // reader would be 3 kB more, and refuse what is cut off; escapes need not be undone to compare letters.
    fn json(&mut self, text: &'d str) {
        let (mut key, mut depth, mut at) = ("", 0, 0);
        let mut heard = self.status == 0 || self.status >= 400;
        while let Some(byte) = text.as_bytes().get(at) {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            let from = at;
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
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
                            self.string(key, string);
                        }
                        continue;
                    }
                    key = string;
                    if depth == 1 && (1..400).contains(&self.status) {
                        heard = ["error", "errors", "error_message", "extensions"].contains(&key);
                    }
                }
                // A minus too, so that what follows it is no number.
                b'-' | b'0'..=b'9' | b't' if heard => {
                    at = from
                        + words::find(words::cut(text, from, text.len()), b",]} \t\r\n").unwrap_or(text.len() - from);
                    self.number(key, words::cut(text, from, at));
                }
                _ => {}
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
                if counts && *sense > self.sense && words::holds(&plain, stem) {
                    self.sense = *sense;
                }
            }
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
        if !letters.next().is_some_and(|byte| byte.eq_ignore_ascii_case(&b'r')) {
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
        if self.sense == Sense::Secondary && said.delay < 0 {
            (said.implied, said.delay, said.source) = (true, SECONDARY_WAIT, "message");
        }
        said.limited = match self.sense {
            Sense::Nothing => None,
            Sense::RateCode | Sense::Rate | Sense::Secondary => Some(Limited::Rate),
            Sense::AllowanceProse if said.delay >= 0 => Some(Limited::Rate),
            Sense::AllowanceProse | Sense::AllowanceCode | Sense::AllowanceForbidden => Some(Limited::Allowance),
        };
    }
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
mod tests {
    use super::*;

    const NOW: WallTime = WallTime(1_795_305_600_000);

    fn says(status: u16, body: &str) -> (Option<Limited>, Option<(i64, &str)>) {
        let said = read(body, status, NOW);
        (said.limited, (said.delay >= 0).then_some((said.delay, said.source)))
    }

    #[test]
    fn delays_are_read_from_members_and_from_messages() {
        for (body, delay, source) in [
            (r#"{"message":"You are being rate limited.","retry_after":64.57,"global":false}"#, 64_570, "retry_after"),
            (r#"{"error_summary":"too_many_requests/..","error":{"retry_after":300}}"#, 300_000, "retry_after"),
            (r#"{"ok":false,"parameters":{"retry_after":35}}"#, 35_000, "retry_after"),
            (r#"{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}"#, 1500, "retry_after_ms"),
            (
                r#"{"error":{"message":"Please retry in 12.5s.","details":[{"retryDelay":"12s"}]}}"#,
                12_000,
                "retryDelay",
            ),
            (r#"{"error":{"message":"Rate limit reached. Please try again in 20s. Contact us."}}"#, 20_000, "message"),
            (r#"{"error":{"message":"Please try again in 1m30s."}}"#, 90_000, "message"),
            (r#"{"error":{"message":"Please retry after 634ms."}}"#, 634, "message"),
            (r#"{"error":{"message":"Please retry after 26 seconds. Go here."}}"#, 26_000, "message"),
            (r#"{"detail":"Request was throttled. Expected available in 1 minute and 5 seconds."}"#, 65_000, "detail"),
            (r#"{"description":"Too Many Requests: retry after 35"}"#, 35_000, "description"),
            ("Slow down. Please wait at least 2 minutes, then go on", 120_000, "text"),
        ] {
            assert_eq!(says(429, body).1, Some((delay, source)), "{body}");
        }
        for none in [r#"{"retry_after":"soon"}"#, r#"{"retry_count":3}"#, "try again later"] {
            assert_eq!(says(429, none).1, None, "{none}");
        }
        assert_eq!(says(429, r#"{"retry_after":-5}"#).1, None);
        assert_eq!(says(403, r#"{"message":"Account locked. Try again in 20 minutes."}"#), (None, None));
    }

    #[test]
    fn a_rate_is_told_apart_from_an_allowance() {
        let (rate, allowance) = (Some(Limited::Rate), Some(Limited::Allowance));
        for (status, body, limited) in [
            (403, r#"{"message":"You have exceeded a secondary rate limit"}"#, rate),
            (403, r#"{"message":"API rate limit exceeded for user ID 1."}"#, rate),
            (400, r#"{"errors":[{"message":"limited","extensions":{"code":"RATELIMITED"}}]}"#, rate),
            (403, r#"[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#, rate),
            (403, r#"{"error":{"errors":[{"reason":"userRateLimitExceeded"}],"code":403}}"#, rate),
            (403, r#"{"error":{"errors":[{"reason":"dailyLimitExceeded"}],"code":403}}"#, allowance),
            (403, r#"{"error":{"errors":[{"reason":"quotaExceeded"}],"code":403}}"#, allowance),
            (429, r#"{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota."}]}"#, None),
            (400, r#"{"error":{"message":"(#4) x","type":"OAuthException","code":4,"fbtrace_id":"A"}}"#, rate),
            (400, r#"{"error":{"message":"x","code":80004,"fbtrace_id":"A"}}"#, rate),
            (400, r#"{"error":{"message":"x","code":100,"fbtrace_id":"A"}}"#, None),
            (400, r#"{"error":{"message":"x","code":4}}"#, None),
            (400, r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#, rate),
            (400, r#"{"__type":"ProvisionedThroughputExceededException","message":"x y"}"#, rate),
            (503, "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>Reduce it.</Message></Error>", rate),
            (
                400,
                "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
                rate,
            ),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota, please check","code":"insufficient_quota"}}"#,
                allowance,
            ),
            (429, r#"{"error":{"message":"You exceeded your current quota. Please retry in 12.59s."}}"#, rate),
            (429, r#"{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded"}"#, rate),
            (429, r#"{"title":"x","violated-policies":["default"]}"#, rate),
            (
                429,
                r#"{"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT"}"#,
                allowance,
            ),
            (403, "{}", None),
            (
                403,
                r#"{"message":"Resource not accessible","documentation_url":"https://x.example/rate-limited"}"#,
                None,
            ),
            (400, r#"{"message":"throttling is not supported in this zone"}"#, None),
            (200, r#"{"errors":[{"type":"RATE_LIMITED"}]}"#, rate),
            (200, r#"{"data":{"title":"You are being rate limited"}}"#, None),
        ] {
            assert_eq!(says(status, body).0, limited, "{status} {body}");
        }
    }

    #[test]
    fn a_secondary_limit_without_a_wait_is_a_minute_at_least() {
        let said = read(r#"{"message":"You have exceeded a secondary rate limit"}"#, 403, NOW);
        assert_eq!((said.delay, said.implied), (60_000, true));
        let told = read(r#"{"message":"secondary rate limit","retry_after":5}"#, 403, NOW);
        assert_eq!((told.delay, told.implied), (5000, false));
    }

    #[test]
    fn no_more_of_a_body_is_read_than_is_said() {
        let filled = |length: usize| ["\"", &"é".repeat(length / 2), "\n too many requests"].concat();
        assert_eq!(says(429, &filled(400)).0, Some(Limited::Rate));
        assert_eq!(says(429, &filled(MOST)).0, None);
    }
}
