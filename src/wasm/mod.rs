//! The npm package's bindings: conversions, no decisions. The only folder that names wasm-bindgen and js-sys.

#[cfg(feature = "wasm-explain")]
pub mod explain;
#[cfg(feature = "wasm-policy")]
pub mod policy;
