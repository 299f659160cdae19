//! A bounded, tolerant reader of JSON: a tree of values that know where in the text they stand.
//!
//! Errors come cut off, wrongly labelled and with junk behind them, so what was read before the first fault is kept, strings
//! are read over what may not stand in them, and [`Document::end`] says whether the text is JSON (as `serde_json` judges it). Numbers stay text: `f64` parsing alone costs 14 kB brotli. Time and space are
//! linear in the text; depth and node count are capped. Source: RFC 8259; of repeated names the last counts, as in `JSON.parse`.

pub mod names;
mod reader;
pub mod tree;

use super::{number, words};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use names::Names;
use reader::Reader;

/// Containers within containers; deeper text ends the reading.
pub const MAX_DEPTH: usize = 64;
/// Values in one document; more end the reading.
pub const MAX_NODES: usize = 16_384;

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// One whole value and nothing else.
    Complete,
    /// One whole value was read, but the byte here may not stand in a string: a line break or another control character that
    /// is not escaped, an escape that JSON does not know, half a surrogate pair.
    Faulty(usize),
    /// The text ended within a value, or held none.
    Cut,
    /// Too deep or too many values.
    Capped,
    /// The byte here is not JSON.
    Broken(usize),
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is none.
    Missing,
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number, as text.
    Number,
    /// A string.
    String,
    /// A list.
    Array,
    /// A map.
    Object,
}

/// A text that was read.
#[derive(Debug)]
pub struct Document<'t> {
    root: Raw<'t>,
    end: End,
}

/// One value of a document, or the lack of one: what is asked of a missing value is missing, empty or none as well, so that a
/// path through an unknown text is walked without a question at each step.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d>(&'d Raw<'d>);

/// Reads `text`; a byte order mark in front is passed over.
pub fn parse(text: &str) -> Document<'_> {
    parse_with(text, &NONE)
}

static NONE: Names = Names::new("");

/// As [`parse`]; the members whose names are in `names` are found by [`Node::at`].
#[inline(never)]
pub fn parse_with<'t>(text: &'t str, names: &'static Names) -> Document<'t> {
    Reader::new(text, names).read()
}

impl Document<'_> {
    /// The same with texts of its own.
    pub fn into_owned(self) -> Document<'static> {
        Document { root: self.root.into_owned(), end: self.end }
    }

    /// The outermost value, as far as it was read.
    pub fn root(&self) -> Node<'_> {
        Node(&self.root)
    }

    /// How reading ended.
    pub fn end(&self) -> End {
        self.end
    }
}

impl<'d> Node<'d> {
    /// What it is.
    pub fn kind(self) -> Kind {
        self.0.kind
    }

    /// Whether there is one.
    pub fn exists(self) -> bool {
        self.kind() != Kind::Missing
    }

    /// Where it stands, in bytes of the text; a string without its quotes.
    pub fn span(self) -> (usize, usize) {
        (self.0.start, self.0.end)
    }

    /// A number, `true`, `false` or `null` as it is written; of another kind, "".
    pub fn word(self) -> &'d str {
        if matches!(self.kind(), Kind::String) { "" } else { &self.0.text }
    }

    /// The value of a string, escapes undone; an escape that JSON does not know becomes its letter,
    /// and a surrogate without its other half U+FFFD. Of another kind, "".
    pub fn text(self) -> &'d str {
        if matches!(self.kind(), Kind::String) { &self.0.text } else { "" }
    }

    /// Whether the bytes of its span are its text: a string without escapes.
    pub fn literal(self) -> bool {
        self.0.literal
    }

    /// A whole number of at most 15 digits; fractions and exponents are refused.
    pub fn integer(self) -> Option<i64> {
        number::whole(self.word())
    }

    /// The name under which it stands in its object; "" in an array.
    pub fn key(self) -> &'d str {
        &self.0.key
    }

    /// The number of that name in the dictionary of [`parse_with`]; 0 where it is not in there.
    pub fn id(self) -> u8 {
        self.0.id
    }

    /// The member whose name has the number `id`, as [`Node::get`] finds it by the name itself.
    #[inline(never)]
    pub fn at(self, id: u8) -> Node<'d> {
        let mut found = &MISSING;
        #[cfg(test)]
        crate::syntax::steps::add(1);
        // Mostly it is not there.
        if self.0.ids >> (id & 63) & 1 == 1 && self.kind() == Kind::Object {
            for node in &self.0.children {
                #[cfg(test)]
                crate::syntax::steps::add(1);
                if node.id == id {
                    found = node;
                }
            }
        }
        Node(found)
    }

    /// The member called `key`; missing if it is not an object.
    #[inline(never)]
    pub fn get(self, key: &str) -> Node<'d> {
        let mut found = &MISSING;
        for node in &self.0.children {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            if self.kind() == Kind::Object && *node.key == *key {
                found = node;
            }
        }
        Node(found)
    }

    /// The element at `index`; missing if it is not an array.
    #[inline(never)]
    pub fn index(self, index: usize) -> Node<'d> {
        let found = if self.kind() == Kind::Array { self.0.children.get(index) } else { None };
        Node(found.unwrap_or(&MISSING))
    }

    /// The value that a JSON pointer names (RFC 6901, without `~` escapes): `/error/code`, `/errors/0`.
    #[inline(never)]
    pub fn pointer(self, path: &str) -> Node<'d> {
        let mut node = self;
        for step in words::split(path, b"/").skip(1) {
            node = match number::whole(step) {
                Some(index) if node.kind() == Kind::Array => node.index(index as usize),
                _ => node.get(step),
            };
        }
        node
    }

    /// The members of an object or the elements of an array, in order.
    pub fn children(self) -> Children<'d> {
        Children(self.0.children.iter())
    }
}

