//! Files that one process has for itself, and that it gives back when it closes them.

use std::fs::{File, TryLockError};
use std::ops::{Deref, DerefMut};

/// An open file that no other process has locked; the lock ends with this value.
///
/// A process that another thread is just starting has the file open as well for a moment, so that closing it would not
/// end the lock: it is ended explicitly.
#[derive(Debug)]
pub struct LockedFile(File);

impl LockedFile {
    /// Locks `file`; fails if another process has locked it.
    pub fn new(file: File) -> Result<Self, TryLockError> {
        file.try_lock()?;
        Ok(Self(file))
    }
}

impl Deref for LockedFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl DerefMut for LockedFile {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.0
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; the lock ends with the process at the latest.
        let _ = self.0.unlock();
    }
}
