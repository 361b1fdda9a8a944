//! Guardrails: the floor and ceiling a quota must stay within, and which rule set them.

use std::fmt;
use std::sync::Arc;

/// Which rule a floor or ceiling comes from, strongest first: a stronger one never gives way to a weaker one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardrailKind {
    /// Total addressable market: nobody can sell more than there is.
    AddressableMarket,
    /// Minimum revenue of the partner's tier.
    TierMinimum,
    /// A floor or ceiling that a factor rule set.
    Factor,
    /// Largest or smallest growth that may be asked over prior revenue.
    GrowthLimit,
}

impl GuardrailKind {
    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddressableMarket => "addressable_market",
            Self::TierMinimum => "tier_minimum",
            Self::Factor => "factor",
            Self::GrowthLimit => "growth_limit",
        }
    }
}

impl fmt::Display for GuardrailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which side a bound is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Not below.
    Floor,
    /// Not above.
    Ceiling,
}

/// One bound on a line, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Where it comes from.
    pub kind: GuardrailKind,
    /// Floor or ceiling.
    pub side: Side,
    /// Amount in minor units.
    pub amount: i128,
    /// Why, in words a partner can be shown: `at most 40 % above prior revenue`.
    pub reason: Arc<str>,
}

/// The bounds that hold for a line after conflicts are settled by strength.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guardrails {
    /// Floor that holds; at least zero in any case.
    pub floor: Option<Bound>,
    /// Ceiling that holds.
    pub ceiling: Option<Bound>,
    /// Bounds that could not hold beside a stronger one.
    pub gave_way: Vec<Bound>,
}
