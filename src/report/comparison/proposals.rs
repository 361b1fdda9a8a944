//! Differences between two proposals, and their parts, which sum to them exactly.

use super::parts::{PartChange, Parts};
use crate::channel::{Name, SegmentKey};
use crate::finding::{FindingDocument, Findings};
use crate::planning::QuotaPlan;
use crate::report::ReportFault;
use crate::units::{Currency, Money};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Two proposals on one input.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparedProposals")]
pub(super) struct ProposalsDocument<'a> {
    /// The proposal of before.
    pub(super) before: ProposalSide<'a>,
    /// The proposal of after.
    pub(super) after: ProposalSide<'a>,
    /// Total after − total before; null when one of them made no plan.
    pub(super) change: Option<Money>,
    /// Lines whose quota rises.
    pub(super) raised: usize,
    /// Lines whose quota falls.
    pub(super) lowered: usize,
    /// Lines that only after has.
    pub(super) added: usize,
    /// Lines that only before has.
    pub(super) removed: usize,
    /// Lines whose quota is the same.
    pub(super) unchanged: usize,
    /// Every line that moves, the largest change first, then ascending by partner and line.
    pub(super) lines: Vec<MovedLine<'a>>,
    /// Parts of the change of the total over all lines, factors first; their changes sum to it exactly.
    pub(super) parts: Vec<PartChange<'a>>,
    /// Sums by territory, ascending by name, lines without one first.
    pub(super) territories: Vec<GroupChange<'a>>,
    /// Sums by tier, ascending by name, lines without one first.
    pub(super) tiers: Vec<GroupChange<'a>>,
    /// Sums by account manager, ascending by name, lines without one first.
    pub(super) account_managers: Vec<GroupChange<'a>>,
}

/// One side of two proposals.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparedProposal")]
pub(super) struct ProposalSide<'a> {
    /// Planning period; null when no plan was made.
    pub(super) period: Option<&'a str>,
    /// Day it was seen from; null when no plan was made.
    pub(super) as_of: Option<String>,
    /// Sum of all quotas; null when no plan was made.
    pub(super) total: Option<Money>,
    /// Number of lines.
    pub(super) lines: usize,
    /// Why no plan was made, or warnings about it.
    pub(super) findings: Vec<FindingDocument>,
}

/// A line that moves.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MovedLine")]
pub(super) struct MovedLine<'a> {
    /// Partner id.
    pub(super) partner_id: &'a str,
    /// Partner name.
    pub(super) partner_name: &'a str,
    /// Key of the line within its partner.
    pub(super) segment: &'a SegmentKey,
    /// Quota of before; null for a line that only after has.
    pub(super) before: Option<Money>,
    /// Quota of after; null for a line that only before has.
    pub(super) after: Option<Money>,
    /// After − before; a quota that is not there counts as zero.
    pub(super) change: Money,
    /// Parts of the change, factors first; their changes sum to it exactly.
    pub(super) parts: Vec<PartChange<'a>>,
}

/// Sums of a group of lines.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GroupChange")]
pub(super) struct GroupChange<'a> {
    /// Name; null for lines without one.
    pub(super) name: Option<&'a str>,
    /// Sum of before.
    pub(super) before: Money,
    /// Sum of after.
    pub(super) after: Money,
    /// After − before.
    pub(super) change: Money,
}

type Made = Result<QuotaPlan, Findings>;
type Key<'a> = (&'a Name, &'a SegmentKey);
type Pair = (Option<Money>, Option<Money>);

/// A line as both plans have it.
struct Compared<'a> {
    name: &'a str,
    quotas: Pair,
    parts: Parts<'a>,
}

