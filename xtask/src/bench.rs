//! The benches: the built package beside its peers, which are npm packages of a lock file of their own.

use crate::{build, install, process};
use std::{env, path::Path, process::Command};

const FOLDER: &str = "bench";
const NAMES: [&str; 6] = ["rate", "storm", "overhead", "import", "explain", "page-load"];

/// Builds the package, installs its peers, and runs the bench that `arguments` begin with; the rest of them is its own.
///
/// # Errors
/// Where there is no such bench, something cannot be installed or built, or the bench ends with anything but 0.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let known = NAMES.join(", ");
    let (name, rest) = named(arguments).ok_or_else(|| format!("which bench? There are: {known}"))?;
    if !NAMES.contains(&name) {
        return Err(format!("there is no bench {name}; there are: {known}"));
    }
    build::build()?;
    if name == "explain" {
        // It has no peers; the core beside the package shows what crossing into WebAssembly costs.
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        process::run(cargo.args(["bench", "--package", "fetch-with-policy", "--bench", "explain"]))?;
        return process::run(Command::new("node").arg("bench/explain.mjs").args(rest));
    }
    install::npm_packages(Path::new(FOLDER))?;
    let mut command = Command::new(install::newer_node()?);
    command.arg(format!("{FOLDER}/{name}.mjs")).args(rest);
    if name == "page-load" {
        // Its pages are built as users build them.
        install::npm_packages(Path::new("tests/bundlers"))?;
        command.env("CHROME", install::chromium()?.0);
    }
    process::run(&mut command)
}

// The bench's name and its arguments. Where an option comes first, it is the rate bench's: `bench --against-loop`.
fn named(arguments: &[String]) -> Option<(&str, &[String])> {
    let (first, rest) = arguments.split_first()?;
    Some(if first.starts_with("--") { (NAMES[0], arguments) } else { (first, rest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_without_a_name_is_the_rate_benchs() {
        let line = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(named(&line(&["--against-loop"])), Some(("rate", &line(&["--against-loop"])[..])));
        assert_eq!(named(&line(&["storm", "--callers"])), Some(("storm", &line(&["--callers"])[..])));
        assert_eq!(named(&[]), None);
    }
}
