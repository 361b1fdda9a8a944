//! Numbers in reasons: short enough to read, never so short that they would say something else.

use rust_decimal::Decimal;

/// A number with its thousands apart, at most two decimals from a thousand on and four below.
///
/// ```
/// use quotient::decision::figure;
/// assert_eq!(figure("1250000.5".parse()?), "1,250,000.50");
/// assert_eq!(figure("0.8333333333333333333333333333".parse()?), "0.8333");
/// # Ok::<(), rust_decimal::Error>(())
/// ```
pub fn figure(number: Decimal) -> String {
    let mut out = String::new();
    push_figure(number, &mut out);
    out
}

/// The same for a value beside its threshold: where rounding would make them equal it goes away from the threshold, so
/// that 0.79999999 never reads as the 0.8 it misses.
pub fn figure_beside(value: Decimal, threshold: Decimal) -> String {
    let mut out = String::new();
    push_beside(value, threshold, &figure(threshold), &mut out);
    out
}

/// The same for a missing amount, rounded up, so that this amount suffices.
pub fn figure_missing(gap: Decimal) -> String {
    let mut out = String::new();
    push_missing(gap, &mut out);
    out
}

/// Adds what [`figure`] writes to `out`.
pub(crate) fn push_figure(number: Decimal, out: &mut String) {
    push_rounded(number, Rounding::Nearest, out);
}

/// Adds what [`figure_beside`] writes, for a threshold that [`figure`] writes as `shown`.
pub(crate) fn push_beside(value: Decimal, threshold: Decimal, shown: &str, out: &mut String) {
    let start = out.len();
    push_figure(value, out);
    if out.get(start..) != Some(shown) || value == threshold {
        return;
    }
    out.truncate(start);
    push_rounded(value, if value < threshold { Rounding::Down } else { Rounding::Up }, out);
}

/// Adds what [`figure_missing`] writes to `out`.
pub(crate) fn push_missing(gap: Decimal, out: &mut String) {
    push_rounded(gap, Rounding::Away, out);
}

/// Direction in which a number is rounded; halves away from zero for the nearest one.
#[derive(Debug, Clone, Copy)]
enum Rounding {
    Nearest,
    Away,
    Up,
    Down,
}

/// The powers of ten that a scale can have.
const POWERS: [u128; 29] = {
    let (mut powers, mut at) = ([1; 29], 1);
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

fn power(scale: u32) -> u128 {
    POWERS.get(scale as usize).copied().unwrap_or(u128::MAX)
}

fn push_rounded(number: Decimal, rounding: Rounding, out: &mut String) {
    let (units, scale) = (number.mantissa().unsigned_abs(), number.scale());
    let decimals = if units < power(scale).saturating_mul(1_000) { 4 } else { 2 };
    let (mut units, mut scale) = rounded(number, decimals, rounding);
    push_sign(number, units, out);
    while let (true, (rest, 0)) = (scale > 0, last_digit(units)) {
        (units, scale) = (rest, scale - 1);
    }
    push_digits(units, scale, out);
    if scale == 1 && units >= 10_000 {
        out.push('0');
    }
}

/// Adds a number with its thousands apart and two decimals, halves away from zero.
pub(crate) fn push_cents(number: Decimal, out: &mut String) {
    const DECIMALS: u32 = 2;
    let (units, scale) = rounded(number, DECIMALS, Rounding::Nearest);
    let units = units.saturating_mul(power(DECIMALS - scale));
    push_sign(number, units, out);
    push_digits(units, DECIMALS, out);
}

/// The number in units of at most that many decimals, without its sign, and how many they are.
fn rounded(number: Decimal, decimals: u32, rounding: Rounding) -> (u128, u32) {
    let (units, scale) = (number.mantissa().unsigned_abs(), number.scale());
    if scale <= decimals {
        return (units, scale);
    }
    let (by, is_negative) = (power(scale - decimals), number.is_sign_negative());
    // Most fit into 64 bits, where a division takes a fraction of the time.
    let (whole, rest) = match (u64::try_from(units), u64::try_from(by)) {
        (Ok(units), Ok(by)) => ((units / by).into(), (units % by).into()),
        _ => (units / by, units % by),
    };
    let is_up = match rounding {
        Rounding::Nearest => rest >= by - rest,
        Rounding::Away => rest > 0,
        Rounding::Up => rest > 0 && !is_negative,
        Rounding::Down => rest > 0 && is_negative,
    };
    (whole + u128::from(is_up), decimals)
}

fn push_sign(number: Decimal, units: u128, out: &mut String) {
    if number.is_sign_negative() && units > 0 {
        out.push('-');
    }
}

/// The digits before the last one, and that one.
fn last_digit(units: u128) -> (u128, u8) {
    match u64::try_from(units) {
        Ok(units) => ((units / 10).into(), (units % 10) as u8),
        Err(_) => (units / 10, (units % 10) as u8),
    }
}

/// Adds a number of units of that scale with its thousands apart.
fn push_digits(mut units: u128, scale: u32, out: &mut String) {
    let (mut digits, mut count, scale) = ([b'0'; 40], 0, scale as usize);
    while let Some(digit) = digits.get_mut(count) {
        if units == 0 && count > scale {
            break;
        }
        let (rest, last) = last_digit(units);
        (*digit, units) = (b'0' + last, rest);
        count += 1;
    }
    for (at, digit) in digits.iter().enumerate().take(count).rev() {
        out.push(char::from(*digit));
        match at.checked_sub(scale) {
            Some(0) if scale > 0 => out.push('.'),
            Some(left) if left > 0 && left.is_multiple_of(3) => out.push(','),
            _ => {}
        }
    }
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
