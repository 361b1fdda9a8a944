//! Terms of a plan, stated when it is opened: rounds, silence, approvals, and the first figure of every line.

use super::key::LineKey;
use super::wire;
use super::words::OnSilence;
use crate::decision::PurposeTable;
use crate::units::{Money, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Terms of the negotiation, stated when the plan is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Rounds after which a counter escalates the line.
    pub rounds: u32,
    /// Days to answer an offer.
    pub reply_within_days: u32,
    /// Policy for an offer without an answer.
    pub on_silence: OnSilence,
}

impl Default for Terms {
    /// Returns three rounds, ten days, and a reminder.
    fn default() -> Self {
        Self { rounds: 3, reply_within_days: 10, on_silence: OnSilence::Remind }
    }
}

/// Rule of approvals. An approver never set the figure, and no person approves twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// Approvals that every figure needs.
    pub always: u8,
    /// Change against the proposal above which a figure needs one more, as a fraction.
    #[serde(with = "wire::rate")]
    pub large_change: Rate,
    /// True when a plan whose lines miss the level of the proposal needs an approval of its total.
    pub off_level: bool,
    /// The vendor's own table; it takes the place of the numbers above. Missing for a vendor without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<PurposeTable>,
}

impl ApprovalRule {
    /// Returns the vendor's table, or the default for a vendor without one.
    pub fn of(table: Option<&PurposeTable>) -> Self {
        Self { table: table.cloned(), ..Self::default() }
    }
}

impl Default for ApprovalRule {
    /// Returns one approval for every figure, two for a change of more than 10 %, and one for a total off the level.
    fn default() -> Self {
        Self { always: 1, large_change: Decimal::new(10, 2), off_level: true, table: None }
    }
}

/// First figure of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assigned {
    /// Line.
    pub line: LineKey,
    /// Name of the partner.
    pub partner_name: String,
    /// Account manager; null without one.
    pub manager: Option<String>,
    /// Territory of the line, or the partner's home territory; null without one.
    pub home: Option<String>,
    /// Figure.
    #[serde(with = "wire::money")]
    pub figure: Money,
    /// Least figure that the partner's tier asks for; missing where it is not known or not asked.
    #[serde(default, with = "wire::optional_money", skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Money>,
}
