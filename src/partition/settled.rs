//! A settled channel as documents: a summary, and one record per line.

use super::fault::PartitionFault;
use super::written::{Exact, Hash, Written};
use crate::channel::{Lock, Name, SegmentKey};
use crate::finding::{Finding, FindingDocument};
use crate::planning::{Draft, PhasingBasis, SettledChannel, SettledGroup, SettledLine, line_name};
use crate::quota::{Assessment, Basis, Bound, Contribution, Grain, Multiplier, ReconciledLine, Side};
use crate::units::{Currency, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Name and version of the summary.
pub const SETTLEMENT_SCHEMA: &str = "quotient.settlement/1";

/// A settled channel apart from its lines.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Settlement")]
pub struct SettlementDocument {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.settlement/1"))]
    schema: &'static str,
    /// Hash of the survey that the lines were assessed with.
    survey: Written<Hash>,
    /// Hash of all settled lines, which each of them names.
    settlement: Written<Hash>,
    /// Vendor.
    vendor: String,
    /// Content hash of the rules and policies.
    revision: String,
    /// ISO 4217 code of the currency of every amount.
    currency: Written<Currency>,
    /// Planning period.
    period: String,
    /// Nothing later than this day was looked at.
    as_of: String,
    /// Meaning of a line.
    grain: Grain,
    /// Basis on which the factors' indications became assessments.
    basis: Basis,
    /// Channel target; null when the bottom-up assessments are used.
    target: Option<Exact>,
    /// Part of the target kept for partners not yet recruited.
    reserve: Exact,
    /// Sum of all quotas.
    total: Exact,
    /// Number of lines.
    lines: usize,
    /// Number of partners without a quota.
    not_eligible: usize,
    /// Reporting periods of each quota, in order.
    reporting_periods: Vec<String>,
    /// Groups of lines that share a target, in order.
    groups: Vec<GroupOfSettlement>,
    /// Warnings about the plan.
    findings: Vec<FindingDocument>,
}

/// One group of lines that shares a target.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct GroupOfSettlement {
    /// Name.
    name: String,
    /// Numerator and denominator of what each assessment is multiplied by; null where the bottom-up assessment is used.
    multiplier: Option<(Written<i128>, Written<i128>)>,
    /// Sum of the assessments of its lines.
    assessment: Exact,
    /// Sum of the quotas of its lines.
    quota: Exact,
    /// Number of lines.
    lines: usize,
}

/// The part of a settlement that finishing needs.
#[derive(Debug)]
pub struct Settlement {
    /// Hash of the survey that the lines were assessed with.
    pub survey: Hash,
    /// Hash of all settled lines.
    pub settlement: Hash,
    /// Groups, in order.
    pub groups: Vec<SettledGroup>,
}

/// One line, settled. Amounts are in the currency of the settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SettledLine")]
pub struct SettledLineDocument {
    /// Hash of all settled lines, as the summary has it: lines of two settlements are never mixed.
    pub settlement: Written<Hash>,
    /// Partner id.
    pub partner_id: String,
    /// Product line; null at a grain without.
    pub product_line: Option<String>,
    /// Territory; null at a grain without.
    pub territory: Option<String>,
    /// Quota.
    pub quota: Exact,
    /// Bottom-up assessment, or share of the target; zero when every factor abstained.
    pub assessment: Exact,
    /// Lowest quota that the guardrails allow; null without one.
    pub floor: Option<Exact>,
    /// Highest quota that the guardrails allow; null without one.
    pub ceiling: Option<Exact>,
    /// Guardrail that moved the line; null when none did.
    pub binding: Option<Side>,
    /// Guardrail that the quota breaks; null when it breaks none.
    pub outside: Option<Side>,
    /// Quota by reporting period, in order; they sum to the quota.
    pub periods: Vec<Exact>,
    /// Season by which the quota is divided.
    pub season: PhasingBasis,
    /// True for an agreed quota.
    pub locked: bool,
    /// Reason of the lock; empty without one.
    pub lock_reason: String,
    /// Position of its group in the settlement, from 0.
    pub group: usize,
    /// Multiplier × assessment, rounded down, in minor units.
    pub scaled_minor: Written<i128>,
    /// The same within the guardrails, in minor units.
    pub bounded_minor: Written<i128>,
    /// Shares of the target, for vendors that share it fairly; null for others, and when every factor abstained.
    pub fair_share: Option<FairShareOfLine>,
}

