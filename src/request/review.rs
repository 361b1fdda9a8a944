//! Reviews of a book or of one partner.

use super::body::{Body, part, place};
use super::{Asked, Form, Made, Refusal, book, unwritten};
use crate::channel::PartnerBook;
use crate::finding::{Code, Finding, Findings, did_you_mean};
use crate::intake::shown;
use crate::report::{ReportFault, review as report};
use crate::review::{Request, Review, Setting, read_quotas_json};

/// Partners among which the one that is meant is looked for.
const MOST_CANDIDATES: usize = 20_000;

pub(super) fn decide(asked: Asked<'_>, mut body: Body<'_>) -> Result<Made, Refusal> {
    if asked.plugin.policies().is_none() {
        let message = format!("vendor `{}` has no policies, so there is nothing to review", asked.plugin.vendor);
        return Err(Refusal::not_possible(message, "request a proposal, or name a vendor with policies"));
    }
    let as_of = body.date("as_of").or(asked.defaults.as_of);
    if as_of.is_none() && !body.has_findings() {
        body.refuse("as_of", "", "the request names no day".to_owned(), "add `as_of`, such as `\"2025-09-30\"`");
    }
    let period = body.text("period").or_else(|| asked.defaults.period.clone());
    let (quotas, partner) = (body.part("quotas"), body.text("partner"));
    let partner_at = body.at("partner");
    let book = book::given(asked, &mut body);
    let mut findings = body.finish();
    let Some(book) = book.ok(&mut findings) else { return Err(findings.into()) };
    let quotas = quotas.and_then(|(pointer, text)| {
        let part = part("quotas", &pointer, text);
        read_quotas_json(&part, &book, asked.plugin, &asked.limits.intake).ok(&mut findings)
    });
    let index = partner.map(|id| {
        let found = book.partners.binary_search_by(|one| (*one.id).cmp(&id));
        found.map_err(|_| findings.push(unknown(&book, &id, &partner_at)))
    });
    let Some(as_of) = as_of.filter(|_| !findings.has_errors()) else { return Err(findings.into()) };
    let mut warnings = findings;
    let setting = Setting::new(&asked.plugin.manifest, &book, &Request { as_of, period, quotas })?;
    let partners = book.partners.len();
    let (bytes, found, partners, failed) = asked.work(partners, || {
        let review = Review::new(asked.plugin, &book, &setting, asked.limits.threads)?;
        match index {
            Some(Ok(index)) => one(asked, &review, index),
            Some(Err(())) | None => all(asked, &review),
        }
    })?;
    warnings.extend(found);
    Ok(Made { bytes, input_hash: book.input_hash.clone(), warnings, partners, failed })
}

/// The document, its warnings, partners looked at, partners about whom something failed.
type Written = (Vec<u8>, Findings, usize, usize);

fn one(asked: Asked<'_>, review: &Review<'_>, index: usize) -> Result<Written, Refusal> {
    if asked.form != Form::Json {
        let message = format!("the review of one partner is not written as {}", asked.form.as_str());
        return Err(Refusal::not_possible(message, "ask for JSON, or leave `partner` out"));
    }
    let (partner, faults) = review.of(index).map_err(|fault| Findings::from_iter([fault.finding]))?;
    let text = report::json::partner_text(&partner, &faults).map_err(|fault| unwritten(&fault))? + "\n";
    Ok((text.into_bytes(), review.warnings(), 1, usize::from(!faults.is_empty())))
}

fn all(asked: Asked<'_>, review: &Review<'_>) -> Result<Written, Refusal> {
    let (threads, progress) = (asked.limits.threads, &|_, _| {});
    let mut bytes = Vec::new();
    let made: Result<_, ReportFault> = match asked.form {
        Form::Json => report::json::write_review(review, threads, progress, &mut bytes),
        Form::Csv => report::csv::write_review(review, threads, progress, &mut bytes),
        Form::Html => report::Reviewed::new(review, threads, progress).and_then(|reviewed| {
            report::html::write_review(&reviewed, &mut bytes)?;
            Ok(reviewed.outcome)
        }),
        Form::Xlsx => report::Reviewed::new(review, threads, progress).and_then(|reviewed| {
            report::xlsx::write_review(&reviewed, &mut bytes)?;
            Ok(reviewed.outcome)
        }),
    };
    let summary = made.map_err(|fault| unwritten(&fault))?.summary;
    Ok((bytes, review.warnings(), summary.partners, summary.failed))
}

fn unknown(book: &PartnerBook, id: &str, pointer: &str) -> Finding {
    let near = did_you_mean(id, book.partners.iter().take(MOST_CANDIDATES).map(|one| &*one.id));
    let help =
        near.map_or_else(|| "correct the identifier".to_owned(), |near| format!("did you mean `{}`?", shown(near)));
    let message = format!("the book has no partner `{}`", shown(id));
    Finding::error(Code::BookUnknownReference, message).at(place(pointer, id)).help(help)
}
