//! Where in a body an error may say something: the objects that are wrapped in one another.

use crate::explain::read::keys::{key, keys};
use crate::explain::scan::has;
use crate::syntax::json::{Kind, Node};
use alloc::vec::Vec;

/// Members that hold the error itself, likeliest first.
const UNWRAP: &[u8] = keys!(
    "error errors fault Fault Error message detail response result data extensions response_metadata json meta header status responseStatus ResponseStatus sys"
);

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::read::keys::parse;

    #[test]
    fn an_error_is_unwrapped_from_the_outside() {
        let document = parse(r#"{"response":{},"meta":{"error":[{"code":"a"}]}}"#);
        let levels = levels(document.root());
        assert_eq!(levels.len(), 3);
        assert_eq!(levels.last().map(|level| level.get("code").text()), Some("a"));
    }
}
