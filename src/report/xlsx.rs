//! A plan as a workbook: a planner fills in overrides, and the returned file fixes them as locks.
//!
//! Sheets: `quotas` (one Excel table, override columns unlocked), `subtotals`, `steps` (long and tidy), `_meta`.
//! Text is always written as text, so nothing in a book becomes a formula. Amounts are cells of binary floating point,
//! as in every workbook; the exact quota stands beside it in the hidden text column `quota_exact`.

use super::ReportFault;
use super::csv::period_column;
use super::figures::{clipped, rate_text};
use super::summary::{Subtotal, Summary, side_word};
use crate::planning::{PlanLine, QuotaPlan};
use crate::quota::StepKind;
use crate::units::{Currency, Money, Rate, plain};
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format,
    FormatAlign, Formula, ProtectionOptions, Table, TableColumn, TableStyle, Workbook, Worksheet, XlsxError,
};
use std::io::Write;

/// Lines a worksheet holds below its header row.
pub const MOST_LINES: usize = 1_048_575;

/// Rows up to which a sheet is an Excel table: the library keeps every cell of a table in memory, rows it does not.
const TABLE_ROWS: usize = 20_000;

/// Characters a cell holds, with room to spare.
const CELL_TEXT: usize = 32_000;

/// Writes `plan` as a workbook; fails when it has more than [`MOST_LINES`] lines.
///
/// Steps that do not fit in one sheet are left out, and `_meta` says so.
pub fn write_plan(plan: &QuotaPlan, out: &mut impl Write) -> Result<(), ReportFault> {
    require_room(plan.lines.len())?;
    let summary = Summary::of(plan)?;
    let formats = Formats::of(plan);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(plan)?);
    write_quotas(workbook.add_worksheet_with_constant_memory()?, plan, &formats)?;
    write_subtotals(workbook.add_worksheet(), plan, &summary, &formats)?;
    let steps: usize = plan.lines.iter().map(|line| line.steps.len()).sum();
    write_steps(workbook.add_worksheet_with_constant_memory()?, plan, steps <= MOST_LINES, &formats)?;
    write_meta(workbook.add_worksheet(), plan, steps, &formats)?;
    out.write_all(&workbook.save_to_buffer()?)?;
    out.flush()?;
    Ok(())
}

/// Fails when a plan of `lines` lines does not fit in a worksheet; can be asked before a long plan is computed.
pub fn require_room(lines: usize) -> Result<(), ReportFault> {
    if lines > MOST_LINES { Err(ReportFault::TooManyLines { lines, most: MOST_LINES }) } else { Ok(()) }
}

/// The one place where an amount becomes binary floating point: a workbook has no other number.
fn cell_number(amount: Decimal) -> f64 {
    // The nearest binary number to the decimal text; digits and a point always parse.
    plain(amount).parse().unwrap_or_default()
}

pub(super) struct Formats {
    pub(super) text: Format,
    pub(super) header: Format,
    pub(super) input_header: Format,
    pub(super) money: Format,
    pub(super) percent: Format,
    pub(super) input_money: Format,
    pub(super) input_text: Format,
    pub(super) title: Format,
}

impl Formats {
    fn of(plan: &QuotaPlan) -> Self {
        Self::of_currency(plan.currency)
    }

    pub(super) fn of_currency(currency: Currency) -> Self {
        let decimals = usize::try_from(currency.decimals()).unwrap_or(0);
        let money = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
        let yellow = Color::RGB(0x00FF_F2CC);
        let header = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            text: Format::new().set_num_format_index(49),
            input_header: header.clone().set_font_color(Color::RGB(0x007F_6000)),
            header,
            money: Format::new().set_num_format(&money),
            percent: Format::new().set_num_format("0.0%"),
            input_money: Format::new().set_num_format(&money).set_background_color(yellow).set_unlocked(),
            input_text: Format::new().set_num_format_index(49).set_background_color(yellow).set_unlocked(),
            title: Format::new().set_bold(),
        }
    }
}

