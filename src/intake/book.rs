//! The partner book from its tables.

use super::attribute::{Attributes, snake_case};
use super::binding::Binding;
use super::dated_rows::{check_beginnings, fill_dated, partners_of};
use super::directory::Directory;
use super::distinct::{Distinct, Draft};
use super::fact::{current_quota, dated, forecast, investment, lock, market_cell, opportunity, partner, win_rate};
use super::fault::BookFault;
use super::log::{Log, Reported, shown};
use super::mapping::{Mapping, TableMap};
use super::revenue::fill_revenue;
use super::row::Row;
use super::rows::{Read, each_row};
use super::shared::Shared;
use super::sheet::Location;
use super::store::Store;
use super::table::{Field, TableKind};
use super::{Limits, ReadOptions};
use crate::cancel::is_cancelled;
use crate::channel::{
    CurrentQuota, Dated, ExtraRow, ExtraTable, Forecast, Investment, Lock, MarketCell, Name, Partner, PartnerBook,
    RegisteredOpportunity, SegmentKey, WinRate,
};
use crate::figure::Kind;
use crate::finding::{Checked, Finding, Place};
use crate::units::Money;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads the book of an opened store.
pub(super) fn read_store<'m>(
    opened: Result<Store, Reported>,
    log: Log,
    mapping: Option<&'m Mapping>,
    options: &'m ReadOptions,
) -> Checked<PartnerBook> {
    let Ok(store) = opened else { return Checked::refused(log.into_findings()) };
    let currency = mapping.and_then(|mapping| mapping.currency).or(options.currency);
    let mut shared = Shared::default();
    (shared.log, shared.default_currency) = (log, currency);
    shared.is_currency_mapped = mapping.is_some_and(|mapping| mapping.currency.is_some());
    shared.calendar = mapping.and_then(|mapping| mapping.calendar).or(options.calendar);
    (shared.zone, shared.salesforce) = mapping.map_or((None, false), |mapping| (mapping.zone, mapping.salesforce));
    shared.similar_ids = mapping.is_some_and(|mapping| mapping.similar_ids);
    (shared.weeks, shared.months.current) = (mapping.and_then(|mapping| mapping.weeks), options.current_month);
    let reading = Reading {
        store,
        mapping,
        limits: options.limits,
        is_part: options.is_part,
        attributes: &options.attributes,
        shared,
        places: BTreeMap::new(),
        further: BTreeMap::new(),
        partner_rows: Vec::new(),
        partner_place: None,
        extra: Vec::new(),
    };
    reading.book()
}

/// A book while it is read.
pub(super) struct Reading<'m> {
    pub store: Store,
    pub mapping: Option<&'m Mapping>,
    pub limits: Limits,
    /// True when targets may name what the book lacks.
    pub is_part: bool,
    /// Attributes that the vendor's manifest declares.
    pub attributes: &'m [(Name, Kind)],
    pub shared: Shared,
    /// Assignment of the tables of the store to the tables of the book.
    pub places: BTreeMap<TableKind, usize>,
    /// Further files or sheets of the tables of the book.
    pub further: BTreeMap<TableKind, Vec<usize>>,
    /// Row of each partner, in the order of the partners.
    pub partner_rows: Vec<u64>,
    /// Places of the partners, and the heading of their identifiers.
    pub partner_place: Option<(Location, String)>,
    /// Tables of the store that become extra tables, with their names.
    pub extra: Vec<(String, usize)>,
}

/// Rows of a table by partner, each with its row number for findings.
type Keyed<T> = Vec<(u32, u64, T)>;

impl<'m> Reading<'m> {
    fn book(mut self) -> Checked<PartnerBook> {
        self.locate();
        self.state_currency();
        let mut tables = BTreeMap::new();
        let mut partners = self.partners(&mut tables);
        let revenue = self.revenue(&partners, &mut tables);
        let market = self.market(&mut tables);
        self.facts_beside(&mut partners, &mut tables);
        let locks = self.locks(&partners, &mut tables);
        let extra_tables = self.extra_tables(&partners);
        self.check_looks(&partners);
        let currency = self.shared.currency();
        let mut survey = fill_revenue(&mut partners, revenue, &mut self.shared);
        if let Some((location, _)) = &self.partner_place {
            check_beginnings(&partners, location, &self.partner_rows, &mut self.shared.log);
        }
        let mut book = PartnerBook { locks, extra_tables, ..PartnerBook::new(currency, partners) };
        book.set_market(market);
        (book.targets, book.tables) = self.targets(&book, tables);
        book.summary = Some(Arc::new(self.shared.summary(&mut survey, &book.partners)));
        if is_cancelled() {
            return Checked::refused(Finding::from(BookFault::Stopped {}));
        }
        let findings = self.shared.log.into_findings();
        if findings.has_errors() {
            return Checked::refused(findings);
        }
        book.input_hash = book.facts_hash();
        Checked::accepted(book, findings)
    }

