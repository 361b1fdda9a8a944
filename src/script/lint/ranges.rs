//! Sets of values that comparisons with a literal leave: whether several of them can hold at once.

use rust_decimal::Decimal;

/// An end of a range; true when the end is part of it.
type End = Option<(Decimal, bool)>;

/// Comparison of one subject with a literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Numbers from `low` to `high`; true for an end that is part of them.
    Between { low: End, high: End },
    /// A text that it is (true), or is not.
    Text { text: String, is_equal: bool },
}

impl Test {
    /// The test `subject operator number`; `None` for operators that leave two ranges.
    pub fn number(operator: &str, number: Decimal) -> Option<Self> {
        let (low, high) = match operator {
            "<" => (None, Some((number, false))),
            "<=" => (None, Some((number, true))),
            ">" => (Some((number, false)), None),
            ">=" => (Some((number, true)), None),
            "==" => (Some((number, true)), Some((number, true))),
            _ => return None,
        };
        Some(Self::Between { low, high })
    }

    pub fn text(operator: &str, text: &str) -> Option<Self> {
        let is_equal = match operator {
            "==" => true,
            "!=" => false,
            _ => return None,
        };
        Some(Self::Text { text: text.to_owned(), is_equal })
    }

    /// The test that holds when this one does not; `None` where that leaves two ranges.
    pub fn negated(&self) -> Option<Self> {
        match self {
            Self::Between { low: None, high: Some((number, is_part)) } => {
                Some(Self::Between { low: Some((*number, !is_part)), high: None })
            }
            Self::Between { low: Some((number, is_part)), high: None } => {
                Some(Self::Between { low: None, high: Some((*number, !is_part)) })
            }
            Self::Between { .. } => None,
            Self::Text { text, is_equal } => Some(Self::Text { text: text.clone(), is_equal: !is_equal }),
        }
    }
}

/// True when no value passes all tests.
pub(super) fn is_impossible<'t>(tests: impl IntoIterator<Item = &'t Test> + Clone) -> bool {
    let (mut low, mut high): (End, End) = (None, None);
    let mut texts: (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for test in tests {
        match test {
            Test::Between { low: from, high: to } => {
                low = narrower(low, *from, |one, other| one > other);
                high = narrower(high, *to, |one, other| one < other);
            }
            Test::Text { text, is_equal: true } => texts.0.push(text),
            Test::Text { text, is_equal: false } => texts.1.push(text),
        }
    }
    let is_empty = match (low, high) {
        (Some((low, from)), Some((high, to))) => low > high || (low == high && !(from && to)),
        _ => false,
    };
    let (equal, unequal) = texts;
    is_empty || equal.iter().any(|text| unequal.contains(text) || equal[0] != *text)
}

/// The end that leaves fewer values.
fn narrower(one: End, other: End, is_inside: fn(Decimal, Decimal) -> bool) -> End {
    match (one, other) {
        (Some((first, is_part)), Some((second, is_other_part))) => {
            if is_inside(first, second) {
                Some((first, is_part))
            } else if first == second {
                Some((first, is_part && is_other_part))
            } else {
                Some((second, is_other_part))
            }
        }
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(operator: &str, number: i64) -> Test {
        Test::number(operator, Decimal::from(number)).unwrap()
    }

    #[test]
    fn tests_that_exclude_each_other_are_impossible_and_others_are_not() {
        for (tests, expected) in [
            (vec![number(">", 5), number("<", 3)], true),
            (vec![number(">", 5), number("<=", 5)], true),
            (vec![number(">=", 5), number("<=", 5)], false),
            (vec![number(">", 3), number("<", 5)], false),
            (vec![number("==", 3), number(">", 3)], true),
            (vec![Test::text("==", "Gold").unwrap(), Test::text("==", "Silver").unwrap()], true),
            (vec![Test::text("==", "Gold").unwrap(), Test::text("!=", "Silver").unwrap()], false),
            (vec![Test::text("!=", "Gold").unwrap(), Test::text("!=", "Silver").unwrap()], false),
        ] {
            assert_eq!(is_impossible(&tests), expected, "{tests:?}");
        }
    }
}
