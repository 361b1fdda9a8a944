//! The part of a plan that a person sees: all of it, the lines that a grant reaches, or a partner's side of own lines.
//!
//! Versions and events of a part are counted in that part, so that nothing outside it shows: not even how much happened.

use super::Loaded;
pub use super::partner_line::PartnerLine;
use super::partner_line::{is_public, note};
use super::people::{PeopleFault, Standing};
use super::plan::{
    Activity, BusinessChange, Command, EventBody, LedgerFault, Line, LineKey, LineState, PlanEvent, Risk, Side, Step,
    TargetAccount, change_place, transition,
};
use crate::finding::{Finding, Findings, Place};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Line that a person sees.
#[derive(Debug, Clone, Copy)]
pub struct SeenLine<'v> {
    /// The line; of a partner's line only its identity may be shown.
    pub line: &'v Line,
    /// The line as the partner sees it; `None` for the vendor's side.
    pub partner: Option<&'v PartnerLine>,
}

impl SeenLine<'_> {
    /// Returns the state that the person sees.
    pub fn state(&self) -> LineState {
        self.partner.map_or(self.line.state, |partner| partner.state)
    }
}

/// Event that a person sees.
#[derive(Debug, Clone, Copy)]
pub struct SeenEvent<'v> {
    /// Version of the part with the event.
    pub version: u64,
    /// The event.
    pub event: &'v PlanEvent,
    /// Side from which it is seen; of an event seen from the partner's side only some members may be shown.
    pub side: Side,
}

/// Plan as one person sees it.
#[derive(Debug)]
pub struct View<'v> {
    plan: &'v Loaded,
    standing: &'v Standing,
    partner_lines: BTreeMap<&'v LineKey, PartnerLine>,
    /// Version of the part with the last event of each of its lines.
    changed: BTreeMap<&'v LineKey, u64>,
    /// Events of a part; `None` for a whole plan.
    part: Option<Vec<SeenEvent<'v>>>,
}

impl<'v> View<'v> {
    /// Returns the part of the plan that the person may see; `None` if there is no plan or they may see none of it.
    pub fn new(plan: &'v Loaded, standing: &'v Standing) -> Option<Self> {
        plan.state.header.as_ref()?;
        let mut view = Self { plan, standing, partner_lines: BTreeMap::new(), changed: BTreeMap::new(), part: None };
        if !standing.sees_whole() {
            view.read_part();
            let sees_line = || plan.state.lines.values().any(|line| standing.side(line) == Some(Side::Vendor));
            if view.partner_lines.is_empty() && !sees_line() {
                return None;
            }
        }
        Some(view)
    }

    /// Reads the events of the lines that the person sees.
    fn read_part(&mut self) {
        let sides: BTreeMap<&LineKey, Side> =
            self.plan.state.lines.values().filter_map(|line| Some((&line.key, self.standing.side(line)?))).collect();
        let mut part: Vec<SeenEvent<'v>> = Vec::new();
        for event in &self.plan.events {
            if let Some(partner) = event.body.partner() {
                let side = sides.iter().filter(|(key, _)| key.partner_id == partner).map(|(_, side)| *side).min();
                let has_line = || self.partner_lines.keys().any(|key| key.partner_id == partner);
                let is_shown = |side: &Side| *side == Side::Vendor || has_line();
                let version = part.len() as u64 + 1;
                part.extend(side.filter(is_shown).map(|side| SeenEvent { version, event, side }));
                continue;
            }
            let Some((key, _)) = event.body.step() else { continue };
            let Some(side) = sides.get(key).copied() else { continue };
            let version = part.len() as u64 + 1;
            if side == Side::Partner {
                // Before the first offer the line does not exist for its partner.
                let is_first = matches!(event.body, EventBody::Offered(_) | EventBody::Resolved(_));
                let is_known = self.partner_lines.contains_key(key);
                if !is_public(&event.body) || !(is_known || is_first) {
                    continue;
                }
                note(&mut self.partner_lines, event);
            }
            self.changed.insert(key, version);
            part.push(SeenEvent { version, event, side });
        }
        self.part = Some(part);
    }

