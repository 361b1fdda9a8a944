//! Hit policies of DMN: what holds when several rows match.

use crate::units::words;

words! {
    /// Rule for several matching rows (DMN 1.4, section 8.2.10).
    pub enum HitPolicy {
        /// At most one row may match.
        Unique = "UNIQUE",
        /// Several rows may match if they conclude the same.
        Any = "ANY",
        /// The matching row whose output comes first in the list of allowed values.
        Priority = "PRIORITY",
        /// The first matching row of the file.
        First = "FIRST",
        /// All matching rows, in the order of the file.
        RuleOrder = "RULE ORDER",
        /// All matching rows, in the order of the list of allowed values.
        OutputOrder = "OUTPUT ORDER",
        /// All matching rows; the order means nothing, here it is that of the file.
        Collect = "COLLECT",
        /// The sum of the output over all matching rows.
        CollectSum = "COLLECT SUM",
        /// The smallest output of all matching rows.
        CollectMin = "COLLECT MIN",
        /// The largest output of all matching rows.
        CollectMax = "COLLECT MAX",
        /// The number of matching rows.
        CollectCount = "COLLECT COUNT",
    }
}

impl HitPolicy {
    /// The letter of DMN: `R`, `C+`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Unique => "U",
            Self::Any => "A",
            Self::Priority => "P",
            Self::First => "F",
            Self::RuleOrder => "R",
            Self::OutputOrder => "O",
            Self::Collect => "C",
            Self::CollectSum => "C+",
            Self::CollectMin => "C<",
            Self::CollectMax => "C>",
            Self::CollectCount => "C#",
        }
    }

    /// The hit policy of that name or letter; upper and lower case, spaces, `_` and `-` make no difference.
    pub fn named(text: &str) -> Option<Self> {
        let words = text.to_uppercase().replace(['_', '-'], " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::ALL.into_iter().find(|policy| policy.as_str() == words || policy.letter() == words)
    }

    /// True when the outcome is a list of rows.
    pub fn is_list(self) -> bool {
        matches!(self, Self::RuleOrder | Self::OutputOrder | Self::Collect)
    }

    /// True when the outcome is calculated from one output column.
    pub fn aggregates(self) -> bool {
        matches!(self, Self::CollectSum | Self::CollectMin | Self::CollectMax | Self::CollectCount)
    }

    /// True when the order of the listed allowed values of an output decides.
    pub fn ranks(self) -> bool {
        matches!(self, Self::Priority | Self::OutputOrder)
    }
}
