//! `assess survey`: one round of the survey of a partition.

use super::source::{PartitionOptions, survey};
use crate::cli::plan::amount;
use crate::cli::{CommandError, Terminal};
use crate::partition::Surveyor;
use crate::planning::Request;
use crate::script::on_script_threads;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::path::PathBuf;

/// Arguments of `assess survey`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    partition: PartitionOptions,
    /// Merged survey of the round before; the first round without it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["as_of", "period", "target"])]
    survey: Option<PathBuf>,
    /// As-of date, such as 2025-12-31: later facts are ignored. Required in the first round.
    #[arg(long, value_name = "DATE", required_unless_present = "survey")]
    as_of: Option<NaiveDate>,
    /// Planning period, such as FY2026; the first one after the as-of date by default.
    #[arg(long, value_name = "LABEL")]
    period: Option<String>,
    /// Channel target, such as 60000000 or 60000000.00.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    target: Option<Decimal>,
}

/// Runs `assess survey`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let plugin = options.partition.plugin(terminal)?;
    let before = options.survey.as_deref().map(survey).transpose()?;
    let mut surveyor = match before {
        Some(before) => Surveyor::after(&plugin, before)?,
        None => {
            let (as_of, period, target) = (options.as_of, options.period.clone(), options.target);
            Surveyor::first(&plugin, &Request { as_of, period, target, ..Request::default() })?
        }
    };
    // Parts are made by one surveyor and added to another: the one that makes them is shared by threads.
    let maker = surveyor.clone();
    let surveyed = on_script_threads(options.partition.threads.count(), || {
        options.partition.each(&plugin, |book| maker.part(book), |part| Ok(surveyor.add(part)?))?;
        Ok::<_, CommandError>(surveyor.survey())
    })?;
    options.partition.write(|out| Ok(writeln!(out, "{}", surveyed.to_json())?))
}
