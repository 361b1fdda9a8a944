//! Values that policies make: requirements on a ladder, answers of decision tables, and decisions with their grounds.

use super::super::outcome_fault::OutcomeFault;
use super::complaint::Complaint;
use super::kind::Kind;
use super::value::{Date, list};
use crate::channel::Name;
use crate::decision::table::{self, Direction, Outcome};
use crate::decision::{InterventionKind, Requirement, Severity, TierMove, figure, figure_beside, figures_in};
use crate::finding::did_you_mean;
use chrono::NaiveDate;
use rhai::{Dynamic, Map};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Tiers with their requirements, lowest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::script) struct Ladder(pub Vec<(Name, Requirement)>);

impl Ladder {
    /// The highest tier whose requirements are met.
    pub fn highest(&self) -> Option<&Name> {
        self.0.iter().rev().find(|(_, requirement)| requirement.is_met()).map(|(tier, _)| tier)
    }

    /// The highest tier that is met together with every tier below it.
    pub fn highest_reached(&self) -> Option<&Name> {
        self.0.iter().take_while(|(_, requirement)| requirement.is_met()).last().map(|(tier, _)| tier)
    }

    /// The requirement of a tier.
    pub fn requirement(&self, tier: &str) -> Option<&Requirement> {
        self.0.iter().find(|(known, _)| **known == *tier).map(|(_, requirement)| requirement)
    }
}

/// Ground of a decision, as it is collected.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum Ground {
    Because(Name),
    /// A requirement; of a tier's where the ladder gave it.
    Requirement(Requirement, Option<Name>),
    WouldChange(String),
}

/// A decision that a policy answers with.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) struct Decided {
    pub what: What,
    pub until: Option<NaiveDate>,
    pub grounds: Vec<Ground>,
}

/// The decision itself.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum What {
    Tier {
        decision: TierMove,
        to: Option<Name>,
        effective: Option<NaiveDate>,
    },
    Incentive {
        name: Name,
        amount: Option<Decimal>,
        points: Option<Decimal>,
        rate: Option<Decimal>,
        level: Option<Name>,
        is_awarded: bool,
    },
    Intervention {
        kind: InterventionKind,
        severity: Severity,
        owner: Option<Name>,
        due: Option<NaiveDate>,
    },
}

impl Decided {
    pub fn new(what: What) -> Self {
        Self { what, until: None, grounds: Vec::new() }
    }

    pub fn tier(decision: TierMove, to: Option<Name>) -> Self {
        Self::new(What::Tier { decision, to, effective: None })
    }

    pub fn incentive(name: Name, is_awarded: bool) -> Self {
        Self::new(What::Incentive { name, amount: None, points: None, rate: None, level: None, is_awarded })
    }

    pub fn kind(&self) -> Kind {
        match self.what {
            What::Tier { .. } => Kind::TierDecision,
            What::Incentive { .. } => Kind::Incentive,
            What::Intervention { .. } => Kind::Intervention,
        }
    }
}

/// Answer of a decision table.
#[derive(Debug, Clone)]
pub(in crate::script) struct TableAnswer {
    pub name: Name,
    pub decision: Arc<table::Decision>,
    outputs: Arc<[Name]>,
}

/// Most rows that an answer names as alternatives.
const MAX_NEAR: usize = 3;

impl TableAnswer {
    pub fn new(name: Name, table: &table::DecisionTable, decision: table::Decision) -> Self {
        let outputs = table.outputs().iter().map(|output| Name::clone(&output.name)).collect();
        Self { name, decision: Arc::new(decision), outputs }
    }

    /// The grounds it gives: the rows that decided, and what would have decided otherwise.
    pub fn grounds(&self) -> Vec<Ground> {
        let mut grounds = Vec::new();
        let reasons = self.decision.reasons();
        for reason in reasons.iter().filter(|reason| reason.is_decisive) {
            grounds.push(Ground::Because(self.because(reason).into()));
        }
        if reasons.is_empty() {
            let what =
                if self.decision.is_default() { "no row applies, so the default holds" } else { "no row applies" };
            grounds.push(Ground::Because(format!("{what} ({}.csv)", self.name).into()));
        }
        for near in self.decision.near_misses().filter(|near| !near.targets.is_empty()).take(MAX_NEAR) {
            for target in &near.targets {
                let Ok(outcome) = self.decision.outcome_at(target) else { continue };
                let Outcome::One(values) = &outcome else { continue };
                if outcome == *self.decision.outcome() {
                    continue;
                }
                if target.direction == Direction::Change && matches!(target.value, table::Value::Text(_)) {
                    continue;
                }
                let how = match (target.direction, target.is_included) {
                    (Direction::Change, _) => "",
                    (Direction::Raise, true) => "at least ",
                    (Direction::Raise, false) => "above ",
                    (Direction::Lower, true) => "at most ",
                    (Direction::Lower, false) => "below ",
                };
                let outputs: Vec<String> = self
                    .outputs
                    .iter()
                    .zip(values)
                    .map(|(name, value)| format!("{} {}", spaced(name), value_words(value)))
                    .collect();
                grounds.push(Ground::WouldChange(format!(
                    "{} {how}{} instead of {} gives {}",
                    spaced(&near.column),
                    value_words(&target.value),
                    match (&near.value, &target.value) {
                        (table::Value::Number(value), table::Value::Number(target)) => figure_beside(*value, *target),
                        (value, _) => value_words(value),
                    },
                    outputs.join(", ")
                )));
            }
        }
        grounds
    }

