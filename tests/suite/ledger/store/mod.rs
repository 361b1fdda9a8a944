//! Storage of the ledger: its contract, and what happens to it at the hands of crashes, full disks and other programs.

mod append;
mod concurrent;
pub mod crash;
mod fault;
mod file;
mod model;
mod personal;
mod postgres;
mod snapshot;
pub mod support;
mod tamper;
