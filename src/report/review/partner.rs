//! One partner of a review in full: figures with the reasons of what is missing, decisions with theirs.

use super::words;
use crate::columns;
use crate::decision::{Grounds, Severity, granted, reasons, requirement_text};
use crate::figure::Column;
use crate::performance::{Consistency, Pacing, Standing};
use crate::report::TableOptions;
use crate::report::cells::shown;
use crate::report::figures::{Figures, clipped, readable};
use crate::report::grid::{Grid, Left, Right, bold, wrapped};
use crate::review::{PartnerFault, PartnerReview, Review};
use comfy_table::Cell;

/// Renders one partner as text.
pub fn text(review: &Review<'_>, partner: &PartnerReview, faults: &[PartnerFault], options: &TableOptions) -> String {
    let standing = &partner.standing;
    let names = [
        &standing.identity.tier,
        &standing.identity.territory,
        &standing.identity.vertical,
        &standing.identity.account_manager,
    ];
    let about: Vec<String> = names.into_iter().flatten().map(|name| clipped(name, 60)).collect();
    let title = format!("{} {}", readable(&standing.identity.partner_id), readable(&standing.identity.partner_name));
    let day = format!("{} as of {}", review.setting.period, review.setting.as_of);
    let mut text = format!("{}\n{} · {day}\n\n", bold(&title, options.colour), about.join(" · "));
    text.push_str(&figures_of(&standing.whole, "Standing", options));
    if let Some(tier) = &standing.tier_standing {
        let figures = words::figures();
        let distance = tier.distance.map_or_else(|| "not known".to_owned(), |distance| figures.signed(distance));
        let minimum = figures.known(tier.minimum);
        text.push_str(&format!(" minimum of tier {}: {minimum}, distance {distance}\n", clipped(&tier.tier, 40)));
    }
    for line in &standing.lines {
        let parts = [&line.segment.product_line, &line.segment.territory];
        let name: Vec<String> = parts.into_iter().flatten().map(|part| clipped(part, 40)).collect();
        text.push_str(&format!("\n{}", figures_of(&line.standing, &name.join(" · "), options)));
    }
    text.push_str(&decisions(partner, options));
    for fault in faults {
        text.push_str(&format!(
            "\nfault: {}\n  {}\n",
            readable(&fault.finding.message()),
            readable(&fault.finding.advice())
        ));
    }
    text
}

/// Figures of the page, in order.
const FIGURES: &[Column<Standing>] = columns!(Standing;
    |standing| Some(standing) => Standing {
        quota, actual, attainment, remaining_quota, open_pipeline, coverage_ratio, remaining_coverage_ratio,
        required_coverage, weighted_pipeline, forecast, forecast_gap
    }
    |standing| Some(&standing.pacing) => Pacing { expected_to_date, pace_ratio, required_run_rate_per_month }
    |standing| Some(&standing.consistency) => Consistency { periods_at_quota }
);

fn figures_of(standing: &Standing, title: &str, options: &TableOptions) -> String {
    let figures = words::figures();
    let mut grid = Grid::new(title, options, &[("figure", Left), ("", Right), ("", Left)]);
    for column in FIGURES {
        let name = column.about.name;
        let figure = match name {
            "periods_at_quota" => periods(standing),
            _ => shown(figures, column.about, &(column.read)(standing)),
        };
        let (figure, note) = if figure.is_empty() {
            ("–".to_owned(), reason(standing, name).unwrap_or_default().to_owned())
        } else {
            (figure, note(standing, figures, name))
        };
        grid.row([column.about.heading(), figure, note].map(Cell::new));
    }
    grid.text()
}

/// `3 of 4`, or nothing without a past period.
fn periods(standing: &Standing) -> String {
    let record = &standing.consistency;
    match record.periods_with_quota {
        None | Some(0) => String::new(),
        Some(all) => format!("{} of {all}", record.periods_at_quota.unwrap_or_default()),
    }
}

/// Why a figure is not known; some share their reason with the figure they are made of.
fn reason(standing: &Standing, name: &str) -> Option<&'static str> {
    let figure = match name {
        "remaining_quota" => "attainment",
        "pace_ratio" => "expected_to_date",
        "periods_at_quota" => "consistency",
        name => name,
    };
    standing.absent.iter().find(|absent| absent.figure == figure).map(|absent| absent.why)
}

/// What is said beside a figure.
fn note(standing: &Standing, figures: Figures, name: &str) -> String {
    match name {
        "remaining_quota" if standing.is_quota_met == Some(true) => "met".to_owned(),
        "remaining_coverage_ratio" => match standing.is_covered {
            Some(true) => "enough".to_owned(),
            Some(false) => "not enough".to_owned(),
            None => String::new(),
        },
        "required_coverage" => standing.close_rates.basis(standing.required_coverage_basis),
        "forecast_gap" => figures.growth(standing.forecast_gap_share),
        "expected_to_date" => standing.pacing.basis.map(|basis| words::spaced(basis.as_str())).unwrap_or_default(),
        _ => String::new(),
    }
}

fn decisions(partner: &PartnerReview, options: &TableOptions) -> String {
    let Some(decisions) = &partner.decisions else { return String::new() };
    let figures = words::figures();
    let mut text = String::new();
    let mut part = |title: String, grounds: &Grounds| {
        text.push_str(&format!("\n{}\n{}", bold(&title, options.colour), grounds_text(grounds, options.width)));
    };
    for tier in &decisions.tiers {
        part(
            format!("Tier: {} {}", words::tier_move(tier), words::tier_days(tier)).trim_end().to_owned(),
            &tier.grounds,
        );
    }
    for incentive in &decisions.incentives {
        let what = granted(incentive, |money| figures.exact(money));
        part(
            format!("Incentive: {}, {what}", readable(&incentive.name)).trim_end_matches([',', ' ']).to_owned(),
            &incentive.grounds,
        );
    }
    for one in &decisions.interventions {
        let owner = partner.owner(one).map(|name| format!(", {}", readable(name))).unwrap_or_default();
        let due = one.due.map(|day| format!(", due {day}")).unwrap_or_default();
        let severity: Severity = one.severity;
        part(format!("Intervention: {} ({}){owner}{due}", words::kind(one.kind), severity.as_str()), &one.grounds);
    }
    text
}

fn grounds_text(grounds: &Grounds, width: u16) -> String {
    let mut lines: Vec<String> =
        reasons(grounds).iter().map(|reason| format!("because {}", readable(reason))).collect();
    if !grounds.because.is_empty() {
        lines.extend(grounds.requirements.iter().map(|one| format!("looked at {}", readable(&requirement_text(one)))));
    }
    lines.extend(grounds.would_change.iter().map(|change| format!("would change: {}", readable(change))));
    // Lines of one reason are indented below its first word.
    let broken = |line: String| wrapped(&line, "    ", width).replacen("    ", "  ", 1);
    lines.into_iter().map(broken).collect()
}
