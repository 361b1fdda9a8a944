//! A log decided again: the same with the rules of its day, and told apart where it is not.

use crate::request::{HISTORY, small};
use assert_cmd::Command;
use quotient::audit::{Decision, LoggedOutcome, Masking, Record, RecordContent, new_id, schema};
use quotient::library::Archive;
use quotient::plugin::{VendorPlugin, disk::Roots};
use quotient::request::{
    Books, Defaults, Form, Kind, Limits, NoBooks, StoredBook, decide, digest_of, read_stored_book,
};
use quotient::script::on_script_threads;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const MANIFEST: &str = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\n\
    fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\nrounding_unit = 100\n\
    [weights]\nhistory = 1\n";

/// A folder with a vendor, its archive and a log.
struct Scene {
    folder: tempfile::TempDir,
    log: Vec<u8>,
}

struct Kept(Arc<StoredBook>);

impl Books for Kept {
    fn stored(&self, id: &str) -> Option<Arc<StoredBook>> {
        (self.0.id == id).then(|| Arc::clone(&self.0))
    }
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap(), log: Vec::new() };
        std::fs::create_dir_all(scene.path("rules/acme")).unwrap();
        std::fs::write(scene.path("rules/acme/vendor.toml"), MANIFEST).unwrap();
        scene.write_rule(HISTORY);
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_rule(&self, text: &str) {
        std::fs::write(self.path("rules/acme/history.rhai"), text).unwrap();
    }

    /// The rules double last year instead of adding half.
    fn change_rule(&self) {
        self.write_rule(&HISTORY.replace("1.5", "2"));
    }

    fn plugin(&self) -> VendorPlugin {
        let files = Roots { rules: self.path("rules"), policies: self.path("policies") }.read("acme").unwrap();
        let archive = Archive::open(&self.path("state")).unwrap();
        archive.keep(&Arc::new(files.clone()), &[], super::support::time()).unwrap();
        on_script_threads(Some(1), || VendorPlugin::compile(&files).value).unwrap()
    }

    /// Decides and logs, as a server does.
    fn decide(&mut self, kind: Kind, body: &str, books: &(dyn Books + Sync), keeping: &RecordContent) -> Record {
        let plugin = self.plugin();
        let limits = Limits::default();
        // As if from the query of a batch: the body need not say it.
        let defaults = Defaults { as_of: Some("2025-12-31".parse().unwrap()), period: None };
        let decided = on_script_threads(Some(1), || {
            decide(&plugin, kind, Form::Json, body.as_bytes(), &defaults, books, &limits)
        });
        let body_as_json: Value = serde_json::from_str(body).unwrap();
        let time = super::support::time();
        let record = keeping.record(&Decision {
            id: new_id(time),
            time,
            kind,
            form: Form::Json,
            vendor: "acme",
            revision: &plugin.revision,
            request_id: "r-1",
            trace_id: None,
            caller: None,
            input: body.as_bytes(),
            defaults: &defaults,
            base_book: body_as_json["book"]["base"].as_str(),
            outcome: LoggedOutcome::from(&decided),
            duration: Duration::ZERO,
        });
        self.log.extend(record.line());
        record
    }

    fn assess(&mut self) -> Record {
        self.decide(Kind::Assessment, &assessment(), &NoBooks, &RecordContent::default())
    }

    /// The log with every record changed.
    fn tamper(&mut self, change: impl Fn(&mut Value)) {
        let mut log = Vec::new();
        for line in self.log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut record: Value = serde_json::from_slice(line).unwrap();
            change(&mut record);
            log.extend(format!("{record}\n").bytes());
        }
        self.log = log;
    }

    fn replay(&self, arguments: &[&str]) -> Command {
        std::fs::write(self.path("log.jsonl"), &self.log).unwrap();
        self.run("log.jsonl", arguments)
    }

    fn run(&self, log: &str, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("quotient").unwrap();
        command.current_dir(self.folder.path()).env("NO_COLOR", "1").args(["replay", log]).args(arguments);
        command
    }

    /// The report as JSON, and whether the program exits with this code.
    fn report(&self, arguments: &[&str], code: i32) -> Value {
        let output = self.replay(&[arguments, &["--format", "json"]].concat()).assert().code(code).get_output().clone();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let schema: Value = serde_json::from_str(&schema::replay()).unwrap();
        jsonschema::validator_for(&schema).unwrap().validate(&report).unwrap();
        report
    }
}

