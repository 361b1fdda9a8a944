//! Words that several formats of a review share.

use super::Reviewed;
use crate::channel::{NOT_KNOWN, Name};
use crate::decision::{InterventionKind, Severity, TierDecision, reasons};
use crate::performance::{Dimension, Group};
use crate::report::figures::{Figures, clipped};
use crate::review::{PartnerReview, Review};
use crate::units::Money;

/// Amounts in whole units of the currency: reviews are read, not added up by hand.
pub(super) fn figures() -> Figures {
    Figures::of_amounts(std::iter::empty())
}

/// Period of a review for titles: `FY2025`, or `FY2025 · A. Manager` for the partners of one account manager.
pub(super) fn scope(review: &Review<'_>) -> String {
    let period = review.setting.period.to_string();
    match &review.selected {
        Some(selection) => format!("{period} · {}", clipped(&selection.title, 60)),
        None => period,
    }
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
        (None, _) => NOT_KNOWN.to_owned(),
    }
}

/// A tier decision in words: `demote: Gold → Silver`.
pub(super) fn tier_move(tier: &TierDecision) -> String {
    let name = |name: &Option<Name>| clipped(name.as_deref().unwrap_or("no tier"), 40);
    let line = tier.product_line.as_deref().map(|line| format!("{}: ", clipped(line, 40))).unwrap_or_default();
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
    /// Gap to the quota; negative when short.
    pub gap: Option<Money>,
    /// The first reason.
    pub reason: String,
}

/// The partners with an intervention, most severe first, then by what is short of the quota, then by id; those of one
/// account manager by money at stake.
pub(super) fn actions<'a>(reviewed: &'a Reviewed<'_>) -> Vec<Action<'a>> {
    let partners = &reviewed.kept.partners;
    let action = |partner| Action::of(partner);
    let mut actions: Vec<Action<'_>> = partners.iter().filter_map(action).collect();
    if reviewed.review.selected.is_some() {
        return actions;
    }
    let short =
        |action: &Action<'_>| std::cmp::Reverse(action.partner.standing.whole.remaining_quota.map(Money::amount));
    actions.sort_by(|a, b| {
        let ids = || a.partner.standing.identity.partner_id.cmp(&b.partner.standing.identity.partner_id);
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
            gap: partner.standing.whole.gap(),
            due: first.due.map(|day| day.to_string()).unwrap_or_default(),
            reason: reasons(&first.grounds).into_iter().next().unwrap_or_default(),
        })
    }
}
