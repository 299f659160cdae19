//! What a header's value says, by its shape.
//!
//! A count is `100`, `100;w=60`, `20/min`, `32/40` (used of the limit), `100:1,1000:10` (limit and seconds), `600,30000` (two
//! quotas in step), an object in JSON, or under a limit's name a period, `15m`. Which one it is, the text tells.

use alloc::string::String;
use alloc::vec::Vec;

use super::draft::{Draft, gather};
use super::ietf;
use super::name::{self, Name, Role};
use crate::hints;
use crate::rate_limit::vendors::strava;
use crate::syntax::{duration, number, words};
use crate::time::WallTime;

/// Reads the value of a header whose name tells its role.
pub fn read<'a>(drafts: &mut Vec<Draft<'a>>, name: &Name<'a>, source: &'a str, value: &'a str, served: WallTime) {
    let mut draft = Draft::of(name, source);
    if name.role != Role::Used && is_grouped(value) {
        return;
    }
    match name.role {
        Role::Window => draft.window = span(value, name.millis),
        Role::Bucket => draft.bucket = value,
        Role::Reset | Role::ResetAfter => {
            let exact = name.role == Role::ResetAfter;
            if let Some(when) = hints::when(value, served, name.millis) {
                draft.reset(when, exact);
            } else {
                // In step with the limits (Brave), or sent twice.
                for (step, member) in ietf::list(value, source).unwrap_or_default().iter().enumerate() {
                    if let Some(when) = hints::of_number(member.limit * 1000, served, name.millis) {
                        draft.step = step;
                        draft.reset(when, exact);
                        gather(drafts, &draft);
                    }
                }
                return;
            }
        }
        Role::Plain if !name.tail.is_empty() => {
            // A value that holds all parts: Zendesk's `total=100; remaining=99; resets=41`, Shoptet's `150/200`.
            records(drafts, &draft, ",U/L", value);
            for (key, value) in words::split(value, b";,").filter_map(|pair| words::pair(pair, b'=')) {
                if let Some(role) = name::role(key) {
                    read(drafts, &Name { role, ..*name }, source, value, served);
                }
            }
            return;
        }
        role => return counts(drafts, draft, role, value),
    }
    gather(drafts, &draft);
}

/// Reads an object in JSON, of one quota (Basecamp): `{"name":"API","period":10,"limit":50,"remaining":0,"until":"…"}`.
pub fn object<'a>(drafts: &mut Vec<Draft<'a>>, name: &Name<'a>, source: &'a str, value: &'a str, served: WallTime) {
    let mut draft = Draft::of(name, source);
    let bare = |text: &'a str| words::split(text, b"{}\"").find(|piece| !piece.is_empty()).unwrap_or_default();
    for (key, value) in words::split(value, b",").filter_map(|pair| words::pair(pair, b':')) {
        let (key, value) = (bare(key), bare(value));
        let mut lower = String::from(key);
        lower.make_ascii_lowercase();
        match name::role_in(&lower).map(|(role, ..)| role) {
            Some(Role::Reset | Role::ResetAfter) => {
                if let Some(when) = hints::when(value, served, false) {
                    draft.reset(when, false);
                }
            }
            Some(Role::Window) => draft.window = span(value, false),
            Some(role @ (Role::Limit | Role::Remaining | Role::Used)) => {
                if let Some(milli) = number::milli(value, false) {
                    set(&mut draft, role, milli);
                }
            }
            _ if key == "name" => (draft.head, draft.worded) = (value, false),
            _ => {}
        }
    }
    gather(drafts, &draft);
}

/// Reads records of which the pattern's first letter is the separator, and each capital a part:
/// `L`imit, `R`emaining, `U`sed, `N`ame, reset in `T` seconds, `B`locked for seconds, `W`indow in seconds, `X` unread.
/// All else stands for itself. Tells whether there was any.
#[inline(never)]
pub fn records<'a>(drafts: &mut Vec<Draft<'a>>, blank: &Draft<'a>, pattern: &str, value: &'a str) -> bool {
    let mut found = false;
    for record in words::split(value, pattern.as_bytes().get(..1).unwrap_or_default()) {
        let mut draft = *blank;
        if scan(&mut draft, pattern.get(1..).unwrap_or_default(), record).is_some() {
            gather(drafts, &draft);
            found = true;
        }
    }
    found
}

