//! The survey of an export: its tables, the proposed mapping with its reasons, questions, and what was read.

use super::book::text as book_text;
use super::figures::count;
use super::grid::{Grid, Left, Right, TableOptions, bold, listed};
use crate::channel::{BookSummary, PartnerBook};
use crate::finding::{FindingDocument, Findings, FindingsDocument, counted};
use crate::intake::recognition::{Breakdown, BreakdownValue, Survey};
use crate::units::{Money, grouped, plain};
use comfy_table::Cell;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Name and version of the survey document.
pub const SURVEY_SCHEMA: &str = "quotient.survey/1";

/// A survey with the book that its mapping reads.
#[derive(Debug, Clone, Copy)]
pub struct SurveyView<'a> {
    /// The survey.
    pub survey: &'a Survey,
    /// The book; `None` when it cannot be read.
    pub book: Option<&'a PartnerBook>,
    /// Findings of the survey and of reading.
    pub findings: &'a Findings,
}

/// Survey of an export as a partner book.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Survey")]
pub struct SurveyDocument<'a> {
    /// Name and version of this shape.
    #[schemars(extend("const" = "quotient.survey/1"))]
    schema: &'static str,
    /// Tables that were found, in the order of the files and sheets.
    sources: Vec<SourceDocument<'a>>,
    /// Proposed mapping file; empty when none is needed.
    mapping: &'a str,
    /// Keys of the mapping file with their reasons, in its order.
    decisions: Vec<DecisionDocument<'a>>,
    /// Open questions.
    questions: Vec<QuestionDocument<'a>>,
    /// Rows and amounts by the values of columns of the table of revenue that have at most 12 of them, used or not; at most
    /// the first 16 columns.
    breakdowns: Vec<BreakdownDocument<'a>>,
    /// Number of further columns with at most 12 values, which are left out of `breakdowns`.
    more_breakdowns: usize,
    /// Content that was read with the mapping; null when the book cannot be read.
    read: Option<ReadDocument<'a>>,
    /// Findings of the survey and of reading.
    findings: FindingsDocument,
}

/// Table that was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Source")]
struct SourceDocument<'a> {
    /// File, and `file!Sheet` for workbooks.
    file: &'a str,
    /// Rows below the header.
    rows: u64,
    /// Row of the header, from 1; 0 in a JSON document.
    header_row: u64,
    /// Tables of the book that it becomes; empty when it is not read.
    tables: &'a [String],
    /// Reason, as a phrase.
    reason: &'a str,
}

/// Key of the mapping file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Decision")]
struct DecisionDocument<'a> {
    /// Table of the book; empty for the whole book.
    table: &'a str,
    /// Key, such as `columns.amount`.
    key: &'a str,
    /// Value, as written in the mapping file.
    value: &'a str,
    /// Reason, from the headings or the data.
    reason: &'a str,
}

/// Something that the data leaves open.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Question")]
struct QuestionDocument<'a> {
    /// File, with the column where there is one.
    place: &'a str,
    /// The question, with the key that answers it.
    question: &'a str,
}

/// Rows and amounts by the values of one column.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Breakdown")]
struct BreakdownDocument<'a> {
    /// File, and `file!Sheet` for workbooks.
    file: &'a str,
    /// Heading of the column.
    column: &'a str,
    /// Column of the book that it is read as, or the key of the mapping that uses it alone (`skip`, `where` or `subtract`); empty
    /// when the mapping does not use it.
    field: &'a str,
    /// Values, those of most rows first.
    values: Vec<BreakdownValueDocument<'a>>,
}

/// Rows and amount beside one value.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BreakdownValue")]
struct BreakdownValueDocument<'a> {
    /// Value; empty for cells without one. Numbers of documents are grouped by the letters before them, as `CN…`.
    value: &'a str,
    /// Number of rows.
    rows: usize,
    /// Sum of the amounts as the file writes them, as an exact decimal string; null when it is not known.
    amount: Option<String>,
}

