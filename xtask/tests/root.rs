//! The program works on the checkout that it is called in, wherever it was compiled.

use std::{env, fs, process::Command};

#[test]
fn outside_of_a_checkout_a_command_fails_and_names_the_folder() {
    let folder = env::temp_dir().join(format!("xtask-outside-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("build").current_dir(&folder).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(error.contains("is not in a checkout") && error.contains(&*folder.to_string_lossy()), "{error}");
    fs::remove_dir_all(folder).unwrap();
}
