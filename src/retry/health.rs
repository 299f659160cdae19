//! What is known of the health of each origin, whoever asks it: what retries were spent on it, and its circuit.

use alloc::vec::Vec;

use crate::{
    retry::{budget::Budget, circuit::Circuit},
    syntax::index::Index,
    time::MonoTime,
};

/// Origins kept while nobody asks them; beyond that the one that was idle longest is forgotten, those with an open circuit last.
const MAX_ORIGINS: usize = 256;

/// An origin's place; to be handed back with [`Health::leave`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginId(u32);

/// One origin's health.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    key: u32,
    users: u32,
    used: MonoTime,
    /// Of retries.
    pub budget: Budget,
    /// Closed unless a policy asks for one.
    pub circuit: Circuit,
}

/// That of all origins.
#[derive(Clone, Debug, Default)]
pub struct Health {
    origins: Vec<Origin>,
    /// Where each is, by its key.
    index: Index,
}

impl Health {
    /// The place of the origin that `key` is a hash of, for one call.
    pub fn enter(&mut self, key: u32, now: MonoTime) -> OriginId {
        let is_it = |index: usize| self.origins.get(index).is_some_and(|origin| origin.key == key);
        let mut index = self.index.find(key, is_it).unwrap_or(self.origins.len());
        if index == self.origins.len() {
            let new = Origin { key, ..Origin::default() };
            let idle = self.origins.iter().enumerate().filter(|(_, origin)| origin.users == 0);
            let oldest =
                idle.min_by_key(|(_, origin)| (!origin.circuit.is_closed(), origin.used)).map(|(index, _)| index);
            match oldest
                .filter(|_| index >= MAX_ORIGINS)
                .and_then(|oldest| Some((oldest, self.origins.get_mut(oldest)?)))
            {
                Some((oldest, place)) => {
                    self.index.remove(place.key, oldest);
                    (index, *place) = (oldest, new);
                }
                None => self.origins.push(new),
            }
            self.index.add(key, index);
        }
        if let Some(origin) = self.origins.get_mut(index) {
            (origin.users, origin.used) = (origin.users.saturating_add(1), now);
        }
        OriginId(index as u32)
    }

    /// What is known of it.
    pub fn of(&mut self, id: OriginId) -> Option<&mut Origin> {
        self.origins.get_mut(id.0 as usize)
    }

    /// The call is over.
    pub fn leave(&mut self, id: OriginId) {
        if let Some(origin) = self.of(id) {
            origin.users = origin.users.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_bounded_and_those_in_use_are_kept() {
        let mut health = Health::default();
        let kept = health.enter(7, MonoTime(0));
        for key in 1000..3000 {
            let id = health.enter(key, MonoTime(i64::from(key)));
            health.leave(id);
        }
        assert_eq!(health.origins.len(), MAX_ORIGINS);
        assert_eq!(health.enter(7, MonoTime(9000)), kept);
        assert_eq!(health.of(kept).map(|origin| origin.users), Some(2));
    }
}