/// What stands directly within a node.
#[derive(Clone, Debug)]
pub struct Children<'d>(core::slice::Iter<'d, Raw<'d>>);

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        self.0.next().map(Node)
    }
}

// A tree in which each value holds what it says: a node is then one pointer, and what is asked of it is a load. With offsets
// into the text the explainer's code was a tenth larger.
#[derive(Debug)]
struct Raw<'t> {
    kind: Kind,
    literal: bool,
    id: u8,
    start: usize,
    end: usize,
    // Of a number or `true`, `false`, `null`, the word.
    text: Cow<'t, str>,
    key: Cow<'t, str>,
    // A bit for the number of each member's name, of which some share one.
    ids: u64,
    children: Vec<Raw<'t>>,
}

impl<'t> Raw<'t> {
    const fn new(start: usize, key: Cow<'t, str>, id: u8) -> Self {
        let text = Cow::Borrowed("");
        Self { kind: Kind::Missing, literal: false, id, start, end: start, text, key, ids: 0, children: Vec::new() }
    }

    // Depth is bounded by the reader's cap.
    fn into_owned(self) -> Raw<'static> {
        Raw {
            text: Cow::Owned(self.text.into_owned()),
            key: Cow::Owned(self.key.into_owned()),
            children: self.children.into_iter().map(Raw::into_owned).collect(),
            ..Raw {
                kind: self.kind,
                literal: self.literal,
                start: self.start,
                end: self.end,
                ids: self.ids,
                ..Raw::new(0, Cow::Borrowed(""), self.id)
            }
        }
    }
}

static MISSING: Raw<'static> = Raw::new(0, Cow::Borrowed(""), 0);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn count(node: Node<'_>) -> usize {
        usize::from(node.exists()) + node.children().map(count).sum::<usize>()
    }

    #[test]
    fn members_elements_and_spans_are_found() {
        let text =
            "\u{feff} {\"a\":{\"b\":[1,-2.5e3,\"x\\n\\u00e9\"]},\"a\":{\"b\":[true,null,7,\"z\"]},\"\\u0041\":1} ";
        let document = parse(text);
        assert_eq!(document.end(), End::Complete);
        let list = document.root().pointer("/a/b");
        assert_eq!(list.index(0).kind(), Kind::True, "the last of repeated names counts");
        assert_eq!(list.index(2).integer(), Some(7));
        let end = list.index(3);
        assert_eq!((end.text(), &text[end.span().0..end.span().1]), ("z", "z"));
        let first = document.root().children().next().unwrap();
        assert_eq!((first.key(), document.root().get("A").integer()), ("a", Some(1)));
        let first = first.pointer("/b/2");
        assert_eq!((first.text(), first.literal()), ("x\né", false));
    }

    #[test]
    fn what_is_missing_is_empty_at_every_turn() {
        let document = parse("{\"a\":1}");
        let node = document.root().get("b").get("c").index(3).pointer("/d/0");
        assert_eq!(
            (node.exists(), node.kind(), node.text(), node.word(), node.integer()),
            (false, Kind::Missing, "", "", None)
        );
        assert_eq!((node.children().count(), node.span(), document.root().get("a").text()), (0, (0, 0), ""));
        assert!(!parse("").root().exists());
    }

    #[test]
    fn reading_says_how_it_ended_and_keeps_what_came_before() {
        let rows = vec![
            ("{}", End::Complete, 1),
            ("", End::Cut, 0),
            ("{\"a\":1", End::Cut, 2),
            ("{\"a\":\"x", End::Cut, 2),
            ("{\"a\":\"x\\", End::Cut, 2),
            ("[1,2", End::Cut, 3),
            ("[1,]", End::Broken(3), 2),
            ("[1 2]", End::Broken(3), 2),
            ("{\"a\" 1}", End::Broken(5), 1),
            ("{a:1}", End::Broken(1), 1),
            ("{} x", End::Broken(3), 1),
            ("01", End::Cut, 0),
            ("[01]", End::Broken(1), 1),
            ("not json", End::Broken(0), 0),
            ("[tru", End::Cut, 1),
        ];
        for (text, end, nodes) in rows {
            let document = parse(text);
            assert_eq!((document.end(), count(document.root())), (end, nodes), "{text}");
        }
    }

    #[test]
    fn depth_and_count_are_capped() {
        assert_eq!(parse(&"[".repeat(100_000)).end(), End::Capped);
        assert_eq!(parse(&"{\"a\":".repeat(20_000)).end(), End::Capped);
        let text = ["[", &"1,".repeat(MAX_NODES), "1]"].concat();
        let many = parse(&text);
        assert_eq!((many.end(), count(many.root())), (End::Capped, MAX_NODES));
    }

    #[test]
    fn surrogates_pair_up_or_are_replaced() {
        for (text, value) in [
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83dx""#, "\u{fffd}x"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""\ude00""#, "\u{fffd}"),
            (r#""\u12""#, "\u{fffd}12"),
            (r#""\"\\\/""#, "\"\\/"),
        ] {
            assert_eq!(parse(text).root().text(), value, "{text}");
        }
    }
}
