//! Requests and connections refused before any route sees them.

use axum::body::Body;
use axum::http::{HeaderMap, Response};

/// Reason for a refused request or connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The header does not parse.
    #[error("the request is not valid HTTP")]
    NotHttp,
    /// A line of the header ends in a line feed alone.
    #[error("the request is ambiguous: its lines end without a carriage return")]
    BareLineFeed,
    /// Two `Host` fields.
    #[error("the request is ambiguous: it names more than one host")]
    TwoHosts,
    /// No `Host` field.
    #[error("the request does not name a host")]
    NoHost,
    /// `Content-Length` is not a number.
    #[error("the request is ambiguous: its length is not a number")]
    LengthNotANumber,
    /// Two `Content-Length` fields.
    #[error("the request is ambiguous: it states its length more than once")]
    TwoLengths,
    /// A transfer encoding other than `chunked`.
    #[error("the request is ambiguous: its transfer encoding is not `chunked` alone")]
    TransferEncoding,
    /// A length beside a transfer encoding.
    #[error("the request is ambiguous: it states a length and a transfer encoding")]
    LengthAndEncoding,
    /// The reading of the connection lost the boundary between two requests.
    #[error("the request boundary is ambiguous")]
    LostBoundary,
    /// The header exceeds its limit.
    #[error("the request header is too large or has too many fields")]
    HeaderTooLarge,
    /// The path exceeds its limit.
    #[error("the path is too long")]
    PathTooLong,
    /// All places for connections are taken.
    #[error("connection limit reached")]
    TooManyConnections,
}

/// Responses to rejections.
#[derive(Clone, Copy)]
pub struct Refusals {
    /// Returns the response to a request with these header fields.
    pub response: fn(Rejection, &HeaderMap) -> Response<Body>,
    /// Returns the whole response as bytes, for a connection that ends with it.
    pub bytes: fn(Rejection) -> Vec<u8>,
}
