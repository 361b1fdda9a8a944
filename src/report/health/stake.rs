//! Lines of a plan by the money at stake.

use crate::planning::{Health, LineOutlook, PlanLine, line_id};
use crate::units::Rate;

/// Returns the lines whose odds are known with their names, those with the most at stake first: quota × (1 − odds).
pub(super) fn at_stake(health: &Health) -> Vec<(&LineOutlook, String)> {
    let stake = |line: &LineOutlook| {
        let missed = Rate::ONE.checked_sub(line.odds?)?;
        line.quota.amount().checked_mul(missed)
    };
    let id = |line: &PlanLine| {
        line_id(&line.identity.partner_id, line.segment.product_line.as_deref(), line.segment.territory.as_deref())
    };
    let names = health.plan.lines.iter().map(id);
    let mut lines: Vec<(Rate, &LineOutlook, String)> =
        health.lines.iter().zip(names).filter_map(|(line, name)| Some((stake(line)?, line, name))).collect();
    lines.sort_by_key(|(stake, ..)| std::cmp::Reverse(*stake));
    lines.into_iter().map(|(_, line, name)| (line, name)).collect()
}
