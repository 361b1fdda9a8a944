//! `plan business-plan`: objectives, activities, signatures and the review of one partner.

use super::actuals;
use super::business_options::{Header, Place, SetAccount, SetActivity, SetObjective, SetRisk, number};
use super::desk::{LedgerFile, now, read};
use super::moves::amount;
use crate::cli::groups::TableSize;
use crate::cli::{CommandError, Terminal, output};
use crate::finding::Finding;
use crate::ledger::people::Standing;
use crate::ledger::plan::{BusinessChange, Command, PlanState, Side, unknown_line};
use crate::ledger::view::View;
use crate::report::record::{BusinessSheet, business_plan, reviews, write_business_plan};
use crate::units::Money;
use chrono::NaiveDate;
use clap::Subcommand;
use rust_decimal::Decimal;
use std::path::PathBuf;

/// Arguments of `plan business-plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient plan business-plan activity FY2026 P0008 A1 --kind certification \\
      --title \"two engineers certified\" --due 2026-06-30
  quotient plan business-plan sign FY2026 P0008
  quotient plan business-plan show FY2026 P0008 --html P0008.html")]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show a business plan, or write it as a page.
    Show(Show),
    /// Set sponsors, vision and review dates.
    Header(Header),
    /// Add or set an objective.
    Objective(SetObjective),
    /// Add or set an activity.
    Activity(Box<SetActivity>),
    /// Add or set a target account.
    Account(SetAccount),
    /// Add or set a risk.
    Risk(SetRisk),
    /// Take an objective, activity, target account or risk out.
    Drop {
        #[command(flatten)]
        place: Place,
        /// Id of the item.
        item: String,
        /// Reason, in words.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record that an activity is done.
    Done {
        #[command(flatten)]
        place: Place,
        /// Id of the activity.
        activity: String,
        /// Date on which it was done.
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// Evidence for it; can be repeated.
        #[arg(long, value_name = "TEXT")]
        evidence: Vec<String>,
    },
    /// Record the value of an objective.
    Actual {
        #[command(flatten)]
        place: Place,
        /// Id of the objective.
        objective: String,
        /// Value.
        #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true)]
        value: Decimal,
        /// Date that the value is of.
        #[arg(long, value_name = "DATE")]
        as_of: NaiveDate,
    },
    /// Record what a partner book says: values of objectives with a source, opportunities of activities with a tag.
    Actuals(Box<actuals::Options>),
    /// Approve the funds that an activity requests.
    ApproveFund {
        #[command(flatten)]
        place: Place,
        /// Id of the activity.
        activity: String,
        /// Role in which the person approves, as approval.csv names it; the first open step by default.
        #[arg(long, value_name = "ROLE")]
        role: Option<String>,
        /// Words of the approver.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Claim approved funds.
    Claim {
        #[command(flatten)]
        place: Place,
        /// Id of the activity.
        activity: String,
        /// Amount.
        #[arg(long, value_name = "AMOUNT", value_parser = amount)]
        amount: Decimal,
        /// Evidence for it; can be repeated.
        #[arg(long, value_name = "TEXT")]
        evidence: Vec<String>,
    },
    /// Sign for the vendor, or for the partner with --partner-person.
    Sign {
        #[command(flatten)]
        place: Place,
        /// Person who signs for the partner.
        #[arg(long, value_name = "NAME")]
        partner_person: Option<String>,
    },
    /// Hold the review at the end of the period.
    Review {
        #[command(flatten)]
        place: Place,
        /// Date up to which revenue is counted.
        #[arg(long, value_name = "DATE")]
        as_of: NaiveDate,
        /// Revenue of the period; not known by default.
        #[arg(long, value_name = "AMOUNT", value_parser = amount)]
        actual: Option<Decimal>,
    },
    /// Accept or dispute the review for the vendor, or for the partner with --partner-person.
    Answer {
        #[command(flatten)]
        place: Place,
        /// Dispute it.
        #[arg(long)]
        dispute: bool,
        /// Person who answers for the partner.
        #[arg(long, value_name = "NAME")]
        partner_person: Option<String>,
        /// Words; a dispute needs them.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Show the reviews of all partners together.
    Reviews {
        /// Name of the plan.
        name: String,
        #[command(flatten)]
        file: LedgerFile,
        #[command(flatten)]
        table: TableSize,
    },
}

/// Arguments of `plan business-plan show`.
#[derive(Debug, clap::Args)]
pub struct Show {
    /// Name of the plan.
    name: String,
    /// Partner.
    partner: String,
    /// Page to write instead.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    file: LedgerFile,
    #[command(flatten)]
    table: TableSize,
}

/// Runs `plan business-plan`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    match &options.action {
        Action::Show(show) => show.run(terminal),
        Action::Actuals(options) => actuals::run(options, terminal),
        Action::Reviews { name, file, table } => {
            let loaded = read(&file.open()?, name)?;
            let text = reviews(&loaded.state, &table.on(terminal));
            output::to(None, |out| out.write_all(text.as_bytes()))
        }
        action => {
            let Some(place) = action.place() else { return Ok(()) };
            let mut store = place.desk.file.open()?;
            let loaded = read(&store, &place.name)?;
            let Some(change) = change(action, &loaded.state)? else { return Ok(()) };
            let command = Command::BusinessPlan { partner_id: place.partner.clone(), changes: vec![change] };
            place.desk.give(&mut store, &loaded, &[command]).map(drop)
        }
    }
}

