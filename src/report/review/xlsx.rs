//! A review as a workbook: `partners` (one row per partner), `decisions` (one row per decision), `rollups`, `_meta`.
//!
//! Text is always written as text, so nothing in a book becomes a formula. Amounts are cells of binary floating point,
//! as in every workbook; exact figures are in the CSV and JSON formats.

use super::{Reviewed, words};
use crate::channel::{Identity, Name};
use crate::decision::{Grounds, Intervention, Severity, reasons};
use crate::figure::{Column, Format as FigureFormat};
use crate::performance::{Concentration, Group, Linearity, Pacing, Standing};
use crate::report::ReportFault;
use crate::report::cells::titles;
use crate::report::figures::{book_sentence, clipped};
use crate::report::sheet::{Formats, Sheet, add_table, protect, set_up_print, set_width, titled};
use crate::report::xlsx::MOST_LINES;
use crate::review::PartnerReview;
use crate::units::{Money, Rate};
use crate::{columns, figures};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::io::Write;

/// Writes a review as a workbook. Above 20,000 partners it holds the most pressing ones, and `_meta` says so.
pub fn write_review(reviewed: &Reviewed<'_>, out: &mut impl Write) -> Result<(), ReportFault> {
    let formats = Formats::of_currency(reviewed.review.book.currency);
    let book = Book { reviewed, formats };
    let mut workbook = Workbook::new();
    let review = reviewed.review;
    let title = format!("{}: business review {}", clipped(&review.plugin.vendor, 100), words::scope(review));
    workbook.set_properties(&titled(&title)?);
    book.partners(workbook.add_worksheet_with_constant_memory()?)?;
    book.decisions(workbook.add_worksheet_with_constant_memory()?)?;
    book.rollups(workbook.add_worksheet())?;
    book.meta(workbook.add_worksheet())?;
    out.write_all(&workbook.save_to_buffer()?)?;
    out.flush()?;
    Ok(())
}

/// Columns of `partners`.
const PARTNERS: &[Column<PartnerReview>] = columns!(PartnerReview;
    |review| Some(&review.standing.identity) => Identity {
        partner_id, partner_name, tier, territory, vertical, account_manager
    }
    |review| Some(&review.standing.whole) => Standing {
        quota, actual, attainment, remaining_quota, open_pipeline, coverage_ratio, remaining_coverage_ratio,
        required_coverage, weighted_pipeline, expected_revenue, forecast, forecast_gap, forecast_gap_share
    }
    |review| Some(&review.standing.whole.pacing) => Pacing { expected_to_date, pace_ratio }
    |review| Some(review) => PartnerReview { tier_decision, tier_to, incentive_amount }
    |review| review.intervention() => Intervention { intervention, severity }
    |review| Some(review) => PartnerReview { owner }
    |review| review.intervention() => Intervention { due }
    |review| Some(&review.standing.whole) => Standing { gap }
);

/// Columns of `decisions`.
const DECISIONS: &[Column<DecisionRow>] = columns!(DecisionRow;
    |row| Some(&row.partner) => Identity { partner_id, partner_name }
    |row| Some(row) => DecisionRow {
        kind, product_line, decision, from, to, amount, points, rate, severity, owner, effective_or_due, until,
        reasons, would_change
    }
);

/// Columns of `rollups`.
const ROLLUPS: &[Column<Group>] = columns!(Group;
    |group| Some(group) => Group {
        dimension, name, partners, with_quota, quota, actual, attainment, actual_without_quota, open_pipeline,
        coverage_ratio, forecast_gap, forecast_gap_share, pace_ratio, at_quota_by_count, at_quota_by_revenue
    }
    |group| Some(&group.shortfall) => Concentration { shortfall }
    |group| group.linearity.as_ref() => Linearity { linearity_deviation }
);

figures! {
    /// One decision in the sheet of decisions.
    #[derive(Debug, Clone, Default)]
    pub struct DecisionRow = "DecisionRow" {
        /// Identity of the partner.
        partner: Identity, flat();
        /// `tier`, `incentive` or `intervention`.
        kind: &'static str, width(13);
        /// Product line, for programs with one tier per product line.
        product_line: Option<Name>, width(16);
        /// Change of the tier, name of the incentive, or action.
        decision: String, width(24);
        /// Tier now.
        from: Option<Name>;
        /// Tier from then on.
        to: Option<Name>;
        /// Money earned.
        amount: Option<Money>;
        /// Points earned.
        points: Option<Decimal>, width(10);
        /// Rate granted.
        rate: Option<Rate>, width(10).format(FigureFormat::Percent);
        /// Urgency of the intervention.
        severity: Option<Severity>, width(10);
        /// Person or role responsible for the intervention.
        owner: Option<Name>, width(20);
        /// Date the decision takes effect, or the intervention is due.
        effective_or_due: Option<NaiveDate>;
        /// Date until which it is in force, or can be used.
        until: Option<NaiveDate>;
        /// Reasons.
        reasons: String, width(80);
        /// What would change it.
        would_change: String, width(60);
    }
}

