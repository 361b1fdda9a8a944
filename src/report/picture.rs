//! Geometry of the pictures, in whole pixels: no float, so the same plan draws the same picture everywhere.

use super::ReportFault;
use super::figures::{Figures, clipped, count, line_name};
use super::summary::{GrowthClass, Summary};
use crate::planning::{PlanLine, QuotaPlan};
use crate::quota::StepKind;
use crate::units::{Currency, Money, MoneyError};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// From and to of one step on the axis of money, in minor units.
pub(super) struct RunningSpan {
    pub(super) from: i128,
    pub(super) to: i128,
}

/// Where each step of a line begins and ends when they are added up, in order.
pub(super) fn running_spans(line: &PlanLine) -> Result<Vec<RunningSpan>, MoneyError> {
    let mut at = 0;
    let mut spans = Vec::with_capacity(line.steps.len());
    for step in &line.steps {
        let to = at + step.amount.to_minor()?;
        spans.push(RunningSpan { from: at, to });
        at = to;
    }
    Ok(spans)
}

/// The axis that holds all spans, the quota and zero: its lowest and highest value, never equal.
pub(super) fn axis_of(spans: &[RunningSpan], quota: i128) -> (i128, i128) {
    let ends = || spans.iter().map(|span| span.to).chain([0, quota]);
    let (low, high) = (ends().min().unwrap_or(0), ends().max().unwrap_or(0));
    if low == high { (low, low + 1) } else { (low, high) }
}

/// Place of `value` on an axis from `low` to `high` that is `length` long.
pub(super) fn place(value: i128, (low, high): (i128, i128), length: i128) -> i128 {
    (value - low) * length / (high - low)
}

/// Steps of one line as bars that begin where the one before ended.
#[derive(Debug, Serialize)]
pub(super) struct Waterfall {
    title: String,
    height: i128,
    zero: i128,
    rows: Vec<WaterfallRow>,
}

#[derive(Debug, Serialize)]
struct WaterfallRow {
    label: String,
    class: &'static str,
    y: i128,
    x: i128,
    width: i128,
    end: i128,
    amount: String,
}

const BARS_FROM: i128 = 190;
const BARS_LONG: i128 = 420;
const ROW: i128 = 22;

impl Waterfall {
    /// Lays out the steps of `line` and its quota.
    pub(super) fn of(line: &PlanLine, figures: Figures) -> Result<Self, ReportFault> {
        let spans = running_spans(line)?;
        let quota = line.quota.to_minor()?;
        let axis = axis_of(&spans, quota);
        let at = |value| BARS_FROM + place(value, axis, BARS_LONG);
        let mut rows = Vec::with_capacity(spans.len() + 1);
        for (step, span) in line.steps.iter().zip(&spans) {
            let (x, end) = (at(span.from.min(span.to)), at(span.from.max(span.to)));
            let class = match (step.kind, span.to - span.from) {
                (StepKind::Abstention, _) | (_, 0) => "none",
                (StepKind::Factor, difference) if difference > 0 => "factor",
                (_, difference) if difference > 0 => "up",
                _ => "down",
            };
            let width = if class == "none" { 0 } else { (end - x).max(1) };
            let amount =
                if step.kind == StepKind::Abstention { "abstained".to_owned() } else { figures.signed(step.amount) };
            let y = ROW * rows.len() as i128;
            rows.push(WaterfallRow { label: clipped(&step.label, 28), class, y, x, width, end: at(span.to), amount });
        }
        let (from, to) = (at(quota.min(0)), at(quota.max(0)));
        let y = ROW * rows.len() as i128;
        let amount = figures.money(line.quota);
        rows.push(WaterfallRow {
            label: "quota".to_owned(),
            class: "total",
            y,
            x: from,
            width: to - from,
            end: to,
            amount,
        });
        let title = format!("Steps to the quota of {}: {}", clipped(&line_name(line), 60), figures.money(line.quota));
        Ok(Self { title, height: ROW * rows.len() as i128, zero: at(0), rows })
    }
}

/// Lines by class of growth asked, as horizontal bars.
#[derive(Debug, Serialize)]
pub(super) struct Histogram {
    title: String,
    height: i128,
    rows: Vec<HistogramRow>,
}

#[derive(Debug, Serialize)]
struct HistogramRow {
    label: String,
    class: &'static str,
    y: i128,
    width: i128,
    lines: String,
    quota: String,
}

