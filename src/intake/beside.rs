//! Inputs beside the book: targets by level, and agreed quotas.

use super::beside_notation::find_notation;
use super::binding::Binding;
use super::cell::Fields;
use super::fault::{BesideFault, TableFault, ValueFault};
use super::log::{Log, Reported, shown};
use super::returned::{AGREED_PERIODS, Columns, override_of};
use super::row::{Row, Shared};
use super::sheet::{Location, Sheet};
use super::store::Store;
use super::table::{Field, TableKind, folded, is_same_heading};
use super::value::identifier::salesforce_id;
use super::{JsonPart, Limits};
use crate::channel::{Lock, Name, PartnerBook, SegmentKey, Target};
use crate::finding::{Checked, Finding, Findings, Place, did_you_mean};
use crate::units::{Currency, Money};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Names of the book that are stored for a suggestion.
const MAX_NAMES: usize = 13;

/// Metadata of a proposal: the `_meta` sheet of a workbook, or the top-level members of a JSON proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkbookMeta {
    /// Hash of the rules that made it.
    pub revision: Option<String>,
    /// Hash of the book it was made from.
    pub input_hash: Option<String>,
    /// Planning period.
    pub period: Option<String>,
    /// Vendor.
    pub vendor: Option<String>,
    /// Plan of record that the workbook was written from.
    pub plan: Option<String>,
    /// Version of that plan.
    pub plan_version: Option<String>,
}

/// Locks as read from a file, and what the file says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFile {
    /// Locks, ascending by partner, product line, territory; at most one for each.
    pub locks: Vec<Lock>,
    /// Places of the locks, in the same order.
    pub places: Vec<Place>,
    /// Metadata of a returned workbook; all empty for other files.
    pub meta: WorkbookMeta,
}

/// Reads a targets file: CSV, JSON or XLSX with the columns `territory`, `product_line`, `target`.
///
/// Territories and product lines must be known to the book. Rows keep their order, without duplicates.
pub fn read_targets(path: &Path, book: &PartnerBook) -> Checked<Vec<Target>> {
    Checked::from(Beside::open(path, book)).and_then(|reading| targets_of(reading, book))
}

/// Reads targets from a part of a JSON document, as [`read_targets`] does from a file.
pub fn read_targets_json(part: &JsonPart<'_>, book: &PartnerBook, limits: &Limits) -> Checked<Vec<Target>> {
    Checked::from(Beside::of_part(part, book, limits)).and_then(|reading| targets_of(reading, book))
}

fn targets_of(mut reading: Beside, book: &PartnerBook) -> Checked<Vec<Target>> {
    let mut rows: Vec<Target> = Vec::new();
    let Some(index) = reading.table(&["targets"]) else { return Checked::refused(reading.shared.log.into_findings()) };
    let known = Known::of(book);
    let read = reading.each_row(index, TableKind::Targets, |row| {
        let _ = target(row, &known).map(|target| rows.push(target));
    });
    if let Some(file) = read {
        no_duplicates(&rows, &file, &mut reading.shared.log);
        if rows.is_empty() && !reading.shared.log.has_errors() {
            reading.shared.log.add(Finding::from(BesideFault::NoTarget {}).at(Place::file(file.file)));
        }
    }
    reading.finish(rows)
}

/// Reports targets for one and the same part of the channel.
pub(super) fn no_duplicates(rows: &[Target], location: &Location, log: &mut Log) {
    let mut first: BTreeMap<&SegmentKey, u64> = BTreeMap::new();
    for row in rows {
        if let Some(earlier) = first.insert(&row.segment, row.row) {
            let finding = Finding::from(BesideFault::DuplicateTarget {})
                .at(location.place(row.row, "", ""))
                .at(location.place(earlier, "", ""));
            log.add(finding);
        }
    }
}

/// Reads a locks file: CSV or JSON with the columns of the table `locks`, or the workbook that a proposal wrote.
///
/// In the workbook, a line is locked where `override_quota` is filled in, with `override_reason`.
pub fn read_locks(path: &Path, book: &PartnerBook) -> Checked<LockFile> {
    Checked::from(Beside::open(path, book)).and_then(|reading| locks_of(reading, book))
}

/// Reads locks from a part of a JSON document, as [`read_locks`] does from a file.
pub fn read_locks_json(part: &JsonPart<'_>, book: &PartnerBook, limits: &Limits) -> Checked<LockFile> {
    Checked::from(Beside::of_part(part, book, limits)).and_then(|reading| locks_of(reading, book))
}

