//! The bundler, set to bundle modern minified modules without a word.

use crate::build;
use std::process::Command;

/// The oldest JS that the output may need.
const TARGET: &str = "--target=es2022";

/// Without a source map.
pub fn plain() -> Command {
    let mut esbuild = build::npm_tool("esbuild");
    esbuild.args([
        "--bundle",
        "--format=esm",
        "--minify",
        "--charset=utf8",
        "--legal-comments=none",
        // Left to the bundler of whoever uses the package, which knows its mode.
        "--define:process.env.NODE_ENV=process.env.NODE_ENV",
        "--log-level=warning",
    ]);
    esbuild.arg(TARGET);
    esbuild
}

/// With a source map beside each file, which `xtask/maps.mjs` finishes.
pub fn mapped() -> Command {
    let mut esbuild = plain();
    esbuild.arg("--sourcemap=linked");
    esbuild
}
