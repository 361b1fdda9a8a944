//! Faults of the rules of a table, found before it is used.

mod cover;
mod effect;
mod fault;
mod pairs;
mod region;
mod scale;

pub use fault::{LintFault, Row};
pub use region::Region;

use super::hit_policy::HitPolicy;
use super::{DecisionTable, RowNumbers, Rule};
use crate::finding::{Finding, Findings, Place};
use cover::Cover;
use effect::{masking, redundant};
use pairs::Pairs;
use region::{cell_applies, common};

/// Most findings of one kind; one more says how many there are beyond.
const MAX_SHOWN: usize = 20;

/// The combinations of inputs to which no row applies.
#[derive(Debug, Clone)]
pub struct Gaps {
    /// Disjoint regions, those that limit the fewest columns first; empty when every combination is covered.
    pub regions: Vec<Region>,
    /// False when the table has more combinations than were examined: there may be more gaps.
    pub is_complete: bool,
}

/// Two rows that apply to the same inputs although the hit policy does not allow it.
#[derive(Debug, Clone)]
pub struct Overlap {
    /// The rows in the file, ascending.
    pub rows: (u64, u64),
    /// The combinations of inputs to which both apply.
    pub region: Region,
    rules: (usize, usize),
}

/// The overlaps that break the hit policy.
#[derive(Debug, Clone)]
pub struct Overlaps {
    /// The first of them, ascending by rows.
    pub pairs: Vec<Overlap>,
    /// Number of all overlaps, as far as examined.
    pub count: usize,
    /// False when the table has more pairs than were examined.
    pub is_complete: bool,
}

impl DecisionTable {
    /// The combinations of inputs to which no row applies, whatever the hit policy and the `default` row.
    pub fn gaps(&self) -> Gaps {
        let Some(mut cover) = Cover::of_domain(self) else { return Gaps { regions: Vec::new(), is_complete: false } };
        let mut regions: Vec<Region> =
            cover.gaps(self.rule_count()).into_iter().map(|parts| Region::new(self, parts)).collect();
        regions.sort_by_key(Region::limits);
        Gaps { regions, is_complete: cover.is_complete }
    }

    /// The pairs of rows that break the hit policy; none where overlap is meant.
    ///
    /// UNIQUE: every pair that overlaps. ANY: with different outputs. PRIORITY: with different outputs and the same
    /// priority (where a third row of higher priority always applies too, the breach never shows).
    pub fn overlaps(&self) -> Overlaps {
        let mut found = Overlaps { pairs: Vec::new(), count: 0, is_complete: true };
        let rules = self.rules();
        let conflict = |a: usize, b: usize| match self.hit_policy() {
            HitPolicy::Unique => true,
            HitPolicy::Any => rules[a].outputs != rules[b].outputs,
            HitPolicy::Priority => rules[a].rank == rules[b].rank && rules[a].outputs != rules[b].outputs,
            HitPolicy::First
            | HitPolicy::RuleOrder
            | HitPolicy::OutputOrder
            | HitPolicy::Collect
            | HitPolicy::CollectSum
            | HitPolicy::CollectMin
            | HitPolicy::CollectMax
            | HitPolicy::CollectCount => false,
        };
        let mut pairs = Pairs::new(self);
        for a in 0..rules.len() {
            for b in a + 1..rules.len() {
                if !pairs.affords(1) {
                    break;
                }
                if !conflict(a, b) || !pairs.meet(a, b) {
                    continue;
                }
                found.count += 1;
                if found.pairs.len() < MAX_SHOWN {
                    let region = common(self, &[a, b]);
                    found.pairs.push(Overlap { rows: (rules[a].row, rules[b].row), region, rules: (a, b) });
                }
            }
        }
        found.is_complete = pairs.is_complete();
        found
    }
}

/// Everything wrong with the rules; see [`DecisionTable::lint`].
pub(super) fn table(table: &DecisionTable) -> Findings {
    let mut findings = Findings::new();
    columns(table, &mut findings);
    let dead = dead_rules(table, &mut findings);
    gaps(table, &mut findings);
    overlaps(table, &mut findings);
    masked(table, &dead, &mut findings);
    scale::percentages(table, &mut findings);
    findings
}

fn place(table: &DecisionTable, rule: &Rule) -> Place {
    Place::cell(table.file(), rule.row, "", rule.label.as_deref().unwrap_or(""))
}

fn row(rule: &Rule) -> Row {
    Row { number: rule.row, label: rule.label.as_deref().map(str::to_owned) }
}

fn of_file(table: &DecisionTable, fault: LintFault) -> Finding {
    Finding::from(fault).at(Place::file(table.file()))
}

fn columns(table: &DecisionTable, findings: &mut Findings) {
    for (at, input) in table.inputs().iter().enumerate() {
        if table.rules().iter().all(|rule| rule.conditions[at].is_any()) {
            let fault = LintFault::UnusedColumn { column: input.name.to_string() };
            findings.push(Finding::from(fault).at(Place::cell(table.file(), 1, &*input.name, "")));
        }
    }
}

