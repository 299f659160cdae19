//! The API's own words: copied to `api`, and quoted in sentences without secrets, on one line and cut.

use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::Kind;
use crate::explain::read::body::{Body, Shape};
use crate::explain::read::decode;
use crate::explain::scan::{after, behind, head};
use crate::explain::write::arena::{Arena, Text};
use crate::explain::write::{redact, serialize};
use alloc::string::String;

/// Copies what the API itself said.
pub fn copy(harvest: &Body<'_>, out: &mut Explanation) {
    let arena = &mut out.arena;
    let api = &mut out.api;
    if api.code.is_empty() && out.kind != Kind::Success {
        api.code = arena.add(harvest.code.text);
    }
    let message = harvest.messages.first().copied().unwrap_or_default();
    let start = arena.mark();
    match harvest.shape {
        Shape::Xml | Shape::Html => decode::markup(message.text, &mut arena.all),
        _ if message.span.is_none() => decode::percent(message.text, &mut arena.all),
        _ => arena.all.push_str(message.text),
    }
    api.message = arena.since(start);
    let start = arena.mark();
    one_line(head(harvest.user_message, 500), &mut arena.all);
    api.user_message = arena.since(start);
    api.request_id = arena.add(&harvest.request_id);
    if !harvest.docs_url.is_empty() {
        api.docs_url = arena.add(harvest.docs_url);
    }
    if harvest.details.exists() {
        api.details = arena.add(&serialize::write_node(harvest.details, false));
    }
}

/// `text` redacted, on one line, at most `most` characters. `of_secret`: it is said of a field whose name is a secret's, and
/// may repeat the value.
pub fn quote(text: &str, most: usize, of_secret: bool, arena: &mut Arena) -> Text {
    let (text, mut line) = (text.trim_ascii(), String::new());
    // Redacting comes before the cut: a token that is cut short is not known as one. What is far behind it is not read.
    let front = head(text, most * 3);
    let whole = if front.len() < text.len() { front.len() - behind(front, b' ').len() } else { front.len() };
    one_line(head(front, whole), &mut line);
    let start = arena.mark();
    if of_secret {
        redact::redact_value(&line, &mut arena.all);
    } else {
        redact::redact(&line, &mut arena.all);
    }
    let shown = after(&arena.all, start);
    let end = shown.char_indices().nth(most).map(|(at, _)| at);
    if end.is_some() || whole < text.len() {
        arena.all.truncate(end.map_or(arena.mark(), |at| start + at));
        arena.all.push('…');
    }
    arena.since(start)
}

/// On one line, without the marks that turn the direction of what stands around it.
fn one_line(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => out.push(' '),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            char => out.push(char),
        }
    }
}
