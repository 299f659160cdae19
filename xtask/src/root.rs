//! The root of the checkout that a command works on: that of the current folder, not that of the compile. A copied or shared
//! target folder then builds the checkout it is called in.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Makes the root of the current folder's checkout the current folder: every path in this crate is relative to it.
///
/// # Errors
/// Where the current folder is not in a checkout.
pub fn enter() -> Result<(), String> {
    let here = env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    let root = above(&here)?;
    env::set_current_dir(&root).map_err(|error| format!("cannot enter {}: {error}", root.display()))
}

// The nearest folder, from `folder` upwards, that is the root of a checkout.
fn above(folder: &Path) -> Result<PathBuf, String> {
    let is_root = |folder: &&Path| folder.join("xtask/Cargo.toml").is_file() && folder.join("pkg-template").is_dir();
    folder.ancestors().find(is_root).map(Path::to_owned).ok_or_else(|| {
        format!(
            "{} is not in a checkout of fetch-with-policy: neither it nor a folder above it has xtask/Cargo.toml and pkg-template/",
            folder.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_checkout_above_the_current_folder_is_entered() {
        let folder = env::temp_dir().join(format!("xtask-root-{}", std::process::id()));
        let (outer, inner) = (folder.join("outer"), folder.join("outer/target/inner"));
        for root in [&outer, &inner] {
            fs::create_dir_all(root.join("xtask/src")).unwrap();
            fs::create_dir_all(root.join("pkg-template/src")).unwrap();
            fs::write(root.join("xtask/Cargo.toml"), "").unwrap();
        }
        for (called_in, expected) in [
            (outer.clone(), &outer),
            (outer.join("pkg-template/src"), &outer),
            (outer.join("target"), &outer),
            (inner.clone(), &inner),
            (inner.join("xtask/src"), &inner),
        ] {
            assert_eq!(above(&called_in).as_ref(), Ok(expected));
        }
        let error = above(&folder).unwrap_err();
        assert!(error.contains("not in a checkout") && error.contains(&*folder.to_string_lossy()), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