    /// Returns true when the person sees the whole plan, with its target, reserve and totals.
    pub fn is_whole(&self) -> bool {
        self.part.is_none()
    }

    /// Returns the plan.
    pub fn plan(&self) -> &'v Loaded {
        self.plan
    }

    /// Returns the version: the number of events that the person sees.
    pub fn version(&self) -> u64 {
        self.part.as_ref().map_or(self.plan.state.version, |part| part.len() as u64)
    }

    /// Returns the line of that key, if the person sees it.
    pub fn line(&self, key: &LineKey) -> Option<SeenLine<'_>> {
        self.seen(self.plan.state.lines.get(key)?)
    }

    fn seen(&self, line: &'v Line) -> Option<SeenLine<'_>> {
        let side = if self.is_whole() { Some(Side::Vendor) } else { self.standing.side(line) };
        match side? {
            Side::Vendor => Some(SeenLine { line, partner: None }),
            Side::Partner => self.partner_lines.get(&line.key).map(|partner| SeenLine { line, partner: Some(partner) }),
        }
    }

    /// Returns the side from which the person sees the business plan of a partner; `None` when they do not see it.
    pub fn business_side(&self, partner: &str) -> Option<Side> {
        let own = self.plan.state.lines.values().filter(|line| line.key.partner_id == partner);
        let side = |seen: SeenLine<'_>| if seen.partner.is_some() { Side::Partner } else { Side::Vendor };
        own.filter_map(|line| self.seen(line)).map(side).min()
    }

    /// Returns the lines after that key, ascending.
    pub fn lines(&self, after: Option<&LineKey>) -> impl Iterator<Item = SeenLine<'_>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.plan.state.lines.range::<LineKey, _>((from, Bound::Unbounded)).filter_map(|(_, line)| self.seen(line))
    }

    /// Returns the events after that version, in order.
    pub fn events(&self, after: u64) -> Vec<SeenEvent<'v>> {
        let skipped = usize::try_from(after).unwrap_or(usize::MAX);
        match &self.part {
            Some(part) => part.iter().skip(skipped).copied().collect(),
            None => (1..)
                .zip(&self.plan.events)
                .skip(skipped)
                .map(|(version, event)| SeenEvent { version, event, side: Side::Vendor })
                .collect(),
        }
    }

    /// Returns the version with the last event of the line.
    pub fn changed(&self, seen: SeenLine<'_>) -> u64 {
        let own = || self.changed.get(&seen.line.key).copied().unwrap_or_default();
        if self.is_whole() { seen.line.changed } else { own() }
    }

    /// Returns how many events of the plan lead to this version, and to the end of this date; `None` without either.
    pub fn position(&self, version: Option<u64>, on: Option<NaiveDate>) -> Option<u64> {
        let place = |number: u64| self.plan.events.iter().take_while(|event| event.number <= number).count() as u64;
        let of_version = version.map(|version| match (&self.part, version.checked_sub(1)) {
            (_, None) => 0,
            (None, Some(_)) => version,
            (Some(part), Some(at)) => usize::try_from(at)
                .ok()
                .and_then(|at| part.get(at))
                .map_or(self.plan.state.version, |seen| place(seen.event.number)),
        });
        let until =
            |on: NaiveDate| self.plan.events.iter().take_while(|event| event.at.date_naive() <= on).count() as u64;
        of_version.into_iter().chain(on.map(until)).min()
    }

    /// Returns the lines that changed after that version, ascending.
    pub fn changed_since(&self, version: u64) -> Vec<&'v LineKey> {
        keys_of(&self.events(version))
    }
}

/// Returns the lines of events, ascending.
pub fn keys_of<'v>(events: &[SeenEvent<'v>]) -> Vec<&'v LineKey> {
    let mut keys: Vec<&LineKey> = events.iter().filter_map(|seen| seen.event.body.step().map(|(key, _)| key)).collect();
    keys.sort();
    keys.dedup();
    keys
}

