//! A bounded, tolerant reader of JSON: a flat arena of nodes that know where in the text they stand.
//!
//! Errors come cut off, wrongly labelled and with junk behind them, so what was read before the first fault is kept, and
//! [`Document::end`] says how reading ended. Numbers stay text: `f64` parsing alone costs 14 kB brotli. Time and space are
//! linear in the text; depth and node count are capped. Source: RFC 8259; of repeated names the last counts, as in `JSON.parse`.

mod reader;

use super::number;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
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
#[derive(Clone, Debug)]
pub struct Document<'a> {
    text: Cow<'a, str>,
    /// The strings that had escapes, without them.
    plain: String,
    nodes: Vec<Raw>,
    end: End,
}

/// One value of a document, or the lack of one: what is asked of a missing value is missing, empty or none as well, so that a
/// path through an unknown text is walked without a question at each step.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    at: u32,
}

/// Reads `text`; a byte order mark in front is passed over.
pub fn parse<'a>(text: impl Into<Cow<'a, str>>) -> Document<'a> {
    read(text.into())
}

fn read(text: Cow<'_, str>) -> Document<'_> {
    let mut reader = Reader::new(&text);
    let end = reader.read();
    let (nodes, plain) = (reader.nodes, reader.plain);
    Document { text, plain, nodes, end }
}

impl Document<'_> {
    /// The outermost value, as far as it was read.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, at: 0 }
    }

    /// How reading ended.
    pub fn end(&self) -> End {
        self.end
    }

    fn slice(&self, span: Span) -> &str {
        let text = if span.plain { &self.plain } else { &*self.text };
        text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

impl<'d> Node<'d> {
    fn raw(self) -> Raw {
        self.document.nodes.get(self.at as usize).copied().unwrap_or(MISSING)
    }

    /// What it is.
    #[inline(never)]
    pub fn kind(self) -> Kind {
        self.raw().kind
    }

    /// Whether there is one.
    pub fn exists(self) -> bool {
        self.kind() != Kind::Missing
    }

    /// Where it stands, in bytes of the text; a string without its quotes.
    pub fn span(self) -> (usize, usize) {
        let raw = self.raw();
        (raw.start as usize, raw.end as usize)
    }

    /// The text of its span: a number as written, a string with its escapes.
    #[inline(never)]
    pub fn source(self) -> &'d str {
        let raw = self.raw();
        self.document.slice(Span { start: raw.start, end: raw.end, plain: false })
    }

    /// The value of a string, escapes undone; a surrogate without its other half becomes U+FFFD. Of another kind, "".
    #[inline(never)]
    pub fn text(self) -> &'d str {
        self.document.slice(self.raw().value)
    }

    /// A whole number of at most 15 digits; fractions and exponents are refused.
    pub fn integer(self) -> Option<i64> {
        if self.kind() == Kind::Number { number::whole(self.source()) } else { None }
    }

    /// The name under which it stands in its object; "" in an array.
    #[inline(never)]
    pub fn key(self) -> &'d str {
        self.document.slice(self.raw().key)
    }

    /// The member called `key`; missing if it is not an object.
    #[inline(never)]
    pub fn get(self, key: &str) -> Node<'d> {
        let mut found = self.missing();
        if self.kind() == Kind::Object {
            for node in self.children() {
                if node.key() == key {
                    found = node;
                }
            }
        }
        found
    }

    /// The element at `index`; missing if it is not an array.
    #[inline(never)]
    pub fn index(self, index: usize) -> Node<'d> {
        let found = if self.kind() == Kind::Array { self.children().nth(index) } else { None };
        found.unwrap_or(self.missing())
    }

    /// The value that a JSON pointer names (RFC 6901, without `~` escapes): `/error/code`, `/errors/0`.
    #[inline(never)]
    pub fn pointer(self, path: &str) -> Node<'d> {
        let mut node = self;
        let mut rest = path;
        while let Some(tail) = rest.get(1..) {
            let step = tail.bytes().position(|byte| byte == b'/').and_then(|end| tail.get(..end)).unwrap_or(tail);
            node = match number::whole(step) {
                Some(index) if node.kind() == Kind::Array => node.index(index as usize),
                _ => node.get(step),
            };
            rest = tail.get(step.len()..).unwrap_or("");
        }
        node
    }

    /// The members of an object or the elements of an array, in order.
    pub fn children(self) -> Children<'d> {
        let raw = self.raw();
        Children { document: self.document, at: self.at.saturating_add(1), end: raw.next }
    }

    fn missing(self) -> Self {
        Self { document: self.document, at: u32::MAX }
    }
}

/// What stands directly within a node.
#[derive(Clone, Debug)]
pub struct Children<'d> {
    document: &'d Document<'d>,
    at: u32,
    end: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    // Called in many places; inlined in each it would be most of the readers' code.
    #[inline(never)]
    fn next(&mut self) -> Option<Node<'d>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { document: self.document, at: self.at };
        self.at = node.raw().next;
        Some(node)
    }
}

/// A part of the text, or of the strings without escapes.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    plain: bool,
}

#[derive(Clone, Copy, Debug)]
struct Raw {
    kind: Kind,
    start: u32,
    end: u32,
    value: Span,
    key: Span,
    /// The index behind the last node within this one.
    next: u32,
}

const NOTHING: Span = Span { start: 0, end: 0, plain: false };
const MISSING: Raw = Raw { kind: Kind::Missing, start: 0, end: 0, value: NOTHING, key: NOTHING, next: 0 };

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

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
        assert_eq!((first.text(), first.source()), ("x\né", "x\\n\\u00e9"));
    }

    #[test]
    fn what_is_missing_is_empty_at_every_turn() {
        let document = parse("{\"a\":1}");
        let node = document.root().get("b").get("c").index(3).pointer("/d/0");
        assert_eq!(
            (node.exists(), node.kind(), node.text(), node.source(), node.integer()),
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
            assert_eq!((document.end(), document.nodes.len()), (end, nodes), "{text}");
        }
    }

    #[test]
    fn depth_and_count_are_capped() {
        assert_eq!(parse("[".repeat(100_000)).end(), End::Capped);
        assert_eq!(parse("{\"a\":".repeat(20_000)).end(), End::Capped);
        let many = parse(["[", &"1,".repeat(MAX_NODES), "1]"].concat());
        assert_eq!((many.end(), many.nodes.len()), (End::Capped, MAX_NODES));
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
