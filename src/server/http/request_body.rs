//! The body of a request, before it is read.

use super::context::Context;
use super::problem::{Problem, ProblemKind};
use crate::finding::{Finding, Findings, Place};
use crate::request::RequestFault;
use crate::server::wire::body::{self, BodyLimits, BodyMemory, Encoding, Reserved};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use std::convert::Infallible;
use std::sync::Arc;

/// Longest explanation of a document that does not parse, in characters.
const MAX_EXPLANATION: usize = 200;

/// The body of a request with its header fields; handlers take it as their last argument.
pub struct RequestBody {
    headers: HeaderMap,
    body: Body,
    /// Name of the token, and its limit of memory.
    caller: (Option<Arc<str>>, Option<usize>),
}

impl RequestBody {
    /// Refuses a body whose media type is not one of these; returns the one it has.
    pub fn expect_media(&self, allowed: &[&'static str]) -> Result<&'static str, Problem> {
        let text = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let found = text.map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        let known = found.as_deref().and_then(|found| allowed.iter().find(|allowed| **allowed == found));
        known.copied().ok_or_else(|| {
            let found = found.map_or_else(|| "no media type".to_owned(), |media| format!("the media type `{media}`"));
            let detail = format!("the body has {found}; send `{}`", allowed.join("` or `"));
            Problem::new(ProblemKind::MediaTypeUnknown, detail)
        })
    }

    /// Returns true when the header states a media type.
    pub fn has_media(&self) -> bool {
        self.headers.contains_key(CONTENT_TYPE)
    }

    /// Returns the length that the header states.
    pub fn stated_length(&self) -> Option<u64> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// Returns the encoding that the header states; any other than gzip is refused.
    pub fn encoding(&self) -> Result<Encoding, Problem> {
        let mut encodings = self.headers.get_all(CONTENT_ENCODING).iter();
        let first = encodings.next().map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
        let unknown = |detail: String| Problem::new(ProblemKind::MediaTypeUnknown, detail);
        match (first.as_deref(), encodings.next()) {
            (None | Some("identity" | ""), None) => Ok(Encoding::Plain),
            (Some("gzip"), None) => Ok(Encoding::Gzip),
            (Some(other), None) => {
                Err(unknown(format!("the body is encoded as `{other}`; send it unencoded or as `gzip`")))
            }
            (_, Some(_)) => Err(unknown("the body is encoded more than once".to_owned())),
        }
    }

    /// Refuses an encoded body, because a batch is read while it arrives.
    pub fn expect_streamable(&self) -> Result<(), Problem> {
        if !self.headers.contains_key(CONTENT_ENCODING) {
            return Ok(());
        }
        let detail = "a batch is read while it arrives and cannot be compressed; send it unencoded";
        Err(Problem::new(ProblemKind::MediaTypeUnknown, detail))
    }

    /// Reads the whole body; as long as the bytes are used they count in `memory`.
    pub async fn read(self, limits: BodyLimits, memory: &Arc<BodyMemory>) -> Result<Bytes, Problem> {
        let (encoding, length) = (self.encoding()?, self.stated_length());
        let account = memory.of(self.caller.0, self.caller.1);
        Ok(body::read(self.body, length, encoding, limits, &account).await?)
    }

    /// Reserves memory for a body that is read as a stream.
    pub fn reserve(&self, bytes: usize, memory: &Arc<BodyMemory>) -> Result<Reserved, Problem> {
        Ok(memory.of(self.caller.0.clone(), self.caller.1).reserve(bytes)?)
    }

    /// Returns the body as a stream of bytes.
    pub fn into_stream(self) -> axum::body::BodyDataStream {
        self.body.into_data_stream()
    }
}

impl<S: Send + Sync> FromRequest<S> for RequestBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let (parts, body) = request.into_parts();
        let caller = parts.extensions.get::<Context>().map(|context| &context.caller);
        let caller = caller.map(|caller| (caller.name.clone(), caller.limits.bodies)).unwrap_or_default();
        Ok(Self { headers: parts.headers, body, caller })
    }
}

/// Reads a small document of a request; a problem has the place of the member that does not fit.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let document = serde_path_to_error::deserialize(&mut reader);
    let document = document.map_err(|error| not_expected(pointer(error.path()), error.inner()))?;
    reader.end().map_err(|error| not_expected(String::new(), &error))?;
    Ok(document)
}

fn not_expected(pointer: String, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // The document is too small for a line and a column to help.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let why: String = text.chars().filter(|c| !c.is_control()).take(MAX_EXPLANATION).collect();
    let fault = RequestFault::NotThisDocument { reason: format!("the body is not the expected document: {why}") };
    let place = Place::Member { file: "body".to_owned(), pointer, value: String::new() };
    Problem::from_findings(ProblemKind::BodyMalformed, &Findings::from(Finding::from(fault).at(place)))
}

/// The JSON pointer (RFC 6901) of a path.
fn pointer(path: &Path) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}
