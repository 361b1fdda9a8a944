//! Months, the vendor's fiscal calendar, planning periods and the reporting periods inside them.

use chrono::{Datelike, NaiveDate};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A text names no month or planning period.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarFault {
    /// No month such as `2026-01`.
    #[error("`{0}` is not a month such as `2026-01`")]
    NotMonth(String),
    /// No planning period such as `FY2026`, `FY2026-H1`, `FY2026-Q3` or `2026-01`.
    #[error("`{0}` is not a period such as `FY2026`, `FY2026-H1`, `FY2026-Q3` or `2026-01`")]
    NotPeriod(String),
}

/// One calendar month, counted from January of year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// Returns the month of `year` with `month` from 1 to 12; `None` otherwise or outside years 1900 to 2200.
    ///
    /// ```
    /// use quotient::units::Month;
    /// assert_eq!(Month::new(2026, 2).map(|month| month.to_string()), Some("2026-02".to_owned()));
    /// assert_eq!(Month::new(2026, 13), None);
    /// ```
    pub fn new(year: i32, month: u32) -> Option<Self> {
        ((1..=12).contains(&month) && (1900..=2200).contains(&year)).then(|| Self(year * 12 + month as i32 - 1))
    }

    /// The month of a date.
    ///
    /// ```
    /// use quotient::units::Month;
    /// assert_eq!(Month::of("2026-02-28".parse()?), "2026-02".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(date: NaiveDate) -> Self {
        Self(date.year() * 12 + date.month0() as i32)
    }

    /// Latest month that is complete at the end of `day`.
    ///
    /// ```
    /// use quotient::units::Month;
    /// assert_eq!(Month::last_complete("2026-02-28".parse()?), "2026-02".parse()?);
    /// assert_eq!(Month::last_complete("2026-02-27".parse()?), "2026-01".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last_complete(day: NaiveDate) -> Self {
        // The month before that of the date after.
        day.succ_opt().map_or(Self::of(day), |after| Self::of(after).plus(-1))
    }

    /// Calendar year.
    ///
    /// ```
    /// assert_eq!("2026-02".parse::<quotient::units::Month>()?.year(), 2026);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Month of the year, 1 to 12.
    ///
    /// ```
    /// assert_eq!("2026-02".parse::<quotient::units::Month>()?.number(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn number(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    /// The month `months` later, or earlier when negative.
    ///
    /// ```
    /// use quotient::units::Month;
    /// let december: Month = "2025-12".parse()?;
    /// assert_eq!(december.plus(1), "2026-01".parse()?);
    /// assert_eq!(december.plus(-12), "2024-12".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// Months from `earlier` to this one; negative when this one is earlier.
    ///
    /// ```
    /// use quotient::units::Month;
    /// let (january, march): (Month, Month) = ("2026-01".parse()?, "2026-03".parse()?);
    /// assert_eq!((march.since(january), january.since(march)), (2, -2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// First day.
    ///
    /// ```
    /// let month: quotient::units::Month = "2028-02".parse()?;
    /// assert_eq!(month.first_day().to_string(), "2028-02-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.number(), 1).unwrap_or(NaiveDate::MIN)
    }

    /// Last day.
    ///
    /// ```
    /// let month: quotient::units::Month = "2028-02".parse()?;
    /// assert_eq!(month.last_day().to_string(), "2028-02-29");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last_day(self) -> NaiveDate {
        self.plus(1).first_day().pred_opt().unwrap_or(NaiveDate::MIN)
    }
}

impl FromStr for Month {
    type Err = CalendarFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || CalendarFault::NotMonth(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(fault)?;
        if year.len() != 4 || month.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(fault());
        }
        let (year, month) = (year.parse().map_err(|_| fault())?, month.parse().map_err(|_| fault())?);
        Self::new(year, month).ok_or_else(fault)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

/// Lengths a planning period is cut into for reporting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportingPeriods {
    /// Twelve a year.
    Months,
    /// Four a year.
    Quarters,
    /// The planning period itself is the only one.
    Whole,
}

/// The vendor's fiscal year: it begins in a month and is named after the calendar year it ends in.
///
/// A fiscal year that begins in July 2019 is FY2020; one that begins in January 2020 is FY2020.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FiscalCalendar {
    first_month: u32,
}

impl FiscalCalendar {
    /// Returns the calendar whose year begins in `first_month` (1 to 12); `None` otherwise.
    ///
    /// ```
    /// use quotient::units::FiscalCalendar;
    /// assert!(FiscalCalendar::new(7).is_some() && FiscalCalendar::new(13).is_none());
    /// ```
    pub fn new(first_month: u32) -> Option<Self> {
        (1..=12).contains(&first_month).then_some(Self { first_month })
    }

