//! Targets and locks that a plan was opened with, as a snapshot: the plan keeps them when the tables of its book change.

use super::plan::wire;
use crate::channel::{Lock, Name, PartnerBook, SegmentKey, Target};
use crate::planning::Request;
use crate::quota::TargetRow;
use crate::units::{Currency, Money};
use serde::{Deserialize, Serialize};

/// Schema of the snapshot.
const SCHEMA: &str = "quotient.plan_tables/1";

/// Targets and locks of a proposal: those of its request, and those of its book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanTables {
    schema: String,
    targets: Vec<TargetEntry>,
    locks: Vec<LockEntry>,
    locks_period: Option<String>,
    book_targets: Vec<TargetEntry>,
    book_locks: Vec<LockEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetEntry {
    product_line: Option<String>,
    territory: Option<String>,
    #[serde(with = "wire::money")]
    target: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockEntry {
    partner_id: String,
    product_line: Option<String>,
    territory: Option<String>,
    #[serde(with = "wire::money")]
    quota: Money,
    reason: String,
    periods: Vec<PeriodEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodEntry {
    period: String,
    #[serde(with = "wire::money")]
    quota: Money,
}

fn texts(segment: &SegmentKey) -> (Option<String>, Option<String>) {
    (segment.product_line.as_deref().map(str::to_owned), segment.territory.as_deref().map(str::to_owned))
}

fn segment(product_line: Option<&str>, territory: Option<&str>) -> SegmentKey {
    SegmentKey { product_line: product_line.map(Name::from), territory: territory.map(Name::from) }
}

impl TargetEntry {
    fn new(segment: &SegmentKey, target: Money) -> Self {
        let (product_line, territory) = texts(segment);
        Self { product_line, territory, target }
    }

    fn segment(&self) -> SegmentKey {
        segment(self.product_line.as_deref(), self.territory.as_deref())
    }
}

impl LockEntry {
    fn of(lock: &Lock) -> Self {
        let (product_line, territory) = texts(&lock.segment);
        let period = |(period, quota): &(Name, Money)| PeriodEntry { period: period.to_string(), quota: *quota };
        Self {
            partner_id: lock.partner_id.to_string(),
            product_line,
            territory,
            quota: lock.quota,
            reason: lock.reason.clone(),
            periods: lock.periods.iter().map(period).collect(),
        }
    }

    fn lock(&self) -> Lock {
        Lock {
            partner_id: Name::from(self.partner_id.as_str()),
            segment: segment(self.product_line.as_deref(), self.territory.as_deref()),
            quota: self.quota,
            reason: self.reason.clone(),
            periods: self.periods.iter().map(|one| (Name::from(one.period.as_str()), one.quota)).collect(),
        }
    }
}

impl PlanTables {
    /// Returns the tables of a request and its book; `None` when an amount is out of range.
    pub fn of(book: &PartnerBook, request: &Request) -> Option<Self> {
        let row = |row: &TargetRow| Some(TargetEntry::new(&row.segment, money(row.amount, book.currency)?));
        let of_book = |target: &Target| TargetEntry::new(&target.segment, target.amount);
        Some(Self {
            schema: SCHEMA.to_owned(),
            targets: request.targets.iter().map(row).collect::<Option<_>>()?,
            locks: request.locks.iter().map(LockEntry::of).collect(),
            locks_period: request.locks_period.clone(),
            book_targets: book.targets.iter().map(of_book).collect(),
            book_locks: book.locks.iter().map(LockEntry::of).collect(),
        })
    }

    /// Returns the snapshot.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads a snapshot; `None` when it is not one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|tables: &Self| tables.schema == SCHEMA)
    }

    /// Puts the tables in the place of those of a later book and request; `None` when an amount is out of range.
    pub fn put_back(&self, book: &mut PartnerBook, request: &mut Request) -> Option<()> {
        let row =
            |entry: &TargetEntry| Some(TargetRow { segment: entry.segment(), amount: entry.target.to_minor().ok()? });
        request.targets = self.targets.iter().map(row).collect::<Option<_>>()?;
        request.locks = self.locks.iter().map(LockEntry::lock).collect();
        (request.lock_places, request.locks_period) = (Vec::new(), self.locks_period.clone());
        let target = |entry: &TargetEntry| Target { segment: entry.segment(), amount: entry.target, row: 0 };
        book.targets = self.book_targets.iter().map(target).collect();
        book.locks = self.book_locks.iter().map(LockEntry::lock).collect();
        Some(())
    }
}

/// Returns an amount of minor units.
fn money(minor: i128, currency: Currency) -> Option<Money> {
    Money::from_minor(minor, currency).ok()
}
