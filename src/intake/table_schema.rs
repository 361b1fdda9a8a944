//! JSON Schemas of the input tables, from their declaration.

use super::table::{Column, Kind, TableKind};
use serde_json::{Map, Value, json};

/// Returns the JSON Schema (2020-12) of an input table as a list of rows, as committed in `schema/NAME.schema.json`.
///
/// ```
/// use quotient::intake::{TableKind, table_schema};
/// let schema: serde_json::Value = serde_json::from_str(&table_schema(TableKind::Revenue))?;
/// assert_eq!(schema["items"]["required"], serde_json::json!(["partner_id", "amount"]));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn table_schema(kind: TableKind) -> String {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:quotient:schema:{}", kind.name()),
        "title": kind.name(),
        "description": kind.table().doc,
        "type": "array",
        "items": row_schema(kind),
    });
    // The alternate form is the indented one.
    format!("{schema:#}\n")
}

/// Returns the JSON Schema of a row of a table: an object with a member per column; null means not known.
///
/// It has every type that a column is read from.
pub fn row_schema(kind: TableKind) -> Value {
    row(kind, |column| types(column.kind))
}

/// Returns the JSON Schema of a row as programs should write it: one type per column, decimals as strings.
pub fn written_row_schema(kind: TableKind) -> Value {
    let mut schema = row(kind, written);
    if kind == TableKind::Partners
        && let Some(object) = schema.as_object_mut()
    {
        // Further columns are attributes of the partner.
        object.insert("additionalProperties".to_owned(), true.into());
    }
    schema
}

fn row(kind: TableKind, types: fn(&Column) -> Map<String, Value>) -> Value {
    let table = kind.table();
    let column = |column: &Column| {
        let unit = if column.unit.is_empty() { String::new() } else { format!(" Unit: {}.", column.unit) };
        let mut schema = types(column);
        let description = format!("{} {}.{unit}", column.doc, column.kind.notation());
        schema.insert("description".to_owned(), description.into());
        if matches!(column.kind, Kind::Names | Kind::Shares) {
            schema.insert("items".to_owned(), json!({ "type": "string" }));
        }
        (column.field.name().to_owned(), Value::Object(schema))
    };
    let required: Vec<&str> =
        table.columns.iter().filter(|column| column.required).map(|column| column.field.name()).collect();
    json!({
        "type": "object",
        "properties": table.columns.iter().map(column).collect::<Map<String, Value>>(),
        "required": required,
    })
}

/// Returns the JSON type of a value as programs should write it; null, for not known, where the column is optional.
fn written(column: &Column) -> Map<String, Value> {
    let decimal = r"^-?[0-9]+(\.[0-9]+)?$";
    let (kind, more) = match column.kind {
        Kind::Names | Kind::Shares => ("array", None),
        Kind::Truth => ("boolean", None),
        Kind::Count => ("integer", Some(("minimum", json!(0)))),
        Kind::Amount | Kind::Rate => ("string", Some(("pattern", json!(decimal)))),
        Kind::AmountFromZero | Kind::Share => ("string", Some(("pattern", json!(decimal.replace("-?", ""))))),
        Kind::Date => ("string", Some(("format", json!("date")))),
        Kind::Identifier if column.required => ("string", Some(("minLength", json!(1)))),
        Kind::Identifier | Kind::Name | Kind::Text | Kind::Period | Kind::Status | Kind::Currency => ("string", None),
    };
    let mut schema = Map::new();
    let is_decimal = matches!(column.kind, Kind::Amount | Kind::AmountFromZero | Kind::Rate | Kind::Share);
    schema.insert("type".to_owned(), if column.required { kind.into() } else { json!([kind, "null"]) });
    if is_decimal {
        schema.insert("format".to_owned(), "decimal".into());
    }
    schema.extend(more.map(|(name, value)| (name.to_owned(), value)));
    schema
}

/// Returns the JSON types of a value that is read; null means not known.
fn types(kind: Kind) -> Map<String, Value> {
    let types = match kind {
        Kind::Names | Kind::Shares => json!(["string", "array", "null"]),
        Kind::Truth => json!(["boolean", "string", "null"]),
        Kind::Amount | Kind::AmountFromZero | Kind::Rate | Kind::Share | Kind::Count => {
            json!(["number", "string", "null"])
        }
        Kind::Identifier | Kind::Name | Kind::Text => json!(["string", "number", "null"]),
        Kind::Date | Kind::Period | Kind::Status | Kind::Currency => json!(["string", "null"]),
    };
    Map::from_iter([("type".to_owned(), types)])
}
