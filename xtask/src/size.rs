//! What the package weighs: the measuring is `xtask/size.mjs`, since esbuild and the compressors are Node's.

use crate::process;
use std::process::Command;

/// Prints the tables.
///
/// # Errors
/// Where the script fails.
pub fn print() -> Result<(), String> {
    process::run(Command::new("node").arg("xtask/size.mjs"))
}
