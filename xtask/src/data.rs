//! The entries of the package that are data: the profiles, and the texts of each language.

use crate::{
    build::{TEMPLATE, option, read, work, write},
    esbuild,
    fresh::files,
    process,
};
use std::path::Path;

/// One named export for each file of profiles/, so that a bundler keeps those in use.
///
/// # Errors
/// Where a type is missing or esbuild refuses a file.
pub fn profiles(out: &Path) -> Result<(), String> {
    let types = read(&Path::new(TEMPLATE).join("profiles.d.ts"))?;
    let mut lines = Vec::new();
    for file in files(&Path::new(TEMPLATE).join("profiles")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !String::from_utf8_lossy(&types).contains(&format!("export const {name}: Profile;")) {
            return Err(format!("{TEMPLATE}/profiles.d.ts lacks `export const {name}: Profile;`"));
        }
        lines.push(format!("export {{ default as {name} }} from \"../../{}\";\n", file.display()));
    }
    let list = work("profiles.js");
    write(&list, lines.concat().as_bytes())?;
    process::read(esbuild::plain().arg(&list).arg(option("--outfile=", &out.join("profiles.js")))).map(drop)
}

/// A file with its types for each language of messages/: an application loads one, or the one that it asks for.
///
/// # Errors
/// Where esbuild refuses a file.
pub fn messages(out: &Path) -> Result<(), String> {
    let types = read(&Path::new(TEMPLATE).join("messages.d.ts"))?;
    for file in files(&Path::new(TEMPLATE).join("messages")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let list = work("messages.js");
        let line = format!(
            "import messages from \"../../{}\";\nexport {{ messages, messages as default }};\n",
            file.display()
        );
        write(&list, line.as_bytes())?;
        let code = out.join(format!("{name}.js"));
        process::read(esbuild::plain().arg(&list).arg(option("--outfile=", &code)))?;
        write(&out.join(format!("{name}.d.ts")), &types)?;
    }
    Ok(())
}
