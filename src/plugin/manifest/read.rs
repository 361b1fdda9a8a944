//! Reading of a manifest.

use super::cohorts;
use super::conventions;
use super::health;
use super::identifier::is_identifier;
use super::parameters;
use super::plausibility;
use super::unusual;
use super::{
    API, Eligibility, GuardrailRules, Manifest, Phasing, PolicyRules, PriorBasis, Reserve, Seasonality, Tier, TierScope,
};
use crate::channel::Name;
use crate::document::{Document, Item, Section};
use crate::finding::Finding;
use crate::plugin::fault::ManifestFault;
use crate::quota::{Basis, Grain, OnViolation};
use crate::script::{FactKind, ReviewCadence, TableDeclaration};
use crate::units::{Currency, FiscalCalendar, Rate, ReportingPeriods};
use rust_decimal::Decimal;

/// Reads a manifest; every fault is reported to `document`.
pub(super) fn read(document: &Document, is_quota_setting: bool) -> Option<Manifest> {
    let root = document.root();
    if let Some(api) = root.require("api", "api = 1")
        && let Some(version) = api.count()
        && version != API
    {
        api.reject(ManifestFault::ApiVersion { version, supported: API });
    }
    let name = root.require("name", "name = \"The vendor's name\"").and_then(Item::text).unwrap_or_default().to_owned();
    let currency = root.get("currency").and_then(currency);
    let plan = root.section("plan");
    let in_plan = |key: &str| plan.and_then(|plan| plan.get(key));
    let first_month = in_plan("fiscal_year_starts").map_or(Some(1), fiscal_month);
    let weights = root.section("weights");
    if is_quota_setting && weights.is_none() {
        root.require("weights", "[weights]` with one line per factor, such as `history = 0.60");
    }
    let basis = in_plan("basis").and_then(|item| item.word(&Basis::PAIRS)).unwrap_or(Basis::Indicated);
    let grain = in_plan("grain").and_then(|item| item.word(&Grain::PAIRS)).unwrap_or(Grain::Partner);
    let guardrails = root.section("guardrails");
    check_guardrails(guardrails, basis, grain);
    let tables = root.section("tables").map(read_tables).unwrap_or_default();
    let conventions = root.section("conventions").map(conventions::read).unwrap_or_default();
    let attributes = root.section("attributes").map(read_attributes).unwrap_or_default();
    let manifest = Manifest {
        name,
        currency,
        calendar: FiscalCalendar::new(first_month.unwrap_or(1))?,
        period_months: in_plan("period").and_then(|item| item.word(PERIODS)).unwrap_or(12),
        reporting: in_plan("reporting").and_then(|item| item.word(REPORTING)).unwrap_or(ReportingPeriods::Quarters),
        grain,
        basis,
        rounding_unit: in_plan("rounding_unit").and_then(positive_money),
        prior: in_plan("prior").and_then(|item| item.word(&PriorBasis::PAIRS)).unwrap_or_default(),
        annualise_newcomers: in_plan("annualise_newcomers").and_then(|item| item.truth()).unwrap_or(false),
        newcomer_months: in_plan("newcomer_months")
            .and_then(|item| item.number_in(Decimal::ZERO, Decimal::from(120)).and_then(|_| item.count()))
            .unwrap_or(12),
        weights: weights.map(|section| read_weights(document, section)).unwrap_or_default(),
        guardrails: read_guardrails(guardrails),
        tiers: root.section("tiers").map(read_tiers).unwrap_or_default(),
        over_assignment: root.section("over_assignment").map(read_over_assignment).unwrap_or_default(),
        reserve: root.section("reserve").and_then(read_reserve),
        eligibility: root.section("eligibility").map(read_eligibility).unwrap_or_default(),
        phasing: read_phasing(root.section("phasing")),
        health: root.section("health").map(health::read).unwrap_or_default(),
        plausibility: root.section("plausibility").map(plausibility::read).unwrap_or_default(),
        parameters: root
            .section("parameters")
            .map(|section| parameters::read(section, &attributes, &conventions))
            .unwrap_or_default(),
        cohorts: root.section("cohorts").map(|section| cohorts::read(section, &attributes)).unwrap_or_default(),
        conventions,
        attributes,
        policies: root.section("policies").map(|section| read_policies(section, &tables)).unwrap_or_default(),
        tables,
    };
    unusual::report(root, &manifest);
    Some(manifest)
}

