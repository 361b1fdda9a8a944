//! Currencies by ISO 4217 code, with their minor units.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A string is not an ISO 4217 currency code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not an ISO 4217 currency code")]
pub struct UnknownCurrency(pub String);

/// Currency by its ISO 4217 code, such as `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The US dollar, the default of books that do not name a currency.
    pub const USD: Self = Self(iso_currency::Currency::USD);
    /// The euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// The Japanese yen, which has no minor unit.
    pub const JPY: Self = Self(iso_currency::Currency::JPY);

    /// Returns the three-letter code.
    ///
    /// ```
    /// assert_eq!(quotient::units::Currency::EUR.code(), "EUR");
    /// ```
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Returns the decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD. Currencies without a minor unit have 0.
    ///
    /// ```
    /// use quotient::units::Currency;
    /// assert_eq!((Currency::EUR.decimals(), Currency::JPY.decimals()), (2, 0));
    /// ```
    pub fn decimals(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }
}

/// The currency of books that do not name one.
impl Default for Currency {
    fn default() -> Self {
        Self::USD
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        iso_currency::Currency::from_code(text).map(Self).ok_or_else(|| UnknownCurrency(text.to_owned()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
