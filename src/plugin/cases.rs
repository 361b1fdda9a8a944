//! Cases an author writes beside the rules: facts in, expected figures and reasons out, on a frozen day.

use super::case_facts;
use super::expected::{Expected, expected};
use super::fault::CaseFault;
use super::manifest::Manifest;
use super::policy_cases;
use crate::channel::{LineFacts, Name};
use crate::decision::table::{Kind, Value};
use crate::decision::{Purpose, PurposeInput as Input};
use crate::document::{Codes, Document, Item, Section};
use crate::finding::{Checked, Code, Place, did_you_mean};
use crate::script::{PartnerRecords, PolicyFacts, PolicyKind};
use crate::units::Currency;
use std::fmt;
use std::sync::Arc;

/// Subject of a case.
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
    /// A table that the engine asks.
    Table(&'static Purpose),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Factor(name) => f.write_str(name),
            Self::Weights => f.write_str("weights"),
            Self::Line => f.write_str("line"),
            Self::Policy(kind) => f.write_str(kind.as_str()),
            Self::Table(purpose) => f.write_str(purpose.name),
        }
    }
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The sentence it proves.
    pub name: String,
    /// Subject of the case.
    pub subject: Subject,
    /// Facts given.
    pub facts: Arc<LineFacts>,
    /// Records of the extra tables.
    pub records: PartnerRecords,
    /// Other lines that the line is compared with.
    pub peers: Vec<Arc<LineFacts>>,
    /// The same with the standing and the records, for a policy.
    pub policy_facts: Option<PolicyFacts>,
    /// Inputs of a table.
    pub inputs: Vec<(&'static str, Value)>,
    /// Currency of its amounts.
    pub currency: Currency,
    /// Expected result.
    pub expected: Expected,
    /// Place in the file.
    pub place: Place,
}

pub(super) const CODES: Codes = Codes {
    syntax: Code::CaseInvalid,
    unknown_key: Code::CaseInvalid,
    missing_key: Code::CaseInvalid,
    value: Code::CaseInvalid,
};

/// Rules that cases of a vendor may be about.
pub struct Known<'v> {
    /// Factors.
    pub factors: &'v [&'v str],
    /// Policies.
    pub policies: &'v [PolicyKind],
    /// Tables that the engine asks.
    pub tables: &'v [&'static Purpose],
}

impl Known<'_> {
    fn table(&self, rule: &str) -> Option<&'static Purpose> {
        self.tables.iter().find(|purpose| purpose.name == rule).copied()
    }
}

/// Reading of a cases file.
pub struct CaseFile;

impl CaseFile {
    /// Reads the cases in `text`; every finding of the file is reported.
    pub fn parse(file: &str, text: &Arc<str>, manifest: &Manifest, known: &Known<'_>) -> Checked<Vec<Case>> {
        let mut document = Document::parse(file, text, CODES);
        document.inherit("case", "name", "like", &["as_of", "facts", "inputs", "tables", "peers"]);
        let mut cases: Vec<Case> = Vec::new();
        for item in document.root().list("case") {
            let Some(case) = item.section().and_then(|section| read_case(section, item, manifest, known)) else {
                continue;
            };
            if cases.iter().any(|known| known.name == case.name) {
                item.reject(CaseFault::Duplicate { case: case.name.clone() });
            }
            cases.push(case);
        }
        Checked { value: Some(cases), findings: document.into_findings() }
    }
}

