//! Admission: tokens, origins, limits, accounts of callers, and whether the server is shutting down.

use super::callers::{Callers, InUse, Use};
use super::limits::ServerLimits;
use super::sign_in::SignIn;
use crate::audit::TokenChanges;
use crate::server::http::access::{Access, Caller, CallerSession, Denied, Scope};
use crate::server::http::cookie;
use crate::server::http::credentials::Credentials;
use crate::server::http::operation::Operation;
use crate::server::http::origin::{expect_local, expect_one_host, expect_own_page};
use crate::server::http::problem::{Problem, ProblemKind};
use arc_swap::ArcSwap;
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// Group of the operations that are available whatever callers do.
pub const HEALTH: &str = "health";

/// Group of the operations on plans of record.
pub const PLANS: &str = "plans";

/// Group of the pages of the workbench.
pub const WORKBENCH: &str = "workbench";

/// Groups of operations that an option turns on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offered {
    /// Scripts of callers are checked.
    pub authoring: bool,
    /// The server has a ledger.
    pub ledger: bool,
    /// The workbench is served.
    pub workbench: bool,
}

/// A way into the server, with its own access rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// `--listen`: everything, by tokens.
    Main,
    /// `--admin-listen`: health, metrics and version, without tokens.
    Admin,
}

/// Admission of requests.
pub struct Gate {
    door: Door,
    access: ArcSwap<Access>,
    /// True when only programs on this machine can reach the server.
    is_local: bool,
    /// Hosts whose requests are accepted beside those of this machine.
    allowed_hosts: Vec<String>,
    /// Groups that options turn on.
    offered: Offered,
    /// Sessions of persons.
    pub sign_in: Arc<SignIn>,
    /// Limits of the server.
    pub limits: ServerLimits,
    /// Accounts of callers.
    pub callers: Arc<Callers>,
    shutdown: watch::Receiver<bool>,
}

impl Gate {
    /// Returns a gate that is open until `shutdown` becomes true.
    pub fn new(
        access: Access,
        is_local: bool,
        offered: Offered,
        limits: ServerLimits,
        shutdown: watch::Receiver<bool>,
    ) -> Self {
        let (access, callers) = (ArcSwap::from_pointee(access), Callers::new(&limits));
        let (allowed_hosts, sign_in) = (Vec::new(), Arc::new(SignIn::new(Default::default(), false)));
        Self { door: Door::Main, access, is_local, allowed_hosts, offered, sign_in, limits, callers, shutdown }
    }

    /// Returns the gate with these sessions.
    pub fn with_sessions(self, sign_in: SignIn) -> Self {
        Self { sign_in: Arc::new(sign_in), ..self }
    }

    /// Returns the hosts whose requests are accepted beside those of this machine.
    pub fn allowed_hosts(&self) -> &[String] {
        &self.allowed_hosts
    }

    /// Returns true when persons sign in here; without tokens and passwords, everyone may do everything.
    pub fn takes_passwords(&self) -> bool {
        self.access.load().is_guarded()
    }

    /// Returns the gate, open for requests to these hosts as well.
    pub fn allowing(self, allowed_hosts: Vec<String>) -> Self {
        Self { allowed_hosts, ..self }
    }

    /// Returns the gate of the admin address; `is_local` is true when only programs on this machine can reach it.
    pub fn admin(&self, is_local: bool) -> Self {
        Self {
            door: Door::Admin,
            access: ArcSwap::from_pointee(Access::open()),
            is_local,
            allowed_hosts: self.allowed_hosts.clone(),
            offered: Offered::default(),
            sign_in: Arc::clone(&self.sign_in),
            limits: self.limits,
            callers: Arc::clone(&self.callers),
            shutdown: self.shutdown.clone(),
        }
    }

    /// Returns true for the admin addresses.
    pub fn is_admin(&self) -> bool {
        self.door == Door::Admin
    }

    /// Replaces the tokens; returns the names of those that changed.
    pub fn replace_access(&self, access: Access) -> TokenChanges {
        let access = Arc::new(access);
        self.access.swap(Arc::clone(&access)).changes_to(&access)
    }

    /// Returns true when the operation has a path here, also when it is not offered.
    pub fn knows(&self, operation: &Operation) -> bool {
        self.door == Door::Main || operation.group == HEALTH
    }

