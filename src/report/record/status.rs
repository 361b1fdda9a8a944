//! Status of a plan of record: totals, lines by state, account managers, offers without an answer.

use crate::channel::NOT_KNOWN;
use crate::ledger::plan::{Approval, ApprovalStep, Line, LineState, PlanState};
use crate::ledger::store::PlanHead;
use crate::report::ReportFault;
use crate::report::figures::{Figures, clipped, count, counted, readable, short_hash};
use crate::report::grid::{Grid, Left, Right, TableOptions, bold};
use crate::units::Money;
use chrono::NaiveDate;
use comfy_table::Cell;
use std::collections::BTreeMap;

/// Characters of a name in a table.
const NAME: usize = 24;

/// Renders the plans of a ledger as a table.
pub fn plans(plans: &[PlanHead], options: &TableOptions) -> String {
    if plans.is_empty() {
        return "The ledger contains no plan; open one with `quotient plan open`.\n".to_owned();
    }
    let columns = [("plan", Left), ("version", Right), ("last event", Right), ("on", Left)];
    let mut grid = Grid::new("Plans", options, &columns);
    for head in plans {
        let at = head.at.date_naive().to_string();
        grid.row([clipped(&head.plan, NAME), head.version.to_string(), head.number.to_string(), at].map(Cell::new));
    }
    grid.text()
}

/// Renders the status of a plan on `today`.
pub fn status(state: &PlanState, today: NaiveDate, options: &TableOptions) -> Result<String, ReportFault> {
    let amounts = state.lines.values().map(|line| line.figure).chain([state.totals.reserve]).chain(state.totals.target);
    let figures = Figures::of_amounts(amounts);
    let sheet = Sheet { state, figures, options };
    let sections = [
        sheet.header()?,
        sheet.states()?,
        sheet.managers()?,
        sheet.lines(),
        sheet.silent(today),
        sheet.open_approvals(),
        sheet.missing()?,
    ];
    let text: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    Ok(text.join("\n"))
}

/// One status being rendered.
struct Sheet<'a> {
    state: &'a PlanState,
    figures: Figures,
    options: &'a TableOptions,
}

