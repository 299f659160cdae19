//! Errors about fields in maps from name to texts, and in trees with `_errors`.

use crate::explain::explanation::Explanation;
use crate::explain::read::field_paths::step_into;
use crate::explain::read::fields::{first, push};
use crate::explain::read::keys::{key, keys};
use crate::explain::read::names::{self, letters};
use crate::syntax::json::{Kind, Node};
use crate::syntax::number;
use alloc::string::String;

/// Levels of a tree that are followed.
pub const DEPTH: usize = 8;
/// Members of a bare map that are levels of their own.
pub const WRAPS: &[u8] = keys!("error errors data detail message result");
/// Members in which a value of a map says what is wrong.
const TELLING: &[u8] = keys!("description message detail msg error");

pub fn from_map(map: Node<'_>, path: &str, depth: usize, out: &mut Explanation) {
    // Phoenix sends `{"errors":{"detail":"Not Found"}}`, which names no field.
    if map.at(key!("detail")).kind() == Kind::String {
        return;
    }
    for value in map.children().filter(|value| value.id() != key!("messages")) {
        let mut name = String::from(path);
        if value.key() != "non_field_errors" {
            step_into(&mut name, value.key());
        }
        from_value(value, &name, depth, out);
        for (index, item) in value.children().enumerate() {
            if value.kind() == Kind::Array {
                let mut inner = name.clone();
                // Only maps within a list have an index of their own.
                if item.kind() == Kind::Object && telling(item).is_empty() {
                    inner.push('.');
                    number::push(&mut inner, index as u64);
                }
                from_value(item, &inner, depth, out);
            }
        }
    }
}

/// What an object says is wrong; Play has a list of texts there.
fn telling(item: Node<'_>) -> &str {
    let text = first(item, TELLING);
    if text.is_empty() { item.at(key!("msg")).index(0).text() } else { text }
}

/// What one value of a map says, as a text, or as an object with one; a map within is walked.
fn from_value(value: Node<'_>, name: &str, depth: usize, out: &mut Explanation) {
    let mut silent = value.kind() == Kind::Object;
    for text in [value.text(), telling(value)] {
        if !text.is_empty() {
            push(out, name, text, "");
            silent = false;
        }
    }
    if silent && depth < DEPTH {
        from_map(value, name, depth + 1, out);
    }
}

pub fn from_tree(node: Node<'_>, path: &str, depth: usize, out: &mut Explanation) {
    for value in node.children() {
        if value.key() == "_errors" {
            value.children().for_each(|item| push(out, path, item.at(key!("message")).text(), ""));
        } else if depth < DEPTH {
            let mut inner = String::from(path);
            step_into(&mut inner, value.key());
            from_tree(value, &inner, depth + 1, out);
        }
    }
}

pub fn has_tree(node: Node<'_>, depth: usize) -> bool {
    node.at(key!("_errors")).exists()
        || (depth < DEPTH && node.kind() == Kind::Object && node.children().any(|value| has_tree(value, depth + 1)))
}

/// Whether every value is a list of texts or objects, or such a map itself, and there is one.
pub fn lists_only(map: Node<'_>, depth: usize) -> bool {
    let text = |item: Node<'_>| {
        item.kind() == Kind::String
            || (item.kind() == Kind::Object
                && depth < DEPTH
                && (item.children().next().is_none() || !telling(item).is_empty() || lists_only(item, depth + 1)))
    };
    let list = |value: Node<'_>| {
        if value.kind() == Kind::Array {
            value.index(0).exists() && value.children().all(text)
        } else {
            depth < DEPTH && !WRAPS.contains(&value.id()) && lists_only(value, depth + 1)
        }
    };
    map.kind() == Kind::Object && map.children().next().is_some() && map.children().all(list)
}

/// Whether a list is one of errors, and not what is wrong with the field that it is called.
pub fn is_of_errors(list: Node<'_>) -> bool {
    let name = letters(list.key());
    let coded = |member: Node<'_>| names::code(&letters(member.key())) > 57;
    names::container(&name) > 0 || name == "messages" || list.index(0).children().any(coded)
}
