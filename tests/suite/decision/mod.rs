#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod requirement;
mod table;
