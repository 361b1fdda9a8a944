//! Roll-ups: the standings of many partners as the standing of a tier, a territory, a product line, the channel.
//!
//! Every ratio of a group is a sum over a sum, never a mean of ratios, and both sums are over the same members.

use super::ratio::{attainment, coverage_ratio, forecast_gap_share};
use super::standing::{PartnerStanding, Standing};
use crate::channel::Name;
use crate::units::{Currency, Money, MoneyError, Month, Rate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// How many of the largest shortfalls a group names.
const LARGEST: usize = 10;

/// What partners are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// All partners in one group.
    Channel,
    /// Each partner by itself, by id: as many groups as partners.
    Partner,
    /// Current tier.
    Tier,
    /// Territory of the line; the home territory where lines have none.
    Territory,
    /// Vertical.
    Vertical,
    /// Product line; none at partner grain.
    ProductLine,
    /// Account manager.
    AccountManager,
    /// Label of the standings' period. Give a builder of this dimension the standings of every reporting period; with
    /// the other dimensions they would be added up.
    ReportingPeriod,
}

impl Dimension {
    /// Every dimension, in the order of roll-ups.
    pub const ALL: &'static [Self] = &[
        Self::Channel,
        Self::Partner,
        Self::Tier,
        Self::Territory,
        Self::Vertical,
        Self::ProductLine,
        Self::AccountManager,
        Self::ReportingPeriod,
    ];

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Partner => "partner",
            Self::Tier => "tier",
            Self::Territory => "territory",
            Self::Vertical => "vertical",
            Self::ProductLine => "product_line",
            Self::AccountManager => "account_manager",
            Self::ReportingPeriod => "period",
        }
    }
}

/// Cut points, each meaning "at least".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollupRules {
    /// Attainment from which the threshold is reached; default 0.8.
    pub threshold: Rate,
    /// Attainment from which the target is reached; default 1.
    pub target: Rate,
    /// Attainment from which it is excellence; default 1.2.
    pub excellence: Rate,
    /// Past periods a partner must have to be called consistent; default 3.
    pub consistent_periods: usize,
    /// Share of them at quota from which it consistently meets, or below quota from which it consistently misses;
    /// default 0.75.
    pub consistent_share: Rate,
}

impl Default for RollupRules {
    fn default() -> Self {
        Self {
            threshold: Decimal::new(8, 1),
            target: Decimal::ONE,
            excellence: Decimal::new(12, 1),
            consistent_periods: 3,
            consistent_share: Decimal::new(75, 2),
        }
    }
}

/// Number of partners by attainment. Source: glossary entry "attainment bands".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bands {
    /// Below the threshold.
    pub below_threshold: usize,
    /// At least the threshold, below target.
    pub threshold: usize,
    /// At least the target, below excellence.
    pub target: usize,
    /// At least excellence.
    pub excellence: usize,
}

/// How evenly bookings came in over the period's complete months. Source: glossary entry "linearity".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linearity {
    /// One entry per complete month, in order.
    pub months: Vec<MonthShare>,
    /// An even month's share: 1 ÷ number of months.
    pub even_share: Rate,
    /// ½ × Σ |share − even share|: the part of the bookings that came in other months than even ones; 0 is even.
    pub deviation: Rate,
}

/// Bookings of one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthShare {
    /// Month.
    pub month: Month,
    /// Closed revenue, with or without quota.
    pub amount: Money,
    /// `amount` ÷ Σ amounts.
    pub share: Rate,
}

/// How few partners make most of the shortfall (quota − actual, where positive).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concentration {
    /// Σ shortfalls; overachievers do not offset it.
    pub total: Money,
    /// Partners with a shortfall.
    pub partners: usize,
    /// Least number of partners that make at least 50 % of it.
    pub half: usize,
    /// Least number of partners that make at least 80 % of it.
    pub four_fifths: usize,
    /// The largest shortfalls, at most ten, largest first, then by partner id.
    pub largest: Vec<Shortfall>,
}

/// What one partner is short of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// Partner id.
    pub partner_id: Name,
    /// Quota − actual, above zero.
    pub amount: Money,
}

