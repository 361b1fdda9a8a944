//! Layouts other than one row per record: cells left blank below their value, one column per month, and amounts that are
//! the product of other columns.

use super::cell::{Cell, CellKind, Fields};
use super::fault::TableFault;
use super::file_name::{value_of, year_in_name};
use super::log::{Log, shown};
use super::mapping::{Periods, TableMap, UnpivotMap, YEARS};
use super::product::product_of;
use super::shape::{Factor, Label, Lookup, Product, Reshape, Unpivot, YearSource, period_and_amount};
use super::sheet::{Sheet, part_of};
use super::table::{Field, Table, folded, is_same_heading};
use super::value::date;
use super::value::period::{self, Years, beside, dated};
use super::value::week::{HEADINGS, Week};
use crate::finding::{Candidates, Finding, Severity};
use crate::units::{FiscalCalendar, Month};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Headings of quarters, folded: their numbers 1 to 4 are not months.
const QUARTERS: [&str; 10] = [
    "quarter",
    "qtr",
    "fiscalquarter",
    "calendarquarter",
    "quarterno",
    "quartal",
    "trimestre",
    "kwartal",
    "qtrid",
    "quarterid",
];

/// Gives `sheet` the layout that the mapping file states; what cannot be found is reported as an error.
pub(super) fn reshape(
    sheet: &mut Sheet,
    table: &Table,
    map: Option<&TableMap>,
    calendar: Option<FiscalCalendar>,
    lookup: Option<Arc<Lookup>>,
    log: &mut Log,
) {
    let is_looked_up = lookup.is_some();
    let is_reshaped = |map: &&TableMap| {
        let is_computed = !(map.products.is_empty() && map.joins.is_empty());
        !map.fill_down.is_empty() || map.unpivot.is_some() || is_computed || is_looked_up || map.names.is_some()
    };
    let Some(map) = map.filter(is_reshaped) else { return };
    let mut shape = Reshape { lookup, ..Reshape::default() };
    for (heading, span) in &map.fill_down {
        match sheet.headings.iter().position(|one| is_same_heading(one, heading)) {
            Some(index) => shape.fill.push(index),
            None => {
                log.add(missing(sheet, heading).at(map.place(*span, "")));
            }
        }
    }
    shape.fill.sort_unstable();
    shape.fill.dedup();
    if let Some(names) = map.names.as_ref().filter(|names| table.columns.iter().any(|one| one.field == names.column)) {
        let texts = sheet.files().into_iter().map(|file| value_of(file, names)).collect();
        let at = sheet.headings.len();
        shape.label = Some(Label { field: names.column, at, texts });
        sheet.headings = sheet.headings.iter().cloned().chain([names.column.name().to_owned()]).collect();
    }
    let fields = period_and_amount(table);
    if let (Some(wanted), Some((period, amount))) = (&map.unpivot, fields) {
        let years = Years { calendar, bare: map.years };
        let columns = periods(sheet, map, wanted, years, log);
        let year = year_source(sheet, map, wanted, log).map(|source| (source, years));
        let (amount, at) = (wanted.amount.unwrap_or(amount), sheet.headings.len());
        let added = [period.name().to_owned(), amount.name().to_owned()];
        sheet.headings = sheet.headings.iter().cloned().chain(added).collect();
        shape.unpivot = Some(Unpivot { period, amount, columns, year, at });
    }
    if shape.unpivot.is_none() {
        shape.products = products(sheet, map, log);
    }
    sheet.reshape = Some(shape);
}

