//! Agreed quotas of a plan of record as JSON, CSV and workbook, each of which `review --quotas` reads.

use crate::ledger::plan::{Header, InForce, Line, LineState};
use crate::report::ReportFault;
use crate::report::figures::clipped;
use crate::report::guard::guarded;
use crate::report::sheet::{Formats, Sheet, add_table, protect, set_up_print, set_width, titled};
use crate::units::Money;
use rust_xlsxwriter::{Format, Workbook};
use serde::Serialize;
use std::io::Write;

/// Schema of the JSON document.
const SCHEMA: &str = "quotient.agreed/1";

/// Agreed quotas of a plan.
#[derive(Debug, Clone)]
pub struct Agreed<'a> {
    /// Header of the plan.
    pub header: &'a Header,
    /// Version of the plan.
    pub version: u64,
    /// End of the ledger when they were read: a copy proves that the history was not rewritten.
    pub head: String,
    /// Labels of the reporting periods, in order; empty without any.
    pub reporting: Vec<String>,
    /// Lines in force, ascending by key.
    pub lines: Vec<AgreedLine<'a>>,
}

/// A line in force.
#[derive(Debug, Clone)]
pub struct AgreedLine<'a> {
    /// Line.
    pub line: &'a Line,
    /// Its figure in force.
    pub in_force: &'a InForce,
    /// Quotas by reporting period; they sum to the figure. Empty without any.
    pub periods: Vec<Money>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    vendor: &'a str,
    plan: &'a str,
    version: u64,
    head: &'a str,
    revision: &'a str,
    input_hash: &'a str,
    period: &'a str,
    as_of: String,
    currency: &'static str,
    total: String,
    lines: Vec<LineDocument<'a>>,
}

#[derive(Serialize)]
struct LineDocument<'a> {
    line: String,
    partner_id: &'a str,
    partner_name: &'a str,
    account_manager: Option<&'a str>,
    product_line: Option<&'a str>,
    territory: Option<&'a str>,
    segment: Segment<'a>,
    quota: String,
    proposed: String,
    effective_from: String,
    state: LineState,
    accepted_by: Option<&'a str>,
    accepted_on: Option<String>,
    assigned_without_acceptance: bool,
    approved_by: Vec<&'a str>,
    periods: Vec<PeriodDocument<'a>>,
}

#[derive(Serialize)]
struct Segment<'a> {
    product_line: Option<&'a str>,
    territory: Option<&'a str>,
}

#[derive(Serialize)]
struct PeriodDocument<'a> {
    period: &'a str,
    quota: String,
}

impl AgreedLine<'_> {
    fn document<'d>(&'d self, reporting: &'d [String]) -> LineDocument<'d> {
        let (line, key) = (self.line, &self.line.key);
        let (product_line, territory) = (key.product_line.as_deref(), key.territory.as_deref());
        let acceptance = self.in_force.acceptance.as_ref();
        let periods = reporting.iter().zip(&self.periods);
        LineDocument {
            line: key.to_string(),
            partner_id: &key.partner_id,
            partner_name: &line.partner_name,
            account_manager: line.manager.as_deref(),
            product_line,
            territory,
            segment: Segment { product_line, territory },
            quota: self.in_force.figure.to_exact(),
            proposed: line.proposed.to_exact(),
            effective_from: self.in_force.from.to_string(),
            state: line.state,
            accepted_by: acceptance.map(|acceptance| acceptance.partner.as_str()),
            accepted_on: acceptance.map(|acceptance| acceptance.at.date_naive().to_string()),
            assigned_without_acceptance: self.in_force.assigned,
            approved_by: self.in_force.approvals.iter().map(|approval| approval.by.as_str()).collect(),
            periods: periods.map(|(period, quota)| PeriodDocument { period, quota: quota.to_exact() }).collect(),
        }
    }
}

impl Agreed<'_> {
    fn total(&self) -> Result<Money, ReportFault> {
        Ok(Money::sum(self.header.currency, self.lines.iter().map(|line| line.in_force.figure))?)
    }
}

