//! Kinds of the values of a column, with their notation.

/// Kind of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Identifier: a string that must be the same in every table.
    Identifier,
    /// Name of a tier, territory, product line: text that groups rows.
    Name,
    /// Several names, separated by `;`.
    Names,
    /// Several fractions from 0 to 1, separated by `;`.
    Shares,
    /// Text for people.
    Text,
    /// Day, `2026-01-31`.
    Date,
    /// Stretch of months: `2026-01`, `2026-Q1` (calendar quarter) or `FY2026-Q1` (the vendor's calendar).
    Period,
    /// Exact amount of money, `1234.50`; may be negative.
    Amount,
    /// Exact amount of money, zero or more.
    AmountFromZero,
    /// Fraction, `0.12` for twelve percent.
    Rate,
    /// Fraction from 0 to 1.
    Share,
    /// Whole number, zero or more.
    Count,
    /// `true` or `false`.
    Truth,
    /// `open`, `won` or `lost`.
    Status,
    /// Currency code of ISO 4217.
    Currency,
}

impl Kind {
    /// Notation of a value, for the reference and for help texts.
    pub fn notation(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Name => "name",
            Self::Names => "names separated by `;`",
            Self::Shares => "fractions separated by `;`",
            Self::Text => "text",
            Self::Date => "date `2026-01-31`",
            Self::Period => "`2026-01`, `2026-Q1`, `FY2026-Q1` or `FY2026`",
            Self::Amount => "amount `1234.50`, may be negative",
            Self::AmountFromZero => "amount `1234.50`",
            Self::Rate => "fraction `0.12`",
            Self::Share => "fraction `0.12`, 0 to 1",
            Self::Count => "whole number `12`",
            Self::Truth => "`true` or `false`",
            Self::Status => "`open`, `won` or `lost`",
            Self::Currency => "currency code `USD`",
        }
    }

    /// True for amounts, rates and counts.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Amount | Self::AmountFromZero | Self::Rate | Self::Share | Self::Count)
    }
}
