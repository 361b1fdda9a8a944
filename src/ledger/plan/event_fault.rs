//! Faults of reading and writing stored events.

use thiserror::Error;

/// Reason for which a stored event cannot be read.
#[derive(Debug, Error)]
pub enum EventFault {
    /// The kind is not one of this version.
    #[error("unknown kind of event `{0}`")]
    UnknownKind(String),
    /// The body has no canonical spelling.
    #[error("the body of an event cannot be written: {0}")]
    Spelling(String),
    /// The body is not what the kind has.
    #[error("the body of a `{kind}` event cannot be read: {source}")]
    Body {
        /// Kind of the event.
        kind: String,
        /// Error of the reader.
        source: serde_json::Error,
    },
}
