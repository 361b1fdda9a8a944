//! A group of a roll-up while partners come in.

use super::dimension::Dimension;
use super::figures::{MonthRevenue, PartnerStanding, Standing};
use super::group::{Bands, Concentration, Group, Linearity, MonthShare, Shortfall};
use super::ratio::{attainment, coverage_ratio, forecast_gap_share};
use super::rules::RollupRules;
use crate::channel::Name;
use crate::units::{Currency, Money, MoneyError, Month};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// How many of the largest shortfalls a group names.
const LARGEST: usize = 10;

/// Σ part and Σ whole over the members that have both.
#[derive(Debug, Clone, Copy)]
struct Matched {
    part: Money,
    whole: Money,
    count: usize,
}

impl Matched {
    const fn new(currency: Currency) -> Self {
        Self { part: Money::zero(currency), whole: Money::zero(currency), count: 0 }
    }

    fn add(&mut self, part: Option<Money>, whole: Option<Money>) -> Result<(), MoneyError> {
        if let Some((part, whole)) = part.zip(whole) {
            (self.part, self.whole) = (self.part.plus(part)?, self.whole.plus(whole)?);
            self.count += 1;
        }
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<(), MoneyError> {
        if other.count == 0 {
            return Ok(());
        }
        (self.part, self.whole) = (self.part.plus(other.part)?, self.whole.plus(other.whole)?);
        self.count += other.count;
        Ok(())
    }

    fn part(&self) -> Option<Money> {
        (self.count > 0).then_some(self.part)
    }

    fn whole(&self) -> Option<Money> {
        (self.count > 0).then_some(self.whole)
    }
}

/// Sums over standings: of one member's lines, or of a group's members.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    quota: Matched,
    actual: Matched,
    pipeline: Matched,
    forecast: Matched,
    pace: Matched,
    without_quota: Money,
    /// Ascending.
    months: Vec<(Month, Money)>,
}

impl Sums {
    const fn new(currency: Currency) -> Self {
        let none = Matched::new(currency);
        Self {
            quota: none,
            actual: none,
            pipeline: none,
            forecast: none,
            pace: none,
            without_quota: Money::zero(currency),
            months: Vec::new(),
        }
    }

    pub fn add(&mut self, standing: &Standing) -> Result<(), MoneyError> {
        let quota = standing.quota;
        self.quota.add(quota, quota)?;
        self.actual.add(standing.actual, quota)?;
        self.pipeline.add(standing.open_pipeline, quota)?;
        self.forecast.add(standing.forecast, quota)?;
        self.pace.add(standing.actual, standing.pacing.expected_to_date)?;
        let beside = if quota.is_some() { standing.actual_without_quota } else { standing.actual };
        if let Some(beside) = beside {
            self.without_quota = self.without_quota.plus(beside)?;
        }
        Ok(())
    }

    pub fn add_months(&mut self, months: &[MonthRevenue]) -> Result<(), MoneyError> {
        months.iter().enumerate().try_for_each(|(at, one)| self.add_month(at, one.month, one.amount))
    }

    /// Adds the amount of a month, which is at the place `at` where the months are those of the others.
    fn add_month(&mut self, at: usize, month: Month, amount: Money) -> Result<(), MoneyError> {
        let at = match self.months.get(at) {
            Some((known, _)) if *known == month => at,
            _ => self.months.binary_search_by_key(&month, |(known, _)| *known).unwrap_or_else(|at| {
                self.months.insert(at, (month, Money::zero(amount.currency())));
                at
            }),
        };
        if let Some((_, sum)) = self.months.get_mut(at) {
            *sum = sum.plus(amount)?;
        }
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<(), MoneyError> {
        self.quota.merge(&other.quota)?;
        self.actual.merge(&other.actual)?;
        self.pipeline.merge(&other.pipeline)?;
        self.forecast.merge(&other.forecast)?;
        self.pace.merge(&other.pace)?;
        self.without_quota = self.without_quota.plus(other.without_quota)?;
        let mut months = other.months.iter().enumerate();
        months.try_for_each(|(at, (month, amount))| self.add_month(at, *month, *amount))
    }

    fn linearity(&self) -> Option<Linearity> {
        let total = Money::sum(self.without_quota.currency(), self.months.iter().map(|(_, amount)| *amount)).ok()?;
        if !total.is_positive() {
            return None;
        }
        let count = Decimal::from(self.months.len());
        let share = |(month, amount): &(Month, Money)| {
            Some(MonthShare { month: *month, amount: *amount, share: amount.ratio_to(total)? })
        };
        // ½ Σ |a/T − 1/n| = Σ |n·a − T| ÷ (2·n·T): one division, so nothing rounds on the way.
        let mut apart = Decimal::ZERO;
        for (_, amount) in &self.months {
            apart = apart.checked_add(amount.amount().checked_mul(count)?.checked_sub(total.amount())?.abs())?;
        }
        let whole = total.amount().checked_mul(count)?.checked_mul(Decimal::TWO)?;
        Some(Linearity {
            months: self.months.iter().map(share).collect::<Option<_>>()?,
            even_share: Decimal::ONE.checked_div(count)?,
            deviation: apart.checked_div(whole)?,
        })
    }
}

/// A group while partners come in.
#[derive(Debug, Clone)]
pub(super) struct Gathered {
    sums: Sums,
    partners: usize,
    with_quota: usize,
    zero_quota: usize,
    actual_not_known: usize,
    bands: Bands,
    at_quota: usize,
    at_quota_revenue: Money,
    defined: usize,
    defined_revenue: Money,
    consistently_at_quota: usize,
    consistently_below_quota: usize,
    shortfalls: Vec<Shortfall>,
}

/// Whether a partner's record is consistent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    AtQuota,
    BelowQuota,
    Neither,
}

