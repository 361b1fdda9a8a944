//! Roots, logarithms and whole numbers, with stated rounding.

use super::super::outcome_fault::OutcomeFault;
use super::super::statistics::{MAX_ROOT, ln, log10, root};
use super::complaint::Complaint;
use super::function::{Call, Function, Outcome, functions};
use rhai::Dynamic;
use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals to which a root or logarithm is rounded unless others are named.
const PLACES: u32 = 12;

functions! {
    PRECISE_FUNCTIONS:
    whole (["x"]) -> "whole number":
        "The number as a whole number, for ranges and positions in lists. A number with decimals stops the rule: round it first.",
        ["whole(12 / 4) == 3", "[5, 6, 7][whole(2.0)] == 7"],
        |call| call.whole(0).map(Dynamic::from_int);
    root (["x", "n"] | ["x", "n", "places"]) -> "number":
        "The `n`-th root, `n` from 1 to 12, rounded to `places` decimals (12 unless given); halves go away from zero. The number is not negative.",
        ["root(9, 2) == 3", "root(1.331, 3) == 1.1", "root(2, 2, 4) == 1.4142"],
        |call| {
            let (x, n) = (call.number(0)?, call.whole(1)?);
            if !(1..=MAX_ROOT).contains(&n) {
                return Err(OutcomeFault::RootDegree { degree: n, most: MAX_ROOT }.into());
            }
            if x < Decimal::ZERO {
                return Err(OutcomeFault::RootOfNegative { number: x }.into());
            }
            call.precise(root(x, n), 2)
        };
    ln (["x"] | ["x", "places"]) -> "number":
        "The natural logarithm of a number above zero, rounded to `places` decimals (12 unless given); halves go away from zero.",
        ["ln(1) == 0", "ln(2, 6) == 0.693147"],
        |call| call.positive().and_then(|x| call.precise(ln(x), 1));
    log10 (["x"] | ["x", "places"]) -> "number":
        "The logarithm to base 10 of a number above zero, rounded to `places` decimals (12 unless given); halves go away from zero.",
        ["log10(1_000) == 3", "log10(2, 4) == 0.301"],
        |call| call.positive().and_then(|x| call.precise(log10(x), 1));
}

impl Call<'_, '_> {
    fn positive(&self) -> Result<Decimal, Box<rhai::EvalAltResult>> {
        let x = self.number(0)?;
        if x <= Decimal::ZERO {
            return Err(OutcomeFault::Logarithm { function: self.function.to_owned(), number: x }.into());
        }
        Ok(x)
    }

    /// The number rounded to the decimals in that argument.
    fn precise(&self, number: Option<Decimal>, places: usize) -> Outcome {
        let places = if places < self.arguments.len() { self.places(places)? } else { PLACES };
        let number = number.ok_or_else(Complaint::out_of_range)?;
        let rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        Ok(Dynamic::from_decimal(rounded.normalize()))
    }
}
