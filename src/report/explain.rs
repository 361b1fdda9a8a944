//! Why one line's quota is what it is: its steps as table, JSON and waterfall, and what would have moved it.

use super::ReportFault;
use super::conventions::ConventionsDocument;
use super::figures::{Figures, clipped, line_name, rate_text, readable};
use super::grid::{Grid, Left, Right, TableOptions, bold, listed, wrapped};
use super::json::{LineOf, write_document};
use super::learned::{self, LearnedDocument};
use super::picture::{Waterfall, axis_of, place, running_spans, waterfall_svg};
use super::words::{apart, line_note};
use crate::planning::{Direction, LineRecord, PhasingBasis, PlanLine, QuotaPlan, Sensitivity};
use crate::quota::{Basis, StepKind};
use crate::units::Money;
use comfy_table::Cell;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::Write;

/// Name and version of the explanation document.
pub const EXPLANATION_SCHEMA: &str = "quotient.explanation/1";

/// Columns of a terminal from which the reason of a step is beside its amount; a narrower one has a list of reasons.
const REASONS_BESIDE: u16 = 100;

/// One line of a plan to be explained.
#[derive(Debug, Clone, Copy)]
pub struct ExplainView<'a> {
    /// The plan the line is of.
    pub plan: &'a QuotaPlan,
    /// The line.
    pub line: &'a PlanLine,
    /// What would have had to be different, in the order to show; may be empty.
    pub sensitivities: &'a [Sensitivity],
}

/// Season of the reporting periods, in words.
fn phased_by(basis: PhasingBasis) -> &'static str {
    match basis {
        PhasingBasis::OwnSeason => "by the season of the line",
        PhasingBasis::ChannelSeason => "by the season of the channel",
        PhasingBasis::ChannelSeasonInstead => {
            "by the season of the channel: that of the line is not known for a year, or is below zero in a period"
        }
        PhasingBasis::Even => "in equal parts",
        PhasingBasis::EvenInstead => "in equal parts: no season is known, or it is below zero in a period",
        PhasingBasis::NewcomerRamp => "by the ramp for newcomers",
        PhasingBasis::Agreed => "as agreed",
    }
}

impl<'a> ExplainView<'a> {
    /// Returns a view on `line` of `plan`.
    pub fn new(plan: &'a QuotaPlan, line: &'a PlanLine, sensitivities: &'a [Sensitivity]) -> Self {
        Self { plan, line, sensitivities }
    }

    fn figures(&self) -> Figures {
        Figures::of_line(self.line)
    }

    /// Everything for a terminal: heading, steps, waterfall, periods, sensitivities.
    pub fn text(&self, options: &TableOptions) -> Result<String, ReportFault> {
        let mut text = self.heading(options);
        text.push('\n');
        text.push_str(&self.table(options)?);
        if self.plan.basis == Basis::FairShare {
            let sentence = "Fair share: what a factor indicates counts only in proportion to what it indicates for the \
                            other lines, so it need not be an amount of money.";
            text.push_str(&wrapped(sentence, " ", options.width));
        }
        text.push('\n');
        text.push_str(&self.waterfall_text(options.width)?);
        let periods = self.plan.reporting.iter().zip(&self.line.periods);
        if self.plan.reporting.len() > 1 {
            text.push('\n');
            for (period, quota) in periods {
                text.push_str(&format!(" {}  {}\n", period.label, self.figures().money(*quota)));
            }
            text.push_str(&format!(" Divided {}.\n", phased_by(self.line.season)));
        }
        if let Some(sentence) = super::bands::line_sentence(self.line, self.figures()) {
            text.push('\n');
            text.push_str(&wrapped(&sentence, " ", options.width));
        }
        let reasons = if options.width < REASONS_BESIDE { self.reasons() } else { Vec::new() };
        let lists = [
            ("Reasons", reasons),
            ("Learned from the channel", learned::sentences(self.plan)),
            ("What would have moved it", self.moves()?),
            ("Where the rules say so", self.sources()),
        ];
        for (title, sentences) in lists.iter().filter(|(_, sentences)| !sentences.is_empty()) {
            text.push_str(&format!("\n{}\n", bold(title, options.colour)));
            text.extend(sentences.iter().map(|sentence| listed(sentence, " - ", options.width)));
        }
        Ok(text)
    }

