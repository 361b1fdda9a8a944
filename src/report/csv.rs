//! A plan as CSV for programs: one row per line, one header row, no totals.

use super::ReportFault;
use super::cells::{Row, names};
use crate::channel::{Identity, LineContext};
use crate::columns;
use crate::figure::Column;
use crate::planning::{Band, PlanLine, QuotaPlan};
use std::io::Write;

pub use super::guard::{guarded, period_column};

/// Columns before that of the currency.
const BEFORE_CURRENCY: &[Column<PlanLine>] = columns!(PlanLine;
    |line| Some(&line.identity) => Identity {
        partner_id, partner_name, tier, territory, vertical, product_line, account_manager
    }
    |line| Some(line) => PlanLine { quota }
);

/// Columns after it and before those of the reporting periods.
const AFTER_CURRENCY: &[Column<PlanLine>] = columns!(PlanLine;
    |line| Some(line) => PlanLine { assessment, floor, ceiling, binding, locked, lock_reason }
    |line| Some(&line.context) => LineContext { prior_revenue }
    |line| Some(line) => PlanLine { growth }
    |line| Some(&line.context) => LineContext { current_quota, comparable_revenue }
    |line| line.band.as_ref() => Band { band_low, band_high }
    |line| Some(line) => PlanLine { odds }
);

/// Returns the names of the columns before those of the reporting periods, in order.
pub fn header() -> impl Iterator<Item = &'static str> {
    names(BEFORE_CURRENCY).chain(["currency"]).chain(names(AFTER_CURRENCY))
}

/// Writes one row per line of `plan`, in the plan's order, after a header row.
///
/// Amounts are plain decimals in the currency of the `currency` column; empty means "not known"; `growth` is the
/// fraction quota ÷ comparable revenue − 1; `band_low`, `band_high` and `odds` are estimates, empty unless they were asked
/// for. One column per reporting period follows, such as `quota_fy2026_q1`; they sum to
/// `quota`. Text that a spreadsheet would take for a formula gets a leading `'`, see [`guarded`].
pub fn write_plan(plan: &QuotaPlan, out: &mut impl Write) -> Result<(), ReportFault> {
    let mut writer = csv::Writer::from_writer(out);
    let periods = plan.reporting.iter().map(period_column);
    writer.write_record(header().map(ToOwned::to_owned).chain(periods))?;
    let (mut row, currency) = (Row::default(), plan.currency.to_string());
    for line in &plan.lines {
        row.clear();
        row.add(BEFORE_CURRENCY, line);
        row.add_field(|out| out.push_str(&currency));
        row.add(AFTER_CURRENCY, line);
        line.periods.iter().for_each(|money| row.add_field(|out| money.push_exact(out)));
        writer.write_record(row.fields())?;
    }
    writer.flush()?;
    Ok(())
}
