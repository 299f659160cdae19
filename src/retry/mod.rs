//! Whether and when to retry.

#[doc(hidden)]
pub mod backoff;
#[doc(hidden)]
pub mod budget;
pub mod circuit;
pub mod classify;
#[doc(hidden)]
pub mod health;
#[doc(hidden)]
pub mod options;
mod tally;

use crate::{
    hints::Hint,
    retry::{
        backoff::{Backoff, after_hint},
        classify::{Class, Failure, Signs, class, is_idempotent, is_unprocessed},
        options::{RetryRules, THROTTLED_DELAY, TRANSIENT_DELAY},
    },
    time::Sample,
};

/// The request header that makes a repeated request harmless (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A lock is gone in "a few seconds" (Unit21): from 2 s to 5 s.
const LOCKED_DELAY: i64 = 2000;
const LOCKED_SPREAD: i64 = 3000;

/// The facts about a request that a retry depends on.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The method as fetch normalizes it: standard methods in capitals.
    pub method: &'a str,
    /// The request has an Idempotency-Key, so the server prevents a second execution.
    pub keyed: bool,
    /// The body can be sent again.
    pub replayable: bool,
    /// Sends so far, 1 or more.
    pub sends: u32,
    /// The sends that do not count as attempts: the server refused them while it served other calls.
    pub forgiven: u32,
    /// How often the backoff has grown.
    pub grown: u32,
    /// It failed in the way of a request that the page blocks; one more send shows whether it is blocked.
    pub blocked: bool,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub enum Ended<'a> {
    /// With a response.
    Answer {
        /// The status.
        status: u16,
        /// Other facts about the response.
        signs: Signs,
        /// When the server asked to retry.
        hint: Option<&'a Hint>,
        /// Milliseconds to the reset of the quota that is used up, if reported.
        reset_in: Option<i64>,
    },
    /// With a failure.
    Failure(Failure),
}

/// Why a retry waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// By the policy's backoff.
    Backoff,
    /// As long as the server asked, for a retry that only its flag (`x-should-retry`) permits: it consumes the budget.
    Flag,
    /// As long as the server asked.
    Hint,
    /// For a lock.
    Lock,
    /// Until there is a network.
    Offline,
    /// As [`Pause::Backoff`], for a server that is down: a call that waits for the probe consumes no budget.
    Outage,
    /// Until the quota resets.
    Reset,
    /// By the policy's backoff, after an exceeded rate limit: for all calls that share the quota.
    Throttle,
}

/// Why there is no retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The limit of sends is reached.
    Attempts,
    /// The origin's budget for retries is spent.
    Budget,
    /// The server asks for a longer wait than the policy allows; holds it in ms.
    HintTooLong(i64),
    /// The error would recur, or the request must not be repeated.
    NotRetryable,
    /// The body cannot be sent again.
    NotReplayable,
    /// The server forbids it.
    Veto,
}

/// What to do about an attempt that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The response is not an error.
    Done,
    /// Retry after `delay` ms.
    Retry {
        /// In ms.
        delay: i64,
        /// The reason for the wait.
        pause: Pause,
    },
    /// Do not retry.
    Stop(Stop),
}

/// Decides whether to retry after an attempt ended.
pub fn decide(ended: Ended<'_>, subject: Subject<'_>, rules: &RetryRules, sample: Sample) -> Verdict {
    let repeatable = subject.keyed || rules.non_idempotent || is_idempotent(subject.method, rules);
    let (class, flagged) = match ended {
        Ended::Answer { status, signs, .. } => {
            let class = class(status, signs, rules);
            if class == Class::Final {
                return if classify::is_error(status) { Verdict::Stop(Stop::NotRetryable) } else { Verdict::Done };
            }
            if signs.repeats == Some(false) {
                return Verdict::Stop(Stop::Veto);
            }
            let unflagged = Signs { repeats: None, ..signs };
            let allowed = classify::class(status, unflagged, rules) != Class::Final
                && (repeatable || is_unprocessed(status, signs));
            if !allowed && signs.repeats.is_none() {
                return Verdict::Stop(Stop::NotRetryable);
            }
            (class, !allowed)
        }
        Ended::Failure(Failure::Caller | Failure::Exhausted) => return Verdict::Stop(Stop::NotRetryable),
        Ended::Failure(failure) if !repeatable && failure != Failure::Unprocessed => {
            return Verdict::Stop(Stop::NotRetryable);
        }
        Ended::Failure(_) => (Class::Transient, false),
    };
    let most = match class {
        Class::TooEarly => rules.max_attempts.min(2),
        _ if subject.blocked => rules.max_attempts.min(2),
        _ => rules.max_attempts,
    };
    // Who asks for one send gets one.
    let forgiven = if most > 1 { subject.forgiven } else { 0 };
    if subject.sends.saturating_sub(forgiven) >= most {
        return Verdict::Stop(Stop::Attempts);
    }
    if !subject.replayable {
        return Verdict::Stop(Stop::NotReplayable);
    }
    match pause(ended, class, subject.grown, rules, sample) {
        Verdict::Retry { delay, pause: Pause::Hint } if flagged => Verdict::Retry { delay, pause: Pause::Flag },
        verdict => verdict,
    }
}

