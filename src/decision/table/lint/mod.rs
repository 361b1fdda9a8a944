//! What is wrong with the rules of a table, before anybody is decided by them.

mod cover;
mod region;

pub use region::Region;

use super::hit_policy::HitPolicy;
use super::index::RuleSet;
use super::{DecisionTable, RowNumbers, Rule};
use crate::finding::{Code, Finding, Findings, Place};
use cover::Cover;
use region::{cell_applies, cell_within, cells_meet, common, comparison_cost};

/// Most findings of one kind; one more says how many there are beyond.
const MAX_SHOWN: usize = 20;
/// Most rows that cover another together of which the superfluous ones are left out of the message.
const MAX_MINIMIZED: usize = 20;
/// Most intervals that are compared pair by pair in one search.
const MAX_COMPARISONS: usize = 20_000_000;

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
    /// How many there are altogether, as far as examined.
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

/// Compares rules pair by pair, within a bound.
struct Pairs<'t> {
    table: &'t DecisionTable,
    left: usize,
}

impl<'t> Pairs<'t> {
    fn new(table: &'t DecisionTable) -> Self {
        Self { table, left: MAX_COMPARISONS }
    }

    fn is_complete(&self) -> bool {
        self.left > 0
    }

    /// Counts `cost` comparisons; false beyond the bound.
    fn affords(&mut self, cost: usize) -> bool {
        self.left = self.left.saturating_sub(cost);
        self.left > 0
    }

    fn every_column(&mut self, a: usize, b: usize, holds: impl Fn(usize) -> bool) -> bool {
        let table = self.table;
        (0..table.inputs().len()).all(|column| self.affords(comparison_cost(table, column, a, b)) && holds(column))
    }

    /// True when some inputs match both; false beyond the bound.
    fn meet(&mut self, a: usize, b: usize) -> bool {
        let table = self.table;
        self.every_column(a, b, |column| cells_meet(table, column, a, b))
    }

    /// True when all inputs that match `inner` match `outer`; false beyond the bound.
    fn within(&mut self, inner: usize, outer: usize) -> bool {
        let table = self.table;
        self.every_column(inner, outer, |column| cell_within(table, column, inner, outer))
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
    findings
}

fn place(table: &DecisionTable, rule: &Rule) -> Place {
    Place::cell(table.file(), rule.row, "", rule.label.as_deref().unwrap_or(""))
}

fn shown(rule: &Rule) -> String {
    match &rule.label {
        Some(label) => format!("row {} (`{label}`)", rule.row),
        None => format!("row {}", rule.row),
    }
}

fn unexamined(table: &DecisionTable, what: &str) -> Finding {
    Finding::warning(Code::TableUnexamined, format!("the table has too many combinations to find every {what}"))
        .at(Place::file(table.file()))
        .help("split the table, or list the allowed values of its columns")
}

fn columns(table: &DecisionTable, findings: &mut Findings) {
    for (at, input) in table.inputs().iter().enumerate() {
        if table.rules().iter().all(|rule| rule.conditions[at].is_any()) {
            findings.push(
                Finding::warning(Code::TableUnused, format!("no row asks for `{}`", input.name))
                    .at(Place::cell(table.file(), 1, &*input.name, ""))
                    .help("remove the column, or write a condition in it"),
            );
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
            let condition = &rule.conditions[at];
            let help = match &input.allowed {
                Some(allowed) => format!("allowed is `{allowed}`: change one or the other, or remove the row"),
                None => "change the condition, or remove the row".to_owned(),
            };
            let message =
                format!("`{}` matches no value of `{}`, so the row never applies", condition.text, input.name);
            findings.push(
                Finding::warning(Code::TableNever, message)
                    .at(Place::cell(table.file(), rule.row, &*input.name, condition.text.as_str()))
                    .help(help),
            );
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
        findings.push(
            Finding::warning(Code::TableGap, format!("no row applies when {region}"))
                .at(Place::file(table.file()))
                .help("add a row for it, or a `default` row"),
        );
    }
    if gaps.regions.len() > MAX_SHOWN {
        let more = gaps.regions.len() - MAX_SHOWN;
        findings.push(
            Finding::warning(Code::TableGap, format!("{more} more gaps are not shown"))
                .at(Place::file(table.file()))
                .help("add a `default` row"),
        );
    }
    if !gaps.is_complete {
        findings.push(unexamined(table, "gap"));
    }
}

fn overlaps(table: &DecisionTable, findings: &mut Findings) {
    let rules = table.rules();
    let found = table.overlaps();
    for overlap in &found.pairs {
        let (a, b) = (&rules[overlap.rules.0], &rules[overlap.rules.1]);
        let rows = RowNumbers(vec![overlap.rows.0, overlap.rows.1]);
        // The sentence ends as the fault would that a decision meets there.
        let (breach, help) = match table.hit_policy() {
            HitPolicy::Any => {
                ("conclude differently, which ANY does not allow", "make the outputs equal, or the rows apart")
            }
            HitPolicy::Priority => (
                "conclude differently with the same priority",
                "list the values of the other outputs in the `allowed` row too, or make the rows apart",
            ),
            _ => ("UNIQUE allows one", "make the rows apart, or choose FIRST or PRIORITY"),
        };
        let joint = if table.hit_policy() == HitPolicy::Unique { "and" } else { "but" };
        let message = format!("{rows} both apply when {}, {joint} {breach}", overlap.region);
        findings.push(Finding::error(Code::TableOverlap, message).at(place(table, a)).at(place(table, b)).help(help));
    }
    if found.count > found.pairs.len() {
        let more = found.count - found.pairs.len();
        findings.push(
            Finding::error(Code::TableOverlap, format!("{more} more pairs of rows break the hit policy"))
                .at(Place::file(table.file()))
                .help("choose FIRST or PRIORITY, or make the rows apart"),
        );
    }
    if !found.is_complete {
        findings.push(unexamined(table, "overlap"));
    }
}

/// Rows that can never win, and rows that say nothing of their own.
fn masked(table: &DecisionTable, dead: &[bool], findings: &mut Findings) {
    let rules = table.rules();
    let policy = table.hit_policy();
    let Some(mut cover) = Cover::of_all_inputs(table) else {
        findings.push(unexamined(table, "row without effect"));
        return;
    };
    let mut pairs = Pairs::new(table);
    let mut shown_findings = Vec::new();
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
            let by_rows = RowNumbers(by.iter().map(|other| rules[*other].row).collect());
            let why = if policy == HitPolicy::First { "stands above it" } else { "has priority" };
            let message = match by.as_slice() {
                [one] => format!("{} never wins: {} covers it and {why}", shown(rule), shown(&rules[*one])),
                _ => format!("{} never wins: {by_rows} cover it together", shown(rule)),
            };
            let mut finding = Finding::warning(Code::TableMasked, message).at(place(table, rule));
            if let Some(first) = by.first() {
                finding = finding.at(place(table, &rules[*first]));
            }
            shown_findings.push(finding.help("remove the row, narrow the others, or change the order"));
        } else if let Some(other) = redundant(table, &mut pairs, dead, index) {
            let message = format!("{} says what {} says already", shown(rule), shown(&rules[other]));
            shown_findings.push(
                Finding::warning(Code::TableRedundant, message)
                    .at(place(table, rule))
                    .at(place(table, &rules[other]))
                    .help("remove one of the rows, or give them different reasons"),
            );
        }
    }
    let more = shown_findings.len().saturating_sub(MAX_SHOWN);
    findings.extend(shown_findings.into_iter().take(MAX_SHOWN));
    if more > 0 {
        let finding = Finding::warning(Code::TableRedundant, format!("{more} more rows are without effect"));
        findings.push(finding.at(Place::file(table.file())).help("remove them"));
    }
    if !cover.is_complete || !pairs.is_complete() {
        findings.push(unexamined(table, "row without effect"));
    }
}