fn properties(plan: &QuotaPlan) -> Result<DocProperties, XlsxError> {
    titled(&format!("{}: quota proposal {}", clipped(&plan.vendor, 100), plan.period))
}

pub(super) fn titled(title: &str) -> Result<DocProperties, XlsxError> {
    // A fixed date: the same plan gives the same bytes.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    Ok(DocProperties::new().set_title(title).set_author("quotient").set_creation_datetime(&created))
}

/// A sheet with one Excel table, written row by row.
pub(super) struct Sheet<'a> {
    pub(super) worksheet: &'a mut Worksheet,
    pub(super) row: u32,
}

impl Sheet<'_> {
    pub(super) fn text(&mut self, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        if text.is_empty() {
            return self.worksheet.write_blank(self.row, column, format).map(|_| ());
        }
        let text: String = text.chars().take(CELL_TEXT).collect();
        self.worksheet.write_string_with_format(self.row, column, text, format).map(|_| ())
    }

    pub(super) fn name(&mut self, column: u16, name: Option<&str>, format: &Format) -> Result<(), XlsxError> {
        self.text(column, name.unwrap_or(""), format)
    }

    pub(super) fn money(&mut self, column: u16, money: Option<Money>, format: &Format) -> Result<(), XlsxError> {
        match money {
            Some(money) => self.number(column, money.amount(), format),
            None => self.worksheet.write_blank(self.row, column, format).map(|_| ()),
        }
    }

    pub(super) fn number(&mut self, column: u16, number: Decimal, format: &Format) -> Result<(), XlsxError> {
        self.worksheet.write_number_with_format(self.row, column, cell_number(number), format).map(|_| ())
    }

    pub(super) fn formula(
        &mut self,
        column: u16,
        formula: String,
        result: Option<String>,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let formula = Formula::new(formula).set_result(result.unwrap_or_default());
        self.worksheet.write_formula_with_format(self.row, column, formula, format).map(|_| ())
    }
}

/// Adds an Excel table of `columns` with `rows` rows below the header in row `first`.
///
/// Beyond [`TABLE_ROWS`] the same header and filter stand there without the table around them.
pub(super) fn add_table(
    worksheet: &mut Worksheet,
    name: &str,
    first: u32,
    columns: &[(String, &Format)],
    rows: usize,
) -> Result<(), ReportFault> {
    // An Excel table needs one row at least; an empty plan leaves it blank.
    let last = first + u32::try_from(rows.max(1)).unwrap_or(u32::MAX);
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    if rows > TABLE_ROWS {
        for (index, (name, format)) in (0..).zip(columns) {
            worksheet.write_string_with_format(first, index, name, format)?;
        }
        worksheet.autofilter(first, 0, last, last_column)?;
        return Ok(());
    }
    let table_columns: Vec<TableColumn> =
        columns.iter().map(|(name, format)| TableColumn::new().set_header(name).set_header_format(*format)).collect();
    let table = Table::new().set_name(name).set_columns(&table_columns).set_style(TableStyle::Light1);
    worksheet.add_table(first, 0, last, last_column, &table)?;
    Ok(())
}

/// Sets the width of a column, in characters.
pub(super) fn set_width(worksheet: &mut Worksheet, column: u16, width: u16) -> Result<(), ReportFault> {
    worksheet.set_column_width(column, f64::from(width))?;
    Ok(())
}

pub(super) fn protect(worksheet: &mut Worksheet) {
    let allowed = ProtectionOptions {
        format_columns: true,
        format_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    };
    worksheet.protect_with_options(&allowed);
}

