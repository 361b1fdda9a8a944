//! Copies of fetched bundles in the state directory, for a start while their server does not respond.

use super::document::MAX_BUNDLE;
use super::fault::BundleFault;
use super::fetch::FetchedBundles;
use super::list::is_name;
use crate::finding::{Finding, Place};
use crate::signing::read_limited;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

/// The copies of one server's bundles.
#[derive(Debug)]
pub(super) struct Copies {
    directory: PathBuf,
    written: BTreeMap<String, blake3::Hash>,
}

impl Copies {
    /// Returns the copies in `directory`, which need not exist.
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, written: BTreeMap::new() }
    }

    /// Reads the copies; a bundle that was changed is refused when it is verified.
    pub fn read(&self) -> Result<FetchedBundles, Finding> {
        let mut bundles = BTreeMap::new();
        for name in self.names().map_err(|error| self.fault(&error))? {
            let bytes = read_limited(&self.directory.join(&name), MAX_BUNDLE).map_err(|error| self.fault(&error))?;
            bundles.insert(name, bytes.into());
        }
        Ok(bundles)
    }

    /// Makes the copies those of `bundles`; each file is replaced as a whole.
    pub fn write(&mut self, bundles: &FetchedBundles) -> Result<(), Finding> {
        self.replace(bundles).map_err(|error| self.fault(&error))
    }

    fn replace(&mut self, bundles: &FetchedBundles) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        for (name, bytes) in bundles {
            let digest = blake3::hash(bytes);
            // Another replica may have removed it.
            if self.written.get(name) == Some(&digest) && self.directory.join(name).exists() {
                continue;
            }
            // Other replicas may write the same copy.
            let draft = self.directory.join(format!(".{name}.{}", uuid::Uuid::new_v4()));
            let mut file = File::create(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, self.directory.join(name))?;
            self.written.insert(name.clone(), digest);
        }
        for name in self.names()?.into_iter().filter(|name| !bundles.contains_key(name)) {
            match fs::remove_file(self.directory.join(&name)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => self.written.remove(&name),
            };
        }
        Ok(())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?.collect::<io::Result<Vec<_>>>()?,
        };
        let names = entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter(|name| is_name(name)).collect())
    }

    fn fault(&self, error: &io::Error) -> Finding {
        let file = self.directory.display().to_string();
        Finding::from(BundleFault::Copies { file: file.clone(), reason: error.to_string() }).at(Place::file(file))
    }
}
