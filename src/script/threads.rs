//! Threads with stacks large enough for any script the limits admit.

use std::cell::Cell;

/// Stack of a script thread; virtual memory, only touched pages cost. Debug builds need far larger frames.
pub const STACK_BYTES: usize = if cfg!(debug_assertions) { 256 << 20 } else { 64 << 20 };

thread_local! {
    static HAS_LARGE_STACK: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` in a pool of threads that scripts may run on; inside, `rayon` spreads over `threads` threads.
///
/// `None` takes as many threads as the machine has. Scripts called elsewhere still run safely, each on a thread made
/// for that call, which costs some 50 µs. If the machine refuses threads, the work is done in place.
///
/// ```
/// let sum: i32 = quotient::script::on_script_threads(Some(2), || (1..=3).sum());
/// assert_eq!(sum, 6);
/// ```
pub fn on_script_threads<R: Send>(threads: Option<usize>, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .stack_size(STACK_BYTES)
        .thread_name(|index| format!("script-{index}"))
        .start_handler(|_| HAS_LARGE_STACK.set(true))
        .build();
    match pool {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Runs `work` here when this thread has a large stack, else on a thread that has one.
///
/// # Errors
/// When the machine refuses another thread (a script on a small stack could end the process), or `work` panicked there.
pub(super) fn with_large_stack<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, NoThread> {
    if HAS_LARGE_STACK.get() {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || {
            HAS_LARGE_STACK.set(true);
            work()
        });
        thread.map_err(|_| NoThread::Refused)?.join().map_err(|_| NoThread::Panicked)
    })
}

/// Why nothing came of a script thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoThread {
    /// The machine gives no more threads or memory.
    #[error("the machine gives no thread to run a script on")]
    Refused,
    /// A bug of ours, contained.
    #[error("the script engine failed on this script, which is a bug of ours")]
    Panicked,
}
