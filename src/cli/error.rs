//! Reasons for which a command ends without success, and their exit codes.

use super::fault::CommandFault;
use crate::finding::{Area, Code, Finding, Findings};

/// Reason for which a command ends without success.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// Findings that are still to be printed; they determine the exit code.
    Refused(Findings),
    /// A negative result that has been printed already.
    Negative,
    /// An exit code whose reason has been printed already.
    Reported(u8),
    /// The reader of the output has closed it.
    BrokenPipe,
}

impl From<Findings> for CommandError {
    fn from(findings: Findings) -> Self {
        Self::Refused(findings)
    }
}

impl From<Finding> for CommandError {
    fn from(finding: Finding) -> Self {
        Self::Refused(Findings::from_iter([finding]))
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Finding::from(CommandFault::Output { reason: error.to_string() }).into()
    }
}

/// Exit code of findings: that of the most fundamental cause.
pub fn exit_code(findings: &Findings) -> u8 {
    let areas = || findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code().area());
    if areas().any(|area| area == Area::Files) {
        5
    } else if areas().any(|area| area == Area::Rules) {
        4
    } else if areas().any(|area| area == Area::Book) {
        3
    } else if findings
        .iter()
        .any(|finding| finding.is_error() && matches!(finding.code(), Code::PlanPeriod | Code::PlanBacktest))
    {
        2
    } else {
        1
    }
}

/// Error of a command that has printed its findings already; keeps their exit code.
pub fn reported(findings: &Findings) -> CommandError {
    match exit_code(findings) {
        1 => CommandError::Negative,
        code => CommandError::Reported(code),
    }
}
