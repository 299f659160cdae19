//! Fields that only a sentence names: "Missing required parameters: a, b", "The a field must be a date", "`a` is too long".
//!
//! Templates take one vendor's words; this reads what all their sentences have in common, so it is asked last, of a 400 or
//! 422 whose fields nobody has told. Two forms are known: a complaint, a noun and names (`Unknown field "a"`), and a subject
//! with what must be of it (`a must be …`). A capital at the front may be the sentence's, so less is believed of it then.

use crate::explain::explanation::Explanation;
use crate::explain::read::field_paths::place_of;
use crate::explain::read::fields::{MAX, push};
use crate::explain::scan;
use crate::explain::scan::{after, behind, cut, find, has, lists, parts, split, until, words};
use crate::explain::write::redact::is_taken;
use crate::syntax::grams::Grams;

/// Words that a complaint begins with.
const LEADS: &str = "missing required unknown invalid unexpected unrecognized unsupported received illegal duplicate";
/// What names stand beside; before shorter ones those that they begin.
const NOUNS: &str =
    "value for|value of|format for|parameter|param|field|property|properties|argument|attribute|header|key(s)|key:";
/// What begins to be said of a subject, and how it may go on; where nothing is listed, in any way.
const PREDICATES: &[(&str, &str)] = &[
    (" is ", "required|missing|invalid|not |too |empty|blank|malformed|unknown|mandatory|an invalid|out of|in the"),
    (" must ", ""),
    (" should ", ""),
    (" cannot be ", BOUNDS),
    (" can't be ", BOUNDS),
    (" may not be ", BOUNDS),
    (" has ", "already been|invalid|an invalid"),
    (" does not ", "match|have a valid|contain"),
    (" was not ", "provided|sent|given"),
    (" not ", "provided|specified|supplied|given|present"),
];
const BOUNDS: &str = "blank|empty|null|longer|shorter|greater|less|more|negative|zero|in the";
/// What stands before a name in messages of go-playground/validator, System.Text.Json and Newtonsoft.
const FRAMEWORKS: &[&str] = &["field validation for '", "path: $.", "path '"];
/// How it goes on behind a name and a colon.
const SAID: &str = "required|missing|invalid|unknown|must |should |is |cannot |can't |too |has already|not a |unrecognized|field required";
/// Words beside a name that say what it is.
const MARKS: &str = "field parameter param property attribute argument input format";
/// Other words that may stand there.
const FILLERS: &str = "the value of query";
/// What may follow a name in a complaint, and is none.
const TAILS: &str = "is are and at in on for of to was with must the provided";
/// Subjects that are no fields.
const NOBODY: &str = "this it you there they request body payload user token account resource url client server json data that which error";

/// Words of a sentence that stand where a name may.
const NO_NAMES: &str = "or and request query input other some any one more an this";

/// A text, and where the names that it has go.
struct Names<'t, 'o> {
    text: &'t str,
    out: &'o mut Explanation,
}

/// Adds the fields that the lines of `text` name.
pub fn read(text: &str, out: &mut Explanation) {
    let out = &mut Names { text, out };
    // Most texts have none of the words that a line is asked for, one after the other.
    let grams = Grams::of(text);
    let may_hold = |word: &str| grams.may_hold(word);
    if !parts(NOUNS, b'|').any(may_hold)
        && !PREDICATES.iter().any(|(sign, _)| may_hold(sign))
        && !FRAMEWORKS.iter().any(|sign| may_hold(sign))
        && !may_hold(": ")
    {
        return;
    }
    for line in parts(text, b'\n').flat_map(clauses).take(MAX) {
        let mut rest = line;
        // Behind what a framework sets in front: `json: unknown field "a"`.
        for _ in 0..3 {
            let clause = scan::trim(rest, b". '");
            let lead = until(clause, b" ");
            let led = lists(LEADS, b' ', lead);
            // pydantic: `messages.0.content: Input should be a valid list`
            let path = split(clause, ": ").filter(|(front, _)| has(front, ".") && plain(front));
            let found = path
                .is_some_and(|(front, tail)| starts(tail, "Input |Field |Value ") && add(front, tail, "", out))
                || (led && complaint(clause, lead.len(), out))
                || framework(clause, out)
                || subject(clause, out)
                || (!led && complaint(clause, 0, out));
            let Some((front, tail)) = split(rest, ": ").filter(|_| !found) else { break };
            // `body.name: Required`
            if starts(tail, SAID) && plain(front) && add(front, tail, "", out) {
                break;
            }
            rest = tail;
        }
    }
}

