//! Currencies beside the amounts of a row: in the format of a cell, and as signs that are read before a currency is stated.

use super::cell::CellKind;
use super::fault::ValueFault;
use super::log::{Reported, shown};
use super::row::{Row, Written};
use super::table::Field;
use super::value::currency_sign::{Meaning, meaning};
use super::value::notation::Number;
use crate::finding::Finding;
use crate::units::Currency;

impl<'a> Row<'a> {
    /// Gives an amount the currency that its cell is formatted with. Returns true, with a warning where the two differ,
    /// when the currency of the book is stated: formats are less reliable than words.
    pub fn check_format(
        &mut self,
        field: Field,
        written: Written<'a>,
        number: &mut Number<'a>,
    ) -> Result<bool, Reported> {
        let CellKind::Signed(sign) = written.kind else { return Ok(false) };
        number.currencies[0] = Some(sign);
        let is_stated = self.shared.stated_currency.is_some() || self.shared.default_currency.is_some();
        let currency = self.shared.currency();
        if is_stated && meaning(sign, currency) != Meaning::Same {
            let (column, sign, book_currency) = (self.column(field), sign.to_owned(), currency.to_string());
            self.warn(field, ValueFault::ShownCurrency { column, sign, book_currency });
        }
        Ok(is_stated)
    }

    /// Notes the currency signs of an amount that is read before a row states a currency.
    pub fn note_signs(&mut self, field: Field, written: Written<'_>, number: &Number<'_>) {
        let is_stated = self.shared.stated_currency.is_some();
        for sign in number.currencies.iter().flatten().filter(|_| !is_stated) {
            if !self.shared.signs.contains_key(*sign) {
                let heading = self.binding.heading(field);
                let place = self.binding.location.place(self.number, heading, written.text);
                let signed = (heading.to_owned(), shown(written.text), place);
                self.shared.signs.insert((*sign).to_owned(), signed);
            }
        }
    }

    /// Reports signs of amounts above that do not mean `currency`, which this row is the first to state.
    pub fn check_signs(&mut self, currency: Currency) {
        for (sign, (column, value, place)) in std::mem::take(&mut self.shared.signs) {
            if meaning(&sign, currency) != Meaning::Same {
                let book_currency = currency.to_string();
                let fault = ValueFault::AmountCurrency { column, value, sign, book_currency };
                self.shared.log.add(Finding::from(fault).at(place));
            }
        }
    }
}
