//! `template` and `generate`: partner books to fill in, and synthetic ones.

use super::Stop;
use crate::intake::{generate as synthetic, template as empty};
use std::path::PathBuf;

/// Arguments of `template`.
#[derive(Debug, clap::Args)]
pub struct TemplateOptions {
    /// Folder or file to write.
    #[arg(long, short, value_name = "PATH", default_value = "book")]
    output: PathBuf,
    /// What is written: a folder of CSV files, a workbook, or a JSON file.
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: TemplateFormat,
}

/// Formats of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TemplateFormat {
    /// A folder of CSV files and a README.
    Csv,
    /// A workbook with one sheet a table.
    Xlsx,
    /// A JSON file.
    Json,
}

/// Arguments of `generate`.
#[derive(Debug, clap::Args)]
pub struct GenerateOptions {
    /// Folder to write the CSV files to.
    #[arg(long, short, value_name = "DIR", default_value = "synthetic-book")]
    output: PathBuf,
    /// Number of partners, up to ten million.
    #[arg(long, value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    partners: u32,
    /// Seed; the same seed gives the same book.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Writes empty tables.
pub fn template(options: &TemplateOptions) -> Result<(), Stop> {
    let format = match options.format {
        TemplateFormat::Csv => empty::TemplateFormat::Csv,
        TemplateFormat::Xlsx => empty::TemplateFormat::Xlsx,
        TemplateFormat::Json => empty::TemplateFormat::Json,
    };
    empty::write(&options.output, format)?;
    eprintln!("wrote `{}`; fill partners and revenue, and delete what you do not have", options.output.display());
    Ok(())
}

/// Writes a synthetic book.
pub fn generate(options: &GenerateOptions) -> Result<(), Stop> {
    let busy = super::propose::spinner("generating");
    let written = synthetic::write_csv(&options.output, options.seed, options.partners as usize);
    busy.finish_and_clear();
    written?;
    eprintln!(
        "wrote {} synthetic partners to `{}`",
        (options.partners as usize).max(synthetic::FEWEST_PARTNERS),
        options.output.display()
    );
    Ok(())
}
