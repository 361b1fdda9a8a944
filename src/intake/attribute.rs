//! Extra columns of the partners table: the partner's own attributes.

use super::binding::Binding;
use super::cell::Flaw;
use super::date_format::DateFormat;
use super::fault::BookFault;
use super::log::Log;
use super::name::Names;
use super::row::{Row, truth_of};
use super::table::is_same_heading;
use crate::channel::{Attribute, Name};
use crate::finding::{Finding, Place, did_you_mean};
use crate::units::parse_decimal;
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

/// The extra columns of the partners table while it is read: each value once, by its number plus one.
pub(super) struct Attributes {
    columns: Vec<(usize, Name, Names)>,
    comma: bool,
    format: Option<DateFormat>,
}

impl Attributes {
    pub fn of(binding: &Binding<'_>, log: &mut Log) -> Self {
        let wanted = binding.map.and_then(|map| map.attributes.as_ref());
        let mut columns: Vec<(usize, Name, Names)> = Vec::new();
        for (index, heading) in binding.unbound() {
            if wanted.is_some_and(|wanted| !wanted.iter().any(|(name, _)| is_same_heading(name, heading))) {
                continue;
            }
            let name = Name::from(snake_case(heading));
            if name.is_empty() {
                continue;
            }
            if columns.iter().any(|(_, known, _)| *known == name) {
                let fault = BookFault::DuplicateAttribute { attribute: name.to_string() };
                log.add(Finding::from(fault).at(binding.location.place(1, heading, "")));
                continue;
            }
            columns.push((index, name, Names::default()));
        }
        for (name, span) in wanted.into_iter().flatten() {
            if !columns.iter().any(|(index, ..)| is_same_heading(&binding.headings[*index], name)) {
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
        columns.sort_by(|a, b| a.1.cmp(&b.1));
        let comma = binding.map.is_some_and(|map| map.decimal_comma);
        Self { columns, comma, format: binding.map.and_then(|map| map.date_format) }
    }

    pub fn read(&mut self, row: &mut Row<'_>) -> Box<[u32]> {
        let mut numbers = Vec::with_capacity(self.columns.len());
        for (index, _, values) in &mut self.columns {
            let text = row.fields.text(*index);
            row.shared.rounded += u64::from(row.fields.flaw(*index) == Some(Flaw::Rounded));
            numbers.push(if text.is_empty() { 0 } else { values.number(text).saturating_add(1) });
        }
        numbers.into_boxed_slice()
    }

    /// Gives each column the narrowest type that all its values have: number, truth, date, else text.
    pub fn typed(self) -> TypedAttributes {
        let (comma, format) = (self.comma, self.format);
        let columns = self.columns.into_iter().map(|(_, name, values)| {
            let texts = values.in_order_of_appearance();
            let typed = all(texts, |text| number(text, comma).map(Attribute::Number))
                .or_else(|| all(texts, |text| truth_of(text).map(Attribute::Truth)))
                .or_else(|| {
                    let date = |text: &str| {
                        format.and_then(|format| format.parse(text)).or_else(|| DateFormat::ISO.parse(text))
                    };
                    all(texts, |text| date(text).map(Attribute::Date))
                })
                .unwrap_or_else(|| texts.iter().map(|text| Attribute::Text(Name::clone(text))).collect());
            (name, typed)
        });
        TypedAttributes(columns.collect())
    }
}

pub(super) fn all(texts: &[Name], parse: impl Fn(&str) -> Option<Attribute>) -> Option<Vec<Attribute>> {
    texts.iter().map(|text| parse(text)).collect()
}

/// A number that is written the way numbers are: digits that begin with 0 are rather an identifier.
pub(super) fn number(text: &str, comma: bool) -> Option<Decimal> {
    let written = if comma { text.replacen(',', ".", 1) } else { text.to_owned() };
    let digits = written.trim_start_matches('-');
    let is_padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if is_padded { None } else { parse_decimal(&written).ok() }
}

pub(super) struct TypedAttributes(Vec<(Name, Vec<Attribute>)>);

impl TypedAttributes {
    pub fn of(&self, numbers: &[u32]) -> Vec<(Name, Attribute)> {
        let value = |(number, (name, values)): (&u32, &(Name, Vec<Attribute>))| {
            let value = values.get(number.checked_sub(1)? as usize)?;
            Some((Name::clone(name), value.clone()))
        };
        let list = numbers.iter().zip(&self.0).filter_map(value);
        let mut attributes = Vec::with_capacity(numbers.iter().filter(|number| **number > 0).count());
        attributes.extend(list);
        attributes
    }
}
