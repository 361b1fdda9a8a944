//! The two-scan rule, on scans and times that the test makes up.

use super::*;
use quotient::library::{Settled, Settling, Taken};

fn scan(vendors: &[(&str, Sighting)]) -> Scan {
    let vendors = vendors.iter().map(|(name, sighting)| ((*name).into(), sighting.clone())).collect();
    Scan { vendors, ..Scan::default() }
}

fn files(tag: &str) -> Sighting {
    Sighting::Files(Arc::new(vendor_files("meridian", &texts(tag, ""))))
}

fn at(milliseconds: u64) -> Taken {
    Taken { from: ms(milliseconds), to: ms(milliseconds) }
}

fn rule() -> Settling {
    Settling::new(ms(100))
}

#[test]
fn a_content_counts_when_two_scans_a_gap_apart_agree() {
    let mut rule = rule();
    assert!(rule.observe(scan(&[("meridian", files("1"))]), at(0)).is_empty());
    assert!(rule.observe(scan(&[("meridian", files("1"))]), at(99)).is_empty(), "99 ms are too short");
    assert_eq!(rule.observe(scan(&[("meridian", files("1"))]), at(100)).len(), 1);
    assert!(rule.observe(scan(&[("meridian", files("1"))]), at(300)).is_empty(), "it is told once");
}

#[test]
fn the_gap_runs_from_the_end_of_one_scan_to_the_begin_of_the_next() {
    let mut rule = rule();
    assert!(rule.observe(scan(&[("meridian", files("1"))]), Taken { from: ms(0), to: ms(80) }).is_empty());
    assert!(rule.observe(scan(&[("meridian", files("1"))]), Taken { from: ms(120), to: ms(200) }).is_empty());
    assert_eq!(rule.observe(scan(&[("meridian", files("1"))]), Taken { from: ms(180), to: ms(260) }).len(), 1);
}

#[test]
fn content_that_changes_back_in_time_is_unchanged() {
    let mut rule = rule();
    rule.observe(scan(&[("meridian", files("1"))]), at(0));
    rule.observe(scan(&[("meridian", files("1"))]), at(100));
    assert!(rule.observe(scan(&[("meridian", files("2"))]), at(200)).is_empty());
    assert!(rule.observe(scan(&[("meridian", files("1"))]), at(300)).is_empty());
    assert!(rule.observe(scan(&[("meridian", files("2"))]), at(400)).is_empty(), "the count starts again");
    assert_eq!(rule.observe(scan(&[("meridian", files("2"))]), at(500)).len(), 1);
}

#[test]
fn a_vendor_that_moves_does_not_hold_up_another() {
    let mut rule = rule();
    for step in 0..5 {
        let scan =
            scan(&[("meridian", files(&step.to_string())), ("northwind", files("1")), ("solstice", Sighting::Moving)]);
        let settled = rule.observe(scan, at(step * 100));
        assert_eq!(
            settled.keys().map(|name| &**name).collect::<Vec<_>>(),
            if step == 1 { vec!["northwind"] } else { vec![] }
        );
    }
    assert_eq!(rule.unsettled(), ["meridian".into(), "solstice".into()]);
}

#[test]
fn a_vendor_is_absent_after_two_complete_scans_without_it() {
    let mut rule = rule();
    rule.observe(scan(&[("meridian", files("1"))]), at(0));
    rule.observe(scan(&[("meridian", files("1"))]), at(100));
    assert!(rule.observe(scan(&[]), at(200)).is_empty());
    let settled = rule.observe(scan(&[]), at(300));
    assert!(matches!(settled["meridian"], Settled::Absent));
    assert!(rule.observe(scan(&[]), at(400)).is_empty());
}

#[test]
fn a_vendor_missing_from_an_incomplete_scan_is_unreadable_and_not_absent() {
    let mut rule = rule();
    rule.observe(scan(&[("meridian", files("1"))]), at(0));
    rule.observe(scan(&[("meridian", files("1"))]), at(100));
    let fault = Scan { faults: refusal(Code::FileUnreadable, "too many open files"), ..Scan::default() };
    rule.observe(fault.clone(), at(200));
    let settled = rule.observe(fault, at(300));
    assert!(matches!(&settled["meridian"], Settled::Unreadable(findings) if findings.len() == 1));
}

/// A writer is stopped at every byte of every file in turn; one scan sees that, the next sees the finished file.
#[test]
fn no_torn_write_settles_whatever_the_byte_it_is_cut_at() {
    let (old, new) = (texts("1", ""), texts("22", "let more = 1;"));
    let mut cuts = 0;
    for file in 0..new.len() {
        for cut in 0..=new[file].1.len() {
            let mut torn = old.clone();
            torn[..file].clone_from_slice(&new[..file]);
            torn[file].1 = new[file].1[..cut].to_owned();
            let sight = |texts: &[(String, String)]| Sighting::Files(Arc::new(vendor_files("meridian", texts)));
            let revision_of = |texts: &[(String, String)]| vendor_files("meridian", texts).revision().to_owned();
            let mut rule = rule();
            let mut settled = Vec::new();
            for (time, texts) in [(0, &old), (100, &old), (200, &torn), (300, &new), (400, &new), (500, &new)] {
                for (_, what) in rule.observe(scan(&[("meridian", sight(texts))]), at(time)) {
                    let Settled::Files(files) = what else { panic!("the files are there") };
                    settled.push(files.revision().to_owned());
                }
            }
            assert_eq!(settled, [revision_of(&old), revision_of(&new)], "cut at byte {cut} of file {file}");
            cuts += 1;
        }
    }
    assert!(cuts > 200, "{cuts}");
}
