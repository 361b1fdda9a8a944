//! One partner assessed.

use super::body::Body;
use super::{Asked, Made, Refusal, at_partner, book, unwritten};
use crate::planning::{Request, assess_partner};
use crate::report;

/// Bytes that most assessments take.
const USUAL_BYTES: usize = 4096;

pub(super) fn decide(asked: Asked<'_>, mut body: Body<'_>) -> Result<Made, Refusal> {
    asked.needs_rules("assessment")?;
    let (partner, partner_at) = (body.text("partner"), body.at("partner"));
    let request = Request {
        as_of: body.date("as_of").or(asked.defaults.as_of),
        period: body.text("period").or_else(|| asked.defaults.period.clone()),
        ..Request::default()
    };
    let book = book::given(asked, &mut body);
    let mut warnings = body.finish();
    let Some(book) = book.ok(&mut warnings).filter(|_| !warnings.has_errors()) else { return Err(warnings.into()) };
    let assessment = asked
        .work(book.partners.len(), || assess_partner(asked.plugin, &book, &request, partner.as_deref()))
        .map_err(|findings| at_partner(findings, &partner_at))?;
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    report::assessment::write_json(&assessment, &warnings, &mut bytes).map_err(|fault| unwritten(&fault))?;
    Ok(Made { bytes, input_hash: assessment.input_hash, warnings, partners: 1, failed: 0 })
}
