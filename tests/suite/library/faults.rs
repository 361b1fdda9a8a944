//! The faults that file systems, people and scripts are known for, each while the vendor is in use all the time.

#![cfg(unix)]

use super::*;
use quotient::library::{ChildProcess, Guarded, Outcome, Wake, Wakeups, Watching};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::sync::atomic::AtomicI64;
use std::time::SystemTime;

/// True when no revision was refused because its files were of different revisions.
fn was_never_mixed(home: &Home) -> bool {
    let history = home.state("meridian").history;
    history.iter().all(|attempt| attempt.findings.iter().all(|finding| finding.code() != Code::VendorTorn))
}

/// Exchanges a link as `ln -sfn` does by hand: a new one is renamed over the old.
fn relink(target: &str, link: &Path) {
    let new = link.with_extension("new");
    symlink(target, &new).unwrap();
    fs::rename(&new, link).unwrap();
}

#[test]
fn fault_01_a_write_in_chunks_is_never_in_use_half() {
    let home = Home::with(&["meridian"], by_events());
    for (name, text) in texts("2", "") {
        let mut file = File::create(home.vendor_directory("meridian").join(name)).unwrap();
        for chunk in text.as_bytes().chunks(12) {
            file.write_all(chunk).unwrap();
            thread::sleep(ms(10));
        }
    }
    home.until_tag("meridian", "2");
}

#[test]
fn fault_02_a_directory_that_is_copied_slowly_is_in_use_when_it_is_complete() {
    let home = Home::with(&["northwind"], by_events());
    let folder = home.vendor_directory("meridian");
    fs::create_dir(&folder).unwrap();
    for (name, text) in texts("1", "") {
        fs::write(folder.join(name), text).unwrap();
        thread::sleep(ms(150));
        if home.library.current().active("meridian").is_some() {
            assert_eq!(fs::read_dir(&folder).unwrap().count(), SCRIPTS + 1, "in use before it is whole");
        }
    }
    home.until_tag("meridian", "1");
}

#[test]
fn fault_03_saves_of_all_editors_are_seen() {
    let home = Home::with(&["meridian"], by_events());
    let folder = home.vendor_directory("meridian");
    let save_all = |tag: &str, save: &dyn Fn(&Path, &str)| {
        for (name, text) in texts(tag, "") {
            save(&folder.join(name), &text);
        }
        home.until_tag("meridian", tag);
    };
    // vim: the old file is renamed away, the new one is created, the old one is removed.
    save_all("2", &|path, text| {
        let backup = path.with_file_name("4913~");
        fs::rename(path, &backup).unwrap();
        fs::write(path, text).unwrap();
        fs::remove_file(&backup).unwrap();
    });
    // VS Code and `sed -i`: a temporary file is renamed over the old one.
    save_all("3", &|path, text| {
        let temporary = path.with_file_name("sedXy12");
        fs::write(&temporary, text).unwrap();
        fs::rename(&temporary, path).unwrap();
    });
    // Emacs: a lock that is a link to nowhere, and a backup.
    save_all("4", &|path, text| {
        let lock = path.with_file_name(format!(".#{}", path.file_name().unwrap().to_str().unwrap()));
        symlink("ana@host.1234", &lock).unwrap();
        fs::copy(path, path.with_extension("rhai~")).unwrap();
        fs::write(path, text).unwrap();
        fs::remove_file(&lock).unwrap();
    });
}

/// A ConfigMap: `factor_0.rhai` → `..data/factor_0.rhai`, `..data` → `..1`; an update makes `..2` and renames the link.
#[test]
fn fault_04_config_map_swaps_are_seen_and_never_mixed() {
    let home = Home::with(&["northwind"], by_events());
    let folder = home.vendor_directory("meridian");
    fs::create_dir(&folder).unwrap();
    for (name, _) in texts("", "") {
        symlink(format!("..data/{name}"), folder.join(name)).unwrap();
    }
    let swaps = if is_full() { 100 } else { 12 };
    for n in 1..=swaps {
        write(&folder.join(format!("..{n}")), &n.to_string(), "");
        symlink(format!("..{n}"), folder.join("..data_tmp")).unwrap();
        fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
        drop(fs::remove_dir_all(folder.join(format!("..{}", n - 1))));
        // Every third is overtaken by the next before it can settle.
        if n % 3 != 1 || n == swaps {
            home.until_tag("meridian", &n.to_string());
        }
    }
    assert!(was_never_mixed(&home));
}

