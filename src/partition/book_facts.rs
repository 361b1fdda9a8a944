//! The first round of a survey: what a book says apart from its partners, and which months it has revenue of.

use super::fault::PartitionFault;
use super::seen::Seen;
use super::written::{Exact, Written};
use crate::channel::{Attribute, ExtraTable, MarketCell, Name, PartnerBook, SegmentKey, Target};
use crate::finding::Finding;
use crate::plugin::VendorPlugin;
use crate::units::{Currency, Money, Month};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A row of the market table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketRow {
    /// Territory; null for all.
    pub territory: Option<String>,
    /// Vertical; null for all.
    pub vertical: Option<String>,
    /// Product line; null for all.
    pub product_line: Option<String>,
    /// Total addressable market, a year; null when not known.
    pub addressable: Option<Exact>,
    /// Expected growth of it, a year, as a fraction; null when not known.
    pub growth: Option<Exact>,
}

/// A row of the targets table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetOfPart {
    /// Territory; null for all.
    pub territory: Option<String>,
    /// Product line; null for all.
    pub product_line: Option<String>,
    /// Target.
    pub target: Exact,
}

/// Kind that the values of an attribute have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeKind {
    /// Attribute.
    pub name: String,
    /// `number`, `boolean`, `date` or `text`.
    pub kind: String,
}

/// Facts of a book that belong to no partner. Lists ascend, without duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookFacts {
    /// Partners that the round has seen.
    pub seen: Seen,
    /// Currency of every amount; null when no document was read.
    pub currency: Option<Written<Currency>>,
    /// Months in which any partner has revenue.
    pub months: BTreeSet<Written<Month>>,
    /// Standard tables that the book has: the facts of the others are not known.
    pub tables: BTreeSet<String>,
    /// Extra tables that the book has.
    pub extra_tables: BTreeSet<String>,
    /// Rows of the market table, by territory, vertical, product line.
    pub market: Vec<MarketRow>,
    /// Rows of the targets table, by product line, territory.
    pub targets: Vec<TargetOfPart>,
    /// Kinds of attributes that the manifest does not declare.
    pub attributes: Vec<AttributeKind>,
}

impl BookFacts {
    /// The facts of a book, or of one part of it; of its market those that count on `as_of`.
    pub fn of(plugin: &VendorPlugin, book: &PartnerBook, as_of: NaiveDate) -> Self {
        let months = book.partners.iter().flat_map(|partner| &partner.revenue).map(|entry| Written(entry.month));
        Self {
            seen: Seen::of(book),
            currency: Some(Written(book.currency)),
            months: months.collect(),
            tables: book.tables.keys().cloned().collect(),
            extra_tables: book.extra_tables.iter().map(|table| table.name.to_string()).collect(),
            market: book.as_of(as_of).market.iter().map(MarketRow::of).collect(),
            targets: targets(&book.targets),
            attributes: kinds(plugin, book),
        }
    }

    /// Adds the facts of another part; fails when both state something differently.
    pub fn merge(&mut self, other: Self) -> Result<(), Finding> {
        self.seen.merge(&other.seen);
        if let (Some(one), Some(other)) = (self.currency, other.currency)
            && one != other
        {
            return Err(differ("the currency", one.0, other.0));
        }
        self.currency = self.currency.or(other.currency);
        self.months.extend(other.months);
        self.tables.extend(other.tables);
        self.extra_tables.extend(other.extra_tables);
        unite(&mut self.market, other.market, MarketRow::key, |one, other| {
            differ("a row of the market", shown(one), shown(other))
        })?;
        unite(&mut self.targets, other.targets, TargetOfPart::key, |one, other| {
            differ("a target", shown(one), shown(other))
        })?;
        unite(&mut self.attributes, other.attributes, |kind| kind.name.clone(), AttributeKind::differ)
    }

    /// Returns the book without its partners.
    pub fn book(&self) -> PartnerBook {
        let currency = self.currency.map_or(Currency::USD, |currency| currency.0);
        let mut book = PartnerBook::new(currency, Vec::new());
        book.tables = self.tables.iter().map(|table| (table.clone(), 0)).collect();
        book.market = self.market.iter().map(|row| row.cell(currency)).collect();
        book.targets = self.targets.iter().map(|row| row.target(currency)).collect();
        book
    }

