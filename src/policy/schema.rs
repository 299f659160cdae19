//! The schema of all options: the path of each table, and how an option is set by its path.
//!
//! Each option has one number, its place: first the rows of [`TABLE`], then those of the tables in [`WINGS`], in their order, and
//! once more those of the last two, for a profile's own. Each row follows the object that it is a member of. What keeps options knows these numbers and no names
//! ([`Policy::keep`]); what reads them by name is here, for callers in Rust. The npm package has it in JS:
//! `pkg-template/src/option-schema.js`, printed from here ([`print`]), and `check-options.js`.

use alloc::string::String;

use super::Policy;
use crate::{
    rate_limit::{self, read::dialect},
    retry,
    syntax::{
        number,
        value::{self, Kind, Next, OptionError, Row, Value, row, table},
        words,
    },
};

#[cfg(test)]
mod print;

table! {
    /// The options of neither wing.
    TABLE by Place {
        Options: row("", Kind::Object),
        Timeout: row("timeout", Kind::Object),
        // The first: it is what a number in the place of the group would mean.
        TotalTimeout: row("timeout.total", Kind::Period),
        AttemptTimeout: row("timeout.attempt", Kind::Period),
        Priority: row("priority", Kind::Order).or(0.0),
        Cost: row("cost", Kind::Cost).or(1.0),
        CostRequests: row("cost.requests", Kind::Count),
        CostUnit: row("cost.**", Kind::Size),
        ThrowHttpErrors: row("throwHttpErrors", Kind::Flag).or(0.0),
        IdempotencyKey: row("idempotencyKey", Kind::Key).or(0.0),
        Circuit: row("circuitBreaker", Kind::Switch).or(0.0),
        // Polly and resilience4j open at half; the rest is between theirs.
        FailureRatio: row("circuitBreaker.failureRatio", Kind::Share).or(0.5),
        MinimumCalls: row("circuitBreaker.minimumCalls", Kind::Count).or(10.0),
        CircuitWindow: row("circuitBreaker.window", Kind::Period).or(10_000.0),
        OpenFor: row("circuitBreaker.openFor", Kind::Period).or(5000.0),
        Hedge: row("hedge", Kind::Switch).or(0.0),
        // It has no default: what is slow depends on the server.
        HedgeDelay: row("hedge.delay", Kind::Delay).needed(),
        // One more is most of the gain (Dean and Barroso).
        MaxHedges: row("hedge.maxHedges", Kind::Few).or(1.0),
        // The shell keeps these.
        OnEvent: row("onEvent", Kind::Functions),
        Listener: row("onEvent.*", Kind::Function),
        UserTiming: row("userTiming", Kind::Flag),
        Prepare: row("prepare", Kind::Function),
        Fetch: row("fetch", Kind::Function),
        Body: row("body", Kind::Function),
        OwnHost: row("host", Kind::Kept),
        Explainer: row("explainer", Kind::Kept),
        // The shell's too: where it counts, this code is not to be had.
        Unavailable: row("unavailable", Kind::Choice("\"throw\" or \"bypass\"")),
        Coordinator: row("coordinator", Kind::Kept),
        Profiles: row("profiles", Kind::List("an array of profiles")),
        Profile: row("profiles.*", Kind::Object),
        ProfileName: row("profiles.*.name", Kind::Text),
        Hosts: row("profiles.*.hosts", Kind::Some(HOSTS)).needed(),
        Host: row("profiles.*.hosts.*", Kind::Word("a host: \"api.example.com\", \"*.example.com\" or \"localhost:8080\"")),
        // The explainer's; a shell gives the lines that the policy goes by.
        Catalog: row("profiles.*.catalog", Kind::Lines),
        ErrorsUnder200: row("profiles.*.errorsUnder200", Kind::Flag),
        Dialects: row("profiles.*.dialects", Kind::List("an array of header dialects")),
    }
}

const HOSTS: &str = "an array of one host or more";

/// The other tables, and below which path each is.
const WINGS: [(&str, &[Row]); 3] = [
    ("profiles.*.dialects.*", dialect::TABLE),
    ("retry", retry::options::TABLE),
    ("rateLimit", rate_limit::options::TABLE),
];
const DIALECT: usize = TABLE.len();
/// The first place of the wing.
pub(super) const RETRY: usize = DIALECT + dialect::TABLE.len();
/// The first place of the wing.
pub(super) const RATE_LIMIT: usize = RETRY + retry::options::TABLE.len();
/// The first place of a profile's own wings.
const OF_PROFILE: usize = RATE_LIMIT + rate_limit::options::TABLE.len();

