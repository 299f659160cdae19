//! The package's bill of materials, in `CycloneDX` 1.6: the crates that are compiled into its modules, as cargo resolves them.

use crate::process;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, process::Command};

/// A crate that is inside.
#[derive(Debug)]
pub struct Part {
    pub name: String,
    pub version: String,
    /// An SPDX expression.
    pub licence: String,
    /// SHA-256 of what the registry gave, in hex.
    pub checksum: Option<String>,
}

/// The crates whose code is in the modules: no macros, which only write code, and not the crate itself.
///
/// # Errors
/// Where cargo fails.
pub fn parts() -> Result<Vec<Part>, String> {
    const TREE: [&str; 14] = [
        "tree",
        "--package=fetch-with-policy",
        "--edges=normal,no-proc-macro",
        "--target=wasm32-unknown-unknown",
        "--no-default-features",
        "--features=wasm-policy,wasm-explain,npm",
        "--prefix=none",
        "--no-dedupe",
        "--locked",
        "--quiet",
        "--color=never",
        "--charset=ascii",
        "--format",
        "{p}|{l}",
    ];
    let lock = fs::read_to_string("Cargo.lock").map_err(|error| format!("cannot read Cargo.lock: {error}"))?;
    let mut parts = BTreeMap::new();
    for line in process::read(Command::new("cargo").args(TREE))?.lines().skip(1) {
        let (package, licence) = line.split_once('|').ok_or_else(|| format!("cargo tree printed: {line}"))?;
        let mut words = package.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let version = words.next().unwrap_or_default().trim_start_matches('v').to_owned();
        let checksum = checksum(&lock, &name, &version);
        parts.insert(package.to_owned(), Part { name, version, licence: licence.to_owned(), checksum });
    }
    Ok(parts.into_values().collect())
}

fn checksum(lock: &str, name: &str, version: &str) -> Option<String> {
    let head = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    let entry = lock.split("[[package]]").find(|entry| entry.trim_start().starts_with(&head))?;
    let line = entry.lines().find_map(|line| line.strip_prefix("checksum = \""))?;
    Some(line.trim_end_matches('"').to_owned())
}

/// The document. It names no time and no serial number: the same sources give the same bytes.
///
/// # Errors
/// Where the package's manifest cannot be read.
pub fn document(parts: &[Part]) -> Result<String, String> {
    let text = fs::read_to_string("pkg/package.json").map_err(|error| format!("cannot read the manifest: {error}"))?;
    let manifest: Value = serde_json::from_str(&text).map_err(|error| format!("the manifest is no JSON: {error}"))?;
    let component = |part: &Part| {
        json!({
            "type": "library",
            "bom-ref": format!("pkg:cargo/{}@{}", part.name, part.version),
            "name": part.name,
            "version": part.version,
            "purl": format!("pkg:cargo/{}@{}", part.name, part.version),
            "licenses": [{ "expression": part.licence }],
            "hashes": part.checksum.iter().map(|hash| json!({ "alg": "SHA-256", "content": hash })).collect::<Vec<_>>(),
        })
    };
    let own =
        format!("pkg:npm/{}@{}", manifest["name"].as_str().unwrap_or(""), manifest["version"].as_str().unwrap_or(""));
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "library",
            "bom-ref": own,
            "purl": own,
            "name": manifest["name"],
            "version": manifest["version"],
            "licenses": [{ "expression": manifest["license"] }],
        } },
        "components": parts.iter().map(component).collect::<Vec<_>>(),
        "dependencies": [{ "ref": own, "dependsOn": parts.iter().map(|part| format!("pkg:cargo/{}@{}", part.name, part.version)).collect::<Vec<_>>() }],
    });
    serde_json::to_string_pretty(&bill).map_err(|error| format!("cannot write the bill of materials: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_very_version() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"11\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\nchecksum = \"22\"\n\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n";
        assert_eq!(checksum(lock, "a", "2.0.0").as_deref(), Some("22"));
        assert_eq!(checksum(lock, "own", "0.1.0"), None);
        assert_eq!(checksum(lock, "b", "1.0.0"), None);
    }
}
