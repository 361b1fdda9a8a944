//! The running server: start, upkeep and shutdown.

pub mod run;
