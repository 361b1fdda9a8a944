//! Opportunities of the demonstration book.

use super::STAGES;
use super::channel::{Channel, Profile};
use super::dice::Dice;
use super::values::{day, fraction, line, money};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes all opportunities of a partner.
pub(super) fn write_opportunities(
    channel: &Channel,
    index: usize,
    one: &Profile,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut dice = Dice::new(channel.seed, index, 5);
    let usual = dice.between(0, 5);
    let open = match index {
        7 => 1,
        8 => 14,
        _ if channel.is_dense() => usual + u64::from(one.base > 6_000_000) * 3,
        _ => usual % 2,
    };
    let closed = if channel.is_dense() && one.months_with_us >= 12 { dice.between(0, 5) } else { 0 };
    for number in 0..open + closed {
        let is_open = number < open;
        let size = match index {
            7 => 40,
            8 => 2500,
            _ => dice.between(200, 2200),
        };
        let amount = (one.base.max(300_000) * size / 1000 / 10_000 + 1) * 10_000;
        let (stage, probability) = STAGES[dice.between(0, 3) as usize];
        let (status, stage, probability) = match (is_open, dice.chance(380)) {
            (true, _) => ("open", stage, fraction(probability as i64 * 10)),
            (false, true) => ("won", "Closed Won", "1.000".to_owned()),
            (false, false) => ("lost", "Closed Lost", "0.000".to_owned()),
        };
        let offset = if is_open { dice.between(1, 12) as i32 } else { -(dice.between(0, 11) as i32) };
        let close = day(offset, dice.between(1, 28));
        let registered = day((offset - dice.between(2, 9) as i32).min(0), dice.between(1, 28));
        let (product_line, _) = line(one, dice.between(0, one.lines as u64 - 1) as usize);
        let mut id = String::new();
        let _ = write!(id, "{}-{:02}", one.id.replacen('P', "O", 1), number + 1);
        let territory = one.territory.unwrap_or_default();
        let amount = money(amount as i64);
        writeln!(
            out,
            "{id},{},{amount},{stage},{status},{probability},{close},{product_line},{territory},{registered},USD",
            one.id
        )?;
    }
    write_quarter(channel, index, one, open + closed, out)
}

/// Deals after the first `before` of a partner: those to close in the last quarter of 2025, as of its beginning.
fn write_quarter(channel: &Channel, index: usize, one: &Profile, before: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut dice = Dice::new(channel.seed, index, 11);
    let (deals, low, high) = match (one.months_with_us < 6, channel.is_dense()) {
        (true, _) => (0, 0, 0),
        (false, true) => (dice.between(0, 7), 1000, 6000),
        (false, false) => (dice.between(0, 1), 2000, 24_000),
    };
    for number in before..before + deals {
        let amount = (one.base.max(300_000) * dice.between(low, high) / 1000 / 10_000 + 1) * 10_000;
        let (stage, probability) = STAGES[dice.between(0, 3) as usize];
        let close = day(-(dice.between(0, 2) as i32), dice.between(1, 28));
        let registered = day(-(dice.between(3, 8) as i32), dice.between(1, 28));
        let (product_line, _) = line(one, dice.between(0, one.lines as u64 - 1) as usize);
        writeln!(
            out,
            "{}-{:02},{},{},{stage},open,{},{close},{product_line},{},{registered},USD",
            one.id.replacen('P', "O", 1),
            number + 1,
            one.id,
            money(amount as i64),
            fraction(probability as i64 * 10),
            one.territory.unwrap_or_default(),
        )?;
    }
    Ok(())
}
