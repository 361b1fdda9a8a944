//! Weeks of the vendor's year, which belong to its months by a pattern such as 4-4-5.

use crate::units::{FiscalCalendar, Month};

/// Number of weeks in each month of a quarter, in order; a quarter has 13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) struct WeekPattern([u32; 3]);

impl WeekPattern {
    /// The patterns in use.
    pub const NAMES: [&str; 3] = ["4-4-5", "4-5-4", "5-4-4"];

    /// The pattern written `text`; `None` for any other.
    pub fn new(text: &str) -> Option<Self> {
        match text {
            "4-4-5" => Some(Self([4, 4, 5])),
            "4-5-4" => Some(Self([4, 5, 4])),
            "5-4-4" => Some(Self([5, 4, 4])),
            _ => None,
        }
    }

    /// The month that `week` belongs to. The 53rd week of a long year belongs to the last month.
    pub fn month(self, week: Week, calendar: FiscalCalendar) -> Option<Month> {
        let (quarter, place) = ((week.number - 1) / 13, (week.number - 1) % 13);
        let [first, second, _] = self.0;
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
}

impl Week {
    /// Reads `2025-W05`, `2025W5`, `FY2025-W05`, `W05 2025`, `Week 5 2025`.
    pub fn read(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let parts: Vec<&str> = upper.split(['-', ' ', '/', '_']).filter(|part| !part.is_empty()).collect();
        let (year, week) = match *parts.as_slice() {
            [one] => one.split_once('W')?,
            [year, "W" | "WK" | "WEEK", week] | ["W" | "WK" | "WEEK", week, year] => (year, week),
            [one, other] => match (number_of(one), number_of(other)) {
                (None, Some(week)) => (one, week),
                (Some(week), None) => (other, week),
                _ => return None,
            },
            _ => return None,
        };
        let year = year.strip_prefix("FY").unwrap_or(year);
        let is_number = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(year, 4..=4) || !is_number(week, 1..=2) {
            return None;
        }
        let number = week.parse().ok().filter(|number| (1..=53).contains(number))?;
        Some(Self { year: year.parse().ok()?, number })
    }
}

/// The number in `W05` or `WK5`.
fn number_of(text: &str) -> Option<&str> {
    ["WEEK", "WK", "W"].iter().find_map(|word| text.strip_prefix(word)).filter(|number| !number.is_empty())
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
        ] {
            assert_eq!(month(pattern, text, 1), expected, "{text}");
        }
        assert_eq!(month("4-4-5", "FY2025-W01", 7), "2024-07");
        assert_eq!(month("4-4-5", "FY2025-W53", 7), "2025-06");
        for text in ["2025-W54", "2025-W00", "2025-05", "25-W05", "2025-W", "W05", "2025-W005", "", "W", "2025-W-05-1"]
        {
            assert_eq!(Week::read(text), None, "{text}");
        }
    }
}
