//! Quantities with their units: exact amounts, rates, currencies, months and planning periods.
//!
//! A [`Money`] is an exact amount in its [`Currency`]; a book, a plan and a review are each in exactly one currency,
//! checked when a book is read. This crate does not use binary floats.

mod calendar;
mod currency;
mod date;
mod decimal;
mod field;
mod money;
mod money_text;
mod rounding;
mod words;

pub use calendar::{CalendarFault, FiscalCalendar, Month, PlanningPeriod, ReportingPeriods, whole_months};
pub use currency::{Currency, UnknownCurrency};
pub use date::date_of;
pub(crate) use decimal::push_plain;
pub use decimal::{DecimalFault, parse_decimal, plain};
pub use money::{MAX_MINOR_UNITS, Money, MoneyError};
pub(crate) use money_text::grouped;
pub use rounding::Rounding;
pub use words::UnknownWord;
pub(crate) use words::words;

/// Exact decimal fraction: `0.12` is twelve percent.
pub type Rate = rust_decimal::Decimal;
