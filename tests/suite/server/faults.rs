//! The faults that file systems, people and scripts are known for, against the real server: real rules, checks in a
//! child process, and requests that go on all the time.
//!
//! For every fault: each request is decided (or told that the vendor is not there, where it was taken away), what is in
//! an answer is what the files of the revision in its head say, what is in use at the end is right, the state and the
//! findings are right, and another vendor notices nothing.
//!
//! `QUOTIENT_FULL=1` gives the long forms. These stay in `library::faults`, because they cannot be done from outside:
//!
//! | fault | why | test there |
//! | --- | --- | --- |
//! | 8, EMFILE, EACCES | the whole server would have no descriptors; root may read everything | `fault_08_no_descriptors_or_no_permission_…` |
//! | 8, ENOSPC of watches | it is a limit of the machine | `fault_08_without_watches_left_…` |
//! | 16, the wall clock jumps | it belongs to the machine | `fault_16_neither_clocks_nor_times_…` |
//! | 17, watcher killed, events lost | it is a thread inside the process | `fault_17_…` |

#![cfg(unix)]

use super::http::{ask, get, post};
use super::load::{Load, Manner, anything};
use super::running::{Home, Running, copy};
use crate::patience::{HANG, is_full};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A vendor that was taken away, or came back broken.
const AWAY: &[&str] = &["vendor_unknown", "vendor_failed"];
/// The two files whose numbers show in an answer.
const NUMBERED: [&str; 2] = ["history.rhai", "pipeline_coverage.rhai"];

/// Files of a vendor whose answers show `number` twice, from two files.
fn texts(number: u64) -> Vec<(String, String)> {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/meridian");
    let mut texts = Vec::new();
    for entry in fs::read_dir(template).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let text = fs::read_to_string(entry.path()).unwrap();
            let text = text
                .replace("last year ${", &format!("number {number}. last year ${{"))
                .replace("no pipeline to compare with", &format!("number {number}. no pipeline"));
            texts.push((entry.file_name().into_string().unwrap(), text));
        }
    }
    texts.sort();
    texts
}

fn text(name: &str, number: u64) -> String {
    texts(number).into_iter().find(|(file, _)| file == name).unwrap().1
}

