//! A log proves what it contains: each change, removal, move and addition shows at its line.

use super::support::{decision, record, runtime};
use assert_cmd::Command;
use proptest::prelude::*;
use quotient::audit::{
    Chain, Decision, Expected, FileOptions, Head, Log, LogFile, LogOptions, LogReader, LoggedOutcome, Mode,
    RecordContent, Sink, Status, Verification, Verifier, schema,
};
use quotient::signing::{PublicKey, SigningKey};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A key for signing, in PEM, and its public key.
struct Keys {
    private: String,
    public: String,
}

impl Keys {
    fn generate() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        Self { private: pair.serialize_pem(), public: pair.public_key_pem() }
    }

    fn log_key(&self) -> SigningKey {
        SigningKey::from_pem(self.private.as_bytes()).unwrap()
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::from_pem(self.public.as_bytes()).unwrap()
    }
}

/// A signed log in several files: its files from the oldest with their lines, and its last head.
#[derive(Clone)]
struct Written {
    files: Vec<(String, Vec<Vec<u8>>)>,
    head: Head,
    key: PublicKey,
}

/// Six records of every outcome by two processes, in at least three files.
static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    let keys = Keys::generate();
    let folder = tempfile::tempdir().unwrap();
    let (path, head) = (folder.path().join("log.jsonl"), folder.path().join("head"));
    let options = FileOptions { rotate_at: Some(2_200), kept: 9, is_synced: true, ..FileOptions::default() };
    for _ in 0..2 {
        let mut log = LogFile::open(&path, options).unwrap().signed(keys.log_key(), head.clone());
        for (status, code) in [
            (Status::Decided, None),
            (Status::Refused, Some("plan::infeasible")),
            (Status::Failed, Some("script::runtime")),
        ] {
            let outcome = LoggedOutcome { status, code, bytes: br#"{"floor":"150000.00"}"#.as_slice().into() };
            let trace_id = Some("4bf92f3577b34da6a3ce929d0e0e4736");
            let decision = Decision { outcome, trace_id, base_book: Some("b"), ..decision(br#"{"a":[1.50]}"#, b"") };
            log.take(&RecordContent::default().record(&decision).line()).unwrap();
        }
        log.close().unwrap();
    }
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let lines = |path: &PathBuf| {
        let text = std::fs::read(path).unwrap();
        text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
    };
    let files = quotient::audit::files_of_log(folder.path()).unwrap();
    Written {
        files: files.iter().map(|path| (name(path), lines(path))).collect(),
        head: Head::read(&head).unwrap(),
        key: keys.public_key(),
    }
});

impl Written {
    /// Every line with its file and its number in it.
    fn places(&self) -> Vec<(usize, usize)> {
        let lines = self.files.iter().enumerate();
        lines.flat_map(|(file, (_, lines))| (0..lines.len()).map(move |line| (file, line))).collect()
    }

    fn place(&self, (file, line): (usize, usize)) -> String {
        format!("{}:{}", self.files[file].0, line + 1)
    }

    fn text(&self) -> Vec<(String, Vec<u8>)> {
        let text = |lines: &Vec<Vec<u8>>| lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
        self.files.iter().map(|(name, lines)| (name.clone(), text(lines))).collect()
    }

    fn verify(&self) -> Verification {
        verify(&self.text(), self.whole())
    }

    fn whole(&self) -> Expected {
        Expected { is_complete: true, keys: vec![self.key], head: None }
    }

    fn with_head(&self) -> Expected {
        Expected { head: Some(self.head.clone()), ..self.whole() }
    }
}

fn verify(files: &[(String, Vec<u8>)], expected: Expected) -> Verification {
    let mut verifier = Verifier::new(expected);
    for (name, text) in files {
        let mut reader = LogReader::new(&text[..]);
        while let Some(line) = reader.next_line().unwrap() {
            verifier.line(name, &line);
        }
    }
    verifier.finish("log.jsonl")
}

/// Causes of the findings with their places.
fn found(verification: &Verification) -> Vec<(String, String)> {
    let one =
        |finding: &quotient::finding::Finding| (finding.fault().cause().to_owned(), finding.places[0].to_string());
    verification.findings.iter().map(one).collect()
}

fn of(cause: &str, place: &str) -> (String, String) {
    (cause.to_owned(), place.to_owned())
}

#[test]
fn a_log_of_several_files_and_processes_is_one_chain() {
    let verification = WRITTEN.verify();
    assert_eq!(found(&verification), []);
    assert!(WRITTEN.files.len() > 2, "{:?}", WRITTEN.files.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let entries = WRITTEN.places().len() as u64;
    assert_eq!((verification.entries, verification.first), (entries, Some(1)));
    assert_eq!(verification.last.unwrap().sequence, entries);
    // The last entry is the head, which covers all before it.
    assert_eq!((verification.signed_to, verification.keys), (Some(entries - 1), vec![WRITTEN.key]));
    assert!(verify(&WRITTEN.text(), WRITTEN.with_head()).holds());
    // Every line is as it was before, with its links at the end.
    let record: Value = serde_json::from_slice(&WRITTEN.files[0].1[1]).unwrap();
    assert_eq!((&record["schema"], &record["sequence"]), (&json!("quotient.decision/1"), &json!(2)));
    assert_eq!(record["outcome"]["answer"]["floor"], "150000.00");
}

/// Changes every value of a JSON document, one at a time: texts grow by a character, numbers by a digit.
fn edits(line: &[u8]) -> Vec<Vec<u8>> {
    let mut edits = Vec::new();
    for (at, byte) in line.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| line[before]);
        let ends_text = *byte == b'"' && matches!(line.get(at + 1), Some(b',' | b'}' | b']'));
        let ends_word =
            matches!(byte, b',' | b'}' | b']') && before.is_some_and(|before| before.is_ascii_alphanumeric());
        if ends_text || ends_word {
            edits.push([&line[..at], b"1", &line[at..]].concat());
        }
    }
    edits
}

