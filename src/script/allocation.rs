//! Counts what a thread has allocated, so that a script's memory can be bounded.
//!
//! The one file with `unsafe`: a global allocator is an unsafe trait, and returning freed memory is a call of the C library.
//! The allocator forwards to the one it wraps and keeps one number per thread.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

/// An allocator with a count of live bytes per thread, by which the memory of scripts is limited.
///
/// The feature `counting-allocator`, which is on by default, installs it around the system's allocator. A program with
/// another allocator turns the feature off and wraps that one; an [`Engine`](crate::Engine) does not start without
/// either.
///
/// ```
/// use quotient::CountingAllocator;
/// // #[global_allocator] static ALLOCATOR: CountingAllocator<Own> = CountingAllocator::new(Own);
/// let own = CountingAllocator::new(std::alloc::System);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct CountingAllocator<A = System>(A);

impl<A> CountingAllocator<A> {
    /// Returns a counting allocator around `inner`.
    ///
    /// ```
    /// let own = quotient::CountingAllocator::new(std::alloc::System);
    /// ```
    pub const fn new(inner: A) -> Self {
        Self(inner)
    }
}

/// Returns true when allocations of this thread are counted.
pub fn is_counting() -> bool {
    let before = live_bytes();
    let block = std::hint::black_box(vec![0_u8; 4096]);
    let after = live_bytes();
    drop(block);
    after > before
}

/// Bytes this thread allocated minus bytes it freed; always 0 when the allocator is not installed.
pub(super) fn live_bytes() -> isize {
    LIVE.try_with(Cell::get).unwrap_or(0)
}

/// Returns memory that was freed to the system, where the C library is glibc; elsewhere nothing happens.
///
/// Freed pieces between pieces in use otherwise stay with the process, whose peak then is the sum of what it had at
/// different times. The call looks at every free piece: it belongs after stages that free many megabytes.
pub fn return_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        malloc_trim(0);
    }
}

fn count(bytes: isize) {
    // A thread that is ending has no counter any more; nothing is evaluated there.
    let _ = LIVE.try_with(|live| live.set(live.get().wrapping_add(bytes)));
}

// SAFETY: every call is forwarded unchanged to the wrapped allocator; the counter neither allocates nor unwinds.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as above.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise about `pointer` and `layout` is passed on.
        unsafe { self.0.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: as above.
        unsafe { self.0.realloc(pointer, layout, size) }
    }
}
