//! HTTP without any route: what an operation is, problems, callers, extractors, and the description of the interface.

pub mod access;
pub mod client;
pub mod components;
pub mod conditional;
pub mod context;
pub mod cookie;
pub mod credentials;
pub mod description;
pub mod example;
pub mod header;
pub mod idempotency;
pub mod identity;
pub mod media;
pub mod negotiation;
pub mod openapi;
pub mod operation;
pub mod origin;
pub mod page;
pub mod path;
pub mod problem;
pub mod query;
pub mod rejection;
pub mod request_body;
pub mod respond;
pub mod secret;
