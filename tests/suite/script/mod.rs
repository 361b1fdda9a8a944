//! Scripts: what a rule author sees.
#![allow(clippy::panic, reason = "helpers of tests fail by panicking")]

mod analysis;
mod calls;
mod checks;
mod corpus;
mod faults;
mod findings;
mod fuzz;
mod hostile;
mod kinds;
mod language;
mod lint;
mod policies;
mod reference;
mod support;
mod tables;
mod tiers;
mod typed;
mod typed_policies;
mod underlines;
