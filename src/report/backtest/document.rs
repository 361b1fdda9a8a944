//! A backtest for programs: JSON, schema `quotient.backtest/2`, and CSV.

use super::figures::ScoreFigures;
use super::{is_independent, verdict};
use crate::columns;
use crate::figure::{Column, Fraction};
use crate::planning::{Backtest, Comparison, Fold, Method};
use crate::quality::Score;
use crate::report::ReportFault;
use crate::report::cells::{fields, names};
use crate::report::conventions::ConventionsDocument;
use crate::report::guard::guarded;
use crate::units::{Money, Rate};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::Write;

/// Name and version of the document.
const SCHEMA: &str = "quotient.backtest/2";

/// A vendor's rules on past periods, beside simple baselines. `null` is "not known"; zero is zero.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Backtest")]
pub struct BacktestDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.backtest/2"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies.
    revision: &'a str,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// The period, when only one is scored.
    period: Option<&'a str>,
    /// Date from which it is seen, when only one is scored.
    #[schemars(extend("format" = "date"))]
    as_of: Option<String>,
    /// Lines scored in all folds together.
    lines: usize,
    /// Scores over all folds in which the method is known, the rules first.
    methods: Vec<MethodDocument>,
    /// Shares of the quotas of the rules by attainment; null without a quota above zero.
    attainment_bands: Option<AttainmentBandsDocument>,
    /// Conventions by which the figures were computed.
    conventions: ConventionsDocument<'a>,
    /// The rules by segment, over all folds.
    segments: Vec<SegmentDocument<'a>>,
    /// The rules against the best baseline; null when there is none.
    comparison: Option<ComparisonDocument>,
    /// Latest date of the data on which constants of the rules were chosen; null when the manifest does not say.
    #[schemars(extend("format" = "date"))]
    fitted_through: Option<String>,
    /// False when every fold scores data on which constants of the rules were chosen.
    independent: bool,
    /// Facts that the rules read as the book has them today, because nothing dates them, such as `tier`: the scores may be too
    /// good. Empty when there are none.
    undated_facts: Vec<&'a str>,
    /// Revenue of all folds from partners that had no quota.
    unplanned_revenue: Money,
    /// Reserves of all folds for them.
    reserve: Money,
    /// One entry per period, ascending by date.
    folds: Vec<FoldDocument<'a>>,
}

/// Shares of the quotas above zero by attainment; the limits are those of `conventions`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AttainmentBands")]
struct AttainmentBandsDocument {
    /// Below `attainment_threshold`.
    below_threshold: Fraction,
    /// From there to below 1.
    below_quota: Fraction,
    /// From 1 to below `attainment_excellence`.
    reached: Fraction,
    /// From there.
    excellent: Fraction,
}

impl AttainmentBandsDocument {
    fn of(shares: [Rate; 4]) -> Self {
        let [below_threshold, below_quota, reached, excellent] =
            shares.map(|share| Fraction(share.round_dp(6).normalize()));
        Self { below_threshold, below_quota, reached, excellent }
    }
}

/// One method with its score.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BacktestMethod")]
struct MethodDocument {
    /// Name.
    method: &'static str,
    /// Score; null when the book does not go back far enough.
    score: Option<ScoreFigures>,
}

/// One segment with the score of the rules.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BacktestSegment")]
struct SegmentDocument<'a> {
    /// Dimension.
    dimension: &'a str,
    /// Name of the segment.
    name: &'a str,
    /// Score of the rules.
    score: ScoreFigures,
}

/// The rules against the best baseline. The interval is an estimate, from partners drawn again and again.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BacktestComparison")]
struct ComparisonDocument {
    /// The best baseline of those that are known in the most folds.
    baseline: &'static str,
    /// Number of these folds.
    folds: usize,
    /// WAPE of the baseline − WAPE of the rules.
    better_by: Fraction,
    /// Lower limit of the 95 % interval.
    low: Fraction,
    /// Upper limit of the 95 % interval.
    high: Fraction,
    /// The same in words.
    verdict: String,
}

/// One period.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BacktestFold")]
struct FoldDocument<'a> {
    /// Period.
    period: &'a str,
    /// Date from which it is seen.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Length of the period in months.
    months: u32,
    /// True when constants of the rules were chosen on data of the period.
    fitted: bool,
    /// Revenue of partners that had no quota.
    unplanned_revenue: Money,
    /// Reserve for them.
    reserve: Money,
    /// Scores, the rules first.
    methods: Vec<MethodDocument>,
}