impl Sheet<'_> {
    fn header(&self) -> Result<String, ReportFault> {
        let (state, figures) = (self.state, self.figures);
        let Some(header) = &state.header else { return Ok(String::new()) };
        let title = format!("{} · {} {}", header.name, readable(&header.vendor), header.period);
        let about = format!(
            "{} · version {} · as of {} · {}\nopened by {} on {} · revision {} · book {}",
            state.stage,
            state.version,
            header.as_of,
            header.currency,
            clipped(&header.owner, NAME),
            header.opened_at.date_naive(),
            short_hash(&header.revision),
            short_hash(&header.book),
        );
        let totals = &state.totals;
        let mut grid = Grid::untitled(self.options, &[("", Left), ("", Right), ("", Left)]);
        let mut row = |label: &str, amount: String, note: String| {
            grid.row([label.to_owned(), amount, note].map(Cell::new));
        };
        if let Some(target) = totals.target {
            row("target", figures.exact(target), String::new());
        }
        let lines = state.lines.values().filter(|line| line.counts()).count();
        row("lines", figures.exact(totals.assigned), counted(lines, "line", "lines"));
        row("reserve", figures.exact(totals.reserve), "carried by no line".to_owned());
        if let Some(difference) = totals.difference()? {
            let note = match difference {
                difference if difference.is_negative() => "below the target",
                difference if difference.is_zero() => "lines and reserve sum to the target",
                _ => "above the target (over-assignment)",
            };
            row("difference", figures.signed_exact(difference), note.to_owned());
        }
        let changed = totals.assigned.minus(totals.proposed)?;
        if !changed.is_zero() {
            row("since the proposal", figures.signed_exact(changed), String::new());
        }
        Ok(format!("{}\n{about}\n\n{}", bold(&title, self.options.colour), grid.text()))
    }

    fn states(&self) -> Result<String, ReportFault> {
        let columns = [("state", Left), ("lines", Right), ("quota", Right), ("change", Right)];
        let mut grid = Grid::new("Lines by state", self.options, &columns);
        for (state, lines) in self.state.by_state() {
            let of = || self.state.lines.values().filter(|line| line.state == state);
            let (quota, change) = self.sums(of())?;
            let name = state.to_string();
            grid.row([name, count(lines), self.figures.money(quota), self.figures.signed(change)].map(Cell::new));
        }
        Ok(grid.text())
    }

    /// Sum of the figures, and of their changes against the proposal.
    fn sums<'l>(&self, lines: impl Iterator<Item = &'l Line> + Clone) -> Result<(Money, Money), ReportFault> {
        let currency = self.state.totals.assigned.currency();
        let quota = Money::sum(currency, lines.clone().map(|line| line.figure))?;
        let proposed = Money::sum(currency, lines.map(|line| line.proposed))?;
        Ok((quota, quota.minus(proposed)?))
    }

    fn managers(&self) -> Result<String, ReportFault> {
        let mut managers: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
        for line in self.state.lines.values().filter(|line| line.counts()) {
            managers.entry(line.manager.as_deref().unwrap_or(NOT_KNOWN)).or_default().push(line);
        }
        let columns = [
            ("account manager", Left),
            ("lines", Right),
            ("settled", Right),
            ("waiting", Right),
            ("quota", Right),
            ("change", Right),
        ];
        let mut grid = Grid::new("By account manager", self.options, &columns);
        for (manager, lines) in managers {
            let (quota, change) = self.sums(lines.iter().copied())?;
            let settled = lines.iter().filter(|line| line.is_settled()).count();
            let waiting = lines.iter().filter(|line| line.is_waiting()).count();
            let cells = [clipped(manager, NAME), count(lines.len()), count(settled), count(waiting)];
            let amounts = [self.figures.money(quota), self.figures.signed(change)];
            grid.row(cells.into_iter().chain(amounts).map(Cell::new));
        }
        Ok(grid.text())
    }

    /// Lines that are under negotiation or differ from the proposal, those with the largest difference first.
    fn lines(&self) -> String {
        use LineState::{Amended, Assigned, Countered, Escalated, Expired, Resolved, Returned};
        let is_shown = |line: &&Line| {
            let is_disputed =
                matches!(line.state, Amended | Assigned | Countered | Escalated | Expired | Resolved | Returned);
            is_disputed || line.figure != line.proposed
        };
        let mut lines: Vec<&Line> = self.state.lines.values().filter(is_shown).collect();
        let change = |line: &Line| line.figure.amount().saturating_sub(line.proposed.amount());
        lines.sort_by(|one, other| change(other).abs().cmp(&change(one).abs()).then(one.key.cmp(&other.key)));
        if lines.is_empty() || self.options.lines == 0 {
            return String::new();
        }
        let shown = self.options.lines.min(lines.len());
        let title = match shown < lines.len() {
            true => format!("Largest {shown} of {} lines under negotiation or changed", count(lines.len())),
            false => "Lines under negotiation or changed".to_owned(),
        };
        let columns =
            [("line", Left), ("state", Left), ("proposed", Right), ("figure", Right), ("asked", Right), ("note", Left)];
        let mut grid = Grid::new(&title, self.options, &columns).optional(&[2]);
        for line in lines.into_iter().take(shown) {
            let asked = line.counter.as_ref().map(|counter| counter.figure);
            let cells = [
                clipped(&line.key.to_string(), NAME),
                line.state.to_string(),
                self.figures.money(line.proposed),
                self.figures.money(line.figure),
                self.figures.known(asked),
                note(line),
            ];
            grid.row(cells.map(Cell::new));
        }
        grid.text()
    }

    fn silent(&self, today: NaiveDate) -> String {
        let mut silent: Vec<&Line> = self.state.lines.values().filter(|line| line.is_waiting()).collect();
        silent.sort_by_key(|line| (line.reply_by, line.key.clone()));
        if silent.is_empty() || self.options.lines == 0 {
            return String::new();
        }
        let overdue = silent.iter().filter(|line| line.is_overdue(today)).count();
        let shown = self.options.lines.min(silent.len());
        let title = format!("Offers without an answer: {}, {} overdue", count(silent.len()), count(overdue));
        let columns =
            [("line", Left), ("partner", Left), ("manager", Left), ("figure", Right), ("answer by", Left), ("", Left)];
        let mut grid = Grid::new(&title, self.options, &columns).optional(&[2]);
        for line in silent.iter().take(shown) {
            let cells = [
                clipped(&line.key.to_string(), NAME),
                clipped(&line.partner_name, NAME),
                clipped(line.manager.as_deref().unwrap_or(""), NAME),
                self.figures.money(line.figure),
                line.reply_by.map(|date| date.to_string()).unwrap_or_default(),
                if line.is_overdue(today) { "overdue" } else { "" }.to_owned(),
            ];
            grid.row(cells.map(Cell::new));
        }
        let mut text = grid.text();
        if shown < silent.len() {
            text.push_str(&format!(" and {} more: use --lines\n", count(silent.len() - shown)));
        }
        text
    }

    /// Approvals that settled lines and the total wait for, as the vendor's table asks for them.
    fn open_approvals(&self) -> String {
        let state = self.state;
        let has_table = state.header.as_ref().is_some_and(|header| header.approval.table.is_some());
        let waiting =
            state.lines.values().filter(|line| matches!(line.state, LineState::Accepted | LineState::Assigned));
        let mut open: BTreeMap<ApprovalStep, Vec<String>> = BTreeMap::new();
        for line in waiting.filter(|_| has_table) {
            for step in state.open_steps(line).unwrap_or_default() {
                open.entry(step).or_default().push(line.key.to_string());
            }
        }
        let off_level = has_table && state.needs_total_approval() && self.options.lines > 0;
        for step in off_level.then(|| state.open_total_steps().unwrap_or_default()).into_iter().flatten() {
            open.entry(step).or_default().push("the total".to_owned());
        }
        if open.is_empty() {
            return String::new();
        }
        let columns = [("role", Left), ("lines", Right), ("first", Left), ("row", Right), ("because", Left)];
        let mut grid = Grid::new("Open approvals by approval.csv", self.options, &columns).optional(&[2]);
        for (step, lines) in open {
            let rows = step.rows.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            let first = clipped(lines.first().map_or("", String::as_str), NAME);
            let role = step.role.unwrap_or_else(|| "any other person".to_owned());
            grid.row([clipped(&role, NAME), count(lines.len()), first, rows, step.because].map(Cell::new));
        }
        grid.text()
    }

    /// Reason for which the plan cannot be locked yet, as a sentence.
    fn missing(&self) -> Result<String, ReportFault> {
        let state = self.state;
        if !state.needs_total_approval() {
            return Ok(String::new());
        }
        let off = state.off_level()?;
        let side = if off.is_negative() { "below" } else { "above" };
        let by = self.figures.exact(off.abs());
        let approvals =
            if state.is_total_approved() { "; the total is approved" } else { "; the total needs an approval" };
        Ok(format!(" The lines are {by} {side} the level of the proposal{approvals}.\n"))
    }
}

/// Acceptance and approval of a line in a few words: two facts, side by side.
fn note(line: &Line) -> String {
    let accepted = match &line.acceptance {
        Some(acceptance) => Some(format!("accepted by {}", clipped(&acceptance.partner, NAME))),
        None if line.assigned => Some("without acceptance".to_owned()),
        None => None,
    };
    let approver = |approval: &Approval| match &approval.role {
        Some(role) => format!("{} as {role}", approval.by),
        None => approval.by.clone(),
    };
    let approvers: Vec<String> = line.approvals.iter().map(approver).collect();
    let approved = (!approvers.is_empty()).then(|| format!("approved by {}", approvers.join(", ")));
    accepted.into_iter().chain(approved).collect::<Vec<_>>().join("; ")
}
