//! The rows of a sheet in their order: which of them are data, and what is said of the others.

use super::balance::balance;
use super::binding::{Binding, Source};
use super::cell::Fields;
use super::fault::TableFault;
use super::label::label;
use super::row_evidence::{LABELLED, is_header};
use super::shared::Shared;
use super::sheet::{Numbering, Sheet};
use super::table::Field;
use super::total::Verdict;
use crate::channel::{LeftOutBy, Partner};
use crate::finding::Finding;
use crate::units::Money;

/// Decides for each row of a sheet whether it is data; looks at the whole sheet once a row may not be.
pub(super) struct Sorting<'a> {
    sheet: &'a Sheet,
    binding: &'a Binding<'a>,
    partners: &'a [Partner],
    previous: u64,
    verdict: Option<Verdict>,
}

impl<'a> Sorting<'a> {
    /// The rows of `sheet`; `partners` are those of the book, as far as they are known.
    pub fn new(sheet: &'a Sheet, binding: &'a Binding<'a>, partners: &'a [Partner]) -> Self {
        Self { sheet, binding, partners, previous: sheet.heading_row, verdict: None }
    }

    /// True when the row is not data. Rows come in their order.
    pub fn leaves_out(&mut self, row: u64, fields: Fields<'_>, shared: &Shared) -> bool {
        let after_gap = row > self.previous + 1;
        self.previous = row;
        if self.sheet.numbering != Numbering::Rows {
            return false;
        }
        if let Some(left_out) = &self.binding.left_out {
            return left_out.contains(&row);
        }
        if self.verdict.is_none() && self.is_suspect(fields, after_gap) {
            self.verdict = Some(Verdict::of(self.sheet, self.binding, self.partners, shared));
        }
        self.verdict.as_ref().is_some_and(|verdict| verdict.rows.contains(&row))
    }

    /// Reports and counts what was left out, and the total that the file states.
    pub fn report(self, shared: &mut Shared) {
        let Some(verdict) = self.verdict else { return };
        for (fault, row) in verdict.findings {
            match &fault {
                TableFault::Footer { text, rows } => {
                    shared.tally.leave_out(LeftOutBy::Footer, "", *rows, row, text);
                }
                TableFault::RepeatedHeader { rows } => {
                    let rows = usize::try_from(*rows).unwrap_or(usize::MAX);
                    shared.tally.leave_out(LeftOutBy::Footer, "", rows, row, "");
                }
                TableFault::TotalRow { text }
                | TableFault::TotalDiffers { text, .. }
                | TableFault::BalanceRow { text, .. }
                | TableFault::FigureRow { text } => {
                    shared.tally.leave_out(LeftOutBy::Total, "", 1, row, text);
                }
                _ => {}
            }
            shared.log.add(Finding::from(fault).at(self.binding.location.place(row, "", "")));
        }
        shared.tally.stated_total = verdict.stated.and_then(|stated| Money::bounded(stated, shared.currency()).ok());
    }

    /// True when the row looks unlike data, at little cost.
    fn is_suspect(&self, fields: Fields<'_>, after_gap: bool) -> bool {
        // A table with one column per period shows its sums: its rows are few, and its columns many.
        let is_unpivoted = self.sheet.reshape.as_ref().is_some_and(|shape| shape.unpivot.is_some());
        after_gap
            || is_unpivoted
            || (0..LABELLED)
                .map(|index| fields.text(index))
                .any(|text| label(text).is_some() || balance(text).is_some())
            || is_header(self.sheet, fields)
            || matches!(fields, Fields::Record(record) if record.len() < self.binding.width)
            || matches!(self.binding.source(Field::PartnerId), Source::Column(index) if fields.text(*index).is_empty())
    }
}
