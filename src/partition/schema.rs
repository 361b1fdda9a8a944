//! JSON Schemas (2020-12) of the documents of partitions, generated from the types that write them.

use super::assessed::AssessedPartner;
use super::settled::{SettledLineDocument, SettlementDocument};
use super::survey::SurveyDocument;
use crate::report::schema::text_of;

/// Schema of `quotient.channel_survey/1`, as committed in `schema/channel_survey.schema.json`.
pub fn channel_survey() -> String {
    text_of::<SurveyDocument>()
}

/// Schema of one assessed partner, as committed in `schema/assessed_partner.schema.json`.
pub fn assessed_partner() -> String {
    text_of::<AssessedPartner>()
}

/// Schema of `quotient.settlement/1`, as committed in `schema/settlement.schema.json`.
pub fn settlement() -> String {
    text_of::<SettlementDocument>()
}

/// Schema of one settled line, as committed in `schema/settled_line.schema.json`.
pub fn settled_line() -> String {
    text_of::<SettledLineDocument>()
}
