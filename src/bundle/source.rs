//! The bundles of a directory or an address as the source of the library: for each vendor, the latest accepted bundle in effect.

use super::accepted::Accepted;
use super::fault::BundleFault;
use super::keys::Keys;
use super::origin::{BundleOrigin, Found};
use crate::channel::Name;
use crate::finding::{Finding, Findings, Place};
use crate::library::{Clock, Scan, Sighting, Source};
use crate::plugin::VendorFiles;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The bundles of a directory or an address.
///
/// With keys, a bundle that is not signed as they demand is refused. A number that is lower than one that was accepted
/// is refused too, also after a restart if there is a state directory. A vendor whose only bundles are refused keeps the
/// revision in use.
pub struct Bundles<C> {
    origin: BundleOrigin,
    keys: Option<Keys>,
    accepted: Accepted,
    clock: C,
}

/// A bundle that is refused, with its vendor as far as that is known.
struct Refused {
    vendor: Option<Name>,
    findings: Findings,
}

/// A bundle that may be used.
struct Candidate {
    number: u64,
    files: VendorFiles,
    file: String,
}

impl<C: Clock> Bundles<C> {
    /// Returns the source of the bundles of `origin`; `state` is the directory that remembers accepted numbers.
    ///
    /// Fails if the record of accepted numbers cannot be read, or bundles of another machine need not be signed.
    pub fn new(
        origin: impl Into<BundleOrigin>,
        keys: Option<Keys>,
        state: Option<&Path>,
        clock: C,
    ) -> Result<Self, Finding> {
        let origin = origin.into();
        if let (None, Some(address)) = (&keys, origin.other_machine()) {
            return Err(BundleFault::NeedsKeys { address }.into());
        }
        Ok(Self { origin, keys, accepted: Accepted::open(state)?, clock })
    }

    /// Returns the files of `vendor`, from a scan.
    ///
    /// Fails if no accepted bundle of this vendor is in effect.
    pub fn files(&mut self, vendor: &str) -> Result<VendorFiles, Findings> {
        let mut scan = self.scan();
        match scan.vendors.remove(vendor) {
            Some(Sighting::Files(files)) => Ok(Arc::unwrap_or_clone(files)),
            Some(Sighting::Unreadable(findings)) => Err(findings),
            Some(Sighting::Moving) | None if scan.faults.has_errors() => Err(scan.faults),
            Some(Sighting::Moving) | None => {
                let known = scan.vendors.keys().map(|name| name.to_string()).collect();
                let (vendor, path) = (vendor.to_owned(), self.shown());
                let fault = BundleFault::NoVendor { vendor, path: path.clone(), known };
                Err(Finding::from(fault).at(Place::file(path)).into())
            }
        }
    }

    /// Returns the path or address of the bundles as people know it.
    pub fn shown(&self) -> String {
        self.origin.to_string()
    }

    /// The bundle of the file `file` if it is accepted and effective; `None` if it is for later.
    fn candidate(&self, found: Found, today: NaiveDate) -> Result<Option<(Name, Candidate)>, Refused> {
        let Found { file, bundle } = found;
        let (bundle, files) = bundle.map_err(|finding| Refused { vendor: None, findings: finding.into() })?;
        let vendor = Name::clone(&files.vendor);
        let refused = |findings: Findings| {
            let placed = findings.into_iter().map(|finding| finding.at(Place::file(file.clone())));
            Refused { vendor: Some(Name::clone(&vendor)), findings: placed.collect() }
        };
        if let Some(keys) = &self.keys {
            keys.verify(&bundle, today).map_err(refused)?;
        }
        let order = self.accepted.check(&bundle);
        order.map_err(|fault| refused(Findings::from(Finding::from(fault))))?;
        if bundle.first_date().is_some_and(|from| from > today) {
            return Ok(None);
        }
        Ok(Some((Name::clone(&vendor), Candidate { number: bundle.number, files, file })))
    }
}

impl<C: Clock> Source for Bundles<C> {
    fn scan(&mut self) -> Scan {
        let mut scan = Scan::default();
        let today = self.clock.wall().date_naive();
        let (bundles, faults) = self.origin.bundles();
        scan.faults = faults;
        if let Err(finding) = self.accepted.refresh() {
            return Scan { faults: finding.into(), ..scan };
        }
        let mut found: BTreeMap<Name, Candidate> = BTreeMap::new();
        let mut refused: BTreeMap<Name, Findings> = BTreeMap::new();
        for bundle in bundles {
            match self.candidate(bundle, today) {
                Ok(None) => {}
                Ok(Some((vendor, candidate))) => {
                    let is_latest = found.get(&vendor).is_none_or(|other| other.number < candidate.number);
                    if is_latest {
                        found.insert(vendor, candidate);
                    } else if let Some(other) = found.get(&vendor)
                        && other.number == candidate.number
                        && other.files.revision() != candidate.files.revision()
                    {
                        let fault = BundleFault::SameNumber { vendor: vendor.to_string(), number: other.number };
                        let places = [&other.file, &candidate.file].map(|file| Place::file(file.clone()));
                        let finding = places.into_iter().fold(Finding::from(fault), Finding::at);
                        refused.entry(vendor).or_default().push(finding);
                    }
                }
                // Whose it is cannot be said.
                Err(Refused { vendor: None, findings }) => scan.faults.extend(findings),
                Err(Refused { vendor: Some(vendor), findings }) => refused.entry(vendor).or_default().extend(findings),
            }
        }
        for (vendor, candidate) in found {
            match self.accepted.record(&vendor, candidate.number, candidate.files.revision()) {
                Ok(()) => drop(scan.vendors.insert(vendor, Sighting::Files(Arc::new(candidate.files)))),
                Err(finding) => drop(scan.vendors.insert(vendor, Sighting::Unreadable(finding.into()))),
            }
        }
        for (vendor, mut findings) in refused {
            if scan.vendors.contains_key(&vendor) {
                // Bundles before the one in use may stay where they are.
                findings = findings.into_iter().filter(|finding| !is_older(finding)).collect();
            }
            if findings.is_empty() {
                continue;
            }
            // What is refused beside a bundle in use is reported, and does not end that use.
            scan.faults.extend(findings.iter().cloned());
            scan.vendors.entry(vendor).or_insert(Sighting::Unreadable(findings));
        }
        scan
    }

    fn directories(&self) -> Vec<PathBuf> {
        self.origin.directories()
    }

    fn refresh(&mut self) {
        self.origin.refresh();
    }
}

/// True for the refusal of a bundle that is older than the one in use.
fn is_older(finding: &Finding) -> bool {
    finding.cause::<BundleFault>().is_some_and(|fault| matches!(fault, BundleFault::Older { .. }))
}
