//! Makes the npm package: two WebAssembly modules, their JS, and what goes with them, in `pkg/`.
//!
//! cargo → wasm-bindgen → wasm-opt give `target/npm/<module>.wasm` and its glue ([`glue`]); esbuild joins them with `pkg-template/`,
//! five times: with the bytes inlined (everywhere), importing the `.wasm` (workerd, and with `?module` edge runtimes), loading it by
//! its URL (`/url`), and reading it from the disk (Node, one file). A step whose sources did not change is skipped. The package is made aside and moved into
//! place, so a failed build leaves the last one whole.

use crate::{
    data, esbuild,
    fresh::is_fresh,
    glue::{self, Bind},
    install,
    letters::Letters,
    lock, process, share, streams,
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The modules: a name is also that of its cargo feature (`wasm-<name>`), its entry files and its `.wasm`.
pub const MODULES: [&str; 2] = ["policy", "explain"];
/// The finished package.
pub const PACKAGE: &str = "pkg";

/// The package's files of code: `index` is the main entry, of names only; a bundler takes what is used of the others.
const FILES: [&str; 12] = [
    "index",
    "policy",
    "explain",
    "explainer",
    "catalog",
    "define-messages",
    "format",
    "errors",
    "policy-errors",
    "registered",
    "sent",
    "sharing",
];
/// The entries whose hosts import a `.wasm`.
const IMPORTING: [&str; 2] = ["workerd", "edge-light"];
const WORK: &str = "target/npm";
/// The sources of the package.
pub const TEMPLATE: &str = "pkg-template";
const TARGET: &str = "wasm32-unknown-unknown";
/// What rustc 1.95 emits for this target by default; told to wasm-opt, which then also makes use of it (measured: 0.15 kB).
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
/// What LLVM does for speed at the price of code, which at `opt-level = "z"` it still does (measured on the policy's module: 1.0 kB).
const LLVM: [&str; 4] = ["-disable-lsr", "-disable-licm-promotion", "-disable-machine-licm", "-enable-pre=0"];
/// Functions up to this size are put where they are called. A larger one, 30, costs the explainer 2.4 kB of brotli.
const INLINED: &str = "-Cllvm-args=-inline-threshold=10";
/// wasm-opt's passes: flat code is put together anew with fewer blocks and locals; then all passes, twice (measured: 0.6 kB). That
/// nothing lies below address 1024 is so because the stack's far end does, which is a megabyte from where it begins (0.2 kB). That a
/// function with one caller stays one, and that a pass is repeated until nothing changes: 0.3 kB of the explainer, 0.1 of the policy.
const WASM_PASSES: [&str; 8] =
    ["--low-memory-unused", "-ocimfs", "0", "--flatten", "--rereloop", "-Oz", "--converge", "-Oz"];

/// Brings `pkg/` up to date.
///
/// # Errors
/// Where a tool is missing or refuses its input.
pub fn build() -> Result<(), String> {
    let _lock = lock::hold("build")?;
    install::npm_packages(Path::new("."))?;
    install::wasm_target()?;
    fs::create_dir_all(WORK).map_err(|error| format!("cannot make {WORK}: {error}"))?;
    for module in MODULES {
        compile(module)?;
    }
    let sources = [
        TEMPLATE,
        WORK,
        "Cargo.toml",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "package-lock.json",
        "xtask/maps.mjs",
    ]
    .map(PathBuf::from);
    if !is_fresh(&[Path::new(PACKAGE).join("package.json")], &[&sources[..], &own_binary()].concat()) {
        assemble()?;
    }
    link()
}

// One module, from the crate to `target/npm/<module>.wasm` and `target/npm/bind/<module>.js`.
fn compile(module: &str) -> Result<(), String> {
    let features = format!("wasm-{module},npm");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // `rustc`, not `build`: with the rlib beside it, cargo leaves link-time optimisation out, which costs a quarter of the size.
    cargo.args(["rustc", "--quiet", "--release", "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--target", TARGET, "--package", "fetch-with-policy"]);
    cargo.args(["--no-default-features", "--features", &features, "--"]);
    cargo.args(LLVM.map(|option| format!("-Cllvm-args={option}")));
    process::run(cargo.arg(INLINED))?;

    // Both modules leave cargo under one name, so the raw bytes are kept apart and compared.
    let raw = work(&format!("{module}.raw.bin"));
    let built = read(&target_folder().join(TARGET).join("release/fetch_with_policy.wasm"))?;
    if fs::read(&raw).ok().as_ref() != Some(&built) {
        write(&raw, &built)?;
    }
    let (glue, optimised) = (work(&format!("glue/{module}.js")), work(&format!("{module}.wasm")));
    let spare = work(&format!("{module}.brotli"));
    if is_fresh(&[glue.clone(), optimised.clone(), spare.clone()], std::slice::from_ref(&raw)) {
        return own_instances(&glue, module);
    }
    eprintln!("xtask: wasm-bindgen, wasm-opt: {module}");
    bind(&raw, module)?;
    let mut opt = npm_tool("wasm-opt");
    opt.args(WASM_FEATURES).args(WASM_PASSES).args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    process::read(opt.arg(work(&format!("glue/{module}_bg.wasm"))).arg("-o").arg(&optimised))?;
    write(&spare, brotli(&optimised)?.as_bytes())?;
    own_instances(&glue, module)
}

// Of what is compressed already, base64 is the shorter one.
fn brotli(file: &Path) -> Result<String, String> {
    const CODE: &str = "const [file] = process.argv.slice(1); \
        process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(file)).toString('base64'))";
    process::read(Command::new("node").args(["--eval", CODE]).arg(file))
}

fn bind(raw: &Path, module: &str) -> Result<(), String> {
    let out = work("glue");
    let arguments: [&std::ffi::OsStr; 10] = [
        "wasm-bindgen".as_ref(),
        raw.as_os_str(),
        "--out-dir".as_ref(),
        out.as_os_str(),
        "--out-name".as_ref(),
        module.as_ref(),
        "--target".as_ref(),
        "web".as_ref(),
        // Without it the glue names a .wasm by URL, and webpack tries to resolve that.
        "--omit-default-module-path".as_ref(),
        "--remove-name-section".as_ref(),
    ];
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments).map_err(|error| format!("wasm-bindgen: {error:#}"))
}

