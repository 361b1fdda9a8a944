//! Context of a request: caller, id and trace.

use super::access::Caller;
use super::identity::Trace;
use super::problem::{Problem, ProblemKind};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::ops::Deref;
use std::sync::Arc;

/// Facts about a request that its records and its responses name.
#[derive(Debug)]
pub struct RequestFacts {
    /// Path.
    pub path: String,
    /// Caller.
    pub caller: Caller,
    /// Id of the request.
    pub request_id: String,
    /// Trace of the request.
    pub trace: Option<Trace>,
}

/// Context of a request; handlers take it as an argument.
#[derive(Debug, Clone)]
pub struct Context(pub Arc<RequestFacts>);

impl Deref for Context {
    type Target = RequestFacts;

    fn deref(&self) -> &RequestFacts {
        &self.0
    }
}

impl Context {
    /// Returns the name of the caller, for records.
    pub fn caller_name(&self) -> Option<&str> {
        self.caller.name.as_deref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        extension(parts)
    }
}

/// Returns what admission attached to the request; its absence is an internal error.
pub fn extension<T: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<T, Problem> {
    let found = parts.extensions.get::<T>().cloned();
    found.ok_or_else(|| Problem::new(ProblemKind::Internal, "the request was not admitted"))
}
