//! `assess`: a book in partitions, one step per command, so that any engine can spread the work.

mod finish;
mod lines;
mod merge;
mod settle;
mod source;
mod survey;

use super::{CommandError, Terminal};
use clap::Subcommand;

/// Arguments of `assess`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example: partitions part-*.ndjson, each line one partner as a small book
  for p in part-*.ndjson; do
    quotient assess survey meridian --as-of 2025-12-31 < $p > $p.1
  done
  quotient assess merge part-*.1 > months.json
  for p in part-*.ndjson; do
    quotient assess survey meridian --survey months.json < $p > $p.2
  done
  quotient assess merge part-*.2 > survey.json
  for p in part-*.ndjson; do
    quotient assess lines meridian --survey survey.json < $p > $p.lines
  done
  cat part-*.lines | quotient assess settle meridian --survey survey.json \\
      --summary summary.json > settled.ndjson

docs/scale-out.md explains each step; examples/scale-out has it for xargs and for PySpark.")]
pub struct Options {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Survey a partition: what the lines of other partitions need of it, for one round.
    Survey(Box<survey::Options>),
    /// Merge the surveys of partitions.
    Merge(merge::Options),
    /// Assess the partners of a partition; memory does not depend on their number.
    Lines(Box<lines::Options>),
    /// Settle the assessments of all partitions: exact quotas, by reporting period.
    Settle(Box<settle::Options>),
    /// Join the settled quotas with a partition: complete lines, as a proposal has them.
    Finish(Box<finish::Options>),
}

/// Runs `assess`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    match &options.step {
        Step::Survey(options) => survey::run(options, terminal),
        Step::Merge(options) => merge::run(options),
        Step::Lines(options) => lines::run(options, terminal),
        Step::Settle(options) => settle::run(options, terminal),
        Step::Finish(options) => finish::run(options, terminal),
    }
}
