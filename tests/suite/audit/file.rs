//! Whatever fails, at whatever call: what was acknowledged is there, whole, once, and in order.

use super::support::{ids, lines, record, sealed};
use proptest::prelude::*;
use quotient::audit::{
    Expected, FileOptions, Files, LogFile, LogReader, Retention, Sink, SinkFault, Verification, Verifier,
};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The call fails and does nothing.
    Fails,
    /// A write takes half of what it was given, without error; other calls fail.
    Short,
    /// A write takes half and then fails; a sync has done half; other calls fail.
    Half,
}

#[derive(Debug, Default)]
struct Content {
    /// What a reader sees.
    text: Vec<u8>,
    /// What the disk has.
    durable: Vec<u8>,
}

#[derive(Debug, Default)]
struct World {
    contents: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    calls: usize,
    faults: BTreeMap<usize, Fault>,
}

/// Files that fail when the test says so, and that know what a loss of power would leave.
#[derive(Debug, Clone, Default)]
struct Frail(Arc<Mutex<World>>);

impl Frail {
    fn failing(faults: impl IntoIterator<Item = (usize, Fault)>) -> Self {
        let frail = Self::default();
        frail.0.lock().unwrap().faults = faults.into_iter().collect();
        frail
    }

    /// The world, and what happens to this call.
    fn call<T>(&self, run: impl FnOnce(&mut World, Option<Fault>) -> io::Result<T>) -> io::Result<T> {
        let mut world = self.0.lock().unwrap();
        world.calls += 1;
        let fault = world.faults.get(&world.calls).copied();
        run(&mut world, fault)
    }

    fn text(&self, path: &Path) -> Vec<u8> {
        let world = self.0.lock().unwrap();
        world.names.get(path).map(|at| world.contents[*at].text.clone()).unwrap_or_default()
    }

    /// The texts of the whole log, oldest first.
    fn all(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for number in (1..20).rev() {
            text.extend(self.text(Path::new(&format!("/log.jsonl.{number}"))));
            // Each file is read by itself: what a loss of power left at the end of one does not touch the next.
            text.push(b'\n');
        }
        text.extend(self.text(Path::new("/log.jsonl")));
        text
    }

    /// Loses power: of what was not synced, `kept` bytes in 100 survive, in each file from its beginning.
    fn lose_power(&self, kept: usize) {
        let mut world = self.0.lock().unwrap();
        world.faults.clear();
        world.names = world.durable_names.clone();
        for content in &mut world.contents {
            let mut left = content.durable.clone();
            if content.text.starts_with(&left) {
                let more = (content.text.len() - left.len()) * kept / 100;
                left.extend_from_slice(&content.text[left.len()..][..more]);
            }
            content.text = left;
        }
    }
}

fn fails<T>() -> io::Result<T> {
    Err(io::Error::from(io::ErrorKind::StorageFull))
}

impl Files for Frail {
    type Handle = usize;

    fn open(&mut self, path: &Path) -> io::Result<usize> {
        self.call(|world, fault| {
            if fault.is_some() {
                return fails();
            }
            if let Some(at) = world.names.get(path) {
                return Ok(*at);
            }
            world.contents.push(Content::default());
            let at = world.contents.len() - 1;
            world.names.insert(path.to_owned(), at);
            Ok(at)
        })
    }

    fn length(&mut self, file: &mut usize) -> io::Result<u64> {
        self.call(|world, fault| if fault.is_some() { fails() } else { Ok(world.contents[*file].text.len() as u64) })
    }

    fn last_byte(&mut self, file: &mut usize) -> io::Result<u8> {
        self.call(
            |world, fault| if fault.is_some() { fails() } else { Ok(*world.contents[*file].text.last().unwrap()) },
        )
    }

    fn first_bytes(&mut self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        self.call(|world, fault| {
            let at = *world.names.get(path).ok_or(io::ErrorKind::NotFound)?;
            let (text, most) = (&world.contents[at].text, usize::try_from(most).unwrap());
            if fault.is_some() { fails() } else { Ok(text[..text.len().min(most)].to_vec()) }
        })
    }

