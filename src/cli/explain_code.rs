//! `explain-code`: the explanation of a finding's code, or a list of all codes.

use super::CommandError;
use crate::finding::{Code, cut, did_you_mean, readable};
use std::io::Write;

/// Arguments of `explain-code`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Code such as `manifest::weights`; all codes are listed by default.
    code: Option<String>,
}

/// Runs `explain-code`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    let Some(text) = &options.code else {
        for code in Code::ALL {
            let first = code.explanation().lines().next().unwrap_or_default().trim();
            writeln!(stdout, "{:26} {first}", code.as_str())?;
        }
        return Ok(());
    };
    if let Some(code) = Code::ALL.iter().find(|code| code.as_str() == text) {
        writeln!(stdout, "{code}\n")?;
        for line in code.explanation().lines() {
            writeln!(stdout, "{}", line.trim())?;
        }
        return Ok(());
    }
    let near = did_you_mean(text, Code::ALL.iter().map(|code| code.as_str()));
    let help = near
        .map_or_else(|| "`quotient explain-code` lists all codes".to_owned(), |near| format!("did you mean `{near}`?"));
    eprintln!("unknown code `{}`; {help}", readable(&cut(text, 80)));
    Err(CommandError::Reported(2))
}
