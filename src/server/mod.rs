//! The server: the engine beside another service, over HTTP.
//!
//! - [`Operation`]s are the one list of what is answered; routes, access, the page for people and OpenAPI derive from it.
//! - A request takes one revision and uses nothing else; the revision is in its answer.
//! - Work on vendors waits in lanes, fairly; health and metrics wait for nothing.
//! - Every failure is a [`Problem`], also those of the HTTP library.
//! - Nothing of a request ever becomes part of a path or of a script.

mod http;
mod routes;
mod serve;
mod state;
mod wire;

pub use http::access::{Access, Caller, Refused, Scope};
pub use http::identity::{Trace, request_id};
pub use http::openapi::{document as openapi, page as documentation, text as openapi_text};
pub use http::operation::{Operation, operations};
pub use http::problem::{Problem, ProblemError, ProblemKind};
pub use serve::run::{Options, Server, Stopper};
pub use state::app::ServerLimits;
pub use state::fair_queue::{Lane, LaneLimits, Load, NotDone};
pub use state::metrics::Metrics;
pub use state::spans::SpanOptions;
pub use wire::body::BodyLimits;
pub use wire::framing::{Verdict, verdicts};
pub use wire::listen::Listen;
pub use wire::tls::TlsFiles;
