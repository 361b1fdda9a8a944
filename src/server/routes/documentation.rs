//! The server's own description: OpenAPI, a page for people, and what scripts may read and call.

use super::{HTML, JSON, MARKDOWN, answer, document, negotiate, plain};
use crate::script::{reference_json, reference_markdown};
use crate::server::http::access::Scope;
use crate::server::http::call::Call;
use crate::server::http::operation::{Answered, Media, Operation, Reply};
use crate::server::http::problem::Problem;
use crate::server::state::app::App;
use axum::body::Body;
use std::sync::Arc;

pub static OPERATIONS: [Operation; 3] = [
    Operation {
        id: "openapi",
        method: "GET",
        path: "/openapi.json",
        group: "documentation",
        summary: "This interface as OpenAPI 3.1",
        doc: "",
        scope: Scope::Open,
        query: &[],
        body: &[],
        replies: &[Reply {
            status: 200,
            doc: "The document.",
            media: &[Media { media: JSON, schema: None }],
            has_revision: false,
        }],
        problems: &[],
        handler: |_, _, _| {
            Box::pin(async { Ok::<_, Problem>(answer(JSON, crate::server::http::openapi::text().to_owned())) })
        },
    },
    Operation {
        id: "docs",
        method: "GET",
        path: "/docs",
        group: "documentation",
        summary: "This interface as a page for people",
        doc: "One page without scripts and without anything from elsewhere.",
        scope: Scope::Open,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "The page.", media: &[plain(HTML)], has_revision: false }],
        problems: &[],
        handler: |_, _, _| Box::pin(async { page() }),
    },
    Operation {
        id: "script_api",
        method: "GET",
        path: "/v1/script-api",
        group: "documentation",
        summary: "What rules and policies may read and call",
        doc: "The same as `quotient api`; as JSON or as Markdown.",
        scope: Scope::Open,
        query: &[],
        body: &[],
        replies: &[Reply {
            status: 200,
            doc: "The reference.",
            media: &[Media { media: JSON, schema: None }, plain(MARKDOWN)],
            has_revision: false,
        }],
        problems: &[],
        handler: script_api,
    },
];

fn page() -> Result<axum::http::Response<axum::body::Body>, Problem> {
    let mut response = answer("text/html; charset=utf-8", crate::server::http::openapi::page()?);
    let policy = axum::http::HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    response.headers_mut().insert("content-security-policy", policy);
    Ok(response)
}

fn script_api(_: Arc<App>, call: Call, _: Body) -> Answered {
    Box::pin(async move {
        match negotiate(&call.headers, &[JSON, MARKDOWN])? {
            MARKDOWN => Ok(answer("text/markdown; charset=utf-8", reference_markdown())),
            _ => document(&reference_json()),
        }
    })
}