#[test]
fn fault_04_config_map_swaps_faster_than_anything_settles_are_never_mixed() {
    let home = Home::with(&["meridian"], Options { gap: ms(1), ..by_polling() });
    let folder = home.vendor_directory("meridian");
    let link = home.dir.path().join("rules/meridian_next");
    for tag in ["2", "3"] {
        write(&home.dir.path().join(tag), tag, "");
    }
    fs::remove_dir_all(&folder).unwrap();
    let swaps = if is_full() { 50_000 } else { 3_000 };
    for swaps in 1..=swaps {
        symlink(format!("../{}", 2 + swaps % 2), &link).unwrap();
        fs::rename(&link, &folder).unwrap();
        thread::sleep(Duration::from_micros(300));
    }
    let last = (2 + swaps % 2).to_string();
    home.until_tag("meridian", &last);
    assert!(was_never_mixed(&home), "after {swaps} swaps");
}

#[test]
fn fault_05_a_link_to_the_current_release_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    for tag in ["1", "2", "3"] {
        write(&dir.path().join(format!("releases/{tag}/rules/meridian")), tag, "");
    }
    symlink("releases/1", dir.path().join("current")).unwrap();
    let roots = Roots { rules: dir.path().join("current/rules"), policies: dir.path().join("current/policies") };
    let (library, _) = Library::open(Disk::new(roots), Tagger::default(), by_events());
    let home = Home::of(dir, library);
    home.until_tag("meridian", "1");
    for tag in ["2", "3", "2"] {
        relink(&format!("releases/{tag}"), &home.dir.path().join("current"));
        home.until_tag("meridian", tag);
    }
    write(&home.dir.path().join("releases/2/rules/meridian"), "4", "");
    home.until_tag("meridian", "4");
    assert!(was_never_mixed(&home));
}

#[test]
fn fault_06_a_directory_deleted_and_recreated_is_still_watched() {
    let home = Home::with(&["meridian"], by_events());
    for tag in ["2", "3"] {
        fs::remove_dir_all(home.vendor_directory("meridian")).unwrap();
        home.save("meridian", tag, "");
        home.until_tag("meridian", tag);
    }
    // The root itself; what is missing meanwhile is degraded, not gone.
    fs::remove_dir_all(home.dir.path().join("rules")).unwrap();
    home.until_state("meridian", State::Degraded);
    home.save("meridian", "4", "");
    home.until_tag("meridian", "4");
    home.save("meridian", "5", "");
    home.until_tag("meridian", "5");
}

#[test]
fn fault_07_a_directory_replaced_by_a_new_one_is_detected() {
    let home = Home::with(&["meridian"], by_events());
    let rules = home.dir.path().join("rules");
    write(&home.dir.path().join("next/meridian"), "2", "");
    fs::rename(&rules, home.dir.path().join("old")).unwrap();
    fs::rename(home.dir.path().join("next"), &rules).unwrap();
    home.until_tag("meridian", "2");
    // The old directory is written to, under the name that watches knew: that is no change.
    write(&home.dir.path().join("old/meridian"), "9", "");
    home.save("meridian", "3", "");
    home.until_tag("meridian", "3");
    assert!(was_never_mixed(&home));
}

#[test]
fn fault_08_what_cannot_be_read_keeps_the_last_good() {
    let home = Home::with(&["meridian"], by_events());
    let folder = home.vendor_directory("meridian");
    // A link to nowhere, a link to itself, a directory in the place of a file.
    for target in ["nowhere", "factor_9.rhai"] {
        symlink(target, folder.join("factor_9.rhai")).unwrap();
        home.until_state("meridian", State::Degraded);
        fs::remove_file(folder.join("factor_9.rhai")).unwrap();
        home.until_state("meridian", State::Active);
    }
    fs::remove_file(folder.join("vendor.toml")).unwrap();
    fs::create_dir(folder.join("vendor.toml")).unwrap();
    home.until_state("meridian", State::Degraded);
    fs::remove_dir(folder.join("vendor.toml")).unwrap();
    home.save("meridian", "2", "");
    home.until_tag("meridian", "2");
    // No permission; whoever runs this as root may read all the same, and then nothing changes.
    let mode = |bits| fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(bits)).unwrap();
    mode(0o000);
    if fs::read_dir(&folder).is_err() {
        home.until_state("meridian", State::Degraded);
    }
    mode(0o755);
    home.save("meridian", "3", "");
    home.until_tag("meridian", "3");
}

