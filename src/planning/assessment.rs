//! One partner assessed by itself: what the rules make of its lines, without a channel target.

use super::beside::BesideLines;
use super::drafts::fault_of_line;
use super::fault::PlanFault;
use super::line_name::line_name;
use super::lines::Lines;
use super::request::Request;
use super::view::{part_of_month, uncovered, view};
use crate::channel::{LineFacts, Name, PartnerBook, SegmentKey};
use crate::finding::{Finding, Findings, did_you_mean};
use crate::plugin::{LineAssessment, VendorPlugin, assess_line, because};
use crate::units::{Currency, PlanningPeriod};
use chrono::NaiveDate;
use std::sync::Arc;

/// Partners among which the one that is meant is looked for.
const MOST_CANDIDATES: usize = 20_000;

/// What a vendor's rules say about one partner.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerAssessment {
    /// Vendor.
    pub vendor: Name,
    /// Content hash of the rules and policies.
    pub revision: String,
    /// Hash of the partner book.
    pub input_hash: String,
    /// Currency of every amount.
    pub currency: Currency,
    /// Planning period.
    pub period: PlanningPeriod,
    /// Nothing later than this day was looked at.
    pub as_of: NaiveDate,
    /// Partner id.
    pub partner_id: Name,
    /// Partner name.
    pub partner_name: Name,
    /// False for a partner that the vendor's eligibility leaves out; it has no lines then.
    pub is_eligible: bool,
    /// Names of the factors, in the manifest's order.
    pub factors: Vec<Name>,
    /// Lines, ascending by product line, territory.
    pub lines: Vec<AssessedLine>,
    /// Warnings.
    pub findings: Findings,
}

/// One line of a partner, assessed.
#[derive(Debug, Clone, PartialEq)]
pub struct AssessedLine {
    /// Product line and territory as far as the grain has them.
    pub segment: SegmentKey,
    /// What was known about it.
    pub facts: Arc<LineFacts>,
    /// What the rules made of it.
    pub assessment: LineAssessment,
}

/// Assesses every line of one partner; the only one of the book when `partner` is `None`.
///
/// Targets, locks and previous proposals of the request play no part, but for the channel target that rules may read.
/// Runs on the calling thread when the book has at most some hundred partners. All faults of the partner are collected.
pub fn assess_partner(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    partner: Option<&str>,
) -> Result<PartnerAssessment, Findings> {
    let view = view(plugin, book, request)?;
    let mut findings: Findings = part_of_month(book, request, &view).into_iter().collect();
    findings.extend(uncovered(book.revenue_months(), &view));
    let known = book.as_of(view.as_of);
    let book = &*known;
    let index = index_of(book, partner).map_err(|finding| Findings::from_iter([finding]))?;
    let lines = Lines::new(book, &plugin.manifest, view).reading(plugin.lists_read());
    let beside = BesideLines::new(plugin, book, &lines)?;
    let partner = &book.partners[index];
    let is_eligible = lines.eligible.binary_search(&index).is_ok();
    let part = lines.in_force(partner).map(|in_force| in_force.part);
    let mut faults: Findings = beside.faults_of(index).into_iter().collect();
    let mut assessed = Vec::new();
    for (segment, facts) in is_eligible.then(|| lines.facts(partner)).into_iter().flatten() {
        let facts = Arc::new(facts);
        match assess_line(plugin, &beside.facts(index, &facts), book.currency, part) {
            Ok(assessment) => assessed.push(AssessedLine { segment, facts, assessment }),
            Err(found) => {
                faults.extend(found.into_iter().map(|fault| fault_of_line(fault, &partner.id, &segment)));
            }
        }
    }
    if faults.has_errors() {
        return Err(faults);
    }
    findings.extend(lines.in_part(partner, assessed.len()));
    findings.extend(assessed.iter().filter_map(|line| missing(plugin, &partner.id, line)));
    Ok(PartnerAssessment {
        vendor: Arc::clone(&plugin.vendor),
        revision: plugin.revision.clone(),
        input_hash: book.input_hash.clone(),
        currency: book.currency,
        period: lines.view().period.clone(),
        as_of: lines.view().as_of,
        partner_id: Arc::clone(&partner.id),
        partner_name: Arc::clone(&partner.name),
        is_eligible,
        factors: plugin.factors().iter().map(|factor| Arc::clone(&factor.name)).collect(),
        findings,
        lines: assessed,
    })
}

/// Returns what the factors miss of a line for which all of them abstained.
fn missing(plugin: &VendorPlugin, partner: &str, line: &AssessedLine) -> Option<Finding> {
    if line.assessment.assessment.is_some() {
        return None;
    }
    let named = plugin.factors().iter().zip(&line.assessment.indications.outcomes);
    let reasons = named.map(|(factor, outcome)| format!("`{}`: {}", factor.name, because(outcome))).collect();
    Some(PlanFault::NoIndication { line: line_name(partner, &line.segment), reasons }.into())
}

fn index_of(book: &PartnerBook, partner: Option<&str>) -> Result<usize, Finding> {
    let Some(id) = partner else {
        return match book.partners.len() {
            1 => Ok(0),
            many => Err(PlanFault::PartnerNotNamed { partners: many }.into()),
        };
    };
    book.partners.binary_search_by(|one| (*one.id).cmp(id)).map_err(|_| {
        let near = did_you_mean(id, book.partners.iter().take(MOST_CANDIDATES).map(|one| &*one.id));
        PlanFault::UnknownPartner { partner: id.to_owned(), near: near.map(str::to_owned) }.into()
    })
}
