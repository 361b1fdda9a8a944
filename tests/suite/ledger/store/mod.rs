//! Storage of the ledger: its contract, and what happens to it at the hands of crashes, full disks and other programs.

mod append;
mod concurrent;
mod crash;
mod fault;
mod file;
mod model;
mod personal;
mod snapshot;
mod support;
mod tamper;
