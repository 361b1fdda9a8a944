//! Extra columns of the partners table: the partner's own attributes.

use super::binding::Binding;
use super::cell::{CellKind, Flaw};
use super::fault::{BookFault, NumberKind, ValueFault};
use super::log::{Log, shown};
use super::name::Names;
use super::row::{Row, Written};
use super::row_value::{count_of, date_of, not_number, number_of, other_currency};
use super::table::is_same_heading;
use super::value::date;
use super::value::date_format::DateFormat;
use super::value::identifier::is_error_value;
use super::value::notation::{Dash, Notation, Number};
use super::value::number::{self, NumberFault};
use super::value::word::truth_of;
use crate::channel::{Attribute, Name};
use crate::figure::Kind;
use crate::finding::{Finding, Place, did_you_mean};
use crate::units::Currency;
use chrono_tz::Tz;
use rust_decimal::Decimal;

/// Writes a heading as a name that scripts can use: lower case, `_` between words.
pub(super) fn snake_case(heading: &str) -> String {
    let mut out = String::new();
    for c in heading.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// The extra columns of the partners table while it is read.
pub(super) struct Attributes {
    columns: Vec<AttributeColumn>,
    notation: Notation,
    formats: Vec<DateFormat>,
    zone: Option<Tz>,
}

/// One extra column: each value once.
struct AttributeColumn {
    index: usize,
    name: Name,
    /// Kind that the vendor's manifest declares.
    declared: Option<Kind>,
    /// Values of text cells, which are numbered odd.
    texts: Names,
    /// Values of typed cells, which are numbered even.
    typed: Names,
    /// Type of each of them.
    kinds: Vec<CellKind>,
}

impl AttributeColumn {
    /// The number of a value, from 1.
    fn number(&mut self, Written { text, kind, .. }: Written<'_>) -> u32 {
        match kind {
            CellKind::Text => self.texts.number(text).saturating_mul(2).saturating_add(1),
            _ => {
                let number = self.typed.number(text);
                if self.kinds.len() < self.typed.len() {
                    self.kinds.push(kind);
                }
                number.saturating_mul(2).saturating_add(2)
            }
        }
    }
}

impl Attributes {
    /// Finds the extra columns; `declared` are the attributes of the vendor's manifest with their kinds.
    pub fn of(binding: &Binding<'_>, declared: &[(Name, Kind)], zone: Option<Tz>, log: &mut Log) -> Self {
        let wanted = binding.map.and_then(|map| map.attributes.as_ref());
        let mut columns: Vec<AttributeColumn> = Vec::new();
        for (index, heading) in binding.unbound() {
            let is_flat = binding.map.is_some_and(|map| map.distinct) && wanted.is_none();
            if is_flat || wanted.is_some_and(|wanted| !wanted.iter().any(|(name, _)| is_same_heading(name, heading))) {
                continue;
            }
            let name = Name::from(snake_case(heading));
            if name.is_empty() {
                continue;
            }
            if columns.iter().any(|column| column.name == name) {
                let fault = BookFault::DuplicateAttribute { attribute: name.to_string() };
                log.add(Finding::from(fault).at(binding.location.place(1, heading, "")));
                continue;
            }
            let declared = declared.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
            columns.push(AttributeColumn {
                index,
                name,
                declared,
                texts: Names::default(),
                typed: Names::default(),
                kinds: Vec::new(),
            });
        }
        for (name, span) in wanted.into_iter().flatten() {
            if !columns.iter().any(|column| is_same_heading(&binding.headings[column.index], name)) {
                let near = did_you_mean(name, binding.unbound().map(|(_, heading)| heading));
                let fault = BookFault::MissingAttribute {
                    file: binding.location.file.clone(),
                    heading: name.clone(),
                    suggestion: near.map(ToOwned::to_owned),
                };
                let place = binding.map.map_or_else(|| Place::file("mapping"), |map| map.place(*span, ""));
                log.add(Finding::from(fault).at(place));
            }
        }
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        let notation = binding.map.map(|map| map.notation).unwrap_or_default();
        let formats = binding.map.map(|map| map.dates.all.clone()).unwrap_or_default();
        Self { columns, notation, formats, zone }
    }

    /// Reads the attributes of a row: the number of each value, 0 without one.
    ///
    /// A value that is not of the kind that the manifest declares is reported with its cell.
    pub fn read(&mut self, row: &mut Row<'_>) -> Box<[u32]> {
        let Self { columns, notation, formats, zone } = self;
        let mut numbers = Vec::with_capacity(columns.len());
        for column in columns {
            let text = row.fields.text(column.index);
            row.shared.rounded += u64::from(row.fields.flaw(column.index) == Some(Flaw::Rounded));
            if text.is_empty() {
                numbers.push(0);
                continue;
            }
            let written = Written { text, kind: row.fields.kind(column.index), is_ours: false };
            if let Some(kind) = column.declared {
                let heading = row.binding.headings.get(column.index).map_or("", String::as_str);
                let reading =
                    Reading { heading, notation: *notation, formats, zone: *zone, currency: row.shared.currency() };
                if let Err(fault) = reading.declared(written, kind) {
                    let place = row.binding.location.place(row.number, heading, text);
                    row.shared.log.add(Finding::from(fault).at(place));
                }
            }
            numbers.push(column.number(written));
        }
        numbers.into_boxed_slice()
    }

    /// Name of the column `at` of those that become attributes.
    pub fn heading(&self, at: usize) -> String {
        self.columns.get(at).map(|column| column.name.to_string()).unwrap_or_default()
    }

    /// The value of the column `at` with that number, as [`Attributes::read`] gives it.
    pub fn text(&self, at: usize, number: u32) -> String {
        let value = self.columns.get(at).zip(number.checked_sub(1)).and_then(|(column, index)| {
            let names = if index % 2 == 0 { &column.texts } else { &column.typed };
            names.in_order_of_appearance().get(index as usize / 2)
        });
        value.map(ToString::to_string).unwrap_or_default()
    }

    /// Gives each column its declared type, else the narrowest that all its values have: number, truth, date, text.
    pub fn typed(self, currency: Currency) -> TypedAttributes {
        let Self { columns, notation, formats, zone } = self;
        let reading = Reading { heading: "", notation, formats: &formats, zone, currency };
        let columns = columns.into_iter().map(|column| {
            let written = |(text, kind)| Written { text, kind, is_ours: false };
            let texts = column.texts.in_order_of_appearance().iter().map(|text| (&**text, CellKind::Text));
            let typed =
                column.typed.in_order_of_appearance().iter().map(|text| &**text).zip(column.kinds.iter().copied());
            let values: Vec<Written<'_>> = texts.clone().chain(typed).map(written).collect();
            let read = match column.declared {
                // The book is refused when one of them is not of this kind.
                Some(kind) => {
                    values.iter().map(|written| reading.declared(*written, kind).ok().flatten()).collect::<Vec<_>>()
                }
                None => narrowest(&values, &reading),
            };
            let (texts, typed) = read.split_at(texts.len());
            TypedColumn { name: column.name, texts: texts.to_vec(), typed: typed.to_vec() }
        });
        TypedAttributes(columns.collect())
    }
}

/// Rules under which the values of a column are read.
struct Reading<'r> {
    heading: &'r str,
    notation: Notation,
    formats: &'r [DateFormat],
    zone: Option<Tz>,
    currency: Currency,
}

