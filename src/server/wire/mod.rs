//! Bytes: sockets, TLS, the framing of requests, and bodies read within limits.
//!
//! Knows no route and no response: what is refused here is a [`rejection::Rejection`], and the wording of responses is
//! passed in as [`rejection::Refusals`].

pub mod body;
pub mod certificate;
pub mod files;
pub mod framing;
pub mod held;
pub mod listen;
pub mod patience;
pub mod places;
pub mod probe;
pub mod rejection;
pub mod socket;
pub mod tls;
#[cfg(unix)]
pub mod unix;
pub mod watched;
