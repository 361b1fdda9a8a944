//! Combinations of inputs that no rule covers.
//!
//! The columns are cut into ranges; ranges with the same rules are one class. The search goes column by column,
//! narrowing the rules that still match, and ends where none is left (a gap) or one matches whatever follows (covered).
//! Equal gaps below different classes are joined, so that a gap comes out as few, large regions.

use super::super::DecisionTable;
use super::super::cuts::RangeId;
use super::super::index::RuleSet;
use super::region::domain;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A region while it is searched: columns with their ranges.
pub(super) type Parts = Vec<(usize, Vec<RangeId>)>;

/// Most words of rules that one search compares, and most regions it keeps.
const MAX_WORK: usize = 20_000_000;
const MAX_REGIONS: usize = 300;

struct Class {
    ids: Vec<RangeId>,
    rules: RuleSet,
}

struct Column {
    at: usize,
    /// Number of ranges that may come.
    width: usize,
    classes: Vec<Class>,
}

/// The columns of a table, prepared for searching.
pub(super) struct Cover {
    columns: Vec<Column>,
    /// Per column: the rules that are open there and in all columns after it; one entry more than columns.
    open_from: Vec<RuleSet>,
    work: usize,
    /// False once a bound was met: what was found holds, there may be more.
    pub(super) is_complete: bool,
}

impl Cover {
    /// Prepares `table` for the search for gaps; `None` when it is too large to be indexed.
    pub(super) fn of_domain(table: &DecisionTable) -> Option<Self> {
        Self::new(table, |at| domain(table, at))
    }

    /// Prepares `table` with values that are not known in every column: a row that leaves a column open wins there,
    /// even when the rows above it have all known values between them.
    pub(super) fn of_all_inputs(table: &DecisionTable) -> Option<Self> {
        let columns = &table.index().columns;
        Self::new(table, |at| (0..columns[at].count()).filter(|id| columns[at].is_live(*id)).collect())
    }

    fn new(table: &DecisionTable, domain: impl Fn(usize) -> Vec<RangeId>) -> Option<Self> {
        let mut columns = Vec::new();
        for at in 0..table.inputs().len() {
            let ids = domain(at);
            let mut classes: BTreeMap<&[u64], Vec<RangeId>> = BTreeMap::new();
            for id in &ids {
                classes.entry(table.index().matching(at, *id)?).or_default().push(*id);
            }
            let mut classes: Vec<Class> =
                classes.into_iter().map(|(rules, ids)| Class { ids, rules: RuleSet(rules.to_vec()) }).collect();
            classes.sort_by(|a, b| a.ids.cmp(&b.ids));
            columns.push(Column { at, width: ids.len(), classes });
        }
        columns.sort_by_key(|column| (column.classes.len(), column.at));
        let mut open_from = vec![RuleSet::all(table.rule_count())];
        for column in columns.iter().rev() {
            let below = open_from.last().cloned().unwrap_or_else(|| RuleSet::all(table.rule_count()));
            open_from.push(column.classes.iter().fold(below, |open, class| open.and(&class.rules.0)));
        }
        open_from.reverse();
        Some(Self { columns, open_from, work: 0, is_complete: true })
    }

    /// The regions that no rule covers, disjoint.
    pub(super) fn gaps(&mut self, rules: usize) -> Vec<Parts> {
        let found = self.uncovered(0, RuleSet::all(rules), &mut BTreeMap::new());
        join(found.as_ref().clone(), &self.columns)
    }

    fn is_settled(&self, depth: usize, active: &RuleSet) -> bool {
        active.0.iter().zip(&self.open_from[depth].0).any(|(active, open)| active & open != 0)
    }

    fn has_work_left(&mut self, words: usize) -> bool {
        self.work += words + 1;
        if self.work > MAX_WORK {
            self.is_complete = false;
        }
        self.is_complete
    }