fn assessment() -> String {
    json!({"partner": "A", "book": small()}).to_string()
}

fn proposal() -> String {
    json!({"as_of": "2025-12-31", "book": small()}).to_string()
}

fn counts(report: &Value) -> [u64; 3] {
    ["same", "different", "not_replayable"].map(|key| report[key].as_u64().unwrap())
}

#[test]
fn what_was_decided_is_decided_the_same_again() {
    let mut scene = Scene::new();
    assert_eq!(scene.assess().outcome.code, None);
    // Spaces of the body are not kept, and its digest is that of what came.
    let spaced = format!(" {} ", json!({"partner": "A", "book": small()})).replace("\"book\":", "\"book\" :\n");
    let record = scene.decide(Kind::Assessment, &spaced, &NoBooks, &RecordContent::default());
    assert_eq!(record.input_digest, digest_of(spaced.as_bytes()));
    let proposal = json!({"target": "700000", "book": small()}).to_string();
    assert_eq!(scene.decide(Kind::Proposal, &proposal, &NoBooks, &RecordContent::default()).outcome.code, None);
    let review = json!({"book": small()}).to_string();
    scene.decide(Kind::Review, &review, &NoBooks, &RecordContent::default());
    let refused = scene.decide(Kind::Proposal, "{\"targte\":1}", &NoBooks, &RecordContent::default());
    assert_eq!(refused.outcome.code.as_deref(), Some("request::unknown_member"));
    scene.replay(&[]).assert().code(0).stdout("5 records replayed with the rules that decided them:\n        5  same\n        0  different\n        0  not replayable\n        5  lines without a hash chain, whose changes cannot be found\n");
    assert_eq!(counts(&scene.report(&["--strict", "--threads", "1"], 0)), [5, 0, 0]);
}

#[test]
fn past_rules_come_from_the_archive() {
    let mut scene = Scene::new();
    scene.assess();
    scene.change_rule();
    let without = scene.report(&[], 0);
    assert_eq!(counts(&without), [0, 0, 1]);
    assert_eq!(without["named"][0]["obstacle"], "revision_unknown");
    scene.report(&["--strict"], 1);
    assert_eq!(counts(&scene.report(&["--state", "state", "--strict"], 0)), [1, 0, 0]);
}

#[test]
fn the_rules_of_today_show_what_would_change() {
    let mut scene = Scene::new();
    let record = scene.assess();
    assert_eq!(counts(&scene.report(&["--with", "current"], 0)), [1, 0, 0]);
    scene.change_rule();
    let report = scene.report(&["--with", "current"], 1);
    // 12 × 10,000 of last year, × 1.5 and × 2.
    let there = &report["named"][0]["difference"];
    let expected = json!({"pointer": "/lines/0/quota", "before": "\"180000.00\"", "after": "\"240000.00\""});
    assert_eq!((there, &report["named"][0]["id"]), (&expected, &json!(record.id)));
    let table = scene.replay(&["--with", "current"]).assert().code(1).get_output().stdout.clone();
    let table = String::from_utf8(table).unwrap();
    assert!(table.contains("  /lines/0/quota: \"180000.00\" -> \"240000.00\"\n"), "{table}");
}

