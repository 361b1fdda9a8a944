//! The replicas that are present: those that continue to report. Clocks of different machines are not compared, except once.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Time without a report after which a replica counts as gone.
pub const GONE: Duration = Duration::from_secs(5);
/// Looks without a new report before that, so that a pause of this process makes no other one gone.
const LOOKS: u32 = 8;

/// The last report of a replica.
#[derive(Debug, Clone, Copy)]
struct Seen {
    beat: i64,
    since: Instant,
    looks: u32,
    /// True when its only report came before this process looked for the first time, and was old.
    is_old: bool,
}

/// The replicas as this process has seen them.
#[derive(Debug, Default)]
pub struct Presence(BTreeMap<String, Seen>);

impl Presence {
    /// Notes the number of the last report of a replica and its time; returns true when the replica is present.
    pub fn note(&mut self, id: &str, beat: i64, seen: DateTime<Utc>, now: (Instant, DateTime<Utc>)) -> bool {
        let (instant, wall) = now;
        let fresh = |is_old| Seen { beat, since: instant, looks: 0, is_old };
        let known = self.0.entry(id.to_owned()).or_insert_with(|| {
            let age = (wall - seen).abs().to_std().unwrap_or_default();
            fresh(age > GONE)
        });
        if known.beat == beat {
            known.looks = known.looks.saturating_add(1);
        } else {
            *known = fresh(false);
        }
        let is_silent = known.looks >= LOOKS && instant.duration_since(known.since) >= GONE;
        !(known.is_old || is_silent)
    }

    /// Forgets replicas that are no longer listed.
    pub fn retain(&mut self, is_listed: impl Fn(&str) -> bool) {
        self.0.retain(|id, _| is_listed(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_is_gone_when_its_reports_end_and_back_with_the_next() {
        let mut presence = Presence::default();
        let (start, day) = (Instant::now(), DateTime::<Utc>::UNIX_EPOCH);
        let mut note = |seconds: u64, beat| presence.note("a", beat, day, (start + Duration::from_secs(seconds), day));
        assert!(note(0, 1) && note(4, 2));
        // A pause of this process: one look after a minute.
        assert!(note(64, 2));
        assert_eq!((65..75).filter(|second| note(*second, 2)).count(), 6, "present until the eighth look");
        assert!(note(75, 3));
    }

    #[test]
    fn an_old_report_at_the_first_look_is_of_a_replica_that_is_gone() {
        let mut presence = Presence::default();
        let (now, day) = (Instant::now(), DateTime::<Utc>::UNIX_EPOCH);
        let later = day + chrono::TimeDelta::hours(1);
        assert!(!presence.note("a", 7, day, (now, later)));
        assert!(presence.note("a", 8, day, (now, later)), "its clock is wrong, and it reports");
        assert!(presence.note("b", 1, later, (now, later)));
    }
}
