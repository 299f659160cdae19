//! A quota while it is gathered: borrowed and flat, so that joining two headers is a handful of comparisons.

use crate::time::{WallTime, times};
use alloc::string::String;
use alloc::vec::Vec;

use super::name::{self, Name};
use crate::hints::When;
use crate::rate_limit::quota::{ERRORS, MOST, Quota};
use crate::syntax::{label, structured, words};

/// From this [`Draft::step`] on it is of a user's own dialect, of which each is one quota.
pub const OWN: usize = 1000;

// Words of a family that say which requests are counted: Imgur's "x-post-rate-limit", Strava's "x-readratelimit".
const CLASSES: &[&str] = &["delete", "get", "method", "patch", "post", "put", "read", "service", "user", "write"];

// Words of a dimension, and the unit they mean; all else counts requests.
const UNITS: &[(&str, &str)] = &[
    ("tokens", "tokens"),
    ("bytes", "bytes"),
    ("concurrent", "concurrent-requests"),
    ("complexity", "complexity"),
    ("cost", "cost"),
    ("credits", "credits"),
    (ERRORS, ERRORS),
    ("percent", "percent"),
    ("points", "points"),
];

/// What one header tells of a quota. A number below 0 and an empty text are not told.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Headers of one family are parts of one quota.
    pub family: &'a str,
    /// The name, before the role.
    pub head: &'a str,
    /// The name, after the role.
    pub tail: &'a str,
    /// The name, as another header tells it.
    pub bucket: &'a str,
    /// The place in a list whose lists are in step.
    pub step: usize,
    /// The name comes from a header's name: it may end in its window, or name its unit.
    pub worded: bool,
    /// See [`Quota::unit`].
    pub unit: &'a str,
    /// Whose quota it is, where one policy has many (`pk` of the IETF's draft -10): base64, not decoded.
    pub partition: &'a str,
    /// See [`Quota::limit`].
    pub limit: i64,
    /// See [`Quota::remaining`].
    pub remaining: i64,
    /// What is taken, for want of what is left.
    pub used: i64,
    /// See [`Quota::window`]; 0 is none.
    pub window: i64,
    /// See [`Quota::reset_in`].
    pub reset: i64,
    /// See [`Quota::granularity`].
    pub granularity: i64,
    /// See [`Quota::reset_at`].
    pub reset_at: Option<WallTime>,
    /// See [`Quota::cut`].
    pub cut: bool,
    /// How good the reset is: 0 an instant, 1 a delta, which needs no clock, 2 one told beside a coarser one.
    pub rank: u8,
    /// The header.
    pub source: &'a str,
    /// The word of the family that says which requests are counted, once [`finish`] has looked for it.
    pub class: &'static str,
}

impl<'a> Draft<'a> {
    /// Nothing yet, of a header that tells a quota by itself.
    #[inline(never)]
    pub fn new(source: &'a str) -> Self {
        Draft {
            family: source,
            head: "",
            tail: "",
            bucket: "",
            step: 0,
            worded: false,
            unit: "",
            partition: "",
            limit: -1,
            remaining: -1,
            used: -1,
            window: -1,
            reset: -1,
            granularity: 0,
            reset_at: None,
            cut: false,
            rank: 0,
            source,
            class: "",
        }
    }

    /// Nothing yet, of the quota that a header's name says.
    pub fn of(name: &Name<'a>, source: &'a str) -> Self {
        let (head, tail) = if name.head.is_empty() { (name.tail, "") } else { (name.head, name.tail) };
        let mut draft = Draft::new(source);
        (draft.family, draft.head, draft.tail, draft.worded) = (name.family, head, tail, true);
        draft
    }

    /// When it resets.
    pub fn reset(&mut self, when: When, exact: bool) {
        self.reset = when.delay;
        (self.granularity, self.cut) = (when.granularity, when.cut);
        self.reset_at = when.at;
        self.rank = if exact { 2 } else { u8::from(!when.absolute) };
    }

    /// A reset in whole seconds.
    pub fn reset_seconds(&mut self, seconds: i64) {
        let delay = times(seconds, 1000);
        self.reset(When { delay, granularity: 1000, absolute: false, at: None, cut: false }, false);
    }

