//! The policies of one vendor: tier, incentive and intervention scripts with the tables beside them.

use super::fault::VendorFault;
use super::files::{Room, VendorFile, VendorFiles};
use super::manifest::{Manifest, PolicyRules, TierScope};
use super::shown::{placed, shown, shown_paths, sources};
use crate::channel::Name;
use crate::decision::table::{DecisionTable, HitPolicy};
use crate::decision::{Decisions, Grounds, Incentive, Intervention, PURPOSES, Purpose, PurposeTable, TierDecision};
use crate::finding::{Checked, Finding, Findings, Place, did_you_mean};
use crate::script::{
    Contract, EntryPoint, PolicyContext, PolicyFacts, PolicyKind, ScriptContext, ScriptFault, Scripts, SourceFile,
    Table, Tables,
};
use std::collections::BTreeMap;

/// A vendor's policies, ready to decide.
#[derive(Debug, Clone)]
pub struct Policies {
    scripts: Scripts,
    kinds: Vec<PolicyKind>,
    /// Paths as people know them, by path in the vendor's directory.
    shown: BTreeMap<String, String>,
}

impl Policies {
    /// Returns the policies in the vendor's files, in the order they are applied.
    pub fn kinds(files: &VendorFiles) -> Vec<PolicyKind> {
        PolicyKind::ALL.into_iter().filter(|kind| files.get(Room::Policies, kind.file()).is_some()).collect()
    }

    /// Compiles and checks the policies with their tables; `None` when there are none, or when anything is wrong.
    pub(super) fn compile(files: &VendorFiles, manifest: &Manifest) -> Checked<Option<Self>> {
        let mut findings = Findings::new();
        if !files.has_room(Room::Policies) {
            return Checked::new(None);
        }
        let own = || files.iter().filter(|file| file.room == Room::Policies);
        let is_asked_by_scripts = |file: &&VendorFile| file.path.ends_with(".csv") && purpose_of(&file.path).is_none();
        let (tables, decisions) = read_tables(own().filter(is_asked_by_scripts), &mut findings);
        let sources = sources(files, Room::Policies);
        let kinds = Self::kinds(files);
        misnamed(&sources, &kinds, files, &mut findings);
        let contracts: Vec<Contract> = kinds
            .iter()
            .map(|kind| Contract { path: kind.file().to_owned(), entry: EntryPoint::Policy(*kind) })
            .collect();
        let context = ScriptContext {
            attributes: manifest.attributes.clone(),
            learned: manifest.parameters.learned.iter().map(|one| Name::clone(&one.name)).collect(),
            tables,
            policy: Some(PolicyContext {
                tables: manifest.tables.clone(),
                tiers: manifest.tiers.iter().map(|tier| Name::clone(&tier.name)).collect(),
                tier_minimums: manifest.tiers.iter().map(|tier| (Name::clone(&tier.name), tier.minimum)).collect(),
                decisions,
            }),
            ..ScriptContext::default()
        };
        let scripts = Scripts::compile(&sources, &contracts, &context);
        findings.extend(shown(files, Room::Policies, scripts.findings));
        findings.extend(scripts.value.iter().flat_map(Scripts::unused_tables));
        let policies = scripts.value.filter(|_| !kinds.is_empty()).map(|scripts| Self {
            scripts,
            kinds,
            shown: shown_paths(files, Room::Policies),
        });
        Checked { value: Some(policies), findings }
    }

