//! A quota as one response told it, and when two tellings are of the same one.

use alloc::string::String;
use alloc::vec::Vec;

/// Most quotas that one response may tell; more is noise or an attack.
pub const MOST: usize = 32;

/// A quota as one response told it. Absent is not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// The policy's, bucket's or dimension's name: `default`, `abc123`, `tokens`.
    pub name: Option<String>,
    /// What is counted; none is requests. See [`Quota::counts_requests`].
    pub unit: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Units left.
    pub remaining: Option<u64>,
    /// Milliseconds from the head's arrival to the reset; never negative. By the server's clock where `Date` tells it.
    pub reset_in: Option<i64>,
    /// The window's length in ms; never 0.
    pub window: Option<i64>,
    /// The header that told the reset, else the remaining, else the limit; lower case.
    pub source: String,
    /// Whose quota it is, where one policy has many (draft-ietf-httpapi-ratelimit-headers-10 `pk`): base64, not decoded.
    pub partition: Option<String>,
    /// How fine the reset was told, in ms: 1, 1000 or 60000. 0 where none was told.
    pub granularity: i64,
    /// The reset was told as an instant on the server's clock (date or epoch), so skew matters; else as a delta.
    pub absolute: bool,
}

impl Quota {
    /// Whether it counts requests, so that a request takes one of it. Tokens, bytes and shares must not pace requests.
    pub fn counts_requests(&self) -> bool {
        self.unit.as_deref().is_none_or(|unit| matches!(unit, "request" | "requests"))
    }

    /// Nothing is left.
    pub fn exhausted(&self) -> bool {
        self.remaining == Some(0)
    }

    // Servers tell one quota under two families (X-RateLimit-* and RateLimit-*), or its policy in another field.
    fn same(&self, other: &Self) -> bool {
        if let (Some(name), Some(other_name)) = (&self.name, &other.name) {
            return name == other_name && agree(&self.partition, &other.partition);
        }
        // Where one of them has a name, chance must not join them: the limit has to be the same.
        let alike = self.name == other.name || (self.limit.is_some() && self.limit == other.limit);
        // Of a quota a second and one a minute with equal counts, a reset in 47 s is the minute's.
        let window = self.window.or(other.window).unwrap_or(i64::MAX);
        let reset = self.reset_in.or(other.reset_in).unwrap_or(0);
        alike
            && self.unit == other.unit
            && agree(&self.limit, &other.limit)
            && agree(&self.remaining, &other.remaining)
            && agree(&self.window, &other.window)
            && reset <= window.saturating_mul(2).saturating_add(1000)
    }

    fn absorb(&mut self, other: Self) {
        // A delta needs no clock.
        let better = other.reset_in.is_some() && (self.reset_in.is_none() || (self.absolute && !other.absolute));
        if better || (self.reset_in.is_none() && self.remaining.is_none() && other.remaining.is_some()) {
            self.source = other.source;
        }
        if better {
            (self.reset_in, self.granularity, self.absolute) = (other.reset_in, other.granularity, other.absolute);
        }
        self.name = self.name.take().or(other.name);
        self.partition = self.partition.take().or(other.partition);
        self.limit = self.limit.or(other.limit);
        self.remaining = self.remaining.or(other.remaining);
        self.window = self.window.or(other.window);
        self.unit = self.unit.take().or(other.unit);
    }
}

/// Adds what was told to the quotas known so far, joining it with one that it is about. What tells nothing is left out.
pub fn tell(quotas: &mut Vec<Quota>, quota: Quota) {
    if quota.limit.is_none() && quota.remaining.is_none() && quota.reset_in.is_none() {
        return;
    }
    if let Some(known) = quotas.iter_mut().find(|known| known.same(&quota)) {
        known.absorb(quota);
    } else if quotas.len() < MOST {
        quotas.push(quota);
    }
}

fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(name: &str, limit: u64, remaining: Option<u64>, window: Option<i64>) -> Quota {
        let name = (!name.is_empty()).then(|| name.into());
        Quota { name, limit: Some(limit), remaining, window, ..Quota::default() }
    }

    fn told(all: Vec<Quota>) -> Vec<Quota> {
        let mut quotas = Vec::new();
        for quota in all {
            tell(&mut quotas, quota);
        }
        quotas
    }

    #[test]
    fn a_quota_and_its_policy_are_joined_by_name_else_by_limit() {
        let joined = told([quota("", 100, Some(9), None), quota("", 100, None, Some(60_000))].into());
        assert_eq!(joined, [quota("", 100, Some(9), Some(60_000))]);
        assert_eq!(told([quota("", 10, Some(9), None), quota("", 100, None, Some(60_000))].into()).len(), 2);
        assert_eq!(told([quota("day", 100, None, None), quota("hour", 100, None, None)].into()).len(), 2);
        assert_eq!(told([quota("day", 100, Some(1), None), quota("", 100, Some(1), None)].into()).len(), 1);
    }

    #[test]
    fn counts_that_are_equal_by_chance_do_not_join_a_reset_to_a_window_that_is_too_short() {
        let bare = Quota { reset_in: Some(47_000), ..quota("", 5, Some(4), None) };
        let joined =
            told([quota("second", 5, Some(4), Some(1000)), quota("minute", 5, Some(4), Some(60_000)), bare].into());
        assert_eq!(joined.iter().map(|quota| quota.reset_in).collect::<Vec<_>>(), [None, Some(47_000)]);
    }

    #[test]
    fn of_two_resets_the_delta_is_kept() {
        let of =
            |absolute, delay| Quota { reset_in: Some(delay), absolute, source: "s".into(), ..quota("", 5, None, None) };
        assert_eq!(told([of(true, 1), of(false, 2)].into())[0].reset_in, Some(2));
        assert_eq!(told([of(false, 2), of(true, 1)].into())[0].reset_in, Some(2));
    }

    #[test]
    fn one_policy_with_two_partitions_is_two_quotas() {
        let of = |key: &str| Quota { partition: Some(key.into()), ..quota("default", 5, None, None) };
        assert_eq!(told([of("a"), of("b"), quota("default", 5, Some(1), None)].into()).len(), 2);
    }

    #[test]
    fn what_tells_nothing_is_left_out_and_there_is_a_bound() {
        assert_eq!(told([Quota { window: Some(1), ..Quota::default() }].into()), []);
        assert_eq!(told((0..99).map(|limit| quota("", limit, None, None)).collect()).len(), MOST);
    }
}