// Made at each build, so that a change of the making takes effect; written where it differs, so that the rest stays fresh.
fn own_instances(glue: &Path, module: &str) -> Result<(), String> {
    let Bind { code, types } = glue::bind(&String::from_utf8_lossy(&read(glue)?), module)?;
    fs::create_dir_all(work("bind")).map_err(|error| format!("cannot make {WORK}/bind: {error}"))?;
    for (file, text) in [(format!("bind/{module}.js"), code), (format!("bind/{module}.d.ts"), types)] {
        if fs::read(work(&file)).ok().as_deref() != Some(text.as_bytes()) {
            write(&work(&file), text.as_bytes())?;
        }
    }
    Ok(())
}

fn assemble() -> Result<(), String> {
    eprintln!("xtask: esbuild: {PACKAGE}/");
    let stage = work("stage");
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(|error| format!("cannot clear {}: {error}", stage.display()))?;
    }
    texts()?;
    bundle(&stage, "inline", "src")?;
    for entry in IMPORTING {
        bundle(&stage.join(entry), entry, "src")?;
    }
    bundle(&stage.join("url"), "url", "url")?;
    pages(&stage)?;
    // There the module comes ready with the code, and loading it is nothing to wait for.
    for entry in IMPORTING {
        copy(&Path::new(TEMPLATE).join("url/workerd/url.js"), &stage.join(entry))?;
    }
    one_file(&stage)?;
    data::profiles(&stage)?;
    command(&stage)?;
    data::messages(&stage.join("messages"))?;
    beside(&stage)?;
    share::assemble(&stage)?;
    for module in MODULES {
        copy(&work(&format!("{module}.wasm")), &stage)?;
    }
    for name in [
        "debug.d.ts",
        "devtools.d.ts",
        "index.d.ts",
        "opentelemetry.d.ts",
        "profiles.d.ts",
        "state.d.ts",
        "static.d.ts",
        "testing.d.ts",
        "url.d.ts",
    ] {
        copy(&Path::new(TEMPLATE).join(name), &stage)?;
    }
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        copy(Path::new(name), &stage)?;
    }
    process::read(Command::new("node").arg("xtask/maps.mjs").arg(&stage))?;
    manifest(&stage)?;
    if Path::new(PACKAGE).exists() {
        fs::remove_dir_all(PACKAGE).map_err(|error| format!("cannot clear {PACKAGE}: {error}"))?;
    }
    fs::rename(&stage, PACKAGE).map_err(|error| format!("cannot move the package to {PACKAGE}: {error}"))
}