/// The parts of `line`: at semicolons, or, as Grape lists them, at commas: `page is invalid, size must be one of …`.
fn clauses(line: &str) -> impl Iterator<Item = &str> {
    let grape = has(line, ",")
        && parts(line, b',').all(|part| lists("is does must has", b' ', words(part).nth(1).unwrap_or("")));
    parts(line, if grape { b',' } else { b';' })
}

/// See [`FRAMEWORKS`].
fn framework(clause: &str, out: &mut Names<'_, '_>) -> bool {
    FRAMEWORKS
        .iter()
        .find_map(|sign| find(clause, sign, 0).map(|at| after(clause, at + sign.len())))
        .is_some_and(|tail| add(until(tail, b"' "), clause, "", out))
}

/// `Missing required parameters: a, b`, whose first word ends at `lead`, or which begins otherwise (0); gives back whether
/// it is one that names a field.
fn complaint(clause: &str, lead: usize, out: &mut Names<'_, '_>) -> bool {
    let noun = parts(NOUNS, b'|').find_map(|noun| find(clause, noun, lead).map(|at| (at, at + noun.len())));
    let Some((from, to)) = noun else { return false };
    let (front, tail) = (cut(clause, lead, from), after(clause, to));
    let tail = tail.strip_prefix("(s)").or_else(|| tail.strip_prefix("s")).unwrap_or(tail);
    let list = split(tail, ": ").map_or(tail, |(_, list)| list);
    // Quotes are surer than places; what is quoted in front of a noun that names follow may be a value.
    quoted(tail, clause, out)
        || quoted(front, clause, out)
        || listed(list, clause, out)
        || (lead > 0 && bare(behind(front.trim_ascii(), b' '), clause, out))
}

/// Adds a name without quotes, if it is no word of a sentence.
fn bare(name: &str, clause: &str, out: &mut Names<'_, '_>) -> bool {
    !lists(NO_NAMES, b' ', name) && add(name, clause, "", out)
}

/// Adds the names that stand in quotes, up to what is said of them.
fn quoted(text: &str, clause: &str, out: &mut Names<'_, '_>) -> bool {
    let count = out.out.fields.len();
    let mut rest = text;
    while let Some((at, quote)) = rest.bytes().enumerate().find(|(_, byte)| matches!(byte, b'\'' | b'"' | b'`')) {
        // Behind a colon is what a value must be, or the value itself.
        let between = cut(rest, 0, at).trim_ascii();
        let joins = matches!(scan::trim(between, b",").trim_ascii(), "" | "and" | "or" | "&");
        if !joins && out.out.fields.len() > count {
            break;
        }
        let inner = after(rest, at + 1);
        let name = until(inner, &[quote]);
        add(name, clause, "", out);
        rest = after(inner, name.len() + 1);
    }
    out.out.fields.len() > count
}

/// Adds the names of a list, bare or in brackets: `: a, b`, ` a and b`.
fn listed(text: &str, clause: &str, out: &mut Names<'_, '_>) -> bool {
    let count = out.out.fields.len();
    for part in parts(scan::trim_start(text, b": -["), b',') {
        let part = part.strip_prefix("and ").unwrap_or(part);
        let name = until(part, b" ]");
        let next = until(after(part, name.len() + 1), b" ");
        // A word within a sentence is no name.
        if !lists(TAILS, b' ', name) && !lists(NO_NAMES, b' ', name) && (next.is_empty() || lists(TAILS, b' ', next)) {
            add(name, clause, "", out);
        }
        if let Some(last) = after(part, name.len()).strip_prefix(" and ") {
            add(until(last, b" ]"), clause, "", out);
        }
    }
    out.out.fields.len() > count
}

