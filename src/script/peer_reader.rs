//! Reading what rules ask about peers: which facts, found in the scripts, and their values in each line.

use super::api::complaint::Complaint;
use super::api::facts::{Fact, FactSchema};
use super::api::peers::numeric_fact;
use super::api::value::number;
use super::outcome_fault::OutcomeFault;
use super::peers::{Cohort, PeerLine, Peers};
use super::program::Scripts;
use super::tree::ExpressionKind;
use super::{Facts, ScriptContext};
use crate::channel::Name;
use crate::finding::Finding;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Facts that rules ask about peers, ready to be read in each line.
#[derive(Debug, Clone)]
pub struct PeerReader {
    cohorts: Vec<Cohort>,
    facts: Vec<(Name, Fact)>,
}

impl Scripts {
    /// Returns what the scripts ask about peers; `None` when they ask nothing.
    pub fn peer_reader(&self) -> Option<PeerReader> {
        let schema = &self.inner.schema;
        let mut is_asked = false;
        let mut facts: BTreeMap<&str, Fact> = BTreeMap::new();
        for program in self.inner.programs.values() {
            program.tree.walk(&mut |expression| match &expression.kind {
                ExpressionKind::Method { name, .. } | ExpressionKind::Call { name, .. } => is_asked |= name == "peers",
                // A fact may also be named by a constant, or a parameter of a function.
                ExpressionKind::Text(path) => {
                    if let Some(fact) = numeric_fact(schema, path) {
                        facts.insert(path, fact.clone());
                    }
                }
                _ => {}
            });
        }
        let facts = facts.into_iter().map(|(path, fact)| (Name::from(path), fact)).collect();
        is_asked.then(|| PeerReader { cohorts: schema.cohorts.clone(), facts })
    }

    /// Returns the properties by which the groups of peers that the scripts name are formed: `tier`, or an attribute.
    pub fn peer_properties(&self) -> BTreeSet<String> {
        let (mut is_asked, mut named) = (false, Vec::new());
        for program in self.inner.programs.values() {
            program.tree.walk(&mut |expression| match &expression.kind {
                ExpressionKind::Method { name, .. } | ExpressionKind::Call { name, .. } => is_asked |= name == "peers",
                ExpressionKind::Text(text) => {
                    named.extend(self.inner.schema.cohorts.iter().filter(|cohort| *cohort.name == **text));
                }
                _ => {}
            });
        }
        let properties = named.iter().flat_map(|cohort: &&Cohort| &cohort.by).map(|by| by.word().to_owned());
        if is_asked { properties.collect() } else { BTreeSet::new() }
    }

    /// Returns the paths of the scripts that ask about peers, ascending.
    pub fn rules_with_peers(&self) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        for (path, program) in &self.inner.programs {
            let mut is_asked = false;
            program.tree.walk(&mut |expression| {
                is_asked |= matches!(&expression.kind,
                    ExpressionKind::Method { name, .. } | ExpressionKind::Call { name, .. } if name == "peers");
            });
            if is_asked {
                paths.push(path.to_string());
            }
        }
        paths.sort_unstable();
        paths
    }

    /// Returns the declared tables that the scripts read.
    pub fn tables_read(&self) -> Vec<Name> {
        let schema = &self.inner.schema;
        let mut read = Vec::new();
        for program in self.inner.programs.values() {
            program.tree.walk(&mut |expression| {
                if let ExpressionKind::Member { name, .. } = &expression.kind
                    && let Some(table) = schema.records.iter().find(|table| ***table == **name)
                    && !read.contains(table)
                {
                    read.push(Name::clone(table));
                }
            });
        }
        read
    }

    /// Returns true when a script may read a fact of that name.
    pub fn reads(&self, fact: &str) -> bool {
        let mut is_read = false;
        for program in self.inner.programs.values() {
            program.tree.walk(&mut |expression| {
                is_read |= matches!(&expression.kind, ExpressionKind::Member { name, .. } if name == fact);
            });
        }
        is_read
    }
}

/// The finding of a value that is not of the kind declared for it.
fn finding(complaint: Complaint) -> Finding {
    match complaint {
        Complaint::Fault(fault) => Finding::shared(fault),
        _ => OutcomeFault::Engine {}.into(),
    }
}

impl PeerReader {
    /// Returns a reader of every number that rules without declarations see.
    pub(super) fn complete() -> Self {
        let schema = FactSchema::new(&ScriptContext::default());
        let paths = schema.views.iter().filter(|view| !view.is_record).flat_map(|view| {
            let group = view.path.strip_prefix("partner").unwrap_or_default().trim_start_matches('.');
            let dot = if group.is_empty() { "" } else { "." };
            view.facts.iter().map(move |fact| format!("{group}{dot}{}", fact.name))
        });
        let known = paths.filter_map(|path| Some((Name::from(path.as_str()), numeric_fact(&schema, &path)?.clone())));
        let facts = known.collect();
        Self { facts, cohorts: schema.cohorts }
    }

    /// Paths of the facts that rules ask about, ascending.
    pub fn facts(&self) -> impl Iterator<Item = &Name> {
        self.facts.iter().map(|(path, _)| path)
    }

    /// Reads the figures of one line.
    ///
    /// # Errors
    /// When an attribute is not of the kind that the manifest declares.
    pub fn read(&self, facts: &Facts) -> Result<PeerLine, Finding> {
        let values: Result<Vec<Option<Decimal>>, Finding> = self
            .facts
            .iter()
            .map(|(_, fact)| fact.read(facts, 0).map(|value| number(&value)).map_err(finding))
            .collect();
        Ok(PeerLine::new(&self.cohorts, facts.line(), values?))
    }

    /// Returns the peers that the lines are of each other.
    pub fn peers(&self, lines: Vec<PeerLine>) -> Peers {
        let facts = self.facts.iter().map(|(path, _)| Name::clone(path)).collect();
        Peers::new(self.cohorts.clone(), facts, lines)
    }
}
