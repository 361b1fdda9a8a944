//! Market of the cells of a channel, and the channel as a whole, from the sums over its partners.

use super::lines::Lines;
use super::tally::{Cell, CellKey, CellSum, Tally};
use crate::channel::{ChannelFacts, MarketCell, Name};
use crate::units::{Money, Rate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Lines<'_> {
    /// Takes the sums over the whole channel: its market cells and its facts.
    pub(super) fn take(&mut self, tally: &Tally) {
        let cells = |sums: &BTreeMap<CellKey, CellSum>| -> Arc<BTreeMap<CellKey, Cell>> {
            let cell = |(key, sum): (&CellKey, &CellSum)| {
                let (addressable, growth) = self.market_of(key);
                (key.clone(), Cell { addressable, growth, sum: sum.clone() })
            };
            Arc::new(sums.iter().map(cell).collect())
        };
        let (cells, whole_cells) = (cells(&tally.cells), cells(&tally.whole_cells));
        let money = |amount: Option<Decimal>| amount.map(|amount| self.money(amount));
        let totals = &tally.totals;
        let channel = ChannelFacts {
            partners: tally.partners,
            prior_revenue: money(totals.prior),
            growth: growth(totals.prior, totals.earlier),
            same_period_last_year: money(totals.same_period),
            season: ratio(totals.same_period, totals.before_same_period),
            ..(*self.common.channel).clone()
        };
        (self.common.cells, self.common.whole_cells, self.common.channel) = (cells, whole_cells, Arc::new(channel));
    }

    /// Addressable market and growth of a cell, a stretch as long as the period. A dimension the line names takes its
    /// own rows, else the rows for "all"; one that it does not name takes the rows for "all", else the sum over all.
    fn market_of(&self, key: &CellKey) -> (Option<Money>, Option<Rate>) {
        let (territory, vertical, product_line) = key;
        if territory.is_none() && !self.book.market.iter().any(|cell| cell.territory.is_none()) {
            return (None, None);
        }
        let mut rows: Vec<&MarketCell> = self.book.market.iter().collect();
        narrow(&mut rows, territory, |cell| &cell.territory);
        narrow(&mut rows, vertical, |cell| &cell.vertical);
        narrow(&mut rows, product_line, |cell| &cell.product_line);
        if rows.is_empty() || rows.iter().any(|row| row.addressable.is_none()) {
            let growths: BTreeSet<Rate> = rows.iter().filter_map(|row| row.growth).collect();
            return (None, growths.first().copied().filter(|_| growths.len() == 1));
        }
        let mut total = Decimal::ZERO;
        let mut grown = Some(Decimal::ZERO);
        for row in rows {
            let amount = row.addressable.map_or(Decimal::ZERO, Money::amount);
            total = total.checked_add(amount).unwrap_or(Decimal::MAX);
            grown = grown.zip(row.growth).and_then(|(sum, rate)| sum.checked_add(amount.checked_mul(rate)?));
        }
        let growth = grown.and_then(|sum| sum.checked_div(total));
        let share = Decimal::from(self.view().period.months).checked_div(Decimal::from(12));
        (share.and_then(|share| self.money(total).times(share).ok()), growth)
    }
}

fn narrow<'r>(
    rows: &mut Vec<&'r MarketCell>,
    wanted: &Option<Name>,
    dimension: impl Fn(&'r MarketCell) -> &'r Option<Name>,
) {
    let has = |value: &Option<Name>| rows.iter().any(|row| dimension(row) == value);
    if wanted.is_some() {
        let value = if has(wanted) { wanted.clone() } else { None };
        rows.retain(|row| *dimension(row) == value);
    } else if has(&None) {
        rows.retain(|row| dimension(row).is_none());
    }
}

pub(super) fn growth(now: Option<Decimal>, before: Option<Decimal>) -> Option<Rate> {
    let (now, before) = (now?, before.filter(|before| *before > Decimal::ZERO)?);
    now.checked_sub(before)?.checked_div(before)
}

fn ratio(part: Option<Decimal>, whole: Option<Decimal>) -> Option<Rate> {
    part?.checked_div(whole?)
}