    /// Reads the facts of partners beside their revenue; the rows of one table are given to the partners before those of the
    /// next one take memory.
    fn facts_beside(&mut self, partners: &mut [Partner], tables: &mut BTreeMap<String, usize>) {
        let investments = self.investments(partners, tables);
        fill_dated(partners, investments, Partner::set_investments, |partner, fact| {
            partner.investment = Some(Box::new(fact));
        });
        let opportunities = self.opportunities(partners, tables);
        fill_lists(partners, opportunities, |partner| &mut partner.opportunities);
        let win_rates = self.win_rates(partners, tables);
        fill_dated(partners, win_rates, Partner::set_win_rates, |partner, fact| {
            partner.win_rates.reserve_exact(1);
            partner.win_rates.push(fact);
        });
        let forecasts = self.forecasts(partners, tables);
        fill_lists(partners, forecasts, |partner| &mut partner.forecasts);
        let quotas = self.quotas(partners, tables);
        fill_lists(partners, quotas, |partner| &mut partner.quotas);
    }

    pub fn map(&self, kind: TableKind) -> Option<&'m TableMap> {
        self.mapping.and_then(|mapping| mapping.tables.get(&kind))
    }

    fn partners(&mut self, tables: &mut BTreeMap<String, usize>) -> Vec<Partner> {
        let Some(index) = self.places.get(&TableKind::Partners).copied() else { return Vec::new() };
        let map = self.map(TableKind::Partners);
        let Some(sheet) = self.sheet(index, TableKind::Partners.table(), map) else { return Vec::new() };
        if sheet.headings.is_empty() {
            self.no_partner(sheet.file);
            return Vec::new();
        }
        let Some(mut binding) = Binding::new(TableKind::Partners.table(), &sheet, map, &mut self.shared.log) else {
            return Vec::new();
        };
        binding.left_out = self.totals_beside(index);
        let zone = self.shared.zone;
        let mut attributes = Attributes::of(&binding, self.attributes, zone, &mut self.shared.log);
        let mut drafts: Vec<Draft> = Vec::new();
        let mut distinct = map.filter(|map| map.distinct).map(|_| Distinct::default());
        let read = each_row(&sheet, &binding, &[], &mut self.shared, &self.limits, &mut |row: &mut Row<'_>| {
            let (partner, values, valid_from) = (partner(row), attributes.read(row), row.date(Field::ValidFrom));
            let Ok(partner) = partner else { return };
            let draft = Draft { partner, row: row.number, valid_from: valid_from.ok().flatten(), attributes: values };
            match &mut distinct {
                Some(distinct) => distinct.add(draft, row, &attributes, &mut drafts),
                None => drafts.push(draft),
            }
        });
        let key = |draft: &Draft| (draft.valid_from, draft.row);
        drafts.sort_by(|a, b| a.partner.id.cmp(&b.partner.id).then_with(|| key(a).cmp(&key(b))));
        let location = &binding.location;
        drafts.dedup_by(|second, first| {
            let is_same = first.partner.id == second.partner.id && first.valid_from == second.valid_from;
            if is_same {
                let (id, heading) = (&first.partner.id, binding.heading(Field::PartnerId));
                let finding = Finding::from(BookFault::DuplicatePartner { partner: shown(id) })
                    .at(location.place(second.row, heading, id))
                    .at(location.place(first.row, heading, id));
                self.shared.log.add(finding);
            }
            is_same
        });
        self.shared.left_out.retain(|id| drafts.binary_search_by(|draft| draft.partner.id.cmp(id)).is_err());
        let firsts = drafts.chunk_by(|one, next| one.partner.id == next.partner.id).filter_map(|rows| rows.first());
        self.partner_rows = firsts.map(|draft| draft.row).collect();
        self.partner_place = Some((location.clone(), binding.heading(Field::PartnerId).to_owned()));
        let partners = partners_of(drafts, &attributes.typed(self.shared.currency()));
        self.check_identifiers(&partners.iter().map(|partner| &*partner.id).collect::<Vec<_>>());
        if let Some(read) = read {
            read.note(TableKind::Partners, tables);
            if partners.is_empty() && !self.shared.log.has_errors() {
                self.no_partner(read.location.file);
            }
        }
        partners
    }

    fn no_partner(&mut self, file: String) {
        self.shared.log.add(Finding::from(BookFault::NoPartner {}).at(Place::file(file)));
    }

    /// Notes how many rows a table has and reports its unknown partners.
    pub fn finish(
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

    /// The rows of the market, ascending by cell, then by date.
    fn market(&mut self, tables: &mut BTreeMap<String, usize>) -> Vec<Dated<MarketCell>> {
        let mut cells: Vec<(u64, Dated<MarketCell>)> = Vec::new();
        let Some(read) = self.each_row(TableKind::Market, &[], |row| {
            cells.extend(dated(row, market_cell).map(|cell| (row.number, cell)));
        }) else {
            return Vec::new();
        };
        read.note(TableKind::Market, tables);
        cells.sort_by(|(row, cell), (other_row, other)| {
            let dates = (cell.valid_from, row).cmp(&(other.valid_from, other_row));
            cell.fact.key().cmp(&other.fact.key()).then(dates)
        });
        for pair in cells.windows(2) {
            let [(first, cell), (second, other)] = pair else { continue };
            if cell.fact.key() == other.fact.key() && cell.valid_from == other.valid_from {
                let finding = Finding::from(BookFault::DuplicateMarket {})
                    .at(read.location.place(*second, "", ""))
                    .at(read.location.place(*first, "", ""));
                self.shared.log.add(finding);
            }
        }
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    /// Reads a table of facts by partner; `key` must be unique for each partner.
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
        let read = self.each_row(kind, partners, |row| {
            if directory.leaves_out(row) {
                return;
            }
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
                let fault = BookFault::DuplicateEntry { table: kind.name().to_owned(), partner: shown(id) };
                let finding =
                    Finding::from(fault).at(location.place(*second, "", "")).at(location.place(*first, "", ""));
                self.shared.log.add(finding);
            }
        }
        self.check_new_names(&location, seen);
        rows
    }

    fn investments(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Keyed<Dated<Investment>> {
        let read = |row: &mut Row<'_>| dated(row, investment);
        self.keyed(TableKind::Investments, partners, tables, read, |row| row.valid_from)
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
                let place = Place::cell(file.clone(), *row, Field::OpportunityId.name(), shown(id));
                let fault = BookFault::SharedOpportunity { opportunity: shown(id) };
                self.shared.log.add(Finding::from(fault).at(place));
            }
        }
        rows
    }

    fn win_rates(&mut self, partners: &[Partner], tables: &mut BTreeMap<String, usize>) -> Keyed<Dated<WinRate>> {
        let read = |row: &mut Row<'_>| dated(row, win_rate);
        self.keyed(TableKind::WinRates, partners, tables, read, |row| (row.fact.segment.clone(), row.valid_from))
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
            Some(Lock { partner_id, segment, quota, reason, periods: Vec::new() })
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
        let sheet = self.sheet(index, TableKind::Extra.table(), map)?;
        let binding = Binding::new(TableKind::Extra.table(), &sheet, map, &mut self.shared.log)?;
        let columns: Vec<(usize, Name)> =
            binding.unbound().map(|(index, heading)| (index, Name::from(snake_case(heading)))).collect();
        let is_dated = binding.has(Field::ValidFrom);
        let mut rows: Vec<(Option<NaiveDate>, ExtraRow)> = Vec::new();
        let mut directory = Directory::new(partners);
        let read = each_row(&sheet, &binding, partners, &mut self.shared, &self.limits, &mut |row: &mut Row<'_>| {
            if directory.leaves_out(row) {
                return;
            }
            if let Ok(partner) = directory.find(row) {
                let valid_from = row.date(Field::ValidFrom).ok().flatten();
                let date = is_dated.then(|| valid_from.map(|date| date.to_string()).unwrap_or_default().into());
                let values = columns.iter().map(|(index, _)| row.fields.text(*index).into()).chain(date).collect();
                rows.push((valid_from, ExtraRow { partner: partner as usize, row: row.number, values }));
            }
        });
        if let Some(summary) = self.shared.tables.last_mut() {
            summary.table = name.into();
        }
        if let (Some(read), false) = (read, partners.is_empty()) {
            directory.report(&read.location, &read.partner_heading, &mut self.shared.log);
        }
        rows.sort_by_key(|(valid_from, row)| (row.partner, *valid_from));
        let names = columns.into_iter().map(|(_, name)| name).chain(is_dated.then(|| Field::ValidFrom.name().into()));
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        Some(ExtraTable { name: name.into(), columns: names.collect(), rows })
    }
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
