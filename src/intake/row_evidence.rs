//! Evidence in one row: whether it names a partner, lacks a value, or repeats the header.

use super::balance::balance;
use super::binding::{Binding, Source};
use super::cell::Fields;
use super::label::{Label, label};
use super::sheet::Sheet;
use super::table::{Field, TableKind, is_same_heading};
use crate::channel::Partner;

/// Columns among the first ones in which a total may have its name.
pub(super) const LABELLED: usize = 4;

/// The rows of a sheet under their binding.
#[derive(Clone, Copy)]
pub(super) struct RowEvidence<'a> {
    pub sheet: &'a Sheet,
    pub binding: &'a Binding<'a>,
    /// Partners of the book, as far as they are known.
    pub partners: &'a [Partner],
}

impl RowEvidence<'_> {
    /// The first cell that is named as a total.
    pub fn labelled<'f>(&self, fields: Fields<'f>) -> Option<(&'f str, Label)> {
        (0..LABELLED).find_map(|index| Some((fields.text(index), label(fields.text(index))?)))
    }

    /// The first cell that is named as a balance and is not a partner.
    pub fn balance<'f>(&self, fields: Fields<'f>) -> Option<&'f str> {
        let is_one = |text: &&str| {
            balance(text).is_some_and(|balance| !balance.is_of_goods || self.is_in_place_of_partner(fields, text))
        };
        let text = (0..LABELLED).map(|index| fields.text(index)).find(is_one);
        text.filter(|text| !self.is_partner(text))
    }

    /// True when `text` is a partner, known from elsewhere than the rows of this table.
    pub fn is_partner(&self, text: &str) -> bool {
        !self.binding.has_own_partners && self.is_known(text)
    }

    fn is_known(&self, text: &str) -> bool {
        self.partners.binary_search_by(|partner| (*partner.id).cmp(text)).is_ok()
            || (self.partners.len() < 10_000 && self.partners.iter().any(|one| is_same_heading(&one.id, text)))
    }

    /// True when the row names a partner of the book, which no line below the data does.
    pub fn names_partner(&self, fields: Fields<'_>) -> bool {
        let Source::Column(index) = self.binding.source(Field::PartnerId) else { return false };
        let id = fields.text(*index);
        !id.is_empty() && self.is_known(id)
    }

    /// True when `text` is where the partner of the row is written, or the row has none.
    pub fn is_in_place_of_partner(&self, fields: Fields<'_>, text: &str) -> bool {
        match self.binding.source(Field::PartnerId) {
            Source::Column(index) => fields.text(*index).is_empty() || fields.text(*index) == text,
            Source::Absent | Source::Constant(_) => false,
        }
    }

    /// True when a value that data must have is missing.
    pub fn lacks(&self, fields: Fields<'_>) -> bool {
        let fill = self.sheet.reshape.as_ref().map_or(&[][..], |shape| &shape.fill);
        let is_missing = |field: Field| match self.binding.source(field) {
            Source::Column(index) => {
                *index < self.sheet.columns() && fields.text(*index).is_empty() && !fill.contains(index)
            }
            Source::Absent | Source::Constant(_) => false,
        };
        let table = self.binding.table;
        let required = table.columns.iter().filter(|column| column.required).map(|column| column.field);
        let is_revenue = table.kind == TableKind::Revenue;
        let month = [Field::Month, Field::Period].into_iter().filter(|field| is_revenue && self.binding.has(*field));
        let has_month = is_revenue && month.clone().any(|field| !is_missing(field));
        required.clone().any(is_missing) || (is_revenue && month.clone().count() > 0 && !has_month)
    }

    /// True for a row of a text file that has fewer fields than there are columns.
    pub fn is_ragged(&self, fields: Fields<'_>) -> bool {
        matches!(fields, Fields::Record(record) if record.len() < self.binding.width)
    }
}

/// True when the cells of the row are the column names.
pub(super) fn is_header(sheet: &Sheet, fields: Fields<'_>) -> bool {
    let named = || sheet.headings[..sheet.columns()].iter().enumerate().filter(|(_, heading)| !heading.is_empty());
    named().next().is_some_and(|(index, heading)| fields.text(index) == heading)
        && named().all(|(index, heading)| fields.text(index) == heading)
}
