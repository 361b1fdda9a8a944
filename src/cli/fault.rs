//! Faults of the command line, as data with their wording.

crate::faults! {
    /// Faults of a command: its files, its options, its input.
    pub enum CommandFault {
        /// A file cannot be written.
        Unwritable { path: String, reason: String } = FileUnwritable {
            message: format!("`{path}` cannot be written: {reason}"),
            help: "check that the directory exists and is writable",
        }
        /// The output cannot be written.
        Output { reason: String } = FileUnwritable {
            message: format!("the output cannot be written: {reason}"),
            help: "check the disk and the permissions",
        }
        /// The directory of rules contains no vendor.
        NoVendor { directory: String } = VendorUnknown {
            message: format!("`{directory}` contains no vendor"),
            help: "name the directory with `--rules DIR`, or start a vendor with `quotient init NAME`",
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
        /// An option of the server cannot be used.
        ServerOption { reason: String, remedy: String } = ServerOptions {
            message: reason.clone(),
            help: remedy.clone(),
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
