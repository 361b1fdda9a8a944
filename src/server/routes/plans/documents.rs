//! Documents about plans, as far as a person sees them. `null` is "not known" or "not shown".

use crate::ledger::plan::{LedgerFault, Line, LineState, OnSilence, Stage, Totals};
use crate::ledger::view::View;
use crate::server::http::problem::Problem;
use crate::server::state::plans::problem_of;
use crate::units::Money;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Plans of a vendor.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plans")]
pub struct PlansDocument {
    /// Ascending by name.
    pub plans: Vec<PlanDocument>,
}

/// A plan of record. Totals are null for a person who sees a part of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plan")]
pub struct PlanDocument {
    /// Name.
    plan: String,
    /// Version: the number of events that the person sees; it is in the entity tag.
    version: u64,
    /// Vendor.
    vendor: String,
    /// Label of the planning period.
    period: String,
    /// First date of the period.
    #[schemars(extend("format" = "date"))]
    first_day: String,
    /// Last date of the period.
    #[schemars(extend("format" = "date"))]
    last_day: String,
    /// ISO 4217 code of every amount.
    currency: String,
    /// Stage; null for a part of the plan.
    stage: Option<Stage>,
    /// True when the person sees the whole plan.
    is_whole: bool,
    /// Rules and facts of the proposal; null for a part of the plan.
    origin: Option<OriginDocument>,
    /// Totals; null for a part of the plan.
    totals: Option<TotalsDocument>,
    /// Terms of the negotiation.
    terms: TermsDocument,
    /// Lines by state, in the order of the negotiation.
    states: Vec<StateDocument>,
    /// Account managers, ascending; null for a partner.
    managers: Option<Vec<ManagerDocument>>,
}

/// Rules and facts that the proposal was made from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanOrigin")]
pub struct OriginDocument {
    /// Person who opened the plan.
    opened_by: String,
    /// Date on which it was opened.
    #[schemars(extend("format" = "date"))]
    opened_on: String,
    /// Date up to which facts were used.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// Content hash of the rules and policies.
    revision: String,
    /// Hash of the partner book.
    book: String,
    /// Digest of the stored proposal.
    proposal: String,
}

/// Totals of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanTotals")]
pub struct TotalsDocument {
    /// Target; null without one.
    target: Option<Money>,
    /// Part of the target that no line carries.
    reserve: Money,
    /// Sum of the lines.
    assigned: Money,
    /// Sum of the proposed lines.
    proposed: Money,
    /// Lines and reserve minus the target, exact: zero when they meet it; null without a target.
    difference: Option<Money>,
}

/// Terms of a negotiation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanTerms")]
pub struct TermsDocument {
    /// Rounds after which a counter escalates the line.
    rounds: u32,
    /// Days to answer an offer.
    reply_within_days: u32,
    /// Policy for an offer without an answer.
    on_silence: OnSilence,
}

/// Lines in one state.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanState")]
pub struct StateDocument {
    /// State.
    state: LineState,
    /// Number of lines.
    lines: usize,
    /// Sum of their figures.
    figure: Money,
}

/// Lines of one account manager.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanManager")]
pub struct ManagerDocument {
    /// Account manager; null for lines without one.
    manager: Option<String>,
    /// Number of lines that count.
    lines: usize,
    /// Lines that are agreed, assigned, approved or in force.
    settled: usize,
    /// Lines with an offer that waits for the partner.
    waiting: usize,
    /// Sum of the figures.
    figure: Money,
    /// Sum of the figures minus that of the proposal.
    change: Money,
}

fn range(error: crate::units::MoneyError) -> Problem {
    problem_of(&crate::finding::Finding::from(LedgerFault::TotalRange { reason: error.to_string() }).into())
}

impl TotalsDocument {
    /// Returns the totals of a whole plan.
    pub fn new(totals: &Totals) -> Result<Self, Problem> {
        let Totals { target, reserve, assigned, proposed } = *totals;
        Ok(Self { target, reserve, assigned, proposed, difference: totals.difference().map_err(range)? })
    }
}

impl PlanDocument {
    /// Returns the plan as a person sees it.
    pub fn new(view: &View<'_>) -> Result<Self, Problem> {
        let state = &view.plan().state;
        let header = state.header.as_ref().ok_or_else(super::request::unknown)?;
        let mut states: BTreeMap<LineState, (usize, Money)> = BTreeMap::new();
        let mut managers: BTreeMap<Option<&str>, ManagerDocument> = BTreeMap::new();
        let zero = Money::zero(header.currency);
        for seen in view.lines(None) {
            let figure = seen.partner.map_or(seen.line.figure, |partner| partner.figure);
            let (lines, sum) = states.entry(seen.state()).or_insert((0, zero));
            (*lines, *sum) = (*lines + 1, sum.plus(figure).map_err(range)?);
            if seen.partner.is_none() {
                let manager = seen.line.manager.as_deref();
                managers.entry(manager).or_insert_with(|| ManagerDocument::new(manager, zero)).count(seen.line)?;
            }
        }
        let is_whole = view.is_whole();
        Ok(Self {
            plan: header.name.clone(),
            version: view.version(),
            vendor: header.vendor.clone(),
            period: header.period.clone(),
            first_day: header.first_day.to_string(),
            last_day: header.last_day.to_string(),
            currency: header.currency.code().to_owned(),
            stage: is_whole.then_some(state.stage),
            is_whole,
            origin: is_whole.then(|| OriginDocument {
                opened_by: header.owner.clone(),
                opened_on: header.opened_at.date_naive().to_string(),
                as_of: header.as_of.to_string(),
                revision: header.revision.clone(),
                book: header.book.clone(),
                proposal: header.proposal.clone(),
            }),
            totals: is_whole.then(|| TotalsDocument::new(&state.totals)).transpose()?,
            terms: TermsDocument {
                rounds: header.terms.rounds,
                reply_within_days: header.terms.reply_within_days,
                on_silence: header.terms.on_silence,
            },
            states: states.into_iter().map(|(state, (lines, figure))| StateDocument { state, lines, figure }).collect(),
            managers: (!managers.is_empty()).then(|| managers.into_values().collect()),
        })
    }
}

impl ManagerDocument {
    fn new(manager: Option<&str>, zero: Money) -> Self {
        Self { manager: manager.map(str::to_owned), lines: 0, settled: 0, waiting: 0, figure: zero, change: zero }
    }

    fn count(&mut self, line: &Line) -> Result<(), Problem> {
        let figure = if line.counts() { line.figure } else { Money::zero(line.figure.currency()) };
        self.lines += usize::from(line.counts());
        self.settled += usize::from(line.is_settled());
        self.waiting += usize::from(line.is_waiting());
        self.figure = self.figure.plus(figure).map_err(range)?;
        let change = figure.minus(line.proposed).and_then(|by| self.change.plus(by));
        self.change = change.map_err(range)?;
        Ok(())
    }
}
