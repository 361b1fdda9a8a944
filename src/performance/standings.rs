//! The prepared view of a book from which the standing of one partner after another is taken.

use super::close_rate::{Priors, Tally, segment_of};
use super::convention::Conventions;
use super::dimension::Dimension;
use super::figures::{PartnerStanding, ProductLineRevenue};
use super::frame::Frame;
use super::given::Given;
use super::rollup::{Rollup, RollupBuilder};
use super::rules::RollupRules;
use super::season::{Season, season_of, years};
use super::standing::{product_lines, standing_of};
use crate::channel::{KnownMonths, Name, Partner, PartnerBook};
use crate::units::{Money, MoneyError, Month, PlanningPeriod};
use chrono::{Months, NaiveDate};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Partners surveyed together; fixed, so that sums are made in the same order on any number of threads.
const CHUNK: usize = 4096;

/// A book as of a date, with what partners are compared with computed once.
///
/// What is known on the as-of day is the same as for proposals: revenue of months complete on that day; opportunities
/// registered by then that close later are open, whatever became of them since; forecasts submitted by then.
#[derive(Debug)]
pub struct Standings<'b> {
    frame: Frame<'b>,
    latest_revenue: Option<Month>,
}

/// What the channel and its segments have in common.
#[derive(Debug, Clone, Default)]
struct Survey {
    season: Season,
    channel: Tally,
    segments: BTreeMap<Name, Tally>,
}

impl Survey {
    fn add(&mut self, season: &Season, tally: Tally, segment: Option<&Name>) -> Option<()> {
        for (sum, amount) in self.season.iter_mut().zip(season) {
            *sum = sum.checked_add(*amount)?;
        }
        self.channel = self.channel.plus(tally)?;
        if let Some(name) = segment {
            match self.segments.get_mut(name) {
                Some(sum) => *sum = sum.plus(tally)?,
                None => {
                    self.segments.insert(name.clone(), tally);
                }
            }
        }
        Some(())
    }

    fn merge(&mut self, other: &Self) -> Option<()> {
        self.add(&other.season, other.channel, None)?;
        for (name, tally) in &other.segments {
            let sum = self.segments.entry(name.clone()).or_default();
            *sum = sum.plus(*tally)?;
        }
        Some(())
    }
}

