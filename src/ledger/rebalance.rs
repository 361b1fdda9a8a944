//! Re-balancing: who pays for a new figure of one line. The rules run once; then only locks and target change.

use super::plan::{Header, LedgerFault, Line, LineKey, LineState, PlanState};
use crate::channel::{Lock, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::planning::{Assessed, Progress, Request};
use crate::plugin::VendorPlugin;
use crate::units::{Currency, Money};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

crate::words! {
    /// Lines that may move.
    pub enum Scope {
        /// All lines that are not settled.
        Channel = "channel",
        /// Lines of the same account manager.
        Manager = "manager",
    }
}

/// A line that would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Line.
    pub line: LineKey,
    /// Name of the partner.
    pub partner_name: String,
    /// Account manager; `None` without one.
    pub manager: Option<String>,
    /// Territory; `None` without one.
    pub territory: Option<String>,
    /// Figure now.
    pub before: Money,
    /// Figure that the re-balancing gives it.
    pub after: Money,
}

/// Effect of a new figure of one line on the others.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Name of the plan.
    pub plan: String,
    /// Currency of every amount.
    pub currency: Currency,
    /// The line with its new figure.
    pub change: Move,
    /// Lines that the re-balancing moves, ascending by key.
    pub moves: Vec<Move>,
    /// Lines that were free to move.
    pub free: usize,
    /// Lines that balancing earlier changes moves from their figures in the plan; zero where this change alone counts.
    pub earlier: usize,
    /// Lines that may move: `the channel`, or `the lines of Mara Jensen`.
    pub scope: String,
    /// Lines and reserve minus target before the change; `None` without a target.
    pub difference: Option<Money>,
}

/// The assessed lines of a plan, to be balanced again and again.
#[derive(Debug)]
pub struct Rebalancing {
    request: Request,
    assessed: Assessed,
    /// True when the lines of the proposal sum to its target itself.
    is_plain: bool,
}

impl Rebalancing {
    /// Assesses the lines of a plan by the rules, the book and the request that it was opened with.
    ///
    /// Must run on script threads. Fails when the outcome is not the proposal of the plan.
    pub fn new(
        plugin: &VendorPlugin,
        book: &PartnerBook,
        request: Request,
        state: &PlanState,
        progress: Progress<'_>,
    ) -> Result<Self, Findings> {
        let Some(header) = &state.header else { return Err(Finding::from(LedgerFault::NoLines {}).into()) };
        expect_same_inputs(plugin, book, header)?;
        let target = header.asked_target.map(Money::amount);
        let request = Request {
            period: Some(header.period.clone()),
            as_of: Some(header.as_of),
            target,
            previous: None,
            ..request
        };
        let assessed = Assessed::new(plugin, book, &request, progress)?;
        let mut made = Self { request, assessed, is_plain: false };
        let (proposed, is_plain) = made.settle(plugin, Vec::new(), target)?;
        made.is_plain = is_plain && made.request.targets.is_empty();
        let is_own = |line: &&Line| proposed.get(&line.key) == Some(&line.proposed);
        let differing = state.lines.values().filter(|line| !is_own(line)).count();
        if differing > 0 || proposed.len() != state.lines.len() {
            let lines = differing.max(proposed.len().abs_diff(state.lines.len()));
            return Err(Finding::from(LedgerFault::NotReproduced { plan: header.name.clone(), lines }).into());
        }
        Ok(made)
    }

    /// Settles with these locks in the place of those that the request had for the same lines.
    fn settle(
        &mut self,
        plugin: &VendorPlugin,
        locks: Vec<(LineKey, Money, String)>,
        target: Option<Decimal>,
    ) -> Result<(BTreeMap<LineKey, Money>, bool), Findings> {
        let named: BTreeMap<&LineKey, ()> = locks.iter().map(|(key, ..)| (key, ())).collect();
        let is_free = |lock: &&Lock| !named.contains_key(&LineKey::new(&lock.partner_id, &lock.segment));
        let mut all: Vec<Lock> = self.request.locks.iter().filter(is_free).cloned().collect();
        all.extend(locks.iter().map(|(line, quota, reason)| Lock {
            partner_id: line.partner_id.as_str().into(),
            segment: line.segment(),
            quota: *quota,
            reason: reason.clone(),
            periods: Vec::new(),
        }));
        // Places belong to the locks of the request by position.
        let request = Request { locks: all, lock_places: Vec::new(), target, ..self.request.clone() };
        let settled = self.assessed.settle(plugin, &request)?;
        let quotas = settled.quotas.into_iter();
        let quotas = quotas.map(|(partner, segment, quota)| (LineKey::new(&partner, &segment), quota)).collect();
        Ok((quotas, settled.is_plain))
    }

