//! One partner assessed.

use super::body::Body;
use super::member::{AssessmentRequest, RequestBody};
use super::{Context, Refusal, Written, at_partner, book, unwritten};
use crate::planning::{Request, assess_partner};
use crate::report;

/// Bytes that most assessments take.
const USUAL_BYTES: usize = 4096;

pub(super) fn decide(context: Context<'_>, mut body: Body<'_>) -> Result<Written, Refusal> {
    context.expect_rules("an assessment")?;
    let AssessmentRequest { partner, as_of, period, book } = AssessmentRequest::read(&mut body);
    let request = Request {
        as_of: as_of.or(context.defaults.as_of),
        period: period.or_else(|| context.defaults.period.clone()),
        ..Request::default()
    };
    let (book, partner_at) = (book::read(context, &body, book), body.at("partner"));
    let mut warnings = AssessmentRequest::finish(body);
    let Some(book) = book.ok(&mut warnings).filter(|_| !warnings.has_errors()) else { return Err(warnings.into()) };
    let assessment = context
        .work(book.partners.len(), || assess_partner(context.plugin, &book, &request, partner.as_deref()))
        .map_err(|findings| at_partner(findings, &partner_at))?;
    warnings.extend(assessment.findings.iter().cloned());
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    report::assessment::write_json(&assessment, &warnings, &mut bytes).map_err(|fault| unwritten(&fault))?;
    Ok(Written { bytes, input_hash: assessment.input_hash, warnings, partners: 1, failed: 0, exhausted: 0 })
}
