//! When each scope in which calls wait is to be looked at next: a heap by time, in which each scope stands once at most.

use alloc::vec::Vec;

use crate::time::MonoTime;

const NOWHERE: u32 = u32::MAX;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: Vec<(MonoTime, u32)>,
    /// By scope: its place in the heap.
    places: Vec<u32>,
}

impl Timers {
    /// The first one.
    pub fn first(&self) -> Option<(MonoTime, usize)> {
        self.heap.first().map(|(at, scope)| (*at, *scope as usize))
    }

    /// `scope` is to be looked at then, or not at all.
    pub fn set(&mut self, scope: usize, at: Option<MonoTime>) {
        if self.places.len() <= scope {
            self.places.resize(scope + 1, NOWHERE);
        }
        let place = self.places.get(scope).map_or(NOWHERE, |place| *place) as usize;
        match at {
            Some(at) if place < self.heap.len() => self.put(place, (at, scope as u32)),
            Some(at) => {
                self.heap.push((at, scope as u32));
                self.put(self.heap.len() - 1, (at, scope as u32));
            }
            None if place < self.heap.len() => {
                self.note(scope as u32, NOWHERE as usize);
                // The last one takes its place.
                if let Some(last) = self.heap.pop()
                    && place < self.heap.len()
                {
                    self.put(place, last);
                }
            }
            None => {}
        }
    }

    // Puts it there, or as far up or down as it belongs.
    fn put(&mut self, mut place: usize, new: (MonoTime, u32)) {
        while let Some(parent) = place.checked_sub(1).map(|before| before / 2)
            && let Some(other) = self.heap.get(parent).copied().filter(|other| new < *other)
        {
            self.set_at(place, other);
            place = parent;
        }
        loop {
            let child = |which: usize| self.heap.get(2 * place + which).map(|other| (other.0, 2 * place + which));
            let Some((at, mut next)) = child(1) else { break };
            let mut first = at;
            if let Some((at, right)) = child(2).filter(|other| other.0 < first) {
                (first, next) = (at, right);
            }
            let Some(other) = self.heap.get(next).copied().filter(|_| first < new.0) else { break };
            self.set_at(place, other);
            place = next;
        }
        self.set_at(place, new);
    }

    fn set_at(&mut self, place: usize, new: (MonoTime, u32)) {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        if let Some(old) = self.heap.get_mut(place) {
            *old = new;
        }
        self.note(new.1, place);
    }

    fn note(&mut self, scope: u32, place: usize) {
        if let Some(old) = self.places.get_mut(scope as usize) {
            *old = place as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_the_earliest_whatever_was_set_and_unset() {
        let (mut timers, mut times, mut seed) = (Timers::default(), [None; 50], 1_u32);
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let scope = (seed >> 8) as usize % times.len();
            let at = (seed >> 27 > 8).then_some(MonoTime(i64::from(seed >> 16 & 255)));
            times[scope] = at;
            timers.set(scope, at);
            let first = times.iter().flatten().min();
            assert_eq!(timers.first().map(|(at, _)| at), first.copied());
            assert_eq!(timers.first().and_then(|(_, scope)| times[scope]), first.copied());
        }
    }
}
