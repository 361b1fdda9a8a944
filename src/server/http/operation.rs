//! Operations: the one list of what the server answers. Routes, access, documentation and OpenAPI derive from it.

use crate::server::http::access::Scope;
use crate::server::http::call::{self, Call, parameters};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::routes;
use crate::server::state::app::App;
use crate::server::state::spans::{Asked, Traced};
use axum::Router;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use axum::http::{Method, Request, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// What a handler gives: an answer, or what went wrong.
pub type Answered = Pin<Box<dyn Future<Output = Result<Response<Body>, Problem>> + Send>>;

/// A parameter of a query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// What the text is.
    pub format: Format,
    /// True when the operation cannot do without it.
    pub is_required: bool,
    /// An example.
    pub example: &'static str,
}

/// What the text of a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Any text.
    Text,
    /// A day.
    Date,
    /// A digest: examples of it hold for no server but the one they were taken from.
    Digest,
}

/// A media type with the document it holds.
#[derive(Debug, Clone, Copy)]
pub struct Media {
    /// Media type.
    pub media: &'static str,
    /// Name of the schema; `None` when it is no JSON document.
    pub schema: Option<&'static str>,
}

/// One answer of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// What it means.
    pub doc: &'static str,
    /// What it may be written as.
    pub media: &'static [Media],
    /// True when the answer carries a revision.
    pub has_revision: bool,
}

/// One operation.
pub struct Operation {
    /// Unique name.
    pub id: &'static str,
    /// Method.
    pub method: &'static str,
    /// Path with parameters in braces.
    pub path: &'static str,
    /// Group in the documentation.
    pub group: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// More, in Markdown; may be empty.
    pub doc: &'static str,
    /// What a token needs.
    pub scope: Scope,
    /// Query parameters.
    pub query: &'static [Parameter],
    /// Bodies it takes; empty when it takes none.
    pub body: &'static [Media],
    /// Answers when nothing went wrong.
    pub replies: &'static [Reply],
    /// What may go wrong beside what may go wrong everywhere.
    pub problems: &'static [ProblemKind],
    /// What answers.
    pub handler: fn(Arc<App>, Call, Body) -> Answered,
}

/// Every operation, by group.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    routes::GROUPS.iter().flat_map(|group| group.iter())
}

/// The routes of the server.
pub fn router(app: &Arc<App>) -> Router {
    let mut by_path: BTreeMap<&'static str, Vec<&'static Operation>> = BTreeMap::new();
    for operation in operations().filter(|operation| app.offers(operation)) {
        by_path.entry(operation.path).or_default().push(operation);
    }
    let mut router = Router::new();
    for (path, operations) in by_path {
        let mut methods: MethodRouter = MethodRouter::new();
        let mut allow: Vec<&str> = Vec::new();
        for operation in operations {
            let Ok(method) = operation.method.parse::<Method>() else { continue };
            let Ok(filter) = MethodFilter::try_from(method) else { continue };
            allow.push(operation.method);
            let app = Arc::clone(app);
            methods = methods.merge(on(
                filter,
                move |raw: Result<RawPathParams, RawPathParamsRejection>, request: Request<Body>| {
                    let app = Arc::clone(&app);
                    async move { call::serve(app, operation, parameters(raw), request).await }
                },
            ));
        }
        if allow.contains(&"GET") {
            allow.push("HEAD");
        }
        let (app, allow) = (Arc::clone(app), allow.join(", "));
        let methods = methods.fallback(move |request: Request<Body>| {
            let (app, allow) = (Arc::clone(&app), allow.clone());
            async move {
                let detail = format!("the path takes {allow}");
                let problem = Problem { allow: Some(allow), ..Problem::new(ProblemKind::MethodUnknown, detail) };
                refused(&app, path, &request, problem)
            }
        });
        router = router.route(path, methods);
    }
    let app = Arc::clone(app);
    let router = router.fallback(move |request: Request<Body>| {
        let app = Arc::clone(&app);
        async move {
            let detail = "there is no such path; `/openapi.json` lists what there is";
            refused(&app, NO_ROUTE, &request, Problem::new(ProblemKind::RouteUnknown, detail))
        }
    });
    let worth_it =
        SizeAbove::new(1 << 10).and(NotForContentType::SSE).and(NotForContentType::const_new("application/x-ndjson"));
    router.layer(CompressionLayer::new().compress_when(worth_it))
}

/// Stands for the route of requests that no route takes.
const NO_ROUTE: &str = "(none)";

fn refused(app: &App, route: &'static str, request: &Request<Body>, problem: Problem) -> Response<Body> {
    let id = crate::server::http::identity::request_id(request.headers());
    let (method, path) = (request.method(), request.uri().path());
    let route_known = (route != NO_ROUTE).then_some(route);
    let asked = Asked { method, route: route_known, path, request_id: &id, vendor: None, may_begin: true };
    let traced = Traced::of(app.spans.as_ref(), request.headers(), &asked);
    call::finish(app, route, method, path, &id, &traced, Instant::now(), Err(problem))
}
