//! One partner's assessment as JSON, schema `quotient.assessment/1`: one line of text, as batches need it.

use super::ReportFault;
use crate::channel::SegmentKey;
use crate::figure::Fraction;
use crate::finding::{CleanWriter, FindingDocument, Findings};
use crate::planning::{AssessedLine, PartnerAssessment};
use crate::plugin::{because, source};
use crate::script::FactorOutcome;
use crate::units::Money;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::Write;

/// Name and version of the assessment document.
pub const ASSESSMENT_SCHEMA: &str = "quotient.assessment/1";

/// Writes `assessment` as one JSON object on one line of text, with a line feed at the end.
pub fn write_json(
    assessment: &PartnerAssessment,
    warnings: &Findings,
    out: &mut impl Write,
) -> Result<(), ReportFault> {
    serde_json::to_writer(CleanWriter::json(&mut *out), &AssessmentDocument::of(assessment, warnings))?;
    out.write_all(b"\n")?;
    Ok(())
}

/// What a vendor's rules say about one partner by itself, before any channel target. `null` is "not known"; zero is zero.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Assessment")]
pub(super) struct AssessmentDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.assessment/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies.
    revision: &'a str,
    /// Hash of the partner book.
    input_hash: &'a str,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// Planning period, such as `FY2026`.
    period: &'a str,
    /// Nothing later than this day was looked at.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Partner id.
    partner_id: &'a str,
    /// Partner name.
    partner_name: &'a str,
    /// False for a partner that the vendor's eligibility leaves out; it has no lines then.
    is_eligible: bool,
    /// One entry per line at the vendor's grain, ascending by product line, territory.
    lines: Vec<AssessedLineDocument<'a>>,
    /// Warnings about the book.
    findings: Vec<FindingDocument>,
}

/// One line of the partner.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AssessedLine")]
struct AssessedLineDocument<'a> {
    /// Product line; null at partner grain.
    product_line: Option<&'a str>,
    /// Territory of the line; the partner's home territory at a grain without territories.
    territory: Option<&'a str>,
    /// Key of the line within its partner.
    segment: &'a SegmentKey,
    /// The assessment within the guardrails, rounded to the unit; null when every factor abstained.
    quota: Option<Money>,
    /// Sum of the contributions, at least zero, for the days in the program where the partner joins or leaves inside the period; null when every factor abstained.
    assessment: Option<Money>,
    /// Floor that holds.
    floor: Option<Money>,
    /// Ceiling that holds.
    ceiling: Option<Money>,
    /// Revenue of the latest stretch as long as the period, as sold.
    prior_revenue: Option<Money>,
    /// Revenue that growth is measured from.
    comparable_revenue: Option<Money>,
    /// One entry per factor, in the manifest's order.
    factors: Vec<FactorDocument<'a>>,
}

/// What one factor says.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AssessedFactor")]
struct FactorDocument<'a> {
    /// Factor.
    name: &'a str,
    /// True when the factor cannot tell for this line; its weight went to the others.
    abstained: bool,
    /// Revenue it indicates; null when it abstained.
    indicated: Option<Money>,
    /// Weight of the factor for this line, after abstentions were shared out; zero when it abstained.
    weight: Fraction,
    /// What it adds to the assessment; null when it abstained.
    contribution: Option<Money>,
    /// Why, in the vendor's words; empty when the rule gives none.
    because: &'a str,
    /// File and line of the rule's answer, such as `history.rhai:23`.
    source: &'a str,
}

impl<'a> AssessmentDocument<'a> {
    fn of(assessment: &'a PartnerAssessment, warnings: &'a Findings) -> Self {
        let line = |line| AssessedLineDocument::of(assessment, line);
        Self {
            schema: ASSESSMENT_SCHEMA,
            vendor: &assessment.vendor,
            revision: &assessment.revision,
            input_hash: &assessment.input_hash,
            currency: assessment.currency.code(),
            period: &assessment.period.label,
            as_of: assessment.as_of.to_string(),
            partner_id: &assessment.partner_id,
            partner_name: &assessment.partner_name,
            is_eligible: assessment.is_eligible,
            lines: assessment.lines.iter().map(line).collect(),
            findings: FindingDocument::grouped(warnings),
        }
    }
}

impl<'a> AssessedLineDocument<'a> {
    fn of(whole: &'a PartnerAssessment, line: &'a AssessedLine) -> Self {
        let AssessedLine { segment, facts, assessment } = line;
        Self {
            product_line: segment.product_line.as_deref(),
            territory: facts.identity.territory.as_deref(),
            segment,
            quota: assessment.quota,
            assessment: assessment.assessment,
            floor: assessment.floor,
            ceiling: assessment.ceiling,
            prior_revenue: facts.history.prior_revenue,
            comparable_revenue: facts.history.comparable_revenue,
            factors: (0..whole.factors.len()).filter_map(|factor| FactorDocument::of(whole, line, factor)).collect(),
        }
    }
}

impl<'a> FactorDocument<'a> {
    fn of(whole: &'a PartnerAssessment, line: &'a AssessedLine, factor: usize) -> Option<Self> {
        let assessment = &line.assessment;
        let outcome = assessment.indications.outcomes.get(factor)?;
        let indicated = match outcome {
            FactorOutcome::Indicated { revenue, .. } => Some(*revenue),
            FactorOutcome::Abstained { .. } => None,
        };
        let contribution = assessment.contributions.get(factor).copied().flatten();
        Some(Self {
            name: whole.factors.get(factor)?,
            abstained: indicated.is_none(),
            indicated,
            weight: Fraction(assessment.shares.get(factor).copied().unwrap_or_default()),
            contribution,
            because: because(outcome),
            source: source(outcome),
        })
    }
}
