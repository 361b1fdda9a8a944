use super::{HISTORY, ask, demonstration, document, shipped, small, vendor};
use quotient::request::{Kind, schemas};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn validator(name: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&schemas()[name]).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_schema_is_one() {
    for (name, schema) in schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert!(schema["description"].is_string(), "{name}");
    }
}

/// What a refusal says may stand there is what the schema says.
#[test]
fn bodies_are_read_by_the_members_of_their_schemas() {
    let kinds = [
        (Kind::Assessment, "AssessmentRequest"),
        (Kind::Proposal, "ProposalRequest"),
        (Kind::Explanation, "ExplanationRequest"),
        (Kind::Review, "ReviewRequest"),
        (Kind::Health, "ProposalRequest"),
    ];
    for (kind, name) in kinds {
        let plugin = shipped("meridian");
        let refusal = ask(&plugin, kind, &json!({"zzzzzzzzzzzz": 1, "book": small()})).unwrap_err();
        let help = refusal
            .findings
            .iter()
            .find_map(|finding| finding.advice().strip_prefix("known members: ").map(str::to_owned))
            .unwrap();
        let read: BTreeSet<&str> = help.split(", ").map(|name| name.trim_matches('`')).collect();
        let schema = schemas().remove(name).unwrap();
        let written: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(read, written, "{name}");
        assert_eq!(schema["additionalProperties"], false, "{name}");
    }
}

/// The book of the demonstration with the types that a program writes, where its files have only text.
fn as_programs_write() -> Value {
    let schema = &schemas()["Book"];
    let mut book = demonstration();
    for (table, rows) in book.as_object_mut().unwrap() {
        let Some(reference) = schema["properties"][table]["items"]["$ref"].as_str() else { continue };
        let columns = &schema["$defs"][reference.rsplit('/').next().unwrap()]["properties"];
        for (column, cell) in rows.as_array_mut().unwrap().iter_mut().flat_map(|row| row.as_object_mut().unwrap()) {
            let text = cell.as_str().unwrap().to_owned();
            match columns[column]["type"][0].as_str() {
                Some("array") => *cell = text.split(';').collect::<Vec<_>>().into(),
                Some("integer" | "boolean") => *cell = serde_json::from_str(&text).unwrap(),
                _ => {}
            }
        }
    }
    book
}

#[test]
fn bodies_that_are_answered_are_valid_under_their_schemas() {
    let book = as_programs_write();
    assert!(ask(&shipped("meridian"), Kind::Assessment, &json!({"partner": "P0007", "book": book})).is_ok());
    let cases = [
        ("AssessmentRequest", json!({"partner": "P0007", "book": book})),
        (
            "ProposalRequest",
            json!({"target": "60000000", "targets": [{"target": "5"}], "previous": {"lines": []}, "book": book}),
        ),
        (
            "ExplanationRequest",
            json!({"partner": "P0007", "target": "60000000.00", "book": {"kind": "change", "base": "x"}}),
        ),
        (
            "ReviewRequest",
            json!({"as_of": "2025-09-30", "quotas": {"lines": []}, "book": {"base": "x", "remove": ["A"]}}),
        ),
        ("Book", book.clone()),
    ];
    for (name, body) in cases {
        let validator = validator(name);
        let errors: Vec<String> =
            validator.iter_errors(&body).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
    assert!(!validator("ProposalRequest").is_valid(&json!({"target": -1, "book": book})));
    assert!(!validator("ProposalRequest").is_valid(&json!({"targett": 1, "book": book})));
    assert!(!validator("AssessmentRequest").is_valid(&json!({"partner": "A"})));
}

#[test]
fn one_reviewed_partner_is_valid_under_its_schema() {
    let plugin = shipped("meridian");
    let body = json!({"as_of": "2025-09-30", "partner": "P0007", "book": demonstration()});
    let answer: Value = document(&ask(&plugin, Kind::Review, &body).unwrap());
    let errors: Vec<String> =
        validator("ReviewedPartner").iter_errors(&answer).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let answer = document(&ask(&vendor(HISTORY), Kind::Assessment, &json!({"partner": "A", "book": small()})).unwrap());
    assert!(validator("Assessment").is_valid(&answer));
}
