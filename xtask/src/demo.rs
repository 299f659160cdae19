//! The demo: the built package on a page of its own, or as a run in the terminal.

use crate::process;
use std::process::Command;

/// Starts the demo's server with `arguments` (`--once`, `--port N`) and stays with it to its end.
///
/// # Errors
/// Where the server ends with anything but 0.
pub fn serve(arguments: &[String]) -> Result<(), String> {
    process::run(Command::new("node").arg("www/playground/serve.mjs").args(arguments))
}
