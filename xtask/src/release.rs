//! What a release would be, without publishing it: the tarball, built twice with the same bytes, its bill of materials, and
//! checks of what is inside.
//!
//! The second build is made of a copy of the sources in another folder with nothing built before, so that a path of the
//! machine or a leftover would show. Everything is left in `target/release-check`.

use crate::{build, install, process, sbom};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const OUT: &str = "target/release-check";
/// What may be inside: the licences that ask for no more than their text and a name.
const LICENCES: [&str; 8] = ["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Unicode-3.0", "Zlib", "0BSD"];

/// What stands in for addresses that are not known yet.
const PLACEHOLDER: &str = "https://example.com/";

/// The scope on JSR that is not known yet, as `xtask/jsr.mjs` has it.
const JSR_PLACEHOLDER: &str = "\"@example\"";

/// Builds and checks. With `--tag v1.2.3` in place of `--dry-run` it also refuses what must not be published. It never publishes: npm
/// does, with the tarball that this leaves.
///
/// # Errors
/// At the first check that fails.
pub fn run(rest: &[String]) -> Result<(), String> {
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match rest[..] {
        ["--dry-run"] => {}
        ["--tag", tag] => {
            let read = |path: &str| fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"));
            let manifest = read("pkg-template/package.json")?;
            publishable(tag, &build::version()?, &manifest, &read("CHANGELOG.md")?)?;
            if read("xtask/jsr.mjs")?.contains(JSR_PLACEHOLDER) {
                return Err("a placeholder in xtask/jsr.mjs: the scope on JSR".into());
            }
        }
        _ => {
            return Err(
                "usage: cargo xtask release --dry-run | --tag v1.2.3 (then publish the tarball that it names)".into()
            );
        }
    }
    let root = env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    let out = root.join(OUT);
    make_anew(&out)?;
    build::build()?;
    let tarball = pack(&out)?;
    let again = second_build(&root, &out)?;
    if read(&tarball)? != read(&again)? {
        return Err(format!("two builds differ: {} and {}", tarball.display(), again.display()));
    }
    println!(
        "tarball    {} ({} bytes; a second build elsewhere has the same)",
        tarball.display(),
        read(&tarball)?.len()
    );

    let parts = sbom::parts()?;
    let bill = out.join("sbom.cdx.json");
    fs::write(&bill, sbom::document(&parts)?).map_err(|error| format!("cannot write {}: {error}", bill.display()))?;
    println!("materials  {} (CycloneDX, {} crates)", bill.display(), parts.len());
    for part in &parts {
        if !is_allowed(&part.licence) {
            return Err(format!("{} {}: licence {} is not among {LICENCES:?}", part.name, part.version, part.licence));
        }
        println!("           {} {}: {}", part.name, part.version, part.licence);
    }
    advisories();
    process::read(Command::new("node").args(["--test", "tests/packaging/import.test.js"]))?;
    jsr(&out.join("jsr"))?;
    println!("imports    no network, timer or change of a global; no code from strings; no path of this machine");
    Ok(())
}

// What npm would take and nobody could take back.
fn publishable(tag: &str, version: &str, manifest: &str, changelog: &str) -> Result<(), String> {
    if tag.strip_prefix('v') != Some(version) {
        return Err(format!("the tag is {tag}, the version in Cargo.toml {version}: expected v{version}"));
    }
    if let Some(line) = manifest.lines().find(|line| line.contains(PLACEHOLDER)) {
        return Err(format!("a placeholder in pkg-template/package.json: {}", line.trim()));
    }
    let heading = format!("## {version} - ");
    let date = changelog.lines().find_map(|line| line.strip_prefix(&heading)).unwrap_or("");
    if date.len() != 10 || !date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Err(format!("CHANGELOG.md has no section `{heading}YYYY-MM-DD`"));
    }
    Ok(())
}

// Of `A OR B` one will do, of `A AND B` both are needed.
fn is_allowed(expression: &str) -> bool {
    let known = |name: &str| LICENCES.contains(&name.trim_matches(|c: char| "() ".contains(c)));
    expression.split(" AND ").all(|part| part.split([' ', '/']).filter(|word| *word != "OR").any(known))
}

