//! One vendor, compiled and checked: immutable, and shared by every thread that works for it.

use super::cases::{Case, CaseFile, Known};
use super::fault::VendorFault;
use super::files::{Room, VendorFiles};
use super::library::{Library, merged, read_purpose_tables, tables_of};
use super::manifest::Manifest;
use super::policies::Policies;
use super::shown::{differences, placed, shown, shown_paths, sources, tiers};
use crate::channel::{LineFacts, Name};
use crate::decision::{Decisions, Purpose, PurposeTable};
use crate::document::Document;
use crate::finding::{Checked, Finding, Findings, Place, did_you_mean};
use crate::quota::{Bound, BoundReason, Grain, GrowthBase, GuardrailKind, Side};
use crate::script::{
    Contract, EntryPoint, FactorOutcome, Facts, Fallback, PeerReader, PolicyFacts, ScriptFault, Scripts, SourceFile,
};
use crate::units::{Currency, Money, MoneyError, Rate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// File of the weights rule.
const WEIGHTS: &str = "weights.rhai";

/// A vendor's rules, ready to be applied.
#[derive(Debug)]
pub struct VendorPlugin {
    /// Name of the vendor's directory.
    pub vendor: Name,
    /// Content hash of all its files.
    pub revision: String,
    /// Settings that need no script.
    pub manifest: Manifest,
    /// Cases its authors wrote.
    pub cases: Vec<Case>,
    scripts: Scripts,
    policies: Option<Policies>,
    tables: Vec<PurposeTable>,
    factors: Vec<Factor>,
    has_weights_rule: bool,
    /// Extra tables that the rules read.
    tables_read: Vec<Name>,
    peer_reader: Option<PeerReader>,
    lists_read: ListsRead,
    /// Paths as people know them, by path in the vendor's directory.
    shown: BTreeMap<String, String>,
}

/// Lists of facts that a vendor's scripts read, and that are long for many books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListsRead {
    /// Revenue by month.
    pub months: bool,
    /// Revenue by year.
    pub years: bool,
    /// Opportunities that were won or lost.
    pub closed: bool,
    /// Quotas of earlier stretches.
    pub former: bool,
}

impl ListsRead {
    fn of(reads: impl Fn(&str) -> bool) -> Self {
        Self { months: reads("months"), years: reads("years"), closed: reads("closed"), former: reads("former") }
    }
}

/// One factor of a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Key under `[weights]`, and the name of its rule file.
    pub name: Name,
    /// Weight in the manifest.
    pub weight: Rate,
    /// Path of its rule file in the vendor's directory.
    pub path: String,
}

/// Indications of the rules for one line, before any target.
#[derive(Debug, Clone, PartialEq)]
pub struct LineIndications {
    /// One outcome per factor, in the manifest's order.
    pub outcomes: Vec<FactorOutcome>,
    /// One weight per factor, in the manifest's order; they sum to 1.
    pub weights: Vec<Rate>,
}

impl VendorPlugin {
    /// Compiles and checks a vendor; all its faults are reported in one pass.
    ///
    /// The cases are read and checked for form here; [`super::run_cases`] runs them.
    pub fn compile(files: &VendorFiles) -> Checked<Self> {
        let mut findings = Findings::new();
        let Some((manifest, manifest_places)) = read_manifest(files, &mut findings) else {
            return Checked::refused(findings);
        };
        let library = Library::read(files, Room::Rules, &mut findings);
        let sources = sources(files, Room::Rules);
        let Some(manifest) = manifest else {
            let scripts = Scripts::compile(&sources, &[], &library.names());
            findings.extend(shown(files, Room::Rules, scripts.findings));
            return Checked::refused(findings);
        };
        let factors = factors(&manifest);
        missing_rules(&factors, &sources, &manifest_places, &mut findings);
        let contracts = contracts(&factors, &sources);
        let (policies, of_policies) = Policies::compile(files, &manifest, &library).into_parts();
        let policies = policies.flatten();
        let scripts = Scripts::compile(&sources, &contracts, &library.context(&manifest, false));
        let of_rules = shown(files, Room::Rules, scripts.findings);
        let imported = policies.as_ref().map_or(&[][..], |policies| &policies.imported);
        findings.extend(merged(of_rules, of_policies, imported));
        let asked = read_purpose_tables(files, &mut findings);
        let cases = read_cases(files, &manifest, &factors, &mut findings);
        let Some(scripts) = scripts.value.filter(|_| !findings.has_errors()) else {
            return Checked::refused(findings);
        };
        let users = std::iter::once(&scripts).chain(policies.iter().map(Policies::scripts));
        findings.extend(Scripts::unused_tables(&users.collect::<Vec<_>>()));
        let reads = |fact: &str| scripts.reads(fact) || policies.as_ref().is_some_and(|own| own.scripts().reads(fact));
        let plugin = Self {
            tables_read: scripts.tables_read(),
            peer_reader: scripts.peer_reader(),
            lists_read: ListsRead::of(reads),
            vendor: Arc::clone(&files.vendor),
            revision: files.revision().to_owned(),
            manifest,
            cases,
            scripts,
            policies,
            tables: asked,
            has_weights_rule: contracts.iter().any(|contract| contract.entry == EntryPoint::Weights),
            factors,
            shown: shown_paths(files, Room::Rules),
        };
        Checked::accepted(plugin, findings)
    }