#[test]
fn a_change_of_any_value_of_any_entry_is_found_at_its_line() {
    let mut count = 0;
    for at in WRITTEN.places() {
        for edit in edits(&WRITTEN.files[at.0].1[at.1]) {
            let mut written = WRITTEN.clone();
            written.files[at.0].1[at.1] = edit;
            let verification = verify(&written.text(), WRITTEN.with_head());
            assert!(!verification.holds(), "{}", String::from_utf8_lossy(&written.files[at.0].1[at.1]));
            let place = written.place(at);
            // A line without readable links is known by the gap that it leaves, at the next line.
            let is_named = found(&verification)
                .iter()
                .any(|(cause, there)| *there == place || cause == "missing_entries" || cause == "cut_end");
            assert!(is_named, "{place}: {:?}", found(&verification));
            count += 1;
        }
    }
    // At least 20 values in each of the 6 records.
    assert!(count > 120, "{count}");
}

#[test]
fn the_change_of_a_floor_is_one_finding_at_its_line() {
    for at in WRITTEN.places() {
        let line = String::from_utf8(WRITTEN.files[at.0].1[at.1].clone()).unwrap();
        if line.contains("150000") {
            let mut written = WRITTEN.clone();
            written.files[at.0].1[at.1] = line.replace("150000", "990000").into_bytes();
            assert_eq!(found(&written.verify()), [of("changed_entry", &written.place(at))]);
        }
    }
}

#[test]
fn every_removed_entry_is_found() {
    let places = WRITTEN.places();
    for at in &places[..places.len() - 1] {
        let mut written = WRITTEN.clone();
        written.files[at.0].1.remove(at.1);
        let verification = written.verify();
        assert!(!verification.holds(), "{}", WRITTEN.place(*at));
        let causes: Vec<String> = found(&verification).into_iter().map(|(cause, _)| cause).collect();
        let is_first = *at == (0, 0);
        let expected = if is_first { vec!["cut_beginning"] } else { vec!["missing_entries"] };
        assert!(expected.iter().all(|cause| causes.iter().any(|found| found == cause)), "{at:?} {causes:?}");
    }
}

