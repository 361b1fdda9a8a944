//! The ranges of a column that no cell distinguishes.

use super::condition::Condition;
use super::interval::{Cut, Interval, Side, ValueSet};
use super::value::{Kind, Value};
use std::cmp::Ordering;

/// Number of a range of a column: 0 is "not known", the others ascend with the values.
pub(crate) type RangeId = usize;

/// A column cut at every boundary of its cells: values of one range match exactly the same rows.
#[derive(Debug)]
pub(crate) struct Ranges {
    pub(crate) kind: Kind,
    cuts: Vec<Cut>,
    /// Per range: false when it contains no allowed value.
    live: Vec<bool>,
    live_before: Vec<usize>,
    /// Per row: the ranges of its cell, ascending, inclusive on both ends.
    cells: Vec<Vec<(RangeId, RangeId)>>,
    /// True when some cell, or the list of allowed values, speaks of what is not known.
    pub(crate) tests_not_known: bool,
}

impl Ranges {
    pub(crate) fn new(kind: Kind, cells: &[&Condition], domain: Option<&Condition>) -> Self {
        let mut cuts: Vec<Cut> = cells
            .iter()
            .copied()
            .chain(domain)
            .flat_map(|cell| cell.set.intervals())
            .flat_map(|(from, to)| [from.clone(), to.clone()])
            .filter(|cut| matches!(cut, Cut::At(..)))
            .collect();
        cuts.sort();
        cuts.dedup();
        let mut ranges = Self {
            kind,
            live: vec![true; cuts.len() + 2],
            cuts,
            live_before: Vec::new(),
            cells: Vec::new(),
            tests_not_known: cells.iter().copied().chain(domain).any(|cell| cell.names_not_known),
        };
        if let Some(domain) = domain {
            let allowed = ranges.of_set(&domain.set);
            for (id, live) in ranges.live.iter_mut().enumerate().skip(1) {
                *live = allowed.iter().any(|(from, to)| (*from..=*to).contains(&id));
            }
        }
        let mut count = 0;
        ranges.live_before.push(0);
        for live in &ranges.live {
            count += usize::from(*live);
            ranges.live_before.push(count);
        }
        ranges.cells = cells.iter().map(|cell| ranges.of_cell(cell)).collect();
        ranges
    }

    /// Number of ranges, "not known" included.
    pub(crate) fn count(&self) -> usize {
        self.live.len()
    }

    /// The range that contains `value`.
    pub(crate) fn id(&self, value: &Value) -> RangeId {
        if *value == Value::NotKnown {
            return 0;
        }
        self.cuts.partition_point(|cut| match cut {
            Cut::Low => true,
            Cut::At(at, side) => match at.cmp(value) {
                Ordering::Equal => *side == Side::Before,
                order => order.is_lt(),
            },
            Cut::High => false,
        }) + 1
    }

    pub(crate) fn is_live(&self, id: RangeId) -> bool {
        self.live.get(id).copied().unwrap_or(false)
    }

    /// True when `from..=to` contains an allowed value.
    pub(crate) fn has_live(&self, from: RangeId, to: RangeId) -> bool {
        self.live_before[to + 1] > self.live_before[from]
    }

    /// The ranges of the cell in `rule`.
    pub(crate) fn cell(&self, rule: usize) -> &[(RangeId, RangeId)] {
        &self.cells[rule]
    }

    pub(crate) fn matches(&self, rule: usize, id: RangeId) -> bool {
        let cell = &self.cells[rule];
        let at = cell.partition_point(|(_, to)| *to < id);
        cell.get(at).is_some_and(|(from, _)| *from <= id)
    }

    fn of_cell(&self, cell: &Condition) -> Vec<(RangeId, RangeId)> {
        let mut ids = self.of_set(&cell.set);
        if cell.matches_not_known {
            match ids.first_mut() {
                Some(first) if first.0 == 1 => first.0 = 0,
                _ => ids.insert(0, (0, 0)),
            }
        }
        ids
    }

    fn of_set(&self, set: &ValueSet) -> Vec<(RangeId, RangeId)> {
        let start = |cut: &Cut| match cut {
            Cut::Low => 1,
            cut => self.cuts.partition_point(|at| at <= cut) + 1,
        };
        let end = |cut: &Cut| match cut {
            Cut::High => self.cuts.len() + 1,
            cut => self.cuts.partition_point(|at| at < cut) + 1,
        };
        set.intervals().iter().map(|(from, to)| (start(from), end(to))).collect()
    }

    /// The cuts on both sides of a range; `None` for "not known".
    pub(crate) fn bounds(&self, id: RangeId) -> Option<Interval> {
        if id == 0 || id >= self.count() {
            return None;
        }
        let from = if id == 1 { Cut::Low } else { self.cuts[id - 2].clone() };
        Some((from, self.cuts.get(id - 1).cloned().unwrap_or(Cut::High)))
    }

    /// `ids` (ascending) in words, after a column's name.
    ///
    /// Ranges without an allowed value on both sides of a gap are not counted as holes.
    pub(crate) fn described(&self, ids: &[RangeId]) -> String {
        let set = ValueSet::union(ids.iter().filter_map(|id| self.bounds(*id)));
        match (ids.first() == Some(&0), set.is_empty()) {
            (true, true) => "is not known".to_owned(),
            (true, false) if set == ValueSet::all() => "is anything".to_owned(),
            (true, false) => format!("{} or is not known", set.described(self.kind)),
            (false, _) if set == ValueSet::all() => "is known".to_owned(),
            (false, _) => set.described(self.kind),
        }
    }
}
