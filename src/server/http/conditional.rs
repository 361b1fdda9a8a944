//! Conditional requests: `If-Match`, `If-None-Match` and the revision as entity tag.

use super::problem::{Problem, ProblemKind};
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use std::convert::Infallible;

/// Header with the revision that a response was made with.
pub const REVISION: HeaderName = HeaderName::from_static("quotient-revision");

/// Conditions of a request; handlers take them as an argument.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    if_match: Option<Vec<String>>,
    if_none_match: Option<Vec<String>>,
}

impl Conditions {
    fn read(headers: &HeaderMap) -> Self {
        Self { if_match: tags(headers, &IF_MATCH), if_none_match: tags(headers, &IF_NONE_MATCH) }
    }

    /// Refuses a request whose `If-Match` names another revision.
    pub fn expect(&self, revision: &str) -> Result<(), Problem> {
        match &self.if_match {
            Some(tags) if !names(tags, revision) => {
                Err(Problem::new(ProblemKind::RevisionChanged, format!("the revision in use is `{revision}`")))
            }
            _ => Ok(()),
        }
    }

    /// Returns the tags of `If-Match`; `None` when the request has none.
    pub fn expected(&self) -> Option<&[String]> {
        self.if_match.as_deref()
    }

    /// Returns the response with this entity tag, or 304 when the caller has it already.
    pub fn respond_tagged(&self, tag: &str, response: Response<Body>) -> Response<Body> {
        self.known(tag, with_tag(tag, response))
    }

    /// Returns the response with its revision, or 304 when the caller has it already.
    pub fn respond(&self, revision: &str, response: Response<Body>) -> Response<Body> {
        self.known(revision, with_revision(revision, response))
    }

    fn known(&self, tag: &str, mut response: Response<Body>) -> Response<Body> {
        let is_known = self.if_none_match.as_ref().is_some_and(|tags| names(tags, tag));
        if is_known && response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
        }
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(&parts.headers))
    }
}

/// Returns the response with an entity tag.
pub fn with_tag(tag: &str, mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().extend(HeaderValue::from_str(&format!("\"{tag}\"")).ok().map(|tag| (ETAG, tag)));
    response
}

/// Returns the response with its revision, also as entity tag.
pub fn with_revision(revision: &str, mut response: Response<Body>) -> Response<Body> {
    let tag = format!("\"{revision}\"");
    if let (Ok(etag), Ok(name)) = (HeaderValue::from_str(&tag), HeaderValue::from_str(revision)) {
        response.headers_mut().insert(ETAG, etag);
        response.headers_mut().insert(REVISION, name);
    }
    response
}

/// Returns the tags listed in the header fields; `None` when there is no such field.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    if !headers.contains_key(name) {
        return None;
    }
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    Some(values.flat_map(|text| text.split(',')).map(|tag| tag.trim().to_owned()).collect())
}

/// Returns true when the tags include the revision, or `*`.
pub fn names(tags: &[String], revision: &str) -> bool {
    let is_it = |tag: &str| tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) == Some(revision);
    tags.iter().any(|tag| tag == "*" || is_it(tag.strip_prefix("W/").unwrap_or(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_a_list_weak_or_as_a_star() {
        let known = |text: &str, revision: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, text.parse().unwrap());
            Conditions::read(&headers).respond(revision, Response::new(Body::empty())).status() == 304
        };
        assert!(known("\"a\", W/\"b\"", "a") && known("\"a\", W/\"b\"", "b"));
        assert!(!known("\"a\", W/\"b\"", "c"));
        assert!(known("*", "c"));
    }
}
