//! The crate's modules depend on one another in one direction: read off their own `use` lines and paths.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What each module may name besides itself. All may name `syntax`, `time` and the pointer in `shared`.
const ARROWS: &[(&str, &[&str])] = &[
    ("call", &["policy", "retry", "rate_limit", "hints", "syntax", "time"]),
    ("client", &["call", "record", "options", "policy", "explain", "retry", "rate_limit", "hints", "syntax", "time"]),
    ("explain", &["failures", "hints", "syntax", "time"]),
    ("failures", &["syntax", "time"]),
    ("hints", &["syntax", "time"]),
    ("options", &["policy", "retry", "rate_limit", "syntax", "time"]),
    ("policy", &["retry", "rate_limit", "hints", "syntax", "time"]),
    ("rate_limit", &["hints", "syntax", "time"]),
    ("record", &["call", "policy", "retry", "rate_limit", "syntax", "time"]),
    ("retry", &["failures", "hints", "syntax", "time"]),
    ("syntax", &["time"]),
    ("time", &[]),
    ("wasm", &["call", "policy", "explain", "retry", "rate_limit", "hints", "syntax", "time"]),
];

#[test]
fn every_module_names_only_modules_below_it() {
    let mut wrong = Vec::new();
    for (path, module) in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let allowed = ARROWS.iter().find(|(name, _)| *name == module).map(|(_, below)| *below);
        let Some(allowed) = allowed else {
            wrong.push(format!("{}: no row for the module {module}", path.display()));
            continue;
        };
        for named in crate_paths(&text).into_iter().filter(|named| *named != module && named != "shared") {
            if !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: {module} may not name {named}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_binding_and_the_client_name_the_crates_of_the_browser() {
    const BROWSER: &[&str] = &["wasm_bindgen", "js_sys", "web_sys", "gloo_timers", "serde_wasm_bindgen"];
    for (path, module) in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let named = BROWSER.iter().find(|name| code(&text).any(|line| line.contains(*name)));
        assert!(named.is_none() || ["wasm", "client"].contains(&module.as_str()), "{}: {named:?}", path.display());
    }
}

#[test]
fn the_reader_of_paths_sees_single_and_grouped_uses_and_paths_in_code() {
    let text = "//! crate::call is prose\nuse crate::time::Moment;\npub(crate) use crate::{hints, syntax::{json, headers}};\n\
        fn f() { crate::retry::classify(); }\n";
    let expected: BTreeSet<String> = ["time", "hints", "syntax", "retry"].map(String::from).into();
    assert_eq!(crate_paths(text), expected);
}

/// Every file of `src/` but the root, with the name of the top module that it belongs to.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && path != root.join("lib.rs") {
                let first = path.strip_prefix(&root).unwrap().components().next().unwrap();
                let module = first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
                found.push((path, module));
            }
        }
    }
    assert!(found.len() > 8, "src/ was not found: {} files", found.len());
    found
}

/// The top modules that a file names by `crate::…`, in a `use` (grouped or not) or elsewhere.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let joined: String = code(text).collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for (at, start) in joined.match_indices("crate::") {
        // `$crate::`, `other_crate::` are something else.
        if joined[..at].ends_with(|c: char| c == '_' || c == '$' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &joined[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.extend(head(rest)),
        }
    }
    found
}

// The first name of each member of `{a, b::{c, d}}`, told without its opening brace.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let mut members = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(String::new()),
            c if depth == 0 => members.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    members.iter().filter_map(|member| head(member.trim())).collect()
}

fn head(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| *c == '_' || c.is_alphanumeric()).collect();
    (!name.is_empty()).then_some(name)
}

/// The lines of a file that are not comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"))
}
