//! `api`: the reference of facts and functions.

use super::CommandError;
use crate::script;
use std::io::Write;

/// Arguments of `api`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print the reference as JSON instead of Markdown.
    #[arg(long)]
    json: bool,
}

/// Runs `api`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    if options.json {
        writeln!(stdout, "{:#}", script::reference_json())?;
    } else {
        write!(stdout, "{}", script::reference_markdown())?;
    }
    Ok(())
}
