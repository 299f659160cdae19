//! Files of the npm package that are generated from the core.

use std::{env, fs, path::Path};

/// The text of `file`, a path in the repository.
///
/// # Panics
/// If it is missing.
pub fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Holds that `file` is `expected`; writes it first where the environment has `variable`.
pub fn hold(file: &str, expected: &str, variable: &str) {
    if env::var_os(variable).is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), expected).expect("the file can be written");
    }
    assert_eq!(text(file), expected, "{file}: {variable}=write cargo test --test it writes it");
}
