//! Memory for bodies, stored books, and stored responses.

use super::books::StoredBooks;
use super::responses::StoredResponses;
use crate::server::wire::body::BodyMemory;
use std::sync::Arc;

/// Everything kept in memory between requests.
pub struct Stores {
    /// Memory for bodies in progress.
    pub bodies: Arc<BodyMemory>,
    /// Memory for responses until they are sent.
    pub responding: Arc<BodyMemory>,
    /// Books that requests refer to.
    pub books: Arc<StoredBooks>,
    /// Responses for repeated requests.
    pub responses: StoredResponses,
}
