//! When a content counts, and when the next look is due: scans and wake-ups at times that the input makes up.
//!
//! Two bytes are one scan: what is seen of three vendors (three values of two bits), whether the list is complete, and
//! how much later it is.

use quotient::channel::Name;
use quotient::finding::{Code, Finding, Findings};
use quotient::library::{Pace, Pacing, Scan, Settled, Settling, Sighting, Taken};
use quotient::plugin::{Room, VendorFile, VendorFiles};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const VENDORS: [&str; 3] = ["a", "b", "c"];
const GAP: u64 = 100;

/// What one look at one vendor gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    Moving,
    Content(u8),
    /// The list of vendors is not complete, and it is not in it.
    Missing,
}

/// One vendor: what counts for it, and what would count if it were seen once more, since when.
#[derive(Debug, Clone, Copy)]
struct Model {
    settled: Seen,
    pending: Option<(Seen, u64)>,
}

impl Model {
    fn observe(&mut self, seen: Seen, from: u64, to: u64) -> Option<Seen> {
        // An unknown vendor cannot be missing.
        let is_unknown = self.settled == Seen::Nothing && self.pending.is_none();
        let seen = if seen == Seen::Missing && is_unknown { Seen::Nothing } else { seen };
        match (seen, self.pending) {
            (Seen::Moving, _) => self.pending = None,
            _ if seen == self.settled => self.pending = None,
            (_, Some((before, since))) if before == seen => {
                if from.saturating_sub(since) >= GAP {
                    (self.settled, self.pending) = (seen, None);
                    return Some(seen);
                }
            }
            _ => self.pending = Some((seen, to)),
        }
        None
    }
}

fn files(vendor: usize, content: u8) -> Arc<VendorFiles> {
    static FILES: OnceLock<Vec<Arc<VendorFiles>>> = OnceLock::new();
    let all = FILES.get_or_init(|| {
        let one = |(vendor, content): (usize, u8)| {
            let (path, shown) = ("vendor.toml".to_owned(), "vendor.toml".to_owned());
            let file = VendorFile { room: Room::Rules, path, shown, text: content.to_string().into() };
            Arc::new(VendorFiles::new(VENDORS[vendor], vec![file]))
        };
        (0..VENDORS.len()).flat_map(|vendor| [(vendor, 0), (vendor, 1)]).map(one).collect()
    });
    Arc::clone(&all[vendor * 2 + usize::from(content)])
}

pub fn run(data: &[u8]) {
    let ms = Duration::from_millis;
    let pace = Pace { quiet: ms(150), max_wait: ms(2_000), poll: ms(5_000), least: ms(100) };
    let (mut rule, mut pacing) = (Settling::new(ms(GAP)), Pacing::new(pace));
    let mut models = [Model { settled: Seen::Nothing, pending: None }; 3];
    let mut now = 0;
    for pair in data.chunks_exact(2).take(256) {
        let (what, when) = (pair[0], u64::from(pair[1]));
        if what == 255 {
            now += when;
            pacing.wake(ms(now));
            continue;
        }
        let (from, to) = (now + when % 32 * 10, now + when % 32 * 10 + when / 32 * 20);
        now = to;
        let is_complete = what & 64 == 0;
        let seen = |vendor: usize| match what >> (2 * vendor) & 3 {
            0 if is_complete => Seen::Nothing,
            0 => Seen::Missing,
            1 => Seen::Moving,
            content => Seen::Content(content - 2),
        };
        let mut vendors: BTreeMap<Name, Sighting> = BTreeMap::new();
        for (index, name) in VENDORS.iter().enumerate() {
            match seen(index) {
                Seen::Moving => drop(vendors.insert((*name).into(), Sighting::Moving)),
                Seen::Content(content) => {
                    drop(vendors.insert((*name).into(), Sighting::Files(files(index, content))));
                }
                Seen::Nothing | Seen::Missing => {}
            }
        }
        let mut faults = Findings::new();
        if !is_complete {
            faults.push(Finding::error(Code::FileUnreadable, "not complete"));
        }
        let taken = Taken { from: ms(from), to: ms(to) };
        let found = rule.observe(Scan { vendors, faults, identity: 1 }, taken);
        for (index, name) in VENDORS.iter().enumerate() {
            let settled = found.get(*name).map(|settled| match settled {
                Settled::Absent => Seen::Nothing,
                Settled::Unreadable(_) => Seen::Missing,
                Settled::Files(files) if files.iter().all(|file| &*file.text == "0") => Seen::Content(0),
                Settled::Files(_) => Seen::Content(1),
            });
            assert_eq!(settled, models[index].observe(seen(index), from, to), "vendor {name} at {from}: {models:?}");
            assert_eq!(rule.is_absent(name), models[index].settled == Seen::Nothing);
        }
        pacing.scanned(taken.from, taken.to);
        let due = pacing.next_scan(rule.next_scan());
        let cost = taken.to - taken.from;
        assert!(due >= taken.from + pace.least, "never too often");
        assert!(due <= (taken.to + pace.poll).max(taken.from + cost * 2 + pace.max_wait), "at intervals in any case");
        if rule.unsettled().is_empty() {
            assert!(rule.next_scan().is_none());
        }
    }
}
