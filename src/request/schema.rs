//! JSON Schemas of requests and responses, derived from the declarations of bodies and tables.

use super::member::{
    AssessmentRequest, BodyDocument, BookChange, ExplanationRequest, Member, MemberType, ProposalRequest, RequestBody,
    ReviewRequest,
};
use crate::intake::{OWN_TABLES, TableKind, written_row_schema};
use crate::report::schema;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the JSON Schemas (2020-12) of every request and response by name: `ProposalRequest`, `Proposal`, … Each is
/// complete, with its `$defs`.
///
/// ```
/// let schemas = quotient::request::schemas();
/// assert_eq!(schemas["Proposal"]["title"], "Proposal");
/// assert!(schemas["ProposalRequest"]["properties"]["target"].is_object());
/// ```
pub fn schemas() -> BTreeMap<&'static str, Value> {
    let response = |text: String| serde_json::from_str(&text).unwrap_or_default();
    let proposal = request(&ProposalRequest::DOCUMENT);
    let comparison = root("ComparisonRequest", object(&ProposalRequest::DOCUMENT));
    BTreeMap::from([
        ("AssessmentRequest", request(&AssessmentRequest::DOCUMENT)),
        ("ExplanationRequest", request(&ExplanationRequest::DOCUMENT)),
        ("ReviewRequest", request(&ReviewRequest::DOCUMENT)),
        ("ComparisonRequest", comparison),
        ("ProposalRequest", proposal),
        ("Book", root("Book", book())),
        ("Assessment", response(schema::assessment())),
        ("Proposal", response(schema::proposal())),
        ("Explanation", response(schema::explanation())),
        ("Review", response(schema::review())),
        ("ReviewedPartner", response(schema::reviewed_partner())),
        ("Comparison", response(schema::comparison())),
        ("PlanHealth", response(schema::health())),
        ("Survey", response(schema::survey())),
    ])
}

fn request(document: &BodyDocument) -> Value {
    root(document.name, object(document))
}

/// Returns a complete schema: with its dialect, its title, and the definitions that it refers to.
fn root(title: &str, schema: Value) -> Value {
    let mut all = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title});
    let (mut definitions, mut open) = (BTreeMap::new(), references(&schema));
    while let Some(name) = open.pop_first() {
        let Some(definition) = definition(&name) else { continue };
        open.extend(references(&definition).into_iter().filter(|name| !definitions.contains_key(name)));
        definitions.insert(name, definition);
    }
    if let (Some(all), Value::Object(schema)) = (all.as_object_mut(), schema) {
        all.extend(schema);
        if !definitions.is_empty() {
            all.insert("$defs".to_owned(), json!(definitions));
        }
    }
    all
}