struct Book<'a> {
    reviewed: &'a Reviewed<'a>,
    formats: Formats,
}

impl Book<'_> {
    /// Begins a sheet that is one table of `columns`.
    fn table<R>(
        &self,
        worksheet: &mut Worksheet,
        name: &str,
        columns: &[Column<R>],
        rows: usize,
    ) -> Result<(), ReportFault> {
        worksheet.set_name(name)?;
        worksheet.set_freeze_panes(1, if name == "rollups" { 0 } else { 2 })?;
        for (index, column) in (0..).zip(columns) {
            set_width(worksheet, index, column.about.width)?;
        }
        set_up_print(worksheet, self.reviewed.review.book.currency, 0)?;
        let columns: Vec<(String, &Format)> = titles(columns).map(|title| (title, &self.formats.header)).collect();
        add_table(worksheet, name, 0, &columns, rows)?;
        protect(worksheet);
        Ok(())
    }

    fn partners(&self, worksheet: &mut Worksheet) -> Result<(), ReportFault> {
        let partners = &self.reviewed.kept.partners;
        self.table(worksheet, "partners", PARTNERS, partners.len())?;
        let mut sheet = Sheet { worksheet, row: 0 };
        for partner in partners {
            sheet.row += 1;
            sheet.cells(0, PARTNERS, partner, &self.formats)?;
        }
        Ok(())
    }

    fn decisions(&self, worksheet: &mut Worksheet) -> Result<(), ReportFault> {
        let partners = &self.reviewed.kept.partners;
        let count: usize = partners.iter().map(|partner| decision_rows(partner).len()).sum();
        self.table(worksheet, "decisions", DECISIONS, count.min(MOST_LINES))?;
        let mut sheet = Sheet { worksheet, row: 0 };
        for row in partners.iter().flat_map(decision_rows).take(MOST_LINES) {
            sheet.row += 1;
            sheet.cells(0, DECISIONS, &row, &self.formats)?;
        }
        Ok(())
    }

    fn rollups(&self, worksheet: &mut Worksheet) -> Result<(), ReportFault> {
        let groups = &self.reviewed.outcome.rollup.groups;
        self.table(worksheet, "rollups", ROLLUPS, groups.len().min(MOST_LINES))?;
        let mut sheet = Sheet { worksheet, row: 0 };
        for group in groups.iter().take(MOST_LINES) {
            sheet.row += 1;
            sheet.cells(0, ROLLUPS, group, &self.formats)?;
        }
        Ok(())
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
            ("book", review.book.summary.as_deref().map(book_sentence).unwrap_or_default()),
            ("period", review.setting.period.label.clone()),
            ("account_manager", review.selected.as_ref().map(|one| one.title.clone()).unwrap_or_default()),
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

/// Every decision about a partner.
fn decision_rows(partner: &PartnerReview) -> Vec<DecisionRow> {
    let Some(decisions) = &partner.decisions else { return Vec::new() };
    let row = |kind, grounds: &Grounds| DecisionRow {
        partner: partner.standing.identity.clone(),
        kind,
        reasons: reasons(grounds).join("; "),
        would_change: grounds.would_change.join("; "),
        ..DecisionRow::default()
    };
    let tiers = decisions.tiers.iter().map(|tier| DecisionRow {
        product_line: tier.product_line.clone(),
        decision: tier.decision.as_str().to_owned(),
        from: tier.current.clone(),
        to: tier.to.clone(),
        effective_or_due: tier.effective,
        until: tier.until,
        ..row("tier", &tier.grounds)
    });
    let incentives = decisions.incentives.iter().map(|incentive| {
        let state = if incentive.is_awarded { "" } else { " (withheld)" };
        let level = incentive.level.as_deref().map(|level| format!(": level {level}")).unwrap_or_default();
        DecisionRow {
            decision: format!("{}{level}{state}", incentive.name),
            amount: incentive.amount,
            points: incentive.points,
            rate: incentive.rate,
            until: incentive.until,
            ..row("incentive", &incentive.grounds)
        }
    });
    let interventions = decisions.interventions.iter().map(|one| DecisionRow {
        decision: words::kind(one.kind),
        severity: Some(one.severity),
        owner: partner.owner(one).cloned(),
        effective_or_due: one.due,
        ..row("intervention", &one.grounds)
    });
    tiers.chain(incentives).chain(interventions).collect()
}
