//! Running of cases: what the rules and policies give against what each case expects.

use super::cases::{Case, Subject};
use super::comparison::{BY_ERROR, Comparison, Difference, number, string};
use super::fault::VendorFault;
use super::line::{LineAssessment, assess_line, because};
use super::policy_run;
use super::vendor::VendorPlugin;
use crate::decision::PurposeTable;
use crate::decision::table::Value;
use crate::finding::{Finding, Place};
use crate::script::{Beside, FactorOutcome, Facts, Peers, WorkTime};
use crate::units::Rate;
use std::sync::Arc;
use std::time::Duration;

/// Outcome of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseOutcome {
    /// The case's sentence.
    pub name: String,
    /// Subject of the case.
    pub subject: Subject,
    /// One entry per difference: what, expected, found. Empty when the case passes.
    pub differences: Vec<Difference>,
    /// Place of the case.
    pub place: Place,
}

impl CaseOutcome {
    /// True when everything came out as expected.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }

    /// True when the rules failed, a failure was expected, or the case was not run.
    pub fn is_by_error(&self) -> bool {
        self.differences.iter().any(|difference| BY_ERROR.contains(&difference.what.as_str()))
    }

    /// The finding that refuses a vendor whose case does not hold.
    pub fn finding(&self) -> Finding {
        let fault = VendorFault::CaseFailed { case: self.name.clone(), differences: self.differences.clone() };
        Finding::from(fault).at(self.place.clone())
    }
}

/// Cases that may exceed the budget of a call; the cases after them are not run.
const MAX_EXHAUSTED: usize = 8;

/// Longest processor time of all cases of a vendor: less than a server allows for the whole check of a revision, so that
/// its author reads which cases were not run.
const MAX_TIME: Duration = Duration::from_secs(8);

/// Runs all cases of a vendor, in the order written. Must be called on a script thread.
///
/// After 8 cases that exceeded the budget of a call, or 8 seconds of processor time, the others are not run, and do not
/// hold.
pub fn run_cases(plugin: &VendorPlugin) -> Vec<CaseOutcome> {
    let time = WorkTime::start();
    run_cases_within(plugin, MAX_TIME, || time.taken())
}

/// Runs cases as [`run_cases`] does, until `taken` returns more than `most`.
pub fn run_cases_within(plugin: &VendorPlugin, most: Duration, taken: impl Fn() -> Duration) -> Vec<CaseOutcome> {
    let mut exhausted = 0;
    let run = |case: &Case| {
        if exhausted >= MAX_EXHAUSTED {
            return not_run(case, &format!("{MAX_EXHAUSTED} cases before it exceeded their budget"));
        }
        if taken() > most {
            return not_run(case, &format!("the cases before it took more than {} s in total", most.as_secs()));
        }
        let (outcome, is_exhausted) = run_case(plugin, case);
        exhausted += usize::from(is_exhausted);
        outcome
    };
    plugin.cases.iter().map(run).collect()
}

/// True when every case holds; ends with the first that does not. Must be called on a script thread.
pub(super) fn all_hold(plugin: &VendorPlugin) -> bool {
    plugin.cases.iter().all(|case| run_case(plugin, case).0.holds())
}

/// Runs the case named `name` of `cases` with the rules of `plugin`; `None` where there is none. Must be called on a script
/// thread.
pub(super) fn run_named(plugin: &VendorPlugin, cases: &[Case], name: &str) -> Option<CaseOutcome> {
    cases.iter().find(|case| case.name == name).map(|case| run_case(plugin, case).0)
}

fn not_run(case: &Case, reason: &str) -> CaseOutcome {
    let difference = Difference {
        what: "outcome".to_owned(),
        expected: "a result".to_owned(),
        found: format!("not run, because {reason}"),
        observed: None,
    };
    let (name, subject, place) = (case.name.clone(), case.subject.clone(), case.place.clone());
    CaseOutcome { name, subject, differences: vec![difference], place }
}