#[test]
fn fault_08_no_descriptors_or_no_permission_keep_the_last_good_and_remove_no_vendor() {
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let home = Home::scripted(&source, by_polling());
    source.remove("meridian");
    source.fault(refusal(Code::FileUnreadable, "too many open files"));
    home.until_state("meridian", State::Degraded);
    assert!(!home.library.reload_now().is_success());
    source.fault(Findings::new());
    source.set("meridian", Sighting::Unreadable(refusal(Code::FileUnreadable, "permission denied")));
    home.until("the reason is told", |catalog| {
        catalog.vendor("meridian").is_some_and(|v| v.findings.iter().any(|f| f.message() == "permission denied"))
    });
    assert_eq!(home.tag("meridian").as_deref(), Some("1"));
    source.put("meridian", "2", "");
    home.until_tag("meridian", "2");
}

/// Wake-ups in the hand of the test: whether they can be armed, and when they come.
#[derive(Clone, Default)]
struct ByHand {
    is_refusing: Arc<AtomicBool>,
    armed: Arc<AtomicU64>,
    wake: Arc<Mutex<Option<WakeFn>>>,
}

type WakeFn = Arc<dyn Fn(Wake) + Send + Sync>;

impl Wakeups for ByHand {
    fn arm(&mut self, _: &[PathBuf], wake: WakeFn) -> Result<(), Findings> {
        self.armed.fetch_add(1, Ordering::Relaxed);
        *self.wake.lock().unwrap() = Some(wake);
        if self.is_refusing.load(Ordering::Relaxed) { Err(refusal(Code::WatchBlind, "no space left")) } else { Ok(()) }
    }
}

impl ByHand {
    fn tell(&self, told: Wake) {
        let wake = self.wake.lock().unwrap().clone().unwrap();
        wake(told);
    }
}

#[test]
fn fault_08_without_watches_left_the_interval_still_works_and_that_is_reported() {
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let hand = ByHand { is_refusing: Arc::new(true.into()), ..ByHand::default() };
    let home = Home::scripted(&source, Options { wakeups: Some(Box::new(hand)), ..by_polling() });
    source.put("meridian", "2", "");
    home.until_tag("meridian", "2");
    assert!(matches!(home.library.status().watching, Watching::Blind(findings) if findings.len() == 1));
}

#[test]
fn fault_09_a_syntax_error_is_shown_with_its_place() {
    let home = Home::with(&["meridian"], by_events());
    home.save("meridian", "2", "fn (");
    home.until_state("meridian", State::Degraded);
    let findings = home.state("meridian").findings;
    let place = &findings.iter().next().unwrap().places[0];
    assert_eq!(place.position().map(|at| at.line), Some(3));
    assert_eq!(home.tag("meridian").as_deref(), Some("1"));
}

#[test]
fn fault_10_a_semantic_error_is_refused() {
    let home = Home::with(&["meridian"], by_events());
    fs::remove_file(home.vendor_directory("meridian").join("factor_1.rhai")).unwrap();
    home.until_state("meridian", State::Degraded);
    home.save("meridian", "2", "refuse");
    home.until("the case failed", |catalog| {
        catalog.vendor("meridian").is_some_and(|v| v.findings.iter().any(|f| f.code() == Code::CaseFailed))
    });
    home.save("meridian", "2", "panic");
    home.until("the check died", |catalog| {
        catalog.vendor("meridian").is_some_and(|v| v.findings.iter().any(|f| f.code() == Code::CandidateDied))
    });
    assert_eq!(home.tag("meridian").as_deref(), Some("1"));
}

#[test]
fn fault_11_a_check_that_does_not_end_is_given_up_and_holds_up_no_other_vendor() {
    let (source, tagger, clock) = (Scripted::default(), Tagger::default(), Arc::new(TestClock::default()));
    source.put("meridian", "1", "");
    source.put("northwind", "1", "");
    let options = Options { limit: HANG, workers: 2, clock: clock.clone(), ..by_polling() };
    let (library, _) = Library::open(source.clone(), tagger.clone(), options);
    let home = Home::of(tempfile::tempdir().unwrap(), library);
    source.put("meridian", "2", HANGS);
    until("the check hangs", || tagger.gate.waiting() == 1);
    source.put("northwind", "2", "");
    assert!(home.library.reload_vendor("northwind").is_success());
    assert_eq!((home.tag("northwind").as_deref(), tagger.gate.waiting()), (Some("2"), 1));
    assert_eq!(home.state("meridian").state, State::Active, "it still has time");
    clock.put_forward(HANG);
    home.until_state("meridian", State::Degraded);
    assert_eq!(home.state("meridian").findings.iter().next().unwrap().code(), Code::CandidateSlow);
    source.put("meridian", "3", "");
    home.until_tag("meridian", "3");
    tagger.gate.open();
    until("the check ends", || tagger.gate.waiting() == 0);
    for _ in 0..3 {
        assert!(home.library.reload_now().is_success());
        assert_eq!(home.tag("meridian").as_deref(), Some("3"), "the verdict that came too late counts no more");
    }
}

