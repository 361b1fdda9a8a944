//! The proposal of a plan of record once more, from the same rules and the same book.

use super::open::propose;
use crate::channel::PartnerBook;
use crate::cli::CommandError;
use crate::cli::plan::{Inputs, PlanOptions};
use crate::finding::{Finding, Findings};
use crate::ledger::Loaded;
use crate::ledger::plan::{Header, LedgerFault, LineKey};
use crate::ledger::store::{Digest, Store};
use crate::ledger::tables::PlanTables;
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
    pub fn new(store: &Store, header: &Header, options: &PlanOptions) -> Result<Self, CommandError> {
        let Inputs { plugin, mut book, mut request, warnings } = options.load(&header.vendor)?;
        let mut findings = other_request(header, &request);
        request.period = Some(header.period.clone());
        request.as_of = Some(header.as_of);
        request.target = header.asked_target.map(Money::amount);
        put_back(store, header, &mut book, &mut request)?;
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

/// Puts the targets and locks that the plan was opened with in the place of those of today, where the other facts of the
/// book are the same.
fn put_back(store: &Store, header: &Header, book: &mut PartnerBook, request: &mut Request) -> Result<(), CommandError> {
    let (Some(facts), Some(tables)) = (&header.facts, &header.tables) else { return Ok(()) };
    if *facts != book.facts_without_tables() {
        return Ok(());
    }
    let digest = tables.parse::<Digest>().ok();
    let stored = digest.map(|digest| store.get(&digest)).transpose().map_err(Finding::from)?.flatten();
    let kept = stored.as_deref().and_then(PlanTables::read);
    if kept.and_then(|kept| kept.put_back(book, request)).is_none() {
        return Err(Finding::from(LedgerFault::NoTables { digest: tables.clone() }).into());
    }
    book.input_hash.clone_from(&header.book);
    Ok(())
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