    /// The factors in the manifest's order.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// Returns the extra tables that the rules read.
    pub fn tables_read(&self) -> &[Name] {
        &self.tables_read
    }

    /// Returns what the rules ask about peers; `None` when they ask nothing.
    pub fn peer_reader(&self) -> Option<&PeerReader> {
        self.peer_reader.as_ref()
    }

    /// Returns the lists of facts that the scripts read.
    pub fn lists_read(&self) -> ListsRead {
        self.lists_read
    }

    /// The policies; `None` for a vendor that has none.
    pub fn policies(&self) -> Option<&Policies> {
        self.policies.as_ref()
    }

    /// Returns the vendor's table of a purpose; `None` for a vendor without one.
    pub fn table(&self, purpose: &Purpose) -> Option<&PurposeTable> {
        self.tables.iter().find(|table| table.purpose() == purpose)
    }

    /// Decides for one partner by the policies; empty without policies. All faults of the partner are collected.
    pub fn decide(&self, facts: &PolicyFacts) -> Result<Decisions, Vec<ScriptFault>> {
        match &self.policies {
            Some(policies) => policies.decide(facts, &self.manifest.policies),
            None => Ok(Decisions::default()),
        }
    }

    /// Returns the least figure of a partner's line of `months` that the tier asks for; `None` where none is asked.
    pub fn least(&self, tier: Option<&str>, months: u32, currency: Currency) -> Option<Money> {
        let is_whole_partner = self.manifest.grain == Grain::Partner;
        tier.filter(|_| is_whole_partner).and_then(|tier| self.manifest.tier_minimum(tier, months, currency))
    }

    /// The rounding unit in minor units of `currency`: the manifest's, else one minor unit.
    pub fn rounding_unit(&self, currency: Currency) -> Result<i128, MoneyError> {
        let unit = self.manifest.rounding_unit.map_or(Ok(1), |unit| Money::new(unit, currency).to_minor())?;
        Ok(unit.max(1))
    }

    /// Returns the indication of one factor for a line.
    pub fn factor(&self, factor: &Factor, facts: &Facts) -> Result<FactorOutcome, ScriptFault> {
        self.scripts.factor(&factor.path, facts).map_err(|fault| placed(&self.shown, fault))
    }

    /// Returns the same vendor, of which the interpreter runs every rule and policy; for comparison with typed code.
    #[must_use]
    pub fn interpreted(self) -> Self {
        Self { scripts: self.scripts.interpreted(), policies: self.policies.map(Policies::interpreted), ..self }
    }

    /// Returns the scripts of its rules.
    pub fn scripts(&self) -> &Scripts {
        &self.scripts
    }

    /// Returns the rules and policies by path as people know it; for those that the interpreter runs, the reason.
    pub fn tiers(&self) -> Vec<(String, Option<Fallback>)> {
        let of_policies = self.policies.iter().flat_map(Policies::ways);
        tiers(&self.scripts, &self.shown).into_iter().chain(of_policies).collect()
    }

    /// Returns true when no rule and no policy runs in the interpreter.
    pub fn is_typed(&self) -> bool {
        let are_typed = |policies: &Policies| policies.scripts().is_typed();
        self.scripts.is_typed() && self.policies.as_ref().is_none_or(are_typed)
    }

    /// Returns a warning for each rule that is left to the interpreter, with `are_new` for those not returned so before.
    pub fn differences(&self, are_new: bool) -> Findings {
        let of_rules = differences(&self.shown, &self.scripts, are_new);
        of_rules.into_iter().chain(self.policies.iter().flat_map(|own| own.differences(are_new))).collect()
    }