    fn label(&self) -> &'a str {
        if !self.bucket.is_empty() || !self.worded { self.bucket } else { self.class }
    }

    // Looks once for what only its names tell, so that comparing it with all others looks at no name again.
    fn resolve(&mut self) {
        (self.unit, self.window) = (self.unit(), self.window());
        for word in words::split(self.family, b"-_") {
            let word = word.strip_suffix("ratelimit").unwrap_or(word);
            if let Some(class) = CLASSES.iter().find(|class| **class == word) {
                self.class = class;
                return;
            }
        }
    }

    fn is_named(&self) -> bool {
        !self.head.is_empty() || !self.label().is_empty()
    }

    // Two headers of one family are of one quota unless they contradict.
    fn is_part_of(&self, other: &Self) -> bool {
        // Numbers first: of many drafts few agree in them.
        self.step == other.step
            && agree(self.limit, other.limit)
            && agree(self.window, other.window)
            && is_equal(self.head, other.head)
            && is_equal(self.tail, other.tail)
            && (self.partition.is_empty() || is_equal(self.partition, other.partition))
            && is_equal(self.family, other.family)
    }

    // Servers tell one quota under two families (X-RateLimit-* and RateLimit-*), or its policy in another field.
    fn is_same(&self, other: &Self) -> bool {
        if self.step.max(other.step) >= OWN {
            return false;
        }
        if self.is_named() && other.is_named() {
            return agree(self.window, other.window)
                && is_equal(self.head, other.head)
                && is_equal(self.tail, other.tail)
                && is_equal(self.label(), other.label())
                && (is_equal(self.partition, other.partition)
                    || self.partition.is_empty()
                    || other.partition.is_empty());
        }
        // Where one of them has a name, chance must not join them: the limit has to be the same, or the name the usual one.
        let requests = |one: &Self| (one.head, one.tail) == ("requests", "");
        (self.is_named() == other.is_named()
            || (self.limit >= 0 && self.limit == other.limit)
            || (is_equal(self.family, other.family) && (requests(self) || requests(other))))
            && is_equal(self.unit, other.unit)
            && agree(self.limit, other.limit)
            && agree(self.remaining, other.remaining)
            && agree(self.window, other.window)
            // Of a quota a second and one a minute with equal counts, a reset in 47 s is the minute's.
            && fits(self.reset, other.window)
            && fits(other.reset, self.window)
    }

    fn unit(&self) -> &'a str {
        if self.worded && self.unit.is_empty() {
            for part in [self.head, self.tail] {
                for word in words::split(part, b"-_") {
                    if let Some((_, unit)) = UNITS.iter().find(|(text, _)| *text == word) {
                        return unit;
                    }
                }
            }
        }
        self.unit
    }

    fn window(&self) -> i64 {
        if self.window < 0 && self.worded {
            let last = if self.tail.is_empty() { self.head } else { self.tail };
            return name::window(last).unwrap_or(-1);
        }
        self.window
    }

    #[inline(never)]
    fn absorb(&mut self, other: &Self) {
        let order = |draft: &Self| (draft.reset >= 0, draft.rank, draft.remaining >= 0, draft.limit >= 0);
        if order(other) > order(self) {
            self.source = other.source;
        }
        if (other.reset >= 0, other.rank) > (self.reset >= 0, self.rank) {
            (self.reset, self.granularity, self.rank, self.cut) =
                (other.reset, other.granularity, other.rank, other.cut);
            self.reset_at = other.reset_at;
        }
        if !self.is_named() {
            (self.head, self.tail, self.worded) = (other.head, other.tail, other.worded);
        }
        fill_text(&mut self.bucket, other.bucket);
        fill_text(&mut self.unit, other.unit);
        fill_text(&mut self.partition, other.partition);
        fill(&mut self.limit, other.limit);
        fill(&mut self.remaining, other.remaining);
        fill(&mut self.used, other.used);
        fill(&mut self.window, other.window);
    }
}

/// Adds what a header tells to the draft it is a part of, or begins one.
#[inline(never)]
pub fn gather<'a>(drafts: &mut Vec<Draft<'a>>, draft: &Draft<'a>) {
    if let Some(known) = drafts.iter_mut().find(|known| draft.is_part_of(known)) {
        known.absorb(draft);
    } else if drafts.len() < MOST {
        drafts.push(*draft);
    }
}