/// Content of the book that was read.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BookContent")]
struct ReadDocument<'a> {
    /// Currency of all amounts.
    currency: String,
    /// Number of partners.
    partners: usize,
    /// Number of rows used, by table.
    rows: BTreeMap<String, usize>,
    /// Revenue by calendar year, as exact decimal strings; null when a sum is out of range.
    revenue: BTreeMap<String, Option<String>>,
    /// All revenue, as an exact decimal string.
    revenue_total: Option<String>,
    /// Summary to compare with the report that the book was exported from: rows left out by rule with an example, totals
    /// that files state, months without rows, unusual months and years; null for a book that was built in a program.
    summary: Option<&'a BookSummary>,
}

/// Revenue of the book by calendar year, ascending; `None` when a sum is out of range.
fn by_year(book: &PartnerBook) -> BTreeMap<i32, Option<Money>> {
    let mut years: BTreeMap<i32, Option<Money>> = BTreeMap::new();
    for entry in book.partners.iter().flat_map(|partner| &partner.revenue) {
        let sum = years.entry(entry.month.year()).or_insert_with(|| Some(Money::new(0, book.currency)));
        *sum = sum.and_then(|sum| sum.plus(entry.amount).ok());
    }
    years
}

/// All revenue of the book; `None` when the sum is out of range.
fn total(book: &PartnerBook) -> Option<Money> {
    let amounts = book.partners.iter().flat_map(|partner| partner.revenue.iter().map(|entry| entry.amount));
    Money::sum(book.currency, amounts).ok()
}

/// The survey as JSON, indented, a line feed at the end.
pub fn json(view: &SurveyView<'_>) -> serde_json::Result<String> {
    let survey = view.survey;
    let exact = |money: Option<Money>| money.map(|money| money.to_exact());
    let read = view.book.map(|book| ReadDocument {
        currency: book.currency.to_string(),
        partners: book.partners.len(),
        rows: book.tables.clone(),
        revenue: by_year(book).into_iter().map(|(year, sum)| (year.to_string(), exact(sum))).collect(),
        revenue_total: exact(total(book)),
        summary: book.summary.as_deref(),
    });
    let document = SurveyDocument {
        schema: SURVEY_SCHEMA,
        sources: survey
            .sources
            .iter()
            .map(|one| SourceDocument {
                file: &one.file,
                rows: one.rows,
                header_row: one.header_row,
                tables: &one.tables,
                reason: &one.reason,
            })
            .collect(),
        mapping: &survey.mapping,
        decisions: survey
            .decisions
            .iter()
            .map(|one| DecisionDocument { table: &one.table, key: &one.key, value: &one.value, reason: &one.reason })
            .collect(),
        questions: survey
            .questions
            .iter()
            .map(|one| QuestionDocument { place: &one.place, question: &one.question })
            .collect(),
        breakdowns: survey.breakdowns.iter().map(breakdown).collect(),
        more_breakdowns: survey.more_breakdowns,
        read,
        findings: FindingsDocument::new(FindingDocument::grouped(view.findings.iter())),
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}

fn breakdown(one: &Breakdown) -> BreakdownDocument<'_> {
    let value = |one: &'_ BreakdownValue| one.amount.map(plain);
    let values = one.values.iter();
    BreakdownDocument {
        file: &one.file,
        column: &one.column,
        field: &one.field,
        values: values
            .map(|one| BreakdownValueDocument { value: &one.value, rows: one.rows, amount: value(one) })
            .collect(),
    }
}

/// The survey for a terminal.
pub fn text(view: &SurveyView<'_>, options: &TableOptions) -> String {
    let mut sections = Vec::new();
    if !view.survey.sources.is_empty() {
        sections.push(sources(view, options));
        sections.push(mapping(view, options));
    }
    if !view.survey.questions.is_empty() {
        sections.push(questions(view, options));
    }
    if !view.survey.breakdowns.is_empty() {
        sections.push(breakdowns(view, options));
    }
    sections.push(match view.book {
        Some(book) => content(book, options),
        None => format!(
            "{}\nThe book cannot be read with this mapping; the findings say why.\n",
            bold("What was read", options.colour)
        ),
    });
    sections.join("\n")
}

