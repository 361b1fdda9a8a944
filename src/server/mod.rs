//! The server: the engine beside another service, over HTTP.
//!
//! | layer | holds |
//! | --- | --- |
//! | `wire` | bytes: sockets, TLS, framing, bodies within limits |
//! | `http` | descriptions of operations, problems, callers, extractors |
//! | `state` | what requests share, in the parts that handlers ask for |
//! | `fleet` | state that replicas share, and how each follows the others |
//! | `routes` | operations with their handlers, one file per group |
//! | `serve` | the router, the exit of every response, start, upkeep and shutdown |
//!
//! - [`Operation`]s are the one list of what the server does; routes, access, the page and OpenAPI derive from it.
//! - A request takes one revision and uses nothing else; its response names the revision.
//! - Work on vendors waits in fair queues; health and metrics never wait.
//! - Callers have accounts of connections, requests, streams and memory, so that none takes what others need.
//! - Every failure is a [`Problem`], including those of the HTTP library.
//! - Nothing of a request ever becomes part of a path or of a script.

mod fault;
mod fleet;
mod http;
mod routes;
mod serve;
mod state;
mod wire;

pub use fault::ServerFault;
pub use http::access::{Access, Scope};
pub use http::client::TrustedProxy;
pub use http::identity::{Trace, request_id};
pub use http::operation::Operation;
pub use http::problem::{Problem, ProblemKind};
pub use routes::{openapi, openapi_text, operations};
pub use serve::run::{Server, Stopper};
pub use serve::start::Options;
pub use state::collector_headers::collector_headers;
pub use state::limits::{CallerLimits, ServerLimits};
pub use state::local::{Local, PlanBook};
pub use state::memory;
pub use state::sessions::SessionTimes;
pub use state::sign_in::SignInOptions;
pub use state::span_options::SpanOptions;
pub use state::turns::QueueLimits;
pub use wire::body::BodyLimits;
pub use wire::framing::{Verdict, verdicts};
pub use wire::patience::BatchTimes;
pub use wire::probe::over_tls;
pub use wire::rejection::Rejection;
pub use wire::socket::Listen;
pub use wire::tls::{ClientAuthorities, TlsFiles};
