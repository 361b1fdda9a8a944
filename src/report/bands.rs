//! Bands and odds of a plan in words and as documents: estimates, said to be so.

use super::conventions::whole_percent;
use super::figures::{Figures, count, counted};
use super::words::undated_sentence;
use crate::figure::Fraction;
use crate::planning::{Bands, PlanLine, TerritoryOutlook};
use crate::quality::Coverage;
use crate::units::{Money, Rate};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// Sentences about the outlook of the channel; empty when no past period is known.
pub(super) fn sentences(bands: &Bands, figures: Figures) -> Vec<String> {
    let Some(channel) = &bands.channel else { return Vec::new() };
    let reached = channel.median.ratio_to(channel.quota);
    let reached = reached.map(|share| format!(", {} of its quotas", figures.percent(share))).unwrap_or_default();
    let likely = format!(
        "The channel is likely to buy {}{reached}; with odds of 10 % less than {}, with odds of 10 % more than {}.",
        figures.money(channel.median),
        figures.money(channel.low),
        figures.money(channel.high)
    );
    let target = bands.target_odds.filter(|odds| *odds != channel.odds);
    let target = target.map(|odds| format!("; the channel target: {}", figures.percent(odds))).unwrap_or_default();
    let at_quota =
        channel.at_quota.map(|share| format!(" Expected at quota: {} of the lines.", figures.percent(share)));
    let odds = format!(
        "Odds to reach the sum of the quotas: {}{target}.{}",
        figures.percent(channel.odds),
        at_quota.unwrap_or_default()
    );
    [Some(likely), Some(odds), amounts(channel, figures), gaps(bands, figures)].into_iter().flatten().collect()
}

/// Sentence about the amounts that the channel reaches with given odds, and about its capacity.
fn amounts(channel: &TerritoryOutlook, figures: Figures) -> Option<String> {
    let amounts = channel.at_odds.iter();
    let named: Vec<String> =
        amounts.map(|one| format!("{} with odds of {}", figures.money(one.amount), whole_percent(one.odds))).collect();
    let capacity = channel
        .capacity
        .map(|capacity| format!(" Capacity, Σ quota × expected attainment: {} (estimated).", figures.money(capacity)));
    (!named.is_empty())
        .then(|| format!("Together the lines reach {} (estimated).{}", named.join(", "), capacity.unwrap_or_default()))
}

/// Territories named in the sentence about gaps.
const GAPS: usize = 3;

/// Sentence about the territories in which a gap to the quotas is expected, largest first.
fn gaps(bands: &Bands, figures: Figures) -> Option<String> {
    let mut short: Vec<&TerritoryOutlook> = bands.territories.iter().filter(|one| one.gap.is_negative()).collect();
    short.sort_by_key(|one| one.gap.amount());
    let named: Vec<String> = short
        .iter()
        .take(GAPS)
        .map(|one| {
            let name = one.territory.as_deref().unwrap_or("lines without a territory");
            format!("{} {}", super::figures::clipped(name, 40), figures.signed(one.gap))
        })
        .collect();
    let more = short.len().saturating_sub(GAPS);
    let more = if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
    (!named.is_empty()).then(|| format!("A gap is expected in: {}{more}.", named.join(", ")))
}

/// The band and the odds of one line; `None` when they are not known.
pub(super) fn line_sentence(line: &PlanLine, figures: Figures) -> Option<String> {
    let (band, odds) = (line.band.as_ref()?, line.odds?);
    Some(format!(
        "It is likely to buy {} to {}: with odds of 10 % less, with odds of 10 % more. Odds to reach the quota: {} (estimated).",
        figures.money(band.low),
        figures.money(band.high),
        figures.percent(odds)
    ))
}

