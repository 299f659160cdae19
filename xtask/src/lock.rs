//! Has one program at a time do what two must not do at once: two steps of the tests run beside each other.

use std::{fs, fs::File};

const FOLDER: &str = "target/locks";

/// Waits until nobody else is at it, and keeps others waiting until it is dropped, or the program ends. Not to be nested in itself.
///
/// # Errors
/// Where its file cannot be made or locked.
pub fn hold(name: &str) -> Result<File, String> {
    fs::create_dir_all(FOLDER).map_err(|error| format!("cannot make {FOLDER}: {error}"))?;
    let path = format!("{FOLDER}/{name}");
    let lock = File::create(&path).and_then(|file| file.lock().map(|()| file));
    lock.map_err(|error| format!("cannot lock {path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Barrier, thread};

    #[test]
    fn the_second_waits_until_the_first_is_done() {
        let name = format!("test-{}", std::process::id());
        let first = hold(&name).unwrap();
        let begun = Barrier::new(2);
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                let other = File::open(format!("{FOLDER}/{name}")).unwrap();
                assert!(other.try_lock().is_err(), "it is held");
                begun.wait();
                hold(&name).map(drop)
            });
            begun.wait();
            drop(first);
            second.join().unwrap().unwrap();
        });
        fs::remove_file(format!("{FOLDER}/{name}")).unwrap();
    }
}
