//! Kinds of figures, and their presentation.

use std::fmt;

/// Kind of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Exact amount in the book's currency.
    Money,
    /// Exact fraction or ratio.
    Rate,
    /// Whole number.
    Count,
    /// String.
    Text,
    /// True or false.
    Truth,
    /// Date.
    Date,
    /// List of figures.
    List,
    /// Group of figures.
    Group,
}

impl Kind {
    /// The kinds a manifest may declare for an attribute or a column.
    pub const DECLARABLE: [Self; 6] = [Self::Money, Self::Rate, Self::Count, Self::Text, Self::Truth, Self::Date];

    /// Returns the word used in the manifest and on the reference page.
    ///
    /// ```
    /// assert_eq!(quotient::figure::Kind::Money.as_str(), "money");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Rate => "rate",
            Self::Count => "count",
            Self::Text => "text",
            Self::Truth => "truth",
            Self::Date => "date",
            Self::List => "list",
            Self::Group => "group",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Presentation of a number for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// As it is.
    Plain,
    /// Rates as percent.
    Percent,
    /// With its sign: `+1,250`, `-12.5 %`.
    Signed,
    /// Ratio as a multiple: `3.2×`.
    Multiple,
    /// Word of a vocabulary with spaces: `pipeline support`.
    Spaced,
}
