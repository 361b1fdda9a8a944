//! The published JSON Schemas of the input tables.

use jsonschema::Validator;
use quotient::intake::{TableKind, table_schema};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn path(kind: TableKind) -> PathBuf {
    root().join(format!("schema/{}.schema.json", kind.name()))
}

fn validator(kind: TableKind) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(&table_schema(kind)).unwrap()).unwrap()
}

/// Tables that a user writes: those of a book, and the targets.
fn kinds() -> impl Iterator<Item = TableKind> {
    TableKind::BOOK.into_iter().chain([TableKind::Targets])
}

#[test]
fn every_input_table_has_a_current_schema() {
    for kind in kinds() {
        if std::env::var_os("QUOTIENT_BLESS").is_some() {
            std::fs::write(path(kind), table_schema(kind)).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path(kind)).unwrap(), table_schema(kind), "{} is not current", kind.name());
    }
}

/// Rows of a file of the demonstration book as JSON; an empty cell is null.
fn demonstration(kind: TableKind) -> Option<Value> {
    let file = root().join(format!("examples/demonstration/{}.csv", kind.name()));
    let mut reader = csv::Reader::from_path(file).ok()?;
    let headings = reader.headers().unwrap().clone();
    let value = |cell: &str| if cell.is_empty() { Value::Null } else { cell.into() };
    let row = |row: csv::StringRecord| -> Map<String, Value> {
        headings.iter().map(str::to_owned).zip(row.iter().map(value)).collect()
    };
    Some(reader.records().map(|record| Value::Object(row(record.unwrap()))).collect())
}

#[test]
fn the_demonstration_book_fits_the_schemas() {
    let mut fitting = 0;
    for kind in kinds() {
        // The file of locks is a heading only.
        let Some(rows) = demonstration(kind).filter(|rows| *rows != Value::Array(Vec::new())) else { continue };
        validator(kind).validate(&rows).unwrap_or_else(|fault| panic!("{}: {fault}", kind.name()));
        fitting += 1;
    }
    assert_eq!(fitting, 8);
}

#[test]
fn a_row_without_a_required_column_does_not_fit() {
    let revenue = validator(TableKind::Revenue);
    assert!(revenue.is_valid(&json!([{"partner_id": "P1", "month": "2025-12", "amount": 5}])));
    assert!(!revenue.is_valid(&json!([{"partner_id": "P1", "month": "2025-12"}])));
    assert!(!revenue.is_valid(&json!([{"partner_id": "P1", "month": 202512, "amount": 5}])));
}
