//! Dates and moments as files write them.

use super::date_format::DateFormat;
use super::month_word::month_number;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

/// Reason for which a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::intake) enum DateFault {
    /// It is not written as a date. The formats under which it would be one; two when its meaning is open.
    Not(Vec<String>),
    /// Two formats of the mapping file read different dates from it.
    Two(NaiveDate, NaiveDate),
}

/// Formats that are proposed for a date whose order is open.
const ORDERS: [&str; 2] = ["D/M/YYYY", "M/D/YYYY"];

/// Reads a date under the formats of its column, else in a form that has one meaning.
///
/// Forms of one meaning: the year first (`2026-01-31`, `2026/1/31`, `20260131`), or a month by its name and a year of
/// four digits (`31 Jan 2026`, `January 31, 2026`). A time of day is dropped; with an offset from UTC, `zone` decides
/// the day, and the date as written counts without one.
pub(in crate::intake) fn read(text: &str, formats: &[DateFormat], zone: Option<Tz>) -> Result<NaiveDate, DateFault> {
    let text = text.trim();
    let mut found: Option<NaiveDate> = None;
    for format in formats.iter().filter(|format| format.has_day()) {
        let Some(date) = format.parse(text).and_then(|(date, rest)| day(date, rest, zone)) else { continue };
        match found {
            Some(known) if known != date => return Err(DateFault::Two(known, date)),
            _ => found = Some(date),
        }
    }
    found.or_else(|| of_one_meaning(text, zone)).ok_or_else(|| DateFault::Not(orders(text, zone)))
}

/// Reads a date in a form that has one meaning.
pub(in crate::intake) fn of_one_meaning(text: &str, zone: Option<Tz>) -> Option<NaiveDate> {
    let found =
        year_first(text).or_else(|| compact(text)).or_else(|| with_characters(text)).or_else(|| with_month_word(text));
    if let Some((date, rest)) = found {
        return day(date, rest, zone);
    }
    None
}

/// Formats under which `text` is a date: day or month first, with the separator of the text.
pub(in crate::intake) fn orders(text: &str, zone: Option<Tz>) -> Vec<String> {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-')) else {
        return Vec::new();
    };
    let years = text.split([' ', 'T']).next().and_then(|date| date.rsplit(separator).next()).map_or(0, str::len);
    let written = ORDERS.iter().map(|order| {
        let order = order.replace('/', separator.encode_utf8(&mut [0; 4]));
        if years == 2 { order.replace("YYYY", "YY") } else { order }
    });
    let reads = |order: &String| {
        let format = DateFormat::new(order)?;
        format.parse(text).and_then(|(date, rest)| day(date, rest, zone))
    };
    written.filter(|order| reads(order).is_some()).collect()
}

/// `2026-01-31`, `2026/1/31`, `2026.01.31`.
fn year_first(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = number(text, 4, 4)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = number(&rest[1..], 1, 2)?;
    let (day, rest) = number(rest.strip_prefix(separator)?, 1, 2)?;
    date(year, month, day).map(|date| (date, rest))
}

/// `20260131`.
fn compact(text: &str) -> Option<(NaiveDate, &str)> {
    let (digits, rest) = number(text, 8, 8)?;
    date(digits / 10_000, digits / 100 % 100, digits % 100).map(|date| (date, rest))
}

/// `2026年1月31日`, `2026년 1월 31일`.
fn with_characters(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = number(text, 4, 4)?;
    let (month, rest) = number(rest.strip_prefix(['年', '년'])?.trim_start(), 1, 2)?;
    let (day, rest) = number(rest.strip_prefix(['月', '월'])?.trim_start(), 1, 2)?;
    date(year, month, day)
        .map(|date| (date, rest))
        .and_then(|(date, rest)| Some((date, rest.strip_prefix(['日', '일'])?)))
}

/// `31 Jan 2026`, `31. Januar 2026`, `Jan 31, 2026`, `31-JAN-2026`, `2026 Jan 31`, `31 de enero de 2026`.
fn with_month_word(text: &str) -> Option<(NaiveDate, &str)> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = text;
    while year.is_none() || month.is_none() || day.is_none() {
        rest = rest.trim_start_matches([' ', '\u{A0}', '.', ',', '-', '/']);
        if let Some((number, behind)) = number(rest, 4, 4) {
            rest = behind;
            year.replace(number).is_none().then_some(())?;
        } else if let Some((number, behind)) = number(rest, 1, 2) {
            rest = behind;
            day.replace(number).is_none().then_some(())?;
        } else {
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            rest = behind;
            let is_before = year.is_none() && month.is_none() && day.is_none();
            if matches!(word, "de" | "of" | "st" | "nd" | "rd" | "th") || (is_before && is_weekday(word)) {
                continue;
            }
            month.replace(month_number(word)?).is_none().then_some(())?;
        }
    }
    date(year?, month?, day?).map(|date| (date, rest))
}

