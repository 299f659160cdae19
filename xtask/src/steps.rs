//! The steps of `cargo xtask test`, in their order: what each one runs and how its tests are counted.

use crate::{build, example, fresh::files, install, site};
use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

/// What is run, and how it is counted.
pub struct Step {
    /// Also what a filter is compared with.
    pub name: &'static str,
    /// How the tests in its output are counted.
    pub count: Count,
    /// Its output is worth reading even where all is well.
    pub loud: bool,
    /// It runs only where it is asked for by its whole name: what it installs is large.
    pub optional: bool,
    /// Most of its time is waiting: for clocks, servers and browsers. It runs beside a step that computes.
    pub waits: bool,
    /// Installs what it needs and gives the programs to run.
    pub commands: fn() -> Result<Vec<Command>, String>,
}

/// How to count a program's tests.
#[derive(Clone, Copy)]
pub enum Count {
    /// The program is one test.
    Program,
    /// By the lines of cargo's test runner.
    Cargo,
    /// By the lines of Node's test runner.
    Node,
}

/// All of them.
pub const STEPS: &[Step] = &[
    step("format", Count::Program, || Ok(vec![cargo(&["fmt", "--all", "--check", "--", "--color=never"])])),
    step("lint", Count::Program, lint),
    step("core", Count::Cargo, || {
        Ok(vec![cargo(&["test", "--package", "fetch-with-policy", "--features", "serde,http"])])
    }),
    step("docs", Count::Program, docs),
    // Whether the table of the explainer's reader is what the labelled errors give, to the byte.
    step("train", Count::Program, || Ok(vec![xtask("train --check")])),
    step("xtask", Count::Cargo, || Ok(vec![cargo(&["test", "--package", "xtask"])])),
    step("build", Count::Program, || Ok(vec![xtask("build")])),
    Step { loud: true, ..step("size", Count::Program, || Ok(vec![xtask("size")])) },
    step("types", Count::Program, types),
    step("driver", Count::Node, || node_tests("node".into(), "tests/js", |_| true)),
    step("binding in Chromium", Count::Cargo, wasm_tests),
    step("example", Count::Node, || {
        example::build()?;
        install::npm_packages(Path::new("."))?;
        examples(&["worker", "yew"])
    }),
    step("native example", Count::Cargo, || {
        let manifest = ["test", "--locked", "--manifest-path", "examples/reqwest/Cargo.toml"];
        Ok(vec![cargo(&[&manifest[..], &["--target-dir", example::TARGET]].concat())])
    }),
    waiting("recipes", Count::Node, recipes),
    waiting("package", Count::Node, || node_tests("node".into(), "tests/packaging", |_| true)),
    waiting("runtimes: Node, Chromium", Count::Node, || {
        node_tests("node".into(), "tests/runtimes", |name| !is_workerd(name))
    }),
    waiting("runtimes: workerd", Count::Node, || node_tests(install::newer_node()?, "tests/runtimes", is_workerd)),
    Step { loud: true, ..waiting("hosts", Count::Node, hosts) },
    step("bundlers", Count::Node, || own_packages("tests/bundlers")),
    Step { optional: true, ..step("next", Count::Node, || own_packages("tests/next")) },
    Step { loud: true, ..step("share", Count::Node, share) },
    waiting("clients", Count::Node, || own_packages("tests/clients")),
    step("jest", Count::Node, || own_packages("tests/jest")),
    step("vitest", Count::Node, || own_packages("tests/vitest")),
    step("bench", Count::Node, || node_tests("node".into(), "bench", |_| true)),
    step("site", Count::Node, || site_tests("www")),
    waiting("page", Count::Node, || site_tests("tests/page")),
    step("release", Count::Program, || Ok(vec![xtask("release --dry-run")])),
    Step { loud: true, ..waiting("demo", Count::Program, demo) },
];

const RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";
/// What the suites of the browser ask for.
const BROWSER: &str = "wasm-policy,wasm-explain,client,serde";
const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

