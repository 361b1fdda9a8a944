//! Dates as text.

use chrono::NaiveDate;

/// Returns the date that is written as `2026-01-31`, with four digits of the year and two each of month and day;
/// `None` for any other text.
///
/// ```
/// # use quotient::units::date_of;
/// assert!(date_of("2026-01-31").is_some());
/// assert!(["-0001-12-31", "+10000-01-01", "2026-1-31", "2026-02-30", " 2026-01-31"].iter().all(|text| date_of(text).is_none()));
/// ```
pub fn date_of(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    text.parse().ok().filter(|_| is_plain)
}