    fn last_bytes(&mut self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        self.call(|world, fault| {
            let at = *world.names.get(path).ok_or(io::ErrorKind::NotFound)?;
            let (text, most) = (&world.contents[at].text, usize::try_from(most).unwrap());
            if fault.is_some() { fails() } else { Ok(text[text.len().saturating_sub(most)..].to_vec()) }
        })
    }

    fn age(&mut self, path: &Path) -> io::Result<Option<Duration>> {
        self.call(
            |world, fault| {
                if fault.is_some() { fails() } else { Ok(world.names.get(path).map(|_| Duration::from_secs(3_600))) }
            },
        )
    }

    fn replace(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.call(|world, fault| {
            if fault.is_some() {
                return fails();
            }
            world.contents.push(Content { text: content.to_vec(), durable: content.to_vec() });
            let at = world.contents.len() - 1;
            world.names.insert(path.to_owned(), at);
            world.durable_names.insert(path.to_owned(), at);
            Ok(())
        })
    }

    fn write(&mut self, file: &mut usize, bytes: &[u8]) -> io::Result<usize> {
        self.call(|world, fault| {
            let taken = match fault {
                None => bytes.len(),
                Some(Fault::Fails) => 0,
                Some(Fault::Short | Fault::Half) => bytes.len().div_ceil(2),
            };
            world.contents[*file].text.extend_from_slice(&bytes[..taken]);
            if matches!(fault, Some(Fault::Fails | Fault::Half)) { fails() } else { Ok(taken) }
        })
    }

    fn sync(&mut self, file: &mut usize) -> io::Result<()> {
        self.call(|world, fault| {
            let content = &mut world.contents[*file];
            match fault {
                None => content.durable = content.text.clone(),
                Some(Fault::Half) => {
                    let half = content.durable.len().midpoint(content.text.len());
                    content.durable = content.text[..half.min(content.text.len())].to_vec();
                }
                Some(_) => {}
            }
            if fault.is_some() { fails() } else { Ok(()) }
        })
    }

    fn cut(&mut self, file: &mut usize, length: u64) -> io::Result<()> {
        self.call(|world, fault| {
            if fault.is_some() {
                return fails();
            }
            world.contents[*file].text.truncate(usize::try_from(length).unwrap());
            Ok(())
        })
    }

    fn is_at(&mut self, file: &usize, path: &Path) -> io::Result<bool> {
        self.call(|world, fault| if fault.is_some() { fails() } else { Ok(world.names.get(path) == Some(file)) })
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(|world, fault| {
            if fault.is_some() {
                return fails();
            }
            let at = world.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
            world.names.insert(to.to_owned(), at);
            Ok(())
        })
    }

    fn sync_directory(&mut self, _: &Path) -> io::Result<()> {
        self.call(|world, fault| {
            if fault.is_some() {
                return fails();
            }
            world.durable_names = world.names.clone();
            Ok(())
        })
    }
}

fn open(files: &Frail, options: FileOptions) -> io::Result<LogFile<Frail>> {
    LogFile::open_in(files.clone(), Path::new("/log.jsonl"), options)
}

/// Rotates every three records; the entry that begins a file takes less than half a record.
fn small() -> FileOptions {
    FileOptions { rotate_at: Some(sealed(record("00").line().len()) * 7 / 2), kept: 15, ..FileOptions::default() }
}

/// Writes records `00`, `01`, … through whatever fails, opening the log again as needed; returns those acknowledged.
fn run(files: &Frail, options: FileOptions, count: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let mut log = None;
    for at in 0..count {
        let id = format!("{at:02}");
        if log.is_none() {
            log = open(files, options).ok();
        }
        if log.as_mut().is_some_and(|log: &mut LogFile<Frail>| log.take(&record(&id).line()).is_ok()) {
            acknowledged.push(id);
        }
    }
    acknowledged
}

/// Every file of the log, oldest first, verified as one log.
fn verified(files: &Frail) -> Verification {
    let mut verifier = Verifier::new(Expected { is_complete: true, ..Expected::default() });
    let numbered = (1..20).rev().map(|number| format!("/log.jsonl.{number}")).chain(["/log.jsonl".to_owned()]);
    for name in numbered {
        let text = files.text(Path::new(&name));
        let mut reader = LogReader::new(&text[..]);
        while let Some(line) = reader.next_line().unwrap() {
            verifier.line(&name, &line);
        }
    }
    verifier.finish("/log.jsonl")
}

