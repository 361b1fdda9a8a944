//! A value before it exists: its dimension, whether it is known, and the literals that it may be.

use super::super::api::ids::ViewId;
use super::super::program::Unit;
use super::super::tree::Expression;
use super::dimension::Dimension;
use crate::finding::Span;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Literals of one value that are remembered.
const MAX_MARKS: usize = 6;

/// Kind of a value, as far as the analysis needs it.
#[derive(Clone)]
pub(super) enum What<'a> {
    /// Nothing is known of it; nothing is reported about it.
    Open,
    Number(Dimension),
    Truth,
    Text,
    Date,
    List(Box<Value<'a>>),
    /// A group of facts.
    Group(ViewId),
    /// The answer of that decision table.
    Reply(String),
    /// A group of peers.
    Peers,
    Map(Vec<(String, Value<'a>)>),
    /// The literal `()`.
    Absent,
}

/// Certainty that a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    Maybe,
}

/// A value that is written in a script.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fixed {
    Number(Decimal),
    Text(String),
    Truth(bool),
}

/// A literal and where it is written: of a constant, where the constant is.
#[derive(Clone)]
pub(super) struct Written<'a> {
    pub fixed: Fixed,
    pub unit: &'a Unit,
    pub span: Span,
}

impl Written<'_> {
    pub fn number(&self) -> Option<Decimal> {
        match self.fixed {
            Fixed::Number(number) => Some(number),
            Fixed::Text(_) | Fixed::Truth(_) => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.fixed {
            Fixed::Text(text) => Some(text),
            Fixed::Number(_) | Fixed::Truth(_) => None,
        }
    }
}

/// A closed set of texts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// "tier of the manifest".
    pub vocabulary: String,
    pub known: Vec<String>,
}

/// Paths that are known when a truth value is true, and when it is false.
#[derive(Debug, Clone, Default)]
pub(super) struct When {
    pub yes: BTreeSet<String>,
    pub no: BTreeSet<String>,
}

/// An operand with its expression.
pub(super) type Operand<'a> = (&'a Expression, Value<'a>);

/// A value before it exists.
#[derive(Clone)]
pub(super) struct Value<'a> {
    pub what: What<'a>,
    pub known: Known,
    /// Name of its source, by which guards are followed: a path of facts, or a variable with a number.
    pub path: Option<String>,
    /// Place of reading, for a fact that may be not known.
    pub origin: Option<(&'a Unit, Span)>,
    /// The literal that it is.
    pub written: Option<Written<'a>>,
    /// Number literals that it may be, or that limit it.
    pub marks: Vec<Written<'a>>,
    /// Literal that a count was multiplied with.
    pub scale: Option<Written<'a>>,
    /// Made by adding to 1, such as `1 + growth`.
    pub is_factor: bool,
    /// The rank of a tier, never below −1.
    pub is_rank: bool,
    /// Limited to less than 1 by a literal fraction.
    pub is_limited: bool,
    /// A rate × 100.
    pub is_percentage: bool,
    /// Literals of a factor that look like percentages; reported where an amount is multiplied with it.
    pub growths: Vec<Written<'a>>,
    /// Largest value of a rate that can be meant.
    pub most: Option<i64>,
    pub words: Option<Rc<Words>>,
    pub when: When,
    /// Of `x ?? literal`: the path of `x` and the literal.
    pub fallback: Option<(String, Fixed)>,
}

impl<'a> Value<'a> {
    pub fn new(what: What<'a>) -> Self {
        Self {
            what,
            known: Known::Yes,
            path: None,
            origin: None,
            written: None,
            marks: Vec::new(),
            scale: None,
            is_factor: false,
            is_percentage: false,
            growths: Vec::new(),
            is_rank: false,
            is_limited: false,
            most: None,
            words: None,
            when: When::default(),
            fallback: None,
        }
    }

    pub fn open() -> Self {
        Self::new(What::Open)
    }

