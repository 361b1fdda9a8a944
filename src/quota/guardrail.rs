//! Guardrails: the floor and ceiling a quota must stay within, and which rule set them.

use super::bound_reason::BoundReason;
use crate::units::{Currency, Money};
use crate::{figures, vocabulary};
use std::sync::Arc;

vocabulary! {
    /// Origin of a floor or ceiling, strongest first: a stronger one always overrides a weaker one.
    pub enum GuardrailKind {
        /// Total addressable market: the upper limit of possible sales.
        AddressableMarket = "addressable_market",
        /// Minimum revenue of the partner's tier.
        TierMinimum = "tier_minimum",
        /// A floor or ceiling that a factor rule set.
        Factor = "factor",
        /// Highest or lowest growth on prior revenue.
        GrowthLimit = "growth_limit",
    }
}

vocabulary! {
    /// Side of a bound.
    pub enum Side {
        /// Not below.
        Floor = "floor",
        /// Not above.
        Ceiling = "ceiling",
    }
}

/// One bound on a line, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Rule it comes from.
    pub kind: GuardrailKind,
    /// Floor or ceiling.
    pub side: Side,
    /// Amount in minor units.
    pub amount: i128,
    /// Reason, in words a partner can be shown: `at most 40 % above prior revenue`.
    pub reason: BoundReason,
}

figures! {
    /// A guardrail that is broken or was overridden by a stronger one.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BrokenGuardrail = "BrokenGuardrail" {
        /// Rule it comes from.
        kind: GuardrailKind;
        /// Side it bounds.
        side: Side;
        /// The bound; null when it is beyond the range of amounts.
        amount: Option<Money>;
        /// Reason for it.
        reason: Arc<str>;
    }
}

impl Bound {
    /// Returns the bound as plans report it, in `currency`.
    ///
    /// ```
    /// use quotient::quota::{Bound, GuardrailKind, Side};
    /// use quotient::units::Currency;
    /// let bound = Bound { kind: GuardrailKind::GrowthLimit, side: Side::Ceiling, amount: 140_00, reason: "at most +40 %".into() };
    /// let broken = bound.broken(Currency::USD);
    /// assert_eq!(broken.amount.map(|amount| amount.to_grouped()).as_deref(), Some("140.00"));
    /// ```
    pub fn broken(self, currency: Currency) -> BrokenGuardrail {
        let amount = Money::from_minor(self.amount, currency).ok();
        BrokenGuardrail { kind: self.kind, side: self.side, amount, reason: self.reason.to_name() }
    }
}

/// The bounds that hold for a line after conflicts are settled by strength.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guardrails {
    /// Floor in effect; at least zero in any case.
    pub floor: Option<Bound>,
    /// Ceiling in effect.
    pub ceiling: Option<Bound>,
    /// Bounds overridden by a stronger one.
    pub gave_way: Vec<Bound>,
}

crate::words! {
    /// Handling of a line outside its guardrails: the manifest's `on_violation`.
    #[derive(Default)]
    pub enum OnViolation {
        /// The line stays at its guardrail and the others take the difference.
        #[default]
        Clamp = "clamp",
        /// Guardrails move nothing; every line outside them is reported.
        Warn = "warn",
        /// The plan is refused, with every line outside its guardrails listed.
        Reject = "reject",
    }
}

/// Resolves the bounds of a line, strongest kind first: a later one outside the interval so far is moved to the nearest
/// amount allowed, so that no line is left without a limit that it should have.
///
/// Every quota is at least zero, so a ceiling below zero becomes zero and a floor of zero or less has no effect.
/// Of one kind and side, the tighter bound applies; the looser one is not recorded, because it is kept as well. Of one
/// kind, ceilings come before floors: no quota exceeds what a rule of equal strength calls achievable.
/// The order of `bounds` matters only between equal amounts, where the first gives the reason.
///
/// ```
/// use quotient::quota::{Bound, GuardrailKind, Side, settle};
/// let bound = |kind, side, amount| Bound { kind, side, amount, reason: "because".into() };
/// let held = settle(vec![
///     bound(GuardrailKind::GrowthLimit, Side::Ceiling, 140_00),
///     bound(GuardrailKind::TierMinimum, Side::Floor, 200_00),
/// ]);
/// assert_eq!(held.floor.map(|floor| floor.amount), Some(200_00));
/// assert_eq!(held.ceiling.map(|ceiling| ceiling.amount), Some(200_00));
/// assert_eq!(held.gave_way.len(), 1);
/// ```
pub fn settle(mut bounds: Vec<Bound>) -> Guardrails {
    bounds.sort_by_key(|bound| match bound.side {
        Side::Ceiling => (bound.kind, 0, bound.amount),
        Side::Floor => (bound.kind, 1, bound.amount.saturating_neg()),
    });
    let mut held = Guardrails::default();
    for bound in bounds {
        held.admit(bound);
    }
    held
}

impl Guardrails {
    /// Lowest amount allowed; zero without a floor.
    ///
    /// ```
    /// use quotient::quota::{Bound, GuardrailKind, Side, settle};
    /// let ceiling = Bound { kind: GuardrailKind::GrowthLimit, side: Side::Ceiling, amount: 140_00, reason: "at most +40 %".into() };
    /// assert_eq!(settle(vec![ceiling]).lowest(), 0);
    /// ```
    pub fn lowest(&self) -> i128 {
        self.floor.as_ref().map_or(0, |floor| floor.amount)
    }

    /// Highest amount allowed; `None` without a ceiling.
    ///
    /// ```
    /// use quotient::quota::{Bound, GuardrailKind, Side, settle};
    /// let ceiling = Bound { kind: GuardrailKind::GrowthLimit, side: Side::Ceiling, amount: 140_00, reason: "at most +40 %".into() };
    /// assert_eq!(settle(vec![ceiling]).highest(), Some(140_00));
    /// assert_eq!(settle(Vec::new()).highest(), None);
    /// ```
    pub fn highest(&self) -> Option<i128> {
        self.ceiling.as_ref().map(|ceiling| ceiling.amount)
    }

    /// Takes one more bound, no stronger than those before it. One outside the interval so far is moved only as far as
    /// necessary: to the nearest amount that is allowed.
    fn admit(&mut self, bound: Bound) {
        let (lowest, highest) = (self.lowest(), self.highest());
        match bound.side {
            Side::Floor if highest.is_some_and(|highest| bound.amount > highest) => {
                self.floor = self.ceiling.as_ref().map(|stronger| bound.moved_to(stronger.amount, Some(stronger)));
                self.gave_way.push(bound);
            }
            Side::Floor if bound.amount > lowest => self.floor = Some(bound),
            Side::Ceiling if bound.amount < lowest || bound.amount < 0 => {
                self.ceiling = Some(bound.moved_to(lowest, self.floor.as_ref()));
                self.gave_way.push(bound);
            }
            Side::Ceiling if highest.is_none_or(|highest| bound.amount < highest) => self.ceiling = Some(bound),
            Side::Floor | Side::Ceiling => {}
        }
    }
}

impl Bound {
    fn moved_to(&self, amount: i128, stronger: Option<&Self>) -> Self {
        let reason = match stronger {
            Some(stronger) => format!("{}, but {}", self.reason, stronger.reason),
            None => format!("{}, but a quota is never below zero", self.reason),
        };
        Self { kind: self.kind, side: self.side, amount, reason: reason.into() }
    }
}