/// Writes the files of a vendor into `folder`, one after the other, in place.
fn write(folder: &Path, number: u64) {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in texts(number) {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// The number that a text carries.
fn number_in(text: &str) -> Option<u64> {
    let rest = text.split_once("number ")?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The numbers of an answer: of `history.rhai` and of `pipeline_coverage.rhai`.
fn numbers(answer: &Value) -> Option<(u64, u64)> {
    let factors = answer["lines"][0]["factors"].as_array()?;
    let of = |name: &str| {
        let factor = factors.iter().find(|factor| factor["name"] == name)?;
        number_in(factor["because"].as_str()?)
    };
    Some((of("history")?, of("pipeline_coverage")?))
}

/// Holds every answer against the files of the revision in its head.
fn judge(
    address: SocketAddr,
    vendor: &str,
    is_one_number: bool,
) -> impl Fn(&str, &Value) -> Result<(), String> + Send + 'static {
    let known: std::sync::Mutex<BTreeMap<String, (u64, u64)>> = Default::default();
    let path = format!("/v1/vendors/{vendor}/revisions");
    move |revision, answer| {
        if answer["revision"] != revision {
            return Err(format!("the head says {revision}, the body {}", answer["revision"]));
        }
        let Some(told) = numbers(answer) else { return Err(format!("no numbers: {answer}")) };
        let mut known = known.lock().unwrap();
        let right = *known.entry(revision.to_owned()).or_insert_with(|| {
            // A revision that is past already may have to wait its turn; then the first answer counts.
            let files = get(address, &format!("{path}/{revision}")).unwrap().json();
            let text = |name: &str| {
                let file = files["files"].as_array()?.iter().find(|f| f["path"].as_str().unwrap().ends_with(name))?;
                number_in(file["text"].as_str()?)
            };
            text(NUMBERED[0]).zip(text(NUMBERED[1])).unwrap_or(told)
        });
        if told != right {
            return Err(format!("{revision} has {right:?}, the answer {told:?}"));
        }
        if is_one_number && told.0 != told.1 {
            return Err(format!("{revision} is mixed: {told:?}"));
        }
        Ok(())
    }
}

/// A server with vendors of number 1, beside the shipped vendor `halcyon`.
struct Stage {
    home: Home,
    server: Running,
}

type Fault = fn(&Stage, &str);

impl Stage {
    fn new(vendors: &[&str], more: &[&str]) -> Self {
        let home = Home::new();
        for part in ["rules/meridian", "policies/meridian"] {
            fs::remove_dir_all(home.path(part)).unwrap();
        }
        vendors.iter().for_each(|vendor| write(&home.path("rules").join(vendor), 1));
        let server = home.serve(more);
        Self { home, server }
    }

    fn folder(&self, vendor: &str) -> PathBuf {
        self.home.path("rules").join(vendor)
    }

    /// Saves all files of a vendor, each whole.
    fn save(&self, vendor: &str, number: u64) {
        for name in NUMBERED {
            self.save_text(vendor, name, &text(name, number));
        }
    }

    fn save_text(&self, vendor: &str, name: &str, text: &str) {
        self.home.save(&format!("rules/{vendor}/{name}"), text);
    }

    fn assess(&self, vendor: &str) -> (u16, Value) {
        let path = format!("/v1/vendors/{vendor}/assessments");
        let answer = post(self.server.address, &path, &super::hostile::assessment("P1")).unwrap();
        (answer.status, answer.json())
    }

    /// Waits until the vendor decides with `number` and is active.
    fn until(&self, vendor: &str, number: u64) {
        let start = Instant::now();
        loop {
            let (status, answer) = self.assess(vendor);
            if status == 200 && numbers(&answer) == Some((number, number)) {
                break;
            }
            assert!(start.elapsed() < HANG, "{vendor} never got to {number}: {status} {answer}");
            thread::sleep(ms(20));
        }
        let vendor = self.server.vendor(vendor, |vendor| vendor["state"] == "active");
        assert_eq!((&vendor["findings"], &vendor["revision"]), (&json!([]), &vendor["disk_revision"]));
    }

    /// Waits until the vendor is in `state` with a finding of this code, and `number` is in use.
    fn until_found(&self, vendor: &str, state: &str, code: &str, number: u64) -> Value {
        let has = |vendor: &Value| {
            let findings = vendor["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
            vendor["state"] == state && findings.iter().any(|finding| finding["code"] == code)
        };
        let found = self.server.vendor(vendor, has);
        assert_eq!(numbers(&self.assess(vendor).1), Some((number, number)), "the last good stays in use");
        found
    }

    fn reload(&self, vendor: &str) -> Value {
        let answer = ask(self.server.address, "POST", &format!("/v1/vendors/{vendor}/reload"), &[], b"").unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    fn health(&self) -> Value {
        get(self.server.address, "/health").unwrap().json()
    }
}

/// Runs faults at the same time, each on a vendor of its own, with requests for all of them and for `halcyon`.
fn run(faults: &[(&str, Fault, &'static [&'static str])], more: &[&str]) {
    let vendors: Vec<&str> = faults.iter().map(|(vendor, _, _)| *vendor).collect();
    let stage = Stage::new(&vendors, more);
    let address = stage.server.address;
    let before = stage.server.vendor("halcyon", |_| true);
    let other = Load::start(address, "halcyon", Manner::default(), anything);
    thread::scope(|scope| {
        for (vendor, fault, allowed) in faults {
            let stage = &stage;
            scope.spawn(move || {
                let start = Instant::now();
                let is_one_number = !matches!(*vendor, "f01" | "f02" | "f03" | "f06" | "f13" | "f16");
                let manner = Manner { allowed, ..Manner::default() };
                let load = Load::start(address, vendor, manner, judge(address, vendor, is_one_number));
                fault(stage, vendor);
                thread::sleep(ms(100));
                let count = load.end();
                println!("{vendor}: {count} requests in {:?}", start.elapsed());
            });
        }
    });
    other.end();
    assert_eq!(stage.server.vendor("halcyon", |_| true), before, "another vendor notices nothing");
    assert!(!stage.server.log().contains("panicked"), "{}", stage.server.log());
    assert_eq!(stage.server.log().matches("failed on a mistake").count(), 0);
}

const NONE: &[&str] = &[];

#[test]
fn faults_of_saving_and_of_rules() {
    run(
        &[
            ("f01", fault_01_torn_writes, NONE),
            ("f02", fault_02_slow_copy, NONE),
            ("f03", fault_03_saves_of_editors, NONE),
            ("f09", fault_09_syntax, NONE),
            ("f10", fault_10_meaning, NONE),
        ],
        &[],
    );
}

#[test]
fn faults_of_directories_and_links() {
    run(
        &[
            ("f04", fault_04_config_map_swaps, AWAY),
            ("f06", fault_06_deleted_and_recreated, AWAY),
            ("f07", fault_07_renamed_away, AWAY),
            ("f08", fault_08_unreadable, NONE),
            ("f14", fault_14_bytes, NONE),
            ("f16", fault_16_times_of_files, NONE),
        ],
        &[],
    );
}

#[test]
fn faults_of_budgets_and_strange_files() {
    run(
        &[
            ("f11", fault_11_bomb_at_run_time, NONE),
            ("f12", fault_12_bomb_at_compile_time, NONE),
            ("f15", fault_15_strange_files, NONE),
            ("f19", fault_19_broken_and_fixed, NONE),
        ],
        &[],
    );
}

#[test]
fn faults_of_names_and_people() {
    run(
        &[
            ("f13", fault_13_flapping, NONE),
            ("f20", fault_20_deleted_and_added_again, AWAY),
            ("f21", fault_21_renamed, AWAY),
            ("f22", fault_22_one_broken_vendor, NONE),
            ("f25", fault_25_rollback, NONE),
        ],
        &[],
    );
}

#[test]
fn faults_where_nothing_is_noticed_by_itself() {
    run(
        &[("f24", fault_24_many_reloads, NONE), ("f26", fault_26_reload_reports_the_actual_outcome, NONE)],
        &["--no-events", "--poll", "3600"],
    );
}

#[test]
fn faults_where_events_never_come() {
    run(&[("f18", fault_18_no_events, NONE)], &["--no-events", "--poll", "1"]);
}

fn fault_01_torn_writes(stage: &Stage, vendor: &str) {
    for name in NUMBERED {
        let mut file = fs::File::create(stage.folder(vendor).join(name)).unwrap();
        for chunk in text(name, 2).as_bytes().chunks(24) {
            file.write_all(chunk).unwrap();
            thread::sleep(ms(10));
        }
    }
    stage.until(vendor, 2);
    // Cut at every byte; the rest comes a moment later.
    let whole = text(NUMBERED[0], 2);
    for cut in (0..whole.len()).step_by(if is_full() { 1 } else { 60 }) {
        let mut file = fs::File::create(stage.folder(vendor).join(NUMBERED[0])).unwrap();
        file.write_all(&whole.as_bytes()[..cut]).unwrap();
        thread::sleep(ms(30));
        file.write_all(&whole.as_bytes()[cut..]).unwrap();
        drop(file);
        thread::sleep(ms(10));
    }
    stage.until(vendor, 2);
}

fn fault_02_slow_copy(stage: &Stage, vendor: &str) {
    let (name, files) = ("f02-copied", texts(1));
    let folder = stage.folder(name);
    fs::create_dir(&folder).unwrap();
    for (file, text) in &files {
        fs::write(folder.join(file), text).unwrap();
        thread::sleep(ms(250));
        let is_whole = fs::read_dir(&folder).unwrap().count() == files.len();
        let seen = get(stage.server.address, &format!("/v1/vendors/{name}")).unwrap().json();
        assert!(is_whole || seen["state"] != "active", "in use before it is whole: {seen}");
    }
    stage.until(name, 1);
    // Over one that is in use.
    for (file, text) in texts(2) {
        fs::write(stage.folder(vendor).join(file), text).unwrap();
        thread::sleep(ms(60));
    }
    stage.until(vendor, 2);
}

fn fault_03_saves_of_editors(stage: &Stage, vendor: &str) {
    let folder = stage.folder(vendor);
    let save_all = |number: u64, save: &dyn Fn(&Path, &str)| {
        NUMBERED.iter().for_each(|name| save(&folder.join(name), &text(name, number)));
        stage.until(vendor, number);
    };
    // vim: renamed away, created, the backup removed.
    save_all(2, &|path, text| {
        let backup = path.with_file_name("4913~");
        fs::rename(path, &backup).unwrap();
        fs::write(path, text).unwrap();
        fs::remove_file(&backup).unwrap();
    });
    // VS Code and `sed -i`: a temporary file renamed over the old one.
    save_all(3, &|path, text| {
        let temporary = path.with_file_name("sedXy12");
        fs::write(&temporary, text).unwrap();
        fs::rename(&temporary, path).unwrap();
    });
    // Emacs: a lock that is a link to nowhere, and a backup.
    save_all(4, &|path, text| {
        let lock = path.with_file_name(format!(".#{}", path.file_name().unwrap().to_str().unwrap()));
        symlink("ana@host.1234", &lock).unwrap();
        fs::copy(path, path.with_extension("rhai~")).unwrap();
        fs::write(path, text).unwrap();
        fs::remove_file(&lock).unwrap();
    });
}

/// Lays a generation the way Kubernetes does: `..data` leads to the generation in use.
fn lay(volume: &Path, number: u64) {
    write(&volume.join(format!("..2026_{number}")), number);
    let draft = volume.join("..data_tmp");
    symlink(format!("..2026_{number}"), &draft).unwrap();
    fs::rename(&draft, volume.join("..data")).unwrap();
    drop(fs::remove_dir_all(volume.join(format!("..2026_{}", number - 1))));
}

/// A folder becomes a ConfigMap volume.
fn become_volume(folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
    fs::create_dir(folder).unwrap();
    lay(folder, 1);
    for (name, _) in texts(1) {
        symlink(format!("..data/{name}"), folder.join(name)).unwrap();
    }
}

fn fault_04_config_map_swaps(stage: &Stage, vendor: &str) {
    let folder = stage.folder(vendor);
    become_volume(&folder);
    let swaps = if is_full() { 100 } else { 8 };
    for number in 2..2 + swaps {
        lay(&folder, number);
        // Every third is overtaken by the next before it can settle.
        if number % 3 != 1 || number == 1 + swaps {
            stage.until(vendor, number);
        }
    }
}

fn fault_06_deleted_and_recreated(stage: &Stage, vendor: &str) {
    for number in [2, 3] {
        fs::remove_dir_all(stage.folder(vendor)).unwrap();
        write(&stage.folder(vendor), number);
        stage.until(vendor, number);
    }
}

fn fault_07_renamed_away(stage: &Stage, vendor: &str) {
    let (folder, old, next) = (stage.folder(vendor), stage.home.path("f07-old"), stage.home.path("f07-next"));
    write(&next, 2);
    fs::rename(&folder, &old).unwrap();
    fs::rename(&next, &folder).unwrap();
    stage.until(vendor, 2);
    // The old folder is written to, under the name that watches knew: that is no change.
    write(&old, 9);
    stage.save(vendor, 3);
    stage.until(vendor, 3);
}

fn fault_08_unreadable(stage: &Stage, vendor: &str) {
    use std::os::unix::fs::PermissionsExt;
    let folder = stage.folder(vendor);
    let strange = folder.join("strange.rhai");
    for target in ["nowhere", "strange.rhai"] {
        symlink(target, &strange).unwrap();
        stage.server.vendor(vendor, |vendor| vendor["state"] == "degraded");
        assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)));
        fs::remove_file(&strange).unwrap();
        stage.until(vendor, 1);
    }
    // A folder in the place of a file.
    let (manifest, aside) = (folder.join("vendor.toml"), stage.home.path("f08-aside"));
    fs::rename(&manifest, &aside).unwrap();
    fs::create_dir(&manifest).unwrap();
    let found = stage.server.vendor(vendor, |vendor| vendor["state"] == "degraded");
    assert!(found["findings"][0]["message"].is_string(), "{found}");
    fs::remove_dir(&manifest).unwrap();
    fs::rename(&aside, &manifest).unwrap();
    stage.until(vendor, 1);
    // No permission; whoever runs this as root may read all the same, and then nothing changes.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(&folder).is_err() {
        stage.server.vendor(vendor, |vendor| vendor["state"] == "degraded");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    stage.save(vendor, 2);
    stage.until(vendor, 2);
}

