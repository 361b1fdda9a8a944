//! A review as a workbook: `partners` (one row each), `decisions` (long and tidy), `rollups`, `_meta`.
//!
//! Text is always written as text, so nothing in a book becomes a formula. Amounts are cells of binary floating point,
//! as in every workbook; exact figures are in the CSV and JSON formats.

use super::{Reviewed, words};
use crate::decision::Grounds;
use crate::performance::Group;
use crate::report::ReportFault;
use crate::report::figures::clipped;
use crate::report::xlsx::{Formats, MOST_LINES, Sheet, add_table, protect, set_width, titled};
use crate::review::{PartnerReview, reasons};
use crate::units::{Money, Rate};
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::io::Write;

/// Writes a review as a workbook. Above 20,000 partners it holds the most pressing ones, and `_meta` says so.
pub fn write_review(reviewed: &Reviewed<'_>, out: &mut impl Write) -> Result<(), ReportFault> {
    let formats = Formats::of_currency(reviewed.review.book.currency);
    let book = Book { reviewed, formats };
    let mut workbook = Workbook::new();
    let review = reviewed.review;
    let title = format!("{}: business review {}", clipped(&review.plugin.vendor, 100), review.setting.period);
    workbook.set_properties(&titled(&title)?);
    book.partners(workbook.add_worksheet_with_constant_memory()?)?;
    book.decisions(workbook.add_worksheet_with_constant_memory()?)?;
    book.rollups(workbook.add_worksheet())?;
    book.meta(workbook.add_worksheet())?;
    out.write_all(&workbook.save_to_buffer()?)?;
    out.flush()?;
    Ok(())
}

/// Columns of `partners` with their widths.
const PARTNERS: [(&str, u16); 27] = [
    ("partner_id", 14),
    ("partner_name", 32),
    ("tier", 12),
    ("territory", 14),
    ("vertical", 16),
    ("account_manager", 18),
    ("quota", 16),
    ("actual", 16),
    ("attainment", 11),
    ("remaining_quota", 16),
    ("open_pipeline", 16),
    ("coverage_ratio", 11),
    ("remaining_coverage_ratio", 11),
    ("required_coverage", 11),
    ("weighted_pipeline", 16),
    ("expected_revenue", 16),
    ("forecast", 16),
    ("forecast_gap", 16),
    ("forecast_gap_share", 11),
    ("expected_to_date", 16),
    ("pace_ratio", 11),
    ("tier_decision", 12),
    ("tier_to", 12),
    ("incentive_amount", 16),
    ("intervention", 22),
    ("severity", 10),
    ("owner", 20),
];

const DECISIONS: [(&str, u16); 16] = [
    ("partner_id", 14),
    ("partner_name", 32),
    ("kind", 13),
    ("product_line", 16),
    ("decision", 24),
    ("from", 14),
    ("to", 14),
    ("amount", 16),
    ("points", 10),
    ("rate", 10),
    ("severity", 10),
    ("owner", 20),
    ("effective_or_due", 14),
    ("until", 14),
    ("reasons", 80),
    ("would_change", 60),
];

const ROLLUPS: [(&str, u16); 17] = [
    ("dimension", 18),
    ("name", 28),
    ("partners", 10),
    ("with_quota", 10),
    ("quota", 16),
    ("actual", 16),
    ("attainment", 11),
    ("actual_without_quota", 16),
    ("open_pipeline", 16),
    ("coverage_ratio", 11),
    ("forecast_gap", 16),
    ("forecast_gap_share", 11),
    ("pace_ratio", 11),
    ("at_quota_by_count", 11),
    ("at_quota_by_revenue", 11),
    ("shortfall", 16),
    ("linearity_deviation", 11),
];

struct Book<'a> {
    reviewed: &'a Reviewed<'a>,
    formats: Formats,
}

