//! HTTP without any route: what an operation is, problems, callers, ids and the description of the interface.

pub mod access;
pub mod call;
pub mod example;
pub mod identity;
pub mod openapi;
pub mod operation;
pub mod problem;
