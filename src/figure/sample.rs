//! Samples: records filled from the literals of the declarations, for examples and dry runs.

use super::about::About;
use super::declaration::Figured;
use super::kind::Kind;
use super::value::Value;
use crate::units::{Currency, Money, parse_decimal};
use std::borrow::Cow;

/// Returns the value that `literal` writes for a figure of `kind`; not known when it is empty or of another kind.
///
/// ```
/// use quotient::figure::{Kind, Value, value_of};
/// use quotient::units::Currency;
/// assert!(matches!(value_of(Kind::Count, "1_200", Currency::USD), Value::Count(1_200)));
/// assert!(!value_of(Kind::Date, "", Currency::USD).is_known());
/// ```
pub fn value_of(kind: Kind, literal: &str, currency: Currency) -> Value<'_> {
    let number = || parse_decimal(&literal.replace('_', "")).ok();
    let value = match kind {
        _ if literal.is_empty() => None,
        Kind::Money => number().map(|amount| Value::Money(Money::new(amount, currency))),
        Kind::Rate => number().map(Value::Rate),
        Kind::Count => literal.replace('_', "").parse().ok().map(Value::Count),
        Kind::Truth => literal.parse().ok().map(Value::Truth),
        Kind::Date => literal.parse().ok().map(Value::Date),
        Kind::Text => Some(Value::Text(Cow::Borrowed(literal))),
        Kind::List | Kind::Group => None,
    };
    value.unwrap_or(Value::NotKnown)
}

/// Made-up partner whose values the declarations give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// The partner of the examples: everything known.
    Example,
    /// A partner with nothing but zeros; what has no meaning without a base is not known.
    Zeros,
}

impl Sample {
    /// Fills the figures of a record that scripts see; lists and groups stay as they are.
    pub fn fill<T: Figured>(self, record: &mut T, currency: Currency) {
        let is_plain = |kind: Kind| !matches!(kind, Kind::List | Kind::Group);
        for figure in T::FIGURES.iter().filter(|figure| figure.about.script.is_some() && is_plain(figure.about.kind)) {
            // Computed figures take no value.
            (figure.write)(record, value_of(figure.about.kind, self.literal(&figure.about), currency));
        }
    }

    /// Returns a default record with its figures filled.
    pub fn record<T: Figured + Default>(self, currency: Currency) -> T {
        let mut record = T::default();
        self.fill(&mut record, currency);
        record
    }

    fn literal(self, about: &About) -> &'static str {
        match (self, about.kind) {
            (Self::Example, _) => about.example,
            (Self::Zeros, kind) => about.zero.unwrap_or(match kind {
                Kind::Money | Kind::Count => "0",
                Kind::Truth => "false",
                Kind::Rate => "",
                Kind::Text | Kind::Date | Kind::List | Kind::Group => about.example,
            }),
        }
    }
}