#[test]
fn every_removed_file_is_found() {
    for file in 0..WRITTEN.files.len() - 1 {
        let mut written = WRITTEN.clone();
        written.files.remove(file);
        let causes: Vec<String> = found(&written.verify()).into_iter().map(|(cause, _)| cause).collect();
        assert_eq!(causes, ["missing_entries"], "file {file}");
    }
}

#[test]
fn every_duplicate_and_every_exchange_is_found() {
    let places = WRITTEN.places();
    for at in &places {
        let mut written = WRITTEN.clone();
        let line = written.files[at.0].1[at.1].clone();
        written.files[at.0].1.insert(at.1 + 1, line.clone());
        assert_eq!(found(&written.verify()), [of("repeated_entry", &written.place((at.0, at.1 + 1)))]);
        // Also much later.
        let mut written = WRITTEN.clone();
        written.files.last_mut().unwrap().1.push(line);
        assert_eq!(found(&written.verify())[0].0, "repeated_entry");
    }
    for pair in places.windows(2) {
        let mut written = WRITTEN.clone();
        let (one, two) = (pair[0], pair[1]);
        let line = written.files[one.0].1[one.1].clone();
        written.files[one.0].1[one.1] = std::mem::replace(&mut written.files[two.0].1[two.1], line);
        assert!(!written.verify().holds(), "{pair:?}");
    }
}

#[test]
fn a_cut_end_is_found_with_a_head_and_only_with_it() {
    let places = WRITTEN.places();
    for kept in 1..places.len() {
        let mut written = WRITTEN.clone();
        for at in places[kept..].iter().rev() {
            written.files[at.0].1.remove(at.1);
        }
        let text = written.text();
        let without = Expected { keys: Vec::new(), ..WRITTEN.whole() };
        assert!(verify(&text, without).holds(), "{kept}");
        // The exported head names the entry before its own, the last one.
        let verification = verify(&text, WRITTEN.with_head());
        let causes: Vec<String> = found(&verification).into_iter().map(|(cause, _)| cause).collect();
        let is_whole_but_for_the_head = kept + 1 == places.len();
        assert_eq!(causes.contains(&"cut_end".to_owned()), !is_whole_but_for_the_head, "{kept} {causes:?}");
    }
}

#[test]
fn a_line_of_another_origin_is_found() {
    for (line, cause) in [
        (record("x").line(), "not_an_entry"),
        (b"{\"schema\":\"quotient.decision/1\"".to_vec(), "not_an_entry"),
        (b"garbage".to_vec(), "not_an_entry"),
    ] {
        let mut written = WRITTEN.clone();
        written.files[0].1.insert(2, line.trim_ascii_end().to_vec());
        assert_eq!(found(&written.verify()), [of(cause, &written.place((0, 2)))]);
    }
}

#[test]
fn a_damaged_line_is_not_one_that_a_crash_left() {
    let mut written = WRITTEN.clone();
    let half = written.files[0].1[1].len() / 2;
    written.files[0].1[1].truncate(half);
    let expected = [of("damaged_entry", &written.place((0, 1))), of("missing_entries", &written.place((0, 2)))];
    let verification = written.verify();
    assert_eq!((found(&verification).as_slice(), verification.torn), (expected.as_slice(), 0));
}

#[test]
fn what_a_crash_leaves_is_known_by_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let mut log = LogFile::open(&path, FileOptions::default()).unwrap();
    log.take(&record("a").line()).unwrap();
    drop(log);
    let mut torn = std::fs::read(&path).unwrap();
    torn.extend(&record("b").line()[..60]);
    std::fs::write(&path, &torn).unwrap();
    let mut log = LogFile::open(&path, FileOptions::default()).unwrap();
    log.take(&record("c").line()).unwrap();
    drop(log);
    let mut text = std::fs::read(&path).unwrap();
    text.extend(b"{\"schema\":\"quotient.dec");
    let verification = verify(&[("log.jsonl".to_owned(), text)], Expected { is_complete: true, ..Expected::default() });
    assert_eq!((found(&verification), verification.torn, verification.entries), (vec![], 2, 4));
}

