//! Operations as descriptions: routes, access, documentation and OpenAPI derive from them.

use super::access::Scope;
use super::header::{HeaderField, IDEMPOTENCY_KEY};
use super::media::Media;
use super::problem::ProblemKind;

/// Description of a query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// Meaning.
    pub doc: &'static str,
    /// Format of its value.
    pub format: Format,
    /// True when the operation needs it.
    pub is_required: bool,
    /// An example.
    pub example: &'static str,
}

/// Format of a parameter's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Any string.
    Text,
    /// A date.
    Date,
    /// A digest: examples of it are valid only on the server they were taken from.
    Digest,
}

/// One response of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Meaning.
    pub doc: &'static str,
    /// Media types it can be written as.
    pub media: &'static [Media],
    /// True when the response names a revision.
    pub has_revision: bool,
}

impl Reply {
    /// Returns a response with status 200 that does not name a revision.
    pub const fn ok(doc: &'static str, media: &'static [Media]) -> Self {
        Self { status: 200, doc, media, has_revision: false }
    }

    /// Returns the response with a revision.
    pub const fn with_revision(self) -> Self {
        Self { has_revision: true, ..self }
    }
}

/// Description of one operation.
#[derive(Debug)]
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
    /// Details in Markdown; may be empty.
    pub doc: &'static str,
    /// Scope that a token needs.
    pub scope: Scope,
    /// Query parameters.
    pub query: &'static [Parameter],
    /// Header fields it reads, beside those of every operation.
    pub headers: &'static [HeaderField],
    /// Bodies it accepts; empty when it takes none.
    pub body: &'static [Media],
    /// Responses of success.
    pub replies: &'static [Reply],
    /// Problems beside those that any operation may have.
    pub problems: &'static [ProblemKind],
}

impl Operation {
    /// A `GET` without parameters, body or problems, to be completed.
    pub const GET: Self = Self {
        id: "",
        method: "GET",
        path: "",
        group: "",
        summary: "",
        doc: "",
        scope: Scope::Read,
        query: &[],
        headers: &[],
        body: &[],
        replies: &[],
        problems: &[],
    };
    /// The same as a `POST`, which can be repeated with a key.
    pub const POST: Self = Self { method: "POST", headers: &[IDEMPOTENCY_KEY], ..Self::GET };

    /// Returns true when the operation reads this header field.
    pub fn reads(&self, field: HeaderField) -> bool {
        self.headers.contains(&field)
    }
}
