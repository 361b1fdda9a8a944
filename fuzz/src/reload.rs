//! Reloading: sequences of events in one vendor's directory, of verdicts, and of decisions by people, compared with a
//! model of a page. One byte is one event: its lower three bits say which, the others with what.

use quotient::finding::{Code, Finding, Findings};
use quotient::library::{Archive, Library, Options, Pace, Retention, Scan, Sighting, Source, State, Validate};
use quotient::plugin::{Room, VendorFile, VendorFiles};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const VENDOR: &str = "meridian";
const MOST_EVENTS: usize = 24;

#[derive(Debug, Clone, Copy)]
enum Event {
    Write(u8),
    Break(u8),
    Vanish,
    Unreadable,
    Reload,
    Pin(u8),
    RollBack(u8),
    Unpin,
    Restart,
}

impl Event {
    fn of(byte: u8) -> Self {
        let content = byte >> 3 & 3;
        match byte & 7 {
            0 => Self::Write(content),
            1 => Self::Break(content),
            2 if byte & 128 == 0 => Self::Vanish,
            2 => Self::Unreadable,
            3 => Self::Pin(content),
            4 => Self::RollBack(content),
            5 => Self::Unpin,
            6 if byte & 128 != 0 => Self::Restart,
            _ => Self::Reload,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disk {
    Nothing,
    Unreadable,
    Content(u8, bool),
}

/// What must be so, in as few words as possible. Revisions are their numbers.
#[derive(Debug)]
struct Model {
    disk: Disk,
    is_known: bool,
    newest: Option<u8>,
    active: Option<u8>,
    is_wrong: bool,
    /// The pinned revision; for a rollback also what was withdrawn.
    pin: Option<(u8, Option<Option<u8>>)>,
    archived: Vec<u8>,
}

impl Model {
    fn scan(&mut self) {
        match self.disk {
            Disk::Nothing if self.pin.is_none() => {
                (self.is_known, self.newest, self.active, self.is_wrong) = (false, None, None, false);
            }
            Disk::Nothing => (self.newest, self.is_wrong) = (None, true),
            Disk::Unreadable | Disk::Content(_, false) => (self.is_known, self.is_wrong) = (true, true),
            Disk::Content(content, true) => {
                if self.pin.is_some_and(|(_, hold)| hold.is_some_and(|withdrawn| withdrawn != Some(content))) {
                    self.pin = None;
                }
                (self.is_known, self.newest, self.is_wrong) = (true, Some(content), false);
                if self.pin.is_none() {
                    self.active = Some(content);
                }
                if !self.archived.contains(&content) {
                    self.archived.push(content);
                }
            }
        }
    }

    fn pin(&mut self, content: u8, is_rollback: bool) -> bool {
        let is_possible = self.is_known && self.archived.contains(&content);
        if is_possible {
            self.pin = Some((content, is_rollback.then_some(self.newest)));
            self.active = Some(content);
        }
        is_possible
    }

    fn unpin(&mut self, is_absent: bool) {
        if self.pin.take().is_some() {
            self.active = self.newest;
            if is_absent {
                self.is_known = false;
            }
        }
    }

    fn state(&self) -> Option<State> {
        self.is_known.then_some(match (self.active, self.is_wrong) {
            (None, _) => State::Failed,
            (Some(_), true) => State::Degraded,
            (Some(_), false) => State::Active,
        })
    }
}

fn files(content: u8, is_good: bool) -> VendorFiles {
    let text = format!("# {content}{}\n", if is_good { "" } else { " refuse" });
    let shown = format!("rules/{VENDOR}/vendor.toml");
    VendorFiles::new(
        VENDOR,
        vec![VendorFile { room: Room::Rules, path: "vendor.toml".into(), shown, text: text.into() }],
    )
}

#[derive(Clone, Default)]
struct Scripted(Arc<Mutex<Option<Sighting>>>);

impl Source for Scripted {
    fn scan(&mut self) -> Scan {
        let seen = self.0.lock().expect("no panic").clone();
        Scan { vendors: seen.into_iter().map(|seen| (VENDOR.into(), seen)).collect(), ..Scan::default() }
    }
}

impl Scripted {
    fn set(&self, disk: Disk) {
        *self.0.lock().expect("no panic") = match disk {
            Disk::Nothing => None,
            Disk::Unreadable => Some(Sighting::Unreadable(one("unreadable"))),
            Disk::Content(content, is_good) => Some(Sighting::Files(Arc::new(files(content, is_good)))),
        };
    }
}

fn one(message: &str) -> Findings {
    [Finding::error(Code::FileUnreadable, message)].into_iter().collect()
}

struct Judge;

impl Validate for Judge {
    type Plugin = String;

    fn validate(&self, files: &VendorFiles) -> Result<(String, Findings), Findings> {
        let text = files.iter().next().map(|file| file.text.to_string()).unwrap_or_default();
        if text.contains("refuse") { Err(one("asked to")) } else { Ok((text, Findings::new())) }
    }
}

fn open(source: &Scripted, archive: Archive) -> Library<Judge> {
    let ms = Duration::from_millis;
    let pace = Pace { quiet: ms(0), max_wait: ms(5_000), poll: Duration::from_secs(600), least: ms(0) };
    let options = Options { pace, gap: ms(0), archive, ..Options::default() };
    Library::open(source.clone(), Judge, options).0
}

/// A directory for the archive, in memory where the system has one; removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = Self(parent.join(format!("quotient-fuzz-{}", std::process::id())));
        drop(std::fs::remove_dir_all(&folder.0));
        std::fs::create_dir_all(&folder.0).expect("a directory");
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn agree(library: &Library<Judge>, model: &Model, after: Event) {
    let catalog = library.current();
    let vendor = catalog.vendor(VENDOR);
    let found = (
        vendor.map(|vendor| vendor.state),
        catalog.active(VENDOR).map(|active| active.plugin.clone()),
        vendor.and_then(|vendor| vendor.pinned.as_ref()).map(|pin| pin.revision.to_string()),
    );
    let active = model.active.filter(|_| model.is_known).map(|content| format!("# {content}\n"));
    let pinned = model.pin.filter(|_| model.is_known).map(|(content, _)| files(content, true).revision().to_owned());
    assert_eq!(found, (model.state(), active, pinned), "after {after:?}: {model:?}");
}

/// The archive, as soon as the thread of a check that is over has let go of it.
fn reopened(path: &Path) -> Archive {
    let mut tries = 0;
    loop {
        match Archive::open(path) {
            Ok(archive) => return archive,
            Err(_) if tries < 1_000 => std::thread::sleep(Duration::from_millis(1)),
            Err(findings) => panic!("the archive stays locked: {findings:?}"),
        }
        tries += 1;
    }
}

pub fn run(data: &[u8]) {
    let events: Vec<Event> = data.iter().take(MOST_EVENTS).map(|byte| Event::of(*byte)).collect();
    // An archive on disk only where it has to survive something.
    let folder = events.iter().any(|event| matches!(event, Event::Restart)).then(Folder::new);
    let archive = || match &folder {
        Some(folder) => reopened(&folder.0),
        None => Archive::in_memory().keeping(Retention::ON_DISK),
    };
    let source = Scripted::default();
    let mut library = Some(open(&source, archive()));
    let mut model = Model {
        disk: Disk::Nothing,
        is_known: false,
        newest: None,
        active: None,
        is_wrong: false,
        pin: None,
        archived: Vec::new(),
    };
    let mut seen = Disk::Nothing;
    let end = [Event::Unpin, Event::Write(9), Event::Reload];
    let mut generation = 0;
    for event in events.into_iter().chain(end) {
        let current = library.as_ref().expect("a library");
        match event {
            Event::Write(content) => model.disk = Disk::Content(content, true),
            Event::Break(content) => model.disk = Disk::Content(content, false),
            Event::Vanish => model.disk = Disk::Nothing,
            Event::Unreadable => model.disk = Disk::Unreadable,
            Event::Reload => {
                let outcome = current.reload_now();
                assert!(!outcome.is_stopped, "reloading goes on");
                model.scan();
                seen = model.disk;
            }
            Event::Pin(content) => {
                let is_done = current.pin(VENDOR, files(content, true).revision(), "model", None).is_ok();
                assert_eq!(is_done, model.pin(content, false), "{model:?}");
            }
            Event::RollBack(content) => {
                let is_done = current.roll_back(VENDOR, files(content, true).revision(), "model", None).is_ok();
                assert_eq!(is_done, model.pin(content, true), "{model:?}");
            }
            Event::Unpin => {
                drop(current.unpin(VENDOR, "model", None));
                model.unpin(seen == Disk::Nothing);
            }
            Event::Restart => {
                library = None;
                library = library.or_else(|| Some(open(&source, archive())));
                generation = 0;
                model.scan();
                seen = model.disk;
            }
        }
        source.set(model.disk);
        let current = library.as_ref().expect("a library");
        assert!(current.current().generation() >= generation, "the catalog went back");
        generation = current.current().generation();
        agree(current, &model, event);
    }
    let library = library.expect("a library");
    let active = library.current().active(VENDOR).map(|active| active.plugin.clone());
    assert_eq!(active.as_deref(), Some("# 9\n"), "the directory is valid, and nothing is pinned");
}