impl Histogram {
    /// Lays out the classes that hold lines, and those between them.
    pub(super) fn of(summary: &Summary<'_>, figures: Figures) -> Self {
        let classes = held_classes(&summary.growth);
        let unknown = summary.growth_unknown;
        let most = classes.iter().map(|class| class.lines).chain([unknown.lines, 1]).max().unwrap_or(1);
        let bar = |lines: usize| lines as i128 * 360 / most as i128;
        let mut rows: Vec<HistogramRow> = Vec::new();
        for class in classes {
            let is_fall = class.to.is_some_and(|to| to.is_zero() || to.is_sign_negative());
            rows.push(HistogramRow {
                label: class.label('\u{2212}'),
                class: if is_fall { "down" } else { "factor" },
                y: ROW * rows.len() as i128,
                width: bar(class.lines).max(i128::from(class.lines > 0)),
                lines: count(class.lines),
                quota: figures.money(class.quota),
            });
        }
        if unknown.lines > 0 {
            rows.push(HistogramRow {
                label: "prior ≤ 0 or unknown".to_owned(),
                class: "none-bar",
                y: ROW * rows.len() as i128,
                width: bar(unknown.lines).max(1),
                lines: count(unknown.lines),
                quota: figures.money(unknown.quota),
            });
        }
        let title = "Number of lines by growth asked over prior revenue".to_owned();
        Self { title, height: ROW * rows.len() as i128, rows }
    }
}

/// One class of a histogram: its label, the class of its bar, how many, and a note at the right.
pub(super) struct ClassBar {
    pub(super) label: String,
    pub(super) class: &'static str,
    pub(super) number: usize,
    pub(super) note: String,
}

impl Histogram {
    /// Lays out classes in their order.
    pub(super) fn of_classes(title: &str, classes: Vec<ClassBar>) -> Self {
        let most = classes.iter().map(|class| class.number).max().unwrap_or(1).max(1);
        let row = |(index, class): (usize, ClassBar)| HistogramRow {
            label: class.label,
            class: class.class,
            y: ROW * index as i128,
            width: (class.number as i128 * 360 / most as i128).max(i128::from(class.number > 0)),
            lines: count(class.number),
            quota: class.note,
        };
        let rows: Vec<HistogramRow> = classes.into_iter().enumerate().map(row).collect();
        Self { title: title.to_owned(), height: ROW * rows.len() as i128, rows }
    }
}

/// Amounts above and below zero as horizontal bars, in the order given.
#[derive(Debug, Serialize)]
pub(super) struct Bars {
    title: String,
    height: i128,
    zero: i128,
    rows: Vec<BarRow>,
}

#[derive(Debug, Serialize)]
struct BarRow {
    label: String,
    class: &'static str,
    y: i128,
    x: i128,
    width: i128,
    amount: String,
}

impl Bars {
    /// Lays out amounts in minor units with their labels and texts.
    pub(super) fn of(title: &str, amounts: Vec<(String, i128, String)>) -> Self {
        let ends = || amounts.iter().map(|(_, amount, _)| *amount).chain([0]);
        let (low, high) = (ends().min().unwrap_or(0), ends().max().unwrap_or(0));
        let axis = if low == high { (low, low + 1) } else { (low, high) };
        let at = |value| BARS_FROM + place(value, axis, BARS_LONG);
        let row = |(index, (label, amount, text)): (usize, (String, i128, String))| {
            let (x, end) = (at(amount.min(0)), at(amount.max(0)));
            let class = if amount < 0 { "down" } else { "factor" };
            BarRow { label, class, y: ROW * index as i128, x, width: (end - x).max(1), amount: text }
        };
        let zero = at(0);
        let rows: Vec<BarRow> = amounts.into_iter().enumerate().map(row).collect();
        Self { title: title.to_owned(), height: ROW * rows.len() as i128, zero, rows }
    }
}

/// One partner in a picture of coverage: both multiples in hundredths, its title, its name when it is to be named.
pub(super) struct CoverageSpot {
    pub(super) required: i128,
    pub(super) coverage: i128,
    pub(super) is_short: bool,
    pub(super) title: String,
    pub(super) name: Option<String>,
}

/// Least and most multiple of the coverage picture, in hundredths.
const COVERAGE_AXIS: (i128, i128) = (200, 1_000);