/// Rules with a cell that no allowed value matches.
fn dead_rules(table: &DecisionTable, findings: &mut Findings) -> Vec<bool> {
    let mut dead = vec![false; table.rule_count()];
    for (index, rule) in table.rules().iter().enumerate() {
        for (at, input) in table.inputs().iter().enumerate() {
            // `null` is a legal test of a column that says nothing else about it.
            if cell_applies(table, at, index) {
                continue;
            }
            dead[index] = true;
            let condition = &rule.conditions[at].text;
            let fault = LintFault::NeverApplies {
                condition: condition.clone(),
                column: input.name.to_string(),
                allowed: input.allowed.clone(),
            };
            let place = Place::cell(table.file(), rule.row, &*input.name, condition.as_str());
            findings.push(Finding::from(fault).at(place));
        }
    }
    dead
}

fn gaps(table: &DecisionTable, findings: &mut Findings) {
    let policy = table.hit_policy();
    let has_default = table.outputs().iter().all(|output| output.default.is_some());
    if has_default || policy.is_list() || policy.aggregates() {
        return;
    }
    let gaps = table.gaps();
    for region in gaps.regions.iter().take(MAX_SHOWN) {
        findings.push(of_file(table, LintFault::Gap { region: region.to_string() }));
    }
    if gaps.regions.len() > MAX_SHOWN {
        findings.push(of_file(table, LintFault::MoreGaps { gaps: gaps.regions.len() - MAX_SHOWN }));
    }
    if !gaps.is_complete {
        findings.push(of_file(table, LintFault::Unexamined { subject: "gap" }));
    }
}

fn overlaps(table: &DecisionTable, findings: &mut Findings) {
    let rules = table.rules();
    let found = table.overlaps();
    for overlap in &found.pairs {
        let (a, b) = (&rules[overlap.rules.0], &rules[overlap.rules.1]);
        let fault = LintFault::Overlap {
            rows: RowNumbers(vec![overlap.rows.0, overlap.rows.1]),
            region: overlap.region.to_string(),
            policy: table.hit_policy(),
        };
        findings.push(Finding::from(fault).at(place(table, a)).at(place(table, b)));
    }
    if found.count > found.pairs.len() {
        findings.push(of_file(table, LintFault::MoreOverlaps { pairs: found.count - found.pairs.len() }));
    }
    if !found.is_complete {
        findings.push(of_file(table, LintFault::Unexamined { subject: "overlap" }));
    }
}

/// Rows that can never win, and rows that repeat another.
fn masked(table: &DecisionTable, dead: &[bool], findings: &mut Findings) {
    let rules = table.rules();
    let policy = table.hit_policy();
    let unexamined = || of_file(table, LintFault::Unexamined { subject: "row without effect" });
    let Some(mut cover) = Cover::of_all_inputs(table) else {
        findings.push(unexamined());
        return;
    };
    let mut pairs = Pairs::new(table);
    let mut found = Vec::new();
    for (index, rule) in rules.iter().enumerate().filter(|(index, _)| !dead[*index]) {
        let beats = |other: usize| match policy {
            HitPolicy::First => other < index,
            HitPolicy::Priority => rules[other].rank < rule.rank,
            _ => false,
        };
        let stronger: Vec<usize> = (0..rules.len())
            .take_while(|_| pairs.is_complete())
            .filter(|other| *other != index && !dead[*other] && beats(*other))
            .collect();
        let stronger: Vec<usize> = stronger.into_iter().filter(|other| pairs.meet(index, *other)).collect();
        if let Some(by) = masking(&mut cover, &mut pairs, rules.len(), index, &stronger) {
            found.push(masked_by(table, rule, &by));
        } else if let Some(other) = redundant(table, &mut pairs, dead, index) {
            let fault = LintFault::Redundant { row: row(rule), by: row(&rules[other]) };
            found.push(Finding::from(fault).at(place(table, rule)).at(place(table, &rules[other])));
        }
    }
    let more = found.len().saturating_sub(MAX_SHOWN);
    findings.extend(found.into_iter().take(MAX_SHOWN));
    if more > 0 {
        findings.push(of_file(table, LintFault::MoreWithoutEffect { rows: more }));
    }
    if !cover.is_complete || !pairs.is_complete() {
        findings.push(unexamined());
    }
}

/// The finding of a rule that the rules `by` always beat.
fn masked_by(table: &DecisionTable, rule: &Rule, by: &[usize]) -> Finding {
    let rules = table.rules();
    let is_above = table.hit_policy() == HitPolicy::First;
    let fault = match by {
        [one] => LintFault::MaskedByRow { row: row(rule), by: row(&rules[*one]), is_above },
        _ => LintFault::MaskedByRows {
            row: row(rule),
            by: RowNumbers(by.iter().map(|other| rules[*other].row).collect()),
        },
    };
    let finding = Finding::from(fault).at(place(table, rule));
    match by.first() {
        Some(first) => finding.at(place(table, &rules[*first])),
        None => finding,
    }
}