/// Columns of `quotas` up to the reporting periods, with their widths.
const QUOTA_COLUMNS: [(&str, u16); 15] = [
    ("partner_id", 14),
    ("partner_name", 32),
    ("tier", 12),
    ("territory", 14),
    ("product_line", 16),
    ("quota", 16),
    ("override_quota", 16),
    ("override_reason", 28),
    ("prior_revenue", 16),
    ("growth", 9),
    ("floor", 14),
    ("ceiling", 14),
    ("binding", 9),
    ("locked", 8),
    ("reason", 60),
];
/// Places of the columns that formulas and validation name.
const QUOTA: u16 = 5;
const OVERRIDE_QUOTA: u16 = 6;
const OVERRIDE_REASON: u16 = 7;
const PRIOR_REVENUE: u16 = 8;
const GROWTH: u16 = 9;
const FIRST_PERIOD: u16 = 15;

fn write_quotas(worksheet: &mut Worksheet, plan: &QuotaPlan, formats: &Formats) -> Result<(), ReportFault> {
    worksheet.set_name("quotas")?;
    worksheet.set_freeze_panes(1, 2)?;
    let is_input = |name: &str| name.starts_with("override_");
    let header = |name: &str| if is_input(name) { &formats.input_header } else { &formats.header };
    let mut columns: Vec<(String, &Format)> =
        QUOTA_COLUMNS.iter().map(|(name, _)| ((*name).to_owned(), header(name))).collect();
    columns.extend(plan.reporting.iter().map(|period| (period_column(period), &formats.header)));
    columns.push(("quota_exact".to_owned(), &formats.header));
    for (index, (_, width)) in (0..).zip(QUOTA_COLUMNS) {
        set_width(worksheet, index, width)?;
    }
    let exact = FIRST_PERIOD + u16::try_from(plan.reporting.len()).unwrap_or(0);
    for column in FIRST_PERIOD..exact {
        worksheet.set_column_width(column, 16)?;
    }
    worksheet.set_column_hidden(exact)?;
    add_table(worksheet, "quotas", 0, &columns, plan.lines.len())?;
    let last = u32::try_from(plan.lines.len().max(1)).unwrap_or(u32::MAX);
    worksheet.add_data_validation(1, OVERRIDE_QUOTA, last, OVERRIDE_QUOTA, &override_rule()?)?;
    protect(worksheet);
    let mut sheet = Sheet { worksheet, row: 0 };
    for line in &plan.lines {
        sheet.row += 1;
        write_quota_line(&mut sheet, line, exact, formats)?;
    }
    Ok(())
}

fn override_rule() -> Result<DataValidation, XlsxError> {
    DataValidation::new()
        .allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
        .set_input_title("Override")?
        .set_input_message("Agreed quota, zero or more. Say why in override_reason. Empty keeps the proposal.")?
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title("Not a quota")?
        .set_error_message("Enter a number, zero or more.")
}

fn write_quota_line(sheet: &mut Sheet<'_>, line: &PlanLine, exact: u16, formats: &Formats) -> Result<(), XlsxError> {
    sheet.text(0, &line.partner_id, &formats.text)?;
    sheet.text(1, &line.partner_name, &formats.text)?;
    sheet.name(2, line.tier.as_deref(), &formats.text)?;
    sheet.name(3, line.territory.as_deref(), &formats.text)?;
    sheet.name(4, line.product_line.as_deref(), &formats.text)?;
    sheet.money(QUOTA, Some(line.quota), &formats.money)?;
    // A lock of the plan stands as an override, so that the returned workbook keeps it.
    sheet.money(OVERRIDE_QUOTA, Some(line.quota).filter(|_| line.locked), &formats.input_money)?;
    sheet.text(OVERRIDE_REASON, if line.locked { &line.lock_reason } else { "" }, &formats.input_text)?;
    sheet.money(PRIOR_REVENUE, line.prior_revenue, &formats.money)?;
    let growth = line.prior_revenue.and_then(|prior| line.quota.growth_from(prior));
    sheet.formula(GROWTH, growth_formula(sheet.row + 1), growth.map(binary_text), &formats.percent)?;
    sheet.money(10, line.floor, &formats.money)?;
    sheet.money(11, line.ceiling, &formats.money)?;
    sheet.name(12, line.binding.map(side_word), &formats.text)?;
    sheet.text(13, if line.locked { "yes" } else { "no" }, &formats.text)?;
    sheet.text(14, &reason_summary(line), &formats.text)?;
    for (column, quota) in (FIRST_PERIOD..exact).zip(&line.periods) {
        sheet.money(column, Some(*quota), &formats.money)?;
    }
    sheet.text(exact, &line.quota.to_exact(), &formats.text)
}