/// One decision in the tidy sheet.
#[derive(Default)]
struct Tidy<'a> {
    kind: &'static str,
    product_line: Option<&'a str>,
    decision: String,
    from: Option<&'a str>,
    to: Option<&'a str>,
    amount: Option<Money>,
    points: Option<Decimal>,
    rate: Option<Rate>,
    severity: Option<&'static str>,
    owner: Option<&'a str>,
    day: String,
    until: String,
    reasons: String,
    would_change: String,
}

impl Book<'_> {
    fn table(
        &self,
        worksheet: &mut Worksheet,
        name: &str,
        columns: &[(&str, u16)],
        rows: usize,
    ) -> Result<(), ReportFault> {
        worksheet.set_name(name)?;
        worksheet.set_freeze_panes(1, if name == "rollups" { 0 } else { 2 })?;
        for (index, (_, width)) in (0..).zip(columns) {
            set_width(worksheet, index, *width)?;
        }
        let columns: Vec<(String, &Format)> =
            columns.iter().map(|(name, _)| ((*name).to_owned(), &self.formats.header)).collect();
        add_table(worksheet, name, 0, &columns, rows)?;
        protect(worksheet);
        Ok(())
    }

    fn partners(&self, worksheet: &mut Worksheet) -> Result<(), ReportFault> {
        let partners = &self.reviewed.kept.partners;
        self.table(worksheet, "partners", &PARTNERS, partners.len())?;
        let mut sheet = Sheet { worksheet, row: 0 };
        for partner in partners {
            sheet.row += 1;
            self.partner(&mut sheet, partner)?;
        }
        Ok(())
    }

    fn partner(&self, sheet: &mut Sheet<'_>, partner: &PartnerReview) -> Result<(), ReportFault> {
        let (standing, whole) = (&partner.standing, &partner.standing.whole);
        let names = [&standing.tier, &standing.territory, &standing.vertical, &standing.account_manager];
        sheet.text(0, &standing.partner_id, &self.formats.text)?;
        sheet.text(1, &standing.partner_name, &self.formats.text)?;
        for (column, name) in (2..).zip(names) {
            sheet.name(column, name.as_deref(), &self.formats.text)?;
        }
        let amounts = [
            (6, whole.quota),
            (7, whole.actual),
            (9, whole.remaining_quota),
            (10, whole.open_pipeline),
            (14, whole.weighted_pipeline),
            (15, whole.expected_revenue),
            (16, whole.forecast),
            (17, whole.forecast_gap),
            (19, whole.pacing.expected_to_date),
        ];
        let percents = [(8, whole.attainment), (18, whole.forecast_gap_share), (20, whole.pacing.pace_ratio)];
        let multiples =
            [(11, whole.coverage_ratio), (12, whole.remaining_coverage_ratio), (13, whole.required_coverage)];
        // A sheet in constant memory takes cells of a row in any order.
        amounts.into_iter().try_for_each(|(column, money)| sheet.money(column, money, &self.formats.money))?;
        percents.into_iter().try_for_each(|(column, rate)| number(sheet, column, rate, &self.formats.percent))?;
        multiples.into_iter().try_for_each(|(column, rate)| number(sheet, column, rate, &Format::new()))?;
        let tier = partner.tier();
        sheet.name(21, tier.map(|tier| tier.decision.as_str()), &self.formats.text)?;
        sheet.name(22, tier.and_then(|tier| tier.to.as_deref()), &self.formats.text)?;
        sheet.money(23, partner.incentive_amount()?, &self.formats.money)?;
        let first = partner.intervention();
        sheet.text(24, &first.map(|one| words::kind(one.kind)).unwrap_or_default(), &self.formats.text)?;
        sheet.name(25, first.map(|one| one.severity.as_str()), &self.formats.text)?;
        sheet.name(26, first.and_then(|one| partner.owner(one)).map(|name| &**name), &self.formats.text)?;
        Ok(())
    }

    fn decisions(&self, worksheet: &mut Worksheet) -> Result<(), ReportFault> {
        let partners = &self.reviewed.kept.partners;
        let count: usize = partners.iter().map(|partner| tidy(partner).len()).sum();
        self.table(worksheet, "decisions", &DECISIONS, count.min(MOST_LINES))?;
        let mut sheet = Sheet { worksheet, row: 0 };
        let rows = partners.iter().flat_map(|partner| tidy(partner).into_iter().map(move |row| (partner, row)));
        for (partner, row) in rows.take(MOST_LINES) {
            sheet.row += 1;
            self.decision(&mut sheet, partner, &row)?;
        }
        Ok(())
    }

    fn decision(&self, sheet: &mut Sheet<'_>, partner: &PartnerReview, row: &Tidy<'_>) -> Result<(), XlsxError> {
        let text = &self.formats.text;
        sheet.text(0, &partner.standing.partner_id, text)?;
        sheet.text(1, &partner.standing.partner_name, text)?;
        sheet.text(2, row.kind, text)?;
        sheet.name(3, row.product_line, text)?;
        sheet.text(4, &row.decision, text)?;
        sheet.name(5, row.from, text)?;
        sheet.name(6, row.to, text)?;
        sheet.money(7, row.amount, &self.formats.money)?;
        number(sheet, 8, row.points, &Format::new())?;
        number(sheet, 9, row.rate, &self.formats.percent)?;
        sheet.name(10, row.severity, text)?;
        sheet.name(11, row.owner, text)?;
        sheet.text(12, &row.day, text)?;
        sheet.text(13, &row.until, text)?;
        sheet.text(14, &row.reasons, text)?;
        sheet.text(15, &row.would_change, text)
    }

    fn rollups(&self, worksheet: &mut Worksheet) -> Result<(), ReportFault> {
        let groups = &self.reviewed.outcome.rollup.groups;
        self.table(worksheet, "rollups", &ROLLUPS, groups.len().min(MOST_LINES))?;
        let mut sheet = Sheet { worksheet, row: 0 };
        for group in groups.iter().take(MOST_LINES) {
            sheet.row += 1;
            self.group(&mut sheet, group)?;
        }
        Ok(())
    }

    fn group(&self, sheet: &mut Sheet<'_>, group: &Group) -> Result<(), XlsxError> {
        let (text, money, percent) = (&self.formats.text, &self.formats.money, &self.formats.percent);
        sheet.text(0, group.dimension.as_str(), text)?;
        sheet.name(1, group.name.as_deref(), text)?;
        sheet.number(2, Decimal::from(group.partners), &Format::new())?;
        sheet.number(3, Decimal::from(group.with_quota), &Format::new())?;
        sheet.money(4, group.quota, money)?;
        sheet.money(5, group.actual, money)?;
        number(sheet, 6, group.attainment, percent)?;
        sheet.money(7, Some(group.actual_without_quota), money)?;
        sheet.money(8, group.open_pipeline, money)?;
        number(sheet, 9, group.coverage_ratio, &Format::new())?;
        sheet.money(10, group.forecast_gap, money)?;
        number(sheet, 11, group.forecast_gap_share, percent)?;
        number(sheet, 12, group.pace_ratio, percent)?;
        number(sheet, 13, group.at_quota_by_count, percent)?;
        number(sheet, 14, group.at_quota_by_revenue, percent)?;
        sheet.money(15, Some(group.shortfall.total), money)?;
        number(sheet, 16, group.linearity.as_ref().map(|linearity| linearity.deviation), percent)
    }

    fn meta(&self, worksheet: &mut Worksheet) -> Result<(), ReportFault> {
        worksheet.set_name("_meta")?;
        worksheet.set_column_width(0, 18)?.set_column_width(1, 70)?;
        let (review, outcome) = (self.reviewed.review, &self.reviewed.outcome);
        let left_out = self.reviewed.kept.left_out;
        let kept = match left_out {
            0 => "complete".to_owned(),
            left_out => format!("left out: {left_out} less pressing partners; use `--format csv` or `--format json`"),
        };
        let conventions = &review.setting.conventions;
        let incentives = outcome.summary.incentive_amount()?;
        let entries = [
            ("schema", "quotient.review.workbook/1".to_owned()),
            ("vendor", review.plugin.vendor.to_string()),
            ("revision", review.plugin.revision.clone()),
            ("input_hash", review.book.input_hash.clone()),
            ("period", review.setting.period.label.clone()),
            ("as_of", review.setting.as_of.to_string()),
            ("currency", review.book.currency.to_string()),
            ("grain", conventions.grain.as_str().to_owned()),
            ("win_rate", conventions.win_rate_basis.as_str().to_owned()),
            ("coverage_ratio", "full_quota".to_owned()),
            ("remaining_coverage_ratio", "remaining_quota".to_owned()),
            ("incentive_amount", incentives.map(|sum| sum.to_exact()).unwrap_or_default()),
            ("failed", outcome.summary.failed.to_string()),
            ("partners", kept),
        ];
        let faults = outcome.faults.iter().take(1_000);
        let faults = faults.map(|fault| ("fault", format!("{}: {}", fault.partner_id, fault.finding.message())));
        let entries: Vec<(&str, String)> = entries.into_iter().chain(faults).collect();
        let columns = ["key", "value"].map(|name| (name.to_owned(), &self.formats.header));
        add_table(worksheet, "meta", 0, &columns, entries.len())?;
        let mut sheet = Sheet { worksheet, row: 0 };
        for (key, value) in entries {
            sheet.row += 1;
            sheet.text(0, key, &self.formats.text)?;
            sheet.text(1, &value, &self.formats.text)?;
        }
        protect(sheet.worksheet);
        Ok(())
    }
}