/// The source of the years, where they are not those of the headings; what contradicts a stated year is reported.
fn year_source(sheet: &Sheet, map: &TableMap, wanted: &UnpivotMap, log: &mut Log) -> Option<YearSource> {
    let files = || sheet.files().into_iter().map(|file| (file, year_in_name(file)));
    if wanted.is_year_named {
        for (file, _) in files().filter(|(_, year)| year.is_none()) {
            log.add(Finding::from(TableFault::NoYearInName { file: file.to_owned() }).at(map.place(wanted.span, "")));
        }
        return Some(YearSource::Names(
            files().map(|(_, year)| year.map(|year| year.to_string()).unwrap_or_default()).collect(),
        ));
    }
    if let Some((heading, span)) = &wanted.year_column {
        let index = sheet.headings.iter().position(|one| is_same_heading(one, heading));
        if index.is_none() {
            log.add(missing(sheet, heading).at(map.place(*span, "")));
        }
        return index.map(YearSource::Column);
    }
    let stated = wanted.year?;
    let named: BTreeMap<u32, &str> = files().filter_map(|(file, year)| Some((year?, file))).collect();
    if let Some((named, file)) = named.iter().find(|(year, _)| **year != stated) {
        let fault = TableFault::OtherYearInName { file: (*file).to_owned(), named: *named, stated };
        let finding = Finding::from(fault).at(map.place(wanted.span, ""));
        // One file alone may be named after the day of its export.
        log.add(if files().count() > 1 { finding } else { finding.with_severity(Severity::Warning) });
    }
    None
}

/// The columns that become rows, with the period of each as it is written.
fn periods(sheet: &Sheet, map: &TableMap, wanted: &UnpivotMap, years: Years, log: &mut Log) -> Vec<(usize, Box<str>)> {
    let mut columns = Vec::new();
    let mut undated = None;
    let mut add = |index: usize, whole: &str, months: Option<u32>| {
        let part = wanted.word.as_ref().map_or(Some(whole), |word| beside(whole, word));
        // With a word, columns without it are of another kind.
        let Some(heading) = part.or(Some(whole).filter(|_| months.is_none())) else { return };
        let in_column = wanted.is_year_by_row().then_some(YEARS.1);
        match dated(heading, wanted.year.or(in_column), years) {
            Some((text, length)) if months.is_none_or(|months| months == length) => {
                columns.push((index, if in_column.is_some() { heading.into() } else { text }));
            }
            None if names_part(heading, months, years) => undated = undated.take().or(Some(whole.to_owned())),
            // Anything else is found when its cells are read.
            None if months.is_none() => columns.push((index, heading.into())),
            Some(_) | None => {}
        }
    };
    match &wanted.periods {
        Periods::Months => {
            for (index, heading) in sheet.headings.iter().enumerate() {
                add(index, heading, Some(1));
            }
        }
        Periods::Weeks => {
            columns.extend(weeks(sheet, wanted));
        }
        Periods::Days => {
            let formats = map.dates.of(Field::Month);
            let is_day = |heading: &str| date::read(heading, formats, None).is_ok();
            let days = sheet.headings.iter().enumerate().filter(|(_, heading)| is_day(heading));
            columns.extend(days.map(|(index, heading)| (index, heading.as_str().into())));
        }
        Periods::Headings(headings) => {
            for (heading, span) in headings {
                match sheet.headings.iter().position(|one| is_same_heading(one, heading)) {
                    Some(index) => add(index, sheet.headings.get(index).map_or("", String::as_str), None),
                    None => {
                        log.add(missing(sheet, heading).at(map.place(*span, "")));
                    }
                }
            }
        }
    }
    check_columns(sheet, map, wanted, (&columns, undated, years), log);
    columns
}

/// A column with its period as it is written.
type Dated = (usize, Box<str>);

/// Reports columns of periods that are missing, undated or in each other.
fn check_columns(
    sheet: &Sheet,
    map: &TableMap,
    wanted: &UnpivotMap,
    (columns, undated, years): (&[Dated], Option<String>, Years),
    log: &mut Log,
) {
    let file = sheet.file.clone();
    let fault = match undated {
        Some(column) if columns.is_empty() || matches!(wanted.periods, Periods::Headings(_)) => {
            Some(TableFault::NoYear { file, column })
        }
        _ if columns.is_empty() && !matches!(wanted.periods, Periods::Headings(_)) => {
            Some(TableFault::NoMonths { file })
        }
        _ => None,
    };
    if let Some(fault) = fault {
        log.add(Finding::from(fault).at(map.place(wanted.span, "")));
    }
    if let Some((one, other)) = overlap(columns, years) {
        let [first, second] = [one, other].map(|index| sheet.headings.get(index).map_or("", String::as_str).to_owned());
        let fault = TableFault::OverlappingColumns { file: sheet.file.clone(), first, second };
        log.add(Finding::from(fault).at(map.place(wanted.span, "")));
    }
}

