//! JSON Schema of the mapping file, from the declaration of its keys and of the tables.

use super::super::table::{Kind, Table, TableKind};
use super::key::{Key, Scope, Shape};
use super::reader::EXTRA;
use serde_json::{Map, Value, json};

/// Returns the JSON Schema (2020-12) of a mapping file, as committed in `schema/map.schema.json`.
///
/// TOML editors that know JSON Schema complete and check the file with it.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(&quotient::intake::mapping_schema())?;
/// assert_eq!(schema["properties"]["revenue"]["properties"]["decimal"]["enum"][1], ",");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn mapping_schema() -> String {
    let mut properties = Map::new();
    for key in Key::within(Scope::Top) {
        // Without a table there are no columns to name.
        let shape = if let Shape::Either(one, Shape::ByColumn(..)) = key.shape() { *one } else { key.shape() };
        properties.insert(key.name().to_owned(), property(key, shape, TableKind::Extra.table()));
    }
    for kind in TableKind::BOOK {
        properties.insert(kind.name().to_owned(), section(kind.table()));
    }
    let extra = json!({
        "description": "Further tables keyed by partner, each with a section of its name.",
        "type": "object",
        "additionalProperties": section(TableKind::Extra.table()),
    });
    properties.insert(EXTRA.to_owned(), extra);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:quotient:schema:map",
        "title": "Mapping file",
        "description": "Names of the tables and columns of an export, and the notation of its values.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    // The alternate form is the indented one.
    format!("{schema:#}\n")
}

fn section(table: &Table) -> Value {
    let scope = Scope::of(table.kind);
    let properties: Map<String, Value> =
        Key::within(scope).map(|key| (key.name().to_owned(), property(key, key.shape(), table))).collect();
    let description = format!("Table `{}`. {}", table.name, table.doc);
    json!({ "description": description, "type": "object", "properties": properties, "additionalProperties": false })
}

fn property(key: Key, shape: Shape, table: &Table) -> Value {
    let mut schema = json!({ "description": key.doc().trim() });
    if let (Some(own), Value::Object(form)) = (schema.as_object_mut(), form(shape, table)) {
        own.extend(form);
    }
    schema
}

/// The schema of a value of this form.
fn form(shape: Shape, table: &Table) -> Value {
    match shape {
        Shape::String(_) => json!({ "type": "string" }),
        Shape::OneOf(names) => json!({ "enum": names }),
        Shape::Strings(_) => {
            let list = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
            json!({ "anyOf": [{ "type": "string" }, list] })
        }
        Shape::List(_) => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::ByColumn(kinds, inner) => {
            let fits = |kind: &Kind| kinds.is_empty() || kinds.contains(kind);
            let columns = table.columns.iter().filter(|column| fits(&column.kind));
            let properties: Map<String, Value> =
                columns.map(|column| (column.field.name().to_owned(), form(*inner, table))).collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        Shape::Either(one, other) => json!({ "anyOf": [form(*one, table), form(*other, table)] }),
        Shape::Split => {
            let rules = if table.kind == TableKind::Revenue { &["equal", "first"][..] } else { &["first"] };
            let properties = json!({ "separator": { "type": "string", "minLength": 1 }, "rule": { "enum": rules } });
            let own = json!({ "type": "object", "properties": properties, "required": ["separator", "rule"],
                "additionalProperties": false });
            json!({ "type": "object", "properties": { "partner_id": own }, "additionalProperties": false })
        }
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::WordOrList(names, _) => {
            let list = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
            json!({ "anyOf": [{ "enum": names }, list] })
        }
        Shape::Column(kinds) => {
            let columns = table.columns.iter().filter(|column| kinds.contains(&column.kind));
            json!({ "enum": columns.map(|column| column.field.name()).collect::<Vec<_>>() })
        }
        Shape::Members(members) => {
            let member = |(name, shape, doc): &(&str, Shape, &str)| {
                let mut schema = form(*shape, table);
                if let Some(own) = schema.as_object_mut() {
                    own.insert("description".to_owned(), (*doc).into());
                }
                ((*name).to_owned(), schema)
            };
            let properties: Map<String, Value> = members.iter().map(member).collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        Shape::ByWord(_, inner) => json!({ "type": "object", "additionalProperties": form(*inner, table) }),
    }
}
