//! Refusals of commands, as data with their wording.

use super::words::{LineState, Step};
use crate::finding::{Field, ToField, counted};

impl ToField for LineState {
    fn to_field(&self) -> Field {
        Field::String(self.to_string())
    }
}

impl ToField for Step {
    fn to_field(&self) -> Field {
        Field::String(self.to_string())
    }
}

fn listed(steps: &[Step]) -> String {
    steps.iter().map(|step| format!("`{step}`")).collect::<Vec<_>>().join(", ")
}

crate::faults! {
    /// Refusals of commands about a plan of record.
    pub enum LedgerFault {
        /// The name of a plan has characters that file names and commands cannot have.
        PlanName { name: String } = LedgerFigure {
            message: format!("`{name}` is not a valid plan name"),
            help: "use at most 60 letters, digits, `-`, `_` and `.`, such as `FY2026-channel`; `ledger` is reserved",
        }
        /// A copy of an agreement states what the ledger did not record.
        Agreement { reason: String } = LedgerChain {
            message: format!("the copy of the agreement does not hold: {reason}"),
            help: "compare it with the copy of the other side, and with the agreement that the ledger has now",
        }
        /// The files of a book cannot be stored in the ledger.
        BookNotKept {} = LedgerFile {
            message: "the files of the book are not stored in the ledger: they have more than 64 MiB, two have one name, or they read differently without their directories",
            help: "a server then has no deals, previews and what-ifs of the plan; put only the files of the book into its directory, or use `--without-book`",
            severity: Warning,
        }
        /// A plan of that name exists.
        PlanExists { plan: String } = LedgerState {
            message: format!("the plan `{plan}` already exists"),
            help: "choose another name; `quotient plan status` lists the plans",
        }
        /// A plan without lines.
        NoLines {} = LedgerFigure {
            message: "the proposal has no line",
            help: "propose quotas for at least one partner",
        }
        /// A proposal that has a line twice.
        ProposedTwice { line: String } = LedgerFigure {
            message: format!("the proposal has line `{line}` twice"),
            help: "remove one of the rows",
        }
        /// The ledger has no plan of that name.
        UnknownPlan { plan: String, near: Option<String> } = LedgerUnknown {
            message: format!("the ledger has no plan `{plan}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "open it with `quotient plan open`, or name another ledger with `--ledger FILE`".to_owned(),
            },
        }
        /// The plan has no line of that id.
        UnknownLine { line: String, near: Option<String> } = LedgerUnknown {
            message: format!("the plan has no line `{line}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`quotient plan status NAME --lines 1000` lists the lines".to_owned(),
            },
        }
        /// The partner has several lines.
        SeveralLines { partner: String, lines: Vec<String> } = LedgerUnknown {
            message: format!("partner `{partner}` has {}", counted(lines.len(), "line")),
            help: format!("name one of {}", lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ")),
        }
        /// The command names a line twice.
        LineTwice { line: String } = LedgerFigure {
            message: format!("line `{line}` is named twice"),
            help: "name each line once",
        }
        /// The command names no line.
        NoLine { command: String } = LedgerState {
            message: format!("no line of the plan can take the step `{command}` now"),
            help: "`quotient plan status NAME` shows the states of the lines",
        }
        /// No line can be put in force.
        NothingToLock { plan: String, open: usize } = LedgerState {
            message: match open {
                0 => format!("the plan `{plan}` is locked already, and every line of it is in force"),
                1 => format!("no line of the plan `{plan}` is approved; 1 line is not in force"),
                more => format!("no line of the plan `{plan}` is approved; {more} lines are not in force"),
            },
            help: "approve lines first; `quotient plan status NAME` shows the states of the lines",
        }
        /// The plan is closed.
        Closed { plan: String } = LedgerState {
            message: format!("the plan `{plan}` is closed"),
            help: "open a new plan for changes",
        }
        /// The plan cannot be closed yet.
        NotLocked { plan: String, open: usize } = LedgerState {
            message: format!("the plan `{plan}` is not locked: {} not in force", match open {
                1 => "1 line is".to_owned(),
                more => format!("{more} lines are"),
            }),
            help: "lock or withdraw them first",
        }
        /// The step is not possible in the state of the line.
        Step { line: String, state: LineState, step: Step, possible: Vec<Step> } = LedgerState {
            message: format!("line `{line}` is {state} and cannot take the step `{step}`"),
            help: match possible.as_slice() {
                [] if state.as_str() == LineState::Withdrawn.as_str() => "the line is out of the plan".to_owned(),
                [] => "wait for the other side".to_owned(),
                steps => format!("possible steps are {}", listed(steps)),
            },
            varying: [line],
        }
        /// A change without a reason.
        NoReason { subject: String, line: Option<String> } = LedgerReason {
            message: format!("{subject} changes without a reason"),
            help: "state the reason with `--reason TEXT`, or in the column beside the figure",
            varying: [subject, line],
        }
        /// A step that needs a reason in any case.
        ReasonNeeded { step: String, line: Option<String> } = LedgerReason {
            message: format!("the step `{step}` needs a reason"),
            help: "state it with `--reason TEXT`",
            varying: [line],
        }
        /// The figure is the same as the one on the table.
        SameFigure { line: String, figure: String } = LedgerFigure {
            message: format!("the counter for line `{line}` is the figure that was offered ({figure})"),
            help: "accept the offer, or name another figure",
            varying: [line, figure],
        }
        /// A figure is missing where nothing is on the table.
        NoFigure { line: String } = LedgerFigure {
            message: format!("the new figure of line `{line}` is missing"),
            help: "name it with `--amount AMOUNT`",
            varying: [line],
        }
        /// A figure is negative, too fine for its currency, or too large.
        Figure { line: String, figure: String, currency: String } = LedgerFigure {
            message: format!("`{figure}` is not an amount in {currency} for line `{line}`"),
            help: format!("name an amount of zero or more with at most the decimals of {currency}"),
            varying: [line, figure],
        }
        /// A figure in another currency than the plan's.
        OtherCurrency { line: String, currency: String, expected: String } = LedgerFigure {
            message: format!("the figure of line `{line}` is in {currency}, and the plan is in {expected}"),
            help: format!("convert the amount to {expected}"),
            varying: [line],
        }
        /// The person who offered accepts for the partner.
        AcceptsOwn { line: String, person: String } = LedgerDuties {
            message: format!("`{person}` set the figure of line `{line}` and cannot accept it for the partner"),
            help: "name who accepted at the partner with `--partner NAME`",
            varying: [line],
        }
        /// The person set the figure that they want to approve.
        ApprovesOwn { line: String, person: String, authors: Vec<String> } = LedgerDuties {
            message: format!("`{person}` set or agreed the figure of line `{line}` and cannot approve it"),
            help: format!("have it approved by a person other than {}", names(authors)),
            varying: [line],
        }
        /// The person has approved the line already.
        ApprovesTwice { line: String, person: String } = LedgerDuties {
            message: format!("`{person}` has already approved line `{line}`"),
            help: "a second approval needs a second person",
            varying: [line],
        }
        /// No open step of the approval is for the role.
        NoStep { subject: String, role: String, open: Vec<String> } = LedgerState {
            message: match role.as_str() {
                "" => format!("{subject} needs no further approval"),
                role => format!("{subject} needs no approval by `{role}`"),
            },
            help: match open.as_slice() {
                [] => "`quotient plan status NAME` shows the approvals that are open".to_owned(),
                open => format!("open are approvals by {}", names(open)),
            },
            varying: [subject],
        }
        /// The vendor's table cannot say which approvals are needed.
        Undecided { subject: String, reason: String } = LedgerApproval {
            message: format!("`approval.csv` cannot say who approves {subject}: {reason}"),
            help: "correct the table, and open a plan with it",
            varying: [subject],
        }
        /// The person set figures of the total that they want to approve.
        ApprovesOwnTotal { person: String, authors: Vec<String> } = LedgerDuties {
            message: format!("`{person}` set figures of the plan that differ from the proposal and cannot approve the total"),
            help: format!("have it approved by a person other than {}", names(authors)),
        }
        /// The person has approved the total already.
        ApprovesTotalTwice { person: String } = LedgerDuties {
            message: format!("`{person}` has already approved the total"),
            help: "a second approval needs a second person",
        }
        /// The total needs no approval.
        TotalOnLevel {} = LedgerState {
            message: "the lines are at the level of the proposal: the total needs no approval",
            help: "approve the lines with `quotient plan approve NAME --all`",
        }
        /// The total misses the level of the proposal and is not approved.
        TotalNotApproved { by: String } = LedgerApproval {
            message: format!("the lines are {by} the level of the proposal, and the total is not approved"),
            help: "have it approved by a person who set none of the changed figures: `quotient plan approve NAME --total`",
        }
        /// The time to answer ran out.
        Overdue { line: String, reply_by: String } = LedgerState {
            message: format!("the offer for line `{line}` ran out on {reply_by}"),
            help: "offer again, or apply the policy of silence with `quotient plan overdue`",
            varying: [line, reply_by],
        }
        /// No offer has run out.
        NothingOverdue {} = LedgerState {
            message: "no offer is overdue",
            help: "`quotient plan status` lists offers without an answer",
        }
        /// The amendment is to take effect outside the open months of the period.
        EffectiveDate { date: String, first: String, last: String } = LedgerFigure {
            message: format!("an amendment cannot take effect on {date}"),
            help: format!("name a date from {first} to {last}: months that are over are fixed"),
        }
        /// The amendment takes effect before the figure that it replaces.
        EffectiveBefore { line: String, date: String, current: String } = LedgerFigure {
            message: format!("the figure of line `{line}` is in force from {current}, after {date}"),
            help: format!("name {current} or a later date"),
            varying: [line],
        }
        /// One figure for several lines.
        OneFigure { lines: usize } = LedgerFigure {
            message: format!("one figure is named for {lines} lines"),
            help: "name one line with `--line ID`, or write the figures into the workbooks and import them",
        }
        /// The target does not change.
        SameTarget {} = LedgerFigure {
            message: "the new target is the target of the plan",
            help: "name another amount",
        }
        /// A text has characters that would steer the terminal of its readers.
        Steering {} = LedgerFigure {
            message: "a text has characters that steer a terminal or turn the reading direction",
            help: "write it without control characters; line breaks and tabs may stay",
        }
        /// The totals of the plan are out of range.
        TotalRange { reason: String } = LedgerFigure {
            message: format!("the totals of the plan cannot be computed: {reason}"),
            help: "correct the figures",
        }
        /// The plan has changed since the version that the command was decided on.
        Moved { plan: String, version: u64, since: u64, lines: Vec<String> } = LedgerConflict {
            message: format!(
                "the plan `{plan}` has version {version} now; since version {since}, {} changed",
                match lines.as_slice() {
                    [] => "no line".to_owned(),
                    [one] => format!("line `{one}`"),
                    lines => counted(lines.len(), "line"),
                },
            ),
            help: "read these lines again, and decide again",
        }
        /// The rules or the book are not those that the plan was opened with.
        OtherInputs { plan: String, what: String, found: String, expected: String } = LedgerStale {
            message: format!("the plan `{plan}` was opened with another {what} ({expected}, not {found})"),
            help: format!("name the {what} that the plan was opened with; a new proposal is a new plan"),
        }
        /// The proposal comes out differently than the one that the plan was opened with.
        NotReproduced { plan: String, lines: usize } = LedgerStale {
            message: format!("the proposal differs from the one of the plan `{plan}` on {}", counted(*lines, "line")),
            help: "pass the options that the plan was opened with, such as `--targets` and `--locks`",
        }
        /// No line is in force.
        NothingInForce { plan: String } = LedgerState {
            message: format!("no line of the plan `{plan}` is in force"),
            help: "approve and lock lines first",
        }
        /// The proposal that the plan was opened with is not in the ledger.
        NoProposal { digest: String } = LedgerUnknown {
            message: format!("the ledger does not contain the proposal `{digest}` of the plan"),
            help: "run `quotient ledger verify`, and restore the ledger from a backup",
        }
        /// The ledger does not have the targets and locks that the plan was opened with.
        NoTables { digest: String } = LedgerUnknown {
            message: format!("the ledger does not contain the targets and locks `{digest}` of the plan"),
            help: "run `quotient ledger verify`, and restore the ledger from a backup",
        }
        /// An event does not follow from the events before.
        NotInOrder { reason: String } = LedgerState {
            message: format!("the command cannot be recorded: {reason}"),
            help: "verify the ledger with `quotient ledger verify`, and report this with the command",
        }
    }
}

fn names(people: &[String]) -> String {
    people.iter().map(|person| format!("`{person}`")).collect::<Vec<_>>().join(", ")
}

impl LedgerFault {
    /// Returns the member of a command, or of a line of it, that the fault is about; `None` for the whole.
    pub fn member(&self) -> Option<&'static str> {
        match self {
            Self::Figure { .. } | Self::OtherCurrency { .. } | Self::SameFigure { .. } | Self::NoFigure { .. } => {
                Some("figure")
            }
            Self::NoReason { .. } | Self::ReasonNeeded { .. } => Some("reason"),
            Self::EffectiveDate { .. } => Some("effective_from"),
            _ => None,
        }
    }
}