impl Scatter {
    /// Lays out coverage of the remaining quota (up) against required coverage (right), both axes linear; what is
    /// beyond ten times is drawn at the frame.
    pub(super) fn of_coverage(title: String, spots: &[CoverageSpot]) -> Self {
        let longest = |values: &mut dyn Iterator<Item = i128>| {
            (values.max().unwrap_or(0) * 11 / 10).clamp(COVERAGE_AXIS.0, COVERAGE_AXIS.1)
        };
        let x_end = longest(&mut spots.iter().map(|spot| spot.required));
        let y_end = longest(&mut spots.iter().map(|spot| spot.coverage)).max(x_end.min(400));
        let x_at = |value: i128| PLOT_LEFT + place(value.clamp(0, x_end), (0, x_end), PLOT_RIGHT - PLOT_LEFT);
        let y_at = |value: i128| PLOT_BOTTOM - place(value.clamp(0, y_end), (0, y_end), PLOT_BOTTOM - PLOT_TOP);
        let ticks = |end: i128, at: &dyn Fn(i128) -> i128| -> Vec<Tick> {
            let step = if end > 500 { 2 } else { 1 };
            let whole = (0..=end / 100).filter(|value| value % step == 0);
            whole.map(|value| Tick { at: at(value * 100), text: format!("{value}×") }).collect()
        };
        let point = |spot: &CoverageSpot| Point {
            x: x_at(spot.required),
            y: y_at(spot.coverage),
            class: if spot.is_short { "new" } else { "known" },
            title: spot.title.clone(),
        };
        let named = spots.iter().filter_map(|spot| {
            spot.name.as_ref().map(|name| (clipped(name, 24), x_at(spot.required), y_at(spot.coverage)))
        });
        let end = x_end.min(y_end);
        Self {
            title,
            x_name: "required coverage →",
            y_name: "coverage of the remaining quota ↑",
            left: PLOT_LEFT,
            right: PLOT_RIGHT,
            top: PLOT_TOP,
            bottom: PLOT_BOTTOM,
            x_ticks: ticks(x_end, &x_at),
            y_ticks: ticks(y_end, &y_at),
            diagonals: vec![Diagonal { x1: x_at(0), y1: y_at(0), x2: x_at(end), y2: y_at(end), text: "enough" }],
            points: spots.iter().map(point).collect(),
            labels: placed(named),
            drawn: spots.len(),
            left_out: 0,
            beyond: 0,
            outliers: Vec::new(),
        }
    }
}

/// The classes from the first to the last that holds a line.
pub(super) fn held_classes(classes: &[GrowthClass]) -> &[GrowthClass] {
    let first = classes.iter().position(|class| class.lines > 0).unwrap_or(0);
    let last = classes.iter().rposition(|class| class.lines > 0).map_or(first, |last| last + 1);
    &classes[first..last]
}

