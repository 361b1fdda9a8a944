//! Sets of values as intervals between cuts.

use super::value::{Kind, Value, next, previous};

/// Side of a value on which a cut is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    Before,
    After,
}

/// A place between values: before all, just before or just after one, after all.
///
/// For values with neighbours (whole numbers, dates, booleans) only `Before` is used, so that equal sets are equal
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
