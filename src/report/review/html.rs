//! A review as one HTML page without any other file: read on screen, sent by mail, printed on A4.

use super::{Reviewed, table, words};
use crate::channel::Identity;
use crate::columns;
use crate::decision::{Grounds, TierMove, reasons, requirement_text};
use crate::figure::Column;
use crate::performance::{Dimension, Group, Pacing, Standing};
use crate::report::ReportFault;
use crate::report::cells::shown;
use crate::report::figures::{Figures, about_book, clipped, count, counted, multiple, rate_text, readable, short_hash};
use crate::report::html::{FindingText, Grid, Section, Tile, finding_text};
use crate::report::picture::{Bars, ClassBar, CoverageSpot, Histogram, Scatter, templates};
use crate::review::{PartnerReview, ReviewSummary};
use crate::units::{Money, Rate};
use minijinja::value::Serde;
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;
use std::io::Write;

/// Partners shown in the list of cases.
const CASES: usize = 300;
/// Partners in the table.
const PARTNERS: usize = 2_000;
/// Points of the scatter.
const POINTS: usize = 2_000;
/// Names in the scatter.
const NAMES: usize = 12;
/// Bars of the forecast gap: shortfalls and surpluses.
const GAPS: (usize, usize) = (18, 6);
/// Faults and warnings shown.
const FAULTS: usize = 200;

/// Writes a review as one HTML page.
///
/// Beyond 2,000 partners the table shows the most pressing ones, and beyond 300 cases the list of cases does; the page
/// says so.
pub fn write_review(reviewed: &Reviewed<'_>, out: &mut impl Write) -> Result<(), ReportFault> {
    let page = View::of(reviewed).page()?;
    let mut buffered = crate::report::figures::CleanWriter::page(std::io::BufWriter::new(out));
    let environment = templates()?;
    environment.get_template("review.html")?.render_captured_to(Serde(page), &mut buffered)?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    Ok(())
}

/// Figures of a group beside its name.
const GROUP: &[Column<Group>] = columns!(Group;
    |group| Some(group) => Group {
        partners, quota, actual, attainment, pace_ratio, coverage_ratio, at_quota_by_count, forecast_gap
    }
);

/// Names of a partner beside its own and its id.
const PROFILE: &[Column<PartnerReview>] = columns!(PartnerReview;
    |review| Some(&review.standing.identity) => Identity { tier, account_manager }
);

/// Figures of a partner.
const FIGURES: &[Column<PartnerReview>] = columns!(PartnerReview;
    |review| Some(&review.standing.whole) => Standing { quota, actual, attainment }
    |review| Some(&review.standing.whole.pacing) => Pacing { pace_ratio }
    |review| Some(&review.standing.whole) => Standing { remaining_coverage_ratio, required_coverage, forecast_gap }
);

#[derive(Serialize)]
struct Page {
    vendor: String,
    period: String,
    about: String,
    revision: String,
    input_hash: String,
    sections: Vec<Section>,
    tiles: Vec<Tile>,
    sentence: String,
    cases: Vec<Case>,
    cases_note: String,
    tiers: Option<Grid>,
    changes: Vec<Case>,
    incentives: Option<Grid>,
    attainment: Histogram,
    attainment_note: String,
    coverage: Option<Scatter>,
    coverage_note: String,
    gaps: Option<Bars>,
    gaps_note: String,
    shortfall: Option<Grid>,
    rollups: Vec<Grid>,
    partners: Grid,
    faults: Vec<FindingText>,
    fault_count: usize,
    warnings: Vec<FindingText>,
    conventions: Vec<String>,
}

/// A decision with its reasons.
#[derive(Serialize)]
struct Case {
    severity: String,
    name: String,
    what: String,
    about: String,
    is_open: bool,
    reasons: Vec<String>,
    changes: Vec<String>,
}

struct View<'a> {
    reviewed: &'a Reviewed<'a>,
    figures: Figures,
}

impl<'a> View<'a> {
    fn of(reviewed: &'a Reviewed<'a>) -> Self {
        Self { reviewed, figures: words::figures().typographic() }
    }