    /// Words of a row that decided: the vendor's own with the values that were looked up, or the conditions that were met.
    fn because(&self, reason: &table::Reason) -> String {
        let said = reason.because.as_ref().or(reason.label.as_ref());
        // A text that is looked up only selects the rows; the vendor's own words say it better.
        let is_told =
            |condition: &&table::MatchedCondition| said.is_none() || !matches!(condition.value, table::Value::Text(_));
        let met = reason.conditions.iter().filter(is_told);
        let source = format!("{}.csv, row {}", self.name, reason.row);
        match (&said, met.clone().next().is_some()) {
            // The vendor's words name the range; the value that was looked up is added.
            (Some(said), true) => {
                let values = met.map(|one| format!("{} {}", spaced(&one.column), value_words(&one.value)));
                format!("{said} ({}; {source})", values.collect::<Vec<_>>().join(", "))
            }
            (Some(said), false) => format!("{said} ({source})"),
            (None, true) => format!("{} ({source})", met.map(condition_words).collect::<Vec<_>>().join(", ")),
            (None, false) => format!("any input ({source})"),
        }
    }

    /// `is_match`, `rows`, or an output by its name.
    pub fn member(&self, name: &str) -> Result<Dynamic, Complaint> {
        match name {
            "is_match" => return Ok((!self.decision.matched_rows().is_empty()).into()),
            "rows" => return Ok(list(self.rows().into_iter().map(Dynamic::from_map).collect())),
            _ => {}
        }
        let Some(at) = self.outputs.iter().position(|output| **output == *name) else {
            let near = did_you_mean(name, self.outputs.iter().map(|output| &**output)).map(str::to_owned);
            let (table, output) = (self.name.to_string(), name.to_owned());
            return Err(OutcomeFault::UnknownOutput { table, output, near }.into());
        };
        match self.decision.outcome() {
            Outcome::None => Ok(Dynamic::UNIT),
            Outcome::One(values) => Ok(values.get(at).map_or(Dynamic::UNIT, from_table)),
            Outcome::List(_) => {
                Err(OutcomeFault::SeveralRows { table: self.name.to_string(), output: name.to_owned() }.into())
            }
        }
    }

    fn rows(&self) -> Vec<Map> {
        let row = |values: &Vec<table::Value>| {
            self.outputs.iter().zip(values).map(|(name, value)| (name.as_ref().into(), from_table(value))).collect()
        };
        match self.decision.outcome() {
            Outcome::None => Vec::new(),
            Outcome::One(values) => vec![row(values)],
            Outcome::List(rows) => rows.iter().map(row).collect(),
        }
    }
}

/// A value of a decision table as people read it.
fn value_words(value: &table::Value) -> String {
    match value {
        table::Value::Number(number) => figure(*number),
        table::Value::NotKnown => "not known".to_owned(),
        other => other.to_string(),
    }
}

/// A name of a table's column as people write it: `bonus rate`.
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A condition that was met: `attainment 0.83 in [0.8..1)`.
fn condition_words(condition: &table::MatchedCondition) -> String {
    let (column, cell) = (spaced(&condition.column), condition.cell.trim());
    let cell = if matches!(condition.value, table::Value::Number(_)) { figures_in(cell) } else { cell.to_owned() };
    let value = value_words(&condition.value);
    match cell.chars().next() {
        _ if cell == value || condition.value == table::Value::NotKnown => format!("{column} {value}"),
        Some('<' | '>' | '=' | '!') => format!("{column} {value} {cell}"),
        Some('[' | '(' | ']') => format!("{column} {value} in {cell}"),
        _ => format!("{column} {value} meets `{cell}`"),
    }
}

/// A value of a decision table as scripts hold it.
fn from_table(value: &table::Value) -> Dynamic {
    match value {
        table::Value::NotKnown => Dynamic::UNIT,
        table::Value::Number(number) => Dynamic::from_decimal(*number),
        table::Value::Text(text) => Dynamic::from(text.to_string()),
        table::Value::Truth(truth) => Dynamic::from_bool(*truth),
        table::Value::Date(date) => Dynamic::from(Date(*date)),
    }
}