/// Reports guardrails that do not fit the plan's basis or grain.
fn check_guardrails(guardrails: Option<Section<'_>>, basis: Basis, grain: Grain) {
    let get = |key: &str| guardrails.and_then(|section| section.get(key));
    if let Some(item) = get("stretch_ceiling").filter(|_| basis == Basis::FairShare) {
        item.reject(ManifestFault::StretchOnFairShare {});
    }
    if let Some(item) = get("tier_minimum").filter(|_| grain != Grain::Partner)
        && item.as_truth() == Some(true)
    {
        item.reject(ManifestFault::TierMinimumGrain {});
    }
}

const PERIODS: &[(&str, u32)] = &[("year", 12), ("half", 6), ("quarter", 3), ("month", 1)];
const REPORTING: &[(&str, ReportingPeriods)] =
    &[("quarter", ReportingPeriods::Quarters), ("month", ReportingPeriods::Months), ("whole", ReportingPeriods::Whole)];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn fiscal_month(item: Item<'_>) -> Option<u32> {
    let word = item.text()?.to_lowercase();
    let found = MONTHS.iter().position(|month| *month == word);
    if found.is_none() {
        item.reject(ManifestFault::Month { text: word });
    }
    found.map(|index| index as u32 + 1)
}

fn currency(item: Item<'_>) -> Option<Currency> {
    match item.text()?.parse() {
        Ok(currency) => Some(currency),
        Err(unknown) => {
            let unknown: crate::units::UnknownCurrency = unknown;
            item.reject(ManifestFault::Currency { reason: unknown.to_string() });
            None
        }
    }
}

fn money(item: Item<'_>) -> Option<Decimal> {
    item.number_in(Decimal::ZERO, Decimal::from(10_000_000_000_000_i64))
}

fn positive_money(item: Item<'_>) -> Option<Decimal> {
    let money = money(item)?;
    if money.is_zero() {
        item.reject(ManifestFault::ZeroRoundingUnit {});
        return None;
    }
    Some(money)
}

fn rate_in(item: Item<'_>, low: i64, high: i64) -> Option<Rate> {
    item.number_in(Decimal::from(low), Decimal::from(high))
}

fn read_weights(document: &Document, section: Section<'_>) -> Vec<(Name, Rate)> {
    let entries = section.entries();
    let weights: Vec<(Name, Rate)> = entries
        .iter()
        .filter_map(|(key, item)| rate_in(*item, 0, 1).map(|weight| (Name::from(*key), weight)))
        .collect();
    let sum: Decimal = weights.iter().map(|(_, weight)| *weight).sum();
    if weights.len() == entries.len() && sum != Decimal::ONE {
        let (sum, gap) = (sum.normalize(), (Decimal::ONE - sum).normalize());
        let mut finding = Finding::from(ManifestFault::WeightSum { sum, gap });
        if let Some((_, item)) = entries.last() {
            finding = finding.at(item.place("the last of them"));
        }
        document.report(finding);
    }
    weights
}

fn read_guardrails(section: Option<Section<'_>>) -> GuardrailRules {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let floor = get("growth_floor");
    let growth_floor = floor.and_then(|item| rate_in(item, -1, 10));
    let growth_ceiling = get("growth_ceiling").and_then(|item| rate_in(item, -1, 100));
    if let (Some(item), Some(low), Some(high)) = (floor, growth_floor, growth_ceiling)
        && low > high
    {
        item.reject(ManifestFault::GrowthBounds { floor: low, ceiling: high });
    }
    GuardrailRules {
        on_violation: get("on_violation").and_then(|item| item.word(&OnViolation::PAIRS)).unwrap_or_default(),
        growth_floor,
        growth_ceiling,
        stretch_ceiling: get("stretch_ceiling").and_then(|item| rate_in(item, 0, 100)),
        market_share_ceiling: get("market_share_ceiling").and_then(|item| rate_in(item, 0, 1)),
        tier_minimum: get("tier_minimum").and_then(Item::truth).unwrap_or(false),
    }
}

fn read_tiers(section: Section<'_>) -> Vec<Tier> {
    let entries = section.entries().into_iter();
    entries.filter_map(|(key, item)| money(item).map(|minimum| Tier { name: Name::from(key), minimum })).collect()
}

fn read_over_assignment(section: Section<'_>) -> Vec<(&'static str, Rate)> {
    ["channel", "territory", "product_line"]
        .into_iter()
        .filter_map(|level| {
            section
                .get(level)
                .and_then(|item| item.number_in(Decimal::new(-5, 1), Decimal::ONE))
                .map(|rate| (level, rate))
        })
        .filter(|(_, rate)| !rate.is_zero())
        .collect()
}

