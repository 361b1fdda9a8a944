//! Bands and odds from experience: what lines bought in past periods ÷ what the same rules expected of them. Estimates,
//! free of any distribution; amounts are in minor units.

use super::bootstrap::{DRAWS, FEWEST_DRAWS, Generator, MOST_DRAWN, SEED};
use crate::units::Rate;
use rust_decimal::Decimal;

/// One in the unit of ratios.
const ONE: i128 = 1_000_000;
/// One in the unit of attainment.
const SHARES: i128 = 10_000;
/// Shares of the outcomes beyond each end of a band, in thousandths, the nominal one first: a band is widened until it
/// holds.
const TAILS: [usize; 7] = [100, 80, 60, 40, 20, 10, 0];
/// Steps between the odds of the amounts that a line reaches, in percent.
const REACH_STEP: i64 = 5;
/// Lines of a group from which its own experience counts; with fewer, that of all lines does.
const FEWEST: usize = 20;
/// Lines of a group in one period from which a draw of that period uses them alone.
const FEWEST_IN_PERIOD: usize = 10;

/// One line in a past period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// Position of the period.
    pub period: usize,
    /// Position of the line's group.
    pub group: usize,
    /// Amount that the rules expected; lines with zero or less are left out.
    pub expected: i128,
    /// Amount that the line bought.
    pub bought: i128,
}

/// One line of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Position of the line's group.
    pub group: usize,
    /// Position of the area that it is summed in.
    pub area: usize,
    /// Amount that the rules expect, before any target.
    pub expected: i128,
    /// Its quota.
    pub quota: i128,
}

/// Range of the amount that is likely to be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// A tenth of the outcomes is below.
    pub low: i128,
    /// Half of the outcomes is below.
    pub median: i128,
    /// A tenth of the outcomes is above.
    pub high: i128,
    /// Share of the outcomes that reach the quota.
    pub odds: Rate,
}

/// Coverage of the bands of lines in periods that they were not made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Lines of all periods together.
    pub lines: usize,
    /// Lines that bought an amount inside their band.
    pub inside: usize,
}

impl Coverage {
    /// Returns the lines inside ÷ all lines.
    pub fn share(&self) -> Option<Rate> {
        Decimal::from(self.inside).checked_div(Decimal::from(self.lines))
    }
}

/// Ratios bought ÷ expected of past periods, by period and group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experience {
    /// By period, then group.
    periods: Vec<Vec<Vec<i128>>>,
    /// By group over all periods, ascending.
    groups: Vec<Vec<i128>>,
    /// Of all, ascending.
    all: Vec<i128>,
    /// Σ bought and Σ expected, by group and, last, of all.
    levels: Vec<(i128, i128)>,
    /// Share of the outcomes beyond each end of a band, in thousandths.
    tail: usize,
}

impl Experience {
    /// Gathers what was observed; the order does not matter.
    ///
    /// ```
    /// use quotient::quality::{Experience, Observed, Planned};
    /// // Ten lines bought 80 % of what was expected of them, ten bought 120 %.
    /// let line = |bought| Observed { period: 0, group: 0, expected: 100, bought };
    /// let experience = Experience::new(1, 1, (0..20).map(|n| line(if n < 10 { 80 } else { 120 })));
    /// let outlook = experience.line(&Planned { group: 0, area: 0, expected: 1_000, quota: 1_000 }).unwrap();
    /// assert_eq!((outlook.low, outlook.high, outlook.odds.to_string()), (800, 1_200, "0.5".to_owned()));
    /// ```
    pub fn new(periods: usize, groups: usize, observed: impl IntoIterator<Item = Observed>) -> Self {
        let mut found = vec![vec![Vec::new(); groups]; periods];
        let mut levels = vec![(0_i128, 0_i128); groups + 1];
        for one in observed {
            let Some(ratio) = one.bought.checked_mul(ONE).filter(|_| one.expected > 0) else { continue };
            if let Some(ratios) = found.get_mut(one.period).and_then(|period| period.get_mut(one.group)) {
                ratios.push(ratio.div_euclid(one.expected));
                for level in [one.group, groups] {
                    let (bought, expected) = &mut levels[level];
                    *bought = bought.saturating_add(one.bought);
                    *expected = expected.saturating_add(one.expected);
                }
            }
        }
        found.iter_mut().flatten().for_each(|ratios| ratios.sort_unstable());
        let (groups, all) = pooled(groups, found.iter());
        Self { periods: found, groups, all, levels, tail: TAILS[0] }
    }

