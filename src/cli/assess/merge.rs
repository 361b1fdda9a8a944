//! `assess merge`: the survey of several partitions.

use super::source::{survey, to};
use crate::cli::CommandError;
use crate::finding::Finding;
use crate::partition::PartitionFault;
use std::path::PathBuf;

/// Arguments of `assess merge`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Surveys of partitions, or merged ones, all of one round; their order makes no difference.
    #[arg(value_name = "SURVEY", required = true)]
    surveys: Vec<PathBuf>,
    /// File to write to; stdout by default.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `assess merge`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let mut merged = None;
    for path in &options.surveys {
        let next = survey(path)?;
        match &mut merged {
            None => merged = Some(next),
            Some(merged) => merged.merge(next)?,
        }
    }
    let merged = merged.ok_or_else(|| Finding::from(PartitionFault::NoPartner {}))?;
    to(options.output.as_deref(), |out| Ok(writeln!(out, "{}", merged.to_json())?))
}
