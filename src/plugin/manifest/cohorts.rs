//! `[cohorts]`: groups of peers by several properties.

use super::identifier::is_identifier;
use crate::channel::Name;
use crate::document::{Item, Section};
use crate::plugin::fault::ManifestFault;
use crate::script::{Cohort, FactKind, PeerProperty};

/// Reads the section; `attributes` are those that the manifest declares.
pub(super) fn read(section: Section<'_>, attributes: &[(Name, FactKind)]) -> Vec<Cohort> {
    let attributes: Vec<Name> = attributes.iter().map(|(name, _)| Name::clone(name)).collect();
    section.entries().into_iter().filter_map(|(key, item)| cohort(key, item, &attributes)).collect()
}

fn cohort(key: &str, item: Item<'_>, attributes: &[Name]) -> Option<Cohort> {
    if !is_identifier(key) || Cohort::is_reserved(key) || attributes.iter().any(|name| **name == *key) {
        item.reject(ManifestFault::CohortName { cohort: key.to_owned() });
        return None;
    }
    let property = |item: Item<'_>| {
        let word = item.text()?;
        let found = PeerProperty::named(word, attributes);
        if found.is_none() {
            let known = PeerProperty::standard().map(str::to_owned);
            let known = known.chain(attributes.iter().map(ToString::to_string)).collect();
            item.reject(ManifestFault::CohortProperty { property: word.to_owned(), known });
        }
        found
    };
    let by: Vec<PeerProperty> = item.list()?.into_iter().filter_map(property).collect();
    if by.is_empty() {
        item.reject(ManifestFault::EmptyCohort { cohort: key.to_owned() });
    }
    Some(Cohort { name: Name::from(key), by })
}
