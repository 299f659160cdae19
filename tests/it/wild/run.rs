//! A row of the table: a plan, what may come of it, and how that is judged.

use std::fmt::Write as _;

use super::plan::{Plan, Run};

/// When in a minute the calls come, ms.
const PHASES: [i64; 3] = [137, 1240, 2611];

type Make = Box<dyn Fn(&mut Plan)>;
type More = Box<dyn Fn(&Run) -> Result<(), String>>;

pub struct Row {
    /// A report's id, or a rule's; behind a slash, which variant.
    pub name: String,
    /// What is expected, in words.
    expects: &'static str,
    plan: Option<Make>,
    check: Option<fn() -> Result<(), String>>,
    refused: usize,
    lost: usize,
    /// From the first start to the last end, seconds.
    time: f64,
    /// One call, seconds.
    longest: f64,
    more: Option<More>,
    /// It runs where each call sleeps by itself, too.
    asleep: bool,
}

impl Row {
    fn empty(name: impl Into<String>, expects: &'static str) -> Self {
        Self {
            name: name.into(),
            expects,
            plan: None,
            check: None,
            refused: usize::MAX,
            lost: 0,
            time: f64::INFINITY,
            longest: f64::INFINITY,
            more: None,
            asleep: true,
        }
    }

    pub fn new(name: impl Into<String>, expects: &'static str, plan: impl Fn(&mut Plan) + 'static) -> Self {
        Self { plan: Some(Box::new(plan)), ..Self::empty(name, expects) }
    }

    /// One that needs no run.
    pub fn check(name: &str, expects: &'static str, check: fn() -> Result<(), String>) -> Self {
        Self { check: Some(check), ..Self::empty(name, expects) }
    }

    /// Where waiters are woken only.
    pub fn awake(self) -> Self {
        Self { asleep: false, ..self }
    }

    /// At most so many answers that are not good, so many calls lost (else none), and so long, in seconds.
    pub fn refused(self, refused: usize) -> Self {
        Self { refused, ..self }
    }

    pub fn lost(self, lost: usize) -> Self {
        Self { lost, ..self }
    }

    pub fn time(self, time: f64) -> Self {
        Self { time, ..self }
    }

    pub fn longest(self, longest: f64) -> Self {
        Self { longest, ..self }
    }

    pub fn and(self, more: impl Fn(&Run) -> Result<(), String> + 'static) -> Self {
        Self { more: Some(Box::new(more)), ..self }
    }

    /// Whether it holds, where calls are woken and where each sleeps on its own timer, and a line that says how. Figures are the
    /// worst of the phases.
    pub fn judge(&self) -> (bool, String) {
        let mut figures = String::new();
        let mut said = Vec::new();
        if let Some(check) = self.check {
            said.extend(check().err());
        }
        for (how, nudges) in [("awake", true), ("asleep", false)] {
            let Some(make) = self.plan.as_ref().filter(|_| nudges || self.asleep) else { continue };
            let (mut refused, mut lost, mut time, mut longest) = (0, 0, 0.0_f64, 0.0_f64);
            for phase in PHASES {
                let mut plan = Plan::new(phase);
                make(&mut plan);
                let timed = plan.together == usize::MAX;
                let run = plan.run(nudges);
                (refused, lost) = (refused.max(run.refused()), lost.max(run.lost()));
                time = time.max(run.time());
                longest = longest.max(if timed { run.longest() } else { 0.0 });
                if let Some(Err(text)) = self.more.as_ref().map(|more| more(&run))
                    && said.iter().all(|known: &String| !known.starts_with(how))
                {
                    said.push(format!("{how}: {text}"));
                }
            }
            for (what, is, most) in [
                ("refused", refused as f64, self.refused as f64),
                ("lost", lost as f64, self.lost as f64),
                ("time", time, self.time),
                ("longest", longest, self.longest),
            ] {
                if is > most {
                    said.push(format!("{how}: {what} {is} of {most}"));
                }
            }
            write!(figures, " | {how} {refused:4} refused {lost:4} lost {time:7.1} s, longest {longest:6.1} s")
                .unwrap();
        }
        let met = said.is_empty();
        let word = if met { "ok  " } else { "MISS" };
        let said = said.join("; ");
        (met, format!("{word} {:44}{figures} | {}{}{said}", self.name, self.expects, if met { "" } else { " | " }))
    }
}
