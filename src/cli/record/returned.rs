//! Meaning of a figure in a returned workbook: an offer, an acceptance or a counter, by the state of its line.

use crate::cli::fault::CommandFault;
use crate::finding::{Finding, Findings, Place};
use crate::intake::{ReturnedRow, WorkbookMeta};
use crate::ledger::plan::{Change, Command, Counter, CounterCode, Line, LineKey, LineState, PlanState};
use crate::units::Money;
use std::collections::BTreeMap;

/// A returned workbook.
pub struct Workbook {
    /// Path, as the user gave it.
    pub file: String,
    /// Rows with a figure.
    pub rows: Vec<ReturnedRow>,
    /// Metadata of the file.
    pub meta: WorkbookMeta,
}

/// A figure that came back for a line.
struct Entry<'w> {
    figure: Money,
    reason: &'w str,
    file: &'w str,
    place: &'w Place,
}

/// Returns the commands that the usable rows of the workbooks mean, and adds what is wrong with the others.
pub fn commands(state: &PlanState, workbooks: &[Workbook], findings: &mut Findings) -> Vec<Command> {
    let by_id: BTreeMap<String, &Line> = state.lines.values().map(|line| (line.key.to_string(), line)).collect();
    let mut entries: BTreeMap<LineKey, Entry<'_>> = BTreeMap::new();
    for workbook in workbooks {
        let Some(version) = version(state, workbook, findings) else { continue };
        for row in &workbook.rows {
            let entry = Entry { figure: row.figure, reason: &row.reason, file: &workbook.file, place: &row.place };
            let Some(line) = line(state, &by_id, row, version, findings) else { continue };
            match entries.get(&line.key) {
                Some(other) if other.figure != entry.figure => {
                    let figures = [other.figure, entry.figure].map(|figure| figure.to_grouped()).to_vec();
                    let fault = CommandFault::TwoAnswers { line: line.key.to_string(), figures };
                    findings.push(Finding::from(fault).at(entry.place.clone()).at(other.place.clone()));
                }
                Some(_) => {}
                None => drop(entries.insert(line.key.clone(), entry)),
            }
        }
    }
    let mut meaning = Meaning::default();
    for (key, entry) in &entries {
        let Some(line) = state.lines.get(key) else { continue };
        if let Err(fault) = meaning.add(line, entry) {
            findings.push(Finding::from(fault).at(entry.place.clone()));
        }
    }
    if entries.is_empty() && !findings.has_errors() {
        findings.push(CommandFault::NothingReturned {}.into());
    }
    meaning.commands()
}

/// Version of the plan that the workbook was written from; `None` when it is not one of this plan.
fn version(state: &PlanState, workbook: &Workbook, findings: &mut Findings) -> Option<u64> {
    let file = workbook.file.clone();
    let version = workbook.meta.plan_version.as_ref().and_then(|version| version.parse().ok());
    let fault = match (&workbook.meta.plan, version) {
        (Some(plan), Some(version)) if plan == state.name() => return Some(version),
        (Some(plan), Some(_)) => {
            CommandFault::OtherPlan { file, plan: plan.clone(), expected: state.name().to_owned() }
        }
        _ => CommandFault::NotOfAPlan { file },
    };
    findings.push(Finding::from(fault).at(Place::file(workbook.file.clone())));
    None
}

/// The line of a row; `None` when the plan does not have it, or when it has changed since the workbook was written.
fn line<'s>(
    state: &'s PlanState,
    by_id: &BTreeMap<String, &'s Line>,
    row: &ReturnedRow,
    version: u64,
    findings: &mut Findings,
) -> Option<&'s Line> {
    let of_partner = || match state.find(&row.line).as_slice() {
        [line] => Some(*line),
        _ => None,
    };
    let Some(line) = by_id.get(&row.line).copied().or_else(of_partner) else {
        findings.push(Finding::from(CommandFault::UnknownRow { line: row.line.clone() }).at(row.place.clone()));
        return None;
    };
    if line.changed > version {
        let (name, changed) = (line.key.to_string(), line.changed);
        let fault = CommandFault::StaleLine { line: name, written: version, changed };
        findings.push(Finding::from(fault).at(row.place.clone()));
        return None;
    }
    Some(line)
}

/// Commands in the making.
#[derive(Default)]
struct Meaning {
    offers: Vec<Change>,
    /// Counters and acceptances by file, which is their evidence.
    answers: Vec<Command>,
}

impl Meaning {
    /// Adds what the figure means for the line as it is now.
    fn add(&mut self, line: &Line, entry: &Entry<'_>) -> Result<(), CommandFault> {
        use LineState::{Amended, Countered, Distributed, Expired, Offered, Proposed, Resolved, Returned};
        let (key, reason) = (line.key.clone(), entry.reason.to_owned());
        let evidence = vec![entry.file.to_owned()];
        let asked = line.counter.as_ref().map(|counter| counter.figure);
        match line.state {
            Offered | Resolved if entry.figure == line.figure => {
                let by = Some(line.partner_name.clone());
                self.answers.push(Command::Accept { lines: vec![key], by, reason, evidence });
            }
            Countered if Some(entry.figure) == asked => {
                self.answers.push(Command::Accept { lines: vec![key], by: None, reason, evidence });
            }
            Offered => {
                let by = Some(line.partner_name.clone());
                let counter = Counter { line: key, figure: entry.figure, code: CounterCode::Other, reason };
                self.answers.push(Command::Counter { lines: vec![counter], by, evidence });
            }
            Proposed | Distributed | Returned | Expired | Amended | Countered => {
                self.offers.push(Change { line: key, figure: Some(entry.figure), reason });
            }
            state => return Err(CommandFault::NoAnswer { line: key.to_string(), state: state.to_string() }),
        }
        Ok(())
    }

    fn commands(self) -> Vec<Command> {
        let offers = Command::Offer { lines: self.offers.clone(), reply_by: None };
        let offers = (!self.offers.is_empty()).then_some(offers);
        offers.into_iter().chain(self.answers).collect()
    }
}
