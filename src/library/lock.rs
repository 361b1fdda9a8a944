//! Files that one process, or some processes together, have locked until they close them.

use std::fs::{File, TryLockError};
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// Pauses between tries to lock a file that another process has for itself.
const PAUSE: Duration = Duration::from_millis(20);
/// Tries before that process is taken to keep it.
const PATIENCE: usize = 100;

/// An open file with a lock; the lock ends with this value.
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

    /// Locks `file` together with other processes; fails if one keeps it locked for itself.
    ///
    /// Processes that start together lock it for themselves for a moment each, so that this waits for a while.
    ///
    /// `alone` is called first when no other process has locked the file, and none can lock it meanwhile.
    pub fn shared(file: File, alone: impl FnOnce()) -> Result<Self, TryLockError> {
        if file.try_lock().is_ok() {
            alone();
            file.unlock().map_err(TryLockError::Error)?;
        }
        let mut locked = file.try_lock_shared();
        for _ in 0..PATIENCE {
            if !matches!(locked, Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(PAUSE);
            locked = file.try_lock_shared();
        }
        locked?;
        Ok(Self(file))
    }

    /// Waits until no other process has locked `file`.
    pub fn after_others(file: File) -> std::io::Result<Self> {
        file.lock()?;
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
