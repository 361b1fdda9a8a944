//! Numbers in reasons: short enough to read, never so short that they would say something else.

use crate::units::plain;
use rust_decimal::{Decimal, RoundingStrategy};

/// A number with its thousands apart, at most two decimals from a thousand on and four below.
///
/// ```
/// use quotient::decision::figure;
/// assert_eq!(figure("1250000.5".parse()?), "1,250,000.50");
/// assert_eq!(figure("0.8333333333333333333333333333".parse()?), "0.8333");
/// # Ok::<(), rust_decimal::Error>(())
/// ```
pub fn figure(number: Decimal) -> String {
    rounded(number, RoundingStrategy::MidpointAwayFromZero)
}

/// The same for a value beside its threshold: where rounding would make them equal it goes away from the threshold, so
/// that 0.79999999 never reads as the 0.8 it misses.
pub fn figure_beside(value: Decimal, threshold: Decimal) -> String {
    let text = figure(value);
    if value == threshold || text != figure(threshold) {
        return text;
    }
    let away =
        if value < threshold { RoundingStrategy::ToNegativeInfinity } else { RoundingStrategy::ToPositiveInfinity };
    rounded(value, away)
}

/// The same for a missing amount, rounded up, so that this amount suffices.
pub fn figure_missing(gap: Decimal) -> String {
    rounded(gap, RoundingStrategy::AwayFromZero)
}

fn rounded(number: Decimal, strategy: RoundingStrategy) -> String {
    let decimals = if number.abs() < Decimal::ONE_THOUSAND { 4 } else { 2 };
    let short = number.round_dp_with_strategy(decimals, strategy).normalize();
    if short.abs() < Decimal::ONE_THOUSAND {
        return plain(short);
    }
    let text = plain(short);
    let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("-", digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let cents = rest.map(|rest| format!(".{rest:0<2}")).unwrap_or_default();
    format!("{sign}{}{cents}", with_thousands(whole))
}

/// Digits with a comma before each group of three.
fn with_thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len().saturating_mul(2));
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The numbers of a text such as `[500000..1000000)` with their thousands apart.
pub(crate) fn figures_in(text: &str) -> String {
    let mut out = String::new();
    let (mut digits, mut is_fraction) = (String::new(), false);
    for next in text.chars().chain([' ']) {
        if next.is_ascii_digit() {
            digits.push(next);
            continue;
        }
        let is_decimal = is_fraction && !digits.is_empty();
        out.push_str(&if is_decimal {
            std::mem::take(&mut digits)
        } else {
            with_thousands(&std::mem::take(&mut digits))
        });
        // The point of a number is followed by decimals, the points of a range by another number.
        is_fraction = next == '.' && !out.ends_with('.');
        out.push(next);
    }
    out.trim_end().to_owned()
}
