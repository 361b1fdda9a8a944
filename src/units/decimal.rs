//! Exact decimals from and to text, without the surprises of general parsers.

use rust_decimal::Decimal;
use thiserror::Error;

/// Reason for which a string is not an exact decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecimalFault {
    /// Only digits, one leading minus and one point are allowed.
    #[error("is not a plain decimal number")]
    NotDecimal,
    /// More than 28 significant digits.
    #[error("has more digits than can be held exactly")]
    TooLong,
}

/// Reads `-1234.50` exactly: digits, at most one leading minus, at most one point with digits on both sides.
///
/// Refuses what general parsers accept: `+1`, `.5`, `5.`, `1_000`, `1e5`, and whatever cannot be held exactly.
///
/// ```
/// use quotient::units::{DecimalFault, parse_decimal, plain};
/// assert_eq!(plain(parse_decimal("-1234.50")?), "-1234.50");
/// assert_eq!(parse_decimal("1e5"), Err(DecimalFault::NotDecimal));
/// # Ok::<(), DecimalFault>(())
/// ```
pub fn parse_decimal(text: &str) -> Result<Decimal, DecimalFault> {
    if let Some(value) = short(text) {
        return Ok(value);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !fraction.is_none_or(all_digits) {
        return Err(DecimalFault::NotDecimal);
    }
    let value = Decimal::from_str_exact(text).map_err(|_| DecimalFault::TooLong)?;
    Ok(if value.is_zero() { value.abs() } else { value })
}

/// Reads a decimal of at most 18 digits; `None` for any other text.
fn short(text: &str) -> Option<Decimal> {
    const MOST_DIGITS: usize = 18;
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    // With a point between them; 19 digits fit as well.
    if digits.len() > MOST_DIGITS + 1 {
        return None;
    }
    let (mut units, mut point) = (0_u64, None);
    for (at, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => units = units * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let count = digits.len() - usize::from(point.is_some());
    let decimals = point.map_or(0, |point| count - point);
    let is_plain = count > 0 && count <= MOST_DIGITS && point.is_none_or(|point| point > 0 && decimals > 0);
    let units = i64::try_from(units).ok().filter(|_| is_plain)?;
    Some(Decimal::new(if is_negative { -units } else { units }, u32::try_from(decimals).ok()?))
}

/// Writes a decimal plainly, without exponent and without a minus before zero.
///
/// ```
/// use rust_decimal::Decimal;
/// assert_eq!(quotient::units::plain(Decimal::new(-1250, 2)), "-12.50");
/// assert_eq!(quotient::units::plain(-Decimal::ZERO), "0");
/// ```
pub fn plain(value: Decimal) -> String {
    let mut text = String::new();
    push_plain(value, &mut text);
    text
}

/// Adds what [`plain`] writes to `out`.
pub fn push_plain(value: Decimal, out: &mut String) {
    const MOST_DIGITS: usize = 32;
    let Ok(mut units) = u64::try_from(value.mantissa().unsigned_abs()) else {
        out.push_str(&value.to_string());
        return;
    };
    if value.is_sign_negative() && units > 0 {
        out.push('-');
    }
    let (mut digits, mut count, scale) = ([0; MOST_DIGITS], 0, value.scale() as usize);
    // The last digit comes first; at least one is before the point.
    while count < MOST_DIGITS && (units > 0 || count <= scale) {
        digits[count] = (units % 10) as u8;
        units /= 10;
        count += 1;
    }
    for at in (0..count).rev() {
        out.push(char::from(b'0' + digits[at]));
        if at == scale && at > 0 {
            out.push('.');
        }
    }
}