    /// Returns the number of lines that a group's bands are made from, and true when they are its own.
    pub fn evidence(&self, group: usize) -> (usize, bool) {
        let ratios = self.ratios(group);
        (ratios.len(), self.groups.get(group).is_some_and(|own| std::ptr::eq(own.as_slice(), ratios)))
    }

    fn ratios(&self, group: usize) -> &[i128] {
        chosen(&self.groups, &self.all, group)
    }

    /// Returns what a line is likely to buy; `None` where nothing is expected of it or nothing was observed.
    pub fn line(&self, line: &Planned) -> Option<Outlook> {
        let ratios = self.ratios(line.group);
        if line.expected <= 0 {
            return None;
        }
        let (low, high) = band(ratios, self.tail)?;
        let needed = line.quota.checked_mul(ONE)?;
        let missed = ratios.partition_point(|ratio| line.expected.saturating_mul(*ratio) < needed);
        let at = |ratio: i128| Some(line.expected.checked_mul(ratio)?.div_euclid(ONE));
        Some(Outlook {
            low: at(low)?,
            median: at(ratios[(ratios.len() - 1) / 2])?,
            high: at(high)?,
            odds: share(ratios.len() - missed, ratios.len())?,
        })
    }

    /// Returns the amounts that a line reaches with odds of 95 %, 90 %, … 5 %, ascending: what its odds are at another quota.
    /// Empty where nothing is expected of it or nothing was observed.
    ///
    /// ```
    /// use quotient::quality::{Experience, Observed, Planned};
    /// // Of twenty lines of which 100 each were expected, the first bought 1, the second 2, … the last 20.
    /// let line = |bought| Observed { period: 0, group: 0, expected: 100, bought };
    /// let experience = Experience::new(1, 1, (1..=20).map(line));
    /// let reach = experience.reach(&Planned { group: 0, area: 0, expected: 100, quota: 0 });
    /// // 19 of 20 bought 2 or more; one of 20 bought 20.
    /// assert_eq!((reach.len(), reach[0], reach[18]), (19, 2, 20));
    /// ```
    pub fn reach(&self, line: &Planned) -> Vec<i128> {
        let bought = |ratio: i128| Some(line.expected.checked_mul(ratio)?.div_euclid(ONE));
        let ratios = if line.expected > 0 { self.ratios(line.group) } else { &[] };
        reach_of(ratios).into_iter().map_while(bought).collect()
    }

    /// Returns what a line buys on average ÷ its quota, to four decimals: what is expected of it × Σ bought ÷ Σ expected of
    /// the outcomes that its band is made from. `None` where nothing is expected or asked of it, or nothing was observed.
    ///
    /// ```
    /// use quotient::quality::{Experience, Observed, Planned};
    /// // Of 100 and 300 that were expected, 50 and 250 were bought: 300 ÷ 400, which is half of a quota of 1,500.
    /// let line = |expected, bought| Observed { period: 0, group: 0, expected, bought };
    /// let experience = Experience::new(1, 1, [line(100, 50), line(300, 250)]);
    /// let line = Planned { group: 0, area: 0, expected: 1_000, quota: 1_500 };
    /// assert_eq!(experience.attainment(&line).map(|share| share.to_string()), Some("0.5".to_owned()));
    /// ```
    pub fn attainment(&self, line: &Planned) -> Option<Rate> {
        let (_, is_own) = self.evidence(line.group);
        let level = if is_own { self.levels.get(line.group) } else { self.levels.last() };
        let (bought, expected) = level.filter(|(_, expected)| *expected > 0 && line.expected > 0 && line.quota > 0)?;
        let above = line.expected.checked_mul(*bought)?.checked_mul(2 * SHARES)?;
        let below = expected.checked_mul(line.quota)?;
        let rounded = above.checked_add(below)?.checked_div_euclid(below.checked_mul(2)?)?;
        Decimal::try_from_i128_with_scale(rounded, 4).ok().map(|share| share.normalize())
    }

