//! How long tests wait. No test depends on how fast the machine is: what should come about is waited for until only a
//! hang can be the reason that it does not, and clocks that decide something are the test's own.

use std::time::{Duration, Instant};

/// Reached only when something hangs, however busy the machine is.
pub const HANG: Duration = Duration::from_secs(300);

/// True when the long forms are asked for: `QUOTIENT_FULL=1`, which `.ci/run full` sets.
pub fn is_full() -> bool {
    std::env::var_os("QUOTIENT_FULL").is_some()
}

/// Number of cases: `short` in `cargo test`, `full` in the long form.
pub fn cases(short: u32, full: u32) -> u32 {
    if is_full() { full } else { short }
}

/// Waits until `is_so`; fails with `what` when something hangs.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + HANG;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
