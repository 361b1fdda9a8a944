//! The header of a table: the first row, the row that the mapping file states, or the row that names the columns below
//! the title of an export.

use super::cell::Cell;
use super::fault::TableFault;
use super::log::Log;
use super::mapping::{Periods, TableMap, UnpivotMap};
use super::shape::period_and_amount;
use super::sheet::{Numbering, Sheet};
use super::table::{Field, Table, is_same_heading};
use crate::finding::{Finding, Place};

/// Rows among which a header is looked for.
const SEARCHED: usize = 30;

/// Moves the header of `sheet` to the row that the mapping file states, else to the first row that names most columns.
///
/// A header that is found below the first row is reported as a warning, with the key that confirms it.
pub(super) fn place(sheet: &mut Sheet, table: &Table, map: Option<&TableMap>, log: &mut Log) {
    if sheet.numbering != Numbering::Rows {
        return;
    }
    if let Some((map, (row, span))) = map.and_then(|map| Some((map, map.header_row?))) {
        let last = last_row(row, Some(map));
        let top = sheet.top(usize::try_from(last).unwrap_or(usize::MAX));
        if top.iter().any(|(number, _)| *number == row) {
            sheet.set_header_of_rows(&top, row, last);
        } else {
            log.add(Finding::from(TableFault::EmptyHeader { row }).at(map.place(span, "")));
        }
        return;
    }
    if map.is_some_and(|map| map.header_rows.is_some()) {
        let (first, top) = (sheet.heading_row, sheet.top(SEARCHED));
        sheet.set_header_of_rows(&top, first, last_row(first, map));
        return;
    }
    let wanted = Wanted { table, map };
    let own = wanted.count(sheet.headings.iter().map(String::as_str));
    if own == wanted.most() || wanted.has_required(&sheet.headings) {
        return;
    }
    let top = sheet.top(SEARCHED);
    let mut best: Option<(usize, u64, &[Cell])> = None;
    for (row, cells) in &top {
        let count = wanted.count(cells.iter().map(|cell| cell.text.trim()));
        if count > best.map_or(own, |(count, ..)| count) {
            best = Some((count, *row, cells));
        }
    }
    let Some((_, row, cells)) = best else { return };
    sheet.set_header(row, cells);
    let fault = TableFault::FoundHeader { row };
    log.add(Finding::from(fault).at(Place::cell(sheet.file.clone(), row, "", "")));
}

/// The name of the column `index` where it has no heading: `column A` for the first.
pub(super) fn unnamed(index: usize) -> Option<String> {
    let letter = char::from(b'A' + u8::try_from(index).ok().filter(|index| *index < 26)?);
    Some(format!("column {letter}"))
}

/// Gives the columns of `sheet` without a heading the names by which the mapping file means them.
pub(super) fn name_columns(sheet: &mut Sheet, map: Option<&TableMap>) {
    let Some(map) = map.filter(|_| sheet.headings.iter().any(String::is_empty)) else { return };
    let filled = map.fill_down.iter().map(|(heading, _)| heading);
    let filters = map.keep.iter().chain(&map.skip).chain(&map.subtract).map(|filter| &filter.heading);
    let outline = map.outline.iter().map(|(heading, _)| heading);
    let own = map.columns.values().flat_map(|(headings, _)| headings);
    let headings: Vec<&String> = own.chain(filled).chain(filters).chain(outline).collect();
    let named = |(index, heading): (usize, &String)| {
        let name = if heading.is_empty() { unnamed(index) } else { None };
        name.filter(|name| headings.iter().any(|one| is_same_heading(one, name))).unwrap_or_else(|| heading.clone())
    };
    sheet.headings = sheet.headings.iter().enumerate().map(named).collect();
}

/// Last row of the header that begins in row `first`.
fn last_row(first: u64, map: Option<&TableMap>) -> u64 {
    first.saturating_add(map.and_then(|map| map.header_rows).unwrap_or(1)).saturating_sub(1)
}

/// Headings that a table may have.
struct Wanted<'a> {
    table: &'a Table,
    map: Option<&'a TableMap>,
}

impl Wanted<'_> {
    /// True when `heading` names the column `field`.
    fn names(&self, field: Field, heading: &str) -> bool {
        let mapped = self.map.and_then(|map| map.columns.get(&field));
        if let Some((headings, _)) = mapped {
            return headings.iter().any(|one| is_same_heading(one, heading));
        }
        let aliases = self.table.column(field).map_or(&[][..], |column| column.aliases);
        is_same_heading(field.name(), heading)
            || (self.map.is_none() && aliases.iter().any(|alias| is_same_heading(alias, heading)))
    }

    /// Further headings that the mapping file names: of filters, attributes and layouts.
    fn others(&self) -> impl Iterator<Item = &str> {
        self.map.into_iter().flat_map(|map| {
            let filters = map.keep.iter().chain(&map.skip).chain(&map.subtract).map(|filter| filter.heading.as_str());
            let attributes = map.attributes.iter().flatten().map(|(heading, _)| heading.as_str());
            let periods = map.unpivot.iter().flat_map(|unpivot| match &unpivot.periods {
                Periods::Months | Periods::Weeks | Periods::Days => &[][..],
                Periods::Headings(headings) => headings,
            });
            let factors =
                map.products.values().chain(map.joins.values()).flatten().flat_map(|(heading, _)| sides(heading));
            let years = map.unpivot.iter().flat_map(|unpivot| &unpivot.year_column);
            let layout = map.outline.iter().chain(years).map(|(heading, _)| heading.as_str());
            filters.chain(attributes).chain(factors).chain(layout).chain(periods.map(|(heading, _)| heading.as_str()))
        })
    }

    /// Number of columns and further headings that a row names.
    fn count<'c>(&self, cells: impl Iterator<Item = &'c str>) -> usize {
        let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
        let columns = self.table.columns.iter().map(|column| column.field);
        columns.filter(|field| cells.iter().any(|cell| self.names(*field, cell))).count()
            + self.others().filter(|other| cells.iter().any(|cell| is_same_heading(other, cell))).count()
    }

    /// Largest possible count.
    fn most(&self) -> usize {
        self.table.columns.len() + self.others().count()
    }

    /// True when the headings name every required column and every one that the mapping file names.
    fn has_required(&self, headings: &[String]) -> bool {
        let is_given = |field: Field| {
            let pair = period_and_amount(self.table);
            let by_layout = |map: &TableMap| {
                let amount = |unpivot: &UnpivotMap| unpivot.amount.or(pair.map(|(_, amount)| amount));
                map.unpivot.as_ref().is_some_and(|unpivot| {
                    amount(unpivot) == Some(field) || pair.is_some_and(|(period, _)| period == field)
                })
            };
            let is_computed = |map: &TableMap| {
                map.constants.contains_key(&field)
                    || map.products.contains_key(&field)
                    || map.joins.contains_key(&field)
            };
            self.map.is_some_and(|map| is_computed(map) || by_layout(map))
        };
        let is_mapped = |field: Field| self.map.is_some_and(|map| map.columns.contains_key(&field));
        let columns = self.table.columns.iter();
        let mut needed =
            columns.filter(|column| (column.required && !is_given(column.field)) || is_mapped(column.field));
        needed.all(|column| headings.iter().any(|heading| self.names(column.field, heading)))
    }
}

/// The headings of `Credit - Debit`, and any other text itself.
pub(super) fn sides(text: &str) -> impl Iterator<Item = &str> {
    let both = text.split_once(" - ").filter(|(one, _)| *one != "1");
    let (one, other) = both.map_or((text, None), |(one, other)| (one, Some(other)));
    [one].into_iter().chain(other)
}
