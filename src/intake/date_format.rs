//! Dates, months and periods as files write them.

use crate::units::{FiscalCalendar, Month};
use chrono::{Datelike, NaiveDate};

/// Order and separators in which a file writes year, month and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateFormat {
    parts: [DatePart; 3],
    separators: [char; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DatePart {
    Year,
    Month { padded: bool },
    Day { padded: bool },
}

impl DateFormat {
    /// `2026-01-31`.
    pub const ISO: Self = Self {
        parts: [DatePart::Year, DatePart::Month { padded: true }, DatePart::Day { padded: true }],
        separators: ['-', '-'],
    };

    /// Reads a format such as `DD.MM.YYYY`; `None` unless it has year, month and day once each.
    pub fn new(format: &str) -> Option<Self> {
        let separators: Vec<char> = format.chars().filter(|c| !c.is_ascii_alphabetic()).collect();
        let [first, second] = separators.as_slice() else { return None };
        let part = |word: &str| match word {
            "YYYY" => Some(DatePart::Year),
            "MM" => Some(DatePart::Month { padded: true }),
            "M" => Some(DatePart::Month { padded: false }),
            "DD" => Some(DatePart::Day { padded: true }),
            "D" => Some(DatePart::Day { padded: false }),
            _ => None,
        };
        let words: Vec<DatePart> = format.split(|c: char| !c.is_ascii_alphabetic()).filter_map(part).collect();
        let parts: [DatePart; 3] = words.try_into().ok()?;
        let count = |wanted: fn(&DatePart) -> bool| parts.iter().filter(|part| wanted(part)).count();
        let once = count(|part| *part == DatePart::Year) == 1
            && count(|part| matches!(part, DatePart::Month { .. })) == 1
            && count(|part| matches!(part, DatePart::Day { .. })) == 1;
        once.then_some(Self { parts, separators: [*first, *second] })
    }

    /// Reads a date of this format; a time of day may follow after a space or `T` and is dropped.
    pub fn parse(self, text: &str) -> Option<NaiveDate> {
        let day_text = match text.find([' ', 'T']) {
            Some(at) if text[at + 1..].starts_with(|c: char| c.is_ascii_digit()) => &text[..at],
            _ => text,
        };
        let (first, rest) = day_text.split_once(self.separators[0])?;
        let (second, third) = rest.split_once(self.separators[1])?;
        let (mut year, mut month, mut day) = (0, 0, 0);
        for (part, word) in self.parts.iter().zip([first, second, third]) {
            let padded = match part {
                DatePart::Year => word.len() == 4,
                DatePart::Month { padded: true } | DatePart::Day { padded: true } => word.len() == 2,
                DatePart::Month { padded: false } | DatePart::Day { padded: false } => matches!(word.len(), 1 | 2),
            };
            if !padded || !word.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let number: u32 = word.parse().ok()?;
            match part {
                DatePart::Year => year = number,
                DatePart::Month { .. } => month = number,
                DatePart::Day { .. } => day = number,
            }
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        (1900..=2200).contains(&date.year()).then_some(date)
    }
}

/// First month and length of `2026-01`, `2026-Q1`, a date's month, or a label of the vendor's calendar.
pub(super) fn period_of(text: &str, calendar: Option<FiscalCalendar>) -> Option<(Month, u32)> {
    if let Ok(month) = text.parse::<Month>() {
        return Some((month, 1));
    }
    if let Some((year, quarter)) = text.split_once("-Q").filter(|(year, _)| year.len() == 4) {
        let quarter: u32 = ["1", "2", "3", "4"].iter().zip(0..).find(|(digit, _)| **digit == quarter)?.1;
        return Month::new(year.parse().ok()?, quarter * 3 + 1).map(|month| (month, 3));
    }
    if text.starts_with("FY") {
        return calendar?.period(text).ok().map(|period| (period.start, period.months));
    }
    DateFormat::ISO.parse(text).map(|date| (Month::of(date), 1))
}
