//! A plan as a workbook: a planner fills in overrides, and the returned file fixes them as locks.
//!
//! Sheets: `quotas` (one Excel table, override columns unlocked), `subtotals`, `steps` (long and tidy), `_meta`.
//! Text is always written as text, so nothing in a book becomes a formula. Amounts are cells of binary floating point,
//! as in every workbook; the exact quota is beside it in the hidden text column `quota_exact`, and all computed cells of
//! the row are in the hidden text column `as_proposed`, so that a change of one is noticed when the file comes back.

use super::ReportFault;
use super::bands;
use super::cells::{exact_text, titles};
use super::figures::{Figures, book_sentence, clipped, rate_text};
use super::guard::period_title;
use super::sheet::{Formats, Sheet, add_table, protect, set_up_print, set_width, titled};
use super::summary::{Subtotal, Summary};
use crate::channel::{Identity, LineContext, Name, SegmentKey};
use crate::figure::{Column, Value, is_same, title_of};
use crate::intake::{AGREED_PERIODS, AS_PROPOSED, LINE_ID, QUOTA_EXACT};
use crate::planning::{Band, PhasingBasis, PlanLine, QuotaPlan, line_id};
use crate::quota::Step;
use crate::units::Rate;
use crate::{columns, figures};
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, Format, Workbook, Worksheet, XlsxError,
};
use std::io::Write;

/// Lines a worksheet holds below its header row.
pub const MOST_LINES: usize = 1_048_575;