/// Quota against addressable market, both axes logarithmic.
#[derive(Debug, Serialize)]
pub(super) struct Scatter {
    title: String,
    x_name: &'static str,
    y_name: &'static str,
    left: i128,
    right: i128,
    top: i128,
    bottom: i128,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    diagonals: Vec<Diagonal>,
    points: Vec<Point>,
    labels: Vec<Label>,
    /// Lines drawn.
    pub(super) drawn: usize,
    /// Lines without addressable market or quota above zero.
    pub(super) left_out: usize,
    /// Lines beyond the most that are drawn.
    pub(super) beyond: usize,
    /// Lines that stand out, indices into the plan's lines.
    #[serde(skip)]
    pub(super) outliers: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Tick {
    at: i128,
    text: String,
}

#[derive(Debug, Serialize)]
struct Diagonal {
    x1: i128,
    y1: i128,
    x2: i128,
    y2: i128,
    text: &'static str,
}

#[derive(Debug, Serialize)]
struct Point {
    x: i128,
    y: i128,
    class: &'static str,
    title: String,
}

#[derive(Debug, Serialize)]
struct Label {
    x: i128,
    y: i128,
    anchor: &'static str,
    text: String,
}

/// Points drawn at most.
const POINTS: usize = 2_000;
const PLOT_LEFT: i128 = 64;
const PLOT_RIGHT: i128 = 704;
const PLOT_TOP: i128 = 12;
const PLOT_BOTTOM: i128 = 392;

/// A line with both figures above zero.
struct Spot {
    index: usize,
    market: i128,
    quota: i128,
}

impl Scatter {
    /// Lays out the lines by quota, largest first; `None` when no line has both figures above zero.
    pub(super) fn of(plan: &QuotaPlan, summary: &Summary<'_>, figures: Figures) -> Result<Option<Self>, ReportFault> {
        let mut spots = Vec::new();
        for index in summary.by_quota.iter().copied() {
            let line = &plan.lines[index];
            let (Some(market), quota) = (line.context.addressable_market, line.quota.to_minor()?) else { continue };
            let market = market.to_minor()?;
            if market > 0 && quota > 0 {
                spots.push(Spot { index, market, quota });
            }
        }
        if spots.is_empty() {
            return Ok(None);
        }
        let left_out = plan.lines.len() - spots.len();
        let beyond = spots.len().saturating_sub(POINTS);
        spots.truncate(POINTS);
        let x_axis = LogAxis::of(spots.iter().map(|spot| spot.market), PLOT_LEFT, PLOT_RIGHT);
        let y_axis = LogAxis::of(spots.iter().map(|spot| spot.quota), PLOT_BOTTOM, PLOT_TOP);
        let outliers = outliers(&spots);
        let points = spots.iter().map(|spot| point(&plan.lines[spot.index], spot, &x_axis, &y_axis, figures)).collect();
        let labels = labels(plan, &spots, &outliers, &x_axis, &y_axis);
        Ok(Some(Self {
            title: format!("Quota against addressable market of {} lines, both axes logarithmic", spots.len()),
            x_name: "addressable market →",
            y_name: "quota ↑",
            left: PLOT_LEFT,
            right: PLOT_RIGHT,
            top: PLOT_TOP,
            bottom: PLOT_BOTTOM,
            x_ticks: x_axis.ticks(plan.currency),
            y_ticks: y_axis.ticks(plan.currency),
            diagonals: diagonals(&x_axis, &y_axis),
            points,
            labels,
            drawn: spots.len(),
            left_out,
            beyond,
            outliers: outliers.iter().map(|at| spots[*at].index).collect(),
        }))
    }
}

/// Positions in `spots` of those that stand out: the five largest and three smallest shares of the market, and the
/// largest quota; ascending, without repetition.
fn outliers(spots: &[Spot]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spots.len()).collect();
    // Shares compare as cross products: both figures are at most 9 × 10^15, so the products are exact.
    order
        .sort_by(|a, b| (spots[*b].quota * spots[*a].market).cmp(&(spots[*a].quota * spots[*b].market)).then(a.cmp(b)));
    let mut chosen: Vec<usize> = order.iter().take(5).copied().collect();
    if spots.len() > 12 {
        chosen.extend(order.iter().rev().take(3));
    }
    chosen.push(0);
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn point(line: &PlanLine, spot: &Spot, x_axis: &LogAxis, y_axis: &LogAxis, figures: Figures) -> Point {
    let share = line.context.addressable_market.and_then(|market| line.quota.ratio_to(market));
    let title = format!("{}: {} ({} of the market)", line_name(line), figures.money(line.quota), figures.share(share));
    let class = if line.context.is_newcomer { "new" } else { "known" };
    Point { x: x_axis.at(spot.market), y: y_axis.at(spot.quota), class, title }
}

/// Names beside the outliers, where they hit neither the frame nor each other; a name without room is left out.
fn labels(plan: &QuotaPlan, spots: &[Spot], outliers: &[usize], x_axis: &LogAxis, y_axis: &LogAxis) -> Vec<Label> {
    let named = outliers
        .iter()
        .map(|at| &spots[*at])
        .map(|spot| (clipped(&line_name(&plan.lines[spot.index]), 24), x_axis.at(spot.market), y_axis.at(spot.quota)));
    placed(named)
}

/// Puts names beside their points; the first ones have the first choice.
fn placed(named: impl Iterator<Item = (String, i128, i128)>) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let mut taken: Vec<[i128; 4]> = Vec::new();
    for (text, x, y) in named {
        let wide = text.chars().count() as i128 * 7;
        let free = [(8, 4, false), (-8, 4, true), (8, -8, false), (-8, -8, true), (8, 16, false), (-8, 16, true)];
        let found = free.into_iter().find_map(|(dx, dy, is_left)| {
            let from = if is_left { x + dx - wide } else { x + dx };
            let shape = [from, y + dy - 11, from + wide, y + dy + 3];
            let is_inside =
                shape[0] >= PLOT_LEFT && shape[2] <= PLOT_RIGHT && shape[1] >= PLOT_TOP && shape[3] <= PLOT_BOTTOM;
            let hits = |other: &[i128; 4]| {
                shape[0] < other[2] && other[0] < shape[2] && shape[1] < other[3] && other[1] < shape[3]
            };
            (is_inside && !taken.iter().any(hits)).then_some((x + dx, y + dy, is_left, shape))
        });
        let Some((x, y, is_left, shape)) = found else { continue };
        taken.push(shape);
        labels.push(Label { x, y, anchor: if is_left { "end" } else { "start" }, text });
    }
    labels
}

