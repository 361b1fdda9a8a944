//! Faults of kinds: values of one kind where another is needed. The checks and the running script report the same ones.

use super::api::kind::Kind;
use crate::finding::{Field, ToField};

impl ToField for Kind {
    fn to_field(&self) -> Field {
        self.words().to_field()
    }
}

/// Help for a pair of operands that an operator does not take.
fn pair_help(operator: &str, left: Kind, right: Kind) -> &'static str {
    let has = |kind: Kind| left == kind || right == kind;
    if operator == "+" && has(Kind::Text) {
        "to put a value into a text write it between backticks: `…${value}…`"
    } else if has(Kind::Date) {
        "use `months_between(a, b)`, `days_between(a, b)`, or compare with `date(\"2026-01-31\")`"
    } else if has(Kind::List) {
        "use `sum`, `average`, `len()`, or look at its items one by one"
    } else if has(Kind::Map) || has(Kind::Facts) || has(Kind::Answer) {
        "name the value you mean, for example `partner.history.prior_revenue`"
    } else if has(Kind::Character) {
        "write texts in double quotes"
    } else {
        "make both the same kind"
    }
}

/// Help for a requirement that is missing in a list.
fn requirement_help(found: Kind) -> &'static str {
    match found {
        Kind::Truth => "name what must hold: `holds(\"business plan\", …)`",
        _ => "write `at_least(\"revenue\", x, 500_000)` or `holds(\"plan\", x)`",
    }
}

