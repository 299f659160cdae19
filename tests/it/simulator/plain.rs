//! What the policy is measured against: a plain loop of four attempts, on the same clock as [`super::World`].
//!
//! It waits as Retry-After says, else with full jitter up to 1 s, 2 s and 4 s, and knows nothing of other calls.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::Answer;
use fetch_with_policy::retry::classify::Failure;

const ATTEMPTS: u32 = 4;

/// How one call of the loop ended.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub at: i64,
    pub good: bool,
}

/// Calls that start at `starts`; where there are more than `together` of them, the others start as those end. `hop`: each way,
/// ms. `server`: what answers call and attempt at an instant.
pub fn run(
    starts: &[i64],
    together: usize,
    hop: i64,
    mut server: impl FnMut(usize, i64) -> Result<Answer, Failure>,
) -> Vec<Outcome> {
    let mut ends = vec![None; starts.len()];
    let mut events = BinaryHeap::new();
    for (call, start) in starts.iter().enumerate().take(together) {
        events.push(Reverse((*start, call, 1)));
    }
    let mut next = together;
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    while let Some(Reverse((now, call, attempt))) = events.pop() {
        let answer = server(call, now + hop);
        let back = now + 2 * hop;
        let good = matches!(answer, Ok((200..=399, _)));
        if good || attempt >= ATTEMPTS {
            ends[call] = Some(Outcome { at: back, good });
            if next < starts.len() {
                events.push(Reverse((starts[next].max(back), next, 1)));
                next += 1;
            }
            continue;
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let jitter = (seed >> 33) as i64 % (1000 << (attempt - 1));
        let hint = answer.ok().and_then(|(_, headers)| {
            headers.lines().find_map(|line| line.strip_prefix("retry-after:")?.trim().parse::<f64>().ok())
        });
        let wait = hint.filter(|hint| *hint > 0.0).map_or(jitter, |hint| (hint * 1000.0) as i64);
        events.push(Reverse((back + wait, call, attempt + 1)));
    }
    ends.into_iter().map(|end| end.expect("every call ends")).collect()
}
