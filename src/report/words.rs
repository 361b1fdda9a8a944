//! Sentences and notes about a plan that several formats share.

use super::ReportFault;
use super::figures::{Figures, counted, line_name, readable};
use super::summary::{ChangeSummary, Subtotal, Summary};
use crate::channel::Name;
use crate::planning::{PlanChange, PlanLine, QuotaPlan};
use crate::quota::Side;
use crate::units::Money;

/// Name of a changed line: the plan's own name for it, or what the previous proposal called it.
pub(super) fn change_name(plan: &QuotaPlan, change: &PlanChange) -> String {
    let found =
        plan.lines.iter().find(|line| line.identity.partner_id == change.partner_id && line.segment == change.segment);
    found.map_or_else(
        || {
            let parts =
                [Some(&change.partner_id), change.segment.product_line.as_ref(), change.segment.territory.as_ref()];
            parts.into_iter().flatten().map(|part| readable(part)).collect::<Vec<_>>().join(" · ")
        },
        line_name,
    )
}

/// Sentence about facts that a look back sees as they are today; `None` without any.
pub(super) fn undated_sentence(facts: &[Name]) -> Option<String> {
    let facts: Vec<String> = facts.iter().map(|fact| readable(fact)).collect();
    let sentence = "These figures may be too good: the rules read facts as the book has them today: ";
    (!facts.is_empty()).then(|| format!("{sentence}{}.", facts.join(", ")))
}

/// `12 lines differ (1 new, 2 gone): +1,200 and -400, net +800`.
pub(super) fn change_sentence(changes: &ChangeSummary<'_>, figures: Figures) -> Result<String, ReportFault> {
    let moved = format!("{} and {}", figures.signed(changes.raised), figures.signed(changes.lowered));
    let lines = counted(changes.count, "line differs", "lines differ");
    let net = figures.signed(changes.net()?);
    Ok(format!("{lines} ({} new, {} gone): {moved}, net {net}", changes.new, changes.gone))
}

/// `5.0 % (channel 3.0 %, territory 2.0 %)`.
pub(super) fn over_assignment_note(plan: &QuotaPlan, summary: &Summary<'_>, figures: Figures) -> String {
    let levels = plan.over_assignment.iter();
    let levels: Vec<String> =
        levels.map(|level| format!("{} {}", level.level.replace('_', " "), figures.growth(Some(level.rate)))).collect();
    match (summary.over_assignment, levels.len()) {
        (Some(_), 1) => levels.concat(),
        (Some(all), _) => format!("{} ({})", figures.growth(Some(all)), levels.join(", ")),
        (None, _) => String::new(),
    }
}

/// What growth asked is measured on.
pub(super) fn compared_note(channel: &Subtotal, figures: Figures) -> String {
    let growth = channel.growth().map(|rate| format!("growth asked {}", figures.growth(Some(rate))));
    let growth = growth.unwrap_or_else(|| "no growth can be stated".to_owned());
    if channel.compared_lines == channel.lines {
        return growth;
    }
    let lines = counted(channel.compared_lines, "line", "lines");
    let known = channel.compared_with();
    format!("{growth}, on the {lines} with known {known} (quota {})", figures.money(channel.compared_quota))
}

/// Guardrail, lock, newcomer, and what growth is measured from where that is not the prior revenue, in a few words.
pub(super) fn line_note(line: &PlanLine) -> String {
    let words = [
        line.locked.then_some("locked"),
        line.context.is_newcomer.then_some("newcomer"),
        line.binding.map(|side| match side {
            Side::Floor => "at floor",
            Side::Ceiling => "at ceiling",
        }),
        (!line.broken.is_empty()).then_some("guardrail broken"),
    ];
    let compared = apart(line).map(|comparable| format!("compared with {}", Figures::of_line(line).money(comparable)));
    words.into_iter().flatten().map(ToOwned::to_owned).chain(compared).collect::<Vec<_>>().join(", ")
}

/// Comparable revenue of a line where it is not the prior revenue.
pub(super) fn apart(line: &PlanLine) -> Option<Money> {
    line.context.comparable_revenue.filter(|comparable| line.context.prior_revenue != Some(*comparable))
}
