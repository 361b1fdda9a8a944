//! The one JSON shape of a finding, `quotient.findings/2`, and its schema.

use super::{Field, Finding, Group, Place, Severity, cut, grouped};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Name and version of the schema of [`FindingsDocument`].
pub const SCHEMA: &str = "quotient.findings/2";
/// Places, and further members of a group, that are listed; the count says how many there are.
const MAX_LISTED: usize = 100;

/// Longest value of a place that is written, in characters.
const MAX_VALUE: usize = 1_000;

/// Findings of one input with their counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Findings")]
pub struct FindingsDocument {
    /// Name and version of this shape.
    #[schemars(extend("const" = "quotient.findings/2"))]
    pub schema: &'static str,
    /// Number of errors, repeated ones included.
    pub errors: u64,
    /// Number of warnings, repeated ones included.
    pub warnings: u64,
    /// One entry per cause, in order of discovery.
    pub findings: Vec<FindingDocument>,
}

/// One cause, with every finding of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub struct FindingDocument {
    /// Stable code, `area::cause`; `quotient explain-code` explains it.
    pub code: &'static str,
    /// Stable name of the cause within the code.
    pub cause: String,
    /// `error` if the input is refused, else `warning`.
    pub severity: Severity,
    /// Message in English; programs should use `code`, `cause` and `fields`.
    pub message: String,
    /// The next thing to do; null when nothing helps.
    pub help: Option<String>,
    /// Values of the cause by name: strings, counts, exact numbers as strings, lists.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub fields: FieldsDocument,
    /// Where: the first is the main place; at most 100.
    pub places: Vec<PlaceDocument>,
    /// Number of findings of this cause; 1 unless it repeats.
    pub count: u64,
    /// For a cause that repeats: the fields in which the others differ from `fields`, in order; at most 99.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Option<Vec<BTreeMap<String, serde_json::Value>>>")]
    pub others: Vec<FieldsDocument>,
}

/// Fields of a cause as a JSON object, in the order of the declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldsDocument(pub Vec<(String, Field)>);

impl Serialize for FieldsDocument {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Declares the kinds of places: each is an object with its kind as a member, so that clients can distinguish them.
macro_rules! places {
    ($(
        $(#[doc = $doc:literal])+
        $variant:ident($name:ident) = $kind:literal { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+ }
    )+) => {
        /// Place of a finding: a file, a span of a text, a cell of a table, or a member of a JSON document.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum PlaceDocument {
            $($(#[doc = $doc])+ $variant($name),)+
        }

        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
            pub struct $name {
                #[doc = concat!("Always `", $kind, "`.")]
                #[schemars(extend("enum" = [$kind]))]
                pub kind: &'static str,
                $($(#[doc = $field_doc])+ pub $field: $type,)+
            }
        )+

        impl JsonSchema for PlaceDocument {
            fn schema_name() -> Cow<'static, str> {
                "Place".into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": "Place of a finding: a file, a span of a text, a cell of a table, or a member of a JSON document; `kind` says which.",
                    "oneOf": [$(generator.subschema_for::<$name>()),+],
                })
            }
        }
    };
}

places! {
    /// A span of a text.
    Text(TextPlace) = "text" {
        /// File as the user knows it.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Words under the underlined text; may be empty.
        label: String,
    }
    /// A cell of a table.
    Cell(CellPlace) = "cell" {
        /// File, and `file!Sheet` for workbooks.
        file: String,
        /// Row, from 1, the header included.
        row: u64,
        /// Name of the column as in the file; empty for the whole row.
        column: String,
        /// Value as written; may be empty.
        value: String,
    }
    /// A member of a JSON document.
    Member(MemberPlace) = "member" {
        /// File, or `request` for the body of a request.
        file: String,
        /// JSON Pointer (RFC 6901).
        pointer: String,
        /// Value as written; may be empty.
        value: String,
    }
    /// A whole file or directory.
    File(FilePlace) = "file" {
        /// File as the user knows it.
        file: String,
    }
}

impl From<&Place> for PlaceDocument {
    fn from(place: &Place) -> Self {
        match place {
            Place::File { file } => Self::File(FilePlace { kind: "file", file: file.clone() }),
            Place::Text { file, text, span, label } => {
                let (at, label) = (super::Position::of(text, span.start), label.clone());
                Self::Text(TextPlace { kind: "text", file: file.clone(), line: at.line, column: at.column, label })
            }
            Place::Cell { file, row, column, value } => {
                let (column, value) = (column.clone(), cut(value, MAX_VALUE));
                Self::Cell(CellPlace { kind: "cell", file: file.clone(), row: *row, column, value })
            }
            Place::Member { file, pointer, value } => {
                let (pointer, value) = (pointer.clone(), cut(value, MAX_VALUE));
                Self::Member(MemberPlace { kind: "member", file: file.clone(), pointer, value })
            }
        }
    }
}

impl From<&Group<'_>> for FindingDocument {
    fn from(group: &Group<'_>) -> Self {
        let (first, fault) = (group.first(), group.first().fault());
        let help = first.advice();
        let fields = fault.fields().into_iter().map(|(name, value)| (name.into_owned(), value));
        Self {
            code: fault.code().as_str(),
            cause: fault.cause().to_owned(),
            severity: first.severity,
            message: first.message(),
            help: (!help.is_empty()).then_some(help),
            fields: FieldsDocument(fields.collect()),
            places: group.places().into_iter().take(MAX_LISTED).map(PlaceDocument::from).collect(),
            count: group.count,
            others: group.others().take(MAX_LISTED - 1).map(FieldsDocument).collect(),
        }
    }
}

impl From<&Finding> for FindingDocument {
    fn from(finding: &Finding) -> Self {
        Self::from(&Group { members: vec![finding], count: 1 + finding.more })
    }
}

impl FindingDocument {
    /// Returns one document per cause, equal findings grouped.
    pub fn grouped<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Self> {
        grouped(findings).iter().map(Self::from).collect()
    }

    /// Returns one document per finding, for records whose findings belong to their own subject.
    pub fn each<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Self> {
        findings.into_iter().map(Self::from).collect()
    }
}

impl FindingsDocument {
    /// Returns the document of `findings`, already grouped or one by one.
    pub fn new(findings: Vec<FindingDocument>) -> Self {
        let count = |severity| findings.iter().filter(|one| one.severity == severity).map(|one| one.count).sum();
        Self { schema: SCHEMA, errors: count(Severity::Error), warnings: count(Severity::Warning), findings }
    }
}