fn fault_09_syntax(stage: &Stage, vendor: &str) {
    let rule = text(NUMBERED[0], 2);
    stage.save_text(vendor, NUMBERED[0], &rule.replace("indicate(0.0)", "indicate(0.0"));
    let found = stage.until_found(vendor, "degraded", "script::syntax", 1);
    let finding = &found["findings"][0];
    let place = &finding["places"][0];
    assert!(place["file"].as_str().unwrap().ends_with("history.rhai") && place["line"].is_u64(), "{finding}");
    stage.save(vendor, 2);
    stage.until(vendor, 2);
}

fn fault_10_meaning(stage: &Stage, vendor: &str) {
    let (rule, manifest) = (text(NUMBERED[0], 1), text("vendor.toml", 1));
    let wrong = [
        ("history.rhai", rule.replace("fn assess(", "fn asses("), "script::entry_point"),
        ("vendor.toml", manifest.replace("history = 0.55", "history = 0.56"), "manifest::weights"),
        ("history.rhai", "fn assess(partner) { 1 }\n".to_owned(), "script::outcome"),
    ];
    for (name, text, code) in wrong {
        stage.save_text(vendor, name, &text);
        let found = stage.server.vendor(vendor, |vendor| vendor["state"] == "degraded");
        let codes: Vec<&str> =
            found["findings"].as_array().unwrap().iter().filter_map(|f| f["code"].as_str()).collect();
        assert!(codes.contains(&code), "{name}: {codes:?}");
        assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)));
        stage.save_text(vendor, name, if name == "vendor.toml" { &manifest } else { &rule });
        stage.until(vendor, 1);
    }
    // A case of the vendor's own that no longer holds.
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/meridian/cases/history.toml");
    fs::create_dir(stage.folder(vendor).join("cases")).unwrap();
    fs::copy(cases, stage.folder(vendor).join("cases/history.toml")).unwrap();
    stage.until(vendor, 1);
    stage.save_text(vendor, NUMBERED[0], &text(NUMBERED[0], 2).replace("PER_HEAD = 0.02", "PER_HEAD = 0.03"));
    stage.until_found(vendor, "degraded", "case::failed", 1);
    stage.save(vendor, 3);
    stage.until(vendor, 3);
}

