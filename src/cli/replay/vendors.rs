//! Vendors of a replay: the rules of each revision, and the stored books that requests refer to.

use super::super::groups::Directories;
use crate::audit::Obstacle;
use crate::library::Archive;
use crate::plugin::{VendorFiles, VendorPlugin, disk::Roots};
use crate::request::{Books, Limits, StoredBook, read_stored_book};
use crate::script::on_script_threads;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Most revisions that stay compiled.
const MAX_PLUGINS: usize = 64;
/// Most books that stay in memory for each revision.
const MAX_BOOKS: usize = 8;

/// A vendor's rules, or the reason for which they cannot be used.
pub type Found = Result<Arc<Vendor>, Obstacle>;

/// A vendor's rules of one revision, and the stored books as those rules read them.
pub struct Vendor {
    pub plugin: VendorPlugin,
    directory: Option<PathBuf>,
    books: Mutex<BTreeMap<String, Option<Arc<StoredBook>>>>,
}

/// Vendors by revision, compiled when they are first needed.
pub struct Vendors {
    roots: Roots,
    archive: Option<Archive>,
    books: Option<PathBuf>,
    /// By vendor and revision; `None` for the current rules.
    compiled: BTreeMap<(String, Option<String>), Found>,
}

impl Vendors {
    /// Vendors of the directories and the archive, with books from `books`.
    pub fn new(directories: &Directories, archive: Option<Archive>, books: Option<PathBuf>) -> Self {
        Self { roots: directories.roots(), archive, books, compiled: BTreeMap::new() }
    }

    /// Finds the revision that made a decision.
    pub fn recorded(&mut self, vendor: &str, revision: &str) -> Found {
        self.find((vendor.to_owned(), Some(revision.to_owned())), |vendors| {
            let archived = vendors.archive.as_ref().and_then(|archive| archive.files(vendor, revision).ok());
            if let Some(files) = archived {
                return vendors.compile(&files);
            }
            match vendors.roots.read(vendor) {
                Ok(files) if files.revision() == revision => vendors.compile(&files),
                _ => Err(Obstacle::RevisionUnknown),
            }
        })
    }

    /// Finds the current rules of a vendor.
    pub fn current(&mut self, vendor: &str) -> Found {
        self.find((vendor.to_owned(), None), |vendors| {
            let files = vendors.roots.read(vendor).map_err(|_| Obstacle::VendorUnknown)?;
            vendors.compile(&files)
        })
    }

    fn find(&mut self, key: (String, Option<String>), find: impl FnOnce(&Self) -> Found) -> Found {
        if let Some(found) = self.compiled.get(&key) {
            return found.clone();
        }
        let found = find(self);
        if self.compiled.len() >= MAX_PLUGINS {
            self.compiled.clear();
        }
        self.compiled.insert(key, found.clone());
        found
    }

    fn compile(&self, files: &VendorFiles) -> Found {
        let (plugin, _) = on_script_threads(Some(1), || VendorPlugin::compile(files).into_parts());
        let plugin = plugin.ok_or(Obstacle::RevisionBroken)?;
        Ok(Arc::new(Vendor { plugin, directory: self.books.clone(), books: Mutex::default() }))
    }
}

impl Vendor {
    fn read_book(&self, path: &Path, id: &str) -> Option<StoredBook> {
        let limits = Limits::default();
        let is_sound = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= limits.body_bytes as u64);
        let text = is_sound.then(|| fs::read(path).ok()).flatten()?;
        let (book, _) = read_stored_book(&self.plugin, &text, &limits).ok()?;
        (book.id == id).then_some(book)
    }

    /// Tries the file named after the id first, then every JSON file of the directory.
    fn find_book(&self, id: &str) -> Option<Arc<StoredBook>> {
        let directory = self.directory.as_deref()?;
        // The id comes from the log: it is used as a name, never as a path.
        let is_name = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let file = format!("{id}.json");
        // As the server stores them: by vendor and owner; earlier versions had one directory.
        let owners = || fs::read_dir(directory.join(&*self.plugin.vendor)).ok().into_iter().flatten().flatten();
        let mut stored: Vec<PathBuf> = owners().map(|owner| owner.path().join(&file)).collect();
        stored.sort();
        let named = is_name
            .then(|| stored.into_iter().chain([directory.join(&file)]).find_map(|path| self.read_book(&path, id)));
        let named = named.flatten();
        let others = || {
            let paths = fs::read_dir(directory).ok()?.flatten().map(|entry| entry.path());
            let mut paths: Vec<PathBuf> =
                paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
            paths.sort();
            paths.iter().find_map(|path| self.read_book(path, id))
        };
        named.or_else(others).map(Arc::new)
    }
}

impl Books for Vendor {
    fn stored(&self, id: &str) -> Option<Arc<StoredBook>> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = books.get(id) {
            return found.clone();
        }
        let found = self.find_book(id);
        if books.len() >= MAX_BOOKS {
            books.clear();
        }
        books.insert(id.to_owned(), found.clone());
        found
    }
}
