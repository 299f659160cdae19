//! The explainer's binding: a few texts in, one text out.
//!
//! A report crosses as lines (see [`report::read`]) and the explanation comes back as JSON, which the host reads. So the
//! binding needs no glue for objects, and what is long, the body, is neither escaped by one side nor unescaped by the other.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    explain::{
        Catalogs, explain,
        lookup::lookup,
        read::{keys, report},
    },
    syntax::headers::Headers,
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

    /// Explains a report: see [`report::read`]. Total: what is no report is explained as nothing known.
    #[allow(clippy::needless_pass_by_value, reason = "an optional text crosses only as one that is owned")]
    pub fn explain(
        &self,
        facts: &str,
        headers: &str,
        body: Option<String>,
        request_body: &str,
        thrown: &str,
        request_headers: &str,
    ) -> String {
        let thrown = keys::parse(thrown);
        let mut report = report::read(facts, thrown.root());
        (report.headers, report.body, report.request_body) = (Headers::new(headers), body.as_deref(), request_body);
        report.request_headers = Headers::new(request_headers);
        report.pairs.extend(report.headers.iter());
        explain(&report, &self.catalogs).to_json()
    }
}