fn fault_11_bomb_at_run_time(stage: &Stage, vendor: &str) {
    let rule = text(NUMBERED[0], 1);
    let endless = rule.replace("let prior", "let n = 0; loop { n += 1; }\n    let prior");
    let big = rule.replace("let prior", "let n = []; loop { n.push(`0123456789${n.len()}`); }\n    let prior");
    for bomb in [endless, big] {
        stage.save_text(vendor, NUMBERED[0], &bomb);
        let found = stage.server.vendor(vendor, |vendor| vendor["state"] == "degraded");
        assert!(!found["findings"].as_array().unwrap().is_empty(), "{found}");
        assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)));
        stage.save_text(vendor, NUMBERED[0], &rule);
        stage.until(vendor, 1);
    }
}

fn fault_12_bomb_at_compile_time(stage: &Stage, vendor: &str) {
    let rule = text(NUMBERED[0], 1);
    let doubling: String = (1..40).map(|n| format!("const A{n} = [A{}, A{}];\n", n - 1, n - 1)).collect();
    let parameters: Vec<String> = (0..7_000).map(|n| format!("p{n}")).collect();
    // Many parameters are harmless where they are read within the time of one file, and refused where they are not.
    let bombs = [
        (true, format!("const A0 = 1;\n{doubling}{rule}")),
        (false, format!("{rule}\nfn more({}) {{ 1 }}\n", parameters.join(", "))),
        (true, format!("{rule}\nfn deep(a) {{ {}1{} }}\n", "(".repeat(20_000), ")".repeat(20_000))),
    ];
    for (must_be_refused, bomb) in bombs {
        let before = stage.server.vendor(vendor, |vendor| vendor["state"] == "active");
        stage.save_text(vendor, NUMBERED[0], &bomb);
        let is_judged = |vendor: &Value| match must_be_refused {
            true => vendor["state"] == "degraded",
            false => vendor["disk_revision"] != before["disk_revision"],
        };
        stage.server.vendor(vendor, is_judged);
        assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)));
        stage.save_text(vendor, NUMBERED[0], &rule);
        stage.server.vendor(vendor, |vendor| vendor["disk_revision"] == before["disk_revision"]);
        stage.until(vendor, 1);
    }
}

