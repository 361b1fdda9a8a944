//! Scripts: what a rule author sees.
#![allow(clippy::panic, reason = "helpers of tests fail by panicking")]

mod calls;
mod checks;
mod faults;
mod findings;
mod fuzz;
mod hostile;
mod kinds;
mod policies;
mod reference;
mod support;
mod tables;
mod underlines;
