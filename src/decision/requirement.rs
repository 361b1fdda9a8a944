//! Requirements: a condition with the value it looked at and the threshold it asks for, so that a decision can say what
//! it rests on and what would change it.

use crate::channel::Name;
use crate::figure::Value;
use crate::{figures, vocabulary};
use rust_decimal::Decimal;

vocabulary! {
    /// Comparison of a value with a threshold.
    pub enum Comparison {
        /// Value ≥ threshold.
        AtLeast = "at_least",
        /// Value > threshold.
        MoreThan = "more_than",
        /// Value ≤ threshold.
        AtMost = "at_most",
        /// Value < threshold.
        LessThan = "less_than",
        /// The condition is true.
        Holds = "holds",
    }
}

vocabulary! {
    /// One condition, or the way in which parts are joined.
    pub enum RequirementKind {
        /// One condition.
        Condition = "condition",
        /// Every part must be met.
        All = "all",
        /// At least one part must be met.
        Any = "any",
    }
}

figures! {
    /// A requirement: one condition, or several joined.
    for Requirement = "Requirement" {
        /// `condition`, or how parts are joined.
        kind = |one| one.kind().as_str() => RequirementKind;
        /// True when it is met.
        is_met = |one| one.is_met() => bool;
        /// What is required; conditions only.
        label = |one| one.condition().map(|one| &*one.label) => Option<Name>, skipped();
        /// Comparison of value and threshold; conditions only.
        comparison = |one| one.condition().map(|one| one.comparison.as_str()) => Option<Comparison>, skipped();
        /// Value found; left out when not known.
        value = |one| one.condition().and_then(|one| one.value) => Option<Decimal>, skipped();
        /// Threshold.
        threshold = |one| one.condition().and_then(|one| one.threshold) => Option<Decimal>, skipped();
        /// What is missing; 0 when met.
        gap = |one| one.condition().and_then(Condition::gap) => Option<Decimal>, skipped();
        /// File and line, or table row, that asks; conditions only.
        source = |one| one.condition().map(|one| &*one.source) => Option<String>, skipped();
        /// Tier whose requirement it belongs to; conditions of a ladder only.
        tier = |one| one.condition().and_then(|one| one.tier.as_deref()) => Option<Name>, skipped();
        /// Parts; joined requirements only.
        parts = |one| one.parts() => Vec<Requirement>, skipped();
    }
}

impl Comparison {
    /// Returns the comparison as a phrase: `at least`.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::MoreThan => "more than",
            Self::AtMost => "at most",
            Self::LessThan => "less than",
            Self::Holds => "holds",
        }
    }
}

/// One requirement, or several joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// One condition.
    One(Condition),
    /// Every part must be met.
    All(Vec<Requirement>),
    /// At least one part must be met.
    Any(Vec<Requirement>),
}

/// One condition with what it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The requirement, in the vendor's words: `net new users`.
    pub label: Name,
    /// Comparison with the threshold.
    pub comparison: Comparison,
    /// Value found; `None` is "not known", which meets nothing.
    pub value: Option<Decimal>,
    /// Threshold; `None` for [`Comparison::Holds`].
    pub threshold: Option<Decimal>,
    /// True when it is met.
    pub is_met: bool,
    /// File and line of the script, or table row, that asked: `tier.rhai:14`.
    pub source: Name,
    /// Tier whose requirement it belongs to, where a ladder said so.
    pub tier: Option<Name>,
}

impl Condition {
    /// Distance of the value to the threshold on the side that is missing; zero when met, `None` when not known.
    pub fn gap(&self) -> Option<Decimal> {
        if self.is_met {
            return Some(Decimal::ZERO);
        }
        let (value, threshold) = (self.value?, self.threshold?);
        threshold.checked_sub(value).map(|gap| gap.abs())
    }
}

impl Requirement {
    /// Deepest nesting of requirements.
    pub const MAX_DEPTH: usize = 16;
    /// Most conditions that one requirement may have.
    pub const MAX_CONDITIONS: usize = 1000;

    /// Returns whether it is one condition, or how its parts are joined.
    pub fn kind(&self) -> RequirementKind {
        match self {
            Self::One(_) => RequirementKind::Condition,
            Self::All(_) => RequirementKind::All,
            Self::Any(_) => RequirementKind::Any,
        }
    }

    /// Returns the condition; `None` for joined requirements.
    fn condition(&self) -> Option<&Condition> {
        match self {
            Self::One(condition) => Some(condition),
            Self::All(_) | Self::Any(_) => None,
        }
    }

    fn parts(&self) -> Value<'_> {
        match self {
            Self::One(_) => Value::NotKnown,
            Self::All(parts) | Self::Any(parts) => Value::List(parts),
        }
    }

    /// Returns how deep requirements are nested: 1 for one condition.
    pub fn depth(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::depth).max().unwrap_or(0).saturating_add(1),
        }
    }

    /// Number of conditions in it.
    pub fn count(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::count).fold(0, usize::saturating_add),
        }
    }

    /// The same as a requirement of that tier.
    #[must_use]
    pub fn of_tier(self, tier: &Name) -> Self {
        let each = |parts: Vec<Self>| parts.into_iter().map(|part| part.of_tier(tier)).collect();
        match self {
            Self::One(condition) => Self::One(Condition { tier: Some(Name::clone(tier)), ..condition }),
            Self::All(parts) => Self::All(each(parts)),
            Self::Any(parts) => Self::Any(each(parts)),
        }
    }

    /// The tier that every condition in it belongs to.
    pub fn tier(&self) -> Option<&Name> {
        match self {
            Self::One(condition) => condition.tier.as_ref(),
            Self::All(parts) | Self::Any(parts) => {
                let first = parts.first()?.tier()?;
                parts.iter().all(|part| part.tier() == Some(first)).then_some(first)
            }
        }
    }

    /// True when it is met.
    pub fn is_met(&self) -> bool {
        match self {
            Self::One(condition) => condition.is_met,
            Self::All(parts) => parts.iter().all(Self::is_met),
            Self::Any(parts) => parts.iter().any(Self::is_met),
        }
    }

    /// True when it is met, or would be with the figures that are not known: nothing that is known speaks against it.
    pub fn may_be_met(&self) -> bool {
        match self {
            Self::One(condition) => {
                condition.is_met || (condition.value.is_none() && condition.comparison != Comparison::Holds)
            }
            Self::All(parts) => parts.iter().all(Self::may_be_met),
            Self::Any(parts) => parts.iter().any(Self::may_be_met),
        }
    }

    /// Every condition in it, in the order written.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::One(condition) => vec![condition],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::conditions).collect(),
        }
    }

    /// The conditions that would have to change for it to be met, fewest first; empty when it is met.
    pub fn missing(&self) -> Vec<&Condition> {
        if self.is_met() {
            return Vec::new();
        }
        match self {
            Self::One(condition) => vec![condition],
            Self::All(parts) => parts.iter().flat_map(Self::missing).collect(),
            Self::Any(parts) => parts.iter().map(Self::missing).min_by_key(Vec::len).unwrap_or_default(),
        }
    }
}
