//! Part of a book that a review looks at: the partners of one account manager or person, by money at stake.

use crate::units::Money;
use rust_decimal::Decimal;

/// Partners of one account manager, or those that one person sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Name for people: that of the account manager or person, or `no account manager` for partners without one.
    pub title: String,
    /// Places of the partners in the book, by money at stake, highest first, then by id; never empty.
    pub partners: Vec<usize>,
}

/// Amount that a partner is short of its quota: the shortfall that [`Standing::gap`](crate::performance::Standing::gap) has;
/// zero when nothing is short, `None` when neither is known.
pub fn at_stake(gap: Option<Money>) -> Option<Decimal> {
    gap.map(|gap| (-gap.amount()).max(Decimal::ZERO))
}
