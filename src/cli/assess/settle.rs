//! `assess settle`: exact quotas from the assessments of all partitions.

use super::source::{each_line, survey, to};
use crate::cli::groups::Threads;
use crate::cli::plan::{add_locks, targets};
use crate::cli::vendor_source::VendorSource;
use crate::cli::{CommandError, Terminal, vendor};
use crate::finding::{Finding, Findings};
use crate::partition::{AssessedPartner, Assessor, Settler, settled_lines, settlement};
use crate::planning::PlanFault;
use crate::script::on_script_threads;
use std::path::PathBuf;

/// Arguments of `assess settle`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Vendor whose rules were applied.
    vendor: String,
    /// Merged survey that the partitions were assessed with.
    #[arg(long, value_name = "FILE")]
    survey: PathBuf,
    /// File to write the summary to: totals, groups, warnings. `finish` reads it.
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Targets per territory or product line (CSV or JSON with territory, product_line, target).
    #[arg(long, value_name = "FILE")]
    targets: Option<PathBuf>,
    /// Agreed quotas that stay fixed: CSV, JSON, or the returned workbook; can be repeated.
    #[arg(long, value_name = "FILE")]
    locks: Vec<PathBuf>,
    /// File to write the settled lines to; stdout by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    vendors: VendorSource,
    #[command(flatten)]
    threads: Threads,
}

/// Runs `assess settle`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let (plugin, mut findings) = vendor::load(&options.vendors, &options.vendor)?;
    let assessor = Assessor::new(&plugin, survey(&options.survey)?)?;
    let done = on_script_threads(options.threads.count(), || {
        let mut settler = Settler::new(&assessor);
        let read = |line: u64, text: &str| Ok(AssessedPartner::read(line, text)?);
        each_line(std::io::stdin().lock(), read, |record| Ok(settler.add(record)?))?;
        let mut request = assessor.request(&mut findings);
        if options.targets.is_some() || !options.locks.is_empty() {
            let book = settler.book();
            if let Some(path) = &options.targets {
                request.targets = targets(path, &book, &mut findings);
            }
            add_locks(&options.locks, &mut request, &plugin, &book, &mut findings);
        }
        if findings.has_errors() {
            return Err(CommandError::from(std::mem::take(&mut findings)));
        }
        Ok(settler.settle(&request)?)
    })?;
    findings.extend(done.plan.findings.iter().cloned());
    terminal.show(&findings);
    let out_of_range = || Findings::from(Finding::from(PlanFault::AmountOutOfRange {}));
    to(options.output.as_deref(), |out| {
        for line in settled_lines(&done) {
            serde_json::to_writer(&mut *out, &line.ok_or_else(out_of_range)?).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    })?;
    let Some(summary) = &options.summary else { return Ok(()) };
    to(Some(summary), |out| {
        let document = settlement(&done, assessor.digest());
        serde_json::to_writer_pretty(&mut *out, &document).map_err(std::io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    })
}