    fn page(&self) -> Result<Page, ReportFault> {
        let review = self.reviewed.review;
        let outcome = &self.reviewed.outcome;
        let cases = self.cases();
        let coverage = self.coverage();
        let gaps = self.gaps()?;
        let fault = |fault: &crate::review::PartnerFault| {
            let mut text = finding_text(&fault.finding);
            text.message = format!("{}: {}", clipped(&fault.partner_id, 40), text.message);
            text
        };
        let mut page = Page {
            vendor: readable(&review.plugin.vendor),
            period: words::scope(review),
            about: self.about(),
            revision: review.plugin.revision.clone(),
            input_hash: review.book.input_hash.clone(),
            sections: Vec::new(),
            tiles: self.tiles(),
            sentence: self.sentence(),
            cases_note: if outcome.summary.cases > cases.len() {
                format!("Shown: the first {} of {} cases.", count(cases.len()), count(outcome.summary.cases))
            } else {
                String::new()
            },
            cases,
            tiers: self.tiers(),
            changes: self.tier_changes(),
            incentives: self.incentives(),
            attainment: self.attainment(),
            attainment_note: self.attainment_note(),
            coverage_note: self.coverage_note(),
            coverage,
            gaps_note: self.gaps_note(gaps.is_some()),
            gaps,
            shortfall: self.shortfall(),
            rollups: self.rollups(),
            partners: self.partners(),
            faults: outcome.faults.iter().take(FAULTS).map(fault).collect(),
            fault_count: outcome.faults.len() + outcome.faults_left_out,
            warnings: review.warnings().iter().take(FAULTS).map(finding_text).collect(),
            conventions: self.conventions(),
        };
        page.sections = page.sections();
        Ok(page)
    }

    fn channel(&self) -> Option<&Group> {
        self.reviewed.outcome.rollup.channel()
    }

    fn about(&self) -> String {
        let review = self.reviewed.review;
        let period = &review.setting.period;
        let through = review.standings().actual_through();
        let through = through.map_or_else(
            || "no month of the period is complete".to_owned(),
            |month| format!("revenue through {}", month.last_day()),
        );
        format!(
            "{} to {} · as of {} · {through} · amounts in {}, whole · revision {}",
            period.first_day(),
            period.last_day(),
            review.setting.as_of,
            review.book.currency,
            short_hash(&review.plugin.revision) + about_book(review.book.summary.as_deref()).as_str(),
        )
    }

    fn tiles(&self) -> Vec<Tile> {
        let (summary, figures) = (&self.reviewed.outcome.summary, self.figures);
        let known = |text: String| if text.is_empty() { "not known".to_owned() } else { text };
        let tile = |name, figure: String, note: String| Tile { name, figure: known(figure), note, is_main: false };
        let partners = counted(summary.partners, "partner", "partners");
        let Some(group) = self.channel() else { return vec![tile("Partners", count(summary.partners), String::new())] };
        let pace = group.pace_ratio.map(|pace| format!("{} of what is expected to date", figures.percent(pace)));
        let gap = group.forecast_gap.map(|gap| figures.signed(gap)).unwrap_or_default();
        let forecasts = counted(group.forecast_partners, "partner", "partners");
        let mut tiles = vec![
            tile("Attainment", figures.share(group.attainment), pace.unwrap_or_default()),
            tile("Quota", figures.known(group.quota), format!("{} of {partners}", count(group.with_quota))),
            tile("Closed revenue", figures.known(group.actual), table::beside(group, figures)),
            tile("Open pipeline", figures.known(group.open_pipeline), table::covered(self.reviewed)),
            tile("Coverage", multiple(group.coverage_ratio), "of the full quota".to_owned()),
            tile("Forecast gap", gap, format!("{forecasts} with forecast and quota")),
        ];
        if summary.cases > 0 {
            tiles.push(tile("To act on", count(summary.cases), "partners with an intervention".to_owned()));
        }
        if summary.failed > 0 {
            tiles.push(tile("Failed", count(summary.failed), format!("of {partners}; the rest stands")));
        }
        if let Some(first) = tiles.first_mut() {
            first.is_main = true;
        }
        tiles
    }

