//! Bodies of stored books on disk, so that decisions that refer to them can be replayed.
//!
//! They are in `VENDOR/OWNER/ID.json`, where the owner is the digest of the name of its token. Each owner has a share of
//! each vendor's space, and only its own books count against it. Directories are open to their owner only (0700), files
//! as well (0600).

use super::books::Owner;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most books of one owner and vendor.
pub const MAX_FILES: usize = 256;
/// Most bytes of one owner and vendor.
pub const MAX_BYTES: u64 = 1 << 30;
/// Hex digits of the name of an owner's directory.
const OWNER_DIGITS: usize = 16;

/// Bodies of stored books on disk, by vendor, owner, and the hash of their facts.
#[derive(Debug, Clone)]
pub struct BookDirectory {
    root: PathBuf,
    /// True to refuse a book that has no room; false to remove the owner's oldest.
    refuses: bool,
}

/// A file of a share.
struct Stored {
    modified: SystemTime,
    bytes: u64,
    path: PathBuf,
}

impl BookDirectory {
    /// Opens the directory, and creates it if it is missing. With `refuses`, no book is removed to make room.
    pub fn open(root: PathBuf, refuses: bool) -> io::Result<Self> {
        create(&root)?;
        Ok(Self { root, refuses })
    }

    /// Writes a body completely or not at all; `id` must be hex digits, and `vendor` the name of a vendor.
    ///
    /// Returns once the disk has it, with the ids of the owner's books that made room for it.
    pub fn write(&self, vendor: &str, owner: &Owner, id: &str, body: &[u8]) -> io::Result<Vec<String>> {
        let share = self.root.join(vendor).join(Self::name_of(owner));
        let file = share.join(format!("{id}.json"));
        if file.exists() {
            return Ok(Vec::new());
        }
        create(&share)?;
        let removed = self.make_room(&share, body.len() as u64)?;
        let draft = share.join(format!("{id}.{}.tmp", uuid::Uuid::now_v7().simple()));
        let written = create_file(&draft).and_then(|mut made| {
            made.write_all(body)?;
            made.sync_all()
        });
        if let Err(error) = written.and_then(|()| fs::rename(&draft, &file)) {
            drop(fs::remove_file(&draft));
            return Err(error);
        }
        // A name survives a failure of power only once its directory is written, and so on up to the root.
        for directory in share.ancestors().take_while(|directory| directory.starts_with(&self.root)) {
            sync(directory)?;
        }
        Ok(removed)
    }

    /// Reads a body in the directory of an owner.
    pub fn read(&self, vendor: &str, share: &str, id: &str) -> io::Result<Vec<u8>> {
        fs::read(self.root.join(vendor).join(share).join(format!("{id}.json")))
    }

    /// Removes a body, if it exists.
    pub fn remove(&self, vendor: &str, owner: &Owner, id: &str) {
        let file = self.root.join(vendor).join(Self::name_of(owner)).join(format!("{id}.json"));
        // A body that stays is never found without its row, and is the oldest to make room.
        drop(fs::remove_file(file));
    }

    /// Returns the error of a book that has no room.
    pub fn full() -> io::Error {
        let reason = format!("the share of this caller is full ({MAX_FILES} books, {} MiB)", MAX_BYTES >> 20);
        io::Error::new(io::ErrorKind::StorageFull, reason)
    }

    /// Returns the name of the directory of an owner.
    pub fn name_of(owner: &Owner) -> String {
        let digits = |name: &str| blake3::hash(name.as_bytes()).to_hex().chars().take(OWNER_DIGITS).collect();
        owner.as_deref().map_or_else(|| "all".to_owned(), digits)
    }

    /// Removes the oldest files of a directory until there is room; returns their ids.
    fn make_room(&self, share: &Path, bytes: u64) -> io::Result<Vec<String>> {
        let mut removed = Vec::new();
        let mut files = files_of(share)?;
        files.sort_by(|one, other| (one.modified, &one.path).cmp(&(other.modified, &other.path)));
        let mut all: u64 = files.iter().map(|file| file.bytes).sum();
        let mut files = files.into_iter();
        while files.len() >= MAX_FILES || (all.saturating_add(bytes) > MAX_BYTES && files.len() > 0) {
            if self.refuses {
                return Err(Self::full());
            }
            if let Some(oldest) = files.next() {
                match fs::remove_file(&oldest.path) {
                    // Another replica was faster.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    done => done?,
                }
                all -= oldest.bytes;
                removed.extend(oldest.path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
            }
        }
        Ok(removed)
    }
}

fn files_of(share: &Path) -> io::Result<Vec<Stored>> {
    let stored = |entry: fs::DirEntry| {
        let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Stored { modified: meta.modified().ok()?, bytes: meta.len(), path: entry.path() })
    };
    Ok(fs::read_dir(share)?.flatten().filter_map(stored).collect())
}

/// Creates a directory that others cannot open, with its parents; one that exists is closed to others.
fn create(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Returns once the disk has the names in a directory.
fn sync(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

/// Creates a file that others cannot read.
fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
