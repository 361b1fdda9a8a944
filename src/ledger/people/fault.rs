//! Refusals of grants, as data with their wording.

use chrono::NaiveDate;

crate::faults! {
    /// Refusals of grants.
    pub enum PeopleFault {
        /// The id of a person is empty, too long, or has spaces around it.
        PersonId { person: String } = LedgerFigure {
            message: format!("`{person}` is not a valid id of a person"),
            help: "use 1 to 200 characters without spaces around them, such as the user name",
        }
        /// A grant ends before it begins.
        NeverHolds { from: String, until: String } = LedgerFigure {
            message: format!("the grant ends on {until}, before it begins on {from}"),
            help: "correct `--from` or `--until`",
        }
        /// A partner user without a partner.
        NoPartner {} = LedgerFigure {
            message: "a partner user needs a partner",
            help: "name the partner with `--partner ID`",
        }
        /// A partner user without a vendor, where plans of several vendors are in the ledger.
        WhichVendor { vendors: Vec<String> } = LedgerFigure {
            message: format!("the ledger has plans of several vendors ({}), and the same partner id can be a different company in each", vendors.join(", ")),
            help: "name the vendor with `--vendor NAME`",
        }
        /// A name that no plan has.
        ReachesNone { what: String, name: String, near: Option<String> } = LedgerUnknown {
            message: match what.as_str() {
                "vendor" => format!("no plan in the ledger is of the vendor `{name}`"),
                what => format!("no plan in the ledger has the {what} `{name}`"),
            },
            help: match near {
                Some(near) => format!("did you mean `{near}`? The grant is recorded as typed: revoke it with `quotient ledger revoke`, and give it again"),
                None => "the grant reaches nothing until a plan has it; revoke it with `quotient ledger revoke` if it is misspelt".to_owned(),
            },
        }
        /// Every name of a grant is known, and no line has all of them.
        ReachesNoLine {} = LedgerUnknown {
            message: "no line in the ledger has everything that the grant names",
            help: "each option narrows the reach: leave one out, or give a grant for each; revoke this one with `quotient ledger revoke`",
        }
        /// A grant whose last date is over when it is given.
        IsOver { until: NaiveDate, today: NaiveDate } = LedgerUnknown {
            message: format!("the grant ended on {until}, before today ({today})"),
            help: "give it again with a later `--until`, or without",
        }
        /// An account manager for the whole channel.
        WholeChannel {} = LedgerFigure {
            message: "a channel manager needs a part of the channel",
            help: "name it with `--manager NAME`, `--partner ID`, `--territory NAME` or `--product-line NAME`",
        }
        /// Roles of approvals in a grant of another role.
        NotAnApprover { role: String } = LedgerFigure {
            message: format!("a {role} does not approve"),
            help: "use the role `approver`, or leave out `--approves`",
        }
        /// The person approves in other roles than the step asks for.
        NotGrantedStep { subject: String, person: String, role: String } = LedgerGrant {
            message: format!("`{person}` does not approve {subject} as `{role}`"),
            help: "name an open step of the person's own in `role`, or ask a person who approves in that role",
            varying: [subject],
        }
        /// The person has the same grant already.
        HeldAlready { person: String, grant: u64 } = LedgerState {
            message: format!("`{person}` has this grant already: event {grant}"),
            help: "`quotient ledger persons` lists the grants",
        }
        /// No grant has this number.
        UnknownGrant { grant: u64 } = LedgerUnknown {
            message: format!("event {grant} is not a grant"),
            help: "`quotient ledger persons` lists the grants with their numbers",
        }
        /// The grant was revoked before.
        RevokedAlready { grant: u64, person: String, by: String } = LedgerState {
            message: format!("the grant {grant} of `{person}` was already revoked by `{by}`"),
            help: "`quotient ledger persons` lists the grants that hold",
        }
        /// A password with too few characters.
        ShortPassword { limit: usize } = LedgerFigure {
            message: format!("the password is shorter than {limit} characters"),
            help: "use several words, or a password manager",
        }
        /// A password with too many bytes.
        LongPassword { limit: usize } = LedgerFigure {
            message: format!("the password is longer than {limit} bytes"),
            help: "use a shorter one",
        }
        /// A password that is easy to guess.
        WeakPassword {} = LedgerFigure {
            message: "the password contains the id of the person, or one character only",
            help: "use several words, or a password manager",
        }
        /// The hash of a password cannot be computed.
        NoHash {} = LedgerState {
            message: "the hash of the password cannot be computed: the system has no random bytes or no memory left",
            help: "try again",
        }
        /// The person has no password.
        NoPassword { person: String } = LedgerUnknown {
            message: format!("`{person}` has no password"),
            help: "set one with `quotient ledger password PERSON`",
        }
        /// The session of a request began with a password that is no longer valid.
        SignedOut {} = LedgerGrant {
            message: "the session has ended: its password was changed or removed",
            help: "sign in again",
        }
        /// A grant or a password is taken back without a reason.
        NoReason {} = LedgerReason {
            message: "a grant or a password is taken back without a reason",
            help: "state it with `--reason TEXT`",
        }
        /// No role of the person gives this command.
        NotGranted { person: String, command: String } = LedgerGrant {
            message: format!("`{person}` has no role that gives the command `{command}`"),
            help: "ask for a grant: `quotient ledger grant PERSON ROLE`",
        }
        /// The command is about the whole plan, and the person's grants are for a part of it.
        NotForAll { person: String, command: String } = LedgerGrant {
            message: format!("the command `{command}` is about the whole plan, and the grants of `{person}` are not"),
            help: "ask a person whose grant is for the whole channel",
        }
        /// The person sees the line and may not give this command about it.
        NotGrantedLine { line: String, person: String, command: String } = LedgerGrant {
            message: format!("`{person}` has no role that gives the command `{command}` about line `{line}`"),
            help: "ask a person whose grant reaches the line",
            varying: [line],
        }
        /// A preview would show lines that the person does not see.
        NotShown {} = LedgerGrant {
            message: "the preview moves lines that the person does not see",
            help: "preview with the scope `manager`, or ask a person who sees the whole plan",
        }
        /// A partner's person acts for another person.
        ForAnother { person: String } = LedgerGrant {
            message: format!("`{person}` answers for the partner in person; `by` names another one"),
            help: "leave out `by`",
        }
        /// A person of the vendor records an acceptance without the person who accepted.
        NoAcceptor { line: String } = LedgerDuties {
            message: format!("the partner's acceptance of line `{line}` needs the person who accepted"),
            help: "name that person in `by`",
            varying: [line],
        }
        /// A partner accepts their own counter.
        OwnCounter { line: String } = LedgerState {
            message: format!("only the vendor can accept the figure that the partner asked for on line `{line}`"),
            help: "wait for the vendor's answer, ask for another figure, or escalate",
            varying: [line],
        }
        /// An event about people cannot be read.
        Unreadable { number: u64, reason: String } = LedgerEvent {
            message: format!("event {number} about a grant cannot be read: {reason}"),
            help: "use the version of the program that wrote it",
        }
    }
}
