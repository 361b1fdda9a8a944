//! Cases an author writes beside the rules: facts in, expected figures and reasons out, on a frozen day.

use super::case_facts;
use super::line::{LineAssessment, assess_line, because};
use super::policy_cases::{self, ExpectedDecision};
use super::vendor::VendorPlugin;
use crate::channel::{LineFacts, Name};
use crate::document::{Codes, Document, Item, Section};
use crate::finding::{Code, Finding, Findings, Place, did_you_mean};
use crate::plugin::Manifest;
use crate::script::{FactorOutcome, Facts, PolicyFacts, PolicyKind};
use crate::units::{Currency, Money, Rate};
use rust_decimal::Decimal;
use std::fmt;
use std::sync::Arc;

/// What a case tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One factor rule.
    Factor(Name),
    /// The weights rule, or the manifest's weights.
    Weights,
    /// The whole line: factors, weights, guardrails and rounding, without a target.
    Line,
    /// A policy.
    Policy(PolicyKind),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Factor(name) => f.write_str(name),
            Self::Weights => f.write_str("weights"),
            Self::Line => f.write_str("line"),
            Self::Policy(kind) => f.write_str(kind.as_str()),
        }
    }
}

/// What a case expects; every part given must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// Revenue the factor indicates, exactly.
    pub indicates: Option<Money>,
    /// True when the factor abstains.
    pub abstains: Option<bool>,
    /// Words the reason contains.
    pub because: Option<String>,
    /// Words of the fault when the rule must fail.
    pub fails: Option<String>,
    /// Floor.
    pub floor: Option<Money>,
    /// Ceiling.
    pub ceiling: Option<Money>,
    /// Weights by factor, exactly.
    pub weights: Vec<(Name, Rate)>,
    /// Bottom-up assessment of the line.
    pub assessment: Option<Money>,
    /// Quota of the line without a target: assessment within the guardrails, rounded.
    pub quota: Option<Money>,
    /// Contribution of each factor to the line's assessment.
    pub contributions: Vec<(Name, Money)>,
    /// What a policy decides.
    pub decided: ExpectedDecision,
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The sentence it proves.
    pub name: String,
    /// What it tests.
    pub subject: Subject,
    /// Facts given.
    pub facts: Arc<LineFacts>,
    /// The same with the standing and the records, for a policy.
    pub policy_facts: Option<PolicyFacts>,
    /// Currency of its amounts.
    pub currency: Currency,
    /// What must come out.
    pub expected: Expected,
    /// Where it stands.
    pub place: Place,
}

/// How a case came out.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseOutcome {
    /// The case's sentence.
    pub name: String,
    /// What it tests.
    pub subject: Subject,
    /// One entry a difference: what, expected, found. Empty when the case holds.
    pub differences: Vec<Difference>,
    /// Where the case stands.
    pub place: Place,
}

/// One thing that came out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which figure or reason.
    pub what: String,
    /// As the case says.
    pub expected: String,
    /// As the rules say.
    pub found: String,
}

impl CaseOutcome {
    /// True when everything came out as expected.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }

    /// The finding that refuses a vendor whose case does not hold.
    pub fn finding(&self) -> Finding {
        let lines: Vec<String> = self
            .differences
            .iter()
            .map(|difference| {
                format!("{}: expected {}, found {}", difference.what, difference.expected, difference.found)
            })
            .collect();
        Finding::error(Code::CaseFailed, format!("case `{}` does not hold: {}", self.name, lines.join("; ")))
            .at(self.place.clone())
            .help("correct the rule, or the case if the rule is right")
    }
}

const CODES: Codes = Codes {
    syntax: Code::CaseInvalid,
    unknown_key: Code::CaseInvalid,
    missing_key: Code::CaseInvalid,
    value: Code::CaseInvalid,
};

/// Reading of a cases file.
pub struct CaseFile;

impl CaseFile {
    /// Reads the cases in `text`; every finding of the file is reported.
    pub fn parse(
        file: &str,
        text: &Arc<str>,
        manifest: &Manifest,
        factors: &[&str],
        policies: &[PolicyKind],
    ) -> (Vec<Case>, Findings) {
        let mut document = Document::parse(file, text, CODES);
        document.take_over("case", "name", "like", &["as_of", "facts", "tables"]);
        let mut cases: Vec<Case> = Vec::new();
        for item in document.root().list("case") {
            let Some(case) = item.section().and_then(|section| read_case(section, item, manifest, factors, policies))
            else {
                continue;
            };
            if cases.iter().any(|known| known.name == case.name) {
                item.refuse(format!("two cases are named `{}`", case.name), "give each case its own sentence");
            }
            cases.push(case);
        }
        (cases, document.into_findings())
    }
}

