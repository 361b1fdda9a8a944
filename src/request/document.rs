//! The bodies of requests as documents: their members, for schemas and the reference.
//!
//! Bodies are read member by member, so that every fault is reported with its place; these types describe the same to programs,
//! and a test holds both to the same members.

use crate::intake::{Kind, TableKind};
use crate::report::schema;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Request for an assessment.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "AssessmentRequest", deny_unknown_fields)]
pub struct AssessmentRequest {
    /// Partner id; may be left out when the book has one partner.
    pub partner: Option<String>,
    /// As-of date: later facts are ignored; the end of the latest month with revenue by default.
    #[schemars(extend("format" = "date"))]
    pub as_of: Option<String>,
    /// Planning period in the vendor's calendar, such as `FY2026`; the first one after the as-of date by default.
    pub period: Option<String>,
    /// The partner book.
    pub book: GivenBook,
}

/// Request for a proposal, or for a comparison of two revisions.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "ProposalRequest", deny_unknown_fields)]
pub struct ProposalRequest {
    /// As-of date: later facts are ignored; the end of the latest month with revenue by default.
    #[schemars(extend("format" = "date"))]
    pub as_of: Option<String>,
    /// Planning period in the vendor's calendar, such as `FY2026`; the first one after the as-of date by default.
    pub period: Option<String>,
    /// Channel target, in the book's currency.
    pub target: Option<GivenAmount>,
    /// Targets per territory or product line.
    pub targets: Option<Vec<TargetRow>>,
    /// Agreed quotas to keep; they come before those of the book.
    pub locks: Option<Vec<LockRow>>,
    /// Previous proposal to compare with: the document, or a list of its lines.
    pub previous: Option<GivenQuotas>,
    /// The partner book.
    pub book: GivenBook,
}

/// Request for an explanation: a proposal, and the partner whose quota is explained.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "ExplanationRequest", deny_unknown_fields)]
pub struct ExplanationRequest {
    /// Partner id.
    pub partner: String,
    /// Only this product line.
    pub product_line: Option<String>,
    /// Only this territory.
    pub territory: Option<String>,
    /// As-of date: later facts are ignored; the end of the latest month with revenue by default.
    #[schemars(extend("format" = "date"))]
    pub as_of: Option<String>,
    /// Planning period in the vendor's calendar, such as `FY2026`; the first one after the as-of date by default.
    pub period: Option<String>,
    /// Channel target, in the book's currency.
    pub target: Option<GivenAmount>,
    /// Targets per territory or product line.
    pub targets: Option<Vec<TargetRow>>,
    /// Agreed quotas to keep; they come before those of the book.
    pub locks: Option<Vec<LockRow>>,
    /// Previous proposal to compare with: the document, or a list of its lines.
    pub previous: Option<GivenQuotas>,
    /// The partner book.
    pub book: GivenBook,
}

/// Request for a review.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "ReviewRequest", deny_unknown_fields)]
pub struct ReviewRequest {
    /// Nothing later than this day is looked at; may be left out only where the query names a day.
    #[schemars(extend("format" = "date"))]
    pub as_of: Option<String>,
    /// Period, such as `FY2026-Q3`; the vendor's planning period that contains the as-of date by default.
    pub period: Option<String>,
    /// Quotas that replace those of the book: a proposal, or a list of its lines.
    pub quotas: Option<GivenQuotas>,
    /// Only this partner, in full; the answer is that partner's document.
    pub partner: Option<String>,
    /// The partner book.
    pub book: GivenBook,
}

/// A target for a part of the channel.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "TargetRow")]
pub struct TargetRow {
    /// Territory; all territories by default.
    pub territory: Option<String>,
    /// Product line; all product lines by default.
    pub product_line: Option<String>,
    /// Target, in the book's currency.
    pub target: GivenAmount,
}

/// An agreed quota.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "LockRow")]
pub struct LockRow {
    /// Partner id.
    pub partner_id: String,
    /// Product line of the line, at a grain with product lines.
    pub product_line: Option<String>,
    /// Territory of the line, at a grain with territories.
    pub territory: Option<String>,
    /// Agreed quota.
    pub quota: GivenAmount,
    /// Why, and who agreed.
    pub reason: Option<String>,
}

/// A line of a proposal; further members are left alone.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "QuotaRow")]
pub struct QuotaRow {
    /// Partner id.
    pub partner_id: String,
    /// Product line of the line, at a grain with product lines.
    pub product_line: Option<String>,
    /// Territory of the line, at a grain with territories.
    pub territory: Option<String>,
    /// Quota.
    pub quota: GivenAmount,
}

/// Quotas of a proposal: the document, or a list of its lines.
#[derive(Debug)]
pub struct GivenQuotas;

impl JsonSchema for GivenQuotas {
    fn schema_name() -> Cow<'static, str> {
        "GivenQuotas".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let rows = generator.subschema_for::<Vec<QuotaRow>>();
        json_schema!({
            "description": "A document `quotient.proposal/1`, or a list of its lines.",
            "anyOf": [
                rows,
                {
                    "type": "object",
                    "description": "A document `quotient.proposal/1`.",
                    "properties": { "lines": rows },
                    "required": ["lines"],
                },
            ],
        })
    }
}

/// An amount in a request: a number or a decimal text, taken digit by digit.
#[derive(Debug)]
pub struct GivenAmount;

impl JsonSchema for GivenAmount {
    fn schema_name() -> Cow<'static, str> {
        "GivenAmount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        given_amount()
    }
}