/// Growth of the override, or else of the quota, over prior revenue; `row` counts from 1.
fn growth_formula(row: u32) -> String {
    format!("=IF(N(I{row})>0,IF(ISNUMBER(G{row}),G{row},F{row})/I{row}-1,\"\")")
}

/// Text of a rate as a cell can hold it.
fn binary_text(rate: Rate) -> String {
    rate_text(rate.round_dp(15))
}

/// What the rules said, factor by factor, and what bound: `history: steady; growth_limit: at most 40 %`.
fn reason_summary(line: &PlanLine) -> String {
    let kinds = [StepKind::Factor, StepKind::Guardrail, StepKind::Lock];
    let said = line.steps.iter().filter(|step| kinds.contains(&step.kind) && !step.reason.is_empty());
    let said: Vec<String> = said.map(|step| format!("{}: {}", step.label, step.reason)).collect();
    clipped(&said.join("; "), 500)
}

fn write_subtotals(
    worksheet: &mut Worksheet,
    plan: &QuotaPlan,
    summary: &Summary<'_>,
    formats: &Formats,
) -> Result<(), ReportFault> {
    worksheet.set_name("subtotals")?;
    worksheet.set_column_width(0, 24)?.set_column_width(1, 28)?;
    worksheet.set_column_range_width(2, 8, 16)?;
    let mut sheet = Sheet { worksheet, row: 0 };
    let totals = [("channel target", plan.target), ("reserve", Some(plan.reserve)), ("street quota", Some(plan.total))];
    for (label, money) in totals {
        sheet.text(0, label, &formats.title)?;
        sheet.money(1, money, &formats.money)?;
        sheet.row += 1;
    }
    sheet.text(0, "with overrides", &formats.title)?;
    // Quotas without an override, and the overrides.
    let last = plan.lines.len().max(1) + 1;
    let live = format!("=SUMIFS(quotas!F2:F{last},quotas!G2:G{last},\"\")+SUM(quotas!G2:G{last})");
    sheet.formula(1, live, Some(plan.total.to_exact()), &formats.money)?;
    sheet.row += 2;
    let header = |name: &str| (name.to_owned(), &formats.header);
    let columns =
        ["dimension", "value", "lines", "quota", "share", "prior_revenue", "compared_quota", "growth", "current_quota"];
    let rows: Vec<(&str, &Subtotal)> = summary
        .dimensions
        .iter()
        .flat_map(|dimension| dimension.subtotals.iter().map(|subtotal| (dimension.name, subtotal)))
        .collect();
    add_table(sheet.worksheet, "subtotals", sheet.row, &columns.map(header), rows.len() + 1)?;
    for (dimension, subtotal) in std::iter::once(("channel", &summary.channel)).chain(rows) {
        sheet.row += 1;
        write_subtotal(&mut sheet, dimension, subtotal, formats)?;
    }
    protect(sheet.worksheet);
    Ok(())
}

