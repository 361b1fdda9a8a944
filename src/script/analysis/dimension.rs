//! Dimensions of numbers: what an amount, a rate or a count gives when it is added, multiplied or compared.

/// Dimension of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    /// Not known, or that of a literal, which fits anywhere.
    Open,
    Money,
    /// Fraction or ratio.
    Rate,
    /// Whole number of something; empty when the unit is not known.
    Count(&'static str),
}

impl Dimension {
    /// With its article: "an amount of money".
    pub fn words(self) -> String {
        match self {
            Self::Open => "a number".to_owned(),
            Self::Money => "an amount of money".to_owned(),
            Self::Rate => "a rate".to_owned(),
            Self::Count("") => "a count".to_owned(),
            Self::Count(unit) => format!("a number of {unit}"),
        }
    }

    /// True when two such numbers can be added and compared.
    pub fn fits(self, other: Self) -> bool {
        match (self, other) {
            (Self::Open, _) | (_, Self::Open) => true,
            (Self::Count(one), Self::Count(other)) => one.is_empty() || other.is_empty() || one == other,
            // A count without unit may be a number of anything, also of hundredths.
            (Self::Rate, Self::Count("")) | (Self::Count(""), Self::Rate) => true,
            _ => self == other,
        }
    }

    /// The dimension that both have; `Open` where they differ.
    pub fn joined(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Count(""), Self::Count(unit)) | (Self::Count(unit), Self::Count("")) => Self::Count(unit),
            _ => Self::Open,
        }
    }

    /// Dimension of `self / other`.
    pub fn over(self, other: Self) -> Self {
        match (self, other) {
            (Self::Money, Self::Money) | (Self::Rate, Self::Rate) => Self::Rate,
            (Self::Money, Self::Rate | Self::Count(_)) => Self::Money,
            (Self::Count(one), Self::Count(other)) if one == other || one.is_empty() || other.is_empty() => Self::Rate,
            _ => Self::Open,
        }
    }

    /// Dimension of `self * other`, which are not both amounts of money.
    pub fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Money, Self::Rate | Self::Count(_)) | (Self::Rate | Self::Count(_), Self::Money) => Self::Money,
            (Self::Rate, Self::Rate) => Self::Rate,
            _ => Self::Open,
        }
    }
}
