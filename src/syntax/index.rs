//! Where something is in a list, by a hash of its key: a table with open addressing, at most half full.

use alloc::{vec, vec::Vec};

/// A hash, and the number of what has it; `FREE` where there is nothing.
type Slot = (u32, u32);

const FREE: u32 = u32::MAX;
const LEAST: usize = 16;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    slots: Vec<Slot>,
    used: usize,
}

impl Index {
    /// The number under this hash for which `is_it` holds.
    #[inline(never)]
    pub fn find(&self, hash: u32, is_it: &dyn Fn(usize) -> bool) -> Option<usize> {
        let mut place = hash as usize;
        loop {
            let (other, number) = *self.slots.get(place & self.mask())?;
            if number == FREE {
                return None;
            }
            #[cfg(test)]
            crate::syntax::steps::add(1);
            if other == hash && is_it(number as usize) {
                return Some(number as usize);
            }
            place = place.wrapping_add(1);
        }
    }

    /// Adds a number that is not in it.
    pub fn add(&mut self, hash: u32, number: usize) {
        if self.used * 2 >= self.slots.len() {
            let old = core::mem::take(&mut self.slots);
            self.slots = vec![(0, FREE); (old.len() * 2).max(LEAST)];
            old.into_iter().filter(|slot| slot.1 != FREE).for_each(|slot| self.put(slot));
        }
        self.used += 1;
        self.put((hash, number as u32));
    }

    /// Takes out a number that is in it. Those behind it move up, so that they are still found.
    pub fn remove(&mut self, hash: u32, number: usize) {
        let mask = self.mask();
        let mut hole = hash as usize & mask;
        while self.slots.get(hole).is_some_and(|slot| slot.1 != FREE && slot.1 != number as u32) {
            hole = (hole + 1) & mask;
        }
        let mut next = hole;
        loop {
            next = (next + 1) & mask;
            let Some((hash, number)) = self.slots.get(next).copied().filter(|slot| slot.1 != FREE) else { break };
            // Not where it would stand before its own place.
            if next.wrapping_sub(hash as usize) & mask >= next.wrapping_sub(hole) & mask {
                self.set(hole, (hash, number));
                hole = next;
            }
        }
        self.set(hole, (0, FREE));
        self.used = self.used.saturating_sub(1);
    }

    fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    fn put(&mut self, new: Slot) {
        let mask = self.mask();
        let mut place = new.0 as usize & mask;
        while self.slots.get(place).is_some_and(|slot| slot.1 != FREE) {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            place = (place + 1) & mask;
        }
        self.set(place, new);
    }

    fn set(&mut self, place: usize, new: Slot) {
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_it_is_found_and_nothing_else() {
        // Few hashes, so that many stand behind one another and around the end.
        let hash = |number: usize| [3, 3, 15, 15, 31, 0x7fff_ffff, 0xffff_fffe, 4][number * 7 % 8];
        let (mut index, mut inside, mut seed) = (Index::default(), vec![false; 200], 1_u32);
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = (seed >> 8) as usize % inside.len();
            if inside[number] {
                index.remove(hash(number), number);
            } else {
                index.add(hash(number), number);
            }
            inside[number] = !inside[number];
            let other = (seed >> 17) as usize % inside.len();
            assert_eq!(index.find(hash(other), &|found| found == other), inside[other].then_some(other));
        }
    }
}