fn read_case(
    section: Section<'_>,
    item: Item<'_>,
    manifest: &Manifest,
    factors: &[&str],
    policies: &[PolicyKind],
) -> Option<Case> {
    let name = section.require("name", "name = \"the sentence this case proves\"").and_then(Item::text);
    let as_of = section.require("as_of", "as_of = 2025-12-31").and_then(Item::date);
    // The document has taken over what the earlier case gives.
    section.text("like");
    // A vendor without quota rules has no line to assess.
    let rule = if factors.is_empty() { section.require("rule", "rule = \"tier\"") } else { section.get("rule") };
    let subject = rule.map_or(Some(Subject::Line), |rule| subject(rule, factors, policies));
    // A misspelt rule is one finding; what only policies know is not held against it.
    let is_policy = matches!(subject, Some(Subject::Policy(_)) | None);
    let expect = section.require("expect", "expect.indicates = 1000").and_then(Item::section).map(expected);
    let period = match section.get("period") {
        // Rules look ahead, policies at the period they are in.
        None if is_policy => as_of.and_then(|as_of| manifest.calendar.containing(as_of, manifest.period_months)),
        None => as_of.and_then(|as_of| manifest.calendar.next_after(as_of, manifest.period_months)),
        Some(label) => match manifest.calendar.period(label.text()?) {
            Ok(period) => Some(period),
            Err(fault) => {
                label.refuse(fault.to_string(), "write a period of the vendor's calendar");
                None
            }
        },
    };
    let (day, period) = (as_of.unwrap_or_default(), period?);
    let facts = case_facts::read(section.section("facts"), name.unwrap_or_default(), day, &period);
    let policy_facts = is_policy.then(|| policy_cases::facts(section, facts.clone(), day, &period, manifest));
    let expected = expect?;
    if expected == Expected::default() {
        item.refuse("this case expects nothing", "add what must come out, such as `expect.indicates = 1000`");
    }
    Some(Case {
        name: name?.to_owned(),
        subject: subject?,
        facts: Arc::new(facts),
        policy_facts,
        currency: manifest.currency.unwrap_or(Currency::USD),
        expected,
        place: section.get("name")?.place("this case"),
    })
}

