//! Books of requests: whole, kept by a service, or kept and changed.

use super::body::{Body, part, place};
use super::{Asked, FILE, Limits, Refusal};
use crate::channel::PartnerBook;
use crate::document::json::{Object, escaped};
use crate::finding::{Checked, Code, Finding, Findings, Severity, did_you_mean};
use crate::intake::{BookChange, JsonPart, RawTables, ReadOptions, TableKind, read_book_json, shown};
use crate::plugin::VendorPlugin;
use serde::Deserialize;
use std::ops::Deref;
use std::sync::Arc;

/// Books that a service keeps; a body may refer to one by its id.
pub trait Books {
    /// The book with that id.
    fn kept(&self, id: &str) -> Option<Arc<KeptBook>>;
}

/// No books at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoBooks;

impl Books for NoBooks {
    fn kept(&self, _: &str) -> Option<Arc<KeptBook>> {
        None
    }
}

/// A book that a service keeps.
#[derive(Debug)]
pub struct KeptBook {
    /// Id: the hash of its facts, so that the same book has the same id.
    pub id: String,
    /// The book.
    pub book: PartnerBook,
    /// Bytes that it takes in memory, roughly.
    pub bytes: usize,
    tables: RawTables,
}

/// Reads a book to be kept: the body is the book itself, an object with a list per table.
///
/// `plugin` gives the fiscal calendar and the currency of a book that states none. Returns the book with its warnings.
///
/// # Errors
/// With everything that is wrong with the book.
pub fn read_kept_book(plugin: &VendorPlugin, body: &[u8], limits: &Limits) -> Result<(KeptBook, Findings), Refusal> {
    let body = Body::open(body, limits)?;
    let text = body.text_as_written();
    let (members, _) = body.into_parts();
    let (book, warnings) = whole(plugin, &part("book", "", text), &members, limits).into_result()?;
    let tables = RawTables::of(text);
    // Facts take several times their text: shared names, decimals of 16 bytes, lists with their lengths.
    let bytes = tables.bytes() + text.len().saturating_mul(2);
    Ok((KeptBook { id: book.input_hash.clone(), book, bytes, tables }, warnings))
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
pub(super) enum GivenBook {
    /// One that is kept.
    Kept(Arc<KeptBook>),
    /// One that came with the request.
    Own(Box<PartnerBook>),
}

impl Deref for GivenBook {
    type Target = PartnerBook;

    fn deref(&self) -> &PartnerBook {
        match self {
            Self::Kept(kept) => &kept.book,
            Self::Own(book) => book,
        }
    }
}

/// Reads the member `book`, with warnings; its findings are those of the book only.
pub(super) fn given(asked: Asked<'_>, body: &mut Body<'_>) -> Checked<GivenBook> {
    let Some(value) = body.take("book") else {
        let finding = Finding::error(Code::RequestMember, "the request has no book").at(place(&body.at("book"), ""));
        let help = "add `book`: an object with a list per table, or `{\"base\": \"…\"}` with the id of a stored book";
        return Checked::refused(finding.help(help));
    };
    let (pointer, text) = (body.at("book"), value);
    let mut book = match Body::of(text, pointer.clone()) {
        Ok(book) => book,
        Err(finding) => return Checked::refused(finding),
    };
    let Some(base) = book.text("base") else {
        let (members, findings) = book.into_parts();
        if findings.has_errors() {
            return Checked::refused(findings);
        }
        return whole(asked.plugin, &part("book", &pointer, text), &members, asked.limits)
            .map(|book| GivenBook::Own(Box::new(book)));
    };
    changed(asked, book, &base)
}

fn changed(asked: Asked<'_>, mut body: Body<'_>, base: &str) -> Checked<GivenBook> {
    let base_at = body.at("base");
    let (replace, remove) = (body.part("replace"), body.list("remove"));
    let findings = body.finish();
    if findings.has_errors() {
        return Checked::refused(findings);
    }
    let Some(kept) = asked.books.kept(base) else {
        let message = format!("no book `{}` is kept", shown(base));
        let finding = Finding::error(Code::RequestUnknownBook, message).at(place(&base_at, base));
        return Checked::refused(finding.help("send the book again, or the whole book with the request"));
    };
    if replace.is_none() && remove.is_none() {
        return Checked::new(GivenBook::Kept(kept));
    }
    let change = BookChange {
        replace: replace.as_ref().map(|(pointer, text)| part("replace", pointer, text)),
        remove: remove.as_ref().map(|(pointer, text)| part("remove", pointer, text)),
    };
    let merged = match kept.tables.merged(&change, FILE) {
        Ok(merged) => merged,
        Err(findings) => return Checked::refused(findings),
    };
    let base = format!("book {}", kept.id);
    let members = Object::of(&merged.text).unwrap_or_default();
    let read = whole(asked.plugin, &part("book", "", &merged.text), &members, asked.limits);
    Checked {
        value: read.value.map(|book| GivenBook::Own(Box::new(book))),
        findings: merged.placed(read.findings, &base),
    }
}

/// Reads a whole book. What it has beside tables and its currency, and tables that nothing reads, are refused: a
/// misspelt table would be taken for one that is not known.
fn whole(plugin: &VendorPlugin, part: &JsonPart<'_>, members: &Object<'_>, limits: &Limits) -> Checked<PartnerBook> {
    let mut refused = strangers(part, members);
    let options = ReadOptions {
        calendar: Some(plugin.manifest.calendar),
        currency: plugin.manifest.currency,
        limits: limits.intake,
    };
    let read = read_book_json(part, &options);
    let (book, findings) = read.into_parts();
    refused.extend(findings.into_iter().map(|finding| match finding.code() {
        Code::BookUnknownTable => finding.with_severity(Severity::Error),
        _ => finding,
    }));
    Checked { value: book.filter(|_| !refused.has_errors()), findings: refused }
}

/// Members of a book that are not tables.
fn strangers(part: &JsonPart<'_>, members: &Object<'_>) -> Findings {
    let mut findings = Findings::new();
    for (key, value) in &members.0 {
        if value.starts_with('[') || (key == "currency" && value.starts_with('"')) {
            continue;
        }
        let known = TableKind::BOOK.into_iter().map(TableKind::name).chain(["currency"]);
        let (message, help) = match did_you_mean(key, known) {
            _ if key == "currency" => {
                ("`currency` is not a string".to_owned(), "write a code such as `\"USD\"`".to_owned())
            }
            _ if TableKind::named(key).is_some() => {
                (format!("the table `{}` is not a list", shown(key)), "write a list of rows: `[{…}]`".to_owned())
            }
            Some(near) => (format!("`{}` is not a table of a book", shown(key)), format!("did you mean `{near}`?")),
            None => (format!("`{}` is not a table of a book", shown(key)), "remove it from the book".to_owned()),
        };
        let pointer = format!("{}/{}", part.pointer, escaped(key));
        findings.push(Finding::error(Code::RequestUnknownMember, message).at(place(&pointer, "")).help(help));
    }
    findings
}
