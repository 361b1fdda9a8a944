//! Values that policies make: requirements on a ladder, answers of decision tables, and decisions with their grounds.

use super::super::outcome_fault::OutcomeFault;
use super::complaint::Complaint;
use super::kind::Kind;
use super::value::{Date, list};
use crate::channel::Name;
use crate::decision::table::{self, About, Outcome};
use crate::decision::{InterventionKind, Requirement, Severity, TierMove};
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
}

impl TableAnswer {
    pub fn new(name: Name, decision: table::Decision) -> Self {
        Self { name, decision: Arc::new(decision) }
    }

    /// The grounds it gives: the rows that decided, and what would have decided otherwise.
    pub fn grounds(&self) -> Vec<Ground> {
        let mut grounds = Vec::new();
        self.add_grounds(&mut grounds);
        grounds
    }

    /// Adds the grounds it gives.
    pub fn add_grounds(&self, grounds: &mut Vec<Ground>) {
        self.decision.tell(&self.name, |about, text| {
            grounds.push(match about {
                About::Because => Ground::Because(text.into()),
                About::WouldChange => Ground::WouldChange(text.to_owned()),
            });
        });
    }

    /// `is_match`, `rows`, or an output by its name.
    pub fn member(&self, name: &str) -> Result<Dynamic, Complaint> {
        match name {
            "is_match" => return Ok(self.decision.is_match().into()),
            "rows" => return Ok(list(self.rows().into_iter().map(Dynamic::from_map).collect())),
            _ => {}
        }
        let Some(at) = self.decision.output_names().position(|output| **output == *name) else {
            let near = did_you_mean(name, self.decision.output_names().map(|output| &**output)).map(str::to_owned);
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
            self.decision
                .output_names()
                .zip(values)
                .map(|(name, value)| (name.as_ref().into(), from_table(value)))
                .collect()
        };
        match self.decision.outcome() {
            Outcome::None => Vec::new(),
            Outcome::One(values) => vec![row(values)],
            Outcome::List(rows) => rows.iter().map(row).collect(),
        }
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
