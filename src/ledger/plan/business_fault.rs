//! Refusals of changes to joint business plans, as data with their wording.

crate::faults! {
    /// Refusals of changes to joint business plans.
    pub enum BusinessFault {
        /// An id that commands cannot name.
        ItemId { id: String } = LedgerFigure {
            message: format!("`{id}` is not a valid id of an item of a business plan"),
            help: "use at most 40 letters, digits, `-`, `_` and `.`, such as `A1`",
        }
        /// The id is one of the other kind.
        ItemKind { id: String, other: String } = LedgerFigure {
            message: format!("`{id}` is already the id of another item: {other}"),
            help: "choose another id",
        }
        /// The business plan has no such item.
        UnknownItem { what: String, id: String, near: Option<String> } = LedgerUnknown {
            message: format!("the business plan has no {what} `{id}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`quotient plan business-plan NAME PARTNER show` lists the items".to_owned(),
            },
        }
        /// A part that is needed is missing.
        Missing { what: String, subject: String } = LedgerFigure {
            message: format!("{subject} has no {what}"),
            help: "state it",
        }
        /// A weight below zero, or so large or fine that sums would not be exact.
        Weight { id: String } = LedgerFigure {
            message: format!("the weight of `{id}` is not from 0 to 1,000,000 with at most six decimals"),
            help: "use a small number, such as 1 or 2.5: only its share of the sum counts",
        }
        /// A value of an earlier date than the one that is known.
        Earlier { id: String, date: String, known: String } = LedgerFigure {
            message: format!("the value of `{id}` is of {date}, and one of {known} is known"),
            help: format!("name a date from {known} on; `quotient plan log` has the earlier values"),
        }
        /// Other funds for an activity of which some were claimed.
        Claimed { id: String, claim: String } = LedgerState {
            message: format!("{claim} of the funds of activity `{id}` were claimed: its funds stay as they are"),
            help: "request further funds with another activity",
        }
        /// An objective that is reached before it begins.
        NoDistance { id: String } = LedgerFigure {
            message: format!("the target of objective `{id}` is its baseline"),
            help: "set a target that differs, or leave the baseline out",
        }
        /// An activity that ends before it begins.
        EndsBefore { id: String, start: String, due: String } = LedgerFigure {
            message: format!("activity `{id}` is due on {due}, before it begins on {start}"),
            help: "correct one of the dates",
        }
        /// Target accounts or risks as names only, as earlier versions had them.
        NamesOnly { partner: String } = LedgerFigure {
            message: format!("the header of the business plan of `{partner}` has target accounts or risks"),
            help: "name each with a change `account` or `risk`, with its owner",
        }
        /// The value of a book for an objective whose values persons type.
        NoSource { id: String } = LedgerState {
            message: format!("objective `{id}` names no figure of a book"),
            help: "set the objective with its `source`, or record the value without a book",
        }
        /// A typed value for an objective whose value a book has.
        FromBook { id: String } = LedgerState {
            message: format!("the value of objective `{id}` comes from a book"),
            help: "correct the book and record it again: `quotient plan business-plan actuals`",
        }
        /// Opportunities of an activity without a tag.
        NoTag { id: String } = LedgerState {
            message: format!("activity `{id}` has no tag of opportunities"),
            help: "set the activity with the tag with which opportunities are registered",
        }
        /// A text that is not the digest of a book.
        NotADigest { book: String } = LedgerFigure {
            message: format!("`{book}` is not the digest of a book"),
            help: "use the `input_hash` of the book, in hex digits",
        }
        /// An amount that is negative or of another currency.
        Amount { id: String, amount: String, currency: String } = LedgerFigure {
            message: format!("`{amount}` is not an amount in {currency} for `{id}`"),
            help: format!("name an amount of zero or more in {currency}"),
        }
        /// More funds than the activity costs.
        MoreThanCost { id: String, fund: String, cost: String } = LedgerFigure {
            message: format!("activity `{id}` costs {cost} and requests {fund}"),
            help: "request at most the cost",
        }
        /// A line of another partner.
        ForeignLine { id: String, line: String } = LedgerFigure {
            message: format!("line `{line}` of activity `{id}` is not a line of the partner"),
            help: "name lines of the partner, or none for all of them",
        }
        /// A date that has not come.
        InFuture { what: String, date: String } = LedgerFigure {
            message: format!("{what} is dated {date}, which has not come yet"),
            help: "record what has happened",
        }
        /// The activity requests no funds.
        NoFund { id: String } = LedgerState {
            message: format!("activity `{id}` requests no funds"),
            help: "set the activity with the funds that it requests",
        }
        /// The person set the activity, or has approved its funds.
        ApprovesOwnFund { id: String, person: String } = LedgerDuties {
            message: format!("`{person}` set activity `{id}` or has approved its funds, and cannot approve them"),
            help: "have them approved by another person",
        }
        /// Funds that are claimed without an approval.
        FundNotApproved { id: String } = LedgerApproval {
            message: format!("the funds of activity `{id}` are not approved"),
            help: "have them approved first",
        }
        /// More funds than were approved.
        MoreThanApproved { id: String, amount: String, fund: String } = LedgerFigure {
            message: format!("{amount} are claimed for activity `{id}`, and {fund} are approved"),
            help: "claim at most what is approved",
        }
        /// A business plan that cannot be signed.
        NotComplete { partner: String, missing: Vec<String> } = LedgerState {
            message: format!("the business plan of `{partner}` cannot be signed: it has no {}", missing.join(" and no ")),
            help: "a business plan needs a quota, an activity and review dates; nothing else",
        }
        /// One person signs for both sides.
        SignsTwice { person: String } = LedgerDuties {
            message: format!("`{person}` has signed for the other side"),
            help: "have the other side's own person sign: `--partner-person NAME`, in a request `by`",
        }
        /// A review before the period is over.
        TooEarly { as_of: String, last_day: String } = LedgerFigure {
            message: format!("the review as of {as_of} is before the period ends on {last_day}"),
            help: "hold it with the revenue of the whole period",
        }
        /// The vendor's table cannot decide.
        Undecided { partner: String, reason: String } = LedgerState {
            message: format!("`business_review.csv` cannot decide about `{partner}`: {reason}"),
            help: "correct the table, and open a plan with it",
        }
        /// There is no review to answer.
        NoReview { partner: String } = LedgerState {
            message: format!("the review of `{partner}` has not been held"),
            help: "hold it first",
        }
    }
}
