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

/// Writes a decimal plainly, without exponent and without a minus before zero.
///
/// ```
/// use rust_decimal::Decimal;
/// assert_eq!(quotient::units::plain(Decimal::new(-1250, 2)), "-12.50");
/// assert_eq!(quotient::units::plain(-Decimal::ZERO), "0");
/// ```
pub fn plain(value: Decimal) -> String {
    if value.is_zero() { value.abs().to_string() } else { value.to_string() }
}
