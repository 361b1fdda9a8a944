use super::sample::{channel, in_currency, plan, small, small_with_changes, ugly};
use quotient::planning::QuotaPlan;
use quotient::report::{json, schema};
use rust_decimal::Decimal;
use serde_json::Value;
use std::io::{self, Write};
use std::path::Path;

fn text(plan: &QuotaPlan) -> String {
    let mut out = Vec::new();
    json::write_plan(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn document(plan: &QuotaPlan) -> Value {
    serde_json::from_str(&text(plan)).unwrap()
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn the_document_reads_like_this() {
    insta::assert_snapshot!(text(&small_with_changes()));
}

#[test]
fn an_empty_plan_is_a_document_too() {
    let document = document(&plan(Vec::new()));
    assert_eq!(document["lines"], Value::Array(Vec::new()));
    assert_eq!(document["total"], "0.00");
    assert_eq!(document["changes"], Value::Null);
}

#[test]
fn amounts_are_text_with_the_decimals_of_the_currency() {
    assert_eq!(document(&in_currency("JPY", "1250000"))["total"], "1250000");
    assert_eq!(document(&in_currency("KWD", "0.125"))["lines"][0]["quota"], "0.125");
    assert_eq!(document(&in_currency("EUR", "1250000.5"))["lines"][0]["steps"][0]["indicated"], "1250000.50");
}

#[test]
fn steps_and_periods_sum_to_the_quota() {
    for line in document(&channel(150))["lines"].as_array().unwrap() {
        let sum = |list: &str, field: &str| -> Decimal {
            line[list].as_array().unwrap().iter().map(|entry| decimal(&entry[field])).sum()
        };
        assert_eq!(sum("steps", "amount"), decimal(&line["quota"]));
        assert_eq!(sum("periods", "quota"), decimal(&line["quota"]));
    }
}

#[test]
fn names_survive_unchanged() {
    let document = document(&ugly());
    let plan = ugly();
    for (line, written) in plan.lines.iter().zip(document["lines"].as_array().unwrap()) {
        assert_eq!(*line.identity.partner_name, *written["partner_name"].as_str().unwrap());
    }
}

#[test]
fn real_output_validates_against_the_published_schema() {
    let schema: Value = serde_json::from_str(&schema::proposal()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for plan in [plan(Vec::new()), small(), small_with_changes(), ugly(), channel(40), in_currency("JPY", "7")] {
        let document = document(&plan);
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_schema_refuses_an_amount_that_is_a_number() {
    let schema: Value = serde_json::from_str(&schema::proposal()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut document = document(&small());
    document["lines"][0]["quota"] = Value::from(12);
    assert!(!validator.is_valid(&document));
}

#[test]
fn every_member_is_required_by_the_schema() {
    let schema: Value = serde_json::from_str(&schema::proposal()).unwrap();
    let required: Vec<&str> = schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let properties: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(required, properties);
}

/// Set `QUOTIENT_BLESS=1` to write the files anew.
#[test]
fn the_committed_schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (file, text) in [
        ("assessment.schema.json", schema::assessment()),
        ("backtest.schema.json", schema::backtest()),
        ("health.schema.json", schema::health()),
        ("calibration.schema.json", schema::calibration()),
        ("comparison.schema.json", schema::comparison()),
        ("proposal.schema.json", schema::proposal()),
        ("explanation.schema.json", schema::explanation()),
        ("survey.schema.json", schema::survey()),
    ] {
        let path = folder.join(file);
        if std::env::var_os("QUOTIENT_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{file} is not current");
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(text(&channel(60)), text(&channel(60)));
}

#[test]
fn a_failing_stream_is_reported() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert!(json::write_plan(&small(), &mut Full).unwrap_err().to_string().starts_with("the report cannot be written"));
}