// What the modules are inlined as.
fn texts() -> Result<(), String> {
    let modules = MODULES.map(|module| read(&work(&format!("{module}.wasm"))));
    let modules = modules.into_iter().collect::<Result<Vec<_>, _>>()?;
    let parts = modules.iter().map(|module| streams::split(module)).collect::<Result<Vec<_>, _>>()?;
    let letters = Letters::of(&parts.concat());
    for (module, bytes) in MODULES.iter().zip(&parts) {
        write(&work(&format!("{module}.letters")), letters.encode(bytes).as_bytes())?;
    }
    Ok(())
}

// Each of FILES is bundled alone and imports the others by their names. Left to esbuild's splitting, the explainer would share
// a chunk with what both need, and bundlers, which split by file, would load it with the policy.
fn bundle(out: &Path, entry: &str, sources: &str) -> Result<(), String> {
    // Only the core of pages loads it by itself.
    for file in FILES.into_iter().filter(|file| *file != "sharing" || entry == "inline") {
        let mut esbuild = esbuild::mapped();
        // An entry of its own has what differs there; the rest is as everywhere.
        let own = Path::new(TEMPLATE).join(format!("{sources}/{file}.js"));
        let code = if own.exists() { own } else { Path::new(TEMPLATE).join(format!("src/{file}.js")) };
        esbuild.arg(code).arg(option("--outdir=", out));
        esbuild.arg("--loader:.letters=text");
        // A service worker can import nothing later, so what loads all at once has it in it.
        let apart = FILES.iter().filter(|other| **other != file && **other != "sharing");
        esbuild.args(apart.map(|other| format!("--external:*/{other}.js")));
        // There the .wasm is imported as a module; the path is kept as it is written.
        if IMPORTING.contains(&entry) {
            esbuild.args(["--external:*.wasm", "--external:*.wasm?module"]);
        }
        esbuild.args(aliases(entry)?);
        process::read(&mut esbuild)?;
    }
    Ok(())
}

// For pages, which load the core and the explainer when they need them: `shell` imports `core-chunk`, and both a file with what both
// need; `lazy-explain` imports the explainer. The rest is as everywhere.
fn pages(out: &Path) -> Result<(), String> {
    const NAMES: [&str; 5] = ["browser", "cdn", "lazy-explain", "lazy-explainer", "fallback"];
    const PARTS: [&str; 2] = ["shell", "core-chunk"];
    let command = |files: &[&str]| -> Result<Command, String> {
        let mut esbuild = esbuild::mapped();
        esbuild.args(files.iter().map(|name| format!("{TEMPLATE}/src/{name}.js")));
        esbuild.arg(option("--outdir=", out)).arg("--loader:.letters=text").args(aliases("browser")?);
        let apart = FILES.iter().filter(|name| **name != "policy").chain(&NAMES).filter(|name| !files.contains(*name));
        esbuild.args(apart.map(|name| format!("--external:*/{name}.js")));
        Ok(esbuild)
    };
    // For who reads no `exports`.
    write(&out.join("static.js"), b"export * from \"./index.js\";\n")?;
    for name in NAMES {
        process::read(command(&[name])?.arg("--external:*/shell.js"))?;
    }
    process::read(command(&PARTS)?.args(["--splitting", "--chunk-names=common"]))?;
    // These comments make bundlers leave an import alone; esbuild removes them when it minifies.
    let (shell, plain) = (out.join("shell.js"), "import(`");
    let code = String::from_utf8_lossy(&read(&shell)?).into_owned();
    if code.matches(plain).count() != 1 {
        return Err("shell.js has not one import() of a computed address".into());
    }
    write(&shell, code.replace(plain, "import(/* webpackIgnore: true *//* @vite-ignore */`").as_bytes())
}

// For Node without a bundler, where each file and each kilobyte of an import is time: the whole index in one file, which reads
// the modules at the first call. It holds them too, compressed, for bundlers that choose it: some have no condition "module".
fn one_file(out: &Path) -> Result<(), String> {
    let mut esbuild = esbuild::mapped();
    esbuild.arg(Path::new(TEMPLATE).join("src/index.js")).arg(option("--outfile=", &out.join("node.js")));
    process::read(esbuild.arg("--loader:.brotli=text").args(aliases("node")?)).map(drop)
}

