//! `validate-candidate`: validation of a candidate revision, run by `serve` in a child process.

use super::CommandError;
use crate::library::{VendorValidator, child};

/// Reads a candidate from stdin and writes its findings to stdout.
pub fn run() -> Result<(), CommandError> {
    let validator = VendorValidator::default();
    let is_usable = child::answer(&validator, std::io::stdin().lock(), std::io::stdout().lock())?;
    if is_usable { Ok(()) } else { Err(CommandError::Reported(4)) }
}
