//! The vendors and their revisions.

use super::set_aside::SetAside;
use crate::channel::Name;
use crate::finding::{Code, did_you_mean};
use crate::library::{Active, State, VendorLibrary};
use crate::plugin::{VendorPlugin, is_vendor_name};
use crate::server::http::problem::{Problem, ProblemKind};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Past revisions that load at the same time, and candidates that are checked at the same time.
const AT_ONCE: usize = 2;

/// A revision that decides.
pub type ActiveVendor = Arc<Active<VendorPlugin>>;

/// The vendors.
pub struct Vendors {
    /// Their revisions, reloaded as they change.
    pub library: Arc<VendorLibrary>,
    /// Revisions that are set aside.
    pub set_aside: SetAside,
    past: Arc<Semaphore>,
    checks: Arc<Semaphore>,
}

/// Returns the problem of a server that shuts down.
pub fn shutting_down() -> Problem {
    Problem::new(ProblemKind::ShuttingDown, "the server is shutting down")
}

impl Vendors {
    /// Returns the vendors of a library.
    pub fn new(library: VendorLibrary) -> Self {
        let semaphore = || Arc::new(Semaphore::new(AT_ONCE));
        Self { library: Arc::new(library), set_aside: SetAside::default(), past: semaphore(), checks: semaphore() }
    }

    /// Returns the revision of a vendor in use.
    pub fn in_use(&self, name: &str) -> Result<ActiveVendor, Problem> {
        let catalog = self.library.current();
        let Some(vendor) = catalog.vendor(name) else { return Err(self.unknown(name)) };
        vendor.active.clone().ok_or_else(|| {
            let problem = Problem::from_findings(ProblemKind::VendorFailed, &vendor.findings);
            Problem { detail: format!("`{name}` has no usable revision"), ..problem }
        })
    }

    /// Returns the revision of a vendor that a request names, or the one in use.
    pub async fn revision(&self, name: &str, digest: Option<&str>) -> Result<ActiveVendor, Problem> {
        match digest {
            None => self.in_use(name),
            Some(digest) => self.past(name, digest).await,
        }
    }

    /// Returns a revision of a vendor by its digest.
    pub async fn past(&self, name: &str, digest: &str) -> Result<ActiveVendor, Problem> {
        if let Some(active) = self.library.current().active(name).filter(|active| active.revision() == digest) {
            return Ok(Arc::clone(active));
        }
        if !is_vendor_name(name) || self.library.current().vendor(name).is_none() {
            return Err(self.unknown(name));
        }
        // A past revision is compiled before it decides: few at a time, so that such requests cannot occupy the server.
        let Ok(permit) = Arc::clone(&self.past).acquire_owned().await else { return Err(shutting_down()) };
        let (library, vendor, revision) = (Arc::clone(&self.library), name.to_owned(), digest.to_owned());
        let loaded = tokio::task::spawn_blocking(move || {
            // Held until the work ends, even if the request is gone by then.
            let _permit = permit;
            library.past(&vendor, &revision)
        });
        let loaded = loaded.await;
        let loaded = loaded.map_err(|_| Problem::new(ProblemKind::Internal, "the revision could not be loaded"))?;
        loaded.map_err(|findings| {
            let is = |code| findings.iter().any(|finding| finding.code() == code);
            let kind = match (is(Code::RevisionBusy), is(Code::RevisionUnknown)) {
                (true, _) => ProblemKind::Overloaded,
                (_, true) => ProblemKind::RevisionUnknown,
                // It is stored, and this version of the program cannot use it any more.
                (false, false) => ProblemKind::VendorFailed,
            };
            Problem::from_findings(kind, &findings)
        })
    }

    /// Waits until another candidate may be checked; the permit is held until it is dropped.
    pub async fn check_permit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.checks).acquire_owned().await.map_err(|_| shutting_down())
    }

    /// Returns the problem of an unknown vendor.
    pub fn unknown(&self, name: &str) -> Problem {
        let catalog = self.library.current();
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        let near = did_you_mean(name, catalog.vendors().map(|(name, _)| &**name));
        let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Problem::new(ProblemKind::VendorUnknown, format!("unknown vendor `{shown}`{help}"))
    }

    /// Refuses a name that is not one of the vendors.
    pub fn expect_known(&self, name: &Name) -> Result<(), Problem> {
        let is_known = self.library.current().vendor(name).is_some();
        if is_known { Ok(()) } else { Err(self.unknown(name)) }
    }

    /// Returns true when at least one vendor has a usable revision.
    pub fn has_usable(&self) -> bool {
        self.library.current().vendors().any(|(_, vendor)| vendor.active.is_some())
    }

    /// Returns the number of vendors, and how many of them use the content of their directory.
    pub fn counts(&self) -> (usize, usize) {
        let catalog = self.library.current();
        let active = catalog.vendors().filter(|(_, vendor)| vendor.state == State::Active).count();
        (catalog.vendors().count(), active)
    }
}
