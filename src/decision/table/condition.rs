//! Conditions: what a cell of an input column says, as a set of values.

use super::interval::{Cut, Interval, ValueSet};
use super::table_fault::CellFault;
use super::value::{Kind, Value, kind_of, literal};

/// Condition in a cell of an input column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The cell as written.
    pub text: String,
    /// The known values that match.
    pub set: ValueSet,
    /// True when a value that is not known matches.
    pub matches_not_known: bool,
    /// True when the cell says so in words: `null` or `known`.
    pub names_not_known: bool,
    /// The values listed one by one, in the order written; empty when the cell has anything but single values.
    pub listed: Vec<Value>,
}

/// One test of a cell, with its values as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test<'t> {
    NotKnown,
    Known,
    Compared(Comparison, &'t str),
    Within { from: &'t str, from_included: bool, to: &'t str, to_included: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Condition {
    /// Reads a cell of a column of `kind`.
    pub(crate) fn parse(text: &str, kind: Kind) -> Result<Self, CellFault> {
        if is_any(text) {
            return Ok(Self::any(text));
        }
        let (negated, tests) = tests(text)?;
        if matches!(kind, Kind::Number | Kind::Whole) && has_tight_comma(text) {
            return Err(CellFault::AmbiguousComma { text: text.to_owned() });
        }
        let mut intervals = Vec::new();
        let (mut null, mut known) = (false, false);
        let mut listed = Vec::new();
        for test in &tests {
            match test {
                Test::NotKnown => null = true,
                Test::Known => known = true,
                Test::Compared(..) | Test::Within { .. } => intervals.extend(test.intervals(kind)?),
            }
            match test {
                Test::NotKnown => listed.push(Value::NotKnown),
                Test::Compared(Comparison::Equal, value) => listed.push(literal(value, kind)?),
                Test::Known | Test::Compared(..) | Test::Within { .. } => {}
            }
        }
        if negated || listed.len() != tests.len() {
            listed.clear();
        }
        let stated = ValueSet::union(if known { vec![(Cut::Low, Cut::High)] } else { intervals });
        // A value that is not known is not known to differ either: `not(Gold)` does not match it.
        let set = if negated { stated.complement() } else { stated };
        let matches_not_known = null && !negated || negated && known && !null;
        Ok(Self { text: text.to_owned(), set, matches_not_known, names_not_known: null || known, listed })
    }

    fn any(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            set: ValueSet::all(),
            matches_not_known: true,
            names_not_known: false,
            listed: Vec::new(),
        }
    }

    /// True when every value matches, known or not.
    pub(crate) fn is_any(&self) -> bool {
        self.matches_not_known && self.set == ValueSet::all()
    }

    /// True when `value` matches. The reference for the index.
    pub(crate) fn matches(&self, kind: Kind, value: &Value) -> bool {
        if *value == Value::NotKnown {
            return self.matches_not_known;
        }
        let at = Cut::before(kind, value.clone());
        self.set.intervals().iter().any(|(from, to)| *from <= at && at < *to)
    }
}

/// True for a cell that leaves its input open: empty or `-`.
pub(crate) fn is_any(text: &str) -> bool {
    text.is_empty() || text == "-"
}

/// The kinds that the values of a condition have by their form, in the order written.
pub(crate) fn kinds(text: &str) -> Result<Vec<Kind>, CellFault> {
    if is_any(text) {
        return Ok(Vec::new());
    }
    let mut kinds = Vec::new();
    for test in tests(text)?.1 {
        match test {
            Test::NotKnown | Test::Known => {}
            Test::Compared(_, value) => kinds.push(kind_of(value)?),
            Test::Within { from, to, .. } => kinds.extend([kind_of(from)?, kind_of(to)?]),
        }
    }
    Ok(kinds)
}

/// The tests of a cell, and true when `not(…)` encloses them.
fn tests(text: &str) -> Result<(bool, Vec<Test<'_>>), CellFault> {
    let (negated, inner) = match text.strip_prefix("not(").or_else(|| text.strip_prefix("not (")) {
        Some(rest) => match rest.strip_suffix(')') {
            Some(inner) => (true, inner),
            None => return Err(CellFault::UnclosedParenthesis { text: text.to_owned() }),
        },
        None => (false, text),
    };
    let mut tests = Vec::new();
    for part in split(inner).map_err(|()| CellFault::UnclosedQuote { text: text.to_owned() })? {
        tests.push(Test::parse(part)?);
    }
    Ok((negated, tests))
}

/// Splits at the commas outside of double quotes; fails when a quote stays open.
fn split(text: &str) -> Result<Vec<&str>, ()> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    if quoted { Err(()) } else { Ok(parts) }
}

