//! The sides of a comparison: a revision that compiles, and the book and request as it reads them.

use crate::channel::PartnerBook;
use crate::cli::CommandError;
use crate::cli::fault::CommandFault;
use crate::cli::plan::PlanInputs;
use crate::cli::vendor::{self, Inspected};
use crate::finding::{Finding, Findings};
use crate::planning::Request;
use crate::plugin::{VendorFiles, VendorPlugin, run_trial};
use crate::report::comparison::Comparison;
use crate::request::{DecisionDay, Revision, Side, compare_sides};
use crate::script::on_script_threads;

/// A revision that compiles.
pub struct Loaded {
    pub files: VendorFiles,
    pub plugin: VendorPlugin,
    /// Warning about cases that fail.
    pub warnings: Findings,
}

impl Loaded {
    /// Compiles the files of `reference`. A case that fails does not refuse them, since a change is compared while it is
    /// made.
    pub fn new(reference: &str, files: VendorFiles) -> Result<Self, Findings> {
        let inspected = vendor::inspect_files(&files);
        Self::of(reference, files, inspected)
    }

    /// As [`Loaded::new`], of files that are compiled already.
    pub fn of(reference: &str, files: VendorFiles, inspected: Inspected) -> Result<Self, Findings> {
        let Some(plugin) = inspected.plugin.filter(|_| !inspected.findings.has_errors()) else {
            return Err(inspected.findings);
        };
        let trial = on_script_threads(Some(1), || run_trial(&plugin));
        let refused: Findings = trial.into_iter().filter(Finding::is_error).collect();
        if refused.has_errors() {
            return Err(refused);
        }
        let (cases, failed) = (inspected.outcomes.len(), inspected.outcomes.iter().filter(|one| !one.holds()).count());
        let fault = CommandFault::CasesFail { reference: reference.to_owned(), failed, cases };
        let warnings = (failed > 0).then(|| Finding::from(fault)).into_iter().collect();
        Ok(Self { files, plugin, warnings })
    }

    /// True when both revisions read a book alike.
    pub fn reads_alike(&self, other: &Self) -> bool {
        let (one, other) = (&self.plugin.manifest, &other.plugin.manifest);
        (one.calendar, one.currency, &one.attributes) == (other.calendar, other.currency, &other.attributes)
    }
}

/// The book and the request of a plan.
pub struct Input {
    pub book: PartnerBook,
    pub request: Request,
}

impl Input {
    /// Reads the files; warnings are added to `findings`.
    pub fn read(inputs: &PlanInputs, plugin: &VendorPlugin, findings: &mut Findings) -> Result<Self, CommandError> {
        let book = inputs.source.read(plugin).warned(findings)?;
        let request = inputs.request(plugin, &book, findings);
        if findings.has_errors() { Err(std::mem::take(findings).into()) } else { Ok(Self { book, request }) }
    }
}

/// Compares two revisions, each with the input as it reads it.
pub fn compared(
    inputs: &PlanInputs,
    threads: Option<usize>,
    (before, old): (&Loaded, &Input),
    (after, new): (&Loaded, &Input),
) -> Result<Comparison, CommandError> {
    if old.book.currency != new.book.currency {
        let (before, after) = (old.book.currency.to_string(), new.book.currency.to_string());
        return Err(Finding::from(CommandFault::OtherCurrency { before, after }).into());
    }
    let has_rules = [before, after].iter().all(|side| !side.plugin.factors().is_empty());
    let day = match inputs.as_of {
        Some(day) => DecisionDay::On(day),
        None if has_rules => DecisionDay::OfPlan,
        None => return Err(Finding::from(CommandFault::NoDecisionDay {}).into()),
    };
    Ok(compare_sides(side(before, old), side(after, new), day, threads)?)
}

fn side<'a>(loaded: &'a Loaded, input: &'a Input) -> Side<'a> {
    let revision = Revision { plugin: &loaded.plugin, files: &loaded.files };
    Side { revision, inputs: Ok((&input.book, &input.request)) }
}

/// Findings of a revision that makes no plan or no decisions of the book.
pub fn failures(comparison: &Comparison, references: [&str; 2]) -> Findings {
    let mut findings = Findings::new();
    for (reference, side) in references.into_iter().zip([&comparison.before, &comparison.after]) {
        let plan = side.plan.as_ref().and_then(|plan| plan.as_ref().err());
        let decisions = side.decisions.as_ref().map(|decided| match decided {
            Ok(decided) => &decided.findings,
            Err(findings) => findings,
        });
        for (what, found) in [("plan", plan), ("decisions", decisions)] {
            let Some(found) = found.filter(|found| !found.is_empty()) else { continue };
            if found.has_errors() {
                findings.push(CommandFault::SideFailed { reference: reference.to_owned(), what }.into());
            }
            findings.extend(found.iter().cloned());
        }
    }
    findings
}
