#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod figure;
mod requirement;
mod table;
