//! The server's description of itself: OpenAPI, the page, and the script reference.

use super::route::Route;
use crate::script::{reference_json, reference_markdown};
use crate::server::http::access::Scope;
use crate::server::http::description::Description;
use crate::server::http::media::{HTML, JSON, MARKDOWN, Media};
use crate::server::http::negotiation::Accept;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::page::policy as page_policy;
use crate::server::http::respond::{Responded, body, document};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;

const DOCUMENTATION: Operation = Operation { group: "documentation", scope: Scope::Open, ..Operation::GET };

static OPENAPI: Operation = Operation {
    id: "openapi",
    path: "/openapi.json",
    summary: "This interface as OpenAPI 3.1",
    replies: &[Reply::ok("The document.", &[Media::plain(JSON)])],
    ..DOCUMENTATION
};
static PAGE: Operation = Operation {
    id: "docs",
    path: "/docs",
    summary: "This interface as a page",
    doc: "One page without external resources. Each operation has a form that sends a request to this server.",
    replies: &[Reply::ok("The page.", &[Media::plain(HTML)])],
    ..DOCUMENTATION
};
static SCRIPT_API: Operation = Operation {
    id: "script_api",
    path: "/v1/script-api",
    summary: "Facts and functions for rules and policies",
    doc: "The same as `quotient api`, as JSON or Markdown.",
    replies: &[Reply::ok("The reference.", &[Media::plain(JSON), Media::plain(MARKDOWN)])],
    ..DOCUMENTATION
};

/// Returns the routes, which serve `description`.
pub fn table(description: &'static Description) -> Vec<Route> {
    vec![
        Route::new(&OPENAPI, move || async move { Responded::Ok(body(JSON, description.openapi_text())) }),
        Route::new(&PAGE, move || async move { page(description) }),
        Route::new(&SCRIPT_API, script_api),
    ]
}

fn page(description: &'static Description) -> Responded {
    let mut response = body("text/html; charset=utf-8", description.page()?);
    let policy = HeaderValue::from_str(&page_policy()).ok();
    response.headers_mut().extend(policy.map(|policy| (CONTENT_SECURITY_POLICY, policy)));
    Ok(response)
}

async fn script_api(accept: Accept) -> Responded {
    match accept.choose(&[JSON, MARKDOWN])? {
        MARKDOWN => Ok(body("text/markdown; charset=utf-8", reference_markdown())),
        _ => document(&reference_json()),
    }
}
