//! The proposal of a plan of record once more, from the same rules and the same book.

use super::open::propose;
use crate::channel::PartnerBook;
use crate::cli::CommandError;
use crate::cli::plan::{Inputs, PlanOptions};
use crate::finding::{Finding, Findings};
use crate::ledger::Loaded;
use crate::ledger::plan::{Header, LedgerFault, LineKey};
use crate::planning::{QuotaPlan, Request};
use crate::plugin::VendorPlugin;
use crate::units::Money;

/// Rules, book and request that a plan was opened with, read again.
pub struct Again {
    /// The vendor's rules.
    pub plugin: VendorPlugin,
    /// The partner book.
    pub book: PartnerBook,
    /// The request of the proposal.
    pub request: Request,
    /// Warnings of all files.
    pub warnings: Findings,
}

impl Again {
    /// Reads rules and book; refuses others than those that the plan was opened with.
    pub fn new(header: &Header, options: &PlanOptions) -> Result<Self, CommandError> {
        let Inputs { plugin, book, mut request, warnings } = options.load(&header.vendor)?;
        let mut findings = other_request(header, &request);
        request.period = Some(header.period.clone());
        request.as_of = Some(header.as_of);
        request.target = header.asked_target.map(Money::amount);
        let inputs =
            [("book", &book.input_hash, &header.book), ("revision of the rules", &plugin.revision, &header.revision)];
        for (what, found, expected) in inputs.into_iter().filter(|(_, found, expected)| found != expected) {
            let short = |digest: &String| digest.chars().take(12).collect::<String>();
            let (plan, what) = (header.name.clone(), what.to_owned());
            let (found, expected) = (short(found), short(expected));
            findings.push(LedgerFault::OtherInputs { plan, what, found, expected }.into());
        }
        if findings.has_errors() {
            return Err(findings.into());
        }
        Ok(Self { plugin, book, request, warnings })
    }

    /// Makes the proposal that the plan was opened with; fails when it comes out differently.
    pub fn proposal(&self, loaded: &Loaded, options: &PlanOptions) -> Result<QuotaPlan, CommandError> {
        let plan = propose(&self.plugin, &self.book, &self.request, options)?;
        let is_same = |line: &&crate::planning::PlanLine| {
            let key = LineKey::new(&line.identity.partner_id, &line.segment);
            loaded.state.lines.get(&key).is_none_or(|own| own.proposed != line.quota)
        };
        let differing = plan.lines.iter().filter(is_same).count();
        if differing > 0 || plan.lines.len() != loaded.state.lines.len() {
            let lines = differing.max(plan.lines.len().abs_diff(loaded.state.lines.len()));
            return Err(Finding::from(LedgerFault::NotReproduced { plan: loaded.name.clone(), lines }).into());
        }
        Ok(plan)
    }
}

/// Returns the options that ask for another proposal than the one that the plan was opened with.
fn other_request(header: &Header, request: &Request) -> Findings {
    let shown = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    let target = |amount: rust_decimal::Decimal| Money::new(amount, header.currency).to_grouped();
    let asked = [
        ("period", request.period.clone(), Some(header.period.clone())),
        ("as-of date", request.as_of.map(|date| date.to_string()), Some(header.as_of.to_string())),
        ("target", request.target.map(target), header.asked_target.map(Money::to_grouped)),
    ];
    let differs = |(_, found, expected): &(&str, Option<String>, Option<String>)| found.is_some() && found != expected;
    let fault = |(what, found, expected): (&str, Option<String>, Option<String>)| {
        let (plan, what) = (header.name.clone(), what.to_owned());
        LedgerFault::OtherInputs { plan, what, found: shown(found), expected: shown(expected) }.into()
    };
    asked.into_iter().filter(differs).map(fault).collect()
}