/// Joins what two families say of one quota, and leaves out what tells nothing.
pub fn finish(drafts: &[Draft<'_>]) -> Vec<Quota> {
    let mut joined: Vec<Draft<'_>> = Vec::new();
    // A policy without a partition is that of all partitions of its name, which are there before it.
    let [parts, wholes] =
        [false, true].map(|whole| drafts.iter().filter(move |draft| draft.partition.is_empty() == whole));
    for draft in parts.chain(wholes) {
        let mut draft = *draft;
        // GitHub tells all three, Discogs no remaining, Reddit no limit.
        if draft.used >= 0 {
            if draft.remaining < 0 && draft.limit >= 0 {
                draft.remaining = (draft.limit - draft.used).max(0);
            } else if draft.limit < 0 && draft.remaining >= 0 {
                draft.limit = draft.remaining + draft.used;
            }
        }
        if draft.limit.max(draft.remaining).max(draft.reset) < 0 {
            continue;
        }
        draft.resolve();
        let mut is_new = true;
        for known in &mut joined {
            if known.is_same(&draft) && (is_new || !known.partition.is_empty()) {
                known.absorb(&draft);
                is_new = false;
            }
        }
        if is_new {
            joined.push(draft);
        }
    }
    let mut quotas = Vec::new();
    for draft in &joined {
        quotas.push(quota(draft));
    }
    quotas
}

fn quota(draft: &Draft<'_>) -> Quota {
    let mut name = String::new();
    for word in [draft.label(), draft.head, draft.tail] {
        if !name.is_empty() && !word.is_empty() {
            name.push_str("-");
        }
        // A bucket stands for itself.
        if draft.bucket.is_empty() || name.is_empty() {
            structured::unescape(word, &mut name);
        }
    }
    Quota {
        name: text(&name),
        bucket: !draft.bucket.is_empty(),
        unit: text(draft.unit),
        limit: number(draft.limit),
        remaining: number(draft.remaining),
        reset_in: (draft.reset >= 0).then_some(draft.reset),
        window: (draft.window > 0).then_some(draft.window),
        source: label::short(draft.source),
        granularity: if draft.reset < 0 { 0 } else { draft.granularity },
        reset_at: draft.reset_at,
        cut: draft.cut,
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| label::short(text))
}

fn number(number: i64) -> Option<u64> {
    u64::try_from(number).ok()
}

#[inline(never)]
fn fill(number: &mut i64, other: i64) {
    if *number < 0 {
        *number = other;
    }
}

#[inline(never)]
fn fill_text<'a>(text: &mut &'a str, other: &'a str) {
    if text.is_empty() {
        *text = other;
    }
}

#[inline(never)]
fn is_equal(one: &str, other: &str) -> bool {
    #[cfg(test)]
    crate::syntax::steps::add(if one.len() == other.len() { one.len() + 1 } else { 1 });
    one == other
}

#[inline(never)]
fn agree(one: i64, other: i64) -> bool {
    one < 0 || other < 0 || one == other
}

fn fits(reset: i64, window: i64) -> bool {
    window < 0 || reset <= times(window, 2).saturating_add(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft<'a>(family: &'a str, head: &'a str, limit: i64, remaining: i64, window: i64) -> Draft<'a> {
        Draft { head, limit, remaining, window, ..Draft::new(family) }
    }

    fn count(all: &[Draft<'_>]) -> usize {
        let mut drafts = Vec::new();
        for draft in all {
            gather(&mut drafts, draft);
        }
        finish(&drafts).len()
    }

    #[test]
    fn a_quota_and_its_policy_are_joined_by_name_else_by_limit() {
        assert_eq!(count(&[draft("a", "", 100, 9, -1), draft("b", "", 100, -1, 60_000)]), 1);
        assert_eq!(count(&[draft("a", "", 10, 9, -1), draft("b", "", 100, -1, 60_000)]), 2);
        assert_eq!(count(&[draft("a", "day", 100, -1, -1), draft("b", "hour", 100, -1, -1)]), 2);
        assert_eq!(count(&[draft("a", "day", 100, 1, -1), draft("b", "", 100, 1, -1)]), 1);
        assert_eq!(count(&[draft("a", "day", 100, 1, -1), draft("b", "", -1, 1, -1)]), 2);
    }

    #[test]
    fn counts_that_are_equal_by_chance_do_not_join_a_reset_to_a_window_that_is_too_short() {
        let bare = Draft { reset: 47_000, ..draft("b", "", 5, 4, -1) };
        let quotas = finish(&[draft("a", "second", 5, 4, 1000), draft("a", "minute", 5, 4, 60_000), bare]);
        assert_eq!(quotas.iter().map(|quota| quota.reset_in).collect::<Vec<_>>(), [None, Some(47_000)]);
    }

    #[test]
    fn of_two_resets_the_delta_is_kept_with_its_source() {
        let of = |source, rank, reset| Draft { reset, rank, ..draft(source, "", 5, -1, -1) };
        for all in [[of("epoch", 0, 1), of("delta", 1, 2)], [of("delta", 1, 2), of("epoch", 0, 1)]] {
            let [quota] = &finish(&all)[..] else { panic!() };
            assert_eq!((quota.reset_in, quota.reset_at.is_some(), quota.source.as_str()), (Some(2), false, "delta"));
        }
    }

    #[test]
    fn one_policy_with_two_partitions_is_two_quotas() {
        let of = |partition| Draft { partition, ..draft("a", "default", 5, -1, -1) };
        let policy = draft("b", "default", 9, -1, 60_000);
        for all in [[of("a"), of("b"), policy], [policy, of("a"), of("b")]] {
            let windows: Vec<_> = finish(&all).iter().map(|quota| quota.window).collect();
            assert_eq!(windows, [Some(60_000); 2]);
        }
    }

    #[test]
    fn what_tells_nothing_is_left_out_and_there_is_a_bound() {
        assert_eq!(count(&[draft("a", "", -1, -1, 1)]), 0);
        assert_eq!(count(&(0..99).map(|limit| draft("a", "", limit, -1, -1)).collect::<Vec<_>>()), MOST);
    }
}
