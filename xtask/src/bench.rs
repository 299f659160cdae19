//! The benches: the built package beside its peers, which are npm packages of a lock file of their own.

use crate::{build, install, process};
use std::{path::Path, process::Command};

const FOLDER: &str = "bench";
const NAMES: [&str; 4] = ["rate", "storm", "overhead", "import"];

/// Builds the package, installs its peers, and runs the bench that `arguments` begin with; the rest of them is its own.
///
/// # Errors
/// Where there is no such bench, something cannot be installed or built, or the bench ends with anything but 0.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let known = NAMES.join(", ");
    let (name, rest) = arguments.split_first().ok_or_else(|| format!("which bench? There are: {known}"))?;
    if !NAMES.contains(&name.as_str()) {
        return Err(format!("there is no bench {name}; there are: {known}"));
    }
    build::build()?;
    install::npm_packages(Path::new(FOLDER))?;
    process::run(Command::new(install::newer_node()?).arg(format!("{FOLDER}/{name}.mjs")).args(rest))
}
