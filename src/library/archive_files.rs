//! The files of an archive that is not a directory: the same names and contents in another place.

use chrono::{DateTime, Utc};
use std::fmt;

/// A file without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFile {
    /// Name in its directory.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Time at which it was written.
    pub written: Option<DateTime<Utc>>,
}

/// Files that processes share, each written completely or not at all.
///
/// # Errors
/// All methods fail with the reason in words.
pub trait ArchiveFiles: fmt::Debug + Send + Sync {
    /// Returns the name of the place for messages.
    fn shown(&self) -> &str;

    /// Returns the files of a directory, ascending by name.
    fn list(&self, directory: &str) -> Result<Vec<ArchiveFile>, String>;

    /// Returns the content of a file; `None` if there is none.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;

    /// Replaces the content of a file by what `change` makes of it, `None` to remove it, while no other process does.
    fn change(&self, path: &str, change: &mut dyn FnMut(Option<Vec<u8>>) -> Option<Vec<u8>>) -> Result<(), String>;
}
