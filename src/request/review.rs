//! Reviews of a book or of one partner.

use super::body::{Body, place};
use super::fault::RequestFault;
use super::member::{Quotas, RequestBody, ReviewRequest};
use super::{Context, Form, Refusal, Written, book, unwritten};
use crate::channel::PartnerBook;
use crate::finding::{Code, Finding, Findings, Severity, did_you_mean};
use crate::intake::shown;
use crate::report::{ReportFault, review as report};
use crate::review::{Outcome, PartnerFault, Request, Review, Setting, begins_later, read_quotas_json};
use chrono::NaiveDate;
use std::borrow::Cow;

/// Partners among which a similar id is searched.
const MOST_CANDIDATES: usize = 20_000;

pub(super) fn decide(context: Context<'_>, mut body: Body<'_>) -> Result<Written, Refusal> {
    if context.plugin.policies().is_none() {
        return Err(RequestFault::NoPolicies { vendor: context.plugin.vendor.to_string() }.into());
    }
    let ReviewRequest { as_of, period, quotas, partner, book } = ReviewRequest::read(&mut body);
    let as_of = as_of.or(context.defaults.as_of);
    if as_of.is_none() && !body.has_findings() {
        body.refuse("as_of", "", RequestFault::NoDate {});
    }
    let period = period.or_else(|| context.defaults.period.clone());
    let (book, partner_at) = (book::read(context, &body, book), body.at("partner"));
    let mut findings = ReviewRequest::finish(body);
    let Some(book) = book.ok(&mut findings) else { return Err(findings.into()) };
    let quotas = quotas.and_then(|Quotas(part)| {
        read_quotas_json(&part.table("quotas"), &book, context.plugin, &context.limits.intake).ok(&mut findings)
    });
    let known = as_of.map_or(Cow::Borrowed(&*book), |date| book.as_of(date));
    let index = partner.map(|id| {
        let found = known.partners.binary_search_by(|one| (*one.id).cmp(&id));
        found.map_err(|_| findings.push(unknown((&book, &known), as_of, (&id, &partner_at))))
    });
    let Some(as_of) = as_of.filter(|_| !findings.has_errors()) else { return Err(findings.into()) };
    let mut setting = Setting::new(&context.plugin.manifest, &book, &Request { as_of, period, quotas })?;
    // What nothing reads is reported in the document, and not only in the log of decisions.
    let unread = |finding: &&Finding| finding.code() == Code::BookUnknownTable;
    setting.warnings = findings.iter().filter(unread).cloned().chain(setting.warnings).collect();
    let mut warnings: Findings = findings.into_iter().filter(|finding| !unread(&finding)).collect();
    let partners = known.partners.len();
    let Reviewed { bytes, warnings: found, partners, failed, exhausted } = context.work(partners, || {
        let review = Review::new(context.plugin, &known, &setting, context.limits.threads)?;
        match index {
            Some(Ok(index)) => one(context, &review, index),
            Some(Err(())) | None => all(context, &review),
        }
    })?;
    warnings.extend(found);
    Ok(Written { bytes, input_hash: book.input_hash.clone(), warnings, partners, failed, exhausted })
}

/// A review that is written.
pub(super) struct Reviewed {
    pub bytes: Vec<u8>,
    warnings: Findings,
    partners: usize,
    /// Partners with a fault.
    failed: usize,
    /// Faults by which a policy used up its budget.
    exhausted: usize,
}

fn exhausted<'a>(faults: impl IntoIterator<Item = &'a PartnerFault>) -> usize {
    faults.into_iter().filter(|fault| fault.finding.code() == Code::ScriptBudget).count()
}

fn one(context: Context<'_>, review: &Review<'_>, index: usize) -> Result<Reviewed, Refusal> {
    if context.form != Form::Json {
        return Err(RequestFault::WrongFormatOfPartner { format: context.form.as_str().to_owned() }.into());
    }
    let (partner, faults) = review.of(index).map_err(|fault| Findings::from_iter([fault.finding]))?;
    let text =
        report::reviewed_partner::partner_text(review, &partner, &faults).map_err(|fault| unwritten(&fault))? + "\n";
    Ok(Reviewed {
        bytes: text.into_bytes(),
        warnings: review.warnings(),
        partners: 1,
        failed: usize::from(!faults.is_empty()),
        exhausted: exhausted(&faults),
    })
}

pub(super) fn all(context: Context<'_>, review: &Review<'_>) -> Result<Reviewed, Refusal> {
    let (threads, progress) = (context.limits.threads, &|_, _| {});
    let mut response = context.response();
    let made: Result<_, ReportFault> = match context.form {
        Form::Json => report::json::write_review(review, threads, progress, &mut response),
        Form::Csv => report::csv::write_review(review, threads, progress, &mut response),
        Form::Html => report::Reviewed::new(review, threads, progress).and_then(|reviewed| {
            report::html::write_review(&reviewed, &mut response)?;
            Ok(reviewed.outcome)
        }),
        Form::Xlsx => report::Reviewed::new(review, threads, progress).and_then(|reviewed| {
            report::xlsx::write_review(&reviewed, &mut response)?;
            Ok(reviewed.outcome)
        }),
    };
    let (bytes, Outcome { summary, faults, .. }) = response.written(made)?;
    Ok(Reviewed {
        bytes,
        warnings: review.warnings(),
        partners: summary.partners,
        failed: summary.failed,
        exhausted: exhausted(&faults),
    })
}

/// The finding about a partner that the review does not have, as `known` on its date; `book` has those of later dates.
fn unknown(
    (book, known): (&PartnerBook, &PartnerBook),
    as_of: Option<NaiveDate>,
    (id, pointer): (&str, &str),
) -> Finding {
    if let Some(finding) = as_of.and_then(|as_of| begins_later(book, as_of, Some(id))) {
        return finding.with_severity(Severity::Error).at(place(pointer, id));
    }
    let near = did_you_mean(id, known.partners.iter().take(MOST_CANDIDATES).map(|one| &*one.id)).map(shown);
    Finding::from(RequestFault::UnknownPartner { partner: shown(id), near }).at(place(pointer, id))
}