/// The rules that leave nothing to rule `index`: one that covers it alone, or all that it meets.
fn masking(
    cover: &mut Cover,
    pairs: &mut Pairs<'_>,
    rules: usize,
    index: usize,
    stronger: &[usize],
) -> Option<Vec<usize>> {
    if let Some(one) = stronger.iter().find(|other| pairs.within(index, **other)) {
        return Some(vec![*one]);
    }
    if stronger.len() < 2 || !cover.covers(index, &set_of(stronger, rules)) {
        return None;
    }
    let mut needed = stronger.to_vec();
    if needed.len() <= MAX_MINIMIZED {
        for other in stronger.iter().rev() {
            let without: Vec<usize> = needed.iter().copied().filter(|rule| rule != other).collect();
            if cover.covers(index, &set_of(&without, rules)) {
                needed = without;
            }
        }
    }
    Some(needed)
}

fn set_of(members: &[usize], rules: usize) -> RuleSet {
    let mut set = RuleSet::none(rules);
    for rule in members {
        set.insert(*rule);
    }
    set
}

/// The rule that makes rule `index` superfluous: it applies wherever `index` does, with the same outputs and reason.
fn redundant(table: &DecisionTable, pairs: &mut Pairs<'_>, dead: &[bool], index: usize) -> Option<usize> {
    let rules = table.rules();
    let same = |a: usize, b: usize| rules[a].outputs == rules[b].outputs && rules[a].because == rules[b].because;
    let policy = table.hit_policy();
    if policy == HitPolicy::Unique {
        // An overlap of UNIQUE is an error already.
        return None;
    }
    (0..rules.len()).filter(|other| *other != index && !dead[*other]).find(|other| {
        if !pairs.affords(1) || !same(index, *other) {
            return false;
        }
        superfluous(policy, pairs, index, *other, &same)
    })
}

/// True when rule `other` applies wherever `index` does and nothing between them would win instead.
fn superfluous(
    policy: HitPolicy,
    pairs: &mut Pairs<'_>,
    index: usize,
    other: usize,
    same: &impl Fn(usize, usize) -> bool,
) -> bool {
    match policy {
        HitPolicy::Unique => false,
        // A later row takes over only if no row between them concludes otherwise.
        HitPolicy::First => {
            other > index
                && pairs.within(index, other)
                && (index + 1..other).all(|between| same(index, between) || !pairs.meet(index, between))
        }
        HitPolicy::Any | HitPolicy::Priority => {
            pairs.within(index, other) && (other < index || !pairs.within(other, index))
        }
        HitPolicy::RuleOrder
        | HitPolicy::OutputOrder
        | HitPolicy::Collect
        | HitPolicy::CollectSum
        | HitPolicy::CollectMin
        | HitPolicy::CollectMax
        | HitPolicy::CollectCount => other < index && pairs.within(index, other) && pairs.within(other, index),
    }
}
