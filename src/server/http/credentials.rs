//! Credentials of a request: its token, and the certificate of its connection.

use crate::server::wire::certificate::ClientCertificate;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;

/// Credentials of a request; handlers of long streams take them as an argument.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    authorization: Option<String>,
    /// Certificate of the client; `None` when it showed none.
    pub certificate: Option<Arc<ClientCertificate>>,
}

impl Credentials {
    /// Returns the credentials of a request.
    pub fn of(parts: &Parts) -> Self {
        Self { certificate: parts.extensions.get::<Arc<ClientCertificate>>().cloned(), ..Self::from(&parts.headers) }
    }

    /// Returns true when the request has a header for a token, of whatever form.
    pub fn has_authorization(&self) -> bool {
        self.authorization.is_some()
    }

    /// Returns the token of the request; `None` when it has none.
    pub fn token(&self) -> Option<&str> {
        let (scheme, token) = self.authorization.as_deref()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

impl From<&HeaderMap> for Credentials {
    fn from(headers: &HeaderMap) -> Self {
        let authorization = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or_default().to_owned());
        Self { authorization, certificate: None }
    }
}

impl From<&Self> for Credentials {
    fn from(credentials: &Self) -> Self {
        credentials.clone()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Credentials {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
impl Credentials {
    /// Returns the credentials of a request with this header.
    pub fn with(authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), certificate: None }
    }
}
