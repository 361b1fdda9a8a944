//! Revenue history: rows as written in the table, then one entry per month, product line and territory.

use super::cell::CellKind;
use super::directory::Directory;
use super::fault::{BookFault, ValueFault};
use super::log::{Reported, shown};
use super::months::Seen;
use super::row::{Dimension, Row, Shared};
use super::sheet::{Location, Numbering};
use super::survey::Survey;
use super::table::Field;
use super::value::date;
use crate::channel::{Partner, RevenueEntry, SharedSegment};
use crate::finding::{Finding, Place};
use crate::units::{Currency, Money, Month};
use rust_decimal::Decimal;

/// Length of a month such as `2026-01`; a date is longer.
const SHORTEST_DATE: usize = 7;

/// Revenue of one row before it is put to its partner; names by their number plus one, 0 for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct RevenueRow {
    pub partner: u32,
    month: Month,
    product_line: u32,
    territory: u32,
    pub amount: Money,
}

impl RevenueRow {
    fn segment(&self, shared: &mut Shared) -> SharedSegment {
        shared.segment(self.product_line.checked_sub(1), self.territory.checked_sub(1))
    }
}

pub(super) struct Revenue {
    pub location: Option<Location>,
    pub rows: Vec<RevenueRow>,
}

pub(super) fn revenue_row(
    row: &mut Row<'_>,
    directory: &mut Directory<'_>,
    rows: &mut Vec<RevenueRow>,
) -> Result<(), Reported> {
    if directory.leaves_out(row) {
        return Ok(());
    }
    let currency = row.currency();
    let partners = directory.find_each(row);
    note_date(row);
    let month = row.period(Field::Month);
    let period = row.period(Field::Period);
    let product_line = row.name_number(Field::ProductLine, Dimension::ProductLine);
    let territory = row.name_number(Field::Territory, Dimension::Territory);
    let amount = row.amount(Field::Amount);
    currency?;
    let (field, (start, months)) = match (month?, period?) {
        (Some(month), _) => (Field::Month, month),
        (None, Some(period)) => (Field::Period, period),
        (None, None) => {
            let field = if row.binding.has(Field::Month) { Field::Month } else { Field::Period };
            let column = row.column(field);
            return Err(row.reject(field, ValueFault::MissingMonth { column }));
        }
    };
    let numbered = |number: Option<u32>| number.map_or(0, |number| number.saturating_add(1));
    let (product_line, territory) = (numbered(product_line?), numbered(territory?));
    let ((first, others), amount) = (partners?, amount?.ok_or(Reported)?);
    note_month(row, field, start, start.plus(i32::try_from(months).unwrap_or(1) - 1));
    let mut push = |partner: u32, amount: Money| {
        if months == 1 {
            rows.push(RevenueRow { partner, month: start, product_line, territory, amount });
            return;
        }
        for (offset, amount) in (0..).zip(spread(amount, months)) {
            rows.push(RevenueRow { partner, month: start.plus(offset), product_line, territory, amount });
        }
    };
    if others.is_empty() {
        push(first, amount);
        return Ok(());
    }
    let count = u32::try_from(others.len()).unwrap_or(u32::MAX).saturating_add(1);
    for (partner, amount) in std::iter::once(first).chain(others).zip(spread(amount, count)) {
        push(partner, amount);
    }
    Ok(())
}

fn note_month(row: &mut Row<'_>, field: Field, start: Month, end: Month) {
    let (number, text, column) = (row.number, row.text(field).unwrap_or_default(), row.binding.heading(field));
    let seen = |month| Seen { month, place: (number, column.to_owned(), text.to_owned()), rows: 1 };
    row.shared.months.add(start, end, seen);
}

/// Notes the day of a row whose month is written as a date; a text that was just read is not read again.
fn note_date(row: &mut Row<'_>) {
    let Some(text) = row.text(Field::Month).filter(|text| text.len() > SHORTEST_DATE) else { return };
    if row.shared.latest_period.as_ref().is_some_and(|(.., latest, _)| latest == text) {
        return;
    }
    let kind = row.kind(Field::Month);
    let formats = row.binding.map.map(|map| map.dates.of(Field::Month)).unwrap_or_default();
    let Ok(date) = date::read(text, formats, row.shared.zone) else { return };
    row.shared.months.add_date(date);
    if kind == CellKind::Date {
        row.shared.day_order.add_date(date);
    } else if row.binding.location.is_of_file() {
        let (location, number, column) = (&row.binding.location, row.number, row.binding.heading(Field::Month));
        let first = || (column.to_owned(), text.to_owned(), location.place(number, column, text));
        row.shared.day_order.add_text(date, first);
    }
}

