//! Stored books, to which requests can refer: the least recently used are removed when there is no room.

use crate::channel::Name;
use crate::request::{Books, StoredBook};
use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Most stored books.
const MAX_BOOKS: usize = 256;

#[derive(Default)]
struct Shelf {
    books: BTreeMap<(Name, String), (Arc<StoredBook>, u64)>,
    bytes: usize,
    uses: u64,
}

/// The stored books of all vendors.
pub struct StoredBooks {
    shelf: Mutex<Shelf>,
    most: usize,
}

/// Bodies of stored books on disk, by the hash of their facts. The oldest are removed.
#[derive(Debug, Clone)]
pub struct BookDirectory(PathBuf);

/// Most files in the directory.
const MAX_FILES: usize = 1_024;

impl BookDirectory {
    /// Opens the directory, and creates it if it is missing.
    pub fn open(path: PathBuf) -> std::io::Result<Self> {
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Writes a body completely or not at all; `id` must be hex digits.
    pub fn write(&self, id: &str, body: &[u8]) -> std::io::Result<()> {
        let file = self.0.join(format!("{id}.json"));
        if file.exists() {
            return Ok(());
        }
        let draft = self.0.join(format!("{id}.{}.tmp", uuid::Uuid::now_v7().simple()));
        let written = fs::File::create(&draft).and_then(|mut made| {
            made.write_all(body)?;
            made.sync_all()
        });
        if let Err(error) = written.and_then(|()| fs::rename(&draft, &file)) {
            drop(fs::remove_file(&draft));
            return Err(error);
        }
        self.remove_oldest()
    }

    fn remove_oldest(&self) -> std::io::Result<()> {
        let entries = fs::read_dir(&self.0)?.flatten();
        let mut files: Vec<_> =
            entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
        files.sort();
        let surplus = files.len().saturating_sub(MAX_FILES);
        files.iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// The books to which requests for one vendor may refer.
pub struct VendorBooks {
    books: Arc<StoredBooks>,
    vendor: Name,
}

impl StoredBooks {
    /// Returns a store for this many bytes.
    pub fn new(most: usize) -> Self {
        Self { shelf: Mutex::default(), most }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock()
    }

    /// Stores a book; returns false when it alone is larger than the store.
    pub fn store(&self, vendor: &Name, book: StoredBook) -> bool {
        if book.bytes > self.most {
            return false;
        }
        let mut shelf = self.shelf();
        shelf.uses += 1;
        let (uses, bytes, id) = (shelf.uses, book.bytes, book.id.clone());
        if let Some((old, _)) = shelf.books.insert((Arc::clone(vendor), id), (Arc::new(book), uses)) {
            shelf.bytes -= old.bytes;
        }
        shelf.bytes += bytes;
        while shelf.bytes > self.most || shelf.books.len() > MAX_BOOKS {
            let least = shelf.books.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            let Some((book, _)) = least.and_then(|least| shelf.books.remove(&least)) else { break };
            shelf.bytes -= book.bytes;
        }
        true
    }

    /// Returns the book of a vendor with that id.
    pub fn find(&self, vendor: &Name, id: &str) -> Option<Arc<StoredBook>> {
        let mut shelf = self.shelf();
        shelf.uses += 1;
        let now = shelf.uses;
        let (book, used) = shelf.books.get_mut(&(Arc::clone(vendor), id.to_owned()))?;
        *used = now;
        Some(Arc::clone(book))
    }

    /// Removes a book; returns false when it is not stored.
    pub fn remove(&self, vendor: &Name, id: &str) -> bool {
        let mut shelf = self.shelf();
        let removed = shelf.books.remove(&(Arc::clone(vendor), id.to_owned()));
        if let Some((book, _)) = &removed {
            shelf.bytes -= book.bytes;
        }
        removed.is_some()
    }

    /// Returns the books of a vendor, ascending by id.
    pub fn of_vendor(&self, vendor: &Name) -> Vec<Arc<StoredBook>> {
        let shelf = self.shelf();
        shelf.books.iter().filter(|((of, _), _)| of == vendor).map(|(_, (book, _))| Arc::clone(book)).collect()
    }
}

impl VendorBooks {
    /// Returns the books to which requests for `vendor` may refer.
    pub fn new(books: &Arc<StoredBooks>, vendor: &Name) -> Self {
        Self { books: Arc::clone(books), vendor: Arc::clone(vendor) }
    }
}

impl Books for VendorBooks {
    fn stored(&self, id: &str) -> Option<Arc<StoredBook>> {
        self.books.find(&self.vendor, id)
    }
}
