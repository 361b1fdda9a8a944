//! What follows for a vendor from what is learnt: on values only, with dates that the test sets.

use super::*;
use chrono::{DateTime, Utc};
use quotient::library::{Active, Change, Hold, News, Outcome, Pin};

fn noon(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_860_800 + seconds, 0).unwrap()
}

fn active(tag: &str) -> Arc<Active<Tagged>> {
    let files = Arc::new(vendor_files("meridian", &texts(tag, "")));
    let plugin = Tagger::default().validate(&files).unwrap().0;
    Arc::new(Active { files, plugin, warnings: Findings::new() })
}

fn refused(tag: &str) -> News<Tagged> {
    News::Refused { revision: active(tag).revision().into(), findings: refusal(Code::CaseFailed, "a case failed") }
}

fn pin(tag: &str, hold: Hold) -> News<Tagged> {
    let active = active(tag);
    let pin = Pin { revision: active.revision().into(), reason: "audit".into(), who: None, when: noon(0), hold };
    News::Pinned(pin, active)
}

/// The catalog after these pieces of news about `meridian`, a second apart, and all changes.
fn after(news: impl IntoIterator<Item = News<Tagged>>) -> (Catalog<Tagged>, Vec<Change>) {
    let (mut catalog, mut changes) = (Catalog::default(), Vec::new());
    for (second, news) in news.into_iter().enumerate() {
        if let Some((next, change)) = catalog.next([("meridian".into(), news)].into(), noon(second as i64)) {
            catalog = next;
            changes.extend(change);
        }
    }
    (catalog, changes)
}

fn outcomes(changes: &[Change]) -> Vec<Outcome> {
    changes.iter().map(|change| change.attempt.outcome).collect()
}

#[test]
fn a_broken_revision_leaves_the_last_good_in_use_and_says_so() {
    let (catalog, _) = after([News::Accepted(active("1")), refused("2")]);
    let meridian = catalog.vendor("meridian").unwrap();
    assert_eq!((meridian.state, tag(&catalog, "meridian")), (State::Degraded, Some("1".into())));
    assert_eq!(meridian.disk.as_deref(), Some(active("2").revision()));
    assert_eq!((meridian.findings.error_count(), meridian.since), (1, noon(1)));
}

#[test]
fn a_vendor_that_was_never_good_has_failed() {
    let (catalog, _) = after([refused("1")]);
    assert_eq!(catalog.vendor("meridian").unwrap().state, State::Failed);
    assert!(catalog.active("meridian").is_none());
}

#[test]
fn going_back_to_the_revision_in_use_recovers_without_a_new_one() {
    let (catalog, changes) = after([News::Accepted(active("1")), refused("2"), News::Seen, News::Seen]);
    assert_eq!(outcomes(&changes), [Outcome::Activated, Outcome::Refused, Outcome::Recovered]);
    assert_eq!((catalog.vendor("meridian").unwrap().state, catalog.generation()), (State::Active, 3));
}

#[test]
fn a_vendor_that_is_gone_leaves_its_history() {
    let (catalog, _) = after([News::Accepted(active("1")), News::Gone]);
    assert!(catalog.vendor("meridian").is_none());
    assert_eq!(catalog.departed()["meridian"].revision.as_deref(), Some(active("1").revision()));
    let (catalog, changes) = after([News::Accepted(active("1")), News::Gone, refused("2")]);
    assert!(catalog.active("meridian").is_none(), "what is gone does not come back to life");
    assert_eq!(catalog.vendor("meridian").unwrap().history.len(), changes.len());
}

#[test]
fn a_pin_persists_through_new_revisions_and_a_missing_directory() {
    let pinned = || pin("1", Hold::UntilUnpinned);
    let (catalog, changes) = after([News::Accepted(active("1")), pinned(), News::Accepted(active("2"))]);
    assert_eq!((tag(&catalog, "meridian").as_deref(), outcomes(&changes)[2]), (Some("1"), Outcome::Held));
    let (catalog, _) = after([News::Accepted(active("1")), pinned(), News::Gone]);
    assert_eq!(catalog.vendor("meridian").unwrap().state, State::Degraded);
    let unpin = News::Unpinned { reason: "done".into(), who: Some("ana".into()) };
    let (catalog, changes) = after([News::Accepted(active("1")), pinned(), News::Accepted(active("2")), unpin]);
    assert_eq!((tag(&catalog, "meridian").as_deref(), changes[3].attempt.who.as_deref()), (Some("2"), Some("ana")));
}

#[test]
fn a_rollback_excludes_the_withdrawn_revision_only() {
    let back = || pin("1", Hold::UntilChange { withdrawn: Some(active("2").revision().into()) });
    let start = || [News::Accepted(active("1")), News::Accepted(active("2")), back()];
    let (catalog, _) = after(start().into_iter().chain([refused("3"), News::Seen]));
    assert_eq!(tag(&catalog, "meridian").as_deref(), Some("1"), "2 is back in the directory, and stays withdrawn");
    let (catalog, _) = after(start().into_iter().chain([News::Accepted(active("3"))]));
    assert_eq!((tag(&catalog, "meridian").as_deref(), &catalog.vendor("meridian").unwrap().pinned), (Some("3"), &None));
}

#[test]
fn nothing_new_makes_no_generation() {
    let unreadable = || News::Unreadable(refusal(Code::FileUnreadable, "no permission"));
    let (catalog, changes) = after([News::Accepted(active("1")), News::Seen, unreadable(), unreadable()]);
    assert_eq!((catalog.generation(), changes.len()), (2, 2));
    assert!(Catalog::<Tagged>::default().next([("meridian".into(), News::Gone)].into(), noon(0)).is_none());
}

#[test]
fn a_refusal_without_an_error_still_refuses() {
    let news = News::Refused { revision: active("2").revision().into(), findings: Findings::new() };
    let (catalog, _) = after([News::Accepted(active("1")), news]);
    assert_eq!(catalog.vendor("meridian").unwrap().state, State::Degraded);
}

#[test]
fn history_and_findings_are_bounded() {
    let many = || (0..1_000).map(|n| Finding::error(Code::CaseFailed, format!("case {n}"))).collect::<Findings>();
    let news = (0..100).map(|n| News::Refused { revision: n.to_string().as_str().into(), findings: many() });
    let (catalog, _) = after(news);
    let meridian = catalog.vendor("meridian").unwrap();
    assert_eq!((meridian.history.len(), meridian.findings.len(), meridian.history[0].findings.len()), (32, 200, 10));
    assert_eq!(meridian.history.back().unwrap().revision.as_deref(), Some("99"));
}
