//! Faults of units: money, rates, counts and dates that do not fit together, and facts that may be not known.

use crate::units::plain;
use rust_decimal::Decimal;

/// Help for two numbers that cannot be added.
fn sum_help(left_is: &str, right_is: &str) -> &'static str {
    let has = |word: &str| left_is.contains(word) || right_is.contains(word);
    if has("money") && has("rate") {
        "to add a share of the amount write `amount * (1 + rate)`"
    } else if has("money") {
        "multiply the count by an amount for each"
    } else if has("rate") {
        "multiply the count by a rate for each"
    } else {
        "convert one of them into the unit of the other"
    }
}

/// Help for two numbers that cannot be compared.
fn comparison_help(left_is: &str, right_is: &str) -> &'static str {
    let has = |word: &str| left_is.contains(word) || right_is.contains(word);
    if has("money") && has("rate") {
        "divide one amount by another to get a rate, or multiply the rate by an amount"
    } else if has("months") && has("days") {
        "use `months_between(a, b)` or `days_between(a, b)` for both"
    } else {
        "compare values of the same unit"
    }
}

/// The fraction that a percentage means.
fn fraction(percentage: Decimal) -> String {
    let fraction = percentage.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default();
    let digits = fraction.scale().max(2);
    let mut shown = fraction;
    shown.rescale(digits);
    plain(shown)
}

/// The number as a percentage.
fn percent(number: Decimal) -> String {
    plain(number.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).normalize())
}

