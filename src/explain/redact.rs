//! Takes secrets and personal data out of texts before they are quoted. One pass, linear.
//!
//! Taken out: what follows a credential's name (`token=`, `Authorization: Bearer`), words in the form of keys and tokens,
//! mail addresses, and of URLs the user, the query and the fragment. What looks like a secret goes, even if it is an id:
//! an explanation may end up in a log, and only `api.*` quotes the server word for word.

use crate::syntax::markup::find;
use alloc::string::String;

/// Characters of evidence that are shown.
pub const EXCERPT: usize = 120;

/// Stands for what was taken out.
pub const GONE: &str = "[redacted]";
/// Names whose value is secret; matched within longer names: `access_token`, `X-Api-Key`.
const NAMES: &[&str] = &[
    "token",
    "secret",
    "passw",
    "pwd",
    "apikey",
    "api_key",
    "api-key",
    "auth",
    "cookie",
    "session",
    "credential",
    "signature",
    "bearer",
    "basic",
    "private",
];
/// How well-known keys begin.
const PREFIXES: &[&str] = &[
    "sk-",
    "sk_",
    "pk_",
    "rk_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xox",
    "akia",
    "asia",
    "aiza",
    "eyj",
    "whsec_",
];
/// From this length on, a word with letters and digits is taken for a token. `INVALID_PARAMETER_1` and dates stay.
const OPAQUE: usize = 20;

/// `text` without what must not be shown.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // What the last word was: 2 = the name of a secret, its value follows; 1 = a scheme like `Bearer` may stand between.
    let mut hide = 0_u8;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !is_word(char)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        if word.is_empty() {
            let char = tail.chars().next().unwrap_or_default();
            out.push(char);
            rest = tail.get(char.len_utf8()..).unwrap_or("");
            // Only what may stand between a name and its value keeps the watch up.
            if !matches!(char, ' ' | '=' | ':' | '"' | '\'') {
                hide = 0;
            } else if hide == 1 && matches!(char, '=' | ':') {
                hide = 2;
            }
            continue;
        }
        rest = tail;
        let scheme = ["bearer", "basic"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
        let value_follows = tail.starts_with(['=', ':']) || tail.starts_with("\":") || tail.starts_with("' :");
        if let Some(path) = tail.strip_prefix("://") {
            out.push_str(word);
            out.push_str("://");
            rest = url(path, &mut out);
            hide = 0;
        } else if scheme {
            out.push_str(word);
            hide = 2;
        } else if hide == 2 || is_opaque(word) || word.contains('@') {
            out.push_str(GONE);
            hide = 0;
        } else {
            out.push_str(word);
            hide = u8::from(value_follows && NAMES.iter().any(|name| find(word, name, 0).is_some()));
        }
    }
    out
}

/// `text` without what must not be shown, on one line, at most [`EXCERPT`] characters.
pub fn excerpt(text: &str) -> String {
    // Redacting comes first: a token that is cut short is no longer known as one. What is far behind the cut is not looked at.
    let head = text.get(..text.floor_char_boundary(EXCERPT * 16)).unwrap_or(text);
    let mut out = String::new();
    for (count, char) in redact(head).chars().enumerate() {
        if count >= EXCERPT - 1 {
            out.push('…');
            break;
        }
        out.push(if char.is_control() { ' ' } else { char });
    }
    out
}

/// Copies host and path of a URL (what follows `://`) and gives back the text behind the URL.
fn url<'a>(text: &'a str, out: &mut String) -> &'a str {
    let end = text.find(|char: char| char.is_whitespace() || "\"'<>)".contains(char)).unwrap_or(text.len());
    let (address, rest) = text.split_at(end);
    let path = address.find(['?', '#']).unwrap_or(address.len());
    let (path, query) = address.split_at(path);
    let slash = path.find('/').unwrap_or(path.len());
    let (authority, path) = path.split_at(slash);
    out.push_str(authority.rsplit('@').next().unwrap_or(""));
    for (count, segment) in path.split('/').enumerate() {
        if count > 0 {
            out.push('/');
        }
        out.push_str(if is_opaque(segment) || segment.contains('@') { GONE } else { segment });
    }
    if !query.is_empty() {
        out.push_str("?…");
    }
    rest
}

/// Whether `name` names a secret.
pub fn is_secret_name(name: &str) -> bool {
    NAMES.iter().any(|secret| find(name, secret, 0).is_some())
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || "_-.@+~%$!*".contains(char)
}

fn is_opaque(word: &str) -> bool {
    let bytes = word.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let known = PREFIXES
        .iter()
        .any(|prefix| bytes.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes())));
    (known && bytes.len() >= 8 && digits > 0) || (bytes.len() >= OPAQUE && digits > 1 && letters > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        for (text, shown) in [
            ("Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"),
            ("{\"access_token\":\"hunter2\",\"limit\":5}", "{\"access_token\":\"[redacted]\",\"limit\":5}"),
            ("password=hunter2&x=1", "password=[redacted]&x=1"),
            ("Cookie: sid", "Cookie: [redacted]"),
            ("key sk-abcdef123 was wrong", "key [redacted] was wrong"),
            ("mail to jane.doe@example.com now", "mail to [redacted] now"),
            ("see https://u:p@host.example/a/b?token=1#x then", "see https://host.example/a/b?… then"),
            ("at https://h.example/abcdefghij0123456789/x", "at https://h.example/[redacted]/x"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln", "[redacted]"),
            ("Could not authorize token", "Could not authorize token"),
            ("clever:{{lms_canvas_demo_teacher_id}} not found", "clever:{{lms_canvas_demo_teacher_id}} not found"),
            (
                "submission_types.0 in body should be one of [link file]",
                "submission_types.0 in body should be one of [link file]",
            ),
            ("{\"required\":\"100.00\"}", "{\"required\":\"100.00\"}"),
        ] {
            assert_eq!(redact(text), shown);
        }
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        let shown = excerpt(&"ä\n".repeat(500));
        assert_eq!((shown.chars().count(), shown.contains('\n')), (EXCERPT, false));
        assert_eq!(excerpt("short"), "short");
        assert!(!excerpt(&["x".repeat(110).as_str(), " sk-abcdefghijklmnop1234567890"].concat()).contains("sk-"));
    }
}
