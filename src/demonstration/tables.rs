//! Tables of the demonstration book as CSV.

use super::channel::Channel;
use super::dice::Dice;
use super::opportunities::write_opportunities;
use super::values::{day, fraction, line, money, month, quoted, revenue};
use super::{MANAGERS, MONTHS, PRODUCT_LINES, TERRITORIES, VERTICALS};
use crate::intake::TableKind;
use std::io::{self, Write};

/// Writes the table `kind` as CSV.
pub(super) fn write_table(channel: &Channel, kind: TableKind, out: &mut dyn Write) -> io::Result<()> {
    let partners = || (0..channel.partners).map(|index| (index, channel.profile(index)));
    match kind {
        TableKind::Partners => {
            writeln!(
                out,
                "partner_id,partner_name,tier,territory,vertical,product_lines,account_manager,since,employees,focus_account"
            )?;
            for (index, one) in partners() {
                let mut dice = Dice::new(channel.seed, index, 2);
                let lines: Vec<&str> = (0..one.lines).map(|index| line(&one, index).0).collect();
                let since = day(-one.months_with_us, dice.between(1, 28));
                let employees = dice.between(4, 60) + one.base / 150_000 % 400;
                writeln!(
                    out,
                    "{},{},{},{},{},{},{},{since},{employees},{}",
                    one.id,
                    quoted(&one.name),
                    one.tier.unwrap_or_default(),
                    one.territory.unwrap_or_default(),
                    one.vertical,
                    lines.join(";"),
                    dice.pick(&MANAGERS),
                    dice.chance(150),
                )?;
            }
        }
        TableKind::Revenue => {
            writeln!(out, "partner_id,month,product_line,territory,amount,currency")?;
            for (index, one) in partners() {
                let mut dice = Dice::new(channel.seed, index, 3);
                let sells_abroad = dice.chance(100);
                for offset in (1 - MONTHS)..=0 {
                    for (product_line, share) in (0..one.lines).map(|index| line(&one, index)) {
                        let amount = revenue(&one, share, offset, &mut dice, index);
                        let abroad = sells_abroad && dice.chance(250);
                        let Some((cents, month)) = amount.zip(month(offset)) else { continue };
                        let territory = if abroad { TERRITORIES[index % 3] } else { one.territory.unwrap_or("West") };
                        writeln!(out, "{},{month},{product_line},{territory},{},USD", one.id, money(cents))?;
                    }
                }
            }
        }
        TableKind::Market => write_market(channel, out)?,
        TableKind::Investments => {
            writeln!(
                out,
                "partner_id,certified_now,certified_before,marketing_spend,services_headcount,services_revenue,enablement,currency"
            )?;
            for (index, one) in partners() {
                let mut dice = Dice::new(channel.seed, index, 4);
                if index != 0 && dice.chance(150) {
                    continue;
                }
                let now = dice.between(0, 4) + one.base / 2_000_000 % 60;
                let before = now.saturating_sub(dice.between(0, 3)) + u64::from(dice.chance(100));
                let spend = if dice.chance(200) {
                    String::new()
                } else {
                    money((one.base * dice.between(5, 60) / 1000) as i64 * 12)
                };
                let heads = if dice.chance(300) { String::new() } else { dice.between(0, 25).to_string() };
                let services = if heads.is_empty() {
                    String::new()
                } else {
                    money((one.base * dice.between(20, 400) / 1000) as i64 * 12)
                };
                let enablement = fraction(dice.between(0, 1000) as i64);
                let before = if one.months_with_us < 12 { String::new() } else { before.to_string() };
                writeln!(out, "{},{now},{before},{spend},{heads},{services},{enablement},USD", one.id)?;
            }
        }
        TableKind::Opportunities => {
            writeln!(
                out,
                "opportunity_id,partner_id,amount,stage,status,probability,close_date,product_line,territory,registered_on,currency"
            )?;
            for (index, one) in partners() {
                write_opportunities(channel, index, &one, out)?;
            }
        }
        TableKind::WinRates => {
            writeln!(out, "partner_id,product_line,territory,by_value,by_count")?;
            for (index, one) in partners() {
                let mut dice = Dice::new(channel.seed, index, 6);
                if dice.chance(300) {
                    let by_value = dice.between(120, 520);
                    let by_count = (by_value + dice.between(0, 120)).saturating_sub(60);
                    writeln!(out, "{},,,{},{}", one.id, fraction(by_value as i64), fraction(by_count as i64))?;
                }
            }
        }
        TableKind::Forecasts => {
            writeln!(out, "partner_id,period,months,product_line,territory,amount,submitted_on,currency")?;
            for (index, one) in partners() {
                let mut dice = Dice::new(channel.seed, index, 7);
                let mut then = Dice::new(channel.seed, index, 10);
                if one.months_with_us >= 6 && then.chance(650) {
                    let amount = money((one.base * 12 / 1000 * then.between(850, 1300)) as i64);
                    writeln!(out, "{},2025-01,12,,,{amount},2025-09-{:02},USD", one.id, then.between(1, 28))?;
                }
                if dice.chance(600) {
                    let amount = one.base * 12 / 1000 * dice.between(850, 1300);
                    writeln!(
                        out,
                        "{},2026-01,12,,,{},2025-12-{:02},USD",
                        one.id,
                        money(amount as i64),
                        dice.between(1, 20)
                    )?;
                }
            }
        }
        TableKind::Quotas => {
            writeln!(out, "partner_id,period,months,product_line,territory,quota,currency")?;
            for (index, one) in partners() {
                let mut dice = Dice::new(channel.seed, index, 8);
                if one.months_with_us >= 12 && (index == 0 || dice.chance(920)) {
                    let quota = (one.base * 12 / 1000 * dice.between(950, 1350) / 100_000 + 1) * 100_000;
                    writeln!(out, "{},2025-01,12,,,{},USD", one.id, money(quota as i64))?;
                }
            }
        }
        TableKind::Locks => writeln!(out, "partner_id,product_line,territory,quota,reason,currency")?,
        TableKind::Targets | TableKind::Previous | TableKind::Extra => {}
    }
    Ok(())
}