/// Rows whose memory is given back at once, while their entries take memory.
const GIVEN_BACK: usize = 1 << 16;

/// Sums the rows of the same month, product line and territory and gives them to their partners in order; returns what
/// the months amount to.
pub(super) fn fill_revenue(partners: &mut [Partner], revenue: Revenue, shared: &mut Shared) -> Survey {
    let mut survey = Survey::new(shared.months.range());
    let Revenue { location, mut rows } = revenue;
    let (lines, territories) = (shared.product_lines.ranks(), shared.territories.ranks());
    let rank = |ranks: &[u32], number: u32| match number.checked_sub(1) {
        None => 0,
        Some(index) => ranks.get(index as usize).map_or(0, |rank| rank + 1),
    };
    let key = |row: &RevenueRow| (row.month, rank(&lines, row.product_line), rank(&territories, row.territory));
    // The first partner is last: a list gives back memory at its end only.
    rows.sort_unstable_by(|a, b| b.partner.cmp(&a.partner).then_with(|| key(a).cmp(&key(b))));
    let currency = shared.currency();
    let mut entries = Entries { currency, file: location.as_ref().map_or("", |location| &location.file), shared };
    while let Some(last) = rows.last() {
        let index = last.partner;
        let begin = rows.iter().rposition(|row| row.partner != index).map_or(0, |other| other + 1);
        if let (Some(partner), Some(own)) = (partners.get_mut(index as usize), rows.get(begin..)) {
            entries.fill(partner, own.chunk_by(|a, b| key(a) == key(b)), &mut survey);
            survey.end_partner(index as usize);
        }
        rows.truncate(begin);
        if rows.capacity() - rows.len() > GIVEN_BACK {
            rows.shrink_to_fit();
        }
    }
    let place =
        location.unwrap_or_else(|| Location { file: String::new(), numbering: Numbering::Rows, further: Vec::new() });
    shared.months.report(survey.present(), &place, &mut shared.log);
    survey
}

/// Revenue entries while they are made of rows.
struct Entries<'s> {
    currency: Currency,
    file: &'s str,
    shared: &'s mut Shared,
}

impl Entries<'_> {
    /// Gives a partner one entry for each of the cells, whose rows have the month, product line and territory in common.
    fn fill<'r>(
        &mut self,
        partner: &mut Partner,
        cells: impl Iterator<Item = &'r [RevenueRow]> + Clone,
        survey: &mut Survey,
    ) {
        partner.revenue.reserve_exact(cells.clone().count());
        for cell in cells {
            let Some(first) = cell.first() else { continue };
            match exact_sum(cell, self.currency) {
                Some(amount) => {
                    survey.add(first.month, amount.amount(), cell.len());
                    let segment = first.segment(self.shared);
                    partner.revenue.push(RevenueEntry { month: first.month, segment, amount });
                }
                None => {
                    let fault = BookFault::InexactRevenue { partner: shown(&partner.id), month: first.month };
                    self.shared.log.add(Finding::from(fault).at(Place::file(self.file)));
                }
            }
        }
    }
}

/// The exact sum; `None` when it would be rounded or is larger than the engine takes.
pub(super) fn exact_sum(cell: &[RevenueRow], currency: Currency) -> Option<Money> {
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

/// Spreads an amount over `months`, or partners, evenly and exactly; what does not divide goes to the first ones, one
/// unit each.
///
/// The unit is the minor unit of the currency, or the last decimal of the amount where it has more.
pub(super) fn spread(amount: Money, months: u32) -> Vec<Money> {
    let mut total = amount.amount();
    total.rescale(total.scale().max(amount.currency().decimals()));
    let (scale, mantissa, count) = (total.scale(), total.mantissa(), i128::from(months.max(1)));
    let (each, rest) = (mantissa / count, mantissa % count);
    (0..count)
        .map(|index| each + if index < rest.abs() { rest.signum() } else { 0 })
        .map(|part| Money::new(Decimal::from_i128_with_scale(part, scale), amount.currency()))
        .collect()
}
