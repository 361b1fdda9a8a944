//! The document of a preview: who pays for a new figure.

use crate::ledger::rebalance::{Move, Preview};
use crate::units::{Money, MoneyError};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Lines that pay for a new figure of one line. Nothing is recorded.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanPreview")]
pub struct PreviewDocument {
    /// Name of the plan.
    plan: String,
    /// Version of the plan.
    version: u64,
    /// ISO 4217 code of every amount.
    currency: String,
    /// The line with its new figure.
    change: MoveDocument,
    /// Lines that the re-balancing moves, ascending.
    moves: Vec<MoveDocument>,
    /// Sum of their movements.
    absorbed: Money,
    /// Number of lines that were free to move.
    free: usize,
    /// Lines that balancing earlier changes moves; zero where this change alone counts.
    earlier: usize,
    /// Movements by account manager, ascending.
    managers: Vec<GroupDocument>,
    /// Movements by territory, ascending.
    territories: Vec<GroupDocument>,
    /// Lines and reserve minus target now; null without a target, and for a part of the plan.
    difference: Option<Money>,
    /// The same with the new figure if no other line moves.
    difference_if_left: Option<Money>,
}

/// A line that moves.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanMove")]
struct MoveDocument {
    /// Id of the line.
    line: String,
    /// Name of the partner.
    partner_name: String,
    /// Account manager; null without one.
    account_manager: Option<String>,
    /// Territory; null without one.
    territory: Option<String>,
    /// Figure now.
    before: Money,
    /// Figure after.
    after: Money,
    /// Difference.
    by: Money,
}

/// Movements of a group of lines.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanMoveGroup")]
struct GroupDocument {
    /// Name; null for lines without one.
    name: Option<String>,
    /// Number of lines.
    lines: usize,
    /// Sum of the movements.
    by: Money,
}

impl MoveDocument {
    fn new(line: &Move) -> Result<Self, MoneyError> {
        Ok(Self {
            line: line.line.to_string(),
            partner_name: line.partner_name.clone(),
            account_manager: line.manager.clone(),
            territory: line.territory.clone(),
            before: line.before,
            after: line.after,
            by: line.after.minus(line.before)?,
        })
    }
}

fn groups<'m>(
    moves: &'m [MoveDocument],
    name: impl Fn(&'m MoveDocument) -> &'m Option<String>,
) -> Result<Vec<GroupDocument>, MoneyError> {
    let mut groups: BTreeMap<&Option<String>, (usize, Money)> = BTreeMap::new();
    for line in moves {
        let (lines, by) = groups.entry(name(line)).or_insert((0, Money::zero(line.by.currency())));
        (*lines, *by) = (*lines + 1, by.plus(line.by)?);
    }
    Ok(groups.into_iter().map(|(name, (lines, by))| GroupDocument { name: name.clone(), lines, by }).collect())
}

impl PreviewDocument {
    /// Returns the document; a person who sees a part of the plan gets no totals.
    pub fn new(preview: &Preview, version: u64, is_whole: bool) -> Result<Self, MoneyError> {
        let moves = preview.moves.iter().map(MoveDocument::new).collect::<Result<Vec<_>, _>>()?;
        let change = MoveDocument::new(&preview.change)?;
        let difference = preview.difference.filter(|_| is_whole);
        Ok(Self {
            plan: preview.plan.clone(),
            version,
            currency: preview.currency.code().to_owned(),
            absorbed: Money::sum(preview.currency, moves.iter().map(|line| line.by))?,
            free: preview.free,
            earlier: preview.earlier,
            managers: groups(&moves, |line| &line.account_manager)?,
            territories: groups(&moves, |line| &line.territory)?,
            difference_if_left: difference.map(|difference| difference.plus(change.by)).transpose()?,
            difference,
            change,
            moves,
        })
    }
}
