//! Random sequences of operations, compared with a model that is a map of lists.

use super::support::{act, causes, event};
use proptest::prelude::*;
use quotient::ledger::store::{Head, NewEvent, Store, StoreFault};
use std::collections::BTreeMap;

/// One operation.
#[derive(Debug, Clone)]
enum Step {
    /// An append to a plan, on its version plus an offset, of this many events, with a key.
    Append { plan: usize, behind: u64, events: u64, key: Option<u8> },
    /// The ledger is closed and opened.
    Reopen,
    /// A copy replaces the ledger.
    Restore,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let append =
        (0..3_usize, prop_oneof![6 => Just(0_u64), 1 => 1..3_u64], 1..5_u64, prop::option::weighted(0.4, 0..6_u8))
            .prop_map(|(plan, behind, events, key)| Step::Append { plan, behind, events, key });
    prop::collection::vec(prop_oneof![12 => append, 1 => Just(Step::Reopen), 1 => Just(Step::Restore)], 1..40)
}

/// What the ledger must contain.
#[derive(Default)]
struct Model {
    plans: BTreeMap<&'static str, Vec<String>>,
    keys: BTreeMap<u8, (&'static str, Vec<NewEvent>, u64, u64)>,
    number: u64,
}

impl Model {
    fn append(&mut self, store: &mut Store, step: &Step, at: u64) {
        let Step::Append { plan, behind, events, key } = step else { return };
        let plan = ["north", "south", "ledger"][*plan];
        let bodies = self.plans.entry(plan).or_default();
        let version = bodies.len() as u64;
        let expected = version.saturating_sub(*behind);
        // A command is the same when its key is even, so that half of the repeated ones are repetitions.
        let first = key.filter(|key| key % 2 == 0).map_or(at * 10, u64::from);
        let new: Vec<NewEvent> = (first..first + events).map(event).collect();
        let text = key.map(|key| format!("k-{key}"));
        let result = store.append(plan, expected, &act(1), &new, text.as_deref());
        match key.and_then(|key| self.keys.get(&key)) {
            Some((first_plan, content, number, version)) if (*first_plan, content) == (plan, &new) => {
                let appended = result.unwrap();
                assert_eq!((appended.first, appended.version, appended.is_repeated), (*number, *version, true));
            }
            Some((first_plan, _, number, _)) => {
                let key = text.unwrap();
                assert_eq!(result, Err(StoreFault::KeyReused { key, plan: (*first_plan).to_owned(), number: *number }));
            }
            None if expected != version => {
                assert_eq!(result, Err(StoreFault::Conflict { plan: plan.to_owned(), expected, current: version }));
            }
            None => {
                let appended = result.unwrap();
                bodies.extend(new.iter().map(|event| event.body.clone()));
                assert_eq!((appended.first, appended.version), (self.number + 1, bodies.len() as u64));
                self.number += events;
                assert_eq!(appended.head.number, self.number);
                let version = appended.version;
                key.map(|key| self.keys.insert(key, (plan, new, appended.first, version)));
            }
        }
    }

    fn compare(&self, store: &Store) {
        for (plan, bodies) in &self.plans {
            let events = store.events(plan, 0).unwrap();
            let found: Vec<&String> = events.iter().map(|event| &event.body).collect();
            assert_eq!(found, bodies.iter().collect::<Vec<_>>());
        }
        assert_eq!(store.head().unwrap().number, self.number);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::patience::cases(24, 1_000)))]

    #[test]
    fn the_ledger_is_a_map_of_lists(steps in steps()) {
        let directory = tempfile::tempdir().unwrap();
        let (mut path, mut model) = (directory.path().join("first.ledger"), Model::default());
        let mut store = Store::open(&path).unwrap();
        let mut anchors: Vec<Head> = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            match step {
                Step::Append { .. } => model.append(&mut store, step, at as u64),
                Step::Reopen => store = Store::open(&path).unwrap(),
                Step::Restore => {
                    path = directory.path().join(format!("{at}.ledger"));
                    store.backup(&path).unwrap();
                    store = Store::open_existing(&path).unwrap();
                }
            }
            anchors.push(store.head().unwrap());
        }
        model.compare(&store);
        for anchor in &anchors {
            prop_assert_eq!(causes(&store.verify(Some(anchor)).unwrap()), [""; 0]);
        }
    }
}