fn aliases(entry: &str) -> Result<Vec<String>, String> {
    let root = env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    let alias = |name: &str, path: &Path| option(&format!("--alias:{name}="), &root.join(path));
    let mut list = vec![alias("#bind", &work("bind"))];
    for module in MODULES {
        let own = Path::new(TEMPLATE).join(format!("entry/{entry}/{module}.js"));
        let code = if own.exists() { own } else { Path::new(TEMPLATE).join(format!("entry/inline/{module}.js")) };
        list.push(alias(&format!("#{module}"), &code));
        list.push(alias(&format!("#wasm/{module}"), &work(&format!("{module}.letters"))));
        list.push(alias(&format!("#brotli/{module}"), &work(&format!("{module}.brotli"))));
    }
    Ok(list)
}

// The command is a user of the package like others: it imports it by its name.
fn command(out: &Path) -> Result<(), String> {
    let mut esbuild = esbuild::mapped();
    esbuild.arg(format!("{TEMPLATE}/bin/fetch-with-policy.js")).arg(option("--outdir=", &out.join("bin")));
    process::read(esbuild.args(["--platform=node", "--external:fetch-with-policy"])).map(drop)
}

// Entries that take no part of the cores: what listens to events, one of them over another's API, which its users have installed, and the simulator. Of the
// package's code only the errors are shared; beside the one file that Node gets, they are that file's.
fn beside(out: &Path) -> Result<(), String> {
    const NAMES: [&str; 5] = ["debug", "devtools", "opentelemetry", "state", "testing"];
    const ERRORS: &str = "\"./errors.js\"";
    let mut esbuild = esbuild::mapped();
    esbuild.args(NAMES.map(|name| format!("{TEMPLATE}/src/{name}.js")));
    esbuild.arg(option("--outdir=", out)).args(["--external:@opentelemetry/api", "--external:*/errors.js"]);
    process::read(&mut esbuild)?;
    for name in NAMES {
        let code = String::from_utf8_lossy(&read(&out.join(format!("{name}.js")))?).into_owned();
        if !code.contains(ERRORS) {
            return Err(format!("{name}.js does not import {ERRORS}"));
        }
        write(&out.join(format!("node-{name}.js")), code.replace(ERRORS, "\"./node.js\"").as_bytes())?;
    }
    Ok(())
}

fn manifest(out: &Path) -> Result<(), String> {
    const BLANK: &str = "\"version\": \"0.0.0\"";
    let template = String::from_utf8_lossy(&read(&Path::new(TEMPLATE).join("package.json"))?).into_owned();
    if !template.contains(BLANK) {
        return Err(format!("{TEMPLATE}/package.json lacks {BLANK}, where the crate's version goes"));
    }
    let version = format!("\"version\": \"{}\"", version()?);
    write(&out.join("package.json"), template.replace(BLANK, &version).as_bytes())
}

/// The crate's version, which is the package's.
///
/// # Errors
/// Where `Cargo.toml` names none.
pub fn version() -> Result<String, String> {
    let manifest = String::from_utf8_lossy(&read(Path::new("Cargo.toml"))?).into_owned();
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    line.map(str::to_owned).ok_or_else(|| "Cargo.toml names no version".into())
}

// Tests and examples import the package by its name.
fn link() -> Result<(), String> {
    let link = Path::new("node_modules/fetch-with-policy");
    if link.exists() {
        return Ok(());
    }
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink("../pkg", link);
    #[cfg(windows)]
    let made = std::os::windows::fs::symlink_dir("..\\pkg", link);
    made.map_err(|error| format!("cannot link {}: {error}", link.display()))
}

/// A program that an npm package brought.
pub fn npm_tool(name: &str) -> Command {
    Command::new(Path::new("node_modules/.bin").join(name))
}

/// A path below the folder of intermediate results.
pub fn work(name: &str) -> PathBuf {
    Path::new(WORK).join(name)
}

fn own_binary() -> Vec<PathBuf> {
    env::current_exe().into_iter().collect()
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from)
}

pub fn option(name: &str, path: &Path) -> String {
    format!("{name}{}", path.display())
}

pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

pub fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

pub fn copy(file: &Path, folder: &Path) -> Result<(), String> {
    let name = file.file_name().unwrap_or_default();
    fs::copy(file, folder.join(name)).map(drop).map_err(|error| format!("cannot copy {}: {error}", file.display()))
}
