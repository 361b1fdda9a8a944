//! Facts of a policy case: the standing and the records that its author states.

use super::case_facts::{money, name, rate};
use super::manifest::Manifest;
use crate::channel::LineFacts;
use crate::document::{Item, Section};
use crate::script::{
    ExtraTables, FactKind, FactValue, PartnerRecords, PolicyFacts, ReviewFacts, StandingFacts, TableDeclaration,
};
use crate::units::{Currency, PlanningPeriod};
use chrono::NaiveDate;
use std::sync::Arc;

/// Reads what a case of a policy gives beside the facts of rules.
pub(super) fn facts(
    section: Section<'_>,
    line: LineFacts,
    as_of: NaiveDate,
    period: &PlanningPeriod,
    manifest: &Manifest,
) -> PolicyFacts {
    let given = section.section("facts");
    let of = given
        .and_then(|given| given.section("standing"))
        .map(|section| standing(section, line.channel.currency))
        .unwrap_or_default();
    let lines = given.map(|given| given.list("lines")).unwrap_or_default();
    let lines =
        lines.into_iter().filter_map(Item::section).map(|section| standing(section, line.channel.currency)).collect();
    let review = ReviewFacts::new(manifest.calendar, period, as_of, manifest.policies.tier_review);
    PolicyFacts::from_figures(Arc::new(line), of, lines, Arc::new(review), records(section, manifest))
}

fn records(section: Section<'_>, manifest: &Manifest) -> PartnerRecords {
    let given = section.section("tables");
    let table = |declaration: &TableDeclaration| {
        let rows = given.and_then(|given| given.get(&declaration.name)).and_then(Item::list).map(|rows| {
            let row = |item: Item<'_>| {
                let record = item.section()?;
                Some(declaration.columns.iter().map(|(name, kind)| value(record.get(name), *kind)).collect())
            };
            rows.into_iter().filter_map(row).collect()
        });
        (declaration.clone(), rows)
    };
    ExtraTables::of_one(manifest.tables.iter().map(table).collect())
}

/// A value as its column is declared; left out, or an empty text, is not known.
fn value(item: Option<Item<'_>>, kind: FactKind) -> FactValue {
    let Some(item) = item.filter(|item| item.as_text() != Some("")) else { return FactValue::NotKnown };
    let value = match kind {
        FactKind::Money | FactKind::Rate => item.number().map(FactValue::Number),
        FactKind::Count => item.count().map(FactValue::Count),
        FactKind::Truth => item.truth().map(FactValue::Truth),
        FactKind::Date => item.date().map(FactValue::Date),
        FactKind::Text | FactKind::List | FactKind::View => name(item).map(FactValue::Text),
    };
    value.unwrap_or(FactValue::NotKnown)
}

fn standing(section: Section<'_>, currency: Currency) -> StandingFacts {
    let money = |key: &str| section.get(key).and_then(money(currency));
    let rate = |key: &str| section.get(key).and_then(rate);
    StandingFacts {
        product_line: section.get("product_line").and_then(name),
        territory: section.get("territory").and_then(name),
        quota: money("quota"),
        actual: money("actual"),
        attainment: rate("attainment"),
        remaining_quota: money("remaining_quota"),
        open_pipeline: money("open_pipeline"),
        open_count: section.count("open_count"),
        overdue_pipeline: money("overdue_pipeline"),
        coverage_ratio: rate("coverage_ratio"),
        remaining_coverage_ratio: rate("remaining_coverage_ratio"),
        required_coverage: rate("required_coverage"),
        weighted_pipeline: money("weighted_pipeline"),
        weighted_coverage: rate("weighted_coverage"),
        expected_revenue: money("expected_revenue"),
        forecast: money("forecast"),
        forecast_gap: money("forecast_gap"),
        forecast_gap_share: rate("forecast_gap_share"),
        expected_to_date: money("expected_to_date"),
        pace_ratio: rate("pace_ratio"),
        run_rate: money("run_rate"),
        projected_actual: money("projected_actual"),
        required_run_rate: money("required_run_rate"),
        is_quota_met: section.truth("is_quota_met"),
        is_covered: section.truth("is_covered"),
        tier_minimum: money("tier_minimum"),
        tier_revenue: money("tier_revenue"),
        distance_to_tier_minimum: money("distance_to_tier_minimum"),
        periods_with_quota: section.count("periods_with_quota"),
        periods_at_quota: section.count("periods_at_quota"),
        previous_attainment: rate("previous_attainment"),
        streak: section.count("streak"),
    }
}
