//! Vendors that change on disk: what is in use, what is refused, what is reported.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod archive;
mod catalog;
mod child;
mod endurance;
mod faults;
mod model;
mod pacing;
mod past;
mod settling;
mod vendors;

use chrono::{DateTime, Utc};
use quotient::finding::{Code, Finding, Findings, Place, Span};
use quotient::library::{
    Catalog, Clock, Disk, Events, Library, Options, Pace, Scan, Sighting, Source, State, SystemClock, Validate,
    VendorState,
};
use quotient::plugin::disk::Roots;
use quotient::plugin::{Room, VendorFile, VendorFiles};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::patience::{HANG, is_full, until};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What the tests take for a plugin: the tag that every file of the vendor carries.
#[derive(Debug)]
struct Tagged {
    tag: String,
    tags: Vec<String>,
}

/// Accepts a vendor whose files all carry one tag, and whose manifest counts the others.
///
/// A file may ask for trouble: `refuse`, `panic`, [`HANGS`], `fn (` (a mistake of syntax).
#[derive(Debug, Clone, Default)]
struct Tagger {
    validated: Arc<AtomicU64>,
    gate: Gate,
}

/// Text of a file whose check does not end before the test opens the gate.
const HANGS: &str = "hangs at the gate";

/// Holds up whoever comes until it is opened.
#[derive(Debug, Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar, AtomicU64)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        self.0.2.fetch_add(1, Ordering::Relaxed);
        let closed = self.0.0.lock().unwrap();
        drop(self.0.1.wait_timeout_while(closed, HANG, |is_open| !*is_open).unwrap());
        self.0.2.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many are held up.
    fn waiting(&self) -> u64 {
        self.0.2.load(Ordering::Relaxed)
    }
}

/// Clocks that a test may put forward or stop.
#[derive(Default)]
struct TestClock {
    system: SystemClock,
    forward: Mutex<Duration>,
    stopped: Mutex<Option<Duration>>,
}

impl TestClock {
    fn put_forward(&self, by: Duration) {
        *self.forward.lock().unwrap() += by;
    }

    fn stop(&self) {
        let now = self.monotonic();
        *self.stopped.lock().unwrap() = Some(now);
    }
}

impl Clock for TestClock {
    fn monotonic(&self) -> Duration {
        let running = self.system.monotonic() + *self.forward.lock().unwrap();
        self.stopped.lock().unwrap().unwrap_or(running)
    }

    fn wall(&self) -> DateTime<Utc> {
        self.system.wall()
    }
}

fn tag_of(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.split_once("revision ")).map(|(_, tag)| tag.trim())
}

fn refusal(code: Code, message: &str) -> Findings {
    [Finding::error(code, message)].into_iter().collect()
}

impl Validate for Tagger {
    type Plugin = Tagged;

    fn validate(&self, files: &VendorFiles) -> Result<(Tagged, Findings), Findings> {
        self.validated.fetch_add(1, Ordering::Relaxed);
        for file in files.iter() {
            if let Some(at) = file.text.find("fn (") {
                let span = Span { start: at, end: at + 4 };
                let place = Place::text(&*file.shown, &file.text, span, "a function needs a name");
                let finding = Finding::error(Code::ScriptSyntax, "the function has no name").at(place);
                return Err([finding].into_iter().collect());
            }
            if file.text.contains("refuse") {
                return Err(refusal(Code::CaseFailed, "a case failed"));
            }
            if file.text.contains("panic") {
                panic!("asked to");
            }
            if file.text.contains(HANGS) {
                self.gate.pass();
            }
        }
        let Some(manifest) = files.get(Room::Rules, "vendor.toml") else {
            return Err(refusal(Code::VendorIncomplete, "there is no `vendor.toml`"));
        };
        let scripts = files.iter().filter(|file| file.path.ends_with(".rhai")).count();
        if !manifest.text.contains(&format!("scripts = {scripts}\n")) {
            return Err(refusal(Code::VendorIncomplete, "a script is missing"));
        }
        let tags: Vec<String> = files.iter().filter_map(|file| tag_of(&file.text)).map(str::to_owned).collect();
        if tags.len() != scripts + 1 || tags.iter().any(|tag| *tag != tags[0]) {
            return Err(refusal(Code::VendorTorn, "the files are of different revisions"));
        }
        Ok((Tagged { tag: tags[0].clone(), tags }, Findings::new()))
    }
}