    /// True when the vendor has that policy.
    pub fn has(&self, kind: PolicyKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Decides the tier of the partner, or of the product line that the facts describe.
    pub fn tier(&self, facts: &PolicyFacts) -> Result<TierDecision, ScriptFault> {
        self.scripts.tier(PolicyKind::Tier.file(), facts).map_err(|fault| placed(&self.shown, fault))
    }

    /// Returns the awards and withheld incentives of the incentive policy, in its order.
    pub fn incentives(&self, facts: &PolicyFacts) -> Result<Vec<Incentive>, ScriptFault> {
        self.scripts.incentives(PolicyKind::Incentive.file(), facts).map_err(|fault| placed(&self.shown, fault))
    }

    /// Returns the interventions of the policy as one case: the same kind merged, most severe first.
    pub fn interventions(&self, facts: &PolicyFacts) -> Result<Vec<Intervention>, ScriptFault> {
        let found = self.scripts.interventions(PolicyKind::Intervention.file(), facts);
        found.map(one_case).map_err(|fault| placed(&self.shown, fault))
    }

    /// Decides for one partner by all policies.
    pub(super) fn decide(&self, facts: &PolicyFacts, rules: &PolicyRules) -> Result<Decisions, Vec<ScriptFault>> {
        let mut faults = Vec::new();
        let mut decisions = Decisions::default();
        for kind in &self.kinds {
            let done = match kind {
                PolicyKind::Tier => self.tiers(facts, rules).map(|tiers| decisions.tiers = tiers),
                PolicyKind::Incentive => self.incentives(facts).map(|found| decisions.incentives = found),
                PolicyKind::Intervention => self.interventions(facts).map(|found| decisions.interventions = found),
            };
            faults.extend(done.err());
        }
        if faults.is_empty() { Ok(decisions) } else { Err(faults) }
    }

    pub(super) fn tiers(&self, facts: &PolicyFacts, rules: &PolicyRules) -> Result<Vec<TierDecision>, ScriptFault> {
        match rules.tier_per {
            TierScope::Partner => self.tier(facts).map(|decision| vec![decision]),
            TierScope::ProductLine => {
                let about = |line: &Name| self.tier(&facts.for_product_line(line, rules.tier_table.as_deref()));
                facts.product_lines().iter().map(about).collect()
            }
        }
    }
}

/// One partner's interventions as one case: the same kind merged, most severe first, then in the order of the kinds.
fn one_case(interventions: Vec<Intervention>) -> Vec<Intervention> {
    let mut case: Vec<Intervention> = Vec::new();
    for found in interventions {
        match case.iter_mut().find(|known| known.kind == found.kind) {
            Some(known) => merge(known, found),
            None => case.push(found),
        }
    }
    case.sort_by_key(|one| (one.severity, one.kind));
    case
}

/// Takes the more severe word, the earlier day, the first owner, and all grounds.
fn merge(known: &mut Intervention, other: Intervention) {
    known.severity = known.severity.min(other.severity);
    known.due = match (known.due, other.due) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    };
    known.owner = known.owner.take().or(other.owner);
    let Grounds { because, requirements, would_change } = other.grounds;
    let new: Vec<Name> = because.into_iter().filter(|text| !known.grounds.because.contains(text)).collect();
    known.grounds.because.extend(new);
    known.grounds.requirements.extend(requirements);
    let new: Vec<String> = would_change.into_iter().filter(|text| !known.grounds.would_change.contains(text)).collect();
    known.grounds.would_change.extend(new);
}

/// Returns the purpose of a table that the engine asks; `None` for tables that scripts ask.
fn purpose_of(path: &str) -> Option<&'static Purpose> {
    PURPOSES.into_iter().find(|purpose| purpose.file() == path)
}

/// Returns the purposes of the tables that the vendor has.
pub(super) fn tables_of(files: &VendorFiles) -> Vec<&'static Purpose> {
    PURPOSES.into_iter().filter(|purpose| files.get(Room::Policies, &purpose.file()).is_some()).collect()
}

/// Reads the tables that the engine asks.
pub(super) fn read_purpose_tables(files: &VendorFiles, findings: &mut Findings) -> Vec<PurposeTable> {
    let read = |file: &VendorFile| {
        let purpose = purpose_of(&file.path).filter(|_| file.room == Room::Policies)?;
        PurposeTable::parse(purpose, &file.shown, &file.text).ok(findings)
    };
    files.iter().filter_map(read).collect()
}

/// Reads the tables: those whose first cell is a hit policy are decision tables, the others lookup tables.
fn read_tables<'f>(
    files: impl Iterator<Item = &'f VendorFile>,
    findings: &mut Findings,
) -> (Tables, BTreeMap<Name, DecisionTable>) {
    let (mut tables, mut decisions) = (Vec::new(), BTreeMap::new());
    for file in files {
        if is_decision_table(&file.text) {
            if let Some(table) = DecisionTable::parse(&file.shown, &file.text).ok(findings) {
                findings.extend(table.lint());
                decisions.insert(Name::from(stem(&file.path)), table);
            }
        } else {
            tables.extend(Table::parse(&file.shown, &file.text).ok(findings));
        }
    }
    (Tables::new(tables), decisions)
}

/// True when the first cell is a hit policy, or nearly one beside an output column.
fn is_decision_table(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let corner = first.split([',', ';', '\t']).next().unwrap_or_default().trim().trim_matches('"');
    HitPolicy::named(corner).is_some() || first.contains("->")
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".csv").unwrap_or(file)
}

/// Reports a file whose name is nearly a policy's, and a policies directory without any.
fn misnamed(sources: &[SourceFile], kinds: &[PolicyKind], files: &VendorFiles, findings: &mut Findings) {
    for source in sources {
        let name = source.path.strip_suffix(".rhai").unwrap_or(&source.path);
        let is_policy = PolicyKind::ALL.iter().any(|kind| kind.as_str() == name);
        let missing = PolicyKind::ALL.iter().filter(|kind| !kinds.contains(kind)).map(|kind| kind.as_str());
        if let (false, true, Some(near)) = (is_policy, source.text.contains("fn decide"), did_you_mean(name, missing)) {
            let shown = files.get(Room::Policies, &source.path).map_or(source.path.as_str(), |file| &file.shown);
            let fault = VendorFault::MisspelledPolicy { file: source.path.clone(), near: near.to_owned() };
            findings.push(Finding::from(fault).at(Place::file(shown)));
        }
    }
    if kinds.is_empty() && !sources.is_empty() {
        let directory = Place::file(format!("{}/{}", Room::Policies.as_str(), files.vendor));
        findings.push(Finding::from(VendorFault::NoPolicy {}).at(directory));
    }
}