fn subject(rule: Item<'_>, factors: &[&str], policies: &[PolicyKind]) -> Option<Subject> {
    let name = rule.text()?;
    match name {
        "weights" => Some(Subject::Weights),
        "line" => Some(Subject::Line),
        _ if factors.contains(&name) => Some(Subject::Factor(name.into())),
        _ if policies.iter().any(|kind| kind.as_str() == name) => {
            policies.iter().find(|kind| kind.as_str() == name).map(|kind| Subject::Policy(*kind))
        }
        _ => {
            let of_rules = if factors.is_empty() { &[][..] } else { &["weights", "line"] };
            let of_policies = policies.iter().map(|kind| kind.as_str());
            let known = factors.iter().copied().chain(of_rules.iter().copied()).chain(of_policies);
            let help = did_you_mean(name, known.clone()).map_or_else(
                || format!("known: {}", known.collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            rule.refuse(format!("there is no rule `{name}`"), help);
            None
        }
    }
}

fn expected(section: Section<'_>) -> Expected {
    let money = |key: &str| section.number(key).map(Money::new);
    let text = |key: &str| section.text(key).map(str::to_owned);
    let named = |key: &str| -> Vec<(Name, Decimal)> {
        let entries = section.section(key).map(Section::entries).unwrap_or_default();
        entries.into_iter().filter_map(|(name, item)| item.number().map(|number| (Name::from(name), number))).collect()
    };
    Expected {
        indicates: money("indicates"),
        abstains: section.truth("abstains"),
        because: text("because"),
        fails: text("fails"),
        floor: money("floor"),
        ceiling: money("ceiling"),
        weights: named("weights"),
        assessment: money("assessment"),
        quota: money("quota"),
        contributions: named("contributions").into_iter().map(|(name, amount)| (name, Money::new(amount))).collect(),
        decided: policy_cases::expected(section),
    }
}

/// Runs all cases of a vendor, in the order written. Must be called on a script thread.
pub fn run_cases(plugin: &VendorPlugin) -> Vec<CaseOutcome> {
    plugin.cases.iter().map(|case| run_case(plugin, case)).collect()
}

fn run_case(plugin: &VendorPlugin, case: &Case) -> CaseOutcome {
    let mut compare = Comparison { expected: &case.expected, differences: Vec::new() };
    let facts = Facts::new(Arc::clone(&case.facts));
    match &case.subject {
        Subject::Factor(name) => {
            if let Some(factor) = plugin.factors().iter().find(|factor| factor.name == *name) {
                match plugin.factor(factor, &facts) {
                    Ok(outcome) => compare.outcome(&outcome),
                    Err(fault) => compare.fault(&fault.finding),
                }
            }
        }
        Subject::Weights => match plugin.weights(&facts) {
            Ok(weights) => compare.weights(plugin, &weights),
            Err(fault) => compare.fault(&fault.finding),
        },
        Subject::Policy(kind) => {
            if let (Some(policies), Some(facts)) = (plugin.policies(), &case.policy_facts) {
                policy_cases::run(policies, *kind, facts, &mut compare);
            }
        }
        Subject::Line => match assess_line(plugin, &case.facts, case.currency) {
            Ok(line) => compare.line(plugin, &line),
            Err(faults) => faults.iter().for_each(|fault| compare.fault(&fault.finding)),
        },
    }
    CaseOutcome {
        name: case.name.clone(),
        subject: case.subject.clone(),
        differences: compare.differences,
        place: case.place.clone(),
    }
}

/// What a case expects against what came out.
pub(super) struct Comparison<'c> {
    pub expected: &'c Expected,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    pub fn differ(&mut self, what: &str, expected: impl fmt::Display, found: impl fmt::Display) {
        self.differences.push(Difference {
            what: what.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        });
    }

    fn amount(&mut self, what: &str, expected: Option<Money>, found: Option<Money>) {
        if let Some(expected) = expected
            && found != Some(expected)
        {
            self.differ(what, expected, found.map_or_else(|| "none".to_owned(), |found| found.to_string()));
        }
    }

    pub fn contains(&mut self, what: &str, expected: Option<&String>, found: &str) {
        if let Some(words) = expected
            && !found.contains(words.as_str())
        {
            self.differ(what, format!("`{words}`"), format!("`{found}`"));
        }
    }

    pub fn must_not_fail(&mut self, found: &str) {
        if let Some(words) = &self.expected.fails {
            self.differ("fails", format!("`{words}`"), found);
        }
    }

    pub fn fault(&mut self, fault: &Finding) {
        match &self.expected.fails {
            Some(words) if fault.message.contains(words.as_str()) => {}
            Some(words) => self.differ("fails", format!("`{words}`"), format!("`{}`", fault.message)),
            None => self.differ("outcome", "no failure", fault),
        }
    }

    fn outcome(&mut self, outcome: &FactorOutcome) {
        match outcome {
            FactorOutcome::Indicated { revenue, floor, ceiling, because } => {
                self.must_not_fail(&format!("indicates {revenue}"));
                if self.expected.abstains == Some(true) {
                    self.differ("abstains", "true", format!("indicates {revenue}: {because}"));
                }
                self.amount("indicates", self.expected.indicates, Some(*revenue));
                self.amount("floor", self.expected.floor, *floor);
                self.amount("ceiling", self.expected.ceiling, *ceiling);
                self.contains("because", self.expected.because.as_ref(), because);
            }
            FactorOutcome::Abstained { because } => {
                self.must_not_fail("abstains");
                if self.expected.abstains == Some(false) {
                    self.differ("abstains", "false", format!("abstains: {because}"));
                }
                self.amount("indicates", self.expected.indicates, None);
                self.amount("floor", self.expected.floor, None);
                self.amount("ceiling", self.expected.ceiling, None);
                self.contains("because", self.expected.because.as_ref(), because);
            }
        }
    }

    fn weights(&mut self, plugin: &VendorPlugin, found: &[Rate]) {
        self.must_not_fail("gives weights");
        for (name, weight) in &self.expected.weights {
            let actual =
                plugin.factors().iter().zip(found).find(|(factor, _)| factor.name == *name).map(|(_, weight)| *weight);
            if actual != Some(*weight) {
                self.differ(
                    &format!("weight of {name}"),
                    weight,
                    actual.map_or_else(|| "no such factor".into(), |weight| weight.to_string()),
                );
            }
        }
    }

    fn line(&mut self, plugin: &VendorPlugin, line: &LineAssessment) {
        self.must_not_fail("assesses the line");
        self.amount("assessment", self.expected.assessment, line.assessment);
        self.amount("quota", self.expected.quota, line.quota);
        self.amount("floor", self.expected.floor, line.floor);
        self.amount("ceiling", self.expected.ceiling, line.ceiling);
        self.weights(plugin, &line.weights);
        for (name, amount) in &self.expected.contributions {
            let found = plugin.factors().iter().zip(&line.contributions).find(|(factor, _)| factor.name == *name);
            self.amount(&format!("contribution of {name}"), Some(*amount), found.and_then(|(_, amount)| *amount));
        }
        let reasons: Vec<&str> = line.indications.outcomes.iter().map(|outcome| &**because(outcome)).collect();
        self.contains("because", self.expected.because.as_ref(), &reasons.join("; "));
    }
}
