//! Formats of dates and months as a mapping file states them: `DD.MM.YYYY`, `M/D/YY`, `D MMM YYYY`, `YYYYMM`.

use super::month_word::month_number;
use chrono::{Datelike, NaiveDate};

/// Last two digits of a year that mean 2000 to 2068; 69 to 99 mean 1969 to 1999.
const PIVOT: i32 = 69;

/// The year of two digits: 00 to 68 mean 2000 to 2068, 69 to 99 mean 1969 to 1999.
pub(in crate::intake) fn year_of_two_digits(digits: i32) -> i32 {
    if digits < PIVOT { 2000 + digits } else { 1900 + digits }
}

/// Order and form in which a file writes year, month and day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::intake) struct DateFormat {
    /// The format as written.
    pub text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Year of four digits.
    Year,
    /// Year of two digits.
    ShortYear,
    Month {
        padded: bool,
    },
    /// Name of a month.
    MonthWord,
    Day {
        padded: bool,
    },
    /// Number of a week, of two digits.
    Week,
    /// Any other character.
    Literal(char),
}

impl DateFormat {
    /// Reads a format such as `DD.MM.YYYY`; `None` unless it has year and month once each, and day at most once, or is `YYYYWW`.
    pub fn new(format: &str) -> Option<Self> {
        let text = format.trim();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c: char| !c.eq_ignore_ascii_case(&first)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(if first.is_ascii_alphabetic() { end } else { first.len_utf8() });
            parts.push(match run.to_ascii_uppercase().as_str() {
                "YYYY" => Part::Year,
                "YY" => Part::ShortYear,
                "MMMM" | "MMM" => Part::MonthWord,
                "MM" => Part::Month { padded: true },
                "M" => Part::Month { padded: false },
                "WW" => Part::Week,
                "DD" => Part::Day { padded: true },
                "D" => Part::Day { padded: false },
                _ if first.is_alphanumeric() => return None,
                _ => Part::Literal(first),
            });
            rest = behind;
        }
        let count = |wanted: fn(&Part) -> bool| parts.iter().filter(|part| wanted(part)).count();
        let once = count(Part::is_year) == 1 && count(Part::is_month) == 1 && count(Part::is_day) <= 1;
        if parts == [Part::Year, Part::Week] {
            return Some(Self { text: text.to_owned(), parts });
        }
        let once = once && !parts.contains(&Part::Week);
        // Numbers that touch need a fixed length, or their border is not known.
        let touching = parts.windows(2).all(|pair| match pair {
            [one, other] => one.is_fixed() || !other.is_number(),
            _ => true,
        });
        (once && touching).then(|| Self { text: text.to_owned(), parts })
    }

    /// True for `YYYYWW`, a year and the number of a week.
    pub fn is_week(&self) -> bool {
        self.parts.contains(&Part::Week)
    }

    /// True when the format has a day, so that it is one of dates and not of months.
    pub fn has_day(&self) -> bool {
        self.parts.iter().any(Part::is_day)
    }

    /// Reads the beginning of `text`; returns the date, the first of the month without a day, and what follows it.
    ///
    /// A week is not a date; `None`.
    pub fn parse<'t>(&self, text: &'t str) -> Option<(NaiveDate, &'t str)> {
        let (mut year, mut month, mut day) = (0i32, 0u32, 1u32);
        let mut rest = text;
        for part in &self.parts {
            let (most, least) = match part {
                Part::Year => (4, 4),
                Part::ShortYear | Part::Month { padded: true } | Part::Day { padded: true } => (2, 2),
                Part::Month { padded: false } | Part::Day { padded: false } => (2, 1),
                Part::Week => return None,
                Part::MonthWord => {
                    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                    month = month_number(&rest[..end])?;
                    let abbreviated = rest[end..].strip_prefix('.');
                    rest = abbreviated.filter(|_| !self.parts.contains(&Part::Literal('.'))).unwrap_or(&rest[end..]);
                    continue;
                }
                Part::Literal(wanted) => {
                    let found = rest.chars().next()?;
                    if found != *wanted && !(wanted.is_whitespace() && found.is_whitespace()) {
                        return None;
                    }
                    rest = &rest[found.len_utf8()..];
                    continue;
                }
            };
            let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
            if length < least {
                return None;
            }
            let number: u32 = rest[..length].parse().ok()?;
            rest = &rest[length..];
            match part {
                Part::Year => year = i32::try_from(number).ok()?,
                Part::ShortYear => year = year_of_two_digits(i32::try_from(number).ok()?),
                Part::Month { .. } => month = number,
                Part::Day { .. } => day = number,
                Part::MonthWord | Part::Week | Part::Literal(_) => {}
            }
        }
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        (1900..=2200).contains(&date.year()).then_some((date, rest))
    }
}

impl Part {
    fn is_year(&self) -> bool {
        matches!(self, Self::Year | Self::ShortYear)
    }

    fn is_month(&self) -> bool {
        matches!(self, Self::Month { .. } | Self::MonthWord)
    }

    fn is_day(&self) -> bool {
        matches!(self, Self::Day { .. })
    }

    fn is_number(&self) -> bool {
        !matches!(self, Self::MonthWord | Self::Literal(_))
    }

    /// True for a part after which a digit cannot belong to it.
    fn is_fixed(&self) -> bool {
        !matches!(self, Self::Month { padded: false } | Self::Day { padded: false })
    }
}
