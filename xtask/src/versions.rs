//! The sites of released versions: each is built from its git tag, by that version's own `cargo xtask site`, and kept for the next time.

use crate::process;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Builds the sites of all tags such as v1.2.3 of the repository at `root`, in folders of `out`, and returns these folders. A site that
/// is there already is kept while its tag is at the same commit. A tag at the present commit is left out: that is the present site.
/// The repository is only read: each tag is built in a clone.
///
/// # Errors
/// Where git fails, or a tagged version does not build its site.
pub fn tagged(root: &Path, out: &Path) -> Result<Vec<PathBuf>, String> {
    let present = git(root, &["rev-parse", "HEAD"])?;
    let mut sites = Vec::new();
    for tag in git(root, &["tag", "--list", "v*"])?.lines().filter(|tag| is_release(tag)) {
        let commit = git(root, &["rev-parse", &format!("{tag}^{{commit}}")])?;
        if commit != present {
            sites.push(site_of(root, out, tag, &commit)?);
        }
    }
    Ok(sites)
}

fn site_of(root: &Path, out: &Path, tag: &str, commit: &str) -> Result<PathBuf, String> {
    let (site, stamp) = (out.join(tag), out.join(format!("{tag}.commit")));
    if site.is_dir() && fs::read_to_string(&stamp).is_ok_and(|built| built == commit) {
        return Ok(site);
    }
    let tree = out.join("tree");
    for folder in [&site, &tree] {
        clear(folder)?;
    }
    eprintln!("xtask: the site of {tag}");
    fs::create_dir_all(out).map_err(|error| format!("cannot make {}: {error}", out.display()))?;
    let tree_path = tree.to_string_lossy();
    git(root, &["-c", "advice.detachedHead=false", "clone", "--quiet", "--shared", "--branch", tag, ".", &tree_path])?;
    process::read(Command::new("cargo").args(["xtask", "site"]).current_dir(&tree))
        .map_err(|error| format!("the site of {tag}: {error}"))?;
    let made = tree.join("target/site");
    fs::rename(&made, &site).map_err(|error| format!("the site of {tag} is not in {}: {error}", made.display()))?;
    clear(&tree)?;
    fs::write(&stamp, commit).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(site)
}

fn is_release(tag: &str) -> bool {
    let numbers = tag.trim_start_matches('v').split('.');
    numbers.clone().count() == 3 && numbers.into_iter().all(|part| part.parse::<u32>().is_ok())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    process::read(Command::new("git").args(arguments).current_dir(root))
}

fn clear(folder: &Path) -> Result<(), String> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).map_err(|error| format!("cannot clear {}: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    /// A repository whose `cargo xtask site` writes `text` as its site.
    fn commit(root: &Path, text: &str) {
        for (name, content) in [
            ("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n"),
            (".cargo/config.toml", "[alias]\nxtask = \"run --quiet --\"\n"),
            (
                "src/main.rs",
                "fn main() { assert_eq!(std::env::args().nth(1).as_deref(), Some(\"site\")); \
                 std::fs::create_dir_all(\"target/site\").unwrap(); \
                 std::fs::write(\"target/site/text\", include_str!(\"../text\")).unwrap(); }\n",
            ),
            ("text", text),
        ] {
            let file = root.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        let who = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
        git(root, &["add", "."]).unwrap();
        git(root, &[&who[..], &["commit", "--quiet", "-m", text]].concat()).unwrap();
    }

    #[test]
    fn each_tag_is_built_once_from_its_own_commit_and_again_when_it_moves() {
        let root = env::temp_dir().join(format!("xtask-versions-{}", std::process::id()));
        clear(&root).unwrap();
        fs::create_dir_all(&root).unwrap();
        git(&root, &["init", "--quiet"]).unwrap();
        let out = root.join("target/versions");
        commit(&root, "old");
        for tag in ["v0.0.1", "v-next", "v1.0", "draft"] {
            git(&root, &["tag", tag]).unwrap();
        }
        commit(&root, "new");
        git(&root, &["tag", "v0.0.2"]).unwrap();
        commit(&root, "newest");
        git(&root, &["tag", "v0.0.3"]).unwrap();
        let text = |name: &str| fs::read_to_string(out.join(name).join("text")).unwrap();
        assert_eq!(tagged(&root, &out), Ok(vec![out.join("v0.0.1"), out.join("v0.0.2")]));
        assert_eq!((text("v0.0.1"), text("v0.0.2")), ("old".into(), "new".into()));
        fs::write(out.join("v0.0.2/text"), "kept").unwrap();
        git(&root, &["tag", "--force", "v0.0.1", "v0.0.2"]).unwrap();
        tagged(&root, &out).unwrap();
        assert_eq!((text("v0.0.1"), text("v0.0.2")), ("new".into(), "kept".into()));
        assert_eq!(git(&root, &["worktree", "list"]).unwrap().lines().count(), 1);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_tag_without_a_site_is_an_error_that_names_it() {
        let root = env::temp_dir().join(format!("xtask-no-site-{}", std::process::id()));
        clear(&root).unwrap();
        fs::create_dir_all(&root).unwrap();
        git(&root, &["init", "--quiet"]).unwrap();
        commit(&root, "any");
        fs::write(root.join("src/main.rs"), "fn main() {}\n").unwrap();
        git(&root, &["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "-am", "none"])
            .unwrap();
        git(&root, &["tag", "v3.0.0"]).unwrap();
        commit(&root, "present");
        let error = tagged(&root, &root.join("target/versions")).unwrap_err();
        assert!(error.contains("v3.0.0"), "{error}");
        fs::remove_dir_all(&root).unwrap();
    }
}