impl Action {
    fn place(&self) -> Option<&Place> {
        match self {
            Self::Show(_) | Self::Actuals(_) | Self::Reviews { .. } => None,
            Self::Header(header) => Some(&header.place),
            Self::Objective(set) => Some(&set.place),
            Self::Activity(set) => Some(&set.place),
            Self::Account(set) => Some(&set.place),
            Self::Risk(set) => Some(&set.place),
            Self::Drop { place, .. }
            | Self::Done { place, .. }
            | Self::Actual { place, .. }
            | Self::ApproveFund { place, .. }
            | Self::Claim { place, .. }
            | Self::Sign { place, .. }
            | Self::Review { place, .. }
            | Self::Answer { place, .. } => Some(place),
        }
    }
}

impl Show {
    fn run(&self, terminal: Terminal) -> Result<(), CommandError> {
        let loaded = read(&self.file.open()?, &self.name)?;
        let standing = Standing::unrestricted();
        let view = View::new(&loaded, &standing);
        let sheet = view.and_then(|view| BusinessSheet::new(&view, &self.partner, now().date_naive()));
        let Some(sheet) = sheet else {
            return Err(Finding::from(unknown_line(&loaded.state, &self.partner)).into());
        };
        match &self.html {
            Some(file) => {
                output::to(Some(file), |mut out| write_business_plan(&sheet, &mut out).map_err(std::io::Error::other))
            }
            None => {
                let text = business_plan(&sheet, &self.table.on(terminal));
                output::to(None, |out| out.write_all(text.as_bytes()))
            }
        }
    }
}

/// Returns the change that the options mean; `None` for those that change nothing.
fn change(action: &Action, state: &PlanState) -> Result<Option<BusinessChange>, CommandError> {
    let money = |amount: Decimal| Money::new(amount, state.totals.assigned.currency());
    let side = |person: &Option<String>| if person.is_some() { Side::Partner } else { Side::Vendor };
    Ok(Some(match action {
        Action::Show(_) | Action::Actuals(_) | Action::Reviews { .. } => return Ok(None),
        Action::Header(header) => BusinessChange::Header(header.header()),
        Action::Objective(set) => BusinessChange::Objective(set.objective()),
        Action::Activity(set) => BusinessChange::Activity(set.activity(state)?),
        Action::Account(set) => BusinessChange::Account(set.account(state)),
        Action::Risk(set) => BusinessChange::Risk(set.risk()),
        Action::Drop { item, reason, .. } => BusinessChange::Drop { item: item.clone(), reason: reason.clone() },
        Action::Done { activity, on, evidence, .. } => {
            BusinessChange::Done { activity: activity.clone(), on: *on, evidence: evidence.clone() }
        }
        Action::Actual { objective, value, as_of, .. } => {
            BusinessChange::Actual { objective: objective.clone(), value: *value, as_of: *as_of, book: None }
        }
        Action::ApproveFund { activity, role, reason, .. } => {
            BusinessChange::ApproveFund { activity: activity.clone(), role: role.clone(), note: reason.clone() }
        }
        Action::Claim { activity, amount, evidence, .. } => {
            BusinessChange::Claim { activity: activity.clone(), amount: money(*amount), evidence: evidence.clone() }
        }
        Action::Sign { partner_person, .. } => {
            BusinessChange::Sign { side: side(partner_person), by: partner_person.clone() }
        }
        Action::Review { as_of, actual, .. } => BusinessChange::Review { as_of: *as_of, actual: actual.map(money) },
        Action::Answer { dispute, partner_person, reason, .. } => BusinessChange::Answer {
            side: side(partner_person),
            accepts: !dispute,
            by: partner_person.clone(),
            words: reason.clone(),
        },
    }))
}