    /// The reason of each step that has one.
    fn reasons(&self) -> Vec<String> {
        let steps = self.line.steps.iter().filter(|step| !step.reason.is_empty());
        steps.map(|step| format!("{}: {}", readable(&step.label), readable(&step.reason))).collect()
    }

    /// File and line of the rule behind each factor, in one sentence; none for a line without factors.
    fn sources(&self) -> Vec<String> {
        let sources: Vec<String> =
            self.line.steps.iter().filter_map(|step| step.source.as_deref().map(readable)).collect();
        if sources.is_empty() { Vec::new() } else { vec![sources.join(", ")] }
    }

    /// Sentences about changes that would have moved the quota; factors of which no change does are in one.
    fn moves(&self) -> Result<Vec<String>, ReportFault> {
        let (moving, holding): (Vec<&Sensitivity>, Vec<&Sensitivity>) =
            self.sensitivities.iter().partition(|one| one.indicated_needed.is_some());
        let moving = moving.into_iter().map(|one| self.sentence(one)).collect::<Result<Vec<_>, _>>()?;
        Ok(moving.into_iter().chain(held(&holding)).collect())
    }

    fn heading(&self, options: &TableOptions) -> String {
        let (line, plan, figures) = (self.line, self.plan, self.figures());
        let title = format!("{} ({})", line_name(line), readable(&line.identity.partner_id));
        let attributes =
            [&line.identity.tier, &line.identity.territory, &line.identity.vertical, &line.identity.account_manager];
        let mut about: Vec<String> = attributes.into_iter().flatten().map(|name| readable(name)).collect();
        about.extend(Some(line_note(line)).filter(|note| !note.is_empty()));
        let quota = format!("quota {} {} for {}", plan.currency, figures.money(line.quota), plan.period);
        let growth = line.growth().map(|rate| format!(" ({})", figures.growth(Some(rate)))).unwrap_or_default();
        let (prior, comparable) = (line.context.prior_revenue, apart(line));
        let prior = prior.map(|prior| {
            let growth = if comparable.is_none() { &*growth } else { "" };
            format!(", prior revenue {}{growth}", figures.money(prior))
        });
        let comparable = comparable.map(|amount| format!(", comparable revenue {}{growth}", figures.money(amount)));
        let prior = prior.into_iter().chain(comparable).collect::<String>();
        let lock = if line.locked { format!("locked: {}\n", readable(&line.lock_reason)) } else { String::new() };
        let about = if about.is_empty() { String::new() } else { format!("{}\n", about.join(" · ")) };
        format!("{}\n{about}{quota}{prior}\n{lock}", bold(&title, options.colour))
    }

    /// The steps: label, indicated revenue, weight, amount, running total, reason; the quota is the last row.
    pub fn table(&self, options: &TableOptions) -> Result<String, ReportFault> {
        let figures = self.figures();
        let columns = [
            ("step", Left),
            ("indicated", Right),
            ("weight", Right),
            ("amount", Right),
            ("running", Right),
            ("reason", Left),
        ];
        let columns = if options.width < REASONS_BESIDE { &columns[..5] } else { &columns[..] };
        let mut grid = Grid::new("Steps to the quota", options, columns).whole(&[0]);
        let mut running = Money::zero(self.plan.currency);
        for step in &self.line.steps {
            running = running.plus(step.amount)?;
            let is_abstention = step.kind == StepKind::Abstention;
            let cells = [
                Cell::new(clipped(&step.label, 32)),
                Cell::new(step.factor.map_or_else(String::new, |factor| figures.money(factor.indicated))),
                Cell::new(step.factor.map_or_else(String::new, |factor| rate_text(factor.weight.round_dp(4)))),
                Cell::new(if is_abstention { "abstained".to_owned() } else { figures.signed(step.amount) }),
                Cell::new(figures.money(running)),
                Cell::new(readable(&step.reason)),
            ];
            grid.row(cells.into_iter().take(columns.len()));
        }
        let total = ["quota".to_owned(), String::new(), String::new(), figures.money(self.line.quota)];
        grid.row(total.map(Cell::new));
        Ok(grid.text())
    }

