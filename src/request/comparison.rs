//! Two revisions of one vendor on the same input.

use super::body::Body;
use super::proposal::{self, Inputs};
use super::{Answer, Books, Cause, Context, Defaults, Form, Limits, Refusal, digest_of, unwritten, work};
use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::planning;
use crate::plugin::{Room, VendorFiles, VendorPlugin};
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
    let (input, warnings): (&PartnerBook, _) = match (&new_inputs, &old_inputs) {
        (Ok((inputs, _)), _) | (_, Ok((inputs, _))) => (&inputs.book, inputs.warnings.clone()),
        (Err(findings), Err(_)) => return Err(findings.clone().into()),
    };
    let as_of = [&new_inputs, &old_inputs].into_iter().find_map(|read| read.as_ref().ok()?.1);
    let partners = input.partners.len();
    let input_hash = input.input_hash.clone();
    let day = as_of.map_or(DecisionDay::None, DecisionDay::On);
    let threads = limits.threads;
    let comparison = compare_sides(side_of(before, &old_inputs), side_of(after, &new_inputs), day, threads)?;
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

fn side_of<'a>(revision: Revision<'a>, read: &'a Read) -> Side<'a> {
    let inputs = match read {
        Ok((inputs, _)) => Ok((&*inputs.book, &inputs.request)),
        Err(findings) => Err(findings.clone()),
    };
    Side { revision, inputs }
}

/// A revision with the input as it reads it, or the reason for which it cannot use it.
pub struct Side<'a> {
    /// The revision.
    pub revision: Revision<'a>,
    /// Its book and request.
    pub inputs: Result<(&'a PartnerBook, &'a planning::Request), Findings>,
}

/// Date on which the decisions of policies are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionDay {
    /// They are not compared.
    None,
    /// This date.
    On(NaiveDate),
    /// The as-of date of the plan; they are not compared without a plan.
    OfPlan,
}

/// Compares what both sides propose, when both have quota rules, and what they decide, when both have policies.
///
/// # Errors
/// With the findings of both when neither can use the input.
pub fn compare_sides(
    before: Side<'_>,
    after: Side<'_>,
    day: DecisionDay,
    threads: Option<usize>,
) -> Result<Comparison, Findings> {
    let book = match (&after.inputs, &before.inputs) {
        (Ok((book, _)), _) | (_, Ok((book, _))) => *book,
        (Err(findings), Err(_)) => return Err(findings.clone()),
    };
    let sides = [&before, &after];
    let has_rules = sides.iter().all(|side| !side.revision.plugin.factors().is_empty());
    let has_policies = sides.iter().all(|side| side.revision.plugin.policies().is_some());
    let [old, new] = sides.map(|side| has_rules.then(|| plan(side, threads)));
    let as_of = match day {
        DecisionDay::None => None,
        DecisionDay::On(day) => Some(day),
        DecisionDay::OfPlan => [&new, &old].into_iter().flatten().find_map(|plan| Some(plan.as_ref().ok()?.as_of)),
    };
    let decided = |side: &Side<'_>| as_of.filter(|_| has_policies).map(|day| decisions(side, day, threads));
    let compared = |side: &Side<'_>, plan| ComparedSide {
        revision: side.revision.plugin.revision.clone(),
        plan,
        decisions: decided(side),
    };
    Ok(Comparison {
        vendor: Arc::clone(&after.revision.plugin.vendor),
        input_hash: book.input_hash.clone(),
        currency: book.currency,
        files: files(before.revision.files, after.revision.files),
        as_of,
        names: book.partners.iter().map(|one| (Arc::clone(&one.id), Arc::clone(&one.name))).collect(),
        before: compared(&before, old),
        after: compared(&after, new),
    })
}

fn plan(side: &Side<'_>, threads: Option<usize>) -> Result<planning::QuotaPlan, Findings> {
    let (book, request) = side.inputs.clone()?;
    work(threads, book.partners.len(), || planning::propose(side.revision.plugin, book, request, &|_, _| {}))
}

fn decisions(side: &Side<'_>, as_of: NaiveDate, threads: Option<usize>) -> Result<ReviewedSide, Findings> {
    let ((book, _), plugin) = (side.inputs.clone()?, side.revision.plugin);
    let request = review::Request { as_of, period: None, quotas: None };
    let setting = Setting::new(&plugin.manifest, book, &request)?;
    work(threads, book.partners.len(), || {
        let known = book.as_of(as_of);
        let review = Review::new(plugin, &known, &setting, threads)?;
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
    let mut texts: BTreeMap<(Room, &str), [Option<&str>; 2]> = BTreeMap::new();
    for file in before.iter() {
        texts.entry((file.room, &*file.path)).or_default()[0] = Some(&file.text);
    }
    for file in after.iter() {
        texts.entry((file.room, &*file.path)).or_default()[1] = Some(&file.text);
    }
    let change = |((room, path), [old, new]): ((Room, &str), [Option<&str>; 2])| {
        let state = match (old, new) {
            (Some(old), Some(new)) if old == new => return None,
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (_, None) => "removed",
        };
        let path = format!("{}/{}/{path}", room.as_str(), after.vendor);
        let name = |text: Option<&str>| if text.is_some() { path.as_str() } else { "/dev/null" };
        let diff = TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
        let difference = diff.unified_diff().context_radius(3).header(name(old), name(new)).to_string();
        Some(FileChange { path, state, difference })
    };
    texts.into_iter().filter_map(change).collect()
}
