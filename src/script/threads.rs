//! Threads with stacks large enough for any script the limits admit.

use crate::cancel::{adopt, current};
use std::cell::Cell;
use std::thread::JoinHandle;

/// Stack of a script thread; virtual memory, only touched pages cost. Debug builds need far larger frames.
pub const STACK_BYTES: usize = if cfg!(debug_assertions) { 256 << 20 } else { 64 << 20 };

thread_local! {
    static HAS_LARGE_STACK: Cell<bool> = const { Cell::new(false) };
    /// True while small work runs on a script thread for itself.
    static IS_ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` in a pool of threads that scripts may run on; inside, `rayon` spreads over `threads` threads.
///
/// `None` takes as many threads as the machine has. Scripts called elsewhere still run safely, each on a thread made
/// for that call, which costs some 50 µs. If the machine refuses threads, the work is done in place. On a thread of such
/// a pool, or inside [`on_this_script_thread`], the work is done in place too.
///
/// ```
/// let sum: i32 = quotient::script::on_script_threads(Some(2), || (1..=3).sum());
/// assert_eq!(sum, 6);
/// ```
pub fn on_script_threads<R: Send>(threads: Option<usize>, work: impl FnOnce() -> R + Send) -> R {
    if HAS_LARGE_STACK.get() && (IS_ALONE.get() || rayon::current_thread_index().is_some()) {
        return work();
    }
    let cancel = current();
    match ScriptPool::start(threads, move || adopt(cancel.clone())) {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Runs small work on one script thread: on this one when it is one, else on one made for it.
///
/// Inside, [`on_script_threads`] runs in place, so that nothing waits for other threads. Meant for work that is done
/// sooner than threads start: `rayon` cuts lists of some hundred partners into one piece, and larger ones would go to
/// threads with small stacks, which is safe and slow.
///
/// ```
/// use quotient::script::{on_script_threads, on_this_script_thread};
/// let names = on_this_script_thread(|| {
///     let outer = std::thread::current().id();
///     on_script_threads(Some(8), move || outer == std::thread::current().id())
/// });
/// assert!(names);
/// ```
pub fn on_this_script_thread<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            IS_ALONE.set(self.0);
        }
    }
    if !HAS_LARGE_STACK.get() {
        return on_script_threads(Some(1), work);
    }
    let _restore = Restore(IS_ALONE.replace(true));
    work()
}

/// Starts a thread that scripts may run on; for a service that keeps its own threads.
///
/// # Errors
/// When the machine refuses another thread.
///
/// ```
/// let thread = quotient::script::spawn_script_thread("worker-0", || 6 * 7)?;
/// assert_eq!(thread.join().ok(), Some(42));
/// # Ok::<(), quotient::script::NoThread>(())
/// ```
pub fn spawn_script_thread<R: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<JoinHandle<R>, NoThread> {
    let marked = || {
        HAS_LARGE_STACK.set(true);
        work()
    };
    let builder = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES);
    builder.spawn(marked).map_err(|_| NoThread::Refused)
}

/// Declares that this thread has a stack of [`STACK_BYTES`], so that scripts run on it.
#[cfg(feature = "server")]
pub(crate) fn is_script_thread() {
    HAS_LARGE_STACK.set(true);
}

/// Threads that scripts may run on, kept between pieces of work.
#[derive(Debug)]
pub struct ScriptPool {
    pool: rayon::ThreadPool,
}

impl ScriptPool {
    /// Starts `threads` threads; `None` starts one per core of the machine.
    ///
    /// # Errors
    /// When the machine refuses threads.
    pub fn new(threads: Option<usize>) -> Result<Self, NoThread> {
        Self::start(threads, || {})
    }

    /// Starts threads, each of which begins with `begin`.
    fn start(threads: Option<usize>, begin: impl Fn() + Send + Sync + 'static) -> Result<Self, NoThread> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .stack_size(STACK_BYTES)
            .thread_name(|index| format!("script-{index}"))
            .start_handler(move |_| {
                HAS_LARGE_STACK.set(true);
                begin();
            })
            .build();
        pool.map(|pool| Self { pool }).map_err(|_| NoThread::Refused)
    }

    /// Runs `work` on a thread of the pool and waits for it; inside, `rayon` spreads over the pool, and
    /// [`on_script_threads`] runs in place.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// Runs `work` on a thread of the pool some time, without waiting for it.
    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        self.pool.spawn(work);
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
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
    let cancel = current();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || {
            HAS_LARGE_STACK.set(true);
            adopt(cancel);
            work()
        });
        thread.map_err(|_| NoThread::Refused)?.join().map_err(|_| NoThread::Panicked)
    })
}

/// Reason why a script thread returned nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoThread {
    /// The machine gives no more threads or memory.
    #[error("the machine gives no thread to run a script on")]
    Refused,
    /// An internal error, contained.
    #[error("internal error: the script engine failed on this script")]
    Panicked,
}
