//! `check`: all problems of one vendor, or of all vendors.

use super::groups::Directories;
use super::vendor::Inspected;
use super::vendor_source::VendorSource;
use super::{CommandError, ReportFormat, Terminal, error, vendor};
use crate::finding::{CleanWriter, Finding, Findings, Place, readable, render};
use crate::plugin::{VendorFault, VendorPlugin, run_trial};
use crate::script::{self, Fallback};
use std::io::Write;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Vendor to check; all vendors by default.
    vendor: Option<String>,
    #[command(flatten)]
    vendors: VendorSource,
    /// Format of the findings.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// Name each rule and policy with the way it runs: as typed code, or in the interpreter, which is slower, with the
    /// reason.
    #[arg(long, conflicts_with = "format")]
    tiers: bool,
}

/// Result of one vendor.
pub struct Checked {
    name: String,
    revision: Option<String>,
    errors: usize,
    warnings: usize,
    cases: usize,
    /// Rules with the reason why the interpreter runs them.
    tiers: Vec<(String, Option<Fallback>)>,
}

/// Runs `check`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let mut all = Findings::new();
    let mut checked = Vec::new();
    for name in vendor::names(&options.vendors, options.vendor.as_ref())? {
        let (one, findings) = check(options, name);
        checked.push(one);
        all.extend(findings);
    }
    let mut stdout = std::io::stdout().lock();
    match options.format {
        ReportFormat::Text => {
            terminal.show(&all);
            for one in &checked {
                writeln!(stdout, "{}", one.verdict())?;
                for (path, fallback) in one.tiers.iter().filter(|_| options.tiers) {
                    writeln!(stdout, "  {}: {}", readable(path), tier(fallback.as_ref()))?;
                }
            }
        }
        ReportFormat::Json => writeln!(CleanWriter::json(stdout), "{:#}", render::json(all.iter()))?,
        ReportFormat::Github => write!(stdout, "{}", render::github(all.iter()))?,
    }
    if all.has_errors() { Err(error::reported(&all)) } else { Ok(()) }
}

fn check(options: &Options, name: String) -> (Checked, Findings) {
    let inspected = vendor::inspect(&options.vendors, &name);
    checked(&options.vendors.directories, name, &inspected)
}

/// Returns the result of a vendor with all its findings, also those of its cases and of a dry run.
pub fn checked(directories: &Directories, name: String, inspected: &Inspected) -> (Checked, Findings) {
    let mut findings = inspected.findings.clone();
    findings.extend(inspected.failed_cases());
    // A dry run reports here what a server would refuse.
    let plugin = inspected.plugin.as_ref();
    let trial = plugin.into_iter().flat_map(|plugin| script::on_script_threads(Some(1), || run_trial(plugin)));
    // What was found before it ran is not said a second time.
    let is_said = |finding: &Finding| {
        let same = |known: &Finding| known.code() == finding.code() && known.places.first() == finding.places.first();
        !finding.is_error() && inspected.findings.iter().any(same)
    };
    findings.extend(trial.filter(|finding| !is_said(finding)));
    if plugin.is_some() && inspected.outcomes.is_empty() {
        let directory = if plugin.is_some_and(|plugin| plugin.factors().is_empty()) {
            &directories.policies
        } else {
            &directories.rules
        };
        let place = Place::file(directory.join(&name).display().to_string());
        findings.push(Finding::from(VendorFault::NoCases {}).at(place));
    }
    let errors = findings.error_count();
    let checked = Checked {
        name,
        revision: plugin.map(|plugin| plugin.revision[..12].to_owned()),
        errors,
        warnings: findings.len() - errors,
        cases: inspected.outcomes.len(),
        tiers: plugin.map(VendorPlugin::tiers).unwrap_or_default(),
    };
    (checked, findings)
}

impl Checked {
    /// One line about the vendor, such as `acme: ready, revision 06052b57446a, 12 cases passed`.
    pub fn verdict(&self) -> String {
        let Self { name, revision, errors, warnings, cases, .. } = self;
        let name = readable(name);
        let warnings = if *warnings > 0 { format!(", {}", counted(*warnings, "warning")) } else { String::new() };
        match revision {
            Some(revision) if *errors == 0 => {
                format!("{name}: ready, revision {revision}, {} passed{warnings}", counted(*cases, "case"))
            }
            _ => format!("{name}: {}{warnings}", counted(*errors, "error")),
        }
    }
}

/// Words for the way a rule runs: `typed`, or `interpreted, because of a loop at rules/acme/history.rhai:12`.
fn tier(fallback: Option<&Fallback>) -> String {
    let Some(Fallback { path, line, reason }) = fallback else { return "typed".to_owned() };
    format!("interpreted, because of {} at {}:{line}", readable(reason), readable(path))
}

/// A count with its noun: `1 error`, `2 errors`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
