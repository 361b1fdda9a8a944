//! Past revisions made ready again: nobody can keep the server at it.

use super::*;
use quotient::library::{Outcome, RevisionRecord};

fn revision(tag: &str) -> String {
    vendor_files("meridian", &texts(tag, "")).revision().to_owned()
}

fn code<T>(result: &Result<T, Findings>) -> Option<Code> {
    result.as_ref().err().map(|findings| findings.iter().next().unwrap().code())
}

/// A library that has seen these revisions one after another, and how often its validator was asked.
fn having_seen(
    clock: &Arc<TestClock>,
    tags: impl IntoIterator<Item = String>,
) -> (Library<Tagger>, Arc<AtomicU64>, Scripted) {
    let (source, validator) = (Scripted::default(), Tagger::default());
    let validated = Arc::clone(&validator.validated);
    let archive = quotient::library::Archive::in_memory()
        .keeping(quotient::library::Retention { revisions: 100, ..quotient::library::Retention::IN_MEMORY });
    source.put("meridian", "first", "");
    let (library, _) =
        Library::open(source.clone(), validator, Options { archive, clock: clock.clone(), ..by_polling() });
    for tag in tags {
        source.put("meridian", &tag, "");
        assert!(library.reload_now().is_success());
    }
    (library, validated, source)
}

#[test]
fn many_who_ask_for_one_revision_wait_for_one_check() {
    let (library, validated, _) = having_seen(&Arc::default(), ["second".to_owned()]);
    let before = validated.load(Ordering::Relaxed);
    let first = revision("first");
    let answers: Vec<bool> = thread::scope(|scope| {
        let ask = || library.past("meridian", &first).is_ok_and(|active| active.plugin.tag == "first");
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|is_right| *is_right));
    assert_eq!(validated.load(Ordering::Relaxed) - before, 1);
}

#[test]
fn who_asks_for_one_revision_after_another_is_held_up_and_a_person_is_not() {
    let clock = Arc::new(TestClock::default());
    let (library, validated, _) = having_seen(&clock, (0..24).map(|n| n.to_string()));
    let before = validated.load(Ordering::Relaxed);
    clock.stop();
    let mut made = 0;
    let busy = (0..22).find(|n| {
        let answer = library.past("meridian", &revision(&n.to_string()));
        made += u64::from(answer.is_ok());
        code(&answer) == Some(Code::RevisionBusy)
    });
    assert!(busy.is_some(), "22 in a row were made ready");
    assert_eq!(made, 16);
    assert_eq!(validated.load(Ordering::Relaxed) - before, made);
    library.roll_back("meridian", &revision("first"), "a wrong discount", Some("ana")).unwrap();
    assert_eq!(tag(&library.current(), "meridian").as_deref(), Some("first"));
}

#[test]
fn a_revision_that_is_not_there_costs_no_check() {
    let (library, validated, _) = having_seen(&Arc::default(), []);
    let before = validated.load(Ordering::Relaxed);
    for _ in 0..100 {
        let answer = library.past("meridian", &"0".repeat(64));
        assert_eq!(code(&answer), Some(Code::RevisionUnknown));
        assert_eq!(code(&library.past("nobody", &"0".repeat(64))), Some(Code::RevisionUnknown));
    }
    assert_eq!(validated.load(Ordering::Relaxed), before);
}

#[test]
fn the_list_of_revisions_says_what_became_of_each_and_who_decided() {
    let (library, _, source) = having_seen(&Arc::default(), ["second".to_owned()]);
    source.put("meridian", "third", "refuse");
    library.reload_now();
    library.roll_back("meridian", &revision("first"), "a wrong discount", Some("ana")).unwrap();
    let records = library.revision_records("meridian");
    let shown = |record: &RevisionRecord| {
        let last = record.last.as_ref().unwrap();
        (last.outcome, record.is_kept, record.is_active, last.who.clone(), last.findings.len())
    };
    assert_eq!(
        records.iter().map(shown).collect::<Vec<_>>(),
        [
            (Outcome::RolledBack, true, true, Some("ana".to_owned()), 0),
            (Outcome::Activated, true, false, None, 0),
            (Outcome::Refused, false, false, None, 1),
        ]
    );
    assert!(records.iter().all(|record| record.first_seen.is_some()));
    assert_eq!(records.iter().filter(|record| record.first_used.is_some()).count(), 2);
    assert!(library.revision_records("nobody").is_empty());
}
