//! Sets of values as intervals between cuts, and the ranges of a column that no cell tells apart.

use super::condition::Condition;
use super::value::{Kind, Value, next, previous};

/// Which side of a value a cut is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    Before,
    After,
}

/// A place between values: before all, just before or just after one, after all.
///
/// Where values have neighbours (whole numbers, days, truth values) only `Before` is used, so that equal sets are equal
/// data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cut {
    Low,
    At(Value, Side),
    High,
}

impl Cut {
    pub(crate) fn before(kind: Kind, value: Value) -> Self {
        let first = match kind {
            Kind::Truth => value == Value::Truth(false),
            Kind::Text => matches!(&value, Value::Text(text) if text.is_empty()),
            Kind::Number | Kind::Whole | Kind::Date => false,
        };
        if first { Self::Low } else { Self::At(value, Side::Before) }
    }

    pub(crate) fn after(kind: Kind, value: Value) -> Self {
        match kind {
            Kind::Number | Kind::Text => Self::At(value, Side::After),
            Kind::Whole | Kind::Truth | Kind::Date => {
                next(kind, &value).map_or(Self::High, |next| Self::At(next, Side::Before))
            }
        }
    }
}

/// A non-empty interval between two cuts.
pub(crate) type Interval = (Cut, Cut);

/// A set of values: ascending intervals that neither overlap nor touch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ValueSet(Vec<Interval>);

impl ValueSet {
    /// All values.
    pub(crate) fn all() -> Self {
        Self(vec![(Cut::Low, Cut::High)])
    }

    /// The union of `intervals`; those without a value are left out.
    pub(crate) fn union(intervals: impl IntoIterator<Item = Interval>) -> Self {
        let mut sorted: Vec<Interval> = intervals.into_iter().filter(|(from, to)| from < to).collect();
        sorted.sort();
        let mut joined: Vec<Interval> = Vec::with_capacity(sorted.len());
        for (from, to) in sorted {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = to.max(last.1.clone()),
                _ => joined.push((from, to)),
            }
        }
        Self(joined)
    }

    /// All values that are not in the set.
    pub(crate) fn complement(&self) -> Self {
        let mut out = Vec::with_capacity(self.0.len() + 1);
        let mut from = Cut::Low;
        for (start, end) in &self.0 {
            out.push((from, start.clone()));
            from = end.clone();
        }
        out.push((from, Cut::High));
        Self::union(out)
    }

    /// The intervals, ascending.
    pub(crate) fn intervals(&self) -> &[Interval] {
        &self.0
    }

    /// True without any value.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set in words, after a column's name: `= Gold`, `is Gold or Silver`, `in [0.8..0.9)`.
    pub(crate) fn described(&self, kind: Kind) -> String {
        if self.0.is_empty() {
            return "is nothing".to_owned();
        }
        let outside = self.complement();
        let points = |set: &Self| set.0.iter().map(|interval| point(kind, interval)).collect::<Option<Vec<_>>>();
        if let Some(inside) = points(self) {
            return if inside.len() == 1 {
                format!("= {}", inside[0])
            } else {
                format!("is {}", listed(&inside, "or"))
            };
        }
        if let Some(excluded) = points(&outside).filter(|excluded| !excluded.is_empty()) {
            return if excluded.len() == 1 {
                format!("is not {}", excluded[0])
            } else {
                format!("is none of {}", excluded.iter().map(Value::written).collect::<Vec<_>>().join(", "))
            };
        }
        let parts: Vec<String> = self.0.iter().map(|interval| interval_words(kind, interval)).collect();
        parts.join(" or ")
    }
}

/// The only value of an interval, when it has exactly one.
fn point(kind: Kind, (from, to): &Interval) -> Option<Value> {
    match (from, to) {
        (Cut::At(a, Side::Before), Cut::At(b, Side::After)) if a == b => Some(a.clone()),
        (Cut::At(a, Side::Before), to) if Cut::after(kind, a.clone()) == *to && kind != Kind::Number => Some(a.clone()),
        (Cut::Low, Cut::At(Value::Truth(true), Side::Before)) => Some(Value::Truth(false)),
        (Cut::Low, Cut::At(Value::Text(text), Side::After)) if text.is_empty() => Some(Value::Text(text.clone())),
        _ => None,
    }
}

fn interval_words(kind: Kind, interval: &Interval) -> String {
    if let Some(value) = point(kind, interval) {
        return format!("= {value}");
    }
    let last = |value: &Value| previous(kind, value);
    match interval {
        (Cut::Low, Cut::At(b, Side::Before)) => format!("< {b}"),
        (Cut::Low, Cut::At(b, Side::After)) => format!("<= {b}"),
        (Cut::At(a, Side::Before), Cut::High) => format!(">= {a}"),
        (Cut::At(a, Side::After), Cut::High) => format!("> {a}"),
        (Cut::At(a, from), Cut::At(b, to)) => {
            let open = if *from == Side::Before { '[' } else { '(' };
            match (to, last(b)) {
                (Side::Before, Some(last)) => format!("in {open}{a}..{last}]"),
                (Side::Before, None) => format!("in {open}{a}..{b})"),
                (Side::After, _) => format!("in {open}{a}..{b}]"),
            }
        }
        _ => "is anything".to_owned(),
    }
}

fn listed(values: &[Value], word: &str) -> String {
    let words: Vec<String> = values.iter().map(Value::written).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => words.join(""),
    }
}

/// Number of a range of a column: 0 is "not known", the others ascend with the values.
pub(crate) type RangeId = usize;

/// A column cut at every boundary of its cells: values of one range match exactly the same rows.
#[derive(Debug)]
pub(crate) struct Ranges {
    pub(crate) kind: Kind,
    cuts: Vec<Cut>,
    /// Per range: false when no allowed value lies in it.
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

    /// The range that `value` lies in.
    pub(crate) fn id(&self, value: &Value) -> RangeId {
        if *value == Value::NotKnown {
            return 0;
        }
        self.cuts.partition_point(|cut| match cut {
            Cut::Low => true,
            Cut::At(at, side) => at < value || (at == value && *side == Side::Before),
            Cut::High => false,
        }) + 1
    }

    pub(crate) fn is_live(&self, id: RangeId) -> bool {
        self.live.get(id).copied().unwrap_or(false)
    }

    /// True when an allowed value lies in `from..=to`.
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
