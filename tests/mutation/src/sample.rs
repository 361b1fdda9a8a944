//! Selects mutants: for each room those with the smallest hash, so that an edit elsewhere does not change the selection.

use std::collections::{BTreeMap, BTreeSet};

use crate::mutant::Mutant;
use crate::options::Options;

/// Rooms in which the gate asks for more.
pub const STRICT: [&str; 4] = ["intake", "performance", "planning", "quota"];

/// Rooms that the gate does not hold to their floor yet, because their score is not known or too low. The list only shrinks.
pub const NOT_YET: [&str; 19] = [
    "audit",
    "bundle",
    "cancel",
    "cli",
    "database",
    "demonstration",
    "engine",
    "figure",
    "finding",
    "intake",
    "library",
    "partition",
    "plugin",
    "report",
    "request",
    "review",
    "script",
    "server",
    "signing",
];

/// Size of the gate's sample and the survivors it may hold, for one room.
pub fn gate(room: &str) -> (usize, usize) {
    if STRICT.contains(&room) { (20, 2) } else { (14, 2) }
}

/// Mutants in the order in which a sample takes them.
pub struct Pool {
    rooms: BTreeMap<String, Vec<usize>>,
    sizes: BTreeMap<String, usize>,
}

impl Pool {
    pub fn new(all: &[Mutant], equivalent: &BTreeSet<usize>, options: &Options) -> Self {
        let mut rooms: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, mutant) in all.iter().enumerate() {
            if options.covers(&mutant.room, &mutant.file) && !equivalent.contains(&at) {
                rooms.entry(mutant.room.clone()).or_default().push(at);
            }
        }
        for members in rooms.values_mut() {
            members.sort_by_key(|at| (hash(options.seed, &all[*at]), *at));
            if options.gate || options.sample.is_some() {
                // One mutant of each place: a sample should see many places.
                let mut places = BTreeSet::new();
                members.retain(|at| places.insert((all[*at].file.clone(), all[*at].range.start, all[*at].range.end)));
            }
        }
        let size = |room: &String, members: &Vec<usize>| match options.sample {
            _ if options.gate => gate(room).0,
            Some(size) => size,
            None => members.len(),
        };
        let sizes = rooms.iter().map(|(room, members)| (room.clone(), size(room, members))).collect();
        Self { rooms, sizes }
    }

    /// The sample and a few more, since some of them will not compile.
    pub fn candidates(&self, unviable: &BTreeSet<usize>) -> Vec<usize> {
        // Those that were dropped are replaced only when too few are left: what is new may not compile either.
        self.take(|members, size| {
            let tried = members.iter().take(size + size.div_ceil(5)).filter(|at| !unviable.contains(at));
            let tried: Vec<usize> = tried.copied().collect();
            if tried.len() < size { viable(members, unviable, size) } else { tried }
        })
    }

    /// The first of each room that compile.
    pub fn sample(&self, unviable: &BTreeSet<usize>) -> Vec<usize> {
        self.take(|members, size| viable(members, unviable, size))
    }

    fn take(&self, choose: impl Fn(&[usize], usize) -> Vec<usize>) -> Vec<usize> {
        let of_room = |(room, members): (&String, &Vec<usize>)| choose(members, self.sizes[room]);
        let mut chosen: Vec<usize> = self.rooms.iter().flat_map(of_room).collect();
        chosen.sort_unstable();
        chosen
    }
}

fn viable(members: &[usize], unviable: &BTreeSet<usize>, size: usize) -> Vec<usize> {
    members.iter().copied().filter(|at| !unviable.contains(at)).take(size).collect()
}

/// FNV-1a over what identifies the mutant, mixed so that the order says nothing about the text.
fn hash(seed: u64, mutant: &Mutant) -> u64 {
    let occurrence = mutant.occurrence.to_string();
    let parts = [&mutant.room, &mutant.function, &mutant.original, &mutant.replacement, &occurrence];
    let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