// Advisories are data of others that not every machine can have; that they were not looked at is said.
fn advisories() {
    match process::read(Command::new("cargo").args(["audit", "--quiet"])) {
        Ok(_) => println!("advisories none (cargo audit)"),
        Err(error) => println!("advisories NOT CHECKED: {}", error.lines().nth(1).unwrap_or("cargo audit failed")),
    }
}

// Deno checks the types as JSR does, and needs no account and no network for it.
fn jsr(folder: &Path) -> Result<(), String> {
    const HOSTS: &str = "tests/hosts";
    print!("{}", process::read(Command::new("node").arg("xtask/jsr.mjs").arg(folder))?);
    install::npm_packages(Path::new(HOSTS))?;
    let deno = fs::canonicalize(Path::new(HOSTS).join("node_modules/.bin/deno"))
        .map_err(|error| format!("no Deno in {HOSTS}: {error}"))?;
    let mut publish = Command::new(deno);
    publish.args(["publish", "--dry-run", "--allow-dirty"]).env("NO_COLOR", "1").env("DENO_NO_UPDATE_CHECK", "1");
    process::read(publish.current_dir(folder))?;
    println!("           deno publish --dry-run: types are checked, and none is slow");
    Ok(())
}

fn pack(out: &Path) -> Result<PathBuf, String> {
    let name = process::read(
        Command::new("npm").args(["pack", "--silent", "--pack-destination"]).arg(out).current_dir(build::PACKAGE),
    )?;
    Ok(out.join(name.trim()))
}

fn second_build(root: &Path, out: &Path) -> Result<PathBuf, String> {
    let copy = out.join("sources");
    let listed =
        process::read(Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    for name in listed.split_terminator('\0').filter(|name| Path::new(name).is_file()) {
        let to = copy.join(name);
        let folder = to.parent().unwrap_or(&copy);
        fs::create_dir_all(folder)
            .and_then(|()| fs::copy(name, &to))
            .map_err(|error| format!("cannot copy {name}: {error}"))?;
    }
    enter(&copy)?;
    let built = install::npm_packages(Path::new(".")).and_then(|()| build::build()).and_then(|()| {
        let elsewhere = out.join("again");
        make_anew(&elsewhere)?;
        pack(&elsewhere)
    });
    enter(root)?;
    fs::remove_dir_all(&copy).map_err(|error| format!("cannot clear {}: {error}", copy.display()))?;
    built
}

fn enter(folder: &Path) -> Result<(), String> {
    env::set_current_dir(folder).map_err(|error| format!("cannot enter {}: {error}", folder.display()))
}

fn make_anew(folder: &Path) -> Result<(), String> {
    let gone = if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) };
    gone.and_then(|()| fs::create_dir_all(folder)).map_err(|error| format!("cannot make {}: {error}", folder.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{is_allowed, publishable};

    #[test]
    fn placeholders_another_tag_and_a_version_without_changes_are_refused() {
        let manifest = "{ \"homepage\": \"https://acme.dev\" }";
        let changelog = "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-11-30\n";
        assert_eq!(publishable("v1.2.3", "1.2.3", manifest, changelog), Ok(()));
        let refused = |tag, version, manifest, changelog| publishable(tag, version, manifest, changelog).unwrap_err();
        assert!(refused("v1.2.4", "1.2.3", manifest, changelog).contains("v1.2.4"));
        assert!(refused("1.2.3", "1.2.3", manifest, changelog).contains("expected v1.2.3"));
        let placeholder = include_str!("../../pkg-template/package.json");
        assert!(refused("v1.2.3", "1.2.3", placeholder, changelog).contains("homepage"));
        assert!(refused("v1.2.3", "1.2.3", manifest, "## Unreleased\n").contains("CHANGELOG.md"));
        assert!(refused("v1.2.3", "1.2.3", manifest, "## 1.2.3 - soon\n").contains("YYYY-MM-DD"));
    }

    #[test]
    fn a_licence_is_allowed_where_one_choice_of_each_part_is() {
        for good in
            ["MIT", "MIT OR Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "Unlicense/MIT"]
        {
            assert!(is_allowed(good), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(GPL-2.0 OR GPL-3.0) AND MIT"] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }
}
