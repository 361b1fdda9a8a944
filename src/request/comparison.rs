//! Two revisions of one vendor on the same input.

use super::body::Body;
use super::proposal::{self, Inputs};
use super::{Answer, Books, Cause, Context, Defaults, Form, Limits, Refusal, digest_of, unwritten};
use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::planning;
use crate::plugin::{VendorFiles, VendorPlugin};
use crate::report::ReportFault;
use crate::report::comparison::{ComparedSide, Comparison, FileChange, ReviewedSide, write_json};
use crate::review::{self, Review, Setting};
use chrono::NaiveDate;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A vendor's revision: compiled, and its files.
#[derive(Debug, Clone, Copy)]
pub struct Revision<'a> {
    /// Compiled.
    pub plugin: &'a VendorPlugin,
    /// Its files.
    pub files: &'a VendorFiles,
}

/// Compares what two revisions of a vendor decide on one input: the body is that of a proposal.
///
/// Proposals are compared when both have quota rules; decisions of the policies when both have some and the body names
/// a day, for the vendor's planning period around it. A revision that fails on the input is that side's findings.
///
/// # Errors
/// As [`super::decide`], when the body or its book is wrong for both revisions.
pub fn compare(
    before: Revision<'_>,
    after: Revision<'_>,
    body: &[u8],
    defaults: &Defaults,
    books: &(dyn Books + Sync),
    limits: &Limits,
) -> Result<Answer, Refusal> {
    let context = |plugin| Context { plugin, form: Form::Json, defaults, books, limits };
    let (old, new) = (context(before.plugin), context(after.plugin));
    let (old_inputs, new_inputs) = (read(old, body)?, read(new, body)?);
    let (input, warnings) = match (&new_inputs, &old_inputs) {
        (Ok((inputs, _)), _) | (_, Ok((inputs, _))) => (&inputs.book, inputs.warnings.clone()),
        (Err(findings), Err(_)) => return Err(findings.clone().into()),
    };
    let as_of = [&new_inputs, &old_inputs].into_iter().find_map(|read| read.as_ref().ok()?.1);
    let (vendor, partners) = (Arc::clone(&after.plugin.vendor), input.partners.len());
    let names = input.partners.iter().map(|one| (Arc::clone(&one.id), Arc::clone(&one.name))).collect();
    let (input_hash, currency) = (input.input_hash.clone(), input.currency);
    let has_rules = [before, after].iter().all(|revision| !revision.plugin.factors().is_empty());
    let has_policies = [before, after].iter().all(|revision| revision.plugin.policies().is_some());
    let side = |context: Context<'_>, read: &Read| ComparedSide {
        revision: context.plugin.revision.clone(),
        plan: has_rules.then(|| with_inputs(read, |inputs| plan(context, inputs))),
        decisions: as_of
            .filter(|_| has_policies)
            .map(|day| with_inputs(read, |inputs| decisions(context, &inputs.book, day))),
    };
    let comparison = Comparison {
        vendor,
        input_hash: input_hash.clone(),
        currency,
        files: files(before.files, after.files),
        as_of,
        names,
        before: side(old, &old_inputs),
        after: side(new, &new_inputs),
    };
    let mut response = new.response();
    let written = write_json(&comparison, &mut response);
    let (bytes, ()) = response.written(written)?;
    Ok(Answer {
        bytes,
        media_type: Form::Json.media_type(),
        input_digest: digest_of(body),
        input_hash: Some(input_hash),
        warnings,
        partners,
        failed: 0,
        exhausted: 0,
    })
}

/// Input as one side reads it, with its as-of date; or the reason for which it cannot be used.
type Read = Result<(Inputs, Option<NaiveDate>), Findings>;

/// Reads the body as one side sees it; what is wrong with it for everybody is a refusal.
fn read(context: Context<'_>, body: &[u8]) -> Result<Read, Refusal> {
    let body = Body::open(body, context.limits)?;
    match proposal::read(context, body) {
        Ok(inputs) => {
            let as_of = inputs.request.as_of;
            Ok(Ok((inputs, as_of)))
        }
        Err(refusal) => match refusal.cause {
            Cause::Malformed | Cause::UnknownBook | Cause::TooLarge => Err(refusal),
            Cause::NotPossible | Cause::Refused | Cause::RulesFailed | Cause::Infeasible => Ok(Err(refusal.findings)),
        },
    }
}

fn with_inputs<T>(read: &Read, work: impl FnOnce(&Inputs) -> Result<T, Findings>) -> Result<T, Findings> {
    match read {
        Ok((inputs, _)) => work(inputs),
        Err(findings) => Err(findings.clone()),
    }
}

fn plan(context: Context<'_>, inputs: &Inputs) -> Result<planning::QuotaPlan, Findings> {
    let (book, request): (&PartnerBook, _) = (&inputs.book, &inputs.request);
    context.work(book.partners.len(), || planning::propose(context.plugin, book, request, &|_, _| {}))
}

fn decisions(context: Context<'_>, book: &PartnerBook, as_of: NaiveDate) -> Result<ReviewedSide, Findings> {
    let request = review::Request { as_of, period: None, quotas: None };
    let setting = Setting::new(&context.plugin.manifest, book, &request)?;
    let threads = context.limits.threads;
    context.work(book.partners.len(), || {
        let review = Review::new(context.plugin, book, &setting, threads)?;
        let mut partners = BTreeMap::new();
        let outcome = review.each(
            threads,
            &|_, _| {},
            |one| (one.standing.identity.partner_id.clone(), one.decisions),
            |(id, decisions)| -> Result<(), ReportFault> {
                partners.insert(id, decisions);
                Ok(())
            },
        );
        let outcome = outcome.map_err(|fault| unwritten(&fault).findings)?;
        let findings = outcome.faults.into_iter().map(|fault| {
            let partner = fault.partner_id.to_string();
            fault.finding.in_context(|context| context.partner = Some(partner))
        });
        Ok(ReviewedSide { partners, findings: findings.collect() })
    })
}

/// Files that differ, rules before policies, ascending by path.
fn files(before: &VendorFiles, after: &VendorFiles) -> Vec<FileChange> {
    let mut texts: BTreeMap<_, (&str, Option<&str>, Option<&str>)> = BTreeMap::new();
    for file in before.iter() {
        texts.insert((file.room, &*file.path), (&file.shown, Some(&file.text), None));
    }
    for file in after.iter() {
        texts.entry((file.room, &*file.path)).or_insert((&file.shown, None, None)).2 = Some(&file.text);
    }
    let change = |(path, old, new): (&str, Option<&str>, Option<&str>)| {
        let state = match (old, new) {
            (Some(old), Some(new)) if old == new => return None,
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (_, None) => "removed",
        };
        let name = |text: Option<&str>| if text.is_some() { path } else { "/dev/null" };
        let diff = TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
        let difference = diff.unified_diff().context_radius(3).header(name(old), name(new)).to_string();
        Some(FileChange { path: path.to_owned(), state, difference })
    };
    texts.into_values().filter_map(change).collect()
}
