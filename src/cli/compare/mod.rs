//! `compare`: what two revisions of a vendor propose and decide differently on one book, and why.

mod git;
mod reference;
mod side;

pub use reference::read;
pub use side::{Input, Loaded, compared, failures};

use super::fault::CommandFault;
use super::groups::{Output, TableSize, Threads};
use super::plan::PlanInputs;
use super::vendor_source::VendorSource;
use super::{CommandError, Terminal, error};
use crate::finding::{Finding, Findings};
use crate::report::comparison::{self, Comparison, ComparisonDocument, Labels};
use std::io::Write;

/// Formats of a comparison.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// For a pull request.
    Markdown,
    /// A page without any other file.
    Html,
    /// For programs; described by `schema/comparison.schema.json`.
    Json,
}

/// Changes on which a comparison fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// The tier of a partner.
    Tier,
    /// The quota of a line.
    Moved,
    /// The sum of all quotas.
    Total,
}

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A revision is a directory with `rules` and `policies`, a directory with the
rules of the vendor, a revision of git (`HEAD~1`; `git:NAME` if a directory has
the name), or `live`: the rules and policies that other commands use.

Examples:
  quotient compare meridian --before HEAD --book examples/demonstration
  quotient compare meridian --before git:main --after live \\
      --book examples/demonstration --target 60000000 --format markdown
  quotient compare meridian --before HEAD~1 --after HEAD \\
      --book examples/demonstration --fail-on tier,total")]
pub struct Options {
    /// Vendor whose revisions are compared.
    vendor: String,
    /// Earlier revision.
    #[arg(long, value_name = "REVISION")]
    before: String,
    /// Later revision.
    #[arg(long, value_name = "REVISION", default_value = "live")]
    after: String,
    #[command(flatten)]
    inputs: PlanInputs,
    #[command(flatten)]
    vendors: VendorSource,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    output: Output<Format>,
    /// End with exit code 1 if a tier, a quota or the total moves; several are separated by commas.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `compare`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let load = |reference: &str| {
        let files = reference::read(reference, &options.vendors, &options.vendor)?;
        Loaded::new(reference, files)
    };
    let (before, after) = match (load(&options.before), load(&options.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            let refused = [before.err(), after.err()].into_iter().flatten().flatten();
            return Err(refused.collect::<Findings>().into());
        }
    };
    let mut findings: Findings = before.warnings.iter().chain(after.warnings.iter()).cloned().collect();
    let new = Input::read(&options.inputs, &after.plugin, &mut findings)?;
    let old = match before.reads_alike(&after) {
        true => None,
        false => Some(Input::read(&options.inputs, &before.plugin, &mut Findings::new())?),
    };
    let sides = ((&before, old.as_ref().unwrap_or(&new)), (&after, &new));
    let comparison = compared(&options.inputs, options.threads.count(), sides.0, sides.1)?;
    findings.extend(failures(&comparison, [&options.before, &options.after]));
    terminal.show(&findings);
    write(options, &comparison, terminal)?;
    if findings.has_errors() {
        return Err(error::reported(&findings));
    }
    judged(options, &comparison)
}

fn write(options: &Options, comparison: &Comparison, terminal: Terminal) -> Result<(), CommandError> {
    let labels = Labels { before: &options.before, after: &options.after };
    let table = options.table.on(terminal);
    options.output.write(|mut out| {
        let text = match options.output.format {
            Format::Table => comparison::table(comparison, labels, &table),
            Format::Markdown => comparison::markdown(comparison, labels, table.lines),
            Format::Html => {
                let lines = table.lines;
                return comparison::write_html(comparison, labels, lines, &mut out).map_err(std::io::Error::other);
            }
            Format::Json => {
                return comparison::write_json(comparison, &mut out).map_err(std::io::Error::other);
            }
        };
        out.write_all(text.map_err(std::io::Error::other)?.as_bytes())
    })
}

/// Ends with a negative result if something that `--fail-on` names moves.
fn judged(options: &Options, comparison: &Comparison) -> Result<(), CommandError> {
    let moved = ComparisonDocument::of(comparison).map_err(std::io::Error::other)?.moved();
    let mut stderr = std::io::stderr().lock();
    let mut is_negative = false;
    for fail_on in &options.fail_on {
        let (what, found) = match fail_on {
            FailOn::Tier => ("tiers", moved.tiers.map(|tiers| tiers > 0)),
            FailOn::Moved => ("quotas", moved.lines.map(|lines| lines > 0)),
            FailOn::Total => ("the total", moved.total),
        };
        match found {
            None => return Err(Finding::from(CommandFault::NotCompared { what }).into()),
            Some(false) => {}
            Some(true) => {
                is_negative = true;
                writeln!(stderr, "failed, because {what} moved")?;
            }
        }
    }
    if is_negative { Err(CommandError::Negative) } else { Ok(()) }
}
