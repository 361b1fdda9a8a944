//! What the server answers, one file a group.

mod authoring;
mod books;
mod decisions;
mod documentation;
mod health;
mod vendors;

use crate::server::http::operation::{Format, Media, Operation, Parameter};
use crate::server::http::problem::{Problem, ProblemKind};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::Serialize;

pub use vendors::schemas as vendor_schemas;

/// Every group, in the order of the documentation.
pub static GROUPS: [&[Operation]; 6] = [
    &decisions::OPERATIONS,
    &books::OPERATIONS,
    &vendors::OPERATIONS,
    &health::OPERATIONS,
    &documentation::OPERATIONS,
    &authoring::OPERATIONS,
];

/// The query parameter that asks for a past revision.
pub const PAST_REVISION: Parameter = Parameter {
    name: "revision",
    doc: "Digest of the revision to decide with: one in use or one of the vendor's past. The revision in use when left out.",
    format: Format::Digest,
    is_required: false,
    example: "b2b3205aeced1c7a4c3ad5c7a2a0b1b5d4f5c6a79f1a0c0f7c7b0f0b9f3f8d11",
};

const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";
const HTML: &str = "text/html";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const MARKDOWN: &str = "text/markdown";

const fn json(schema: &'static str) -> Media {
    Media { media: JSON, schema: Some(schema) }
}

const fn plain(media: &'static str) -> Media {
    Media { media, schema: None }
}

/// An answer with a body.
fn answer(media: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// An answer with a JSON document.
fn document(document: &impl Serialize) -> Result<Response<Body>, Problem> {
    let text = serde_json::to_vec(document)
        .map_err(|_| Problem::new(ProblemKind::Internal, "the answer could not be written"))?;
    Ok(answer(JSON, text))
}

/// An answer that names its revision; 304 when the caller has it already.
fn with_revision(headers: &HeaderMap, revision: &str, mut response: Response<Body>) -> Response<Body> {
    let tag = format!("\"{revision}\"");
    if let (Ok(etag), Ok(name)) = (HeaderValue::from_str(&tag), HeaderValue::from_str(revision)) {
        response.headers_mut().insert(ETAG, etag);
        response.headers_mut().insert(crate::server::http::call::REVISION, name);
    }
    if names(headers, &IF_NONE_MATCH, &tag) && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
    }
    response
}

/// Refuses a request whose `If-Match` names another revision.
fn if_match(headers: &HeaderMap, revision: &str) -> Result<(), Problem> {
    if !headers.contains_key(IF_MATCH) || names(headers, &IF_MATCH, &format!("\"{revision}\"")) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::RevisionChanged, format!("the revision in use is `{revision}`")))
}

/// True when the list of tags in the header has `tag`, or is `*`.
fn names(headers: &HeaderMap, header: &axum::http::HeaderName, tag: &str) -> bool {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|text| text.split(',')).map(|text| text.trim());
    tags.any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

/// Chooses what an answer is written as from `Accept`; the first of `offered` when the caller takes anything.
///
/// Of what the caller takes, the one it likes best, and of equals the first offered.
fn negotiate(headers: &HeaderMap, offered: &[&'static str]) -> Result<&'static str, Problem> {
    let mut wishes: Vec<(String, u16)> = Vec::new();
    for value in headers.get_all("accept") {
        for part in value.to_str().unwrap_or_default().split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let media = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let quality = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(1_000, thousandths);
            if !media.is_empty() {
                wishes.push((media, quality));
            }
        }
    }
    let first = offered.first().copied().unwrap_or(JSON);
    if wishes.is_empty() {
        return Ok(first);
    }
    let quality = |media: &str| {
        let family = media.split('/').next().unwrap_or_default();
        let rank = |wish: &str| match wish {
            wish if wish == media => 3,
            wish if wish.strip_suffix("/*") == Some(family) => 2,
            "*/*" => 1,
            _ => 0,
        };
        let best = wishes.iter().filter(|(wish, _)| rank(wish) > 0).max_by_key(|(wish, _)| rank(wish));
        best.map_or(0, |(_, quality)| *quality)
    };
    let best = offered.iter().rev().map(|media| (quality(media), *media)).filter(|(quality, _)| *quality > 0);
    match best.max_by_key(|(quality, _)| *quality) {
        Some((_, media)) => Ok(media),
        None => {
            let detail = format!("the answer can be written as `{}`", offered.join("`, `"));
            Err(Problem::new(ProblemKind::AcceptUnknown, detail))
        }
    }
}

/// `0.75` as 750; anything that is no quality counts as 1.
fn thousandths(text: &str) -> u16 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if whole != "0" || rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return 1_000;
    }
    format!("{rest:0<3}").parse().unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("accept", text.parse().unwrap());
        headers
    }

    #[test]
    fn the_form_of_an_answer_is_what_the_caller_likes_best() {
        let offered = [JSON, CSV, HTML];
        let chosen = |accept: &str| negotiate(&accepting(accept), &offered).ok();
        assert_eq!(negotiate(&HeaderMap::new(), &offered).ok(), Some(JSON));
        assert_eq!(chosen("*/*"), Some(JSON));
        assert_eq!(chosen("text/csv"), Some(CSV));
        assert_eq!(chosen("text/*"), Some(CSV));
        assert_eq!(chosen("text/html;q=0.9, text/csv;q=0.8"), Some(HTML));
        assert_eq!(chosen("text/html;q=0.5, */*;q=0.8"), Some(JSON));
        assert_eq!(chosen("application/json;q=0, text/csv"), Some(CSV));
        assert_eq!(chosen("image/png"), None);
        assert_eq!(chosen("application/json;q=0"), None);
    }

    #[test]
    fn a_tag_is_known_in_a_list_weak_or_as_a_star() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, "\"a\", W/\"b\"".parse().unwrap());
        assert!(names(&headers, &IF_NONE_MATCH, "\"a\"") && names(&headers, &IF_NONE_MATCH, "\"b\""));
        assert!(!names(&headers, &IF_NONE_MATCH, "\"c\""));
        headers.insert(IF_NONE_MATCH, "*".parse().unwrap());
        assert!(names(&headers, &IF_NONE_MATCH, "\"c\""));
    }
}
