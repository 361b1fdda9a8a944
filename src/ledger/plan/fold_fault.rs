//! Reasons for which events do not yield a state.

use super::words::{LineState, Step};
use crate::units::MoneyError;
use thiserror::Error;

/// Reason for which an event does not follow from the events before it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FoldFault {
    /// The plan was not opened, or is opened twice, or is closed.
    #[error("event {number}: `{kind}` does not fit the stage of the plan")]
    Stage {
        /// Number of the event.
        number: u64,
        /// Kind of the event.
        kind: &'static str,
    },
    /// The event names a line that the plan does not have.
    #[error("event {number}: the plan has no line `{line}`")]
    UnknownLine {
        /// Number of the event.
        number: u64,
        /// Id of the line.
        line: String,
    },
    /// The step is not possible in the state of the line.
    #[error("event {number}: a line that is {state} cannot take the step `{step}` (line `{line}`)")]
    OutOfTable {
        /// Number of the event.
        number: u64,
        /// Id of the line.
        line: String,
        /// State of the line.
        state: LineState,
        /// Step of the event.
        step: Step,
    },
    /// The figures of the event are not those of the line, or change without a reason.
    #[error("event {number}: the figures of line `{line}` do not follow from the events before")]
    Figure {
        /// Number of the event.
        number: u64,
        /// Id of the line.
        line: String,
    },
    /// The approval is not valid: of another version, or of the approver's own figure.
    #[error("event {number}: the approval of {subject} does not bind to what it names")]
    Approval {
        /// Number of the event.
        number: u64,
        /// Subject of the approval.
        subject: String,
    },
    /// An amount is out of range or in another currency.
    #[error("event {number}: {source}")]
    Amount {
        /// Number of the event.
        number: u64,
        /// Cause.
        source: MoneyError,
    },
}
