//! `workbench`: a book as a plan in the browser, for one person on this machine.

use super::fault::CommandFault;
use super::plan::{Inputs, PlanOptions};
use super::record::{Desk, keep, opening, propose};
use super::run::on_this_machine;
use super::{CommandError, Terminal, output};
use crate::finding::Finding;
use crate::ledger::plan::{Command, Terms};
use crate::ledger::store::{LEDGER_PLAN, Store};
use crate::ledger::{load, load_or_new};
use crate::planning::Request;
use crate::report;
use crate::server::{self, Local, PlanBook, Server};
use std::process::Stdio;
use std::sync::Arc;

/// Arguments of `workbench`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient workbench meridian --book examples/demonstration --target 60000000
  quotient workbench --book export.xlsx --map map.toml --no-open

The first start opens a plan with the proposal of the engine; the next ones
continue it. Only this machine can reach the pages, and everything is in the
file of the ledger. For a team: `quotient serve --workbench`.")]
pub struct Options {
    /// Vendor; can be omitted where there is only one.
    vendor: Option<String>,
    #[command(flatten)]
    plan: PlanOptions,
    /// Leave out band and odds of each line, which take as long as planning the past periods.
    #[arg(long)]
    no_bands: bool,
    /// Name of the plan; that of the period by default.
    #[arg(long, value_name = "NAME")]
    plan_name: Option<String>,
    #[command(flatten)]
    desk: Desk,
    /// Port on this machine; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 7071, env = "QUOTIENT_WORKBENCH_PORT")]
    port: u16,
    /// Do not open the browser; print the address only.
    #[arg(long)]
    no_open: bool,
}

/// Runs `workbench`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    let vendor = vendor(options)?;
    let actor = options.desk.actor()?;
    let mut store = options.desk.file.open_or_create()?;
    let inputs = options.plan.load(&vendor)?;
    let name = match existing(options, &store, &inputs)? {
        Some(name) => {
            terminal.show(&inputs.warnings);
            name
        }
        None => open(options, terminal, &mut store, &inputs)?,
    };
    // The server opens the file itself.
    drop(store);
    let Inputs { book, request, .. } = inputs;
    let server = Server::open(server::Options {
        ledger: Some(options.desk.file.ledger.clone()),
        has_workbench: true,
        is_authoring: true,
        local: Some(Local { person: actor.person, vendor: vendor.clone(), own: Arc::new(PlanBook { book, request }) }),
        ..on_this_machine(options.port, options.plan.vendors.source(None, super::vendor_source::POLL)?)?
    })?;
    let address = server.addresses().into_iter().next().unwrap_or_default();
    let url = format!("http://{address}/workbench/#vendor={vendor}&plan={name}");
    let text = format!("workbench of {name}: {url}\nledger: {}\nend with Ctrl+C\n", options.desk.file.shown());
    output::to(None, |out| out.write_all(text.as_bytes()))?;
    if !options.no_open {
        show(&url);
    }
    server.run();
    Ok(())
}

/// Returns the vendor: the one that is named, or the only one.
fn vendor(options: &Options) -> Result<String, CommandError> {
    if let Some(vendor) = &options.vendor {
        return Ok(vendor.clone());
    }
    let (vendors, _) = options.plan.vendors.vendors()?;
    match vendors.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(Finding::from(CommandFault::WhichVendor { vendors }).into()),
    }
}

/// Returns the plan to continue: the one that is named, or the latest that was made from this book by these rules.
fn existing(options: &Options, store: &Store, inputs: &Inputs) -> Result<Option<String>, CommandError> {
    if let Some(name) = &options.plan_name {
        return Ok((!load_or_new(store, name)?.events.is_empty()).then(|| name.clone()));
    }
    let mut latest = None;
    for head in store.plans().map_err(Finding::from)?.into_iter().filter(|head| head.plan != LEDGER_PLAN) {
        let loaded = load(store, &head.plan)?;
        let is_it = loaded.state.header.as_ref().is_some_and(|header| {
            header.book == inputs.book.input_hash
                && header.revision == inputs.plugin.revision
                && inputs.request.period.as_ref().is_none_or(|period| *period == header.period)
                && inputs
                    .request
                    .target
                    .is_none_or(|target| Some(target) == header.asked_target.map(|own| own.amount()))
        });
        if is_it {
            latest = Some(head.plan);
        }
    }
    Ok(latest)
}

/// Opens a plan with a proposal; returns its name.
fn open(options: &Options, terminal: Terminal, store: &mut Store, inputs: &Inputs) -> Result<String, CommandError> {
    let request = Request { bands: !options.no_bands, ..inputs.request.clone() };
    let mut plan = propose(&inputs.plugin, &inputs.book, &request, &options.plan)?;
    plan.findings = inputs.warnings.iter().cloned().chain(std::mem::take(&mut plan.findings)).collect();
    terminal.show(&plan.findings);
    let name = options.plan_name.clone().unwrap_or_else(|| plan.period.label.clone());
    let loaded = load_or_new(store, &name)?;
    if !loaded.events.is_empty() {
        let help = "continue it with the book and the rules that it was made from, or name another with `--plan-name`";
        let reason = format!("the ledger has a plan `{name}` that was made from another book, target or rules");
        return Err(Finding::from(CommandFault::ServerOption { reason, remedy: help.to_owned() }).into());
    }
    let mut proposal = Vec::new();
    report::json::write_plan(&plan, &mut proposal).map_err(std::io::Error::other)?;
    let digest = store.put(&proposal).map_err(Finding::from)?;
    let files = options.plan.kept_book(&inputs.plugin, &inputs.book);
    let kept = (digest.to_string(), keep(store, &inputs.book, &inputs.request, files)?);
    let opening = opening(name.clone(), &plan, kept, (&inputs.plugin, &inputs.request), Terms::default());
    options.desk.give(store, &loaded, &[Command::Open(Box::new(opening))])?;
    Ok(name)
}

/// Opens the address in the browser; where there is none, the address has been printed.
fn show(url: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let mut command = std::process::Command::new(program);
    let quiet = command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(quiet.spawn());
}
