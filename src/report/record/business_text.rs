//! Joint business plans on a terminal and as a page, and what the reviews of a plan say together.

use super::business::{ActivityRow, BusinessSheet, ObjectiveRow, ReviewRow};
use super::business_items::{AccountRow, RiskRow};
use crate::ledger::plan::PlanState;
use crate::ledger::portfolio::{FEWEST, Group, Portfolio};
use crate::report::ReportFault;
use crate::report::figures::{CleanWriter, count, counted, readable};
use crate::report::grid::{Grid, Left, Right, TableOptions, bold};
use crate::report::picture::templates;
use crate::units::{Rate, parse_decimal};
use comfy_table::Cell;
use minijinja::value::Serde;
use rust_decimal::Decimal;
use serde::Serialize;
use std::io::Write;

/// A figure that may be not known.
fn known(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "not known".to_owned(), |value| value.to_string())
}

/// A fraction as percent, with one decimal.
fn percent(rate: Rate) -> String {
    let percent = rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).round_dp(1).normalize();
    format!("{percent} %")
}

fn share(text: Option<&String>) -> String {
    known(text.and_then(|text| parse_decimal(text).ok()).map(percent))
}

/// A sheet in sentences and tables of text, for both renderings.
#[derive(Serialize)]
struct Page<'s> {
    vendor: String,
    sheet: &'s BusinessSheet,
    facts: Vec<(String, String)>,
    tables: Vec<Table>,
    signatures: Vec<String>,
    review: Vec<(String, String)>,
}