    /// First month of fiscal year `year`.
    ///
    /// ```
    /// use quotient::units::FiscalCalendar;
    /// let from_july = FiscalCalendar::new(7).ok_or("no month")?;
    /// assert_eq!(from_july.year_start(2026), "2025-07".parse().ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn year_start(self, year: i32) -> Option<Month> {
        Month::new(if self.first_month == 1 { year } else { year - 1 }, self.first_month)
    }

    /// Fiscal year that contains `month`.
    ///
    /// ```
    /// use quotient::units::FiscalCalendar;
    /// let from_july = FiscalCalendar::new(7).ok_or("no month")?;
    /// assert_eq!(from_july.year_of("2025-07".parse()?), 2026);
    /// assert_eq!(from_july.year_of("2025-06".parse()?), 2025);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn year_of(self, month: Month) -> i32 {
        if self.first_month > 1 && month.number() >= self.first_month { month.year() + 1 } else { month.year() }
    }

    /// Reads `FY2026`, `FY2026-H1`, `FY2026-Q3`, `2026` (as `FY2026`) or a month `2026-01`.
    ///
    /// ```
    /// use quotient::units::FiscalCalendar;
    /// let from_july = FiscalCalendar::new(7).ok_or("no month")?;
    /// let quarter = from_july.period("FY2026-Q3")?;
    /// assert_eq!((quarter.start, quarter.months), ("2026-01".parse()?, 3));
    /// assert!(from_july.period("FY2026-Q5").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn period(self, label: &str) -> Result<PlanningPeriod, CalendarFault> {
        let fault = || CalendarFault::NotPeriod(label.to_owned());
        if let Ok(month) = label.parse::<Month>() {
            return Ok(PlanningPeriod { label: month.to_string(), start: month, months: 1 });
        }
        let text = label.strip_prefix("FY").unwrap_or(label);
        let (year, part) = text.split_once('-').map_or((text, None), |(year, part)| (year, Some(part)));
        if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fault());
        }
        let start = self.year_start(year.parse().map_err(|_| fault())?).ok_or_else(fault)?;
        let (offset, months, suffix) = match part {
            None => (0, 12, String::new()),
            Some(part @ ("H1" | "H2")) => (if part == "H1" { 0 } else { 6 }, 6, format!("-{part}")),
            Some(part @ ("Q1" | "Q2" | "Q3" | "Q4")) => {
                (3 * (i32::from(part.as_bytes()[1]) - i32::from(b'1')), 3, format!("-{part}"))
            }
            Some(_) => return Err(fault()),
        };
        Ok(PlanningPeriod { label: format!("FY{year}{suffix}"), start: start.plus(offset), months })
    }

    /// The label of the stretch of `months` (1, 3, 6 or 12) from `start`, when it is one of this calendar.
    ///
    /// ```
    /// use quotient::units::FiscalCalendar;
    /// let from_july = FiscalCalendar::new(7).ok_or("no month")?;
    /// assert_eq!(from_july.label("2026-01".parse()?, 3).as_deref(), Some("FY2026-Q3"));
    /// assert_eq!(from_july.label("2026-02".parse()?, 3), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn label(self, start: Month, months: u32) -> Option<String> {
        let year = self.year_of(start);
        let offset = start.since(self.year_start(year)?);
        match months {
            12 if offset == 0 => Some(format!("FY{year}")),
            6 if offset % 6 == 0 => Some(format!("FY{year}-H{}", offset / 6 + 1)),
            3 if offset % 3 == 0 => Some(format!("FY{year}-Q{}", offset / 3 + 1)),
            1 => Some(start.to_string()),
            _ => None,
        }
    }

    /// The first period of `months` (1, 3, 6 or 12) that begins after `date`.
    ///
    /// ```
    /// use quotient::units::FiscalCalendar;
    /// let from_july = FiscalCalendar::new(7).ok_or("no month")?;
    /// let next = from_july.next_after("2025-12-31".parse()?, 3);
    /// assert_eq!(next.map(|period| period.label).as_deref(), Some("FY2026-Q3"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_after(self, date: NaiveDate, months: u32) -> Option<PlanningPeriod> {
        (1..=months as i32)
            .map(|step| Month::of(date).plus(step))
            .find_map(|start| self.label(start, months).map(|label| PlanningPeriod { label, start, months }))
    }

    /// The period of `months` (1, 3, 6 or 12) that contains `date`.
    ///
    /// ```
    /// use quotient::units::FiscalCalendar;
    /// let from_july = FiscalCalendar::new(7).ok_or("no month")?;
    /// let half = from_july.containing("2025-12-31".parse()?, 6);
    /// assert_eq!(half.map(|period| period.label).as_deref(), Some("FY2026-H1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn containing(self, date: NaiveDate, months: u32) -> Option<PlanningPeriod> {
        (0..months as i32)
            .map(|step| Month::of(date).plus(-step))
            .find_map(|start| self.label(start, months).map(|label| PlanningPeriod { label, start, months }))
    }

    /// The reporting periods inside `period`, in order, never empty.
    ///
    /// ```
    /// use quotient::units::{FiscalCalendar, ReportingPeriods};
    /// let calendar = FiscalCalendar::new(1).ok_or("no month")?;
    /// let quarters = calendar.reporting(&calendar.period("FY2026-H1")?, ReportingPeriods::Quarters);
    /// let labels: Vec<&str> = quarters.iter().map(|period| &*period.label).collect();
    /// assert_eq!(labels, ["FY2026-Q1", "FY2026-Q2"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reporting(self, period: &PlanningPeriod, cut: ReportingPeriods) -> Vec<PlanningPeriod> {
        let months = match cut {
            ReportingPeriods::Months => 1,
            ReportingPeriods::Quarters => 3,
            ReportingPeriods::Whole => period.months,
        };
        if months >= period.months {
            return vec![period.clone()];
        }
        (0..period.months / months)
            .map(|index| {
                let start = period.start.plus((index * months) as i32);
                let label = self.label(start, months).unwrap_or_else(|| start.to_string());
                PlanningPeriod { label, start, months }
            })
            .collect()
    }
}