fn locks_of(mut reading: Beside, book: &PartnerBook) -> Checked<LockFile> {
    let Some(index) = reading.table(&["quotas", "locks", "lines"]) else {
        return Checked::refused(reading.shared.log.into_findings());
    };
    let meta = reading.meta();
    let known = Known::of(book);
    let mut found: Vec<(Lock, Place)> = Vec::new();
    let overrides = reading.has_heading(index, Field::OverrideQuota.name());
    if !overrides && (meta.revision.is_some() || reading.has_heading(index, "assessment")) {
        // Its quotas are proposals: read as agreed ones they would lock every line.
        let place = Place::file(reading.store.name.clone());
        reading.shared.log.add(Finding::from(BesideFault::NothingAgreed {}).at(place));
        return Checked::refused(reading.shared.log.into_findings());
    }
    let mut columns = None;
    match overrides {
        true => reading.each_row(index, TableKind::Previous, |row| {
            let columns = columns.get_or_insert_with(|| Columns::of(row));
            let Ok(agreed) = override_of(row, columns) else { return };
            let periods = agreed_periods(row, columns, agreed);
            if agreed.is_some() {
                let lock = lock(row, &known, Field::OverrideQuota, Field::OverrideReason);
                found.extend(lock.and_then(|(lock, place)| Ok((Lock { periods: periods?, ..lock }, place))));
            }
        }),
        false => reading.each_row(index, TableKind::Locks, |row| {
            found.extend(lock(row, &known, Field::Quota, Field::Reason));
        }),
    };
    let found = merged(found, &mut reading.shared.log);
    let (locks, places) = found.into_iter().unzip();
    reading.finish(LockFile { locks, places, meta })
}

/// Merges the locks of several files, in their order. Equal quotas for one line are one lock; different ones are
/// reported with both places.
pub fn merge_locks(files: impl IntoIterator<Item = LockFile>) -> Checked<(Vec<Lock>, Vec<Place>)> {
    let found = files.into_iter().flat_map(|file| file.locks.into_iter().zip(file.places)).collect();
    let mut log = Log::default();
    let merged = merged(found, &mut log).into_iter().unzip();
    Checked::accepted(merged, log.into_findings())
}

/// One lock for each line, ascending by partner and line; reports lines with different quotas.
fn merged(mut found: Vec<(Lock, Place)>, log: &mut Log) -> Vec<(Lock, Place)> {
    // Stable: of equal locks the one named first is kept.
    found.sort_by(|(a, _), (b, _)| (&a.partner_id, &a.segment).cmp(&(&b.partner_id, &b.segment)));
    found.dedup_by(|(later, second), (lock, first)| {
        let is_same_line = lock.partner_id == later.partner_id && lock.segment == later.segment;
        if is_same_line && lock.quota.amount() != later.quota.amount() {
            let quotas = [&*lock, &*later].map(|lock| lock.quota.amount().normalize().to_string());
            let fault = BesideFault::DuplicateLock { partner: shown(&lock.partner_id), quotas: quotas.to_vec() };
            log.add(Finding::from(fault).at(second.clone()).at(first.clone()));
        } else if is_same_line && lock.reason.is_empty() {
            lock.reason = std::mem::take(&mut later.reason);
        }
        is_same_line
    });
    found
}

/// A file beside the book while it is read.
pub(super) struct Beside {
    store: Store,
    pub(super) shared: Shared,
    limits: Limits,
}

impl Beside {
    pub(super) fn open(path: &Path, book: &PartnerBook) -> Result<Self, Findings> {
        Self::open_in(path, book.currency)
    }

    /// Opens a file of amounts in `currency`.
    pub(super) fn open_in(path: &Path, currency: Currency) -> Result<Self, Findings> {
        let (mut log, limits) = (Log::default(), Limits::default());
        let Ok(store) = Store::open_file(path, &limits, &mut log) else { return Err(log.into_findings()) };
        Ok(Self::of(store, log, limits, currency))
    }

    pub(super) fn of_part(part: &JsonPart<'_>, book: &PartnerBook, limits: &Limits) -> Result<Self, Findings> {
        let mut log = Log::default();
        let Ok(store) = Store::of_part(part, limits, &mut log) else { return Err(log.into_findings()) };
        Ok(Self::of(store, log, *limits, book.currency))
    }

    fn of(mut store: Store, mut log: Log, limits: Limits, currency: Currency) -> Self {
        let stated = store.currency.take().and_then(|text| text.parse::<Currency>().ok());
        if let Some(stated) = stated.filter(|stated| *stated != currency) {
            let fault =
                BesideFault::OtherCurrency { currency: stated.to_string(), book_currency: currency.to_string() };
            log.add(Finding::from(fault).at(Place::file(store.name.clone())));
        }
        let mut shared = Shared::default();
        (shared.log, shared.stated_currency) = (log, Some((currency, String::new())));
        Self { store, shared, limits }
    }

