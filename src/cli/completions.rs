//! `completions`: a completion script for a shell.

use super::{Arguments, CommandError};
use clap::CommandFactory;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Shell to complete in.
    shell: Shell,
}

/// Runs `completions`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let mut command = Arguments::command();
    clap_complete::generate(options.shell, &mut command, "quotient", &mut std::io::stdout());
    Ok(())
}
