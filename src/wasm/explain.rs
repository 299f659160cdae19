//! The explainer's binding: one text in, one text out.
//!
//! A report crosses as JSON (see [`report::read`]) and the explanation comes back as JSON; the host writes and reads both.
//! Explaining is not hot, and so the binding needs no glue for objects.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    explain::{Catalogs, explain, report},
    syntax::json,
};

/// The catalogs, parsed once.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Explainer {
    catalogs: Catalogs,
}

#[wasm_bindgen]
impl Explainer {
    /// With the built-in catalogs.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "made by JavaScript")]
    pub fn new() -> Self {
        Self { catalogs: Catalogs::built_in() }
    }

    /// Explains a report. Total: what is no report is explained as nothing known.
    pub fn explain(&self, report: &str) -> String {
        explain(&report::read(&json::parse(report)), &self.catalogs).to_json()
    }
}
