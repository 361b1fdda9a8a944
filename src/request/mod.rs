//! Requests of a service and their responses: strict JSON documents in, documents out, and no other input.
//!
//! [`decide`] is a pure function of a vendor's plugin, the kind of decision, the bytes of the body, and the stored books.
//! A server and a replay of its log call the same function, so that a decision can be repeated from its request.

mod assessment;
mod body;
mod book;
mod bounded;
mod comparison;
mod fault;
mod health;
mod member;
mod partner_facts;
mod proposal;
mod refusal;
mod review;
mod schema;
mod standings;

pub use book::{Books, NoBooks, StoredBook, base_book, read_stored_book};
pub use comparison::{DecisionDay, Revision, Side, compare, compare_sides};
pub use fault::RequestFault;
pub use partner_facts::{PartnerFacts, PartnerQuestion, partner_facts};
pub use refusal::{Cause, Refusal};
pub use schema::schemas;
pub use standings::{PlanMember, StandingsQuestion, plan_standings};

use crate::channel::PartnerBook;
use crate::finding::{Code, Finding, Findings};
use crate::intake;
use crate::planning;
use crate::plugin::VendorPlugin;
use crate::report::ReportFault;
use crate::script::{on_script_threads, on_this_script_thread};
use body::Body;
use bounded::Bounded;
use chrono::NaiveDate;

/// Runs work about this many partners on the threads that suit it.
fn work<R: Send>(threads: Option<usize>, partners: usize, work: impl FnOnce() -> R + Send) -> R {
    if partners <= FEW_PARTNERS { on_this_script_thread(work) } else { on_script_threads(threads, work) }
}

/// Name of the body in the places of findings.
pub const FILE: &str = "request";
/// Partners up to which a decision stays on its thread; more justify other threads.
const FEW_PARTNERS: usize = 256;

crate::words! {
    /// Kind of a decision.
    pub enum Kind {
        /// One partner by the rules, without a target.
        Assessment = "assessment",
        /// A quota for every line.
        Proposal = "proposal",
        /// The steps to one partner's quota.
        Explanation = "explanation",
        /// Standings of partners, and the decisions of the policies.
        Review = "review",
        /// Outlook of a plan, and how evenly it asks.
        Health = "health",
    }
}

impl Kind {
    /// Returns the formats of its response; JSON first.
    pub fn forms(self) -> &'static [Form] {
        match self {
            Self::Assessment | Self::Explanation => &[Form::Json],
            Self::Proposal | Self::Review => &Form::ALL,
            Self::Health => &[Form::Json, Form::Csv, Form::Html],
        }
    }
}

crate::words! {
    /// Format of a response.
    pub enum Form {
        /// A JSON document.
        Json = "json",
        /// One row per line or partner.
        Csv = "csv",
        /// A workbook.
        Xlsx = "xlsx",
        /// A page with charts.
        Html = "html",
    }
}

impl Form {
    /// Returns the media type of a response in this format.
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
    /// Bytes of a response.
    pub response_bytes: usize,
    /// Levels of nesting.
    pub depth: usize,
    /// Limits of reading the book and the tables beside it.
    pub intake: intake::Limits,
    /// Threads that a large book can use; all cores if `None`. No response depends on it.
    pub threads: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        let intake = intake::Limits { file_bytes: 32 << 20, rows: 200_000, columns: 256, ..intake::Limits::default() };
        Self { body_bytes: 32 << 20, response_bytes: 256 << 20, depth: 16, intake, threads: None }
    }
}

/// Defaults for what a body does not state, from the query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// As-of date.
    pub as_of: Option<NaiveDate>,
    /// Label of the period.
    pub period: Option<String>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The document.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// BLAKE3 of the bytes of the body as passed to [`decide`], in hex digits.
    pub input_digest: String,
    /// Hash of the facts of the partner book, as the document states it.
    pub input_hash: Option<String>,
    /// Warnings about the body, the book and the outcome; the documents have them too.
    pub warnings: Findings,
    /// Number of partners.
    pub partners: usize,
    /// Partners of a review with a fault.
    pub failed: usize,
    /// Faults of a review by which a policy used up its budget.
    pub exhausted: usize,
}

/// A written response, before the digest is added.
struct Written {
    bytes: Vec<u8>,
    input_hash: String,
    warnings: Findings,
    partners: usize,
    failed: usize,
    exhausted: usize,
}

