//! Learning from the channel as of the date: ratios pooled over lines, and shrunk towards the whole channel.

use super::learned::{Estimate, Learned, Pooled, Stretch};
use super::lines::{Lines, Part};
use crate::channel::{Attribute, Name, Partner, RevenueEntry, SegmentKey};
use crate::plugin::{GroupBy, LearnedKind, Parameter, Silence};
use crate::quality::{PairSquares, PairSums, Ratio};
use crate::units::{Month, Rate};
use chrono::NaiveDate;
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Months of a year.
const YEAR: i32 = 12;
/// Months of a quarter.
const QUARTER: i32 = 3;
/// Partners below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;

fn estimate(ratio: &Ratio, kind: LearnedKind) -> Estimate {
    let shown = |ratio: Rate| match kind {
        LearnedKind::Growth => ratio.saturating_sub(Decimal::ONE),
        LearnedKind::Repeat | LearnedKind::Retention | LearnedKind::Season => ratio.max(Decimal::ZERO),
    };
    let (low, high) = ratio.band();
    Estimate { value: shown(ratio.value), lines: ratio.lines, band: Some((shown(low), shown(high))) }
}

/// Amounts of one line in both stretches.
struct Transition {
    group: Option<Name>,
    amounts: (Decimal, Decimal),
}

impl Lines<'_> {
    /// Learns every number that the manifest declares.
    pub(super) fn learn(&self) -> Vec<Learned> {
        self.manifest.parameters.learned.iter().map(|parameter| self.learn_one(parameter)).collect()
    }

    /// Learns one number.
    pub(super) fn learn_one(&self, parameter: &Parameter) -> Learned {
        let transitions = self.transitions(parameter);
        let sums = summed(&transitions);
        self.learn_from(parameter, &sums, &squared(&transitions, &sums))
    }

    /// Sums of each declared number over the lines of this part, in the order of the manifest.
    pub(super) fn learning_sums(&self) -> Vec<Pooled<PairSums>> {
        self.manifest.parameters.learned.iter().map(|parameter| summed(&self.transitions(parameter))).collect()
    }

    /// Squares of each declared number over the lines of this part, when the sums over the whole channel are known.
    pub(super) fn learning_squares(&self, sums: &[Pooled<PairSums>]) -> Vec<Pooled<PairSquares>> {
        let declared = self.manifest.parameters.learned.iter().zip(sums);
        declared.map(|(parameter, sums)| squared(&self.transitions(parameter), sums)).collect()
    }

    /// Learns one number from sums and squares over the whole channel.
    pub(super) fn learn_from(
        &self,
        parameter: &Parameter,
        sums: &Pooled<PairSums>,
        squares: &Pooled<PairSquares>,
    ) -> Learned {
        let stretches = self.stretches_of(parameter.kind);
        let fallback = || parameter.fallback.map(|value| Estimate { value, lines: sums.whole.lines, band: None });
        let known = Learned { parameter: parameter.clone(), stretches, whole: fallback(), groups: BTreeMap::new() };
        let whole = Ratio::of_sums(&sums.whole, squares.whole).filter(|whole| whole.lines as i64 >= parameter.minimum);
        let Some(whole) = whole else { return known };
        let groups = sums.groups.iter().map(|(group, sums)| {
            let squares = squares.groups.get(group).copied().unwrap_or_default();
            let own = Ratio::of_sums(sums, squares).and_then(|own| own.shrunk(&whole, parameter.shrink));
            (Name::clone(group), estimate(&own.unwrap_or(whole), parameter.kind))
        });
        Learned { whole: Some(estimate(&whole, parameter.kind)), groups: groups.collect(), ..known }
    }

    /// The stretches that a number is learned from, as far as the book goes back.
    ///
    /// Retention and growth compare the latest stretch with the same months one year earlier; of a book that does not go
    /// back so far, only the latest quarters that have such months. Repeats compare it with the stretch before. If there
    /// is none, repeats and retention compare the latest whole quarters with as many before them.
    fn stretches_of(&self, kind: LearnedKind) -> Option<Stretch> {
        let (first, last) = (self.first_month?, self.view.last_month());
        let months = self.view.period.months as i32;
        if kind == LearnedKind::Season {
            let after = self.view.period.start.plus(-YEAR);
            let found = Stretch { before: after.plus(-months), after, months };
            return Some(found).filter(|found| found.before >= first && found.after.plus(months - 1) <= last);
        }
        let latest = |months: i32, lag: i32| {
            let after = last.plus(1 - months);
            let found = Stretch { before: after.plus(-lag), after, months };
            (months > 0 && found.before >= first).then_some(found)
        };
        let known = last.since(first) + 1;
        let whole_quarters = |months: i32| months / QUARTER * QUARTER;
        let seasonal = || {
            let shorter = || latest(whole_quarters((known - YEAR).min(months)), YEAR);
            latest(months, YEAR.max(months)).or_else(shorter)
        };
        let halves = || {
            let quarters = whole_quarters((known / 2).min(months));
            latest(quarters, quarters)
        };
        match kind {
            LearnedKind::Repeat => latest(months, months).or_else(halves),
            LearnedKind::Retention => seasonal().or_else(halves),
            LearnedKind::Growth | LearnedKind::Season => seasonal(),
        }
    }

    fn transitions(&self, parameter: &Parameter) -> Vec<Transition> {
        let Some(stretches) = self.stretches_of(parameter.kind) else { return Vec::new() };
        let partners = self.book.partners.par_iter().with_min_len(FEWEST_APART);
        let found: Vec<Vec<Transition>> =
            partners.map(|partner| self.transitions_of(parameter, stretches, partner)).collect();
        found.into_iter().flatten().collect()
    }

    fn transitions_of(&self, parameter: &Parameter, stretches: Stretch, partner: &Partner) -> Vec<Transition> {
        let Stretch { before, after, months } = stretches;
        // What was known when the later stretch began.
        let until = after.plus(-1);
        let line = |segment: SegmentKey| {
            let own = self.own(partner, Part::Line(&segment));
            let amounts = (self.revenue(&own, before, months)?, self.revenue(&own, after, months)?);
            let counts = match parameter.kind {
                LearnedKind::Growth => true,
                LearnedKind::Repeat | LearnedKind::Retention | LearnedKind::Season => {
                    amounts.0 > Decimal::ZERO && self.would_admit(partner, until, months)
                }
            };
            let group = || {
                parameter
                    .by
                    .as_ref()
                    .and_then(|by| group_of(by, partner, &segment, self.silence(&own, until), until.last_day()))
            };
            counts.then(|| Transition { group: group(), amounts })
        };
        self.segments(partner).into_iter().filter_map(line).collect()
    }

    /// Returns whether the vendor's eligibility would have admitted the partner at the end of the month `until`, by its
    /// revenue of the `months` before. Where less than a year was known then, the minimum of a year counts in proportion.
    fn would_admit(&self, partner: &Partner, until: Month, months: i32) -> bool {
        let rules = &self.manifest.eligibility;
        let own = self.own(partner, Part::Whole);
        let revenue = |months: i32| self.revenue(&own, until.plus(1 - months), months);
        let at_least = |minimum: Option<Decimal>, of: i32, months: i32| {
            let Some(minimum) = minimum else { return true };
            let scaled = revenue(months).and_then(|sum| sum.checked_mul(Decimal::from(of)));
            let needed = minimum.checked_mul(Decimal::from(months));
            scaled.zip(needed).is_some_and(|(revenue, needed)| revenue >= needed)
        };
        let known = self.first_month.map_or(0, |first| until.since(first) + 1).min(YEAR);
        let prior = revenue(months).is_some_and(|amount| amount > Decimal::ZERO);
        at_least(rules.minimum_prior_revenue, self.view.period.months as i32, months)
            && at_least(rules.minimum_trailing_12_months, YEAR, known)
            && (prior || !rules.requires_prior_revenue)
    }

    /// The time since the latest revenue of a line, as known at the end of the month `until`; `None` without any.
    fn silence(&self, own: &[&RevenueEntry], until: Month) -> Option<Silence> {
        let latest = own.iter().rfind(|entry| entry.month <= until && entry.amount.is_positive())?;
        Some(self.manifest.conventions.silence(i64::from(until.since(latest.month))))
    }

    /// The learned numbers of a part, ascending by name; those that are not known are left out.
    pub(super) fn learned_for(&self, partner: &Partner, part: Part<'_>) -> Vec<(Name, Attribute)> {
        if self.learned().is_empty() {
            return Vec::new();
        }
        let (segment, own) = (part.segment(), self.own(partner, part));
        let last = self.view.last_month();
        let known = self.learned().iter().filter_map(|learned| {
            let by = learned.parameter.by.as_ref();
            let group = by.and_then(|by| group_of(by, partner, &segment, self.silence(&own, last), self.view.as_of));
            let estimate = group.and_then(|group| learned.groups.get(&group)).or(learned.whole.as_ref())?;
            Some((Name::clone(&learned.parameter.name), Attribute::Number(estimate.value)))
        });
        known.collect()
    }
}

