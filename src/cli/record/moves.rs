//! Moves of a negotiation: one command each, about one line, some, or all.

use super::desk::{Desk, Selection, read};
use crate::cli::CommandError;
use crate::finding::{Finding, Findings};
use crate::ledger::Loaded;
use crate::ledger::plan::{
    Actor, AmendmentCode, Change, Command, Counter, CounterCode, LedgerFault, LineKey, PlanState, Step,
};
use crate::units::{Money, parse_decimal};
use chrono::NaiveDate;
use clap::Subcommand;
use rust_decimal::Decimal;

/// Plan and person of a move.
#[derive(Debug, clap::Args)]
pub struct Plan {
    /// Name of the plan.
    name: String,
    #[command(flatten)]
    desk: Desk,
}

/// Reason of a move.
#[derive(Debug, clap::Args)]
pub struct Why {
    /// Reason, in words; a changed figure needs one.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

/// Figure of a move.
#[derive(Debug, clap::Args)]
pub struct Figure {
    /// New figure; the current one by default.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    amount: Option<Decimal>,
}

/// Reads an amount of zero or more.
pub fn amount(text: &str) -> Result<Decimal, String> {
    let number = parse_decimal(text)
        .map_err(|fault| format!("it {fault}; write digits with at most one point, such as 240000.00"))?;
    if number.is_sign_negative() { Err("a quota cannot be negative".to_owned()) } else { Ok(number) }
}

/// Commands that move a plan on.
#[derive(Debug, Subcommand)]
pub enum Move {
    /// Offer figures to partners.
    Offer {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: Selection,
        #[command(flatten)]
        figure: Figure,
        #[command(flatten)]
        why: Why,
        /// Last date to answer; the terms of the plan by default.
        #[arg(long, value_name = "DATE")]
        reply_by: Option<NaiveDate>,
    },
    /// Record that a partner asks for another figure.
    Counter {
        #[command(flatten)]
        plan: Plan,
        /// Line.
        #[arg(long, value_name = "ID")]
        line: String,
        /// Figure that the partner asks for.
        #[arg(long, value_name = "AMOUNT", value_parser = amount)]
        amount: Decimal,
        /// Kind of reason: capacity, market, loss_of_customer, program_change, data_error or other.
        #[arg(long, value_name = "CODE", default_value = "other")]
        code: CounterCode,
        #[command(flatten)]
        why: Why,
        /// Person who asks at the partner.
        #[arg(long, value_name = "NAME")]
        partner: Option<String>,
        /// Evidence for it, such as an opportunity; can be repeated.
        #[arg(long, value_name = "TEXT")]
        evidence: Vec<String>,
    },
    /// Accept: the partner's acceptance of an offer, or the vendor's of a counter.
    Accept {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: Selection,
        /// Person who accepts at the partner; the person who gives the command by default.
        #[arg(long, value_name = "NAME")]
        partner: Option<String>,
        #[command(flatten)]
        why: Why,
        /// Evidence for it, such as a message; can be repeated.
        #[arg(long, value_name = "TEXT")]
        evidence: Vec<String>,
    },
    /// Ask for a decision above the account manager.
    Escalate {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: Selection,
        #[command(flatten)]
        why: Why,
    },
    /// Decide escalated lines: a final offer, or a figure without acceptance.
    Resolve {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: Selection,
        #[command(flatten)]
        figure: Figure,
        #[command(flatten)]
        why: Why,
        /// Assign the figure without the partner's acceptance.
        #[arg(long)]
        assign: bool,
    },
    /// Approve figures that another person set, or the total with --total.
    Approve {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: OptionalSelection,
        /// Role in which the person approves, as approval.csv names it; the first open step by default.
        #[arg(long, value_name = "ROLE")]
        role: Option<String>,
        #[command(flatten)]
        why: Why,
    },
    /// Send lines back to the negotiation.
    Return {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: Selection,
        #[command(flatten)]
        why: Why,
    },
    /// Put approved figures in force.
    Lock {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: Selection,
    },
    /// Negotiate a figure in force again, from a date on.
    Amend {
        #[command(flatten)]
        plan: Plan,
        /// Line.
        #[arg(long, value_name = "ID")]
        line: String,
        /// New figure of the whole period.
        #[arg(long, value_name = "AMOUNT", value_parser = amount)]
        amount: Decimal,
        /// Date from which it is to be in force.
        #[arg(long, value_name = "DATE")]
        from: NaiveDate,
        /// Kind of reason: market_exit, partner_merger, product_end, program_change, force_majeure or error.
        #[arg(long, value_name = "CODE")]
        code: AmendmentCode,
        #[command(flatten)]
        why: Why,
    },
    /// Take lines out of the plan, or take amendments back.
    Withdraw {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        lines: Selection,
        #[command(flatten)]
        why: Why,
    },
    /// Apply the policy of silence to offers that are overdue.
    Overdue {
        #[command(flatten)]
        plan: Plan,
    },
    /// Change the target of the plan.
    Target {
        #[command(flatten)]
        plan: Plan,
        /// New target.
        #[arg(long, value_name = "AMOUNT", value_parser = amount)]
        amount: Decimal,
        #[command(flatten)]
        why: Why,
    },
    /// Close a locked plan.
    Close {
        #[command(flatten)]
        plan: Plan,
        #[command(flatten)]
        why: Why,
    },
}

/// Lines, or the total.
#[derive(Debug, clap::Args)]
pub struct OptionalSelection {
    #[command(flatten)]
    lines: Selection,
    /// Approve that the lines miss the level of the proposal.
    #[arg(long, conflicts_with_all = ["line", "all", "manager"])]
    total: bool,
}

impl Move {
    fn plan(&self) -> &Plan {
        match self {
            Self::Offer { plan, .. }
            | Self::Counter { plan, .. }
            | Self::Accept { plan, .. }
            | Self::Escalate { plan, .. }
            | Self::Resolve { plan, .. }
            | Self::Approve { plan, .. }
            | Self::Return { plan, .. }
            | Self::Lock { plan, .. }
            | Self::Amend { plan, .. }
            | Self::Withdraw { plan, .. }
            | Self::Overdue { plan }
            | Self::Target { plan, .. }
            | Self::Close { plan, .. } => plan,
        }
    }
}

/// Runs a move.
pub fn run(options: &Move) -> Result<(), CommandError> {
    let plan = options.plan();
    let mut store = plan.desk.file.open()?;
    let loaded = read(&store, &plan.name)?;
    let actor = plan.desk.actor()?;
    let command = command(options, &loaded, &actor)?;
    plan.desk.give(&mut store, &loaded, &[command])?;
    Ok(())
}

fn command(options: &Move, loaded: &Loaded, actor: &Actor) -> Result<Command, Findings> {
    let state = &loaded.state;
    let keys = |lines: &Selection, step| lines.keys(state, step, actor);
    Ok(match options {
        Move::Offer { lines, figure, why, reply_by, .. } => {
            let lines = changes(state, keys(lines, Step::Offer)?, figure, why)?;
            Command::Offer { lines, reply_by: *reply_by }
        }
        Move::Counter { line, amount, code, why, partner, evidence, .. } => {
            let (line, figure) = (one(state, line)?, money(state, *amount));
            let lines = vec![Counter { line, figure, code: *code, reason: why.reason.clone() }];
            Command::Counter { lines, by: partner.clone(), evidence: evidence.clone() }
        }
        Move::Accept { lines, partner, why, evidence, .. } => Command::Accept {
            lines: keys(lines, Step::Accept)?,
            by: partner.clone(),
            reason: why.reason.clone(),
            evidence: evidence.clone(),
        },
        Move::Escalate { lines, why, .. } => {
            Command::Escalate { lines: keys(lines, Step::Escalate)?, reason: why.reason.clone() }
        }
        Move::Resolve { lines, figure, why, assign, .. } => {
            let step = if *assign { Step::Assign } else { Step::Resolve };
            Command::Resolve { lines: changes(state, keys(lines, step)?, figure, why)?, assign: *assign }
        }
        Move::Approve { lines, role, why, .. } if lines.total => {
            Command::ApproveTotal { reason: why.reason.clone(), role: role.clone() }
        }
        Move::Approve { lines, role, why, .. } => {
            let lines = lines.lines.to_approve(state, actor, role.as_deref())?;
            Command::Approve { lines, note: why.reason.clone(), role: role.clone() }
        }
        Move::Return { lines, why, .. } => {
            Command::Return { lines: keys(lines, Step::Return)?, reason: why.reason.clone() }
        }
        Move::Lock { lines, .. } => Command::Lock { lines: keys(lines, Step::Lock)? },
        Move::Amend { line, amount, from, code, why, .. } => {
            let (line, figure) = (one(state, line)?, Some(money(state, *amount)));
            let lines = vec![Change { line, figure, reason: why.reason.clone() }];
            Command::Amend { lines, effective_from: *from, code: *code }
        }
        Move::Withdraw { lines, why, .. } => {
            Command::Withdraw { lines: keys(lines, Step::Withdraw)?, reason: why.reason.clone() }
        }
        Move::Overdue { .. } => Command::ApplySilence {},
        Move::Target { amount, why, .. } => {
            Command::ChangeTarget { target: money(state, *amount), reason: why.reason.clone() }
        }
        Move::Close { why, .. } => Command::Close { reason: why.reason.clone() },
    })
}

fn money(state: &PlanState, amount: Decimal) -> Money {
    Money::new(amount, state.totals.assigned.currency())
}

fn one(state: &PlanState, id: &str) -> Result<LineKey, Findings> {
    let keys = super::desk::keys(state, &[id.to_owned()])?;
    keys.into_iter().next().ok_or_else(|| Finding::from(LedgerFault::NoLine { command: String::new() }).into())
}

/// Returns the lines with the figure; one amount for several lines is refused, because it is hardly ever meant.
fn changes(state: &PlanState, lines: Vec<LineKey>, figure: &Figure, why: &Why) -> Result<Vec<Change>, Findings> {
    let figure = figure.amount.map(|amount| money(state, amount));
    if figure.is_some() && lines.len() > 1 {
        return Err(Finding::from(LedgerFault::OneFigure { lines: lines.len() }).into());
    }
    Ok(lines.into_iter().map(|line| Change { line, figure, reason: why.reason.clone() }).collect())
}