crate::faults! {
    /// Faults of units.
    pub(super) enum UnitFault {
        /// Two numbers of different units are added or subtracted.
        Sum { operator: String, left: String, left_is: String, right: String, right_is: String } = ScriptUnits {
            message: format!("`{operator}` cannot combine {left_is}, `{left}`, with {right_is}, `{right}`"),
            help: sum_help(left_is, right_is),
        }
        /// Two numbers of different units are compared.
        Comparison { left: String, left_is: String, right: String, right_is: String } = ScriptUnits {
            message: format!("{left_is}, `{left}`, is compared with {right_is}, `{right}`"),
            help: comparison_help(left_is, right_is),
        }
        /// A value is replaced with one of another unit.
        Alternative { left: String, left_is: String, right: String, right_is: String } = ScriptUnits {
            message: format!("`??` replaces {left_is}, `{left}`, with {right_is}, `{right}`"),
            help: "give a value of the same unit after `??`",
        }
        /// Two amounts of money are multiplied.
        Product { left: String, right: String } = ScriptUnits {
            message: format!("`{left}` and `{right}` are both amounts of money and cannot be multiplied"),
            help: "multiply an amount by a rate or a count; divide two amounts to get a rate",
        }
        /// A percentage where a fraction is expected.
        Percentage { expression: Option<String>, number: Decimal } = ScriptUnits {
            message: match expression {
                Some(expression) => format!("`{expression}` is a fraction, and `{}` is {} %", plain(*number), percent(*number)),
                None => format!("a fraction is needed here, and `{}` is {} %", plain(*number), percent(*number)),
            },
            help: format!("for {} % write `{}`", plain(*number), fraction(*number)),
        }
        /// An amount of money is compared with a ratio.
        RatioOfMoney { amount: String, number: Decimal } = ScriptUnits {
            message: format!("`{amount}` is an amount of money, and `{}` looks like a ratio", plain(*number)),
            help: "divide the amount by another one first, or write the amount in full",
        }
        /// A fraction is added to an amount of money.
        FractionAdded { amount: String, fraction: String } = ScriptUnits {
            message: format!("`{fraction}` is added to `{amount}`, which is an amount of money"),
            help: "to add a share of the amount write `amount * (1 + rate)`",
        }
        /// A number of months is compared with a number of days.
        DaysForMonths { expression: String, number: Decimal } = ScriptUnits {
            message: format!("`{expression}` is a number of months, and `{}` looks like a number of days", plain(*number)),
            help: "write the number of months, such as `12` for a year",
        }
        /// A percentage is compared with a fraction.
        FractionForPercentage { expression: String, number: Decimal } = ScriptUnits {
            message: format!("`{expression}` is a percentage, and `{}` is a fraction", plain(*number)),
            help: "compare the rate itself, without `* 100`",
        }
        /// A percentage is an argument that must be a fraction.
        PercentageGiven { function: String, expression: String } = ScriptUnits {
            message: format!("`{function}` needs a fraction, and `{expression}` is a percentage"),
            help: "leave out `* 100`",
        }
        /// A count is compared with an amount of money.
        AmountForCount { expression: String, number: Decimal } = ScriptUnits {
            message: format!("`{expression}` is a count, and `{}` looks like an amount of money", plain(*number)),
            help: "name the amount that is meant, or write a smaller number",
        }
        /// A count is compared with a fraction.
        FractionOfCount { expression: String, number: Decimal } = ScriptUnits {
            message: format!("`{expression}` is a count, and `{}` is a fraction", plain(*number)),
            help: "divide the count by another one first, or write a whole number",
        }
        /// An argument has a unit that the function does not take.
        Argument { function: String, argument: String, expected: &'static str, expression: String, found: String } = ScriptUnits {
            message: format!("`{function}` needs {expected} as {argument}, and `{expression}` is {found}"),
            help: match (expected.contains("money"), found.as_str()) {
                (true, "a rate") => "multiply it by an amount",
                (true, _) => "multiply it by an amount for each, or show it as it is",
                (false, _) => "name another value, or convert it first",
            },
        }
        /// A fraction is given where an amount of money is expected.
        FractionForMoney { function: String, argument: String, expression: String } = ScriptUnits {
            message: format!("`{function}` needs an amount of money as {argument}, and `{expression}` is a fraction"),
            help: "multiply it by an amount",
            severity: Warning,
        }
        /// The value and the threshold of a requirement are swapped.
        Swapped { function: String, value: String, threshold: String } = ScriptUnits {
            message: format!("`{function}` compares the constant `{value}` with `{threshold}`: the two are swapped"),
            help: format!("write `{function}(\"…\", {threshold}, {value})`"),
        }
        /// Two arguments have each other's names.
        SwappedArguments { function: String, first: String, second: String } = ScriptUnits {
            message: format!("`{function}` takes `{first}` before `{second}`, and they are given the other way round"),
            help: "swap the two arguments, or rename the parameters",
            severity: Warning,
        }
        /// A tier asks for the minimum of another tier.
        MinimumOfAnother { tier: String, other: String } = ScriptUnits {
            message: format!("the requirement of `{tier}` asks for the minimum of `{other}`"),
            help: format!("write `tier_minimum(\"{tier}\")`, or name the amount that is meant"),
            severity: Warning,
        }
        /// A requirement asks for an amount of money too small to be meant.
        SmallAmount { amount: String, number: Decimal } = ScriptUnits {
            message: format!("`{amount}` is an amount of money, and `{}` looks like a count", plain(*number)),
            help: "name the count that is meant, or write the amount in full",
        }
        /// Tiers are compared by the alphabet.
        TierOrder { operator: String, left: String, right: String } = ScriptUnits {
            message: format!("`{operator}` compares `{left}` and `{right}` by the alphabet, not by the order of tiers"),
            help: format!("write `rank({left}) {operator} rank({right})`"),
        }
    }
}

crate::faults! {
    /// Faults of guards.
    pub(super) enum GuardFault {
        /// A value that may be not known is used as if it were known.
        Unguarded { expression: String, fact: Option<String>, help: String } = ScriptNotKnown {
            message: match fact {
                Some(fact) => format!("`{expression}` may be not known: `{fact}` is not known for every partner"),
                None => format!("`{expression}` may be not known"),
            },
            help: help.clone(),
            severity: Warning,
        }
        /// A divisor is zero where its fact is not known.
        ZeroDivisor { expression: String } = ScriptNotKnown {
            message: format!("`{expression}` is 0 where it is not known, and nothing can be divided by 0"),
            help: "ask `is_known(…)` first, or give another value after `??`",
            severity: Warning,
        }
    }
}
