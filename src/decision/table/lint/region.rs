//! Regions of inputs: the combinations that a gap or an overlap consists of.

use super::super::cuts::RangeId;
use super::super::{DecisionTable, Value};
use std::fmt;

/// Combinations of inputs, as one set of values per input column.
#[derive(Debug, Clone)]
pub struct Region {
    table: DecisionTable,
    /// Column and its ranges, ascending by column; columns that are not named are open.
    parts: Vec<(usize, Vec<RangeId>)>,
}

impl Region {
    pub(super) fn new(table: &DecisionTable, mut parts: Vec<(usize, Vec<RangeId>)>) -> Self {
        parts.sort();
        Self { table: table.clone(), parts }
    }

    /// True when the region contains `inputs`, one value per input column.
    ///
    /// An open column contains a value that is not known only where the table tests for such values.
    pub fn contains(&self, inputs: &[Value]) -> bool {
        let columns = &self.table.index().columns;
        columns.len() == inputs.len()
            && columns.iter().zip(inputs).enumerate().all(|(column, (ranges, value))| {
                let id = ranges.id(value);
                let part = self.parts.iter().find(|(at, _)| *at == column);
                part.map_or_else(|| domain_has(&self.table, column, id), |(_, ids)| ids.binary_search(&id).is_ok())
            })
    }

    /// Number of columns that the region limits.
    pub(super) fn limits(&self) -> usize {
        self.parts.len()
    }
}

impl fmt::Display for Region {
    /// `tier = Gold and attainment in [0.8..0.9)`; `whatever the inputs` when no column is limited.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return f.write_str("whatever the inputs");
        }
        for (at, (column, ids)) in self.parts.iter().enumerate() {
            let name = &self.table.inputs()[*column].name;
            let words = self.table.index().columns[*column].described(ids);
            write!(f, "{}{name} {words}", if at == 0 { "" } else { " and " })?;
        }
        Ok(())
    }
}

/// True when values of range `id` may come in `column`.
///
/// A value that is not known matches no comparison, so every table without a word on it would have a gap there. It
/// counts where the column says `null` or `known`.
pub(super) fn domain_has(table: &DecisionTable, column: usize, id: RangeId) -> bool {
    let ranges = &table.index().columns[column];
    ranges.is_live(id) && (id > 0 || ranges.tests_not_known)
}

/// The ranges that may come in `column`, ascending.
pub(super) fn domain(table: &DecisionTable, column: usize) -> Vec<RangeId> {
    (0..table.index().columns[column].count()).filter(|id| domain_has(table, column, *id)).collect()
}

/// True when `from..=to` contains a value that `column` allows.
fn may_come(table: &DecisionTable, column: usize, from: RangeId, to: RangeId) -> bool {
    let ranges = &table.index().columns[column];
    let from = if from == 0 && !ranges.tests_not_known { 1 } else { from };
    from <= to && ranges.has_live(from, to)
}

/// Number of intervals that a comparison of two cells goes through.
pub(super) fn comparison_cost(table: &DecisionTable, column: usize, a: usize, b: usize) -> usize {
    let ranges = &table.index().columns[column];
    ranges.cell(a).len() + ranges.cell(b).len()
}

/// True when rules `a` and `b` both match some value of `column`.
pub(super) fn cells_meet(table: &DecisionTable, column: usize, a: usize, b: usize) -> bool {
    let ranges = &table.index().columns[column];
    let (mut left, mut right) = (ranges.cell(a).iter().peekable(), ranges.cell(b).iter().peekable());
    while let (Some((a_from, a_to)), Some((b_from, b_to))) = (left.peek(), right.peek()) {
        let (from, to) = (*a_from.max(b_from), *a_to.min(b_to));
        if from <= to && may_come(table, column, from, to) {
            return true;
        }
        if a_to < b_to {
            left.next();
        } else {
            right.next();
        }
    }
    false
}

/// True when every value of `column` that rule `inner` matches, known or not, is matched by rule `outer`.
pub(super) fn cell_within(table: &DecisionTable, column: usize, inner: usize, outer: usize) -> bool {
    let ranges = &table.index().columns[column];
    if ranges.cell(inner) == ranges.cell(outer) || table.rules()[outer].conditions[column].is_any() {
        return true;
    }
    ranges.cell(inner).iter().all(|(from, to)| {
        let mut open = *from;
        let meeting = ranges.cell(outer).iter().skip_while(|(_, end)| end < from).take_while(|(start, _)| start <= to);
        for (start, end) in meeting {
            if open < *start && ranges.has_live(open, start - 1) {
                return false;
            }
            open = end + 1;
        }
        open > *to || !ranges.has_live(open, *to)
    })
}

/// The combinations that all of `rules` match.
pub(super) fn common(table: &DecisionTable, rules: &[usize]) -> Region {
    let parts = (0..table.inputs().len()).filter_map(|column| {
        let ranges = &table.index().columns[column];
        let all = domain(table, column);
        let ids: Vec<RangeId> =
            all.iter().copied().filter(|id| rules.iter().all(|rule| ranges.matches(*rule, *id))).collect();
        (ids.len() < all.len()).then_some((column, ids))
    });
    Region::new(table, parts.collect())
}

/// True when the cell of `rule` in `column` matches some value that may come.
pub(super) fn cell_applies(table: &DecisionTable, column: usize, rule: usize) -> bool {
    table.index().columns[column].cell(rule).iter().any(|(from, to)| may_come(table, column, *from, *to))
}