/// Every line is a record or, at most once for each fault, torn; the acknowledged are there once and in order.
fn holds(text: &[u8], acknowledged: &[String], faults: usize) -> Result<(), String> {
    let found = ids(text);
    let kept: Vec<String> = found.iter().filter(|id| acknowledged.contains(id)).cloned().collect();
    if kept != acknowledged {
        return Err(format!("acknowledged {acknowledged:?}, found {found:?}"));
    }
    let torn = lines(text) - found.len();
    if torn > faults { Err(format!("{torn} torn lines after {faults} faults")) } else { Ok(()) }
}

#[test]
fn each_call_that_fails_loses_nothing_that_was_acknowledged() {
    let calm = Frail::default();
    assert_eq!(run(&calm, small(), 20).len(), 20);
    let calls = calm.0.lock().unwrap().calls;
    assert!(calls > 80, "{calls}");
    for call in 1..=calls {
        for fault in [Fault::Fails, Fault::Short, Fault::Half] {
            let files = Frail::failing([(call, fault)]);
            let acknowledged = run(&files, small(), 20);
            assert!(acknowledged.len() >= 19, "call {call} {fault:?} cost more than one record: {acknowledged:?}");
            // An unacknowledged record that could not be cut off may stand there; a torn one may not, the cut worked.
            holds(&files.all(), &acknowledged, 0).unwrap_or_else(|why| panic!("call {call} {fault:?}: {why}"));
            assert!(verified(&files).holds(), "call {call} {fault:?}: {:?}", verified(&files).findings);
            files.lose_power(50);
            drop(open(&files, small()).unwrap());
            assert!(verified(&files).holds(), "call {call} {fault:?}, crash: {:?}", verified(&files).findings);
            holds(&files.all(), &acknowledged, 1).unwrap_or_else(|why| panic!("call {call} {fault:?}, crash: {why}"));
        }
    }
}

#[test]
fn a_disk_that_is_full_for_a_while_refuses_and_then_goes_on() {
    let files = Frail::failing((12..60).map(|call| (call, Fault::Half)));
    let acknowledged = run(&files, FileOptions { rotate_at: None, ..small() }, 80);
    assert!(acknowledged.len() < 80 && acknowledged.last().unwrap() == "79", "{acknowledged:?}");
    holds(&files.all(), &acknowledged, 48).unwrap();
}

#[test]
fn short_writes_are_not_failures() {
    let files = Frail::failing((1..10_000).map(|call| (call, Fault::Short)).filter(|(call, _)| call % 2 == 0));
    let mut log = loop {
        if let Ok(log) =
            open(&files, FileOptions { rotate_at: None, is_synced: false, kept: 1, ..FileOptions::default() })
        {
            break log;
        }
    };
    let taken = (0..20).filter(|at| log.take(&record(&format!("{at:02}")).line()).is_ok()).count();
    assert!(taken > 0);
}

#[test]
fn a_torn_line_is_ended_when_the_log_is_opened() {
    let files = Frail::default();
    drop(open(&files, small()).unwrap());
    let line = record("whole").line();
    files.0.lock().unwrap().contents[0].text = [&line[..], &line[..50]].concat();
    let mut log = open(&files, small()).unwrap();
    log.take(&record("next").line()).unwrap();
    let text = files.text(Path::new("/log.jsonl"));
    assert_eq!(ids(&text), ["whole", "next"]);
    assert_eq!(lines(&text), 3);
}

#[test]
fn old_files_beyond_the_number_kept_are_let_go() {
    let files = Frail::default();
    let options = FileOptions { kept: 2, ..small() };
    assert_eq!(run(&files, options, 30).len(), 30);
    let names: Vec<String> = files.0.lock().unwrap().names.keys().map(|name| name.display().to_string()).collect();
    assert_eq!(names, ["/log.jsonl", "/log.jsonl.1", "/log.jsonl.2"]);
    let expected: Vec<String> = (21..30).map(|at| format!("{at:02}")).collect();
    assert_eq!(ids(&files.all()), expected);
}

