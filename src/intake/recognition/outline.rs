//! Pivot tables in which each partner is above its periods, in one column.

use super::super::outline::{Entry, outlined};
use super::super::value::notation::Notation;
use super::super::value::number;
use super::header::Header;
use super::profile::Profile;
use rust_decimal::Decimal;

/// Fewest names, and fewest periods, from which a column is an outline.
const FEWEST_NAMES: usize = 2;
const FEWEST_PERIODS: usize = 4;
/// Most rows of such a table: pivots are small.
const MOST_ROWS: u64 = 20_000;

impl Profile {
    /// The table with the name in each row and the periods in a column; itself where no column is such an outline.
    pub fn or_outlined(self) -> Self {
        let Some(column) = self.columns.first().filter(|column| column.index == 0 && self.header_row > 0) else {
            return self;
        };
        let heading = column.heading.clone();
        if self.rows > MOST_ROWS || column.repeats > 0 {
            return self;
        }
        if column.is_amount() || !self.is_outline() {
            return self;
        }
        let header = Header {
            titles: self.titles.clone(),
            rows: self.header_rows,
            lowest: Vec::new(),
            reason: self.header_reason,
        };
        let mut sheet = outlined(&self.sheet, 0);
        if sheet.headings.first().is_some_and(String::is_empty) {
            sheet.headings = [heading.clone()].into_iter().chain(sheet.headings.iter().skip(1).cloned()).collect();
        }
        let own = Self::with_header((self.table, &self.name), sheet, self.text, header, None);
        Self { outline: Some(heading), ..own }
    }

    /// True when the first column has names, each above periods, and the amounts of each name are those of its periods.
    fn is_outline(&self) -> bool {
        let (mut names, mut periods, mut empty, mut is_sum) = (0, 0, 0, true);
        let (mut own, mut sum, mut below) = (None::<Decimal>, Decimal::ZERO, 0);
        let mut end = |own: Option<Decimal>, sum: Decimal, below: usize| {
            empty += usize::from(below == 0);
            is_sum &= below == 0 || own.is_none_or(|own| own == sum);
        };
        self.all_rows(|_, fields| {
            let amount = (1..fields.len()).find_map(|index| number::read(fields.text(index), Notation::default()).ok());
            let amount = amount.map(|number| number.value);
            match Entry::of(fields, 0) {
                Entry::Name => {
                    if names > 0 {
                        end(own, sum, below);
                    }
                    (own, sum, below) = (amount, Decimal::ZERO, 0);
                    names += 1;
                }
                Entry::Period | Entry::Bare => {
                    periods += 1;
                    below += 1;
                    sum = sum.checked_add(amount.unwrap_or_default()).unwrap_or(Decimal::MAX);
                }
                Entry::Year | Entry::Other => {}
            }
        });
        end(own, sum, below);
        names >= FEWEST_NAMES && periods >= FEWEST_PERIODS && empty == 0 && is_sum
    }
}