fn summed(transitions: &[Transition]) -> Pooled<PairSums> {
    let mut sums = Pooled::<PairSums>::default();
    for Transition { group, amounts } in transitions {
        sums.each(group.as_ref(), |_, sums| sums.add(*amounts));
    }
    sums
}

fn squared(transitions: &[Transition], sums: &Pooled<PairSums>) -> Pooled<PairSquares> {
    let mut squares = Pooled::<PairSquares>::default();
    for Transition { group, amounts } in transitions {
        squares.each(group.as_ref(), |group, squares| {
            let of = group.map_or(Some(&sums.whole), |group| sums.groups.get(group)).copied().unwrap_or_default();
            squares.add(*amounts, &of);
        });
    }
    squares
}

/// The group of a line: by the time since its latest revenue, and by the facts of its partner on `date`.
fn group_of(
    by: &GroupBy,
    partner: &Partner,
    segment: &SegmentKey,
    silence: Option<Silence>,
    date: NaiveDate,
) -> Option<Name> {
    let (tier, territory, vertical, attributes) = match partner.history.profiles() {
        [] => (&partner.tier, &partner.territory, &partner.vertical, &partner.attributes),
        _ => {
            let then = partner.profile_on(date)?;
            (&then.tier, &then.territory, &then.vertical, &then.attributes)
        }
    };
    match by {
        GroupBy::Tier => tier.clone(),
        GroupBy::Territory => segment.territory.clone().or_else(|| territory.clone()),
        GroupBy::Vertical => vertical.clone(),
        GroupBy::ProductLine => segment.product_line.clone(),
        GroupBy::Silence => silence.map(|silence| Name::from(silence.as_str())),
        GroupBy::Attribute(name) => {
            let found = attributes.binary_search_by(|(known, _)| known.cmp(name)).ok()?;
            Some(attributes[found].1.word())
        }
    }
}
