//! Explaining: the lines of one partner in a plan, and what would have moved them.

use super::assembly::Draft;
use super::fault::PlanFault;
use super::plan::QuotaPlan;
use super::propose::prepare;
use super::proposed::with_bands;
use super::request::Request;
use super::sensitivity::Sensitivity;
use super::sensitivity_search::sensitivities;
use crate::channel::{Name, PartnerBook};
use crate::finding::{Finding, Findings, did_you_mean};
use crate::plugin::VendorPlugin;

/// Which lines are to be explained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineChoice {
    /// Partner id.
    pub partner: String,
    /// Only this product line.
    pub product_line: Option<String>,
    /// Only this territory.
    pub territory: Option<String>,
}

/// A plan with some of its lines explained.
#[derive(Debug)]
pub struct Explained {
    /// The plan.
    pub plan: QuotaPlan,
    /// Positions of the lines in the plan, ascending, never empty.
    pub lines: Vec<usize>,
    /// What would have moved each of them, in the same order.
    pub sensitivities: Vec<Vec<Sensitivity>>,
}

/// Makes the plan and explains the chosen lines. Must run on script threads.
///
/// Fails as a proposal does, and when no line is chosen.
pub fn explain(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    choice: &LineChoice,
) -> Result<Explained, Findings> {
    let prepared = prepare(plugin, book, request, &|_, _| {})?;
    let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency())?;
    let lines: Vec<usize> = (0..prepared.drafts.len()).filter(|line| choice.wants(&prepared.drafts[*line])).collect();
    let names: Vec<Name> = plugin.factors().iter().map(|factor| factor.name.clone()).collect();
    let moves = lines.iter().map(|line| sensitivities(&prepared, &settled, *line, &names)).collect();
    let plan = prepared.plan(&settled, request.previous.as_deref())?;
    let plan = with_bands(plugin, book, request, plan, &|_, _| {})?;
    if lines.is_empty() {
        return Err(Findings::from_iter([choice.unknown(&plan)]));
    }
    Ok(Explained { plan, lines, sensitivities: moves })
}

impl LineChoice {
    fn wants(&self, draft: &Draft) -> bool {
        let is = |wanted: &Option<String>, found: Option<&Name>| {
            wanted.as_ref().is_none_or(|wanted| found.is_some_and(|found| **found == **wanted))
        };
        *draft.identity.partner_id == *self.partner
            && is(&self.product_line, draft.segment.product_line.as_ref())
            && is(&self.territory, draft.identity.territory.as_ref())
    }

    fn unknown(&self, plan: &QuotaPlan) -> Finding {
        let partner = &self.partner;
        if plan.not_eligible.iter().any(|id| **id == **partner) {
            return PlanFault::NotEligible { partner: partner.to_string() }.into();
        }
        if plan.lines.iter().any(|line| *line.identity.partner_id == **partner) {
            return PlanFault::NoSuchLine { partner: partner.to_string() }.into();
        }
        let named = plan.lines.iter().find(|line| line.identity.partner_name.eq_ignore_ascii_case(partner));
        let near = named.map(|line| &*line.identity.partner_id);
        let near = near.or_else(|| did_you_mean(partner, plan.lines.iter().map(|line| &*line.identity.partner_id)));
        PlanFault::NotPlanned { partner: partner.to_string(), near: near.map(str::to_owned) }.into()
    }
}