    /// Gives a part of the book the tables that the whole book has, so that "no rows" is not taken for "not known".
    ///
    /// # Errors
    /// When the part is in another currency, or an attribute reads as another kind.
    pub fn adopt(&self, plugin: &VendorPlugin, book: &mut PartnerBook) -> Result<(), Finding> {
        if let Some(currency) = self.currency.filter(|currency| currency.0 != book.currency) {
            return Err(differ("the currency", currency.0, book.currency));
        }
        for kind in kinds(plugin, book) {
            let known = self.attributes.iter().find(|known| known.name == kind.name);
            if let Some(known) = known.filter(|known| **known != kind) {
                return Err(known.differ(&kind));
            }
        }
        for table in &self.tables {
            book.tables.entry(table.clone()).or_insert(0);
        }
        let declared = &plugin.manifest.tables;
        for name in &self.extra_tables {
            if book.extra_tables.iter().all(|table| *table.name != **name) {
                let table = ExtraTable { name: name.as_str().into(), columns: Vec::new(), rows: Vec::new() };
                book.extra_tables.push(table);
            }
        }
        book.extra_tables.sort_by(|one, other| one.name.cmp(&other.name));
        for table in book.extra_tables.iter_mut().filter(|table| table.rows.is_empty()) {
            let declaration = declared.iter().find(|declared| declared.name.eq_ignore_ascii_case(&table.name));
            let columns =
                declaration.map(|declared| declared.columns.iter().map(|(name, _)| Name::clone(name)).collect());
            table.columns = columns.unwrap_or_default();
        }
        Ok(())
    }
}

/// Adds rows to others by their keys; rows of one key must be equal.
fn unite<R: PartialEq, K: Ord>(
    mine: &mut Vec<R>,
    theirs: Vec<R>,
    key: impl Fn(&R) -> K,
    differ: impl Fn(&R, &R) -> Finding,
) -> Result<(), Finding> {
    for row in theirs {
        match mine.binary_search_by_key(&key(&row), &key).map(|at| mine.get(at)) {
            Ok(Some(known)) if *known != row => return Err(differ(known, &row)),
            Ok(_) => {}
            Err(at) => mine.insert(at, row),
        }
    }
    Ok(())
}

fn differ(what: &str, one: impl ToString, other: impl ToString) -> Finding {
    PartitionFault::Disagreement { what: what.to_owned(), one: one.to_string(), other: other.to_string() }.into()
}

fn shown(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}

/// Kinds of the attributes that the manifest does not declare, ascending by name.
fn kinds(plugin: &VendorPlugin, book: &PartnerBook) -> Vec<AttributeKind> {
    let declared = &plugin.manifest.attributes;
    let free = book.partners.iter().flat_map(|partner| &partner.attributes);
    let free = free.filter(|(name, _)| declared.iter().all(|(known, _)| known != name));
    let kinds: BTreeMap<&Name, &str> = free.map(|(name, value)| (name, kind_of(value))).collect();
    let kind = |(name, kind): (&Name, &str)| AttributeKind { name: name.to_string(), kind: kind.to_owned() };
    kinds.into_iter().map(kind).collect()
}

impl AttributeKind {
    fn differ(&self, other: &Self) -> Finding {
        let (attribute, one, other) = (self.name.clone(), self.kind.clone(), other.kind.clone());
        PartitionFault::AttributeKind { attribute, one, other }.into()
    }
}

fn kind_of(value: &Attribute) -> &'static str {
    match value {
        Attribute::Number(_) => "number",
        Attribute::Truth(_) => "boolean",
        Attribute::Date(_) => "date",
        Attribute::Text(_) => "text",
    }
}

fn targets(rows: &[Target]) -> Vec<TargetOfPart> {
    let row = |target: &Target| TargetOfPart {
        territory: target.segment.territory.as_deref().map(str::to_owned),
        product_line: target.segment.product_line.as_deref().map(str::to_owned),
        target: Exact(target.amount.amount()),
    };
    let mut rows: Vec<TargetOfPart> = rows.iter().map(row).collect();
    rows.sort_by_key(TargetOfPart::key);
    rows
}

fn name(text: &Option<String>) -> Option<Name> {
    text.as_deref().map(Name::from)
}

impl MarketRow {
    fn of(cell: &MarketCell) -> Self {
        let text = |name: &Option<Name>| name.as_deref().map(str::to_owned);
        Self {
            territory: text(&cell.territory),
            vertical: text(&cell.vertical),
            product_line: text(&cell.product_line),
            addressable: cell.addressable.map(|amount| Exact(amount.amount())),
            growth: cell.growth.map(Exact),
        }
    }

    fn key(&self) -> (Option<String>, Option<String>, Option<String>) {
        (self.territory.clone(), self.vertical.clone(), self.product_line.clone())
    }

    fn cell(&self, currency: Currency) -> MarketCell {
        MarketCell {
            territory: name(&self.territory),
            vertical: name(&self.vertical),
            product_line: name(&self.product_line),
            addressable: self.addressable.map(|amount| Money::new(amount.0, currency)),
            growth: self.growth.map(|growth| growth.0),
        }
    }
}

impl TargetOfPart {
    fn key(&self) -> (Option<String>, Option<String>) {
        (self.product_line.clone(), self.territory.clone())
    }

    fn target(&self, currency: Currency) -> Target {
        let segment = SegmentKey { product_line: name(&self.product_line), territory: name(&self.territory) };
        Target { segment, amount: Money::new(self.target.0, currency), row: 0 }
    }
}
