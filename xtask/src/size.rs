//! What the package weighs: the measuring is `xtask/size.mjs`, since the bundlers and the compressors are Node's.

use crate::{install, process};
use std::{path::Path, process::Command};

/// Prints the tables, those of the bundlers too.
///
/// # Errors
/// Where the bundlers or the peers cannot be installed, or the script fails.
pub fn print() -> Result<(), String> {
    for folder in ["tests/bundlers", "bench"] {
        install::npm_packages(Path::new(folder))?;
    }
    process::run(Command::new(install::newer_node()?).args(["xtask/size.mjs", "--bundlers"]))
}
