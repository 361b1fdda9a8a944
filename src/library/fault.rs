//! Faults of reloading, of the archive and of watching, as data with their wording.

use std::time::Duration;

crate::faults! {
    /// Faults of the library.
    pub enum LibraryFault {
        /// The directories take too long to read.
        SlowDirectories {} = FileUnreadable {
            message: "the directories take too long to read",
            help: "check whether the file system responds; the revisions in use stay in use",
        }
        /// A request came while the library was stopping.
        Stopped { vendor: String } = VendorUnknown {
            message: format!("`{vendor}` was not changed: the library stopped"),
            help: "try again when it is started",
        }
        /// A request waits for directories that take too long to read.
        Waiting { vendor: String } = FileUnreadable {
            message: format!("`{vendor}` waits for the directories, which take too long to read"),
            help: "look at the vendor's history later: the change takes effect as soon as they are read",
        }
        /// No archive exists at this path.
        NoArchive { path: String, reason: String } = FileUnreadable {
            message: format!("`{path}` is not an archive: {reason}"),
            help: "name the state directory of the server",
        }
        /// The vendor has no such revision.
        UnknownRevision { vendor: String, revision: String } = RevisionUnknown {
            message: format!("`{vendor}` has no revision `{revision}`"),
            help: "name one of the revisions in the vendor's history",
        }
        /// The archive cannot be written.
        ArchiveUnwritable { path: String, reason: String } = FileUnwritable {
            message: format!("the archive cannot use `{path}`: {reason}"),
            help: "check the path, the permissions and the free space",
        }
        /// An entry of the archive does not have the content of its digest.
        ArchiveDamaged { path: String, reason: String } = ArchiveDamaged {
            message: format!("`{path}` in the archive is damaged: {reason}"),
            help: "remove it; the next revision that loads is archived again",
        }
        /// A directory of vendors cannot be read.
        UnreadableDirectory { path: String, reason: String } = FileUnreadable {
            message: format!("`{path}` cannot be read: {reason}"),
            help: "check the path and the permissions; until then nothing is reloaded, and no vendor counts as removed",
        }
        /// The vendor's directory has no files.
        NoFiles { vendor: String } = VendorIncomplete {
            message: format!("the directory of `{vendor}` has no files"),
            help: "add a `vendor.toml` and rules, or remove the directory",
        }
        /// A file is empty, as while it is being written.
        EmptyFile { file: String } = VendorTorn {
            message: format!("`{file}` is empty"),
            help: "write its content, or remove it",
        }
        /// A file has a NUL character, as after an interrupted write.
        NulCharacter { file: String } = VendorTorn {
            message: format!("`{file}` has a NUL character"),
            help: "save the file again",
        }
        /// The check of a candidate ended abnormally.
        CheckDied { vendor: String, reason: String } = CandidateDied {
            message: format!("the check of `{vendor}` died: {reason}"),
            help: "look for endless recursion or very large values in the latest change",
        }
        /// The check of a candidate took too long.
        CheckSlow { vendor: String, limit: Limit } = CandidateSlow {
            message: format!("the check of `{vendor}` took longer than {} ms", limit.0.as_millis()),
            help: "look for loops in the latest change, or reduce the number of cases",
        }
        /// A candidate was refused without a finding.
        NoReason { vendor: String } = CandidateDied {
            message: format!("`{vendor}` was refused without a reason"),
            help: "report this as a bug of quotient",
        }
        /// The directory of a pinned vendor is missing.
        GoneWhilePinned { vendor: String } = VendorGone {
            message: format!("the directory of `{vendor}` is missing; the pinned revision remains in use"),
            help: "restore the directory, or remove the pin",
        }
        /// A vendor is served from the archive until its directory is read.
        NotYetRead { vendor: String } = VendorGone {
            message: format!("`{vendor}` is served from the archive, its directory was not read yet"),
            help: "check whether the directory can be read",
        }
        /// Too many past revisions are requested at a time.
        RevisionBusy { vendor: String } = RevisionBusy {
            message: format!("too many past revisions are requested; `{vendor}` has to wait"),
            help: "try again in a few seconds; for many old decisions use `quotient replay`",
        }
        /// A directory cannot be watched.
        Unwatchable { path: String, reason: String } = WatchBlind {
            message: format!("`{path}` cannot be watched: {reason}"),
            help: "changes are seen at intervals only; raise the system's limit of watches if that is the reason",
            severity: Warning,
        }
        /// Watching was interrupted.
        WatchInterrupted { reason: String } = WatchBlind {
            message: format!("watching was interrupted: {reason}"),
            help: "nothing to do: it is restarted, and everything is read again",
            severity: Warning,
        }
        /// The file system reports no events.
        NoEvents {} = WatchBlind {
            message: "changes arrive without events",
            help: "the file system reports none (network and some container mounts); shorten the polling interval",
            severity: Warning,
        }
        /// Reading the directories panicked.
        ReadingPanicked {} = FileUnreadable {
            message: "reading the directories panicked",
            help: "report this as a bug of quotient",
        }
        /// No vendor has this name.
        UnknownVendor { vendor: String, near: Option<String> } = VendorUnknown {
            message: format!("unknown vendor `{vendor}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name one of the vendors in use".to_owned(),
            },
        }
    }
}

/// Time limit of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub Duration);

impl crate::finding::ToField for Limit {
    fn to_field(&self) -> crate::finding::Field {
        self.0.as_millis().to_field()
    }
}
