//! Books of requests: whole, stored by a service, or stored and changed.

use super::body::{Body, place};
use super::fault::RequestFault;
use super::member::{BookChange, BookValue, RequestBody};
use super::{Context, FILE, Limits, Refusal};
use crate::channel::PartnerBook;
use crate::document::json::Object;
use crate::finding::{Checked, Code, Finding, Findings, Severity, did_you_mean};
use crate::intake::{
    self, BookMember, JsonPart, RawTables, ReadOptions, TableKind, book_members, is_same_heading, read_book_members,
    shown,
};
use crate::plugin::VendorPlugin;
use serde::Deserialize;
use std::ops::Deref;
use std::sync::Arc;

/// Books that a service stores; a body can refer to one by its id.
pub trait Books {
    /// Returns the book with that id.
    fn stored(&self, id: &str) -> Option<Arc<StoredBook>>;
}

/// No books at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoBooks;

impl Books for NoBooks {
    fn stored(&self, _: &str) -> Option<Arc<StoredBook>> {
        None
    }
}

/// A book that a service stores.
#[derive(Debug)]
pub struct StoredBook {
    /// Id: the hash of its facts, so that the same book has the same id.
    pub id: String,
    /// The book.
    pub book: PartnerBook,
    /// Bytes that it takes in memory, roughly.
    pub bytes: usize,
    tables: RawTables,
}

/// Reads a book to be stored: the body is the book itself, an object with a list per table.
///
/// `plugin` gives the fiscal calendar and the currency of a book that states none. Returns the book with its warnings.
///
/// # Errors
/// All problems of the book.
pub fn read_stored_book(
    plugin: &VendorPlugin,
    body: &[u8],
    limits: &Limits,
) -> Result<(StoredBook, Findings), Refusal> {
    let body = Body::open(body, limits)?;
    let text = body.text_as_written();
    let part = JsonPart { file: FILE, pointer: "", name: "book", text };
    let (book, warnings) = whole(plugin, &part, body.members(), limits).into_result()?;
    let tables = RawTables::of(text);
    // Facts take several times their text: shared names, decimals of 16 bytes, lists with their lengths.
    let bytes = tables.bytes() + text.len().saturating_mul(2);
    Ok((StoredBook { id: book.input_hash.clone(), book, bytes, tables }, warnings))
}

/// Returns the id of the stored book that a body refers to; `None` when the body brings its book, or is not valid.
pub fn base_book(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Request {
        book: Base,
    }
    #[derive(Deserialize)]
    struct Base {
        base: String,
    }
    serde_json::from_slice::<Request>(body).ok().map(|request| request.book.base)
}

/// The book of a request.
pub(super) enum RequestedBook {
    /// A stored one.
    Stored(Arc<StoredBook>),
    /// The request's own.
    Own(Box<PartnerBook>),
}

impl Deref for RequestedBook {
    type Target = PartnerBook;

    fn deref(&self) -> &PartnerBook {
        match self {
            Self::Stored(stored) => &stored.book,
            Self::Own(book) => book,
        }
    }
}

/// Reads the book of a request; the findings are those of the book only.
pub(super) fn read(context: Context<'_>, body: &Body<'_>, value: Option<BookValue<'_>>) -> Checked<RequestedBook> {
    let Some(BookValue(part)) = value else {
        return Checked::refused(Finding::from(RequestFault::NoBook {}).at(place(&body.at("book"), "")));
    };
    let mut book = match Body::object(part.text, part.pointer.clone()) {
        Ok(book) => book,
        Err(finding) => return Checked::refused(finding),
    };
    let has_base = book.members().0.iter().any(|(key, _)| key == "base");
    if has_base || book.members().0.iter().any(|(key, value)| key == "kind" && *value == "\"change\"") {
        let change = BookChange::read(&mut book);
        match &change.base {
            Some(base) => return changed(context, book, base, &change),
            None if change.kind.is_some() && !has_base => book.refuse("base", "", RequestFault::NoBase {}),
            None => {}
        }
    }
    if book.has_findings() {
        return Checked::refused(book.into_findings());
    }
    let book = whole(context.plugin, &part.table("book"), book.members(), context.limits);
    book.map(|book| RequestedBook::Own(Box::new(book)))
}

