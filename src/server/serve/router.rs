//! The router, made from the table of routes.

use super::exchange::{redirect, refuse, respond};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::routes::{Route, table};
use crate::server::state::app::App;
use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use std::collections::BTreeMap;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// Smallest response that is compressed, in bytes.
const MIN_COMPRESSED: u64 = 1 << 10;

/// Returns the router of a server.
pub fn router(app: &App) -> Router {
    let mut by_path: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in table().into_iter().flatten().filter(|route| app.gate.knows(route.operation)) {
        by_path.entry(route.operation.path).or_default().push(route);
    }
    let router = by_path.into_iter().fold(Router::new(), |router, (path, routes)| {
        // Paths of OpenAPI documents have no slash at their end.
        let router = match path.strip_suffix("index.html") {
            Some(directory) => router.route(directory, methods_of(app, path, routes.clone())),
            None => router,
        };
        router.route(path, methods_of(app, path, routes))
    });
    let fallback = app.clone();
    let router = router.fallback(move |request: Request| async move {
        if request.uri().path() == "/" && matches!(*request.method(), Method::GET | Method::HEAD) {
            return redirect(&fallback, &request, fallback.gate.start_page());
        }
        let detail = "unknown path; `/openapi.json` lists all paths";
        refuse(&fallback, None, &request, Problem::new(ProblemKind::RouteUnknown, detail))
    });
    let is_worthwhile = SizeAbove::new(MIN_COMPRESSED)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("application/x-ndjson"));
    router.layer(CompressionLayer::new().compress_when(is_worthwhile))
}

/// Returns the methods of one path.
fn methods_of(app: &App, path: &'static str, routes: Vec<Route>) -> MethodRouter {
    let mut methods: MethodRouter = MethodRouter::new();
    let mut allow: Vec<&str> = Vec::new();
    for route in routes {
        let Ok(method) = route.operation.method.parse::<Method>() else { continue };
        let Ok(filter) = MethodFilter::try_from(method) else { continue };
        allow.push(route.operation.method);
        let app = app.clone();
        methods = methods.merge(match app.gate.lacks(route.operation) {
            None => on(filter, move |request: Request| respond(app, route, request)),
            Some(option) => on(filter, move |request: Request| async move {
                let detail = format!("this server does not offer the path; it does when started with `{option}`");
                refuse(&app, Some(path), &request, Problem::new(ProblemKind::RouteUnknown, detail))
            }),
        });
    }
    if allow.contains(&"GET") {
        allow.push("HEAD");
    }
    let (app, allow) = (app.clone(), allow.join(", "));
    methods.fallback(move |request: Request| async move {
        let problem = Problem::new(ProblemKind::MethodUnknown, format!("the path supports {allow}"));
        refuse(&app, Some(path), &request, Problem { allow: Some(allow), ..problem })
    })
}
