//! One fold of a backtest: what the rules and the baselines would have asked then, and what partners bought.

use super::method::{Known, Method};
use crate::channel::{Attribute, LineFacts, NOT_KNOWN, Name, Partner, PartnerBook, SegmentKey};
use crate::finding::Findings;
use crate::planning::assembly::{Draft, Settled};
use crate::planning::fault::PlanFault;
use crate::planning::lines::Lines;
use crate::planning::propose::{Prepared, prepare_view};
use crate::planning::request::{Progress, Request};
use crate::planning::view::View;
use crate::plugin::{Conventions, LearnedKind, Parameter, Silence, VendorPlugin};
use crate::quota::{Bound, GuardrailKind, OnViolation};
use crate::units::{Currency, Money, PlanningPeriod, plain};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A period that is scored, seen from a date before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The rules see nothing later.
    pub as_of: NaiveDate,
    /// Past period.
    pub period: PlanningPeriod,
}

/// One line of a fold.
pub(super) struct Row {
    /// Position of the partner in the book.
    pub partner: usize,
    /// Line of the partner.
    pub segment: SegmentKey,
    /// Revenue of the line in the period.
    pub actual: Money,
    /// Revenue that the rules expected of it, whatever the minimum of its tier asks; too little is known of a newcomer to
    /// expect less than that minimum.
    pub expected: Money,
    /// Quotas by method; `None` where a baseline needs history that the line does not have.
    pub quotas: [Option<Money>; Method::ALL.len()],
    /// Dimensions with the name of the segment that the line is in.
    pub segments: Vec<(Name, Name)>,
}

/// The rows of one fold.
pub(super) struct Rows {
    pub rows: Vec<Row>,
    pub unplanned: Money,
    pub reserve: Money,
    pub findings: Findings,
}

/// Dimensions of every line, in the order of the output; those of the manifest's attributes follow.
pub(super) const DIMENSIONS: [&str; 7] =
    ["size", "territory", "tier", "product line", "history", "vertical", "account manager"];
/// Number of them that are shown without being asked for.
pub(super) const SHOWN: usize = 5;

/// Proposes quotas for the origin, and looks at what partners then bought. `None` when no partner was eligible then, unless
/// it is the only fold, which fails.
pub(super) fn rows(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    origin: &Origin,
    by: &[Name],
    is_only: bool,
    progress: Progress<'_>,
) -> Result<Option<Rows>, Findings> {
    rows_of(plugin, book, origin, (true, by, is_only), progress)
}

/// The same for the period that is planned, of which more is known: who is going to join or leave, and what is agreed.
pub(super) fn rows_of_plan(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    origin: &Origin,
    by: &[Name],
    progress: Progress<'_>,
) -> Result<Vec<Row>, Findings> {
    Ok(rows_of(plugin, book, origin, (false, by, true), progress)?.map_or_else(Vec::new, |found| found.rows))
}

fn rows_of(
    plugin: &VendorPlugin,
    whole: &PartnerBook,
    origin: &Origin,
    (is_past, by, is_only): (bool, &[Name], bool),
    progress: Progress<'_>,
) -> Result<Option<Rows>, Findings> {
    let view = View { period: origin.period.clone(), as_of: origin.as_of, target: None, is_past };
    let known = whole.as_of(origin.as_of);
    let book = &*known;
    let lines = Lines::new(book, &plugin.manifest, view.clone());
    if lines.eligible.is_empty() && !is_only {
        return Ok(None);
    }
    let prepared = prepare_view(plugin, book, &Request::default(), view, progress)?;
    let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency())?;
    let planned = planned(plugin, &prepared, &settled)?;
    let known = Known {
        growth: lines.channel().growth,
        like_for_like: lines.learn_one(&pooled()).whole.map(|whole| whole.value),
        months: origin.period.months,
    };
    // Partners that the book did not have then bought something without a quota.
    let all = whole.partners.iter().flat_map(|partner| lines.bought(partner));
    let mut unplanned: Decimal = all.map(|(_, amount)| amount).sum();
    let mut rows = Vec::with_capacity(prepared.drafts.len());
    for partner in &book.partners {
        let bought = lines.bought(partner);
        let index = whole.partners.partition_point(|one| one.id < partner.id);
        for (segment, facts) in lines.facts(partner) {
            let Some((quota, expected)) = planned.get(&(&partner.id, &segment)) else { continue };
            let actual: Decimal = lines.of_line(partner, &segment, &bought);
            unplanned -= actual;
            rows.push(Row {
                partner: index,
                segment: segment.clone(),
                actual: Money::new(actual, book.currency),
                expected: if facts.is_newcomer { *quota } else { *expected },
                quotas: known.quotas(*quota, &facts).map(|quota| quota.map(Money::non_negative)),
                segments: segments_of(by, partner, &facts, &plugin.manifest.conventions),
            });
        }
    }
    let sizes = sizes(&rows);
    for (row, size) in rows.iter_mut().zip(sizes) {
        row.segments.iter_mut().filter(|(by, _)| **by == *DIMENSIONS[0]).for_each(|(_, name)| *name = size.into());
    }
    Ok(Some(Rows {
        rows,
        unplanned: Money::new(unplanned, book.currency),
        reserve: money(settled.reserve, book.currency)?,
        findings: prepared.findings,
    }))
}

