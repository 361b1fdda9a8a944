//! Responses stored for requests repeated with the same `Idempotency-Key`.
//!
//! When the limit is reached, the oldest response of the caller with the most bytes is removed: no caller can remove what
//! is stored for another one. Replicas that share their state share the responses too: a key is decided once by all of
//! them.

use crate::server::fleet::shared::{self, Begun, Claim, SharedState};
use crate::server::fleet::waiting::waiting;
use crate::server::http::idempotency::{Idempotency, RequestKey};
use crate::server::http::problem::{Problem, ProblemKind};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Lifetime of a stored response.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// Bytes of all stored responses.
const MAX_BYTES: usize = 64 << 20;
/// Most stored responses.
const MAX_RESPONSES: usize = 10_000;
const REPEATED: HeaderName = HeaderName::from_static("idempotency-replayed");

struct Stored {
    request: blake3::Hash,
    since: Instant,
    /// `None` while the request is in progress.
    response: Option<(StatusCode, HeaderMap, Bytes)>,
}

#[derive(Default)]
struct Store {
    responses: BTreeMap<RequestKey, Stored>,
    bytes: usize,
}

/// The stored responses: of this process, or those that replicas share.
#[derive(Default)]
pub struct StoredResponses {
    own: Mutex<Store>,
    shared: Option<Arc<dyn SharedState>>,
}

/// The parts of a response.
type Parts = (StatusCode, HeaderMap, Bytes);

impl StoredResponses {
    /// Returns responses that replicas share.
    pub fn shared(shared: Arc<dyn SharedState>) -> Self {
        Self { own: Mutex::default(), shared: Some(shared) }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.own.lock()
    }

    /// Returns the response stored for this request, or makes one with `make` and stores it.
    ///
    /// Requests without a key are always made. A response of 500 or more is not stored, because a retry can succeed. Nor
    /// is one with 404, 412, 428 or 429: nothing was decided, and the same request can succeed once the caller has stored
    /// the book, read the new revision or version, or waited.
    pub async fn once(
        &self,
        idempotency: &Idempotency,
        body: &[u8],
        make: impl Future<Output = Result<Response<Body>, Problem>>,
    ) -> Result<Response<Body>, Problem> {
        let Some(key) = &idempotency.key else { return make.await };
        if let Some(shared) = &self.shared {
            return once_of_all(shared, key, idempotency, body, make).await;
        }
        if let Some(response) = self.begin(key, idempotency.digest(body))? {
            return Ok(response);
        }
        // However the making ends, even by being dropped, the key must not stay in flight.
        let mut unfinished = Unfinished { responses: self, key: Some(key) };
        let (response, parts) = assembled(idempotency, make.await).await?;
        if let Some(key) = unfinished.key.take() {
            self.store_response(key, parts);
        }
        Ok(response)
    }

    fn begin(&self, key: &RequestKey, request: blake3::Hash) -> Result<Option<Response<Body>>, Problem> {
        let mut store = self.store();
        store.forget_old();
        match store.responses.get(key) {
            Some(stored) if stored.request != request => Err(mismatch()),
            Some(Stored { response: None, .. }) => Err(in_flight()),
            Some(Stored { response: Some(parts), .. }) => Ok(Some(repeated(parts.clone()))),
            None => {
                store.responses.insert(key.clone(), Stored { request, since: Instant::now(), response: None });
                Ok(None)
            }
        }
    }

    fn store_response(&self, key: &RequestKey, response: (StatusCode, HeaderMap, Bytes)) {
        let mut store = self.store();
        let bytes = response.2.len();
        if let Some(stored) = store.responses.get_mut(key) {
            stored.response = Some(response);
            store.bytes += bytes;
        }
        while store.bytes > MAX_BYTES || store.responses.len() > MAX_RESPONSES {
            let Some(oldest) = store.oldest_of_largest() else { break };
            store.forget(&oldest);
        }
    }
}

fn mismatch() -> Problem {
    Problem::new(ProblemKind::IdempotencyMismatch, "this `Idempotency-Key` was used before with another request")
}

fn in_flight() -> Problem {
    let problem =
        Problem::new(ProblemKind::IdempotencyInFlight, "a request with this `Idempotency-Key` is in progress");
    Problem { retry_after: Some(1), ..problem }
}

/// Returns a stored response for a repeated request.
fn repeated((status, headers, bytes): Parts) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    response.headers_mut().insert(REPEATED, HeaderValue::from_static("true"));
    response
}

/// Returns the response to send, and its parts to store; a problem for which nothing is stored is returned as it is.
async fn assembled(
    idempotency: &Idempotency,
    made: Result<Response<Body>, Problem>,
) -> Result<(Response<Body>, Parts), Problem> {
    let made = match made {
        Ok(response) => response,
        Err(problem) if problem.status < 500 && !matches!(problem.status, 404 | 412 | 428 | 429) => {
            problem.about(&idempotency.context.request_id, &idempotency.context.path).response()
        }
        Err(problem) => return Err(problem),
    };
    let (parts, body) = made.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes);
    let bytes = bytes.map_err(|_| Problem::new(ProblemKind::Internal, "the response could not be assembled"))?;
    let stored = (parts.status, parts.headers.clone(), bytes.clone());
    Ok((Response::from_parts(parts, Body::from(bytes)), stored))
}

