//! The partner book from its tables.

use super::binding::Binding;
use super::log::{Log, Reported, shown};
use super::mapping::{Mapping, TableMap};
use super::name::{Names, lookalikes};
use super::row::{DateFormat, Dimension, Row, Shared, spread, truth_of};
use super::sheet::{Fields, Location, Sheet};
use super::store::Store;
use super::table::{Field, TableKind, folded};
use super::{Limits, ReadOptions};
use crate::channel::{
    Attribute, CurrentQuota, ExtraRow, ExtraTable, Forecast, Investment, Lock, MarketCell, Name, Partner, PartnerBook,
    RegisteredOpportunity, RevenueEntry, SegmentKey, WinRate,
};
use crate::finding::{Code, Finding, Findings, Place, did_you_mean};
use crate::units::{Currency, Money, Month, parse_decimal};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the partner book at `path`: a folder of CSV files, a JSON file, or an XLSX workbook.
///
/// Returns the book and its warnings, or everything that is wrong with it, errors and warnings. `mapping` says how an
/// export names its tables and columns; with it, files that it does not name are left alone.
pub fn read_book(
    path: &Path,
    mapping: Option<&Mapping>,
    options: &ReadOptions,
) -> Result<(PartnerBook, Findings), Findings> {
    let mut log = Log::default();
    let Ok(store) = Store::open_book(path, &options.limits, &mut log) else { return Err(log.into_findings()) };
    read_store(store, log, mapping, options)
}

/// Reads a partner book whose CSV files are in memory, each with its name (`partners.csv`) and bytes.
///
/// ```
/// use quotient::intake::{ReadOptions, read_book_files};
/// let partners = ("partners.csv".to_owned(), b"partner_id,tier\nA-1,Gold\n".to_vec());
/// let revenue = ("revenue.csv".to_owned(), b"partner_id,month,amount\nA-1,2025-12,1200.50\n".to_vec());
/// let (book, warnings) = read_book_files(vec![partners, revenue], None, &ReadOptions::default()).unwrap();
/// assert_eq!(book.partner("A-1").unwrap().revenue[0].amount.to_string(), "1200.50");
/// assert!(warnings.is_empty());
/// ```
pub fn read_book_files(
    files: Vec<(String, Vec<u8>)>,
    mapping: Option<&Mapping>,
    options: &ReadOptions,
) -> Result<(PartnerBook, Findings), Findings> {
    read_store(Store::of_files("the book", files), Log::default(), mapping, options)
}

fn read_store(
    store: Store,
    log: Log,
    mapping: Option<&Mapping>,
    options: &ReadOptions,
) -> Result<(PartnerBook, Findings), Findings> {
    let currency = mapping.and_then(|mapping| mapping.currency).or(options.currency);
    let mut shared = Shared::default();
    (shared.log, shared.calendar, shared.default_currency) = (log, options.calendar, currency);
    let reading = Reading {
        store,
        mapping,
        limits: options.limits,
        shared,
        places: BTreeMap::new(),
        partner_rows: Vec::new(),
        partner_place: None,
        extra: Vec::new(),
    };
    reading.book()
}

/// Largest number of different unknown references that are told apart in one table.
const MOST_UNKNOWN: usize = 1_000;
/// Largest number of partners among which a similar identifier is looked for.
const MOST_CANDIDATES: usize = 20_000;

/// A book while it is read.
struct Reading<'m> {
    store: Store,
    mapping: Option<&'m Mapping>,
    limits: Limits,
    shared: Shared,
    /// Which table of the store holds which table of the book.
    places: BTreeMap<TableKind, usize>,
    /// Row of each partner, in the order of the partners.
    partner_rows: Vec<u64>,
    /// Where the partners stand, and the heading of their identifiers.
    partner_place: Option<(Location, String)>,
    /// Tables of the store that become extra tables, with their names.
    extra: Vec<(String, usize)>,
}

/// Partners by identifier, ascending, with the latest one looked up.
struct Directory<'p> {
    partners: &'p [Partner],
    latest: usize,
    unknown: BTreeMap<String, (u64, u64)>,
}

impl<'p> Directory<'p> {
    fn new(partners: &'p [Partner]) -> Self {
        Self { partners, latest: 0, unknown: BTreeMap::new() }
    }

    /// The partner that the row names; an unknown one is remembered for [`Directory::report`].
    fn find(&mut self, row: &mut Row<'_>) -> Result<u32, Reported> {
        if let Some(text) = row.text(Field::PartnerId) {
            if self.partners.get(self.latest).is_some_and(|latest| *latest.id == *text) {
                return u32::try_from(self.latest).map_err(|_| Reported);
            }
        }
        let id = row.identifier(Field::PartnerId)?.ok_or(Reported)?;
        match self.partners.binary_search_by(|partner| (*partner.id).cmp(&id)) {
            Ok(index) => {
                self.latest = index;
                u32::try_from(index).map_err(|_| Reported)
            }
            Err(_) => {
                if self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(&*id) {
                    self.unknown.entry(id.into_owned()).or_insert((row.number, 0)).1 += 1;
                }
                Err(Reported)
            }
        }
    }

    /// Reports the unknown partners of a table, each once, in order of their first row.
    fn report(self, location: &Location, heading: &str, log: &mut Log) {
        let mut unknown: Vec<_> = self.unknown.into_iter().collect();
        unknown.sort_by_key(|(_, (row, _))| *row);
        for (id, (row, count)) in unknown {
            let more = if count > 1 { format!(" ({count} rows)") } else { String::new() };
            let message = format!("the partners table has no `{}`{more}", shown(&id));
            let searches =
                self.partners.len() <= MOST_CANDIDATES && log.keeps(&location.file, Code::BookUnknownReference);
            let candidates =
                self.partners.iter().map(|partner| &*partner.id).take(if searches { MOST_CANDIDATES } else { 0 });
            let help = match similar(&id, candidates) {
                Some(near) => format!("did you mean `{}`?", shown(near)),
                None => "add the partner to the partners table, or leave the rows out".to_owned(),
            };
            log.add(
                Finding::error(Code::BookUnknownReference, message).at(location.place(row, heading, &id)).help(help),
            );
        }
    }
}

