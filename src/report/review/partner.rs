//! One partner of a review in full: figures with the reasons of what is missing, decisions with theirs.

use super::words;
use crate::decision::{Grounds, Severity};
use crate::performance::Standing;
use crate::report::TableOptions;
use crate::report::figures::{clipped, readable};
use crate::report::table::{Grid, Left, Right, bold};
use crate::review::{PartnerFault, PartnerReview, Review, reasons, requirement_text};
use comfy_table::Cell;

/// Renders one partner as text.
pub fn text(review: &Review<'_>, partner: &PartnerReview, faults: &[PartnerFault], options: &TableOptions) -> String {
    let standing = &partner.standing;
    let names = [&standing.tier, &standing.territory, &standing.vertical, &standing.account_manager];
    let about: Vec<String> = names.into_iter().flatten().map(|name| clipped(name, 60)).collect();
    let title = format!("{} {}", readable(&standing.partner_id), readable(&standing.partner_name));
    let day = format!("{} as of {}", review.setting.period, review.setting.as_of);
    let mut text = format!("{}\n{} · {day}\n\n", bold(&title, options.colour), about.join(" · "));
    text.push_str(&figures_of(&standing.whole, "Standing", options));
    if let Some(tier) = &standing.tier_standing {
        let figures = words::figures();
        let distance = tier.distance.map_or_else(|| "not known".to_owned(), |distance| figures.signed(distance));
        let minimum = figures.money(tier.minimum);
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

fn figures_of(standing: &Standing, title: &str, options: &TableOptions) -> String {
    let figures = words::figures();
    let mut grid = Grid::new(title, options, &[("figure", Left), ("", Right), ("", Left)]);
    let rate = standing.close_rates.basis(standing.required_coverage_basis);
    let pacing = &standing.pacing;
    let record = &standing.consistency;
    let basis = pacing.basis.map(|basis| words::spaced(basis.as_str())).unwrap_or_default();
    let met = standing.is_quota_met.filter(|met| *met).map(|_| "met".to_owned()).unwrap_or_default();
    let covered = match standing.is_covered {
        Some(true) => "enough".to_owned(),
        Some(false) => "not enough".to_owned(),
        None => String::new(),
    };
    let past = format!("{} of {}", record.at_quota, record.past.len());
    let rows = [
        ("quota", figures.known(standing.quota), String::new(), "quota"),
        ("actual", figures.known(standing.actual), String::new(), "actual"),
        ("attainment", figures.share(standing.attainment), String::new(), "attainment"),
        ("remaining quota", figures.known(standing.remaining_quota), met, "attainment"),
        ("open pipeline", figures.known(standing.open_pipeline), String::new(), "open_pipeline"),
        ("coverage of full quota", words::multiple(standing.coverage_ratio), String::new(), "coverage_ratio"),
        (
            "coverage of remaining quota",
            words::multiple(standing.remaining_coverage_ratio),
            covered,
            "remaining_coverage_ratio",
        ),
        ("required coverage", words::multiple(standing.required_coverage), rate, "required_coverage"),
        ("weighted pipeline", figures.known(standing.weighted_pipeline), String::new(), "weighted_pipeline"),
        ("forecast", figures.known(standing.forecast), String::new(), "forecast"),
        (
            "forecast gap",
            standing.forecast_gap.map(|gap| figures.signed(gap)).unwrap_or_default(),
            figures.growth(standing.forecast_gap_share),
            "forecast_gap",
        ),
        ("expected to date", figures.known(pacing.expected_to_date), basis, "expected_to_date"),
        ("pace", figures.share(pacing.pace_ratio), String::new(), "expected_to_date"),
        ("required a month", figures.known(pacing.required_run_rate_per_month), String::new(), ""),
        (
            "past periods at quota",
            if record.past.is_empty() { String::new() } else { past },
            String::new(),
            "consistency",
        ),
    ];
    for (label, figure, note, key) in rows {
        let why = standing.absent.iter().find(|absent| absent.figure == key).map(|absent| absent.why.to_owned());
        let note = if figure.is_empty() { why.unwrap_or(note) } else { note };
        let figure = if figure.is_empty() { "–".to_owned() } else { figure };
        grid.row([label.to_owned(), figure, note].map(Cell::new));
    }
    grid.text()
}

fn decisions(partner: &PartnerReview, options: &TableOptions) -> String {
    let Some(decisions) = &partner.decisions else { return String::new() };
    let figures = words::figures();
    let mut text = String::new();
    let mut part = |title: String, grounds: &Grounds| {
        text.push_str(&format!("\n{}\n{}", bold(&title, options.colour), grounds_text(grounds)));
    };
    for tier in &decisions.tiers {
        part(
            format!("Tier: {} {}", words::tier_move(tier), words::tier_days(tier)).trim_end().to_owned(),
            &tier.grounds,
        );
    }
    for incentive in &decisions.incentives {
        let what = words::incentive(incentive, |money| figures.exact(money));
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

fn grounds_text(grounds: &Grounds) -> String {
    let mut lines: Vec<String> =
        reasons(grounds).iter().map(|reason| format!("  because {}", readable(reason))).collect();
    if !grounds.because.is_empty() {
        lines
            .extend(grounds.requirements.iter().map(|one| format!("  looked at {}", readable(&requirement_text(one)))));
    }
    lines.extend(grounds.would_change.iter().map(|change| format!("  would change: {}", readable(change))));
    lines.into_iter().map(|line| line + "\n").collect()
}