impl Record {
    pub fn of(partner: &PartnerStanding, rules: &RollupRules) -> Self {
        let record = &partner.whole.consistency;
        let periods = record.past.len();
        let at_quota = record.periods_at_quota.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        let needed = rules.consistent_share.checked_mul(Decimal::from(periods)).unwrap_or(Decimal::MAX);
        if periods < rules.consistent_periods.max(1) {
            Self::Neither
        } else if Decimal::from(at_quota) >= needed {
            Self::AtQuota
        } else if Decimal::from(periods - at_quota) >= needed {
            Self::BelowQuota
        } else {
            Self::Neither
        }
    }
}

impl Gathered {
    pub fn new(currency: Currency) -> Self {
        Self {
            sums: Sums::new(currency),
            partners: 0,
            with_quota: 0,
            zero_quota: 0,
            actual_not_known: 0,
            bands: Bands::default(),
            at_quota: 0,
            at_quota_revenue: Money::zero(currency),
            defined: 0,
            defined_revenue: Money::zero(currency),
            consistently_at_quota: 0,
            consistently_below_quota: 0,
            shortfalls: Vec::new(),
        }
    }

    pub fn add(
        &mut self,
        partner: &PartnerStanding,
        member: &Sums,
        record: Record,
        rules: &RollupRules,
    ) -> Result<(), MoneyError> {
        self.sums.merge(member)?;
        // A member counts once, however many lines it has.
        self.sums.forecast.count -= member.forecast.count.saturating_sub(1);
        self.partners += 1;
        self.consistently_at_quota += usize::from(record == Record::AtQuota);
        self.consistently_below_quota += usize::from(record == Record::BelowQuota);
        let Some(quota) = member.quota.whole() else { return Ok(()) };
        self.with_quota += 1;
        self.zero_quota += usize::from(quota.is_zero());
        let Some((actual, quota)) = member.actual.part().zip(member.actual.whole()) else {
            self.actual_not_known += 1;
            return Ok(());
        };
        let short = quota.minus(actual)?;
        if short.is_positive() {
            self.shortfalls.push(Shortfall { partner_id: partner.identity.partner_id.clone(), amount: short });
        }
        let Some(attained) = attainment(actual, quota) else { return Ok(()) };
        self.defined += 1;
        self.defined_revenue = self.defined_revenue.plus(actual)?;
        if attained >= rules.target {
            self.at_quota += 1;
            self.at_quota_revenue = self.at_quota_revenue.plus(actual)?;
        }
        let band = match attained {
            attained if attained >= rules.excellence => &mut self.bands.excellence,
            attained if attained >= rules.target => &mut self.bands.target,
            attained if attained >= rules.threshold => &mut self.bands.threshold,
            _ => &mut self.bands.below_threshold,
        };
        *band += 1;
        Ok(())
    }

    pub fn merge(&mut self, other: Self) -> Result<(), MoneyError> {
        self.sums.merge(&other.sums)?;
        self.partners += other.partners;
        self.with_quota += other.with_quota;
        self.zero_quota += other.zero_quota;
        self.actual_not_known += other.actual_not_known;
        self.bands.below_threshold += other.bands.below_threshold;
        self.bands.threshold += other.bands.threshold;
        self.bands.target += other.bands.target;
        self.bands.excellence += other.bands.excellence;
        self.at_quota += other.at_quota;
        self.at_quota_revenue = self.at_quota_revenue.plus(other.at_quota_revenue)?;
        self.defined += other.defined;
        self.defined_revenue = self.defined_revenue.plus(other.defined_revenue)?;
        self.consistently_at_quota += other.consistently_at_quota;
        self.consistently_below_quota += other.consistently_below_quota;
        self.shortfalls.extend(other.shortfalls);
        Ok(())
    }

