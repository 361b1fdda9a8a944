//! Dry run: every rule and every policy is called with a few sample partners before it decides about real ones.

use super::manifest::Manifest;
use super::vendor::VendorPlugin;
use crate::channel::{Attribute, Identity, LineFacts, Name, SegmentKey};
use crate::finding::{Code, Finding, Findings, Severity};
use crate::performance::{LineStanding, PartnerStanding, Standing};
use crate::script::{
    Beside, ExtraTables, FactKind, FactValue, Facts, Peers, PolicyFacts, PolicyKind, ScriptFault, TableDeclaration,
    example_facts, example_review, example_standing, zero_facts, zero_standing,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Rules that use up their budget before the trial ends early; each costs about a second of processor time.
const MAX_EXHAUSTED: usize = 3;

/// Values of a sample partner that are replaced by ones that decision tables allow, for one rule.
const MAX_REPLACED: usize = 32;

/// A sample partner.
struct Sample {
    /// Description in messages.
    who: &'static str,
    line: LineFacts,
    standing: PartnerStanding,
    records: Records,
    peers: Option<Peers>,
    facts: Facts,
    policy: PolicyFacts,
}

impl Sample {
    fn new(who: &'static str, line: LineFacts, standing: PartnerStanding, records: Records) -> Self {
        let (facts, policy) = facts(&line, &standing, &records, None);
        Self { who, line, standing, records, peers: None, facts, policy }
    }

    /// Replaces a text wherever the partner has it; false when the partner has it nowhere.
    fn replace(&mut self, text: &str, instead: &str) -> bool {
        let mut count = 0;
        let mut swap = |name: &mut Name| {
            if **name == *text {
                *name = Name::from(instead);
                count += 1;
            }
        };
        let Identity { tier, territory, vertical, product_line, account_manager, .. } = &mut self.line.identity;
        [tier, territory, vertical, product_line, account_manager].into_iter().flatten().for_each(&mut swap);
        for (_, attribute) in &mut self.line.attributes {
            if let Attribute::Text(name) = attribute {
                swap(name);
            }
        }
        for line in &mut self.standing.lines {
            let SegmentKey { product_line, territory } = &mut line.segment;
            [product_line, territory].into_iter().flatten().for_each(&mut swap);
        }
        for value in self.records.iter_mut().flat_map(|(_, rows)| rows).flatten().flatten() {
            if let FactValue::Text(name) = value {
                swap(name);
            }
        }
        (self.facts, self.policy) = facts(&self.line, &self.standing, &self.records, self.peers.clone());
        count > 0
    }
}

/// Rows of the extra tables.
type Records = Vec<(TableDeclaration, Option<Vec<Vec<FactValue>>>)>;

/// The facts as rules and policies read them.
fn facts(
    line: &LineFacts,
    standing: &PartnerStanding,
    records: &Records,
    peers: Option<Peers>,
) -> (Facts, PolicyFacts) {
    let (line, review) = (Arc::new(line.clone()), Arc::new(example_review()));
    let records = ExtraTables::of_one(records.clone());
    let policy = PolicyFacts::new(Arc::clone(&line), Arc::new(standing.clone()), review, records.clone());
    (Facts::new(line).with(Beside { records, peers }), policy)
}

/// Calls every factor, the weights rule and every policy with four sample partners: one whose facts are all known,
/// one with nothing but zeros, a newcomer, and one without any known fact. Must be called on a script thread.
///
/// Each call runs under the usual budget. What no partner's data can excuse is an error: a budget used up, an engine that
/// failed, a name or function that is not there, an answer that is none (weights that do not sum to 1, an amount in the
/// place of an indication). Such a rule would fail, or do harm, for every partner.
///
/// A text that a decision table does not allow is replaced by one that the table lists, so that what follows is examined
/// too. A fact that is not known, a division by zero, a key that is not in a map: these depend on the partner, and ours
/// are made up. With real ones such a fault costs that partner its answer, and says so; refusing the vendor for it
/// would keep all partners from the new rules. So it is a warning, once per rule, for the first sample partner that it affects;
/// and an error when it affects all four.
pub fn run_trial(plugin: &VendorPlugin) -> Findings {
    let samples = compared(samples(&plugin.manifest), plugin);
    let mut trial = Trial { samples, findings: Findings::new(), exhausted: 0 };
    for factor in plugin.factors() {
        trial.rule(|sample| plugin.factor(factor, &sample.facts).err());
    }
    if !plugin.factors().is_empty() {
        trial.rule(|sample| plugin.weights(&sample.facts).err());
    }
    if let Some(policies) = plugin.policies() {
        let rules = &plugin.manifest.policies;
        for kind in PolicyKind::ALL.into_iter().filter(|kind| policies.has(*kind)) {
            trial.rule(|sample| match kind {
                PolicyKind::Tier => policies.tiers(&sample.policy, rules).err(),
                PolicyKind::Incentive => policies.incentives(&sample.policy).err(),
                PolicyKind::Intervention => policies.interventions(&sample.policy).err(),
            });
        }
    }
    trial.findings
}

/// The samples as peers of each other.
fn compared(mut samples: Vec<Sample>, plugin: &VendorPlugin) -> Vec<Sample> {
    let Some(reader) = plugin.peer_reader() else { return samples };
    let peers = reader.peers(samples.iter().filter_map(|sample| reader.read(&sample.facts).ok()).collect());
    for sample in &mut samples {
        sample.peers = Some(peers.clone());
        (sample.facts, sample.policy) = facts(&sample.line, &sample.standing, &sample.records, sample.peers.clone());
    }
    samples
}

struct Trial {
    samples: Vec<Sample>,
    findings: Findings,
    exhausted: usize,
}

impl Trial {
    /// Asks one rule about every sample; it is heard of once.
    fn rule(&mut self, ask: impl Fn(&Sample) -> Option<ScriptFault>) {
        let mut warning: Option<Finding> = None;
        let mut failed = 0;
        for index in 0..self.samples.len() {
            if self.exhausted >= MAX_EXHAUSTED {
                return;
            }
            let Some(sample) = self.samples.get_mut(index) else { continue };
            let Some(fault) = allowed(sample, &ask) else { continue };
            // Time runs for a busy machine too: only who runs out of it twice is blamed.
            let fault = if fault.finding.code() == Code::ScriptBudget { ask(sample) } else { Some(fault) };
            let Some(fault) = fault else { continue };
            // A text of ours that a table does not allow says nothing about partners.
            let is_ours = fault.allowed_instead().is_some();
            let ScriptFault { finding, .. } = fault;
            let is_refused = has_no_excuse(finding.code());
            self.exhausted += usize::from(finding.code() == Code::ScriptBudget);
            let finding = on_trial(finding, sample.who, is_refused);
            if is_refused {
                return self.findings.push(finding);
            }
            failed += usize::from(!is_ours);
            warning.get_or_insert(finding);
        }
        // What fails for partners as different as these fails for every partner.
        let is_for_everyone = failed == self.samples.len();
        let severity = if is_for_everyone { Severity::Error } else { Severity::Warning };
        self.findings.extend(warning.map(|finding| finding.with_severity(severity)));
    }
}

/// Asks a rule about a sample, whose texts are replaced as far as decision tables allow only others.
fn allowed(sample: &mut Sample, ask: impl Fn(&Sample) -> Option<ScriptFault>) -> Option<ScriptFault> {
    for _ in 0..MAX_REPLACED {
        let fault = ask(sample)?;
        let is_replaced = fault.allowed_instead().is_some_and(|(text, instead)| sample.replace(text, instead));
        if !is_replaced {
            return Some(fault);
        }
    }
    ask(sample)
}

fn on_trial(finding: Finding, who: &str, is_refused: bool) -> Finding {
    let severity = if is_refused { Severity::Error } else { Severity::Warning };
    finding.in_context(|context| context.dry_run = Some(who.to_owned())).with_severity(severity)
}

/// True for a fault that does not depend on the partner; see [`run_trial`].
fn has_no_excuse(code: Code) -> bool {
    matches!(
        code,
        Code::ScriptBudget
            | Code::ScriptEngine
            | Code::ScriptEntryPoint
            | Code::ScriptForbidden
            | Code::ScriptOutcome
            | Code::ScriptUnknownFunction
            | Code::ScriptUnknownName
    )
}

fn samples(manifest: &Manifest) -> Vec<Sample> {
    let example = example_facts();
    let known = prepared(example.line().clone(), manifest);
    let mut nothing = LineFacts { channel: Arc::clone(&known.channel), ..LineFacts::default() };
    nothing.identity.partner_id = Name::clone(&known.identity.partner_id);
    nothing.identity.partner_name = Name::clone(&known.identity.partner_name);
    let first_tier = manifest.tiers.first().map(|tier| Name::clone(&tier.name));
    let mut newcomer = LineFacts {
        since: NaiveDate::from_ymd_opt(2025, 10, 15),
        months_since_joining: Some(2),
        is_newcomer: true,
        market: known.market.clone(),
        ..nothing.clone()
    };
    newcomer.identity.tier.clone_from(&first_tier);
    newcomer.identity.territory.clone_from(&known.identity.territory);
    let mut poor = prepared(zero_facts(), manifest);
    poor.identity.tier = first_tier;
    let of_newcomer = Standing { actual: example_standing().whole.actual, ..Standing::default() };
    let tables = &manifest.tables;
    [
        ("a partner whose facts are all known", known, example_standing(), records(tables, 2)),
        ("a partner with nothing but zeros", poor, zero_standing(), records(tables, 0)),
        ("a newcomer", newcomer, with_one_line(of_newcomer), records(tables, 0)),
        ("a partner without any known fact", nothing, with_one_line(Standing::default()), records(tables, 0)),
    ]
    .into_iter()
    .map(|(who, line, standing, records)| Sample::new(who, line, standing, records))
    .collect()
}

/// The facts under this manifest: its highest tier, its attributes, the length of its periods.
fn prepared(mut line: LineFacts, manifest: &Manifest) -> LineFacts {
    if let Some(tier) = manifest.tiers.last() {
        line.identity.tier = Some(Name::clone(&tier.name));
    }
    line.attributes =
        manifest.attributes.iter().map(|(name, kind)| (Name::clone(name), attribute(*kind, name))).collect();
    line.learned = manifest
        .parameters
        .learned
        .iter()
        .map(|one| (Name::clone(&one.name), Attribute::Number(one.fallback.unwrap_or(Decimal::ONE))))
        .collect();
    let channel = Arc::make_mut(&mut line.channel);
    channel.period_months = i64::from(manifest.period_months);
    channel.parameters = manifest.parameters.facts();
    line
}

fn with_one_line(whole: Standing) -> PartnerStanding {
    let segment = SegmentKey { product_line: Some(Name::from("Software")), territory: None };
    let lines = vec![LineStanding { segment, standing: whole.clone() }];
    PartnerStanding { whole, lines, ..PartnerStanding::default() }
}

/// The value of an attribute. Texts differ, so that each can be replaced alone.
fn attribute(kind: FactKind, name: &str) -> Attribute {
    match kind {
        FactKind::Money | FactKind::Rate | FactKind::Count => Attribute::Number(Decimal::ONE),
        FactKind::Truth => Attribute::Truth(true),
        FactKind::Date => Attribute::Date(NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default()),
        FactKind::Text | FactKind::List | FactKind::Group => Attribute::Text(Name::from(format!("sample {name}"))),
    }
}

/// `count` rows of each table; a book has every table that the manifest declares.
fn records(tables: &[TableDeclaration], count: usize) -> Records {
    let value = |table: &TableDeclaration, name: &Name, kind: FactKind| match kind {
        FactKind::Money | FactKind::Rate => FactValue::Number(Decimal::ONE),
        FactKind::Count => FactValue::Count(1),
        FactKind::Truth => FactValue::Truth(true),
        FactKind::Date => FactValue::Date(NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default()),
        FactKind::Text | FactKind::List | FactKind::Group => {
            FactValue::Text(Name::from(format!("sample {name} of {}", table.name)))
        }
    };
    let table = |table: &TableDeclaration| {
        let row = || table.columns.iter().map(|(name, kind)| value(table, name, *kind)).collect::<Vec<_>>();
        (table.clone(), Some((0..count).map(|_| row()).collect()))
    };
    tables.iter().map(table).collect()
}
