//! A plan as CSV for programs: one row a line, one header row, no totals.

use super::ReportFault;
use super::figures::growth_text;
use super::summary::side_word;
use crate::planning::{PlanLine, QuotaPlan};
use crate::units::{Money, PlanningPeriod};
use std::io::Write;

/// Columns before those of the reporting periods.
const COLUMNS: [&str; 18] = [
    "partner_id",
    "partner_name",
    "tier",
    "territory",
    "vertical",
    "product_line",
    "account_manager",
    "quota",
    "currency",
    "assessment",
    "floor",
    "ceiling",
    "binding",
    "locked",
    "lock_reason",
    "prior_revenue",
    "growth",
    "current_quota",
];

/// Writes one row per line of `plan`, in the plan's order, after a header row.
///
/// Amounts are plain decimals in the currency of the `currency` column; empty means "not known"; `growth` is the
/// fraction quota ÷ prior revenue − 1. One column a reporting period follows, such as `quota_fy2026_q1`; they sum to
/// `quota`. Text that a spreadsheet would take for a formula gets a leading `'`, see [`guarded`].
pub fn write_plan(plan: &QuotaPlan, out: &mut impl Write) -> Result<(), ReportFault> {
    let mut writer = csv::Writer::from_writer(out);
    let periods = plan.reporting.iter().map(period_column);
    writer.write_record(COLUMNS.iter().map(|column| (*column).to_owned()).chain(periods))?;
    for line in &plan.lines {
        writer.write_record(record(plan, line))?;
    }
    writer.flush()?;
    Ok(())
}

/// Name of a reporting period's column: `quota_fy2026_q1`.
pub fn period_column(period: &PlanningPeriod) -> String {
    let label = period.label.to_lowercase().replace(|character: char| !character.is_alphanumeric(), "_");
    format!("quota_{label}")
}

fn record(plan: &QuotaPlan, line: &PlanLine) -> Vec<String> {
    let amount = |money: Money| money.to_exact();
    let known = |money: Option<Money>| money.map(amount).unwrap_or_default();
    let text = |name: &Option<_>| name.as_deref().map(guarded).unwrap_or_default();
    let growth = line.prior_revenue.and_then(|prior| line.quota.growth_from(prior));
    let mut record = vec![
        guarded(&line.partner_id),
        guarded(&line.partner_name),
        text(&line.tier),
        text(&line.territory),
        text(&line.vertical),
        text(&line.product_line),
        text(&line.account_manager),
        amount(line.quota),
        plan.currency.to_string(),
        amount(line.assessment),
        known(line.floor),
        known(line.ceiling),
        line.binding.map(side_word).unwrap_or_default().to_owned(),
        line.locked.to_string(),
        guarded(&line.lock_reason),
        known(line.prior_revenue),
        growth.map(growth_text).unwrap_or_default(),
        known(line.current_quota),
    ];
    record.extend(line.periods.iter().map(|money| amount(*money)));
    record
}

/// Text that no spreadsheet takes for a formula: a leading `'` where it begins, after blanks and quotes, with
/// `=`, `+`, `-`, `@` (also full width), or with a tab, carriage return, line feed or NUL.
///
/// ```
/// use quotient::report::csv::guarded;
/// assert_eq!(guarded("=SUM(1)"), "'=SUM(1)");
/// assert_eq!(guarded("Müller & Söhne"), "Müller & Söhne");
/// ```
pub fn guarded(text: &str) -> String {
    let steers = |c: char| matches!(c, '\t' | '\r' | '\n' | '\0');
    let skipped = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\u{FEFF}' | '\u{200B}'..='\u{200F}');
    let lead: String = text.chars().take_while(|c| skipped(*c) || steers(*c)).collect();
    let begins_formula = text[lead.len()..].starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins_formula || lead.contains(steers) { format!("'{text}") } else { text.to_owned() }
}
