//! Books that are kept, so that later requests can refer to them or change them.

use super::decisions::problem_of;
use super::{JSON, document, json};
use crate::audit::Mode;
use crate::request::{self, KeptBook, Limits};
use crate::server::http::access::Scope;
use crate::server::http::call::Call;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::state::app::App;
use crate::server::state::recorder::Recorder;
use crate::server::state::spans::watched;
use crate::server::wire::body::{expect_media, read as read_body};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

pub static OPERATIONS: [Operation; 4] = [
    Operation {
        id: "keep_book",
        method: "POST",
        path: "/v1/vendors/{vendor}/books",
        group: "books",
        summary: "Keep a book",
        doc: "The same facts have the same id. Requests then say `{\"base\": id}` instead of the book, with `replace` and `remove` for what changed. Books are kept in memory; the least used give way, and a request that refers to one that is gone is answered with `book_unknown`.",
        scope: Scope::Evaluate,
        query: &[],
        body: &[json("Book")],
        replies: &[Reply { status: 201, doc: "It is kept.", media: &[json("KeptBookDocument")], has_revision: false }],
        problems: &[
            ProblemKind::BookUnknown,
            ProblemKind::VendorBusy,
            ProblemKind::VendorFailed,
            ProblemKind::Overloaded,
            ProblemKind::NotRecorded,
        ],
        handler: |app, call, body| Box::pin(async move { keep(app, call, body).await }),
    },
    Operation {
        id: "kept_books",
        method: "GET",
        path: "/v1/vendors/{vendor}/books",
        group: "books",
        summary: "Books that are kept",
        doc: "",
        scope: Scope::Evaluate,
        query: &[],
        body: &[],
        replies: &[Reply {
            status: 200,
            doc: "Ascending by id.",
            media: &[json("KeptBooksDocument")],
            has_revision: false,
        }],
        problems: &[],
        handler: |app, call, _| Box::pin(async move { list(&app, &call) }),
    },
    Operation {
        id: "kept_book",
        method: "GET",
        path: "/v1/vendors/{vendor}/books/{book}",
        group: "books",
        summary: "Whether a book is kept",
        doc: "",
        scope: Scope::Evaluate,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "It is.", media: &[json("KeptBookDocument")], has_revision: false }],
        problems: &[ProblemKind::BookUnknown],
        handler: |app, call, _| Box::pin(async move { one(&app, &call) }),
    },
    Operation {
        id: "forget_book",
        method: "DELETE",
        path: "/v1/vendors/{vendor}/books/{book}",
        group: "books",
        summary: "Let go of a book",
        doc: "",
        scope: Scope::Evaluate,
        query: &[],
        body: &[],
        replies: &[Reply { status: 204, doc: "It is gone.", media: &[], has_revision: false }],
        problems: &[ProblemKind::BookUnknown],
        handler: |app, call, _| Box::pin(async move { forget(&app, &call) }),
    },
];

/// A book that is kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeptBookDocument {
    /// Id to refer to it with: the hash of its facts, `input_hash` of every answer made from it.
    id: String,
    /// Partners.
    partners: usize,
    /// ISO 4217 code of its amounts.
    currency: String,
    /// Bytes it takes, about.
    bytes: usize,
}

/// Books that are kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeptBooksDocument {
    /// Ascending by id.
    books: Vec<KeptBookDocument>,
}

fn of(book: &KeptBook) -> KeptBookDocument {
    KeptBookDocument {
        id: book.id.clone(),
        partners: book.book.partners.len(),
        currency: book.book.currency.to_string(),
        bytes: book.bytes,
    }
}

async fn keep(app: Arc<App>, call: Call, body: Body) -> Result<Response<Body>, Problem> {
    expect_media(&call.headers, &[JSON])?;
    let active = app.in_use(call.parameter("vendor"))?;
    let vendor = Arc::clone(&active.plugin.vendor);
    app.plan.admits(&vendor).map_err(|why| app.not_done(&vendor, why))?;
    let body = read_body(&call.headers, body, app.limits.book, &app.bodies).await?;
    let again = body.clone();
    let (maker, span) = (Arc::clone(&app), call.span.clone());
    app.answers
        .once(&call, &again, async move {
            let mut limits = Limits { body_bytes: maker.limits.book.unpacked, threads: Some(1), ..Limits::default() };
            limits.intake.rows = maker.limits.rows;
            let (folder, mode) = (maker.book_folder.clone(), maker.recorder.as_ref().map(Recorder::mode));
            let work = move || {
                let read = request::read_kept_book(&active.plugin, &body, &limits);
                let written = match (&read, &folder) {
                    (Ok((book, _)), Some(folder)) => folder.write(&book.id, &body),
                    _ => Ok(()),
                };
                (read, written)
            };
            let done = maker.plan.run(&vendor, watched(span.as_ref(), "read book", work)).await;
            let (read, written) = done.map_err(|why| maker.not_done(&vendor, why))?;
            if let Err(error) = written {
                tracing::error!(%error, "a kept book cannot be written; decisions that refer to it cannot be replayed");
                if mode == Some(Mode::Strict) {
                    let detail = format!("the book cannot be recorded: {error}");
                    return Err(Problem::new(ProblemKind::NotRecorded, detail));
                }
            }
            let (book, _) = read.map_err(|refusal| problem_of(&refusal))?;
            let shown = of(&book);
            if !maker.books.keep(&vendor, book) {
                let detail = format!("the book takes {} bytes, more than all kept books may", shown.bytes);
                return Err(Problem::new(ProblemKind::BodyTooLarge, detail));
            }
            let location = format!("/v1/vendors/{vendor}/books/{}", shown.id);
            let mut response = document(&shown)?;
            *response.status_mut() = StatusCode::CREATED;
            response.headers_mut().extend(location.parse().ok().map(|place| (axum::http::header::LOCATION, place)));
            Ok(response)
        })
        .await
}

fn list(app: &App, call: &Call) -> Result<Response<Body>, Problem> {
    let active = app.in_use(call.parameter("vendor"))?;
    let books = app.books.of(&active.plugin.vendor);
    document(&KeptBooksDocument { books: books.iter().map(|book| of(book)).collect() })
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::BookUnknown, "the book is not kept: send it whole")
}

fn one(app: &App, call: &Call) -> Result<Response<Body>, Problem> {
    let active = app.in_use(call.parameter("vendor"))?;
    let book = app.books.find(&active.plugin.vendor, call.parameter("book"));
    document(&of(&*book.ok_or_else(unknown)?))
}

fn forget(app: &App, call: &Call) -> Result<Response<Body>, Problem> {
    let active = app.in_use(call.parameter("vendor"))?;
    if !app.books.forget(&active.plugin.vendor, call.parameter("book")) {
        return Err(unknown());
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
