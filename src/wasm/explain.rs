//! The explainer's binding: one text in, one text out.
//!
//! A report crosses as JSON (see [`report::read`]) and the explanation comes back as JSON; the host writes and reads both.
//! Explaining is not hot, and so the binding needs no glue for objects.

use crate::explain::{Catalogs, Report, explain as explain_report, report};
use crate::hints::{Hint, Told};
use crate::rate_limit::read;
use crate::syntax::json;
use alloc::string::String;
use wasm_bindgen::prelude::wasm_bindgen;

/// Explains a report. Total: what is no report is explained as nothing known.
#[wasm_bindgen]
pub fn explain(report: &str) -> String {
    let document = json::parse(report);
    let mut report = report::read(&document);
    (report.hint, report.told) = told(&report);
    explain_report(&report, &Catalogs::built_in()).to_json()
}

/// When to come back and the quota in the way, as the answer's headers tell.
fn told(report: &Report<'_>) -> (Option<Hint>, Option<Told>) {
    let reading = read::read(report.headers, report.now);
    let told = read::told(&reading, report.status);
    (reading.hint, told)
}
