//! Stored books, to which later requests can refer.

use super::question::{limits_of, problem_of};
use super::route::Route;
use crate::audit::Mode;
use crate::request::{self, StoredBook};
use crate::server::fleet::shared::BookEntry;
use crate::server::fleet::waiting::waiting;
use crate::server::http::access::Scope;
use crate::server::http::context::Context;
use crate::server::http::idempotency::Idempotency;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::{BookPath, VendorPath};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::RequestBody;
use crate::server::http::respond::{Responded, document};
use crate::server::state::app::App;
use crate::server::state::lanes::Lane;
use crate::server::state::recorder::Recorder;
use crate::server::state::spans::{RequestSpan, traced};
use crate::server::state::stores::Stores;
use crate::server::state::turns::Owner;
use crate::server::state::vendors::{ActiveVendor, Vendors};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{Response, StatusCode};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::sync::Arc;

const BOOKS: Operation =
    Operation { group: "books", path: "/v1/vendors/{vendor}/books", scope: Scope::Evaluate, ..Operation::GET };
const BOOK: Operation = Operation {
    path: "/v1/vendors/{vendor}/books/{book}",
    problems: &[ProblemKind::BookUnknown, ProblemKind::StateUnavailable],
    ..BOOKS
};

static STORE: Operation = Operation {
    id: "keep_book",
    method: "POST",
    summary: "Store a book",
    doc: "The same facts have the same id. Later requests then send `{\"base\": id}` instead of the book, with `replace` and `remove` for changes. Books are stored for the caller that sent them, in memory, or with `--state` for all replicas that share the directory. When there is no room, the least recently used book of the caller with most bytes is removed, and a request that refers to a removed book gets `book_unknown`.",
    body: &[Media::json("Book")],
    replies: &[Reply { status: 201, ..Reply::ok("The book is stored.", &[Media::json("KeptBookDocument")]) }],
    problems: &[
        ProblemKind::CallerBusy,
        ProblemKind::BookUnknown,
        ProblemKind::VendorBusy,
        ProblemKind::VendorFailed,
        ProblemKind::Overloaded,
        ProblemKind::NotRecorded,
        ProblemKind::StateUnavailable,
    ],
    ..BOOKS
};
static LIST: Operation = Operation {
    id: "kept_books",
    summary: "Stored books",
    replies: &[Reply::ok("Ascending by id.", &[Media::json("KeptBooksDocument")])],
    ..BOOKS
};
static FIND: Operation = Operation {
    id: "kept_book",
    summary: "Find a stored book",
    replies: &[Reply::ok("The book is stored.", &[Media::json("KeptBookDocument")])],
    ..BOOK
};
static REMOVE: Operation = Operation {
    id: "forget_book",
    method: "DELETE",
    summary: "Remove a stored book",
    doc: "A caller removes what it stored; the book stays while another caller has stored it as well.",
    replies: &[Reply { status: 204, ..Reply::ok("The book is removed.", &[]) }],
    ..BOOK
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&STORE, store), Route::new(&LIST, list), Route::new(&FIND, find), Route::new(&REMOVE, remove)]
}

/// A stored book.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "KeptBookDocument")]
pub struct StoredBookDocument {
    /// Id to refer to it with: the hash of its facts, which is `input_hash` of every response made from it.
    id: String,
    /// Partners.
    partners: usize,
    /// ISO 4217 code of its amounts.
    currency: String,
    /// Approximate size in memory, in bytes.
    bytes: usize,
}

/// Stored books.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "KeptBooksDocument")]
pub struct StoredBooksDocument {
    /// Ascending by id.
    books: Vec<StoredBookDocument>,
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<StoredBooksDocument>();
}

impl From<&BookEntry> for StoredBookDocument {
    fn from(entry: &BookEntry) -> Self {
        let BookEntry { id, partners, currency, bytes, .. } = entry;
        Self { id: id.clone(), partners: *partners, currency: currency.clone(), bytes: *bytes }
    }
}

impl From<&StoredBook> for StoredBookDocument {
    fn from(book: &StoredBook) -> Self {
        Self {
            id: book.id.clone(),
            partners: book.book.partners.len(),
            currency: book.book.currency.to_string(),
            bytes: book.bytes,
        }
    }
}

async fn store(
    State(app): State<App>,
    vendor: VendorPath,
    idempotency: Idempotency,
    context: Context,
    span: RequestSpan,
    body: RequestBody,
) -> Responded {
    body.expect_media(&[JSON])?;
    let active = app.vendors.in_use(&vendor.0)?;
    let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
    app.lanes.admit(Lane::Plan, &owner)?;
    let body = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    app.stores.responses.once(&idempotency, &body.clone(), read_and_store(&app, &owner, active, span, body)).await
}