    /// Returns true when a rule decides the weights, and not the manifest.
    pub fn has_weights_rule(&self) -> bool {
        self.has_weights_rule
    }

    /// Sets the weights of the factors, in the manifest's order, for a trial of other weights.
    pub fn set_weights(&mut self, weights: &[Rate]) {
        self.factors.iter_mut().zip(weights).for_each(|(factor, weight)| factor.weight = *weight);
    }

    /// Sets the numbers that the manifest states for its rules, in their order, for a trial of other ones.
    pub fn set_parameters(&mut self, values: &[Rate]) {
        self.manifest.parameters.stated.iter_mut().zip(values).for_each(|(number, value)| number.value = *value);
    }

    /// The weights for a line, in the manifest's order: the weights rule's, else the manifest's.
    pub fn weights(&self, facts: &Facts) -> Result<Vec<Rate>, ScriptFault> {
        if !self.has_weights_rule {
            return Ok(self.factors.iter().map(|factor| factor.weight).collect());
        }
        let given = self.scripts.weights(WEIGHTS, facts).map_err(|fault| placed(&self.shown, fault))?;
        let weight_of =
            |name: &Name| given.iter().find(|(factor, _)| factor == name).map_or(Decimal::ZERO, |(_, weight)| *weight);
        Ok(self.factors.iter().map(|factor| weight_of(&factor.name)).collect())
    }

