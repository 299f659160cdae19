//! How many tests ran and how many failed, read from what the test runners print at their end.

use std::ops::AddAssign;

/// Counts of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Adds up every `test result:` line of cargo's runner and of wasm-bindgen's.
pub fn cargo(output: &str) -> Tally {
    let mut sum = Tally::default();
    for line in output.lines().filter(|line| line.starts_with("test result: ")) {
        sum += Tally { passed: before(line, " passed"), failed: before(line, " failed") };
    }
    sum
}

/// Adds up the closing lines of Node's runner in its `spec` form; a test that was cancelled has failed.
pub fn node(output: &str) -> Tally {
    let count = |name: &str| -> u32 {
        output.lines().filter_map(|line| line.strip_prefix("ℹ ")?.strip_prefix(name)?.trim().parse::<u32>().ok()).sum()
    };
    Tally { passed: count("pass "), failed: count("fail ") + count("cancelled ") }
}

// The number that stands before `word`, 0 if none does.
fn before(line: &str, word: &str) -> u32 {
    let digits = line.split(word).next().filter(|head| head.len() < line.len());
    digits.and_then(|head| head.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_several_cargo_test_binaries_add_up() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 11 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        assert_eq!(cargo(output), Tally { passed: 14, failed: 2 });
        assert_eq!(cargo("error: could not compile"), Tally::default());
    }

    #[test]
    fn a_cancelled_test_of_nodes_runner_has_failed() {
        let output =
            "✔ a (1ms)\nℹ tests 9\nℹ suites 0\nℹ pass 6\nℹ fail 1\nℹ cancelled 2\nℹ skipped 0\nℹ duration_ms 50\n";
        assert_eq!(node(output), Tally { passed: 6, failed: 3 });
        assert_eq!(node("pass 7"), Tally::default());
    }
}
