//! Past revisions: kept whole, verified when read, and there after a restart.

use super::*;
use chrono::{DateTime, Utc};
use quotient::library::{Archive, Attempt, Hold, Outcome, Pin, Record, Retention};
use std::io::{Seek, Write};

fn noon(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_860_800 + seconds, 0).unwrap()
}

fn files(tag: &str) -> Arc<VendorFiles> {
    Arc::new(vendor_files("meridian", &texts(tag, "")))
}

fn code(result: Result<Arc<VendorFiles>, Findings>) -> Code {
    result.unwrap_err().iter().next().unwrap().code()
}

/// A home whose archive is in its directory `state`.
fn durable(dir: tempfile::TempDir) -> Home {
    let archive = Archive::open(&dir.path().join("state")).unwrap();
    Home::at(dir, Options { archive, ..by_polling() })
}

fn started_once() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("rules/meridian"), "1", "");
    restart(dir, |home| home.until_tag("meridian", "1"))
}

/// Starts a library on the directory, does something with it, and stops it.
fn restart(dir: tempfile::TempDir, what: impl FnOnce(&Home)) -> tempfile::TempDir {
    let mut home = durable(dir);
    what(&home);
    home.finish();
    home.library.stop();
    let empty = tempfile::tempdir().unwrap();
    std::mem::replace(&mut home.dir, empty)
}

#[test]
fn a_revision_comes_back_as_it_was_kept() {
    let dir = tempfile::tempdir().unwrap();
    for archive in [Archive::in_memory(), Archive::open(dir.path()).unwrap()] {
        archive.keep(&files("1"), &[], noon(0)).unwrap();
        assert_eq!(*archive.files("meridian", files("1").revision()).unwrap(), *files("1"));
        assert_eq!(code(archive.files("meridian", files("2").revision())), Code::RevisionUnknown);
        assert_eq!(code(archive.files("northwind", files("1").revision())), Code::RevisionUnknown);
    }
}

#[test]
fn names_that_lead_elsewhere_are_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    for (vendor, revision) in [("..", "vendors"), ("meridian", "../../lock"), ("a/b", &"0".repeat(64)), ("", "")] {
        assert_eq!(code(archive.files(vendor, revision)), Code::RevisionUnknown);
    }
}

#[test]
fn sixteen_revisions_are_kept_and_those_that_are_needed() {
    let dir = tempfile::tempdir().unwrap();
    let on_disk = Archive::open(dir.path()).unwrap().keeping(Retention::IN_MEMORY);
    for archive in [Archive::in_memory(), on_disk] {
        let needed = [files("0").revision().into()];
        for n in 0..20 {
            archive.keep(&files(&n.to_string()), &needed, noon(n)).unwrap();
        }
        let kept = archive.revisions("meridian");
        assert_eq!(kept.len(), 16, "0, which is needed, and 5 to 19");
        assert_eq!(*kept[0], *files("0").revision());
        assert_eq!(*kept[1], *files("5").revision());
        assert!(kept.iter().all(|revision| archive.files("meridian", revision).is_ok()));
    }
    assert_eq!(fs::read_dir(dir.path().join("revisions/meridian")).unwrap().count(), 16);
}

#[test]
fn every_changed_byte_of_a_revision_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    archive.keep(&files("1"), &[], noon(0)).unwrap();
    let path = dir.path().join(format!("revisions/meridian/{}.json", files("1").revision()));
    let good = fs::read(&path).unwrap();
    let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    for (at, byte) in good.iter().enumerate() {
        for byte in [byte ^ 1, *byte] {
            file.seek(std::io::SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&[byte]).unwrap();
            match archive.files("meridian", files("1").revision()) {
                // The name a file is shown under takes no part in what it does.
                Ok(read) => assert_eq!(read.revision(), files("1").revision()),
                Err(findings) => assert_eq!(findings.iter().next().unwrap().code(), Code::ArchiveDamaged),
            }
        }
    }
    for length in [0, 1, good.len() / 2, good.len() - 2] {
        fs::write(&path, &good[..length]).unwrap();
        assert_eq!(code(archive.files("meridian", files("1").revision())), Code::ArchiveDamaged);
    }
    archive.keep(&files("1"), &[], noon(0)).unwrap();
    assert!(archive.files("meridian", files("1").revision()).is_ok(), "keeping it again repairs it");
}

