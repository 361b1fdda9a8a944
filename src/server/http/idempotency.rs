//! The header `Idempotency-Key`: which requests are the same.

use super::context::Context;
use super::problem::{Problem, ProblemKind};
use crate::ledger::Once;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Longest key.
const MAX_KEY: usize = 255;
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Header fields that make two requests with one key different.
const COMPARED: [&str; 3] = ["accept", "content-type", "if-match"];

/// Identity of a repeatable request: caller, path and key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestKey {
    caller: Option<String>,
    path: String,
    key: String,
}

impl RequestKey {
    #[cfg(test)]
    pub fn new(caller: &str, path: &str, key: &str) -> Self {
        Self { caller: Some(caller.to_owned()), path: path.to_owned(), key: key.to_owned() }
    }

    /// Returns the digest of caller, path and key.
    pub fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let parts = [self.caller.as_deref().unwrap_or_default(), &self.path, &self.key];
        parts.iter().for_each(|part| add(&mut hasher, part.as_bytes()));
        hasher.finalize()
    }

    /// Returns the name of the caller's token.
    pub fn caller(&self) -> Option<&str> {
        self.caller.as_deref()
    }
}

/// Idempotency of a request; handlers take it as an argument.
#[derive(Debug)]
pub struct Idempotency {
    /// Key of the request; `None` when its header has none.
    pub key: Option<RequestKey>,
    /// Context, for responses that are stored.
    pub context: Context,
    head: blake3::Hasher,
}

impl Idempotency {
    /// Returns the key and the digest under which the ledger knows the request; `None` without a key.
    pub fn once(&self, body: &[u8]) -> Option<Once> {
        let key = self.key.as_ref()?.digest();
        Some(Once { key: key.to_hex().to_string(), digest: self.digest(body).to_hex().to_string() })
    }

    /// Returns the digest of what makes two requests the same: query, media types, expected revision and body.
    pub fn digest(&self, body: &[u8]) -> blake3::Hash {
        let mut hasher = self.head.clone();
        add(&mut hasher, body);
        hasher.finalize()
    }
}

fn add(hasher: &mut blake3::Hasher, part: &[u8]) {
    hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
}

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let context = Context::from_request_parts(parts, state).await?;
        let key = key_of(&parts.headers)?.map(|key| RequestKey {
            caller: context.caller_name().map(str::to_owned),
            path: context.path.clone(),
            key,
        });
        let mut head = blake3::Hasher::new();
        add(&mut head, parts.uri.query().unwrap_or_default().as_bytes());
        for name in COMPARED {
            add(&mut head, parts.headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default());
        }
        Ok(Self { key, context, head })
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(first) = keys.next() else { return Ok(None) };
    let text = first.to_str().ok().map(str::trim).filter(|text| (1..=MAX_KEY).contains(&text.len()));
    match (text, keys.next()) {
        (Some(text), None) => Ok(Some(text.to_owned())),
        _ => {
            let detail = format!("`Idempotency-Key` must be one string of 1 to {MAX_KEY} visible characters");
            Err(Problem::new(ProblemKind::ParameterInvalid, detail))
        }
    }
}
