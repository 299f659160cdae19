//! The project's commands: each one installs what it needs, then does one thing, in the checkout that it is called in.
//!
//! `cargo xtask build | size | demo | site | bench | fuzz | release | test`. `test-runner` is what cargo calls for a test binary of
//! the browser.

mod bench;
mod build;
mod data;
mod demo;
mod esbuild;
mod example;
mod fresh;
mod fuzz;
mod glue;
mod install;
mod letters;
mod lock;
mod process;
mod release;
mod root;
mod sbom;
mod share;
mod site;
mod size;
mod steps;
mod streams;
mod tally;
mod test;
mod train;
mod versions;

use std::{env, process::ExitCode};

const USAGE: &str = "\
cargo xtask build                     make the npm package in pkg/
cargo xtask size                      build, then print what it weighs
cargo xtask demo [--once] [--port N]  build, then serve the demo; --once: run its load in the terminal and end
cargo xtask site                      build, then make the documentation as a static site in target/site/
cargo xtask site --with FOLDER        the same with the released versions of the built site in FOLDER, such as the published one
cargo xtask site --tags               the same with a version for each tag such as v1.2.3, built in a clone
cargo xtask bench rate [OPTION..]     build, then measure how quotas are kept, beside the peers; options: bench/rate.mjs
cargo xtask bench rate --wild         the same against servers as public reports describe them: bench/wild.mjs
cargo xtask bench rate --shared       several clients with one token, with a coordinator and without: bench/shared.mjs
cargo xtask bench --against-loop      the same beside a plain loop: shedding, broken routes, outages: bench/against.mjs
cargo xtask bench storm [OPTION..]    the same for a server that is down when 500 call it: bench/storm.mjs
cargo xtask bench overhead [OPTION..] the same for what a call costs: bench/overhead.mjs
cargo xtask bench page-load [OPTION..] the same for the first call of a page: bench/page-load.mjs
cargo xtask bench explain [OPTION..]  the same for what an explanation costs, natively too: bench/explain.mjs
cargo xtask train [--check]           fit the explainer's reader to the labelled errors; --check: whether its table is that
cargo xtask eval [--misses] [FILE..]  how often the explainer is right, each vendor by weights that never saw it; and on FILE
cargo xtask fuzz [N]                  explain N mangled answers, ten million where none is said
cargo xtask release --dry-run         the tarball, built twice, its bill of materials, licences
cargo xtask release --tag v1.2.3      the same, and refuses placeholders, another version and a CHANGELOG without it
cargo xtask test [WORD]               run every test; with WORD only the steps whose name has it
cargo xtask test next                 the package in Next.js, which is large: only where it is asked for
";

fn main() -> ExitCode {
    let mut arguments: Vec<_> = env::args_os().collect();
    let command = if arguments.len() > 1 { arguments.remove(1) } else { "help".into() };
    if command == "test-runner" {
        return told(
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments).map_err(|e| format!("{e:#}")),
        );
    }
    let rest: Vec<String> = arguments.iter().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    if matches!(command.to_str(), Some("help" | "--help" | "-h")) {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    if let Err(error) = root::enter() {
        return told(Err(error));
    }
    match command.to_str() {
        Some("build") => told(build::build()),
        Some("size") => told(build::build().and_then(|()| size::print())),
        Some("demo") => told(build::build().and_then(|()| demo::serve(&rest))),
        Some("site") => {
            told(site::folders(&rest).and_then(|folders| build::build().and_then(|()| site::make(&folders))))
        }
        Some("release") => told(release::run(&rest)),
        Some("train") => told(train::run(&rest)),
        Some("eval") => told(train::run(&[vec!["--eval".into()], rest].concat())),
        Some("fuzz") => told(fuzz::run(&rest)),
        Some("bench") => told(bench::run(&rest)),
        Some("test") => test::run(rest.first().map(String::as_str)),
        _ => {
            eprint!("unknown command\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn told(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
