//! Requests of a service and their responses: strict JSON documents in, documents out, without any other input.
//!
//! [`decide`] is a pure function of a vendor's plugin, the kind of request, the bytes of its body, and the stored books.
//! A server and a replay of its log call the same function, so that an answer can be made again from what was asked.

mod assessment;
mod body;
mod book;
mod comparison;
pub mod document;
mod proposal;
mod refusal;
mod review;

pub use book::{Books, KeptBook, NoBooks, base_book, read_kept_book};
pub use comparison::{Revision, compare};
pub use document::schemas;
pub use refusal::{Cause, Refusal};

use crate::finding::{Code, Finding, Findings};
use crate::intake;
use crate::plugin::VendorPlugin;
use crate::script::{on_script_threads, on_this_script_thread};
use body::Body;
use chrono::NaiveDate;

/// Name of the body in the places of findings.
pub const FILE: &str = "request";
/// Partners up to which a decision stays on its thread; more are worth the start of other threads.
const FEW_PARTNERS: usize = 256;

/// Kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Assessment of one partner, without a target.
    Assessment,
    /// A quota for every line.
    Proposal,
    /// Explanation of one partner's quota.
    Explanation,
    /// Standings of partners, and the decisions of the policies.
    Review,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Assessment, Self::Proposal, Self::Explanation, Self::Review];

    /// The word used in paths, logs and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assessment => "assessment",
            Self::Proposal => "proposal",
            Self::Explanation => "explanation",
            Self::Review => "review",
        }
    }

    /// The kind that is written `word`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The forms its answer can be written in; JSON first.
    pub fn forms(self) -> &'static [Form] {
        match self {
            Self::Assessment | Self::Explanation => &[Form::Json],
            Self::Proposal | Self::Review => &Form::ALL,
        }
    }
}

/// Format of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A JSON document.
    Json,
    /// One row per line or partner.
    Csv,
    /// A workbook.
    Xlsx,
    /// A page with pictures.
    Html,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Json, Self::Csv, Self::Xlsx, Self::Html];

    /// The word used in logs and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }

    /// The form that is written `word`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == word)
    }

    /// Media type of an answer in this form.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// Limits of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body, after decompression.
    pub body_bytes: usize,
    /// Most levels of nesting.
    pub depth: usize,
    /// Limits of a book and of the inputs beside it.
    pub intake: intake::Limits,
    /// Threads that a large book may use; all cores when `None`. No answer depends on it.
    pub threads: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        let intake = intake::Limits { file_bytes: 32 << 20, rows: 200_000, columns: 256, ..intake::Limits::default() };
        Self { body_bytes: 32 << 20, depth: 16, intake, threads: None }
    }
}

/// Defaults for members that a body omits; from the query of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Nothing later than this day is looked at.
    pub as_of: Option<NaiveDate>,
    /// Label of the period.
    pub period: Option<String>,
}

/// Outcome of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The document.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// BLAKE3 of the bytes of the body as they were given to [`decide`], in hex digits.
    pub input_digest: String,
    /// Hash of the facts of the partner book, as the document states it.
    pub input_hash: Option<String>,
    /// Warnings about the body, the book and the outcome; the documents contain them too.
    pub warnings: Findings,
    /// Partners that were looked at.
    pub partners: usize,
    /// Partners of a review about whom something failed.
    pub failed: usize,
}

/// Outcome of a kind before the digest is added.
struct Made {
    bytes: Vec<u8>,
    input_hash: String,
    warnings: Findings,
    partners: usize,
    failed: usize,
}

/// Everything a question is decided with, but for its body.
#[derive(Clone, Copy)]
struct Asked<'a> {
    plugin: &'a VendorPlugin,
    form: Form,
    defaults: &'a Defaults,
    books: &'a (dyn Books + Sync),
    limits: &'a Limits,
}

/// BLAKE3 of the bytes of a body, in hex digits; what [`Answer::input_digest`] is, for requests that were refused too.
pub fn digest_of(body: &[u8]) -> String {
    blake3::hash(body).to_hex().to_string()
}

/// Decides one question. The same arguments give the same answer, byte for byte.
///
/// A small book is decided on the calling thread when scripts may run on it ([`crate::script::spawn_script_thread`]);
/// a large one on a pool: the one this thread belongs to ([`crate::script::ScriptPool`]), else one made for it.
///
/// # Errors
/// With everything that is wrong at once, as far as it can be seen: places are JSON pointers into the body.
pub fn decide(
    plugin: &VendorPlugin,
    kind: Kind,
    form: Form,
    body: &[u8],
    defaults: &Defaults,
    books: &(dyn Books + Sync),
    limits: &Limits,
) -> Result<Answer, Refusal> {
    if !kind.forms().contains(&form) {
        let message = format!("an answer of the kind `{}` is not written as {}", kind.as_str(), form.as_str());
        return Err(Refusal::not_possible(message, "ask for JSON"));
    }
    let body = Body::open(body, limits)?;
    let asked = Asked { plugin, form, defaults, books, limits };
    let input_digest = digest_of(body.bytes());
    let made = match kind {
        Kind::Assessment => assessment::decide(asked, body),
        Kind::Proposal => proposal::decide(asked, body),
        Kind::Explanation => proposal::explain(asked, body),
        Kind::Review => review::decide(asked, body),
    }?;
    Ok(Answer {
        bytes: made.bytes,
        media_type: form.media_type(),
        input_digest,
        input_hash: Some(made.input_hash),
        warnings: made.warnings,
        partners: made.partners,
        failed: made.failed,
    })
}

impl Asked<'_> {
    /// Runs `work` about a number of partners where it finishes soonest.
    fn work<R: Send>(self, partners: usize, work: impl FnOnce() -> R + Send) -> R {
        if partners <= FEW_PARTNERS {
            on_this_script_thread(work)
        } else {
            on_script_threads(self.limits.threads, work)
        }
    }

    /// Refuses what needs quota rules at a vendor that has policies only.
    fn needs_rules(self, what: &str) -> Result<(), Refusal> {
        if !self.plugin.factors().is_empty() {
            return Ok(());
        }
        let message = format!("vendor `{}` has no quota rules, so there is no {what}", self.plugin.vendor);
        Err(Refusal::not_possible(message, "request a review, or name a vendor with quota rules"))
    }
}

/// Findings about a partner that is not there, at the member that names it.
fn at_partner(findings: Findings, pointer: &str) -> Findings {
    let placed = |finding: Finding| match finding.code() {
        Code::BookUnknownReference if finding.places.is_empty() => finding.at(body::place(pointer, "")),
        _ => finding,
    };
    findings.into_iter().map(placed).collect()
}

/// A document that could not be written: a sum out of range, or more lines than a worksheet has rows.
fn unwritten(fault: &crate::report::ReportFault) -> Refusal {
    let cause = match fault {
        crate::report::ReportFault::TooManyLines { .. } => Cause::NotPossible,
        _ => Cause::Infeasible,
    };
    let code = match cause {
        Cause::NotPossible => Code::RequestNotPossible,
        _ => Code::PlanInfeasible,
    };
    Refusal { cause, findings: Findings::from_iter([Finding::error(code, fault.to_string())]) }
}
