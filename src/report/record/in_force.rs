//! The quotas in force of a plan of record, read for an export.

use super::agreed::{Agreed, AgreedLine};
use crate::channel::Name;
use crate::finding::{Finding, Findings};
use crate::ledger::Loaded;
use crate::ledger::plan::{LedgerFault, LineKey};
use crate::ledger::store::{Digest, Store};
use crate::review::spread;
use crate::units::{Currency, Money, parse_decimal};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Returns the quotas in force, with their reporting periods in the proportions of the proposal.
///
/// Fails when no line is in force.
pub fn agreed<'l>(store: &Store, loaded: &'l Loaded) -> Result<Agreed<'l>, Findings> {
    let Some(header) = &loaded.state.header else {
        return Err(Finding::from(LedgerFault::NothingInForce { plan: loaded.name.clone() }).into());
    };
    let periods = proposed_periods(store, &header.proposal, header.currency)?;
    let mut reporting = Vec::new();
    let mut lines = Vec::new();
    for line in loaded.state.lines.values().filter(|line| line.counts()) {
        let Some(in_force) = line.figure_in_force() else { continue };
        let proposed = periods.get(&line.key).map(Vec::as_slice).unwrap_or_default();
        let parts = spread(in_force.figure, proposed).filter(|_| !proposed.is_empty()).unwrap_or_default();
        if reporting.is_empty() {
            reporting = parts.iter().map(|(label, _)| label.to_string()).collect();
        }
        let periods = parts.into_iter().map(|(_, quota)| quota).collect();
        lines.push(AgreedLine { line, in_force, periods });
    }
    if lines.is_empty() {
        return Err(Finding::from(LedgerFault::NothingInForce { plan: loaded.name.clone() }).into());
    }
    let head = store.head().map_err(Finding::from)?.to_string();
    Ok(Agreed { header, version: loaded.state.version, head, reporting, lines })
}

#[derive(Deserialize)]
struct Proposal {
    lines: Vec<ProposalLine>,
}

#[derive(Deserialize)]
struct ProposalLine {
    partner_id: String,
    segment: Segment,
    periods: Vec<Period>,
}

#[derive(Deserialize)]
struct Segment {
    product_line: Option<String>,
    territory: Option<String>,
}

#[derive(Deserialize)]
struct Period {
    period: String,
    quota: String,
}

/// Quotas of the reporting periods by line, from the stored proposal.
fn proposed_periods(
    store: &Store,
    proposal: &str,
    currency: Currency,
) -> Result<BTreeMap<LineKey, Vec<(Name, Money)>>, Findings> {
    let missing = || Finding::from(LedgerFault::NoProposal { digest: proposal.to_owned() });
    let digest: Digest = proposal.parse().map_err(|_| missing())?;
    let content = store.get(&digest).map_err(Finding::from)?.ok_or_else(missing)?;
    let proposal: Proposal = serde_json::from_slice(&content).map_err(|_| missing())?;
    let mut periods = BTreeMap::new();
    for line in proposal.lines {
        let Segment { product_line, territory } = line.segment;
        let key = LineKey { partner_id: line.partner_id, product_line, territory };
        let mut quotas = Vec::with_capacity(line.periods.len());
        for period in line.periods {
            let amount = parse_decimal(&period.quota).map_err(|_| missing())?;
            quotas.push((Name::from(period.period.as_str()), Money::new(amount, currency)));
        }
        periods.insert(key, quotas);
    }
    Ok(periods)
}