fn sources(view: &SurveyView<'_>, options: &TableOptions) -> String {
    let columns = [("file or sheet", Left), ("header", Right), ("rows", Right), ("read as", Left), ("reason", Left)];
    let mut grid = Grid::new("Files and sheets", options, &columns);
    for source in &view.survey.sources {
        let header = if source.header_row == 0 { String::new() } else { format!("row {}", source.header_row) };
        let rows = count(usize::try_from(source.rows).unwrap_or(usize::MAX));
        grid.row([source.file.clone(), header, rows, source.tables.join(", "), source.reason.clone()].map(Cell::new));
    }
    grid.text()
}

fn mapping(view: &SurveyView<'_>, options: &TableOptions) -> String {
    let title = bold("Proposed mapping file", options.colour);
    match view.survey.mapping.as_str() {
        "" if view.survey.sources.iter().any(|source| !source.tables.is_empty()) => {
            format!("{title}\nnone: the tables and columns have the names of a book\n")
        }
        "" => format!("{title}\nnone: no table of revenue was recognised; the questions below say what is missing\n"),
        text => format!("{title}\n{text}"),
    }
}

fn questions(view: &SurveyView<'_>, options: &TableOptions) -> String {
    let mut text = format!("{}\n", bold("Open questions", options.colour));
    for question in &view.survey.questions {
        let line = joined(&format!("{}: {}", question.place, question.question));
        text.push_str(&listed(&line, "- ", options.width).replace(JOINT, " "));
    }
    text
}

/// Character in the place of a space at which a line is not broken.
const JOINT: char = '\u{e000}';

/// The text with a [`JOINT`] for each space between backticks, so that a key to copy stays in one line.
fn joined(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts: Vec<String> = parts
        .map(|(at, part)| if at % 2 == 1 { part.replace(' ', &JOINT.to_string()) } else { part.to_owned() })
        .collect();
    parts.join("`")
}

/// Values of a column that are shown.
const SHOWN: usize = 6;

/// Amounts by the values of columns, as the file writes them.
fn breakdowns(view: &SurveyView<'_>, options: &TableOptions) -> String {
    let mut text = format!("{}\n", bold("Amounts by the values of columns", options.colour));
    for one in &view.survey.breakdowns {
        let used = if one.field.is_empty() { "not used" } else { one.field.as_str() };
        let shown = one.values.iter().take(SHOWN).map(|one| {
            let value = if one.value.is_empty() { "no value".to_owned() } else { format!("`{}`", one.value) };
            let rows = counted(one.rows, "row");
            match one.amount {
                Some(amount) => format!("{value}: {} ({rows})", grouped(amount)),
                None => format!("{value}: {rows}"),
            }
        });
        let mut shown: Vec<String> = shown.collect();
        let more = one.values.len().saturating_sub(SHOWN);
        if more > 0 {
            shown.push(format!("and {}", counted(more, "more value")));
        }
        let line = format!("{}: {} ({used}): {}", one.file, one.column, shown.join(" · "));
        text.push_str(&listed(&line, "- ", options.width));
    }
    if view.survey.more_breakdowns > 0 {
        let more = counted(view.survey.more_breakdowns, "more column");
        text.push_str(&listed(&format!("and {more} with at most 12 values"), "- ", options.width));
    }
    text
}

/// The summary of the book; nothing for a book that was not read from files.
fn content(book: &PartnerBook, options: &TableOptions) -> String {
    let title = bold("What was read", options.colour);
    book.summary.as_deref().map(|summary| format!("{title}\n{}", book_text(summary, options))).unwrap_or_default()
}
