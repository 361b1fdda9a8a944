//! Random operations on one vendor, held against a model of a page: what is in use is always what the model says.

use super::*;
use proptest::prelude::*;
use quotient::library::Archive;

#[derive(Debug, Clone)]
enum Operation {
    Write(u8),
    Break(u8),
    Delete,
    Scan,
    Pin(u8),
    RollBack(u8),
    Unpin,
    Restart,
}

/// What must be so, in as few words as possible. Revisions are their numbers.
#[derive(Debug, Default)]
struct Model {
    disk: Option<(u8, bool)>,
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
            None if self.pin.is_none() => {
                (self.is_known, self.newest, self.active, self.is_wrong) = (false, None, None, false);
            }
            None => (self.newest, self.is_wrong) = (None, true),
            Some((_, false)) => (self.is_known, self.is_wrong) = (true, true),
            Some((content, true)) => {
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

fn operation() -> impl Strategy<Value = Operation> {
    let content = || 0..5_u8;
    prop_oneof![
        4 => content().prop_map(Operation::Write),
        3 => content().prop_map(Operation::Break),
        2 => Just(Operation::Delete),
        5 => Just(Operation::Scan),
        2 => content().prop_map(Operation::Pin),
        2 => content().prop_map(Operation::RollBack),
        2 => Just(Operation::Unpin),
        1 => Just(Operation::Restart),
    ]
}

fn open(source: &Scripted, state: &Path) -> Library<Tagger> {
    let pace = Pace { quiet: ms(1), max_wait: ms(5_000), poll: Duration::from_secs(600), least: ms(1) };
    let archive = Archive::open(state).unwrap();
    let options = Options { pace, gap: ms(1), archive, ..Options::default() };
    Library::open(source.clone(), Tagger::default(), options).0
}

fn revision(content: u8) -> String {
    vendor_files("meridian", &texts(&content.to_string(), "")).revision().to_owned()
}

fn agree(library: &Library<Tagger>, model: &Model, after: &Operation) {
    let catalog = library.current();
    let meridian = catalog.vendor("meridian");
    let found = (
        meridian.map(|meridian| meridian.state),
        tag(&catalog, "meridian"),
        meridian.and_then(|meridian| meridian.pinned.as_ref()).map(|pin| pin.revision.to_string()),
    );
    let active = model.active.filter(|_| model.is_known).map(|content| content.to_string());
    let pinned = model.pin.filter(|_| model.is_known).map(|(content, _)| revision(content));
    assert_eq!(found, (model.state(), active, pinned), "after {after:?}: {model:?}");
}

fn run(operations: &[Operation]) {
    let (source, state) = (Scripted::default(), tempfile::tempdir().unwrap());
    let (mut library, mut model) = (open(&source, state.path()), Model::default());
    let mut seen = None;
    let end = [Operation::Unpin, Operation::Write(9), Operation::Scan];
    for operation in operations.iter().chain(&end) {
        match operation {
            Operation::Write(content) => {
                source.put("meridian", &content.to_string(), "");
                model.disk = Some((*content, true));
            }
            Operation::Break(content) => {
                source.put("meridian", &content.to_string(), "refuse");
                model.disk = Some((*content, false));
            }
            Operation::Delete => {
                source.remove("meridian");
                model.disk = None;
            }
            Operation::Scan => {
                library.reload_now();
                model.scan();
                seen = model.disk;
            }
            Operation::Pin(content) => {
                let is_done = library.pin("meridian", &revision(*content), "model", None).is_ok();
                assert_eq!(is_done, model.pin(*content, false));
            }
            Operation::RollBack(content) => {
                let is_done = library.roll_back("meridian", &revision(*content), "model", None).is_ok();
                assert_eq!(is_done, model.pin(*content, true));
            }
            Operation::Unpin => {
                drop(library.unpin("meridian", "model", None));
                model.unpin(seen.is_none());
            }
            Operation::Restart => {
                drop(library);
                library = open(&source, state.path());
                model.scan();
                seen = model.disk;
            }
        }
        agree(&library, &model, operation);
    }
    assert_eq!(
        tag(&library.current(), "meridian").as_deref(),
        Some("9"),
        "the directory is valid, and nothing is pinned"
    );
}

#[test]
fn what_is_in_use_is_what_the_model_says_after_any_operations() {
    let cases = if is_full() { 400 } else { 60 };
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() };
    proptest!(config, |(operations in proptest::collection::vec(operation(), 1..30))| run(&operations));
}