fn money(minor: i128, currency: Currency) -> Result<Money, Findings> {
    Money::from_minor(minor, currency).map_err(|_| PlanFault::AmountOutOfRange {}.into())
}

/// Quota of each line, and the revenue that the rules expect of it.
type Amounts<'d> = BTreeMap<(&'d Name, &'d SegmentKey), (Money, Money)>;

fn planned<'d>(plugin: &VendorPlugin, prepared: &'d Prepared<'_>, settled: &Settled) -> Result<Amounts<'d>, Findings> {
    let (currency, is_clamped) = (prepared.currency(), plugin.manifest.guardrails.on_violation == OnViolation::Clamp);
    let lines = prepared.drafts.iter().zip(&settled.lines).enumerate();
    let amounts = lines.map(|(index, (draft, line))| {
        let assessed = settled.assessment(&prepared.drafts, index).map(|assessment| assessment.amount);
        let expected = expected(draft, line.quota, assessed.filter(|_| is_clamped));
        let both = (money(line.quota, currency)?, money(expected, currency)?);
        Ok(((&draft.identity.partner_id, &draft.segment), both))
    });
    amounts.collect()
}

/// Revenue that the rules expect of a line: its quota, unless that is the minimum of its tier; then what it would be
/// without that minimum, if it is above zero.
fn expected(draft: &Draft, quota: i128, assessed: Option<i128>) -> i128 {
    let is_minimum = |bound: &Bound| bound.kind == GuardrailKind::TierMinimum;
    let (Some(assessed), Some(without)) = (assessed, &draft.without_minimum) else { return quota };
    if !draft.guardrails.floor.as_ref().is_some_and(is_minimum) || assessed >= quota {
        return quota;
    }
    let likely = without.highest().map_or(assessed, |highest| assessed.min(highest)).max(without.lowest());
    if likely > 0 { likely.min(quota) } else { quota }
}

/// Like-for-like of the whole channel.
fn pooled() -> Parameter {
    Parameter {
        name: Name::from("like_for_like"),
        kind: LearnedKind::Retention,
        by: None,
        shrink: Decimal::ZERO,
        minimum: 1,
        fallback: None,
    }
}

fn segments_of(by: &[Name], partner: &Partner, facts: &LineFacts, conventions: &Conventions) -> Vec<(Name, Name)> {
    by.iter().map(|by| (Name::clone(by), segment_of(by, partner, facts, conventions))).collect()
}

fn segment_of(by: &str, partner: &Partner, facts: &LineFacts, conventions: &Conventions) -> Name {
    let identity = &facts.identity;
    let named = |name: &Option<Name>| name.clone().unwrap_or_else(|| NOT_KNOWN.into());
    match by {
        // Set when all rows are known.
        "size" => Name::from(""),
        "territory" => named(&identity.territory),
        "tier" => named(&identity.tier),
        "product line" => identity.product_line.clone().unwrap_or_else(|| "all".into()),
        "history" => kind(facts.history.months_since_last_revenue, facts.is_newcomer, conventions).into(),
        "vertical" => named(&identity.vertical),
        "account manager" => named(&identity.account_manager),
        attribute => match partner.attributes.iter().find(|(name, _)| **name == *attribute).map(|(_, value)| value) {
            Some(Attribute::Text(text)) => Name::clone(text),
            Some(Attribute::Number(number)) => plain(*number).into(),
            Some(Attribute::Truth(truth)) => truth.to_string().into(),
            Some(Attribute::Date(date)) => date.to_string().into(),
            None => Name::from(NOT_KNOWN),
        },
    }
}

fn kind(months_since_last: Option<i64>, is_newcomer: bool, conventions: &Conventions) -> String {
    match months_since_last.map(|months| conventions.silence(months)) {
        Some(Silence::Lapsed) => format!("lapsed (no revenue for {})", stretch(conventions.lapsed_months)),
        Some(Silence::Quiet) => format!("quiet (no revenue for {})", stretch(conventions.quiet_months)),
        _ if is_newcomer => "newcomer".to_owned(),
        Some(Silence::Active) => "regular".to_owned(),
        None => "no revenue yet".to_owned(),
    }
}

/// A stretch of months in words.
fn stretch(months: i64) -> String {
    match months {
        1 => "a month".to_owned(),
        3 => "a quarter".to_owned(),
        6 => "half a year".to_owned(),
        12 => "a year".to_owned(),
        months => format!("{months} months"),
    }
}

/// The third of the rows by revenue before the period that each is in; rows of equal revenue keep the order of the book.
fn sizes(rows: &[Row]) -> Vec<&'static str> {
    let before = |index: usize| rows[index].quotas[Method::PeriodBefore as usize].map_or(Decimal::ZERO, Money::amount);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(before(*index)));
    let mut sizes = vec![""; rows.len()];
    for (rank, index) in order.into_iter().enumerate() {
        sizes[index] = ["1 largest third", "2 middle third", "3 smallest third"][rank * 3 / rows.len().max(1)];
    }
    sizes
}
