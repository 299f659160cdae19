//! Which finer sense of its kind a response has: by its words, else by the reason that was judged.

use crate::explain::advise::senses::{self, Sense};
use crate::explain::advise::{CERTAIN, Case};
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{self, Kind};
use crate::explain::read::body::Quote;
use crate::explain::scan::{has, head, parts};
use crate::syntax::grams::Grams;
use alloc::string::String;

/// Bytes of a message whose words are looked at.
pub const MAX_WORDS: usize = 400;
/// Messages whose words are looked at.
pub const MAX_MESSAGES: usize = 3;

/// What the words of a response are looked for in.
pub struct Words<'d> {
    pub places: [(&'static str, &'static str, Quote<'d>); MAX_MESSAGES + 2],
    /// All of them.
    pub text: String,
    grams: Grams,
}

impl<'d> Words<'d> {
    /// Those of `case`.
    pub fn of(case: &Case<'d, 'd>) -> Self {
        let message = |index: usize| case.body.messages.get(index).copied().unwrap_or_default();
        let header = Quote { text: case.report.header("www-authenticate"), ..Quote::default() };
        let places = [
            ("body", "code", case.body.code),
            ("body", "message", message(0)),
            ("header", "www-authenticate", header),
            ("body", "message", message(1)),
            ("body", "message", message(2)),
        ];
        let mut text = String::new();
        for (.., said) in &places {
            text.push_str(head(said.text, MAX_WORDS));
            text.push('\n');
        }
        let grams = Grams::of(&text);
        Self { places, text, grams }
    }

    /// The first of the `|`-parted `list` that is there.
    fn first<'l>(&self, list: &'l str) -> Option<&'l str> {
        parts(list, b'|').find(|word| self.grams.may_hold(word) && has(&self.text, word))
    }

    /// The finer sense of the kind: by its words, with the word, else by the reason alone. A reason that is known excludes all
    /// others; a kind that is not sure has none.
    pub fn sense(&self, case: &Case<'_, '_>, out: &mut Explanation) -> Option<(Sense, &'static str)> {
        if out.is_unsure() {
            return None;
        }
        let reason = out.arena.read(out.reason);
        // A rule's reason stays; a reason that was judged gives way to words that name another.
        let open = !out.is_ruled();
        let mut rows = senses::of(out.kind);
        let mut by_words = rows.clone().filter(|sense| {
            // OAuth calls a wrong password an invalid grant.
            (open && reason != "grant_invalid")
                || sense.reason == reason
                || (reason == "grant_invalid" && sense.name == "password")
        });
        let found = by_words.find_map(|sense| Some((sense, self.first(sense.words)?)));
        let found = found.or_else(|| {
            let is_trusted = !open || is_trusted(case, reason, out);
            Some((rows.find(|sense| is_trusted && sense.name == reason)?, ""))
        });
        if let Some((sense, _)) = found.filter(|(sense, _)| open && !sense.reason.is_empty()) {
            out.reason = out.arena.add(sense.reason);
        }
        found
    }
}

/// Whether a judged reason holds without a word of its sense: if the status means it, if the API sends no words, or, of credentials and
/// rights, if the judgement is nearly certain. Never "invalid", which is the judgement of all words that no finer sense has.
fn is_trusted(case: &Case<'_, '_>, reason: &str, out: &Explanation) -> bool {
    let by_status = out.status.is_some_and(|status| kind::of_status(status).1 == reason);
    let of_caller = matches!(out.kind, Kind::Unauthenticated | Kind::Forbidden) && out.confidence >= CERTAIN;
    !matches!(reason, "" | "invalid") && (by_status || case.advised.is_empty() || of_caller)
}
