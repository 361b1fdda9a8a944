//! `plan open`: the engine's proposal becomes a plan of record.

use super::desk::Desk;
use crate::channel::PartnerBook;
use crate::cli::plan::{Inputs, PlanOptions};
use crate::cli::progress::PartnersBar;
use crate::cli::{CommandError, Terminal};
use crate::decision::{APPROVAL, BUSINESS_REVIEW};
use crate::finding::Finding;
use crate::ledger::load_or_new;
use crate::ledger::plan::{ApprovalRule, Assigned, Command, LedgerFault, LineKey, OnSilence, Opening, Terms};
use crate::ledger::store::Store;
use crate::ledger::tables::PlanTables;
use crate::planning::{self, QuotaPlan, Request};
use crate::plugin::VendorPlugin;
use crate::report;
use crate::script::on_script_threads;
use crate::units::Money;

/// Arguments of `plan open`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  quotient plan open FY2026 meridian --book examples/demonstration \\
      --period FY2026 --target 60000000 --on-silence escalate")]
pub struct Options {
    /// Name of the plan, such as FY2026-channel.
    name: String,
    /// Vendor whose rules propose the quotas.
    vendor: String,
    #[command(flatten)]
    plan: PlanOptions,
    /// Add band and odds to each line, estimated from past periods planned with the same rules; takes as long as
    /// planning those periods.
    #[arg(long)]
    bands: bool,
    /// Rounds after which a counter escalates the line.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Days that a partner has to answer an offer.
    #[arg(long, value_name = "DAYS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=365))]
    reply_within: u32,
    /// Policy of `plan overdue` for offers without an answer: remind, escalate or expire.
    #[arg(long, value_name = "POLICY", default_value = "remind")]
    on_silence: OnSilence,
    /// Do not store the files of the book in the ledger; a server then has no deals, previews and what-ifs of the plan.
    #[arg(long)]
    without_book: bool,
    #[command(flatten)]
    desk: Desk,
}

/// Runs `plan open`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    options.desk.actor()?;
    let mut store = options.desk.file.open_or_create()?;
    let loaded = load_or_new(&store, &options.name)?;
    if !loaded.events.is_empty() {
        return Err(Finding::from(LedgerFault::PlanExists { plan: options.name.clone() }).into());
    }
    let inputs = options.plan.load(&options.vendor)?;
    let Inputs { plugin, book, mut request, warnings } = inputs;
    request.bands = options.bands;
    let mut plan = propose(&plugin, &book, &request, &options.plan)?;
    plan.findings = warnings.into_iter().chain(std::mem::take(&mut plan.findings)).collect();
    terminal.show(&plan.findings);
    let mut proposal = Vec::new();
    report::json::write_plan(&plan, &mut proposal).map_err(std::io::Error::other)?;
    let digest = store.put(&proposal).map_err(Finding::from)?;
    let terms =
        Terms { rounds: options.rounds, reply_within_days: options.reply_within, on_silence: options.on_silence };
    let files = if options.without_book { None } else { options.plan.kept_book(&plugin, &book) };
    if files.is_none() && !options.without_book {
        terminal.show(&Finding::from(LedgerFault::BookNotKept {}).into());
    }
    let kept = keep(&mut store, &book, &request, files)?;
    let opening = opening(options.name.clone(), &plan, (digest.to_string(), kept), (&plugin, &request), terms);
    options.desk.give(&mut store, &loaded, &[Command::Open(Box::new(opening))])?;
    Ok(())
}

/// Part of its book that a plan keeps: the hash of the facts, and the digests of targets and locks, and of the files.
pub struct Kept {
    facts: String,
    tables: String,
    book_files: Option<String>,
}

/// Stores the targets and locks of a plan, so that it keeps them when the tables of its book change, and the files of the
/// book, if given, so that every server of the ledger has it.
pub fn keep(
    store: &mut Store,
    book: &PartnerBook,
    request: &Request,
    files: Option<Vec<u8>>,
) -> Result<Kept, CommandError> {
    let range = || Finding::from(LedgerFault::TotalRange { reason: "a target is out of range".to_owned() });
    let tables = PlanTables::of(book, request).ok_or_else(range)?.to_json().map_err(std::io::Error::other)?;
    let tables = store.put(&tables).map_err(Finding::from)?.to_string();
    let book_files = files.map(|files| store.put(&files)).transpose().map_err(Finding::from)?;
    Ok(Kept { facts: book.facts_without_tables(), tables, book_files: book_files.map(|digest| digest.to_string()) })
}

/// Returns the opening of a plan with a proposal that is stored under `digest`.
pub fn opening(
    name: String,
    plan: &QuotaPlan,
    (digest, Kept { facts, tables, book_files }): (String, Kept),
    (plugin, request): (&VendorPlugin, &Request),
    terms: Terms,
) -> Opening {
    Opening {
        name,
        vendor: plan.vendor.to_string(),
        period: plan.period.label.clone(),
        first_day: plan.period.first_day(),
        last_day: plan.period.last_day(),
        as_of: plan.as_of,
        revision: plan.revision.clone(),
        book: plan.input_hash.clone(),
        proposal: digest,
        request: None,
        facts: Some(facts),
        tables: Some(tables),
        book_files,
        asked_target: request.target.map(|target| Money::new(target, plan.currency)),
        target: plan.target,
        reserve: plan.reserve,
        terms,
        approval: ApprovalRule::of(plugin.table(&APPROVAL)),
        review: plugin.table(&BUSINESS_REVIEW).cloned(),
        lines: lines(plan, plugin),
    }
}

fn lines(plan: &QuotaPlan, plugin: &VendorPlugin) -> Vec<Assigned> {
    let line = |line: &planning::PlanLine| Assigned {
        line: LineKey::new(&line.identity.partner_id, &line.segment),
        partner_name: line.identity.partner_name.to_string(),
        manager: line.identity.account_manager.as_deref().map(str::to_owned),
        home: line.identity.territory.as_deref().map(str::to_owned),
        figure: line.quota,
        minimum: plugin.least(line.identity.tier.as_deref(), plan.period.months, plan.currency),
    };
    plan.lines.iter().map(line).collect()
}

/// Makes a proposal.
pub fn propose(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    options: &PlanOptions,
) -> Result<QuotaPlan, CommandError> {
    let bar = PartnersBar::new("assessing");
    let plan = on_script_threads(options.threads.count(), || planning::propose(plugin, book, request, &bar.progress()));
    bar.finish();
    Ok(plan?)
}
