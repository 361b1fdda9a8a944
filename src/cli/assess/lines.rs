//! `assess lines`: a small record per partner of a partition.

use super::source::{PartitionOptions, survey};
use crate::cli::{CommandError, Terminal};
use crate::partition::{AssessedPartner, Assessor};
use crate::script::on_script_threads;
use std::path::PathBuf;

/// Arguments of `assess lines`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    partition: PartitionOptions,
    /// Merged survey of all partitions, with all its rounds.
    #[arg(long, value_name = "FILE")]
    survey: PathBuf,
}

/// Runs `assess lines`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let plugin = options.partition.plugin(terminal)?;
    let assessor = Assessor::new(&plugin, survey(&options.survey)?)?;
    on_script_threads(options.partition.threads.count(), || {
        options.partition.write(|out| {
            let write = |records: Vec<AssessedPartner>| {
                for record in records {
                    serde_json::to_writer(&mut *out, &record).map_err(std::io::Error::from)?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            };
            options.partition.each(&plugin, |book| assessor.assess(book), write)
        })
    })
}
