//! Notation of the numbers of a table: decimal sign, thousands sign, and the meaning of a dash.

use rust_decimal::Decimal;

/// Sign between whole number and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum DecimalSign {
    /// `1234.50`.
    Point,
    /// `1234,50`.
    Comma,
}

impl DecimalSign {
    /// The sign written `text`; `None` for any other.
    pub fn new(text: &str) -> Option<Self> {
        match text {
            "." => Some(Self::Point),
            "," => Some(Self::Comma),
            _ => None,
        }
    }

    /// The sign as a character.
    pub fn as_char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// Sign between groups of three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum ThousandsSign {
    /// `1.234`.
    Point,
    /// `1,234`.
    Comma,
    /// `1'234`, straight or curly.
    Apostrophe,
    /// `1 234`, with any kind of space.
    Space,
    /// `1_234`.
    Underscore,
}

impl ThousandsSign {
    /// Every sign.
    pub const ALL: [Self; 5] = [Self::Point, Self::Comma, Self::Apostrophe, Self::Space, Self::Underscore];

    /// The sign written `text`: one character; `None` for any other.
    pub fn new(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        let (Some(c), None) = (chars.next(), chars.next()) else { return None };
        Self::ALL.into_iter().find(|sign| sign.is(c))
    }

    /// True when `c` is this sign in one of its forms.
    pub fn is(self, c: char) -> bool {
        match self {
            Self::Point => c == '.',
            Self::Comma => c == ',',
            Self::Apostrophe => matches!(c, '\'' | '\u{2019}' | '\u{02BC}' | '\u{FF07}'),
            Self::Space => c.is_whitespace() && !c.is_control(),
            Self::Underscore => c == '_',
        }
    }
}

/// Meaning of a cell that has nothing but a dash, as accounting formats write zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum Dash {
    /// Zero.
    Zero,
    /// Not known.
    Empty,
}

/// Notation of the numbers of a table, as far as the mapping file states it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::intake) struct Notation {
    /// Decimal sign; when it is not stated, the one that the thousands sign leaves, else a point.
    pub decimal: Option<DecimalSign>,
    /// Thousands sign; when it is not stated, a number may have one only where it has one meaning.
    pub thousands: Option<ThousandsSign>,
    /// Meaning of a dash; a dash is refused when it is not stated.
    pub dash: Option<Dash>,
}

impl Notation {
    /// The decimal sign in force.
    pub fn decimal_sign(self) -> DecimalSign {
        self.decimal.unwrap_or(match self.thousands {
            Some(ThousandsSign::Point) => DecimalSign::Comma,
            _ => DecimalSign::Point,
        })
    }

    /// This notation, with what it does not state taken from `other`, unless one sign would then have both purposes.
    pub fn or(self, other: Self) -> Self {
        let both = Self {
            decimal: self.decimal.or(other.decimal),
            thousands: self.thousands.or(other.thousands),
            dash: self.dash.or(other.dash),
        };
        if both.is_contradictory() { Self { dash: both.dash, ..self } } else { both }
    }

    /// True when one sign is stated for both purposes.
    pub fn is_contradictory(self) -> bool {
        matches!(
            (self.decimal, self.thousands),
            (Some(DecimalSign::Point), Some(ThousandsSign::Point))
                | (Some(DecimalSign::Comma), Some(ThousandsSign::Comma))
        )
    }
}

/// A number as read from text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) struct Number<'t> {
    /// The number as written, a percent sign not applied.
    pub value: Decimal,
    /// True when it has a percent sign.
    pub is_percent: bool,
    /// Currency signs or codes before and after it.
    pub currencies: [Option<&'t str>; 2],
    /// True when it has an exponent in the form in which a spreadsheet shows rounded numbers: `1.25E+07`.
    pub is_shortened: bool,
    /// True when a word such as `k` or `Mio.` multiplies it.
    pub is_scaled: bool,
}

impl Number<'_> {
    /// True when a currency is beside the number.
    pub fn has_currency(&self) -> bool {
        matches!(self.currencies, [Some(_), _] | [_, Some(_)])
    }

    /// The number alone.
    pub const fn plain(value: Decimal) -> Self {
        Self { value, is_percent: false, currencies: [None, None], is_shortened: false, is_scaled: false }
    }
}