#[test]
fn a_record_comes_back_and_a_changed_one_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    let revision: Arc<str> = files("1").revision().into();
    let when = chrono::DateTime::from_timestamp(1_769_860_800, 5_000).unwrap();
    let place = Place::cell("book.csv", 3, "region", "x");
    let record = Record {
        newest: Some(Arc::clone(&revision)),
        pin: Some(Pin {
            revision: Arc::clone(&revision),
            reason: "quarter end \"freeze\"".into(),
            who: Some("ana".into()),
            when,
            hold: Hold::UntilChange { withdrawn: None },
        }),
        history: vec![Attempt {
            when,
            outcome: Outcome::Refused,
            revision: None,
            findings: [Finding::error(Code::CaseFailed, "no").at(place).help("do")].into_iter().collect(),
            who: None,
            reason: None,
        }],
    };
    archive.write_record("meridian", &record).unwrap();
    let (records, findings) = archive.records();
    assert_eq!((&records["meridian"], findings.len()), (&record, 0));
    let path = dir.path().join("vendors/meridian.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("ana", "bob")).unwrap();
    let (records, findings) = archive.records();
    assert_eq!((records.len(), findings.iter().next().unwrap().code()), (0, Code::ArchiveDamaged));
}

#[test]
fn two_processes_do_not_share_an_archive() {
    let dir = tempfile::tempdir().unwrap();
    let first = Archive::open(dir.path()).unwrap();
    let second = Archive::open(dir.path()).unwrap_err();
    assert_eq!(second.iter().next().unwrap().code(), Code::FileUnwritable);
    drop(first);
    assert!(Archive::open(dir.path()).is_ok());
}

#[test]
fn a_state_directory_that_cannot_be_used_is_a_finding() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    assert_eq!(
        Archive::open(&dir.path().join("file")).unwrap_err().iter().next().unwrap().code(),
        Code::FileUnwritable
    );
}

#[test]
fn leftovers_of_a_crash_are_cleared_and_never_read() {
    let dir = started_once();
    let left = dir.path().join("state/revisions/meridian").join(format!("{}.tmp", "a".repeat(64)));
    fs::write(&left, "half").unwrap();
    restart(dir, |home| {
        assert!(!left.exists());
        assert_eq!(home.library.revisions("meridian").len(), 1);
    });
}

#[test]
fn a_restart_on_a_broken_directory_serves_the_last_good_and_reports_it() {
    let dir = started_once();
    write(&dir.path().join("rules/meridian"), "2", "refuse");
    let dir = restart(dir, |home| {
        let meridian = home.state("meridian");
        assert_eq!((meridian.state, home.tag("meridian").as_deref()), (State::Degraded, Some("1")));
        let outcomes: Vec<Outcome> = meridian.history.iter().map(|attempt| attempt.outcome).collect();
        assert_eq!(outcomes, [Outcome::Activated, Outcome::Restored, Outcome::Refused]);
        home.save("meridian", "3", "");
        home.until_tag("meridian", "3");
    });
    restart(dir, |home| assert_eq!(home.tag("meridian").as_deref(), Some("3")));
}

#[test]
fn a_restart_without_the_directories_serves_the_last_good() {
    let dir = started_once();
    fs::remove_dir_all(dir.path().join("rules")).unwrap();
    restart(dir, |home| {
        assert_eq!((home.state("meridian").state, home.tag("meridian").as_deref()), (State::Degraded, Some("1")));
        assert!(!home.library.status().faults.is_empty());
    });
}

#[test]
fn a_vendor_deleted_while_the_process_was_down_is_gone_after_the_restart() {
    let dir = started_once();
    fs::remove_dir_all(dir.path().join("rules/meridian")).unwrap();
    let dir = restart(dir, |home| assert!(home.library.current().vendor("meridian").is_none()));
    restart(dir, |home| assert!(home.library.current().vendor("meridian").is_none()));
}

#[test]
fn a_pin_survives_a_restart() {
    let dir = started_once();
    let dir = restart(dir, |home| {
        home.library.pin("meridian", files("1").revision(), "quarter end", Some("ana")).unwrap();
        home.save("meridian", "2", "");
        home.until("2 is held", |catalog| {
            catalog.vendor("meridian").is_some_and(|v| v.disk.as_deref() == Some(files("2").revision()))
        });
        assert_eq!(home.tag("meridian").as_deref(), Some("1"));
    });
    restart(dir, |home| {
        assert_eq!((home.tag("meridian").as_deref(), home.state("meridian").state), (Some("1"), State::Active));
        assert_eq!(home.state("meridian").pinned.unwrap().who.as_deref(), Some("ana"));
        home.library.unpin("meridian", "quarter closed", None).unwrap();
        assert_eq!(home.tag("meridian").as_deref(), Some("2"));
    });
}