fn number(sheet: &mut Sheet<'_>, column: u16, number: Option<Decimal>, format: &Format) -> Result<(), XlsxError> {
    match number {
        Some(number) => sheet.number(column, number, format),
        None => sheet.text(column, "", format),
    }
}

/// Every decision about a partner.
fn tidy(partner: &PartnerReview) -> Vec<Tidy<'_>> {
    let Some(decisions) = &partner.decisions else { return Vec::new() };
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let of = |grounds: &Grounds| (reasons(grounds).join("; "), grounds.would_change.join("; "));
    let mut rows = Vec::new();
    for tier in &decisions.tiers {
        let (reasons, would_change) = of(&tier.grounds);
        rows.push(Tidy {
            kind: "tier",
            product_line: tier.product_line.as_deref(),
            decision: tier.decision.as_str().to_owned(),
            from: tier.current.as_deref(),
            to: tier.to.as_deref(),
            day: day(tier.effective),
            until: day(tier.until),
            reasons,
            would_change,
            ..Tidy::default()
        });
    }
    for incentive in &decisions.incentives {
        let (reasons, would_change) = of(&incentive.grounds);
        let state = if incentive.is_awarded { "" } else { " (withheld)" };
        let level = incentive.level.as_deref().map(|level| format!(": level {level}")).unwrap_or_default();
        rows.push(Tidy {
            kind: "incentive",
            decision: format!("{}{level}{state}", incentive.name),
            amount: incentive.amount,
            points: incentive.points,
            rate: incentive.rate,
            until: day(incentive.until),
            reasons,
            would_change,
            ..Tidy::default()
        });
    }
    for one in &decisions.interventions {
        let (reasons, would_change) = of(&one.grounds);
        rows.push(Tidy {
            kind: "intervention",
            decision: words::kind(one.kind),
            severity: Some(one.severity.as_str()),
            owner: partner.owner(one).map(|name| &**name),
            day: day(one.due),
            reasons,
            would_change,
            ..Tidy::default()
        });
    }
    rows
}