    pub fn finish(self, dimension: Dimension, name: Option<Name>) -> Result<Group, MoneyError> {
        let Sums { quota, actual, pipeline, forecast, pace, without_quota, .. } = self.sums;
        let currency = without_quota.currency();
        let gap = (forecast.count > 0).then(|| forecast.part.minus(forecast.whole)).transpose()?;
        Ok(Group {
            dimension,
            name,
            partners: self.partners,
            with_quota: self.with_quota,
            zero_quota: self.zero_quota,
            without_quota: self.partners - self.with_quota,
            actual_not_known: self.actual_not_known,
            quota: quota.whole(),
            actual: actual.part(),
            attainment: attainment(actual.part, actual.whole),
            actual_without_quota: without_quota,
            open_pipeline: pipeline.part(),
            coverage_ratio: coverage_ratio(pipeline.part, pipeline.whole),
            forecast: forecast.part(),
            forecast_partners: forecast.count,
            forecast_gap: gap,
            forecast_gap_share: gap.and_then(|_| forecast_gap_share(forecast.part, forecast.whole)),
            expected_to_date: pace.whole(),
            pace_ratio: attainment(pace.part, pace.whole),
            bands: self.bands,
            at_quota_by_count: Decimal::from(self.at_quota).checked_div(Decimal::from(self.defined)),
            at_quota_by_revenue: attainment(self.at_quota_revenue, self.defined_revenue),
            linearity: self.sums.linearity(),
            consistently_at_quota: self.consistently_at_quota,
            consistently_below_quota: self.consistently_below_quota,
            shortfall: concentration(currency, self.shortfalls)?,
        })
    }
}

/// How few of the shortfalls make most of their sum.
fn concentration(currency: Currency, mut shortfalls: Vec<Shortfall>) -> Result<Concentration, MoneyError> {
    shortfalls.sort_by(|a, b| b.amount.amount().cmp(&a.amount.amount()).then_with(|| a.partner_id.cmp(&b.partner_id)));
    let total = Money::sum(currency, shortfalls.iter().map(|shortfall| shortfall.amount))?;
    let least = |share: Decimal| -> Result<usize, MoneyError> {
        let needed = total.times(share)?;
        let mut sum = Money::zero(currency);
        for (index, shortfall) in shortfalls.iter().enumerate() {
            sum = sum.plus(shortfall.amount)?;
            if sum.compare(needed)?.is_ge() {
                return Ok(index + 1);
            }
        }
        Ok(0)
    };
    let (half, four_fifths) = (least(Decimal::new(5, 1))?, least(Decimal::new(8, 1))?);
    let partners = shortfalls.len();
    shortfalls.truncate(LARGEST);
    Ok(Concentration { total, partners, half, four_fifths, largest: shortfalls })
}

/// The partner as one member, with the months of its lines.
pub(super) fn whole(partner: &PartnerStanding, currency: Currency) -> Result<Sums, MoneyError> {
    let mut member = Sums::new(currency);
    member.add(&partner.whole)?;
    partner.lines.iter().try_for_each(|line| member.add_months(&line.standing.months))?;
    if partner.lines.is_empty() {
        member.add_months(&partner.whole.months)?;
    }
    Ok(member)
}

/// The group by a dimension in which the partner is one member; `None` where its lines are members.
pub(super) fn group_of(partner: &PartnerStanding, dimension: Dimension) -> Option<Option<Name>> {
    let is_by_line = matches!(dimension, Dimension::Territory | Dimension::ProductLine) && !partner.lines.is_empty();
    (!is_by_line).then(|| match dimension {
        Dimension::Channel => None,
        Dimension::Partner => Some(partner.identity.partner_id.clone()),
        Dimension::Tier => partner.identity.tier.clone(),
        Dimension::Vertical => partner.identity.vertical.clone(),
        Dimension::AccountManager => partner.identity.account_manager.clone(),
        Dimension::ReportingPeriod => Some(partner.period.clone()),
        Dimension::Territory => partner.identity.territory.clone(),
        Dimension::ProductLine => None,
    })
}

/// The lines of a partner by territory or product line.
pub(super) fn lines_by(
    partner: &PartnerStanding,
    dimension: Dimension,
    currency: Currency,
) -> Result<BTreeMap<Option<Name>, Sums>, MoneyError> {
    let mut members: BTreeMap<Option<Name>, Sums> = BTreeMap::new();
    for line in &partner.lines {
        let name = match dimension {
            Dimension::Territory => line.segment.territory.clone().or_else(|| partner.identity.territory.clone()),
            _ => line.segment.product_line.clone(),
        };
        let member = members.entry(name).or_insert_with(|| Sums::new(currency));
        member.add(&line.standing)?;
        member.add_months(&line.standing.months)?;
    }
    Ok(members)
}