fn write_subtotal(
    sheet: &mut Sheet<'_>,
    dimension: &str,
    subtotal: &Subtotal,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let row = sheet.row + 1;
    sheet.text(0, &dimension.replace(' ', "_"), &formats.text)?;
    sheet.name(1, subtotal.name.as_deref(), &formats.text)?;
    sheet.number(2, Decimal::from(subtotal.lines), &Format::new())?;
    sheet.money(3, Some(subtotal.quota), &formats.money)?;
    match subtotal.share {
        Some(share) => sheet.number(4, share, &formats.percent)?,
        None => sheet.text(4, "", &formats.percent)?,
    }
    sheet.money(5, subtotal.prior_revenue, &formats.money)?;
    sheet.money(6, Some(subtotal.compared_quota), &formats.money)?;
    let formula = format!("=IF(N(F{row})>0,G{row}/F{row}-1,\"\")");
    sheet.formula(7, formula, subtotal.growth().map(binary_text), &formats.percent)?;
    sheet.money(8, subtotal.current_quota, &formats.money)
}

fn write_steps(worksheet: &mut Worksheet, plan: &QuotaPlan, fits: bool, formats: &Formats) -> Result<(), ReportFault> {
    worksheet.set_name("steps")?;
    worksheet.set_freeze_panes(1, 0)?;
    for (column, width) in (0..).zip([14, 16, 16, 7, 14, 24, 16, 9, 16, 80_u16]) {
        set_width(worksheet, column, width)?;
    }
    let names =
        ["partner_id", "product_line", "territory", "step", "kind", "label", "indicated", "weight", "amount", "reason"];
    let columns = names.map(|name| (name.to_owned(), &formats.header));
    let rows = if fits { plan.lines.iter().map(|line| line.steps.len()).sum() } else { 0 };
    add_table(worksheet, "steps", 0, &columns, rows)?;
    protect(worksheet);
    let mut sheet = Sheet { worksheet, row: 0 };
    for line in plan.lines.iter().filter(|_| fits) {
        for (order, step) in line.steps.iter().enumerate() {
            sheet.row += 1;
            sheet.text(0, &line.partner_id, &formats.text)?;
            sheet.name(1, line.segment.product_line.as_deref(), &formats.text)?;
            sheet.name(2, line.segment.territory.as_deref(), &formats.text)?;
            sheet.number(3, Decimal::from(order + 1), &Format::new())?;
            sheet.text(4, step.kind.as_str(), &formats.text)?;
            sheet.text(5, &step.label, &formats.text)?;
            if let Some(factor) = step.factor {
                sheet.money(6, Some(factor.indicated), &formats.money)?;
                sheet.number(7, factor.weight, &Format::new())?;
            }
            sheet.money(8, Some(step.amount), &formats.money)?;
            sheet.text(9, &step.reason, &formats.text)?;
        }
    }
    Ok(())
}

fn write_meta(worksheet: &mut Worksheet, plan: &QuotaPlan, steps: usize, formats: &Formats) -> Result<(), ReportFault> {
    worksheet.set_name("_meta")?;
    worksheet.set_column_width(0, 18)?.set_column_width(1, 70)?;
    let left_out = format!("left out: {steps} steps do not fit in a worksheet; use `--format json`");
    let entries = [
        ("schema", "quotient.workbook/1".to_owned()),
        ("vendor", plan.vendor.to_string()),
        ("revision", plan.revision.clone()),
        ("input_hash", plan.input_hash.clone()),
        ("period", plan.period.label.clone()),
        ("as_of", plan.as_of.to_string()),
        ("grain", plan.grain.as_str().to_owned()),
        ("currency", plan.currency.to_string()),
        ("target", plan.target.map(|money| money.to_exact()).unwrap_or_default()),
        ("total", plan.total.to_exact()),
        ("lines", plan.lines.len().to_string()),
        ("steps", if steps <= MOST_LINES { "complete".to_owned() } else { left_out }),
    ];
    let columns = ["key", "value"].map(|name| (name.to_owned(), &formats.header));
    add_table(worksheet, "meta", 0, &columns, entries.len())?;
    let mut sheet = Sheet { worksheet, row: 0 };
    for (key, value) in entries {
        sheet.row += 1;
        sheet.text(0, key, &formats.text)?;
        sheet.text(1, &value, &formats.text)?;
    }
    protect(sheet.worksheet);
    Ok(())
}