/// Returns the response that any replica has stored for this request, or makes one with `make` and stores it for all.
async fn once_of_all(
    shared: &Arc<dyn SharedState>,
    key: &RequestKey,
    idempotency: &Idempotency,
    body: &[u8],
    make: impl Future<Output = Result<Response<Body>, Problem>>,
) -> Result<Response<Body>, Problem> {
    let request = shared::Repeatable {
        key: *key.digest().as_bytes(),
        digest: *idempotency.digest(body).as_bytes(),
        caller: key.caller().unwrap_or_default().to_owned(),
    };
    let again = request.clone();
    let claim = match waiting(shared, move |shared| shared.begin(request)).await? {
        Begun::Claimed(claim) => claim,
        Begun::InFlight => return Err(in_flight()),
        Begun::Mismatch => return Err(mismatch()),
        Begun::Decided(response) => return Ok(repeated(parts_of(response))),
    };
    // However the making ends, even by being dropped, the key must not stay in flight.
    let mut claimed = Claimed { shared, claim: Some(claim) };
    let (response, parts) = assembled(idempotency, make.await).await?;
    if parts.2.len() > MAX_BYTES {
        return Ok(response);
    }
    let Some(claim) = claimed.claim.take() else { return Ok(response) };
    if waiting(shared, move |shared| shared.finish(claim, stored_form(parts))).await? {
        return Ok(response);
    }
    // This replica was taken for gone, and another one decides: its response is the one.
    match waiting(shared, move |shared| shared.begin(again)).await? {
        Begun::Decided(response) => Ok(repeated(parts_of(response))),
        Begun::Claimed(claim) => {
            shared.abandon(claim);
            Err(in_flight())
        }
        Begun::InFlight | Begun::Mismatch => Err(in_flight()),
    }
}

fn stored_form((status, headers, bytes): Parts) -> shared::Response {
    let text = |(name, value): (&HeaderName, &HeaderValue)| Some((name.to_string(), value.to_str().ok()?.to_owned()));
    shared::Response {
        status: status.as_u16(),
        headers: headers.iter().filter_map(text).collect(),
        body: bytes.to_vec(),
    }
}

fn parts_of(response: shared::Response) -> Parts {
    let field = |(name, value): &(String, String)| Some((name.parse().ok()?, value.parse().ok()?));
    let headers: HeaderMap = response.headers.iter().filter_map(field).collect();
    (StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), headers, response.body.into())
}

/// Gives a claim back when its request got no response.
struct Claimed<'a> {
    shared: &'a Arc<dyn SharedState>,
    claim: Option<Claim>,
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        if let Some(claim) = self.claim.take() {
            self.shared.abandon(claim);
        }
    }
}

impl Store {
    /// Returns the oldest response of the caller with most bytes, or with most responses if these are too many.
    fn oldest_of_largest(&self) -> Option<RequestKey> {
        let has_bytes = self.bytes > MAX_BYTES;
        let mut shares: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        let done =
            || self.responses.iter().filter_map(|(key, stored)| Some((key, stored.since, stored.response.as_ref()?)));
        for (key, _, (_, _, bytes)) in done() {
            *shares.entry(key.caller()).or_default() += if has_bytes { bytes.len() } else { 1 };
        }
        let (largest, _) = shares.into_iter().max_by_key(|(_, share)| *share)?;
        let its_own = done().filter(|(key, ..)| key.caller() == largest);
        its_own.min_by_key(|(_, since, _)| *since).map(|(key, ..)| key.clone())
    }

    fn forget(&mut self, key: &RequestKey) {
        if let Some(Stored { response: Some((_, _, bytes)), .. }) = self.responses.remove(key) {
            self.bytes -= bytes.len();
        }
    }

    fn forget_old(&mut self) {
        let old: Vec<RequestKey> = self
            .responses
            .iter()
            .filter(|(_, stored)| stored.response.is_some() && stored.since.elapsed() > LIFETIME)
            .map(|(key, _)| key.clone())
            .collect();
        old.iter().for_each(|key| self.forget(key));
    }
}

/// Takes the key out of flight when its request got no response.
struct Unfinished<'a> {
    responses: &'a StoredResponses,
    key: Option<&'a RequestKey>,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.responses.store().responses.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_removes_no_response_of_another() {
        let responses = StoredResponses::default();
        let key = |caller: &str, at: usize| RequestKey::new(caller, "/v1/reload", &at.to_string());
        let store = |key: &RequestKey, bytes: usize| {
            drop(responses.begin(key, blake3::hash(b"")));
            let response = (StatusCode::OK, HeaderMap::new(), Bytes::from(vec![b' '; bytes]));
            responses.store_response(key, response);
        };
        let has = |key: &RequestKey| responses.store().responses.contains_key(key);
        store(&key("orders", 0), 100);
        (0..=MAX_RESPONSES).for_each(|at| store(&key("flood", at), 1));
        assert!(has(&key("orders", 0)) && !has(&key("flood", 0)) && has(&key("flood", MAX_RESPONSES)));
        (0..3).for_each(|at| store(&key("large", at), MAX_BYTES / 2));
        assert!(has(&key("orders", 0)) && !has(&key("large", 0)) && has(&key("large", 2)));
        assert!(responses.store().bytes <= MAX_BYTES);
    }
}
