//! The file of a ledger as the file system has it: whether it exists, where it is, and how a new one appears at once.
//!
//! A file that SQLite may have open is never opened here: closing it would release the locks of this process.

use super::fault::StoreFault;
use ring::rand::{SecureRandom, SystemRandom};
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Returns random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], StoreFault> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| StoreFault::NoRandom {})?;
    Ok(bytes)
}

/// Returns the path with `ending` after it.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Returns true if a file is at `path`.
pub(super) fn exists(path: &Path) -> Result<bool, StoreFault> {
    path.try_exists().map_err(|error| unreadable(path, &error))
}

/// Identity of a file under any name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

/// Returns the identity of the file at `path`; `None` if it is missing, or the system has none.
#[cfg(unix)]
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let file = fs::metadata(path).ok()?;
    Some(Identity(std::os::unix::fs::MetadataExt::dev(&file), std::os::unix::fs::MetadataExt::ino(&file)))
}

/// Returns the identity of the file at `path`; `None` if it is missing, or the system has none.
#[cfg(not(unix))]
pub(super) fn identity(_: &Path) -> Option<Identity> {
    None
}

/// Returns true if the file at `path` is empty.
pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

/// Creates an empty file beside `path` that only its owner can read, and returns its path.
pub(super) fn draft(path: &Path) -> Result<PathBuf, StoreFault> {
    let suffix: String = random::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = with_ending(path, &format!(".{suffix}.partial"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft).map_err(|error| unwritable(path, &error))?;
    Ok(draft)
}

/// Gives a draft its name, once the disk has it; returns false if the name was taken meanwhile.
pub(super) fn publish(draft: &Path, path: &Path) -> Result<bool, StoreFault> {
    let synced = OpenOptions::new().write(true).open(draft).and_then(|file| file.sync_all());
    let published = synced.and_then(|()| match fs::hard_link(draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // A file system without links.
        Err(_) if !path.exists() => fs::rename(draft, path).map(|()| true),
        Err(error) => Err(error),
        Ok(()) => Ok(true),
    });
    let synced = published.and_then(|is_new| sync_directory(path).map(|()| is_new));
    discard(draft);
    synced.map_err(|error| unwritable(path, &error))
}

/// Removes a draft and what SQLite puts beside it, as far as they exist.
pub(super) fn discard(draft: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(with_ending(draft, ending)); // a leftover is harmless
    }
}

/// Returns once the disk has the names in the directory of `path`.
fn sync_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(directory(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Returns the directory of `path`.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns true if the directory of `path` is on a network file system: NFS, SMB or AFS.
#[cfg(target_os = "linux")]
pub(super) fn is_on_network(path: &Path) -> bool {
    const NETWORK: [u32; 6] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x5346_414F, 0x6B41_4653];
    // The type has another width on each architecture; the numbers have 32 bits.
    rustix::fs::statfs(directory(path))
        .is_ok_and(|disk| NETWORK.iter().any(|kind| i128::from(*kind) == i128::from(disk.f_type) & 0xFFFF_FFFF))
}

/// Returns false: elsewhere the kind of a file system is not known.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_on_network(_: &Path) -> bool {
    false
}

fn unreadable(path: &Path, error: &io::Error) -> StoreFault {
    StoreFault::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}

fn unwritable(path: &Path, error: &io::Error) -> StoreFault {
    StoreFault::Unwritable { path: path.display().to_string(), reason: error.to_string() }
}