impl Reading<'_> {
    /// A value of the declared kind; `None` for a dash that means not known.
    fn declared(&self, written: Written<'_>, kind: Kind) -> Result<Option<Attribute>, ValueFault> {
        let (column, value) = (|| self.heading.to_owned(), || shown(written.text));
        if is_error_value(written.text) {
            return Err(ValueFault::ErrorValue { column: column(), value: value() });
        }
        let number = |kind| number_of(written, self.notation).map_err(|fault| (fault, kind));
        let refuse = |(fault, kind)| not_number(self.heading, written.text, fault, kind);
        if written.kind == CellKind::Percent && matches!(kind, Kind::Money | Kind::Count) {
            let kind = if kind == Kind::Money { NumberKind::Amount } else { NumberKind::Count };
            return Err(ValueFault::PercentCell { column: column(), value: value(), kind });
        }
        match kind {
            Kind::Money => {
                let number = match (number(NumberKind::Amount), self.notation.dash) {
                    (Err((NumberFault::Dash, _)), Some(Dash::Zero)) => Number::plain(Decimal::ZERO),
                    (Err((NumberFault::Dash, _)), Some(Dash::Empty)) => return Ok(None),
                    (number, _) => number.map_err(refuse)?,
                };
                match other_currency(self.heading, written.text, &number, self.currency) {
                    Some(fault) => Err(fault),
                    None if number.is_percent => {
                        Err(refuse((super::fault::NotDecimal::Percent.into(), NumberKind::Amount)))
                    }
                    None => Ok(Some(Attribute::Number(number.value))),
                }
            }
            Kind::Rate => {
                let number = number(NumberKind::Rate).map_err(refuse)?;
                if number.has_currency() {
                    return Err(refuse((super::fault::NotDecimal::Word.into(), NumberKind::Rate)));
                }
                let divisor = if number.is_percent { Decimal::ONE_HUNDRED } else { Decimal::ONE };
                Ok(Some(Attribute::Number(number.value.checked_div(divisor).unwrap_or(number.value))))
            }
            Kind::Count => {
                let number = number(NumberKind::Count).map_err(refuse)?;
                let is_plain = !number.is_percent && !number.has_currency();
                match count_of(number.value).filter(|_| is_plain) {
                    Some(count) => Ok(Some(Attribute::Number(count.into()))),
                    None => Err(ValueFault::NotCount { column: column(), value: value() }),
                }
            }
            Kind::Truth => match truth_of(written.text) {
                Some(truth) => Ok(Some(Attribute::Truth(truth))),
                None => Err(ValueFault::NotBoolean { column: column(), value: value() }),
            },
            Kind::Date => {
                date_of(written, self.formats, self.zone, self.heading).map(|date| Some(Attribute::Date(date)))
            }
            Kind::Text | Kind::List | Kind::Group => Ok(Some(Attribute::Text(written.text.into()))),
        }
    }

    /// A number that is written the way numbers are: digits that begin with 0 are rather an identifier.
    fn number(&self, written: Written<'_>) -> Option<Attribute> {
        let digits = written.text.trim_start_matches('-');
        let is_padded = digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        let read = match written.kind {
            CellKind::Text if is_padded => return None,
            CellKind::Text => number::read(written.text, self.notation),
            _ => number::typed(written.text).map(Number::plain),
        };
        let is_plain = |number: &Number<'_>| {
            !(number.is_percent || number.is_shortened || number.is_scaled || number.has_currency())
        };
        read.ok().filter(is_plain).map(|number| Attribute::Number(number.value))
    }
}

