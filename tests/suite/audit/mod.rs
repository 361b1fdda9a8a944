//! The decision log.

mod collector;
mod crash;
mod difference;
mod file;
mod log;
mod masking;
mod record;
mod replay;
mod support;
mod verify;
