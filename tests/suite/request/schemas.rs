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

#[test]
fn bodies_that_are_answered_are_valid_under_their_schemas() {
    let book = demonstration();
    let cases = [
        ("AssessmentRequest", json!({"partner": "P0007", "book": book})),
        ("ProposalRequest", json!({"target": 60000000, "targets": [{"target": "5"}], "previous": [], "book": book})),
        ("ExplanationRequest", json!({"partner": "P0007", "target": "60000000.00", "book": {"base": "x"}})),
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
