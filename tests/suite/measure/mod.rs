//! The size, shape and language of the code, measured, with bounds that only shrink (`bounds.toml`).
//!
//! `cargo test --test suite measure::figures -- --nocapture` prints the figures; with `QUOTIENT_TREE=DIR` those of another
//! checkout. `SHRINK=1 cargo test --test suite measure` lowers every bound to what was found and removes what is no longer
//! needed; it never raises one.

mod bounds;
mod examples;
mod figures;
mod knots;
mod language;
mod length;