/// A stretch of whole months that a quota is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlanningPeriod {
    /// Name in the vendor's calendar: `FY2026`, `FY2026-H1`, `FY2026-Q3`, `2026-01`.
    pub label: String,
    /// First month.
    pub start: Month,
    /// Length in months: 1, 3, 6 or 12.
    pub months: u32,
}

impl PlanningPeriod {
    /// First month after the period.
    ///
    /// ```
    /// let calendar = quotient::units::FiscalCalendar::new(1).ok_or("no month")?;
    /// let quarter = calendar.period("FY2026-Q1")?;
    /// assert_eq!(quarter.end(), "2026-04".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn end(&self) -> Month {
        self.start.plus(self.months as i32)
    }

    /// First day.
    ///
    /// ```
    /// let calendar = quotient::units::FiscalCalendar::new(1).ok_or("no month")?;
    /// let quarter = calendar.period("FY2026-Q1")?;
    /// assert_eq!(quarter.first_day().to_string(), "2026-01-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn first_day(&self) -> NaiveDate {
        self.start.first_day()
    }

    /// Last day.
    ///
    /// ```
    /// let calendar = quotient::units::FiscalCalendar::new(1).ok_or("no month")?;
    /// let quarter = calendar.period("FY2026-Q1")?;
    /// assert_eq!(quarter.last_day().to_string(), "2026-03-31");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last_day(&self) -> NaiveDate {
        self.end().plus(-1).last_day()
    }

    /// Number of calendar days, both ends counted.
    ///
    /// ```
    /// let calendar = quotient::units::FiscalCalendar::new(1).ok_or("no month")?;
    /// let quarter = calendar.period("FY2026-Q1")?;
    /// assert_eq!(quarter.days(), 31 + 28 + 31);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn days(&self) -> i64 {
        (self.last_day() - self.first_day()).num_days() + 1
    }

    /// True when the period contains `month`.
    ///
    /// ```
    /// let calendar = quotient::units::FiscalCalendar::new(1).ok_or("no month")?;
    /// let quarter = calendar.period("FY2026-Q1")?;
    /// assert!(quarter.contains("2026-03".parse()?) && !quarter.contains("2026-04".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains(&self, month: Month) -> bool {
        self.start <= month && month < self.end()
    }
}

impl fmt::Display for PlanningPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// Whole months from `from` to `to`; negative when `to` is earlier. The last day of a month completes it.
///
/// ```
/// use quotient::units::whole_months;
/// assert_eq!(whole_months("2026-01-31".parse()?, "2026-02-28".parse()?), 1);
/// assert_eq!(whole_months("2026-01-15".parse()?, "2026-03-14".parse()?), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn whole_months(from: NaiveDate, to: NaiveDate) -> i64 {
    let months = i64::from(Month::of(to).since(Month::of(from)));
    if to.day() < from.day() && Month::of(to).last_day() != to { months - 1 } else { months }
}