/// Everything a request is decided with, except its body.
#[derive(Clone, Copy)]
struct Context<'a> {
    plugin: &'a VendorPlugin,
    form: Form,
    defaults: &'a Defaults,
    books: &'a (dyn Books + Sync),
    limits: &'a Limits,
}

/// Returns the BLAKE3 of the bytes of a body in hex digits: [`Answer::input_digest`], for refused requests too.
pub fn digest_of(body: &[u8]) -> String {
    blake3::hash(body).to_hex().to_string()
}

/// Decides one request. The same arguments give the same response, byte for byte.
///
/// A small book is decided on the calling thread when scripts may run on it ([`crate::script::spawn_script_thread`]);
/// a large one on a pool: the one this thread belongs to ([`crate::script::ScriptPool`]), else one made for it.
///
/// # Errors
/// All problems that can be found in one pass; places are JSON pointers into the body.
pub fn decide(
    plugin: &VendorPlugin,
    kind: Kind,
    form: Form,
    bytes: &[u8],
    defaults: &Defaults,
    books: &(dyn Books + Sync),
    limits: &Limits,
) -> Result<Answer, Refusal> {
    if !kind.forms().contains(&form) {
        let subject = format!("a response of the kind `{}`", kind.as_str());
        return Err(RequestFault::WrongFormat { subject, format: form.as_str().to_owned() }.into());
    }
    let body = Body::open(bytes, limits)?;
    let context = Context { plugin, form, defaults, books, limits };
    let input_digest = digest_of(bytes);
    let written = match kind {
        Kind::Assessment => assessment::decide(context, body),
        Kind::Proposal => proposal::decide(context, body),
        Kind::Explanation => proposal::explain(context, body),
        Kind::Review => review::decide(context, body),
        Kind::Health => health::decide(context, body),
    }?;
    Ok(Answer {
        bytes: written.bytes,
        media_type: form.media_type(),
        input_digest,
        input_hash: Some(written.input_hash),
        warnings: written.warnings,
        partners: written.partners,
        failed: written.failed,
        exhausted: written.exhausted,
    })
}

/// Reads the request of a proposal and passes its book and its members to `work`, on the threads that suit its size.
///
/// # Errors
/// All problems of the body, as for [`decide`].
pub fn with_proposal<R: Send>(
    plugin: &VendorPlugin,
    bytes: &[u8],
    books: &(dyn Books + Sync),
    limits: &Limits,
    work: impl FnOnce(&PartnerBook, planning::Request) -> R + Send,
) -> Result<R, Refusal> {
    let defaults = Defaults::default();
    let context = Context { plugin, form: Form::Json, defaults: &defaults, books, limits };
    let proposal::Inputs { book, request, .. } = proposal::read(context, Body::open(bytes, limits)?)?;
    let partners = book.partners.len();
    Ok(context.work(partners, || work(&book, request)))
}

impl Context<'_> {
    /// Returns an empty response.
    fn response(self) -> Bounded {
        Bounded::new(self.limits.response_bytes)
    }

    /// Runs work about this many partners on the threads that suit it.
    fn work<R: Send>(self, partners: usize, work: impl FnOnce() -> R + Send) -> R {
        self::work(self.limits.threads, partners, work)
    }

    /// Refuses a request that needs quota rules from a vendor with policies only.
    fn expect_rules(self, subject: &str) -> Result<(), Refusal> {
        if !self.plugin.factors().is_empty() {
            return Ok(());
        }
        let (vendor, subject) = (self.plugin.vendor.to_string(), subject.to_owned());
        Err(RequestFault::NoRules { vendor, subject }.into())
    }
}

/// Places findings about an unknown partner at the member that names it.
fn at_partner(findings: Findings, pointer: &str) -> Findings {
    let placed = |finding: Finding| match finding.code() {
        Code::BookUnknownReference if finding.places.is_empty() => finding.at(body::place(pointer, "")),
        _ => finding,
    };
    findings.into_iter().map(placed).collect()
}

/// Returns the refusal of a response that cannot be written: a sum out of range, or more lines than a worksheet has rows.
fn unwritten(fault: &ReportFault) -> Refusal {
    let reason = fault.to_string();
    match fault {
        ReportFault::TooManyLines { .. } => RequestFault::NotWritten { reason }.into(),
        _ => RequestFault::OutOfRange { reason }.into(),
    }
}
