//! Stored books, to which requests can refer.
//!
//! Every book belongs to the callers that stored it. When the limit is reached, a book of the caller with the most bytes
//! is removed, the least recently used first: no caller can remove what another one stored. Replicas that share their state
//! keep all books there; what is in memory is then a copy.

use crate::channel::Name;
use crate::request::{Books, Limits, StoredBook, read_stored_book};
use crate::server::fleet::shared::{BookKey, SharedState};
use crate::server::state::vendors::ActiveVendor;
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
    /// True when replicas share it.
    is_shared: bool,
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
    shared: Option<Arc<dyn SharedState>>,
}

/// The books to which requests for one vendor may refer.
pub struct VendorBooks {
    books: Arc<StoredBooks>,
    active: ActiveVendor,
    limits: Limits,
}

impl StoredBooks {
    /// Returns a store for this many bytes.
    pub fn new(most: usize) -> Self {
        Self { shelf: Mutex::default(), most, shared: None }
    }

    /// Returns a store for this many bytes in memory, with the books that replicas share.
    pub fn shared(most: usize, shared: Arc<dyn SharedState>) -> Self {
        Self { shared: Some(shared), ..Self::new(most) }
    }

    /// Returns the state that replicas share; `None` when books are of this process.
    pub fn shared_state(&self) -> Option<&Arc<dyn SharedState>> {
        self.shared.as_ref()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock()
    }

    /// Stores a book for its owner; returns false when it alone is larger than the store. `is_shared` says that it is in
    /// the shared state as well.
    pub fn store(&self, vendor: &Name, owner: &Owner, book: StoredBook, is_shared: bool) -> bool {
        if book.bytes > self.most {
            return false;
        }
        self.shelve(vendor, owner.clone(), Arc::new(book), is_shared);
        true
    }

    /// Keeps a copy of a shared book, if there is room for it; it has no owner in this process.
    fn place(&self, vendor: &Name, book: &Arc<StoredBook>) {
        if book.bytes <= self.most {
            self.shelve(vendor, None, Arc::clone(book), true);
        }
    }

    fn shelve(&self, vendor: &Name, owner: Owner, book: Arc<StoredBook>, is_shared: bool) {
        let mut shelf = self.shelf();
        shelf.uses += 1;
        let (used, bytes, key) = (shelf.uses, book.bytes, (Arc::clone(vendor), book.id.clone()));
        // A copy without an owner counts for callers without a token.
        let mut owners = BTreeSet::from([owner]);
        if let Some(old) = shelf.books.remove(&key) {
            shelf.bytes -= old.book.bytes;
            owners.extend(old.owners);
        }
        shelf.books.insert(key, Shelved { book, used, owners, is_shared });
        shelf.bytes += bytes;
        while (shelf.bytes > self.most || shelf.books.len() > MAX_BOOKS) && shelf.make_room() {}
    }

    /// Removes copies of shared books that are not among those that are still stored.
    pub fn retain(&self, stored: &BTreeSet<BookKey>) {
        let mut shelf = self.shelf();
        let is_gone = |(vendor, id): &(Name, String), shelved: &Shelved| {
            shelved.is_shared && !stored.contains(&(vendor.to_string(), id.clone()))
        };
        let gone: Vec<(Name, String)> =
            shelf.books.iter().filter(|(key, shelved)| is_gone(key, shelved)).map(|(key, _)| key.clone()).collect();
        gone.iter().for_each(|key| shelf.remove(key));
    }

    /// Removes the copy of a shared book.
    pub fn forget(&self, vendor: &Name, id: &str) {
        self.shelf().remove(&(Arc::clone(vendor), id.to_owned()));
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
    /// Returns the books to which requests for the vendor of `active` may refer; shared ones are read within `limits`.
    pub fn new(books: &Arc<StoredBooks>, active: &ActiveVendor, limits: &Limits) -> Self {
        Self { books: Arc::clone(books), active: Arc::clone(active), limits: *limits }
    }

    /// Returns a book that another replica stored, or that no longer was in memory.
    fn read_shared(&self, id: &str) -> Option<Arc<StoredBook>> {
        let vendor = &self.active.plugin.vendor;
        let body = self.books.shared.as_ref()?.book(vendor, id).unwrap_or_else(|unavailable| {
            tracing::error!("a stored book cannot be read: {unavailable}");
            None
        })?;
        // The calendar and the currency of the vendor are part of the facts: with others it is another book.
        let (book, _) = read_stored_book(&self.active.plugin, &body, &self.limits).ok()?;
        if book.id != id {
            return None;
        }
        let found = Arc::new(book);
        self.books.place(vendor, &found);
        Some(found)
    }
}

impl Books for VendorBooks {
    fn stored(&self, id: &str) -> Option<Arc<StoredBook>> {
        self.books.find(&self.active.plugin.vendor, id).or_else(|| self.read_shared(id))
    }
}