#[test]
fn fault_11_checks_that_never_end_are_bounded_and_the_next_starts_when_one_does() {
    let (source, tagger, clock) = (Scripted::default(), Tagger::default(), Arc::new(TestClock::default()));
    source.put("meridian", "1", "");
    let options = Options { limit: HANG, clock: clock.clone(), ..by_polling() };
    let (library, _) = Library::open(source.clone(), tagger.clone(), options);
    for tag in 2..8 {
        source.put("meridian", &tag.to_string(), HANGS);
        let outcome = thread::scope(|scope| {
            let reloading = scope.spawn(|| library.reload_now());
            until("the check is given up", || {
                clock.put_forward(HANG / 4);
                reloading.is_finished()
            });
            reloading.join().unwrap()
        });
        assert!(!outcome.is_success(), "{outcome:?}");
    }
    assert!(tagger.validated.load(Ordering::Relaxed) <= 4, "the first, and two that hang at a time");
    tagger.gate.open();
    source.put("meridian", "8", "");
    until("the next is in use", || tag(&library.current(), "meridian").as_deref() == Some("8"));
}

#[test]
fn fault_12_a_bomb_goes_off_in_the_child_and_only_there() {
    let script = r#"PATH=/usr/bin:/bin
        if grep -q hangs; then tail /dev/zero || kill -ABRT $$; fi
        echo '{"schema":"quotient.findings/1","errors":0,"warnings":0,"findings":[]}'"#;
    let patient = ChildProcess { time: HANG, cpu_seconds: 300, ..ChildProcess::new(["/bin/sh", "-c", script]) };
    let child = ChildProcess { memory: 256 << 20, ..patient };
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let validator = Guarded { guard: child, validator: Tagger::default() };
    let (library, outcome) = Library::open(source.clone(), validator, Options { limit: HANG, ..by_polling() });
    assert!(outcome.is_success(), "{outcome:?}");
    source.put("meridian", "2", HANGS);
    let outcome = library.reload_now();
    assert_eq!(outcome.vendors["meridian"].findings.iter().next().unwrap().code(), Code::CandidateDied, "{outcome:?}");
    assert_eq!(outcome.vendors["meridian"].state, Some(State::Degraded));
    source.put("meridian", "3", "");
    assert!(library.reload_now().is_success());
}

#[test]
fn fault_13_flapping_is_bounded_and_ends_on_the_last_content() {
    let home = Home::with(
        &["meridian", "northwind"],
        Options { wakeups: Some(Box::new(Events::new())), ..Options::default() },
    );
    let before = home.library.status();
    let start = Instant::now();
    let saves = if is_full() { 3_000 } else { 300 };
    for n in 2..2 + saves {
        home.save("meridian", &n.to_string(), if n % 3 == 0 { "refuse" } else { "" });
        thread::sleep(ms(10));
    }
    home.save("meridian", "last", "");
    home.until_tag("meridian", "last");
    let status = home.library.status();
    // At most one in 100 ms, however long all of it took.
    let most = 10 * (start.elapsed().as_secs() + 1);
    assert!(status.published - before.published <= most, "{} of {most}", status.published);
    assert!(status.scans - before.scans <= most, "{} of {most}", status.scans);
}

#[test]
fn fault_14_byte_order_marks_line_ends_and_bytes_that_are_not_utf_8() {
    let home = Home::with(&["meridian"], by_events());
    let script = home.vendor_directory("meridian").join("factor_3.rhai");
    let good = "// revision 2\nfn assess(partner) { 1 }\n";
    home.save("meridian", "2", "");
    for harmless in [format!("\u{feff}{good}"), good.replace('\n', "\r\n")] {
        fs::write(&script, harmless).unwrap();
        home.until_tag("meridian", "2");
        home.until_state("meridian", State::Active);
    }
    let bad: [(&[u8], Code); 4] = [
        (b"// revision 2\n\xff\xfe", Code::VendorFile),
        (b"// revision 2\n\0\0\0\0", Code::VendorTorn),
        (b"", Code::VendorTorn),
        (&vec![b' '; (1 << 20) + 1], Code::FileTooLarge),
    ];
    for (bytes, code) in bad {
        fs::write(&script, bytes).unwrap();
        home.until(code.as_str(), |catalog| {
            catalog
                .vendor("meridian")
                .is_some_and(|v| v.state == State::Degraded && v.findings.iter().any(|finding| finding.code() == code))
        });
        assert_eq!(home.tag("meridian").as_deref(), Some("2"));
    }
    home.save("meridian", "3", "");
    home.until_tag("meridian", "3");
}