#[test]
fn an_answer_that_was_not_kept_is_made_again_to_compare_it() {
    let mut scene = Scene::new();
    let keeping = RecordContent { most_answer: 0, ..RecordContent::default() };
    scene.decide(Kind::Assessment, &assessment(), &NoBooks, &keeping);
    assert_eq!(counts(&scene.report(&[], 0)), [1, 0, 0]);
    scene.change_rule();
    assert_eq!(scene.report(&["--with", "current"], 0)["named"][0]["obstacle"], "answer_not_kept");
    let report = scene.report(&["--with", "current", "--state", "state"], 1);
    assert_eq!(report["named"][0]["difference"]["pointer"], "/lines/0/quota");
}

#[test]
fn a_record_of_an_earlier_version_has_no_summary_of_the_book_and_is_the_same() {
    let mut scene = Scene::new();
    scene.decide(Kind::Proposal, &proposal(), &NoBooks, &RecordContent::default());
    scene.tamper(|record| {
        let answer = record["outcome"]["answer"].as_object_mut().unwrap();
        // 24 months of 10,000 and 20,000.
        let book = answer.remove("book");
        assert_eq!(book.map(|book| book["revenue"].clone()), Some("720000.00".into()), "{answer:?}");
        record["outcome"]["digest"] = "00".into();
    });
    assert_eq!(counts(&scene.report(&[], 0)), [1, 0, 0]);
    // A summary that differs is a difference.
    scene.tamper(|record| record["outcome"]["answer"]["book"] = json!({"revenue": "999.00"}));
    let there = scene.report(&[], 1)["named"][0]["difference"]["pointer"].clone();
    assert!(there.as_str().is_some_and(|pointer| pointer.starts_with("/book/")), "{there}");
}

#[test]
fn an_answer_that_was_changed_is_found() {
    let mut scene = Scene::new();
    scene.assess();
    scene.tamper(|record| {
        record["outcome"]["answer"]["lines"][0]["assessment"] = "1.00".into();
        record["outcome"]["digest"] = "00".into();
    });
    let there = scene.report(&[], 1)["named"][0]["difference"].clone();
    assert_eq!(there, json!({"pointer": "/lines/0/assessment", "before": "\"1.00\"", "after": "\"180000.00\""}));
    scene.tamper(|record| {
        record["outcome"]["status"] = "refused".into();
        record["outcome"]["code"] = "plan::infeasible".into();
    });
    let there = scene.report(&[], 1)["named"][0]["difference"].clone();
    assert_eq!(there, json!({"pointer": "", "before": "refused, plan::infeasible", "after": "decided"}));
}

#[test]
fn a_masked_request_is_not_replayable_and_a_masked_answer_is() {
    let mask = |pointer: &str| RecordContent {
        masking: Masking::parse(&[pointer.to_owned()], &[]).unwrap(),
        ..RecordContent::default()
    };
    let mut scene = Scene::new();
    scene.decide(Kind::Assessment, &assessment(), &NoBooks, &mask("/book/partners/*/partner_name"));
    scene.decide(Kind::Assessment, &assessment(), &NoBooks, &mask("/lines/*/factors/*/because"));
    scene.decide(
        Kind::Assessment,
        &assessment(),
        &NoBooks,
        &RecordContent { most_input: 10, ..RecordContent::default() },
    );
    scene.decide(
        Kind::Assessment,
        &assessment(),
        &NoBooks,
        &RecordContent { has_input: false, ..RecordContent::default() },
    );
    let report = scene.report(&[], 0);
    assert_eq!(counts(&report), [1, 0, 3]);
    assert_eq!(report["obstacles"], json!({"masked": 1, "too_large": 1, "not_kept": 1}));
    // What is masked is compared by digest alone.
    scene.tamper(|record| record["outcome"]["digest"] = "00".into());
    let there = scene.report(&[], 1)["named"][1]["difference"].clone();
    assert_eq!(there, json!({"pointer": "/lines/*/factors/*/because", "before": "masked", "after": "masked"}));
}

