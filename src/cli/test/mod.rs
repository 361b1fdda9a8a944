//! `test`: the cases written beside the rules of one vendor, or of all vendors.

mod acceptance;
mod coverage;
mod junit;
mod mutation;

use super::fault::CommandFault;
use super::vendor_source::VendorSource;
use super::{CommandError, Terminal, error, vendor};
use crate::finding::{CleanWriter, Finding, Findings, cut, did_you_mean, readable, render};
use crate::plugin::{Case, CaseOutcome, Coverage, Mutation};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write;

/// Longest value of a failed case that is shown, in characters.
const MAX_VALUE: usize = 400;

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient test meridian --case \"five new certifications\"
  quotient test --format junit > cases.xml
  quotient test meridian --accept")]
pub struct Options {
    /// Vendor to test; all vendors by default.
    vendor: Option<String>,
    #[command(flatten)]
    vendors: VendorSource,
    /// Run only the case of this name, or else the cases whose name contains the text.
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    /// Write the observed values into the expectations of the cases that fail; cases that fail with an error are left
    /// unchanged.
    #[arg(long)]
    #[cfg_attr(feature = "server", arg(conflicts_with = "bundles"))]
    accept: bool,
    /// Also report the lines, branches and table rows that no case reaches, as text or JSON.
    #[arg(long)]
    coverage: bool,
    /// Also change each threshold, operator and table row in turn, and report the changes that no case notices, as text
    /// or JSON.
    #[arg(long, conflicts_with = "case")]
    mutate: bool,
    /// Format of the outcomes.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Also print cases that pass.
    #[arg(long, short)]
    verbose: bool,
}

/// Formats of the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// As annotations of a GitHub workflow.
    Github,
    /// JUnit XML, for build servers.
    Junit,
}

/// Outcomes of one vendor's cases.
struct Tested {
    vendor: String,
    outcomes: Vec<CaseOutcome>,
    /// Findings for which no case could run; empty otherwise.
    refused: Findings,
    /// Coverage of the cases, when it was asked for.
    coverage: Option<Coverage>,
    /// Changes and what the cases notice, when that was asked for and all cases hold.
    mutation: Option<Mutation>,
    /// True when that was asked for.
    is_mutated: bool,
}

impl Tested {
    fn failed(&self) -> impl Iterator<Item = &CaseOutcome> {
        self.outcomes.iter().filter(|outcome| !outcome.holds())
    }
}

/// Runs `test`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    if (options.coverage || options.mutate) && matches!(options.format, Format::Github | Format::Junit) {
        return Err(Finding::from(CommandFault::CoverageFormat {}).into());
    }
    let mut tested = test(options)?;
    if options.accept && acceptance::accept(&tested, options.format)? {
        tested = test(options)?;
    }
    let refused: Findings = tested.iter().flat_map(|one| one.refused.iter().cloned()).collect();
    let mut stdout = std::io::stdout().lock();
    match options.format {
        Format::Text => {
            terminal.show(&refused);
            tested.iter().try_for_each(|one| write!(stdout, "{}", text(one, options.verbose)))?;
        }
        Format::Json => writeln!(CleanWriter::json(stdout), "{:#}", document(&tested))?,
        Format::Github => {
            let findings: Vec<_> = tested.iter().flat_map(Tested::failed).map(CaseOutcome::finding).collect();
            write!(stdout, "{}", render::github(refused.iter().chain(&findings)))?;
        }
        Format::Junit => write!(CleanWriter::page(stdout), "{}", junit::document(&tested))?,
    }
    if refused.has_errors() {
        return Err(error::reported(&refused));
    }
    if tested.iter().any(|one| one.failed().next().is_some()) { Err(CommandError::Negative) } else { Ok(()) }
}

/// Runs the chosen cases of the chosen vendors.
fn test(options: &Options) -> Result<Vec<Tested>, CommandError> {
    let (mut tested, mut known) = (Vec::new(), Vec::new());
    for vendor in vendor::names(&options.vendors, options.vendor.as_ref())? {
        let select = |cases: &mut Vec<Case>| {
            if let Some(wanted) = &options.case {
                known.extend(cases.iter().map(|case| case.name.clone()));
                chosen(cases, wanted);
            }
        };
        tested.push(match options.vendors.files(&vendor) {
            Ok(files) => {
                let (inspected, coverage) = if options.coverage {
                    let (inspected, coverage) = vendor::inspect_covered(&files, select);
                    (inspected, Some(coverage))
                } else {
                    (vendor::inspect_cases(&files, select), None)
                };
                let coverage = coverage.filter(|_| inspected.plugin.is_some());
                let hold = inspected.outcomes.iter().all(CaseOutcome::holds);
                let plugin = inspected.plugin.as_ref().filter(|_| options.mutate && hold);
                let mutation = plugin.map(|plugin| mutation::run(&files, plugin));
                let refused = if inspected.plugin.is_none() { inspected.findings } else { Findings::new() };
                Tested { vendor, outcomes: inspected.outcomes, refused, coverage, mutation, is_mutated: options.mutate }
            }
            Err(refused) => Tested {
                vendor,
                outcomes: Vec::new(),
                refused,
                coverage: None,
                mutation: None,
                is_mutated: options.mutate,
            },
        });
    }
    if let Some(case) = &options.case {
        let is_found = |one: &Tested| !one.outcomes.is_empty() || one.refused.has_errors();
        if !tested.iter().any(is_found) {
            let near = did_you_mean(case, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(Finding::from(CommandFault::UnknownCase { case: case.clone(), near }).into());
        }
        tested.retain(is_found);
    }
    Ok(tested)
}

/// Keeps the case named `wanted`; without one, the cases whose name contains it.
fn chosen(cases: &mut Vec<Case>, wanted: &str) {
    let is_named = cases.iter().any(|case| case.name == wanted);
    cases.retain(|case| if is_named { case.name == wanted } else { case.name.contains(wanted) });
}

fn text(tested: &Tested, is_verbose: bool) -> String {
    let failed = tested.failed().count();
    let mut text =
        format!("{}: {} passed, {failed} failed\n", readable(&tested.vendor), tested.outcomes.len() - failed);
    for outcome in tested.outcomes.iter().filter(|outcome| is_verbose || !outcome.holds()) {
        case_text(outcome, &mut text);
    }
    if let Some(coverage) = &tested.coverage {
        text.push_str(&coverage::text(coverage));
    }
    if let Some(mutation) = &tested.mutation {
        text.push_str(&mutation::text(mutation));
    } else if tested.is_mutated {
        text.push_str("  changes noticed: not counted, because not all cases hold\n");
    }
    text
}

/// Writes a case with its differences.
pub fn case_text(outcome: &CaseOutcome, into: &mut String) {
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
        let mut document = json!({"vendor": one.vendor, "cases": cases});
        if let Some(coverage) = &one.coverage {
            document["coverage"] = coverage::document(coverage);
        }
        if one.is_mutated {
            document["mutation"] = one.mutation.as_ref().map_or(Value::Null, mutation::document);
        }
        document
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
