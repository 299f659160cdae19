//! The entries of the package by which quotas are shared: each one file with the ledger in it. Of the package's code only the errors
//! are shared with other entries; beside the one file that Node gets, they are that file's.

use crate::{
    build::{self, TEMPLATE},
    esbuild::mapped,
};
use std::path::Path;

/// An entry and its source in `share/`.
const ENTRIES: [(&str, &str); 4] =
    [("share", "index"), ("share-tabs", "tabs"), ("share-redis", "redis"), ("share-durable-object", "durable-object")];
/// As the sources write it, and as the entries do.
const ERRORS: [&str; 2] = ["\"../src/errors.js\"", "\"./errors.js\""];

/// Bundles the entries into `out`, with their types.
///
/// # Errors
/// Where a tool refuses its input, or an entry throws errors of its own.
pub fn assemble(out: &Path) -> Result<(), String> {
    let script = build::work("redis.lua");
    build::write(&script, lua(&String::from_utf8_lossy(&build::read(&source("redis.lua"))?)).as_bytes())?;
    let mut esbuild = mapped();
    esbuild.args(ENTRIES.map(|(name, file)| format!("{name}={}", source(&format!("{file}.js")).display())));
    esbuild.arg(build::option("--outdir=", out)).args(["--external:*/errors.js", "--external:cloudflare:workers"]);
    let root = std::env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    esbuild.args(["--loader:.lua=text", &build::option("--alias:#share/redis.lua=", &root.join(script))]);
    crate::process::read(&mut esbuild)?;
    for (name, _) in ENTRIES {
        build::copy(&Path::new(TEMPLATE).join(format!("{name}.d.ts")), out)?;
        let file = out.join(format!("{name}.js"));
        let code = String::from_utf8_lossy(&build::read(&file)?).into_owned();
        if !code.contains(ERRORS[0]) {
            return Err(format!("{name}.js does not import {}", ERRORS[0]));
        }
        // A Durable Object is in workerd, whose errors are those of its own files.
        let errors = if name == "share-durable-object" { "\"./workerd/errors.js\"" } else { ERRORS[1] };
        build::write(&file, code.replace(ERRORS[0], errors).as_bytes())?;
        if errors == ERRORS[1] {
            build::write(&out.join(format!("node-{name}.js")), code.replace(ERRORS[0], "\"./node.js\"").as_bytes())?;
        }
    }
    Ok(())
}

// The script goes to servers whole; what only people read stays here.
fn lua(code: &str) -> String {
    let lines = code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn source(name: &str) -> std::path::PathBuf {
    Path::new(TEMPLATE).join("share").join(name)
}

#[cfg(test)]
mod tests {
    use super::lua;

    #[test]
    fn comments_and_indentation_of_the_script_stay_here() {
        assert_eq!(lua("-- why\nlocal a = 1\n\n  -- because\n  a = a - -1\n"), "local a = 1\na = a - -1\n");
    }
}
