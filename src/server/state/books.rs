//! Books that are kept, so that requests can refer to them: the least used give way when there is no room.

use crate::channel::Name;
use crate::request::{Books, KeptBook};
use crate::server::state::app::App;
use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Books kept, at most.
const MAX_BOOKS: usize = 256;

#[derive(Default)]
struct Shelf {
    books: BTreeMap<(Name, String), (Arc<KeptBook>, u64)>,
    bytes: usize,
    uses: u64,
}

/// The books of all vendors.
pub struct KeptBooks {
    shelf: Mutex<Shelf>,
    most: usize,
}

/// Bodies of kept books on disk, by the hash of their facts. The oldest give way.
#[derive(Debug, Clone)]
pub struct BookFolder(PathBuf);

/// Files in the folder, at most.
const MAX_FILES: usize = 1_024;

impl BookFolder {
    /// Opens the folder, which is made when it is not there.
    pub fn open(path: PathBuf) -> std::io::Result<Self> {
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Writes a body whole or not at all; `id` must be hex digits.
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
        self.let_go()
    }

    fn let_go(&self) -> std::io::Result<()> {
        let entries = fs::read_dir(&self.0)?.flatten();
        let mut files: Vec<_> =
            entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
        files.sort();
        let surplus = files.len().saturating_sub(MAX_FILES);
        files.iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// The books that requests for one vendor may refer to.
pub struct VendorBooks {
    app: Arc<App>,
    vendor: Name,
}

impl KeptBooks {
    /// Returns a shelf for so many bytes.
    pub fn new(most: usize) -> Self {
        Self { shelf: Mutex::default(), most }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock()
    }

    /// Keeps a book; returns false when it alone is larger than the shelf.
    pub fn keep(&self, vendor: &Name, book: KeptBook) -> bool {
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

    /// The book of a vendor with that id.
    pub fn find(&self, vendor: &Name, id: &str) -> Option<Arc<KeptBook>> {
        let mut shelf = self.shelf();
        shelf.uses += 1;
        let now = shelf.uses;
        let (book, used) = shelf.books.get_mut(&(Arc::clone(vendor), id.to_owned()))?;
        *used = now;
        Some(Arc::clone(book))
    }

    /// Lets go of a book; returns false when it was not there.
    pub fn forget(&self, vendor: &Name, id: &str) -> bool {
        let mut shelf = self.shelf();
        let removed = shelf.books.remove(&(Arc::clone(vendor), id.to_owned()));
        if let Some((book, _)) = &removed {
            shelf.bytes -= book.bytes;
        }
        removed.is_some()
    }

    /// The books of a vendor, ascending by id.
    pub fn of(&self, vendor: &Name) -> Vec<Arc<KeptBook>> {
        let shelf = self.shelf();
        shelf.books.iter().filter(|((of, _), _)| of == vendor).map(|(_, (book, _))| Arc::clone(book)).collect()
    }
}

impl VendorBooks {
    /// The books that requests for `vendor` may refer to.
    pub fn new(app: &Arc<App>, vendor: &Name) -> Self {
        Self { app: Arc::clone(app), vendor: Arc::clone(vendor) }
    }
}

impl Books for VendorBooks {
    fn kept(&self, id: &str) -> Option<Arc<KeptBook>> {
        self.app.books.find(&self.vendor, id)
    }
}
