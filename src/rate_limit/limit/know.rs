//! What one client knows of a limit, whatever its kind, for another to take up.

use super::{Facts, Limit, Meter};
use crate::{rate_limit::share::message::KNOWN, time::MonoTime};

/// How a limit is counted, between clients.
pub(super) const BUCKET: i64 = 0;
pub(super) const LOG: i64 = 1;
pub(super) const WINDOW: i64 = 2;

impl Meter {
    // A mark of what others should know at once.
    pub(super) fn mark(&self) -> u64 {
        // Never 0, which stands for "nothing was reported yet".
        1 << 63
            | match &self.by {
                Limit::Window(window) => window.mark(),
                Limit::Sliding(sliding) => 1 << 60 | sliding.found().unwrap_or(0) as u64,
                Limit::Bucket(_) => 2 << 60,
                Limit::Learned(_) => 3 << 60,
            }
    }

    // What is known, for another client. The first number says of which kind it is.
    pub(super) fn know(&self, facts: Facts, now: MonoTime) -> [i64; KNOWN] {
        let mut know = [0; KNOWN];
        let [mode, rest @ ..] = &mut know;
        *mode = self.mode();
        let mut fill = |numbers: &[i64]| rest.iter_mut().zip(numbers).for_each(|(to, from)| *to = *from);
        match &self.by {
            Limit::Window(window) => fill(&window.know(facts, now)),
            Limit::Sliding(sliding) => fill(&sliding.know(now)),
            Limit::Bucket(bucket) => fill(&bucket.know(now)),
            Limit::Learned(_) => {}
        }
        know
    }

    pub(super) fn mode(&self) -> i64 {
        match &self.by {
            Limit::Window(_) => WINDOW,
            Limit::Sliding(_) | Limit::Learned(_) => LOG,
            Limit::Bucket(_) => BUCKET,
        }
    }

    // Takes what another client knew at `base`.
    pub(super) fn adopt(&mut self, know: &[i64], base: MonoTime, in_flight: u64, now: MonoTime) {
        let (Some((mode, know)), Some(facts)) = (know.split_first(), self.facts()) else { return };
        match (*mode, &mut self.by) {
            (WINDOW, Limit::Window(window)) => window.adopt(facts.limit, know, base, in_flight, now),
            (LOG, Limit::Sliding(sliding)) => sliding.adopt(know, base),
            (LOG, Limit::Window(_)) => {
                let mut sliding = super::Sliding::new(None, None);
                sliding.adopt(know, base);
                self.by = Limit::Sliding(sliding);
            }
            (BUCKET, Limit::Bucket(bucket)) => bucket.adopt(know, base),
            (BUCKET, Limit::Window(_)) => {
                let used = self.usage.total(now, None);
                let mut bucket = super::Bucket::spent(facts.limit, used, now);
                bucket.adopt(know, base);
                self.by = Limit::Bucket(bucket);
            }
            _ => {}
        }
    }
}