    /// Widens the bands until they hold 80 % of the lines in periods that they were not made from; `apart` says which
    /// periods have no month in common. Without two such periods they stay as they are.
    pub fn calibrated(mut self, apart: impl Fn(usize, usize) -> bool) -> Self {
        for tail in TAILS {
            self.tail = tail;
            let holds = |coverage: Coverage| coverage.inside * 10 >= coverage.lines * 8;
            if self.coverage(&apart).is_none_or(holds) {
                break;
            }
        }
        self
    }

    /// Returns true when the bands are wider than the nominal ones.
    pub fn is_widened(&self) -> bool {
        self.tail != TAILS[0]
    }

    /// Returns how often bands held in the periods that they were not made from; `apart` says which periods have no month
    /// in common. `None` when there are no two such periods.
    pub fn coverage(&self, apart: impl Fn(usize, usize) -> bool) -> Option<Coverage> {
        let mut coverage = Coverage { lines: 0, inside: 0 };
        for (number, period) in self.periods.iter().enumerate() {
            let others = self.periods.iter().enumerate().filter(|(other, _)| apart(number, *other));
            let (groups, all) = pooled(self.groups.len(), others.map(|(_, period)| period));
            for (group, ratios) in period.iter().enumerate() {
                let Some((low, high)) = band(chosen(&groups, &all, group), self.tail) else { continue };
                coverage.lines += ratios.len();
                coverage.inside += ratios.iter().filter(|ratio| (low..=high).contains(*ratio)).count();
            }
        }
        Some(coverage).filter(|coverage| coverage.lines > 0)
    }

    /// Returns what each area and, last, all lines together buy in each of many draws, ascending. `None` where nothing
    /// was observed.
    ///
    /// Every draw takes one past period for all lines, because a good or a bad year is one for all, and of that period a
    /// ratio for every line. Lines of which nothing is expected buy nothing.
    pub fn drawn(&self, areas: usize, lines: &[Planned]) -> Option<Vec<Vec<i128>>> {
        if self.all.is_empty() {
            return None;
        }
        let draws = (MOST_DRAWN / lines.len().max(1)).clamp(FEWEST_DRAWS, DRAWS);
        let mut generator = Generator(SEED);
        let mut totals = vec![Vec::with_capacity(draws); areas + 1];
        for _ in 0..draws {
            let period = &self.periods[generator.below(self.periods.len())];
            let mut sums = vec![0_i128; areas + 1];
            for line in lines.iter().filter(|line| line.expected > 0) {
                let own = period.get(line.group).filter(|ratios| ratios.len() >= FEWEST_IN_PERIOD);
                let ratios = own.map_or_else(|| self.ratios(line.group), Vec::as_slice);
                let bought = line.expected.checked_mul(ratios[generator.below(ratios.len())])?.div_euclid(ONE);
                sums[line.area] = sums[line.area].checked_add(bought)?;
                sums[areas] = sums[areas].checked_add(bought)?;
            }
            totals.iter_mut().zip(sums).for_each(|(total, sum)| total.push(sum));
        }
        totals.iter_mut().for_each(|drawn| drawn.sort_unstable());
        Some(totals)
    }
}