#[test]
fn a_damaged_archive_is_reported_and_the_directory_is_used() {
    let dir = started_once();
    let revisions = dir.path().join("state/revisions/meridian");
    for file in fs::read_dir(&revisions).unwrap() {
        fs::write(file.unwrap().path(), "damaged").unwrap();
    }
    let dir = restart(dir, |home| {
        assert_eq!(home.library.status().archive.iter().next().unwrap().code(), Code::ArchiveDamaged);
        assert_eq!((home.tag("meridian").as_deref(), home.state("meridian").state), (Some("1"), State::Active));
    });
    fs::write(dir.path().join("state/vendors/meridian.json"), "damaged").unwrap();
    write(&dir.path().join("rules/meridian"), "2", "refuse");
    restart(dir, |home| {
        assert_eq!(home.library.status().archive.iter().next().unwrap().code(), Code::ArchiveDamaged);
        assert_eq!(home.state("meridian").state, State::Failed, "which revision was last is not guessed");
    });
}

#[test]
fn an_archive_that_cannot_be_written_does_not_stop_a_reload() {
    let dir = started_once();
    restart(dir, |home| {
        fs::remove_dir_all(home.dir.path().join("state")).unwrap();
        fs::write(home.dir.path().join("state"), "in the way").unwrap();
        home.save("meridian", "2", "");
        home.until_tag("meridian", "2");
        home.until("archive reported", |_| {
            home.library.status().archive.iter().any(|finding| finding.code() == Code::FileUnwritable)
        });
    });
}

#[test]
fn what_is_kept_is_bounded_in_bytes_too_and_the_last_two_stay() {
    let dir = tempfile::tempdir().unwrap();
    let bytes: u64 = files("1").iter().map(|file| file.text.len() as u64).sum();
    for (most, kept) in [(bytes * 3, 3), (bytes * 3 - 1, 2), (0, 1)] {
        let retention = Retention { revisions: 100, bytes: most };
        let on_disk = Archive::open(&dir.path().join(most.to_string())).unwrap().keeping(retention);
        for archive in [Archive::in_memory().keeping(retention), on_disk] {
            (0..9).for_each(|n| archive.keep(&files(&n.to_string()), &[], noon(n)).unwrap());
            assert_eq!(archive.revisions("meridian").len(), kept, "{most} bytes");
            assert!(archive.has("meridian", files("8").revision()), "what was kept just now stays");
        }
    }
}

#[test]
fn when_a_revision_was_first_used_is_known_after_a_restart_and_after_a_second_use() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    for (tag, second) in [("1", 0), ("2", 1), ("1", 2)] {
        archive.keep(&files(tag), &[], noon(second)).unwrap();
    }
    archive.write_record("meridian", &Record::default()).unwrap();
    let known = |archive: &Archive| -> Vec<(String, Option<DateTime<Utc>>)> {
        archive.kept("meridian").iter().map(|kept| (kept.revision.to_string(), kept.first_used)).collect()
    };
    let expected =
        [("2", 1), ("1", 0)].map(|(tag, second)| (files(tag).revision().to_owned(), Some(noon(second)))).to_vec();
    assert_eq!(known(&archive), expected, "the one used last stands at the end");
    drop(archive);
    assert_eq!(known(&Archive::open(dir.path()).unwrap()), expected);
}

#[test]
fn a_reader_beside_the_server_sees_what_is_added_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Archive::open_read_only(dir.path()).unwrap_err().iter().next().unwrap().code(), Code::FileUnreadable);
    let server = Archive::open(dir.path()).unwrap();
    let reader = Archive::open_read_only(dir.path()).unwrap();
    assert_eq!(code(reader.files("meridian", files("1").revision())), Code::RevisionUnknown);
    server.keep(&files("1"), &[], noon(0)).unwrap();
    server.write_record("meridian", &Record::default()).unwrap();
    assert_eq!(*reader.files("meridian", files("1").revision()).unwrap(), *files("1"));
    assert_eq!(reader.kept("meridian"), server.kept("meridian"));
    assert_eq!(reader.records(), server.records());
    assert!(reader.revisions("../vendors").is_empty());
    let before = snapshot(dir.path());
    assert!(reader.keep(&files("2"), &[], noon(1)).is_err());
    assert!(reader.write_record("meridian", &Record::default()).is_err());
    assert_eq!(snapshot(dir.path()), before);
    drop(server);
    assert!(Archive::open(dir.path()).is_ok(), "a reader holds no lock");
}

