//! Signing in: sessions, attempts, the proxies that are trusted, and room for the hashes of passwords.

use super::attempts::Attempts;
use super::sessions::{SessionTimes, Sessions};
use crate::server::http::client::{Client, TrustedProxy};
use crate::server::http::problem::{Problem, ProblemKind};
use axum::http::request::Parts;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Hashes of passwords that are computed at the same time; each takes 19 MiB and a core.
const HASHES: usize = 2;

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
}

impl SignIn {
    /// Returns no sessions yet; `has_tls` is true when this server speaks TLS.
    pub fn new(options: SignInOptions, has_tls: bool) -> Self {
        let (sessions, attempts) = (Sessions::new(options.times), Attempts::default());
        Self { sessions, attempts, proxies: options.proxies, has_tls, hashes: Semaphore::new(HASHES) }
    }

    /// Returns the client of a request.
    pub fn client(&self, parts: &Parts) -> Client {
        Client::of(parts, &self.proxies, self.has_tls)
    }

    /// Waits until a hash may be computed.
    pub async fn room(&self) -> Result<SemaphorePermit<'_>, Problem> {
        let room = self.hashes.acquire().await;
        room.map_err(|_| Problem::new(ProblemKind::ShuttingDown, "the server is shutting down"))
    }
}
