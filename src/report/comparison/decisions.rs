//! Differences between the decisions of two revisions' policies.

use super::sides::{Comparison, ReviewedSide};
use crate::channel::Name;
use crate::decision::{Decisions, Grounds, Incentive, Intervention, TierDecision};
use crate::figures;
use crate::finding::{FindingDocument, Findings};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

/// Two reviews on one input.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparedDecisions")]
pub(super) struct DecisionsDocument<'a> {
    /// Nothing later than this day was looked at; the period is the vendor's planning period around it.
    #[schemars(extend("format" = "date"))]
    pub(super) as_of: String,
    /// What failed before.
    pub(super) before: Vec<FindingDocument>,
    /// What failed after.
    pub(super) after: Vec<FindingDocument>,
    /// Partners about whom the same is decided; reasons and their words may differ.
    pub(super) unchanged: usize,
    /// Partners about whom something else is decided, ascending by id.
    pub(super) partners: Vec<PartnerDecisions<'a>>,
    /// True when both revisions decided.
    #[serde(skip)]
    pub(super) is_complete: bool,
}

/// One partner about whom something else is decided.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PartnerDecisions")]
pub(super) struct PartnerDecisions<'a> {
    /// Partner id.
    pub(super) partner_id: &'a str,
    /// Partner name.
    pub(super) partner_name: &'a str,
    /// What was decided before; null when the policies failed.
    pub(super) before: Option<Decided>,
    /// What is decided after; null when the policies failed.
    pub(super) after: Option<Decided>,
}

/// Decisions about one partner, without the requirements they rest on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Decided")]
pub(super) struct Decided {
    /// Tier decisions.
    tiers: Vec<DecidedTier>,
    /// Incentives, awarded or withheld.
    incentives: Vec<DecidedIncentive>,
    /// Interventions, most severe first.
    interventions: Vec<DecidedIntervention>,
}

pub(super) struct DecidedTier(TierDecision);
pub(super) struct DecidedIncentive(Incentive);
/// An intervention without what it looked at.
pub struct DecidedIntervention(pub Intervention);

figures! {
    /// A tier decision.
    for DecidedTier = "DecidedTier" {
        with |one| &one.0 => TierDecision { product_line, decision, to, effective, until };
        with |one| &one.0.grounds => Grounds { reasons };
    }
}

figures! {
    /// An incentive.
    for DecidedIncentive = "DecidedIncentive" {
        with |one| &one.0 => Incentive { name, is_awarded, amount, points, rate, level, until };
        with |one| &one.0.grounds => Grounds { reasons };
    }
}

figures! {
    /// An intervention.
    for DecidedIntervention = "DecidedIntervention" {
        with |one| &one.0 => Intervention { intervention, severity, owner, due };
        with |one| &one.0.grounds => Grounds { reasons };
    }
}

impl From<&Decisions> for Decided {
    fn from(decisions: &Decisions) -> Self {
        Self {
            tiers: decisions.tiers.iter().cloned().map(DecidedTier).collect(),
            incentives: decisions.incentives.iter().cloned().map(DecidedIncentive).collect(),
            interventions: decisions.interventions.iter().cloned().map(DecidedIntervention).collect(),
        }
    }
}

impl<'a> DecisionsDocument<'a> {
    pub(super) fn of(
        before: &'a Result<ReviewedSide, Findings>,
        after: &'a Result<ReviewedSide, Findings>,
        as_of: NaiveDate,
        comparison: &'a Comparison,
    ) -> Self {
        let findings = |side: &'a Result<ReviewedSide, Findings>| {
            FindingDocument::grouped(match side {
                Ok(side) => &side.findings,
                Err(findings) => findings,
            })
        };
        let mut document = Self {
            as_of: as_of.to_string(),
            before: findings(before),
            after: findings(after),
            unchanged: 0,
            partners: Vec::new(),
            is_complete: before.is_ok() && after.is_ok(),
        };
        let (Ok(before), Ok(after)) = (before, after) else { return document };
        let ids: std::collections::BTreeSet<&Name> = before.partners.keys().chain(after.partners.keys()).collect();
        for id in ids {
            let of = |side: &'a ReviewedSide| side.partners.get(id).and_then(Option::as_ref);
            let (one, other) = (of(before), of(after));
            if one.map(without_grounds) == other.map(without_grounds) {
                document.unchanged += 1;
                continue;
            }
            let decided = |decisions: Option<&'a Decisions>| decisions.map(Decided::from);
            document.partners.push(PartnerDecisions {
                partner_id: id,
                partner_name: comparison.names.get(id).unwrap_or(id),
                before: decided(one),
                after: decided(other),
            });
        }
        document
    }

    /// Partners whose tier is decided differently.
    pub(super) fn moved_tiers(&self) -> usize {
        let tiers = |side: &Option<Decided>| side.as_ref().map(Decided::tier_words);
        self.partners.iter().filter(|one| tiers(&one.before) != tiers(&one.after)).count()
    }
}

impl Decided {
    fn tier_words(&self) -> Vec<String> {
        self.tiers.iter().map(DecidedTier::words).collect()
    }

    /// Every decision in a few words: `tier promote to Gold`, `award bonus 25,000.00`, `forecast call, high`.
    pub(super) fn words(&self) -> Vec<String> {
        let incentives = self.incentives.iter().map(|one| incentive_words(&one.0));
        let interventions = self.interventions.iter().map(|one| intervention_words(&one.0));
        self.tier_words().into_iter().chain(incentives).chain(interventions).collect()
    }
}

impl DecidedTier {
    fn words(&self) -> String {
        let Self(TierDecision { product_line, decision, to, effective, until, .. }) = self;
        let line = product_line.as_ref().map(|line| format!(" of {line}")).unwrap_or_default();
        let to = to.as_ref().map_or_else(|| "no tier".to_owned(), ToString::to_string);
        format!("tier{line}: {} to {to}{}", decision.as_str().replace('_', " "), dates_words(*effective, *until))
    }
}

fn dates_words(effective: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    let part = |word: &str, day: Option<NaiveDate>| day.map(|day| format!(" {word} {day}")).unwrap_or_default();
    [part("from", effective), part("until", until)].concat()
}

fn incentive_words(one: &Incentive) -> String {
    let verb = if one.is_awarded { "award" } else { "withhold" };
    let amounts = [
        one.amount.map(|amount| amount.to_grouped()),
        one.points.map(|points| format!("{} points", points.normalize())),
        one.rate.map(|rate| format!("rate {}", rate.normalize())),
        one.level.as_ref().map(|level| format!("level {level}")),
    ];
    let amounts: String = amounts.into_iter().flatten().map(|amount| format!(" {amount}")).collect();
    format!("{verb} {}{amounts}{}", one.name, dates_words(None, one.until))
}

fn intervention_words(one: &Intervention) -> String {
    let owner = one.owner.as_ref().map(|owner| format!(" by {owner}")).unwrap_or_default();
    let due = one.due.map(|due| format!(" due {due}")).unwrap_or_default();
    format!("{}, {}{owner}{due}", one.kind.as_str().replace('_', " "), one.severity.as_str())
}

/// The decisions as such: what they rest on may be said in other words.
fn without_grounds(decisions: &Decisions) -> Decisions {
    let mut bare = decisions.clone();
    bare.tiers.iter_mut().for_each(|one| one.grounds = Grounds::default());
    bare.incentives.iter_mut().for_each(|one| one.grounds = Grounds::default());
    bare.interventions.iter_mut().for_each(|one| one.grounds = Grounds::default());
    bare
}
