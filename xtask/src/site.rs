//! The documentation as a static site, for any host and any path on it: `VitePress` makes the pages (`www/build/site.mjs`), and the
//! demo's page is put beside them as the playground, with the built package. The API of the playground runs in the page.

use crate::{build::PACKAGE, fresh::is_fresh, install, lock, process, versions};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const SITE: &str = "target/site";
/// Where the sites of tags are kept.
const VERSIONS: &str = "target/site-versions";
const PLAYGROUND: &str = "target/site/playground";
const PAGE: &str = "www/playground";
/// What the playground is written in; the rest of its folder is the server and its tests.
const KINDS: [&str; 3] = ["css", "html", "js"];
/// As the server gives them: the name in the site, the file.
const VENDOR: [(&str, &str); 3] = [
    ("vendor/curl.js", "pkg-template/bin/curl.js"),
    ("vendor/uplot.js", "node_modules/uplot/dist/uPlot.esm.js"),
    ("vendor/uplot.css", "node_modules/uplot/dist/uPlot.min.css"),
];

/// What the site is made of.
const SOURCES: [&str; 8] = [
    "www",
    "examples/recipes",
    "pkg-template",
    "src/explain/catalogs/providers",
    "README.md",
    "CHANGELOG.md",
    "Cargo.toml",
    "pkg/package.json",
];

/// Makes the site if a source is newer than it.
///
/// # Errors
/// As [`make`].
pub fn bring_up_to_date() -> Result<(), String> {
    let _lock = lock::hold("site")?;
    // The last file that is written.
    let last = Path::new(SITE).join("versions.json");
    if is_fresh(&[last], &SOURCES.map(PathBuf::from)) { Ok(()) } else { make(&[]) }
}

/// The built sites of other versions that `--with FOLDER` and `--tags` name; those of tags are built first.
///
/// # Errors
/// Another option, a folder that is no built site, or a tag whose site cannot be built.
pub fn folders(rest: &[String]) -> Result<Vec<PathBuf>, String> {
    let mut folders = Vec::new();
    let mut rest = rest.iter();
    while let Some(option) = rest.next() {
        match (option.as_str(), rest.as_slice().first()) {
            ("--with", Some(folder)) if is_elsewhere(Path::new(folder)) => {
                folders.push(PathBuf::from(folder));
                rest.next();
            }
            ("--with", folder) => {
                let given = folder.map_or("", |folder| folder.as_str());
                return Err(format!(
                    "--with: expected the folder of a built site, with a version.json, outside {SITE}; not \"{given}\""
                ));
            }
            ("--tags", _) => {
                let root = env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
                folders.extend(versions::tagged(&root, &root.join(VERSIONS))?);
            }
            _ => return Err(format!("unknown option {option}; usage: cargo xtask site [--with FOLDER]... [--tags]")),
        }
    }
    Ok(folders)
}

// What is in the site's own folder is cleared before it could be read.
fn is_elsewhere(folder: &Path) -> bool {
    let is_within = match (fs::canonicalize(folder), fs::canonicalize(SITE)) {
        (Ok(folder), Ok(site)) => folder.starts_with(site),
        _ => false,
    };
    folder.join("version.json").is_file() && !is_within
}

/// Makes the site from scratch, with those of other versions below it.
///
/// # Errors
/// Where a page cannot be made (a dead link, a type without documentation), a file cannot be read or written, or the playground has no
/// place for the mark that its API is its own.
pub fn make(others: &[PathBuf]) -> Result<(), String> {
    install::npm_packages(Path::new("www"))?;
    if Path::new(SITE).exists() {
        fs::remove_dir_all(SITE).map_err(|error| format!("cannot clear {SITE}: {error}"))?;
    }
    process::run(Command::new("node").arg("www/build/site.mjs"))?;
    let site = Path::new(PLAYGROUND);
    for file in code(Path::new(PAGE))? {
        copy(&file, &site.join(file.file_name().unwrap_or_default()))?;
    }
    for file in code(Path::new(PACKAGE))? {
        copy(&file, &site.join("pkg").join(file.file_name().unwrap_or_default()))?;
    }
    for file in code(&Path::new(PACKAGE).join("messages"))? {
        copy(&file, &site.join("pkg/messages").join(file.file_name().unwrap_or_default()))?;
    }
    for (name, file) in VENDOR {
        copy(Path::new(file), &site.join(name))?;
    }
    mark(&site.join("index.html"))?;
    process::run(Command::new("node").args(["www/build/versions.mjs", SITE]).args(others))?;
    println!("site: {SITE}/");
    Ok(())
}

fn mark(page: &Path) -> Result<(), String> {
    const ROOT: &str = "<html lang=\"en\">";
    let text = fs::read_to_string(page).map_err(|error| format!("cannot read {}: {error}", page.display()))?;
    if !text.contains(ROOT) {
        return Err(format!("{} lacks {ROOT}", page.display()));
    }
    let marked = text.replace(ROOT, "<html lang=\"en\" data-api=\"page\">");
    fs::write(page, marked).map_err(|error| format!("cannot write {}: {error}", page.display()))
}

fn code(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let files = entries.flatten().map(|entry| entry.path());
    Ok(files.filter(|file| file.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known))).collect())
}

fn copy(file: &Path, to: &Path) -> Result<(), String> {
    let told = |error| format!("cannot copy {} to {}: {error}", file.display(), to.display());
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(told)?;
    fs::copy(file, to).map(drop).map_err(told)
}