fn changed(context: Context<'_>, body: Body<'_>, base: &str, change: &BookChange<'_>) -> Checked<RequestedBook> {
    let base_at = body.at("base");
    let findings = BookChange::finish(body);
    if findings.has_errors() {
        return Checked::refused(findings);
    }
    let Some(stored) = context.books.stored(base) else {
        let fault = RequestFault::UnknownBook { book: shown(base) };
        return Checked::refused(Finding::from(fault).at(place(&base_at, base)));
    };
    if change.replace.is_none() && change.remove.is_none() {
        return Checked::new(RequestedBook::Stored(stored));
    }
    let tables = intake::BookChange {
        replace: change.replace.as_ref().map(|tables| tables.0.table("replace")),
        remove: change.remove.as_ref().map(|partners| partners.0.table("remove")),
    };
    let merged = match stored.tables.merged(&tables, FILE) {
        Ok(merged) => merged,
        Err(findings) => return Checked::refused(findings),
    };
    let base = format!("book {}", stored.id);
    let members = Object::of(&merged.text).unwrap_or_default();
    let part = JsonPart { file: FILE, pointer: "", name: "book", text: &merged.text };
    let read = whole(context.plugin, &part, &members, context.limits);
    Checked {
        value: read.value.map(|book| RequestedBook::Own(Box::new(book))),
        findings: merged.placed(read.findings, &base),
    }
}

/// Reads a whole book. Members beside tables and currency, and tables that nothing reads, are refused: a misspelt table
/// would otherwise count as one that is not known.
fn whole(plugin: &VendorPlugin, part: &JsonPart<'_>, members: &Object<'_>, limits: &Limits) -> Checked<PartnerBook> {
    let mut refused = strangers(part, members);
    let options = ReadOptions {
        calendar: Some(plugin.manifest.calendar),
        currency: plugin.manifest.currency,
        attributes: plugin.manifest.attributes.clone(),
        is_part: false,
        current_month: None,
        limits: limits.intake,
    };
    let read = read_book_members(part, members, &options);
    let (book, findings) = read.into_parts();
    refused.extend(findings.into_iter().map(|finding| match finding.code() {
        Code::BookUnknownTable => finding.with_severity(Severity::Error),
        _ => finding,
    }));
    // A table that is refused needs no warning.
    if !refused.iter().any(|finding| finding.code() == Code::BookUnknownTable) {
        refused.extend(unread(plugin, part, members));
    }
    Checked { value: book.filter(|_| !refused.has_errors()), findings: refused }
}

/// Returns findings about members of a book that are not tables.
fn strangers(part: &JsonPart<'_>, members: &Object<'_>) -> Findings {
    let mut findings = Findings::new();
    for BookMember { key, value, pointer } in book_members(members) {
        let is_top = !pointer.starts_with("/tables/");
        let is_text = is_top && value.starts_with('"');
        if value.starts_with('[') || (key == "currency" && is_text) || (key == "kind" && value == "\"whole\"") {
            continue;
        }
        let known = TableKind::BOOK.into_iter().map(TableKind::name).chain(["currency", "tables"]);
        let fault = match did_you_mean(&key, known) {
            _ if !is_top || TableKind::named(&key).is_some() => RequestFault::TableNotAList { table: shown(&key) },
            _ if key == "currency" => RequestFault::CurrencyNotAString {},
            _ if key == "kind" => RequestFault::NotOneOf { member: key, known: vec!["whole".to_owned()] },
            _ if key == "tables" => RequestFault::NotAnObject { subject: "`tables`".to_owned() },
            near => RequestFault::UnknownTable { member: shown(&key), near: near.map(str::to_owned) },
        };
        let pointer = format!("{}{pointer}", part.pointer);
        findings.push(Finding::from(fault).at(place(&pointer, "")));
    }
    findings
}

/// Warns about tables that the vendor does not declare: no rule and no policy can read them.
fn unread(plugin: &VendorPlugin, part: &JsonPart<'_>, members: &Object<'_>) -> Findings {
    let declared = &plugin.manifest.tables;
    let members = book_members(members);
    if members.iter().all(|member| TableKind::named(&member.key).is_some() || !member.value.starts_with('[')) {
        return Findings::new();
    }
    let is_declared = |key: &str| declared.iter().any(|table| is_same_heading(&table.name, key));
    let known: Vec<String> = declared
        .iter()
        .map(|table| table.name.to_string())
        .chain(TableKind::BOOK.into_iter().map(|kind| kind.name().to_owned()))
        .collect();
    let list = |member: &BookMember<'_>| {
        let is_table = member.value.starts_with('[') && TableKind::named(&member.key).is_none();
        is_table && !member.key.starts_with('_') && !is_declared(&member.key)
    };
    let warning = |member: BookMember<'_>| {
        let near = did_you_mean(&member.key.to_lowercase(), known.iter().map(String::as_str)).map(str::to_owned);
        let fault = RequestFault::UnreadTable { table: shown(&member.key), near };
        Finding::from(fault).at(place(&format!("{}{}", part.pointer, member.pointer), ""))
    };
    members.into_iter().filter(list).map(warning).collect()
}