/// The narrowest type that all values have.
fn narrowest(values: &[Written<'_>], reading: &Reading<'_>) -> Vec<Option<Attribute>> {
    let all = |parse: &dyn Fn(&Written<'_>) -> Option<Attribute>| {
        let read: Vec<Option<Attribute>> = values.iter().map(parse).collect();
        read.iter().all(Option::is_some).then_some(read)
    };
    all(&|written| reading.number(*written))
        .or_else(|| all(&|written| truth_of(written.text).map(Attribute::Truth)))
        .or_else(|| all(&|written| date::read(written.text, reading.formats, reading.zone).ok().map(Attribute::Date)))
        .unwrap_or_else(|| values.iter().map(|written| Some(Attribute::Text(written.text.into()))).collect())
}

/// The values of the extra columns by their numbers.
pub(super) struct TypedAttributes(Vec<TypedColumn>);

/// The values of one extra column; `None` for not known.
struct TypedColumn {
    name: Name,
    texts: Vec<Option<Attribute>>,
    typed: Vec<Option<Attribute>>,
}

impl TypedColumn {
    /// The value with that number.
    fn value(&self, number: u32) -> Option<&Attribute> {
        let index = number.checked_sub(1)? as usize;
        let values = if index.is_multiple_of(2) { &self.texts } else { &self.typed };
        values.get(index / 2)?.as_ref()
    }
}

impl TypedAttributes {
    /// The attributes of a partner, ascending by name.
    pub fn of(&self, numbers: &[u32]) -> Vec<(Name, Attribute)> {
        let value =
            |(number, column): (&u32, &TypedColumn)| Some((Name::clone(&column.name), column.value(*number)?.clone()));
        let list = numbers.iter().zip(&self.0).filter_map(value);
        let mut attributes = Vec::with_capacity(numbers.iter().filter(|number| **number > 0).count());
        attributes.extend(list);
        attributes
    }
}