    /// Returns who pays for `figure` on the line.
    ///
    /// Lines that are settled, offered at a changed figure, or waiting for a decision stay as they are.
    pub fn preview(
        &mut self,
        plugin: &VendorPlugin,
        state: &PlanState,
        line: &Line,
        figure: Money,
        scope: Scope,
    ) -> Result<Preview, Findings> {
        let out_of_range = |error: crate::units::MoneyError| {
            Findings::from(Finding::from(LedgerFault::TotalRange { reason: error.to_string() }))
        };
        let free = free_lines(state, line, scope);
        let target = self.target(state);
        let mut with = |candidate: Money| {
            let fixed = state.lines.values().filter(|other| !free.contains_key(&other.key));
            let locks = fixed.map(|other| {
                let figure = if other.key == line.key { candidate } else { figure_of(other) };
                (other.key.clone(), figure, format!("{} in the plan of record", other.state))
            });
            Ok::<_, Findings>(self.settle(plugin, locks.collect(), target)?.0)
        };
        let (mut moves, mut earlier) = (Vec::new(), 0);
        // With every line fixed there is nothing to balance.
        if !free.is_empty() {
            let (now, then) = (with(line.figure)?, with(figure)?);
            let of = |line: &&Line| Some(moved(line, *now.get(&line.key)?, *then.get(&line.key)?));
            moves = free.values().filter_map(of).filter(|line| line.before != line.after).collect();
            let is_earlier = |line: &&&Line| now.get(&line.key).is_some_and(|quota| *quota != line.figure);
            earlier = free.values().filter(is_earlier).count();
        }
        Ok(Preview {
            plan: state.name().to_owned(),
            currency: figure.currency(),
            change: moved(line, line.figure, figure),
            moves,
            free: free.len(),
            earlier,
            scope: match (scope, &line.manager) {
                (Scope::Manager, Some(manager)) => format!("the lines of {manager}"),
                (Scope::Manager, None) => "the lines without an account manager".to_owned(),
                (Scope::Channel, _) => "the channel".to_owned(),
            },
            difference: state.totals.difference().map_err(out_of_range)?,
        })
    }

    /// The target to balance to: what the lines sum to now, so that this change alone is balanced.
    ///
    /// With targets of parts of the channel, a reserve or over-assignment, the lines do not say what the target would
    /// have to be; then earlier changes are balanced as well, and the preview says so.
    fn target(&self, state: &PlanState) -> Option<Decimal> {
        match (self.request.target, state.target_authors.is_empty()) {
            (Some(_), _) if self.is_plain => Some(state.totals.assigned.amount()),
            (asked, true) => asked,
            (_, false) => state.totals.target.map(Money::amount),
        }
    }
}

/// Refuses a book or rules other than those that the plan was opened with.
fn expect_same_inputs(plugin: &VendorPlugin, book: &PartnerBook, header: &Header) -> Result<(), Findings> {
    let inputs =
        [("book", &book.input_hash, &header.book), ("revision of the rules", &plugin.revision, &header.revision)];
    let mut findings = Findings::new();
    for (what, found, expected) in inputs.into_iter().filter(|(_, found, expected)| found != expected) {
        let short = |digest: &String| digest.chars().take(12).collect::<String>();
        let (plan, what) = (header.name.clone(), what.to_owned());
        findings.push(LedgerFault::OtherInputs { plan, what, found: short(found), expected: short(expected) }.into());
    }
    if findings.has_errors() { Err(findings) } else { Ok(()) }
}

/// Returns the lines that re-balancing may move: those of the scope that are not settled and have the proposed figure.
pub fn free_lines<'s>(state: &'s PlanState, line: &Line, scope: Scope) -> BTreeMap<&'s LineKey, &'s Line> {
    let is_free = |other: &&Line| {
        let is_of = scope == Scope::Channel || other.manager == line.manager;
        other.key != line.key && is_of && is_open(other)
    };
    state.lines.values().filter(is_free).map(|line| (&line.key, line)).collect()
}

fn is_open(line: &Line) -> bool {
    use LineState::{Distributed, Offered, Proposed, Returned};
    matches!(line.state, Proposed | Distributed | Offered | Returned) && line.figure == line.proposed
}

/// The figure that a fixed line has: nothing where it was withdrawn.
fn figure_of(line: &Line) -> Money {
    if line.counts() { line.figure } else { Money::zero(line.figure.currency()) }
}

fn moved(line: &Line, before: Money, after: Money) -> Move {
    Move {
        line: line.key.clone(),
        partner_name: line.partner_name.clone(),
        manager: line.manager.clone(),
        territory: line.home.clone(),
        before,
        after,
    }
}
