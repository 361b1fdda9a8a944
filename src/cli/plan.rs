//! Inputs of a plan: the options that `propose` and `explain` share, and the files they name.

use super::fault::CommandFault;
use super::groups::{BookSource, Shadow, Threads};
use super::vendor_source::VendorSource;
use super::{CommandError, vendor};
use crate::channel::{PartnerBook, Target};
use crate::finding::{Finding, Findings, Place};
use crate::intake::{LockFile, PreviousRow, WorkbookMeta, merge_locks, read_locks, read_previous, read_targets};
use crate::planning::{self, PreviousLine, Request};
use crate::plugin::VendorPlugin;
use crate::quota::TargetRow;
use crate::units::parse_decimal;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Options of a plan: its inputs, period and targets.
#[derive(Debug, clap::Args)]
pub struct PlanOptions {
    #[command(flatten)]
    inputs: PlanInputs,
    /// Previous proposal to compare with: its JSON, CSV or workbook.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    #[command(flatten)]
    pub vendors: VendorSource,
    #[command(flatten)]
    pub threads: Threads,
    #[command(flatten)]
    shadow: Shadow,
}

/// Book, period, targets and locks of a plan.
#[derive(Debug, clap::Args)]
pub struct PlanInputs {
    #[command(flatten)]
    pub source: BookSource,
    /// Channel target, such as 60000000 or 60000000.00.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    target: Option<Decimal>,
    /// Targets per territory or product line (CSV or JSON with territory, product_line, target).
    #[arg(long, value_name = "FILE")]
    targets: Option<PathBuf>,
    /// Planning period, such as FY2026, FY2026-H1 or FY2026-Q3; the first one after the as-of date by default.
    #[arg(long, value_name = "LABEL")]
    period: Option<String>,
    /// As-of date, such as 2025-12-31: later facts are ignored.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// Agreed quotas that stay fixed: CSV, JSON, or the returned workbook; can be repeated.
    #[arg(long, value_name = "FILE")]
    locks: Vec<PathBuf>,
}

/// Reads an amount of a command line.
pub fn amount(text: &str) -> Result<Decimal, String> {
    let number = parse_decimal(text)
        .map_err(|fault| format!("it {fault}; write digits with at most one point, such as 60000000.00"))?;
    if number.is_sign_negative() { Err("a target cannot be negative".to_owned()) } else { Ok(number) }
}

/// Inputs of a plan, read and checked.
pub struct Inputs {
    /// The vendor's rules.
    pub plugin: VendorPlugin,
    /// The partner book.
    pub book: PartnerBook,
    /// Period, targets, locks.
    pub request: Request,
    /// Warnings of all files.
    pub warnings: Findings,
}

impl PlanOptions {
    /// Loads the vendor and reads the book, then every other file; their errors are reported together.
    pub fn load(&self, vendor: &str) -> Result<Inputs, CommandError> {
        self.shadow.apply();
        let (plugin, mut findings) = vendor::load(&self.vendors, vendor)?;
        let book = self.inputs.source.read(&plugin).warned(&mut findings)?;
        let mut request = self.inputs.request(&plugin, &book, &mut findings);
        if let Some(path) = &self.previous {
            let rows = read_previous(path, &book).ok(&mut findings);
            request.previous = rows.map(|(rows, _)| rows.into_iter().map(previous_line).collect());
        }
        if findings.has_errors() {
            return Err(findings.into());
        }
        Ok(Inputs { plugin, book, request, warnings: findings })
    }
}

impl PlanOptions {
    /// Returns the files of the book as a ledger keeps them: see [`BookSource::kept`].
    pub fn kept_book(&self, plugin: &VendorPlugin, book: &PartnerBook) -> Option<Vec<u8>> {
        self.inputs.source.kept(plugin, book)
    }
}

impl PlanInputs {
    /// Reads the files of targets and locks; their errors are added to `findings`.
    pub fn request(&self, plugin: &VendorPlugin, book: &PartnerBook, findings: &mut Findings) -> Request {
        let mut request = Request {
            period: self.period.clone(),
            as_of: self.as_of,
            today: Some(DateTime::<Utc>::from(SystemTime::now()).date_naive()),
            target: self.target,
            ..Request::default()
        };
        if let Some(path) = &self.targets {
            request.targets = targets(path, book, findings);
        }
        request.take_targets(book, findings);
        add_locks(&self.locks, &mut request, plugin, book, findings);
        request
    }
}

/// Reads a file of targets; its errors are added to `findings`.
pub fn targets(path: &Path, book: &PartnerBook, findings: &mut Findings) -> Vec<TargetRow> {
    let rows = read_targets(path, book).ok(findings).unwrap_or_default();
    let place = |row: &Target| Place::cell(path.display().to_string(), row.row, "target", row.amount.to_string());
    planning::exact_targets(&rows, book.currency, &place, findings)
}

/// Reads every file of locks and merges them; files for different periods and different quotas for one line are
/// errors.
pub fn add_locks(
    paths: &[PathBuf],
    request: &mut Request,
    plugin: &VendorPlugin,
    book: &PartnerBook,
    findings: &mut Findings,
) {
    let mut files: Vec<LockFile> = Vec::new();
    let mut period: Option<(String, String)> = None;
    for path in paths {
        let Some(file) = read_locks(path, book).ok(findings) else { continue };
        findings.extend(stale(path, &file.meta, plugin, book));
        let (shown, stated) = (path.display().to_string(), file.meta.period.clone().filter(|_| !file.locks.is_empty()));
        match (&period, stated) {
            (None, Some(stated)) => period = Some((shown, stated)),
            (Some((other, first)), Some(stated)) if *first != stated => {
                let fault = CommandFault::LockPeriods {
                    first: first.clone(),
                    second: stated,
                    file: shown.clone(),
                    other: other.clone(),
                };
                findings.push(Finding::from(fault).at(Place::file(shown)));
            }
            _ => {}
        }
        files.push(file);
    }
    request.locks_period = period.map(|(_, label)| label);
    (request.locks, request.lock_places) = merge_locks(files).ok(findings).unwrap_or_default();
}

fn previous_line(row: PreviousRow) -> PreviousLine {
    PreviousLine { partner_id: row.partner_id, segment: row.segment, quota: row.quota }
}

/// Warns when a returned workbook was made with other rules or another book; refuses that of another vendor.
fn stale(path: &Path, meta: &WorkbookMeta, plugin: &VendorPlugin, book: &PartnerBook) -> Option<Finding> {
    let shown = path.display();
    let differs = |found: &Option<String>, own: &str| found.as_deref().is_some_and(|found| found != own);
    let file = shown.to_string();
    let fault = if differs(&meta.vendor, &plugin.vendor) {
        let vendor = meta.vendor.clone().unwrap_or_default();
        CommandFault::OtherVendor { file, vendor, expected: plugin.vendor.to_string() }
    } else if differs(&meta.revision, &plugin.revision) {
        CommandFault::EarlierRevision { file }
    } else if differs(&meta.input_hash, &book.input_hash) {
        CommandFault::OtherBook { file }
    } else {
        return None;
    };
    Some(Finding::from(fault).at(Place::file(shown.to_string())))
}
