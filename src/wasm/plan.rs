//! The options of a policy on their way in from JavaScript, which has checked them: see `check-options.js`.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::policy::Policy;

/// Options on their way in, one at a time.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Plan {
    pub(super) policy: Policy,
}

#[wasm_bindgen]
impl Plan {
    /// Empty options.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy, to which more can be added.
    pub fn fork(&self) -> Self {
        Self { policy: self.policy.clone() }
    }

    /// Keeps a checked option, by its place, as its number or its text; an unknown place is ignored.
    pub fn keep(&mut self, place: u32, number: f64, text: &str) {
        self.policy.keep(place as usize, number, text);
    }

    /// The names of headers that own dialects name, in lower case, one a line: of a response, wanted beside those of [`Names::Wanted`](super::protocol::Names::Wanted).
    pub fn dialects(&self) -> String {
        self.policy.dialects()
    }
}
