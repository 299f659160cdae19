//! Messages between clients that share quotas, as lines of whole numbers: the shell makes objects of them, and a coordinator
//! sees those.

use alloc::{string::String, vec::Vec};

use crate::syntax::{number, words};

/// Numbers of knowledge that one quota may have.
const MOST_KNOWN: usize = 20;
/// The longest lease beyond two windows, ms.
const LONGEST: i64 = 10_000;
/// No number is larger.
const MOST: i64 = 999_999_999_999_999;
/// More clients than share anything.
const MOST_MEMBERS: u64 = 1_000_000;
/// The latest that a reply may ask to come back or to hold, ms.
const LATEST: i64 = 3_600_000;

/// What is told of one quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub id: u32,
    pub limit: u64,
    pub mode: i64,
    pub used: u64,
    pub taken: u64,
    pub want: u64,
    pub units: u64,
    pub back: i64,
    pub window: i64,
    pub alone: bool,
    pub revision: u64,
    pub know: Vec<i64>,
}

/// What a reply says of one quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub id: u32,
    pub limit: u64,
    pub units: u64,
    pub next: u64,
    pub lease: i64,
    pub scarce: bool,
    pub alone: i64,
    pub revision: u64,
    pub age: i64,
    pub know: Vec<i64>,
}

/// A reply to one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replies {
    pub members: u64,
    pub retry: i64,
    pub held: i64,
    pub quotas: Vec<Reply>,
}

/// Appends numbers, each behind a space.
pub fn push(text: &mut String, numbers: &[i64]) {
    for number in numbers {
        let number = (*number).clamp(-MOST, MOST);
        text.push_str(if number < 0 { " -" } else { " " });
        number::push(text, number.unsigned_abs());
    }
}

impl Report {
    /// Appends it as a line.
    pub fn write(&self, text: &mut String) {
        text.push_str("\n");
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let numbers = [
            i64::from(self.id),
            whole(self.limit),
            self.mode,
            whole(self.used),
            whole(self.taken),
            whole(self.want),
            whole(self.units),
            self.back,
            self.window,
            i64::from(self.alone),
            whole(self.revision),
        ];
        push(text, &numbers);
        push(text, &self.know);
    }
}

/// Reads a reply: a line for all, then one for each quota. `None` where it breaks a rule: it counts as none.
pub fn read(text: &str) -> Option<Replies> {
    let mut lines = words::split(text, b"\n");
    let head = numbers(lines.next()?)?;
    let [members, retry, held] = *head.first_chunk::<3>()?;
    let members = u64::try_from(members).ok().filter(|members| (1..=MOST_MEMBERS).contains(members))?;
    if !(0..=LATEST).contains(&retry) || !(0..=LATEST).contains(&held) {
        return None;
    }
    let mut quotas = Vec::new();
    for line in lines {
        let all = numbers(line)?;
        let ([id, limit, units, next, lease, scarce, alone, revision, age], know) = all.split_first_chunk::<9>()?;
        let count = |number: i64| u64::try_from(number).ok();
        let is_fit =
            know.len() <= MOST_KNOWN && (0..=LATEST).contains(age) && (0..=LONGEST).contains(alone) && *lease >= 0;
        if !is_fit {
            return None;
        }
        quotas.push(Reply {
            id: u32::try_from(*id).ok()?,
            limit: count(*limit)?,
            units: count(*units).filter(|_| units <= limit)?,
            next: count(*next)?,
            lease: *lease,
            scarce: *scarce != 0,
            alone: *alone,
            revision: count(*revision)?,
            age: *age,
            know: know.into(),
        });
    }
    Some(Replies { members, retry, held, quotas })
}

impl Reply {
    /// Whether what it grants is within what a quota of windows of this length can be.
    pub fn is_fit(&self, window: i64, is_bucket: bool) -> bool {
        let longest = window.saturating_mul(2).saturating_add(LONGEST);
        if is_bucket {
            self.next as i64 <= longest && self.lease <= longest.saturating_mul(2)
        } else {
            self.next <= self.limit && self.lease <= longest
        }
    }
}

fn numbers(line: &str) -> Option<Vec<i64>> {
    let mut all = Vec::new();
    for word in words::split(line, b" ") {
        let number = match word.strip_prefix('-') {
            Some(digits) => -number::whole(digits)?,
            None => number::whole(word)?,
        };
        all.push(number);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_only_where_it_keeps_all_rules() {
        let fit = "4 5000 0\n7 200 50 50 4000 1 0 2 30 2 -5 6";
        let read_fit = read(fit).unwrap();
        assert_eq!((read_fit.members, read_fit.retry, read_fit.quotas[0].units), (4, 5000, 50));
        assert_eq!(read_fit.quotas[0].know, [2, -5, 6]);
        for broken in [
            "",
            "0 5000 0",
            "4 5000",
            "4 NaN 0",
            "4 5000 99999999999",
            "4 5000 0\n7 200 201 50 4000 1 0 2 30",
            "4 5000 0\n7 200 -1 50 4000 1 0 2 30",
            "4 5000 0\n7 200 50 50 -1 1 0 2 30",
            "4 5000 0\n7 200 50 50 4000 1 99999 2 30",
            "4 5000 0\n7 200 50 50 4000 1 0 2",
            "4 5000 0\n7 200 50 50 4000 1 0 2 30 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        ] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }

    #[test]
    fn numbers_are_written_as_they_are_read() {
        let mut text = String::from("x");
        push(&mut text, &[0, -12, i64::MIN, i64::MAX]);
        assert_eq!(text, "x 0 -12 -999999999999999 999999999999999");
        assert_eq!(numbers("0 -12 999999999999999"), Some(alloc::vec![0, -12, MOST]));
    }

    #[test]
    fn what_a_lease_can_be_follows_from_the_window() {
        let reply = Reply {
            id: 1,
            limit: 10,
            units: 1,
            next: 11,
            lease: 20_000,
            scarce: true,
            alone: 0,
            revision: 0,
            age: 0,
            know: Vec::new(),
        };
        assert!(!reply.is_fit(5000, false), "more than the limit of the next window");
        assert!(Reply { next: 10, ..reply.clone() }.is_fit(5000, false));
        assert!(!Reply { next: 10, lease: 20_001, ..reply.clone() }.is_fit(5000, false));
        assert!(reply.is_fit(5000, true), "of a bucket it is a time");
    }
}