#[test]
fn a_chain_continues_when_the_file_is_moved_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let mut log = LogFile::open(&path, FileOptions::default()).unwrap();
    log.take(&record("a").line()).unwrap();
    std::fs::rename(&path, folder.path().join("log.jsonl.1")).unwrap();
    log.take(&record("b").line()).unwrap();
    drop(log);
    // And in a process that finds an empty file.
    std::fs::rename(folder.path().join("log.jsonl.1"), folder.path().join("log.jsonl.2")).unwrap();
    std::fs::rename(&path, folder.path().join("log.jsonl.1")).unwrap();
    let mut log = LogFile::open(&path, FileOptions::default()).unwrap();
    log.take(&record("c").line()).unwrap();
    let files = quotient::audit::files_of_log(folder.path()).unwrap();
    let text: Vec<_> = files.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    let verification = verify(&text, Expected { is_complete: true, ..Expected::default() });
    assert_eq!((found(&verification), verification.entries), (vec![], 6));
}

#[test]
fn files_removed_on_rotation_are_not_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let options = FileOptions { rotate_at: Some(2_000), kept: 2, is_synced: false, ..FileOptions::default() };
    let mut log = LogFile::open(&path, options).unwrap();
    (0..12).for_each(|at| log.take(&record(&at.to_string()).line()).unwrap());
    let files = quotient::audit::files_of_log(folder.path()).unwrap();
    let mut text: Vec<_> =
        files.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    let complete = || Expected { is_complete: true, ..Expected::default() };
    let verification = verify(&text, complete());
    assert!(verification.holds() && verification.first.unwrap() > 1, "{:?}", found(&verification));
    text.remove(0);
    assert_eq!(found(&verify(&text, complete()))[0].0, "missing_entries");
    // A single file of the log is verified by itself.
    assert!(verify(&text, Expected::default()).holds());
}

/// Seals the lines of a log again after a change, as an editor would who knows the format and has no key.
fn sealed_again(written: &Written, change: impl Fn(usize, &mut String)) -> Vec<(String, Vec<u8>)> {
    let (mut chain, mut number) = (Chain::default(), 0);
    let seal = |lines: &Vec<Vec<u8>>| {
        let mut text = Vec::new();
        for line in lines {
            let line = String::from_utf8(line.clone()).unwrap();
            let mut open = format!("{}}}", &line[..line.find(",\"sequence\":").unwrap()]);
            change(number, &mut open);
            number += 1;
            chain.seal(open.as_bytes(), &mut text);
        }
        text
    };
    let mut seal = seal;
    written.files.iter().map(|(name, lines)| (name.clone(), seal(lines))).collect()
}

#[test]
fn a_log_that_was_rewritten_as_a_whole_has_no_valid_signature() {
    let same = sealed_again(&WRITTEN, |_, _| {});
    assert!(verify(&same, WRITTEN.with_head()).holds());
    let text = sealed_again(&WRITTEN, |_, line| *line = line.replace("150000", "990000"));
    let causes: Vec<String> = found(&verify(&text, WRITTEN.with_head())).into_iter().map(|(cause, _)| cause).collect();
    // The head of each process, and the one from elsewhere.
    assert_eq!(causes, ["bad_signature", "other_than_head", "bad_signature", "no_signature"]);
}

#[test]
fn a_log_that_was_signed_with_another_key_is_refused() {
    let other = Keys::generate().public_key();
    let verification = verify(&WRITTEN.text(), Expected { keys: vec![other], ..WRITTEN.whole() });
    let causes: Vec<String> = found(&verification).into_iter().map(|(cause, _)| cause).collect();
    assert_eq!(causes, ["other_key", "other_key", "no_signature"]);
    let both = Expected { keys: vec![other, WRITTEN.key], ..WRITTEN.with_head() };
    assert!(verify(&WRITTEN.text(), both).holds());
}

