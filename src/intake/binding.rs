//! Binding of the columns of a table that was found to the declared columns.

use super::bound;
pub(super) use super::bound::Source;
use super::cell::Fields;
use super::fault::TableFault;
use super::log::{Log, shown};
use super::mapping::{TableMap, YEARS};
use super::sheet::{Location, Numbering, Sheet};
use super::table::{Column, Field, Table, TableKind, is_same_heading};
use super::value::notation::Notation;
use super::value::period::{Years, dated};
use super::won::Won;
use crate::channel::LeftOutBy;
use crate::finding::{Candidates, Finding, Severity, did_you_mean};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A found table whose columns are known.
#[derive(Debug)]
pub(super) struct Binding<'a> {
    pub table: &'static Table,
    pub location: Location,
    pub headings: Arc<[String]>,
    pub map: Option<&'a TableMap>,
    /// Notation of the numbers: the mapping file's, or the one that the numbers of a file beside the book show.
    pub notation: Notation,
    /// True when a leading `'` that a spreadsheet writer put there is taken off.
    pub strips_quote: bool,
    sources: Arc<[Source]>,
    keep: Vec<(usize, &'a [String])>,
    skip: Vec<(usize, &'a [String])>,
    /// The amounts of rows are subtracted when one of these holds.
    subtract: Vec<(usize, &'a [String])>,
    /// Rows that are used, for revenue that is the won opportunities.
    won: Option<Won<'a>>,
    /// Columns in percent, as their headings say.
    pub percents: BTreeSet<Field>,
    /// Number of fields that a row has at least.
    pub width: usize,
    /// Number of columns of the file.
    pub(super) columns: usize,
    /// Number of fields of the first row; 0 before it is read.
    pub(super) row_width: std::cell::Cell<usize>,
    /// Rows that are not data, as another table of the same sheet with amounts knows them.
    pub left_out: Option<BTreeSet<u64>>,
    /// True when the partners of the book are those of the rows of this table.
    pub has_own_partners: bool,
    /// Index of the added column of periods, and the column of amounts beside it.
    unpivoted: Option<(usize, Field)>,
}

impl<'a> Binding<'a> {
    /// Binds the columns of `sheet`; findings go to `log`, and `None` says that the table cannot be read.
    pub fn new(table: &'static Table, sheet: &Sheet, map: Option<&'a TableMap>, log: &mut Log) -> Option<Self> {
        let mut binder = Binder { table, sheet, location: sheet.location(), map, log, failed: false };
        let is_document = map.is_none() && sheet.reshape.is_none() && sheet.numbering != Numbering::Rows;
        let known = if is_document { bound::known(table.kind, &sheet.headings) } else { None };
        let is_known = known.is_some();
        let sources = known.unwrap_or_else(|| binder.sources().into());
        let keep = binder.filters(map.map(|map| map.keep.as_slice()).unwrap_or_default());
        let skip = binder.filters(map.map(|map| map.skip.as_slice()).unwrap_or_default());
        let subtract = binder.filters(map.map(|map| map.subtract.as_slice()).unwrap_or_default());
        let won = binder.won();
        if !is_known {
            binder.check_unused(&sources);
        }
        let failed = binder.failed;
        if is_document && !is_known && !failed {
            bound::note(table.kind, &sheet.headings, &sources);
        }
        // A heading row may end with delimiters; rows need not.
        let columns = sheet.columns();
        let width =
            sheet.headings[..columns].iter().rposition(|heading| !heading.is_empty()).map_or(0, |last| last + 1);
        let (location, headings) = (binder.location, Arc::clone(&sheet.headings));
        let row_width = std::cell::Cell::default();
        let unpivot = sheet.reshape.as_ref().and_then(|shape| shape.unpivot.as_ref());
        let unpivoted = unpivot.map(|unpivot| (unpivot.at, unpivot.amount));
        let (strips_quote, left_out, percents) = (false, None, BTreeSet::new());
        let notation = map.map(|map| map.notation).unwrap_or_default();
        (!failed).then_some(Self {
            table,
            location,
            headings,
            map,
            notation,
            strips_quote,
            sources,
            keep,
            skip,
            subtract,
            won,
            percents,
            width,
            columns,
            row_width,
            left_out,
            has_own_partners: false,
            unpivoted,
        })
    }

    /// Heading of the column of `fields` that holds `field`: of one column per period, that of the period.
    pub fn heading_in<'f>(&'f self, fields: Fields<'f>, field: Field) -> &'f str {
        match self.unpivoted {
            Some((period, amount)) if amount == field => fields.text(period),
            _ => self.heading(field),
        }
    }

    /// Source of the values of `field`.
    pub fn source(&self, field: Field) -> &Source {
        &self.sources[field as usize]
    }

    /// True when the table has the column.
    pub fn has(&self, field: Field) -> bool {
        *self.source(field) != Source::Absent
    }

    /// Heading of the column that holds `field`, else the declared name.
    pub fn heading(&self, field: Field) -> &str {
        match self.source(field) {
            Source::Column(index) => self.headings.get(*index).map_or(field.name(), String::as_str),
            Source::Absent | Source::Constant(_) => field.name(),
        }
    }

    /// Headings that are bound to no column of the declaration, with their index.
    pub fn unbound(&self) -> impl Iterator<Item = (usize, &str)> {
        let headings = self.headings.iter().map(String::as_str).enumerate();
        headings.filter(|(index, heading)| !heading.is_empty() && !self.sources.contains(&Source::Column(*index)))
    }

    /// The filter of the mapping that leaves the row out, and the index of its column; `None` when the row is used.
    pub fn left_out_by(&self, fields: Fields<'_>) -> Option<(LeftOutBy, usize)> {
        let holds = |filter: &(usize, &[String])| holds(filter, fields);
        let unmet = self.keep.iter().find(|filter| !holds(filter)).map(|(index, _)| (LeftOutBy::Where, *index));
        let unmet = unmet.or_else(|| {
            let won = self.won.as_ref().filter(|won| !won.holds(fields))?;
            Some((LeftOutBy::Where, won.index))
        });
        unmet.or_else(|| self.skip.iter().find(|filter| holds(filter)).map(|(index, _)| (LeftOutBy::Skip, *index)))
    }

    /// True when the mapping subtracts the amounts of the row.
    pub fn subtracts(&self, fields: Fields<'_>) -> bool {
        self.subtract.iter().any(|filter| holds(filter, fields))
    }
}

/// True when the column of the filter has one of its values.
fn holds((index, values): &(usize, &[String]), fields: Fields<'_>) -> bool {
    values.iter().any(|value| value == fields.text(*index))
}

struct Binder<'a, 's> {
    table: &'static Table,
    sheet: &'s Sheet,
    location: Location,
    map: Option<&'a TableMap>,
    log: &'s mut Log,
    failed: bool,
}

impl<'a> Binder<'a, '_> {
    fn add(&mut self, finding: Finding) {
        self.failed |= finding.is_error();
        self.log.add(finding);
    }

    /// The column headed `heading`; an error when there are two. With `is_exact`, the spelling distinguishes them.
    fn find(&mut self, heading: &str, is_exact: bool) -> Option<usize> {
        let is_named = |index: &usize| is_same_heading(&self.sheet.headings[*index], heading);
        let mut found = (0..self.sheet.columns()).filter(is_named);
        // Columns of a lookup have names that the table itself does not have, and so has that of the names of files.
        let label = self.sheet.reshape.as_ref().and_then(|shape| shape.label.as_ref()).map(|label| label.at);
        let Some(first) = found.next() else { return self.sheet.looked_up().chain(label).find(is_named) };
        let second = found.next();
        if second.is_some() {
            let mut exact = (0..self.sheet.columns()).filter(|index| self.sheet.headings[*index] == heading);
            if let (true, Some(only), None) = (is_exact, exact.next(), exact.next()) {
                return Some(only);
            }
            let place = self.location.place(self.sheet.heading_row, &self.sheet.headings[first], "");
            self.add(Finding::from(TableFault::DuplicateColumn { column: shown(heading) }).at(place));
        }
        Some(first)
    }

    fn sources(&mut self) -> Vec<Source> {
        let mut sources = vec![Source::Absent; Field::COUNT];
        for column in self.table.columns {
            let source = self.mapped(column);
            sources[column.field as usize] = source;
        }
        for column in self.table.columns {
            let is_mapped = self
                .map
                .is_some_and(|map| map.columns.contains_key(&column.field) || map.unbound.contains(&column.field));
            if sources[column.field as usize] != Source::Absent || is_mapped {
                continue;
            }
            let names: &[&str] = if self.map.is_some() { &[] } else { column.aliases };
            let index = std::iter::once(&column.field.name()).chain(names).find_map(|name| self.find(name, false));
            // What the mapping file uses for another column is not used twice by its name alone.
            if let Some(source) = index.map(Source::Column).filter(|source| !sources.contains(source)) {
                sources[column.field as usize] = source;
            }
        }
        self.check_required(&sources);
        sources
    }

    fn mapped(&mut self, column: &Column) -> Source {
        if let Some(index) = self.sheet.reshape.as_ref().and_then(|shape| shape.column(column.field)) {
            return Source::Column(index);
        }
        let Some(map) = self.map else { return Source::Absent };
        if let Some(constant) = map.constants.get(&column.field) {
            return Source::Constant(constant.clone());
        }
        let Some((candidates, span)) = map.columns.get(&column.field) else { return Source::Absent };
        if let Some(index) = candidates.iter().find_map(|heading| self.find(heading, true)) {
            return Source::Column(index);
        }
        let fault = TableFault::MappedColumn {
            file: self.sheet.file.clone(),
            names: candidates.clone(),
            column: column.field.name().to_owned(),
            candidates: self.candidates(candidates.first().map(String::as_str).unwrap_or_default()),
            heading_row: self.sheet.heading_row,
        };
        // Amounts of several currencies would be added up.
        let is_missed = column.field == Field::Currency && self.sheet.headings.iter().any(|one| names_currency(one));
        let severity = if column.required || is_missed { Severity::Error } else { Severity::Warning };
        self.add(Finding::from(fault).with_severity(severity).at(map.place(*span, "")));
        Source::Absent
    }

    /// The columns that `wanted` may mean.
    fn candidates(&self, wanted: &str) -> Candidates {
        let headings: Vec<String> =
            self.sheet.headings.iter().filter(|heading| !heading.is_empty()).map(|heading| shown(heading)).collect();
        Candidates::new(wanted, headings.iter().map(String::as_str))
    }

    fn check_required(&mut self, sources: &[Source]) {
        let has = |field: Field| sources[field as usize] != Source::Absent;
        let mapped = |field: Field| self.map.is_some_and(|map| map.columns.contains_key(&field));
        let missing: Vec<&Column> = self
            .table
            .columns
            .iter()
            .filter(|column| column.required && !has(column.field) && !mapped(column.field))
            .collect();
        for column in missing {
            self.missing(&[column.field], None);
        }
        let kind = self.table.kind;
        if kind == TableKind::Revenue && !has(Field::Month) && !has(Field::Period) {
            self.missing(&[Field::Month, Field::Period], None);
        }
        if kind == TableKind::Opportunities && !has(Field::Status) && !has(Field::IsClosed) {
            self.missing(&[Field::Status, Field::IsClosed], None);
        }
        if kind == TableKind::Opportunities && has(Field::IsClosed) && !has(Field::IsWon) && !has(Field::Status) {
            self.missing(&[Field::IsWon], Some(Field::IsClosed));
        }
        if kind == TableKind::WinRates && !has(Field::ByValue) && !has(Field::ByCount) {
            self.missing(&[Field::ByValue, Field::ByCount], None);
        }
    }

    /// Reports that none of `fields` has a column, while `present` has one.
    fn missing(&mut self, fields: &[Field], present: Option<Field>) {
        // The year makes words such as `Jan` readable.
        let is_period = |heading: &&String| dated(heading, Some(YEARS.1), Years::default()).is_some();
        let periods = self.sheet.headings.iter().filter(is_period).map(|heading| shown(heading)).collect();
        let fault = TableFault::MissingColumn {
            table: self.table.name.to_owned(),
            periods,
            columns: fields.iter().map(|field| field.name().to_owned()).collect(),
            present: present.map(|field| field.name().to_owned()),
            candidates: self.candidates(fields.first().map_or("", |field| field.name())),
            heading_row: self.sheet.heading_row,
        };
        let place = self.location.place(self.sheet.heading_row, "", "");
        self.add(Finding::from(fault).at(place));
    }

    fn filters(&mut self, filters: &'a [super::mapping::Filter]) -> Vec<(usize, &'a [String])> {
        let mut found = Vec::new();
        for filter in filters {
            if let Some(index) = self.find(&filter.heading, true) {
                found.push((index, filter.values.as_slice()));
                continue;
            }
            let fault = TableFault::FilterColumn {
                file: self.sheet.file.clone(),
                column: filter.heading.clone(),
                candidates: self.candidates(&filter.heading),
                heading_row: self.sheet.heading_row,
            };
            let place = self.map.map(|map| map.place(filter.span, "")).unwrap_or(self.location.place(1, "", ""));
            self.add(Finding::from(fault).at(place));
        }
        found
    }

    /// The column that says which rows are won, if the mapping reads those only.
    fn won(&mut self) -> Option<Won<'a>> {
        let map = self.map?.won.as_ref()?;
        let found = Won::of(map, |heading| self.find(heading, true));
        // A status that the opportunities lack is reported there too.
        if found.is_none() {
            self.missing(&[Field::Status, Field::IsWon], None);
        }
        found
    }

    /// Warns about columns that are probably misspelt, and about those that nothing reads.
    fn check_unused(&mut self, sources: &[Source]) {
        let absent: Vec<&str> = self
            .table
            .columns
            .iter()
            .filter(|column| sources[column.field as usize] == Source::Absent)
            .map(|column| column.field.name())
            .collect();
        let mut unused = Vec::new();
        for (index, heading) in self.sheet.headings.iter().enumerate() {
            if heading.is_empty() || sources.contains(&Source::Column(index)) {
                continue;
            }
            unused.push(heading.clone());
        }
        if self.map.is_some() || self.failed {
            self.check_currency(&absent, &unused);
            return;
        }
        let is_near = |heading: &String| did_you_mean(&heading.to_lowercase(), absent.iter().copied()).is_some();
        let (misspelt, unused): (Vec<String>, Vec<String>) = unused.into_iter().partition(is_near);
        for heading in &misspelt {
            let Some(near) = did_you_mean(&heading.to_lowercase(), absent.iter().copied()) else { continue };
            let place = self.location.place(self.sheet.heading_row, heading, "");
            let fault = TableFault::SimilarColumn { column: shown(heading), suggestion: near.to_owned() };
            self.log.add(Finding::from(fault).at(place));
        }
        let becomes_attributes = self.table.kind == TableKind::Partners;
        let read_beside =
            matches!(self.table.kind, TableKind::Previous | TableKind::Locks | TableKind::Targets | TableKind::Extra);
        let parts: Vec<&str> =
            absent.iter().copied().filter(|name| matches!(*name, "territory" | "product_line")).collect();
        if self.table.kind == TableKind::Targets && !parts.is_empty() && !(unused.is_empty() && misspelt.is_empty()) {
            // A territory's target under a misspelt heading would be taken for the channel's.
            let fault = TableFault::TargetColumns {
                unread: misspelt.iter().chain(&unused).map(|heading| shown(heading)).collect(),
                absent: parts.iter().map(|part| (*part).to_owned()).collect(),
            };
            let place = self.location.place(self.sheet.heading_row, "", "");
            self.add(Finding::from(fault).at(place));
        }
        if !becomes_attributes && !read_beside && !unused.is_empty() {
            let fault = TableFault::UnreadColumns { columns: unused.iter().map(|heading| shown(heading)).collect() };
            self.log.add(Finding::from(fault).at(self.location.place(self.sheet.heading_row, "", "")));
        }
    }

    /// Reports a column that probably has the currencies of the amounts and is not read.
    fn check_currency(&mut self, absent: &[&str], unused: &[String]) {
        let is_in =
            |map: &TableMap| map.columns.contains_key(&Field::Currency) || map.unbound.contains(&Field::Currency);
        let is_stated = self.map.is_some_and(is_in);
        if is_stated || !absent.contains(&Field::Currency.name()) {
            return;
        }
        if let Some(heading) = unused.iter().find(|heading| names_currency(heading)) {
            let fault = TableFault::UnreadCurrency { column: shown(heading), table: self.table.name.to_owned() };
            self.log.add(Finding::from(fault).at(self.location.place(self.sheet.heading_row, heading, "")));
        }
    }
}

/// True for a heading with the word for currency.
pub(super) fn names_currency(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    ["currency", "währung", "waehrung", "devise", "divisa", "moneda", "moeda", "valuta"]
        .iter()
        .any(|word| heading.contains(word))
}