/// The candidate that is probably meant: equal but for case and spaces, else the nearest.
fn similar<'a>(word: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let wanted = folded(word);
    candidates.clone().find(|candidate| folded(candidate) == wanted).or_else(|| {
        // Identifiers often differ in one digit, so only long ones are compared by distance.
        if word.chars().count() < 4 { None } else { did_you_mean(word, candidates) }
    })
}

/// Rows of a table by partner, each with its row number for findings.
type Keyed<T> = Vec<(u32, u64, T)>;

impl<'m> Reading<'m> {
    fn book(mut self) -> Result<(PartnerBook, Findings), Findings> {
        self.locate();
        self.state_currency();
        let mut tables = BTreeMap::new();
        let partners = self.partners(&mut tables);
        let revenue = self.revenue(&partners, &mut tables);
        let market = self.market(&mut tables);
        let investments = self.investments(&partners, &mut tables);
        let opportunities = self.opportunities(&partners, &mut tables);
        let win_rates = self.win_rates(&partners, &mut tables);
        let forecasts = self.forecasts(&partners, &mut tables);
        let quotas = self.quotas(&partners, &mut tables);
        let locks = self.locks(&partners, &mut tables);
        let extra_tables = self.extra_tables(&partners);
        self.check_looks(&partners);
        let currency = self.shared.currency();
        let mut partners = partners;
        fill_revenue(&mut partners, revenue, &mut self.shared);
        fill(&mut partners, investments, |partner, investment| partner.investment = Some(Box::new(investment)));
        fill_lists(&mut partners, opportunities, |partner| &mut partner.opportunities);
        fill_lists(&mut partners, win_rates, |partner| &mut partner.win_rates);
        fill_lists(&mut partners, forecasts, |partner| &mut partner.forecasts);
        fill_lists(&mut partners, quotas, |partner| &mut partner.quotas);
        let findings = self.shared.log.into_findings();
        if findings.has_errors() {
            return Err(findings);
        }
        let input_hash = self.store.hash(self.mapping.map(|mapping| &*mapping.text));
        Ok((PartnerBook { currency, partners, market, locks, extra_tables, tables, input_hash }, findings))
    }

