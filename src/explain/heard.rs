//! Messages and their parts, as templates are tried on them.

use super::fields;
use super::grammar::Match;
use super::harvest::Harvest;
use super::scan::head;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A message, or a part of one, that a template fits.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The whole part.
    pub part: String,
    /// What of the body fits, in bytes.
    pub span: Option<(usize, usize)>,
    /// The holes.
    pub found: Match,
}

impl Harvest<'_> {
    /// Tries `test` on each message, then on its lines, then on its comma-separated parts: the first of these that gives anything.
    pub fn matching(&self, test: &dyn Fn(&str) -> Option<Match>) -> Vec<Heard> {
        let mut out = Vec::new();
        for separators in [&[][..], &["\n", "\\n"], &[", "]] {
            for said in &self.messages {
                for (offset, part) in parts(&said.text, separators) {
                    let Some(found) = test(part).filter(|_| out.len() < fields::MAX) else { continue };
                    let span = said.span.map(|(start, end)| {
                        let at = start + offset;
                        if said.literal { (at + found.span.0, at + found.span.1) } else { (start, end) }
                    });
                    out.push(Heard { part: part.to_string(), span, found });
                }
            }
            if !out.is_empty() {
                break;
            }
        }
        out
    }
}

/// The parts of `text` between `separators`, with their places. Only the first of a long text: messages are short.
fn parts<'t>(text: &'t str, separators: &[&str]) -> Vec<(usize, &'t str)> {
    let text = head(text, 4096);
    let mut out = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at <= text.len() {
        let rest = text.as_bytes().get(at..).unwrap_or(&[]);
        let separator = separators.iter().find(|separator| rest.starts_with(separator.as_bytes()));
        if rest.is_empty() || separator.is_some() {
            out.push((start, text.get(start..at).unwrap_or("")));
            start = at + separator.map_or(1, |separator| separator.len());
            at = start;
        } else {
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_with_their_places() {
        assert_eq!(parts("a:\nb\\nc", &["\n", "\\n"]), [(0, "a:"), (3, "b"), (6, "c")]);
        assert_eq!(parts("x", &[]), [(0, "x")]);
        assert_eq!(parts("", &[", "]), [(0, "")]);
    }
}