fn fault_13_flapping(stage: &Stage, vendor: &str) {
    let saves = if is_full() { 3_000 } else { 300 };
    let before = stage.health()["scans"].as_u64().unwrap();
    let (start, mut number) = (Instant::now(), 1);
    for _ in 0..saves {
        number += 1;
        match number % 3 {
            0 => stage.save_text(vendor, NUMBERED[0], "fn assess(partner) { "),
            _ => stage.save(vendor, number),
        }
        thread::sleep(ms(10));
    }
    number += 1;
    stage.save(vendor, number);
    stage.until(vendor, number);
    let (scans, took) = (stage.health()["scans"].as_u64().unwrap() - before, start.elapsed().as_secs());
    assert!(scans <= 10 * (took + 2), "{scans} scans in {took} s");
}

fn fault_14_bytes(stage: &Stage, vendor: &str) {
    let script = stage.folder(vendor).join(NUMBERED[0]);
    let good = text(NUMBERED[0], 1);
    for harmless in [format!("\u{feff}{good}"), good.replace('\n', "\r\n"), good.clone()] {
        fs::write(&script, harmless).unwrap();
        assert_eq!(stage.reload(vendor)["is_success"], true);
        stage.until(vendor, 1);
    }
    let bad: [(Vec<u8>, &str); 5] = [
        ([good.as_bytes(), b"// \xff\xfe\n"].concat(), "vendor::file"),
        ([good.as_bytes(), &[0; 64]].concat(), "vendor::torn"),
        (Vec::new(), "vendor::torn"),
        (vec![b' '; (1 << 20) + 1], "file::too_large"),
        (good.replace("// growth", "// \u{202e}growth").into_bytes(), "script::invisible"),
    ];
    for (bytes, code) in bad {
        fs::write(&script, bytes).unwrap();
        stage.until_found(vendor, "degraded", code, 1);
    }
    stage.save(vendor, 2);
    stage.until(vendor, 2);
}

type Make = Box<dyn Fn(&Path)>;

