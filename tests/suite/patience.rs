//! How long tests wait. No test depends on how fast the machine is: what should come about is waited for until only a
//! hang can be the reason that it does not, and clocks that decide something are the test's own.

use std::time::{Duration, Instant};

/// Reached only when something hangs, however busy the machine is.
pub const HANG: Duration = Duration::from_secs(300);

/// Waits until `is_so`; fails with `what` when something hangs.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + HANG;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