/// Writes `plan` as a workbook; fails when it has more than [`MOST_LINES`] lines.
///
/// Steps that do not fit in one sheet are left out, and `_meta` says so.
pub fn write_plan(plan: &QuotaPlan, out: &mut impl Write) -> Result<(), ReportFault> {
    require_room(plan.lines.len())?;
    let summary = Summary::of(plan)?;
    let formats = Formats::of_currency(plan.currency);
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

fn properties(plan: &QuotaPlan) -> Result<DocProperties, XlsxError> {
    let manager = plan.account_manager.as_deref().map(|name| format!(" · {}", clipped(name, 60))).unwrap_or_default();
    titled(&format!("{}: quota proposal {}{manager}", clipped(&plan.vendor, 100), plan.period))
}

/// Columns of `quotas` up to the reporting periods.
const QUOTAS: &[Column<PlanLine>] = columns!(PlanLine;
    |line| Some(&line.identity) => Identity { partner_id, partner_name, account_manager, tier, territory, product_line }
    |line| Some(line) => PlanLine { quota, override_quota, override_reason }
    |line| Some(&line.context) => LineContext { prior_revenue, comparable_revenue }
    |line| Some(line) => PlanLine { growth, floor, ceiling, binding, locked, reason }
    |line| line.band.as_ref() => Band { band_low, band_high }
    |line| Some(line) => PlanLine { odds }
);
/// Places of the columns that formulas and validation name.
const QUOTA: u16 = place_of("quota");
const OVERRIDE_QUOTA: u16 = place_of("override_quota");
const COMPARABLE_REVENUE: u16 = place_of("comparable_revenue");
const BAND_LOW: u16 = place_of("band_low");
const FIRST_PERIOD: u16 = place_of("");
/// Characters of the reasons of a line.
const REASONS: usize = 500;

/// Place of the column of that name in [`QUOTAS`], or the place after the last.
const fn place_of(name: &str) -> u16 {
    let mut place: u16 = 0;
    while (place as usize) < QUOTAS.len() && !is_same(QUOTAS[place as usize].about.name, name) {
        place += 1;
    }
    place
}

/// Letter of a column of [`QUOTAS`], as formulas name it.
fn letter(place: u16) -> char {
    char::from(b'A'.saturating_add(u8::try_from(place).unwrap_or(u8::MAX)))
}

fn write_quotas(worksheet: &mut Worksheet, plan: &QuotaPlan, formats: &Formats) -> Result<(), ReportFault> {
    worksheet.set_name("quotas")?;
    worksheet.set_freeze_panes(1, 2)?;
    set_up_print(worksheet, plan.currency, 0)?;
    let header = |name: &str| if is_input(name) { &formats.input_header } else { &formats.header };
    let formats_of = QUOTAS.iter().map(|column| header(column.about.name));
    let mut columns: Vec<(String, &Format)> = titles(QUOTAS).zip(formats_of).collect();
    columns.extend(plan.reporting.iter().map(|period| (period_title(period), &formats.header)));
    columns.extend([QUOTA_EXACT, AS_PROPOSED].map(|name| (title_of(name), &formats.header)));
    for (index, column) in (0..).zip(QUOTAS) {
        set_width(worksheet, index, column.about.width)?;
    }
    let exact = FIRST_PERIOD + u16::try_from(plan.reporting.len()).unwrap_or(0);
    for column in FIRST_PERIOD..exact {
        worksheet.set_column_width(column, 16)?;
    }
    if plan.lines.iter().all(|line| line.odds.is_none()) {
        // The columns are in every workbook, and shown where something was estimated.
        (BAND_LOW..FIRST_PERIOD).try_for_each(|column| worksheet.set_column_hidden(column).map(|_| ()))?;
    }
    worksheet.set_column_hidden(exact)?.set_column_hidden(exact + 1)?;
    add_table(worksheet, "quotas", 0, &columns, plan.lines.len())?;
    let last = u32::try_from(plan.lines.len().max(1)).unwrap_or(u32::MAX);
    worksheet.add_data_validation(1, OVERRIDE_QUOTA, last, OVERRIDE_QUOTA, &override_rule()?)?;
    protect(worksheet);
    let mut sheet = Sheet { worksheet, row: 0 };
    for line in &plan.lines {
        sheet.row += 1;
        write_quota_line(&mut sheet, plan, line, formats)?;
    }
    Ok(())
}

/// True for the columns that a planner fills in.
fn is_input(name: &str) -> bool {
    name.starts_with("override_")
}

fn override_rule() -> Result<DataValidation, XlsxError> {
    DataValidation::new()
        .allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
        .set_input_title("Override")?
        .set_input_message("Agreed quota, zero or more. Say why in the next column. Empty keeps the proposal.")?
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title("Not a quota")?
        .set_error_message("Enter a number, zero or more.")
}

fn write_quota_line(
    sheet: &mut Sheet<'_>,
    plan: &QuotaPlan,
    line: &PlanLine,
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (place, column) in (0..).zip(QUOTAS) {
        let value = (column.read)(line);
        match (column.about.name, value) {
            // A lock of the plan is an override too, so that the returned workbook keeps it.
            ("override_quota", value) => sheet.value(place, column.about, &value, &formats.input_money)?,
            ("override_reason", value) => sheet.value(place, column.about, &value, &formats.input_text)?,
            ("growth", _) => match line.growth() {
                Some(growth) => {
                    let formula = growth_formula(sheet.row + 1);
                    sheet.formula(place, formula, Some(binary_text(growth)), &formats.percent)?;
                }
                // A formula without a result would be saved as 0.
                None => sheet.text(place, "", &formats.percent)?,
            },
            ("reason", Value::Text(reason)) => sheet.text(place, &clipped(&reason, REASONS), &formats.text)?,
            (_, value) => sheet.cell(place, column.about, &value, formats)?,
        }
    }
    let mut place = FIRST_PERIOD;
    for quota in &line.periods {
        sheet.money(place, Some(*quota), &formats.money)?;
        place += 1;
    }
    sheet.text(place, &line.quota.to_exact(), &formats.text)?;
    sheet.text(place + 1, &as_proposed(plan, line), &formats.text)
}

/// The computed cells of a row as a JSON object of strings, by heading: those that a planner must not change.
fn as_proposed(plan: &QuotaPlan, line: &PlanLine) -> String {
    let is_apart = |name: &str| matches!(name, "growth" | "reason" | "band_low" | "band_high" | "odds");
    let is_kept = |name: &str| !is_input(name) && !is_apart(name);
    let mut cells = serde_json::Map::new();
    for column in QUOTAS.iter().filter(|column| is_kept(column.about.name)) {
        let text = exact_text(column.about, &(column.read)(line));
        cells.insert(column.about.title(), text.into());
    }
    for (period, quota) in plan.reporting.iter().zip(&line.periods) {
        cells.insert(period_title(period), quota.to_exact().into());
    }
    if line.season == PhasingBasis::Agreed {
        cells.insert(AGREED_PERIODS.to_owned(), "true".into());
    }
    if plan.record.is_some() {
        let segment = &line.segment;
        let id = line_id(&line.identity.partner_id, segment.product_line.as_deref(), segment.territory.as_deref());
        cells.insert(LINE_ID.to_owned(), id.into());
    }
    serde_json::Value::Object(cells).to_string()
}

/// Growth of the override, or else of the quota, over comparable revenue above zero; `row` counts from 1.
fn growth_formula(row: u32) -> String {
    let [quota, new, prior] = [QUOTA, OVERRIDE_QUOTA, COMPARABLE_REVENUE].map(letter);
    format!("=IF(ISNUMBER({new}{row}),{new}{row},{quota}{row})/{prior}{row}-1")
}

/// Text of a rate as a cell can hold it.
fn binary_text(rate: Rate) -> String {
    rate_text(rate.round_dp(15))
}

fn write_subtotals(
    worksheet: &mut Worksheet,
    plan: &QuotaPlan,
    summary: &Summary<'_>,
    formats: &Formats,
) -> Result<(), ReportFault> {
    worksheet.set_name("subtotals")?;
    worksheet.set_column_width(0, 24)?.set_column_width(1, 28)?;
    worksheet.set_column_range_width(2, 9, 16)?;
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
    let (quota, new) = (letter(QUOTA), letter(OVERRIDE_QUOTA));
    let live =
        format!("=SUMIFS(quotas!{quota}2:{quota}{last},quotas!{new}2:{new}{last},\"\")+SUM(quotas!{new}2:{new}{last})");
    sheet.formula(1, live, Some(plan.total.to_exact()), &formats.money)?;
    sheet.row += 2;
    let header = |name: &str| (name.to_owned(), &formats.header);
    let columns = [
        "Dimension",
        "Value",
        "Lines",
        "Quota",
        "Share",
        "Prior revenue",
        "Comparable revenue",
        "Quota of lines with comparable revenue",
        "Growth",
        "Current quota",
    ];
    set_up_print(sheet.worksheet, plan.currency, sheet.row)?;
    sheet.worksheet.set_freeze_panes(sheet.row + 1, 2)?;
    let rows: Vec<(&str, &Subtotal)> = summary
        .dimensions
        .iter()
        .flat_map(|dimension| dimension.subtotals.iter().map(|subtotal| (dimension.name, subtotal)))
        .collect();
    add_table(sheet.worksheet, "subtotals", sheet.row, &columns.map(header), rows.len() + 1)?;
    let whole = if plan.account_manager.is_some() { "all lines" } else { "channel" };
    for (dimension, subtotal) in std::iter::once((whole, &summary.channel)).chain(rows) {
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
    sheet.text(0, dimension, &formats.text)?;
    sheet.name(1, subtotal.name.as_deref(), &formats.text)?;
    sheet.number(2, Decimal::from(subtotal.lines), &Format::new())?;
    sheet.money(3, Some(subtotal.quota), &formats.money)?;
    match subtotal.share {
        Some(share) => sheet.number(4, share, &formats.percent)?,
        None => sheet.text(4, "", &formats.percent)?,
    }
    sheet.money(5, subtotal.prior_revenue, &formats.money)?;
    sheet.money(6, subtotal.comparable_revenue, &formats.money)?;
    sheet.money(7, Some(subtotal.compared_quota), &formats.money)?;
    match subtotal.growth() {
        Some(growth) => sheet.formula(8, format!("=H{row}/G{row}-1"), Some(binary_text(growth)), &formats.percent)?,
        None => sheet.text(8, "", &formats.percent)?,
    }
    sheet.money(9, subtotal.current_quota, &formats.money)
}

/// Columns of `steps`.
const STEPS: &[Column<StepRow>] = columns!(StepRow;
    |row| Some(row) => StepRow { partner_id }
    |row| Some(&row.segment) => SegmentKey { product_line, territory }
    |row| Some(row) => StepRow { step }
    |row| Some(&row.of) => Step { kind, label, indicated, weight, amount, reason }
);

figures! {
    /// One row of the sheet of steps.
    #[derive(Debug, Clone)]
    pub struct StepRow = "StepRow" {
        /// Partner id.
        partner_id: Name;
        /// Key of the line within its partner.
        segment: SegmentKey, flat();
        /// Number of the step within its line, from 1.
        step: usize, width(7);
        /// The step.
        of: Step, flat();
    }
}

impl StepRow {
    fn new(line: &PlanLine, order: usize, step: &Step) -> Self {
        let partner_id = Name::clone(&line.identity.partner_id);
        Self { partner_id, segment: line.segment.clone(), step: order + 1, of: step.clone() }
    }
}

fn write_steps(worksheet: &mut Worksheet, plan: &QuotaPlan, fits: bool, formats: &Formats) -> Result<(), ReportFault> {
    worksheet.set_name("steps")?;
    worksheet.set_freeze_panes(1, 0)?;
    for (place, column) in (0..).zip(STEPS) {
        set_width(worksheet, place, column.about.width)?;
    }
    let columns: Vec<(String, &Format)> = titles(STEPS).map(|title| (title, &formats.header)).collect();
    set_up_print(worksheet, plan.currency, 0)?;
    let rows = if fits { plan.lines.iter().map(|line| line.steps.len()).sum() } else { 0 };
    add_table(worksheet, "steps", 0, &columns, rows)?;
    protect(worksheet);
    let mut sheet = Sheet { worksheet, row: 0 };
    for line in plan.lines.iter().filter(|_| fits) {
        for (order, step) in line.steps.iter().enumerate() {
            sheet.row += 1;
            sheet.cells(0, STEPS, &StepRow::new(line, order, step), formats)?;
        }
    }
    Ok(())
}

fn write_meta(worksheet: &mut Worksheet, plan: &QuotaPlan, steps: usize, formats: &Formats) -> Result<(), ReportFault> {
    worksheet.set_name("_meta")?;
    worksheet.set_column_width(0, 18)?.set_column_width(1, 70)?;
    let left_out = format!("left out: {steps} steps do not fit in a worksheet; use `--format json`");
    let mut entries = vec![
        ("schema", "quotient.workbook/1".to_owned()),
        ("vendor", plan.vendor.to_string()),
        ("revision", plan.revision.clone()),
        ("input_hash", plan.input_hash.clone()),
        ("book", plan.book.as_deref().map(book_sentence).unwrap_or_default()),
        ("period", plan.period.label.clone()),
        ("account_manager", plan.account_manager.as_deref().unwrap_or_default().to_owned()),
        ("as_of", plan.as_of.to_string()),
        ("grain", plan.grain.as_str().to_owned()),
        ("currency", plan.currency.to_string()),
        ("target", plan.target.map(|money| money.to_exact()).unwrap_or_default()),
        ("total", plan.total.to_exact()),
        ("lines", plan.lines.len().to_string()),
        ("steps", if steps <= MOST_LINES { "complete".to_owned() } else { left_out }),
    ];
    if let Some(bands) = &plan.bands {
        let figures = Figures::of_plan(plan);
        let said = bands::sentences(bands, figures).into_iter().chain(bands::notes(bands, plan.period.months));
        entries.push(("outlook (estimates)", said.collect::<Vec<_>>().join(" ")));
    }
    if let Some(record) = &plan.record {
        entries.extend([("plan", record.plan.clone()), ("plan_version", record.version.to_string())]);
    }
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
