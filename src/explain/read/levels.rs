//! Where in a body an error may say something: the objects that are wrapped in one another.

use crate::explain::read::keys::{key, keys};
use crate::explain::scan::{has, head, lists};
use crate::syntax::json::{Kind, Node};
use alloc::vec::Vec;

/// Members that hold the error itself, likeliest first.
const UNWRAP: &[u8] = keys!(
    "error errors fault Fault Error message detail response result data extensions response_metadata json meta header status responseStatus ResponseStatus sys"
);

/// Words by which a member reports a failure.
const FAILED: &str = "fail|failed|failure|error|errors|ko|nok|erro|err|false";

/// The objects that may say something of the error, outermost first.
pub fn levels(root: Node<'_>) -> Vec<Node<'_>> {
    let mut out = Vec::new();
    let mut level = Some(or_first(root));
    while let Some(node) = level.filter(|_| out.len() < 4) {
        out.push(node);
        level = UNWRAP
            .iter()
            .map(|key| or_first(node.at(*key)))
            .chain(node.children().filter(|inner| has(inner.key(), "error") && !inner.key().ends_with('s')))
            .find(|inner| inner.kind() == Kind::Object && inner.children().next().is_some());
    }
    out
}

/// Of a batch, the first that failed.
pub fn or_failed(root: Node<'_>) -> Node<'_> {
    let failed = root.children().find(|item| item.at(key!("error")).kind() == Kind::Object);
    failed.filter(|_| root.kind() == Kind::Array).unwrap_or(root)
}

/// `node`, or the first element of a list.
pub fn or_first(node: Node<'_>) -> Node<'_> {
    if node.kind() == Kind::Array { node.index(0) } else { node }
}

/// Whether a member says in a word that the request failed: `status: "error"`, `result: "KO"`.
pub fn says_failed(root: Node<'_>) -> bool {
    levels(root)
        .iter()
        .flat_map(|level| level.children())
        .any(|member| member.kind() == Kind::String && lists(FAILED, b'|', member.text()))
}

/// Whether a member that is called an error has something in it.
pub fn has_error(root: Node<'_>) -> bool {
    or_first(root).children().any(|member| {
        let is_set = match member.kind() {
            Kind::Object | Kind::Array => member.children().next().is_some(),
            Kind::String => !member.text().is_empty(),
            Kind::True => true,
            Kind::Number => member.word() != "0",
            _ => false,
        };
        is_set && has(head(member.key(), 5), "err")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::read::keys::parse;

    #[test]
    fn a_failure_is_said_in_a_word_or_by_an_error_with_something_in_it() {
        let is = |body: &str| {
            let document = parse(body);
            (says_failed(document.root()), has_error(document.root()))
        };
        for body in [r#"{"status":"Failed"}"#, r#"{"ocs":{"x":1},"meta":{"status":"failure"}}"#, r#"[{"result":"KO"}]"#]
        {
            assert_eq!(is(body), (true, false), "{body}");
        }
        for body in [r#"{"error":"x"}"#, r#"{"errors":[{}]}"#, r#"{"errorCode":7}"#, r#"{"error":true}"#] {
            assert_eq!(is(body), (false, true), "{body}");
        }
        let none = r#"{"errors":[],"error":null,"err":"","errcode":0,"error_text":{},"status":"failing over"}"#;
        assert_eq!(is(none), (false, false));
    }

    #[test]
    fn an_error_is_unwrapped_from_the_outside() {
        let document = parse(r#"{"response":{},"meta":{"error":[{"code":"a"}]}}"#);
        let levels = levels(document.root());
        assert_eq!(levels.len(), 3);
        assert_eq!(levels.last().map(|level| level.get("code").text()), Some("a"));
    }
}
