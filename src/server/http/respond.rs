//! Responses with a body.

use super::media::JSON;
use super::problem::{Problem, ProblemKind};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response};
use serde::Serialize;

/// Result of a handler.
pub type Responded = Result<Response<Body>, Problem>;

/// Returns a response with a body of that media type.
pub fn body(media: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// Returns a response with a JSON document.
pub fn document(document: &impl Serialize) -> Responded {
    let text = serde_json::to_vec(document)
        .map_err(|_| Problem::new(ProblemKind::Internal, "the response could not be written"))?;
    Ok(body(JSON, text))
}
