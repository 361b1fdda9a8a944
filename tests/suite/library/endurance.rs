//! A thousand reloads leave nothing behind: memory, descriptors and threads stay where they are.
#![cfg(target_os = "linux")]

use super::*;
use quotient::library::Archive;

/// Set in the process that a test runs alone in.
const ALONE: &str = "QUOTIENT_TEST_ALONE";

/// Runs a test of this binary in a process of its own, so that no other test moves the figures.
fn alone(name: &str) {
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new(program)
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    println!("{text}");
}

#[derive(Debug, Clone, Copy)]
struct Figures {
    kibibytes: u64,
    threads: u64,
    descriptors: usize,
}

fn figures() -> Figures {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let of = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
    };
    let descriptors = fs::read_dir("/proc/self/fd").unwrap().count();
    Figures { kibibytes: of("VmRSS:"), threads: of("Threads:"), descriptors }
}

#[test]
fn fault_24_a_thousand_reloads_leave_memory_descriptors_and_threads_as_they_were() {
    alone("library::endurance::a_thousand_reloads");
}

#[test]
fn a_thousand_reloads() {
    if std::env::var_os(ALONE).is_none() {
        return; // run by `fault_24` in a process of its own
    }
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("rules/meridian"), "1", "");
    write(&dir.path().join("rules/northwind"), "1", "");
    let pace = Pace { quiet: ms(1), max_wait: ms(2_000), poll: Duration::from_secs(600), least: ms(1) };
    // Each archived reload waits for the disk four times; the short form leaves that out.
    let archive = if is_full() { Archive::open(&dir.path().join("state")).unwrap() } else { Archive::in_memory() };
    let options = Options { pace, gap: ms(1), archive, wakeups: Some(Box::new(Events::new())), ..Options::default() };
    let mut home = Home::at(dir, options);
    let reload = |n: u64| {
        // A new directory in the place of the old one: content, refusals and watches all change.
        let (folder, next) = (home.vendor_directory("meridian"), home.dir.path().join("next"));
        write(&next, &n.to_string(), if n.is_multiple_of(4) { "refuse" } else { "" });
        fs::rename(&folder, home.dir.path().join("old")).unwrap();
        fs::rename(&next, &folder).unwrap();
        fs::remove_dir_all(home.dir.path().join("old")).unwrap();
        let outcome = home.library.reload_now();
        assert_eq!(outcome.is_success(), !n.is_multiple_of(4), "{outcome:?}");
    };
    (2..200).for_each(reload);
    thread::sleep(ms(100));
    let before = figures();
    (200..1_202).for_each(reload);
    until("threads and descriptors are as before", || {
        let now = figures();
        (now.threads, now.descriptors) == (before.threads, before.descriptors)
    });
    let after = figures();
    println!("before {before:?}, after {after:?}, {:?}", home.library.status());
    assert!(after.kibibytes <= before.kibibytes + before.kibibytes / 10, "{before:?} {after:?}");
    assert!(home.finish() > 1_000);
}

#[test]
fn every_save_beside_a_hundred_files_is_judged() {
    let home = Home::with(&["meridian"], Options { wakeups: Some(Box::new(Events::new())), ..Options::default() });
    let more = home.vendor_directory("meridian").join("tables");
    fs::create_dir(&more).unwrap();
    for n in 0..95 {
        fs::write(more.join(format!("t{n}.toml")), "# revision 1\n".repeat(100)).unwrap();
    }
    home.until("the tables are seen", |catalog| catalog.generation() > 1);
    let mut delays = Vec::new();
    for n in 0..if is_full() { 100 } else { 5 } {
        let before = home.library.current().generation();
        let start = Instant::now();
        fs::write(home.vendor_directory("meridian").join("factor_0.rhai"), format!("// revision {n}\nrefuse\n"))
            .unwrap();
        home.until("it is judged", |catalog| catalog.generation() > before);
        delays.push(start.elapsed());
    }
    // How long it may take is measured by the bench `reload`, alone on the machine.
    println!("from save to verdict: {delays:?}");
}
