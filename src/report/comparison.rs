//! What two revisions of a vendor's rules decide differently, as JSON, schema `quotient.comparison/1`.

use super::ReportFault;
use super::json::write_document;
use crate::channel::{Name, SegmentKey};
use crate::decision::{Decisions, Grounds, Incentive, Intervention, TierDecision};
use crate::figures;
use crate::finding::{FindingDocument, Findings};
use crate::planning::QuotaPlan;
use crate::units::{Currency, Money};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// Name and version of the comparison document.
pub const COMPARISON_SCHEMA: &str = "quotient.comparison/1";

/// A file that differs between two revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path as people know it.
    pub path: String,
    /// `added`, `removed` or `changed`.
    pub state: &'static str,
    /// Unified difference of the texts.
    pub difference: String,
}

/// What one revision makes of the input.
#[derive(Debug)]
pub struct ComparedSide {
    /// Content hash of its rules and policies.
    pub revision: String,
    /// Its plan, or why there is none; `None` when no plan was asked of it.
    pub plan: Option<Result<QuotaPlan, Findings>>,
    /// Its decisions, or why there are none; `None` when none were asked of it.
    pub decisions: Option<Result<ReviewedSide, Findings>>,
}

/// What the policies of one revision decide about a book.
#[derive(Debug, Default)]
pub struct ReviewedSide {
    /// Decisions by partner id; `None` for a partner on whom they failed.
    pub partners: BTreeMap<Name, Option<Decisions>>,
    /// What failed.
    pub findings: Findings,
}

/// Two revisions on one input.
#[derive(Debug)]
pub struct Comparison {
    /// Vendor.
    pub vendor: Name,
    /// Hash of the partner book.
    pub input_hash: String,
    /// Currency of every amount.
    pub currency: Currency,
    /// Files that differ, ascending by path.
    pub files: Vec<FileChange>,
    /// Day that decisions are compared on.
    pub as_of: Option<NaiveDate>,
    /// Names of the partners.
    pub names: BTreeMap<Name, Name>,
    /// The revision of before.
    pub before: ComparedSide,
    /// The revision of after.
    pub after: ComparedSide,
}

/// Writes the comparison as one JSON object, one line of text per line that moves. A line feed ends it.
pub fn write_json(comparison: &Comparison, out: &mut impl Write) -> Result<(), ReportFault> {
    write_document(&ComparisonDocument::of(comparison)?, out)
}

/// What two revisions of a vendor's rules and policies decide differently on one input. `null` is "there is none".
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Comparison")]
pub(super) struct ComparisonDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.comparison/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies of before.
    before_revision: &'a str,
    /// Content hash of the rules and policies of after.
    after_revision: &'a str,
    /// Hash of the partner book.
    input_hash: &'a str,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// Files that differ, rules before policies, ascending by path.
    files: Vec<FileDocument<'a>>,
    /// What is proposed differently; null unless both revisions have quota rules.
    proposal: Option<ProposalsDocument<'a>>,
    /// What is decided differently; null unless the request names a day and both revisions have policies.
    decisions: Option<DecisionsDocument<'a>>,
}

/// A file that differs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FileChange")]
struct FileDocument<'a> {
    /// Path: `rules/meridian/history.rhai`.
    path: &'a str,
    /// What happened to it.
    #[schemars(extend("enum" = ["added", "removed", "changed"]))]
    state: &'static str,
    /// Unified difference of the texts.
    difference: &'a str,
}

/// Two proposals on one input.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparedProposals")]
struct ProposalsDocument<'a> {
    /// The proposal of before.
    before: ProposalSide<'a>,
    /// The proposal of after.
    after: ProposalSide<'a>,
    /// Total after − total before; null when one of them made no plan.
    change: Option<Money>,
    /// Lines whose quota rises.
    raised: usize,
    /// Lines whose quota falls.
    lowered: usize,
    /// Lines that only after has.
    added: usize,
    /// Lines that only before has.
    removed: usize,
    /// Lines whose quota is the same.
    unchanged: usize,
    /// Every line that moves, the largest change first, then ascending by partner and line.
    lines: Vec<MovedLine<'a>>,
    /// Sums by territory, ascending by name, lines without one first.
    territories: Vec<GroupChange<'a>>,
    /// Sums by tier, ascending by name, lines without one first.
    tiers: Vec<GroupChange<'a>>,
}

/// One side of two proposals.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparedProposal")]
struct ProposalSide<'a> {
    /// Planning period; null when no plan was made.
    period: Option<&'a str>,
    /// Day it was seen from; null when no plan was made.
    as_of: Option<String>,
    /// Sum of all quotas; null when no plan was made.
    total: Option<Money>,
    /// Number of lines.
    lines: usize,
    /// Why no plan was made, or warnings about it.
    findings: Vec<FindingDocument>,
}

/// A line that moves.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MovedLine")]
struct MovedLine<'a> {
    /// Partner id.
    partner_id: &'a str,
    /// Partner name.
    partner_name: &'a str,
    /// Key of the line within its partner.
    segment: &'a SegmentKey,
    /// Quota of before; null for a line that only after has.
    before: Option<Money>,
    /// Quota of after; null for a line that only before has.
    after: Option<Money>,
    /// After − before; a quota that is not there counts as zero.
    change: Money,
}

/// Sums of a group of lines.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GroupChange")]
struct GroupChange<'a> {
    /// Name; null for lines without one.
    name: Option<&'a str>,
    /// Sum of before.
    before: Money,
    /// Sum of after.
    after: Money,
    /// After − before.
    change: Money,
}