/// Source of the estimates, their coverage, and their limits.
pub(super) fn notes(bands: &Bands, months: u32) -> Vec<String> {
    let Some(first) = bands.periods.first() else {
        return vec![format!(
            "No bands and odds: the book does not cover {} before the plan and as many before that.",
            counted(months as usize, "month", "months")
        )];
    };
    let source = match bands.periods.len() {
        1 => format!("Estimated from one past period, {first}, planned with the same rules."),
        periods => {
            format!("Estimated from {} past periods from {first} on, planned with the same rules.", count(periods))
        }
    };
    let shock = match bands.apart {
        1 => "With only one such period, the variation from year to year is not known: the bands are a lower bound of how far outcomes can vary.".to_owned(),
        apart @ 2..=4 => format!("Only {apart} of them have no month in common: the spread from one period to the next is hardly known."),
        apart => format!("{} of them have no month in common.", count(apart)),
    };
    let measured = bands.coverage.and_then(|coverage| {
        let percent = coverage.share()?.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(0).normalize();
        let (lines, widened) = (counted(coverage.lines, "line", "lines"), widened(bands.is_widened));
        Some(format!("Measured on periods that a band was not made from: it held for {percent} % of {lines}{widened}."))
    });
    [Some(source), Some(shock), measured, undated_sentence(&bands.undated)].into_iter().flatten().collect()
}

fn widened(is_widened: bool) -> &'static str {
    if is_widened { ", after the bands were widened to hold for 80 %" } else { ", of a nominal 80 %" }
}

/// Outlook of the plan from past periods planned with the same rules. Everything in it but the quotas is an estimate.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlanOutlook")]
pub(super) struct BandsDocument<'a> {
    /// Past periods that the estimates are made from, ascending; empty when the book is too short.
    past_periods: Vec<&'a str>,
    /// The most of them that have no month in common.
    past_periods_apart: usize,
    /// Coverage of the bands in periods that they were not made from; null when there are no two periods apart.
    coverage: Option<CoverageDocument>,
    /// True when the bands of lines are wider than those of past outcomes, so that they hold 80 % of other periods.
    widened: bool,
    /// Facts that the rules read and that the book has without a date, as rules name them without `partner.`: of past periods
    /// they are those of today.
    undated_facts: Vec<&'a str>,
    /// Sentences about the estimates that a reader must know.
    notes: Vec<String>,
    /// The whole channel; null when no past period is known.
    channel: Option<&'a TerritoryOutlook>,
    /// Odds that the lines together reach the channel target without its reserve; null without a target.
    target_odds: Option<Fraction>,
    /// Territories, ascending by name; empty when there is one only.
    territories: &'a [TerritoryOutlook],
    /// Distribution of what the lines buy together, ascending; empty when no past period is known.
    distribution: Vec<QuantileDocument>,
}

/// Amount that a share of the outcomes does not exceed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OutlookQuantile")]
struct QuantileDocument {
    /// Share of the outcomes.
    share: Fraction,
    /// Amount.
    amount: Money,
}

impl<'a> BandsDocument<'a> {
    pub(super) fn of(bands: &'a Bands, months: u32) -> Self {
        let quantile = |(share, amount): (Rate, Money)| QuantileDocument { share: Fraction(share), amount };
        Self {
            past_periods: bands.periods.iter().map(|period| &*period.label).collect(),
            past_periods_apart: bands.apart,
            coverage: bands.coverage.map(CoverageDocument::of),
            widened: bands.is_widened,
            undated_facts: bands.undated.iter().map(|fact| &**fact).collect(),
            notes: notes(bands, months),
            channel: bands.channel.as_ref(),
            target_odds: bands.target_odds.map(Fraction),
            territories: &bands.territories,
            distribution: bands.quantiles().into_iter().map(quantile).collect(),
        }
    }
}

/// Coverage of the bands of lines.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HealthCoverage")]
pub(super) struct CoverageDocument {
    /// Lines of past periods.
    lines: usize,
    /// Those that bought an amount inside their band of nominal 80 %.
    inside: usize,
    /// Inside ÷ lines.
    share: Option<Fraction>,
}

impl CoverageDocument {
    pub(super) fn of(coverage: Coverage) -> Self {
        let share = coverage.share().map(|share| Fraction(share.round_dp(6).normalize()));
        Self { lines: coverage.lines, inside: coverage.inside, share }
    }
}
