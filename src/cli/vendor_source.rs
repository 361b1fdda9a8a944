//! The options that say where a command finds its vendors: directories, or bundles.

use super::groups::Directories;
#[cfg(feature = "server")]
use crate::bundle::{Bundles, Keys};
#[cfg(feature = "server")]
use crate::finding::Finding;
use crate::finding::Findings;
#[cfg(feature = "server")]
use crate::library::{Disk, Source, SystemClock};
use crate::plugin::VendorFiles;
#[cfg(feature = "server")]
use std::path::{Path, PathBuf};

/// Vendors: in directories, or in bundles.
#[derive(Debug, Clone, clap::Args)]
pub struct VendorSource {
    #[command(flatten)]
    pub directories: Directories,
    #[cfg(feature = "server")]
    #[command(flatten)]
    pub bundles: BundleSource,
}

/// Bundles in place of directories.
#[cfg(feature = "server")]
#[derive(Debug, Clone, clap::Args)]
pub struct BundleSource {
    /// Bundles in place of the directories: a bundle, or a directory of them; see `quotient bundle`.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["rules", "policies"], env = "QUOTIENT_BUNDLES")]
    pub bundles: Option<PathBuf>,
    /// Keys that bundles must be signed with.
    #[arg(long, value_name = "FILE", requires = "bundles", env = "QUOTIENT_BUNDLE_KEYS")]
    pub bundle_keys: Option<PathBuf>,
}

#[cfg(feature = "server")]
impl BundleSource {
    /// The directory of bundles, or that of the one bundle, as source of a library; `None` without bundles.
    ///
    /// `state` is the directory that remembers the numbers that were accepted.
    pub fn open(&self, state: Option<&Path>) -> Result<Option<Bundles<SystemClock>>, Finding> {
        let Some(path) = &self.bundles else { return Ok(None) };
        let keys = self.bundle_keys.as_deref().map(Keys::read).transpose()?;
        Bundles::new(path.clone(), keys, state, SystemClock::default()).map(Some)
    }
}

impl VendorSource {
    /// The directories, or the bundles, as source of a library; `state` is the directory that remembers the numbers of
    /// bundles that were accepted.
    #[cfg(feature = "server")]
    pub fn source(&self, state: Option<&Path>) -> Result<Box<dyn Source>, Finding> {
        match self.bundles.open(state)? {
            Some(bundles) => Ok(Box::new(bundles)),
            None => Ok(Box::new(Disk::new(self.directories.roots()))),
        }
    }

    /// The files of a vendor.
    pub fn files(&self, vendor: &str) -> Result<VendorFiles, Findings> {
        #[cfg(feature = "server")]
        if let Some(mut bundles) = self.bundles.open(None)? {
            return bundles.files(vendor);
        }
        self.directories.roots().read(vendor)
    }

    /// The names of all vendors, ascending, and where they are.
    pub fn vendors(&self) -> Result<(Vec<String>, String), Findings> {
        #[cfg(feature = "server")]
        if let Some(mut bundles) = self.bundles.open(None)? {
            let names = bundles.scan().vendors.into_keys().map(|name| name.to_string()).collect();
            return Ok((names, bundles.shown()));
        }
        Ok((self.directories.roots().vendors(), self.directories.rules.display().to_string()))
    }
}
