//! `test`: the cases written beside the rules of one vendor, or of all vendors.

use super::vendor_source::VendorSource;
use super::{CommandError, ReportFormat, Terminal, error, vendor};
use crate::finding::{CleanWriter, Findings, cut, readable, render};
use crate::plugin::CaseOutcome;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write;

/// Longest value of a failed case that is shown, in characters.
const MAX_VALUE: usize = 400;

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Vendor to test; all vendors by default.
    vendor: Option<String>,
    #[command(flatten)]
    vendors: VendorSource,
    /// Format of the outcomes.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// Also print cases that pass.
    #[arg(long, short)]
    verbose: bool,
}

/// Outcomes of one vendor's cases.
struct Tested {
    vendor: String,
    outcomes: Vec<CaseOutcome>,
}

impl Tested {
    fn failed(&self) -> impl Iterator<Item = &CaseOutcome> {
        self.outcomes.iter().filter(|outcome| !outcome.holds())
    }
}

/// Runs `test`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mut refused = Findings::new();
    let mut tested = Vec::new();
    for vendor in vendor::names(&options.vendors, options.vendor.as_ref())? {
        let inspected = vendor::inspect(&options.vendors, &vendor);
        if inspected.plugin.is_none() {
            refused.extend(inspected.findings);
        }
        tested.push(Tested { vendor, outcomes: inspected.outcomes });
    }
    let mut stdout = std::io::stdout().lock();
    match options.format {
        ReportFormat::Text => {
            terminal.show(&refused);
            tested.iter().try_for_each(|one| write!(stdout, "{}", text(one, options.verbose)))?;
        }
        ReportFormat::Json => writeln!(CleanWriter::json(stdout), "{:#}", document(&tested))?,
        ReportFormat::Github => {
            let findings: Vec<_> = tested.iter().flat_map(Tested::failed).map(CaseOutcome::finding).collect();
            write!(stdout, "{}", render::github(refused.iter().chain(&findings)))?;
        }
    }
    if refused.has_errors() {
        return Err(error::reported(&refused));
    }
    if tested.iter().any(|one| one.failed().next().is_some()) { Err(CommandError::Negative) } else { Ok(()) }
}

fn text(tested: &Tested, is_verbose: bool) -> String {
    let failed = tested.failed().count();
    let mut text =
        format!("{}: {} passed, {failed} failed\n", readable(&tested.vendor), tested.outcomes.len() - failed);
    for outcome in tested.outcomes.iter().filter(|outcome| is_verbose || !outcome.holds()) {
        case_text(outcome, &mut text);
    }
    text
}

fn case_text(outcome: &CaseOutcome, into: &mut String) {
    let mark = if outcome.holds() { "passed" } else { "FAILED" };
    let subject = outcome.subject.to_string();
    let _ = writeln!(into, "  {mark:8}{} ({})", readable(&outcome.name), readable(&subject));
    if !outcome.holds() {
        let _ = writeln!(into, "          {}", outcome.place);
    }
    for difference in &outcome.differences {
        let shown = |text: &str| readable(&cut(text, MAX_VALUE));
        let (what, expected, found) = (shown(&difference.what), shown(&difference.expected), shown(&difference.found));
        let _ = writeln!(into, "          {what}: expected {expected}, found {found}");
    }
}

fn document(tested: &[Tested]) -> Value {
    let vendors = tested.iter().map(|one| {
        let cases: Vec<Value> = one.outcomes.iter().map(case_document).collect();
        json!({"vendor": one.vendor, "cases": cases})
    });
    json!({"schema": "quotient.cases/1", "vendors": vendors.collect::<Vec<_>>()})
}

fn case_document(outcome: &CaseOutcome) -> Value {
    let differences = outcome
        .differences
        .iter()
        .map(|difference| json!({"what": difference.what, "expected": difference.expected, "found": difference.found}));
    json!({
        "name": outcome.name,
        "rule": outcome.subject.to_string(),
        "holds": outcome.holds(),
        "place": outcome.place.to_string(),
        "differences": differences.collect::<Vec<_>>(),
    })
}
