//! The explainer's binding: one text in, one text out.
//!
//! A report crosses as JSON (see [`report::read`]) and the explanation comes back as JSON; the host writes and reads both.
//! Explaining is not hot, and so the binding needs no glue for objects.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    explain::{Catalogs, explain, lookup::lookup, report},
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

    /// Adds a user's catalog, as JSON, behind those that were added before. False: it could not be read whole.
    pub fn add(&mut self, catalog: &str) -> bool {
        self.catalogs.add(catalog)
    }

    /// What is known of the rule `id`, in the form of an explanation; "" if there is none.
    pub fn lookup(&self, id: &str) -> String {
        lookup(id, &self.catalogs).map_or(String::new(), |page| page.to_json())
    }

    /// Explains a report. Total: what is no report is explained as nothing known.
    pub fn explain(&self, report: &str) -> String {
        explain(&report::read(&json::parse(report)), &self.catalogs).to_json()
    }
}