    pub fn number(dimension: Dimension) -> Self {
        Self::new(What::Number(dimension))
    }

    pub fn truth() -> Self {
        Self::new(What::Truth)
    }

    pub fn maybe(self) -> Self {
        Self { known: Known::Maybe, ..self }
    }

    /// Dimension of a number; `None` for anything else.
    pub fn dimension(&self) -> Option<Dimension> {
        match self.what {
            What::Number(dimension) => Some(dimension),
            _ => None,
        }
    }

    /// The number that it is, when that is written.
    pub fn fixed_number(&self) -> Option<Decimal> {
        self.written.as_ref().and_then(Written::number)
    }

    /// True for a literal fraction, such as `0.05`, and for what one limits.
    pub fn is_fraction(&self) -> bool {
        self.is_limited || self.fixed_number().is_some_and(|number| !number.is_zero() && number.abs() < Decimal::ONE)
    }

    pub fn fixed_truth(&self) -> Option<bool> {
        match self.written.as_ref()?.fixed {
            Fixed::Truth(truth) => Some(truth),
            Fixed::Number(_) | Fixed::Text(_) => None,
        }
    }

    /// The number literals that it is, may be, or is limited by.
    pub fn literals(&self) -> impl Iterator<Item = &Written<'a>> {
        self.written.iter().chain(&self.marks)
    }

    /// Its item, when it is a list.
    pub fn item(&self) -> Self {
        match &self.what {
            What::List(item) => (**item).clone(),
            _ => Self::open(),
        }
    }

    /// A value that is this one or the other.
    pub fn join(self, other: Self) -> Self {
        let known = if self.known == Known::Maybe || other.known == Known::Maybe { Known::Maybe } else { Known::Yes };
        let (is_absent, other_is_absent) = (matches!(self.what, What::Absent), matches!(other.what, What::Absent));
        if is_absent && other_is_absent {
            return self;
        }
        if is_absent || other_is_absent {
            let value = if is_absent { other } else { self };
            return Self { known: Known::Maybe, path: None, written: None, when: When::default(), ..value };
        }
        let mut marks: Vec<Written<'a>> = self.literals().chain(other.literals()).cloned().collect();
        marks.truncate(MAX_MARKS);
        let words = if self.words == other.words { self.words.clone() } else { None };
        let path = if self.path == other.path { self.path.clone() } else { None };
        let when = When {
            yes: self.when.yes.intersection(&other.when.yes).cloned().collect(),
            no: self.when.no.intersection(&other.when.no).cloned().collect(),
        };
        let is_factor = self.is_factor && other.is_factor;
        let is_limited = self.is_fraction() && other.is_fraction();
        let most = if self.most == other.most { self.most } else { None };
        let origin = self.origin.or(other.origin);
        let what = joined(self, other);
        Self { known, path, origin, marks, is_factor, is_limited, most, words, when, ..Self::new(what) }
    }
}

fn joined<'a>(one: Value<'a>, other: Value<'a>) -> What<'a> {
    let (one_is_literal, other_is_literal) = (one.written.is_some(), other.written.is_some());
    match (one.what, other.what) {
        (What::Number(_), What::Number(dimension)) if one_is_literal => What::Number(dimension),
        (What::Number(dimension), What::Number(_)) if other_is_literal => What::Number(dimension),
        (What::Number(one), What::Number(other)) => What::Number(one.joined(other)),
        (What::Truth, What::Truth) => What::Truth,
        (What::Text, What::Text) => What::Text,
        (What::Date, What::Date) => What::Date,
        (What::Peers, What::Peers) => What::Peers,
        (What::List(one), What::List(other)) => What::List(Box::new(one.join(*other))),
        (What::Group(one), What::Group(other)) if one == other => What::Group(one),
        (What::Reply(one), What::Reply(other)) if one == other => What::Reply(one),
        _ => What::Open,
    }
}
