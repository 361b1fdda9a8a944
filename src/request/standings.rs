//! Quotas of a plan of record against a book: figures and decisions of each partner.

use super::fault::RequestFault;
use super::review::all;
use super::{Context, Defaults, Form, Limits, NoBooks, Refusal};
use crate::channel::{CurrentQuota, Name, Partner, PartnerBook};
use crate::finding::Findings;
use crate::intake::JsonPart;
use crate::intake::recognition::Question;
use crate::ledger::plan::BusinessPlan;
use crate::plugin::VendorPlugin;
use crate::report::review::standings::{OfPlan, write_standings};
use crate::report::{ReportFault, review as report};
use crate::review::{Request, Review, Setting, read_quotas_json};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Name of the quotas in findings.
const QUOTAS: &str = "quotas in force";

/// Partner with a quota in force.
#[derive(Debug, Clone)]
pub struct PlanMember {
    /// Partner id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Account manager; `None` without one.
    pub manager: Option<String>,
}

/// Question about the quotas of a plan.
#[derive(Debug, Clone)]
pub struct StandingsQuestion {
    /// Name of the plan.
    pub plan: String,
    /// Version of the plan.
    pub version: u64,
    /// Label of its period.
    pub period: String,
    /// Quotas in force, as `quotient plan export` writes them as JSON.
    pub quotas: String,
    /// Date that the book is seen from; the end of its latest complete month if `None`, or `today` without one.
    pub as_of: Option<NaiveDate>,
    /// The current date.
    pub today: NaiveDate,
    /// Person who sees these partners only, by id; `None` for all partners of the book.
    pub part: Option<(String, BTreeSet<String>)>,
    /// Partners with a quota in force, ascending by id.
    pub members: Vec<PlanMember>,
    /// Business plans of these partners, by partner id.
    pub business: BTreeMap<String, BusinessPlan>,
    /// Questions of the mapping that was proposed for the book, each with its place.
    pub questions: Vec<Question>,
    /// Warnings about the book.
    pub warnings: Findings,
}

/// Reviews the quotas in force against a book, whose own quotas of the period do not count; returns the document: `PlanStandings` as JSON, else that of a review.
///
/// # Errors
/// When a quota cannot be read, the book is of another currency, a policy reads tables that the book does not have, or the
/// document would be too large.
pub fn plan_standings(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    asked: &StandingsQuestion,
    form: Form,
    limits: &Limits,
) -> Result<Vec<u8>, Refusal> {
    let defaults = Defaults::default();
    let context = Context { plugin, form, defaults: &defaults, books: &NoBooks, limits };
    let complete = || book.latest_month(Some(asked.today)).map(|month| month.complete.last_day());
    let as_of = asked.as_of.or_else(complete).unwrap_or(asked.today);
    let part = JsonPart { file: QUOTAS, pointer: "", name: "", text: &asked.quotas };
    let mut warnings = asked.warnings.clone();
    let quotas = read_quotas_json(&part, book, plugin, &limits.intake).ok(&mut warnings);
    if warnings.has_errors() {
        return Err(warnings.into());
    }
    let book = &*with_members(book, &asked.members, &mut warnings);
    let request = Request { as_of, period: Some(asked.period.clone()), quotas };
    let mut setting = Setting::new(&plugin.manifest, book, &request)?;
    let mut known = book.as_of(as_of);
    // Quotas of the book for this period are ignored.
    let (start, end) = (setting.period.start, setting.period.end());
    let is_of_plan = |quota: &CurrentQuota| quota.start < end && start < quota.start.plus(quota.months as i32);
    if known.partners.iter().flat_map(|partner| &partner.quotas).any(is_of_plan) {
        known.to_mut().partners.iter_mut().for_each(|partner| partner.quotas.retain(|quota| !is_of_plan(quota)));
    }
    if asked.part.is_some() {
        // What was read in all, and partners of others, are not for a person who sees a part.
        known.to_mut().summary = None;
        setting.warnings = Findings::new();
    }
    setting.warnings = warnings.into_iter().chain(setting.warnings).collect();
    let partners = known.partners.len();
    context.work(partners, || {
        let mut review = Review::new(plugin, &known, &setting, limits.threads)?;
        if let Some((person, own)) = &asked.part {
            review.selected = Some(review.part(person, |partner| own.contains(&*partner.id)));
        }
        if form != Form::Json {
            return Ok(all(context, &review)?.bytes);
        }
        let mut response = context.response();
        let (plan, version) = (&*asked.plan, asked.version);
        let of = OfPlan { plan, version, business: &asked.business, questions: &asked.questions };
        let made = report::Reviewed::new(&review, limits.threads, &|_, _| {});
        let made: Result<_, ReportFault> = made.and_then(|reviewed| write_standings(reviewed, of, &mut response));
        Ok(response.written(made)?.0)
    })
}

/// Returns the book with every partner that has a quota in force: one without a row of the export keeps its quota.
fn with_members<'b>(book: &'b PartnerBook, members: &[PlanMember], warnings: &mut Findings) -> Cow<'b, PartnerBook> {
    let missing: Vec<&PlanMember> = members.iter().filter(|member| book.partner(&member.id).is_none()).collect();
    let Some(first) = missing.first() else { return Cow::Borrowed(book) };
    warnings.push(RequestFault::NotInExport { partners: missing.len(), first: first.id.clone() }.into());
    let mut whole = book.clone();
    whole.partners.extend(missing.into_iter().map(|member| Partner {
        name: Name::from(member.name.as_str()),
        account_manager: member.manager.as_deref().map(Name::from),
        ..Partner::new(member.id.as_str())
    }));
    whole.partners.sort_by(|a, b| a.id.cmp(&b.id));
    Cow::Owned(whole)
}
