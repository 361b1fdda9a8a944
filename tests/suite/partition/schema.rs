//! The documents of partitions and their schemas.

use super::equal::{as_of, demonstration, vendor};
use super::split::{Numbers, partitions, surveyed};
use quotient::finding::Findings;
use quotient::partition::{Assessor, Settler, schema, settled_lines, settlement};
use quotient::script::on_script_threads;
use serde_json::Value;
use std::path::Path;

/// Set `QUOTIENT_BLESS=1` to write the files again.
#[test]
fn the_schemas_of_partitions_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (file, text) in [
        ("channel_survey.schema.json", schema::channel_survey()),
        ("assessed_partner.schema.json", schema::assessed_partner()),
        ("settlement.schema.json", schema::settlement()),
        ("settled_line.schema.json", schema::settled_line()),
    ] {
        let path = folder.join(file);
        if std::env::var_os("QUOTIENT_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{file} is not current");
    }
}

#[track_caller]
fn assert_valid(schema: &str, document: &str) {
    let schema: Value = serde_json::from_str(schema).expect("a schema");
    let document: Value = serde_json::from_str(document).expect("a document");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    if let Err(error) = validator.validate(&document) {
        panic!("{error} in {document}");
    }
    let required = schema["required"].as_array().expect("members");
    assert_eq!(required.len(), schema["properties"].as_object().expect("members").len(), "members are always present");
}

#[test]
fn the_documents_of_partitions_are_as_their_schemas_say() {
    for name in ["meridian", "halcyon"] {
        let plugin = vendor(name);
        let parts = partitions(&demonstration(&plugin), 2, &mut Numbers(3));
        on_script_threads(Some(1), || {
            let survey = surveyed(&plugin, &as_of("2025-12-31"), &parts, &mut Numbers(3)).expect("a survey");
            assert_valid(&schema::channel_survey(), &survey.to_json());
            let assessor = Assessor::new(&plugin, survey).expect("a whole survey");
            let mut settler = Settler::new(&assessor);
            for record in parts.iter().flatten().flat_map(|book| assessor.assess(book.clone()).expect("records")) {
                assert_valid(&schema::assessed_partner(), &serde_json::to_string(&record).expect("JSON"));
                settler.add(record).expect("a record");
            }
            let done = settler.settle(&assessor.request(&mut Findings::new())).expect("a plan");
            let summary = serde_json::to_string(&settlement(&done, assessor.digest())).expect("JSON");
            assert_valid(&schema::settlement(), &summary);
            for line in settled_lines(&done) {
                let line = serde_json::to_string(&line.expect("amounts in range")).expect("JSON");
                assert_valid(&schema::settled_line(), &line);
            }
        });
    }
}
