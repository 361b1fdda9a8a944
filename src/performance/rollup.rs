//! Roll-ups: the standings of many partners as the standing of a tier, a territory, a product line, the channel.
//!
//! Every ratio of a group is a sum over a sum, never a mean of ratios, and both sums are over the same members.

use super::dimension::Dimension;
use super::figures::PartnerStanding;
use super::gathered::{Gathered, Record, Sums, group_of, lines_by, whole};
use super::group::Group;
use super::rules::RollupRules;
use crate::channel::Name;
use crate::units::{Currency, MoneyError};
use std::collections::BTreeMap;

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
    ///
    /// ```
    /// use quotient::channel::{CurrentQuota, Partner, PartnerBook, RevenueEntry, SegmentKey};
    /// use quotient::performance::{Conventions, Dimension, Given, RollupBuilder, RollupRules, Standings};
    /// use quotient::units::{Currency, FiscalCalendar, Money};
    /// # let (start, segment) = ("2026-01".parse()?, SegmentKey::default());
    /// # let sold = RevenueEntry { month: start, segment: segment.clone().into(), amount: Money::new(60, Currency::USD) };
    /// # let quota = CurrentQuota { start, months: 1, segment: segment.into(), quota: Money::new(80, Currency::USD), terms: Default::default() };
    /// # let partner = Partner { revenue: vec![sold], quotas: vec![quota], ..Partner::new("P1") };
    /// # let mut book = PartnerBook::new(Currency::USD, vec![partner]);
    /// # book.tables.extend([("revenue".to_owned(), 1), ("quotas".to_owned(), 1)]);
    /// let january = FiscalCalendar::new(1).ok_or("no month")?.period("2026-01")?;
    /// let given = Given::default();
    /// let standings = Standings::new(&book, january, "2026-01-31".parse()?, Conventions::default(), &given)?;
    /// let (rollup, _) = standings.roll_up(&[Dimension::Territory], RollupRules::default())?;
    /// assert_eq!(rollup.by(Dimension::Territory).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by(&self, dimension: Dimension) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.dimension == dimension)
    }

    /// The group of the whole channel, when it was asked for and had any member.
    ///
    /// ```
    /// use quotient::channel::{CurrentQuota, Partner, PartnerBook, RevenueEntry, SegmentKey};
    /// use quotient::performance::{Conventions, Dimension, Given, RollupBuilder, RollupRules, Standings};
    /// use quotient::units::{Currency, FiscalCalendar, Money};
    /// # let (start, segment) = ("2026-01".parse()?, SegmentKey::default());
    /// # let sold = RevenueEntry { month: start, segment: segment.clone().into(), amount: Money::new(60, Currency::USD) };
    /// # let quota = CurrentQuota { start, months: 1, segment: segment.into(), quota: Money::new(80, Currency::USD), terms: Default::default() };
    /// # let partner = Partner { revenue: vec![sold], quotas: vec![quota], ..Partner::new("P1") };
    /// # let mut book = PartnerBook::new(Currency::USD, vec![partner]);
    /// # book.tables.extend([("revenue".to_owned(), 1), ("quotas".to_owned(), 1)]);
    /// let january = FiscalCalendar::new(1).ok_or("no month")?.period("2026-01")?;
    /// let given = Given::default();
    /// let standings = Standings::new(&book, january, "2026-01-31".parse()?, Conventions::default(), &given)?;
    /// let (rollup, _) = standings.roll_up(&[Dimension::Channel], RollupRules::default())?;
    /// assert!(rollup.channel().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn channel(&self) -> Option<&Group> {
        self.by(Dimension::Channel).next()
    }
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
    ///
    /// ```
    /// use quotient::channel::{CurrentQuota, Partner, PartnerBook, RevenueEntry, SegmentKey};
    /// use quotient::performance::{Conventions, Dimension, Given, RollupBuilder, RollupRules, Standings};
    /// use quotient::units::{Currency, FiscalCalendar, Money};
    /// # let (start, segment) = ("2026-01".parse()?, SegmentKey::default());
    /// # let sold = RevenueEntry { month: start, segment: segment.clone().into(), amount: Money::new(60, Currency::USD) };
    /// # let quota = CurrentQuota { start, months: 1, segment: segment.into(), quota: Money::new(80, Currency::USD), terms: Default::default() };
    /// # let partner = Partner { revenue: vec![sold], quotas: vec![quota], ..Partner::new("P1") };
    /// # let mut book = PartnerBook::new(Currency::USD, vec![partner]);
    /// # book.tables.extend([("revenue".to_owned(), 1), ("quotas".to_owned(), 1)]);
    /// let january = FiscalCalendar::new(1).ok_or("no month")?.period("2026-01")?;
    /// let given = Given::default();
    /// let standings = Standings::new(&book, january, "2026-01-31".parse()?, Conventions::default(), &given)?;
    /// let mut builder = RollupBuilder::new(&[Dimension::Channel], RollupRules::default(), Currency::USD);
    /// assert!(builder.finish()?.channel().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(dimensions: &[Dimension], rules: RollupRules, currency: Currency) -> Self {
        let mut dimensions = dimensions.to_vec();
        dimensions.sort_unstable();
        dimensions.dedup();
        Self { currency, rules, dimensions, groups: BTreeMap::new(), at_quota: Vec::new(), below_quota: Vec::new() }
    }

    /// Adds one partner.
    ///
    /// ```
    /// use quotient::channel::{CurrentQuota, Partner, PartnerBook, RevenueEntry, SegmentKey};
    /// use quotient::performance::{Conventions, Dimension, Given, RollupBuilder, RollupRules, Standings};
    /// use quotient::units::{Currency, FiscalCalendar, Money};
    /// # let (start, segment) = ("2026-01".parse()?, SegmentKey::default());
    /// # let sold = RevenueEntry { month: start, segment: segment.clone().into(), amount: Money::new(60, Currency::USD) };
    /// # let quota = CurrentQuota { start, months: 1, segment: segment.into(), quota: Money::new(80, Currency::USD), terms: Default::default() };
    /// # let partner = Partner { revenue: vec![sold], quotas: vec![quota], ..Partner::new("P1") };
    /// # let mut book = PartnerBook::new(Currency::USD, vec![partner]);
    /// # book.tables.extend([("revenue".to_owned(), 1), ("quotas".to_owned(), 1)]);
    /// let january = FiscalCalendar::new(1).ok_or("no month")?.period("2026-01")?;
    /// let given = Given::default();
    /// let standings = Standings::new(&book, january, "2026-01-31".parse()?, Conventions::default(), &given)?;
    /// let mut builder = RollupBuilder::new(&[Dimension::Channel], RollupRules::default(), Currency::USD);
    /// builder.add(&standings.of(&book.partners[0])?)?;
    /// assert!(builder.finish()?.channel().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, partner: &PartnerStanding) -> Result<(), MoneyError> {
        let record = Record::of(partner, &self.rules);
        match record {
            Record::AtQuota => self.at_quota.push(partner.identity.partner_id.clone()),
            Record::BelowQuota => self.below_quota.push(partner.identity.partner_id.clone()),
            Record::Neither => {}
        }
        let currency = self.currency;
        let mut member: Option<Sums> = None;
        for &dimension in &self.dimensions {
            if let Some(name) = group_of(partner, dimension) {
                let member = match &mut member {
                    Some(member) => member,
                    none => none.insert(whole(partner, currency)?),
                };
                let group = self.groups.entry((dimension, name)).or_insert_with(|| Gathered::new(currency));
                group.add(partner, member, record, &self.rules)?;
                continue;
            }
            for (name, member) in lines_by(partner, dimension, currency)? {
                let group = self.groups.entry((dimension, name)).or_insert_with(|| Gathered::new(currency));
                group.add(partner, &member, record, &self.rules)?;
            }
        }
        Ok(())
    }

    /// Adds all that `other`, made with the same dimensions and rules, has taken.
    ///
    /// ```
    /// use quotient::channel::{CurrentQuota, Partner, PartnerBook, RevenueEntry, SegmentKey};
    /// use quotient::performance::{Conventions, Dimension, Given, RollupBuilder, RollupRules, Standings};
    /// use quotient::units::{Currency, FiscalCalendar, Money};
    /// # let (start, segment) = ("2026-01".parse()?, SegmentKey::default());
    /// # let sold = RevenueEntry { month: start, segment: segment.clone().into(), amount: Money::new(60, Currency::USD) };
    /// # let quota = CurrentQuota { start, months: 1, segment: segment.into(), quota: Money::new(80, Currency::USD), terms: Default::default() };
    /// # let partner = Partner { revenue: vec![sold], quotas: vec![quota], ..Partner::new("P1") };
    /// # let mut book = PartnerBook::new(Currency::USD, vec![partner]);
    /// # book.tables.extend([("revenue".to_owned(), 1), ("quotas".to_owned(), 1)]);
    /// let january = FiscalCalendar::new(1).ok_or("no month")?.period("2026-01")?;
    /// let given = Given::default();
    /// let standings = Standings::new(&book, january, "2026-01-31".parse()?, Conventions::default(), &given)?;
    /// let mut builder = RollupBuilder::new(&[Dimension::Channel], RollupRules::default(), Currency::USD);
    /// let (part, _) = standings.gather(&[Dimension::Channel], RollupRules::default())?;
    /// builder.merge(part)?;
    /// assert!(builder.finish()?.channel().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), MoneyError> {
        for (key, group) in other.groups {
            self.groups.entry(key).or_insert_with(|| Gathered::new(self.currency)).merge(group)?;
        }
        self.at_quota.extend(other.at_quota);
        self.below_quota.extend(other.below_quota);
        Ok(())
    }

    /// The roll-up of everything added.
    ///
    /// ```
    /// use quotient::channel::{CurrentQuota, Partner, PartnerBook, RevenueEntry, SegmentKey};
    /// use quotient::performance::{Conventions, Dimension, Given, RollupBuilder, RollupRules, Standings};
    /// use quotient::units::{Currency, FiscalCalendar, Money};
    /// # let (start, segment) = ("2026-01".parse()?, SegmentKey::default());
    /// # let sold = RevenueEntry { month: start, segment: segment.clone().into(), amount: Money::new(60, Currency::USD) };
    /// # let quota = CurrentQuota { start, months: 1, segment: segment.into(), quota: Money::new(80, Currency::USD), terms: Default::default() };
    /// # let partner = Partner { revenue: vec![sold], quotas: vec![quota], ..Partner::new("P1") };
    /// # let mut book = PartnerBook::new(Currency::USD, vec![partner]);
    /// # book.tables.extend([("revenue".to_owned(), 1), ("quotas".to_owned(), 1)]);
    /// let january = FiscalCalendar::new(1).ok_or("no month")?.period("2026-01")?;
    /// let given = Given::default();
    /// let standings = Standings::new(&book, january, "2026-01-31".parse()?, Conventions::default(), &given)?;
    /// let mut builder = RollupBuilder::new(&[Dimension::Channel], RollupRules::default(), Currency::USD);
    /// builder.add(&standings.of(&book.partners[0])?)?;
    /// assert_eq!(builder.finish()?.groups.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
