//! The partner book: every partner of a vendor, with the market they sell into.

use super::{BookSummary, Dated, Lock, Name, Partner, Target};
use crate::units::{Currency, Money, Month, Rate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Market of one cell; a `None` dimension means "all".
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MarketCell {
    /// Territory.
    pub territory: Option<Name>,
    /// Vertical.
    pub vertical: Option<Name>,
    /// Product line.
    pub product_line: Option<Name>,
    /// Total addressable market for the vendor's products, a year.
    pub addressable: Option<Money>,
    /// Expected growth of that market, a year, as a fraction.
    pub growth: Option<Rate>,
}

/// An extra table keyed by partner, as text; a manifest that declares it gives its columns types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraTable {
    /// Name of the file or sheet, lower case.
    pub name: Name,
    /// Columns without `partner_id`, in file order.
    pub columns: Vec<Name>,
    /// Rows, ascending by partner, then in file order.
    pub rows: Vec<ExtraRow>,
}

/// A row of an [`ExtraTable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraRow {
    /// Index of the partner in [`PartnerBook::partners`].
    pub partner: usize,
    /// Row number in the file, for findings.
    pub row: u64,
    /// One value per column; empty text is "not known".
    pub values: Vec<Box<str>>,
}

/// All partners of a vendor in one currency.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerBook {
    /// The one currency of every amount.
    pub currency: Currency,
    /// Partners, ascending by id, ids unique.
    pub partners: Vec<Partner>,
    /// Market cells, ascending by territory, vertical, product line (`None` first); empty when there is no market table.
    pub market: Vec<MarketCell>,
    /// Rows of the market table, ascending by cell, then by date, of which those above are the latest; empty when none has a
    /// date.
    pub dated_market: Vec<Dated<MarketCell>>,
    /// Locks of the book's own `locks` table.
    pub locks: Vec<Lock>,
    /// Targets of the book's own `targets` table, in the order of the file.
    pub targets: Vec<Target>,
    /// Additional tables, keyed by partner, ascending by name.
    pub extra_tables: Vec<ExtraTable>,
    /// Names of the standard tables the book has (`partners`, `revenue`, `opportunities`, …).
    pub tables: BTreeMap<String, usize>,
    /// Hash of the facts as read, see [`PartnerBook::facts_hash`]; empty for a book that was not read.
    pub input_hash: String,
    /// Summary of what was read; `None` for a book that was not read. It does not belong to the facts.
    pub summary: Option<Arc<BookSummary>>,
}

impl PartnerBook {
    /// Returns a book of `partners`, sorted by id; the ids must be unique.
    pub fn new(currency: Currency, mut partners: Vec<Partner>) -> Self {
        partners.sort_by(|a, b| a.id.cmp(&b.id));
        Self {
            currency,
            partners,
            market: Vec::new(),
            dated_market: Vec::new(),
            locks: Vec::new(),
            targets: Vec::new(),
            extra_tables: Vec::new(),
            tables: BTreeMap::new(),
            input_hash: String::new(),
            summary: None,
        }
    }

    /// True when the book has the standard table `name`; without it, its facts are not known.
    pub fn has_table(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// The partner with that id.
    pub fn partner(&self, id: &str) -> Option<&Partner> {
        self.partners.binary_search_by(|partner| (*partner.id).cmp(id)).ok().map(|index| &self.partners[index])
    }

    /// First and last month with any revenue; `None` without revenue.
    pub fn revenue_months(&self) -> Option<(Month, Month)> {
        let months = || self.partners.iter().flat_map(|partner| partner.revenue.iter().map(|entry| entry.month));
        Some((months().min()?, months().max()?))
    }
}