/// True for the name of a day of the week in English or German, which says nothing that the date does not.
fn is_weekday(word: &str) -> bool {
    const ENGLISH: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    const GERMAN: [&str; 7] = ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"];
    let lower = word.to_lowercase();
    ENGLISH.iter().any(|name| *name == lower || name[..3] == lower) || GERMAN.contains(&lower.as_str())
}

/// A number of `least` to `most` digits at the beginning, and what follows; `None` when more digits follow.
fn number(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most + 1).take_while(u8::is_ascii_digit).count();
    if !(least..=most).contains(&length) {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    (1900..=2200).contains(&date.year()).then_some(date)
}

/// The day of a date that `rest` follows: nothing, or a time of day; `None` when it is anything else.
fn day(date: NaiveDate, rest: &str, zone: Option<Tz>) -> Option<NaiveDate> {
    if rest.is_empty() {
        return Some(date);
    }
    let (time, offset) = time_of_day(rest)?;
    match (offset, zone) {
        (Some(offset), Some(zone)) => {
            let moment: DateTime<FixedOffset> = NaiveDateTime::new(date, time).and_local_timezone(offset).single()?;
            Some(moment.with_timezone(&zone).date_naive())
        }
        _ => Some(date),
    }
}

/// A time of day such as ` 10:30`, `T10:30:00.000Z`, ` 10:30:00 AM`, ` 10:30:00+02:00`, `T103000Z`, with its offset.
fn time_of_day(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    let is_compact = text.starts_with('T') && text[1..].bytes().take_while(u8::is_ascii_digit).count() >= 4;
    let text = text.strip_prefix(',').unwrap_or(text);
    let begun = text.strip_prefix(['T', 't']).or_else(|| text.starts_with(char::is_whitespace).then(|| text.trim()))?;
    let (hour, minute, rest) = if is_compact {
        let (hour, minute) = (begun.get(..2)?, begun.get(2..4)?);
        (hour.parse().ok()?, minute.parse().ok()?, &begun[4..])
    } else {
        let (hour, rest) = number(begun, 1, 2)?;
        let (minute, rest) = number(rest.strip_prefix(':')?, 2, 2)?;
        (hour, minute, rest)
    };
    let seconds = if is_compact { number(rest, 2, 2) } else { rest.strip_prefix(':').and_then(|s| number(s, 2, 2)) };
    let (second, rest) = seconds.unwrap_or((0, rest));
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        _ => rest,
    };
    let (hour, rest) = on_twelve_hours(hour, rest.trim_start())?;
    let offset = offset_of(rest.trim())?;
    // A leap second belongs to the minute that it ends.
    Some((NaiveTime::from_hms_opt(hour, minute, second.min(if second == 60 { 59 } else { second }))?, offset))
}

/// The hour of 24 under `AM` or `PM`, and what follows.
fn on_twelve_hours(hour: u32, rest: &str) -> Option<(u32, &str)> {
    let words = [("am", 0), ("a.m.", 0), ("pm", 12), ("p.m.", 12)];
    let found = words.iter().find(|(word, _)| rest.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word)));
    match found {
        Some((word, noon)) if (1..=12).contains(&hour) => Some((hour % 12 + noon, &rest[word.len()..])),
        Some(_) => None,
        None => Some((hour, rest)),
    }
}

/// The offset written `Z`, `UTC`, `GMT`, `PST`, `+02:00`, `+0200` or `+02`; `None` inside when there is none.
fn offset_of(text: &str) -> Option<Option<FixedOffset>> {
    if text.is_empty() {
        return Some(None);
    }
    if ["Z", "UTC", "GMT"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Some(FixedOffset::east_opt(0));
    }
    // Abbreviations that mean one offset.
    const ZONES: [(&str, i32); 8] =
        [("PST", -8), ("PDT", -7), ("MST", -7), ("MDT", -6), ("EST", -5), ("EDT", -4), ("CET", 1), ("CEST", 2)];
    if let Some((_, hours)) = ZONES.iter().find(|(word, _)| text == *word) {
        return Some(FixedOffset::east_opt(hours * 3600));
    }
    // `GMT+0100 (Central European Standard Time)`, as browsers write it.
    let text = text.split_once(" (").filter(|(_, name)| name.ends_with(')')).map_or(text, |(text, _)| text);
    let text = ["GMT", "UTC"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        '\u{2212}' => (-1, &text['\u{2212}'.len_utf8()..]),
        _ => return None,
    };
    let (hours, rest) = match digits.len() {
        2 | 5 | 4 => (number(digits.get(..2)?, 2, 2)?.0, digits.get(2..)?),
        _ => return None,
    };
    let minutes = match rest.strip_prefix(':').unwrap_or(rest) {
        "" => 0,
        minutes => number(minutes, 2, 2).filter(|(_, rest)| rest.is_empty())?.0,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    FixedOffset::east_opt(sign * seconds).map(Some)
}
