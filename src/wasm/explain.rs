//! The explainer's binding: a few texts in, one text out.
//!
//! A report crosses as lines (see [`report::read`]) and the explanation comes back as JSON, which the host reads. So the
//! binding needs no glue for objects, and what is long, the body, is neither escaped by one side nor unescaped by the other.
//! An instance of the module is one explainer: what catalogs take of memory ends with it.

use alloc::string::String;
use core::cell::{OnceCell, RefCell};

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    explain::{
        Catalogs, explain_owned,
        lookup::lookup,
        read::{keys, report},
    },
    syntax::headers::Headers,
};

struct Held(OnceCell<RefCell<Catalogs>>);

// SAFETY: a module without threads.
unsafe impl Sync for Held {}

static HELD: Held = Held(OnceCell::new());

/// Reads the built-in catalogs. To be called before all else, when no text has crossed yet: what a call takes of memory is
/// given back from its first text on.
#[wasm_bindgen]
pub fn prepare() {
    HELD.0.get_or_init(|| RefCell::new(Catalogs::built_in()));
}

/// Adds a user's catalog, as JSON, behind those that were added before. False: it could not be read whole.
#[wasm_bindgen]
pub fn add(catalog: String) -> bool {
    HELD.0.get().is_some_and(|catalogs| catalogs.borrow_mut().add_static(catalog.leak()))
}

/// What is known of the rule `id`, in the form of an explanation; "" if there is none.
#[wasm_bindgen(js_name = lookup)]
pub fn look_up(id: &str) -> String {
    let page = HELD.0.get().and_then(|catalogs| lookup(id, &catalogs.borrow()));
    let out = page.map_or(String::new(), |page| page.to_json());
    free_from(id);
    out
}

/// Explains a report: see [`report::read`]. Total: anything else is explained as unknown.
#[wasm_bindgen]
#[allow(clippy::needless_pass_by_value, reason = "an optional text crosses only as one that is owned")]
pub fn explain(
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
    let out = HELD.0.get().map(|catalogs| explain_owned(report, &catalogs.borrow()).to_json());
    free_from(facts);
    out.unwrap_or_default()
}

/// Ends a call whose first text was `first`: glue takes memory for texts in their order. What the call gives back is copied
/// by the host before it takes any.
fn free_from(first: &str) {
    #[cfg(feature = "npm")]
    super::ALLOCATOR.free_from(first);
    #[cfg(not(feature = "npm"))]
    let _ = first;
}
