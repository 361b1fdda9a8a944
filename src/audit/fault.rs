//! Faults of the decision log, as data.

crate::faults! {
    /// Faults of the decision log.
    pub enum AuditFault {
        /// A pointer of `--mask` or `--erase` is not valid.
        BadPointer { pointer: String, reason: String } = AuditPointer {
            message: format!("`{}` is not a JSON pointer: {reason}", pointer.escape_debug()),
            help: "write it as `/book/partners/*/partner_name`, with `*` for every member or element, `**` for any number of levels; `personal` stands for all personal fields",
        }
        /// Too many pointers.
        TooManyPointers { count: usize, limit: usize } = AuditPointer {
            message: format!("{count} pointers to mask, more than {limit}"),
            help: "name what they have in common with `*`",
        }
        /// The address of a collector is not valid.
        BadCollector { address: String, reason: String, is_https: bool } = AuditCollector {
            message: format!("the decision log cannot be sent to `{address}`: {reason}"),
            help: match is_https {
                true => "send it to a local collector by http, and let it use TLS",
                false => "write it as `http://host:port/path`",
            },
        }
        /// A decision has no record, so that its response is not sent.
        Unrecorded { reason: String } = AuditUnrecorded {
            message: format!("no response is sent without a record: {reason}"),
            help: "try again later; the operator of the server must check the decision log",
        }
        /// The thread of the decision log could not be started.
        NoThread { reason: String } = FileUnwritable {
            message: format!("the thread of the decision log cannot be started: {reason}"),
            help: "check how many threads the process can have",
        }
        /// The file of the decision log cannot be written.
        Unwritable { path: String, reason: String } = FileUnwritable {
            message: format!("the decision log `{path}` cannot be written: {reason}"),
            help: "check the directory, the permissions and the free space; each process needs its own log",
        }
        /// A decision log cannot be read.
        Unreadable { path: String, reason: String } = FileUnreadable {
            message: format!("the decision log `{path}` cannot be read: {reason}"),
            help: "name a file of the log, or its directory",
        }
        /// A file is not a head of a decision log.
        NotAHead { file: String } = AuditKey {
            message: format!("`{file}` is not a head of a decision log"),
            help: "name a file that `quotient serve --log-key` or `quotient verify --save-head` wrote",
        }
        /// The bytes of an entry are not those that were written.
        ChangedEntry { sequence: u64 } = AuditChain {
            message: format!("entry {sequence} was changed after it was written: its hash does not match its content"),
            help: "compare it with a copy of the log from elsewhere",
        }
        /// An entry was replaced by another one with its own hash.
        ReplacedEntry { sequence: u64 } = AuditChain {
            message: format!("entry {sequence} was replaced: the next entry contains the hash of another one"),
            help: "compare it with a copy of the log from elsewhere",
        }
        /// Entries are missing.
        MissingEntries { from: u64, to: u64 } = AuditChain {
            message: match from == to {
                true => format!("entry {from} is missing before this line"),
                false => format!("entries {from} to {to} are missing before this line"),
            },
            help: "restore them from a copy of the log; if older files were moved away, verify them together",
        }
        /// An entry is in the log again, or after a later one.
        RepeatedEntry { sequence: u64, last: u64 } = AuditChain {
            message: format!("entry {sequence} is after entry {last}: it was duplicated or moved"),
            help: "compare the order with a copy of the log from elsewhere",
        }
        /// A line in the place of an entry cannot be read.
        DamagedEntry {} = AuditChain {
            message: "the line is damaged: it was an entry, and it cannot be read",
            help: "restore it from a copy of the log",
        }
        /// A line is not an entry of the log.
        NotAnEntry {} = AuditChain {
            message: "the line is not an entry of the log: it was added by something else",
            help: "find out what writes to the file besides `quotient serve`",
        }
        /// The log begins in the middle of a file.
        CutBeginning { sequence: u64 } = AuditChain {
            message: format!("the log begins with entry {sequence}: the lines before it were removed from the file"),
            help: "restore them from a copy of the log",
        }
        /// The log ends before the entry that a head names.
        CutEnd { last: u64, head: u64 } = AuditChain {
            message: format!("the log ends with entry {last}, and the head names entry {head}: the end was removed"),
            help: "restore it from a copy of the log",
        }
        /// The entry that a head names has another hash.
        OtherThanHead { sequence: u64 } = AuditChain {
            message: format!("entry {sequence} is not the one that the head names: the log was rewritten"),
            help: "restore the log from a copy made at the time of the head",
        }
        /// The entry that a head names is in older files.
        HeadBeforeLog { head: u64 } = AuditChain {
            message: format!("the log has no intact entry {head}, which the head names"),
            help: "use a later head, or verify the older files together",
        }
        /// An entry with a head is not signed, or its signature does not match.
        BadSignature { sequence: u64 } = AuditChain {
            message: format!("the signature of entry {sequence} is not valid"),
            help: "compare the entry with a copy of the log from elsewhere",
        }
        /// The head has no valid signature.
        BadHead {} = AuditChain {
            message: "the signature of the head is missing or not valid",
            help: "use a copy of the head from elsewhere",
        }
        /// A head is signed with an unexpected key.
        OtherKey { key: String } = AuditChain {
            message: format!("the head is signed with the key {key}, which is not one of those expected"),
            help: "name every public key that has signed heads of this log",
        }
        /// A log without signed heads.
        NoSignature {} = AuditChain {
            message: "the log has no signed head",
            help: "start the server with `--log-key FILE`",
        }
    }
}