/// Lines of equal share of the market: 1 %, 10 %, 100 %.
fn diagonals(x_axis: &LogAxis, y_axis: &LogAxis) -> Vec<Diagonal> {
    let shares = [("1 %", 100), ("10 %", 10), ("100 %", 1)];
    let diagonal = |(text, divisor): (&'static str, i128)| {
        let less = log2(divisor);
        let from = x_axis.low.max(y_axis.low + less);
        let to = x_axis.high.min(y_axis.high + less);
        let end = |log: i128| (x_axis.of_log(log), y_axis.of_log(log - less));
        let ((x1, y1), (x2, y2)) = (end(from), end(to));
        (to > from).then_some(Diagonal { x1, y1, x2, y2, text })
    };
    shares.into_iter().filter_map(diagonal).collect()
}

/// A logarithmic axis between two pixels.
struct LogAxis {
    low: i128,
    high: i128,
    from: i128,
    to: i128,
}

impl LogAxis {
    fn of(values: impl Iterator<Item = i128> + Clone, from: i128, to: i128) -> Self {
        let low = log2(values.clone().min().unwrap_or(1));
        let high = log2(values.max().unwrap_or(1));
        // A little air, so that no point lies on the frame; also keeps the axis from having no length.
        let air = ((high - low) / 20).max(FRACTION / 4);
        Self { low: low - air, high: high + air, from, to }
    }

    fn of_log(&self, log: i128) -> i128 {
        self.from + (log - self.low) * (self.to - self.from) / (self.high - self.low)
    }

    fn at(&self, value: i128) -> i128 {
        self.of_log(log2(value))
    }

    /// Ticks at 1, 2, 5 × powers of ten; powers of ten only where that is already many.
    fn ticks(&self, currency: Currency) -> Vec<Tick> {
        let all = |leads: &[i128]| -> Vec<i128> {
            let powers = (0..17).map(|power| 10_i128.pow(power));
            let values = powers.flat_map(|power| leads.iter().map(move |lead| lead * power));
            values.filter(|value| (self.low..=self.high).contains(&log2(*value))).collect()
        };
        let (fine, coarse) = (all(&[1, 2, 5]), all(&[1]));
        let values = if fine.len() > 8 && coarse.len() > 1 { coarse } else { fine };
        values.into_iter().map(|value| Tick { at: self.at(value), text: compact(value, currency) }).collect()
    }
}

/// One in the fixed-point logarithm.
const FRACTION: i128 = 1 << 10;

/// Logarithm to the base 2 of a value above zero, times 1,024, exact to the last unit below.
fn log2(value: i128) -> i128 {
    let value = value.max(1);
    let whole = i128::from(value.ilog2());
    // The mantissa, from 1 to below 2, with 31 binary digits; each squaring yields the next binary digit.
    let mut mantissa = if whole > 31 { value >> (whole - 31) } else { value << (31 - whole) };
    let mut fraction = 0;
    for _ in 0..10 {
        mantissa = (mantissa * mantissa) >> 31;
        fraction <<= 1;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    whole * FRACTION + fraction
}

/// A round amount in short: `500`, `20k`, `5M`, `1bn`.
fn compact(minor: i128, currency: Currency) -> String {
    let unit = 10_i128.pow(currency.decimals());
    if minor < unit {
        return Money::from_minor(minor, currency).map_or_else(|_| String::new(), |money| money.to_plain());
    }
    let whole = minor / unit;
    let scales = [(1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k")];
    let scale = scales.into_iter().find(|(scale, _)| whole >= *scale);
    scale.map_or_else(|| whole.to_string(), |(scale, suffix)| format!("{}{suffix}", whole / scale))
}

/// The templates of the room, all escaping for HTML and SVG; an unknown name is an error, not an empty text.
pub(super) fn templates() -> Result<Environment<'static>, ReportFault> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("pictures.html", include_str!("templates/pictures.html"))?;
    environment.add_template("waterfall.svg", include_str!("templates/waterfall.svg"))?;
    environment.add_template("style.css", include_str!("templates/style.css"))?;
    environment.add_template("grid.html", include_str!("templates/grid.html"))?;
    environment.add_template("review.html", include_str!("templates/review.html"))?;
    environment.add_template("proposal.html", include_str!("templates/proposal.html"))?;
    Ok(environment)
}

/// The waterfall as a file of its own.
pub(super) fn waterfall_svg(waterfall: &Waterfall) -> Result<String, ReportFault> {
    Ok(templates()?.get_template("waterfall.svg")?.render(Serde(waterfall))?)
}