#[test]
fn a_stored_book_is_found_by_its_id() {
    let mut scene = Scene::new();
    let text = small().to_string();
    let (book, _) = read_stored_book(&scene.plugin(), text.as_bytes(), &Limits::default()).unwrap();
    let body = json!({"partner": "A", "book": {"base": book.id}}).to_string();
    let name = format!("{}.json", book.id);
    let record = scene.decide(Kind::Assessment, &body, &Kept(Arc::new(book)), &RecordContent::default());
    assert_eq!(record.outcome.code, None);
    assert_eq!(scene.report(&[], 0)["named"][0]["obstacle"], "book_unknown");
    for file in [&name, "any other name.json"] {
        let _ = std::fs::remove_dir_all(scene.path("books"));
        std::fs::create_dir_all(scene.path("books")).unwrap();
        std::fs::write(scene.path("books").join(file), &text).unwrap();
        assert_eq!(counts(&scene.report(&["--books", "books"], 0)), [1, 0, 0]);
    }
}

#[test]
fn torn_lines_and_missing_records_are_reported() {
    let mut scene = Scene::new();
    let line = scene.assess().line();
    scene.log.extend(&line[..100]);
    scene.log.extend(b"\n\n{\"schema\":\"quotient.dropped/1\",\"time\":\"t\",\"since\":\"s\",\"dropped\":7,\"bytes\":9,\"reason\":\"full\"}\n");
    scene.log.extend(b"{\"schema\":\"quotient.decision/9\"}\n");
    scene.log.extend(&line[..line.len() - 1]);
    let report = scene.report(&["--strict"], 0);
    assert_eq!(counts(&report), [2, 0, 0]);
    assert_eq!(
        (&report["torn_lines"], &report["unreadable_lines"], &report["foreign_lines"], &report["dropped"]),
        (&json!(0), &json!(1), &json!(1), &json!(7))
    );
    assert_eq!(report["unchained_lines"], 5);
}

#[test]
fn a_directory_is_read_from_its_oldest_file_and_stdin_as_it_arrives() {
    let mut scene = Scene::new();
    std::fs::create_dir_all(scene.path("logs")).unwrap();
    for name in ["decisions.jsonl.10", "decisions.jsonl.2", "decisions.jsonl", "decisions.jsonl.bak", "note.txt"] {
        scene.assess();
        scene.tamper(|record| record["outcome"]["digest"] = "00".into());
        scene.tamper(|record| record["outcome"]["answer"] = Value::Null);
        std::fs::write(scene.path("logs").join(name), &scene.log).unwrap();
        scene.log.clear();
    }
    scene.assess();
    std::fs::write(scene.path("log.jsonl"), &scene.log).unwrap();
    let output = scene.run("logs", &["--format", "json"]).assert().code(1).get_output().stdout.clone();
    let report: Value = serde_json::from_slice(&output).unwrap();
    let files: Vec<&str> = report["named"].as_array().unwrap().iter().filter_map(|one| one["file"].as_str()).collect();
    assert_eq!(files, ["logs/decisions.jsonl.10", "logs/decisions.jsonl.2", "logs/decisions.jsonl"]);
    scene.run("-", &[]).write_stdin(scene.log.clone()).assert().code(0);
}

#[test]
fn a_file_that_is_not_a_log_is_refused() {
    let mut scene = Scene::new();
    scene.run("missing.jsonl", &[]).assert().code(3);
    scene.run("rules", &[]).assert().code(3);
    scene.log = b"{\"schema\":\"quotient.proposal/1\"}\nhello\n".to_vec();
    let output = scene.replay(&[]).assert().code(3).get_output().stderr.clone();
    assert!(String::from_utf8(output).unwrap().contains("is not a decision log"));
    scene.log.clear();
    scene.replay(&[]).assert().code(0);
    scene.replay(&["--state", "nowhere"]).assert().code(5);
}