async fn read_and_store(app: &App, owner: &Owner, active: ActiveVendor, span: RequestSpan, body: Bytes) -> Responded {
    let vendor = &owner.vendor;
    let limits = limits_of(&app.gate);
    let (telemetry, its_owner) = (Arc::clone(&app.telemetry), owner.clone());
    let shared = app.stores.books.shared_state().cloned();
    let work = move || {
        let read = request::read_stored_book(&active.plugin, &body, &limits);
        // What the decision log must not show is not on the disk either.
        let may_store = || telemetry.recorder.as_ref().is_none_or(|recorder| recorder.may_store(&body));
        let written = match (&read, &shared) {
            (Ok((book, _)), Some(shared)) if may_store() => {
                shared.store_book(entry_of(&its_owner.vendor, book), its_owner.token.as_deref(), &body).map(|()| true)
            }
            _ => Ok(false),
        };
        (read, written)
    };
    let (read, written) = app.lanes.run(Lane::Plan, owner, traced(span.0.as_ref(), "read book", work)).await?;
    let is_shared = written.map_err(|error| {
        tracing::error!(%error, "a stored book cannot be written");
        // Without it, decisions that refer to the book could not be replayed.
        let is_strict = app.telemetry.recorder.as_ref().map(Recorder::mode) == Some(Mode::Strict);
        let kind = if is_strict { ProblemKind::NotRecorded } else { ProblemKind::StateUnavailable };
        Problem::new(kind, format!("the book cannot be stored: {error}"))
    })?;
    let (book, _) = read.map_err(|refusal| problem_of(&refusal))?;
    let shown = StoredBookDocument::from(&book);
    if !app.stores.books.store(vendor, &owner.token, book, is_shared) {
        let detail = format!("the book takes {} bytes, more than the limit for all stored books", shown.bytes);
        return Err(Problem::new(ProblemKind::BodyTooLarge, detail));
    }
    let location = format!("/v1/vendors/{vendor}/books/{}", shown.id);
    let mut response = document(&shown)?;
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().extend(location.parse().ok().map(|location| (LOCATION, location)));
    Ok(response)
}

async fn list(State(vendors): State<Arc<Vendors>>, State(stores): State<Arc<Stores>>, vendor: VendorPath) -> Responded {
    let active = vendors.in_use(&vendor.0)?;
    let mut books: Vec<StoredBookDocument> =
        stores.books.of_vendor(&active.plugin.vendor).iter().map(|book| (&**book).into()).collect();
    if let Some(shared) = stores.books.shared_state() {
        let vendor = active.plugin.vendor.to_string();
        let stored = waiting(shared, move |shared| shared.books(Some(&vendor))).await?;
        books.retain(|own| !stored.iter().any(|entry| entry.id == own.id));
        books.extend(stored.iter().map(StoredBookDocument::from));
        books.sort_by(|one, other| one.id.cmp(&other.id));
    }
    document(&StoredBooksDocument { books })
}

fn entry_of(vendor: &str, book: &StoredBook) -> BookEntry {
    BookEntry {
        vendor: vendor.to_owned(),
        id: book.id.clone(),
        partners: book.book.partners.len(),
        currency: book.book.currency.to_string(),
        bytes: book.bytes,
    }
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::BookUnknown, "the book is not stored: send it whole")
}

async fn find(
    State(vendors): State<Arc<Vendors>>,
    State(stores): State<Arc<Stores>>,
    vendor: VendorPath,
    book: BookPath,
) -> Responded {
    let active = vendors.in_use(&vendor.0)?;
    if let Some(own) = stores.books.find(&active.plugin.vendor, &book.0) {
        return document(&StoredBookDocument::from(&*own));
    }
    let shared = stores.books.shared_state().ok_or_else(unknown)?;
    let vendor = active.plugin.vendor.to_string();
    let stored = waiting(shared, move |shared| shared.books(Some(&vendor))).await?;
    let entry = stored.iter().find(|entry| *entry.id == *book.0).ok_or_else(unknown)?;
    document(&StoredBookDocument::from(entry))
}

async fn remove(
    State(vendors): State<Arc<Vendors>>,
    State(stores): State<Arc<Stores>>,
    context: Context,
    vendor: VendorPath,
    book: BookPath,
) -> Responded {
    let active = vendors.in_use(&vendor.0)?;
    let (vendor, owner) = (&active.plugin.vendor, &context.caller.name);
    let is_shared = match stores.books.shared_state() {
        Some(shared) => {
            let (of, named, id) = (vendor.to_string(), owner.clone(), book.0.clone());
            waiting(shared, move |shared| shared.remove_book(&of, named.as_deref(), &id)).await?
        }
        None => false,
    };
    if is_shared {
        stores.books.forget(vendor, &book.0);
    } else if !stores.books.remove(vendor, owner, &book.0) {
        return Err(unknown());
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
