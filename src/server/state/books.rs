//! Stored books, to which requests can refer.
//!
//! Every book belongs to the callers that stored it. When the limit is reached, a book of the caller with the most bytes
//! is removed, the least recently used first: no caller can remove what another one stored.

use crate::channel::Name;
use crate::request::{Books, StoredBook};
use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most stored books.
const MAX_BOOKS: usize = 256;

/// Owner of a stored book: the name of a token; `None` on a server without tokens.
pub type Owner = Option<Arc<str>>;

/// A book with its owners.
struct Shelved {
    book: Arc<StoredBook>,
    used: u64,
    owners: BTreeSet<Owner>,
}

#[derive(Default)]
struct Shelf {
    books: BTreeMap<(Name, String), Shelved>,
    bytes: usize,
    uses: u64,
}

impl Shelf {
    fn remove(&mut self, key: &(Name, String)) {
        if let Some(shelved) = self.books.remove(key) {
            self.bytes -= shelved.book.bytes;
        }
    }

    /// Returns the owner whose books take most bytes.
    fn largest_owner(&self) -> Option<Owner> {
        let mut bytes: BTreeMap<&Owner, usize> = BTreeMap::new();
        for shelved in self.books.values() {
            shelved.owners.iter().for_each(|owner| *bytes.entry(owner).or_default() += shelved.book.bytes);
        }
        bytes.into_iter().max_by_key(|(_, bytes)| *bytes).map(|(owner, _)| owner.clone())
    }

    /// Takes the least recently used book from the owner with most bytes; it is removed when it has no other owner.
    fn make_room(&mut self) -> bool {
        let Some(owner) = self.largest_owner() else { return false };
        let its_books = self.books.iter_mut().filter(|(_, shelved)| shelved.owners.contains(&owner));
        let Some((key, shelved)) = its_books.min_by_key(|(_, shelved)| shelved.used) else { return false };
        shelved.owners.remove(&owner);
        if shelved.owners.is_empty() {
            let key = key.clone();
            self.remove(&key);
        }
        true
    }
}

/// The stored books of all vendors.
pub struct StoredBooks {
    shelf: Mutex<Shelf>,
    most: usize,
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

    /// Stores a book for its owner; returns false when it alone is larger than the store.
    pub fn store(&self, vendor: &Name, owner: &Owner, book: StoredBook) -> bool {
        if book.bytes > self.most {
            return false;
        }
        let mut shelf = self.shelf();
        shelf.uses += 1;
        let (used, bytes, key) = (shelf.uses, book.bytes, (Arc::clone(vendor), book.id.clone()));
        let mut owners = BTreeSet::from([owner.clone()]);
        if let Some(old) = shelf.books.remove(&key) {
            shelf.bytes -= old.book.bytes;
            owners.extend(old.owners);
        }
        shelf.books.insert(key, Shelved { book: Arc::new(book), used, owners });
        shelf.bytes += bytes;
        while (shelf.bytes > self.most || shelf.books.len() > MAX_BOOKS) && shelf.make_room() {}
        true
    }

    /// Returns the book of a vendor with that id.
    pub fn find(&self, vendor: &Name, id: &str) -> Option<Arc<StoredBook>> {
        let mut shelf = self.shelf();
        shelf.uses += 1;
        let now = shelf.uses;
        let shelved = shelf.books.get_mut(&(Arc::clone(vendor), id.to_owned()))?;
        shelved.used = now;
        Some(Arc::clone(&shelved.book))
    }

    /// Removes a book of `owner`; returns false when it has not stored it. It stays while another owner has it.
    pub fn remove(&self, vendor: &Name, owner: &Owner, id: &str) -> bool {
        let mut shelf = self.shelf();
        let key = (Arc::clone(vendor), id.to_owned());
        let Some(shelved) = shelf.books.get_mut(&key) else { return false };
        let is_removed = shelved.owners.remove(owner);
        if shelved.owners.is_empty() {
            shelf.remove(&key);
        }
        is_removed
    }

    /// Returns the books of a vendor, ascending by id.
    pub fn of_vendor(&self, vendor: &Name) -> Vec<Arc<StoredBook>> {
        let shelf = self.shelf();
        shelf.books.iter().filter(|((of, _), _)| of == vendor).map(|(_, shelved)| Arc::clone(&shelved.book)).collect()
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
