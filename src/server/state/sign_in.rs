//! Signing in: sessions, attempts, the proxies that are trusted, and room for the hashes of passwords.

use super::attempts::Attempts;
use super::sessions::{SessionTimes, Sessions};
use crate::server::http::client::{Client, TrustedProxy};
use crate::server::http::problem::{Problem, ProblemKind};
use axum::http::request::Parts;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Hashes of passwords that are computed at the same time; each takes 19 MiB and a core.
const HASHES: usize = 2;
/// Attempts that wait for a hash, with those that are computed; more are refused, so that they take no place of others.
const WAITING: usize = 32;

/// Options of signing in.
#[derive(Debug, Clone, Default)]
pub struct SignInOptions {
    /// Persons sign in with passwords; without tokens, requests need a session.
    pub has_passwords: bool,
    /// Time after which sessions end.
    pub times: SessionTimes,
    /// Proxies whose fields about their clients count.
    pub proxies: Vec<TrustedProxy>,
}

/// Sessions of persons, and the way to begin one.
#[derive(Debug)]
pub struct SignIn {
    /// The sessions.
    pub sessions: Sessions,
    /// The failed attempts.
    pub attempts: Attempts,
    proxies: Vec<TrustedProxy>,
    has_tls: bool,
    hashes: Semaphore,
    waiting: Semaphore,
}

/// Room for the hash of a password, until it is dropped.
pub struct Room<'s> {
    _hash: SemaphorePermit<'s>,
    _waiting: SemaphorePermit<'s>,
}

impl SignIn {
    /// Returns no sessions yet; `has_tls` is true when this server speaks TLS.
    pub fn new(options: SignInOptions, has_tls: bool) -> Self {
        let (sessions, attempts) = (Sessions::new(options.times), Attempts::default());
        let (hashes, waiting) = (Semaphore::new(HASHES), Semaphore::new(WAITING));
        Self { sessions, attempts, proxies: options.proxies, has_tls, hashes, waiting }
    }

    /// Returns the client of a request.
    pub fn client(&self, parts: &Parts) -> Client {
        Client::of(parts, &self.proxies, self.has_tls)
    }

    /// Waits until a hash may be computed; refuses when too many wait already.
    pub async fn room(&self) -> Result<Room<'_>, Problem> {
        let busy = || Problem::new(ProblemKind::Overloaded, "too many persons sign in at the same time");
        let waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        let hash = self.hashes.acquire().await.map_err(|_| busy())?;
        Ok(Room { _hash: hash, _waiting: waiting })
    }
}