/// One group of a roll-up. Members are partners, or in a territory or product line the part of a partner in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What it is grouped by.
    pub dimension: Dimension,
    /// Which one; `None` is the channel, or "not known" in other dimensions.
    pub name: Option<Name>,
    /// Number of members.
    pub partners: usize,
    /// Members with a quota, zero included.
    pub with_quota: usize,
    /// Of these, members whose quota is zero: in the sums, but in no band.
    pub zero_quota: usize,
    /// Members without a known quota: in none of the sums below but `actual_without_quota`.
    pub without_quota: usize,
    /// Members with a quota whose revenue is not known.
    pub actual_not_known: usize,
    /// Σ quotas; `None` when no member has one.
    pub quota: Option<Money>,
    /// Σ closed revenue of business with a quota.
    pub actual: Option<Money>,
    /// Σ actual ÷ Σ quota of members with both.
    pub attainment: Option<Rate>,
    /// Σ closed revenue of business without a quota.
    pub actual_without_quota: Money,
    /// Σ open pipeline of business with a quota.
    pub open_pipeline: Option<Money>,
    /// Σ open pipeline ÷ Σ quota of members with both.
    pub coverage_ratio: Option<Rate>,
    /// Σ forecasts of members with a quota.
    pub forecast: Option<Money>,
    /// Members with forecast and quota.
    pub forecast_partners: usize,
    /// Σ forecast − Σ quota of these.
    pub forecast_gap: Option<Money>,
    /// That ÷ Σ quota of these.
    pub forecast_gap_share: Option<Rate>,
    /// Σ quota expected to date.
    pub expected_to_date: Option<Money>,
    /// Σ actual ÷ Σ expected of members with both.
    pub pace_ratio: Option<Rate>,
    /// Members by attainment.
    pub bands: Bands,
    /// Members at or above target ÷ members with a defined attainment.
    pub at_quota_by_count: Option<Rate>,
    /// Their revenue ÷ revenue of members with a defined attainment; `None` unless that is above zero.
    pub at_quota_by_revenue: Option<Rate>,
    /// Bookings by month; `None` unless their sum is above zero.
    pub linearity: Option<Linearity>,
    /// Members that consistently meet quota, by the partner's record as a whole.
    pub consistently_at_quota: usize,
    /// Members that consistently miss it.
    pub consistently_below_quota: usize,
    /// Where the shortfall is.
    pub shortfall: Concentration,
}

/// All groups of a book.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollup {
    /// Cut points used.
    pub rules: RollupRules,
    /// Ascending by dimension, then name, "not known" first.
    pub groups: Vec<Group>,
    /// Ids of the partners that consistently meet quota, ascending.
    pub consistently_at_quota: Vec<Name>,
    /// Ids of the partners that consistently miss it, ascending.
    pub consistently_below_quota: Vec<Name>,
}