fn pause(ended: Ended<'_>, class: Class, retry: u32, rules: &RetryRules, sample: Sample) -> Verdict {
    if let Ended::Answer { hint, reset_in, .. } = ended {
        if let Some(delay) = hint.and_then(Hint::wait) {
            if delay > rules.max_retry_after {
                return Verdict::Stop(Stop::HintTooLong(delay));
            }
            return Verdict::Retry { delay: after_hint(delay, sample), pause: Pause::Hint };
        }
        if let (Class::Limited, Some(delay)) = (class, reset_in.filter(|delay| *delay > 0)) {
            return Verdict::Retry { delay, pause: Pause::Reset };
        }
    }
    if let Ended::Failure(Failure::Offline) = ended {
        return Verdict::Retry { delay: 0, pause: Pause::Offline };
    }
    if class == Class::Locked {
        return Verdict::Retry { delay: LOCKED_DELAY + sample.of(LOCKED_SPREAD), pause: Pause::Lock };
    }
    let first = if class == Class::Limited { THROTTLED_DELAY } else { TRANSIENT_DELAY };
    let pause = if class == Class::Limited { Pause::Throttle } else { Pause::Backoff };
    Verdict::Retry { delay: curve(first, rules).delay(retry, sample), pause }
}

/// Whether the attempt shows that its server fails (`true`) or works (`false`); `None` if it shows neither.
pub fn has_failed(ended: Ended<'_>) -> Option<bool> {
    match ended {
        Ended::Answer { status, signs, .. } => Some(classify::has_failed(status, signs)),
        Ended::Failure(Failure::Network | Failure::Timeout | Failure::Unprocessed) => Some(true),
        Ended::Failure(Failure::Caller | Failure::Exhausted | Failure::Offline) => None,
    }
}

/// The backoff after this many `sends`, if nothing else sets the wait.
pub fn backoff(sends: u32, rules: &RetryRules, sample: Sample) -> i64 {
    curve(TRANSIENT_DELAY, rules).delay(sends.saturating_sub(1), sample)
}

