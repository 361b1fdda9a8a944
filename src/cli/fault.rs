//! Faults of the command line, as data with their wording.

use crate::finding::counted;

/// Names of lines that a message shows.
const SHOWN: usize = 8;

/// The first lines, and how many more there are.
fn first(lines: &[String]) -> String {
    let names: Vec<String> = lines.iter().take(SHOWN).map(|line| format!("`{line}`")).collect();
    match lines.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

crate::faults! {
    /// Faults of a command: its files, its options, its input.
    pub enum CommandFault {
        /// A file cannot be written.
        Unwritable { path: String, reason: String } = FileUnwritable {
            message: format!("`{path}` cannot be written: {reason}"),
            help: "check that the directory exists and is writable",
        }
        /// A file cannot be read.
        Unreadable { path: String, reason: String } = FileUnreadable {
            message: format!("`{path}` cannot be read: {reason}"),
            help: "check the path and the permissions",
        }
        /// The output cannot be written.
        Output { reason: String } = FileUnwritable {
            message: format!("the output cannot be written: {reason}"),
            help: "check the disk and the permissions",
        }
        /// No password was entered.
        NoPassword {} = LedgerFigure {
            message: "no password was entered",
            help: "type it, or pass it as the first line of stdin",
        }
        /// The two entries of a password differ.
        PasswordsDiffer {} = LedgerFigure {
            message: "the two passwords differ",
            help: "run the command again",
        }
        /// The directory of rules contains no vendor.
        NoVendor { directory: String } = VendorUnknown {
            message: format!("`{directory}` contains no vendor"),
            help: "name the directory with `--rules DIR`, or start a vendor with `quotient init NAME`",
        }
        /// No case has the name.
        UnknownCase { case: String, near: Option<String> } = CaseMissing {
            message: format!("no case is named `{case}`, and no name of a case contains it"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "list the cases with `quotient test --verbose`".to_owned(),
            },
        }
        /// Coverage in a format that has no place for it.
        CoverageFormat {} = FileUnwritable {
            message: "coverage and mutation are written as text or JSON",
            help: "use `--format text` or `--format json`",
        }
        /// A cases file has changed while its cases ran.
        CasesChanged { file: String } = FileUnwritable {
            message: format!("`{file}` has changed since its cases were read"),
            help: "run `quotient test --accept` again",
        }
        /// Cases of a revision fail.
        CasesFail { reference: String, failed: usize, cases: usize } = CaseFailed {
            message: format!("cases of `{reference}` fail: {failed} of {cases}"),
            help: "run `quotient test`; the revision is compared as it is",
            severity: Warning,
        }
        /// A revision makes no plan or no decisions of the book.
        SideFailed { reference: String, what: &'static str } = VendorIncomplete {
            message: format!("the {what} of the revision `{reference}` cannot be made from this book"),
            help: "see the findings that follow",
        }
        /// Two revisions plan in different currencies.
        OtherCurrency { before: String, after: String } = BookStale {
            message: format!("the revision of before plans in {before} and that of after in {after}"),
            help: "compare revisions with one `currency` in the manifest",
        }
        /// Policies are compared on a date that is not known.
        NoDecisionDay {} = PlanPeriod {
            message: "the decisions of policies are compared on a date, and none is named",
            help: "name it with `--as-of`, such as `--as-of 2025-12-31`",
        }
        /// Something that a comparison is to fail on was not compared.
        NotCompared { what: &'static str } = VendorIncomplete {
            message: format!("{what} were not compared: both revisions need {}", match *what {
                "tiers" => "policies",
                _ => "quota rules",
            }),
            help: "leave it out of `--fail-on`",
        }
        /// A directory that is not a revision.
        NotARevision { path: String, vendor: String } = FileUnreadable {
            message: format!("`{path}` has neither `rules` nor `policies` nor `vendor.toml`"),
            help: format!("name a directory that has `rules/{vendor}`, or the directory with the rules of `{vendor}`"),
        }
        /// Git does not know the revision.
        UnknownRevision { revision: String, reason: String } = FileUnreadable {
            message: format!("`{revision}` is not a directory, and git cannot read it as a revision: {reason}"),
            help: "name a directory, a revision such as `HEAD~1`, or `live`",
        }
        /// The revision does not contain the vendor.
        NotInRevision { revision: String, vendor: String, directories: Vec<String> } = VendorUnknown {
            message: format!("the revision `{revision}` has no vendor `{vendor}` in `{}`", directories.join("` and `")),
            help: "correct the name, or name the directories with `--rules` and `--policies`",
        }
        /// The program git is missing.
        NoGit {} = FileUnreadable {
            message: "the program `git` is not installed, and a revision is read with it",
            help: "install git, or name a directory in place of the revision",
        }
        /// The program git cannot be started.
        GitUnusable { reason: String } = FileUnreadable {
            message: format!("the program `git` cannot be started: {reason}"),
            help: "check the installation of git, or name a directory in place of the revision",
        }
        /// A name that a vendor cannot have.
        VendorName { vendor: String } = VendorUnknown {
            message: format!("`{vendor}` is not a valid vendor name"),
            help: "use lower-case letters, digits, `-` and `_`, such as `acme-cloud`",
        }
        /// The directory to create exists.
        Exists { path: String } = FileUnwritable {
            message: format!("`{path}` already exists"),
            help: "choose another name, or remove the directory",
        }
        /// The mapping file to write exists.
        MapExists { path: String } = FileUnwritable {
            message: format!("`{path}` already exists"),
            help: "choose another name, or overwrite it with `--force`",
        }
        /// The period to score cannot be used.
        Period { reason: String } = PlanPeriod {
            message: reason.clone(),
            help: "name a past period that the book covers with `--period`",
        }
        /// An inherited socket has no address to check.
        InheritedSocket {} = ServerOptions {
            message: "`systemd` cannot be checked: it is not an address",
            help: "name the address or the socket",
        }
        /// The file of options cannot be read.
        Settings { file: String, reason: String } = FileUnreadable {
            message: format!("`{file}` cannot be read: {reason}"),
            help: "name a TOML file with `--config`",
        }
        /// An option of the server cannot be used.
        ServerOption { reason: String, remedy: String } = ServerOptions {
            message: reason.clone(),
            help: remedy.clone(),
        }
        /// The workbench needs one vendor.
        WhichVendor { vendors: Vec<String> } = ServerOptions {
            message: match vendors.len() {
                0 => "there is no vendor".to_owned(),
                _ => "there are several vendors".to_owned(),
            },
            help: match vendors.as_slice() {
                [] => "create one with `quotient init NAME`, or name the directories with `--rules` and `--policies`".to_owned(),
                vendors => format!("name one of them: `quotient workbench VENDOR`; vendors: `{}`", vendors.join("`, `")),
            },
        }
        /// The file is not a decision log.
        NotALog { file: String } = FileUnreadable {
            message: format!("`{file}` is not a decision log"),
            help: "name a log written by `quotient serve`",
        }
        /// The decision log cannot be read.
        UnreadableLog { file: String, reason: String } = FileUnreadable {
            message: format!("the decision log `{file}` cannot be read: {reason}"),
            help: "check the path and the permissions",
        }
        /// A head belongs to one log.
        SeveralLogs { directory: String } = FileUnreadable {
            message: format!("`{directory}` does not contain exactly one decision log, and a head belongs to one"),
            help: "name the current file of the log, such as `decisions.jsonl`",
        }
        /// The machine refuses threads.
        NoThreads { reason: String } = FileUnreadable {
            message: format!("worker threads cannot be started: {reason}"),
            help: "check how many threads the process may start",
        }
        /// A workbook of another vendor.
        OtherVendor { file: String, vendor: String, expected: String } = BookStale {
            message: format!("`{file}` is a proposal of vendor `{vendor}`"),
            help: format!("pass a workbook of `{expected}`"),
        }
        /// Files of locks that were agreed for different periods.
        LockPeriods { first: String, second: String, file: String, other: String } = BookStale {
            message: format!("`{file}` is for `{second}`, and `{other}` is for `{first}`"),
            help: "pass locks that were agreed for one period",
        }
        /// A workbook made with an earlier revision.
        EarlierRevision { file: String } = BookStale {
            message: format!("`{file}` was made with an earlier revision of the rules"),
            help: "its locks still apply; compare with `--previous` to see the differences",
            severity: Warning,
        }
        /// A workbook made from another book.
        OtherBook { file: String } = BookStale {
            message: format!("`{file}` was made from another book"),
            help: "its locks still apply; compare with `--previous` to see the differences",
            severity: Warning,
        }
        /// Several files are to be written, and no directory is named.
        SplitNeedsDirectory {} = FileUnwritable {
            message: "`--split-by` writes several files, and no directory is named",
            help: "name the directory with `--output DIR`",
        }
        /// A proposal is split in a format that cannot be returned.
        SplitFormat { format: String } = FileUnwritable {
            message: format!("a proposal cannot be split in the format `{format}`"),
            help: "use `--format xlsx` or `--format csv`",
        }
        /// The person who gives a command is not known.
        NoPerson {} = LedgerFigure {
            message: "the system does not name a user",
            help: "name the person who gives the command with `--as PERSON`",
        }
        /// A step without the lines that it is about.
        NoSelection { step: String } = LedgerState {
            message: format!("no line is named for the step `{step}`"),
            help: "name lines with `--line ID` or `--manager NAME`, or all of them with `--all`",
        }
        /// A partner without a business plan in the plan.
        NoBusinessPlan { partner: String, plan: String } = LedgerUnknown {
            message: format!("`{partner}` has no business plan in {plan}"),
            help: format!("begin it with `quotient plan business-plan objective {plan} PARTNER …`, or correct the id"),
        }
        /// Lines that the person cannot approve.
        OwnLines { person: String, lines: Vec<String> } = LedgerDuties {
            message: format!("`{person}` set, agreed or has already approved {}: {}", counted(lines.len(), "line"), first(lines)),
            help: "they need an approval by another person",
            severity: Warning,
        }
        /// A file that was not written from a plan of record.
        NotOfAPlan { file: String } = LedgerStale {
            message: format!("`{file}` was not written by `quotient plan distribute`"),
            help: "name the workbooks that came back from the account managers",
        }
        /// A workbook of another plan.
        OtherPlan { file: String, plan: String, expected: String } = LedgerStale {
            message: format!("`{file}` belongs to the plan `{plan}`"),
            help: format!("name workbooks of `{expected}`, or import it into `{plan}`"),
        }
        /// A line has changed since the workbook was written.
        StaleLine { line: String, written: u64, changed: u64 } = LedgerStale {
            message: format!("line `{line}` changed in version {changed} of the plan, and the workbook has version {written}"),
            help: "distribute the plan again, and enter the figure into the new workbook",
            varying: [line, changed],
        }
        /// A row names a line that the plan does not have.
        UnknownRow { line: String } = LedgerUnknown {
            message: format!("the plan has no line `{line}`"),
            help: "undo the changes to partner, product line and territory in the workbook",
            varying: [line],
        }
        /// Two files name different figures for one line.
        TwoAnswers { line: String, figures: Vec<String> } = LedgerStale {
            message: format!("line `{line}` has different figures in two files: {}", figures.join(" and ")),
            help: "remove one of them",
            varying: [line, figures],
        }
        /// A row has a figure, and the line takes none now.
        NoAnswer { line: String, state: String } = LedgerState {
            message: format!("line `{line}` is {state} and takes no figure from a workbook"),
            help: "empty the cell, or move the line with the commands of `quotient plan`",
            varying: [line, state],
        }
        /// No row of the files has a figure.
        NothingReturned {} = LedgerState {
            message: "no row of the files has a figure in `override_quota`",
            help: "enter figures into the column; the figure that is offered accepts the offer",
        }
        /// Lines that are not in force are left out of an export.
        NotInForce { lines: usize } = LedgerState {
            message: format!("{} not in force and left out", match lines {
                1 => "1 line is".to_owned(),
                more => format!("{more} lines are"),
            }),
            help: "lock them first, or read their state with `quotient plan status`",
            severity: Warning,
        }
        /// The file of an anchor cannot be read.
        UnreadableAnchor { path: String, reason: String } = FileUnreadable {
            message: format!("`{path}` cannot be read: {reason}"),
            help: "check the path and the permissions",
        }
        /// The file is not a head of a ledger.
        NotAnAnchor { file: String } = FileUnreadable {
            message: format!("`{file}` has no head of a ledger in it"),
            help: "name an anchor (`quotient ledger anchor`), an export of the plan, or a copy of an agreement",
        }
        /// The book does not contain the account manager.
        UnknownManager { manager: String, near: Option<String>, managers: Vec<String> } = BookUnknownReference {
            message: format!("unknown account manager `{manager}`: no partner of the book has it"),
            help: match (near, managers.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, true) => "the book names no account manager: fill the column `account_manager` of the partners".to_owned(),
                (None, false) => format!("the book has {}", managers.join(", ")),
            },
        }
        /// The book does not contain the partner.
        UnknownPartner { partner: String, near: Option<String> } = BookUnknownReference {
            message: format!("unknown partner `{partner}`: the book does not contain it"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "correct the identifier".to_owned(),
            },
        }
    }
}
