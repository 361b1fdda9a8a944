//! Strings and names that files for spreadsheets share.

use crate::units::PlanningPeriod;
use std::borrow::Cow;

/// Name of a reporting period's column: `quota_fy2026_q1`.
pub fn period_column(period: &PlanningPeriod) -> String {
    let label = period.label.to_lowercase().replace(|character: char| !character.is_alphanumeric(), "_");
    format!("quota_{label}")
}

/// Heading of a reporting period in a workbook: `Quota FY2026-Q1`; read as [`period_column`].
pub fn period_title(period: &PlanningPeriod) -> String {
    format!("Quota {}", period.label)
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
    guard(text).into_owned()
}

/// The same, which borrows what is safe.
pub(super) fn guard(text: &str) -> Cow<'_, str> {
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Cow::Borrowed(text);
    }
    let steers = |c: char| matches!(c, '\t' | '\r' | '\n' | '\0');
    let skipped = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\u{FEFF}' | '\u{200B}'..='\u{200F}');
    let lead: String = text.chars().take_while(|c| skipped(*c) || steers(*c)).collect();
    let begins_formula = text[lead.len()..].starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins_formula || lead.contains(steers) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}
