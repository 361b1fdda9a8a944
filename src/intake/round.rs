//! Workbooks of a plan of record that came back: figures and reasons by line.

use super::beside::{Beside, WorkbookMeta};
use super::log::Reported;
use super::returned::{Columns, LINE_ID, override_of};
use super::row::Row;
use super::table::{Field, TableKind, folded};
use crate::finding::{Checked, Place};
use crate::units::{Currency, Money};
use std::path::Path;

/// A row of a returned workbook with a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedRow {
    /// Id of the line, or the partner id in a workbook without ids.
    pub line: String,
    /// Figure in the column of overrides.
    pub figure: Money,
    /// Reason beside it; empty when not given.
    pub reason: String,
    /// Cell of the figure.
    pub place: Place,
}

/// Reads a workbook that came back: the rows with a figure, in their order, and the metadata of the file.
pub fn read_returned(path: &Path, currency: Currency) -> Checked<(Vec<ReturnedRow>, WorkbookMeta)> {
    Checked::from(Beside::open_in(path, currency)).and_then(|mut reading| {
        let Some(index) = reading.table(&["quotas", "lines"]) else {
            return Checked::refused(reading.shared.log.into_findings());
        };
        let meta = reading.meta();
        let (mut rows, mut columns) = (Vec::new(), None);
        reading.each_row(index, TableKind::Previous, |row| {
            let columns = columns.get_or_insert_with(|| Columns::of(row));
            rows.extend(returned(row, columns).ok().flatten());
        });
        reading.finish((rows, meta))
    })
}

fn returned(row: &mut Row<'_>, columns: &Columns) -> Result<Option<ReturnedRow>, Reported> {
    let (currency, partner) = (row.currency(), row.identifier(Field::PartnerId));
    let figure = override_of(row, columns);
    let reason = row.words(Field::OverrideReason);
    currency?;
    let partner = partner?.ok_or(Reported)?.into_owned();
    let (Some(figure), reason) = (figure?, reason?) else { return Ok(None) };
    let value = row.text(Field::OverrideQuota).unwrap_or_default();
    let place = row.binding.location.place(row.number, row.binding.heading(Field::OverrideQuota), value);
    let line = columns.as_proposed(row).remove(&folded(LINE_ID)).unwrap_or(partner);
    Ok(Some(ReturnedRow { line, figure, reason: reason.unwrap_or_default().into_owned(), place }))
}
