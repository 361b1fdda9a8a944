//! Health of a plan: the members are those of a proposal.

use super::body::Body;
use super::proposal::{Inputs, read};
use super::{Context, Form, Refusal, Written};
use crate::planning::{self, PAST_PERIODS};
use crate::report;

pub(super) fn decide(context: Context<'_>, body: Body<'_>) -> Result<Written, Refusal> {
    context.expect_rules("the health of a plan")?;
    let Inputs { book, request, warnings } = read(context, body)?;
    let partners = book.partners.len();
    let work = || planning::health(context.plugin, &book, &request, PAST_PERIODS, &|_, _| {});
    let mut health = context.work(partners, work)?;
    health.plan.findings = warnings.into_iter().chain(health.plan.findings).collect();
    let mut response = context.response();
    let written = match context.form {
        Form::Json => report::health::write_json(&health, &mut response),
        Form::Html => report::health::html(&health, &mut response),
        // The kind has no workbook.
        Form::Csv | Form::Xlsx => report::health::csv(&health, &mut response),
    };
    let (bytes, ()) = response.written(written)?;
    let findings = health.plan.findings.into_iter().chain(health.findings).collect();
    let input_hash = health.plan.input_hash;
    Ok(Written { bytes, input_hash, warnings: findings, partners, failed: 0, exhausted: 0 })
}
