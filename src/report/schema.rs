//! JSON Schemas (2020-12) of the documents this room writes, generated from the types that write them.

use super::assessment::AssessmentDocument;
use super::backtest::BacktestDocument;
use super::calibration::CalibrationDocument;
use super::comparison::ComparisonDocument;
use super::explain::ExplanationDocument;
use super::health::HealthDocument;
use super::json::ProposalDocument;
use super::review::json::ReviewDocument;
use super::review::reviewed_partner::ReviewedPartnerDocument;
use super::survey::SurveyDocument;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// Schema of `quotient.proposal/1`, as committed in `schema/proposal.schema.json`.
pub fn proposal() -> String {
    text_of::<ProposalDocument<'static>>()
}

/// Schema of `quotient.assessment/1`, as committed in `schema/assessment.schema.json`.
pub fn assessment() -> String {
    text_of::<AssessmentDocument<'static>>()
}

/// Schema of `quotient.backtest/2`, as committed in `schema/backtest.schema.json`.
pub fn backtest() -> String {
    text_of::<BacktestDocument<'static>>()
}

/// Schema of `quotient.calibration/1`, as committed in `schema/calibration.schema.json`.
pub fn calibration() -> String {
    text_of::<CalibrationDocument<'static>>()
}

/// Schema of `quotient.comparison/1`, as committed in `schema/comparison.schema.json`.
pub fn comparison() -> String {
    text_of::<ComparisonDocument<'static>>()
}

/// Schema of `quotient.explanation/1`, as committed in `schema/explanation.schema.json`.
pub fn explanation() -> String {
    text_of::<ExplanationDocument<'static>>()
}

/// Schema of `quotient.health/1`, as committed in `schema/health.schema.json`.
pub fn health() -> String {
    text_of::<HealthDocument<'static>>()
}

/// Schema of `quotient.survey/1`, as committed in `schema/survey.schema.json`.
pub fn survey() -> String {
    text_of::<SurveyDocument<'static>>()
}

/// Schema of `quotient.review/1`, as committed in `schema/review.schema.json`.
pub fn review() -> String {
    text_of::<ReviewDocument<'static>>()
}

/// Schema of `quotient.reviewed_partner/1`, as committed in `schema/reviewed_partner.schema.json`.
pub fn reviewed_partner() -> String {
    text_of::<ReviewedPartnerDocument<'static>>()
}

/// Schema of what `T` is written as; what the document is stands first.
pub(crate) fn text_of<T: JsonSchema>() -> String {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    // What the document is stands first, for people who open the file.
    let mut ordered = Map::new();
    for key in ["$schema", "$id", "title", "description"] {
        let value = if key == "$id" { Some(id_of(schema.as_value()).into()) } else { schema.remove(key) };
        ordered.extend(value.map(|value| (key.to_owned(), value)));
    }
    ordered.extend(schema.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    // The alternate form is the indented one.
    format!("{:#}\n", Value::Object(ordered))
}

/// Returns the identifier of a schema: the name and version of its document, or its title.
fn id_of(schema: &Value) -> String {
    let stated = schema.pointer("/properties/schema/const").and_then(Value::as_str);
    let name = match stated {
        Some(stated) => stated.trim_start_matches("quotient.").replace('/', ":"),
        None => schema["title"].as_str().unwrap_or_default().to_lowercase(),
    };
    format!("urn:quotient:schema:{name}")
}
