//! How much of a text the readers have looked at: for tests, which check that it grows with the text and no faster. A clock
//! would show that only on a machine that does nothing else.

use core::cell::Cell;

std::thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
    static WHOLE: Cell<bool> = const { Cell::new(false) };
}

/// Counts `many` more.
pub fn add(many: usize) {
    STEPS.with(|steps| steps.set(steps.get() + many as u64));
}

/// The steps that `task` takes.
pub fn of(task: impl FnOnce()) -> u64 {
    let before = STEPS.with(Cell::get);
    task();
    STEPS.with(Cell::get) - before
}

/// Runs `task` with header values that are read whole: the readers must be linear even without the bound.
pub fn unbounded<T>(task: impl FnOnce() -> T) -> T {
    WHOLE.with(|whole| whole.set(true));
    let result = task();
    WHOLE.with(|whole| whole.set(false));
    result
}

/// Whether it is within [`unbounded`].
pub fn is_unbounded() -> bool {
    WHOLE.with(Cell::get)
}