impl<'b> Standings<'b> {
    /// Looks through the whole book once, on all threads.
    ///
    /// A partner whose own figures are out of range is left out of the channel's; [`Standings::of`] reports it. Fails
    /// when the channel's sums are out of range, or when the as-of day is before the calendar begins.
    ///
    /// ```
    /// use quotient::channel::{Partner, PartnerBook};
    /// use quotient::performance::{Conventions, Given, Standings};
    /// use quotient::units::{Currency, FiscalCalendar, Money};
    /// # use quotient::channel::{CurrentQuota, RevenueEntry, SegmentKey};
    /// # let usd = |amount: i64| Money::new(amount, Currency::USD);
    /// # let partner = |id: &str, quota: i64, actual: i64| -> Partner {
    /// #     let start = "2026-01".parse().unwrap();
    /// #     let segment = SegmentKey::default();
    /// #     let revenue = vec![RevenueEntry { month: start, segment: segment.clone().into(), amount: usd(actual) }];
    /// #     let quotas = vec![CurrentQuota { start, months: 12, segment: segment.into(), quota: usd(quota), terms: Default::default() }];
    /// #     Partner { id: id.into(), name: id.into(), tier: None, territory: None, vertical: None, product_lines: vec![],
    /// #         account_manager: None, since: None, until: None, attributes: vec![], investment: None, opportunities: vec![],
    /// #         win_rates: vec![], forecasts: vec![], history: Default::default(), revenue, quotas }
    /// # };
    /// // A partner with a quota of 1,200,000 for 2026 and 600,000 closed.
    /// let book = PartnerBook::new(Currency::USD, vec![partner("P1", 1_200_000, 600_000)]);
    /// let year = FiscalCalendar::new(1).ok_or("no calendar")?.period("FY2026")?;
    /// let given = Given::default();
    /// let standings = Standings::new(&book, year, "2026-12-31".parse()?, Conventions::default(), &given)?;
    /// let standing = standings.of(&book.partners[0])?.whole;
    /// assert_eq!(standing.attainment, Some("0.5".parse()?));
    /// assert_eq!(standing.remaining_quota, Some(usd(600_000)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        book: &'b PartnerBook,
        period: PlanningPeriod,
        as_of: NaiveDate,
        conventions: Conventions,
        given: &'b Given,
    ) -> Result<Self, MoneyError> {
        let last = Month::last_complete(as_of);
        let revenue_months = book.revenue_months();
        let known_months = KnownMonths::of(book);
        let first = known_months.first();
        let deals_after =
            as_of.checked_sub_months(Months::new(conventions.win_rate_window)).ok_or(MoneyError::OutOfRange)?;
        let season_window = first.and_then(|first| season_window(first, last.min(period.start.plus(-1))));
        let mut survey = Survey::default();
        let chunks: Vec<Option<Survey>> = book
            .partners
            .par_chunks(CHUNK)
            .map(|partners| {
                let mut sum = Survey::default();
                for partner in partners {
                    let Some(tally) = Tally::of(partner.opportunities.iter(), deals_after, as_of) else { continue };
                    let Some(season) = season_of(partner, season_window, |_| true) else { continue };
                    let is_huge = |amount: &Decimal| Money::bounded(*amount, book.currency).is_err();
                    if tally.values().iter().chain(&season).any(is_huge) {
                        continue;
                    }
                    sum.add(&season, tally, segment_of(partner, &conventions))?;
                }
                Some(sum)
            })
            .collect();
        for chunk in chunks {
            chunk.and_then(|chunk| survey.merge(&chunk)).ok_or(MoneyError::OutOfRange)?;
        }
        let priors = Priors::new(&survey.channel, &survey.segments, &conventions);
        let frame = Frame {
            book,
            period,
            as_of,
            given,
            last,
            first,
            deals_after,
            channel_season: season_window
                .and_then(|(from, to)| known_months.filled(survey.season, to, years(from, to))),
            known_months,
            season_window,
            priors,
            conventions,
        };
        Ok(Self { frame, latest_revenue: revenue_months.map(|(_, latest)| latest) })
    }

    /// Standing of one partner of the book; fails when its amounts are out of range.
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
    /// let standing = standings.of(&book.partners[0])?;
    /// assert_eq!(standing.whole.attainment, Some("0.75".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(&self, partner: &Partner) -> Result<PartnerStanding, MoneyError> {
        standing_of(&self.frame, partner)
    }

    /// Standings of all partners in the book's order, computed on all threads; take them in pieces for large books.
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
    /// use rayon::prelude::*;
    /// let all: Result<Vec<_>, _> = standings.all().collect();
    /// assert_eq!(all?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn all(&self) -> impl IndexedParallelIterator<Item = Result<PartnerStanding, MoneyError>> + '_ {
        self.frame.book.partners.par_iter().map(|partner| self.of(partner))
    }

    /// Rolls up the whole book without keeping its standings, and gives the ids of partners whose amounts are out of
    /// range, ascending. Fails when a group's sums are.
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
    /// let (rollup, out_of_range) = standings.roll_up(&[Dimension::Channel], RollupRules::default())?;
    /// assert!(rollup.channel().is_some() && out_of_range.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn roll_up(&self, dimensions: &[Dimension], rules: RollupRules) -> Result<(Rollup, Vec<Name>), MoneyError> {
        let (builder, failed) = self.gather(dimensions, rules)?;
        Ok((builder.finish()?, failed))
    }

    /// Does what [`Standings::roll_up`] does but leaves the roll-up open, to be merged with those of other reporting
    /// periods by [`Dimension::ReportingPeriod`].
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
    /// let (builder, _) = standings.gather(&[Dimension::Channel], RollupRules::default())?;
    /// assert_eq!(builder.finish()?.groups.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn gather(
        &self,
        dimensions: &[Dimension],
        rules: RollupRules,
    ) -> Result<(RollupBuilder, Vec<Name>), MoneyError> {
        let chunks = self.frame.book.partners.par_chunks(CHUNK).map(|partners| {
            let mut builder = RollupBuilder::new(dimensions, rules, self.frame.book.currency);
            let mut failed = Vec::new();
            for partner in partners {
                match self.of(partner) {
                    Ok(standing) => builder.add(&standing)?,
                    Err(_) => failed.push(partner.id.clone()),
                }
            }
            Ok((builder, failed))
        });
        let mut whole = RollupBuilder::new(dimensions, rules, self.frame.book.currency);
        let mut faults = Vec::new();
        for chunk in chunks.collect::<Vec<Result<_, MoneyError>>>() {
            let (builder, failed) = chunk?;
            whole.merge(builder)?;
            faults.extend(failed);
        }
        Ok((whole, faults))
    }

    /// Period the standings are for.
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
    /// assert_eq!(standings.period().label, "2026-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn period(&self) -> &PlanningPeriod {
        &self.frame.period
    }

    /// Day they are seen from.
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
    /// assert_eq!(standings.as_of().to_string(), "2026-01-31");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_of(&self) -> NaiveDate {
        self.frame.as_of
    }

    /// Conventions they follow.
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
    /// assert_eq!(*standings.conventions(), Conventions::default());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn conventions(&self) -> &Conventions {
        &self.frame.conventions
    }

    /// Latest month of the period whose revenue is known on the as-of day; `None` before the first is complete.
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
    /// assert_eq!(standings.actual_through(), "2026-01".parse().ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn actual_through(&self) -> Option<Month> {
        self.frame.actual_through()
    }

    /// The product lines that a partner is authorised for and those it has sold, ascending by name, with their revenue.
    ///
    /// # Errors
    /// When the amounts cannot be summed.
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
    /// assert_eq!(standings.product_lines(&book.partners[0])?.len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn product_lines(&self, partner: &Partner) -> Result<Vec<ProductLineRevenue>, MoneyError> {
        product_lines(&self.frame, partner)
    }

    /// Latest month with any revenue in the book, when that is before [`Standings::actual_through`]: the book may be an
    /// old export. Its missing months count as no revenue.
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
    /// assert_eq!(standings.revenue_ends_early(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn revenue_ends_early(&self) -> Option<Month> {
        self.latest_revenue.filter(|latest| self.actual_through().is_some_and(|through| *latest < through))
    }
}

/// The latest one or two whole years of the book up to `last`.
fn season_window(first: Month, last: Month) -> Option<(Month, Month)> {
    let years = (last.since(first) + 1).div_euclid(12).min(2);
    (years > 0).then(|| (last.plus(1 - 12 * years), last))
}