type Make = Box<dyn Fn(&Path)>;

#[test]
fn fault_15_special_files_in_the_directory_are_refused_and_never_opened() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::with(&["meridian"], by_events());
    let folder = home.vendor_directory("meridian");
    let mut strange: Vec<(&str, Make)> = vec![
        ("loop", Box::new(|path| symlink(".", path).unwrap())),
        (
            "fifo.rhai",
            Box::new(|path| {
                assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
            }),
        ),
        ("socket.rhai", Box::new(|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()))),
        ("zero.rhai", Box::new(|path| symlink("/dev/zero", path).unwrap())),
        ("outside.rhai", Box::new(|path| symlink("../../outside.rhai", path).unwrap())),
        (
            "a/b/c/d/e/f/deep.rhai",
            Box::new(|path| {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "x").unwrap();
            }),
        ),
    ];
    fs::write(home.dir.path().join("outside.rhai"), "// revision 1\n").unwrap();
    let not_text = std::ffi::OsStr::from_bytes(b"\xff.rhai");
    strange.push(("", Box::new(move |path| fs::write(path.join(not_text), "x").unwrap())));
    for (name, make) in strange {
        make(&folder.join(name));
        home.until_state("meridian", State::Degraded);
        fs::remove_dir_all(&folder).unwrap();
        home.save("meridian", "1", "");
        home.until_state("meridian", State::Active);
    }
    // What is no rule, and what cannot be a vendor's name, is nobody's business.
    fs::write(folder.join("..notes"), "x").unwrap();
    fs::write(folder.join("Café\u{301}.txt"), "x").unwrap();
    fs::create_dir(home.dir.path().join("rules/.git")).unwrap();
    fs::create_dir(home.dir.path().join("rules/Not A Vendor")).unwrap();
    let outcome = home.library.reload_now();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.vendors.len(), 1);
}

#[test]
fn fault_15_ten_thousand_files_are_refused() {
    let home = Home::with(&["meridian", "northwind"], by_events());
    let folder = home.vendor_directory("meridian");
    for n in 0..if is_full() { 10_000 } else { 2_500 } {
        fs::write(folder.join(format!("n{n}.csv")), "a").unwrap();
    }
    let outcome = home.library.reload_now();
    assert!(!outcome.is_success() && home.state("northwind").state == State::Active);
    home.until_state("meridian", State::Degraded);
    assert!(home.state("meridian").findings.len() <= 201);
}

/// The wall clock of somebody who sets it wrong.
struct Jumping(SystemClock, AtomicI64);

impl Clock for Jumping {
    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn wall(&self) -> DateTime<Utc> {
        let days = self.1.fetch_add(1, Ordering::Relaxed) % 3 - 1;
        self.0.wall() + chrono::TimeDelta::days(days)
    }
}

#[test]
fn fault_16_neither_clocks_nor_times_of_files_decide_anything() {
    let clock = Arc::new(Jumping(SystemClock::default(), AtomicI64::new(0)));
    let home = Home::with(&["meridian"], Options { clock, ..by_polling() });
    let manifest = home.vendor_directory("meridian").join("vendor.toml");
    let old = fs::metadata(&manifest).unwrap().modified().unwrap();
    let times = [old, SystemTime::UNIX_EPOCH, SystemTime::now() + Duration::from_secs(86_400 * 365)];
    for (tag, time) in ["2", "3", "4"].into_iter().zip(times) {
        // The same length and the same time as before: only the content tells.
        home.save("meridian", tag, "");
        for (name, _) in texts("", "") {
            let file = File::options().write(true).open(home.vendor_directory("meridian").join(name)).unwrap();
            file.set_modified(time).unwrap();
        }
        home.until_tag("meridian", tag);
    }
}

#[test]
fn fault_17_a_watcher_that_loses_events_or_dies_is_renewed() {
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let hand = ByHand::default();
    let home = Home::scripted(&source, Options { wakeups: Some(Box::new(hand.clone())), ..by_events() });
    assert_eq!(hand.armed.load(Ordering::Relaxed), 1);
    for (n, tag) in ["2", "3", "4"].into_iter().enumerate() {
        source.put("meridian", tag, "");
        hand.tell(Wake::Lost("events were lost".to_owned()));
        home.until_tag("meridian", tag);
        home.until("watched again", |_| hand.armed.load(Ordering::Relaxed) == n as u64 + 2);
        assert_eq!(home.library.status().watching, Watching::Events);
    }
    // A storm of wake-ups fills nothing.
    for _ in 0..200_000 {
        hand.tell(Wake::Changed);
    }
    source.put("meridian", "5", "");
    hand.tell(Wake::Changed);
    home.until_tag("meridian", "5");
}