impl View<'_> {
    /// Returns every reason for which the person may not give the command; each about a line has its place in `file`.
    ///
    /// A line that the person does not see does not exist for that person.
    pub fn refusals(&self, command: &Command, person: &str, file: &str) -> Findings {
        let mut findings = Findings::new();
        let (name, person) = (command.name().to_owned(), person.to_owned());
        if !self.standing.may(command) {
            findings.push(PeopleFault::NotGranted { person, command: name }.into());
            return findings;
        }
        let keys = command.keys();
        if let Command::BusinessPlan { partner_id, changes } = command {
            findings.extend(self.business_refusals(command, (partner_id, changes), &person));
            return findings;
        }
        if is_about_all(command) && !self.standing.may_on_all(command) {
            findings.push(PeopleFault::NotForAll { person, command: name }.into());
            return findings;
        }
        if let Some(fault) = self.refused_step(command, None, &person) {
            findings.push(fault.into());
            return findings;
        }
        let place = |number: usize| Place::Member {
            file: file.to_owned(),
            pointer: format!("/lines/{number}"),
            value: keys.get(number).map(|key| key.to_string()).unwrap_or_default(),
        };
        for (number, key) in keys.iter().enumerate() {
            let fault = match self.line(key) {
                None => Finding::from(LedgerFault::UnknownLine { line: key.to_string(), near: None }),
                Some(seen) => match self.refusal(command, seen, &person) {
                    Some(finding) => finding,
                    None => continue,
                },
            };
            findings.push(fault.at(place(number)));
        }
        findings
    }

    /// Returns the reason for which the person may not give the command about a line that they see.
    fn refusal(&self, command: &Command, seen: SeenLine<'_>, person: &str) -> Option<Finding> {
        let (line, name) = (seen.line.key.to_string(), command.name().to_owned());
        let by = match command {
            Command::Counter { by, .. } | Command::Accept { by, .. } => by.as_deref(),
            _ => None,
        };
        let is_accept = matches!(command, Command::Accept { .. });
        let fault = match self.standing.side_of(command, seen.line) {
            None => PeopleFault::NotGrantedLine { line, person: person.to_owned(), command: name },
            Some(Side::Vendor) if is_accept && seen.line.is_waiting() && by.is_none() => {
                PeopleFault::NoAcceptor { line }
            }
            Some(Side::Vendor) => return self.refused_step(command, Some(seen.line), person).map(Finding::from),
            Some(Side::Partner) if by.is_some_and(|by| by != person) => {
                PeopleFault::ForAnother { person: person.to_owned() }
            }
            // A counter is accepted by the vendor.
            Some(Side::Partner) if is_accept && seen.state() == LineState::Countered => {
                PeopleFault::OwnCounter { line }
            }
            // The steps that are possible are those in the state that the partner sees: the others are internal.
            Some(Side::Partner) => return out_of_table(command, line, seen.state()).map(Finding::from),
        };
        Some(fault.into())
    }
}

