//! Counts what a thread has allocated, so that a script's memory can be bounded.
//!
//! The one file with `unsafe`: a global allocator is an unsafe trait. It forwards to the system's allocator and keeps
//! one number per thread.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator with a count of live bytes per thread.
///
/// Install it with `#[global_allocator] static ALLOCATOR: CountingAllocator = CountingAllocator;` in a binary. Without it
/// the memory budget of scripts is not enforced, everything else is.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountingAllocator;

/// Bytes this thread allocated minus bytes it freed; always 0 when the allocator is not installed.
pub(super) fn live_bytes() -> isize {
    LIVE.try_with(Cell::get).unwrap_or(0)
}

fn count(bytes: isize) {
    // A thread that is ending has no counter any more; nothing is evaluated there.
    let _ = LIVE.try_with(|live| live.set(live.get().wrapping_add(bytes)));
}

// SAFETY: every call is forwarded unchanged to the system's allocator; the counter neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise about `pointer` and `layout` is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