#[test]
fn fault_17_a_watcher_that_is_silently_dead_is_found_out_by_the_interval() {
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let hand = ByHand::default();
    let home = Home::scripted(&source, Options { wakeups: Some(Box::new(hand.clone())), ..by_polling() });
    for n in 2..5 {
        source.put("meridian", &n.to_string(), "");
        home.until_tag("meridian", &n.to_string());
    }
    let status = home.library.status();
    assert!(status.missed >= 3 && hand.armed.load(Ordering::Relaxed) >= 3, "{status:?}");
    assert!(matches!(status.watching, Watching::Blind(_)), "{status:?}");
}

#[test]
fn fault_17_a_source_that_panics_is_a_fault_and_not_the_end() {
    struct Panics(Scripted, Arc<AtomicBool>);
    impl Source for Panics {
        fn scan(&mut self) -> Scan {
            assert!(!self.1.load(Ordering::Relaxed), "asked to");
            self.0.scan()
        }
    }
    let (source, is_panicking) = (Scripted::default(), Arc::new(AtomicBool::new(false)));
    source.put("meridian", "1", "");
    let panics = Panics(source.clone(), Arc::clone(&is_panicking));
    let (library, _) = Library::open(panics, Tagger::default(), by_polling());
    is_panicking.store(true, Ordering::Relaxed);
    let outcome = library.reload_now();
    assert!(!outcome.faults.is_empty() && outcome.vendors["meridian"].state == Some(State::Degraded), "{outcome:?}");
    is_panicking.store(false, Ordering::Relaxed);
    assert!(library.reload_now().is_success());
}

#[test]
fn fault_18_where_events_never_come_the_interval_does() {
    let home = Home::with(&["meridian"], by_polling());
    for tag in ["2", "3"] {
        home.save("meridian", tag, "");
        home.until_tag("meridian", tag);
    }
    assert_eq!(home.library.status().watching, Watching::Polling);
}

#[test]
fn fault_19_after_a_broken_revision_the_next_good_one_loads_every_time() {
    let home = Home::with(&["meridian"], by_events());
    for round in 0..if is_full() { 100 } else { 4 } {
        home.save("meridian", &format!("b{round}"), "refuse");
        home.until_state("meridian", State::Degraded);
        home.save("meridian", &format!("g{round}"), "");
        home.until_tag("meridian", &format!("g{round}"));
    }
}

#[test]
fn fault_20_a_deleted_vendor_is_gone_and_reported_and_comes_back() {
    let home = Home::with(&["meridian", "northwind"], by_events());
    let notices = home.library.subscribe(16);
    fs::remove_dir_all(home.vendor_directory("meridian")).unwrap();
    home.until("meridian is gone", |catalog| catalog.vendor("meridian").is_none());
    let notice = notices.recv_timeout(HANG).unwrap();
    assert_eq!((&*notice.change.vendor, notice.change.attempt.outcome), ("meridian", Outcome::Gone));
    assert!(home.library.current().departed().contains_key("meridian"));
    // What is gone and comes back broken must not bring the old rules back.
    home.save("meridian", "2", "refuse");
    home.until_state("meridian", State::Failed);
    home.save("meridian", "3", "");
    home.until_tag("meridian", "3");
    assert_eq!(home.tag("northwind").as_deref(), Some("1"));
}

#[test]
fn fault_20_an_empty_directory_is_broken_and_not_gone() {
    let home = Home::with(&["meridian"], by_events());
    for (name, _) in texts("", "") {
        fs::remove_file(home.vendor_directory("meridian").join(name)).unwrap();
    }
    home.until_state("meridian", State::Degraded);
    assert_eq!(home.tag("meridian").as_deref(), Some("1"));
}

#[test]
fn fault_21_what_was_renamed_is_no_longer_known_under_its_old_name() {
    let home = Home::with(&["meridian"], by_events());
    let folder = home.vendor_directory("meridian");
    fs::rename(folder.join("factor_0.rhai"), folder.join("history.rhai")).unwrap();
    home.until("the new name", |catalog| {
        let active = catalog.active("meridian").unwrap();
        active.files.get(Room::Rules, "history.rhai").is_some()
            && active.files.get(Room::Rules, "factor_0.rhai").is_none()
    });
    fs::rename(&folder, home.vendor_directory("solstice")).unwrap();
    home.until_tag("solstice", "1");
    home.until("the old vendor is gone", |catalog| catalog.vendor("meridian").is_none());
}

