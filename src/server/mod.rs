//! The server: the engine beside another service, over HTTP.
//!
//! - [`Operation`]s are the one list of what is answered; routes, access, the page for people and OpenAPI derive from it.
//! - A request takes one revision and uses nothing else; the revision is in its answer.
//! - Work on vendors waits in lanes, fairly; health and metrics wait for nothing.
//! - Every failure is a [`Problem`], also those of the HTTP library.
//! - Nothing of a request ever becomes part of a path or of a script.

mod access;
mod answers;
mod app;
mod body;
mod books;
mod call;
mod events;
mod example;
mod framing;
mod identity;
mod lanes;
mod listen;
mod metrics;
mod openapi;
mod operation;
mod otlp;
mod problem;
mod recorder;
mod routes;
mod run;
mod spans;
mod tls;

pub use access::{Access, Caller, Refused, Scope};
pub use app::ServerLimits;
pub use body::BodyLimits;
pub use framing::{Verdict, verdicts};
pub use identity::{Trace, request_id};
pub use lanes::{Lane, LaneLimits, Load, NotDone};
pub use listen::Listen;
pub use metrics::Metrics;
pub use openapi::{document as openapi, page as documentation, text as openapi_text};
pub use operation::{Operation, operations};
pub use problem::{Problem, ProblemError, ProblemKind};
pub use run::{Options, Server, Stopper};
pub use spans::SpanOptions;
pub use tls::TlsFiles;
