//! The running server: start, router, upkeep and shutdown.

mod admin;
mod connections;
mod events;
mod exchange;
mod notify;
mod router;
pub mod run;
mod signals;
pub mod start;
mod upkeep;