const fn step(name: &'static str, count: Count, commands: fn() -> Result<Vec<Command>, String>) -> Step {
    Step { name, count, loud: false, optional: false, waits: false, commands }
}

const fn waiting(name: &'static str, count: Count, commands: fn() -> Result<Vec<Command>, String>) -> Step {
    Step { waits: true, ..step(name, count, commands) }
}

fn lint() -> Result<Vec<Command>, String> {
    install::wasm_target()?;
    let clippy = |arguments: &[&str]| {
        let mut command = cargo(&["clippy", "--quiet"]);
        command.args(arguments).args(["--", "-D", "warnings"]);
        command
    };
    let core = ["--package", "fetch-with-policy"];
    Ok(vec![
        clippy(&[&core[..], &["--all-targets", "--features", "serde,http"]].concat()),
        clippy(&core),
        clippy(&[&core[..], &WASM, &["--features", "wasm-policy,wasm-explain"]].concat()),
        clippy(&[&core[..], &WASM, &["--features", BROWSER, "--test", "wasm_*"]].concat()),
        clippy(&[&core[..], &WASM, &["--features", "client"]].concat()),
        clippy(&["--package", "xtask", "--package", "train", "--all-targets"]),
    ])
}

// As docs.rs builds it, and natively. The examples of the client are compiled here; those of the core run with its tests.
fn docs() -> Result<Vec<Command>, String> {
    const CLIENT: [&str; 2] = ["--features", "client,serde"];
    install::wasm_target()?;
    let core = ["--package", "fetch-with-policy"];
    let doc = |arguments: &[&str]| {
        let mut command = cargo(&["doc", "--quiet", "--no-deps"]);
        command.args(core).args(arguments).env("RUSTDOCFLAGS", "-D warnings");
        command
    };
    let mut examples = cargo(&["test", "--doc"]);
    // With the features of the browser's suites, whose build of the core is then this one.
    in_browser(examples.args(core).args(WASM).args(["--features", BROWSER]))?;
    Ok(vec![doc(&[]), doc(&["--features", "serde,http"]), doc(&[&WASM[..], &CLIENT].concat()), examples])
}

// The shell against the binding's generated types, a consumer against the package's hand-kept ones, the bench.
fn types() -> Result<Vec<Command>, String> {
    build::build()?;
    let tsc = |project: &str| {
        let mut command = build::npm_tool("tsc");
        command.args(["--project", project]);
        command
    };
    Ok(vec![
        tsc("tsconfig.json"),
        tsc("tests/types/tsconfig.json"),
        tsc("tests/types/tsconfig.node16.json"),
        tsc("tests/types/tsconfig.node.json"),
        tsc("tests/types/tsconfig.workers.json"),
        tsc("bench/tsconfig.json"),
    ])
}

fn wasm_tests() -> Result<Vec<Command>, String> {
    install::wasm_target()?;
    let (_, driver) = install::chromium()?;
    let mut command = cargo(&["test", "--package", "fetch-with-policy", "--features", BROWSER]);
    // The runner gives a suite 20 s, which the waits of the vectors take half of.
    in_browser(command.args(WASM).env("CHROMEDRIVER", driver).env("WASM_BINDGEN_TEST_TIMEOUT", "120"))?;
    let suites = found("tests", |name| name.starts_with("wasm_") && has_extension(name, "rs"))?;
    for suite in suites {
        command.arg("--test").arg(suite.file_stem().unwrap_or_default());
    }
    Ok(vec![command])
}

// Cargo runs a test binary of the browser by this program, for which wasm-bindgen reads it whole: without the tables of debuggers it is
// a tenth as long. A panic still says where it was, and the stack has the functions' names.
fn in_browser(command: &mut Command) -> Result<(), String> {
    let own = env::current_exe().map_err(|error| format!("no path to xtask itself: {error}"))?;
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env(RUNNER, format!("{} test-runner", own.display()));
    Ok(())
}

