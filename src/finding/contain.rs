//! Containment of panics in other people's code that works on input from outside.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// A panic that was caught; the caller turns it into a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Runs `work` and catches a panic inside it, without printing anything.
///
/// Meant for libraries that read files or scripts. What `work` has changed when it panics must not be used afterwards.
pub(crate) fn contained<R>(work: impl FnOnce() -> R) -> Result<R, Panicked> {
    silence_contained_panics();
    let was_contained = IS_CONTAINED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked);
    IS_CONTAINED.set(was_contained);
    result
}

/// Installs a panic hook that is quiet on a thread while it runs contained work, and the previous hook otherwise.
/// A message would confuse the reader of the finding, and its backtrace costs 0.1 s.
fn silence_contained_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_CONTAINED.get() {
                previous(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_the_thread_is_as_before() {
        #[allow(clippy::panic)] // what is contained
        let outcome = contained(|| -> u8 { panic!("contained") });
        assert_eq!(outcome, Err(Panicked));
        assert_eq!(contained(|| contained(|| 5)), Ok(Ok(5)));
        assert!(!IS_CONTAINED.get());
    }
}