fn methods(methods: &[(Method, Option<Score>)]) -> Vec<MethodDocument> {
    let document = |(method, score): &(Method, Option<Score>)| MethodDocument {
        method: method.as_str(),
        score: score.as_ref().map(ScoreFigures::of),
    };
    methods.iter().map(document).collect()
}

fn comparison(comparison: &Comparison) -> ComparisonDocument {
    let rounded = |rate: Rate| Fraction(rate.round_dp(6).normalize());
    ComparisonDocument {
        baseline: comparison.baseline.as_str(),
        folds: comparison.folds,
        better_by: rounded(comparison.difference.better),
        low: rounded(comparison.difference.low),
        high: rounded(comparison.difference.high),
        verdict: verdict(comparison),
    }
}

impl<'a> BacktestDocument<'a> {
    fn of(backtest: &'a Backtest) -> Result<Self, ReportFault> {
        let sum = |part: fn(&Fold) -> Money| Money::sum(backtest.currency, backtest.folds.iter().map(part));
        let only = Some(&backtest.folds[..]).filter(|folds| folds.len() == 1).and_then(|folds| folds.first());
        let segment = |(dimension, name, score): &'a (crate::channel::Name, crate::channel::Name, Score)| {
            SegmentDocument { dimension, name, score: ScoreFigures::of(score) }
        };
        Ok(Self {
            schema: SCHEMA,
            vendor: &backtest.vendor,
            revision: &backtest.revision,
            currency: backtest.currency.code(),
            period: only.map(|fold| &*fold.origin.period.label),
            as_of: only.map(|fold| fold.origin.as_of.to_string()),
            lines: backtest.lines,
            methods: methods(&backtest.methods),
            attainment_bands: backtest.attainment_bands.map(AttainmentBandsDocument::of),
            conventions: ConventionsDocument::of(&backtest.conventions),
            segments: backtest.segments.iter().map(segment).collect(),
            comparison: backtest.comparison.as_ref().map(comparison),
            fitted_through: backtest.fitted_through.map(|date| date.to_string()),
            independent: is_independent(backtest),
            undated_facts: backtest.undated.iter().map(|fact| &**fact).collect(),
            unplanned_revenue: sum(|fold| fold.unplanned_revenue)?,
            reserve: sum(|fold| fold.reserve)?,
            folds: backtest.folds.iter().map(FoldDocument::of).collect(),
        })
    }
}

impl<'a> FoldDocument<'a> {
    fn of(fold: &'a Fold) -> Self {
        Self {
            period: &fold.origin.period.label,
            as_of: fold.origin.as_of.to_string(),
            months: fold.origin.period.months,
            fitted: fold.is_fitted,
            unplanned_revenue: fold.unplanned_revenue,
            reserve: fold.reserve,
            methods: methods(&fold.methods),
        }
    }
}

/// The backtest as JSON, schema `quotient.backtest/2`; rates and amounts are strings, `null` is "not known".
pub fn json(backtest: &Backtest) -> Result<String, ReportFault> {
    crate::report::json::indented(&BacktestDocument::of(backtest)?)
}

/// Figures of a score in a file.
const COLUMNS: &[Column<ScoreFigures>] = columns!(ScoreFigures; |score| Some(score) => ScoreFigures {
    lines, without_attainment, quota, actual, wape, scaled_wape, quota_to_actual, share_at_or_above, revenue_at_or_above,
    share_within_20_percent, median_error, mean_error, attainment_10, attainment_25, attainment_50, attainment_75,
    attainment_90
});

/// Writes one row per score: of each method in each fold, of each method together, and of each segment. Of what is not
/// named, a row is for all; an unknown score has empty figures.
pub fn csv(backtest: &Backtest, out: &mut dyn Write) -> Result<(), ReportFault> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["as_of", "period", "method", "dimension", "segment"].into_iter().chain(names(COLUMNS)))?;
    let mut row = |place: [&str; 5], score: Option<&Score>| {
        let figures = score.map(ScoreFigures::of);
        let figures = figures.map_or_else(|| vec![String::new(); COLUMNS.len()], |one| fields(COLUMNS, &one).collect());
        writer.write_record(place.map(guarded).into_iter().chain(figures))
    };
    for fold in &backtest.folds {
        let as_of = fold.origin.as_of.to_string();
        for (method, score) in &fold.methods {
            row([&as_of, &fold.origin.period.label, method.as_str(), "", ""], score.as_ref())?;
        }
    }
    for (method, score) in &backtest.methods {
        row(["", "", method.as_str(), "", ""], score.as_ref())?;
    }
    for (dimension, name, score) in &backtest.segments {
        row(["", "", Method::Rules.as_str(), dimension, name], Some(score))?;
    }
    writer.flush()?;
    Ok(())
}