/// Share of a line in a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FairShareOfLine {
    /// Per factor: revenue that it indicates (null when it abstained), weight, and amount that it adds.
    pub contributions: Vec<(Option<Exact>, Exact, Exact)>,
    /// Amount that raises a negative sum to zero.
    pub raised_by: Exact,
    /// Amount that proration takes away, zero or less.
    pub prorated_by: Exact,
    /// Sum of all.
    pub amount: Exact,
}

impl FairShareOfLine {
    fn of(assessment: &Assessment, currency: Currency) -> Option<Self> {
        let exact = |minor: i128| Exact::of_minor(minor, currency);
        let contribution = |part: &Contribution| {
            let indicated = part.indicated.map(exact).map_or(Some(None), |exact| exact.map(Some))?;
            Some((indicated, Exact(part.weight), exact(part.amount)?))
        };
        Some(Self {
            contributions: assessment.contributions.iter().map(contribution).collect::<Option<_>>()?,
            raised_by: exact(assessment.raised_by)?,
            prorated_by: exact(assessment.prorated_by)?,
            amount: exact(assessment.amount)?,
        })
    }

    fn assessment(&self, currency: Currency) -> Option<Assessment> {
        let contribution = |(indicated, weight, amount): &(Option<Exact>, Exact, Exact)| {
            let indicated = indicated.map(|exact| exact.minor(currency)).map_or(Some(None), |minor| minor.map(Some))?;
            Some(Contribution { indicated, weight: weight.0, amount: amount.minor(currency)? })
        };
        Some(Assessment {
            contributions: self.contributions.iter().map(contribution).collect::<Option<_>>()?,
            raised_by: self.raised_by.minor(currency)?,
            prorated_by: self.prorated_by.minor(currency)?,
            amount: self.amount.minor(currency)?,
        })
    }
}

/// Hash of the lines of a settled channel: who they are for, their quotas and periods.
fn hash_of(done: &SettledChannel) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for (line, reconciled) in done.plan.lines.iter().zip(&done.settled.lines) {
        let name = line_name(&line.identity.partner_id, &line.segment);
        hasher.update(format!("{name:?} {} {} ", reconciled.scaled, line.quota).as_bytes());
        for part in &line.periods {
            hasher.update(format!("{part} ").as_bytes());
        }
    }
    Hash::of(&hasher.finalize())
}

/// Returns the summary of a settled channel; `survey` is the hash of its survey.
pub fn settlement(done: &SettledChannel, survey: Hash) -> SettlementDocument {
    let plan = &done.plan;
    let exact = |money: Money| Exact(money.amount());
    let groups = done.groups.iter().zip(&plan.groups).map(|((name, multiplier), group)| GroupOfSettlement {
        name: name.clone(),
        multiplier: multiplier.map(|found| (Written(found.numerator()), Written(found.denominator()))),
        assessment: exact(group.assessment),
        quota: exact(group.quota),
        lines: group.lines,
    });
    SettlementDocument {
        schema: SETTLEMENT_SCHEMA,
        survey: Written(survey),
        settlement: Written(hash_of(done)),
        vendor: plan.vendor.to_string(),
        revision: plan.revision.clone(),
        currency: Written(plan.currency),
        period: plan.period.label.clone(),
        as_of: plan.as_of.to_string(),
        grain: plan.grain,
        basis: plan.basis,
        target: plan.target.map(exact),
        reserve: exact(plan.reserve),
        total: exact(plan.total),
        lines: plan.lines.len(),
        not_eligible: plan.not_eligible.len(),
        reporting_periods: plan.reporting.iter().map(|period| period.label.clone()).collect(),
        groups: groups.collect(),
        findings: FindingDocument::grouped(&plan.findings),
    }
}

/// Returns the lines of a settled channel, ascending by partner id, product line, territory. A line is `None` when one of
/// its amounts is out of range.
pub fn settled_lines(done: &SettledChannel) -> impl Iterator<Item = Option<SettledLineDocument>> + '_ {
    let currency = done.plan.currency;
    let text = |name: &Option<Name>| name.as_deref().map(str::to_owned);
    let exact = |money: Money| Exact(money.amount());
    let settlement = Written(hash_of(done));
    let lines = done.plan.lines.iter().zip(&done.settled.lines).zip(&done.group_of).enumerate();
    lines.map(move |(position, ((line, reconciled), group))| {
        let shares = done.settled.assessments.as_ref().and_then(|all| all.get(position)?.as_ref());
        Some(SettledLineDocument {
            settlement,
            partner_id: line.identity.partner_id.to_string(),
            product_line: text(&line.segment.product_line),
            territory: text(&line.segment.territory),
            quota: exact(line.quota),
            assessment: exact(line.assessment),
            floor: line.floor.map(exact),
            ceiling: line.ceiling.map(exact),
            binding: line.binding,
            outside: reconciled.outside,
            periods: line.periods.iter().copied().map(exact).collect(),
            season: line.season,
            locked: line.locked,
            lock_reason: line.lock_reason.clone(),
            group: *group,
            scaled_minor: Written(reconciled.scaled),
            bounded_minor: Written(reconciled.bounded),
            fair_share: match shares {
                Some(shares) => Some(FairShareOfLine::of(shares, currency)?),
                None => None,
            },
        })
    })
}

