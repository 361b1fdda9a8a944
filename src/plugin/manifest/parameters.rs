//! `[parameters]`: numbers that rules read, learned from the channel or stated, and the date up to which constants were
//! fitted.

use super::conventions::Conventions;
use super::identifier::is_identifier;
use super::stated::{self, StatedNumber};
use crate::channel::{Attribute, Name};
use crate::document::{Item, Section};
use crate::plugin::fault::ManifestFault;
use crate::script::FactKind;
use crate::units::Rate;
use chrono::NaiveDate;
use rust_decimal::Decimal;

crate::words! {
    /// Number that is learned from the channel.
    pub enum LearnedKind {
        /// Revenue of the latest stretch ÷ revenue of the stretch before it, of the lines that sold then.
        Repeat = "repeat",
        /// Revenue of the latest stretch ÷ revenue of the same months one year earlier, of the lines that sold then.
        Retention = "retention",
        /// One year earlier: revenue of the period's own months ÷ revenue of the stretch before them, of the lines that sold then.
        Season = "season",
        /// Revenue of the latest stretch ÷ revenue of the same months one year earlier − 1, of all lines.
        Growth = "growth",
    }
}

/// Property of a line by which a number is learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// Tier.
    Tier,
    /// Territory.
    Territory,
    /// Vertical.
    Vertical,
    /// Product line.
    ProductLine,
    /// Time since the latest revenue: active (less than a quarter), quiet (less than half a year), lapsed.
    Silence,
    /// Attribute of the partner.
    Attribute(Name),
}

/// Properties that every book has a place for, with their words.
const STANDARD: [(&str, GroupBy); 5] = [
    ("tier", GroupBy::Tier),
    ("territory", GroupBy::Territory),
    ("vertical", GroupBy::Vertical),
    ("product_line", GroupBy::ProductLine),
    ("silence", GroupBy::Silence),
];

impl GroupBy {
    /// Returns the word by which a manifest names it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Attribute(name) => name,
            standard => STANDARD.iter().find(|(_, known)| known == standard).map_or("", |(word, _)| word),
        }
    }
}

/// One number that is learned from the channel as of the date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name under which rules read it: `partner.learned.NAME`.
    pub name: Name,
    /// Kind of the number.
    pub kind: LearnedKind,
    /// Property of a line by which it is learned; `None` for one number for the whole channel.
    pub by: Option<GroupBy>,
    /// Weight of the whole channel in the number of a group, in lines.
    pub shrink: Rate,
    /// Least number of lines that say something about it.
    pub minimum: i64,
    /// Value where fewer lines do; `None` leaves it not known.
    pub fallback: Option<Rate>,
}

/// Numbers of a vendor's rules: those that are learned, those that are stated, and since when the others are what they
/// are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Latest date of the data on which constants of the rules were chosen.
    pub fitted_through: Option<NaiveDate>,
    /// Learned numbers, ascending by name.
    pub learned: Vec<Parameter>,
    /// Stated numbers, ascending by name.
    pub stated: Vec<StatedNumber>,
}

impl Parameters {
    /// Returns the stated numbers as rules read them, ascending by name.
    pub fn facts(&self) -> Vec<(Name, Attribute)> {
        self.stated.iter().map(|one| (Name::clone(&one.name), Attribute::Number(one.value))).collect()
    }
}

/// Key of the date; no number can have this name.
const FITTED: &str = "fitted_through";

/// Reads the section; `attributes` are those that the manifest declares, `conventions` its defaults.
pub(super) fn read(section: Section<'_>, attributes: &[(Name, FactKind)], conventions: &Conventions) -> Parameters {
    let fitted_through = section.date(FITTED);
    let is_stated =
        |item: Item<'_>| !item.is_table() || item.section().is_some_and(|section| section.get("value").is_some());
    let entries = section.entries().into_iter().filter(|(key, _)| *key != FITTED);
    let (stated, learned): (Vec<_>, Vec<_>) = entries.partition(|(_, item)| is_stated(*item));
    let mut learned: Vec<Parameter> =
        learned.into_iter().filter_map(|(key, item)| parameter(key, item, attributes, conventions)).collect();
    let mut stated: Vec<StatedNumber> = stated.into_iter().filter_map(|(key, item)| stated::read(key, item)).collect();
    learned.sort_by(|one, other| one.name.cmp(&other.name));
    stated.sort_by(|one, other| one.name.cmp(&other.name));
    Parameters { fitted_through, learned, stated }
}

fn parameter(
    key: &str,
    item: Item<'_>,
    attributes: &[(Name, FactKind)],
    conventions: &Conventions,
) -> Option<Parameter> {
    let section = item.section()?;
    if !is_identifier(key) {
        item.reject(ManifestFault::ParameterName { parameter: key.to_owned() });
        return None;
    }
    let up_to =
        |key: &str, most: i64| section.get(key).and_then(|item| item.number_in(Decimal::ZERO, Decimal::from(most)));
    let minimum =
        section.get("minimum").filter(|item| item.number_in(Decimal::ONE, Decimal::from(1_000_000)).is_some());
    let kind = section.require("learned", "learned = \"retention\"")?.word(&LearnedKind::PAIRS);
    let fallback = section.get("fallback").and_then(|item| item.number_in(Decimal::NEGATIVE_ONE, Decimal::ONE_HUNDRED));
    Some(Parameter {
        name: Name::from(key),
        by: section.get("by").and_then(|item| group_by(item, attributes)),
        shrink: up_to("shrink", 1_000_000).unwrap_or(conventions.shrink),
        minimum: minimum.and_then(Item::count).unwrap_or(conventions.minimum),
        fallback,
        kind: kind?,
    })
}

fn group_by(item: Item<'_>, attributes: &[(Name, FactKind)]) -> Option<GroupBy> {
    let word = item.text()?;
    let standard = STANDARD.into_iter().find(|(known, _)| *known == word).map(|(_, by)| by);
    let declared = || attributes.iter().find(|(name, _)| **name == *word);
    let found = standard.or_else(|| declared().map(|(name, _)| GroupBy::Attribute(Name::clone(name))));
    if found.is_none() {
        let known = STANDARD.iter().map(|(word, _)| (*word).to_owned());
        let known = known.chain(attributes.iter().map(|(name, _)| name.to_string())).collect();
        item.reject(ManifestFault::ParameterGroup { by: word.to_owned(), known });
    }
    found
}