fn fault_15_strange_files(stage: &Stage, vendor: &str) {
    use std::os::unix::ffi::OsStrExt;
    let folder = stage.folder(vendor);
    fs::write(stage.home.path("outside.rhai"), "x").unwrap();
    let not_text = std::ffi::OsStr::from_bytes(b"\xff.rhai");
    let many = if is_full() { 10_000 } else { 1_000 };
    let strange: Vec<(&str, Make)> = vec![
        ("loop", Box::new(|path| symlink(".", path).unwrap())),
        ("fifo.rhai", Box::new(mkfifo)),
        ("socket.rhai", Box::new(|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()))),
        ("zero.rhai", Box::new(|path| symlink("/dev/zero", path).unwrap())),
        ("outside.rhai", Box::new(|path| symlink("../../outside.rhai", path).unwrap())),
        ("a/b/c/d/e/f", Box::new(|path| write(path, 1))),
        (".", Box::new(move |path| fs::write(path.join(not_text), "x").unwrap())),
        (
            "many",
            Box::new(move |path| {
                fs::create_dir(path).unwrap();
                (0..many).for_each(|n| fs::write(path.join(format!("n{n}.csv")), "a").unwrap());
            }),
        ),
    ];
    for (name, make) in strange {
        make(&folder.join(name));
        let start = Instant::now();
        stage.server.vendor(vendor, |vendor| vendor["state"] == "degraded");
        println!("{name}: told after {:?}", start.elapsed());
        assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)));
        // Put in its place at once, so that the vendor is never gone.
        let (next, old) = (stage.home.path("f15-next"), stage.home.path("f15-old"));
        write(&next, 1);
        drop(fs::remove_dir_all(&old));
        fs::rename(&folder, &old).unwrap();
        fs::rename(&next, &folder).unwrap();
        stage.until(vendor, 1);
    }
    // What is no rule, and what cannot be a vendor's name, is nobody's business.
    fs::write(folder.join("..notes"), "x").unwrap();
    fs::write(folder.join("Cafe\u{301}.txt"), "x").unwrap();
    fs::create_dir(stage.home.path("rules/Not A Vendor")).unwrap();
    assert_eq!(stage.reload(vendor)["is_success"], true);
    stage.until(vendor, 1);
}

fn mkfifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn fault_16_times_of_files(stage: &Stage, vendor: &str) {
    let old = fs::metadata(stage.folder(vendor).join(NUMBERED[0])).unwrap().modified().unwrap();
    let times = [old, SystemTime::UNIX_EPOCH, SystemTime::now() + Duration::from_secs(86_400 * 365)];
    for (number, time) in (2..).zip(times) {
        // The same length and the same time as before: only the content tells.
        for name in NUMBERED {
            let path = stage.folder(vendor).join(name);
            fs::write(&path, text(name, number)).unwrap();
            fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        }
        stage.until(vendor, number);
    }
}

fn fault_18_no_events(stage: &Stage, vendor: &str) {
    for number in [2, 3] {
        stage.save(vendor, number);
        stage.until(vendor, number);
    }
    assert_eq!(stage.health()["watching"], "polling");
}

fn fault_19_broken_and_fixed(stage: &Stage, vendor: &str) {
    for number in 2..2 + if is_full() { 100 } else { 4 } {
        stage.save_text(vendor, NUMBERED[0], "fn assess(partner) { ");
        stage.until_found(vendor, "degraded", "script::syntax", number - 1);
        stage.save(vendor, number);
        stage.until(vendor, number);
    }
}

fn fault_20_deleted_and_added_again(stage: &Stage, vendor: &str) {
    fs::remove_dir_all(stage.folder(vendor)).unwrap();
    let gone = stage.server.vendor(vendor, |vendor| vendor["status"] == 404);
    assert_eq!(gone["code"], "vendor_unknown");
    assert_eq!(stage.assess(vendor).1["code"], "vendor_unknown", "no old rule decides");
    // What is gone and comes back broken must not bring the old rules back.
    let next = stage.home.path("f20-next");
    write(&next, 2);
    fs::write(next.join(NUMBERED[0]), "fn assess(partner) { ").unwrap();
    fs::rename(&next, stage.folder(vendor)).unwrap();
    stage.server.vendor(vendor, |vendor| vendor["state"] == "failed");
    assert_eq!(stage.assess(vendor).1["code"], "vendor_failed");
    stage.save(vendor, 3);
    stage.until(vendor, 3);
}

