//! Those who wait, in the order in which they go: higher priorities first, then who asked first.
//!
//! A sorted list in chunks, so that one who goes to its middle costs no more than a chunk, and how many stand before a newcomer is
//! the sum of a few lengths.

use alloc::{collections::VecDeque, vec::Vec};

use super::ticket::Mark;

/// A chunk of twice this is cut in two.
const CHUNK: usize = 512;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Line {
    // None of them is empty.
    chunks: Vec<VecDeque<Mark>>,
    len: usize,
}

impl Line {
    pub fn front(&self) -> Option<Mark> {
        self.chunks.first()?.front().copied()
    }

    pub fn pop_front(&mut self) {
        if let Some(chunk) = self.chunks.first_mut() {
            chunk.pop_front();
            self.len -= 1;
            if chunk.is_empty() {
                self.chunks.remove(0);
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.chunks.iter().flatten()
    }

    pub fn insert(&mut self, mark: Mark) {
        self.len += 1;
        let is_before = |other: &Mark| !mark.is_before(*other);
        // The last chunk takes who goes last.
        let last = self.chunks.len().saturating_sub(1);
        let place = self.chunk(&is_before).min(last);
        let Some(chunk) = self.chunks.get_mut(place) else {
            self.chunks.push(VecDeque::from([mark]));
            return;
        };
        chunk.insert(chunk.partition_point(is_before), mark);
        if chunk.len() >= 2 * CHUNK {
            // Where most go last, chunks are left full.
            let rest = chunk.split_off(if place == last { 2 * CHUNK - 1 } else { CHUNK });
            self.chunks.insert(place + 1, rest);
        }
    }

    /// How many go before a newcomer of this priority.
    pub fn ahead(&self, priority: i32) -> usize {
        let is_before = |other: &Mark| other.priority >= priority;
        let place = self.chunk(&is_before);
        let Some(chunk) = self.chunks.get(place) else { return self.len };
        #[cfg(test)]
        crate::syntax::steps::add(place);
        let before: usize = self.chunks.iter().take(place).map(VecDeque::len).sum();
        before + chunk.partition_point(is_before)
    }

    /// Keeps those for whom `is_kept` holds.
    pub fn retain(&mut self, mut is_kept: impl FnMut(Mark) -> bool) {
        for chunk in &mut self.chunks {
            chunk.retain(|mark| is_kept(*mark));
        }
        self.chunks.retain(|chunk| !chunk.is_empty());
        self.len = self.chunks.iter().map(VecDeque::len).sum();
    }

    // The first chunk of which some are not before a newcomer.
    fn chunk(&self, is_before: &dyn Fn(&Mark) -> bool) -> usize {
        self.chunks.partition_point(|chunk| {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            chunk.back().is_some_and(is_before)
        })
    }
}
