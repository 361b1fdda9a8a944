//! A record says what was decided, exactly.

use super::support::{decision, time, told};
use quotient::audit::{Decision, LoggedOutcome, Omitted, Record, RecordContent, Status, new_id, schema};
use quotient::request::{Defaults, digest_of as digest};
use serde_json::Value;
use std::path::Path;

#[test]
fn a_record_holds_what_was_asked_and_answered_digit_by_digit() {
    let (input, answer) = (b"{ \"target\": 60000000.10,\n \"rate\": 0.120 }", br#"{"quota":{"amount":"1250000.00"}}"#);
    let line = RecordContent::default().record(&decision(input, answer)).line();
    let text = String::from_utf8(line).unwrap();
    assert!(text.contains(r#""input":{"target":60000000.10,"rate":0.120}"#), "{text}");
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["schema"], "quotient.decision/1");
    assert_eq!(read["time"], "2026-03-31T23:59:59.123Z");
    assert_eq!((&read["kind"], &read["form"]), (&"proposal".into(), &"json".into()));
    assert_eq!(read["input_digest"], digest(input));
    assert_eq!(read["outcome"]["digest"], digest(answer));
    assert_eq!(read["duration_us"], 1_250);
    assert_eq!(read["caller"], "portal");
    assert!(read["trace_id"].is_null() && read["base_book"].is_null() && read["input_omitted"].is_null());
}

#[test]
fn a_record_that_was_read_is_written_the_same() {
    let defaults = Defaults { as_of: chrono::NaiveDate::from_ymd_opt(2026, 3, 31), period: Some("FY26".to_owned()) };
    let refused = Decision {
        outcome: LoggedOutcome { status: Status::Refused, code: Some("plan::infeasible"), ..told(b"{}") },
        base_book: Some("book-1"),
        defaults: &defaults,
        ..decision(b"[1.0]", b"")
    };
    let line = RecordContent::default().record(&refused).line();
    let read: Record = serde_json::from_slice(&line).unwrap();
    assert_eq!(read.line(), line);
    assert_eq!(read.defaults.defaults(), defaults);
}

#[test]
fn what_is_too_large_is_left_out_and_keeps_its_digest() {
    let keeping = RecordContent { most_input: 6, most_answer: 6, ..RecordContent::default() };
    let record = keeping.record(&decision(b"[12345]", b"[67890]"));
    assert!(record.input.is_none() && record.outcome.answer.is_none());
    assert_eq!(record.input_omitted, Some(Omitted::TooLarge));
    assert_eq!(record.outcome.digest, digest(b"[67890]"));
    let fits = keeping.record(&decision(b"[1234]", b"[6789]"));
    assert!(fits.input.is_some() && fits.outcome.answer.is_some());
}

#[test]
fn requests_may_be_left_out_altogether() {
    let keeping = RecordContent { has_input: false, ..RecordContent::default() };
    assert_eq!(keeping.record(&decision(b"{}", b"{}")).input_omitted, Some(Omitted::NotKept));
    assert_eq!(RecordContent::default().record(&decision(b"no", b"{}")).input_omitted, Some(Omitted::NotJson));
}

#[test]
fn names_of_callers_cannot_forge_a_line() {
    let record = RecordContent::default()
        .record(&Decision { caller: Some("a\n{\"schema\":\"x\"}\u{2028}"), ..decision(b"1", b"2") });
    let line = String::from_utf8(record.line()).unwrap();
    assert_eq!(line.matches('\n').count(), 1);
    let read: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(read["caller"], "a\n{\"schema\":\"x\"}\u{2028}");
}

#[test]
fn identifiers_ascend_with_the_millisecond() {
    let ids: Vec<String> = (0..50).map(|at| new_id(time() + chrono::TimeDelta::milliseconds(at)).to_string()).collect();
    assert!(ids.is_sorted() && ids.iter().all(|id| id.len() == 36 && id.as_bytes()[14] == b'7'), "{ids:?}");
}

#[test]
fn records_validate_against_the_published_schema() {
    let schema: Value = serde_json::from_str(&schema::decision()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let keeping = RecordContent { most_input: 8, ..RecordContent::default() };
    for input in [b"{}".as_slice(), b"nonsense", b"[1,2,3,4,5,6]"] {
        let line = keeping.record(&decision(input, b"[]")).line();
        validator.validate(&serde_json::from_slice(&line).unwrap()).unwrap();
    }
    let mut wrong: Value = serde_json::from_slice(&keeping.record(&decision(b"1", b"2")).line()).unwrap();
    wrong["kind"] = "guess".into();
    assert!(!validator.is_valid(&wrong));
}

/// Set `QUOTIENT_BLESS=1` to write the files anew.
#[test]
fn the_committed_schemas_of_the_log_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (file, text) in [
        ("decision.schema.json", schema::decision()),
        ("act.schema.json", schema::act()),
        ("dropped.schema.json", schema::dropped()),
        ("replay.schema.json", schema::replay()),
        ("opened.schema.json", schema::opened()),
        ("head.schema.json", schema::head()),
        ("verification.schema.json", schema::verification()),
    ] {
        let path = folder.join(file);
        if std::env::var_os("QUOTIENT_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{file} is not current");
    }
}
