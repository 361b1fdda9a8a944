//! The policies of one vendor: tier, incentive and intervention scripts with the tables beside them.

use super::fault::VendorFault;
use super::files::{Room, VendorFiles};
use super::library::{Library, with_imported};
use super::manifest::{Manifest, PolicyRules, TierScope};
use super::shown::{differences, placed, shown, shown_paths, sources, tiers};
use crate::channel::Name;
use crate::decision::{Decisions, Grounds, Incentive, Intervention, TierDecision};
use crate::finding::{Checked, Finding, Findings, Place, did_you_mean};
use crate::script::{Contract, EntryPoint, Fallback, PolicyFacts, PolicyKind, ScriptFault, Scripts, SourceFile};
use std::collections::BTreeMap;

/// A vendor's policies, ready to decide.
#[derive(Debug, Clone)]
pub struct Policies {
    scripts: Scripts,
    kinds: Vec<PolicyKind>,
    /// Files of the rules that the policies import, as people know them.
    pub(super) imported: Vec<String>,
    /// Paths as people know them, by path in the vendor's directory.
    shown: BTreeMap<String, String>,
}

impl Policies {
    /// Returns the policies in the vendor's files, in the order they are applied.
    pub fn kinds(files: &VendorFiles) -> Vec<PolicyKind> {
        PolicyKind::ALL.into_iter().filter(|kind| files.get(Room::Policies, kind.file()).is_some()).collect()
    }

    /// Compiles and checks the policies with their tables; `None` when there are none, or when anything is wrong.
    ///
    /// They may use the tables and import the files of the rules; their own come first.
    pub(super) fn compile(files: &VendorFiles, manifest: &Manifest, rules: &Library) -> Checked<Option<Self>> {
        let mut findings = Findings::new();
        if !files.has_room(Room::Policies) {
            return Checked::new(None);
        }
        let library = Library::read(files, Room::Policies, &mut findings).with(rules);
        let own = sources(files, Room::Policies);
        let kinds = Self::kinds(files);
        misnamed(&own, &kinds, files, &mut findings);
        let sources = with_imported(own, &sources(files, Room::Rules));
        let of_rules = sources.iter().filter(|file| files.get(Room::Policies, &file.path).is_none());
        let imported = of_rules.filter_map(|file| Some(files.get(Room::Rules, &file.path)?.shown.clone())).collect();
        let contracts: Vec<Contract> = kinds
            .iter()
            .map(|kind| Contract { path: kind.file().to_owned(), entry: EntryPoint::Policy(*kind) })
            .collect();
        let scripts = Scripts::compile(&sources, &contracts, &library.context(manifest, true));
        findings.extend(shown(files, Room::Policies, scripts.findings));
        let policies = scripts.value.filter(|_| !kinds.is_empty()).map(|scripts| Self {
            scripts,
            kinds,
            imported,
            shown: shown_paths(files, Room::Policies),
        });
        Checked { value: Some(policies), findings }
    }

    /// Returns the same policies, all of which the interpreter runs.
    pub(super) fn interpreted(self) -> Self {
        Self { scripts: self.scripts.interpreted(), ..self }
    }

    /// The policies by path as people know it; for those that the interpreter runs, the reason.
    pub(super) fn ways(&self) -> Vec<(String, Option<Fallback>)> {
        tiers(&self.scripts, &self.shown)
    }

    /// The policies that are left to the interpreter because it differed from their typed code.
    pub(super) fn differences(&self, are_new: bool) -> Vec<Finding> {
        differences(&self.shown, &self.scripts, are_new)
    }

    /// The compiled scripts.
    pub fn scripts(&self) -> &Scripts {
        &self.scripts
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