/// Every file below a directory with its content.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(snapshot(&path));
        } else {
            all.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    all
}

/// Set to the directory of the archive in the process that is killed.
const KILLED: &str = "QUOTIENT_TEST_KILLED";

#[test]
fn writes_until_killed() {
    let Some(path) = std::env::var_os(KILLED) else { return }; // run by the test below
    let archive = Archive::open(Path::new(&path)).unwrap().keeping(Retention { revisions: 3, ..Retention::ON_DISK });
    for n in 0.. {
        let newest = files(&n.to_string());
        let record = Record { newest: Some(newest.revision().into()), ..Record::default() };
        archive.keep(&newest, &[newest.revision().into()], noon(n)).unwrap();
        archive.write_record("meridian", &record).unwrap();
    }
}

#[test]
fn an_archive_whose_writer_was_killed_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let rounds = if is_full() { 200 } else { 12 };
    for round in 0..rounds {
        let mut writer = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["library::archive::writes_until_killed", "--exact", "--test-threads=1"])
            .env(KILLED, dir.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(ms(60 + round * 7 % 50));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let Ok(archive) = Archive::open(dir.path()) else { panic!("round {round}: it cannot be opened") };
        let (records, findings) = archive.records();
        assert!(findings.is_empty(), "round {round}: {findings:?}");
        for revision in archive.revisions("meridian") {
            assert!(archive.files("meridian", &revision).is_ok(), "round {round}: {revision} is not whole");
        }
        if let Some(newest) = records.get("meridian").and_then(|record| record.newest.as_ref()) {
            assert!(archive.files("meridian", newest).is_ok(), "round {round}: the last good revision is gone");
        }
    }
    assert!(Archive::open(dir.path()).unwrap().revisions("meridian").len() >= 2, "nothing was ever written");
}

#[test]
fn processes_that_share_an_archive_have_the_revisions_and_events_of_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (Archive::open_shared(dir.path()).unwrap(), Archive::open_shared(dir.path()).unwrap());
    assert!(Archive::open(dir.path()).is_err(), "a process that wants it alone is refused");
    one.keep(&files("1"), &[], noon(0)).unwrap();
    other.keep(&files("2"), &[], noon(1)).unwrap();
    for archive in [&one, &other] {
        assert_eq!(archive.revisions("meridian").len(), 2);
        assert!(["1", "2"].iter().all(|tag| archive.files("meridian", files(tag).revision()).is_ok()));
    }
    let event = |outcome, tag: &str, seconds| Attempt {
        when: noon(seconds),
        outcome,
        revision: Some(files(tag).revision().into()),
        findings: Findings::new(),
        who: None,
        reason: None,
    };
    let record = |history: Vec<Attempt>| Record { history, ..Record::default() };
    one.write_record("meridian", &record(vec![event(Outcome::Activated, "1", 0)])).unwrap();
    // The other process reports the same event a second later, and one more; the first reports another one.
    let its = vec![event(Outcome::Activated, "1", 1), event(Outcome::Refused, "2", 2)];
    other.write_record("meridian", &record(its)).unwrap();
    let more = vec![event(Outcome::Activated, "1", 0), event(Outcome::Activated, "1", 600)];
    one.write_record("meridian", &record(more)).unwrap();
    let expected =
        [event(Outcome::Activated, "1", 0), event(Outcome::Refused, "2", 2), event(Outcome::Activated, "1", 600)];
    assert_eq!(other.shared_history("meridian").unwrap(), expected);
    assert_eq!(one.records().0["meridian"].history, expected, "also after a restart");
    drop((one, other));
    let alone = Archive::open(dir.path()).unwrap();
    assert_eq!(alone.shared_history("meridian"), None);
    assert!(Archive::open_shared(dir.path()).is_err(), "one that has it alone keeps others out");
}
