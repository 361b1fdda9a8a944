//! Proposes quotas for the demonstration book and prints the largest ones: `cargo run --example quotas`.

use quotient::{Engine, EngineOptions, ProposalRequest, VendorFiles};
use std::cmp::Reverse;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(EngineOptions::new())?;
    let vendor = engine.compile(&VendorFiles::read("rules", "policies", "meridian")?)?;
    let book = vendor.book_reader().read("examples/demonstration")?;
    let request = ProposalRequest::new().target(60_000_000);
    let plan = engine.propose(&vendor, &book, &request)?;
    println!("{} for {}: {} {}", vendor.name(), plan.period, plan.total.to_grouped(), plan.currency);
    let mut lines: Vec<_> = plan.lines.iter().collect();
    lines.sort_by_key(|line| Reverse(line.quota.amount()));
    for line in lines.iter().take(5) {
        println!("{:>8} {:>16}  {}", line.identity.partner_id, line.quota.to_grouped(), line.identity.partner_name);
    }
    let explanation = engine.explain(&vendor, &book, &request, &lines[0].identity.partner_id)?;
    for step in explanation.lines().flat_map(|explained| &explained.line.steps) {
        println!("{:>16}  {}: {}", step.amount.to_grouped(), step.label, step.reason);
    }
    Ok(())
}
