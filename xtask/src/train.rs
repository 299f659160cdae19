//! `train` and `eval`: the crate that fits and judges the explainer's reader, which has dependencies of its own.

use crate::process;
use std::{env, process::Command};

/// Runs it with `arguments`.
///
/// # Errors
/// Where it fails: a file is missing, or the table is not what a fit gives.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    process::run(cargo.args(["run", "--quiet", "--package", "train", "--"]).args(arguments))
}
