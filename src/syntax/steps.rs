//! How much of a text the searches have looked at: for tests, which hold that it grows with the text and no faster. A clock
//! would say so only on a machine that does nothing else.

use core::cell::Cell;

std::thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// Counts `many` more.
pub fn add(many: usize) {
    STEPS.with(|steps| steps.set(steps.get() + many as u64));
}

/// What `task` takes.
pub fn of(task: impl FnOnce()) -> u64 {
    let before = STEPS.with(Cell::get);
    task();
    STEPS.with(Cell::get) - before
}