/// True for a comma between two digits without a space: `0,5`, `1,000`.
fn has_tight_comma(text: &str) -> bool {
    text.as_bytes().windows(3).any(|three| three[0].is_ascii_digit() && three[1] == b',' && three[2].is_ascii_digit())
}

const COMPARISONS: [(&str, Comparison); 6] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
];

/// Spellings that mean a comparison elsewhere, with the one meant here.
const MISSPELT: [(&str, &str); 8] =
    [("≤", "<="), ("≥", ">="), ("≠", "!="), ("=<", "<="), ("=>", ">="), ("<>", "!="), ("==", "="), ("!", "not(…)")];

impl<'t> Test<'t> {
    fn parse(text: &'t str) -> Result<Self, CellFault> {
        if text.is_empty() || is_any(text) {
            return Err(CellFault::MissingValue {});
        }
        match text {
            "null" => return Ok(Self::NotKnown),
            "known" => return Ok(Self::Known),
            _ => {}
        }
        if let Some((wrong, meant)) = MISSPELT.iter().find(|(wrong, _)| text.starts_with(wrong))
            && !text.starts_with("!=")
        {
            return Err(CellFault::ComparisonSpelling { found: wrong, meant });
        }
        if let Some((sign, comparison)) = COMPARISONS.iter().find(|(sign, _)| text.starts_with(sign)) {
            let value = text[sign.len()..].trim();
            if value.is_empty() {
                return Err(CellFault::MissingOperand { text: text.to_owned(), sign });
            }
            return Ok(Self::Compared(*comparison, value));
        }
        if text.starts_with(['[', '(', ']']) {
            return Self::interval(text);
        }
        let bare = !text.starts_with('"') && !text.starts_with("date(");
        if bare && text.contains("..") && text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return Err(CellFault::UnbracketedRange { text: text.to_owned() });
        }
        Ok(Self::Compared(Comparison::Equal, text))
    }

    fn interval(text: &'t str) -> Result<Self, CellFault> {
        let fault = || CellFault::NotAnInterval { text: text.to_owned() };
        let from_included = text.starts_with('[');
        let to_included = match text.chars().last() {
            Some(']') => true,
            Some(')' | '[') => false,
            _ => return Err(fault()),
        };
        let inner = text.get(1..text.len() - 1).ok_or_else(fault)?;
        let (from, to) = inner.split_once("..").ok_or_else(fault)?;
        let (from, to) = (from.trim(), to.trim());
        if from.is_empty() || to.is_empty() {
            return Err(CellFault::OneEndedInterval { text: text.to_owned() });
        }
        Ok(Self::Within { from, from_included, to, to_included })
    }

    /// The values that match a comparison or an interval.
    fn intervals(self, kind: Kind) -> Result<Vec<Interval>, CellFault> {
        let before = |value: &Value| Cut::before(kind, value.clone());
        let after = |value: &Value| Cut::after(kind, value.clone());
        match self {
            Self::NotKnown | Self::Known => Ok(Vec::new()),
            Self::Compared(comparison, text) => {
                let value = literal(text, kind)?;
                if kind == Kind::Truth && !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
                    return Err(CellFault::OrderedBoolean { text: text.to_owned() });
                }
                Ok(match comparison {
                    Comparison::Less => vec![(Cut::Low, before(&value))],
                    Comparison::LessOrEqual => vec![(Cut::Low, after(&value))],
                    Comparison::Greater => vec![(after(&value), Cut::High)],
                    Comparison::GreaterOrEqual => vec![(before(&value), Cut::High)],
                    Comparison::Equal => vec![(before(&value), after(&value))],
                    Comparison::NotEqual => vec![(Cut::Low, before(&value)), (after(&value), Cut::High)],
                })
            }
            Self::Within { from, from_included, to, to_included } => {
                let (low, high) = (literal(from, kind)?, literal(to, kind)?);
                let start = if from_included { before(&low) } else { after(&low) };
                let end = if to_included { after(&high) } else { before(&high) };
                if low > high {
                    return Err(CellFault::ReversedInterval { low, high });
                }
                if start >= end {
                    return Err(CellFault::EmptyInterval { low, high });
                }
                Ok(vec![(start, end)])
            }
        }
    }
}
