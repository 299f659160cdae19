//! Makes the example front ends in Rust: cargo, then wasm-bindgen, into `target/example/site/<example>`.
//!
//! Each is a crate of its own with its own lock file, and they have a target folder of their own: what they are built of is no
//! part of the project, and cargo's lock on the project's folder is not held meanwhile.

use crate::{install, process};
use std::{env, ffi::OsStr, path::Path, process::Command};

/// Folder, name of its `.wasm`, and name of its glue.
const EXAMPLES: [(&str, &str, &str); 2] = [("yew", "quota-board", "app"), ("worker", "quota_worker", "glue")];
/// Where examples in Rust are built.
pub const TARGET: &str = "target/example";

/// Brings them up to date.
///
/// # Errors
/// Where cargo or wasm-bindgen fails.
pub fn build() -> Result<(), String> {
    install::wasm_target()?;
    for (example, wasm, glue) in EXAMPLES {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let manifest = format!("examples/{example}/Cargo.toml");
        cargo.args(["build", "--quiet", "--locked", "--manifest-path", &manifest]);
        process::run(cargo.args(["--target", "wasm32-unknown-unknown", "--target-dir", TARGET]))?;
        let built = Path::new(TARGET).join(format!("wasm32-unknown-unknown/debug/{wasm}.wasm"));
        let site = Path::new(TARGET).join("site").join(example);
        let arguments = ["wasm-bindgen", "--target", "web", "--no-typescript", "--omit-default-module-path"];
        let rest = [OsStr::new("--out-name"), OsStr::new(glue), OsStr::new("--out-dir")];
        let arguments = arguments.iter().map(OsStr::new).chain(rest).chain([site.as_os_str(), built.as_os_str()]);
        wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments)
            .map_err(|error| format!("wasm-bindgen: {example}: {error:#}"))?;
    }
    Ok(())
}