impl Rollup {
    /// The groups of one dimension, ascending by name.
    pub fn by(&self, dimension: Dimension) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.dimension == dimension)
    }

    /// The group of the whole channel, when it was asked for and had any member.
    pub fn channel(&self) -> Option<&Group> {
        self.by(Dimension::Channel).next()
    }
}

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
struct Sums {
    quota: Matched,
    actual: Matched,
    pipeline: Matched,
    forecast: Matched,
    pace: Matched,
    without_quota: Money,
    months: BTreeMap<Month, Money>,
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
            months: BTreeMap::new(),
        }
    }

    fn add(&mut self, standing: &Standing) -> Result<(), MoneyError> {
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

    fn add_months(&mut self, months: &[(Month, Money)]) -> Result<(), MoneyError> {
        for (month, amount) in months {
            let sum = self.months.entry(*month).or_insert(Money::zero(amount.currency()));
            *sum = sum.plus(*amount)?;
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
        for (month, amount) in &other.months {
            let sum = self.months.entry(*month).or_insert(Money::zero(amount.currency()));
            *sum = sum.plus(*amount)?;
        }
        Ok(())
    }

    fn linearity(&self) -> Option<Linearity> {
        let total = Money::sum(self.without_quota.currency(), self.months.values().copied()).ok()?;
        if !total.is_positive() {
            return None;
        }
        let count = Decimal::from(self.months.len());
        let share = |(month, amount): (&Month, &Money)| {
            Some(MonthShare { month: *month, amount: *amount, share: amount.ratio_to(total)? })
        };
        // ½ Σ |a/T − 1/n| = Σ |n·a − T| ÷ (2·n·T): one division, so nothing rounds on the way.
        let mut apart = Decimal::ZERO;
        for amount in self.months.values() {
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
struct Gathered {
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
enum Record {
    AtQuota,
    BelowQuota,
    Neither,
}

impl Record {
    fn of(partner: &PartnerStanding, rules: &RollupRules) -> Self {
        let record = &partner.whole.consistency;
        let periods = record.past.len();
        let needed = rules.consistent_share.checked_mul(Decimal::from(periods)).unwrap_or(Decimal::MAX);
        if periods < rules.consistent_periods.max(1) {
            Self::Neither
        } else if Decimal::from(record.at_quota) >= needed {
            Self::AtQuota
        } else if Decimal::from(periods - record.at_quota) >= needed {
            Self::BelowQuota
        } else {
            Self::Neither
        }
    }
}

impl Gathered {
    fn new(currency: Currency) -> Self {
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

    fn add(
        &mut self,
        partner: &PartnerStanding,
        member: &Sums,
        record: Record,
        rules: &RollupRules,
    ) -> Result<(), MoneyError> {
        // A member counts once, however many lines it has.
        let once = |matched: Matched| Matched { count: matched.count.min(1), ..matched };
        self.sums.merge(&Sums { forecast: once(member.forecast), ..member.clone() })?;
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
            self.shortfalls.push(Shortfall { partner_id: partner.partner_id.clone(), amount: short });
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

    fn merge(&mut self, other: Self) -> Result<(), MoneyError> {
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

    fn finish(self, dimension: Dimension, name: Option<Name>) -> Result<Group, MoneyError> {
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

/// Takes standings one by one, in any order, and gives their roll-up. After an error it is of no further use.
#[derive(Debug, Clone)]
pub struct RollupBuilder {
    currency: Currency,
    rules: RollupRules,
    dimensions: Vec<Dimension>,
    groups: BTreeMap<(Dimension, Option<Name>), Gathered>,
    at_quota: Vec<Name>,
    below_quota: Vec<Name>,
}

impl RollupBuilder {
    /// Returns an empty roll-up by `dimensions` of amounts in `currency`; a dimension named twice counts once.
    pub fn new(dimensions: &[Dimension], rules: RollupRules, currency: Currency) -> Self {
        let mut dimensions = dimensions.to_vec();
        dimensions.sort_unstable();
        dimensions.dedup();
        Self { currency, rules, dimensions, groups: BTreeMap::new(), at_quota: Vec::new(), below_quota: Vec::new() }
    }

    /// Adds one partner.
    pub fn add(&mut self, partner: &PartnerStanding) -> Result<(), MoneyError> {
        let record = Record::of(partner, &self.rules);
        match record {
            Record::AtQuota => self.at_quota.push(partner.partner_id.clone()),
            Record::BelowQuota => self.below_quota.push(partner.partner_id.clone()),
            Record::Neither => {}
        }
        for &dimension in &self.dimensions {
            for (name, member) in members(partner, dimension, self.currency)? {
                let group = self.groups.entry((dimension, name)).or_insert_with(|| Gathered::new(self.currency));
                group.add(partner, &member, record, &self.rules)?;
            }
        }
        Ok(())
    }

    /// Adds all that `other`, made with the same dimensions and rules, has taken.
    pub fn merge(&mut self, other: Self) -> Result<(), MoneyError> {
        for (key, group) in other.groups {
            self.groups.entry(key).or_insert_with(|| Gathered::new(self.currency)).merge(group)?;
        }
        self.at_quota.extend(other.at_quota);
        self.below_quota.extend(other.below_quota);
        Ok(())
    }

    /// The roll-up of everything added.
    pub fn finish(mut self) -> Result<Rollup, MoneyError> {
        self.at_quota.sort_unstable();
        self.at_quota.dedup();
        self.below_quota.sort_unstable();
        self.below_quota.dedup();
        let groups = self.groups.into_iter().map(|((dimension, name), group)| group.finish(dimension, name));
        Ok(Rollup {
            rules: self.rules,
            groups: groups.collect::<Result<_, _>>()?,
            consistently_at_quota: self.at_quota,
            consistently_below_quota: self.below_quota,
        })
    }
}

/// The parts of a partner by a dimension: the whole in one, or its lines by territory or product line.
fn members(
    partner: &PartnerStanding,
    dimension: Dimension,
    currency: Currency,
) -> Result<BTreeMap<Option<Name>, Sums>, MoneyError> {
    let none = || Sums::new(currency);
    let mut members: BTreeMap<Option<Name>, Sums> = BTreeMap::new();
    let whole = match dimension {
        Dimension::Channel => None,
        Dimension::Partner => Some(partner.partner_id.clone()),
        Dimension::Tier => partner.tier.clone(),
        Dimension::Vertical => partner.vertical.clone(),
        Dimension::AccountManager => partner.account_manager.clone(),
        Dimension::ReportingPeriod => Some(partner.period.clone()),
        Dimension::Territory => partner.territory.clone(),
        Dimension::ProductLine => None,
    };
    let is_by_line = matches!(dimension, Dimension::Territory | Dimension::ProductLine) && !partner.lines.is_empty();
    if !is_by_line {
        let member = members.entry(whole.clone()).or_insert_with(none);
        member.add(&partner.whole)?;
    }
    for line in &partner.lines {
        let name = match dimension {
            Dimension::Territory => line.segment.territory.clone().or_else(|| partner.territory.clone()),
            Dimension::ProductLine => line.segment.product_line.clone(),
            _ => whole.clone(),
        };
        let member = members.entry(name).or_insert_with(none);
        if is_by_line {
            member.add(&line.standing)?;
        }
        member.add_months(&line.standing.months)?;
    }
    if partner.lines.is_empty() {
        members.entry(whole).or_insert_with(none).add_months(&partner.whole.months)?;
    }
    Ok(members)
}

/// Rolls up `standings` by `dimensions`.
///
/// ```
/// use quotient::performance::{Dimension, RollupRules, roll_up};
/// use quotient::units::Currency;
/// let nobody = roll_up(&[], &[Dimension::Channel], RollupRules::default(), Currency::USD)?;
/// assert!(nobody.channel().is_none());
/// # Ok::<(), quotient::units::MoneyError>(())
/// ```
pub fn roll_up(
    standings: &[PartnerStanding],
    dimensions: &[Dimension],
    rules: RollupRules,
    currency: Currency,
) -> Result<Rollup, MoneyError> {
    let mut builder = RollupBuilder::new(dimensions, rules, currency);
    standings.iter().try_for_each(|standing| builder.add(standing))?;
    builder.finish()
}