fn scan<'a>(draft: &mut Draft<'a>, pattern: &str, record: &'a str) -> Option<()> {
    let mut at = 0;
    let mut letters = pattern.bytes().peekable();
    while let Some(letter) = letters.next() {
        let rest = words::cut(record, at, record.len());
        if !letter.is_ascii_uppercase() {
            if rest.as_bytes().first() != Some(&letter) {
                return None;
            }
            at += 1;
            continue;
        }
        let end = match letters.peek() {
            Some(next) => words::find(rest, &[*next])?,
            None => rest.len(),
        };
        at += end;
        let piece = words::cut(rest, 0, end);
        match letter {
            b'N' => draft.head = piece,
            b'X' => {}
            _ => {
                // Salesforce says of what after it: `17/250(appName=x)`.
                let count = number::count(words::cut(piece, 0, words::find(piece, b"(").unwrap_or(end)).trim_ascii())?;
                match letter {
                    b'L' => draft.limit = count,
                    b'R' => draft.remaining = count,
                    b'U' => draft.used = count,
                    b'W' => draft.window = count * 1000,
                    _ => {
                        draft.reset_seconds(count);
                        draft.remaining = if letter == b'B' { 0 } else { draft.remaining };
                    }
                }
            }
        }
    }
    Some(())
}

/// Reads counts: what `draft` knows beforehand holds for each.
pub fn counts<'a>(drafts: &mut Vec<Draft<'a>>, mut draft: Draft<'a>, role: Role, value: &'a str) {
    if let Some(milli) = number::milli(value, false) {
        set(&mut draft, role, milli);
        return gather(drafts, &draft);
    }
    if let (Role::Limit | Role::Plain, Some(period)) = (role, duration::read(value)) {
        // AspNetCoreRateLimit.
        draft.window = period;
        return gather(drafts, &draft);
    }
    if let (Role::Limit | Role::Plain, Some((limit, per))) = (role, words::pair(value, b'/'))
        && let (Some(milli), Some(window)) = (number::milli(limit, false), name::window(per))
    {
        // Django REST framework's `20/min`.
        draft.window = window;
        set(&mut draft, role, milli);
        return gather(drafts, &draft);
    }
    let pairs = if role == Role::Used { ",U:W" } else { ",L:W" };
    if records(drafts, &draft, pairs, value) || records(drafts, &draft, ",U/L", value) {
        return;
    }
    let members = ietf::list(value, draft.source).unwrap_or_default();
    let in_step = members.iter().all(|member| member.head.is_empty() && member.window < 0);
    let policies = !ietf::are_twins(members.get(1..).unwrap_or_default());
    for (at, member) in members.iter().enumerate() {
        if member.limit < 0 {
            break;
        }
        let mut part = Draft { window: member.window, ..draft };
        set(&mut part, role, member.limit * 1000);
        if in_step {
            part.step = at;
            // Strava's windows are prose.
            if role == Role::Used && members.len() == 2 {
                part.window = strava::WINDOWS.get(at).copied().unwrap_or(-1);
            }
        } else if at > 0 && (role != Role::Limit || part.window < 0 || !policies) {
            // Another layer's, joined.
            continue;
        }
        if !member.head.is_empty() {
            (part.head, part.worded) = (member.head, false);
        }
        gather(drafts, &part);
    }
}

fn set(draft: &mut Draft<'_>, role: Role, milli: i64) {
    match role {
        Role::Remaining => draft.remaining = milli / 1000,
        Role::Used => draft.used = milli / 1000,
        // Less than one is a rate.
        _ if (1..1000).contains(&milli) => {}
        _ => draft.limit = milli / 1000,
    }
}

// `12,500` is one number to people and two to machines. Strava's usage may look like it, its limits do not.
fn is_grouped(value: &str) -> bool {
    let mut pieces = words::split(value, b",").skip(1).peekable();
    // After a space it is another layer's, joined.
    pieces.peek().is_some()
        && words::find(value, b" ").is_none()
        && pieces.all(|piece| piece.len() == 3 && number::whole(piece).is_some())
}

// A window's length: seconds, milliseconds, or `60s`.
fn span(value: &str, millis: bool) -> i64 {
    let read = match number::milli(value, true) {
        Some(milli) if millis => Some(milli / 1000),
        Some(milli) => Some(milli),
        None => duration::read(value),
    };
    read.filter(|ms| *ms > 0).unwrap_or(-1)
}