#[test]
fn fault_22_a_broken_vendor_touches_no_other() {
    let home = Home::with(&["meridian", "northwind"], by_events());
    home.save("meridian", "2", "panic");
    home.save("northwind", "2", "");
    home.until_tag("northwind", "2");
    home.until_state("meridian", State::Degraded);
    let outcome = home.library.reload_now();
    assert!(!outcome.is_success());
    assert_eq!(outcome.vendors["northwind"].state, Some(State::Active));
}

#[test]
fn fault_23_stopping_in_the_middle_of_a_reload_notifies_waiting_callers() {
    let (source, tagger) = (Scripted::default(), Tagger::default());
    source.put("meridian", "1", "");
    let options = Options { limit: HANG, ..by_polling() };
    let (library, _) = Library::open(source.clone(), tagger.clone(), options);
    let library = Arc::new(library);
    source.put("meridian", "2", HANGS);
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let library = Arc::clone(&library);
            thread::spawn(move || library.reload_now())
        })
        .collect();
    until("the check hangs", || tagger.gate.waiting() == 1);
    library.stop();
    assert_eq!(tagger.gate.waiting(), 1, "stopping does not wait for the check");
    assert!(waiting.into_iter().all(|thread| thread.join().unwrap().is_stopped));
    tagger.gate.open();
    assert_eq!(tag(&library.current(), "meridian").as_deref(), Some("1"), "what is in use stays");
    assert!(library.reload_now().is_stopped && library.status().is_stopped);
    assert!(library.unpin("meridian", "", None).is_err());
    library.stop();
}

// Fault 24, a thousand reloads, is in `endurance`.

#[test]
fn fault_25_a_person_goes_back_to_an_earlier_revision() {
    let home = Home::with(&["meridian"], by_events());
    let first = home.state("meridian").revision().unwrap().to_owned();
    home.save("meridian", "2", "");
    home.until_tag("meridian", "2");
    home.library.roll_back("meridian", &first, "wrong ceilings", Some("ana")).unwrap();
    assert_eq!((home.tag("meridian").as_deref(), home.state("meridian").state), (Some("1"), State::Active));
    assert!(home.library.reload_now().is_success());
    assert_eq!(home.tag("meridian").as_deref(), Some("1"), "the directory has not changed");
    let last = home.state("meridian").history.back().unwrap().clone();
    assert_eq!(
        (last.outcome, last.reason.as_deref(), last.who.as_deref()),
        (Outcome::RolledBack, Some("wrong ceilings"), Some("ana"))
    );
    home.save("meridian", "3", "");
    home.until_tag("meridian", "3");
    assert_eq!(home.library.past("meridian", &first).unwrap().plugin.tag, "1", "an old decision can be made again");
    for (vendor, revision) in [("meridian", "0".repeat(64)), ("merdian", first.clone()), ("../x", first)] {
        assert!(home.library.roll_back(vendor, &revision, "", None).is_err());
    }
    assert!(home.library.unpin("merdian", "", None).unwrap_err().iter().next().unwrap().advice().contains("meridian"));
}

#[test]
fn fault_26_a_requested_reload_returns_what_really_came_of_it() {
    let home = Home::with(
        &["meridian"],
        Options { pace: Pace { poll: Duration::from_secs(120), ..Pace::default() }, ..Options::default() },
    );
    home.save("meridian", "2", "refuse");
    for _ in 0..2 {
        let outcome = home.library.reload_now();
        let meridian = &outcome.vendors["meridian"];
        assert!(!outcome.is_success() && meridian.is_complete);
        assert_eq!((meridian.state, meridian.findings.error_count()), (Some(State::Degraded), 1));
    }
    home.save("meridian", "3", "");
    let outcome = home.library.reload_now();
    assert!(outcome.is_success() && outcome.vendors["meridian"].is_changed);
    assert_eq!(home.tag("meridian").as_deref(), Some("3"));
    let outcome = home.library.reload_now();
    assert!(outcome.is_success() && !outcome.vendors["meridian"].is_changed);
    fs::remove_dir_all(home.vendor_directory("meridian")).unwrap();
    let outcome = home.library.reload_now();
    assert_eq!((outcome.vendors["meridian"].state, outcome.vendors["meridian"].is_changed), (None, true));
    assert!(!home.library.reload_vendor("merdian").is_success(), "there is no such vendor");
}

