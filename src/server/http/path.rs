//! Path parameters: each is declared once, with its description and the type that handlers receive.

use super::problem::{Problem, ProblemKind};
use super::query::DIGEST_EXAMPLE;
use crate::channel::Name;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

/// Pattern of a digest.
pub const DIGEST_PATTERN: &str = "^[0-9a-f]{64}$";

/// Description of a path parameter.
#[derive(Debug, Clone, Copy)]
pub struct PathParameter {
    /// Name in the braces of a path.
    pub name: &'static str,
    /// Meaning.
    pub doc: &'static str,
    /// Regular expression of its values.
    pub pattern: &'static str,
    /// An example.
    pub example: &'static str,
}

/// Declares typed path parameters: type, name, description, pattern and example.
macro_rules! path_parameters {
    ($($type:ident = $name:literal, $doc:literal, $pattern:expr, $example:expr;)+) => {
        /// Every path parameter.
        pub const PATH_PARAMETERS: &[PathParameter] =
            &[$(PathParameter { name: $name, doc: $doc, pattern: $pattern, example: $example },)+];

        $(
            #[doc = $doc]
            #[derive(Debug, Clone)]
            pub struct $type(pub Name);

            impl<S: Send + Sync> FromRequestParts<S> for $type {
                type Rejection = Problem;

                async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                    value(parts, state, $name).await.map(Self)
                }
            }
        )+
    };
}

path_parameters! {
    VendorPath = "vendor", "Name of the vendor's directory", "^[a-z0-9][a-z0-9_-]{0,63}$", "meridian";
    RevisionPath = "revision", "Digest of a revision", DIGEST_PATTERN, DIGEST_EXAMPLE;
    PlanPath = "plan", "Name of the plan", "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}$", "FY2026-channel";
    PartnerPath = "partner", "Id of the partner", "^[^/]{1,200}$", "P0007";
    GrantPath = "grant", "Number of the grant", "^[1-9][0-9]{0,18}$", "7";
    BookPath = "book", "Id of a stored book", DIGEST_PATTERN, DIGEST_EXAMPLE;
}

/// Returns the value of a path parameter; a route without it is an internal error.
async fn value<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Result<Name, Problem> {
    let raw = raw(parts, state).await?;
    let value = raw.iter().find(|(known, _)| *known == name).map(|(_, value)| Name::from(value));
    value.ok_or_else(|| Problem::new(ProblemKind::Internal, format!("the route has no path parameter `{name}`")))
}

/// Returns the path parameters as strings; refused when they are not UTF-8.
pub async fn raw<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<RawPathParams, Problem> {
    RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| Problem::new(ProblemKind::ParameterInvalid, "the path is not valid percent-encoded UTF-8"))
}
