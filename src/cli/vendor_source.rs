//! The options that say where a command finds its vendors: directories, or bundles.

use super::groups::Directories;
#[cfg(feature = "server")]
use crate::bundle::{BundleAddress, BundleOrigin, Bundles, FetchOptions, Keys};
#[cfg(feature = "server")]
use crate::finding::Finding;
use crate::finding::Findings;
#[cfg(feature = "server")]
use crate::library::{Disk, Source, SystemClock};
use crate::plugin::VendorFiles;
#[cfg(feature = "server")]
use std::path::{Path, PathBuf};
#[cfg(feature = "server")]
use std::time::Duration;

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
    /// Bundles in place of the directories: a bundle, a directory of them, or the https address of a bundle or of a list
    /// of them; see `quotient bundle`.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["rules", "policies"], env = "QUOTIENT_BUNDLES")]
    pub bundles: Option<String>,
    /// Keys that bundles must be signed with.
    #[arg(long, value_name = "FILE", requires = "bundles", env = "QUOTIENT_BUNDLE_KEYS")]
    pub bundle_keys: Option<PathBuf>,
    /// Certificates (PEM) of the authorities that may have issued that of an address; those of the system by default.
    #[arg(long, value_name = "FILE", requires = "bundles", env = "QUOTIENT_BUNDLE_CA")]
    pub bundle_ca: Option<PathBuf>,
    /// File of a token that an address is asked with.
    #[arg(long, value_name = "FILE", requires = "bundles", env = "QUOTIENT_BUNDLE_TOKEN")]
    pub bundle_token: Option<PathBuf>,
}

/// Interval at which an address is asked, for commands that ask once.
#[cfg(feature = "server")]
pub const POLL: Duration = Duration::from_secs(30);

#[cfg(feature = "server")]
impl BundleSource {
    /// The bundles as source of a library; `None` without bundles.
    ///
    /// `state` is the directory that remembers the numbers that were accepted; an address is asked every `poll`.
    pub fn open(&self, state: Option<&Path>, poll: Duration) -> Result<Option<Bundles<SystemClock>>, Finding> {
        let Some(text) = &self.bundles else { return Ok(None) };
        let keys = self.bundle_keys.as_deref().map(Keys::read).transpose()?;
        let origin = if BundleAddress::is_address(text) {
            let (authorities, token) = (self.bundle_ca.clone(), self.bundle_token.clone());
            let address = BundleAddress::parse(text)?;
            BundleOrigin::address(FetchOptions { address, authorities, token }, poll, state)?
        } else {
            PathBuf::from(text).into()
        };
        Bundles::new(origin, keys, state, SystemClock::default()).map(Some)
    }

    /// The bundle or directory of bundles, if that is where they are.
    pub fn path(&self) -> Option<PathBuf> {
        self.bundles.as_deref().filter(|text| !BundleAddress::is_address(text)).map(PathBuf::from)
    }
}

impl VendorSource {
    /// The directories, or the bundles, as source of a library; `state` is the directory that remembers the numbers of
    /// bundles that were accepted; an address is asked every `poll`.
    #[cfg(feature = "server")]
    pub fn source(&self, state: Option<&Path>, poll: Duration) -> Result<Box<dyn Source>, Finding> {
        match self.bundles.open(state, poll)? {
            Some(bundles) => Ok(Box::new(bundles)),
            None => Ok(Box::new(Disk::new(self.directories.roots()))),
        }
    }

    /// The files of a vendor.
    pub fn files(&self, vendor: &str) -> Result<VendorFiles, Findings> {
        #[cfg(feature = "server")]
        if let Some(mut bundles) = self.bundles.open(None, POLL)? {
            return bundles.files(vendor);
        }
        self.directories.roots().read(vendor)
    }

    /// The names of all vendors, ascending, and where they are.
    pub fn vendors(&self) -> Result<(Vec<String>, String), Findings> {
        #[cfg(feature = "server")]
        if let Some(mut bundles) = self.bundles.open(None, POLL)? {
            let names = bundles.scan().vendors.into_keys().map(|name| name.to_string()).collect();
            return Ok((names, bundles.shown()));
        }
        Ok((self.directories.roots().vendors(), self.directories.rules.display().to_string()))
    }
}
