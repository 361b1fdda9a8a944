//! Periods of a row: months and stretches of months, as cells write them.

use super::cell::CellKind;
use super::fault::ValueFault;
use super::log::{Reported, shown};
use super::row::{Row, Written};
use super::row_value::is_digits;
use super::table::{Field, TableKind, folded};
use super::value::date::DateFault;
use super::value::date_format::DateFormat;
use super::value::period::{self, PeriodFault, Years};
use super::value::week::{HEADINGS, Week};
use crate::units::Month;

/// Length of a month such as `2026-01`.
const MONTH_LENGTH: usize = 7;

impl Row<'_> {
    /// A stretch of months: its first month and its length.
    pub fn period(&mut self, field: Field) -> Result<Option<(Month, u32)>, Reported> {
        let Some(written) = self.value(field)? else { return Ok(None) };
        let Written { text, kind, is_ours } = written;
        let table = self.binding.table.kind;
        let is_latest = |(of, column, latest, _): &&(TableKind, Field, String, (Month, u32))| {
            kind == CellKind::Text && *of == table && *column == field && latest == text
        };
        if let Some((.., period)) = self.shared.latest_period.as_ref().filter(is_latest) {
            return Ok(Some(*period));
        }
        let is_kept = kind == CellKind::Text && !is_ours;
        if is_kept
            && text.len() == MONTH_LENGTH
            && let Ok(month) = text.parse::<Month>()
        {
            self.note_period(field, text, (month, 1));
            return Ok(Some((month, 1)));
        }
        if is_kept && let Some(period) = self.shared.known_periods.get(table, field, text) {
            self.note_period(field, text, period);
            return Ok(Some(period));
        }
        let (column, value) = (self.column(field), shown(text));
        let is_year = text.len() == 4 && (text.starts_with("19") || text.starts_with('2'));
        if kind.is_number() && !((is_year || matches!(text.len(), 6 | 8)) && is_digits(text)) {
            return Err(self.reject(field, ValueFault::SerialDate { column, value }));
        }
        let formats = self.binding.map.map(|map| map.dates.of(field)).unwrap_or_default();
        if let Some(week) = Week::numbered(text).filter(|_| !is_ours && self.are_weeks(field, formats)) {
            let month = self.shared.month_of(week).map(|month| Some((month, 1)));
            return month.ok_or_else(|| self.reject(field, ValueFault::Week { column, value }));
        }
        let formats = if kind == CellKind::Text && !is_ours { formats } else { &[] };
        let years = Years { calendar: self.shared.calendar, bare: self.binding.map.and_then(|map| map.years) };
        let read = period::read(text, years, formats, self.shared.zone);
        let is_other = matches!(read, Err(PeriodFault::Not(_)));
        if let Some(week) = is_other.then(|| Week::read(text)).flatten() {
            let month = self.shared.month_of(week).map(|month| Some((month, 1)));
            return month.ok_or_else(|| self.reject(field, ValueFault::Week { column, value }));
        }
        let fault = match read {
            Ok(period) => {
                if is_kept {
                    self.shared.known_periods.keep(table, field, text, period);
                    self.note_period(field, text, period);
                }
                return Ok(Some(period));
            }
            Err(PeriodFault::NoCalendar) => ValueFault::NoCalendar { column, value },
            Err(PeriodFault::BareYear) => ValueFault::BareYear { column, value },
            Err(PeriodFault::Not(DateFault::Not(known))) if known.is_empty() => ValueFault::NotPeriod { column, value },
            Err(PeriodFault::Not(DateFault::Not(formats))) => ValueFault::NotDate { column, value, formats },
            Err(PeriodFault::Not(DateFault::Two(first, second))) => {
                ValueFault::TwoDates { column, value, first: first.to_string(), second: second.to_string() }
            }
        };
        Err(self.reject(field, fault))
    }

    /// True when numbers such as `202505` in a column are those of weeks.
    fn are_weeks(&self, field: Field, formats: &[DateFormat]) -> bool {
        formats.iter().any(DateFormat::is_week)
            || (formats.is_empty() && HEADINGS.contains(&&*folded(self.binding.heading(field))))
    }

    /// Notes the latest period that was read.
    fn note_period(&mut self, field: Field, text: &str, period: (Month, u32)) {
        let table = self.binding.table.kind;
        match &mut self.shared.latest_period {
            Some((of, column, latest, found)) => {
                (*of, *column, *found) = (table, field, period);
                text.clone_into(latest);
            }
            none => *none = Some((table, field, text.to_owned(), period)),
        }
    }
}
