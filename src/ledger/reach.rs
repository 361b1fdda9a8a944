//! Names in a grant, compared with the plans of the ledger: a misspelt name would reach nothing, silently.

use super::people::{Grant, PeopleFault, Role};
use super::plan::Line;
use super::plans::load_or_new;
use super::store::{LEDGER_PLAN, Store};
use crate::finding::{Finding, Findings, Severity, did_you_mean};
use std::collections::BTreeSet;

/// Returns warnings about names in a grant that no plan of the ledger has; none while there are no plans.
///
/// # Errors
/// When a partner user's grant names no vendor and the ledger has plans of several: the same partner id can be another
/// company there. Also when the ledger cannot be read.
pub fn check_reach(store: &Store, grant: &Grant) -> Result<Findings, Findings> {
    let heads = store.plans().map_err(Finding::from)?;
    let names = heads.iter().map(|head| head.plan.as_str()).filter(|name| *name != LEDGER_PLAN);
    let plans = names.map(|name| load_or_new(store, name)).collect::<Result<Vec<_>, _>>()?;
    let plans: Vec<_> = plans
        .iter()
        .filter_map(|plan| Some((plan.state.header.as_ref()?.vendor.as_str(), &plan.state.lines)))
        .collect();
    if plans.is_empty() {
        return Ok(Findings::new());
    }
    let vendors: BTreeSet<&str> = plans.iter().map(|(vendor, _)| *vendor).collect();
    let reach = &grant.reach;
    if grant.role == Role::PartnerUser && reach.vendor.is_none() && vendors.len() > 1 {
        let vendors = vendors.into_iter().map(str::to_owned).collect();
        return Err(Finding::from(PeopleFault::WhichVendor { vendors }).into());
    }
    let mut warnings = Findings::new();
    let mut expect = |what: &str, names: &[String], known: &BTreeSet<&str>| {
        for name in names.iter().filter(|name| !known.contains(name.as_str())) {
            let near = did_you_mean(name, known.iter().copied()).map(str::to_owned);
            let fault = PeopleFault::ReachesNone { what: what.to_owned(), name: name.clone(), near };
            warnings.push(Finding::from(fault).with_severity(Severity::Warning));
        }
    };
    expect("vendor", reach.vendor.as_slice(), &vendors);
    let lines = || plans.iter().filter(|(vendor, _)| reach.is_of(vendor)).flat_map(|(_, lines)| lines.values());
    if lines().next().is_some() {
        let known = |of: fn(&Line) -> Option<&str>| lines().filter_map(of).collect::<BTreeSet<&str>>();
        expect("partner", &reach.partners, &known(|line| Some(&line.key.partner_id)));
        expect("account manager", &reach.managers, &known(|line| line.manager.as_deref()));
        expect("territory", &reach.territories, &known(Line::territory));
        expect("product line", &reach.product_lines, &known(|line| line.key.product_line.as_deref()));
    }
    if warnings.is_empty() && lines().next().is_some() && !lines().any(|line| reach.has(line)) {
        warnings.push(Finding::from(PeopleFault::ReachesNoLine {}).with_severity(Severity::Warning));
    }
    Ok(warnings)
}
