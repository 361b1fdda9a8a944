//! The current month, by which the command line recognises revenue of months that have not begun.

use crate::units::Month;
use chrono::{DateTime, Utc};
use std::time::{Duration, SystemTime};

/// Variable of reproducible builds: seconds since 1970 that replace the system's clock.
const EPOCH: &str = "SOURCE_DATE_EPOCH";
/// Time by which the earliest time zone is ahead of UTC.
const EARLIEST_ZONE: Duration = Duration::from_hours(14);

/// Returns the month that has begun in the earliest time zone, by `SOURCE_DATE_EPOCH` if that is set.
pub fn current_month() -> Month {
    let stated = std::env::var(EPOCH).ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let now = stated.and_then(|time| SystemTime::UNIX_EPOCH.checked_add(time)).unwrap_or_else(SystemTime::now);
    let ahead: DateTime<Utc> = now.checked_add(EARLIEST_ZONE).unwrap_or(now).into();
    Month::of(ahead.date_naive())
}