/// Two reviews on one input.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparedDecisions")]
struct DecisionsDocument<'a> {
    /// Nothing later than this day was looked at; the period is the vendor's planning period around it.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// What failed before.
    before: Vec<FindingDocument>,
    /// What failed after.
    after: Vec<FindingDocument>,
    /// Partners about whom the same is decided; reasons and their words may differ.
    unchanged: usize,
    /// Partners about whom something else is decided, ascending by id.
    partners: Vec<PartnerDecisions<'a>>,
}

/// One partner about whom something else is decided.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PartnerDecisions")]
struct PartnerDecisions<'a> {
    /// Partner id.
    partner_id: &'a str,
    /// Partner name.
    partner_name: &'a str,
    /// What was decided before; null when the policies failed.
    before: Option<Decided>,
    /// What is decided after; null when the policies failed.
    after: Option<Decided>,
}

/// Decisions about one partner, without the requirements they rest on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Decided")]
struct Decided {
    /// Tier decisions.
    tiers: Vec<DecidedTier>,
    /// Incentives, awarded or withheld.
    incentives: Vec<DecidedIncentive>,
    /// Interventions, most severe first.
    interventions: Vec<DecidedIntervention>,
}

struct DecidedTier(TierDecision);
struct DecidedIncentive(Incentive);
struct DecidedIntervention(Intervention);

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

impl<'a> ComparisonDocument<'a> {
    fn of(comparison: &'a Comparison) -> Result<Self, ReportFault> {
        let Comparison { before, after, .. } = comparison;
        let proposal = match (&before.plan, &after.plan) {
            (Some(before), Some(after)) => Some(ProposalsDocument::of(before, after, comparison.currency)?),
            _ => None,
        };
        let decisions = match (&before.decisions, &after.decisions, comparison.as_of) {
            (Some(before), Some(after), Some(as_of)) => Some(DecisionsDocument::of(before, after, as_of, comparison)),
            _ => None,
        };
        Ok(Self {
            schema: COMPARISON_SCHEMA,
            vendor: &comparison.vendor,
            before_revision: &before.revision,
            after_revision: &after.revision,
            input_hash: &comparison.input_hash,
            currency: comparison.currency.code(),
            files: comparison.files.iter().map(FileDocument::of).collect(),
            proposal,
            decisions,
        })
    }
}

impl<'a> FileDocument<'a> {
    fn of(file: &'a FileChange) -> Self {
        Self { path: &file.path, state: file.state, difference: &file.difference }
    }
}

type Made = Result<QuotaPlan, Findings>;
type Key<'a> = (&'a Name, &'a SegmentKey);
type Pair = (Option<Money>, Option<Money>);

impl<'a> ProposalsDocument<'a> {
    fn of(before: &'a Made, after: &'a Made, currency: Currency) -> Result<Self, ReportFault> {
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
            territories: Vec::new(),
            tiers: Vec::new(),
        };
        let (Ok(before), Ok(after)) = (before, after) else { return Ok(document) };
        document.change = Some(after.total.minus(before.total)?);
        let mut lines: BTreeMap<Key<'a>, (&'a str, Pair)> = BTreeMap::new();
        let (mut territories, mut tiers) = (Groups::default(), Groups::default());
        for (plan, is_after) in [(before, false), (after, true)] {
            for line in &plan.lines {
                let key = (&line.identity.partner_id, &line.segment);
                let (_, pair) = lines.entry(key).or_insert((&line.identity.partner_name, (None, None)));
                *(if is_after { &mut pair.1 } else { &mut pair.0 }) = Some(line.quota);
                territories.add(line.identity.territory.as_deref(), is_after, line.quota)?;
                tiers.add(line.identity.tier.as_deref(), is_after, line.quota)?;
            }
        }
        let zero = Money::zero(currency);
        let mut moved = Vec::new();
        for ((id, segment), (name, pair)) in lines {
            let change = pair.1.unwrap_or(zero).minus(pair.0.unwrap_or(zero))?;
            match pair {
                (None, _) => document.added += 1,
                (_, None) => document.removed += 1,
                (Some(_), Some(_)) if change.is_zero() => {
                    document.unchanged += 1;
                    continue;
                }
                (Some(_), Some(_)) if change.is_negative() => document.lowered += 1,
                (Some(_), Some(_)) => document.raised += 1,
            }
            moved.push((change, id, segment, name, pair));
        }
        // A stable sort: equal changes stay ascending by partner and line.
        moved.sort_by_key(|(change, ..)| std::cmp::Reverse(change.amount().abs()));
        document.lines = moved
            .into_iter()
            .map(|(change, partner_id, segment, partner_name, (before, after))| MovedLine {
                partner_id,
                partner_name,
                segment,
                before,
                after,
                change,
            })
            .collect();
        (document.territories, document.tiers) = (territories.finish()?, tiers.finish()?);
        Ok(document)
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

impl<'a> DecisionsDocument<'a> {
    fn of(
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
}

/// The decisions as such: what they rest on may be said in other words.
fn without_grounds(decisions: &Decisions) -> Decisions {
    let mut bare = decisions.clone();
    bare.tiers.iter_mut().for_each(|one| one.grounds = Grounds::default());
    bare.incentives.iter_mut().for_each(|one| one.grounds = Grounds::default());
    bare.interventions.iter_mut().for_each(|one| one.grounds = Grounds::default());
    bare
}
