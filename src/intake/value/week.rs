//! Weeks of a year, which belong to its months by a pattern such as 4-4-5, or as ISO 8601 counts them.

use crate::units::{FiscalCalendar, Month};
use chrono::{NaiveDate, Weekday};

/// Headings of numbers of weeks, folded.
pub(in crate::intake) const HEADINGS: [&str; 18] = [
    "week",
    "weekno",
    "weeknumber",
    "weeknum",
    "wk",
    "isoweek",
    "calendarweek",
    "fiscalweek",
    "weekofyear",
    "kw",
    "woche",
    "kalenderwoche",
    "semaine",
    "semana",
    "settimana",
    "week#",
    "yearweek",
    "salesweek",
];

/// Months that weeks belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum WeekPattern {
    /// Number of weeks in each month of a quarter, in order; a quarter has 13.
    Quarters([u32; 3]),
    /// The month of the week's Thursday.
    Iso,
}

impl WeekPattern {
    /// The patterns in use.
    pub const NAMES: [&'static str; 4] = ["4-4-5", "4-5-4", "5-4-4", "iso"];

    /// The pattern written `text`; `None` for any other.
    pub fn new(text: &str) -> Option<Self> {
        match text {
            "4-4-5" => Some(Self::Quarters([4, 4, 5])),
            "4-5-4" => Some(Self::Quarters([4, 5, 4])),
            "5-4-4" => Some(Self::Quarters([5, 4, 4])),
            "iso" => Some(Self::Iso),
            _ => None,
        }
    }

    /// The month that `week` belongs to. The 53rd week of a long year belongs to the last month. A week of a fiscal year
    /// has none by ISO 8601.
    pub fn month(self, week: Week, calendar: FiscalCalendar) -> Option<Month> {
        let Self::Quarters([first, second, _]) = self else { return week.iso_month() };
        let (quarter, place) = ((week.number - 1) / 13, (week.number - 1) % 13);
        let offset = match (quarter, place) {
            (4.., _) => 11,
            (quarter, place) if place < first => 3 * quarter,
            (quarter, place) if place < first + second => 3 * quarter + 1,
            (quarter, _) => 3 * quarter + 2,
        };
        Some(calendar.year_start(week.year)?.plus(i32::try_from(offset).ok()?))
    }
}

/// A week of the vendor's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) struct Week {
    year: i32,
    /// From 1 to 53.
    number: u32,
    is_fiscal: bool,
}

impl Week {
    /// Reads `2025-W05`, `2025W5`, `FY2025-W05`, `W05 2025`, `Week 5 2025`, `KW 5/2025`, `W05-25`.
    pub fn read(text: &str) -> Option<Self> {
        // Most texts have no digit, or no letter of a week.
        let has = |is_one: fn(u8) -> bool| text.bytes().any(is_one);
        if text.len() > 24 || !has(|byte| byte.is_ascii_digit()) || !has(|byte| matches!(byte, b'w' | b'W')) {
            return None;
        }
        let upper = text.trim().to_uppercase();
        let upper = ["WEEK", "WOCHE", "KW", "WK", "CW"]
            .iter()
            .find_map(|word| upper.contains(word).then(|| upper.replacen(word, "W", 1)))
            .unwrap_or(upper);
        let is_between = |c: char| matches!(c, '-' | ' ' | '/' | '_' | '.' | ',' | '\'' | '\u{2019}');
        let parts: Vec<&str> = upper.split(is_between).filter(|part| !part.is_empty()).collect();
        let (year, week, is_first) = match *parts.as_slice() {
            [one] => one.split_once('W').map(|(year, week)| (year, week, false))?,
            [year, "W", week] => (year, week, false),
            ["W", week, year] => (year, week, true),
            [one, other] => match (one.strip_prefix('W'), other.strip_prefix('W')) {
                (None, Some(week)) => (one, week, false),
                (Some(week), None) => (other, week, true),
                _ => return None,
            },
            _ => return None,
        };
        let (is_fiscal, year) = year.strip_prefix("FY").map_or((false, year), |year| (true, year));
        let is_number = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(week, 1..=2) {
            return None;
        }
        let year: i32 = match year.len() {
            4 if is_number(year, 4..=4) => year.parse().ok()?,
            2 if (is_first || is_fiscal) && is_number(year, 2..=2) => {
                year.parse::<i32>().ok().map(|year| 2000 + year)?
            }
            _ => return None,
        };
        let number = week.parse().ok().filter(|number| (1..=53).contains(number))?;
        Some(Self { year, number, is_fiscal })
    }

