//! Shapes: knowledge about a value before it exists.

use super::super::FactKind;
use super::super::api::facts::{Fact, FactSchema};
use super::super::api::function::Function as HostFunction;
use super::super::api::ids::{ListId, ViewId};
use super::super::api::kind::Kind;
use super::super::api::value::Value;
use std::collections::BTreeMap;

/// Knowledge about a value before it exists.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Unknown,
    View(ViewId),
    Facts(ListId),
    Items(Box<Shape>),
    /// A plain value; whole numbers count as numbers.
    Value(Kind),
    /// The answer of that decision table.
    Answer(String),
}

impl Shape {
    pub(super) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Unknown => None,
            Self::View(_) => Some(Kind::Facts),
            Self::Facts(_) | Self::Items(_) => Some(Kind::List),
            Self::Value(kind) => Some(*kind),
            Self::Answer(_) => Some(Kind::TableAnswer),
        }
    }

    /// Shape of its items, when it is a list.
    pub(super) fn item(&self) -> Self {
        match self {
            Self::Facts(list) => list.record().map_or(Self::Value(Kind::Number), Self::View),
            Self::Items(item) => (**item).clone(),
            Self::Unknown | Self::View(_) | Self::Value(_) | Self::Answer(_) => Self::Unknown,
        }
    }

    pub(super) fn join(self, other: Self) -> Self {
        if self == other { self } else { Self::Unknown }
    }
}

/// Shapes of the parameters of script functions: by file, name and number of parameters.
pub(super) type Parameters = BTreeMap<(String, String, usize), Vec<Shape>>;

pub(super) fn learned_join(all: &mut Parameters, more: Parameters) {
    for (key, shapes) in more {
        match all.get_mut(&key) {
            Some(known) => {
                for (known, shape) in known.iter_mut().zip(shapes) {
                    *known = std::mem::replace(known, Shape::Unknown).join(shape);
                }
            }
            None => {
                all.insert(key, shapes);
            }
        }
    }
}

pub(super) fn fact_shape(schema: &FactSchema, view: ViewId, fact: &Fact) -> Shape {
    match fact.kind {
        FactKind::Money | FactKind::Rate | FactKind::Count => Shape::Value(Kind::Number),
        FactKind::Text => Shape::Value(Kind::Text),
        FactKind::Truth => Shape::Value(Kind::Truth),
        FactKind::Date => Shape::Value(Kind::Date),
        FactKind::List | FactKind::Group => match schema.target(view, &fact.name) {
            Some(Value::View(view)) => Shape::View(view),
            Some(Value::List(list)) => Shape::Facts(list),
            _ => Shape::Unknown,
        },
    }
}

/// The kind a function of the engine gives for certain.
pub(super) fn returned(function: &HostFunction) -> Option<Kind> {
    match function.returns {
        "number" | "whole number" if !matches!(function.name, "min" | "max") => Some(Kind::Number),
        "text" => Some(Kind::Text),
        "true or false" => Some(Kind::Truth),
        "date" => Some(Kind::Date),
        "list" => Some(Kind::List),
        "answer" => Some(Kind::Answer),
        "requirement" => Some(Kind::Requirement),
        "ladder" => Some(Kind::Ladder),
        "tier" => Some(Kind::Text),
        "tier decision" => Some(Kind::TierDecision),
        "incentive" => Some(Kind::Incentive),
        "intervention" => Some(Kind::Intervention),
        "table answer" => Some(Kind::TableAnswer),
        "peers" => Some(Kind::Peers),
        _ => None,
    }
}
