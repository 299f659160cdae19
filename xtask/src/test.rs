//! Runs the steps in two lanes at once, each step to its end, and closes with `N passed, N failed` over all of them.
//!
//! One lane compiles Rust, the other runs the package: half of a step's time is waiting, for a browser or for a clock. A lane that has
//! no step of its own left takes those of the other.

use crate::{
    process,
    steps::{Count, Lane, STEPS, Step},
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
    let mut sum = in_lanes(STEPS.iter().filter(|step| is_wanted(step, filter)).collect(), report);
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
fn in_lanes(steps: Vec<&Step>, each: fn(&Step) -> Tally) -> Tally {
    let waiting = Mutex::new(steps);
    let run = |lane: Lane| {
        let mut sum = Tally::default();
        loop {
            // A statement of its own: the lock is for the choice, not for the run.
            let step = next(&mut waiting.lock().unwrap_or_else(PoisonError::into_inner), lane);
            let Some(step) = step else { return sum };
            sum += each(step);
        }
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| run(Lane::Package));
        let mut sum = run(Lane::Rust);
        sum += other.join().unwrap_or(Tally { passed: 0, failed: 1 });
        sum
    })
}

// Its first of its own lane, or else the last of the other: what that lane begins with, others need.
fn next<'a>(waiting: &mut Vec<&'a Step>, lane: Lane) -> Option<&'a Step> {
    let own = waiting.iter().position(|step| step.lane == lane);
    own.map(|place| waiting.remove(place)).or_else(|| waiting.pop())
}

fn is_wanted(step: &Step, filter: Option<&str>) -> bool {
    if step.optional { filter == Some(step.name) } else { filter.is_none_or(|word| step.name.contains(word)) }
}

fn report(step: &Step) -> Tally {
    let started = Instant::now();
    let (tally, output) = perform(step);
    // A step's lines stay together.
    let _lines = std::io::stdout().lock();
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

    #[test]
    fn an_optional_step_runs_only_where_its_whole_name_is_said() {
        let large = Step {
            name: "next",
            count: Count::Node,
            loud: false,
            optional: true,
            lane: Lane::Rust,
            commands: || Ok(Vec::new()),
        };
        assert!(is_wanted(&large, Some("next")) && !is_wanted(&large, Some("ne")) && !is_wanted(&large, None));
        let usual = Step { optional: false, ..large };
        assert!(is_wanted(&usual, Some("ne")) && is_wanted(&usual, None));
    }

    #[test]
    fn a_step_that_runs_no_test_or_cannot_start_has_failed() {
        let silent = Step {
            name: "",
            count: Count::Node,
            loud: false,
            optional: false,
            lane: Lane::Package,
            commands: || Ok(vec![Command::new("true")]),
        };
        assert_eq!(perform(&silent).0, Tally { passed: 0, failed: 1 });
        let stuck = Step { commands: || Err("install it".into()), ..silent };
        assert_eq!(perform(&stuck), (Tally { passed: 0, failed: 1 }, "install it".into()));
    }

    #[test]
    fn a_lane_takes_its_own_steps_first_and_then_the_others_last() {
        let step = |name, lane| Step {
            name,
            count: Count::Program,
            loud: false,
            optional: false,
            lane,
            commands: || Ok(Vec::new()),
        };
        let steps = [
            step("build", Lane::Package),
            step("lint", Lane::Rust),
            step("types", Lane::Package),
            step("demo", Lane::Package),
        ];
        let mut waiting: Vec<&Step> = steps.iter().collect();
        let mut names = |lane| next(&mut waiting, lane).map(|step| step.name);
        assert_eq!(
            [names(Lane::Rust), names(Lane::Rust), names(Lane::Package)],
            [Some("lint"), Some("demo"), Some("build")]
        );
        assert_eq!([names(Lane::Package), names(Lane::Rust)], [Some("types"), None]);
    }

    #[test]
    fn two_steps_run_at_once() {
        static BOTH: Barrier = Barrier::new(2);
        let step = |lane| Step {
            name: "",
            count: Count::Program,
            loud: false,
            optional: false,
            lane,
            commands: || Ok(Vec::new()),
        };
        let steps = [step(Lane::Rust), step(Lane::Package)];
        // It would never end if one ran after the other.
        let sum = in_lanes(steps.iter().collect(), |_| {
            BOTH.wait();
            Tally { passed: 1, failed: 0 }
        });
        assert_eq!(sum, Tally { passed: 2, failed: 0 });
    }

    #[test]
    fn every_step_runs_once_and_all_are_counted() {
        let step = || Step {
            name: "",
            count: Count::Program,
            loud: false,
            optional: false,
            lane: Lane::Package,
            commands: || Ok(Vec::new()),
        };
        let steps = [step(), step(), step()];
        assert_eq!(
            in_lanes(steps.iter().collect(), |_| Tally { passed: 2, failed: 1 }),
            Tally { passed: 6, failed: 3 }
        );
    }
}
