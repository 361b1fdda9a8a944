//! Words that several formats of a review share.

use crate::channel::Name;
use crate::decision::{Incentive, InterventionKind, Severity, TierDecision};
use crate::performance::{Dimension, Group};
use crate::report::figures::{Figures, clipped, rate_text};
use crate::review::{PartnerReview, reasons};
use crate::units::{Money, Rate};
use rust_decimal::{Decimal, RoundingStrategy};

/// Amounts in whole units of the currency: reviews are read, not added up by hand.
pub(super) fn figures() -> Figures {
    Figures::of_amounts(std::iter::empty())
}

/// A word of a closed vocabulary as people write it: `pipeline support`.
pub(super) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// What is done: `pipeline support`.
pub(super) fn kind(kind: InterventionKind) -> String {
    spaced(kind.as_str())
}

/// What is grouped by: `account manager`.
pub(super) fn dimension(dimension: Dimension) -> String {
    spaced(dimension.as_str())
}

/// Name of a group: `(not known)` where partners have none.
pub(super) fn group_name(group: &Group, most: usize) -> String {
    match (&group.name, group.dimension) {
        (Some(name), _) => clipped(name, most),
        (None, Dimension::Channel) => "all".to_owned(),
        (None, Dimension::ProductLine) => "(all lines)".to_owned(),
        (None, _) => "(not known)".to_owned(),
    }
}

/// A multiple: `3.2×`, or nothing when it is not defined.
pub(super) fn multiple(rate: Option<Rate>) -> String {
    let short = |rate: Rate| {
        // Below 10 the second decimal tells an empty pipeline from a thin one.
        let decimals = if rate.abs() < Decimal::TEN { 2 } else { 1 };
        let mut rounded = rate.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(decimals);
        if rate.abs() >= Decimal::ONE_THOUSAND { "over 999×".to_owned() } else { format!("{rounded}×") }
    };
    rate.map(short).unwrap_or_default()
}

/// A tier decision in words: `demote: Gold → Silver`.
pub(super) fn tier_move(tier: &TierDecision) -> String {
    let name = |name: &Option<Name>| clipped(name.as_deref().unwrap_or("no tier"), 40);
    let line = tier.product_line.as_deref().map(|line| format!("{line}: ")).unwrap_or_default();
    if tier.current == tier.to {
        return format!("{line}{} {}", tier.decision.as_str(), name(&tier.current));
    }
    format!("{line}{}: {} → {}", tier.decision.as_str(), name(&tier.current), name(&tier.to))
}

/// When a tier decision takes effect and ends: `from 2026-01-01 until 2026-12-31`.
pub(super) fn tier_days(tier: &TierDecision) -> String {
    let from = tier.effective.map(|day| format!("from {day}"));
    let until = tier.until.map(|day| format!("until {day}"));
    from.into_iter().chain(until).collect::<Vec<_>>().join(" ")
}

/// What an incentive grants: `25,000`, `12 points`, `level Premium`, `withheld`.
pub(super) fn incentive(incentive: &Incentive, money: impl Fn(Money) -> String) -> String {
    if !incentive.is_awarded {
        return "withheld".to_owned();
    }
    let parts = [
        incentive.amount.map(money),
        incentive.points.map(|points| format!("{} points", rate_text(points))),
        incentive.rate.map(|rate| format!("rate {}", rate_text(rate))),
        incentive.level.as_deref().map(|level| format!("level {level}")),
        incentive.until.map(|day| format!("until {day}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// One partner to act on.
pub(super) struct Action<'a> {
    pub partner: &'a PartnerReview,
    pub severity: Severity,
    /// What is done, all interventions of the case, most severe first.
    pub what: String,
    /// The most severe intervention.
    pub kind: InterventionKind,
    /// Interventions beside it.
    pub more: usize,
    pub owner: String,
    pub due: String,
    /// The first reason.
    pub reason: String,
}

/// The partners with an intervention, most severe first, then by what is short of the quota, then by id.
pub(super) fn actions(partners: &[PartnerReview]) -> Vec<Action<'_>> {
    let action = |partner| Action::of(partner);
    let mut actions: Vec<Action<'_>> = partners.iter().filter_map(action).collect();
    let short =
        |action: &Action<'_>| std::cmp::Reverse(action.partner.standing.whole.remaining_quota.map(Money::amount));
    actions.sort_by(|a, b| {
        let ids = || a.partner.standing.partner_id.cmp(&b.partner.standing.partner_id);
        a.severity.cmp(&b.severity).then_with(|| short(a).cmp(&short(b))).then_with(ids)
    });
    actions
}

impl<'a> Action<'a> {
    fn of(partner: &'a PartnerReview) -> Option<Self> {
        let first = partner.intervention()?;
        let all = &partner.decisions.as_ref()?.interventions;
        let what: Vec<String> = all.iter().map(|one| kind(one.kind)).collect();
        Some(Self {
            partner,
            severity: first.severity,
            what: what.join(", "),
            kind: first.kind,
            more: all.len().saturating_sub(1),
            owner: partner.owner(first).map(|name| clipped(name, 40)).unwrap_or_default(),
            due: first.due.map(|day| day.to_string()).unwrap_or_default(),
            reason: reasons(&first.grounds).into_iter().next().unwrap_or_default(),
        })
    }
}