const SCRIPTS: usize = 4;

/// The files of a vendor with that tag, and `extra` in the last of them.
fn texts(tag: &str, extra: &str) -> Vec<(String, String)> {
    let manifest = format!("# revision {tag}\nscripts = {SCRIPTS}\n");
    let script = |n: usize| {
        let extra = if n + 1 == SCRIPTS { extra } else { "" };
        (format!("factor_{n}.rhai"), format!("// revision {tag}\nfn assess(partner) {{ {n} }}\n{extra}\n"))
    };
    [("vendor.toml".to_owned(), manifest)].into_iter().chain((0..SCRIPTS).map(script)).collect()
}

fn vendor_files(vendor: &str, texts: &[(String, String)]) -> VendorFiles {
    let file = |(path, text): &(String, String)| VendorFile {
        room: Room::Rules,
        path: path.clone(),
        shown: format!("rules/{vendor}/{path}"),
        text: text.as_str().into(),
    };
    VendorFiles::new(vendor, texts.iter().map(file).collect())
}

/// Writes the files of a vendor into `directory`, each in place.
fn write(folder: &Path, tag: &str, extra: &str) {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in texts(tag, extra) {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// Directories that the test fills, behind a source that a test scripts.
#[derive(Debug, Clone, Default)]
struct Scripted(Arc<Mutex<BTreeMap<String, Sighting>>>, Arc<Mutex<Findings>>);

impl Scripted {
    fn put(&self, vendor: &str, tag: &str, extra: &str) {
        self.put_texts(vendor, &texts(tag, extra));
    }

    fn put_texts(&self, vendor: &str, texts: &[(String, String)]) {
        self.set(vendor, Sighting::Files(Arc::new(vendor_files(vendor, texts))));
    }

    fn set(&self, vendor: &str, sighting: Sighting) {
        self.0.lock().unwrap().insert(vendor.to_owned(), sighting);
    }

    fn remove(&self, vendor: &str) {
        self.0.lock().unwrap().remove(vendor);
    }

    fn fault(&self, faults: Findings) {
        *self.1.lock().unwrap() = faults;
    }
}

impl Source for Scripted {
    fn scan(&mut self) -> Scan {
        let vendors = self.0.lock().unwrap().iter().map(|(name, what)| (name.as_str().into(), what.clone())).collect();
        Scan { vendors, faults: self.1.lock().unwrap().clone(), identity: 1 }
    }
}

/// Quick enough for tests; the interval is so long that only events can be the reason of a reload.
fn by_events() -> Options {
    let pace = Pace { quiet: ms(30), max_wait: ms(400), poll: Duration::from_secs(120), least: ms(20) };
    Options { pace, gap: ms(60), wakeups: Some(Box::new(Events::new())), ..Options::default() }
}

fn by_polling() -> Options {
    let pace = Pace { quiet: ms(10), max_wait: ms(200), poll: ms(40), least: ms(10) };
    Options { pace, gap: ms(20), ..Options::default() }
}

/// A library with a thread that uses it all the time.
struct Home {
    dir: tempfile::TempDir,
    library: Arc<Library<Tagger>>,
    load: Option<Load>,
}

struct Load {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Home {
    fn roots(dir: &Path) -> Roots {
        Roots { rules: dir.join("rules"), policies: dir.join("policies") }
    }

    /// A home whose `rules` hold these vendors with tag `1`.
    fn with(vendors: &[&str], options: Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("rules")).unwrap();
        for vendor in vendors {
            write(&dir.path().join("rules").join(vendor), "1", "");
        }
        Self::at(dir, options)
    }

    fn at(dir: tempfile::TempDir, options: Options) -> Self {
        let source = Disk::new(Self::roots(dir.path()));
        let (library, _) = Library::open(source, Tagger::default(), options);
        Self::of(dir, library)
    }

    fn scripted(source: &Scripted, options: Options) -> Self {
        let (library, _) = Library::open(source.clone(), Tagger::default(), options);
        Self::of(tempfile::tempdir().unwrap(), library)
    }

    fn of(dir: tempfile::TempDir, library: Library<Tagger>) -> Self {
        let library = Arc::new(library);
        let is_over = Arc::new(AtomicBool::new(false));
        let thread = {
            let (library, is_over) = (Arc::clone(&library), Arc::clone(&is_over));
            thread::spawn(move || use_all_the_time(&library, &is_over))
        };
        Self { dir, library, load: Some(Load { is_over, thread }) }
    }

    fn vendor_directory(&self, vendor: &str) -> PathBuf {
        self.dir.path().join("rules").join(vendor)
    }

    /// Saves a vendor, file after file in place, as a careless editor does.
    fn save(&self, vendor: &str, tag: &str, extra: &str) {
        write(&self.vendor_directory(vendor), tag, extra);
    }

    fn state(&self, vendor: &str) -> VendorState<Tagged> {
        self.library.current().vendor(vendor).unwrap_or_else(|| panic!("`{vendor}` is not there")).clone()
    }

    fn tag(&self, vendor: &str) -> Option<String> {
        tag(&self.library.current(), vendor)
    }

    /// Waits until the catalog is as asked; fails when something hangs, with what it is instead.
    fn until(&self, what: &str, is_so: impl Fn(&Catalog<Tagged>) -> bool) {
        let end = Instant::now() + HANG;
        while !is_so(&self.library.current()) {
            let now = self.library.current();
            assert!(Instant::now() < end, "never {what}; {:#?} {:?}", self.library.status(), shown(&now));
            thread::sleep(ms(2));
        }
    }

    fn until_tag(&self, vendor: &str, tag: &str) {
        let what = format!("`{vendor}` at {tag}");
        self.until(&what, |catalog| {
            self::tag(catalog, vendor).as_deref() == Some(tag)
                && catalog.vendor(vendor).is_some_and(|vendor| vendor.state == State::Active)
        });
    }

    fn until_state(&self, vendor: &str, state: State) {
        self.until(&format!("{state:?}"), |catalog| catalog.vendor(vendor).is_some_and(|vendor| vendor.state == state));
    }

    /// Ends the load and returns how many answers it took; fails when one was mixed or missing.
    fn finish(&mut self) -> u64 {
        let load = self.load.take().unwrap();
        load.is_over.store(true, Ordering::Relaxed);
        load.thread.join().expect("an answer was mixed or missing")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.load.is_some() && !thread::panicking() {
            assert!(self.finish() > 0);
        }
    }
}

fn tag(catalog: &Catalog<Tagged>, vendor: &str) -> Option<String> {
    catalog.active(vendor).map(|active| active.plugin.tag.clone())
}

fn shown(catalog: &Catalog<Tagged>) -> Vec<String> {
    let one = |state: &VendorState<Tagged>| {
        let findings: Vec<String> = state.findings.iter().map(ToString::to_string).collect();
        format!("{:?} {:?} {findings:?}", state.state, state.active.as_ref().map(|active| &active.plugin.tag))
    };
    catalog.vendors().map(|(name, state)| format!("{name}: {}", one(state))).collect()
}

/// Takes the catalog again and again: a vendor that once answered answers always, and every answer is of one revision.
fn use_all_the_time(library: &Library<Tagger>, is_over: &AtomicBool) -> u64 {
    let (mut answers, mut generation) = (0, 0);
    let mut answering: BTreeMap<String, ()> = BTreeMap::new();
    loop {
        let catalog = library.current();
        assert!(catalog.generation() >= generation, "the catalog went back");
        generation = catalog.generation();
        for (name, state) in catalog.vendors() {
            let Some(active) = &state.active else {
                assert!(!answering.contains_key(&**name), "`{name}` stopped answering");
                continue;
            };
            answering.insert(name.to_string(), ());
            let of_files: Vec<&str> = active.files.iter().filter_map(|file| tag_of(&file.text)).collect();
            assert!(of_files.iter().all(|tag| *tag == active.plugin.tag), "mixed files: {of_files:?}");
            assert_eq!(of_files, active.plugin.tags, "plugin and files differ");
            answers += 1;
        }
        answering.retain(|name, ()| catalog.vendor(name).is_some());
        if is_over.load(Ordering::Relaxed) {
            return answers.max(1);
        }
        thread::sleep(ms(3));
    }
}
