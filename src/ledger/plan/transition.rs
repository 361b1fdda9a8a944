//! The one table of steps: from which states of a line a step leads where.

use super::words::{LineState, Step};

/// States of a line from which a step is possible, and the state that it leads to; `None` keeps the state.
type Row = (Step, &'static [LineState], Option<LineState>);

/// Every step that a line can take.
const TABLE: [Row; 13] = {
    use LineState::*;
    [
        (Step::Distribute, &[Proposed], Some(Distributed)),
        (Step::Offer, &[Proposed, Distributed, Offered, Countered, Returned, Expired, Amended], Some(Offered)),
        (Step::Counter, &[Offered, Countered], Some(Countered)),
        (Step::Accept, &[Offered, Countered, Resolved], Some(Accepted)),
        (Step::Escalate, &[Offered, Countered, Resolved, Expired], Some(Escalated)),
        (Step::Resolve, &[Escalated], Some(Resolved)),
        (Step::Assign, &[Escalated], Some(Assigned)),
        (Step::Approve, &[Accepted, Assigned], None),
        (Step::Return, &[Accepted, Assigned, Approved], Some(Returned)),
        (Step::Lock, &[Approved], Some(Locked)),
        (Step::Amend, &[Locked], Some(Amended)),
        (
            Step::Withdraw,
            &[
                Proposed,
                Distributed,
                Offered,
                Countered,
                Accepted,
                Escalated,
                Resolved,
                Assigned,
                Approved,
                Returned,
                Amended,
                Expired,
            ],
            Some(Withdrawn),
        ),
        (Step::Expire, &[Offered, Resolved], Some(Expired)),
    ]
};

/// Returns the state to which `step` leads from `state`; `None` where the step is not possible.
///
/// An approval keeps the state until the last one that is needed.
///
/// ```
/// use quotient::ledger::plan::{LineState, Step, transition};
/// assert_eq!(transition(LineState::Offered, Step::Accept), Some(LineState::Accepted));
/// assert_eq!(transition(LineState::Offered, Step::Lock), None);
/// ```
pub fn transition(state: LineState, step: Step) -> Option<LineState> {
    let (_, from, to) = TABLE.iter().find(|(one, ..)| *one == step)?;
    from.contains(&state).then(|| to.unwrap_or(state))
}

/// Returns the steps that a line in `state` can take.
pub fn possible(state: LineState) -> Vec<Step> {
    Step::ALL.into_iter().filter(|step| transition(state, *step).is_some()).collect()
}