    fn uncovered(
        &mut self,
        depth: usize,
        active: RuleSet,
        known: &mut BTreeMap<(usize, RuleSet), Rc<Vec<Parts>>>,
    ) -> Rc<Vec<Parts>> {
        if active.is_empty() {
            return Rc::new(vec![Vec::new()]);
        }
        if self.is_settled(depth, &active) || depth == self.columns.len() {
            return Rc::new(Vec::new());
        }
        if let Some(found) = known.get(&(depth, active.clone())) {
            return Rc::clone(found);
        }
        let mut groups: Vec<(Rc<Vec<Parts>>, Vec<RangeId>)> = Vec::new();
        for class in 0..self.columns[depth].classes.len() {
            if !self.has_work_left(active.0.len()) {
                break;
            }
            let narrowed = active.and(&self.columns[depth].classes[class].rules.0);
            let below = self.uncovered(depth + 1, narrowed, known);
            if below.is_empty() {
                continue;
            }
            self.work += groups.len();
            let ids = &self.columns[depth].classes[class].ids;
            match groups.iter_mut().find(|(regions, _)| Rc::ptr_eq(regions, &below) || *regions == below) {
                Some((_, joined)) => joined.extend_from_slice(ids),
                None => groups.push((below, ids.clone())),
            }
        }
        let column = &self.columns[depth];
        let mut found = Vec::new();
        for (regions, mut ids) in groups {
            ids.sort_unstable();
            for region in regions.iter() {
                let mut region = region.clone();
                if ids.len() < column.width {
                    region.push((column.at, ids.clone()));
                }
                found.push(region);
            }
        }
        if found.len() > MAX_REGIONS {
            found.truncate(MAX_REGIONS);
            self.is_complete = false;
        }
        let found = Rc::new(found);
        known.insert((depth, active), Rc::clone(&found));
        found
    }

    /// True when `others` together match every combination that `rule` matches.
    ///
    /// At the bound the result is false, and [`Cover::is_complete`] false.
    pub(super) fn covers(&mut self, rule: usize, others: &RuleSet) -> bool {
        !self.escapes(0, rule, others.clone(), &mut BTreeMap::new())
    }

    fn escapes(
        &mut self,
        depth: usize,
        rule: usize,
        active: RuleSet,
        known: &mut BTreeMap<(usize, RuleSet), bool>,
    ) -> bool {
        if active.is_empty() {
            return true;
        }
        if self.is_settled(depth, &active) || depth == self.columns.len() {
            return false;
        }
        if let Some(answer) = known.get(&(depth, active.clone())) {
            return *answer;
        }
        let bit = 1u64 << (rule % 64);
        let mut answer = false;
        for class in 0..self.columns[depth].classes.len() {
            if self.columns[depth].classes[class].rules.0[rule / 64] & bit == 0 {
                continue;
            }
            if !self.has_work_left(active.0.len()) {
                return true;
            }
            let narrowed = active.and(&self.columns[depth].classes[class].rules.0);
            if self.escapes(depth + 1, rule, narrowed, known) {
                answer = true;
                break;
            }
        }
        known.insert((depth, active), answer);
        answer
    }
}

/// Joins regions that differ in one column only, until none do.
fn join(mut regions: Vec<Parts>, columns: &[Column]) -> Vec<Parts> {
    for region in &mut regions {
        region.sort();
    }
    let width = |at: usize| columns.iter().find(|column| column.at == at).map_or(0, |column| column.width);
    loop {
        let pairs = (0..regions.len()).flat_map(|a| (a + 1..regions.len()).map(move |b| (a, b)));
        let Some((a, joined)) =
            pairs.into_iter().find_map(|(a, b)| joined(&regions[a], &regions[b], width).map(|joined| ((a, b), joined)))
        else {
            return regions;
        };
        regions[a.0] = joined;
        regions.remove(a.1);
    }
}

fn joined(a: &Parts, b: &Parts, width: impl Fn(usize) -> usize) -> Option<Parts> {
    if a.len() != b.len() || a.iter().zip(b).any(|((a, _), (b, _))| a != b) {
        return None;
    }
    let mut different = (0..a.len()).filter(|at| a[*at].1 != b[*at].1);
    let (Some(at), None) = (different.next(), different.next()) else { return None };
    let mut ids: Vec<RangeId> = a[at].1.iter().chain(&b[at].1).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut joined = a.clone();
    if ids.len() == width(a[at].0) {
        joined.remove(at);
    } else {
        joined[at].1 = ids;
    }
    Some(joined)
}
