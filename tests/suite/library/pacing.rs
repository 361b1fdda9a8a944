//! When the directories are looked at, on a clock that the test sets.

use super::ms;
use quotient::library::{Pace, Pacing};
use std::time::Duration;

/// A pacing of the usual pace (quiet 150 ms, at most 2 s, interval 5 s) that scanned at 0.
fn scanned() -> Pacing {
    let mut pacing = Pacing::new(Pace::default());
    pacing.scanned(ms(0), ms(0));
    pacing
}

#[test]
fn the_first_scan_is_due_at_once() {
    assert_eq!(Pacing::new(Pace::default()).next_scan(None), Duration::ZERO);
}

#[test]
fn without_wake_ups_a_scan_is_due_at_every_interval() {
    assert_eq!(scanned().next_scan(None), ms(5_000));
}

#[test]
fn a_wake_up_is_followed_by_a_scan_once_things_are_quiet() {
    let mut pacing = scanned();
    pacing.wake(ms(1_000));
    assert_eq!(pacing.next_scan(None), ms(1_150));
    pacing.wake(ms(1_100));
    assert_eq!(pacing.next_scan(None), ms(1_250));
}

#[test]
fn wake_ups_that_never_rest_delay_a_scan_by_two_seconds_at_most() {
    let mut pacing = scanned();
    for time in (1_000..2_990).step_by(10) {
        pacing.wake(ms(time));
        assert!(pacing.next_scan(None) <= ms(3_000));
    }
    assert_eq!(pacing.next_scan(None), ms(3_000));
}

#[test]
fn the_confirming_scan_is_due_when_it_can_settle_something() {
    assert_eq!(scanned().next_scan(Some(ms(100))), ms(100));
}

#[test]
fn a_wake_up_puts_off_the_confirming_scan() {
    let mut pacing = scanned();
    pacing.wake(ms(90));
    assert_eq!(pacing.next_scan(Some(ms(100))), ms(240), "90 + 150");
}

#[test]
fn a_storm_puts_off_every_second_confirming_scan_only_and_none_comes_before_rest_and_gap() {
    let mut pacing = scanned();
    (1_000..3_000).step_by(10).for_each(|time| pacing.wake(ms(time)));
    pacing.scanned(ms(3_000), ms(3_000));
    pacing.wake(ms(3_090));
    assert_eq!(pacing.next_scan(Some(ms(3_100))), ms(3_240), "90 + 150 is sooner than 100 + 150");
    pacing.wake(ms(3_200));
    assert_eq!(pacing.next_scan(Some(ms(3_100))), ms(3_250));
    pacing.scanned(ms(3_250), ms(3_250));
    pacing.wake(ms(3_300));
    pacing.wake(ms(3_400));
    assert_eq!(pacing.next_scan(Some(ms(3_350))), ms(3_550), "400 + 150: not confirmed once more");
}

#[test]
fn a_wake_up_during_a_scan_is_not_lost() {
    let mut pacing = scanned();
    pacing.wake(ms(1_000));
    pacing.wake(ms(1_160));
    pacing.scanned(ms(1_150), ms(1_170));
    assert!(pacing.is_awake());
    assert_eq!(pacing.next_scan(None), ms(1_310), "1160 + 150");
}

#[test]
fn a_request_hurries_but_two_scans_are_never_closer_than_100_ms() {
    let mut pacing = scanned();
    pacing.hurry();
    assert_eq!(pacing.next_scan(None), ms(100));
}

#[test]
fn after_a_long_scan_there_is_a_rest_as_long_but_no_longer_than_two_seconds() {
    for (took, due) in [(600, 1_200), (10_000, 12_000)] {
        let mut pacing = Pacing::new(Pace::default());
        pacing.scanned(ms(0), ms(took));
        pacing.hurry();
        assert_eq!(pacing.next_scan(None), ms(due));
    }
}

/// 100 changes a second for 30 seconds: each scan comes with a new content, so that each wants to be confirmed.
#[test]
fn flapping_makes_ten_scans_a_second_at_most() {
    let (mut pacing, mut scans) = (scanned(), 0);
    for time in (0..30_000).step_by(10) {
        pacing.wake(ms(time));
        if pacing.next_scan(Some(ms(time))) <= ms(time) {
            pacing.scanned(ms(time), ms(time));
            scans += 1;
        }
    }
    assert!((10..=300).contains(&scans), "{scans}");
}
