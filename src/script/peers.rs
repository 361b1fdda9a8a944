//! Peers: figures of all lines of a book by group, computed once for a book and looked up by rules.

use super::statistics::{percentile, sum};
use crate::channel::{LineFacts, Name};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Property of a line that its peers have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerProperty {
    /// Tier.
    Tier,
    /// Territory.
    Territory,
    /// Vertical.
    Vertical,
    /// Product line.
    ProductLine,
    /// Attribute of the partner.
    Attribute(Name),
}

/// Groups that every vendor has, with the properties that their lines have in common.
const STANDARD: [(&str, &[PeerProperty]); 6] = [
    ("channel", &[]),
    ("tier", &[PeerProperty::Tier]),
    ("territory", &[PeerProperty::Territory]),
    ("vertical", &[PeerProperty::Vertical]),
    ("product_line", &[PeerProperty::ProductLine]),
    ("segment", &[PeerProperty::ProductLine, PeerProperty::Territory]),
];

impl PeerProperty {
    /// Returns the property of that name; `attributes` are those that the manifest declares.
    pub fn named(word: &str, attributes: &[Name]) -> Option<Self> {
        let single = STANDARD.iter().find(|(known, by)| *known == word && by.len() == 1).and_then(|(_, by)| by.first());
        let attribute = || attributes.iter().find(|name| ***name == *word).cloned().map(Self::Attribute);
        single.cloned().or_else(attribute)
    }

    /// Returns the names that [`PeerProperty::named`] knows beside the attributes.
    pub fn standard() -> impl Iterator<Item = &'static str> {
        STANDARD.iter().filter(|(_, by)| by.len() == 1).map(|(word, _)| *word)
    }

    /// Returns the word by which a manifest names it.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Attribute(name) => name,
            standard => STANDARD
                .iter()
                .find(|(_, by)| by.len() == 1 && by.first() == Some(standard))
                .map_or("", |(word, _)| word),
        }
    }

    fn of(&self, line: &LineFacts) -> Option<Name> {
        match self {
            Self::Tier => line.identity.tier.clone(),
            Self::Territory => line.identity.territory.clone(),
            Self::Vertical => line.identity.vertical.clone(),
            Self::ProductLine => line.identity.product_line.clone(),
            Self::Attribute(name) => {
                let found = line.attributes.binary_search_by(|(known, _)| known.cmp(name)).ok()?;
                line.attributes.get(found).map(|(_, value)| value.word())
            }
        }
    }
}

/// A way to form groups of peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Name in `partner.peers("…")`.
    pub name: Name,
    /// Properties that the lines of a group have in common; none for the whole channel.
    pub by: Vec<PeerProperty>,
}

impl Cohort {
    /// True for a name that a group has already.
    pub fn is_reserved(name: &str) -> bool {
        STANDARD.iter().any(|(known, _)| *known == name)
    }

    /// Returns all groups of a vendor: the standard ones, one for each attribute, and those of its manifest.
    pub(super) fn all(attributes: impl Iterator<Item = Name>, declared: &[Self]) -> Vec<Self> {
        let standard = STANDARD.iter().map(|(name, by)| Self { name: Name::from(*name), by: by.to_vec() });
        let own = attributes.map(|name| Self { by: vec![PeerProperty::Attribute(Name::clone(&name))], name });
        let others = own.filter(|cohort| declared.iter().all(|known| known.name != cohort.name));
        standard
            .chain(others.filter(|cohort| !Self::is_reserved(&cohort.name)))
            .chain(declared.iter().cloned())
            .collect()
    }

    /// The group of a line; `None` where one of the properties is not known.
    fn key(&self, line: &LineFacts) -> Option<Vec<Name>> {
        self.by.iter().map(|property| property.of(line)).collect()
    }
}

/// Figures of one line among its peers: one value for each fact that rules ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerLine {
    keys: Vec<Option<Vec<Name>>>,
    values: Vec<Option<Decimal>>,
}

/// Figures of all lines of a book by group. Cloning shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Peers(Arc<Inner>);

#[derive(Debug, PartialEq)]
struct Inner {
    cohorts: Vec<Cohort>,
    facts: Vec<Name>,
    /// By place of the cohort, then by group.
    groups: Vec<BTreeMap<Vec<Name>, Group>>,
}

/// Lines of one group.
#[derive(Debug, Default, PartialEq)]
struct Group {
    lines: usize,
    /// Known values of each fact, ascending, with their sum.
    values: Vec<(Vec<Decimal>, Option<Decimal>)>,
}

impl PeerLine {
    /// Returns the figures of a line; `values` are those of the facts that are asked for, in their order.
    pub(super) fn new(cohorts: &[Cohort], line: &LineFacts, values: Vec<Option<Decimal>>) -> Self {
        Self { keys: cohorts.iter().map(|cohort| cohort.key(line)).collect(), values }
    }
}

impl Peers {
    /// Returns the figures of all lines by group. The order of the lines makes no difference.
    pub(super) fn new(cohorts: Vec<Cohort>, facts: Vec<Name>, lines: Vec<PeerLine>) -> Self {
        let mut groups: Vec<BTreeMap<Vec<Name>, Group>> = cohorts.iter().map(|_| BTreeMap::new()).collect();
        for PeerLine { keys, values } in lines {
            for (groups, key) in groups.iter_mut().zip(keys) {
                let Some(key) = key else { continue };
                let group = groups.entry(key).or_default();
                group.lines += 1;
                group.values.resize(values.len(), (Vec::new(), None));
                for ((known, _), value) in group.values.iter_mut().zip(&values) {
                    known.extend(value);
                }
            }
        }
        for (known, total) in groups.iter_mut().flat_map(BTreeMap::values_mut).flat_map(|group| &mut group.values) {
            known.sort_unstable();
            *total = sum(known);
        }
        Self(Arc::new(Inner { cohorts, facts, groups }))
    }

    /// Returns the peers of a line; `None` when its group is not known.
    pub(super) fn of(&self, cohort: &str, line: &LineFacts) -> Option<PeerGroup> {
        let at = self.0.cohorts.iter().position(|known| *known.name == *cohort)?;
        let key = self.0.cohorts.get(at)?.key(line)?;
        self.0.groups.get(at)?.contains_key(&key).then(|| PeerGroup { peers: self.clone(), at, key })
    }
}

/// The peers of one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PeerGroup {
    peers: Peers,
    at: usize,
    key: Vec<Name>,
}

impl PeerGroup {
    fn group(&self) -> Option<&Group> {
        self.peers.0.groups.get(self.at)?.get(&self.key)
    }

    /// Number of lines.
    pub fn lines(&self) -> usize {
        self.group().map_or(0, |group| group.lines)
    }

    /// Known values of a fact, ascending, and their sum; `None` when the rules do not ask for that fact.
    pub fn values(&self, fact: &str) -> Option<(&[Decimal], Option<Decimal>)> {
        let at = self.peers.0.facts.iter().position(|known| **known == *fact)?;
        let (values, total) = self.group()?.values.get(at)?;
        Some((values, *total))
    }

    /// Number below which the share of the values lies; `None` where none is known.
    pub fn percentile(&self, fact: &str, share: Decimal) -> Option<Decimal> {
        percentile(self.values(fact)?.0, share)
    }

    /// Place of a value among those of its peers: 1 for the largest; equal ones share the first place.
    pub fn rank(&self, fact: &str, value: Decimal) -> Option<usize> {
        let (values, _) = self.values(fact)?;
        Some(values.len() - values.partition_point(|other| *other <= value) + 1)
    }
}
