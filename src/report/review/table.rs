//! A review on a terminal, for a channel account manager to read.

use super::words::Action;
use super::{Reviewed, words};
use crate::columns;
use crate::decision::TierMove;
use crate::figure::Column;
use crate::performance::{Dimension, Group};
use crate::report::cells::shown;
use crate::report::figures::{Figures, book_below, clipped, count, counted, multiple, rate_text, readable, short_hash};
use crate::report::grid::{Grid, Left, Right, bold, wrapped};
use crate::report::{ReportFault, TableOptions};
use crate::review::PartnerReview;
use crate::units::Money;
use comfy_table::{Cell, CellAlignment, Color};

/// Characters of a name.
const NAME: usize = 32;
/// Characters of a name in a case.
const CASE_NAME: usize = 22;
/// Indentation of the second line of a case.
const INDENT: &str = "          ";
/// Groups shown of one dimension.
const GROUPS: usize = 25;
/// Faults shown.
const FAULTS: usize = 10;

/// Renders a review as text: key figures, roll-ups, bands, whom to act on first, tiers, incentives, shortfall, faults.
pub fn review(reviewed: &Reviewed<'_>, options: &TableOptions) -> Result<String, ReportFault> {
    let figures = words::figures();
    let sheet = Sheet { reviewed, figures, options };
    let mut sections = vec![sheet.header(), sheet.by_stake()];
    sections.extend(sheet.rollups());
    sections.extend([sheet.bands(), sheet.actions(), sheet.tiers(), sheet.incentives(), sheet.shortfall()]);
    sections.extend([sheet.consistency(), sheet.faults()]);
    sections.retain(|section| !section.is_empty());
    Ok(sections.join("\n"))
}

/// Figures of a group beside its name.
const GROUP: &[Column<Group>] = columns!(Group;
    |group| Some(group) => Group {
        partners, quota, actual, attainment, coverage_ratio, forecast_gap, at_quota_by_count
    }
);

struct Sheet<'a> {
    reviewed: &'a Reviewed<'a>,
    figures: Figures,
    options: &'a TableOptions,
}