fn fault_21_renamed(stage: &Stage, vendor: &str) {
    // A rule inside: its old name is known no more.
    let manifest = text("vendor.toml", 1).replace("history = 0.55", "tradition = 0.55");
    let weights = text("weights.rhai", 1).replace("history:", "tradition:");
    let next = stage.home.path("f21-next");
    write(&next, 1);
    fs::rename(next.join("history.rhai"), next.join("tradition.rhai")).unwrap();
    fs::write(next.join("vendor.toml"), manifest).unwrap();
    fs::write(next.join("weights.rhai"), weights).unwrap();
    fs::rename(&next, stage.folder("f21-inside")).unwrap();
    let factors = |answer: &Value| -> Vec<String> {
        let factors = answer["lines"][0]["factors"].as_array().cloned().unwrap_or_default();
        factors.iter().filter_map(|factor| factor["name"].as_str().map(str::to_owned)).collect()
    };
    stage.server.vendor("f21-inside", |vendor| vendor["state"] == "active");
    let answer = stage.assess("f21-inside").1;
    assert!(factors(&answer).contains(&"tradition".to_owned()), "{answer}");
    assert!(!factors(&answer).contains(&"history".to_owned()), "{answer}");
    // The vendor itself.
    fs::rename(stage.folder(vendor), stage.folder("f21-renamed")).unwrap();
    stage.until("f21-renamed", 1);
    stage.server.vendor(vendor, |vendor| vendor["status"] == 404);
    assert_eq!(stage.assess(vendor).1["code"], "vendor_unknown");
}

fn fault_22_one_broken_vendor(stage: &Stage, vendor: &str) {
    write(&stage.folder("f22-other"), 1);
    stage.until("f22-other", 1);
    stage.save_text(vendor, NUMBERED[0], "fn assess(partner) { loop { } }");
    stage.save("f22-other", 2);
    stage.until("f22-other", 2);
    stage.server.vendor(vendor, |vendor| vendor["state"] == "degraded");
    assert_eq!(stage.reload(vendor)["is_success"], false);
    assert_eq!(stage.reload("f22-other")["is_success"], true);
    stage.save(vendor, 2);
    stage.until(vendor, 2);
}

fn fault_24_many_reloads(stage: &Stage, vendor: &str) {
    let id = stage.server.id();
    let figures = || {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let of = |key: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        // Connections of the load come and go: only other descriptors are counted.
        let kinds = fs::read_dir(format!("/proc/{id}/fd")).unwrap();
        let kinds = kinds.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
        let descriptors = kinds.filter(|target| !target.to_string_lossy().starts_with("socket:")).count();
        (of("VmRSS:"), of("Threads:"), descriptors)
    };
    let reload = |number: u64| {
        // Every fourth is broken.
        match number % 4 {
            0 => stage.save_text(vendor, NUMBERED[0], "fn assess(partner) { "),
            _ => stage.save(vendor, number),
        }
        assert_eq!(stage.reload(vendor)["is_success"], !number.is_multiple_of(4));
    };
    let (first, last) = if is_full() { (100, 1_100) } else { (12, 32) };
    (2..first).for_each(reload);
    let (memory, threads, descriptors) = figures();
    (first..=last + 1).for_each(reload);
    thread::sleep(ms(200));
    let after = figures();
    println!("{vendor}: before {:?}, after {after:?}", (memory, threads, descriptors));
    assert!(after.0 <= memory + memory / 10 + 4_096, "{memory} KiB became {} KiB", after.0);
    // Threads of waiting reloads rest for a while before they end.
    assert!(after.1 <= threads + 2 && after.2 <= descriptors + 2, "{threads} {descriptors} {after:?}");
    stage.save(vendor, last + 2);
    stage.reload(vendor);
    stage.until(vendor, last + 2);
}

fn fault_25_rollback(stage: &Stage, vendor: &str) {
    let first = stage.server.vendor(vendor, |_| true)["revision"].clone();
    stage.save(vendor, 2);
    stage.until(vendor, 2);
    let decide = |reason: &str, revision: &Value| {
        let body = json!({"revision": revision, "reason": reason}).to_string();
        let path = format!("/v1/vendors/{vendor}/rollback");
        post(stage.server.address, &path, &body).unwrap()
    };
    assert_eq!(decide("x", &json!("0".repeat(64))).status, 404);
    let back = decide("wrong ceilings", &first);
    assert_eq!((back.status, &back.json()["revision"]), (200, &first), "{}", back.text());
    assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)));
    assert_eq!(stage.reload(vendor)["is_success"], true);
    assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)), "the folder has not changed");
    stage.save(vendor, 3);
    stage.until(vendor, 3);
}

fn fault_26_reload_reports_the_actual_outcome(stage: &Stage, vendor: &str) {
    stage.save_text(vendor, NUMBERED[0], "fn assess(partner) { ");
    for _ in 0..2 {
        let told = stage.reload(vendor);
        let told = (&told["is_success"], &told["vendors"][vendor]["state"], &told["vendors"][vendor]["findings"][0]);
        assert_eq!((told.0, told.1, &told.2["code"]), (&json!(false), &json!("degraded"), &json!("script::syntax")));
        assert_eq!(numbers(&stage.assess(vendor).1), Some((1, 1)));
    }
    stage.save(vendor, 2);
    assert_eq!(stage.reload(vendor)["vendors"][vendor]["is_changed"], true);
    assert_eq!(numbers(&stage.assess(vendor).1), Some((2, 2)), "in use when the answer comes");
    let again = stage.reload(vendor);
    assert_eq!((&again["is_success"], &again["vendors"][vendor]["is_changed"]), (&json!(true), &json!(false)));
    assert_eq!(ask(stage.server.address, "POST", "/v1/vendors/nobody/reload", &[], b"").unwrap().status, 404);
}