    /// Returns the option of `serve` without which the operation is not offered here; `None` when it is offered.
    pub fn lacks(&self, operation: &Operation) -> Option<&'static str> {
        let (is_offered, option) = match operation.group {
            "authoring" => (self.offered.authoring, "--authoring"),
            PLANS => (self.offered.ledger, "--ledger FILE"),
            WORKBENCH => (self.offered.workbench, "--workbench"),
            _ => (true, ""),
        };
        (!is_offered).then_some(option)
    }

    /// Returns true when files of vendors can be checked here.
    pub fn has_authoring(&self) -> bool {
        self.offered.authoring
    }

    /// Returns the path to which a request for the root is sent.
    pub fn start_page(&self) -> &'static str {
        if self.offered.workbench { "/workbench/" } else { "/docs" }
    }

    /// Returns true from the moment the server shuts down.
    pub fn is_shutting_down(&self) -> bool {
        *self.shutdown.borrow()
    }

    /// Returns a receiver that becomes true when the server shuts down.
    pub fn shutdown(&self) -> watch::Receiver<bool> {
        self.shutdown.clone()
    }

    /// Admits a request to an operation; `vendor` is the one in its path.
    pub fn admit(&self, operation: &Operation, parts: &Parts, vendor: Option<&str>) -> Result<Caller, Problem> {
        expect_one_host(&parts.uri, &parts.headers)?;
        let access = self.access.load();
        if !access.is_guarded() && self.is_local {
            expect_local(&parts.headers, &self.allowed_hosts)?;
        }
        if operation.scope == Scope::Open {
            let reader =
                access.caller(Credentials::of(parts)).ok().filter(|caller| caller.may(Scope::Read, None).is_ok());
            return Ok(reader.unwrap_or_else(Caller::stranger));
        }
        let caller = match self.of_session(parts) {
            Some(caller) if access.is_guarded() => caller,
            _ => by_credentials(&access, &Credentials::of(parts), operation.scope)?,
        };
        caller.may(operation.scope, vendor).map_err(|denied| problem(denied, operation.scope))?;
        if caller.session.is_some() && !matches!(parts.method, Method::GET | Method::HEAD) {
            expect_own_page(parts, &self.allowed_hosts)?;
        }
        Ok(caller)
    }

    /// Returns the person of the session that a request names, in place of a token.
    fn of_session(&self, parts: &Parts) -> Option<Caller> {
        if parts.headers.contains_key(AUTHORIZATION) {
            return None;
        }
        let secret = cookie::read(&parts.headers, self.sign_in.client(parts).is_secure)?;
        let (key, session) = self.sign_in.sessions.using(secret, Instant::now())?;
        Some(Caller::of_session(&session.person, CallerSession { key, password: session.password }))
    }

    /// Begins an admitted request in the account of its caller; health and metrics are in no account.
    pub fn begin(&self, operation: &Operation, caller: &Caller) -> Result<Option<InUse>, Problem> {
        (operation.group != HEALTH).then(|| self.callers.begin(caller, Use::Request)).transpose()
    }

    /// Returns the caller of a stream that is open already, if it may still read.
    pub fn reader(&self, credentials: &Credentials) -> Option<Caller> {
        self.still(credentials, Scope::Read, None)
    }

    /// Returns the caller of a stream that is open already, if it may still use operations of `scope` on `vendor`.
    pub fn still(&self, credentials: &Credentials, scope: Scope, vendor: Option<&str>) -> Option<Caller> {
        let caller = self.access.load().caller(credentials).ok()?;
        caller.may(scope, vendor).is_ok().then_some(caller)
    }

    /// Returns the caller of a stream that began with a session or a token, as [`Gate::still`] does.
    pub fn remains(
        &self,
        before: &Caller,
        credentials: &Credentials,
        scope: Scope,
        vendor: Option<&str>,
    ) -> Option<Caller> {
        match &before.session {
            Some(session) => self.sign_in.sessions.is_open(&session.key, Instant::now()).then(|| before.clone()),
            None => self.still(credentials, scope, vendor),
        }
    }
}

/// Returns the caller whom a token or a client certificate names.
fn by_credentials(access: &Access, credentials: &Credentials, scope: Scope) -> Result<Caller, Problem> {
    access.caller(credentials).map_err(|denied| {
        if let (Denied::Certificate | Denied::CertificateExpired, Some(shown)) = (denied, &credentials.certificate) {
            let names = shown.names.join(" ");
            tracing::warn!(names, "a client certificate names no caller that may ask: {denied:?}");
        }
        problem(denied, scope)
    })
}

fn problem(denied: Denied, scope: Scope) -> Problem {
    match denied {
        Denied::Early(date) => Problem::new(ProblemKind::TokenMissing, format!("the token is not valid before {date}")),
        Denied::Expired(date) => Problem::new(ProblemKind::TokenMissing, format!("the token was valid through {date}")),
        Denied::Certificate => {
            Problem::new(ProblemKind::TokenMissing, "the client certificate is not that of one caller of this server")
        }
        Denied::CertificateExpired => Problem::new(ProblemKind::TokenMissing, "the client certificate has expired"),
        Denied::Unknown => Problem::new(ProblemKind::TokenMissing, "the request has no valid token and no session"),
        Denied::Scope => {
            let detail = format!("the token does not allow `{}` here", scope.as_str());
            Problem::new(ProblemKind::ScopeMissing, detail)
        }
    }
}
