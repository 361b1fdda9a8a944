//! The dates from which a backtest looks: every one that the history of a book allows.

use super::Origin;
use crate::channel::PartnerBook;
use crate::finding::Findings;
use crate::planning::fault::PlanFault;
use crate::plugin::VendorPlugin;
use crate::units::{Month, PlanningPeriod};

/// Every month end that has a stretch of `months` known before it and after it, ascending.
pub fn origins(plugin: &VendorPlugin, book: &PartnerBook, months: u32) -> Vec<Origin> {
    let (Some((first, _)), Some(latest)) = (book.revenue_months(), book.latest_month(None)) else { return Vec::new() };
    let length = months as i32;
    let starts = latest.complete.since(first) + 1 - 2 * length;
    (0..=starts).map(|step| origin(plugin, first.plus(length + step), months)).collect()
}

/// The latest of these that begins a period of the vendor's calendar; `None` when the book does not cover one.
pub fn latest_origin(plugin: &VendorPlugin, book: &PartnerBook) -> Option<Origin> {
    let months = plugin.manifest.period_months;
    let last = book.latest_month(None)?.complete;
    let before = last.plus(1 - 2 * months as i32).last_day();
    let period = plugin.manifest.calendar.next_after(before, months).filter(|period| period.end().plus(-1) <= last)?;
    Some(Origin { as_of: period.start.plus(-1).last_day(), period })
}

/// A stretch from `start` under its name in the vendor's calendar, or under its months.
fn origin(plugin: &VendorPlugin, start: Month, months: u32) -> Origin {
    let last = start.plus(months as i32 - 1);
    let label = plugin.manifest.calendar.label(start, months).unwrap_or_else(|| format!("{start} to {last}"));
    Origin { as_of: start.plus(-1).last_day(), period: PlanningPeriod { label, start, months } }
}

/// Fails unless the book covers the period and begins before it.
pub(super) fn covered(book: &PartnerBook, origin: &Origin) -> Result<(), Findings> {
    let period = &origin.period;
    let months = book.revenue_months();
    if months.is_some_and(|(first, last)| first < period.start && last >= period.end().plus(-1)) {
        return Ok(());
    }
    let covered = months.map_or("no revenue".to_owned(), |(first, last)| format!("revenue from {first} to {last}"));
    Err(PlanFault::NotCovered { period: period.to_string(), covered }.into())
}