impl View<'_> {
    /// Returns every reason for which the person may not change the business plan of a partner.
    fn business_refusals(
        &self,
        command: &Command,
        (partner, changes): (&str, &[BusinessChange]),
        person: &str,
    ) -> Vec<Finding> {
        if self.business_side(partner).is_none() {
            return vec![LedgerFault::UnknownLine { line: partner.to_owned(), near: None }.into()];
        }
        let name = command.name().to_owned();
        let granted = self.plan.state.lines_of(partner).filter_map(|line| self.standing.side_of(command, line)).min();
        let Some(side) = granted else {
            let (line, person) = (partner.to_owned(), person.to_owned());
            return vec![PeopleFault::NotGrantedLine { line, person, command: name }.into()];
        };
        let own = self.plan.state.business_plans.get(partner);
        let is_of_vendor = |id: &String| own.is_some_and(|own| own.side_of(id) == Some(Side::Vendor));
        let fault = |change: &BusinessChange| {
            let subject = format!("the funds of `{partner}`");
            match change {
                BusinessChange::ApproveFund { activity, role, .. } if side == Side::Vendor => {
                    let known = own.and_then(|own| own.activities.get(activity))?;
                    let open = self.plan.state.open_fund_steps(known).ok()?;
                    let asked = open.into_iter().find(|step| role.is_none() || step.role == *role)?.role;
                    let line = self.plan.state.lines_of(partner).next();
                    let person = person.to_owned();
                    let role = asked.clone().unwrap_or_default();
                    let may = self.standing.approves_as(asked.as_deref(), line);
                    (!may).then_some(PeopleFault::NotGrantedStep { subject, person, role })
                }
                _ if side == Side::Vendor => None,
                BusinessChange::Activity(Activity { id, .. })
                | BusinessChange::Account(TargetAccount { id, .. })
                | BusinessChange::Risk(Risk { id, .. })
                    if !is_of_vendor(id) =>
                {
                    None
                }
                BusinessChange::Done { activity, .. } if !is_of_vendor(activity) => None,
                BusinessChange::Sign { by, .. } | BusinessChange::Answer { by, .. } => {
                    let is_other = by.as_deref().is_some_and(|by| by != person);
                    is_other.then(|| PeopleFault::ForAnother { person: person.to_owned() })
                }
                BusinessChange::Actual { .. } | BusinessChange::Claim { .. } => None,
                _ => {
                    let (line, person, command) = (partner.to_owned(), person.to_owned(), name.clone());
                    Some(PeopleFault::NotGrantedLine { line, person, command })
                }
            }
        };
        let placed = |(number, change): (usize, &BusinessChange)| {
            let finding = Finding::from(fault(change)?);
            Some(if changes.len() > 1 { finding.at(change_place(number)) } else { finding })
        };
        changes.iter().enumerate().filter_map(placed).collect()
    }

    /// Returns the refusal of an approval whose step is for another role than the person's.
    fn refused_step(&self, command: &Command, line: Option<&Line>, person: &str) -> Option<PeopleFault> {
        let state = &self.plan.state;
        let (role, open) = match (command, line) {
            (Command::Approve { role, .. }, Some(line)) => (role, state.open_steps(line).ok()?),
            (Command::ApproveTotal { role, .. }, None) => (role, state.open_total_steps().ok()?),
            _ => return None,
        };
        // A step that is not open is refused by the plan.
        let asked = open.into_iter().find(|step| role.is_none() || step.role == *role)?.role;
        if self.standing.approves_as(asked.as_deref(), line) {
            return None;
        }
        let subject = line.map_or_else(|| "the total".to_owned(), |line| format!("line `{}`", line.key));
        Some(PeopleFault::NotGrantedStep { subject, person: person.to_owned(), role: asked.unwrap_or_default() })
    }
}

/// Returns true for commands about the whole plan.
fn is_about_all(command: &Command) -> bool {
    use Command::{ApplySilence, ApproveTotal, ChangeTarget, Close, Distribute, Lock, Open};
    match command {
        Open(_) | Distribute { .. } | ApplySilence {} | ApproveTotal { .. } | ChangeTarget { .. } | Close { .. } => {
            true
        }
        // Without lines, the plan itself is locked.
        Lock { lines } => lines.is_empty(),
        _ => false,
    }
}

/// Steps of a partner.
const STEPS_OF_PARTNER: [Step; 3] = [Step::Counter, Step::Accept, Step::Escalate];

/// Returns the refusal of a partner's step that the state does not allow; its help names those of the partner only.
fn out_of_table(command: &Command, line: String, state: LineState) -> Option<LedgerFault> {
    let step = STEPS_OF_PARTNER.into_iter().find(|step| step.as_str() == command.name())?;
    let possible = STEPS_OF_PARTNER.into_iter().filter(|step| transition(state, *step).is_some()).collect();
    transition(state, step).is_none().then_some(LedgerFault::Step { line, state, step, possible })
}