    fn sentence(&self) -> String {
        let Some(group) = self.channel() else { return "No partner could be reviewed.".to_owned() };
        let rollup = &self.reviewed.outcome.rollup;
        let at_quota = group.bands.target + group.bands.excellence;
        let mut sentence = format!("{} at or above quota", counted(at_quota, "partner stands", "partners stand"));
        if let Some(share) = group.at_quota_by_count {
            sentence.push_str(&format!(" ({} of those with a quota)", self.figures.percent(share)));
        }
        let (at, below) = (rollup.consistently_at_quota.len(), rollup.consistently_below_quota.len());
        if at + below > 0 {
            let past = format!("; over past periods {} consistently meet it and {} miss it", count(at), count(below));
            sentence.push_str(&past);
        }
        sentence + "."
    }

    fn cases(&self) -> Vec<Case> {
        let actions = words::actions(self.reviewed);
        let case = |(rank, action): (usize, &words::Action<'_>)| {
            let interventions = action.partner.decisions.iter().flat_map(|decisions| &decisions.interventions);
            let mut case = Case {
                severity: action.severity.as_str().to_owned(),
                name: name_of(action.partner),
                what: action.what.clone(),
                about: [action.owner.clone(), due(&action.due)]
                    .into_iter()
                    .filter(|one| !one.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
                is_open: rank < 5,
                reasons: Vec::new(),
                changes: Vec::new(),
            };
            interventions.for_each(|one| case.add(&one.grounds, &words::kind(one.kind)));
            case
        };
        actions.iter().take(CASES).enumerate().map(case).collect()
    }

    fn tiers(&self) -> Option<Grid> {
        let summary = &self.reviewed.outcome.summary;
        let mut grid = Grid::new("Tier decisions", &["decision", "from", "to", "count"], 3);
        let name = |name: &Option<crate::channel::Name>| clipped(name.as_deref().unwrap_or("no tier"), 40);
        if let Some(retained) = summary.moves.get(&TierMove::Retain) {
            grid.row(["retain".to_owned(), String::new(), String::new(), count(*retained)], false);
        }
        for (change, number) in &summary.tier_changes {
            let cells = [change.decision.as_str().to_owned(), name(&change.from), name(&change.to), count(*number)];
            grid.row(cells, false);
        }
        grid.unless_empty()
    }

    fn tier_changes(&self) -> Vec<Case> {
        let changes = self.reviewed.kept.partners.iter().flat_map(|partner| {
            partner.tier_changes().map(move |tier| {
                let mut case = Case {
                    severity: tier.decision.as_str().to_owned(),
                    name: name_of(partner),
                    what: words::tier_move(tier),
                    about: words::tier_days(tier),
                    is_open: false,
                    reasons: Vec::new(),
                    changes: Vec::new(),
                };
                case.add(&tier.grounds, "");
                case
            })
        });
        changes.take(CASES).collect()
    }

    fn incentives(&self) -> Option<Grid> {
        let mut grid = Grid::new("Incentives", &["incentive", "awarded", "withheld", "amount", "points"], 1);
        for (name, tally) in &self.reviewed.outcome.summary.incentives {
            let points = tally.points.map(rate_text).unwrap_or_default();
            let amount = self.figures.known(tally.amount);
            grid.row([clipped(name, 60), count(tally.awarded), count(tally.withheld), amount, points], false);
        }
        grid.unless_empty()
    }

    fn attainment(&self) -> Histogram {
        let summary = &self.reviewed.outcome.summary;
        let held = |class: &usize| summary.attainment[*class] > 0;
        let first = (0..ReviewSummary::CLASSES).find(held).unwrap_or(0);
        let last = (0..ReviewSummary::CLASSES).rfind(held).unwrap_or(0).max(10);
        let class = |class: usize| ClassBar {
            label: if class + 1 == ReviewSummary::CLASSES {
                "200 % and more".to_owned()
            } else {
                format!("{} to {} %", class * 10, class * 10 + 10)
            },
            class: if class >= 10 { "factor" } else { "down" },
            number: summary.attainment[class],
            note: String::new(),
        };
        let mut classes: Vec<ClassBar> = (first.min(10)..=last).map(class).collect();
        if summary.attainment_undefined > 0 {
            let label = "not defined".to_owned();
            classes.push(ClassBar {
                label,
                class: "none-bar",
                number: summary.attainment_undefined,
                note: String::new(),
            });
        }
        Histogram::of_classes("Number of partners by attainment", classes)
    }

    fn attainment_note(&self) -> String {
        let Some(group) = self.channel() else { return String::new() };
        let (rules, bands) = (self.reviewed.outcome.rollup.rules, group.bands);
        format!(
            "{} below the threshold of {}, {} from there to target, {} from target to {}, {} above. Undefined: no quota, a quota of zero, or revenue that is not known.",
            count(bands.below_threshold),
            self.figures.percent(rules.threshold),
            count(bands.threshold),
            count(bands.target),
            self.figures.percent(rules.excellence),
            count(bands.excellence),
        )
    }

    /// Partners in the order in which they are named in pictures: to act on first, then by what is short of the quota.
    fn pressing(&self) -> Vec<&PartnerReview> {
        let mut partners: Vec<&PartnerReview> = self.reviewed.kept.partners.iter().collect();
        partners.sort_by_key(|partner| {
            let severity = partner.intervention().map(|one| one.severity);
            let short = partner.standing.whole.remaining_quota.map_or(Decimal::ZERO, Money::amount);
            (severity.is_none(), severity, Reverse(short), partner.standing.identity.partner_id.clone())
        });
        partners
    }

    fn coverage(&self) -> Option<Scatter> {
        let hundredths = |rate: Rate| -> Option<i128> {
            i128::try_from(rate.checked_mul(Decimal::ONE_HUNDRED)?.min(Decimal::from(1_000_000)).trunc()).ok()
        };
        let spot = |partner: &&PartnerReview| {
            let whole = &partner.standing.whole;
            let (coverage, required) = (whole.remaining_coverage_ratio?, whole.required_coverage?);
            let is_short = whole.is_covered == Some(false);
            let is_named =
                if self.reviewed.outcome.summary.cases > 0 { partner.intervention().is_some() } else { is_short };
            Some(CoverageSpot {
                required: hundredths(required)?,
                coverage: hundredths(coverage)?,
                is_short,
                title: format!(
                    "{}: {} of {} required, {} remaining",
                    name_of(partner),
                    multiple(Some(coverage)),
                    multiple(Some(required)),
                    self.figures.known(whole.remaining_quota),
                ),
                name: is_named.then(|| clipped(&partner.standing.identity.partner_name, 24)),
            })
        };
        let mut spots: Vec<CoverageSpot> = self.pressing().iter().filter_map(spot).take(POINTS).collect();
        let mut names = 0;
        for spot in &mut spots {
            names += usize::from(spot.name.is_some());
            spot.name = spot.name.take().filter(|_| names <= NAMES);
        }
        let title = format!("Coverage of the remaining quota against required coverage of {} partners", spots.len());
        (!spots.is_empty()).then(|| Scatter::of_coverage(title, &spots))
    }

    fn coverage_note(&self) -> String {
        let summary = &self.reviewed.outcome.summary;
        let who = if summary.cases > 0 { "the most urgent partners to act on" } else { "those with most quota left" };
        format!(
            "{} can carry what remains of the quota with their pipeline or have met it, {} cannot; of {} it is not known. Below the line the pipeline is too thin; named: {who}. Quotas already met are not drawn.",
            counted(summary.covered, "partner", "partners"),
            count(summary.not_covered),
            count(summary.coverage_undefined),
        )
    }

    fn gaps(&self) -> Result<Option<Bars>, ReportFault> {
        let gap = |partner: &'a PartnerReview| partner.standing.whole.forecast_gap.map(|gap| (gap, partner));
        let mut gaps: Vec<(Money, &PartnerReview)> = self.reviewed.kept.partners.iter().filter_map(gap).collect();
        let id = |gap: &(Money, &'a PartnerReview)| &gap.1.standing.identity.partner_id;
        gaps.sort_by(|a, b| a.0.amount().cmp(&b.0.amount()).then_with(|| id(a).cmp(id(b))));
        let (short, over): (Vec<_>, Vec<_>) = gaps.into_iter().partition(|(gap, _)| gap.is_negative());
        let skipped = over.len().saturating_sub(GAPS.1);
        let shown = short.into_iter().take(GAPS.0).chain(over.into_iter().skip(skipped));
        let row = |(gap, partner): (Money, &PartnerReview)| {
            let share = self.figures.growth(partner.standing.whole.forecast_gap_share);
            let text = format!("{} ({share})", self.figures.signed(gap));
            Ok((clipped(&partner.standing.identity.partner_name, 28), gap.to_minor()?, text))
        };
        let rows: Vec<(String, i128, String)> = shown.map(row).collect::<Result<_, ReportFault>>()?;
        Ok((!rows.is_empty()).then(|| Bars::of("Forecast minus quota, largest shortfalls first", rows)))
    }

    fn gaps_note(&self, is_drawn: bool) -> String {
        if is_drawn {
            "Forecast minus quota: the largest shortfalls, then the largest surpluses; in brackets as a share of the quota.".to_owned()
        } else {
            "No partner has both a forecast for the period that was submitted by the as-of day, and a quota.".to_owned()
        }
    }

    fn shortfall(&self) -> Option<Grid> {
        let group = self.channel().filter(|group| group.shortfall.partners > 0)?;
        let mut grid = Grid::new("Where the shortfall is", &["partner", "short of quota", "share"], 1);
        grid.note = table::concentration(group, self.figures);
        for one in &group.shortfall.largest {
            let partner = self.reviewed.review.book.partner(&one.partner_id);
            let name = partner.map(|partner| clipped(&partner.name, 60)).unwrap_or_default();
            let share = self.figures.share(one.amount.ratio_to(group.shortfall.total));
            grid.row(
                [format!("{name} ({})", clipped(&one.partner_id, 40)), self.figures.money(one.amount), share],
                false,
            );
        }
        Some(grid)
    }

    fn rollups(&self) -> Vec<Grid> {
        let dimensions = [
            Dimension::ReportingPeriod,
            Dimension::Tier,
            Dimension::Territory,
            Dimension::Vertical,
            Dimension::ProductLine,
            Dimension::AccountManager,
        ];
        dimensions.into_iter().filter_map(|dimension| self.rollup(dimension)).collect()
    }

    fn rollup(&self, dimension: Dimension) -> Option<Grid> {
        let groups: Vec<&Group> = self.reviewed.outcome.rollup.by(dimension).collect();
        if groups.iter().all(|group| group.name.is_none()) {
            return None;
        }
        let name = words::dimension(dimension);
        let headings: Vec<String> = GROUP.iter().map(|column| column.about.heading()).collect();
        let columns: Vec<&str> = std::iter::once(&*name).chain(headings.iter().map(String::as_str)).collect();
        let mut grid = Grid::new(&format!("By {name}"), &columns, 1);
        for group in groups.iter().take(FAULTS) {
            grid.row(self.group_cells(group), group.forecast_gap.is_some_and(Money::is_negative));
        }
        if let Some(channel) = self.channel() {
            grid.sum(self.group_cells(channel));
        }
        Some(grid)
    }

    fn group_cells(&self, group: &Group) -> Vec<String> {
        let cell = |column: &Column<Group>| shown(self.figures, column.about, &(column.read)(group));
        std::iter::once(words::group_name(group, 60)).chain(GROUP.iter().map(cell)).collect()
    }

    fn partners(&self) -> Grid {
        let headings = |columns: &[Column<PartnerReview>]| -> Vec<String> {
            columns.iter().map(|column| column.about.heading()).collect()
        };
        let (names, figures) = (headings(PROFILE), headings(FIGURES));
        let columns = ["partner", "id"].into_iter().chain(names.iter().map(String::as_str)).chain(["decision"]);
        let columns: Vec<&str> = columns.chain(figures.iter().map(String::as_str)).collect();
        let mut grid = Grid::new("Partners", &columns, columns.len() - FIGURES.len());
        let (kept, all) = (self.reviewed.kept.partners.len().min(PARTNERS), self.reviewed.outcome.summary.partners);
        if kept < all {
            grid.note =
                format!("the {} most pressing of {}; all are in the CSV and JSON formats", count(kept), count(all));
        }
        for partner in self.pressing().into_iter().take(PARTNERS) {
            let gap = partner.standing.whole.forecast_gap;
            grid.row(self.partner_cells(partner), gap.is_some_and(Money::is_negative));
        }
        grid
    }

    fn partner_cells(&self, partner: &PartnerReview) -> Vec<String> {
        let identity = &partner.standing.identity;
        let tiers = partner.tier_changes().map(words::tier_move);
        let severity =
            partner.intervention().map(|one| format!("{} ({})", words::kind(one.kind), one.severity.as_str()));
        let decision: Vec<String> = tiers.chain(severity).collect();
        let cell = |column: &Column<PartnerReview>| shown(self.figures, column.about, &(column.read)(partner));
        [clipped(&identity.partner_name, 80), clipped(&identity.partner_id, 40)]
            .into_iter()
            .chain(PROFILE.iter().map(cell))
            .chain([decision.join("; ")])
            .chain(FIGURES.iter().map(cell))
            .collect()
    }

    fn conventions(&self) -> Vec<String> {
        let conventions = &self.reviewed.review.setting.conventions;
        vec![
            "Attainment is closed revenue of complete months ÷ quota in force (after ramp and proration); groups are Σ ÷ Σ, never a mean of percentages.".to_owned(),
            "Coverage in roll-ups is the open pipeline at full value ÷ the full quota; in the table of partners and the picture it is ÷ the remaining quota. Overdue opportunities are no pipeline.".to_owned(),
            format!(
                "Required coverage is 1 ÷ win rate {}, from deals closed in the {} months before the as-of day; with fewer than {} deals the rate is drawn towards that of the partner's {}.",
                words::spaced(conventions.win_rate_basis.as_str()),
                conventions.win_rate_window,
                conventions.few_deals,
                conventions.win_rate_segment.as_str(),
            ),
            "Pace is closed revenue ÷ the share of the quota that the season lets expect by now. A figure that is not known is left empty; it is never zero.".to_owned(),
        ]
    }
}

impl Page {
    fn sections(&self) -> Vec<Section> {
        let sections = [
            (!self.cases.is_empty(), "cases", "To act on"),
            (self.tiers.is_some(), "tiers", "Tiers"),
            (self.incentives.is_some(), "incentives", "Incentives"),
            (true, "attainment", "Attainment"),
            (self.coverage.is_some(), "coverage", "Coverage"),
            (true, "forecast", "Forecast gap"),
            (!self.rollups.is_empty(), "rollups", "Roll-ups"),
            (!self.faults.is_empty(), "faults", "Faults"),
            (!self.warnings.is_empty(), "warnings", "Warnings"),
            (true, "partners", "Partners"),
            (true, "conventions", "How figures are defined"),
        ];
        sections.into_iter().filter(|section| section.0).map(|(_, id, name)| Section { id, name }).collect()
    }
}

impl Case {
    fn add(&mut self, grounds: &Grounds, of: &str) {
        let said = reasons(grounds)
            .into_iter()
            .map(|reason| if of.is_empty() { readable(&reason) } else { format!("{of}: {}", readable(&reason)) });
        self.reasons.extend(said);
        if !grounds.because.is_empty() {
            self.reasons.extend(grounds.requirements.iter().map(|one| readable(&requirement_text(one))));
        }
        self.changes.extend(grounds.would_change.iter().map(|change| readable(change)));
    }
}

fn name_of(partner: &PartnerReview) -> String {
    let standing = &partner.standing;
    format!("{} ({})", clipped(&standing.identity.partner_name, 80), clipped(&standing.identity.partner_id, 40))
}

fn due(day: &str) -> String {
    if day.is_empty() { String::new() } else { format!("due {day}") }
}
