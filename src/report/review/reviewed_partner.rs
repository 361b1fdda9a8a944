//! The review of one partner as JSON, schema `quotient.reviewed_partner/1`.

use super::fault::FaultDocument;
use crate::finding::FindingDocument;
use crate::report::ReportFault;
use crate::report::json::indented;
use crate::review::{PartnerFault, PartnerReview, Review};
use schemars::JsonSchema;
use serde::Serialize;

/// Name and version of the document.
const SCHEMA: &str = "quotient.reviewed_partner/1";

/// One partner of a review with its faults, as indented JSON.
pub fn partner_text(
    review: &Review<'_>,
    partner: &PartnerReview,
    faults: &[PartnerFault],
) -> Result<String, ReportFault> {
    let setting = review.setting;
    indented(&ReviewedPartnerDocument {
        schema: SCHEMA,
        vendor: &review.plugin.vendor,
        revision: &review.plugin.revision,
        input_hash: &review.book.input_hash,
        as_of: setting.as_of.to_string(),
        period: &setting.period.label,
        currency: review.book.currency.code(),
        findings: FindingDocument::grouped(&review.warnings()),
        partner,
        faults: faults.iter().map(FaultDocument::of).collect(),
    })
}

/// One partner, reviewed alone: its standing, and what the policies decide. `null` is "not known" or "not defined".
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReviewedPartner")]
pub(in crate::report) struct ReviewedPartnerDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.reviewed_partner/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies.
    revision: &'a str,
    /// Hash of the partner book.
    input_hash: &'a str,
    /// As-of date: later facts are ignored.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Period, such as `FY2026` or `FY2026-Q1`.
    period: &'a str,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// Warnings about the book and the request.
    findings: Vec<FindingDocument>,
    #[serde(flatten)]
    partner: &'a PartnerReview,
    /// What failed about it.
    faults: Vec<FaultDocument<'a>>,
}