/// `The a field must be a date`; gives back whether it is one.
fn subject(clause: &str, out: &mut Names<'_, '_>) -> bool {
    let found = PREDICATES
        .iter()
        .filter_map(|(sign, tails)| {
            let at = find(clause, sign, 0)?;
            starts(after(clause, at + sign.len()), tails).then_some(at)
        })
        .min();
    let Some(at) = found else { return false };
    let (front, said) = (cut(clause, 0, at), after(clause, at + 1));
    let (mut name, mut place, mut marked, mut quoted) = ("", "", false, false);
    for word in words(front) {
        let bare = scan::trim(word, b"'\"`");
        let lower = |list| lists(list, b' ', word);
        if bare.len() < word.len() {
            (name, marked, quoted) = (bare, true, true);
        } else if !name.is_empty() && !place_of(word).is_empty() {
            place = place_of(word);
        } else if lower(MARKS) {
            marked = true;
        } else if name.is_empty() && !lower(FILLERS) {
            name = word;
        } else if !lower(FILLERS) && word != "in" && !quoted {
            // A whole phrase is no name.
            return false;
        }
    }
    let sure = marked
        || plain(name)
        || starts(said, "is required|is missing|is invalid|is too|can't be|cannot be|must be|has already been");
    sure && !lists(NOBODY, b' ', name) && add(name, said, place, out)
}

/// Whether `text` begins with one of `list`; with an empty one it does.
fn starts(text: &str, list: &str) -> bool {
    list.is_empty() || parts(list, b'|').any(|word| find(text, word, 0) == Some(0))
}

/// Whether `name` is written as names of fields are, and not as the first word of a sentence.
fn plain(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase()) && !lists(NOBODY, b' ', name)
}

/// Adds `name` if it looks like one.
fn add(name: &str, message: &str, place: &'static str, out: &mut Names<'_, '_>) -> bool {
    let name = scan::trim(name, b".:]");
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']' | b'$' | b'/');
    let good = !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(fits)
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !lists(LEADS, b' ', name);
    // What is a secret where it stands is no name.
    let at = (name.as_ptr() as usize).wrapping_sub(out.text.as_ptr() as usize);
    let good = good && (out.out.fields.len() >= MAX || !is_taken(out.text, (at, at.saturating_add(name.len()))));
    if good {
        push(out.out, name, message, place);
    }
    good
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::judge::kind::Kind;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn fields(text: &str) -> Vec<String> {
        let mut out = Explanation::new(Kind::InvalidRequest, "", Some(400));
        read(text, &mut out);
        out.fields.iter().map(|field| out.arena.read(field.path).to_string()).collect()
    }

    #[test]
    fn a_complaint_names_fields_in_quotes_lists_or_beside_the_noun() {
        for (text, expected) in [
            ("Missing required parameters: [start, end]", &["start", "end"][..]),
            ("Missing required 'start' and 'end' parameters.", &["start", "end"]),
            ("missing required user_id parameter", &["user_id"]),
            ("Invalid value 'x' for parameter 'age'", &["age"]),
            ("Invalid value for 'limit': must be 'a' or 'b'", &["limit"]),
            ("json: unknown field \"foo\"", &["foo"]),
            ("missing field `name` at line 1 column 2", &["name"]),
            ("Invalid API key provided", &[]),
            ("Unexpected error", &[]),
        ] {
            assert_eq!(fields(text), expected, "{text}");
        }
    }

    #[test]
    fn a_subject_is_a_field_if_what_is_said_of_it_is_said_of_fields() {
        for (text, expected) in [
            ("The email field is required.", &["email"][..]),
            ("`currency` is required", &["currency"]),
            ("name can't be blank", &["name"]),
            ("due_date in body must be of type string", &["due_date"]),
            ("list:\na in body is required\nb is too long", &["a", "b"]),
            ("You must provide an email", &[]),
            ("Order cannot be cancelled", &[]),
            ("The request body must be JSON", &[]),
            ("User is not allowed to do this", &[]),
            ("The phone number you gave is not valid", &[]),
        ] {
            assert_eq!(fields(text), expected, "{text}");
        }
    }
}