fn write_market(channel: &Channel, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "territory,vertical,product_line,addressable_market,growth,currency")?;
    let mut cells = vec![0u64; TERRITORIES.len() * VERTICALS.len() * PRODUCT_LINES.len()];
    for index in 0..channel.partners {
        let one = channel.profile(index);
        let territory = TERRITORIES.iter().position(|territory| Some(*territory) == one.territory);
        let vertical = VERTICALS.iter().position(|vertical| *vertical == one.vertical);
        let (Some(territory), Some(vertical)) = (territory, vertical) else { continue };
        for (product_line, share) in (0..one.lines).map(|index| line(&one, index)) {
            let product_line = PRODUCT_LINES.iter().position(|name| *name == product_line).unwrap_or_default();
            let cell = (territory * VERTICALS.len() + vertical) * PRODUCT_LINES.len() + product_line;
            if let Some(cell) = cells.get_mut(cell) {
                *cell += one.base * share / 1000 * 12;
            }
        }
    }
    for (index, sold) in cells.into_iter().enumerate() {
        let mut dice = Dice::new(channel.seed, index, 9);
        // From barely covered to wide open; never below what the channel already sells there.
        let market = (sold.max(50_000_000) / 100 * dice.between(250, 1200) / 1_000_000 + 1) * 1_000_000;
        let growth = dice.between(0, 170) as i64 - 20;
        let lines = PRODUCT_LINES.len();
        let territory = TERRITORIES[index / lines / VERTICALS.len()];
        let (vertical, product_line) = (VERTICALS[index / lines % VERTICALS.len()], PRODUCT_LINES[index % lines]);
        writeln!(out, "{territory},{vertical},{product_line},{},{},USD", money(market as i64), fraction(growth))?;
    }
    Ok(())
}
