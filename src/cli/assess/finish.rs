//! `assess finish`: the lines of a partition with their settled quotas, as a proposal has them.

use super::source::{PartitionOptions, survey, text, unreadable};
use crate::cli::{CommandError, Terminal};
use crate::finding::Finding;
use crate::partition::{Assessor, Finisher, PartitionFault, SettledLineDocument, Settlement};
use crate::script::on_script_threads;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Arguments of `assess finish`.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    partition: PartitionOptions,
    /// Merged survey that the partitions were assessed with.
    #[arg(long, value_name = "FILE")]
    survey: PathBuf,
    /// Summary that `settle` wrote.
    #[arg(long, value_name = "FILE")]
    summary: PathBuf,
    /// Settled lines, ascending by partner id as `settle` wrote them: those of all partitions, or of this one.
    #[arg(long, value_name = "FILE")]
    settled: PathBuf,
}

/// Runs `assess finish`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let plugin = options.partition.plugin(terminal)?;
    let assessor = Assessor::new(&plugin, survey(&options.survey)?)?;
    let settlement = Settlement::read(&options.summary.display().to_string(), &text(&options.summary)?)?;
    let shown = options.settled.display().to_string();
    let file = File::open(&options.settled).map_err(|error| unreadable(&shown, &error))?;
    on_script_threads(options.partition.threads.count(), || {
        let lines = BufReader::new(file).lines().enumerate();
        let settled = lines.map(|(at, line)| match line {
            Ok(text) => SettledLineDocument::read(at as u64 + 1, &text),
            Err(error) => {
                let (document, reason) = (format!("`{shown}`"), error.to_string());
                Err(Finding::from(PartitionFault::Document { document, reason }))
            }
        });
        let mut finisher = Finisher::new(&assessor, settlement, settled)?;
        options.partition.write(|out| {
            options.partition.each(
                &plugin,
                |book| assessor.drafts(book),
                |drafts| {
                    for line in finisher.finish(drafts)? {
                        writeln!(out, "{line}")?;
                    }
                    Ok(())
                },
            )
        })
    })
}
