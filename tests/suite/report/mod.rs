//! A plan in every format, and the explanation of a line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod book;
mod csv;
mod explain;
mod html;
mod json;
mod sample;
mod summary;
mod table;
mod xlsx;
