//! The explainer's memory: taken from the front, and given back as a whole when a call ends.
//!
//! A call makes some hundred texts and lists, all of which end with it. To free them one by one takes code wherever a value
//! ends: without it the module's code is 2.3 kB brotli smaller (of 67), and a call is faster. What the catalogs are made of
//! stays as long as the instance: the shell makes an instance for each list of catalogs, and the host takes back all of it.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::Cell;

const PAGE: usize = 65_536;

unsafe extern "C" {
    // Where the linker's own data end.
    static __heap_base: u8;
}

/// The memory behind the linker's data, of which what lies below `next` is in use.
pub(super) struct Bump {
    next: Cell<*mut u8>,
}

// SAFETY: a module without threads.
unsafe impl Sync for Bump {}

impl Bump {
    pub(super) const fn new() -> Self {
        Self { next: Cell::new((&raw const __heap_base).cast_mut()) }
    }

    /// Gives back `first` and all that was taken after it, which nobody may read once something is taken again.
    pub(super) fn free_from(&self, first: &str) {
        // An empty text has no memory.
        if !first.is_empty() {
            self.next.set(first.as_ptr().cast_mut());
        }
    }

    /// Takes the memory from `at` on; false where there is no more.
    fn take(&self, at: *mut u8, size: usize) -> bool {
        let Some(end) = at.addr().checked_add(size) else { return false };
        let lacking = end.saturating_sub(memory_size(0) * PAGE).div_ceil(PAGE);
        let has_grown = lacking == 0 || memory_grow(0, lacking) != usize::MAX;
        if has_grown {
            self.next.set(at.with_addr(end));
        }
        has_grown
    }
}

// SAFETY: each block lies behind all that are in use, is aligned, and the memory is there.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = self.next.get();
        let at = next.wrapping_add(next.align_offset(layout.align()));
        if self.take(at, layout.size()) { at } else { core::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // A list that grows is mostly what was taken last.
        if size <= layout.size() || (block.wrapping_add(layout.size()) == self.next.get() && self.take(block, size)) {
            return block;
        }
        // SAFETY: the size and the alignment are a layout's, and the new block is larger than the old one.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                core::ptr::copy_nonoverlapping(block, moved, layout.size());
            }
            moved
        }
    }
}
