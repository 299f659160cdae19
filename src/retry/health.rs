//! What is known of the health of each origin, whoever asks it: what retries were spent on it, and the circuits of its routes.

use alloc::vec::Vec;

use crate::{
    retry::{budget::Budget, circuit::Circuit},
    syntax::index::Index,
    time::MonoTime,
};

/// Origins and routes kept while nobody asks them; beyond that the one that was idle longest is forgotten, those with an open
/// circuit last.
const MOST: usize = 512;

/// The place of an origin or a route; to be handed back with [`Health::leave`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthId(u32);

/// The health of one origin, or of one route of it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    key: u32,
    users: u32,
    used: MonoTime,
    /// Of retries: an origin's.
    pub budget: Budget,
    /// A route's. Closed unless a policy asks for one.
    pub circuit: Circuit,
}

/// That of all.
#[derive(Clone, Debug, Default)]
pub struct Health {
    places: Vec<Place>,
    /// Where each is, by its key.
    index: Index,
}

impl Health {
    /// The place of the origin or route that `key` is a hash of, for one call.
    pub fn enter(&mut self, key: u32, now: MonoTime) -> HealthId {
        let is_it = |index: usize| self.places.get(index).is_some_and(|place| place.key == key);
        let mut index = self.index.find(key, &is_it).unwrap_or(self.places.len());
        if index == self.places.len() {
            let new = Place { key, ..Place::default() };
            let idle = self.places.iter().enumerate().filter(|(_, place)| place.users == 0);
            let oldest = idle.min_by_key(|(_, place)| (!place.circuit.is_closed(), place.used)).map(|(index, _)| index);
            match oldest.filter(|_| index >= MOST).and_then(|oldest| Some((oldest, self.places.get_mut(oldest)?))) {
                Some((oldest, place)) => {
                    self.index.remove(place.key, oldest);
                    (index, *place) = (oldest, new);
                }
                None => self.places.push(new),
            }
            self.index.add(key, index);
        }
        if let Some(place) = self.places.get_mut(index) {
            (place.users, place.used) = (place.users.saturating_add(1), now);
        }
        HealthId(index as u32)
    }

    /// What is known of it.
    pub fn of(&mut self, id: HealthId) -> Option<&mut Place> {
        self.places.get_mut(id.0 as usize)
    }

    /// The call is over.
    pub fn leave(&mut self, id: HealthId) {
        if let Some(place) = self.of(id) {
            place.users = place.users.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_those_in_use_are_kept() {
        let mut health = Health::default();
        let kept = health.enter(7, MonoTime(0));
        for key in 1000..3000 {
            let id = health.enter(key, MonoTime(i64::from(key)));
            health.leave(id);
        }
        assert_eq!(health.places.len(), MOST);
        assert_eq!(health.enter(7, MonoTime(9000)), kept);
        assert_eq!(health.of(kept).map(|place| place.users), Some(2));
    }
}