/// The headings that are weeks, each with its year where it is known.
fn weeks(sheet: &Sheet, wanted: &UnpivotMap) -> Vec<(usize, Box<str>)> {
    let year = wanted.year.or(wanted.is_year_by_row().then_some(YEARS.1));
    let week = |heading: &str| -> Option<Box<str>> {
        let plain = wanted.word.as_ref().map_or(Some(heading), |word| beside(heading, word))?;
        if let Some(week) = Week::numbered(plain) {
            return Some(week.text().into());
        }
        let dated = || year.map(|year| format!("{plain} {year}")).filter(|text| Week::read(text).is_some());
        match dated() {
            _ if Week::read(plain).is_some() => Some(plain.into()),
            Some(_) if wanted.is_year_by_row() => Some(plain.into()),
            dated => dated.map(String::into_boxed_str),
        }
    };
    let headings = sheet.headings.iter().enumerate();
    headings.filter_map(|(index, heading)| Some((index, week(heading)?))).collect()
}

/// The first two of the columns whose periods have a month in common: its amounts would count twice.
fn overlap(columns: &[(usize, Box<str>)], years: Years) -> Option<(usize, usize)> {
    let (mut months, mut days) = (BTreeMap::new(), BTreeMap::new());
    for (index, text) in columns {
        // Several days of a month have no amount in common.
        if let Ok(day) = date::read(text, &[], None) {
            if let Some(other) = days.insert(day, *index) {
                return Some((other, *index));
            }
            continue;
        }
        let Ok((start, length)) = period::read(text, years, &[], None) else { continue };
        for step in 0..length {
            if let Some(other) = months.insert(start.plus(i32::try_from(step).ok()?), *index) {
                return Some((other, *index));
            }
        }
    }
    days.iter().find_map(|(day, index)| Some((*months.get(&Month::of(*day))?, *index)))
}

/// True for a heading that names a part of a year, of `months` where those are stated, but no year.
fn names_part(heading: &str, months: Option<u32>, years: Years) -> bool {
    let named = dated(heading, Some(YEARS.1), years);
    named.is_some_and(|(_, length)| months.is_none_or(|months| months == length))
}

/// The products and joined texts of the mapping file; each gets a column behind those of the file.
fn products(sheet: &mut Sheet, map: &TableMap, log: &mut Log) -> Vec<Product> {
    let mut products = Vec::new();
    let computed = map.products.iter().map(|one| (one, Some(map.notation), " × "));
    for ((field, headings), notation, sign) in computed.chain(map.joins.iter().map(|one| (one, None, " "))) {
        let mut factors = Vec::new();
        let mut readings = Vec::new();
        for (text, span) in headings {
            let place = |heading: &str| sheet.headings.iter().position(|one| is_same_heading(one, heading));
            let both = text.split_once(" - ").filter(|_| notation.is_some() && headings.len() == 1);
            if let Some((one, other)) = both.and_then(|(one, other)| Some((place(one)?, place(other)?))) {
                factors.extend([one, other]);
                readings.extend([Factor::Plain, Factor::Less]);
                continue;
            }
            let (heading, reading) = match notation {
                Some(_) => factor(text, |heading| place(heading).is_some()),
                None if HEADINGS.contains(&folded(text).as_str()) => (text.as_str(), Factor::Week),
                None if QUARTERS.contains(&folded(text).as_str()) => (text.as_str(), Factor::Quarter),
                None => (text.as_str(), Factor::Plain),
            };
            match place(heading) {
                Some(index) => {
                    factors.push(index);
                    readings.push(reading);
                }
                None => {
                    log.add(missing(sheet, heading).at(map.place(*span, "")));
                }
            }
        }
        if factors.len() < headings.len() {
            continue;
        }
        let names: Vec<&str> = headings.iter().map(|(heading, _)| heading.as_str()).collect();
        let (at, added) = (sheet.headings.len(), names.join(sign));
        sheet.headings = sheet.headings.iter().cloned().chain([added]).collect();
        products.push(Product { field: *field, factors, readings, at, notation });
    }
    products
}

/// The heading and the reading of a factor that a mapping file writes as `text`, such as `1 - Discount`, in a table that
/// has the columns for which `has` is true.
fn factor(text: &str, has: impl Fn(&str) -> bool) -> (&str, Factor) {
    let Some(heading) = text.strip_prefix("1 - ").filter(|_| !has(text)) else { return (text, Factor::Plain) };
    match heading.strip_suffix(" / 100").filter(|_| !has(heading)) {
        Some(heading) => (heading, Factor::RestOf(100)),
        None => (heading, Factor::RestOf(1)),
    }
}