impl Outlook {
    /// Returns the outlook of each area and, last, of all lines, from what they bought in the draws, ascending.
    pub fn of_areas(drawn: &[Vec<i128>], lines: &[Planned]) -> Option<Vec<Self>> {
        let all = drawn.len().saturating_sub(1);
        let quota = |area: usize| -> i128 {
            lines.iter().filter(|line| area == all || line.area == area).map(|line| line.quota).sum()
        };
        drawn.iter().enumerate().map(|(area, drawn)| outlook(drawn, quota(area))).collect()
    }
}

/// Returns the amounts that what was drawn, ascending, reaches with odds of 95 %, 90 %, … 5 %; empty of nothing drawn.
pub fn reach_of(drawn: &[i128]) -> Vec<i128> {
    let at = |step: i64| amount_at(drawn, Decimal::new(step * REACH_STEP, 2));
    (1..100 / REACH_STEP).rev().filter_map(at).collect()
}

/// Returns the share of what was drawn, ascending, that is `amount` or more.
pub fn odds_of(drawn: &[i128], amount: i128) -> Option<Rate> {
    share(drawn.len() - drawn.partition_point(|total| *total < amount), drawn.len())
}

/// Returns the largest amount that at least this share of what was drawn, ascending, reaches; `None` of nothing drawn, or
/// for odds outside 0 to 1.
///
/// ```
/// use quotient::quality::{amount_at, odds_of};
/// use quotient::units::Rate;
/// let drawn = [10, 20, 30, 40];
/// let half = Rate::new(5, 1);
/// // 30 and 40 are half of the outcomes.
/// assert_eq!(amount_at(&drawn, half), Some(30));
/// assert_eq!(odds_of(&drawn, 30), Some(half));
/// assert_eq!((amount_at(&drawn, Rate::ONE), amount_at(&drawn, Rate::TWO)), (Some(10), None));
/// ```
pub fn amount_at(drawn: &[i128], odds: Rate) -> Option<i128> {
    let needed = odds.checked_mul(Decimal::from(drawn.len()))?.ceil();
    let needed = usize::try_from(i128::try_from(needed).ok()?).ok()?.max(1);
    drawn.get(drawn.len().checked_sub(needed)?).copied()
}

/// The ratios by group over some periods, and of all groups together, ascending.
fn pooled<'a>(groups: usize, periods: impl Iterator<Item = &'a Vec<Vec<i128>>>) -> (Vec<Vec<i128>>, Vec<i128>) {
    let mut pooled = vec![Vec::new(); groups];
    for period in periods {
        pooled.iter_mut().zip(period).for_each(|(all, own)| all.extend(own));
    }
    pooled.iter_mut().for_each(|ratios: &mut Vec<i128>| ratios.sort_unstable());
    let mut all = pooled.concat();
    all.sort_unstable();
    (pooled, all)
}

/// The group's own ratios where there are enough of them, otherwise all.
fn chosen<'a>(groups: &'a [Vec<i128>], all: &'a [i128], group: usize) -> &'a [i128] {
    groups.get(group).filter(|own| own.len() >= FEWEST).map_or(all, Vec::as_slice)
}

/// The ratios outside which the next one is, at each end, with odds of at most `tail` thousandths, as far as it is one of
/// their kind and there are enough of them.
fn band(ascending: &[i128], tail: usize) -> Option<(i128, i128)> {
    let next = ascending.len() + 1;
    let low = ascending.get((next * tail / 1_000).saturating_sub(1))?;
    let high = ascending.get((next * (1_000 - tail)).div_ceil(1_000).min(ascending.len()) - 1)?;
    Some((*low, *high))
}

fn outlook(drawn: &[i128], quota: i128) -> Option<Outlook> {
    let at = |percent: usize| drawn.get(((drawn.len() * percent).div_ceil(100)).saturating_sub(1)).copied();
    Some(Outlook { low: at(10)?, median: at(50)?, high: at(90)?, odds: odds_of(drawn, quota)? })
}

fn share(part: usize, of: usize) -> Option<Rate> {
    Decimal::from(part).checked_div(Decimal::from(of)).map(|share| share.round_dp(4).normalize())
}
