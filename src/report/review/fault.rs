//! Failures of a review in its documents.

use crate::finding::FindingDocument;
use crate::review::PartnerFault;
use schemars::JsonSchema;
use serde::Serialize;

/// Failure on one partner.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
pub(super) struct FaultDocument<'a> {
    /// Partner id.
    partner_id: &'a str,
    /// Partner name.
    partner_name: &'a str,
    /// What failed, for this partner alone.
    #[serde(flatten)]
    finding: FindingDocument,
}

impl<'a> FaultDocument<'a> {
    pub(super) fn of(fault: &'a PartnerFault) -> Self {
        Self {
            partner_id: &fault.partner_id,
            partner_name: &fault.partner_name,
            finding: FindingDocument::from(&fault.finding),
        }
    }
}
