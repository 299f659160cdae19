//! Which results are up to date: by the times of files, as make does it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Whether every one of `results` exists and none is older than the newest file of `sources` (folders are walked).
pub fn is_fresh(results: &[PathBuf], sources: &[PathBuf]) -> bool {
    let oldest = results.iter().map(|path| changed(path)).min().flatten();
    let newest = sources.iter().flat_map(|path| files(path)).filter_map(|path| changed(&path)).max();
    matches!((oldest, newest), (Some(result), Some(source)) if result >= source)
}

/// Every file below `path`, or `path` itself if it is a file; in the order of their names, `node_modules` left out.
pub fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut entries: Vec<_> = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.retain(|entry| entry.file_name().is_some_and(|name| name != "node_modules"));
    entries.iter().flat_map(|entry| files(entry)).collect()
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, time::Duration};

    #[test]
    fn a_result_is_fresh_only_if_it_exists_and_no_source_is_newer() {
        let folder = env::temp_dir().join(format!("xtask-fresh-{}", std::process::id()));
        let (source, result) = (folder.join("in/deep/a"), folder.join("out"));
        fs::create_dir_all(folder.join("in/deep")).unwrap();
        fs::write(&source, "").unwrap();
        let check = || is_fresh(std::slice::from_ref(&result), &[folder.join("in")]);
        assert!(!check(), "the result is missing");
        fs::write(&result, "").unwrap();
        let written = fs::metadata(&source).unwrap().modified().unwrap();
        let touch = |seconds: u64| {
            let file = fs::File::options().write(true).open(&result).unwrap();
            file.set_modified(written - Duration::from_mins(1) + Duration::from_secs(seconds)).unwrap();
        };
        touch(60);
        assert!(check(), "as old as its source");
        touch(59);
        assert!(!check(), "older than its source");
        fs::remove_dir_all(folder).unwrap();
    }
}