impl<'a> ProposalsDocument<'a> {
    pub(super) fn of(before: &'a Made, after: &'a Made, currency: Currency) -> Result<Self, ReportFault> {
        let mut document = Self {
            before: ProposalSide::of(before),
            after: ProposalSide::of(after),
            change: None,
            raised: 0,
            lowered: 0,
            added: 0,
            removed: 0,
            unchanged: 0,
            lines: Vec::new(),
            parts: Vec::new(),
            territories: Vec::new(),
            tiers: Vec::new(),
            account_managers: Vec::new(),
        };
        let (Ok(before), Ok(after)) = (before, after) else { return Ok(document) };
        document.change = Some(after.total.minus(before.total)?);
        let mut lines: BTreeMap<Key<'a>, Compared<'a>> = BTreeMap::new();
        let (mut territories, mut tiers, mut managers) = (Groups::default(), Groups::default(), Groups::default());
        let mut whole = Parts::new(currency);
        for (plan, is_after) in [(before, false), (after, true)] {
            for line in &plan.lines {
                let key = (&line.identity.partner_id, &line.segment);
                let new = || Compared {
                    name: &line.identity.partner_name,
                    quotas: (None, None),
                    parts: Parts::new(currency),
                };
                let compared = lines.entry(key).or_insert_with(new);
                *(if is_after { &mut compared.quotas.1 } else { &mut compared.quotas.0 }) = Some(line.quota);
                for step in &line.steps {
                    compared.parts.add(step, is_after)?;
                    whole.add(step, is_after)?;
                }
                territories.add(line.identity.territory.as_deref(), is_after, line.quota)?;
                tiers.add(line.identity.tier.as_deref(), is_after, line.quota)?;
                managers.add(line.identity.account_manager.as_deref(), is_after, line.quota)?;
            }
        }
        document.parts = whole.changed()?;
        for (key, compared) in lines {
            document.count(key, compared, Money::zero(currency))?;
        }
        // A stable sort: equal changes stay ascending by partner and line.
        document.lines.sort_by_key(|line| std::cmp::Reverse(line.change.amount().abs()));
        (document.territories, document.tiers) = (territories.finish()?, tiers.finish()?);
        document.account_managers = managers.finish()?;
        Ok(document)
    }

    /// Counts a line, and adds it to those that move unless its quota is the same.
    fn count(
        &mut self,
        (partner_id, segment): Key<'a>,
        compared: Compared<'a>,
        zero: Money,
    ) -> Result<(), ReportFault> {
        let (before, after) = compared.quotas;
        let change = after.unwrap_or(zero).minus(before.unwrap_or(zero))?;
        match compared.quotas {
            (None, _) => self.added += 1,
            (_, None) => self.removed += 1,
            (Some(_), Some(_)) if change.is_zero() => {
                self.unchanged += 1;
                return Ok(());
            }
            (Some(_), Some(_)) if change.is_negative() => self.lowered += 1,
            (Some(_), Some(_)) => self.raised += 1,
        }
        let parts = compared.parts.changed()?;
        let partner_name = compared.name;
        self.lines.push(MovedLine { partner_id, partner_name, segment, before, after, change, parts });
        Ok(())
    }
}

impl<'a> ProposalSide<'a> {
    fn of(made: &'a Made) -> Self {
        match made {
            Ok(plan) => Self {
                period: Some(&plan.period.label),
                as_of: Some(plan.as_of.to_string()),
                total: Some(plan.total),
                lines: plan.lines.len(),
                findings: FindingDocument::grouped(&plan.findings),
            },
            Err(findings) => {
                Self { period: None, as_of: None, total: None, lines: 0, findings: FindingDocument::grouped(findings) }
            }
        }
    }
}

/// Sums of before and after by name.
#[derive(Default)]
struct Groups<'a>(BTreeMap<Option<&'a str>, (Money, Money)>);

impl<'a> Groups<'a> {
    fn add(&mut self, name: Option<&'a str>, is_after: bool, quota: Money) -> Result<(), ReportFault> {
        let sums = self.0.entry(name).or_insert((Money::zero(quota.currency()), Money::zero(quota.currency())));
        let sum = if is_after { &mut sums.1 } else { &mut sums.0 };
        *sum = sum.plus(quota)?;
        Ok(())
    }

    fn finish(self) -> Result<Vec<GroupChange<'a>>, ReportFault> {
        let group = |(name, (before, after)): (Option<&'a str>, (Money, Money))| {
            let change = after.minus(before)?;
            Ok(GroupChange { name, before, after, change })
        };
        self.0.into_iter().map(group).collect()
    }
}
