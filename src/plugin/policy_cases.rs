//! Facts of a policy case: the standing and the records that its author states.

use super::case_facts::{name, record};
use super::manifest::Manifest;
use crate::channel::LineFacts;
use crate::document::{Item, Section};
use crate::performance::{LineStanding, PartnerStanding, Standing};
use crate::script::{ExtraTables, FactKind, FactValue, PartnerRecords, PolicyFacts, ReviewFacts, TableDeclaration};
use crate::units::{Currency, PlanningPeriod};
use chrono::NaiveDate;
use std::sync::Arc;

/// Reads what a case of a policy gives beside the facts of rules.
pub(super) fn facts(
    section: Section<'_>,
    (line_facts, records): (LineFacts, PartnerRecords),
    as_of: NaiveDate,
    period: &PlanningPeriod,
    manifest: &Manifest,
) -> PolicyFacts {
    let stated = section.section("facts");
    let whole = stated.and_then(|stated| stated.section("standing"));
    let lines = stated.map(|stated| stated.list("lines")).unwrap_or_default();
    let currency = line_facts.channel.currency;
    let line = |section| LineStanding {
        segment: record(Some(section), currency),
        standing: standing(Some(section), currency),
    };
    let standing = PartnerStanding {
        whole: standing(whole, currency),
        lines: lines.into_iter().filter_map(Item::section).map(line).collect(),
        tier_standing: Some(record(whole, currency)),
        ..PartnerStanding::default()
    };
    let review = ReviewFacts::new(manifest.calendar, period, as_of, manifest.policies.tier_review);
    PolicyFacts::new(Arc::new(line_facts), Arc::new(standing), Arc::new(review), records)
}

fn standing(section: Option<Section<'_>>, currency: Currency) -> Standing {
    Standing { pacing: record(section, currency), consistency: record(section, currency), ..record(section, currency) }
}

/// Reads the records of the extra tables that a case states.
pub(super) fn records(section: Section<'_>, manifest: &Manifest) -> PartnerRecords {
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
        FactKind::Text | FactKind::List | FactKind::Group => name(item).map(FactValue::Text),
    };
    value.unwrap_or(FactValue::NotKnown)
}
