//! `ledger grant`, `revoke` and `persons`: who may do what in the plans of record.

use super::record::{Desk, LedgerFile};
use super::{CommandError, Terminal, clock, output};
use crate::finding::{Finding, Severity, counted, readable};
use crate::ledger::check_reach;
use crate::ledger::people::{Grant, Held, People, PeopleFault, Reach, Role, grant, revoke};
use chrono::NaiveDate;

/// Arguments of `ledger grant`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Roles:
  planner          opens, distributes, locks, changes the target
  channel_manager  offers and negotiates; needs a part of the channel
  approver         decides escalations and approves
  partner_user     answers for a partner; needs --partner
  auditor          reads everything
  rule_author      sees no plan
  service          opens plans and reads them

Examples:
  quotient ledger grant okafor channel_manager --manager \"A. Okafor\"
  quotient ledger grant k.berg partner_user --partner P0008 --until 2026-12-31")]
pub struct GrantOptions {
    /// Id of the person, as the tokens file or `Quotient-Person` names it.
    #[arg(value_name = "PERSON")]
    who: String,
    /// Role.
    role: Role,
    /// Vendor; all by default. Required for a partner user when the ledger has plans of several vendors.
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
    /// Partner; can be repeated. All by default.
    #[arg(long, value_name = "ID")]
    partner: Vec<String>,
    /// Account manager, as books name them; can be repeated. All by default.
    #[arg(long, value_name = "NAME")]
    manager: Vec<String>,
    /// Territory; can be repeated. All by default.
    #[arg(long, value_name = "NAME")]
    territory: Vec<String>,
    /// Product line; can be repeated. All by default.
    #[arg(long, value_name = "NAME")]
    product_line: Vec<String>,
    /// Role of approval.csv in which an approver approves; can be repeated. All by default.
    #[arg(long, value_name = "ROLE")]
    approves: Vec<String>,
    /// First date on which it holds.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last date on which it holds.
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// Reason, in words.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    desk: Desk,
}

/// Arguments of `ledger revoke`.
#[derive(Debug, clap::Args)]
pub struct RevokeOptions {
    /// Number of the grant, as `ledger persons` shows it.
    grant: u64,
    /// Reason, in words.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    desk: Desk,
}

/// Arguments of `ledger persons`.
#[derive(Debug, clap::Args)]
pub struct PersonsOptions {
    /// Show revoked grants as well.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    file: LedgerFile,
}

/// Runs `ledger grant`.
pub fn give(options: &GrantOptions, terminal: Terminal) -> Result<(), CommandError> {
    let mut store = options.desk.file.open_or_create()?;
    let given = Grant {
        person: options.who.clone(),
        role: options.role,
        reach: Reach {
            vendor: options.vendor.clone(),
            partners: options.partner.clone(),
            managers: options.manager.clone(),
            territories: options.territory.clone(),
            product_lines: options.product_line.clone(),
        },
        approves: options.approves.clone(),
        from: options.from,
        until: options.until,
        reason: options.reason.trim().to_owned(),
    };
    let mut warnings = check_reach(&store, &given)?;
    let today = clock::now().date_naive();
    if let Some(until) = given.until.filter(|until| *until < today) {
        warnings.push(Finding::from(PeopleFault::IsOver { until, today }).with_severity(Severity::Warning));
    }
    let number = grant(&mut store, &given, &options.desk.actor()?.person, clock::now())?;
    terminal.show(&warnings);
    let text = format!("{number}  {}", in_words(&given));
    output::to(None, |out| writeln!(out, "{text}"))
}

/// Runs `ledger revoke`.
pub fn take_back(options: &RevokeOptions) -> Result<(), CommandError> {
    let mut store = options.desk.file.open()?;
    let actor = options.desk.actor()?;
    let number = revoke(&mut store, options.grant, &options.reason, &actor.person, clock::now())?;
    let text = format!("{number}  the grant {} is revoked", options.grant);
    output::to(None, |out| writeln!(out, "{text}"))
}

/// Runs `ledger persons`.
pub fn list(options: &PersonsOptions) -> Result<(), CommandError> {
    let people = People::read(&options.file.open()?)?;
    let shown: Vec<&Held> = people.all().iter().filter(|held| options.all || held.revoked_by.is_none()).collect();
    output::to(None, |out| {
        for held in &shown {
            let revoked = held.revoked_by.as_ref().map(|by| format!(", revoked by {by}")).unwrap_or_default();
            writeln!(out, "{:>5}  {}; given by {}{revoked}", held.number, in_words(&held.grant), held.by)?;
        }
        writeln!(out, "{}", counted(shown.len(), "grant"))?;
        let with_password: Vec<&str> = people.with_password().collect();
        if with_password.is_empty() { Ok(()) } else { writeln!(out, "with a password: {}", with_password.join(", ")) }
    })
}

/// Returns a grant as a sentence: person, role, reach, dates.
fn in_words(grant: &Grant) -> String {
    readable(&words_of(grant))
}

fn words_of(grant: &Grant) -> String {
    let Reach { vendor, partners, managers, territories, product_lines } = &grant.reach;
    let named = |what: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!(", {what} {}", names.join(" and ")),
    };
    let date = |what: &str, date: Option<NaiveDate>| date.map(|date| format!(", {what} {date}")).unwrap_or_default();
    [
        format!("{} is {}", grant.person, grant.role),
        vendor.as_ref().map(|vendor| format!(" of {vendor}")).unwrap_or_default(),
        named("partner", partners),
        named("account manager", managers),
        named("territory", territories),
        named("product line", product_lines),
        named("as", &grant.approves),
        date("from", grant.from),
        date("until", grant.until),
    ]
    .concat()
}
