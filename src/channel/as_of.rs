//! The book as it was known on a date: of rows with dates, those that count then.

use super::book::{ExtraRow, ExtraTable, MarketCell, PartnerBook};
use super::changing::{Dated, History, Investment, Profile, WinRate, latest};
use super::identity::Name;
use super::partner::Partner;
use chrono::NaiveDate;
use std::borrow::Cow;

/// Column of extra tables with the date from which a row counts.
const VALID_FROM: &str = "valid_from";

impl Partner {
    /// Takes the rows of the partners table, ascending by date; the latest one gives its facts.
    pub fn set_profiles(&mut self, rows: Vec<Dated<Profile>>) {
        if let Some(last) = rows.last() {
            self.take(last.fact.clone());
        }
        self.history.rows_mut().profiles = rows;
    }

    /// Takes the rows of the investments table, ascending by date; the latest one counts.
    pub fn set_investments(&mut self, rows: Vec<Dated<Investment>>) {
        self.investment = rows.last().map(|row| Box::new(row.fact.clone()));
        self.history.rows_mut().investments = rows;
    }

    /// Takes the rows of the win rates table, ascending by date; of each part of the business the latest one counts.
    pub fn set_win_rates(&mut self, rows: Vec<Dated<WinRate>>) {
        self.win_rates = latest_win_rates(&rows);
        self.history.rows_mut().win_rates = rows;
    }

    fn take(&mut self, profile: Profile) {
        let Profile { name, tier, territory, vertical, product_lines, account_manager, since, until, attributes } =
            profile;
        (self.name, self.tier, self.territory, self.vertical) = (name, tier, territory, vertical);
        (self.product_lines, self.account_manager) = (product_lines, account_manager);
        (self.since, self.until, self.attributes) = (since, until, attributes);
    }

    /// Returns what is known of the partner itself, without its identifier.
    pub fn profile(&self) -> Profile {
        Profile {
            name: Name::clone(&self.name),
            tier: self.tier.clone(),
            territory: self.territory.clone(),
            vertical: self.vertical.clone(),
            product_lines: self.product_lines.clone(),
            account_manager: self.account_manager.clone(),
            since: self.since,
            until: self.until,
            attributes: self.attributes.clone(),
        }
    }

    /// Returns the partner as its dated rows describe it on `date`; `None` before the first of its rows counts.
    pub fn as_of(&self, date: NaiveDate) -> Option<Cow<'_, Self>> {
        let Some(rows) = self.history.rows().filter(|rows| rows.has_later(date)) else {
            return Some(Cow::Borrowed(self));
        };
        let profile = latest(&rows.profiles, date);
        if profile.is_none() && !rows.profiles.is_empty() {
            return None;
        }
        let mut known = self.clone();
        if let Some(profile) = profile {
            known.take(profile.clone());
        }
        let rows = known.history.rows_mut();
        let (has_investments, has_win_rates) = (!rows.investments.is_empty(), !rows.win_rates.is_empty());
        rows.forget_later(date);
        if has_investments {
            known.investment = rows.investments.last().map(|row| Box::new(row.fact.clone()));
        }
        if has_win_rates {
            known.win_rates = latest_win_rates(&rows.win_rates);
        }
        if rows.is_empty() {
            known.history = History::default();
        }
        Some(Cow::Owned(known))
    }

    /// Returns the row of the partners table that counted on `date`; `None` where the facts of the partner are not dated,
    /// or the first of its rows counts later.
    pub fn profile_on(&self, date: NaiveDate) -> Option<&Profile> {
        latest(self.history.profiles(), date)
    }
}

/// The latest row of each part of the business, ascending by part.
fn latest_win_rates(rows: &[Dated<WinRate>]) -> Vec<WinRate> {
    let mut rates: Vec<WinRate> = rows.iter().map(|row| row.fact.clone()).collect();
    // Stable: of the rows of a part the latest one stays last.
    rates.sort_by(|one, other| one.segment.cmp(&other.segment));
    rates.reverse();
    rates.dedup_by(|next, kept| next.segment == kept.segment);
    rates.reverse();
    rates
}

impl MarketCell {
    /// Part of the market that it is about.
    pub fn key(&self) -> (&Option<Name>, &Option<Name>, &Option<Name>) {
        (&self.territory, &self.vertical, &self.product_line)
    }
}

impl ExtraTable {
    /// Position of the column with the dates from which rows count; `None` for a table without.
    fn dates(&self) -> Option<usize> {
        self.columns.iter().position(|column| **column == *VALID_FROM)
    }

    /// True when there is a partner about whom no row has a date from which it counts.
    pub fn has_undated(&self) -> bool {
        let Some(column) = self.dates() else { return !self.rows.is_empty() };
        let is_dated = |row: &ExtraRow| row.date(column).is_some();
        self.rows.chunk_by(|one, next| one.partner == next.partner).any(|rows| !rows.iter().any(is_dated))
    }