    /// The steps as bars of text, `width` columns wide: `█` adds, `░` takes away, `▓` is the quota.
    pub fn waterfall_text(&self, width: u16) -> Result<String, ReportFault> {
        let figures = self.figures();
        let spans = running_spans(self.line)?;
        let quota = self.line.quota.to_minor()?;
        let axis = axis_of(&spans, quota);
        let amounts: Vec<String> = self.line.steps.iter().map(|step| figures.signed(step.amount)).collect();
        let total = figures.money(self.line.quota);
        let amount_width = amounts.iter().chain([&total]).map(|amount| amount.chars().count()).max().unwrap_or(0);
        let room = i128::from(width.clamp(50, 140)) - 26 - amount_width as i128;
        let mut text = String::new();
        let mut bar = |label: &str, (from, to): (i128, i128), fill: char, amount: &str| {
            let (start, end) = (place(from.min(to), axis, room), place(from.max(to), axis, room));
            let long = if from == to { 0 } else { (end - start).max(1) };
            let start = start.min(room - long);
            let cells = |count: i128, fill: char| fill.to_string().repeat(usize::try_from(count).unwrap_or(0));
            let bar = format!("{}{}{}", cells(start, ' '), cells(long, fill), cells(room - start - long, ' '));
            text.push_str(&format!(" {:<20}  {bar}  {amount:>amount_width$}\n", clipped(label, 20)));
        };
        for ((step, span), amount) in self.line.steps.iter().zip(&spans).zip(&amounts) {
            bar(&step.label, (span.from, span.to), if span.to < span.from { '░' } else { '█' }, amount);
        }
        bar("quota", (0, quota), '▓', &total);
        Ok(text)
    }

    /// The steps as an SVG picture, a file of its own.
    pub fn waterfall_svg(&self) -> Result<String, ReportFault> {
        let figures = self.figures().typographic();
        waterfall_svg(&Waterfall::of(self.line, figures)?)
    }

    /// One sentence per sensitivity, in their order.
    pub fn sensitivity_sentences(&self) -> Result<Vec<String>, ReportFault> {
        self.sensitivities.iter().map(|sensitivity| self.sentence(sensitivity)).collect()
    }

    fn sentence(&self, sensitivity: &Sensitivity) -> Result<String, ReportFault> {
        let factor = readable(&sensitivity.factor);
        let verb = verb(sensitivity.direction);
        let note =
            if sensitivity.note.is_empty() { String::new() } else { format!("; {}", readable(&sensitivity.note)) };
        let Some(needed) = sensitivity.indicated_needed else {
            return Ok(format!("no change of {factor} alone makes the quota {verb} by {}{note}", sensitivity.moves));
        };
        let (now, then) = (sensitivity.indicated_now, sensitivity.quota_then);
        let figures = figures_of([Some(needed), Some(now), then, Some(self.line.quota)]);
        let gap = needed.minus(now)?;
        let size = gap.abs();
        let more = if gap.is_negative() { "less" } else { "more" };
        let relative = needed.growth_from(now).map(|rate| format!(" ({})", figures.growth(Some(rate))));
        let effect = match then {
            Some(then) => {
                let by = then.minus(self.line.quota)?.abs();
                format!("{verb} by {} to {}", figures.money(by), figures.money(then))
            }
            None => format!("{verb} by {}", sensitivity.moves),
        };
        let size = figures.money(size);
        Ok(format!(
            "{factor} would have to indicate {size} {more}{} for the quota to {effect}{note}",
            relative.unwrap_or_default()
        ))
    }
}

fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "rise",
        Direction::Down => "fall",
    }
}

/// Direction, note, factors, and how far they would have to move the quota.
type Held<'h> = (Direction, &'h str, Vec<&'h str>, Vec<&'h str>);

