//! Answers kept for requests that are sent again with the same `Idempotency-Key`.

use crate::server::http::call::Call;
use crate::server::http::problem::{Problem, ProblemKind};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Bytes of all answers that are kept; the oldest give way.
const MAX_BYTES: usize = 64 << 20;
/// Answers that are kept.
const MAX_ANSWERS: usize = 10_000;
/// Longest key.
const MAX_KEY: usize = 255;
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPEATED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Caller, operation and key.
type Id = (Option<String>, String, String);

struct Kept {
    request: blake3::Hash,
    since: Instant,
    /// `None` while it is being made.
    answer: Option<(StatusCode, HeaderMap, Bytes)>,
}

#[derive(Default)]
struct Store {
    answers: BTreeMap<Id, Kept>,
    bytes: usize,
}

/// The answers.
#[derive(Default)]
pub struct KeptAnswers(Mutex<Store>);

impl KeptAnswers {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock()
    }

    /// Gives the answer kept for this request, or makes one with `make` and keeps it.
    ///
    /// Requests without a key are made always. An answer of 500 or more is not kept: trying again makes sense. Nor is
    /// that something is not there, or is another one now: whoever keeps the book, or looks again, asks the same once
    /// more, and nothing was decided.
    pub async fn once(
        &self,
        call: &Call,
        body: &[u8],
        make: impl Future<Output = Result<Response<Body>, Problem>>,
    ) -> Result<Response<Body>, Problem> {
        let Some(key) = key_of(&call.headers)? else { return make.await };
        let id: Id = (call.who().map(str::to_owned), call.uri.path().to_owned(), key);
        let request = digest(call, body);
        if let Some(response) = self.begin(&id, request)? {
            return Ok(response);
        }
        // Whatever happens to the making, even that it is dropped, the key must not stay in flight.
        let mut unfinished = Unfinished { answers: self, id: Some(id) };
        let made = match make.await {
            Ok(response) => response,
            Err(problem) if problem.status < 500 && !matches!(problem.status, 404 | 412 | 429) => {
                problem.about(call).response()
            }
            Err(problem) => return Err(problem),
        };
        let (parts, body) = made.into_parts();
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes);
        let bytes = bytes.map_err(|_| Problem::new(ProblemKind::Internal, "the answer could not be put together"))?;
        if let Some(id) = unfinished.id.take() {
            self.keep(&id, (parts.status, parts.headers.clone(), bytes.clone()));
        }
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }

    fn begin(&self, id: &Id, request: blake3::Hash) -> Result<Option<Response<Body>>, Problem> {
        let mut store = self.store();
        store.forget_old();
        match store.answers.get(id) {
            Some(kept) if kept.request != request => Err(Problem::new(
                ProblemKind::IdempotencyMismatch,
                "this `Idempotency-Key` came before with another request",
            )),
            Some(Kept { answer: None, .. }) => Err(Problem::new(
                ProblemKind::IdempotencyInFlight,
                "a request with this `Idempotency-Key` is being answered",
            )),
            Some(Kept { answer: Some((status, headers, bytes)), .. }) => {
                let mut response = Response::new(Body::from(bytes.clone()));
                (*response.status_mut(), *response.headers_mut()) = (*status, headers.clone());
                response.headers_mut().insert(REPEATED, HeaderValue::from_static("true"));
                Ok(Some(response))
            }
            None => {
                store.answers.insert(id.clone(), Kept { request, since: Instant::now(), answer: None });
                Ok(None)
            }
        }
    }

    fn keep(&self, id: &Id, answer: (StatusCode, HeaderMap, Bytes)) {
        let mut store = self.store();
        let bytes = answer.2.len();
        if let Some(kept) = store.answers.get_mut(id) {
            kept.answer = Some(answer);
            store.bytes += bytes;
        }
        while store.bytes > MAX_BYTES || store.answers.len() > MAX_ANSWERS {
            let done = store.answers.iter().filter(|(_, kept)| kept.answer.is_some());
            let Some(oldest) = done.min_by_key(|(_, kept)| kept.since).map(|(id, _)| id.clone()) else { break };
            store.forget(&oldest);
        }
    }
}

impl Store {
    fn forget(&mut self, id: &Id) {
        if let Some(Kept { answer: Some((_, _, bytes)), .. }) = self.answers.remove(id) {
            self.bytes -= bytes.len();
        }
    }

    fn forget_old(&mut self) {
        let old: Vec<Id> = self
            .answers
            .iter()
            .filter(|(_, kept)| kept.answer.is_some() && kept.since.elapsed() > KEPT)
            .map(|(id, _)| id.clone())
            .collect();
        old.iter().for_each(|id| self.forget(id));
    }
}

/// Takes the key out of flight when its request came to nothing.
struct Unfinished<'a> {
    answers: &'a KeptAnswers,
    id: Option<Id>,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(id) = &self.id {
            self.answers.store().answers.remove(id);
        }
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(first) = keys.next() else { return Ok(None) };
    let text = first.to_str().ok().map(str::trim).filter(|text| (1..=MAX_KEY).contains(&text.len()));
    match (text, keys.next()) {
        (Some(text), None) => Ok(Some(text.to_owned())),
        _ => {
            let detail = format!("`Idempotency-Key` must be one text of 1 to {MAX_KEY} visible characters");
            Err(Problem::new(ProblemKind::ParameterInvalid, detail))
        }
    }
}

/// What makes two requests the same: path, query, the form asked for, and the body.
fn digest(call: &Call, body: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    let text = |name: &str| call.headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
    for part in
        [call.uri.query().unwrap_or_default().as_bytes(), text("accept"), text("content-type"), text("if-match"), body]
    {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.finalize()
}
