//! `generate`: a synthetic partner book.

use super::CommandError;
use super::progress::spinner;
use crate::demonstration;
use crate::finding::readable;
use std::path::PathBuf;

/// Arguments of `generate`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Directory to write the CSV files to.
    #[arg(long, short, value_name = "DIR", default_value = "synthetic-book")]
    output: PathBuf,
    /// Number of partners, up to ten million.
    #[arg(long, value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    partners: u32,
    /// Seed; the same seed gives the same book.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Runs `generate`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let partners = options.partners as usize;
    let busy = spinner("generating");
    let written = demonstration::write_csv(&options.output, options.seed, partners);
    busy.finish_and_clear();
    written?;
    let partners = partners.max(demonstration::FEWEST_PARTNERS);
    eprintln!("wrote {partners} synthetic partners to `{}`", readable(&options.output.display().to_string()));
    Ok(())
}
