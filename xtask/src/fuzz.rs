//! The long run of the explainer's fuzz test, optimised and with all checks.

use crate::process;
use std::{env, process::Command};

/// Inputs of a long run.
const INPUTS: &str = "10000000";

/// Runs the test on as many inputs as the first of `arguments` says.
///
/// # Errors
/// Where that is no number, or an input is found that is not explained.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let inputs = arguments.first().map_or(INPUTS, String::as_str);
    if inputs.parse::<u64>().is_err() {
        return Err(format!("how many inputs? A number, not {inputs}"));
    }
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([
        "test",
        "--profile",
        "fuzz",
        "--package",
        "fetch-with-policy",
        "--test",
        "it",
        "--",
        "explain_fuzz",
        "--nocapture",
    ]);
    process::run(cargo.env("FUZZ_INPUTS", inputs))
}