fn curve(first: i64, rules: &RetryRules) -> Backoff {
    Backoff {
        initial: rules.initial_delay.unwrap_or(first),
        factor: rules.backoff_factor,
        cap: rules.max_delay,
        jitter: rules.jitter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::options::{Jitter, RetryLayer};

    fn rules() -> RetryRules {
        let rules = RetryLayer::default().over(&RetryLayer::default(), 60_000).unwrap();
        RetryRules { jitter: Jitter::None, ..rules }
    }

    fn subject(method: &str, sends: u32) -> Subject<'_> {
        Subject { method, keyed: false, replayable: true, sends, grown: sends - 1, forgiven: 0, blocked: false }
    }

    fn answer(status: u16) -> Ended<'static> {
        Ended::Answer { status, signs: Signs::default(), hint: None, reset_in: None }
    }

    fn hinted(status: u16, hint: &Hint) -> Ended<'_> {
        Ended::Answer { status, signs: Signs { hinted: true, ..Signs::default() }, hint: Some(hint), reset_in: None }
    }

    fn retry(delay: i64, pause: Pause) -> Verdict {
        Verdict::Retry { delay, pause }
    }

    #[test]
    fn transient_failures_of_safe_requests_are_sent_again_until_the_attempts_are_made() {
        let rules = rules();
        let decide = |sends| decide(answer(503), subject("GET", sends), &rules, Sample::default());
        assert_eq!([decide(1), decide(2), decide(3)], [250, 500, 1000].map(|delay| retry(delay, Pause::Backoff)));
        assert_eq!(decide(4), Verdict::Stop(Stop::Attempts));
    }

    #[test]
    fn a_post_is_repeated_only_where_it_was_not_processed_or_is_keyed() {
        let hint = Hint { delay: 1000, source: "retry-after".into() };
        let rules = rules();
        let decide = |ended, keyed| decide(ended, Subject { keyed, ..subject("POST", 1) }, &rules, Sample::default());
        assert_eq!(decide(answer(503), false), Verdict::Stop(Stop::NotRetryable));
        assert_eq!(decide(answer(503), true), retry(250, Pause::Backoff));
        assert_eq!(decide(hinted(503, &hint), false), retry(1001, Pause::Hint));
        assert_eq!(decide(answer(429), false), retry(1000, Pause::Throttle));
        assert_eq!(decide(Ended::Failure(Failure::Network), false), Verdict::Stop(Stop::NotRetryable));
        assert_eq!(decide(Ended::Failure(Failure::Network), true), retry(250, Pause::Backoff));
        assert_eq!(decide(Ended::Failure(Failure::Unprocessed), false), retry(250, Pause::Backoff));
        assert_eq!(decide(Ended::Failure(Failure::Exhausted), true), Verdict::Stop(Stop::NotRetryable));
    }

    #[test]
    fn a_lock_is_waited_for_a_few_seconds_as_often_as_attempts_are_left() {
        for sends in 1..=3 {
            let Verdict::Retry { delay, pause } =
                decide(answer(423), subject("POST", sends), &rules(), Sample::new(0.5))
            else {
                panic!()
            };
            assert!((2000..=5000).contains(&delay) && pause == Pause::Lock);
        }
        assert_eq!(decide(answer(423), subject("POST", 4), &rules(), Sample::default()), Verdict::Stop(Stop::Attempts));
    }

    #[test]
    fn a_hint_is_kept_to_and_one_that_is_too_long_ends_it() {
        let rules = rules();
        let two = Hint { delay: 2000, source: "retry-after".into() };
        let month = Hint { delay: 2_592_000_000, source: "retry-after".into() };
        let Verdict::Retry { delay, .. } = decide(hinted(429, &two), subject("GET", 1), &rules, Sample::new(0.9))
        else {
            panic!()
        };
        assert!((2000..=2200).contains(&delay));
        assert_eq!(
            decide(hinted(429, &month), subject("GET", 1), &rules, Sample::default()),
            Verdict::Stop(Stop::HintTooLong(2_592_000_000))
        );
    }

    #[test]
    fn a_hint_of_zero_means_backoff() {
        let zero = Hint { delay: 0, source: "retry-after".into() };
        assert_eq!(
            decide(hinted(429, &zero), subject("GET", 1), &rules(), Sample::default()),
            retry(1000, Pause::Throttle)
        );
    }

    #[test]
    fn a_tiny_hint_is_no_hot_loop() {
        let tiny = Hint { delay: 1, source: "retry-after".into() };
        let ended = hinted(503, &tiny);
        assert_eq!(decide(ended, subject("GET", 1), &rules(), Sample::default()), retry(51, Pause::Hint));
    }

    #[test]
    fn what_only_a_flag_permits_is_marked_so_that_it_spends_the_budget() {
        let hint = Hint { delay: 1000, source: "retry-after".into() };
        let decide = |status, method, hint: Option<&Hint>| {
            let signs = Signs { hinted: hint.is_some(), repeats: Some(true), ..Signs::default() };
            decide(
                Ended::Answer { status, signs, hint, reset_in: None },
                subject(method, 1),
                &rules(),
                Sample::default(),
            )
        };
        assert_eq!(decide(404, "POST", Some(&hint)), retry(1001, Pause::Flag));
        assert_eq!(decide(500, "POST", Some(&hint)), retry(1001, Pause::Flag));
        assert_eq!(decide(404, "GET", None), retry(250, Pause::Backoff));
        // Permitted without the flag.
        assert_eq!(decide(429, "POST", Some(&hint)), retry(1001, Pause::Hint));
        assert_eq!(decide(503, "GET", Some(&hint)), retry(1001, Pause::Hint));
    }

    #[test]
    fn a_429_without_a_hint_waits_for_the_reset() {
        let signs = Signs { exhausted: true, ..Signs::default() };
        let ended = Ended::Answer { status: 429, signs, hint: None, reset_in: Some(24_000) };
        assert_eq!(decide(ended, subject("GET", 1), &rules(), Sample::default()), retry(24_000, Pause::Reset));
    }

    #[test]
    fn what_would_come_again_is_left() {
        for status in [400, 401, 403, 404, 405, 409, 413, 501, 505] {
            assert_eq!(
                decide(answer(status), subject("GET", 1), &rules(), Sample::default()),
                Verdict::Stop(Stop::NotRetryable)
            );
        }
        assert_eq!(decide(answer(200), subject("GET", 1), &rules(), Sample::default()), Verdict::Done);
        assert_eq!(decide(answer(304), subject("GET", 1), &rules(), Sample::default()), Verdict::Done);
    }

    #[test]
    fn a_body_that_is_gone_is_said() {
        let stream = Subject { replayable: false, ..subject("PUT", 1) };
        assert_eq!(decide(answer(503), stream, &rules(), Sample::default()), Verdict::Stop(Stop::NotReplayable));
    }
}