    /// Reads year and number of a week without a letter, such as `202552`; also what is read as a month elsewhere.
    pub fn numbered(text: &str) -> Option<Self> {
        let digits = text.trim();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (year, number) = digits.split_at(4);
        let number = number.parse().ok().filter(|number| (1..=53).contains(number))?;
        let year = year.parse().ok().filter(|year| (1990..2100).contains(year))?;
        Some(Self { year, number, is_fiscal: false })
    }

    /// True for a number that is not one of a month.
    pub fn is_after_twelve(self) -> bool {
        self.number > 12
    }

    /// The week as text that is not read as a month, such as `2025-W05`.
    pub fn text(self) -> String {
        format!("{}-W{:02}", self.year, self.number)
    }

    fn iso_month(self) -> Option<Month> {
        let day = |number| NaiveDate::from_isoywd_opt(self.year, number, Weekday::Thu);
        let day = day(self.number).or_else(|| day(52))?;
        Some(Month::of(day)).filter(|_| !self.is_fiscal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_belongs_to_a_month_of_its_quarter() {
        let month = |pattern: &str, text: &str, first: u32| {
            let week = Week::read(text).unwrap();
            let calendar = FiscalCalendar::new(first).unwrap();
            WeekPattern::new(pattern).unwrap().month(week, calendar).unwrap().to_string()
        };
        for (pattern, text, expected) in [
            ("4-4-5", "2025-W01", "2025-01"),
            ("4-4-5", "2025-W04", "2025-01"),
            ("4-4-5", "2025-W05", "2025-02"),
            ("4-4-5", "2025-W08", "2025-02"),
            ("4-4-5", "2025-W09", "2025-03"),
            ("4-4-5", "2025-W13", "2025-03"),
            ("4-4-5", "2025-W14", "2025-04"),
            ("4-4-5", "2025-W52", "2025-12"),
            ("4-4-5", "2025-W53", "2025-12"),
            ("4-5-4", "W09 2025", "2025-02"),
            ("4-5-4", "2025W10", "2025-03"),
            ("5-4-4", "Week 5 2025", "2025-01"),
            ("5-4-4", "wk6/2025", "2025-02"),
            ("4-4-5", "KW 5/2025", "2025-02"),
            ("4-4-5", "2025KW5", "2025-02"),
            ("iso", "KW 1/2025", "2025-01"),
            ("iso", "W05 2025", "2025-01"),
            ("iso", "W06-25", "2025-02"),
            ("iso", "2026-W01", "2026-01"),
            ("iso", "2020-W53", "2020-12"),
            ("iso", "2025-W53", "2025-12"),
        ] {
            assert_eq!(month(pattern, text, 1), expected, "{text}");
        }
        let fiscal = Week::read("FY2025-W01").unwrap();
        assert_eq!(WeekPattern::Iso.month(fiscal, FiscalCalendar::new(7).unwrap()), None);
        assert_eq!(month("4-4-5", "FY2025-W01", 7), "2024-07");
        assert_eq!(month("4-4-5", "FY2025-W53", 7), "2025-06");
        for text in ["2025-W54", "2025-W00", "2025-05", "25-W05", "2025-W", "W05", "2025-W005", "", "W", "2025-W-05-1"]
        {
            assert_eq!(Week::read(text), None, "{text}");
        }
    }
}
