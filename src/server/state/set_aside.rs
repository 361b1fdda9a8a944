//! Revisions that use up their budget again and again: they are set aside, so that they do not occupy workers in vain.

use crate::channel::Name;
use crate::server::http::problem::{Problem, ProblemKind};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Decisions in a row that use up the budget until a revision is set aside.
pub const MOST_IN_A_ROW: u32 = 20;
/// Time for which a revision is set aside; after it, one request tries it again.
pub const PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Record {
    revision: String,
    in_a_row: u32,
    until: Option<Instant>,
}

/// Revisions by vendor, with what they used up.
#[derive(Debug, Default)]
pub struct SetAside(Mutex<BTreeMap<Name, Record>>);

impl SetAside {
    /// Notes whether a decision of a revision used up its budget; returns true when the revision is set aside by it.
    pub fn note(&self, vendor: &Name, revision: &str, is_exhausted: bool, now: Instant) -> bool {
        let mut records = self.0.lock();
        if !is_exhausted {
            // Success proves that the revision works; that of another revision proves nothing about this one.
            if records.get(vendor).is_some_and(|record| record.revision == revision) {
                records.remove(vendor);
            }
            return false;
        }
        let new = || Record { revision: revision.to_owned(), in_a_row: 0, until: None };
        let record = records.entry(Name::clone(vendor)).or_insert_with(new);
        if record.revision != revision {
            *record = new();
        }
        record.in_a_row = record.in_a_row.saturating_add(1);
        let is_new = record.in_a_row >= MOST_IN_A_ROW && record.until.is_none_or(|until| until <= now);
        if is_new {
            record.until = Some(now + PAUSE);
        }
        is_new
    }

    /// Refuses a request for a revision that is set aside.
    pub fn admit(&self, vendor: &Name, revision: &str, now: Instant) -> Result<(), Problem> {
        let mut records = self.0.lock();
        let Some(record) = records.get_mut(vendor).filter(|record| record.revision == revision) else { return Ok(()) };
        let Some(until) = record.until else { return Ok(()) };
        if until <= now {
            // This request tries it again; the others wait for its outcome.
            record.until = Some(now + PAUSE);
            return Ok(());
        }
        let detail = format!(
            "`{vendor}` is set aside: its rules used up their budget in {} decisions in a row",
            record.in_a_row
        );
        let seconds = u32::try_from(until.saturating_duration_since(now).as_secs()).unwrap_or(u32::MAX).max(1);
        Err(Problem { retry_after: Some(seconds), ..Problem::new(ProblemKind::VendorSetAside, detail) })
    }

    /// Returns the vendors that are set aside, each with its revision.
    pub fn current(&self) -> Vec<(Name, String)> {
        let records = self.0.lock();
        let set_aside = records.iter().filter(|(_, record)| record.until.is_some());
        set_aside.map(|(vendor, record)| (Name::clone(vendor), record.revision.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exhaust(set_aside: &SetAside, revision: &str, times: u32, now: Instant) -> bool {
        (0..times).map(|_| set_aside.note(&"slow".into(), revision, true, now)).filter(|is_new| *is_new).count() == 1
    }

    #[test]
    fn a_revision_that_uses_up_its_budget_again_and_again_is_set_aside_and_tried_again() {
        let (set_aside, vendor, now) = (SetAside::default(), Name::from("slow"), Instant::now());
        assert!(!exhaust(&set_aside, "r1", MOST_IN_A_ROW - 1, now));
        assert!(set_aside.admit(&vendor, "r1", now).is_ok());
        assert!(exhaust(&set_aside, "r1", 1, now));
        let refused = set_aside.admit(&vendor, "r1", now).unwrap_err();
        assert_eq!((refused.status, refused.code, refused.retry_after), (503, "vendor_set_aside", Some(60)));
        assert_eq!(set_aside.current(), [(Name::clone(&vendor), "r1".to_owned())]);
        assert!(set_aside.admit(&vendor, "r2", now).is_ok(), "another revision is not set aside");
        assert!(set_aside.admit(&"quick".into(), "r1", now).is_ok());
        // One request after the pause; its success ends it.
        let later = now + PAUSE;
        assert!(set_aside.admit(&vendor, "r1", later).is_ok());
        assert!(set_aside.admit(&vendor, "r1", later).is_err());
        set_aside.note(&vendor, "r1", false, later);
        assert!(set_aside.admit(&vendor, "r1", later).is_ok());
        assert!(set_aside.current().is_empty());
    }

    #[test]
    fn a_decision_in_time_begins_the_count_again() {
        let (set_aside, vendor, now) = (SetAside::default(), Name::from("slow"), Instant::now());
        assert!(!exhaust(&set_aside, "r1", MOST_IN_A_ROW - 1, now));
        set_aside.note(&vendor, "r1", false, now);
        assert!(!exhaust(&set_aside, "r1", MOST_IN_A_ROW - 1, now));
        assert!(!exhaust(&set_aside, "r2", 1, now), "another revision begins at zero");
        assert!(set_aside.current().is_empty());
    }
}