/// A place below [`TABLE`], a wing's as the caller has it, and whether it is a profile's.
pub(super) fn below(place: usize) -> (usize, bool) {
    if place < OF_PROFILE { (place, place < RETRY) } else { (place - OF_PROFILE + RETRY, true) }
}

/// The member of a dialect that is at a place below [`TABLE`].
pub(super) fn of_dialect(place: usize) -> Option<usize> {
    (place < RETRY).then(|| place.saturating_sub(DIALECT))
}

impl Policy {
    /// Sets one option under its path: `retry.maxAttempts`, `profiles.0.hosts.1`.
    ///
    /// # Errors
    /// Its path, and what was expected there.
    pub fn set(&mut self, path: &str, value: Value<'_>) -> Result<Next, OptionError> {
        let (table, shift, below) = stand(path);
        let next = value::read(table, below, value).and_then(|read| {
            let is_kept = self.keep(read.place + shift, read.number, read.text);
            is_kept.then_some(read.next).ok_or("an array before it")
        });
        next.map_err(|expected| OptionError { field: path.into(), expected })
    }

    /// The place of the option at `path`, for [`Policy::keep`].
    pub fn place(path: &str) -> Option<usize> {
        let (table, shift, below) = stand(path);
        value::find(table, below).map(|(place, ..)| place + shift)
    }

    /// Required members that are missing.
    ///
    /// # Errors
    /// The path of the first, and what was expected there.
    pub fn check(&self) -> Result<(), OptionError> {
        let mut field = String::from("rateLimit.");
        let mut missing = self.caller.rate_limit.missing(&mut field);
        let set = |place: Place| value::over(&DEFAULTS, &self.numbers, &[], place as usize);
        if missing.is_none() && set(Place::Hedge) > 0.0 && set(Place::HedgeDelay).is_nan() {
            field = "hedge.delay".into();
            missing = Some(Kind::Delay.expected());
        }
        for (index, profile) in self.profiles.iter().enumerate() {
            if missing.is_some() {
                break;
            }
            field = "profiles.".into();
            number::push(&mut field, index as u64);
            if profile.hosts.is_empty() {
                field.push_str(".hosts");
                missing = Some(HOSTS);
            } else if let Some((at, expected)) = profile.dialects.mute() {
                field.push_str(".dialects.");
                number::push(&mut field, at as u64);
                missing = Some(expected);
            } else {
                field.push_str(".rateLimit.");
                missing = profile.layer.rate_limit.missing(&mut field);
            }
        }
        missing.map_or(Ok(()), |expected| Err(OptionError { field, expected }))
    }
}

/// The table of the option at `path`, the first place of that table, and the rest of the path.
fn stand(path: &str) -> (&'static [Row], usize, &str) {
    let (of_profile, option) = match path.strip_prefix("profiles.") {
        Some(rest) => (true, words::halves(rest, b'.').1),
        None => (false, path),
    };
    let (head, below) = words::halves(option, b'.');
    let shift = if of_profile { OF_PROFILE - RETRY } else { 0 };
    match head {
        "retry" => (retry::options::TABLE, RETRY + shift, below),
        "rateLimit" => (rate_limit::options::TABLE, RATE_LIMIT + shift, below),
        "dialects" if of_profile && !below.is_empty() => (dialect::TABLE, DIALECT, words::halves(below, b'.').1),
        _ => (TABLE, 0, path),
    }
}

/// All options by their whole paths, in the order of their places.
pub(super) fn all() -> impl Iterator<Item = (String, &'static Row)> {
    let tables = [("", "", TABLE)].into_iter();
    let tables = tables.chain(WINGS.map(|(at, table)| ("", at, table)));
    let [_, wings @ ..] = WINGS;
    let tables = tables.chain(wings.map(|(at, table)| ("profiles.*.", at, table)));
    tables.flat_map(|(front, at, table)| {
        table.iter().map(move |row| {
            let dot = if at.is_empty() || row.name.is_empty() { "" } else { "." };
            ([front, at, dot, row.name].concat(), row)
        })
    })
}