impl Settlement {
    /// Reads the summary of a settled channel.
    pub fn read(name: &str, text: &str) -> Result<Self, Finding> {
        #[derive(Deserialize)]
        struct Summary {
            schema: String,
            survey: Written<Hash>,
            settlement: Written<Hash>,
            groups: Vec<GroupOfSettlement>,
        }
        let refused =
            |reason: String| Finding::from(PartitionFault::Document { document: format!("`{name}`"), reason });
        let summary: Summary = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        if summary.schema != SETTLEMENT_SCHEMA {
            return Err(refused(format!("its `schema` is not `{SETTLEMENT_SCHEMA}`")));
        }
        let group = |group: GroupOfSettlement| match group.multiplier {
            None => Some((group.name, None)),
            Some((numerator, denominator)) => {
                Some((group.name, Some(Multiplier::from_parts(numerator.0, denominator.0)?)))
            }
        };
        let groups: Option<Vec<SettledGroup>> = summary.groups.into_iter().map(group).collect();
        let groups = groups.ok_or_else(|| refused("a multiplier is below zero".to_owned()))?;
        Ok(Self { survey: summary.survey.0, settlement: summary.settlement.0, groups })
    }
}

impl SettledLineDocument {
    /// Reads the record on the line of that number, from 1.
    pub fn read(line: u64, text: &str) -> Result<Self, Finding> {
        serde_json::from_str(text).map_err(|error| {
            PartitionFault::Document { document: format!("settled line {line}"), reason: error.to_string() }.into()
        })
    }

    /// Product line and territory.
    pub fn segment(&self) -> SegmentKey {
        let name = |text: &Option<String>| text.as_deref().map(Name::from);
        SegmentKey { product_line: name(&self.product_line), territory: name(&self.territory) }
    }

    /// Compares its partner with another.
    pub fn compare(&self, partner: &str) -> Ordering {
        (*self.partner_id).cmp(partner)
    }

    /// Returns true when the line was settled from this assessment and these guardrails.
    pub fn is_of(&self, draft: &Draft, basis: Basis, currency: Currency) -> bool {
        let minor = |amount: &Option<Exact>| amount.and_then(|amount| amount.minor(currency));
        let bound = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.amount);
        // A share of the target depends on the other lines as well.
        let assessed = draft.assessment.as_ref().map_or(0, |assessment| assessment.amount);
        let is_assessed = basis == Basis::FairShare || self.assessment.minor(currency) == Some(assessed);
        is_assessed
            && minor(&self.floor) == bound(&draft.guardrails.floor)
            && minor(&self.ceiling) == bound(&draft.guardrails.ceiling)
    }

    /// The settled numbers of the line.
    ///
    /// # Errors
    /// When an amount is out of range.
    pub fn line(self, basis: Basis, currency: Currency) -> Result<SettledLine, Finding> {
        let segment = self.segment();
        let name = line_name(&self.partner_id, &segment);
        let build = || {
            let lock = self.locked.then(|| Lock {
                partner_id: self.partner_id.as_str().into(),
                segment,
                quota: Money::new(self.quota.0, currency),
                reason: self.lock_reason.clone(),
                periods: Vec::new(),
            });
            let shares = match &self.fair_share {
                Some(shares) => Some(shares.assessment(currency)?),
                None => None,
            };
            Some(SettledLine {
                reconciled: ReconciledLine {
                    scaled: self.scaled_minor.0,
                    bounded: self.bounded_minor.0,
                    quota: self.quota.minor(currency)?,
                    binding: self.binding,
                    outside: self.outside,
                },
                group: self.group,
                fair_share: (basis == Basis::FairShare).then_some(shares),
                periods: self.periods.iter().map(|amount| amount.minor(currency)).collect::<Option<_>>()?,
                season: self.season,
                lock,
            })
        };
        build().ok_or_else(|| {
            PartitionFault::Document { document: name, reason: "an amount is out of range".to_owned() }.into()
        })
    }
}
