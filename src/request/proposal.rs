//! Proposals, and explanations of their lines.

use super::body::{Body, part, place};
use super::book::GivenBook;
use super::{Asked, Form, Made, Refusal, at_partner, book, unwritten};
use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::intake::{self, read_locks_json, read_previous_json, read_targets_json};
use crate::planning::{self, Explained, LineChoice, PreviousLine, QuotaPlan, Request};
use crate::report::{self, ExplainView};

/// Inputs of a proposal.
pub(super) struct Inputs {
    pub book: GivenBook,
    pub request: Request,
    pub warnings: Findings,
}

pub(super) fn decide(asked: Asked<'_>, body: Body<'_>) -> Result<Made, Refusal> {
    asked.needs_rules("proposal")?;
    let Inputs { book, request, warnings } = inputs(asked, body)?;
    let partners = book.partners.len();
    let plan = asked.work(partners, || planning::propose(asked.plugin, &book, &request, &|_, _| {}))?;
    let plan = with_warnings(plan, warnings);
    let mut bytes = Vec::new();
    match asked.form {
        Form::Json => report::json::write_plan(&plan, &mut bytes),
        Form::Csv => report::csv::write_plan(&plan, &mut bytes),
        Form::Xlsx => report::xlsx::write_plan(&plan, &mut bytes),
        Form::Html => report::html::write_plan(&plan, &mut bytes),
    }
    .map_err(|fault| unwritten(&fault))?;
    Ok(Made { bytes, input_hash: plan.input_hash, warnings: plan.findings, partners, failed: 0 })
}

pub(super) fn explain(asked: Asked<'_>, mut body: Body<'_>) -> Result<Made, Refusal> {
    asked.needs_rules("explanation")?;
    let (partner, partner_at) = (body.text("partner"), body.at("partner"));
    if partner.is_none() && !body.has_findings() {
        body.refuse("partner", "", "the request names no partner".to_owned(), "add `partner` with its id");
    }
    let choice = LineChoice {
        partner: partner.unwrap_or_default(),
        product_line: body.text("product_line"),
        territory: body.text("territory"),
    };
    let Inputs { book, request, warnings } = inputs(asked, body)?;
    let partners = book.partners.len();
    let made = asked.work(partners, || planning::explain(asked.plugin, &book, &request, &choice));
    let made = made.map_err(|findings| at_partner(findings, &partner_at))?;
    let Explained { plan, lines, sensitivities } = made;
    let plan = with_warnings(plan, warnings);
    let view = |(line, moves): (&usize, _)| plan.lines.get(*line).map(|line| ExplainView::new(&plan, line, moves));
    let moves = sensitivities.iter().map(Vec::as_slice);
    let views: Vec<ExplainView<'_>> = lines.iter().zip(moves).filter_map(view).collect();
    let mut bytes = Vec::new();
    report::explain::write_json(&plan, &views, &mut bytes).map_err(|fault| unwritten(&fault))?;
    Ok(Made { bytes, input_hash: plan.input_hash, warnings: plan.findings, partners, failed: 0 })
}

/// Warnings about the input come before those about the plan.
fn with_warnings(mut plan: QuotaPlan, warnings: Findings) -> QuotaPlan {
    plan.findings = warnings.into_iter().chain(plan.findings).collect();
    plan
}

/// Reads all members that proposals and explanations share; all findings of all of them at once.
pub(super) fn inputs(asked: Asked<'_>, mut body: Body<'_>) -> Result<Inputs, Refusal> {
    let mut request = Request {
        as_of: body.date("as_of").or(asked.defaults.as_of),
        period: body.text("period").or_else(|| asked.defaults.period.clone()),
        target: body.amount("target"),
        ..Request::default()
    };
    let (targets, locks, previous) = (body.list("targets"), body.list("locks"), body.part("previous"));
    let book = book::given(asked, &mut body);
    let mut findings = body.finish();
    let Some(book) = book.ok(&mut findings) else { return Err(findings.into()) };
    let limits = &asked.limits.intake;
    if let Some((pointer, text)) = targets {
        let read = read_targets_json(&part("targets", &pointer, text), &book, limits);
        let rows = read.ok(&mut findings).unwrap_or_default();
        request.targets = exact_targets(&rows, &book, &pointer, &mut findings);
    }
    if let Some((pointer, text)) = locks {
        let read = read_locks_json(&part("locks", &pointer, text), &book, limits);
        request.locks = read.ok(&mut findings).unwrap_or_default().locks;
    }
    if let Some((pointer, text)) = previous {
        let read = read_previous_json(&part("previous", &pointer, text), &book, limits);
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
    rows: &[intake::TargetRow],
    book: &PartnerBook,
    pointer: &str,
    refused: &mut Findings,
) -> Vec<crate::quota::TargetRow> {
    let place = |row: &intake::TargetRow| place(&format!("{pointer}/{}/target", row.row), &row.amount.to_string());
    planning::exact_targets(rows, book.currency, &place, refused)
}