#[test]
fn a_head_that_was_changed_is_refused() {
    let changes: [fn(&mut Head); 4] = [
        |head| head.last -= 1,
        |head| head.time = "2026-01-01T00:00:00.000Z".to_owned(),
        |head| head.signature = None,
        |head| head.signature = Some("00".repeat(64)),
    ];
    for change in changes {
        let mut head = WRITTEN.head.clone();
        change(&mut head);
        let verification = verify(&WRITTEN.text(), Expected { head: Some(head), ..WRITTEN.whole() });
        assert!(found(&verification).iter().any(|(cause, _)| cause == "bad_head"), "{:?}", found(&verification));
    }
}

#[test]
fn a_log_signs_its_head_when_it_is_closed() {
    let keys = Keys::generate();
    let folder = tempfile::tempdir().unwrap();
    let (path, head) = (folder.path().join("log.jsonl"), folder.path().join("head"));
    let file = LogFile::open(&path, FileOptions::default()).unwrap().signed(keys.log_key(), head.clone());
    let log = Log::start(LogOptions::new(Mode::Strict), Box::new(file)).unwrap();
    let is_written = runtime().block_on(async {
        log.append(&record("a")).await.unwrap();
        log.close(std::time::Duration::from_secs(60)).await
    });
    assert!(is_written);
    let head = Head::read(&head).unwrap();
    // The entry that begins the process, and the record.
    assert_eq!((head.last, head.signed_by()), (2, Some(keys.public_key())));
    let other = folder.path().join("other.jsonl");
    let folder = folder.path().join("nowhere");
    let missing = LogFile::open(&other, FileOptions::default()).unwrap().signed(keys.log_key(), folder.join("head"));
    let log = Log::start(LogOptions::new(Mode::Strict), Box::new(missing)).unwrap();
    runtime().block_on(async {
        log.append(&record("b")).await.unwrap();
        log.close(std::time::Duration::from_secs(60)).await;
    });
    assert!(log.stats().last_error.unwrap().contains("head` cannot be written"));
}

/// A directory with the files of [`WRITTEN`], its public key and its head.
fn on_disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in WRITTEN.text() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::write(folder.path().join("head"), WRITTEN.head.line()).unwrap();
    std::fs::write(folder.path().join("key"), format!("{}\n", WRITTEN.key)).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("quotient").unwrap();
    command.current_dir(folder).env("NO_COLOR", "1").args(arguments);
    command
}

