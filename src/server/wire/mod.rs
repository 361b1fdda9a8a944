//! Bytes: sockets, TLS, the framing of requests, and bodies read within limits.

pub mod body;
pub mod framing;
pub mod listen;
pub mod tls;
