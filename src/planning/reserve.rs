//! The reserve for partners not yet recruited.

use crate::plugin::Reserve;
use crate::units::{Currency, Money};
use rust_decimal::Decimal;

/// Reserve in minor units, of a bottom-up and a target in minor units, rounded half up to `unit`.
pub(super) fn reserve_amount(
    reserve: Option<Reserve>,
    bottom_up: i128,
    target: Option<i128>,
    unit: i128,
    currency: Currency,
) -> Option<i128> {
    let share = |rate: Decimal, of: i128| -> Option<i128> {
        let exact = Money::from_minor(of, currency).ok()?.times(rate).ok()?.to_minor().ok()?;
        Some(exact.checked_add(unit / 2)? / unit * unit)
    };
    match reserve {
        None => Some(0),
        Some(Reserve::Amount(amount)) => Money::new(amount, currency).to_minor().ok(),
        Some(Reserve::ShareOfTarget(rate)) => share(rate, target?),
        Some(Reserve::ShareOfBottomUp(rate)) => share(rate, bottom_up),
    }
}
