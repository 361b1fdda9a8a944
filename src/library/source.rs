//! Scans of the vendors' directories, and the rule that content counts only when two scans agree.

use super::Revision;
use crate::channel::Name;
use crate::finding::Findings;
use crate::plugin::VendorFiles;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Observation of one vendor.
#[derive(Debug, Clone)]
pub enum Sighting {
    /// Its files.
    Files(Arc<VendorFiles>),
    /// Its directory exists, and cannot be read or used.
    Unreadable(Findings),
    /// Its directory changed while it was read.
    Moving,
}

/// One scan of all vendors.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// Observations by vendor.
    pub vendors: BTreeMap<Name, Sighting>,
    /// Reasons for an incomplete list of vendors; empty if it is complete. A vendor that is missing from an
    /// incomplete list is not gone.
    pub faults: Findings,
    /// Changes if another directory replaces a watched one; watches must then be renewed.
    pub identity: u64,
}

/// Origin of vendors.
pub trait Source: Send + 'static {
    /// Scans all vendors by content.
    fn scan(&mut self) -> Scan;

    /// Returns the directories to watch for wake-ups; may be empty.
    fn directories(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Fetches what is fetched at intervals otherwise; called before the scan of a reload that was asked for.
    fn refresh(&mut self) {}
}

impl Source for Box<dyn Source> {
    fn scan(&mut self) -> Scan {
        (**self).scan()
    }

    fn directories(&self) -> Vec<PathBuf> {
        (**self).directories()
    }

    fn refresh(&mut self) {
        (**self).refresh();
    }
}

/// Content of a vendor's directory on which two scans agree.
#[derive(Debug, Clone)]
pub enum Settled {
    /// These files.
    Files(Arc<VendorFiles>),
    /// Nothing that can be read.
    Unreadable(Findings),
    /// The directory does not exist.
    Absent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Revision(Revision),
    Unreadable(Findings),
    Absent,
}

impl Settled {
    fn key(&self) -> Key {
        match self {
            Self::Files(files) => Key::Revision(files.revision().into()),
            Self::Unreadable(findings) => Key::Unreadable(findings.clone()),
            Self::Absent => Key::Absent,
        }
    }
}

/// Start and end of a scan on a monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Begin of the scan.
    pub from: Duration,
    /// End of the scan.
    pub to: Duration,
}

/// The two-scan rule: a content counts when two scans, at least a gap apart, found the same.
///
/// Writing takes time, and half a script often compiles; so what one scan sees may be half of something.
/// Each vendor settles by itself: one that never rests does not hold up another.
#[derive(Debug, Default)]
pub struct Settling {
    gap: Duration,
    settled: BTreeMap<Name, Key>,
    pending: BTreeMap<Name, (Key, Duration)>,
    moving: BTreeSet<Name>,
}

impl Settling {
    /// Returns the rule with a gap between the two scans.
    pub fn new(gap: Duration) -> Self {
        Self { gap, ..Self::default() }
    }

    /// Takes in a scan; returns what settled with it, by vendor, and only what differs from what had settled before.
    pub fn observe(&mut self, scan: Scan, taken: Taken) -> BTreeMap<Name, Settled> {
        self.moving.clear();
        let mut seen: BTreeMap<Name, Settled> = BTreeMap::new();
        for (vendor, sighting) in scan.vendors {
            match sighting {
                Sighting::Files(files) => drop(seen.insert(vendor, Settled::Files(files))),
                Sighting::Unreadable(findings) => drop(seen.insert(vendor, Settled::Unreadable(findings))),
                Sighting::Moving => drop(self.moving.insert(vendor)),
            }
        }
        let missing: Vec<Name> = self
            .settled
            .keys()
            .chain(self.pending.keys())
            .filter(|vendor| !seen.contains_key(*vendor) && !self.moving.contains(*vendor))
            .cloned()
            .collect();
        for vendor in missing {
            let what = if scan.faults.is_empty() { Settled::Absent } else { Settled::Unreadable(scan.faults.clone()) };
            seen.insert(vendor, what);
        }
        self.pending.retain(|vendor, _| seen.contains_key(vendor));
        seen.into_iter().filter(|(vendor, what)| self.settles(vendor, what.key(), taken)).collect()
    }

    fn settles(&mut self, vendor: &Name, key: Key, taken: Taken) -> bool {
        if self.settled.get(vendor).unwrap_or(&Key::Absent) == &key {
            self.pending.remove(vendor);
            return false;
        }
        match self.pending.get(vendor) {
            Some((before, since)) if *before == key => {
                if taken.from.saturating_sub(*since) < self.gap {
                    return false;
                }
            }
            Some(_) | None => {
                self.pending.insert(vendor.clone(), (key, taken.to));
                return false;
            }
        }
        self.pending.remove(vendor);
        match key {
            Key::Absent => drop(self.settled.remove(vendor)),
            Key::Revision(_) | Key::Unreadable(_) => drop(self.settled.insert(vendor.clone(), key)),
        }
        true
    }

    /// Makes known that `vendor` was in use before the first scan, so that its absence is noticed.
    pub fn expect(&mut self, vendor: Name) {
        self.settled.entry(vendor).or_insert(Key::Unreadable(Findings::new()));
    }

    /// Returns the vendors on whose directory two scans do not agree yet, ascending.
    pub fn unsettled(&self) -> Vec<Name> {
        self.pending.keys().chain(&self.moving).cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// True when two scans agree on this vendor.
    pub fn is_settled(&self, vendor: &str) -> bool {
        !self.pending.contains_key(vendor) && !self.moving.contains(vendor)
    }

    /// Returns the revision of the vendor's directory, if two scans agree on one.
    pub fn revision(&self, vendor: &str) -> Option<&Revision> {
        match self.settled.get(vendor)? {
            Key::Revision(revision) => Some(revision),
            Key::Unreadable(_) | Key::Absent => None,
        }
    }

    /// Returns true if the vendor's directory does not exist.
    pub fn is_absent(&self, vendor: &str) -> bool {
        !self.settled.contains_key(vendor)
    }

    /// The earliest moment at which a scan could settle something; `None` when all is settled.
    pub fn next_scan(&self) -> Option<Duration> {
        let moving = self.moving.iter().map(|_| Duration::ZERO);
        self.pending.values().map(|(_, since)| *since + self.gap).chain(moving).min()
    }
}
