//! Cancellation: work stops once its caller no longer waits for the result.
//!
//! A script looks at it as it looks at its budget; loops over partners and over the rows of a table look between two of them.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static CURRENT: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

/// Message of a finding about work that was cancelled.
pub const STOPPED: &str = "the work was stopped: its caller is gone, or its time is up";
/// Its next step.
pub const ASK_AGAIN: &str = "send the request again, and wait for the response";

/// A request to stop, shared between the work and its caller.
///
/// ```
/// use quotient::cancel::{Cancel, cancellable, is_cancelled};
/// let cancel = Cancel::default();
/// let seen = cancellable(&cancel, || {
///     let before = is_cancelled();
///     cancel.cancel();
///     (before, is_cancelled())
/// });
/// assert_eq!((seen, is_cancelled()), ((false, true), false));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the work to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns true once the work should stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Puts back what applied to the thread before.
struct Restore(Option<Cancel>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// Runs `work`, which stops soon after `cancel` asks for it: its scripts end with a fault, and partners that were not
/// looked at are faults too. Applies to this thread, and to the threads that `script::on_script_threads` makes for it.
pub fn cancellable<R>(cancel: &Cancel, work: impl FnOnce() -> R) -> R {
    let _restore = Restore(CURRENT.replace(Some(cancel.clone())));
    work()
}

/// Returns true when the work of this thread should stop.
pub fn is_cancelled() -> bool {
    CURRENT.with_borrow(|current| current.as_ref().is_some_and(Cancel::is_cancelled))
}

/// Returns the cancellation that applies to this thread, so that it can be passed to another one.
pub(crate) fn current() -> Option<Cancel> {
    CURRENT.with_borrow(Clone::clone)
}

/// Applies a cancellation to this thread until it ends.
pub(crate) fn adopt(cancel: Option<Cancel>) {
    CURRENT.set(cancel);
}
