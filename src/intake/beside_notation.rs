//! Decimal and thousands signs of a file beside the book, as its amounts show them: no mapping file states them.

use super::binding::{Binding, Source};
use super::cell::CellKind;
use super::fault::BesideFault;
use super::log::{Log, shown};
use super::recognition::Evidence;
use super::sheet::Sheet;
use super::table::Kind;
use super::value::notation::{DecimalSign, ThousandsSign};
use crate::finding::{Finding, Place, Severity};

/// Finds the decimal and thousands signs in the amounts of the file, and says what was found.
pub(super) fn find_notation(sheet: &Sheet, binding: &mut Binding<'_>, log: &mut Log) {
    // Numbers of JSON are exact decimals, also as strings.
    if !matches!(binding.location.place(1, "", ""), Place::Cell { .. }) {
        return;
    }
    let is_amount = |kind: Kind| matches!(kind, Kind::Amount | Kind::AmountFromZero);
    let columns = binding.table.columns.iter().filter(|column| is_amount(column.kind));
    let indices: Vec<usize> = columns
        .filter_map(|column| match binding.source(column.field) {
            Source::Column(index) => Some(*index),
            Source::Absent | Source::Constant(_) => None,
        })
        .collect();
    let (mut evidence, mut commas) = (Evidence::default(), 0);
    // What cannot be read is reported when the rows are.
    let _ = sheet.for_each(|_, fields| {
        for index in indices.iter().filter(|index| fields.kind(**index) == CellKind::Text) {
            evidence.add(fields.text(*index));
            commas += usize::from(fields.text(*index).contains(','));
        }
    });
    let mut marks = evidence.marks();
    // One comma alone may be mistyped.
    marks.decimal_comma = marks.decimal_comma.filter(|example| commas > 1 || example.contains(['.', ' ', '\'']));
    binding.notation.decimal = marks.decimal_comma.as_ref().map(|_| DecimalSign::Comma);
    let thousands = marks.thousands.as_ref();
    binding.notation.thousands = thousands.and_then(|(sign, _)| ThousandsSign::new(&sign.to_string()));
    let example = marks.decimal_comma.or(thousands.map(|(_, example)| example.clone()));
    let location = || Place::file(binding.location.shown());
    if let Some(example) = example {
        let decimal = binding.notation.decimal_sign().as_char().to_string();
        let fault = BesideFault::FoundNotation { decimal, example: shown(&example) };
        log.add(Finding::from(fault).at(location()));
    } else if let Some(example) = marks.ambiguous {
        let finding = Finding::from(BesideFault::OpenNotation { example: shown(&example) }).at(location());
        // Without a decimal sign for it, an amount with a comma is refused where it is read.
        log.add(if example.contains('.') { finding.with_severity(Severity::Error) } else { finding });
    }
}