impl Sheet<'_> {
    fn channel(&self) -> Option<&Group> {
        self.reviewed.outcome.rollup.channel()
    }

    fn header(&self) -> String {
        let review = self.reviewed.review;
        let title = format!("{} · business review {}", readable(&review.plugin.vendor), words::scope(review));
        let through = review.standings().actual_through();
        let through = through.map_or_else(
            || "no month of the period is complete".to_owned(),
            |month| format!("revenue through {}", month.last_day()),
        );
        let about = format!(
            "as of {} · {through} · revision {} · {}",
            review.setting.as_of,
            short_hash(&review.plugin.revision),
            review.book.currency,
        ) + book_below(review.book.summary.as_deref(), self.options.width).as_str();
        let mut grid = Grid::untitled(self.options, &[("", Left), ("", Right), ("", Left)]);
        for row in self.key_figures() {
            grid.row(row.map(Cell::new));
        }
        format!("{}\n{about}\n\n{}", bold(&title, self.options.colour), grid.text())
    }

    fn key_figures(&self) -> Vec<[String; 3]> {
        let (summary, figures) = (&self.reviewed.outcome.summary, self.figures);
        let mut rows = Vec::new();
        let mut row = |label: &str, figure: String, note: String| rows.push([label.to_owned(), figure, note]);
        let partners = counted(summary.partners, "partner", "partners");
        let Some(group) = self.channel() else {
            row("partners", count(summary.partners), "nobody could be reviewed".to_owned());
            return rows;
        };
        let unknown = |text: String| if text.is_empty() { "not known".to_owned() } else { text };
        row("quota", unknown(figures.known(group.quota)), format!("of {} of {partners}", count(group.with_quota)));
        row("actual", unknown(figures.known(group.actual)), beside(group, figures));
        let pace = group.pace_ratio.map(|pace| format!("pace {}: 100 % is on track", figures.percent(pace)));
        row("attainment", unknown(figures.share(group.attainment)), pace.unwrap_or_default());
        row("open pipeline", unknown(figures.known(group.open_pipeline)), covered(self.reviewed));
        let on_full = "of the full quota".to_owned();
        row("coverage", unknown(multiple(group.coverage_ratio)), on_full);
        let gap = group.forecast_gap.map(|gap| figures.signed(gap)).unwrap_or_default();
        let share = group.forecast_gap_share.map(|share| format!("{} of quota, ", figures.growth(Some(share))));
        let forecasts = counted(group.forecast_partners, "partner", "partners");
        row("forecast gap", unknown(gap), format!("{}{forecasts} with forecast and quota", share.unwrap_or_default()));
        rows
    }

    fn rollups(&self) -> Vec<String> {
        let dimensions = [
            Dimension::ReportingPeriod,
            Dimension::Tier,
            Dimension::Territory,
            Dimension::Vertical,
            Dimension::ProductLine,
            Dimension::AccountManager,
        ];
        // The page of one account manager does not compare account managers.
        let is_shown = |one: &Dimension| *one != Dimension::AccountManager || self.reviewed.review.selected.is_none();
        dimensions.into_iter().filter(is_shown).map(|dimension| self.rollup(dimension)).collect()
    }

    fn rollup(&self, dimension: Dimension) -> String {
        let groups: Vec<&Group> = self.reviewed.outcome.rollup.by(dimension).collect();
        if groups.iter().all(|group| group.name.is_none()) {
            return String::new();
        }
        let name = words::dimension(dimension);
        let headings: Vec<String> = GROUP.iter().map(|column| column.about.heading()).collect();
        let figures = headings.iter().map(|heading| (heading.as_str(), Right));
        let columns: Vec<(&str, CellAlignment)> = std::iter::once((name.as_str(), Left)).chain(figures).collect();
        // Partners, those at quota, and coverage are left out first.
        let mut grid = Grid::new(&format!("By {name}"), self.options, &columns).optional(&[1, 7, 5]);
        for group in groups.iter().take(GROUPS) {
            grid.row(self.group_cells(group));
        }
        let mut text = grid.text();
        if groups.len() > GROUPS {
            text.push_str(&format!(" and {} more: use --format json\n", count(groups.len() - GROUPS)));
        }
        text
    }

    fn group_cells(&self, group: &Group) -> Vec<Cell> {
        // Where no member has a quota, all business is business without quota.
        let beside = Some(group.actual_without_quota).filter(|amount| group.with_quota == 0 && !amount.is_zero());
        let cell = |column: &Column<Group>| {
            let figure = shown(self.figures, column.about, &(column.read)(group));
            match column.about.name {
                "actual" if figure.is_empty() => Cell::new(self.figures.known(beside)),
                "forecast_gap" if group.forecast_gap.is_some_and(Money::is_negative) => {
                    Cell::new(figure).fg(Color::DarkYellow)
                }
                _ => Cell::new(figure),
            }
        };
        std::iter::once(Cell::new(words::group_name(group, NAME))).chain(GROUP.iter().map(cell)).collect()
    }

    fn bands(&self) -> String {
        let Some(group) = self.channel() else { return String::new() };
        let rules = self.reviewed.outcome.rollup.rules;
        let percent = |rate| self.figures.percent(rate);
        let bands = [
            (format!("{} and more: excellence", percent(rules.excellence)), group.bands.excellence),
            (format!("{} and more: target", percent(rules.target)), group.bands.target),
            (format!("{} and more: threshold", percent(rules.threshold)), group.bands.threshold),
            (format!("below {}", percent(rules.threshold)), group.bands.below_threshold),
            ("not defined".to_owned(), self.reviewed.outcome.summary.attainment_undefined),
        ];
        let most = bands.iter().map(|(_, partners)| *partners).max().unwrap_or(0).max(1);
        let room = usize::from(self.options.width.clamp(60, 120)) - 45;
        let mut grid = Grid::new("Attainment", self.options, &[("attainment", Left), ("partners", Right), ("", Left)]);
        for (label, partners) in bands {
            let bar = "█".repeat((partners * room / most).max(usize::from(partners > 0)));
            grid.row([label, count(partners), bar].map(Cell::new));
        }
        grid.text()
    }

    fn actions(&self) -> String {
        let summary = &self.reviewed.outcome.summary;
        if summary.cases == 0 {
            return String::new();
        }
        let actions = words::actions(self.reviewed);
        let title = format!("Whom to act on first ({})", counted(summary.cases, "case", "cases"));
        let mut text = bold(&title, self.options.colour) + "\n";
        for action in actions.iter().take(self.options.lines) {
            text.push_str(&self.action(action));
        }
        if summary.cases > self.options.lines {
            text.push_str(&format!(" and {} more: use --format csv\n", count(summary.cases - self.options.lines)));
        }
        let hint = "+1: one more finding of the same case; --partner ID shows every reason and what would change it";
        text + wrapped(hint, " ", self.options.width).as_str()
    }

    /// A case in two lines: urgency, date, partner and gap; then what is done by whom, and why.
    fn action(&self, action: &Action<'_>) -> String {
        let partner = &action.partner.standing.identity;
        let name = format!("{} {}", clipped(&partner.partner_id, 16), clipped(&partner.partner_name, NAME));
        let gap = action.gap.map(|gap| format!(" · gap {}", self.figures.signed(gap))).unwrap_or_default();
        let due = if action.due.is_empty() { String::new() } else { format!(" · due {}", action.due) };
        let first = format!(" {:<9}{name}{gap}{due}\n", action.severity.as_str());
        let more = if action.more > 0 { format!(" +{}", action.more) } else { String::new() };
        let owner = if action.owner.is_empty() { String::new() } else { format!(", {}", action.owner) };
        let said = format!("{}{more}{owner}: {}", words::kind(action.kind), readable(&action.reason));
        let room = 2 * usize::from(self.options.width).saturating_sub(INDENT.len()) - 12;
        first + wrapped(&clipped(&said, room.clamp(60, 240)), INDENT, self.options.width).as_str()
    }

    /// The partners of one account manager, what is most at stake first.
    fn by_stake(&self) -> String {
        if self.reviewed.review.selected.is_none() {
            return String::new();
        }
        let columns = [
            ("partner", Left),
            ("quota", Right),
            ("actual", Right),
            ("attainment", Right),
            ("gap", Right),
            ("manager", Left),
            ("action", Left),
            ("due", Left),
        ];
        let partners = &self.reviewed.kept.partners;
        let mut grid = Grid::new("By money at stake", self.options, &columns).optional(&[2, 3, 1, 6]);
        for partner in partners.iter().take(self.options.lines) {
            grid.row(self.stake_cells(partner));
        }
        let mut text = grid.text();
        let all = self.reviewed.outcome.summary.partners;
        if all > self.options.lines {
            text.push_str(&format!(" and {} more: use --format csv\n", count(all - self.options.lines)));
        }
        text + " gap: forecast - quota; actual - quota without a forecast,\n once the quota is met, and after the period\n"
    }

    fn stake_cells(&self, partner: &PartnerReview) -> [Cell; 8] {
        let (identity, whole) = (&partner.standing.identity, &partner.standing.whole);
        let action = partner.intervention();
        let manager = action.and_then(|action| partner.owner(action)).or(identity.account_manager.as_ref());
        let gap = whole.gap();
        let tint = |cell: Cell| if gap.is_some_and(Money::is_negative) { cell.fg(Color::DarkYellow) } else { cell };
        [
            Cell::new(format!("{} {}", clipped(&identity.partner_id, 16), clipped(&identity.partner_name, NAME))),
            Cell::new(self.figures.known(whole.quota)),
            Cell::new(self.figures.known(whole.actual)),
            Cell::new(self.figures.share(whole.attainment)),
            tint(Cell::new(gap.map(|gap| self.figures.signed(gap)).unwrap_or_default())),
            Cell::new(manager.map(|name| clipped(name, CASE_NAME)).unwrap_or_default()),
            Cell::new(action.map(|action| words::kind(action.kind)).unwrap_or_default()),
            Cell::new(action.and_then(|action| action.due).map(|day| day.to_string()).unwrap_or_default()),
        ]
    }

    fn tiers(&self) -> String {
        let summary = &self.reviewed.outcome.summary;
        if summary.moves.is_empty() {
            return String::new();
        }
        let mut grid = Grid::new("Tiers", self.options, &[("decision", Left), ("count", Right), ("partners", Left)]);
        if let Some(retained) = summary.moves.get(&TierMove::Retain) {
            grid.row(["retain".to_owned(), count(*retained), String::new()].map(Cell::new));
        }
        for (change, number) in &summary.tier_changes {
            let name = |name: &Option<crate::channel::Name>| clipped(name.as_deref().unwrap_or("no tier"), NAME);
            let label = format!("{}: {} → {}", change.decision.as_str(), name(&change.from), name(&change.to));
            let is_it = |partner: &&PartnerReview| {
                partner
                    .tier_changes()
                    .any(|tier| tier.decision == change.decision && tier.current == change.from && tier.to == change.to)
            };
            let ids = self.reviewed.kept.partners.iter().filter(is_it);
            let ids: Vec<String> =
                ids.take(8).map(|partner| clipped(&partner.standing.identity.partner_id, 16)).collect();
            let more = if *number > ids.len() { ", …" } else { "" };
            grid.row([label, count(*number), format!("{}{more}", ids.join(", "))].map(Cell::new));
        }
        grid.text()
    }

    fn incentives(&self) -> String {
        let summary = &self.reviewed.outcome.summary;
        if summary.incentives.is_empty() {
            return String::new();
        }
        let columns =
            [("incentive", Left), ("awarded", Right), ("withheld", Right), ("amount", Right), ("points", Right)];
        let mut grid = Grid::new("Incentives", self.options, &columns);
        for (name, tally) in &summary.incentives {
            let points = tally.points.map(rate_text).unwrap_or_default();
            let amount = self.figures.known(tally.amount);
            grid.row([clipped(name, NAME), count(tally.awarded), count(tally.withheld), amount, points].map(Cell::new));
        }
        grid.text()
    }

    fn shortfall(&self) -> String {
        let Some(group) = self.channel().filter(|group| group.shortfall.partners > 0) else { return String::new() };
        let shortfall = &group.shortfall;
        let columns = [("partner", Left), ("short of quota", Right), ("share", Right)];
        let mut grid = Grid::new("Where the shortfall is", self.options, &columns);
        for one in &shortfall.largest {
            let partner = self.reviewed.review.book.partner(&one.partner_id);
            let name = partner.map(|partner| clipped(&partner.name, NAME)).unwrap_or_default();
            let share = self.figures.share(one.amount.ratio_to(shortfall.total));
            let label = format!("{} {name}", clipped(&one.partner_id, 16));
            grid.row([label, self.figures.money(one.amount), share].map(Cell::new));
        }
        let text = grid.text();
        text + wrapped(&concentration(group, self.figures), " ", self.options.width).as_str()
    }

    fn consistency(&self) -> String {
        let rollup = &self.reviewed.outcome.rollup;
        let (at, below) = (rollup.consistently_at_quota.len(), rollup.consistently_below_quota.len());
        if at + below == 0 {
            return String::new();
        }
        format!(
            " {} consistently meet quota, {} consistently miss it\n",
            counted(at, "partner", "partners"),
            count(below)
        )
    }

    fn faults(&self) -> String {
        let outcome = &self.reviewed.outcome;
        if outcome.faults.is_empty() {
            return String::new();
        }
        let failed = counted(outcome.summary.failed, "partner", "partners");
        let title = format!("Faults: {failed} of {}", count(outcome.summary.partners));
        let mut grid = Grid::new(&title, self.options, &[("partner", Left), ("what is wrong", Left)]);
        for fault in outcome.faults.iter().take(FAULTS) {
            grid.row([clipped(&fault.partner_id, 16), clipped(&fault.finding.message(), 200)].map(Cell::new));
        }
        grid.text()
    }
}

/// What makes the shortfall: `1,342,076 short in all; 1 of 17 partners makes half of it, 4 make four fifths`.
pub(super) fn concentration(group: &Group, figures: Figures) -> String {
    let shortfall = &group.shortfall;
    format!(
        "{} short in all, of {}; {} of them make at least half of it, {} at least four fifths",
        figures.money(shortfall.total),
        counted(shortfall.partners, "partner", "partners"),
        count(shortfall.half),
        count(shortfall.four_fifths),
    )
}

/// Revenue beside the quotas.
pub(super) fn beside(group: &Group, figures: Figures) -> String {
    if group.actual_without_quota.is_zero() {
        return String::new();
    }
    format!("and {} of business without quota", figures.money(group.actual_without_quota))
}

/// How many partners' pipelines carry what remains.
pub(super) fn covered(reviewed: &Reviewed<'_>) -> String {
    let summary = &reviewed.outcome.summary;
    let known = summary.covered + summary.not_covered;
    let is_pipeline_known = reviewed.outcome.rollup.channel().is_some_and(|group| group.open_pipeline.is_some());
    if known == 0 || !is_pipeline_known {
        return String::new();
    }
    format!("carries the remaining quota of {} of {}", count(summary.covered), counted(known, "partner", "partners"))
}
