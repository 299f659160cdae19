//! Makes the example front end in Rust: cargo, then wasm-bindgen, into `target/example/site`.
//!
//! It is a crate of its own with its own lock file and target folder: what it is built of is no part of the project, and
//! cargo's lock on the project's folder is not held meanwhile.

use crate::{install, process};
use std::{env, ffi::OsStr, path::Path, process::Command};

const CRATE: &str = "examples/yew/Cargo.toml";
const TARGET: &str = "target/example";
const SITE: &str = "target/example/site";

/// Brings it up to date.
///
/// # Errors
/// Where cargo or wasm-bindgen fails.
pub fn build() -> Result<(), String> {
    install::wasm_target()?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "--manifest-path", CRATE]);
    process::run(cargo.args(["--target", "wasm32-unknown-unknown", "--target-dir", TARGET]))?;
    let built = Path::new(TARGET).join("wasm32-unknown-unknown/debug/quota-board.wasm");
    let arguments = ["wasm-bindgen", "--out-dir", SITE, "--out-name", "app", "--target", "web", "--no-typescript"];
    let arguments = arguments.map(OsStr::new).into_iter().chain([built.as_os_str()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments).map_err(|error| format!("wasm-bindgen: {error:#}"))
}