#[test]
fn a_strict_log_refuses_records_instead_of_removing_a_file() {
    let options = |retention| FileOptions { kept: 2, retention, ..small() };
    // Three files of three records; the fourth file would remove the first.
    let files = Frail::default();
    let acknowledged = run(&files, options(Retention::Forever), 30);
    assert_eq!((acknowledged.len(), ids(&files.all())), (9, acknowledged));
    let mut log = open(&files, options(Retention::Forever)).unwrap();
    let refused = log.take(&record("99").line()).unwrap_err().to_string();
    assert!(refused.contains("all 2 older files are still to be kept"), "{refused}");
    // The files are an hour old.
    let younger = Retention::Age(Duration::from_secs(3_601));
    assert_eq!(run(&files, options(younger), 1).len(), 0);
    let older = Retention::Age(Duration::from_secs(3_600));
    assert_eq!(run(&files, options(older), 1).len(), 1);
}

#[test]
fn a_log_that_was_moved_away_is_restarted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let mut log = LogFile::open(&path, FileOptions::default()).unwrap();
    log.take(&record("a").line()).unwrap();
    std::fs::rename(&path, folder.path().join("moved")).unwrap();
    log.take(&record("b").line()).unwrap();
    std::fs::remove_file(&path).unwrap();
    log.take(&record("c").line()).unwrap();
    assert_eq!(ids(&std::fs::read(&path).unwrap()), ["c"]);
    assert_eq!(ids(&std::fs::read(folder.path().join("moved")).unwrap()), ["a"]);
}

#[test]
fn two_writers_of_one_log_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let first = LogFile::open(&path, FileOptions::default()).unwrap();
    let finding = LogFile::open(&path, FileOptions::default()).unwrap_err();
    assert!(finding.message().contains("another process writes it"), "{finding}");
    drop(first);
    LogFile::open(&path, FileOptions::default()).unwrap();
}

#[test]
fn a_missing_directory_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let finding = LogFile::open(&folder.path().join("none/log.jsonl"), FileOptions::default()).unwrap_err();
    assert_eq!(finding.code(), quotient::finding::Code::FileUnwritable);
    assert!(LogFile::open(folder.path(), FileOptions::default()).is_err());
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_a_failure_of_the_append() {
    // `/dev/full` is a device on which every write finds no space; a link to it is refused as no ordinary file.
    if !Path::new("/dev/full").exists() {
        println!("skipped: this system has no /dev/full");
        return;
    }
    let device = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut stream = quotient::audit::Stream::new(device);
    assert!(matches!(stream.take(b"x\n"), Err(SinkFault::Passing(why)) if why.contains("space")));
    assert!(LogFile::open(Path::new("/dev/full"), FileOptions::default()).is_err());
}

fn faults() -> impl Strategy<Value = Vec<(usize, Fault)>> {
    let fault = prop_oneof![Just(Fault::Fails), Just(Fault::Short), Just(Fault::Half)];
    prop::collection::vec((1_usize..160, fault), 0..25)
}

proptest! {
    #[test]
    fn any_faults_and_a_crash_lose_nothing_that_was_acknowledged(faults in faults(), kept in 0_usize..=100, rotates: bool) {
        let count = faults.len();
        let options = if rotates { small() } else { FileOptions { rotate_at: None, ..small() } };
        let files = Frail::failing(faults);
        let acknowledged = run(&files, options, 25);
        prop_assert_eq!(holds(&files.all(), &acknowledged, count), Ok(()));
        files.lose_power(kept);
        let mut log = open(&files, options).unwrap();
        log.take(&record("99").line()).unwrap();
        let acknowledged = [acknowledged, vec!["99".to_owned()]].concat();
        prop_assert_eq!(holds(&files.all(), &acknowledged, count + 1), Ok(()));
        prop_assert!(files.text(Path::new("/log.jsonl")).ends_with(b"\n"));
        let verified = verified(&files);
        prop_assert!(verified.holds(), "{:?}", verified.findings);
    }
}