fn read_reserve(section: Section<'_>) -> Option<Reserve> {
    let amount = section.get("amount").map(|item| (item, money(item).map(Reserve::Amount)));
    let of_target = section.get("share_of_target").map(|item| (item, rate_in(item, 0, 1).map(Reserve::ShareOfTarget)));
    let of_bottom_up =
        section.get("share_of_bottom_up").map(|item| (item, rate_in(item, 0, 10).map(Reserve::ShareOfBottomUp)));
    let mut given = [amount, of_target, of_bottom_up].into_iter().flatten();
    let (_, reserve) = given.next()?;
    if let Some((second, _)) = given.next() {
        second.reject(ManifestFault::SecondReserve {});
    }
    reserve
}

fn read_eligibility(section: Section<'_>) -> Eligibility {
    Eligibility {
        minimum_prior_revenue: section.get("minimum_prior_revenue").and_then(money),
        minimum_trailing_12_months: section.get("minimum_trailing_12_months").and_then(money),
        requires_prior_revenue: section.truth("requires_prior_revenue").unwrap_or(false),
    }
}

fn read_phasing(section: Option<Section<'_>>) -> Phasing {
    let get = |key: &str| section.and_then(|section| section.get(key));
    let ramp = get("newcomer_ramp");
    let items = ramp.and_then(Item::list).unwrap_or_default();
    let newcomer_ramp: Vec<Rate> = items.iter().filter_map(|item| rate_in(*item, 0, 1000)).collect();
    if let Some(ramp) = ramp
        && newcomer_ramp.iter().all(Decimal::is_zero)
    {
        ramp.reject(ManifestFault::EmptyRamp {});
    }
    Phasing {
        seasonality: get("seasonality").and_then(|item| item.word(&Seasonality::PAIRS)).unwrap_or(Seasonality::Partner),
        newcomer_ramp,
    }
}

fn read_attributes(section: Section<'_>) -> Vec<(Name, FactKind)> {
    let mut attributes = read_kinds(section);
    attributes.sort_by(|a, b| a.0.cmp(&b.0));
    attributes
}

/// Names with the kinds declared for them, in the order written.
fn read_kinds(section: Section<'_>) -> Vec<(Name, FactKind)> {
    let declared = FactKind::DECLARABLE.map(|kind| (kind.as_str(), kind));
    let words: Vec<(&str, FactKind)> = declared.into_iter().chain([("number", FactKind::Rate)]).collect();
    let entries = section.entries().into_iter();
    entries.filter_map(|(key, item)| item.word(&words).map(|kind| (Name::from(key), kind))).collect()
}

fn read_policies(section: Section<'_>, tables: &[TableDeclaration]) -> PolicyRules {
    let tier_per = section.get("tier_per").and_then(|item| item.word(&TierScope::PAIRS)).unwrap_or_default();
    let tier_table = section.get("tier_table");
    if let Some(item) = tier_table
        && let Some(name) = item.text()
    {
        let declared = tables.iter().find(|table| *table.name == *name);
        let is_text = |table: &TableDeclaration, name: &str| {
            table.columns.iter().any(|(column, kind)| **column == *name && *kind == FactKind::Text)
        };
        if !declared.is_some_and(|table| is_text(table, "product_line") && is_text(table, "tier")) {
            item.reject(ManifestFault::TierTable { table: name.to_owned() });
        } else if tier_per == TierScope::Partner {
            item.reject(ManifestFault::TierTableUnused {});
        }
    }
    PolicyRules {
        tier_per,
        tier_table: tier_table.and_then(Item::text).map(Name::from),
        tier_review: section.get("tier_review").and_then(|item| item.word(&ReviewCadence::PAIRS)).unwrap_or_default(),
    }
}

fn read_tables(section: Section<'_>) -> Vec<TableDeclaration> {
    let table = |(key, item): (&str, Item<'_>)| {
        let columns = read_kinds(item.section()?);
        if !is_identifier(key) || TableDeclaration::is_reserved(key) {
            item.reject(ManifestFault::TableName { table: key.to_owned() });
            return None;
        }
        if let Some((name, _)) = columns.iter().find(|(name, _)| !is_identifier(name)) {
            item.reject(ManifestFault::ColumnName { column: name.to_string() });
            return None;
        }
        if columns.is_empty() {
            item.reject(ManifestFault::NoColumns { table: key.to_owned() });
            return None;
        }
        Some(TableDeclaration { name: Name::from(key), columns })
    };
    section.entries().into_iter().filter_map(table).collect()
}
