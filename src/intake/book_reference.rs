//! The reference of all tables of a book, from their declaration.

use super::table::TableKind;
use std::fmt::Write as _;

/// Rows with dates, in words.
const DATES: &str = "\
## Facts with dates

Tiers, staff, markets and win rates change, and a plan as of a past date must not know what came later. The tables with a
column `valid_from` may have several rows for the same thing:

- A row counts from its date until the next one; a row without a date counts from the beginning. As of a date, the latest
  row with a date up to it counts, and each row is complete: what it leaves empty is not known any more.
- Two rows for the same thing with the same date are an error.
- A partner is not in the book before its first row counts, like one that joins later (`since`): it has no quota, is not
  counted anywhere, and what it buys is revenue of partners without a quota. Leave the date of the first row empty for a
  partner that was one from the beginning; revenue before the first date is a warning.
- In any other table with `partner_id`, rows with a later date are left out and all others count, the latest last.
- The dates of opportunities, forecasts and quotas are `registered_on`, `submitted_on`, and the period of a quota.

Proposals, explanations, assessments, reviews, bands and learned numbers look at the rows that count on their as-of date,
and backtests, bands and calibrations at those of the date of each past period. A backtest names the facts that rules read
and that no row dates ([quality.md](quality.md)).
";

/// Returns the reference of all tables of a book and the targets file as Markdown.
///
/// ```
/// assert!(quotient::intake::reference().contains("| `partner_id` | identifier | yes |"));
/// ```
pub fn reference() -> String {
    let mut out = String::new();
    for kind in TableKind::BOOK {
        let table = kind.table();
        let need = if table.required { "required" } else { "optional" };
        let _ = writeln!(out, "## {} ({need})\n\n{}\n", table.name, table.doc);
        out.push_str("| column | values | required | unit | meaning |\n| --- | --- | --- | --- | --- |\n");
        for column in table.columns {
            let required = if column.required { "yes" } else { "" };
            let notation = column.kind.notation();
            let name = column.field.name();
            let _ = writeln!(out, "| `{name}` | {notation} | {required} | {} | {} |", column.unit, column.doc);
        }
        out.push('\n');
    }
    out.push_str(DATES);
    out
}