#[test]
fn fault_26_requests_at_the_same_time_share_a_pass() {
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let tagger = Tagger::default();
    let pace = Pace { poll: HANG, ..Pace::default() };
    let options = Options { pace, limit: HANG, ..Options::default() };
    let (library, _) = Library::open(source.clone(), tagger.clone(), options);
    let library = Arc::new(library);
    let scans = library.status().scans;
    source.put("meridian", "2", HANGS);
    let asking = Arc::new(AtomicU64::new(0));
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let (library, asking) = (Arc::clone(&library), Arc::clone(&asking));
            thread::spawn(move || {
                asking.fetch_add(1, Ordering::Relaxed);
                library.reload_now()
            })
        })
        .collect();
    until("all ask while the check goes on", || asking.load(Ordering::Relaxed) == 50 && tagger.gate.waiting() == 1);
    tagger.gate.open();
    assert!(waiting.into_iter().all(|thread| thread.join().unwrap().is_success()));
    assert_eq!(tagger.validated.load(Ordering::Relaxed), 2, "one for each revision");
    // A pass of its own takes two scans at least; who asks a moment late may begin another.
    assert!(library.status().scans - scans < 50, "{}", library.status().scans - scans);
}

#[test]
fn a_requested_reload_of_a_directory_that_never_settles_ends_and_says_so() {
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let (library, _) = Library::open(source.clone(), Tagger::default(), by_polling());
    source.set("meridian", Sighting::Moving);
    let outcome = library.reload_now();
    assert!(!outcome.is_success() && !outcome.vendors["meridian"].is_complete);
    assert_eq!(outcome.vendors["meridian"].state, Some(State::Active));
}

#[test]
fn a_slow_subscriber_learns_how_much_it_missed_and_blocks_no_other() {
    let source = Scripted::default();
    source.put("meridian", "1", "");
    let (library, _) = Library::open(source.clone(), Tagger::default(), by_polling());
    let (slow, gone) = (library.subscribe(1), library.subscribe(1));
    drop(gone);
    for tag in 2..6 {
        source.put("meridian", &tag.to_string(), "");
        assert!(library.reload_now().is_success());
    }
    assert_eq!(slow.recv().unwrap().missed, 0);
    source.put("meridian", "6", "");
    library.reload_now();
    assert_eq!(slow.recv().unwrap().missed, 3, "3, 4 and 5");
}

#[test]
fn reading_is_not_a_change_and_neighbours_are_ignored() {
    let home = Home::with(&["meridian"], by_events());
    let mut before = home.library.status();
    until("the folders rest", || {
        thread::sleep(ms(300));
        let earlier = std::mem::replace(&mut before, home.library.status());
        earlier.scans == before.scans
    });
    let neighbour = home.dir.path().join("state");
    for n in 0..20 {
        write(&neighbour, &n.to_string(), "");
        drop(fs::read(home.vendor_directory("meridian").join("vendor.toml")).unwrap());
        thread::sleep(ms(10));
    }
    thread::sleep(ms(100));
    let after = home.library.status();
    assert_eq!((after.scans, after.rearmed, after.watching), (before.scans, before.rearmed, Watching::Events));
}

#[test]
fn rules_and_policies_of_a_vendor_are_one_revision() {
    let home = Home::with(&["meridian"], by_events());
    let first = home.state("meridian").revision().unwrap().to_owned();
    let policies = home.dir.path().join("policies/meridian");
    fs::create_dir_all(&policies).unwrap();
    fs::write(policies.join("tier.toml"), "# revision 1\n").unwrap();
    home.until("the policy counts", |catalog| {
        catalog.vendor("meridian").is_some_and(|v| v.disk.as_deref().is_some_and(|disk| *disk != *first))
    });
    // Rules of a vendor go, its policies stay: it is another revision of the same vendor, and nobody is gone.
    fs::remove_dir_all(home.vendor_directory("meridian")).unwrap();
    home.until_state("meridian", State::Degraded);
    fs::remove_dir_all(&policies).unwrap();
    home.until("both are gone", |catalog| catalog.vendor("meridian").is_none());
}

#[test]
fn fault_13_a_vendor_that_never_rests_does_not_hold_up_one_that_does() {
    let home = Home::with(&["meridian", "northwind"], by_events());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 2.. {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                home.save("meridian", &n.to_string(), "");
                thread::sleep(ms(5));
            }
        });
        thread::sleep(ms(300));
        home.save("northwind", "2", "");
        let end = Instant::now() + HANG;
        let is_in_use = || home.tag("northwind").as_deref() == Some("2");
        while !is_in_use() && Instant::now() < end {
            thread::sleep(ms(2));
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(is_in_use(), "{:?}", home.library.status());
    });
}