/// Writes the quotas as JSON.
pub fn write_json(agreed: &Agreed<'_>, out: &mut impl Write) -> Result<(), ReportFault> {
    let header = agreed.header;
    let document = Document {
        schema: SCHEMA,
        vendor: &header.vendor,
        plan: &header.name,
        version: agreed.version,
        head: &agreed.head,
        revision: &header.revision,
        input_hash: &header.book,
        period: &header.period,
        as_of: header.as_of.to_string(),
        currency: header.currency.code(),
        total: agreed.total()?.to_exact(),
        lines: agreed.lines.iter().map(|line| line.document(&agreed.reporting)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Columns of CSV and workbook before those of the reporting periods.
const COLUMNS: [(&str, u16); 12] = [
    ("partner_id", 14),
    ("partner_name", 32),
    ("account_manager", 18),
    ("product_line", 16),
    ("territory", 16),
    ("quota", 16),
    ("currency", 9),
    ("effective_from", 14),
    ("accepted_by", 24),
    ("accepted_on", 14),
    ("assigned_without_acceptance", 14),
    ("approved_by", 24),
];
/// Place of the quota among the columns.
const QUOTA: usize = 5;

impl LineDocument<'_> {
    /// Texts in the order of the columns.
    fn fields(&self, currency: &str) -> [String; COLUMNS.len()] {
        let known = |text: Option<&str>| text.unwrap_or_default().to_owned();
        [
            self.partner_id.to_owned(),
            self.partner_name.to_owned(),
            known(self.account_manager),
            known(self.product_line),
            known(self.territory),
            self.quota.clone(),
            currency.to_owned(),
            self.effective_from.clone(),
            known(self.accepted_by),
            known(self.accepted_on.as_deref()),
            self.assigned_without_acceptance.to_string(),
            self.approved_by.join(", "),
        ]
    }
}

/// `quota_fy2026_q1`.
fn period_column(label: &str) -> String {
    format!("quota_{}", label.to_lowercase().replace('-', "_"))
}

fn headings(agreed: &Agreed<'_>) -> impl Iterator<Item = String> {
    COLUMNS.iter().map(|(name, _)| (*name).to_owned()).chain(agreed.reporting.iter().map(|label| period_column(label)))
}

/// Writes the quotas as CSV: one row per line, amounts exact, text that a spreadsheet would take for a formula guarded.
pub fn write_csv(agreed: &Agreed<'_>, out: &mut impl Write) -> Result<(), ReportFault> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(headings(agreed))?;
    for line in &agreed.lines {
        let fields = line.document(&agreed.reporting).fields(agreed.header.currency.code());
        let guarded = fields.iter().map(|field| guarded(field));
        writer.write_record(guarded.chain(line.periods.iter().map(|quota| quota.to_exact())))?;
    }
    writer.flush()?;
    Ok(())
}

/// Writes the quotas as a workbook: sheets `quotas` and `_meta`.
pub fn write_xlsx(agreed: &Agreed<'_>, out: &mut impl Write) -> Result<(), ReportFault> {
    let header = agreed.header;
    crate::report::xlsx::require_room(agreed.lines.len())?;
    let formats = Formats::of_currency(header.currency);
    let mut workbook = Workbook::new();
    workbook.set_properties(&titled(&format!("{}: agreed quotas {}", clipped(&header.vendor, 100), header.period))?);
    let worksheet = workbook.add_worksheet_with_constant_memory()?;
    worksheet.set_name("quotas")?.set_freeze_panes(1, 2)?;
    set_up_print(worksheet, header.currency, 0)?;
    for (place, (_, width)) in (0..).zip(COLUMNS) {
        set_width(worksheet, place, width)?;
    }
    let columns: Vec<(String, &Format)> = headings(agreed).map(|name| (name, &formats.header)).collect();
    add_table(worksheet, "quotas", 0, &columns, agreed.lines.len())?;
    protect(worksheet);
    let mut sheet = Sheet { worksheet, row: 0 };
    for line in &agreed.lines {
        sheet.row += 1;
        let fields = line.document(&agreed.reporting).fields(header.currency.code());
        for (index, (place, field)) in (0..).zip(&fields).enumerate() {
            match index {
                QUOTA => sheet.money(place, Some(line.in_force.figure), &formats.money)?,
                _ => sheet.text(place, field, &formats.text)?,
            }
        }
        for (place, quota) in (u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX)..).zip(&line.periods) {
            sheet.money(place, Some(*quota), &formats.money)?;
        }
    }
    let meta = [
        ("schema", SCHEMA.to_owned()),
        ("vendor", header.vendor.clone()),
        ("plan", header.name.clone()),
        ("plan_version", agreed.version.to_string()),
        ("head", agreed.head.clone()),
        ("revision", header.revision.clone()),
        ("input_hash", header.book.clone()),
        ("period", header.period.clone()),
        ("currency", header.currency.code().to_owned()),
        ("total", agreed.total()?.to_exact()),
    ];
    let worksheet = workbook.add_worksheet();
    worksheet.set_name("_meta")?.set_column_width(0, 18)?.set_column_width(1, 70)?;
    let columns = ["key", "value"].map(|name| (name.to_owned(), &formats.header));
    add_table(worksheet, "meta", 0, &columns, meta.len())?;
    let mut sheet = Sheet { worksheet, row: 0 };
    for (key, value) in meta {
        sheet.row += 1;
        sheet.text(0, key, &formats.text)?;
        sheet.text(1, &value, &formats.text)?;
    }
    protect(sheet.worksheet);
    out.write_all(&workbook.save_to_buffer()?)?;
    out.flush()?;
    Ok(())
}
