//! Documents that are not one JSON text: JSON within a longer text or within a string, XML, and pairs of names and values.
//!
//! All become the one tree, so that whoever reads a body reads them alike. Places stay those of the outer text; what was
//! read in a string has the place of that string.

use super::{Document, End, Kind, MAX_DEPTH, MAX_NODES, Raw, parse_with};
use crate::syntax::json::names::Names;
use crate::syntax::search;
use crate::syntax::words::{cut, find};
use alloc::{borrow::Cow, vec::Vec};

/// Strings that are opened in one document, and how deep within one another.
const MAX_OPENED: usize = 8;
const MAX_WITHIN: usize = 3;

impl<'t> Document<'t> {
    /// Reads the bytes of `text` from `start` to `end`.
    pub fn within(text: &'t str, start: usize, end: usize, names: &'static Names) -> Self {
        let mut out = parse_with(cut(text, start, end), names);
        out.root.place(&mut |node| (node.start, node.end) = (node.start + start, node.end + start));
        out
    }

    /// A map of `members`: name, value, and where the value stands.
    pub fn pairs(members: impl Iterator<Item = (&'t str, Cow<'t, str>, usize, usize)>, names: &'static Names) -> Self {
        let mut root = Raw::new(0, Cow::Borrowed(""), 0);
        root.kind = Kind::Object;
        for (name, value, start, end) in members.take(MAX_NODES) {
            let mut node = Raw::new(start, Cow::Borrowed(name), names.id(name));
            (node.kind, node.end, node.literal) = (Kind::String, end, matches!(value, Cow::Borrowed(_)));
            node.text = value;
            root.take(node);
        }
        Self { root, end: End::Broken(0) }
    }

    /// Puts the JSON that `find` sees in a string, whose name it gets too, in the place of that string, if `is_wanted`.
    pub fn open_strings(
        &mut self,
        find: fn(&str, &str) -> Option<(usize, usize)>,
        is_wanted: fn(super::Node<'_>) -> bool,
        names: &'static Names,
    ) {
        open(&mut self.root, &mut { MAX_OPENED }, MAX_WITHIN, (find, is_wanted, names));
    }
}

type Wanted = (fn(&str, &str) -> Option<(usize, usize)>, fn(super::Node<'_>) -> bool, &'static Names);

fn open(node: &mut Raw<'_>, left: &mut usize, depth: usize, wanted: Wanted) {
    let mut depth = depth;
    if node.kind == Kind::String && *left > 0 && depth > 0 {
        let Some((start, end)) = (wanted.0)(&node.key, &node.text) else { return };
        *left -= 1;
        let inner = parse_with(cut(&node.text, start, end), wanted.2);
        if !matches!(inner.end(), End::Complete | End::Faulty(_)) || !(wanted.1)(inner.root()) {
            return;
        }
        let mut root = inner.into_owned().root;
        let (start, end) = (node.start, node.end);
        root.place(&mut |node| (node.start, node.end, node.literal) = (start, end, false));
        (root.key, root.id) = (core::mem::take(&mut node.key), node.id);
        *node = root;
        depth -= 1;
    }
    for child in &mut node.children {
        open(child, left, depth, wanted);
    }
}

/// Reads `text` as XML: elements and attributes are members, without the prefixes of their names; the text beside
/// attributes or elements is the member `text`. Nothing is checked, and character references stay as they are.
pub fn parse_xml<'t>(text: &'t str, names: &'static Names) -> Document<'t> {
    let mut open: Vec<Raw<'t>> = Vec::new();
    let mut root = Raw::new(0, Cow::Borrowed(""), 0);
    root.kind = Kind::Object;
    open.push(root);
    let (mut at, mut count) = (0, 0);
    while let Some(start) = next(text, "<", at) {
        #[cfg(test)]
        crate::syntax::steps::add(start + 1 - at);
        say(&mut open, text, at, start);
        let rest = cut(text, start, text.len());
        let (skip, close) = if rest.starts_with("<![CDATA[") {
            (9, "]]>")
        } else if rest.starts_with("<!--") {
            (4, "-->")
        } else {
            (1, ">")
        };
        let Some(end) = next(text, close, start + skip) else { break };
        at = end + close.len();
        if skip == 9 {
            say(&mut open, text, start + skip, end);
        }
        let tag = cut(text, start + 1, end);
        if skip > 1 || tag.starts_with(['?', '!']) {
            continue;
        }
        if tag.starts_with('/') {
            shut(&mut open, end);
            continue;
        }
        if open.len() >= MAX_DEPTH || count >= MAX_NODES {
            break;
        }
        count += 1;
        let alone = tag.ends_with('/');
        let name = cut(tag, 0, find(tag, b" \t\r\n/").unwrap_or(tag.len()));
        let mut node = named(name, end + 1, names);
        count += attributes(&mut node, text, start + 1 + name.len(), end, names);
        open.push(node);
        if alone {
            shut(&mut open, end);
        }
    }
    while open.len() > 1 {
        shut(&mut open, text.len());
    }
    let root = open.pop().unwrap_or(Raw::new(0, Cow::Borrowed(""), 0));
    Document { root, end: End::Broken(0) }
}

fn next(text: &str, sign: &str, from: usize) -> Option<usize> {
    search::find(text, sign, from)
}

fn named<'t>(name: &'t str, start: usize, names: &Names) -> Raw<'t> {
    let name = cut(name, find(name, b":").map_or(0, |at| at + 1), name.len());
    let mut node = Raw::new(start, Cow::Borrowed(name), names.id(name));
    node.kind = Kind::Object;
    node
}