fn output(command: &mut Command, code: i32) -> (String, String) {
    let output = command.assert().code(code).get_output().clone();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn verify_reads_the_older_files_and_reports_every_line() {
    let folder = on_disk();
    let all = ["verify", "log.jsonl", "--head", "head", "--public-key", "key"];
    let (text, _) = output(&mut run(folder.path(), &all), 0);
    let last = WRITTEN.places().len();
    assert!(text.starts_with(&format!("log.jsonl: entries 1 to {last} are what was written\n")), "{text}");
    assert!(text.contains(&format!("signed up to entry {}, followed by 1 entry; key ", last - 1)), "{text}");
    output(&mut run(folder.path(), &["verify", ".", "--format", "json"]), 0);
    let line = String::from_utf8(WRITTEN.files[0].1[1].clone()).unwrap().replace("150000", "990000");
    let mut written = WRITTEN.clone();
    written.files[0].1[1] = line.into_bytes();
    let oldest = &WRITTEN.files[0].0;
    std::fs::write(folder.path().join(oldest), &written.text()[0].1).unwrap();
    let (text, errors) = output(&mut run(folder.path(), &all), 6);
    assert_eq!(text.lines().next().unwrap(), "log.jsonl: the log is not what was written, 1 finding");
    assert!(
        errors.contains(&format!("{oldest}:2")) && errors.contains("entry 2 was changed after it was written"),
        "{errors}"
    );
    let (text, _) = output(&mut run(folder.path(), &["verify", "log.jsonl", "--format", "json"]), 6);
    let report: Value = serde_json::from_str(&text).unwrap();
    let schema: Value = serde_json::from_str(&schema::verification()).unwrap();
    jsonschema::validator_for(&schema).unwrap().validate(&report).unwrap();
    assert_eq!((&report["holds"], &report["logs"][0]["findings"][0]["fields"]["sequence"]), (&json!(false), &json!(2)));
    // Nothing is replayed.
    let (text, errors) = output(&mut run(folder.path(), &["replay", "."]), 6);
    assert_eq!(text, "");
    assert!(errors.contains("entry 2 was changed"), "{errors}");
    let (_, errors) = output(run(folder.path(), &["replay", "-"]).write_stdin(written.text()[0].1.clone()), 6);
    assert!(errors.contains("-:2"), "{errors}");
    output(&mut run(folder.path(), &["verify", "missing.jsonl"]), 3);
    output(&mut run(folder.path(), &["verify", "log.jsonl", "--head", "key"]), 5);
    output(&mut run(folder.path(), &["verify", "log.jsonl", "--public-key", "head"]), 5);
}

#[test]
fn a_saved_head_finds_a_cut_end() {
    let folder = on_disk();
    output(&mut run(folder.path(), &["verify", "log.jsonl", "--save-head", "saved"]), 0);
    let (text, last) = (WRITTEN.text().pop().unwrap().1, WRITTEN.places().len());
    let end = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
    std::fs::write(folder.path().join("log.jsonl"), &text[..=end]).unwrap();
    output(&mut run(folder.path(), &["verify", "log.jsonl"]), 0);
    let (_, errors) = output(&mut run(folder.path(), &["verify", "log.jsonl", "--head", "saved"]), 6);
    assert!(
        errors.contains(&format!(
            "the log ends with entry {}, and the head names entry {last}: the end was removed",
            last - 1
        )),
        "{errors}"
    );
}

#[test]
fn a_log_without_a_chain_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    std::fs::write(&path, [record("a").line(), record("b").line()].concat()).unwrap();
    let (text, _) = output(&mut run(folder.path(), &["verify", "log.jsonl"]), 0);
    assert_eq!(
        text,
        "log.jsonl: no entry has a hash chain, so that nothing can be verified\n\
         \x20       2  lines without a hash chain, whose changes cannot be found\n"
    );
    // A newer server continues it with a chain.
    LogFile::open(&path, FileOptions::default()).unwrap().take(&record("c").line()).unwrap();
    let (text, _) = output(&mut run(folder.path(), &["verify", "log.jsonl"]), 0);
    assert!(text.contains("entries 1 to 2 are") && text.contains("2  lines without"), "{text}");
}

fn shuffled(text: &[u8], edit: &(u8, prop::sample::Index, u8)) -> Vec<u8> {
    let (kind, at, byte) = (edit.0, edit.1.index(text.len()), edit.2);
    match kind % 3 {
        0 => [&text[..at], &[byte], &text[at + 1..]].concat(),
        1 => [&text[..at], &[byte], &text[at..]].concat(),
        _ => [&text[..at], &text[(at + usize::from(byte)).min(text.len())..]].concat(),
    }
}

fn content(files: &[(String, Vec<u8>)]) -> Vec<Vec<u8>> {
    let lines = files.iter().flat_map(|(_, text)| text.split(|byte| *byte == b'\n'));
    lines.filter(|line| !line.trim_ascii().is_empty()).map(<[u8]>::to_vec).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_edits_of_bytes_are_found(edits in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<u8>()), 1..4), file in any::<prop::sample::Index>()) {
        let before = WRITTEN.text();
        let (mut after, file) = (before.clone(), file.index(before.len()));
        for edit in &edits {
            if !after[file].1.is_empty() {
                after[file].1 = shuffled(&after[file].1, edit);
            }
        }
        let verification = verify(&after, WRITTEN.with_head());
        // The exported head names the entry before its own.
        let (before, after) = (content(&before), content(&after));
        let is_same = after == before;
        let is_last_only = after.get(..before.len() - 1) == before.get(..before.len() - 1);
        prop_assert!(verification.holds() == is_same || (is_last_only && !is_same), "{:?}", found(&verification));
        prop_assert!(!is_same || verification.holds());
    }
}