crate::faults! {
    /// Faults of kinds.
    pub(super) enum KindFault {
        /// A lookup gives another number of keys than the table has.
        LookupKeys { table: String, keys: Vec<String>, given: usize } = ScriptKinds {
            message: format!("the lookup table `{table}` has {}, not {given}", crate::finding::counted(keys.len(), "key")),
            help: format!("write a list of {}", crate::finding::quoted(keys)),
        }
        /// Peers are asked without naming a fact.
        PeersNeedFact { function: String } = ScriptKinds {
            message: format!("`{function}` of peers needs a fact"),
            help: match function.as_str() {
                "percentile" => "write `peers.percentile(\"history.growth\", 0.75)`".to_owned(),
                "count" => "write `peers.count()`".to_owned(),
                function => format!("write `peers.{function}(\"history.prior_revenue\")`"),
            },
        }
        /// An operator does not take these two operands.
        Pair { operator: String, left: Kind, right: Kind } = ScriptKinds {
            message: format!(
                "`{operator}` cannot {} {left} with {right}",
                match operator.as_str() {
                    "==" | "!=" | "<" | "<=" | ">" | ">=" => "compare",
                    _ => "combine",
                }
            ),
            help: pair_help(operator, *left, *right),
        }
        /// An operator does not take its operand.
        Operand { operator: String, found: Kind } = ScriptKinds {
            message: match operator.as_str() {
                "!" => format!("`!` needs true or false, not {found}"),
                "+" | "-" => format!("`{operator}` needs a number, not {found}"),
                function => format!("`{function}` needs numbers, not {found}"),
            },
            help: match operator.as_str() {
                "!" => "compare first, for example `!(x > 0)`",
                "+" | "-" => "put the sign before a number",
                _ => "name the number you mean",
            },
        }
        /// An operator on bits where a logical one is meant.
        BitOperator { operator: String } = ScriptForbidden {
            message: format!("`{operator}` works on the bits of numbers"),
            help: format!("write `{operator}{operator}`"),
        }
        /// A function does not take a value of this kind as an argument.
        Argument { function: String, argument: String, expected: String, found: Kind, parameters: Vec<String> } = ScriptKinds {
            message: format!("`{function}` needs {expected} as {argument}, not {found}"),
            help: match (expected.as_str(), found) {
                ("a requirement", Kind::Truth) => requirement_help(Kind::Truth).to_owned(),
                ("true or false", Kind::Number) => "compare it, or write `at_least(\"…\", value, threshold)`".to_owned(),
                _ if parameters.is_empty() => String::new(),
                _ => format!("write `{function}({})`", parameters.join(", ")),
            },
        }
        /// A condition is not true or false.
        Condition { word: String, expression: String, found: Kind } = ScriptKinds {
            message: format!("`{word}` needs true or false, but `{expression}` is {found}"),
            help: if *found == Kind::Number { "compare it, for example `> 0`" } else { "compare it, or ask `is_known(…)`" },
        }
        /// The test of a list function does not return true or false.
        Test { function: String, found: Kind } = ScriptKinds {
            message: format!(
                "the test of `{function}` returns {} instead of true or false",
                if *found == Kind::NotKnown { "nothing known" } else { found.words() }
            ),
            help: "compare in the test: `|item| item.amount > 1000`",
        }
        /// `??` replaces a value with one of another kind.
        Alternative { left: &'static str, right: &'static str } = ScriptKinds {
            message: format!("`??` replaces {left} with {right}"),
            help: format!("give {left} after `??`"),
        }
        /// A list of requirements has another value in it.
        Requirements { function: String, found: Kind } = ScriptKinds {
            message: format!("`{function}` needs requirements in its list, not {found}"),
            help: requirement_help(*found),
        }
        /// A `switch` over a value that is not compared by value.
        Switch { expression: String } = ScriptKinds {
            message: format!("`switch` does not compare `{expression}` by value: a label `0` does not match 0.0"),
            help: "write `if x == 0 { … } else { … }`; `switch` is for texts and whole numbers",
        }
        /// A number has more digits than can be stored exactly.
        LongNumber { number: String } = ScriptKinds {
            message: format!("`{number}` has more digits than can be stored exactly"),
            help: "write at most 28 digits",
        }
        /// A loop over a value that has no items.
        Iteration { found: Kind } = ScriptKinds {
            message: format!("`for` needs a list or a range, not {found}"),
            help: "write `for item in list` or `for n in 0..10`",
        }
        /// A loop over a value that has no items, found while the rule ran.
        NotIterable { expression: String } = ScriptKinds {
            message: format!("`for` cannot iterate over `{expression}`"),
            help: "it iterates over lists and ranges; where the list may be missing write `?? []`",
        }
        /// The position in a list is not a whole number.
        Position {} = ScriptKinds {
            message: "the position in a list is a whole number",
            help: "the first item is `list[0]`",
        }
        /// A value that has no items is indexed.
        NoItems { found: Kind } = ScriptKinds {
            message: format!("{found} has no items"),
            help: if *found == Kind::Facts { "name the fact after a point" } else { "only lists and maps have items" },
        }
        /// A field of the records has another kind than the function needs.
        FieldKind { function: String, field: String, expected: Kind, found: Kind } = ScriptKinds {
            message: format!("`{function}` needs {expected} in `{field}`, not {found}"),
            help: "name another field",
        }
        /// `where` compares a field with a value of another kind.
        FieldComparison { field: Kind, value: Kind } = ScriptKinds {
            message: format!("`where` compares {field} with {value}"),
            help: "give a value of the field's own kind",
        }
        /// An input of a decision table has another kind than its column.
        TableInput { table: String, input: String, expected: Kind, found: Kind } = ScriptKinds {
            message: format!("`{input}` of the decision table `{table}` needs {expected}, not {found}"),
            help: "give a value of the column's kind",
        }
        /// An input of a decision table is not a value that tables compare.
        NotComparable { table: String, input: String, found: Kind } = ScriptKinds {
            message: format!("`{input}` of the decision table `{table}` is {found}"),
            help: "give a number, a text, a boolean or a date",
        }
        /// A value is not of the kind that its place needs.
        Mismatch { expression: Option<String> } = ScriptKinds {
            message: match expression {
                Some(expression) => format!("`{expression}` is not of the kind that is needed here"),
                None => "a value is not of the kind that is needed here".to_owned(),
            },
            help: "a condition is true or false; a position in a list is a whole number; a key of a map is a text",
        }
        /// An attribute of the book is not of the kind that the manifest declares.
        Attribute { attribute: String, declared: String, found: String } = ScriptKinds {
            message: format!("the attribute `{attribute}` is declared as {declared} but is {found} for this partner"),
            help: "correct the partner book, or declare another kind in the manifest",
        }
        /// An intervention has no last date.
        InterventionUntil {} = ScriptKinds {
            message: "an intervention has a due date, not a last date",
            help: "write `.due(date)`",
        }
        /// The ends of a range are not whole numbers.
        RangeEnds {} = ScriptKinds {
            message: "a range goes from one whole number to another",
            help: "write it as `0..10`",
        }
        /// The steps of a rebate are not pairs in ascending order.
        Steps { function: String } = ScriptKinds {
            message: format!("`{function}` needs steps such as `[[0, 0.01], [100000, 0.02]]`, lowest first"),
            help: "each step is `[from, rate]`",
        }
    }
}