/// Adds the attributes between `from` and `to` to `node`; gives back how many there are.
fn attributes<'t>(node: &mut Raw<'t>, text: &'t str, from: usize, to: usize, names: &'static Names) -> usize {
    let (mut at, mut count) = (from, 0);
    while let Some(equals) = find(cut(text, at, to), b"=").map(|found| at + found) {
        let quote = cut(text, equals + 1, equals + 2);
        let end =
            if matches!(quote, "\"" | "'") { next(text, quote, equals + 2).filter(|end| *end < to) } else { None };
        let Some(end) = end else { break };
        let name = cut(text, at, equals).trim_ascii();
        if !name.starts_with("xmlns") && !name.starts_with("xsi:") {
            let mut child = named(name, equals + 2, names);
            fill(&mut child, text, equals + 2, end);
            node.take(child);
            count += 1;
        }
        at = end + 1;
    }
    count
}

/// Makes `node` the text between `from` and `to`, without the blanks around it.
fn fill<'t>(node: &mut Raw<'t>, text: &'t str, from: usize, to: usize) {
    let inner = cut(text, from, to);
    let start = from + inner.len() - inner.trim_ascii_start().len();
    let inner = inner.trim_ascii();
    (node.kind, node.literal, node.text) = (Kind::String, true, Cow::Borrowed(inner));
    (node.start, node.end) = (start, start + inner.len());
}

/// Adds the text between `from` and `to` to the element that stands open.
fn say<'t>(open: &mut [Raw<'t>], text: &'t str, from: usize, to: usize) {
    if let [_, .., node] = open
        && node.text.is_empty()
        && !cut(text, from, to).trim_ascii().is_empty()
    {
        let kind = node.kind;
        fill(node, text, from, to);
        node.kind = kind;
    }
}

/// Ends the element that stands open.
fn shut(open: &mut Vec<Raw<'_>>, end: usize) {
    if open.len() < 2 {
        return;
    }
    let (Some(mut node), Some(outer)) = (open.pop(), open.last_mut()) else { return };
    if node.children.is_empty() {
        node.kind = Kind::String;
        if node.text.is_empty() {
            node.end = node.start;
        }
    } else if let [name, value] = node.children.as_slice()
        && *name.key == *"name"
        && *value.key == *"value"
    {
        // XML-RPC: a member that is named by a text.
        let mut parts = node.children.drain(..);
        if let (Some(name), Some(mut value)) = (parts.next(), parts.next()) {
            // The value stands in an element that names its type.
            if value.kind == Kind::Object
                && value.children.len() == 1
                && let Some(inner) = value.children.pop()
            {
                value = inner;
            }
            (value.key, value.id) = (name.text, 0);
            outer.take(value);
        }
        return;
    } else if node.text.is_empty() {
        node.end = end;
    } else {
        let mut text = Raw::new(node.start, Cow::Borrowed("text"), 0);
        (text.kind, text.literal, text.end) = (Kind::String, true, node.end);
        text.text = core::mem::take(&mut node.text);
        node.take(text);
        node.end = end;
    }
    outer.take(node);
}

impl Raw<'_> {
    fn take(&mut self, node: Self) {
        self.ids |= 1 << (node.id & 63);
        self.children.push(node);
    }

    // Depth is bounded by the reader's cap.
    fn place(&mut self, place: &mut dyn FnMut(&mut Self)) {
        place(self);
        self.children.iter_mut().for_each(|node| node.place(place));
    }
}
