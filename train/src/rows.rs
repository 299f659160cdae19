//! The labelled errors.

use crate::support::{Case, load};
use fetch_with_policy::explain::advise::texts;
use fetch_with_policy::explain::kind::{KINDS, Kind, REASONS};
use serde_json::Value;

/// What the reader is fitted to. The files in `errors/` come beside these.
pub const FILES: [&str; 5] =
    ["errors-source.json", "errors-collected.json", "explain-more.json", "explain-rows.json", "explain-vendors.json"];

/// Rows on which an earlier reader was judged before it was fitted to them.
const JUDGED: [&str; 2] = ["errors-wild.json", "errors-blind-1.json"];

/// One labelled error.
pub struct Row {
    /// As the fixture has it.
    pub value: Value,
    /// The name of its file.
    pub file: String,
    /// The same as a report.
    pub case: Case,
    /// Who made the API: rows of one vendor are left out together.
    pub vendor: String,
    /// Whether it must be right: a row of the documents that the project began with, or a convention.
    pub is_source: bool,
    /// Whether it is made of words that APIs use, and no API's own error: it is learnt from, and judges nothing.
    pub is_made: bool,
    /// The place of its kind in [`KINDS`].
    pub kind: usize,
    /// Places of kinds that are as good.
    pub others: Vec<usize>,
    /// The place of its reason in [`REASONS`], where it is labelled.
    pub reason: Option<usize>,
}

impl Row {
    fn of(value: Value, path: &str, is_by_source: bool) -> Self {
        let expected = &value["expected"];
        let word = |value: &Value| place(value.as_str().unwrap_or_else(|| panic!("no kind: {expected}")));
        let kind = word(&expected["kind"]);
        let others = expected["accept_kinds"].as_array().into_iter().flatten().map(word).filter(|other| *other != kind);
        let others = others.collect();
        let reason = expected["reason"].as_str();
        let reason = reason.and_then(|reason| REASONS.iter().position(|known| *known == (KINDS[kind], reason)));
        let vendor = vendor(&value, is_by_source);
        let is_source = value["provenance"] == "source" || value["source"] == "conventions of many APIs";
        let is_made = value["provenance"] == "made";
        let file = path.rsplit('/').next().unwrap_or(path).to_owned();
        Self { file, case: Case::of(&value), vendor, is_source, is_made, kind, others, reason, value }
    }

    /// Whether `kind` is right.
    pub fn accepts(&self, kind: usize) -> bool {
        self.kind == kind || self.others.contains(&kind)
    }
}

/// The place of the kind called `name`.
///
/// # Panics
/// If there is none: a label is wrong.
pub fn place(name: &str) -> usize {
    KINDS.iter().position(|kind| texts::row(*kind).name == name).unwrap_or_else(|| panic!("unknown kind {name}"))
}

/// Whether a row is a thrown error.
pub fn is_thrown(row: &Row) -> bool {
    row.case.status.unwrap_or(0) == 0
}

/// Whether `kind` is a success.
pub fn is_success(kind: usize) -> bool {
    KINDS[kind] == Kind::Success
}

/// The first word of the source; of the older files, whose sources name a document for many vendors, of the id.
fn vendor(value: &Value, is_by_source: bool) -> String {
    let text = value[if is_by_source { "source" } else { "id" }].as_str().unwrap_or("").to_lowercase();
    let end = text.find(|char: char| if is_by_source { ": /(,".contains(char) } else { !char.is_ascii_lowercase() });
    text[..end.unwrap_or(text.len())].to_owned()
}

/// The rows of one file.
pub fn of_file(path: &str, is_by_source: bool) -> Vec<Row> {
    load(path).into_iter().map(|value| Row::of(value, path, is_by_source)).collect()
}

/// All rows that the reader is fitted to, in the order of their files' names.
///
/// # Panics
/// If a file is missing.
pub fn all(root: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = FILES.iter().flat_map(|name| of_file(&format!("{root}/{name}"), false)).collect();
    let folder = std::fs::read_dir(format!("{root}/errors")).expect("tests/fixtures/errors is missing");
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.sort();
    rows.extend(files.iter().flat_map(|path| of_file(path, true)));
    rows.extend(JUDGED.iter().flat_map(|name| of_file(&format!("{root}/{name}"), true)));
    rows
}