#[test]
fn fault_05_a_link_to_the_current_release_is_followed_and_fault_06_so_is_a_root_that_comes_back() {
    let home = Home::new();
    let rules = |release: u64| home.path(&format!("releases/{release}/rules"));
    for release in 1..=3 {
        write(&rules(release).join("f05"), release);
        copy(&home.path("rules/halcyon"), &rules(release).join("halcyon"));
    }
    symlink("releases/1", home.path("current")).unwrap();
    let (root, policies) = (home.path("current/rules"), home.path("current/policies"));
    let server =
        Running::start(&["--rules", root.to_str().unwrap(), "--policies", policies.to_str().unwrap(), "--poll", "2"]);
    let address = server.address;
    let stage = Stage { home, server };
    let load = Load::start(address, "f05", Manner::default(), judge(address, "f05", true));
    let other = Load::start(address, "halcyon", Manner::default(), anything);
    stage.until("f05", 1);
    let relink = |release: u64| {
        let next = stage.home.path("current.new");
        symlink(format!("releases/{release}"), &next).unwrap();
        fs::rename(next, stage.home.path("current")).unwrap();
    };
    for release in [2, 3, 2] {
        relink(release);
        stage.until("f05", release);
    }
    // Written where the link leads: still watched.
    let folder = stage.home.path("releases/2/rules/f05");
    let next = stage.home.path("f05-next");
    write(&next, 4);
    fs::rename(&folder, stage.home.path("f05-old")).unwrap();
    fs::rename(&next, &folder).unwrap();
    stage.until("f05", 4);
    // The root itself is gone: what is missing meanwhile is degraded and goes on deciding.
    let (root, aside) = (stage.home.path("releases/2/rules"), stage.home.path("aside"));
    fs::rename(&root, &aside).unwrap();
    stage.server.vendor("f05", |vendor| vendor["state"] == "degraded");
    assert_eq!(stage.server.vendor("halcyon", |vendor| vendor["state"] == "degraded")["state"], "degraded");
    fs::rename(&aside, &root).unwrap();
    stage.until("f05", 4);
    stage.server.vendor("halcyon", |vendor| vendor["state"] == "active");
    load.end();
    other.end();
}

#[test]
fn fault_23_the_end_in_the_middle_of_a_reload_is_an_orderly_one() {
    let stage = Stage::new(&["f23"], &["--lame-duck", "2"]);
    let address = stage.server.address;
    let load = Load::start(address, "f23", Manner::default(), judge(address, "f23", true));
    let other = Load::start(address, "halcyon", Manner::default(), anything);
    let waiting: Vec<_> = (0..4)
        .map(|_| thread::spawn(move || ask(address, "POST", "/v1/reload", &[], b"").map(|answer| answer.status)))
        .collect();
    stage.save("f23", 2);
    thread::sleep(ms(100));
    stage.server.signal("TERM");
    thread::sleep(ms(700));
    // Until the last connection is accepted, everybody is answered.
    load.end();
    other.end();
    assert_eq!(stage.server.wait(), Some(0), "{}", stage.server.log());
    for thread in waiting {
        assert!(matches!(thread.join().unwrap(), Ok(200 | 503)));
    }
    assert!(!stage.server.log().contains("cut off"), "{}", stage.server.log());
}

#[test]
fn no_answer_is_mixed_while_revisions_are_swapped() {
    let stage = Stage::new(&["swapped"], &[]);
    let address = stage.server.address;
    let folder = stage.folder("swapped");
    become_volume(&folder);
    // It may have been seen without the folder.
    stage.until("swapped", 1);
    let manner = Manner { pause: Duration::ZERO, allowed: &[] };
    let loads: Vec<Load> =
        (0..4).map(|_| Load::start(address, "swapped", manner, judge(address, "swapped", true))).collect();
    let (swaps, requests) = if is_full() { (200, 100_000) } else { (4, 1_000) };
    for number in 2..2 + swaps {
        lay(&folder, number);
        stage.until("swapped", number);
    }
    while loads.iter().map(Load::count).sum::<u64>() < requests {
        thread::sleep(ms(20));
    }
    let count: u64 = loads.into_iter().map(Load::end).sum();
    println!("{count} requests across {swaps} swaps");
}