/// The book of a request: whole, kept by the service, or kept and changed.
#[derive(Debug)]
pub struct GivenBook;

impl JsonSchema for GivenBook {
    fn schema_name() -> Cow<'static, str> {
        "GivenBook".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (whole, changed) = (generator.subschema_for::<Book>(), generator.subschema_for::<BookChange>());
        json_schema!({
            "description": "The partner book: whole, or the id of one that the service keeps, with what is different.",
            "anyOf": [whole, changed],
        })
    }
}

/// A book that the service keeps, and what is different from it.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "BookChange", deny_unknown_fields)]
pub struct BookChange {
    /// Id of the stored book.
    pub base: String,
    /// Tables with rows that take the place of all rows of their partners; tables about no partner are replaced whole.
    pub replace: Option<BookTables>,
    /// Ids of partners that are taken out of every table before rows are replaced.
    pub remove: Option<Vec<String>>,
}

/// A whole partner book.
#[derive(Debug)]
pub struct Book;

/// Some tables of a partner book.
#[derive(Debug)]
pub struct BookTables;

impl JsonSchema for Book {
    fn schema_name() -> Cow<'static, str> {
        "Book".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut properties = tables();
        let currency = json!({
            "type": "string",
            "description": "ISO 4217 code of the currency of every amount; that of the vendor by default.",
            "examples": ["USD"],
        });
        properties.insert("currency".to_owned(), currency);
        let required: Vec<&str> =
            TableKind::BOOK.into_iter().filter(|kind| kind.table().required).map(TableKind::name).collect();
        json_schema!({
            "type": "object",
            "description": "A partner book: a list of rows per table. Further lists whose rows have `partner_id` are tables of the vendor's own.",
            "properties": properties,
            "required": required,
            "additionalProperties": rows_of_any_table(),
        })
    }
}

impl JsonSchema for BookTables {
    fn schema_name() -> Cow<'static, str> {
        "BookTables".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Tables of a partner book.",
            "properties": tables(),
            "additionalProperties": rows_of_any_table(),
        })
    }
}

fn rows_of_any_table() -> Value {
    json!({ "type": "array", "items": { "type": "object" } })
}

/// The tables of a book, from their one declaration.
fn tables() -> Map<String, Value> {
    TableKind::BOOK.into_iter().map(|kind| (kind.name().to_owned(), table(kind))).collect()
}

fn table(kind: TableKind) -> Value {
    let table = kind.table();
    let column = |column: &crate::intake::Column| {
        let unit = if column.unit.is_empty() { String::new() } else { format!(" Unit: {}.", column.unit) };
        let mut schema = json!({
            "type": types(column.kind),
            "description": format!("{} {}.{unit}", column.doc, column.kind.notation()),
        });
        if column.kind == Kind::Names
            && let Some(object) = schema.as_object_mut()
        {
            object.insert("items".to_owned(), json!({ "type": "string" }));
        }
        (column.field.name().to_owned(), schema)
    };
    let required: Vec<&str> =
        table.columns.iter().filter(|column| column.required).map(|column| column.field.name()).collect();
    json!({
        "type": "array",
        "description": table.doc,
        "items": {
            "type": "object",
            "properties": table.columns.iter().map(column).collect::<Map<String, Value>>(),
            "required": required,
        },
    })
}

/// JSON types of a value; null is "not known".
fn types(kind: Kind) -> Value {
    match kind {
        Kind::Names => json!(["string", "array", "null"]),
        Kind::Truth => json!(["boolean", "string", "null"]),
        Kind::Amount | Kind::AmountFromZero | Kind::Rate | Kind::Share | Kind::Count => {
            json!(["number", "string", "null"])
        }
        Kind::Identifier | Kind::Name | Kind::Text => json!(["string", "number", "null"]),
        Kind::Date | Kind::Period | Kind::Status | Kind::Currency => json!(["string", "null"]),
    }
}

fn given_amount() -> Schema {
    json_schema!({
        "description": "Exact amount of zero or more, as a number or a decimal text; digits are taken as written.",
        "type": ["string", "number"],
        "pattern": "^[0-9]+(\\.[0-9]+)?$",
        "minimum": 0,
        "examples": ["60000000.00"],
    })
}

/// JSON Schemas (2020-12) of every request and response, by name: `ProposalRequest`, `Proposal`, … Each is self-contained,
/// with its own `$defs`.
///
/// ```
/// let schemas = quotient::request::schemas();
/// assert_eq!(schemas["Proposal"]["title"], "Proposal");
/// assert!(schemas["ProposalRequest"]["properties"]["target"].is_object());
/// ```
pub fn schemas() -> BTreeMap<&'static str, Value> {
    let answer = |text: String| serde_json::from_str(&text).unwrap_or_default();
    BTreeMap::from([
        ("AssessmentRequest", of::<AssessmentRequest>()),
        ("ProposalRequest", of::<ProposalRequest>()),
        ("ExplanationRequest", of::<ExplanationRequest>()),
        ("ReviewRequest", of::<ReviewRequest>()),
        ("ComparisonRequest", of::<ProposalRequest>()),
        ("Book", of::<Book>()),
        ("Assessment", answer(schema::assessment())),
        ("Proposal", answer(schema::proposal())),
        ("Explanation", answer(schema::explanation())),
        ("Review", answer(schema::review())),
        ("ReviewedPartner", answer(schema::reviewed_partner())),
        ("Comparison", answer(schema::comparison())),
    ])
}

fn of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>().to_value()
}