/// Returns the outcome of a case, and whether the rules exceeded their budget.
fn run_case(plugin: &VendorPlugin, case: &Case) -> (CaseOutcome, bool) {
    let mut compare = Comparison::new(&case.expected);
    let facts =
        Facts::new(Arc::clone(&case.facts)).with(Beside { records: case.records.clone(), peers: peers(plugin, case) });
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
                policy_run::run(policies, *kind, facts, &mut compare);
            }
        }
        Subject::Table(purpose) => {
            if let Some(table) = plugin.table(purpose) {
                compare.table(table, &case.inputs);
            }
        }
        Subject::Line => match assess_line(plugin, &facts, case.currency, None) {
            Ok(line) => compare.line(plugin, &line),
            Err(faults) => faults.iter().for_each(|fault| compare.fault(&fault.finding)),
        },
    }
    let outcome = CaseOutcome {
        name: case.name.clone(),
        subject: case.subject.clone(),
        differences: compare.differences,
        place: case.place.clone(),
    };
    (outcome, compare.is_exhausted)
}

/// The peers that the case states, with the line itself; `None` when it states none, or no rule asks.
fn peers(plugin: &VendorPlugin, case: &Case) -> Option<Peers> {
    let reader = plugin.peer_reader().filter(|_| !case.peers.is_empty())?;
    let lines = std::iter::once(&case.facts).chain(&case.peers);
    let read = lines.map(|line| reader.read(&Facts::new(Arc::clone(line))).ok());
    Some(reader.peers(read.flatten().collect()))
}

impl Comparison<'_> {
    fn table(&mut self, table: &PurposeTable, inputs: &[(&str, Value)]) {
        match (table.conclude(inputs), self.expected.fails.clone()) {
            (Ok(found), _) => {
                let words: Vec<&str> = found.iter().map(|one| one.word.as_str()).collect();
                self.must_not_fail(&format!("concludes [{}]", words.join(", ")));
                if let Some(expected) = self.expected.concludes.clone().filter(|expected| *expected != words) {
                    let shown = (format!("[{}]", expected.join(", ")), format!("[{}]", words.join(", ")));
                    let value = words.iter().map(|word| string(word)).collect::<Vec<_>>().join(", ");
                    self.differ_at(&["concludes"], "concludes", shown, Some(format!("[{value}]")));
                }
                let because: Vec<&str> = found.iter().map(|one| one.because.as_str()).collect();
                self.contains("because", self.expected.because.as_ref(), &because.join("; "));
            }
            (Err(fault), Some(words)) if fault.to_string().contains(&words) => {}
            (Err(fault), Some(words)) => self.differ("fails", format!("`{words}`"), format!("`{fault}`")),
            (Err(fault), None) => self.differ("outcome", "no failure", fault),
        }
    }

    fn outcome(&mut self, outcome: &FactorOutcome) {
        match outcome {
            FactorOutcome::Indicated { revenue, floor, ceiling, because, .. } => {
                self.must_not_fail(&format!("indicates {revenue}"));
                if self.expected.abstains == Some(true) {
                    let shown = ("true", format!("indicates {revenue}: {because}"));
                    self.differ_at(&["abstains"], "abstains", shown, Some("false".to_owned()));
                }
                self.amount("indicates", self.expected.indicates, Some(*revenue));
                self.amount("floor", self.expected.floor, *floor);
                self.amount("ceiling", self.expected.ceiling, *ceiling);
                self.contains("because", self.expected.because.as_ref(), because);
            }
            FactorOutcome::Abstained { because, .. } => {
                self.must_not_fail("abstains");
                if self.expected.abstains == Some(false) {
                    let shown = ("false", format!("abstains: {because}"));
                    self.differ_at(&["abstains"], "abstains", shown, Some("true".to_owned()));
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
                let shown = actual.map_or_else(|| "no such factor".to_owned(), |weight| weight.to_string());
                let what = format!("weight of {name}");
                self.differ_at(&["weights", name], &what, (weight, shown), actual.map(number));
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
            let (what, found) = (format!("contribution of {name}"), found.and_then(|(_, amount)| *amount));
            self.amount_at(&["contributions", name], &what, Some(*amount), found);
        }
        let reasons: Vec<&str> = line.indications.outcomes.iter().map(|outcome| &**because(outcome)).collect();
        self.contains("because", self.expected.because.as_ref(), &reasons.join("; "));
    }
}
