//! The clock of the command line: the time of a command, and the current month, by which it recognises revenue of
//! months that have not begun.

use crate::units::Month;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::{Duration, SystemTime};

/// Variable of reproducible builds: seconds since 1970 that replace the system's clock.
const EPOCH: &str = "SOURCE_DATE_EPOCH";
/// Time by which the earliest time zone is ahead of UTC.
const EARLIEST_ZONE: TimeDelta = TimeDelta::hours(14);

/// Returns the time, by `SOURCE_DATE_EPOCH` if that is set.
pub fn now() -> DateTime<Utc> {
    let stated = std::env::var(EPOCH).ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    stated.and_then(|time| SystemTime::UNIX_EPOCH.checked_add(time)).unwrap_or_else(SystemTime::now).into()
}

/// Returns the month that has begun in the earliest time zone, by `SOURCE_DATE_EPOCH` if that is set.
pub fn current_month() -> Month {
    let now = now();
    let ahead = now.checked_add_signed(EARLIEST_ZONE).unwrap_or(now);
    Month::of(ahead.date_naive())
}
