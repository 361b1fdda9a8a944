//! Faults of the decision log, as data.

crate::faults! {
    /// Faults of the decision log.
    pub enum AuditFault {
        /// A pointer of `--mask` or `--erase` is not valid.
        BadPointer { pointer: String, reason: String } = AuditPointer {
            message: format!("`{}` is not a JSON pointer: {reason}", pointer.escape_debug()),
            help: "write it as `/book/partners/*/partner_name`, with `*` for every member or element",
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
    }
}
