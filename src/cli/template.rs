//! `template`: empty tables of a partner book.

use super::CommandError;
use crate::finding::readable;
use crate::intake::template::{self, TemplateFormat};
use std::path::PathBuf;

/// Formats of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A directory of CSV files with a README.
    Csv,
    /// A workbook with one sheet per table.
    Xlsx,
    /// A JSON file.
    Json,
}

/// Arguments of `template`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Directory or file to write.
    #[arg(long, short, value_name = "PATH", default_value = "book")]
    output: PathBuf,
    /// Output format.
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Format,
}

/// Runs `template`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let format = match options.format {
        Format::Csv => TemplateFormat::Csv,
        Format::Xlsx => TemplateFormat::Xlsx,
        Format::Json => TemplateFormat::Json,
    };
    template::write(&options.output, format)?;
    eprintln!(
        "wrote `{}`; fill in partners and revenue, and delete the tables you do not have",
        readable(&options.output.display().to_string())
    );
    Ok(())
}
