//! File operations of the log: those of the operating system, and the trait through which tests let them fail.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::library::LockedFile;

/// File operations of a log: [`Disk`] performs them, tests let them fail.
pub trait Files: Send {
    /// An open file.
    type Handle: Send;
    /// Opens or creates a file for appending, and locks it.
    fn open(&mut self, path: &Path) -> io::Result<Self::Handle>;
    /// Returns the length of the file in bytes.
    fn length(&mut self, file: &mut Self::Handle) -> io::Result<u64>;
    /// Returns the last byte of a file that is not empty.
    fn last_byte(&mut self, file: &mut Self::Handle) -> io::Result<u8>;
    /// Returns the first bytes of the file at `path`, at most `most`.
    fn first_bytes(&mut self, path: &Path, most: u64) -> io::Result<Vec<u8>>;
    /// Returns the last bytes of the file at `path`, at most `most`.
    fn last_bytes(&mut self, path: &Path, most: u64) -> io::Result<Vec<u8>>;
    /// Returns the time since the file at `path` was written; `None` if it does not exist.
    fn age(&mut self, path: &Path) -> io::Result<Option<Duration>>;
    /// Replaces the content of a file, completely or not at all.
    fn replace(&mut self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// Appends bytes, maybe not all; returns how many.
    fn write(&mut self, file: &mut Self::Handle, bytes: &[u8]) -> io::Result<usize>;
    /// Returns once the disk has the content.
    fn sync(&mut self, file: &mut Self::Handle) -> io::Result<()>;
    /// Truncates the file.
    fn cut(&mut self, file: &mut Self::Handle, length: u64) -> io::Result<()>;
    /// Returns true if `path` still names this file.
    fn is_at(&mut self, file: &Self::Handle, path: &Path) -> io::Result<bool>;
    /// Renames a file, replacing an existing one.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Returns once the disk has the names in the directory of `path`.
    fn sync_directory(&mut self, path: &Path) -> io::Result<()>;
}

/// Files of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    type Handle = LockedFile;

    fn open(&mut self, path: &Path) -> io::Result<LockedFile> {
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        LockedFile::new(file).map_err(|error| match error {
            fs::TryLockError::WouldBlock => io::Error::new(io::ErrorKind::ResourceBusy, "another process writes it"),
            fs::TryLockError::Error(error) => error,
        })
    }

    fn length(&mut self, file: &mut LockedFile) -> io::Result<u64> {
        Ok(file.metadata()?.len())
    }

    fn last_byte(&mut self, file: &mut LockedFile) -> io::Result<u8> {
        let mut byte = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn first_bytes(&mut self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn last_bytes(&mut self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let (mut file, mut bytes) = (File::open(path)?, Vec::new());
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn age(&mut self, path: &Path) -> io::Result<Option<Duration>> {
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // A file from the future is new.
            meta => Ok(Some(meta?.modified()?.elapsed().unwrap_or_default())),
        }
    }

    fn replace(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut draft = path.as_os_str().to_os_string();
        draft.push(".partial");
        let draft = PathBuf::from(draft);
        let mut file = File::create(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        self.sync_directory(path)
    }

    fn write(&mut self, file: &mut LockedFile, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    fn sync(&mut self, file: &mut LockedFile) -> io::Result<()> {
        file.sync_data()
    }

    fn cut(&mut self, file: &mut LockedFile, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    #[cfg(unix)]
    fn is_at(&mut self, file: &LockedFile, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt;
        let (own, there) = (file.metadata()?, fs::metadata(path));
        Ok(there.is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())))
    }

    #[cfg(not(unix))]
    fn is_at(&mut self, _: &LockedFile, path: &Path) -> io::Result<bool> {
        Ok(path.exists())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_directory(&mut self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        {
            let directory =
                path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(directory)?.sync_all()?;
        }
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }
}
