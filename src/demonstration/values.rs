//! Values of the demonstration book: money, months, revenue.

use super::channel::Profile;
use super::dice::Dice;
use super::{MONTHS, PRODUCT_LINES, SEASON};
use crate::units::Month;

/// Writes cents as `1234.50`.
pub(super) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

/// Writes thousandths as `0.125`.
pub(super) fn fraction(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000)
}

/// Quotes a text for CSV where it has to be.
pub(super) fn quoted(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The month `offset` months after December 2025.
pub(super) fn month(offset: i32) -> Option<Month> {
    Month::new(2025, 12).map(|last| last.plus(offset))
}

/// A date in the month `offset` months after December 2025.
pub(super) fn day(offset: i32, day: u64) -> String {
    month(offset).map(|month| format!("{month}-{:02}", day.clamp(1, 28))).unwrap_or_default()
}

/// Product line number `index` of a partner and its share of the partner's revenue in thousandths.
pub(super) fn line(profile: &Profile, index: usize) -> (&'static str, u64) {
    let shares: &[u64] = match profile.lines {
        1 => &[1000],
        2 => &[650, 350],
        _ => &[550, 280, 170],
    };
    (PRODUCT_LINES[(profile.first_line + index) % 3], shares.get(index).copied().unwrap_or_default())
}

/// Revenue of a partner's product line in the month `offset` (−23 to 0), in cents; `None` when there was no sale.
pub(super) fn revenue(profile: &Profile, share: u64, offset: i32, dice: &mut Dice, index: usize) -> Option<i64> {
    let noise = dice.between(700, 1300);
    if profile.base == 0 || offset <= -profile.months_with_us {
        return None;
    }
    let month = month(offset)?;
    let factor = if profile.is_monthly { 1 } else { 3 };
    if !profile.is_monthly && month.number() % 3 != (index as u32) % 3 {
        return None;
    }
    let elapsed = (offset + MONTHS) as u64;
    let trend = 1000 + elapsed * profile.growth / MONTHS as u64 - elapsed * 1000 / MONTHS as u64;
    let season = SEASON.get(month.number() as usize - 1).copied().unwrap_or(1000);
    let parts = [share, trend, season, noise, factor * 1000];
    let cents = parts.iter().fold(u128::from(profile.base), |cents, part| cents * u128::from(*part) / 1000);
    let cents = i64::try_from(cents).ok()?;
    // The third quarter of 2025 of partner 7: a project was returned.
    Some(if index == 6 && (-5..=-3).contains(&offset) { -cents / 2 } else { cents })
}
