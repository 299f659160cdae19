//! A call's place in its scope, and the lines in which tickets stand.

use crate::shared::Arc;
use alloc::{boxed::Box, collections::VecDeque};
use core::num::NonZeroU64;

use crate::{
    rate_limit::options::RateRules,
    time::{MonoTime, WallTime},
};

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Idle,
    Waiting,
    /// Counted as sent, and against the probes.
    Probing,
    /// Counted as sent.
    Flying,
}

/// Later than any time. An `Option` would take twice the room, and a hundred thousand tickets may wait.
pub(super) const NEVER: MonoTime = MonoTime(i64::MAX);

/// One call's place in its scope.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    /// What [`super::Tracker::wake`] names its call by.
    pub owner: u32,
    pub scope: u32,
    /// Which of its scope's lanes it stands in, by what is known of its route.
    pub lane: u8,
    /// Which of the lane's lines it waits in: the second one is of those whose route is down.
    pub line: u8,
    /// The server that it goes to.
    pub server: u32,
    /// It counts among the calls of its server: it asked.
    pub joined: bool,
    /// It was sent to find out for others whether its server is up again.
    pub probes: bool,
    pub stand: Stand,
    /// Granted by [`super::reserve::Scope::pump`] while its caller sleeps; it learns of it when it asks again.
    pub unclaimed: bool,
    pub route: u32,
    /// Which bucket of its own its path is in; 0 for none.
    pub bucket: u32,
    /// New for each ticket under the same index and for each of its grants, so that what is said of an old one is known as such.
    pub serial: u32,
    pub priority: i32,
    /// Requests that it counts as.
    pub cost: u64,
    pub rules: Arc<RateRules>,
    /// Its place in the order of asking, from 1; kept over retries.
    pub seq: Option<NonZeroU64>,
    /// When it first asked, [`NEVER`] before that, and how long a guess may hold it back from then on, ms.
    pub asked: MonoTime,
    pub patience: i64,
    /// When it was last told to come back.
    pub until: MonoTime,
    /// When it was last sent, on both clocks.
    pub sent: MonoTime,
    pub sent_wall: WallTime,
    /// What its scope had had responses to when it was sent. Of one that waits: how far its scope had come when it last asked.
    pub landed: u64,
    /// How often in a row it had to come back at once while nothing changed in its scope.
    pub idle: u8,
}

/// A ticket where it stays. Boxed: a list of what may be a hundred thousand has as much room again that is not used yet, and
/// leaves as much behind where it grows.
pub(super) type Place = Box<Ticket>;

/// A ticket in one of the lines: those who wait, those who are under way, those who are to be woken. One type for all of
/// them, since a `VecDeque` is a kilobyte of code for each type of element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub ticket: u32,
    pub serial: u32,
    pub priority: i32,
    /// Of one that waits.
    pub seq: u64,
    /// Of one that was sent.
    pub sent: MonoTime,
}

/// So many waits of 1 ms in a row, with nothing that happens, are a loop: some are the way to find room that a response which is
/// under way gives.
pub(super) const LOOP: u8 = 200;
/// From there on the shortest wait doubles, up to so many times, ms.
const DOUBLINGS: u8 = 10;

/// How often in a row somebody asked again at once though nothing happened, and the shortest wait after that, ms. Whatever the
/// cause of a loop: it turns half as often each time.
pub(super) fn backed_off(idle: u8, is_idle: bool) -> (u8, i64) {
    let idle = if is_idle { idle.saturating_add(1).min(LOOP + DOUBLINGS) } else { 0 };
    (idle, 1 << idle.saturating_sub(LOOP))
}

impl Ticket {
    /// The shortest wait for one that would ask again at `until`, ms. `further`: how far its scope has come.
    pub fn least_wait(&mut self, until: MonoTime, further: u64, now: MonoTime) -> i64 {
        let is_idle = self.stand == Stand::Waiting && self.landed == further && until.since(now) <= 1;
        let (idle, wait) = backed_off(self.idle, is_idle);
        (self.idle, self.landed) = (idle, further);
        wait
    }

    pub fn mark(&self, index: u32, sent: MonoTime) -> Mark {
        let seq = self.seq.map_or(0, NonZeroU64::get);
        Mark { ticket: index, serial: self.serial, priority: self.priority, seq, sent }
    }
}

impl Mark {
    pub fn is_before(self, other: Self) -> bool {
        self.priority > other.priority || (self.priority == other.priority && self.seq < other.seq)
    }

    // Its ticket, if it still stands as it did when the mark was made.
    pub fn of(self, tickets: &mut [Place], stand: Stand) -> Option<&mut Ticket> {
        tickets
            .get_mut(self.ticket as usize)
            .map(Box::as_mut)
            .filter(|ticket| ticket.serial == self.serial && ticket.stand == stand)
    }
}

// The oldest send of `flights` whose ticket still stands so, taken out, if it went `lease` ago. Those that are under way no
// more are dropped on the way: who sends a hundred thousand a second has but a few under way.
pub(super) fn due(
    flights: &mut VecDeque<Mark>,
    tickets: &mut [Place],
    stand: Stand,
    now: MonoTime,
    lease: i64,
) -> Option<Mark> {
    loop {
        let flight = *flights.front()?;
        let flies = flight.of(tickets, stand).is_some();
        if flies && now.since(flight.sent) < lease {
            return None;
        }
        flights.pop_front();
        if flies {
            return Some(flight);
        }
    }
}