    /// The table with one of the names, or the only one.
    pub(super) fn table(&mut self, names: &[&str]) -> Option<usize> {
        let named = names.iter().find_map(|name| self.store.named(name).first().copied());
        let is_visible =
            |index: &usize| self.store.is_readable(*index) && !self.store.tables[*index].name.starts_with('_');
        let visible = || (0..self.store.tables.len()).filter(is_visible);
        let only = visible().next().filter(|_| visible().count() == 1);
        if let Some(index) = named.or(only) {
            return Some(index);
        }
        let fault = TableFault::NoSuchTable {
            store: self.store.name.clone(),
            tables: names.iter().map(|name| (*name).to_owned()).collect(),
            found: self.store.tables.iter().map(|table| shown(&table.name)).collect(),
        };
        self.shared.log.add(Finding::from(fault).at(Place::file(self.store.name.clone())));
        None
    }

    fn has_heading(&mut self, index: usize, heading: &str) -> bool {
        let mut quiet = Log::default();
        let sheet = self.store.read(index, None, &self.limits, &mut quiet);
        sheet.is_some_and(|sheet| sheet.headings.iter().any(|one| is_same_heading(one, heading)))
    }

    pub(super) fn each_row(
        &mut self,
        index: usize,
        kind: TableKind,
        mut each: impl FnMut(&mut Row<'_>),
    ) -> Option<Location> {
        let mut sheet = self.store.read(index, None, &self.limits, &mut self.shared.log)?;
        super::header::place(&mut sheet, kind.table(), None, &mut self.shared.log);
        let mut binding = Binding::new(kind.table(), &sheet, None, &mut self.shared.log)?;
        binding.strips_quote = true;
        find_notation(&sheet, &mut binding, &mut self.shared.log);
        // What a point means has been found, or is an error.
        self.shared.points.is_decimal = true;
        let location = sheet.location();
        super::rows::each_row(&sheet, &binding, &[], &mut self.shared, &self.limits, &mut each)?;
        Some(location)
    }

    /// Metadata of the file: rows of a sheet `_meta` (key, value), or the strings at the top level of a JSON document.
    pub(super) fn meta(&mut self) -> WorkbookMeta {
        let mut entries = std::mem::take(&mut self.store.texts);
        if let Some(index) = self.store.named("_meta").first().copied() {
            let sheet = self.store.read(index, None, &self.limits, &mut self.shared.log);
            entries.extend(sheet.into_iter().flat_map(pairs));
        }
        let mut of = |key: &str| entries.remove(key).filter(|value| !value.is_empty());
        WorkbookMeta {
            revision: of("revision"),
            input_hash: of("input_hash"),
            period: of("period"),
            vendor: of("vendor"),
            plan: of("plan"),
            plan_version: of("plan_version"),
        }
    }

    pub(super) fn finish<T>(self, value: T) -> Checked<T> {
        Checked::accepted(value, self.shared.log.into_findings())
    }
}

/// The first two cells of each row, the heading row included.
fn pairs(sheet: Sheet) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    if let [key, value, ..] = &*sheet.headings {
        pairs.insert(key.clone(), value.clone());
    }
    if let super::sheet::Rows::Grid(rows) = &sheet.rows {
        for (_, cells) in rows.iter().filter(|(row, _)| *row > sheet.heading_row) {
            let fields = Fields::Cells(cells);
            pairs.insert(fields.text(0).to_owned(), fields.text(1).to_owned());
        }
    }
    pairs
}

/// The names a file beside the book may use.
pub(super) struct Known<'b> {
    book: &'b PartnerBook,
    names: Option<(BTreeSet<&'b str>, BTreeSet<&'b str>)>,
}

impl<'b> Known<'b> {
    pub(super) fn of(book: &'b PartnerBook) -> Self {
        let revenue = || book.partners.iter().flat_map(|partner| partner.revenue.iter().map(|entry| &*entry.segment));
        let homes = book.partners.iter().filter_map(|partner| partner.territory.as_deref());
        let lines = book.partners.iter().flat_map(|partner| partner.product_lines.iter().map(|line| &**line));
        let market = || book.market.iter();
        let territories = homes
            .chain(revenue().filter_map(|segment| segment.territory.as_deref()))
            .chain(market().filter_map(|cell| cell.territory.as_deref()));
        let product_lines = lines
            .chain(revenue().filter_map(|segment| segment.product_line.as_deref()))
            .chain(market().filter_map(|cell| cell.product_line.as_deref()));
        Self { book, names: Some((territories.collect(), product_lines.collect())) }
    }

    /// Takes every territory and product line.
    pub(super) fn unchecked(book: &'b PartnerBook) -> Self {
        Self { book, names: None }
    }