/// Factors of which no change alone moves the quota: one sentence for those that the same holds.
fn held(factors: &[&Sensitivity]) -> Vec<String> {
    let mut groups: Vec<Held<'_>> = Vec::new();
    for one in factors {
        let is_same = |group: &&mut Held<'_>| group.0 == one.direction && group.1 == one.note && group.3 == [one.moves];
        match groups.iter_mut().find(is_same) {
            Some(group) => group.2.push(&one.factor),
            None => groups.push((one.direction, &one.note, vec![&one.factor], vec![one.moves])),
        }
    }
    let mut merged: Vec<Held<'_>> = Vec::new();
    for group in groups {
        match merged.iter_mut().find(|other| (other.0, other.1, &other.2) == (group.0, group.1, &group.2)) {
            Some(other) => other.3.extend(group.3),
            None => merged.push(group),
        }
    }
    let sentence = |(direction, note, factors, moves): Held<'_>| {
        let factors: Vec<String> = factors.into_iter().map(readable).collect();
        let note = if note.is_empty() { String::new() } else { format!("; {}", readable(note)) };
        let (factors, verb, moves) = (any_of(&factors), verb(direction), moves.join(" or by "));
        format!("no change of {factors} alone makes the quota {verb} by {moves}{note}")
    };
    merged.into_iter().map(sentence).collect()
}

/// `history, pipeline or market`.
fn any_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

fn figures_of(amounts: [Option<Money>; 4]) -> Figures {
    Figures::of_amounts(amounts.into_iter().flatten())
}

/// Writes the views as one JSON object, schema `quotient.explanation/1`; they must be lines of `plan`.
pub fn write_json(plan: &QuotaPlan, views: &[ExplainView<'_>], out: &mut impl Write) -> Result<(), ReportFault> {
    let mut lines = Vec::with_capacity(views.len());
    for view in views {
        let sensitivities = view.sensitivities.iter().zip(view.sensitivity_sentences()?);
        lines.push(ExplainedLineDocument {
            line: LineOf(LineRecord { reporting: &plan.reporting, line: view.line }),
            sensitivities: sensitivities.map(|(one, sentence)| SensitivityDocument::of(one, sentence)).collect(),
        });
    }
    let document = ExplanationDocument {
        schema: EXPLANATION_SCHEMA,
        vendor: &plan.vendor,
        revision: &plan.revision,
        input_hash: &plan.input_hash,
        currency: plan.currency.code(),
        period: &plan.period.label,
        as_of: plan.as_of.to_string(),
        learned: learned::documents(plan),
        conventions: ConventionsDocument::of(&plan.conventions),
        lines,
    };
    write_document(&document, out)
}

/// Why the quotas of some lines are what they are.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Explanation")]
pub(super) struct ExplanationDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.explanation/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies that made the proposal.
    revision: &'a str,
    /// Hash of the partner book.
    input_hash: &'a str,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// Planning period.
    period: &'a str,
    /// Nothing later than this day was looked at.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Numbers that the rules learned from the channel, ascending by name.
    learned: Vec<LearnedDocument<'a>>,
    /// Conventions by which the figures were computed.
    conventions: ConventionsDocument<'a>,
    /// The explained lines, in the plan's order.
    lines: Vec<ExplainedLineDocument<'a>>,
}

/// One explained line.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExplainedLine")]
struct ExplainedLineDocument<'a> {
    /// The line with its steps.
    line: LineOf<'a>,
    /// What would have had to be different.
    sensitivities: Vec<SensitivityDocument<'a>>,
}

/// The nearest change in what one factor indicates that moves the quota.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Sensitivity")]
struct SensitivityDocument<'a> {
    /// Factor.
    factor: &'a str,
    /// How far the quota is to move: `one rounding unit` or `5 %`.
    moves: &'static str,
    /// Which way it moves.
    direction: Direction,
    /// Revenue the factor indicates now.
    indicated_now: Money,
    /// Revenue it would have to indicate; null when no change of this factor alone does it.
    indicated_needed: Option<Money>,
    /// The quota with that.
    quota_then: Option<Money>,
    /// What else there is to say; may be empty.
    note: &'a str,
    /// The same in words.
    sentence: String,
}

impl<'a> SensitivityDocument<'a> {
    fn of(sensitivity: &'a Sensitivity, sentence: String) -> Self {
        Self {
            factor: &sensitivity.factor,
            moves: sensitivity.moves,
            direction: sensitivity.direction,
            indicated_now: sensitivity.indicated_now,
            indicated_needed: sensitivity.indicated_needed,
            quota_then: sensitivity.quota_then,
            note: &sensitivity.note,
            sentence,
        }
    }
}
