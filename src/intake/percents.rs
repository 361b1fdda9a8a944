//! Columns of shares in percent: their heading has a percent sign, and one of their values is above 1.

use super::binding::{Binding, Source};
use super::sheet::Sheet;
use super::table::{Field, Kind};
use super::value::number;
use rust_decimal::Decimal;

impl Binding<'_> {
    /// Notes the columns of `sheet` that are in percent, unless the mapping file states their scale.
    pub fn note_percents(&mut self, sheet: &Sheet) {
        let Some(map) = self.map else { return };
        let columns = self.table.columns.iter().filter(|column| column.kind == Kind::Share);
        let fields = columns.map(|column| column.field).filter(|field| !map.scale.contains_key(field));
        let open: Vec<(Field, usize)> = fields
            .filter(|field| self.heading(*field).contains('%'))
            .filter_map(|field| match self.source(field) {
                Source::Column(index) if *index < sheet.columns() => Some((field, *index)),
                _ => None,
            })
            .collect();
        if open.is_empty() {
            return;
        }
        // What cannot be read is reported when the rows are read.
        let _ = sheet.for_each(|_, fields| {
            for (field, index) in &open {
                let number = number::plain(fields.text(*index), self.notation);
                if number.is_some_and(|number| number > Decimal::ONE) {
                    self.percents.insert(*field);
                }
            }
        });
    }
}