    /// Returns the indications of all rules for a line. All faults of the line are collected.
    pub fn indications(&self, facts: &Facts) -> Result<LineIndications, Vec<ScriptFault>> {
        let mut faults = Vec::new();
        let mut outcomes = Vec::with_capacity(self.factors.len());
        for factor in &self.factors {
            match self.factor(factor, facts) {
                Ok(outcome) => outcomes.push(outcome),
                Err(fault) => faults.push(fault),
            }
        }
        match self.weights(facts) {
            Ok(weights) if faults.is_empty() => return Ok(LineIndications { outcomes, weights }),
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
        Err(faults)
    }

    /// The floors and ceilings that the manifest and the factor rules put on a line, unsettled.
    ///
    /// `assessment` is the line's bottom-up assessment in minor units, `None` when every factor abstained.
    pub fn bounds(
        &self,
        facts: &LineFacts,
        outcomes: &[FactorOutcome],
        assessment: Option<i128>,
        currency: Currency,
    ) -> Vec<Bound> {
        let months = facts.channel.period_months as u32;
        let rules = &self.manifest.guardrails;
        let mut bounds = Vec::new();
        let mut add = |kind, side, amount: Option<Money>, reason: &dyn Fn() -> BoundReason| {
            if let Some(amount) = amount.and_then(|amount| amount.non_negative().to_minor().ok()) {
                bounds.push(Bound { kind, side, amount, reason: reason() });
            }
        };
        if let (Some(share), Some(addressable)) = (rules.market_share_ceiling, facts.market.addressable) {
            let reason = || BoundReason::MarketShare { share, addressable };
            add(GuardrailKind::AddressableMarket, Side::Ceiling, addressable.times(share).ok(), &reason);
        }
        if rules.tier_minimum
            && self.manifest.grain == Grain::Partner
            && let Some(tier) = &facts.identity.tier
            && let Some(minimum) = self.manifest.tier_minimum(tier, months, currency)
        {
            let reason = || BoundReason::TierMinimum { tier: Name::clone(tier), minimum };
            add(GuardrailKind::TierMinimum, Side::Floor, Some(minimum), &reason);
        }
        for (factor, outcome) in self.factors.iter().zip(outcomes) {
            if let FactorOutcome::Indicated { floor, ceiling, because, .. } = outcome {
                let said = |side: &str| format!("{} sets a {side}: {because}", factor.name).into();
                add(GuardrailKind::Factor, Side::Floor, *floor, &|| said("floor"));
                add(GuardrailKind::Factor, Side::Ceiling, *ceiling, &|| said("ceiling"));
            }
        }
        if let (Some(rate), Some(assessed)) = (rules.stretch_ceiling, assessment) {
            let assessed = Money::from_minor(assessed, currency).unwrap_or(Money::zero(currency));
            let most = Decimal::ONE.checked_add(rate).and_then(|factor| assessed.times(factor).ok());
            add(GuardrailKind::GrowthLimit, Side::Ceiling, most, &|| BoundReason::Stretch { rate, assessed });
        }
        if let Some(revenue) = facts.history.comparable_revenue.filter(|revenue| revenue.is_positive()) {
            let grown = |rate: Rate| Decimal::ONE.checked_add(rate).and_then(|factor| revenue.times(factor).ok());
            let base = growth_base(facts, revenue);
            if let Some(rate) = rules.growth_floor {
                let reason = || BoundReason::LeastGrowth { rate, revenue, base };
                add(GuardrailKind::GrowthLimit, Side::Floor, grown(rate), &reason);
            }
            if let Some(rate) = rules.growth_ceiling {
                let reason = || BoundReason::MostGrowth { rate, revenue, base };
                add(GuardrailKind::GrowthLimit, Side::Ceiling, grown(rate), &reason);
            }
        }
        bounds
    }
}

/// Kind of the revenue that growth is measured from.
fn growth_base(facts: &LineFacts, revenue: Money) -> GrowthBase {
    let (history, of) = (&facts.history, facts.channel.period_months);
    match history.months_known {
        Some(known) if known < of => GrowthBase::Scaled { known, of },
        _ if history.prior_revenue == Some(revenue) => GrowthBase::Prior,
        _ => GrowthBase::SamePeriod,
    }
}

/// A manifest's place in the vendor's files, for findings that point there.
struct ManifestPlace {
    shown: String,
    text: Arc<str>,
}

fn read_manifest(files: &VendorFiles, findings: &mut Findings) -> Option<(Option<Manifest>, ManifestPlace)> {
    let is_quota_setting = files.has_room(Room::Rules);
    let room = if is_quota_setting { Room::Rules } else { Room::Policies };
    let Some(file) = files.get(room, "vendor.toml") else {
        let directory = format!("{}/{}", room.as_str(), files.vendor);
        let place = Place::file(format!("{directory}/vendor.toml"));
        let fault = VendorFault::NoManifest { vendor: files.vendor.to_string(), directory };
        findings.push(Finding::from(fault).at(place));
        return None;
    };
    let manifest = Manifest::parse(&file.shown, &file.text, is_quota_setting).ok(findings);
    Some((manifest, ManifestPlace { shown: file.shown.clone(), text: Arc::clone(&file.text) }))
}

fn factors(manifest: &Manifest) -> Vec<Factor> {
    let weights = manifest.weights.iter();
    weights
        .map(|(name, weight)| Factor { name: Arc::clone(name), weight: *weight, path: format!("{name}.rhai") })
        .collect()
}

/// The entry points among the scripts: one per factor that has a rule, and the weights rule.
fn contracts(factors: &[Factor], sources: &[SourceFile]) -> Vec<Contract> {
    let is_written = |path: &str| sources.iter().any(|source| source.path == path);
    let rules = factors.iter().filter(|factor| is_written(&factor.path));
    let weights = is_written(WEIGHTS).then(|| Contract { path: WEIGHTS.to_owned(), entry: EntryPoint::Weights });
    rules.map(|factor| Contract { path: factor.path.clone(), entry: EntryPoint::Factor }).chain(weights).collect()
}

fn read_cases(files: &VendorFiles, manifest: &Manifest, factors: &[Factor], findings: &mut Findings) -> Vec<Case> {
    let names: Vec<&str> = factors.iter().map(|factor| &*factor.name).collect();
    let known = Known { factors: &names, policies: &Policies::kinds(files), tables: &tables_of(files) };
    let case_files = files.iter().filter(|file| file.is_cases());
    case_files
        .filter_map(|file| CaseFile::parse(&file.shown, &file.text, manifest, &known).ok(findings))
        .flatten()
        .collect()
}

/// Reports weights whose factor has no rule file, with the nearest file name.
fn missing_rules(factors: &[Factor], sources: &[SourceFile], manifest: &ManifestPlace, findings: &mut Findings) {
    let names: BTreeSet<&str> = sources.iter().filter_map(|source| source.path.strip_suffix(".rhai")).collect();
    let used: BTreeSet<&str> = factors.iter().map(|factor| &*factor.name).collect();
    let document = Document::parse(&manifest.shown, &manifest.text, super::manifest::CODES);
    for factor in factors.iter().filter(|factor| !names.contains(&*factor.name)) {
        let free = names.iter().copied().filter(|name| !used.contains(name) && *name != "weights");
        let near = did_you_mean(&factor.name, free).map(str::to_owned);
        let weight = document.root().section("weights").and_then(|weights| weights.get(&factor.name));
        let place = weight.map(|weight| weight.key_place("no file of this name"));
        findings.push(
            Finding::from(VendorFault::NoRule { factor: factor.name.to_string(), near })
                .at(place.unwrap_or_else(|| Place::file(&manifest.shown))),
        );
    }
}
