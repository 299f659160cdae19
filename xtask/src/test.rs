//! Runs the steps, each to its end, and closes with `N passed, N failed` over all of them.
//!
//! Two run at once: one that computes, and one that mostly waits, which leaves a second core with little to do. Where none of a kind is
//! left, two of the other kind run.

use crate::{
    process,
    steps::{Count, STEPS, Step},
    tally::{self, Tally},
};
use std::{
    process::ExitCode,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// The longest that one program of a step may take, a cold compile on a busy machine included.
const LIMIT: Duration = Duration::from_mins(20);
/// How much of a failed step's output is shown, from its end.
const LINES: usize = 300;

/// Runs the steps whose name contains `filter`; fails unless every step ran a test and none failed.
pub fn run(filter: Option<&str>) -> ExitCode {
    let mut sum = two_at_once(STEPS.iter().filter(|step| is_wanted(step, filter)).collect(), report);
    if sum == Tally::default() {
        eprintln!("no step is named like {}; there are:", filter.unwrap_or_default());
        for step in STEPS {
            eprintln!("  {}", step.name);
        }
        sum.failed = 1;
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

// The sum of what `each` gives of the steps.
fn two_at_once(steps: Vec<&Step>, each: fn(&Step) -> Tally) -> Tally {
    let left = Mutex::new(steps);
    let run = |waits: bool| {
        let mut sum = Tally::default();
        loop {
            // A statement of its own: the lock is for the choice, not for the run.
            let step = next(&mut left.lock().unwrap_or_else(PoisonError::into_inner), waits);
            let Some(step) = step else { return sum };
            sum += each(step);
        }
    };
    thread::scope(|scope| {
        let waiting = scope.spawn(|| run(true));
        let mut sum = run(false);
        sum += waiting.join().unwrap_or(Tally { passed: 0, failed: 1 });
        sum
    })
}

// The first that waits, or that computes; where there is none, the first of the others.
fn next<'a>(left: &mut Vec<&'a Step>, waits: bool) -> Option<&'a Step> {
    let place = left.iter().position(|step| step.waits == waits).unwrap_or(0);
    (!left.is_empty()).then(|| left.remove(place))
}

fn is_wanted(step: &Step, filter: Option<&str>) -> bool {
    if step.optional { filter == Some(step.name) } else { filter.is_none_or(|word| step.name.contains(word)) }
}

fn report(step: &Step) -> Tally {
    let started = Instant::now();
    let (tally, output) = perform(step);
    // A step's lines stay together, and apart from the progress of the other.
    let _lines = std::io::stdout().lock();
    process::show("");
    println!("── {}", step.name);
    if step.loud || tally.failed > 0 {
        let lines: Vec<_> = output.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(LINES)) {
            println!("   {line}");
        }
    }
    let mark = if tally.failed == 0 { "ok" } else { "FAILED" };
    let seconds = started.elapsed().as_secs_f32();
    println!("   {mark}: {} passed, {} failed, {seconds:.1} s", tally.passed, tally.failed);
    tally
}

fn perform(step: &Step) -> (Tally, String) {
    let commands = match (step.commands)() {
        Ok(commands) => commands,
        Err(error) => return (Tally { passed: 0, failed: 1 }, error),
    };
    let mut sum = Tally::default();
    let mut output = String::new();
    for mut command in commands {
        let outcome = process::watch(command.env("NO_COLOR", "1").env_remove("FORCE_COLOR"), LIMIT);
        sum += count(step.count, &outcome);
        output.push_str(&outcome.output);
    }
    if sum == Tally::default() {
        output.push_str("this step ran no test\n");
        sum.failed = 1;
    }
    (sum, output)
}

// A program that failed has failed, whatever it counted: it may have died before its closing line.
fn count(by: Count, outcome: &process::Outcome) -> Tally {
    let mut tally = match by {
        Count::Program => Tally { passed: u32::from(outcome.ok), failed: 0 },
        Count::Cargo => tally::cargo(&outcome.output),
        Count::Node => tally::node(&outcome.output),
    };
    if !outcome.ok {
        tally.failed = tally.failed.max(1);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Outcome;
    use std::{process::Command, sync::Barrier};

    #[test]
    fn a_program_that_died_has_failed_though_its_counts_say_otherwise() {
        let outcome = Outcome { ok: false, output: "test result: ok. 4 passed; 0 failed; 0 ignored".into() };
        assert_eq!(count(Count::Cargo, &outcome), Tally { passed: 4, failed: 1 });
    }

    fn step(name: &'static str, waits: bool) -> Step {
        let commands = || Ok(vec![Command::new("true")]);
        Step { name, count: Count::Node, loud: false, optional: false, waits, commands }
    }

    #[test]
    fn an_optional_step_runs_only_where_its_whole_name_is_said() {
        let large = Step { optional: true, ..step("next", false) };
        assert!(is_wanted(&large, Some("next")) && !is_wanted(&large, Some("ne")) && !is_wanted(&large, None));
        let usual = Step { optional: false, ..large };
        assert!(is_wanted(&usual, Some("ne")) && is_wanted(&usual, None));
    }

    #[test]
    fn a_step_that_runs_no_test_or_cannot_start_has_failed() {
        let silent = step("", false);
        assert_eq!(perform(&silent).0, Tally { passed: 0, failed: 1 });
        let stuck = Step { commands: || Err("install it".into()), ..silent };
        assert_eq!(perform(&stuck), (Tally { passed: 0, failed: 1 }, "install it".into()));
    }

    #[test]
    fn the_first_step_of_a_kind_is_next_and_where_none_is_left_one_of_the_other() {
        let steps = [step("hosts", true), step("lint", false), step("clients", true)];
        let mut left: Vec<&Step> = steps.iter().collect();
        let mut name = |waits| next(&mut left, waits).map(|step| step.name);
        assert_eq!(
            [name(false), name(false), name(true), name(true)],
            [Some("lint"), Some("hosts"), Some("clients"), None]
        );
    }

    #[test]
    fn two_steps_run_at_once() {
        static BOTH: Barrier = Barrier::new(2);
        let steps = [step("", false), step("", false)];
        // It would never end if one ran after the other.
        let sum = two_at_once(steps.iter().collect(), |_| {
            BOTH.wait();
            Tally { passed: 1, failed: 0 }
        });
        assert_eq!(sum, Tally { passed: 2, failed: 0 });
    }

    #[test]
    fn every_step_runs_once_and_all_are_counted() {
        let steps = [step("", false), step("", true), step("", false)];
        let sum = two_at_once(steps.iter().collect(), |_| Tally { passed: 2, failed: 1 });
        assert_eq!(sum, Tally { passed: 6, failed: 3 });
    }
}