    fn has_later(&self, date: NaiveDate) -> bool {
        self.dates().is_some_and(|column| self.rows.iter().any(|row| row.date(column).is_some_and(|from| from > date)))
    }

    /// The rows that count on `date`, of the partners that `kept` gives a new index.
    fn as_of(&self, date: NaiveDate, kept: &[Option<usize>]) -> Self {
        let column = self.dates();
        let rows = self.rows.iter().filter_map(|row| {
            let partner = kept.get(row.partner).copied().flatten()?;
            let is_later = column.and_then(|column| row.date(column)).is_some_and(|from| from > date);
            (!is_later).then(|| ExtraRow { partner, ..row.clone() })
        });
        Self { name: Name::clone(&self.name), columns: self.columns.clone(), rows: rows.collect() }
    }
}

impl ExtraRow {
    fn date(&self, column: usize) -> Option<NaiveDate> {
        self.values.get(column).and_then(|value| value.parse().ok())
    }
}

impl PartnerBook {
    /// Takes the rows of the market table, ascending by cell, then by date; the latest of each cell counts. Keeps them when
    /// one of them has a date.
    pub fn set_market(&mut self, rows: Vec<Dated<MarketCell>>) {
        self.market = latest_cells(&rows);
        self.dated_market = if rows.iter().any(|row| row.valid_from.is_some()) { rows } else { Vec::new() };
    }

    /// True when there is a part of the market about which no row has a date.
    pub fn has_undated_market(&self) -> bool {
        let mut cells = self.dated_market.chunk_by(|one, next| one.fact.key() == next.fact.key());
        let is_undated = |rows: &[Dated<MarketCell>]| rows.iter().all(|row| row.valid_from.is_none());
        if self.dated_market.is_empty() { !self.market.is_empty() } else { cells.any(is_undated) }
    }

    /// Returns the book as it was known on `date`, of which nothing but the dated rows is looked at: rows with a later
    /// `valid_from` are forgotten, and so is a partner whose first row counts later.
    ///
    /// Borrows the book when nothing of it has a later date; copies it otherwise.
    ///
    /// ```
    /// # use quotient::intake::{ReadOptions, read_book_files};
    /// let partners = b"partner_id,tier,valid_from\nA,Silver,\nA,Gold,2025-07-01\n".to_vec();
    /// let revenue = b"partner_id,month,amount\nA,2025-01,5\n".to_vec();
    /// let files = vec![("partners.csv".to_owned(), partners), ("revenue.csv".to_owned(), revenue)];
    /// let (book, _) = read_book_files(files, None, &ReadOptions::default()).into_result()?;
    /// let tier = |date: &str| book.as_of(date.parse().unwrap()).partners[0].tier.clone();
    /// assert_eq!(tier("2025-06-30").as_deref(), Some("Silver"));
    /// assert_eq!(tier("2025-07-01").as_deref(), Some("Gold"));
    /// # Ok::<(), quotient::finding::Findings>(())
    /// ```
    pub fn as_of(&self, date: NaiveDate) -> Cow<'_, Self> {
        let has_later = |partner: &Partner| partner.history.rows().is_some_and(|rows| rows.has_later(date));
        let is_known = !self.dated_market.iter().any(|row| row.is_later_than(date))
            && !self.extra_tables.iter().any(|table| table.has_later(date))
            && !self.partners.iter().any(has_later);
        if is_known {
            return Cow::Borrowed(self);
        }
        let (mut partners, mut kept) = (Vec::with_capacity(self.partners.len()), Vec::new());
        for partner in &self.partners {
            let known = partner.as_of(date);
            kept.push(known.is_some().then_some(partners.len()));
            partners.extend(known.map(Cow::into_owned));
        }
        let mut known = Self {
            market: self.market.clone(),
            locks: self.locks.clone(),
            targets: self.targets.clone(),
            extra_tables: self.extra_tables.iter().map(|table| table.as_of(date, &kept)).collect(),
            tables: self.tables.clone(),
            input_hash: self.input_hash.clone(),
            summary: self.summary.clone(),
            ..Self::new(self.currency, partners)
        };
        if !self.dated_market.is_empty() {
            known.set_market(self.dated_market.iter().filter(|row| row.counts_on(date)).cloned().collect());
        }
        Cow::Owned(known)
    }
}

/// The latest row of each cell; rows ascend by cell, then by date.
fn latest_cells(rows: &[Dated<MarketCell>]) -> Vec<MarketCell> {
    let cells = rows.chunk_by(|one, next| one.fact.key() == next.fact.key());
    cells.filter_map(|rows| rows.last()).map(|row| row.fact.clone()).collect()
}
