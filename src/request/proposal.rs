//! Proposals, and explanations of their lines.

use super::body::{Body, place};
use super::book::RequestedBook;
use super::fault::RequestFault;
use super::member::{ExplanationRequest, Locks, ProposalRequest, Quotas, RequestBody, Targets};
use super::{Context, Form, Refusal, Written, at_partner, book, unwritten};
use crate::channel::{PartnerBook, Target};
use crate::finding::{Checked, Findings};
use crate::intake::{self, read_locks_json, read_previous_json, read_targets_json};
use crate::planning::{self, Explained, LineChoice, PreviousLine, QuotaPlan, Request};
use crate::report::{self, ExplainView};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Inputs of a proposal.
pub(super) struct Inputs {
    pub book: RequestedBook,
    pub request: Request,
    pub warnings: Findings,
}

pub(super) fn decide(context: Context<'_>, body: Body<'_>) -> Result<Written, Refusal> {
    context.expect_rules("a proposal")?;
    let Inputs { book, request, warnings } = read(context, body)?;
    let partners = book.partners.len();
    let plan = context.work(partners, || planning::propose(context.plugin, &book, &request, &|_, _| {}))?;
    let plan = with_warnings(plan, warnings);
    let mut response = context.response();
    let written = match context.form {
        Form::Json => report::json::write_plan(&plan, &mut response),
        Form::Csv => report::csv::write_plan(&plan, &mut response),
        Form::Xlsx => report::xlsx::write_plan(&plan, &mut response),
        Form::Html => report::html::write_plan(&plan, &mut response),
    };
    let (bytes, ()) = response.written(written)?;
    Ok(Written { bytes, input_hash: plan.input_hash, warnings: plan.findings, partners, failed: 0, exhausted: 0 })
}

pub(super) fn explain(context: Context<'_>, mut body: Body<'_>) -> Result<Written, Refusal> {
    context.expect_rules("an explanation")?;
    let request = ExplanationRequest::read(&mut body);
    if request.partner.is_none() && !body.has_findings() {
        body.refuse("partner", "", RequestFault::NoPartner {});
    }
    let partner_at = body.at("partner");
    let ExplanationRequest {
        partner,
        product_line,
        territory,
        as_of,
        period,
        target,
        targets,
        locks,
        previous,
        bands,
        book,
    } = request;
    let choice = LineChoice { partner: partner.unwrap_or_default(), product_line, territory };
    let book = book::read(context, &body, book);
    let refused = ExplanationRequest::finish(body);
    let members = PlanMembers { as_of, period, target, targets, locks, previous, bands };
    let Inputs { book, request, warnings } = inputs(context, members, book, refused)?;
    let partners = book.partners.len();
    let made = context.work(partners, || planning::explain(context.plugin, &book, &request, &choice));
    let made = made.map_err(|findings| at_partner(findings, &partner_at))?;
    let Explained { plan, lines, sensitivities } = made;
    let plan = with_warnings(plan, warnings);
    let view = |(line, moves): (&usize, _)| plan.lines.get(*line).map(|line| ExplainView::new(&plan, line, moves));
    let moves = sensitivities.iter().map(Vec::as_slice);
    let views: Vec<ExplainView<'_>> = lines.iter().zip(moves).filter_map(view).collect();
    let mut bytes = Vec::new();
    report::explain::write_json(&plan, &views, &mut bytes).map_err(|fault| unwritten(&fault))?;
    Ok(Written { bytes, input_hash: plan.input_hash, warnings: plan.findings, partners, failed: 0, exhausted: 0 })
}

/// Puts warnings about the input before those about the plan.
fn with_warnings(mut plan: QuotaPlan, warnings: Findings) -> QuotaPlan {
    plan.findings = warnings.into_iter().chain(plan.findings).collect();
    plan
}

/// Members that proposals and explanations share.
struct PlanMembers<'t> {
    as_of: Option<NaiveDate>,
    period: Option<String>,
    target: Option<Decimal>,
    targets: Option<Targets<'t>>,
    locks: Option<Locks<'t>>,
    previous: Option<Quotas<'t>>,
    bands: Option<bool>,
}

/// Reads the inputs of a proposal; all findings of all members in one pass.
pub(super) fn read(context: Context<'_>, mut body: Body<'_>) -> Result<Inputs, Refusal> {
    let ProposalRequest { as_of, period, target, targets, locks, previous, bands, book } =
        ProposalRequest::read(&mut body);
    let book = book::read(context, &body, book);
    let refused = ProposalRequest::finish(body);
    inputs(context, PlanMembers { as_of, period, target, targets, locks, previous, bands }, book, refused)
}

fn inputs(
    context: Context<'_>,
    members: PlanMembers<'_>,
    book: Checked<RequestedBook>,
    mut findings: Findings,
) -> Result<Inputs, Refusal> {
    let mut request = Request {
        as_of: members.as_of.or(context.defaults.as_of),
        period: members.period.or_else(|| context.defaults.period.clone()),
        target: members.target,
        bands: members.bands.unwrap_or(false),
        ..Request::default()
    };
    let Some(book) = book.ok(&mut findings) else { return Err(findings.into()) };
    let limits = &context.limits.intake;
    if let Some(Targets(part)) = &members.targets {
        let read = read_targets_json(&part.table("targets"), &book, limits);
        let rows = read.ok(&mut findings).unwrap_or_default();
        request.targets = exact_targets(&rows, &book, &part.pointer, &mut findings);
    }
    request.take_targets(&book, &mut findings);
    if let Some(Locks(part)) = &members.locks {
        let read = read_locks_json(&part.table("locks"), &book, limits);
        let file = read.ok(&mut findings).unwrap_or_default();
        (request.locks, request.lock_places) = (file.locks, file.places);
    }
    if let Some(Quotas(part)) = &members.previous {
        let read = read_previous_json(&part.table("previous"), &book, limits);
        let line = |row: intake::PreviousRow| PreviousLine {
            partner_id: row.partner_id,
            segment: row.segment,
            quota: row.quota,
        };
        request.previous = read.ok(&mut findings).map(|(rows, _)| rows.into_iter().map(line).collect());
    }
    if findings.has_errors() { Err(findings.into()) } else { Ok(Inputs { book, request, warnings: findings }) }
}

fn exact_targets(
    rows: &[Target],
    book: &PartnerBook,
    pointer: &str,
    refused: &mut Findings,
) -> Vec<crate::quota::TargetRow> {
    let place = |row: &Target| place(&format!("{pointer}/{}/target", row.row), &row.amount.to_string());
    planning::exact_targets(rows, book.currency, &place, refused)
}