/// Returns the names of the definitions that a schema refers to.
fn references(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, member)| match member.as_str() {
                Some(path) if key == "$ref" => path.rsplit('/').next().map(str::to_owned).into_iter().collect(),
                _ => references(member),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn definition(name: &str) -> Option<Value> {
    Some(match name {
        "GivenAmount" => amount(),
        "GivenBook" => json!({
            "description": "The partner book: whole, or the id of a stored one with changes to it; `kind` says which.",
            "oneOf": [reference("Book"), reference("BookChange")],
        }),
        "GivenQuotas" => quotas(),
        "Book" => book(),
        "BookChange" => object(&BookChange::DOCUMENT),
        "BookTables" => json!({
            "type": "object",
            "description": "Tables of a partner book.",
            "properties": tables(),
            "additionalProperties": false,
        }),
        "OwnTables" => json!({
            "type": "object",
            "description": "The vendor's own tables by name, as `[tables]` of its manifest declares them.",
            "additionalProperties": {"type": "array", "items": reference("OwnRow")},
        }),
        "OwnRow" => json!({
            "type": "object",
            "description": "A row of a vendor's own table, with a member for each of its columns.",
            "properties": {"partner_id": {"type": "string", "minLength": 1, "description": "Partner, as in the partners table."}},
            "required": ["partner_id"],
            "additionalProperties": true,
        }),
        "PreviousRow" => row("A line of a proposal.", TableKind::Previous),
        _ => {
            let kind = ROWS.iter().find(|(_, row)| *row == name)?.0;
            row(kind.table().doc, kind)
        }
    })
}

/// Tables of requests with the names of the schemas of their rows.
const ROWS: [(TableKind, &str); 10] = [
    (TableKind::Partners, "PartnerRow"),
    (TableKind::Revenue, "RevenueRow"),
    (TableKind::Market, "MarketRow"),
    (TableKind::Investments, "InvestmentRow"),
    (TableKind::Opportunities, "OpportunityRow"),
    (TableKind::WinRates, "WinRateRow"),
    (TableKind::Forecasts, "ForecastRow"),
    (TableKind::Quotas, "QuotaRow"),
    (TableKind::Locks, "LockRow"),
    (TableKind::Targets, "TargetRow"),
];

fn row(doc: &str, kind: TableKind) -> Value {
    let mut schema = json!({"description": format!("One row. {doc}")});
    if let (Some(schema), Value::Object(row)) = (schema.as_object_mut(), written_row_schema(kind)) {
        schema.extend(row);
    }
    schema
}

/// Returns the schema of a declared body.
fn object(document: &BodyDocument) -> Value {
    let properties: Map<String, Value> =
        document.members.iter().map(|member| (member.name.to_owned(), property(member))).collect();
    let required: Vec<&str> =
        document.members.iter().filter(|member| member.is_required).map(|member| member.name).collect();
    json!({
        "type": "object",
        "description": document.doc.trim(),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Returns the schema of a member; null counts as absent where it is not required.
fn property(member: &Member) -> Value {
    let list = |items: Value| json!({"type": "array", "items": items});
    let schema = match member.kind {
        MemberType::Text => json!({"type": "string", "minLength": 1}),
        MemberType::Truth => json!({"type": "boolean"}),
        MemberType::Change => json!({"type": "string", "enum": ["change"]}),
        MemberType::Date => json!({"type": "string", "format": "date"}),
        MemberType::Amount => reference("GivenAmount"),
        MemberType::Targets => list(reference("TargetRow")),
        MemberType::Locks => list(reference("LockRow")),
        MemberType::Quotas => reference("GivenQuotas"),
        MemberType::Book => reference("GivenBook"),
        MemberType::Tables => reference("BookTables"),
        MemberType::Partners => list(json!({"type": "string"})),
    };
    let mut schema = match (member.is_required, schema.get("type").cloned()) {
        (true, _) => schema,
        // A member that can be omitted has no need of null, which counts as absent all the same.
        (false, None) => schema,
        (false, Some(kind)) if member.kind != MemberType::Change => {
            let mut schema = schema;
            schema["type"] = json!([kind, "null"]);
            schema
        }
        (false, Some(_)) => schema,
    };
    schema["description"] = member.doc.trim().into();
    schema
}

fn amount() -> Value {
    json!({
        "description": "Exact amount of zero or more, as a decimal string; digits are taken as written.",
        "type": "string",
        "format": "decimal",
        "pattern": "^[0-9]+(\\.[0-9]+)?$",
        "examples": ["60000000.00"],
    })
}

/// Returns the schema of quotas: the lines of a proposal.
fn quotas() -> Value {
    json!({
        "type": "object",
        "description": "A document `quotient.proposal/1`; only its lines are read.",
        "properties": {"lines": {"type": "array", "items": reference("PreviousRow"), "description": "Lines with their quotas."}},
        "required": ["lines"],
    })
}

/// Returns the schema of a whole partner book.
fn book() -> Value {
    let mut properties = Map::new();
    let kind = json!({
        "type": "string",
        "enum": ["whole"],
        "description": "Always `whole`; can be omitted, because such a book has no `base`.",
    });
    properties.insert("kind".to_owned(), kind);
    let currency = json!({
        "type": "string",
        "description": "ISO 4217 code of the currency of every amount; the vendor's if omitted.",
        "examples": ["USD"],
    });
    properties.insert("currency".to_owned(), currency);
    properties.extend(tables());
    let required: Vec<&str> =
        TableKind::BOOK.into_iter().filter(|kind| kind.table().required).map(TableKind::name).collect();
    json!({
        "type": "object",
        "description": "A partner book: a list of rows per table, and the vendor's own tables under `tables`.",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Returns the tables of a book, from their declaration, and the member of the vendor's own.
fn tables() -> Map<String, Value> {
    let table = |(kind, row): &(TableKind, &str)| {
        let mut table = json!({"type": "array", "description": kind.table().doc, "items": reference(row)});
        if kind.table().required {
            table["minItems"] = 1.into();
        }
        (kind.name().to_owned(), table)
    };
    let known = ROWS.iter().filter(|(kind, _)| TableKind::BOOK.contains(kind));
    let mut tables: Map<String, Value> = known.map(table).collect();
    tables.insert(OWN_TABLES.to_owned(), reference("OwnTables"));
    tables
}