    fn segment(&self, row: &mut Row<'_>) -> Result<SegmentKey, Reported> {
        let segment = row.segment()?;
        let Some((territories, product_lines)) = &self.names else { return Ok(segment) };
        let product_line = self.check(row, Field::ProductLine, segment.product_line.as_deref(), product_lines);
        let territory = self.check(row, Field::Territory, segment.territory.as_deref(), territories);
        product_line.and(territory).map(|()| segment)
    }

    fn check(
        &self,
        row: &mut Row<'_>,
        field: Field,
        name: Option<&str>,
        known: &BTreeSet<&str>,
    ) -> Result<(), Reported> {
        let Some(name) = name.filter(|name| !known.contains(name)) else { return Ok(()) };
        let same = known.iter().find(|one| is_same_heading(one, name)).copied();
        let near = same.or_else(|| did_you_mean(name, known.iter().copied()));
        let fault = ValueFault::UnknownName {
            column: row.column(field),
            dimension: field.name().replace('_', " "),
            name: shown(name),
            suggestion: near.map(shown),
            names: known.iter().take(MAX_NAMES).map(|name| shown(name)).collect(),
        };
        Err(row.reject(field, fault))
    }

    fn partner(&self, row: &mut Row<'_>) -> Result<Name, Reported> {
        let id = row.identifier(Field::PartnerId)?.ok_or(Reported)?;
        // The book has the long form of a Salesforce id, and a report the short one.
        let long = || self.book.partner(&salesforce_id(&id).ok()?);
        if let Some(partner) = self.book.partner(&id).or_else(long) {
            return Ok(Name::clone(&partner.id));
        }
        let ids = self.book.partners.iter().map(|partner| &*partner.id);
        let same = ids.clone().find(|one| is_same_heading(one, &id));
        let near =
            same.or_else(|| if ids.len() <= 20_000 && id.chars().count() > 3 { did_you_mean(&id, ids) } else { None });
        let fault = ValueFault::UnknownPartner {
            column: row.column(Field::PartnerId),
            partner: shown(&id),
            suggestion: near.map(shown),
        };
        Err(row.reject(Field::PartnerId, fault))
    }
}

pub(super) fn target(row: &mut Row<'_>, known: &Known<'_>) -> Result<Target, Reported> {
    let (currency, segment, amount) = (row.currency(), known.segment(row), row.amount(Field::Target));
    currency?;
    Ok(Target { segment: segment?, amount: amount?.ok_or(Reported)?, row: row.number })
}

fn lock(row: &mut Row<'_>, known: &Known<'_>, quota: Field, reason: Field) -> Result<(Lock, Place), Reported> {
    let value = row.text(quota).unwrap_or_default();
    let place = row.binding.location.place(row.number, row.binding.heading(quota), value);
    let (currency, partner_id, segment) = (row.currency(), known.partner(row), known.segment(row));
    let (quota, reason) = (row.amount(quota), row.words(reason));
    currency?;
    let reason = reason?.unwrap_or_default().into_owned();
    let quota = quota?.ok_or(Reported)?;
    Ok((Lock { partner_id: partner_id?, segment: segment?, quota, reason, periods: Vec::new() }, place))
}

/// Quotas of the reporting periods that a planner agreed beside `agreed`; empty where they are as they were proposed.
fn agreed_periods(row: &mut Row<'_>, columns: &Columns, agreed: Option<Money>) -> Result<Vec<(Name, Money)>, Reported> {
    let proposed = columns.as_proposed(row);
    let Some(quota) = row.amount(Field::Quota)?.map(|quota| columns.exact_quota(row, quota)) else {
        return Ok(Vec::new());
    };
    let periods = columns.period_quotas(row, &proposed, quota, agreed)?;
    let sum = Money::sum(quota.currency(), periods.iter().map(|(_, amount)| *amount)).ok();
    let is_agreed = agreed.is_some_and(|agreed| sum.is_some_and(|sum| sum.amount() == agreed.amount()));
    let is_changed = columns.changed_period(row, &proposed);
    let was_agreed = proposed.contains_key(&folded(AGREED_PERIODS));
    match (is_agreed, is_changed) {
        (true, Some(_)) => Ok(periods),
        (true, None) if was_agreed => Ok(periods),
        (false, Some(column)) => {
            let value = shown(row.text(Field::Quota).unwrap_or_default());
            let place = row.binding.location.place(row.number, &column, &value);
            let override_column = row.column(Field::OverrideQuota);
            Err(row
                .shared
                .log
                .add(Finding::from(BesideFault::PeriodWithoutQuota { column, override_column }).at(place)))
        }
        (_, None) => Ok(Vec::new()),
    }
}