pub(super) fn missing(sheet: &Sheet, heading: &str) -> Finding {
    let headings: Vec<String> =
        sheet.headings.iter().filter(|heading| !heading.is_empty()).map(|heading| shown(heading)).collect();
    Finding::from(TableFault::LayoutColumn {
        file: sheet.file.clone(),
        column: heading.to_owned(),
        candidates: Candidates::new(heading, headings.iter().map(String::as_str)),
        heading_row: sheet.heading_row,
    })
}

/// The rows of a sheet in its layout, in order.
pub(super) struct Reshaping<'s> {
    shape: Option<&'s Reshape>,
    columns: usize,
    /// Latest value of each filled column.
    above: Vec<Cell>,
}

impl<'s> Reshaping<'s> {
    /// The rows of `sheet`.
    pub fn of(sheet: &'s Sheet) -> Self {
        let shape = sheet.reshape.as_ref();
        let filled = shape.map_or(0, |shape| shape.fill.len());
        Self { shape, columns: sheet.columns(), above: vec![Cell::default(); filled] }
    }

    /// Calls `each` for every row that the row `fields` of the file, numbered `row`, becomes, with its number among them.
    ///
    /// A period whose cell is empty gives no row: its amount is not known.
    pub fn each(&mut self, row: u64, fields: Fields<'_>, mut each: impl FnMut(usize, Fields<'_>)) {
        let Some(shape) = self.shape else { return each(0, fields) };
        let mut cells = fields.to_cells();
        cells.resize(self.columns.max(cells.len()), Cell::default());
        let mut is_ended = false;
        for (column, above) in shape.fill.iter().zip(&mut self.above) {
            let Some(cell) = cells.get_mut(*column) else { continue };
            if !cell.text.is_empty() {
                // A new value ends those of the columns to the right, which belong to the group before.
                is_ended |= above.text != cell.text;
                above.clone_from(cell);
            } else if is_ended {
                *above = Cell::default();
            } else {
                cell.clone_from(above);
            }
        }
        let mut columns = self.columns;
        if let Some(lookup) = &shape.lookup {
            cells.truncate(columns);
            lookup.extend(&mut cells);
            columns += lookup.added;
        }
        if let Some(label) = &shape.label {
            cells.truncate(columns);
            let text = label.texts.get(part_of(row)).cloned().unwrap_or_default();
            cells.push(Cell::new(CellKind::Text, text));
            columns += 1;
        }
        let Some(unpivot) = &shape.unpivot else {
            if !shape.products.is_empty() {
                cells.truncate(columns);
            }
            for product in &shape.products {
                let cell = product_of(product, &cells);
                cells.push(cell);
            }
            return each(0, Fields::Cells(&cells));
        };
        let year = unpivot.year.as_ref().map(|(source, years)| {
            let text = match source {
                YearSource::Column(column) => cells.get(*column).map_or("", |cell| cell.text.trim()),
                YearSource::Names(texts) => texts.get(part_of(row)).map_or("", String::as_str),
            };
            (text.to_owned(), *years)
        });
        cells.truncate(columns);
        cells.resize(columns + 2, Cell::default());
        for (number, (column, heading)) in unpivot.columns.iter().enumerate() {
            let Some(amount) = cells.get(*column).filter(|cell| !cell.text.is_empty()).cloned() else { continue };
            if let Some([period, value]) = cells.get_mut(unpivot.at..) {
                let text =
                    year.as_ref().map_or_else(|| heading.clone(), |(year, years)| of_year(heading, year, *years));
                *period = Cell { text, ..Cell::default() };
                *value = amount;
            }
            each(number, Fields::Cells(&cells));
        }
    }
}

/// The period `heading` of the year that a cell states; what is not a year is found when the period is read.
fn of_year(heading: &str, year: &str, years: Years) -> Box<str> {
    let dated = year.parse().ok().and_then(|year| dated(heading, Some(year), years));
    dated.map_or_else(|| format!("{heading} {year}").into(), |(text, _)| text)
}