fn read_case(section: Section<'_>, item: Item<'_>, manifest: &Manifest, known: &Known<'_>) -> Option<Case> {
    if let Some(purpose) = section.get("rule").and_then(|rule| known.table(rule.as_text()?)) {
        return table_case(section, item, purpose);
    }
    let name = section.require("name", "name = \"the sentence this case proves\"").and_then(Item::text);
    let as_of = section.require("as_of", "as_of = 2025-12-31").and_then(Item::date);
    // The document has inherited the facts of the earlier case.
    section.text("like");
    // A vendor without quota rules has no line to assess.
    let rule = if known.factors.is_empty() { section.require("rule", "rule = \"tier\"") } else { section.get("rule") };
    let subject = rule.map_or(Some(Subject::Line), |rule| subject(rule, known));
    // A misspelt rule is one finding; what only policies know is not counted against it.
    let is_policy = matches!(subject, Some(Subject::Policy(_)) | None);
    let currency = manifest.currency.unwrap_or(Currency::USD);
    let expect = section.require("expect", "expect.indicates = 1000").and_then(Item::section);
    let expect = expect.map(|section| expected(section, currency));
    let period = match section.get("period") {
        // Rules look ahead, policies at the period they are in.
        None if is_policy => as_of.and_then(|as_of| manifest.calendar.containing(as_of, manifest.period_months)),
        None => as_of.and_then(|as_of| manifest.calendar.next_after(as_of, manifest.period_months)),
        Some(label) => match manifest.calendar.period(label.text()?) {
            Ok(period) => Some(period),
            Err(fault) => {
                label.reject(CaseFault::Period { reason: fault.to_string() });
                None
            }
        },
    };
    let given = section.section("facts").and_then(|facts| facts.get("tier"));
    let decided = section.section("expect").and_then(|expect| expect.get("to"));
    given.into_iter().chain(decided).for_each(|tier| misspelt_tier(tier, manifest));
    // Without a date the facts are read all the same, so that they are not reported as unknown keys.
    let (day, is_dated) = (as_of.unwrap_or_default(), as_of.is_some() && period.is_some());
    let period = period.or_else(|| manifest.calendar.containing(day, manifest.period_months))?;
    let facts = case_facts::read(section.section("facts"), name.unwrap_or_default(), day, &period, manifest);
    let records = policy_cases::records(section, manifest);
    let policy_facts =
        is_policy.then(|| policy_cases::facts(section, (facts.clone(), records.clone()), day, &period, manifest));
    let others = section.list("peers").into_iter().filter_map(Item::section);
    let peers = others.map(|one| Arc::new(case_facts::read(Some(one), "a peer", day, &period, manifest))).collect();
    let expected = expect?;
    if expected == Expected::default() {
        item.reject(CaseFault::NoExpectation {});
    }
    is_dated.then_some(())?;
    Some(Case {
        name: name?.to_owned(),
        subject: subject?,
        facts: Arc::new(facts),
        records,
        peers,
        policy_facts,
        inputs: Vec::new(),
        currency,
        expected,
        place: section.get("name")?.place("this case"),
    })
}

/// Reads a case of a table that the engine asks: inputs, and what the table concludes.
fn table_case(section: Section<'_>, item: Item<'_>, purpose: &'static Purpose) -> Option<Case> {
    let name = section.require("name", "name = \"the sentence this case proves\"").and_then(Item::text);
    section.text("like");
    let given = section.section("inputs");
    let read = |input: &'static Input| {
        let item = given?.get(input.name)?;
        let value = match input.kind {
            Kind::Number => item.number().map(Value::Number),
            Kind::Whole => item.count().map(|count| Value::Number(count.into())),
            Kind::Truth => item.truth().map(Value::Truth),
            Kind::Date => item.date().map(Value::Date),
            Kind::Text => item.text().map(Value::text),
        };
        Some((input.name, value?))
    };
    let inputs = purpose.inputs.iter().filter_map(read).collect();
    let expect = section.require("expect", "expect.concludes = [\"finance\"]").and_then(Item::section);
    let expected = expected(expect?, Currency::USD);
    if expected == Expected::default() {
        item.reject(CaseFault::NoExpectation {});
    }
    Some(Case {
        name: name?.to_owned(),
        subject: Subject::Table(purpose),
        facts: Arc::default(),
        records: PartnerRecords::default(),
        peers: Vec::new(),
        policy_facts: None,
        inputs,
        currency: Currency::USD,
        expected,
        place: section.get("name")?.place("this case"),
    })
}

/// Reports a tier that is nearly one of the manifest's; others may be tiers below its lowest.
fn misspelt_tier(item: Item<'_>, manifest: &Manifest) {
    let known = || manifest.tiers.iter().map(|tier| &*tier.name);
    let tier = item.as_text().unwrap_or_default();
    if !known().any(|name| name == tier)
        && let Some(near) = did_you_mean(tier, known())
    {
        item.reject(CaseFault::UnknownTier { tier: tier.to_owned(), near: near.to_owned() });
    }
}

fn subject(rule: Item<'_>, known: &Known<'_>) -> Option<Subject> {
    let Known { factors, policies, tables } = known;
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
            let of_tables = tables.iter().map(|purpose| purpose.name);
            let known = factors.iter().copied().chain(of_rules.iter().copied()).chain(of_policies).chain(of_tables);
            rule.reject(CaseFault::UnknownRule {
                rule: name.to_owned(),
                near: did_you_mean(name, known.clone()).map(str::to_owned),
                known: known.map(str::to_owned).collect(),
            });
            None
        }
    }
}
