//! Quantities with their units: exact amounts, rates, currencies, months and planning periods.
//!
//! A book, a plan and a review are each in exactly one [`Currency`], checked when a book is read; a [`Money`] is an
//! exact amount in that currency. No binary float exists in this crate.

mod calendar;
mod currency;
mod decimal;
mod money;
mod rounding;

pub use calendar::{CalendarFault, FiscalCalendar, Month, PlanningPeriod, ReportingPeriods, whole_months};
pub use currency::{Currency, UnknownCurrency};
pub use decimal::{DecimalFault, parse_decimal, plain};
pub use money::{AmountOutOfRange, MAX_MINOR_UNITS, Money};
pub use rounding::Rounding;

/// Exact decimal fraction: `0.12` is twelve percent.
pub type Rate = rust_decimal::Decimal;