    fn map(&self, kind: TableKind) -> Option<&'m TableMap> {
        self.mapping.and_then(|mapping| mapping.tables.get(&kind))
    }

    /// Finds which table of the store holds which table of the book.
    fn locate(&mut self) {
        for kind in TableKind::BOOK {
            let map = self.map(kind);
            let source = map.and_then(|map| map.source.as_ref());
            let wanted = source.map_or(kind.name(), |(name, _)| name.as_str());
            let found = self.store.named(wanted);
            match found.as_slice() {
                [only] => {
                    self.places.insert(kind, *only);
                }
                [first, second, ..] => {
                    let files = (&self.store.tables[*first].file, &self.store.tables[*second].file);
                    let message = format!("both `{}` and `{}` hold the table `{}`", files.0, files.1, kind.name());
                    let finding = Finding::error(Code::BookDuplicate, message).at(Place::file(files.1.clone()));
                    self.shared.log.add(finding.help("remove one of them, or name one in a mapping file"));
                    self.places.insert(kind, *first);
                }
                [] if source.is_some() || kind.table().required => self.missing_table(kind, wanted),
                [] => {}
            }
        }
        for (name, map) in self.mapping.iter().flat_map(|mapping| &mapping.extra) {
            let wanted = map.source.as_ref().map_or(name.as_str(), |(source, _)| source.as_str());
            match self.store.named(wanted).first() {
                Some(index) => self.extra.push((name.clone(), *index)),
                None => {
                    let message = format!("`{}` has no table `{wanted}`", self.store.name);
                    let span = map.source.as_ref().map(|(_, span)| *span);
                    let place = span.map_or_else(|| Place::file(self.store.name.clone()), |span| map.place(span, ""));
                    self.shared.log.add(Finding::error(Code::BookMissingTable, message).at(place));
                }
            }
        }
        if self.mapping.is_none() {
            self.locate_others();
        }
    }

    fn missing_table(&mut self, kind: TableKind, wanted: &str) {
        let message = format!("`{}` has no table `{wanted}`", self.store.name);
        let unplaced = self.store.tables.iter().map(|table| table.name.as_str());
        let stem = wanted.rsplit_once('.').map_or(wanted, |(stem, _)| stem).to_lowercase();
        let mapped = self.map(kind).is_some_and(|map| map.source.is_some());
        let help = match did_you_mean(&stem, unplaced.clone()) {
            Some(near) if mapped => format!("did you mean `{}`?", shown(near)),
            Some(near) => format!("did you mean `{}`? Rename it to `{wanted}`", shown(near)),
            None if mapped => {
                let list: Vec<String> = unplaced.take(12).map(|name| format!("`{}`", shown(name))).collect();
                format!("there is {}", list.join(", "))
            }
            None => {
                let list: Vec<String> = unplaced.take(12).map(|name| format!("`{}`", shown(name))).collect();
                let found =
                    if list.is_empty() { "there is none".to_owned() } else { format!("there is {}", list.join(", ")) };
                format!(
                    "{found}; a book needs `partners` and `revenue`, and a mapping file (`--map`) can name them otherwise"
                )
            }
        };
        let source = self.map(kind).and_then(|map| Some(map.place(map.source.as_ref()?.1, "")));
        let place = source.unwrap_or_else(|| Place::file(self.store.name.clone()));
        self.shared.log.add(Finding::error(Code::BookMissingTable, message).at(place).help(help));
    }

    /// Without a mapping file, every further table with a column `partner_id` belongs to the book.
    fn locate_others(&mut self) {
        for index in 0..self.store.tables.len() {
            let (name, file) = (self.store.tables[index].name.clone(), self.store.tables[index].file.clone());
            if self.places.values().any(|placed| *placed == index) || name.starts_with('_') {
                continue;
            }
            let known: Vec<&str> = TableKind::BOOK.into_iter().map(TableKind::name).collect();
            let near = did_you_mean(&name.to_lowercase().replace([' ', '-'], "_"), known.iter().copied())
                .filter(|near| !self.places.keys().any(|kind| kind.name() == *near))
                // A missing table that must be there is an error of its own, which names this one.
                .filter(|near| TableKind::named(near).is_some_and(|kind| !kind.table().required));
            let keyed = self.store.read(index, None, &self.limits, &mut self.shared.log).is_some_and(|sheet| {
                sheet.headings.iter().any(|heading| folded(heading) == folded(Field::PartnerId.name()))
            });
            if keyed {
                self.extra.push((name.to_lowercase(), index));
            }
            let (message, help) = match near {
                Some(near) => (
                    format!("`{}` is not read as the table `{near}`", shown(&name)),
                    format!("rename it to `{near}` if it is that table"),
                ),
                None if keyed || self.is_named_instead(&name) => continue,
                None => (
                    format!("`{}` is no table of a book and has no column `partner_id`", shown(&name)),
                    "take it out of the book, or name it in a mapping file".to_owned(),
                ),
            };
            self.shared.log.add(Finding::warning(Code::BookUnknownTable, message).at(Place::file(file)).help(help));
        }
        for file in std::mem::take(&mut self.store.unread) {
            let message = format!("`{}` is not read: in a folder, tables are CSV files", shown(&file));
            let help = "save it as CSV, or name it as the book";
            self.shared.log.add(Finding::warning(Code::BookUnknownTable, message).at(Place::file(file)).help(help));
        }
    }

    /// True when an error about a missing table has already named this one.
    fn is_named_instead(&self, name: &str) -> bool {
        let missing = |kind: &TableKind| kind.table().required && !self.places.contains_key(kind);
        did_you_mean(&name.to_lowercase(), TableKind::BOOK.into_iter().filter(missing).map(TableKind::name)).is_some()
    }

    fn state_currency(&mut self) {
        let Some(text) = self.store.currency.take() else { return };
        match text.parse::<Currency>() {
            Ok(currency) => self.shared.stated_currency = Some((currency, format!("{}: /currency", self.store.name))),
            Err(error) => {
                let place = Place::Member {
                    file: self.store.name.clone(),
                    pointer: "/currency".to_owned(),
                    value: shown(&text),
                };
                let finding = Finding::error(Code::BookWord, error.to_string()).at(place);
                self.shared.log.add(finding.help("write a code such as `USD`"));
            }
        }
    }

    /// Calls `each` for every row of the table; returns where it stands and how many rows were used.
    fn each_row(&mut self, kind: TableKind, mut each: impl FnMut(&mut Row<'_>)) -> Option<Read> {
        let index = *self.places.get(&kind)?;
        let map = self.map(kind);
        let sheet = self.store.read(index, map, &self.limits, &mut self.shared.log)?;
        if self.places.iter().filter(|(other, place)| **place == index && **other > kind).count() == 0 {
            self.store.forget(index);
        }
        if sheet.headings.is_empty() {
            // An empty list in a JSON document has no keys that could be missing.
            let location = sheet.location();
            return Some(Read { location, partner_heading: String::new(), rows: 0, is_empty: true });
        }
        let binding = Binding::new(kind.table(), &sheet, map, &mut self.shared.log)?;
        each_row(sheet, &binding, &mut self.shared, &self.limits, &mut each)
    }

    fn partners(&mut self, tables: &mut BTreeMap<String, usize>) -> Vec<Partner> {
        let Some(index) = self.places.get(&TableKind::Partners).copied() else { return Vec::new() };
        let map = self.map(TableKind::Partners);
        let Some(sheet) = self.store.read(index, map, &self.limits, &mut self.shared.log) else { return Vec::new() };
        if sheet.headings.is_empty() {
            self.no_partner(sheet.file);
            return Vec::new();
        }
        let Some(binding) = Binding::new(TableKind::Partners.table(), &sheet, map, &mut self.shared.log) else {
            return Vec::new();
        };
        let mut attributes = Attributes::of(&binding, &mut self.shared.log);
        let mut drafts: Vec<Draft> = Vec::new();
        let read = each_row(sheet, &binding, &mut self.shared, &self.limits, &mut |row: &mut Row<'_>| {
            let draft =
                partner(row).map(|partner| Draft { partner, row: row.number, attributes: attributes.read(row) });
            drafts.extend(draft);
        });
        drafts.sort_by(|a, b| a.partner.id.cmp(&b.partner.id).then(a.row.cmp(&b.row)));
        let location = &binding.location;
        drafts.dedup_by(|second, first| {
            let is_same = first.partner.id == second.partner.id;
            if is_same {
                let (id, heading) = (&first.partner.id, binding.heading(Field::PartnerId));
                let message = format!("the partner `{}` stands twice", shown(id));
                let finding = Finding::error(Code::BookDuplicate, message)
                    .at(location.place(second.row, heading, id))
                    .at(location.place(first.row, heading, id));
                self.shared.log.add(finding.help("keep one row per partner"));
            }
            is_same
        });
        self.partner_rows = drafts.iter().map(|draft| draft.row).collect();
        self.partner_place = Some((location.clone(), binding.heading(Field::PartnerId).to_owned()));
        let values = attributes.typed();
        let partners: Vec<Partner> = drafts
            .into_iter()
            .map(|draft| Partner { attributes: values.of(&draft.attributes), ..draft.partner })
            .collect();
        if let Some(read) = read {
            read.note(TableKind::Partners, tables);
            if partners.is_empty() && !self.shared.log.has_errors() {
                self.no_partner(read.location.file);
            }
        }
        partners
    }

    fn no_partner(&mut self, file: String) {
        let finding = Finding::error(Code::BookEmpty, "the book has no partner").at(Place::file(file));
        self.shared.log.add(finding.help("add a row per partner; check `where` and `skip` in the mapping file"));
    }

    fn revenue(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Revenue {
        let mut rows: Vec<RevenueRow> = Vec::new();
        let mut directory = Directory::new(partners);
        let read = self.each_row(TableKind::Revenue, |row| {
            let _ = revenue_row(row, &mut directory, &mut rows);
        });
        Revenue { location: self.finish(TableKind::Revenue, read, directory, tables), rows }
    }

    /// Notes how many rows a table has and reports its unknown partners.
    fn finish(
        &mut self,
        kind: TableKind,
        read: Option<Read>,
        directory: Directory<'_>,
        tables: &mut BTreeMap<String, usize>,
    ) -> Option<Location> {
        let read = read?;
        read.note(kind, tables);
        // Without a readable partners table every reference would be unknown.
        if !directory.partners.is_empty() {
            directory.report(&read.location, &read.partner_heading, &mut self.shared.log);
        }
        Some(read.location)
    }

    fn market(&mut self, tables: &mut BTreeMap<String, usize>) -> Vec<MarketCell> {
        let mut cells: Vec<(u64, MarketCell)> = Vec::new();
        let Some(read) =
            self.each_row(TableKind::Market, |row| cells.extend(market_cell(row).map(|cell| (row.number, cell))))
        else {
            return Vec::new();
        };
        read.note(TableKind::Market, tables);
        let key = |cell: &MarketCell| (cell.territory.clone(), cell.vertical.clone(), cell.product_line.clone());
        cells.sort_by_cached_key(|(row, cell)| (key(cell), *row));
        for pair in cells.windows(2) {
            let [(first, cell), (second, other)] = pair else { continue };
            if key(cell) == key(other) {
                let message = "the market cell stands twice".to_owned();
                let finding = Finding::error(Code::BookDuplicate, message)
                    .at(read.location.place(*second, "", ""))
                    .at(read.location.place(*first, "", ""));
                self.shared.log.add(finding.help("keep one row per territory, vertical and product line"));
            }
        }
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    /// Reads a table of facts by partner; `key` is what may stand once for a partner.
    fn keyed<T, K: Ord>(
        &mut self,
        kind: TableKind,
        partners: &[Partner],
        tables: &mut BTreeMap<String, usize>,
        mut read_one: impl FnMut(&mut Row<'_>) -> Result<T, Reported>,
        key: impl Fn(&T) -> K,
    ) -> Keyed<T> {
        let seen = (self.shared.territories.len(), self.shared.product_lines.len());
        let mut rows: Keyed<T> = Vec::new();
        let mut directory = Directory::new(partners);
        let read = self.each_row(kind, |row| {
            let (partner, fact) = (directory.find(row), read_one(row));
            if let (Ok(partner), Ok(fact)) = (partner, fact) {
                rows.push((partner, row.number, fact));
            }
        });
        let Some(location) = self.finish(kind, read, directory, tables) else { return rows };
        rows.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| key(&a.2).cmp(&key(&b.2))).then(a.1.cmp(&b.1)));
        for pair in rows.windows(2) {
            let [(partner, first, fact), (other, second, next)] = pair else { continue };
            if partner == other && key(fact) == key(next) {
                let id = partners.get(*partner as usize).map(|partner| &*partner.id).unwrap_or_default();
                let code = if kind == TableKind::Locks { Code::BookLock } else { Code::BookDuplicate };
                let message = format!("`{}` has the same entry twice in `{}`", shown(id), kind.name());
                let finding = Finding::error(code, message)
                    .at(location.place(*second, "", ""))
                    .at(location.place(*first, "", ""));
                self.shared.log.add(finding.help("keep one of the rows"));
            }
        }
        self.check_new_names(&location, seen);
        rows
    }

    /// Warns about territories and product lines that first stand in this table and look like known ones.
    fn check_new_names(&mut self, location: &Location, seen: (usize, usize)) {
        let lists =
            [("territory", &self.shared.territories, seen.0), ("product line", &self.shared.product_lines, seen.1)];
        for (what, names, seen) in lists {
            let (known, new) = names.in_order_of_appearance().split_at(seen);
            for name in new.iter().take(100) {
                // One that differs only in case or spaces is told by `check_looks`.
                let known = known.iter().take(MOST_CANDIDATES).map(|known| &**known);
                let Some(near) = did_you_mean(name, known).filter(|near| folded(near) != folded(name)) else {
                    continue;
                };
                let message = format!("no partner, revenue or market has the {what} `{}`", shown(name));
                let finding =
                    Finding::warning(Code::BookUnknownReference, message).at(Place::file(location.file.clone()));
                self.shared.log.add(finding.help(format!("did you mean `{}`?", shown(near))));
            }
        }
    }

    fn investments(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Keyed<Investment> {
        self.keyed(TableKind::Investments, partners, tables, investment, |_| ())
    }

    fn opportunities(
        &mut self,
        partners: &[Partner],
        tables: &mut BTreeMap<String, usize>,
    ) -> Keyed<RegisteredOpportunity> {
        let rows =
            self.keyed(TableKind::Opportunities, partners, tables, opportunity, |opportunity| opportunity.id.clone());
        let Some(index) = self.places.get(&TableKind::Opportunities) else { return rows };
        let file = self.store.tables[*index].file.clone();
        // Within one partner `keyed` has looked; the same opportunity must not count for two partners either.
        let mut ids: Vec<(&Name, u32, u64)> =
            rows.iter().map(|(partner, row, one)| (&one.id, *partner, *row)).collect();
        ids.sort_unstable();
        for pair in ids.windows(2) {
            let [(id, first, _), (other, second, row)] = pair else { continue };
            if id == other && first != second {
                let message = format!("the opportunity `{}` stands at two partners", shown(id));
                let place = Place::cell(file.clone(), *row, Field::OpportunityId.name(), shown(id));
                let finding = Finding::error(Code::BookDuplicate, message).at(place);
                self.shared.log.add(finding.help("give each opportunity to one partner"));
            }
        }
        rows
    }

    fn win_rates(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Keyed<WinRate> {
        self.keyed(TableKind::WinRates, partners, tables, win_rate, |rate| rate.segment.clone())
    }

    fn forecasts(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Keyed<Forecast> {
        let key = |one: &Forecast| (one.start, one.months, one.segment.clone(), one.submitted_on);
        self.keyed(TableKind::Forecasts, partners, tables, forecast, key)
    }

    fn quotas(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Keyed<CurrentQuota> {
        let key = |one: &CurrentQuota| (one.start, one.months, one.segment.clone());
        self.keyed(TableKind::Quotas, partners, tables, current_quota, key)
    }

    fn locks(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Vec<Lock> {
        let rows = self.keyed(TableKind::Locks, partners, tables, lock, |lock| lock.0.clone());
        let lock_of = |(partner, _, (segment, quota, reason)): (u32, u64, (SegmentKey, Money, String))| {
            let partner_id = Name::clone(&partners.get(partner as usize)?.id);
            Some(Lock { partner_id, segment, quota, reason })
        };
        rows.into_iter().filter_map(lock_of).collect()
    }

    fn extra_tables(&mut self, partners: &[Partner]) -> Vec<ExtraTable> {
        let mut extra = std::mem::take(&mut self.extra);
        extra.sort();
        extra.into_iter().filter_map(|(name, index)| self.extra_table(&name, index, partners)).collect()
    }

    fn extra_table(&mut self, name: &str, index: usize, partners: &[Partner]) -> Option<ExtraTable> {
        let map = self.mapping.and_then(|mapping| mapping.extra.get(name));
        let sheet = self.store.read(index, map, &self.limits, &mut self.shared.log)?;
        let binding = Binding::new(TableKind::Extra.table(), &sheet, map, &mut self.shared.log)?;
        let columns: Vec<(usize, Name)> =
            binding.unbound().map(|(index, heading)| (index, Name::from(snake_case(heading)))).collect();
        let mut rows: Vec<ExtraRow> = Vec::new();
        let mut directory = Directory::new(partners);
        let read = each_row(sheet, &binding, &mut self.shared, &self.limits, &mut |row: &mut Row<'_>| {
            if let Ok(partner) = directory.find(row) {
                let values = columns.iter().map(|(index, _)| row.fields.text(*index).into()).collect();
                rows.push(ExtraRow { partner: partner as usize, row: row.number, values });
            }
        });
        if let (Some(read), false) = (read, partners.is_empty()) {
            directory.report(&read.location, &read.partner_heading, &mut self.shared.log);
        }
        rows.sort_by_key(|row| row.partner);
        Some(ExtraTable { name: name.into(), columns: columns.into_iter().map(|(_, name)| name).collect(), rows })
    }

    /// Warns about identifiers and names that look alike.
    fn check_looks(&mut self, partners: &[Partner]) {
        let Shared { tiers, territories, verticals, product_lines, log, .. } = &mut self.shared;
        let help = "write them the same way if they are the same, else rename one";
        let row = |id: &str| {
            let index = partners.binary_search_by(|partner| (*partner.id).cmp(id)).ok()?;
            self.partner_rows.get(index).copied()
        };
        for (one, other) in lookalikes(partners.iter().map(|partner| &partner.id)) {
            let message = format!("the partners `{}` and `{}` look alike", shown(one), shown(other));
            let mut finding = Finding::warning(Code::BookConfusable, message).help(help);
            for id in [one, other] {
                if let (Some((location, heading)), Some(row)) = (&self.partner_place, row(id)) {
                    finding = finding.at(location.place(row, heading, id));
                }
            }
            log.add(finding);
        }
        let lists: [(&str, &Names); 4] = [
            ("tiers", tiers),
            ("territories", territories),
            ("verticals", verticals),
            ("product lines", product_lines),
        ];
        for (what, names) in lists {
            for (one, other) in lookalikes(names.iter()) {
                let message = format!("the {what} `{}` and `{}` look alike", shown(one), shown(other));
                let finding = Finding::warning(Code::BookConfusable, message);
                log.add(finding.at(Place::file(self.store.name.clone())).help(help));
            }
        }
    }
}

/// What is known of a table after its rows were read.
pub(super) struct Read {
    location: Location,
    partner_heading: String,
    /// Rows that were used.
    rows: usize,
    /// True when the table has no row at all.
    is_empty: bool,
}

impl Read {
    /// Notes the table as one that the book has; one without any row is a template that nobody filled in.
    fn note(&self, kind: TableKind, tables: &mut BTreeMap<String, usize>) {
        if !self.is_empty || kind.table().required {
            tables.insert(kind.name().to_owned(), self.rows);
        }
    }
}

/// Calls `each` for every row that has the right width and that the mapping's filters let through.
pub(super) fn each_row(
    sheet: Sheet,
    binding: &Binding<'_>,
    shared: &mut Shared,
    limits: &Limits,
    each: &mut dyn FnMut(&mut Row<'_>),
) -> Option<Read> {
    let (mut rows, mut all) = (0, 0u64);
    let result = sheet.for_each(|number, fields: Fields<'_>| {
        all += 1;
        if all > limits.rows || !binding.check_width(number, fields, &mut shared.log) || !binding.admits(fields) {
            return;
        }
        rows += 1;
        each(&mut Row { binding, fields, number, shared });
    });
    let location = binding.location.clone();
    if all > limits.rows {
        let message = format!("the table has {all} rows, more than {}", limits.rows);
        let finding = Finding::error(Code::FileTooLarge, message).at(Place::file(location.file.clone()));
        shared.log.add(finding.help("leave out old rows"));
    }
    match result {
        Err((row, reason)) => {
            let message = format!("the table cannot be read further: {reason}");
            shared.log.add(Finding::error(Code::BookShape, message).at(location.place(row, "", "")));
        }
        Ok(Some(footer)) => {
            let last = if footer.rows == 1 { "was" } else { "and what follows were" };
            let message = format!("`{}` {last} taken for the footer of an export and left out", shown(&footer.text));
            let finding = Finding::warning(Code::BookFooter, message).at(location.place(footer.row, "", ""));
            shared.log.add(finding.help("delete the lines below the data if they are none"));
        }
        Ok(None) => {}
    }
    Some(Read { location, partner_heading: binding.heading(Field::PartnerId).to_owned(), rows, is_empty: all == 0 })
}

struct Draft {
    partner: Partner,
    row: u64,
    attributes: Box<[u32]>,
}

fn partner(row: &mut Row<'_>) -> Result<Partner, Reported> {
    let id = row.identifier(Field::PartnerId).and_then(|id| id.ok_or(Reported)).map(|id| Name::from(&*id));
    let name = row.words(Field::PartnerName).map(|name| name.map(|name| Name::from(&*name)));
    let tier = row.name(Field::Tier, Dimension::Tier);
    let territory = row.name(Field::Territory, Dimension::Territory);
    let vertical = row.name(Field::Vertical, Dimension::Vertical);
    let product_lines = row.names(Field::ProductLines, Dimension::ProductLine);
    let account_manager = row.name(Field::AccountManager, Dimension::AccountManager);
    let since = row.date(Field::Since);
    // A partner with a faulty row still is a partner: its other rows are not unknown references.
    let id = id?;
    Ok(Partner {
        name: name.ok().flatten().unwrap_or_else(|| Name::clone(&id)),
        id,
        tier: tier.ok().flatten(),
        territory: territory.ok().flatten(),
        vertical: vertical.ok().flatten(),
        product_lines: product_lines.unwrap_or_default(),
        account_manager: account_manager.ok().flatten(),
        since: since.ok().flatten(),
        attributes: Vec::new(),
        revenue: Vec::new(),
        investment: None,
        opportunities: Vec::new(),
        win_rates: Vec::new(),
        forecasts: Vec::new(),
        quotas: Vec::new(),
    })
}

/// Revenue of one row before it is put to its partner; names by their number plus one, 0 for none.
#[derive(Debug, Clone, Copy)]
struct RevenueRow {
    partner: u32,
    month: Month,
    product_line: u32,
    territory: u32,
    amount: Money,
}

struct Revenue {
    location: Option<Location>,
    rows: Vec<RevenueRow>,
}

fn revenue_row(row: &mut Row<'_>, directory: &mut Directory<'_>, rows: &mut Vec<RevenueRow>) -> Result<(), Reported> {
    let currency = row.currency();
    let partner = directory.find(row);
    let month = row.period(Field::Month);
    let period = row.period(Field::Period);
    let product_line = row.name_number(Field::ProductLine, Dimension::ProductLine);
    let territory = row.name_number(Field::Territory, Dimension::Territory);
    let amount = row.amount(Field::Amount);
    currency?;
    let (start, months) = match (month?, period?) {
        (Some(month), _) => month,
        (None, Some(period)) => period,
        (None, None) => {
            let field = if row.binding.has(Field::Month) { Field::Month } else { Field::Period };
            let message = format!("`{}` is empty", row.binding.heading(field));
            return Err(row.reject(field, Code::BookMissingValue, message, "write the month, such as `2026-01`"));
        }
    };
    let numbered = |number: Option<u32>| number.map_or(0, |number| number.saturating_add(1));
    let (product_line, territory) = (numbered(product_line?), numbered(territory?));
    let (partner, amount) = (partner?, amount?.ok_or(Reported)?);
    if months == 1 {
        rows.push(RevenueRow { partner, month: start, product_line, territory, amount });
        return Ok(());
    }
    for (offset, amount) in (0..).zip(spread(amount, months, row.shared.currency())) {
        rows.push(RevenueRow { partner, month: start.plus(offset), product_line, territory, amount });
    }
    Ok(())
}

/// Sums the rows of the same month, product line and territory and gives them to their partners in order.
fn fill_revenue(partners: &mut [Partner], revenue: Revenue, shared: &mut Shared) {
    let Revenue { location, mut rows } = revenue;
    let (lines, territories) = (shared.product_lines.ranks(), shared.territories.ranks());
    let rank = |ranks: &[u32], number: u32| match number.checked_sub(1) {
        None => 0,
        Some(index) => ranks.get(index as usize).map_or(0, |rank| rank + 1),
    };
    let key = |row: &RevenueRow| (row.month, rank(&lines, row.product_line), rank(&territories, row.territory));
    rows.sort_unstable_by(|a, b| a.partner.cmp(&b.partner).then_with(|| key(a).cmp(&key(b))));
    let currency = shared.currency();
    for group in rows.chunk_by(|a, b| a.partner == b.partner) {
        let Some(partner) = group.first().and_then(|row| partners.get_mut(row.partner as usize)) else { continue };
        let cells = || group.chunk_by(|a, b| key(a) == key(b));
        partner.revenue.reserve_exact(cells().count());
        for cell in cells() {
            let Some(first) = cell.first() else { continue };
            match exact_sum(cell, currency) {
                Some(amount) => partner.revenue.push(RevenueEntry {
                    month: first.month,
                    segment: SegmentKey {
                        product_line: first
                            .product_line
                            .checked_sub(1)
                            .and_then(|number| shared.product_lines.get(number)),
                        territory: first.territory.checked_sub(1).and_then(|number| shared.territories.get(number)),
                    },
                    amount,
                }),
                None => {
                    let message = format!(
                        "the revenue of `{}` in {} is too large or too finely divided to be added up exactly",
                        shown(&partner.id),
                        first.month
                    );
                    let file = location.as_ref().map(|location| location.file.clone()).unwrap_or_default();
                    let finding = Finding::error(Code::BookAmount, message).at(Place::file(file));
                    shared.log.add(finding.help("check the unit and the decimals of the amounts"));
                }
            }
        }
    }
}

/// The exact sum; `None` when it would be rounded or is larger than the engine takes.
fn exact_sum(cell: &[RevenueRow], currency: Currency) -> Option<Money> {
    let [only] = cell else {
        let mut sum = Decimal::ZERO;
        for row in cell {
            let scale = sum.scale().max(row.amount.amount().scale());
            sum = sum.checked_add(row.amount.amount()).filter(|sum| sum.scale() == scale || sum.is_zero())?;
        }
        return Money::bounded(sum, currency).ok();
    };
    Some(only.amount)
}

fn fill<T>(partners: &mut [Partner], rows: Keyed<T>, mut put: impl FnMut(&mut Partner, T)) {
    for (partner, _, fact) in rows {
        if let Some(partner) = partners.get_mut(partner as usize) {
            put(partner, fact);
        }
    }
}

/// Gives facts that are sorted by partner to their partners, without spare room in the lists.
fn fill_lists<T>(partners: &mut [Partner], rows: Keyed<T>, list: impl Fn(&mut Partner) -> &mut Vec<T>) {
    let mut counts = vec![0u32; partners.len()];
    for (partner, ..) in &rows {
        if let Some(count) = counts.get_mut(*partner as usize) {
            *count += 1;
        }
    }
    for (partner, count) in partners.iter_mut().zip(counts) {
        if count > 0 {
            list(partner).reserve_exact(count as usize);
        }
    }
    fill(partners, rows, |partner, fact| list(partner).push(fact));
}

fn market_cell(row: &mut Row<'_>) -> Result<MarketCell, Reported> {
    let currency = row.currency();
    let territory = row.name(Field::Territory, Dimension::Territory);
    let vertical = row.name(Field::Vertical, Dimension::Vertical);
    let product_line = row.name(Field::ProductLine, Dimension::ProductLine);
    let addressable = row.amount(Field::AddressableMarket);
    let growth = row.rate(Field::Growth);
    currency?;
    Ok(MarketCell {
        territory: territory?,
        vertical: vertical?,
        product_line: product_line?,
        addressable: addressable?,
        growth: growth?,
    })
}

fn investment(row: &mut Row<'_>) -> Result<Investment, Reported> {
    let currency = row.currency();
    let certified_now = row.count(Field::CertifiedNow);
    let certified_before = row.count(Field::CertifiedBefore);
    let marketing_spend = row.amount(Field::MarketingSpend);
    let services_headcount = row.count(Field::ServicesHeadcount);
    let services_revenue = row.amount(Field::ServicesRevenue);
    let enablement = row.rate(Field::Enablement);
    currency?;
    Ok(Investment {
        certified_now: certified_now?,
        certified_before: certified_before?,
        marketing_spend: marketing_spend?,
        services_headcount: services_headcount?,
        services_revenue: services_revenue?,
        enablement: enablement?,
    })
}

fn opportunity(row: &mut Row<'_>) -> Result<RegisteredOpportunity, Reported> {
    let currency = row.currency();
    let id = row.identifier(Field::OpportunityId);
    let amount = row.amount(Field::Amount).and_then(|amount| amount.ok_or(Reported));
    let stage = row.identifier(Field::Stage).map(|stage| stage.map(|stage| Name::from(&*stage)));
    let status = row.status();
    let probability = row.rate(Field::Probability);
    let close_date = row.date(Field::CloseDate).and_then(|date| date.ok_or(Reported));
    let segment = row.segment();
    let registered_on = row.date(Field::RegisteredOn);
    currency?;
    let id = id?.map_or_else(|| Name::from(row.binding.location.row_word(row.number)), |id| Name::from(&*id));
    Ok(RegisteredOpportunity {
        id,
        amount: amount?,
        stage: stage?,
        status: status?,
        probability: probability?,
        close_date: close_date?,
        segment: segment?,
        registered_on: registered_on?,
    })
}

fn win_rate(row: &mut Row<'_>) -> Result<WinRate, Reported> {
    let (segment, by_value, by_count) = (row.segment(), row.rate(Field::ByValue), row.rate(Field::ByCount));
    Ok(WinRate { segment: segment?, by_value: by_value?, by_count: by_count? })
}

/// First month and length of a row's period; `months` overrides the length.
fn stretch(row: &mut Row<'_>) -> Result<(Month, u32), Reported> {
    let (period, months) = (row.period(Field::Period), row.count(Field::Months));
    let (start, length) = period?.ok_or(Reported)?;
    match months? {
        None => Ok((start, length)),
        Some(months @ (1 | 3 | 6 | 12)) => Ok((start, u32::try_from(months).unwrap_or(length))),
        Some(months) => {
            let message = format!("a period of {months} months is none");
            Err(row.reject(Field::Months, Code::BookCount, message, "write 1, 3, 6 or 12"))
        }
    }
}

fn forecast(row: &mut Row<'_>) -> Result<Forecast, Reported> {
    let (currency, stretch, segment) = (row.currency(), stretch(row), row.segment());
    let (amount, submitted_on) = (row.amount(Field::Amount), row.date(Field::SubmittedOn));
    currency?;
    let (start, months) = stretch?;
    Ok(Forecast { start, months, segment: segment?, amount: amount?.ok_or(Reported)?, submitted_on: submitted_on? })
}

fn current_quota(row: &mut Row<'_>) -> Result<CurrentQuota, Reported> {
    let (currency, stretch, segment, quota) = (row.currency(), stretch(row), row.segment(), row.amount(Field::Quota));
    currency?;
    let (start, months) = stretch?;
    Ok(CurrentQuota { start, months, segment: segment?, quota: quota?.ok_or(Reported)? })
}

fn lock(row: &mut Row<'_>) -> Result<(SegmentKey, Money, String), Reported> {
    let (currency, segment, quota) = (row.currency(), row.segment(), row.amount(Field::Quota));
    let reason = row.words(Field::Reason).map(|reason| reason.unwrap_or_default().into_owned());
    currency?;
    Ok((segment?, quota?.ok_or(Reported)?, reason?))
}

/// Writes a heading as a name that scripts can use: lower case, `_` between words.
fn snake_case(heading: &str) -> String {
    let mut out = String::new();
    for c in heading.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// The extra columns of the partners table while it is read: each value once, by its number plus one.
struct Attributes {
    columns: Vec<(usize, Name, Names)>,
    comma: bool,
    format: Option<DateFormat>,
}

impl Attributes {
    fn of(binding: &Binding<'_>, log: &mut Log) -> Self {
        let wanted = binding.map.and_then(|map| map.attributes.as_ref());
        let mut columns: Vec<(usize, Name, Names)> = Vec::new();
        for (index, heading) in binding.unbound() {
            if wanted.is_some_and(|wanted| !wanted.iter().any(|(name, _)| folded(name) == folded(heading))) {
                continue;
            }
            let name = Name::from(snake_case(heading));
            if name.is_empty() {
                continue;
            }
            if columns.iter().any(|(_, known, _)| *known == name) {
                let message = format!("two columns would both become the attribute `{name}`");
                let place = binding.location.place(1, heading, "");
                log.add(
                    Finding::error(Code::BookDuplicateColumn, message).at(place).help("rename or remove one of them"),
                );
                continue;
            }
            columns.push((index, name, Names::default()));
        }
        for (name, span) in wanted.into_iter().flatten() {
            if !columns.iter().any(|(index, ..)| folded(&binding.headings[*index]) == folded(name)) {
                let message = format!("`{}` has no further column `{name}`", binding.location.file);
                let place = binding.map.map_or_else(|| Place::file("mapping"), |map| map.place(*span, ""));
                let help = match did_you_mean(name, binding.unbound().map(|(_, heading)| heading)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "remove it, or correct the heading".to_owned(),
                };
                log.add(Finding::error(Code::BookMissingColumn, message).at(place).help(help));
            }
        }
        columns.sort_by(|a, b| a.1.cmp(&b.1));
        let comma = binding.map.is_some_and(|map| map.decimal_comma);
        Self { columns, comma, format: binding.map.and_then(|map| map.date_format) }
    }

    fn read(&mut self, row: &mut Row<'_>) -> Box<[u32]> {
        let mut numbers = Vec::with_capacity(self.columns.len());
        for (index, _, values) in &mut self.columns {
            let text = row.fields.text(*index);
            numbers.push(if text.is_empty() { 0 } else { values.number(text).saturating_add(1) });
        }
        numbers.into_boxed_slice()
    }

    /// Gives each column the narrowest type that all its values have: number, truth, date, else text.
    fn typed(self) -> TypedAttributes {
        let (comma, format) = (self.comma, self.format);
        let columns = self.columns.into_iter().map(|(_, name, values)| {
            let texts = values.in_order_of_appearance();
            let typed = all(texts, |text| number(text, comma).map(Attribute::Number))
                .or_else(|| all(texts, |text| truth_of(text).map(Attribute::Truth)))
                .or_else(|| {
                    let date = |text: &str| {
                        format.and_then(|format| format.parse(text)).or_else(|| DateFormat::ISO.parse(text))
                    };
                    all(texts, |text| date(text).map(Attribute::Date))
                })
                .unwrap_or_else(|| texts.iter().map(|text| Attribute::Text(Name::clone(text))).collect());
            (name, typed)
        });
        TypedAttributes(columns.collect())
    }
}

fn all(texts: &[Name], parse: impl Fn(&str) -> Option<Attribute>) -> Option<Vec<Attribute>> {
    texts.iter().map(|text| parse(text)).collect()
}

/// A number that is written the way numbers are: digits that begin with 0 are rather an identifier.
fn number(text: &str, comma: bool) -> Option<Decimal> {
    let written = if comma { text.replacen(',', ".", 1) } else { text.to_owned() };
    let digits = written.trim_start_matches('-');
    let is_padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if is_padded { None } else { parse_decimal(&written).ok() }
}

struct TypedAttributes(Vec<(Name, Vec<Attribute>)>);

impl TypedAttributes {
    fn of(&self, numbers: &[u32]) -> Vec<(Name, Attribute)> {
        let value = |(number, (name, values)): (&u32, &(Name, Vec<Attribute>))| {
            let value = values.get(number.checked_sub(1)? as usize)?;
            Some((Name::clone(name), value.clone()))
        };
        let list = numbers.iter().zip(&self.0).filter_map(value);
        let mut attributes = Vec::with_capacity(numbers.iter().filter(|number| **number > 0).count());
        attributes.extend(list);
        attributes
    }
}
