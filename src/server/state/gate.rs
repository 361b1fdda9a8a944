//! Admission: tokens, origins, limits, and whether the server is shutting down.

use super::limits::ServerLimits;
use crate::server::http::access::{Access, Caller, Denied, Scope};
use crate::server::http::operation::Operation;
use crate::server::http::origin::{expect_local, expect_one_host};
use crate::server::http::problem::{Problem, ProblemKind};
use arc_swap::ArcSwap;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::sync::Arc;
use tokio::sync::watch;

/// Admission of requests.
pub struct Gate {
    access: ArcSwap<Access>,
    /// True when only programs on this machine can reach the server.
    is_local: bool,
    /// True when scripts of callers are checked.
    is_authoring: bool,
    /// Limits of the server.
    pub limits: ServerLimits,
    shutdown: watch::Receiver<bool>,
}

impl Gate {
    /// Returns a gate that is open until `shutdown` becomes true.
    pub fn new(
        access: Access,
        is_local: bool,
        is_authoring: bool,
        limits: ServerLimits,
        shutdown: watch::Receiver<bool>,
    ) -> Self {
        Self { access: ArcSwap::from_pointee(access), is_local, is_authoring, limits, shutdown }
    }

    /// Replaces the tokens.
    pub fn replace_access(&self, access: Access) {
        self.access.store(Arc::new(access));
    }

    /// Returns true when this server offers the operation.
    pub fn offers(&self, operation: &Operation) -> bool {
        self.is_authoring || operation.group != "authoring"
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
            expect_local(&parts.headers)?;
        }
        if operation.scope == Scope::Open {
            return Ok(Caller::anonymous());
        }
        let caller = access.caller(&parts.headers).map_err(|denied| problem(denied, operation.scope))?;
        caller.may(operation.scope, vendor).map_err(|denied| problem(denied, operation.scope))?;
        Ok(caller)
    }

    /// Returns the caller of a stream that is open already, if it may still read.
    pub fn reader(&self, headers: &HeaderMap) -> Option<Caller> {
        let caller = self.access.load().caller(headers).ok()?;
        caller.may(Scope::Read, None).is_ok().then_some(caller)
    }
}

fn problem(denied: Denied, scope: Scope) -> Problem {
    match denied {
        Denied::Unknown => Problem::new(ProblemKind::TokenMissing, "the request has no valid token"),
        Denied::Scope => {
            let detail = format!("the token does not allow `{}` here", scope.as_str());
            Problem::new(ProblemKind::ScopeMissing, detail)
        }
    }
}
