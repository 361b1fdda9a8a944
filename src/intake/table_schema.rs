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
        "title": kind.name(),
        "description": kind.table().doc,
        "type": "array",
        "items": row_schema(kind),
    });
    // The alternate form is the indented one.
    format!("{schema:#}\n")
}

/// Returns the JSON Schema of a row of a table: an object with a member per column; null means not known.
pub fn row_schema(kind: TableKind) -> Value {
    let table = kind.table();
    let column = |column: &Column| {
        let unit = if column.unit.is_empty() { String::new() } else { format!(" Unit: {}.", column.unit) };
        let mut schema = json!({
            "type": types(column.kind),
            "description": format!("{} {}.{unit}", column.doc, column.kind.notation()),
        });
        if matches!(column.kind, Kind::Names | Kind::Shares)
            && let Some(object) = schema.as_object_mut()
        {
            object.insert("items".to_owned(), json!({ "type": "string" }));
        }
        (column.field.name().to_owned(), schema)
    };
    let required: Vec<&str> =
        table.columns.iter().filter(|column| column.required).map(|column| column.field.name()).collect();
    json!({
        "type": "object",
        "properties": table.columns.iter().map(column).collect::<Map<String, Value>>(),
        "required": required,
    })
}

/// Returns the JSON types of a value; null means not known.
fn types(kind: Kind) -> Value {
    match kind {
        Kind::Names | Kind::Shares => json!(["string", "array", "null"]),
        Kind::Truth => json!(["boolean", "string", "null"]),
        Kind::Amount | Kind::AmountFromZero | Kind::Rate | Kind::Share | Kind::Count => {
            json!(["number", "string", "null"])
        }
        Kind::Identifier | Kind::Name | Kind::Text => json!(["string", "number", "null"]),
        Kind::Date | Kind::Period | Kind::Status | Kind::Currency => json!(["string", "null"]),
    }
}
