//! Kinds of values, in the words of rule authors.

use std::fmt;

/// Kind of a value, in the words of rule authors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Kind {
    NotKnown,
    Truth,
    Count,
    Number,
    Text,
    Character,
    Date,
    List,
    Map,
    Range,
    Function,
    Facts,
    Answer,
    Requirement,
    Ladder,
    TierDecision,
    Incentive,
    Intervention,
    TableAnswer,
    Peers,
    Other,
}

impl Kind {
    /// True for whole and other numbers.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Count | Self::Number)
    }

    /// With its article: "a number".
    pub fn words(self) -> &'static str {
        match self {
            Self::NotKnown => "not known",
            Self::Truth => "true or false",
            Self::Count => "a whole number",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Character => "a single character",
            Self::Date => "a date",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Range => "a range",
            Self::Function => "a function",
            Self::Facts => "a group of facts",
            Self::Answer => "the rule's answer",
            Self::Requirement => "a requirement",
            Self::Ladder => "a ladder",
            Self::TierDecision => "a tier decision",
            Self::Incentive => "an incentive",
            Self::Intervention => "an intervention",
            Self::TableAnswer => "a decision table's answer",
            Self::Peers => "a group of peers",
            Self::Other => "something else",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
