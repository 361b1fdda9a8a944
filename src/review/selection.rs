//! Part of a book that a review looks at: the partners of one account manager, by money at stake.

use crate::channel::Name;
use crate::units::Money;
use rust_decimal::Decimal;

/// Partners of one account manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Account manager; `None` for the partners without one.
    pub account_manager: Option<Name>,
    /// Places of the partners in the book, by money at stake, highest first, then by id; never empty.
    pub partners: Vec<usize>,
}

impl Selection {
    /// Name of the account manager for people: `no account manager` for partners without one.
    pub fn title(&self) -> &str {
        self.account_manager.as_deref().unwrap_or("no account manager")
    }
}

/// Amount that a partner is short of its quota: the shortfall of the forecast, or of actual revenue without a forecast;
/// zero when nothing is short, `None` when neither is known.
pub fn at_stake(gap: Option<Money>) -> Option<Decimal> {
    gap.map(|gap| (-gap.amount()).max(Decimal::ZERO))
}
