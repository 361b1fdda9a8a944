//! The rows of a table: in its layout, without totals and footers, under its binding.

use super::Limits;
use super::binding::{Binding, Source};
use super::cell::Fields;
use super::fault::TableFault;
use super::name::cleaned;
use super::reshape::Reshaping;
use super::row::Row;
use super::shared::Shared;
use super::sheet::{Location, Sheet};
use super::sorting::Sorting;
use super::table::{Field, TableKind};
use super::tally::Tally;
use crate::channel::{Name, Partner};
use crate::finding::{Finding, Place};
use std::collections::BTreeMap;

/// Summary of a table after its rows were read.
pub(super) struct Read {
    /// Places of its rows.
    pub location: Location,
    /// Heading of the column of partners.
    pub partner_heading: String,
    /// Rows that were used.
    pub rows: usize,
    /// True when the table has no row at all.
    pub is_empty: bool,
}

impl Read {
    /// Notes the table as one that the book has; a table without any row is an unused template.
    pub fn note(&self, kind: TableKind, tables: &mut BTreeMap<String, usize>) {
        if !self.is_empty || kind.table().required {
            tables.insert(kind.name().to_owned(), self.rows);
        }
    }
}

/// Calls `each` for every row of data that has the right width and that the mapping's filters let through.
///
/// `partners` are those of the book as far as they are known: a row that names one is not a total.
pub(super) fn each_row(
    sheet: &Sheet,
    binding: &Binding<'_>,
    partners: &[Partner],
    shared: &mut Shared,
    limits: &Limits,
    each: &mut dyn FnMut(&mut Row<'_>),
) -> Option<Read> {
    let (mut rows, mut all) = (0, 0u64);
    shared.tally = Tally::default();
    let (mut sorting, mut reshaping) = (Sorting::new(sheet, binding, partners), Reshaping::of(sheet));
    let result = sheet.for_each(|number, fields: Fields<'_>| {
        if sorting.leaves_out(number, fields, shared) {
            return;
        }
        all += 1;
        if all > limits.rows || !binding.check_width(number, fields, &mut shared.log) {
            return;
        }
        reshaping.each(number, fields, |_, fields| {
            if let Some((rule, column)) = binding.left_out_by(fields) {
                let heading = binding.headings.get(column).map(String::as_str).unwrap_or_default();
                shared.tally.leave_out(rule, heading, 1, number, fields.text(column));
                leave_out(binding, fields, shared);
                return;
            }
            rows += 1;
            each(&mut Row { binding, fields, number, shared });
        });
    });
    let location = binding.location.clone();
    shared.report_rounded(&location.file);
    shared.report_points(binding.table.name);
    if all > limits.rows {
        let fault = TableFault::TooManyRows { rows: all, limit: limits.rows };
        shared.log.add(Finding::from(fault).at(Place::file(location.file.clone())));
    }
    if let Err((row, reason)) = result {
        shared.log.add(Finding::from(TableFault::Interrupted { reason }).at(location.place(row, "", "")));
    }
    sorting.report(shared);
    let tally = std::mem::take(&mut shared.tally);
    shared.tables.push(tally.into_summary(binding, rows));
    let partner_heading = binding.heading(Field::PartnerId).to_owned();
    Some(Read { location, partner_heading, rows, is_empty: all == 0 })
}

/// Notes the partner of a row of the partners table that the mapping's filters leave out.
fn leave_out(binding: &Binding<'_>, fields: Fields<'_>, shared: &mut Shared) {
    if binding.table.kind != TableKind::Partners {
        return;
    }
    if let Source::Column(index) = binding.source(Field::PartnerId)
        && let Ok(id) = cleaned(fields.text(*index))
        && !id.is_empty()
    {
        shared.left_out.insert(Name::from(&*id));
    }
}
