//! Paths of fields: dotted, whatever the API writes, and what they name.

use crate::explain::scan::{after, known, until};
use crate::explain::write::arena::{Arena, Text};
use alloc::string::String;

/// Appends `raw` with dots between its steps.
pub fn dotted(raw: &str, out: &mut Arena) -> Text {
    let pointer = matches!(raw.as_bytes(), [b'/' | b'#', ..]);
    let start = out.mark();
    let mut gap = false;
    let mut chars = raw.chars().peekable();
    while let Some(char) = chars.next() {
        let first = out.mark() == start;
        if matches!(char, '.' | '[' | ']') || (pointer && matches!(char, '/' | '#')) || (char == '$' && first) {
            gap = !first;
        } else if !matches!(char, '\'' | '"' | '`') {
            if gap {
                out.all.push('.');
            }
            gap = false;
            // RFC 6901 section 3: `~1` is a slash, `~0` a tilde.
            let escaped = if pointer && char == '~' { chars.next_if(|next| matches!(next, '0' | '1')) } else { None };
            out.all.push(if escaped == Some('1') { '/' } else { char });
        }
    }
    out.since(start)
}

/// Adds `step` to a dotted path.
pub fn step_into(path: &mut String, step: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(step);
}

/// Whether the last step of a path that is a name, and not an index, names a secret.
pub fn is_secret_path(path: &str) -> bool {
    let (mut last, mut rest) = ("", path);
    while !rest.is_empty() {
        let step = until(rest, b".[]/");
        if step != "value" && step.bytes().any(|byte| !byte.is_ascii_digit()) {
            last = step;
        }
        rest = after(rest, step.len() + 1);
    }
    crate::explain::write::redact::is_secret_name(last)
}

/// `body`, `query`, `path` or `header`, where `word` is one of them or a framework's word for it; else "".
pub fn place_of(word: &str) -> &'static str {
    match word {
        "querystring" => "query",
        "payload" | "json" | "form" => "body",
        "params" => "path",
        "headers" => "header",
        // Not the "Path" that a sentence begins with.
        word => Some(known("body query path header", word)).filter(|known| *known == word).unwrap_or(""),
    }
}