/// A table of texts.
#[derive(Serialize)]
struct Table {
    title: String,
    note: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Column {
    name: &'static str,
    numeric: bool,
}

#[derive(Serialize)]
struct Row {
    cells: Vec<String>,
    is_sum: bool,
    is_fall: bool,
}

impl Table {
    fn new(title: &str, columns: &[(&'static str, bool)], rows: Vec<Vec<String>>) -> Self {
        Self {
            title: title.to_owned(),
            note: String::new(),
            columns: columns.iter().map(|(name, numeric)| Column { name, numeric: *numeric }).collect(),
            rows: rows.into_iter().map(|cells| Row { cells, is_sum: false, is_fall: false }).collect(),
        }
    }

    fn text(&self, options: &TableOptions) -> String {
        let columns: Vec<_> =
            self.columns.iter().map(|column| (column.name, if column.numeric { Right } else { Left })).collect();
        let mut grid = Grid::new(&self.title, options, &columns);
        self.rows.iter().for_each(|row| grid.row(row.cells.iter().map(|cell| Cell::new(readable(cell)))));
        grid.text()
    }
}

impl<'s> Page<'s> {
    fn of(sheet: &'s BusinessSheet) -> Self {
        let fact = |name: &str, value: &Option<String>| Some((name.to_owned(), value.clone()?));
        let list = |name: &str, values: &[String]| (!values.is_empty()).then(|| (name.to_owned(), values.join(", ")));
        let facts = [
            fact("vision", &sheet.vision),
            fact("account manager", &sheet.account_manager),
            fact("sponsor at the vendor", &sheet.vendor_sponsor),
            fact("sponsor at the partner", &sheet.partner_sponsor),
            list("reviews", &sheet.review_dates),
        ];
        let quota = |row: &super::business::QuotaRow| {
            let in_force = row.in_force.map(|figure| figure.to_grouped());
            vec![row.line.clone(), row.state.to_string(), row.figure.to_grouped(), in_force.unwrap_or_default()]
        };
        let quotas = [("line", false), ("state", false), ("quota", true), ("in force", true)];
        let objectives = [
            ("", false),
            ("objective", false),
            ("baseline", true),
            ("target", true),
            ("now", true),
            ("progress", true),
            ("from", false),
        ];
        let activities =
            [("", false), ("activity", false), ("by", false), ("due", false), ("status", false), ("funds", true)];
        let accounts = [("", false), ("target account", false), ("by", false), ("expected", true)];
        let risks =
            [("", false), ("risk", false), ("likelihood", false), ("by", false), ("what is done about it", false)];
        let tables = [
            Table::new("Quotas", &quotas, sheet.lines.iter().map(quota).collect()),
            Table::new("Objectives", &objectives, sheet.objectives.iter().map(objective).collect()),
            Table::new("Activities", &activities, sheet.activities.iter().map(activity).collect()),
            Table::new("Target accounts", &accounts, sheet.accounts.iter().map(account).collect()),
            Table::new("Risks", &risks, sheet.risks.iter().map(risk).collect()),
        ];
        let signed = |side: &str, by: &Option<String>| match by {
            Some(by) => format!("Signed for the {side} by {by}."),
            None => format!("Not signed for the {side}."),
        };
        let mut signatures =
            vec![signed("vendor", &sheet.signed_by_vendor), signed("partner", &sheet.signed_by_partner)];
        signatures.extend(sheet.missing.iter().map(|what| format!("The {what} a signature needs is missing.")));
        if sheet.commitments_kept.is_some() {
            signatures.push(format!("Commitments kept so far: {}.", share(sheet.commitments_kept.as_ref())));
        }
        Self {
            vendor: readable(&sheet.vendor).to_string(),
            sheet,
            facts: facts.into_iter().flatten().collect(),
            tables: tables.into_iter().filter(|table| !table.rows.is_empty()).collect(),
            signatures,
            review: sheet.review.as_ref().map(review).unwrap_or_default(),
        }
    }
}

fn objective(row: &ObjectiveRow) -> Vec<String> {
    let ObjectiveRow { id, measure, baseline, target, actual, progress, .. } = row;
    let progress = if actual.is_some() { share(progress.as_ref()) } else { String::new() };
    let (baseline, actual) = (known(baseline.as_ref()), known(actual.as_ref()));
    vec![id.clone(), measure.clone(), baseline, target.clone(), actual, progress, origin(row)]
}

/// Origin of a value with its date; the source where there is no value yet.
fn origin(row: &ObjectiveRow) -> String {
    let on = row.actual_on.as_deref().unwrap_or_default();
    match (row.is_from_book, &row.recorded_by) {
        (None, _) => row.source.map(|source| source.as_str().replace('_', " ")).unwrap_or_default(),
        (Some(true), _) => format!("book, {on}"),
        (Some(false), Some(person)) => format!("{person}, {on}"),
        (Some(false), None) => format!("typed, {on}"),
    }
}

fn account(row: &AccountRow) -> Vec<String> {
    let by = row.owner.clone().unwrap_or_else(|| row.side.to_string());
    vec![row.id.clone(), row.customer.clone(), by, known(row.expected.map(|amount| amount.to_grouped()))]
}

fn risk(row: &RiskRow) -> Vec<String> {
    let by = row.owner.clone().unwrap_or_else(|| row.side.to_string());
    let likelihood = known(row.likelihood);
    vec![row.id.clone(), row.risk.clone(), likelihood, by, row.mitigation.clone().unwrap_or_default()]
}

fn activity(row: &ActivityRow) -> Vec<String> {
    let by = row.owner.clone().unwrap_or_else(|| row.side.to_string());
    let mut status = match &row.done_on {
        Some(on) => format!("{} on {on}", row.status),
        None => row.status.to_owned(),
    };
    if let Some(registered) = &row.registered {
        let deals = usize::try_from(registered.opportunities).unwrap_or(usize::MAX);
        let (deals, won) = (counted(deals, "opportunity", "opportunities"), registered.won.to_grouped());
        status.push_str(&format!(", {deals}, {won} won"));
    }
    let state = match (&row.claimed, row.is_fund_approved, &row.fund_waits_for) {
        (Some(claimed), ..) => format!(", {} claimed", claimed.to_grouped()),
        (None, true, _) => ", approved".to_owned(),
        (None, false, Some(open)) => format!(", waits for {}", open.join(" and ")),
        (None, false, None) => ", requested".to_owned(),
    };
    let funds = row.fund.map(|fund| format!("{}{state}", fund.to_grouped())).unwrap_or_default();
    vec![row.id.clone(), row.title.clone(), by, row.due.clone(), status, funds]
}

fn review(row: &ReviewRow) -> Vec<(String, String)> {
    let figures = [
        ("revenue", known(row.actual.map(|amount| amount.to_grouped()))),
        ("quota", known(row.quota.map(|amount| amount.to_grouped()))),
        ("attainment", share(row.attainment.as_ref())),
        ("commitments kept", share(row.commitments_kept.as_ref())),
        ("verdict", known(row.verdict.map(|verdict| verdict.as_str().replace('_', " ")))),
        ("because", row.because.clone()),
    ];
    let answers = row.answers.iter().map(|answer| ("answer", answer.clone()));
    figures.into_iter().chain(answers).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Renders a business plan for a terminal.
pub fn business_plan(sheet: &BusinessSheet, options: &TableOptions) -> String {
    let page = Page::of(sheet);
    let title = format!("{}: business plan {} with {}", sheet.partner_name, sheet.period, page.vendor);
    let rows = |rows: &[(String, String)]| {
        let mut grid = Grid::untitled(options, &[("", Left), ("", Left)]);
        rows.iter().for_each(|(name, value)| grid.row([name, value].map(Cell::new)));
        grid.text()
    };
    let mut sections = vec![format!("{}\n", bold(&title, options.colour)), rows(&page.facts)];
    sections.extend(page.tables.iter().map(|table| table.text(options)));
    sections.push(page.signatures.iter().map(|sentence| format!(" {sentence}\n")).collect());
    if let Some(row) = &sheet.review {
        let head = bold(&format!("Review as of {}", row.as_of), options.colour);
        sections.push(format!("{head}\n{}", rows(&page.review)));
    }
    sections.retain(|section| !section.trim().is_empty());
    sections.join("\n")
}

/// Writes a business plan as one HTML page without any other file.
pub fn write_business_plan(sheet: &BusinessSheet, out: &mut impl Write) -> Result<(), ReportFault> {
    let mut buffered = CleanWriter::page(std::io::BufWriter::new(out));
    let mut environment = templates()?;
    environment.add_template("business_plan.html", include_str!("../templates/business_plan.html"))?;
    let page = Page::of(sheet);
    environment.get_template("business_plan.html")?.render_captured_to(Serde(page), &mut buffered)?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    Ok(())
}

/// Renders the reviews of a plan together: verdicts, and activities beside attainment.
pub fn reviews(state: &PlanState, options: &TableOptions) -> String {
    let Portfolio { verdicts, associations } = Portfolio::of(state);
    if verdicts.is_empty() {
        return "No review has been held; hold them with `quotient plan business-plan review`.\n".to_owned();
    }
    let mut grid = Grid::new("Reviews by verdict", options, &[("verdict", Left), ("partners", Right)]);
    for (verdict, partners) in verdicts {
        let verdict = known(verdict.map(|verdict| verdict.as_str().replace('_', " ")));
        grid.row([verdict, count(partners)].map(Cell::new));
    }
    let columns = [
        ("activity", Left),
        ("done on time", Right),
        ("median attainment", Right),
        ("not done", Right),
        ("median attainment", Right),
    ];
    let mut compared = Grid::new("Activities and attainment", options, &columns);
    for one in associations {
        let interval = |group: Group| {
            let (low, high) = group.interval?;
            Some(format!("{} ({} to {})", percent(group.median?), percent(low), percent(high)))
        };
        let cells = |group: Group| [count(group.partners), interval(group).unwrap_or_else(|| "too few".to_owned())];
        let kind = one.kind.as_str().replace('_', " ");
        compared.row([kind].into_iter().chain(cells(one.did)).chain(cells(one.did_not)).map(Cell::new));
    }
    let few = counted(FEWEST, "partner", "partners");
    format!(
        "{}\n{}\n Partners with an activity done on time beside all others: an association, not a cause. A median needs {few}; in brackets, its 95 % interval.\n",
        grid.text(),
        compared.text(),
    )
}