fn node_tests(node: PathBuf, folder: &str, wanted: fn(&str) -> bool) -> Result<Vec<Command>, String> {
    build::build()?;
    node_files(node, folder, wanted)
}

fn node_files(node: PathBuf, folder: &str, wanted: fn(&str) -> bool) -> Result<Vec<Command>, String> {
    let (browser, _) = install::chromium()?;
    let mut command = Command::new(node);
    // Node would run as many files at once as there are cores, less one: on two cores one, which mostly waits.
    command.args(["--test", "--test-concurrency=2", "--test-reporter=spec"]).env("CHROME", browser);
    let is_test = |name: &str| name.ends_with(".test.js") || name.ends_with(".test.mjs");
    command.args(found(folder, |name| is_test(name) && wanted(name))?);
    Ok(vec![command])
}

// Tests of the documentation site and of the page in it.
fn site_tests(folder: &str) -> Result<Vec<Command>, String> {
    build::build()?;
    site::bring_up_to_date()?;
    node_files("node".into(), folder, |_| true)
}

// Tests whose packages are a lock file of their own.
fn own_packages(folder: &str) -> Result<Vec<Command>, String> {
    install::npm_packages(Path::new(folder))?;
    node_tests(install::newer_node()?, folder, |_| true)
}

// The recipes and the programs in TypeScript, each with packages of its own.
fn recipes() -> Result<Vec<Command>, String> {
    const NAMES: [&str; 4] = ["page", "recipes", "sync", "worker-hono"];
    for name in NAMES {
        install::npm_packages(&Path::new("examples").join(name))?;
    }
    build::build()?;
    examples(&NAMES)
}

fn examples(names: &[&str]) -> Result<Vec<Command>, String> {
    let mut commands = Vec::new();
    for name in names {
        commands.extend(node_files(install::newer_node()?, &format!("examples/{name}"), |_| true)?);
    }
    Ok(commands)
}

// The suite of every host; its table is printed.
fn hosts() -> Result<Vec<Command>, String> {
    const FOLDER: &str = "tests/hosts";
    install::npm_packages(Path::new(FOLDER))?;
    let [old, new] = install::NODES;
    let (old, new) = (install::node(old)?, install::node(new)?);
    let (firefox, webkit, faketime) = (install::firefox()?, install::webkit()?, install::faketime()?);
    let mut commands = node_tests(install::newer_node()?, FOLDER, |_| true)?;
    for command in &mut commands {
        command.env("NODE_20", &old).env("NODE_24", &new).env("FIREFOX", &firefox).env("WEBKIT", &webkit);
        command.env("LIBFAKETIME", &faketime);
    }
    Ok(commands)
}

// Quotas that are shared through real servers, Durable Objects and tabs.
fn share() -> Result<Vec<Command>, String> {
    let servers = [("REDIS_SERVER", install::redis()?), ("VALKEY_SERVER", install::valkey()?)];
    let browsers = [("FIREFOX", install::firefox()?), ("WEBKIT", install::webkit()?)];
    let mut commands = own_packages("tests/share")?;
    for command in &mut commands {
        command.envs(servers.iter().chain(&browsers).map(|(name, path)| (name, path)));
    }
    Ok(commands)
}

fn demo() -> Result<Vec<Command>, String> {
    build::build()?;
    Ok(vec![xtask("demo --once")])
}

// A list that came out empty would make a runner look for tests by itself, or run none.
fn found(folder: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, String> {
    let mut list = files(Path::new(folder));
    list.retain(|path| path.file_name().and_then(OsStr::to_str).is_some_and(&wanted));
    if list.is_empty() { Err(format!("no test found in {folder}")) } else { Ok(list) }
}

fn is_workerd(name: &str) -> bool {
    name.starts_with("workerd")
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).env("CARGO_TERM_COLOR", "never");
    command
}

fn xtask(line: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap_or_else(|_| "xtask".into()));
    command.args(line.split(' '));
    command
}
