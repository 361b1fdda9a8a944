//! A disk that loses power: of what was not synced, any part may be there, and any part may not.

use super::trace::Call;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes that a disk writes as a whole.
const SECTOR: usize = 512;

/// A change of a file's content that is not synced yet, with the number of its call.
#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Debug, Clone, Default)]
struct Content {
    /// What a program sees.
    seen: Vec<u8>,
    /// What the disk has for certain.
    durable: Vec<u8>,
    changes: Vec<(usize, Change)>,
}

/// A change of a directory that is not synced yet: a name gets a content, or none.
type Naming = Vec<(PathBuf, Option<usize>)>;

/// A disk, as far as a program has changed it.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    contents: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    namings: Vec<(usize, Naming)>,
    calls: usize,
}

/// Numbers that follow from a seed (SplitMix64).
pub struct Random(pub u64);

impl Random {
    /// Returns a number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, written) => {
            if bytes.len() < at + written.len() {
                bytes.resize(at + written.len(), 0);
            }
            bytes[*at..at + written.len()].copy_from_slice(written);
        }
        Change::Truncate(length) => bytes.resize(*length, 0),
    }
}

impl Disk {
    /// Carries out a call.
    pub fn call(&mut self, call: &Call) {
        let number = self.calls;
        self.calls += 1;
        match call {
            Call::Create(path) => {
                if !self.names.contains_key(path) {
                    self.contents.push(Content::default());
                    self.name(number, vec![(path.clone(), Some(self.contents.len() - 1))]);
                }
            }
            Call::Write(path, at, bytes) => {
                self.change(number, path, |length| Change::Write(at.unwrap_or(length), bytes.clone()))
            }
            Call::Truncate(path, length) => self.change(number, path, |_| Change::Truncate(*length)),
            Call::Sync(path, before) => self.sync(path, *before),
            Call::Rename(from, to) => {
                let content = self.names.get(from).copied();
                self.name(number, vec![(from.clone(), None), (to.clone(), content)]);
            }
            Call::Link(from, to) => {
                let content = self.names.get(from).copied();
                self.name(number, vec![(to.clone(), content)]);
            }
            Call::Remove(path) => self.name(number, vec![(path.clone(), None)]),
            // Directories are always there: a missing one would only hide the files in it.
            Call::MakeDirectory(_) | Call::Send(_) => {}
        }
    }

    fn name(&mut self, number: usize, naming: Naming) {
        set(&mut self.names, &naming);
        self.namings.push((number, naming));
    }

    fn change(&mut self, number: usize, path: &Path, change: impl FnOnce(usize) -> Change) {
        let Some(at) = self.names.get(path) else { return };
        let content = &mut self.contents[*at];
        let change = change(content.seen.len());
        apply(&mut content.seen, &change);
        content.changes.push((number, change));
    }

    fn sync(&mut self, path: &Path, before: usize) {
        if let Some(at) = self.names.get(path) {
            let content = &mut self.contents[*at];
            let (done, left) =
                std::mem::take(&mut content.changes).into_iter().partition(|(number, _)| *number < before);
            content.changes = left;
            let done: Vec<(usize, Change)> = done;
            done.iter().for_each(|(_, change)| apply(&mut content.durable, change));
            return;
        }
        let is_in = |naming: &Naming| naming.iter().all(|(name, _)| name.parent() == Some(path));
        let namings = std::mem::take(&mut self.namings);
        for (number, naming) in namings {
            if number < before && is_in(&naming) {
                set(&mut self.durable_names, &naming);
            } else {
                self.namings.push((number, naming));
            }
        }
    }

    /// Loses power, and puts what is left under `target` in place of `root`; `seed` decides about what was not synced.
    pub fn lose_power(&self, seed: u64, root: &Path, target: &Path) {
        let mut random = Random(seed);
        // Much, half, or little survives.
        let odds = [1, 8, 15][random.below(3)];
        let mut keeps = move || random.below(16) < odds;
        let mut names = self.durable_names.clone();
        // A journal of the file system keeps the order of names.
        let survivors = self.namings.iter().take_while(|_| keeps()).count();
        self.namings[..survivors].iter().for_each(|(_, naming)| set(&mut names, naming));
        for (path, at) in names {
            let content = &self.contents[at];
            let mut left = content.durable.clone();
            for (_, change) in &content.changes {
                match change {
                    Change::Write(at, written) => {
                        for (index, sector) in written.chunks(SECTOR).enumerate() {
                            if keeps() {
                                apply(&mut left, &Change::Write(at + index * SECTOR, sector.to_vec()));
                            }
                        }
                    }
                    Change::Truncate(_) if keeps() => apply(&mut left, change),
                    Change::Truncate(_) => {}
                }
            }
            let file = target.join(path.strip_prefix(root).unwrap());
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, left).unwrap();
        }
    }
}

fn set(names: &mut BTreeMap<PathBuf, usize>, naming: &Naming) {
    for (path, content) in naming {
        match content {
            Some(content) => drop(names.insert(path.clone(), *content)),
            None => drop(names.remove(path)),
        }
    }
}

#[test]
fn what_was_synced_survives_and_anything_else_may() {
    let (root, file) = (Path::new("/d"), PathBuf::from("/d/file"));
    let mut disk = Disk::default();
    let calls = [
        Call::Create(file.clone()),
        Call::Write(file.clone(), None, vec![b'a'; 3]),
        Call::Sync(file.clone(), 2),
        Call::Sync(root.to_owned(), 3),
        Call::Write(file.clone(), Some(0), vec![b'b'; 1024]),
    ];
    calls.iter().for_each(|call| disk.call(call));
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let target = tempfile::tempdir().unwrap();
        disk.lose_power(seed, root, target.path());
        seen.insert(std::fs::read(target.path().join("file")).unwrap());
    }
    let whole = [vec![b'a'; 3], vec![b'b'; 1024], vec![b'b'; 512]];
    assert!(whole.iter().all(|text| seen.contains(text)), "{}", seen.len());
    assert!(seen.iter().all(|text| text.starts_with(b"aaa") || text.starts_with(b"bbb")));
    // Without the names of the directory there is no file.
    let mut lost = Disk::default();
    calls[..3].iter().for_each(|call| lost.call(call));
    let found = (0..100).filter(|seed| {
        let target = tempfile::tempdir().unwrap();
        lost.lose_power(*seed, root, target.path());
        target.path().join("file").exists()
    });
    assert!((1..99).contains(&found.count()));
}
