//! Lines of a previous proposal, from its JSON, CSV or workbook.

use super::beside::{Beside, WorkbookMeta};
use super::fault::BesideFault;
use super::log::{Reported, shown};
use super::returned::{Columns, override_of};
use super::row::Row;
use super::table::{Field, TableKind};
use super::{JsonPart, Limits};
use crate::channel::{Name, PartnerBook, SegmentKey};
use crate::finding::{Checked, Finding};
use crate::units::Money;
use std::path::Path;

/// A line of a previous proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousRow {
    /// Partner, which the book need not have any more.
    pub partner_id: Name,
    /// Line.
    pub segment: SegmentKey,
    /// Quota proposed then.
    pub quota: Money,
    /// Quota that the planner agreed instead, in a workbook that came back.
    pub agreed: Option<Money>,
    /// Quotas of the reporting periods by label, in the order of the columns; they sum to `agreed` or to `quota`.
    /// Empty where the file has none.
    pub periods: Vec<(Name, Money)>,
}

/// Reads a previous proposal: the JSON, CSV or workbook that a proposal wrote; ascending by partner and line.
///
/// Returns its lines and what it says about itself. Partners that the book has no more are kept.
pub fn read_previous(path: &Path, book: &PartnerBook) -> Checked<(Vec<PreviousRow>, WorkbookMeta)> {
    Checked::from(Beside::open(path, book)).and_then(previous_of)
}

/// Reads a previous proposal from a part of a JSON document: the proposal itself, or the list of its lines.
pub fn read_previous_json(
    part: &JsonPart<'_>,
    book: &PartnerBook,
    limits: &Limits,
) -> Checked<(Vec<PreviousRow>, WorkbookMeta)> {
    Checked::from(Beside::of_part(part, book, limits)).and_then(previous_of)
}

fn previous_of(mut reading: Beside) -> Checked<(Vec<PreviousRow>, WorkbookMeta)> {
    let Some(index) = reading.table(&["lines", "quotas", "previous"]) else {
        return Checked::refused(reading.shared.log.into_findings());
    };
    let meta = reading.meta();
    let mut rows: Vec<(PreviousRow, u64)> = Vec::new();
    let mut columns = None;
    let read = reading.each_row(index, TableKind::Previous, |row| {
        let columns = columns.get_or_insert_with(|| Columns::of(row));
        rows.extend(previous(row, columns).map(|line| (line, row.number)));
    });
    rows.sort_by(|(a, _), (b, _)| (&a.partner_id, &a.segment).cmp(&(&b.partner_id, &b.segment)));
    if let Some(file) = read {
        for pair in rows.windows(2) {
            let [(one, first), (other, second)] = pair else { continue };
            if one.partner_id == other.partner_id && one.segment == other.segment {
                let finding = Finding::from(BesideFault::DuplicateLine { partner: shown(&one.partner_id) })
                    .at(file.place(*first.max(second), "", ""))
                    .at(file.place(*first.min(second), "", ""));
                reading.shared.log.add(finding);
            }
        }
    }
    reading.finish((rows.into_iter().map(|(row, _)| row).collect(), meta))
}

fn previous(row: &mut Row<'_>, columns: &Columns) -> Result<PreviousRow, Reported> {
    let (currency, segment, quota) = (row.currency(), row.segment(), row.amount(Field::Quota));
    let id = row.identifier(Field::PartnerId)?.ok_or(Reported)?;
    let agreed = override_of(row, columns);
    currency?;
    let proposed = columns.as_proposed(row);
    let quota = columns.exact_quota(row, quota?.ok_or(Reported)?);
    let agreed = agreed?;
    let periods = columns.period_quotas(row, &proposed, quota, agreed)?;
    Ok(PreviousRow { partner_id: Name::from(&*id), segment: segment?, quota, agreed, periods })
}
