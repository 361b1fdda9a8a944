//! The summary of a book for people: one line, and a page of text that answers "does this equal my report?".

use super::figures::{amount_text as amount, book_sentence, clipped, count, counted};
use super::grid::{Grid, Left, Right, TableOptions};
use crate::channel::{BookSummary, LeftOutBy, RevenueOfYear, RowsLeftOut, TableSummary};
use crate::finding::lines_of;
use crate::units::Month;
use comfy_table::Cell;

/// Name of the table that may state a total.
const REVENUE: &str = "revenue";
/// Missing months that are listed.
const LISTED: usize = 12;
/// Characters of a text from the book.
const TEXT: usize = 32;

/// Renders the summary as text of at most `options.width` columns: the line, tables, rows left out, revenue by year,
/// and what deserves a look.
pub fn text(book: &BookSummary, options: &TableOptions) -> String {
    let mut sections =
        vec![lines_of(&book_sentence(book), options.width.into()).join("\n") + "\n", tables(book, options)];
    sections.push(left_out(book, options));
    sections.push(years("Revenue by year", &book.years, options));
    sections.push(years("Revenue by fiscal year", &book.fiscal_years, options));
    sections.push(totals(book));
    sections.push(unusual_months(book, options));
    sections.push(notes(book, options));
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

fn tables(book: &BookSummary, options: &TableOptions) -> String {
    let columns = [("table", Left), ("file", Left), ("rows", Right), ("used", Right), ("left out", Right)];
    let mut grid = Grid::new("Tables", options, &columns);
    for table in &book.tables {
        let counts = [table.rows, table.used, table.rows_left_out()].map(count);
        let names = [clipped(&table.table, TEXT), clipped(table.file.as_deref().unwrap_or_default(), TEXT)];
        grid.row(names.into_iter().chain(counts).map(Cell::new));
    }
    grid.text()
}

fn left_out(book: &BookSummary, options: &TableOptions) -> String {
    let groups: Vec<(&TableSummary, &RowsLeftOut)> =
        book.tables.iter().flat_map(|table| table.left_out.iter().map(move |group| (table, group))).collect();
    if groups.is_empty() {
        return String::new();
    }
    let columns = [("table", Left), ("rule", Left), ("rows", Right), ("for example", Left)];
    let mut grid = Grid::new("Rows left out", options, &columns);
    for (table, group) in groups {
        let rule = match &group.column {
            Some(column) => format!("{} {}", rule(group.rule), clipped(column, TEXT)),
            None => rule(group.rule).to_owned(),
        };
        let example = format!("row {}: {}", group.example_row, clipped(&group.example, TEXT));
        grid.row([clipped(&table.table, TEXT), rule, count(group.rows), example].map(Cell::new));
    }
    grid.text()
}

fn rule(rule: LeftOutBy) -> &'static str {
    match rule {
        LeftOutBy::Where => "where",
        LeftOutBy::Skip => "skip",
        LeftOutBy::Total => "total row",
        LeftOutBy::Footer => "footer",
        LeftOutBy::Repeated => "repeated partner",
        LeftOutBy::Partner => "partner left out",
    }
}

fn years(title: &str, years: &[RevenueOfYear], options: &TableOptions) -> String {
    if years.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(title, options, &[("year", Left), ("revenue", Right), ("months", Right)]);
    for year in years {
        let revenue = amount(year.revenue);
        grid.row([year.year.clone(), revenue, year.months.to_string()].map(Cell::new));
    }
    grid.text()
}

/// The total that a file states, beside what its rows sum to.
fn totals(book: &BookSummary) -> String {
    let stated = book.tables.iter().filter(|table| *table.table == *REVENUE);
    let Some((table, total)) = stated.filter_map(|table| Some((table, table.stated_total?))).next() else {
        return String::new();
    };
    let file = clipped(table.file.as_deref().unwrap_or_default(), TEXT);
    match book.revenue.map(|revenue| revenue.minus(total)) {
        Some(Ok(difference)) if difference.is_zero() => {
            format!("The total stated in {file}, {}, equals the sum of the rows.\n", amount(Some(total)))
        }
        Some(Ok(difference)) => format!(
            "The total stated in {file} is {}; the sum of the rows differs by {}.\n",
            amount(Some(total)),
            amount(Some(difference))
        ),
        Some(Err(_)) | None => format!("The total stated in {file} is {}.\n", amount(Some(total))),
    }
}

fn unusual_months(book: &BookSummary, options: &TableOptions) -> String {
    if book.unusual_months.is_empty() {
        return String::new();
    }
    let columns = [("partner", Left), ("month", Left), ("revenue", Right), ("median month", Right)];
    let mut grid = Grid::new("Months at least 100 times the partner's median month", options, &columns);
    for one in &book.unusual_months {
        let cells = [
            clipped(&one.partner_id, TEXT),
            one.month.to_string(),
            amount(Some(one.revenue)),
            amount(Some(one.median)),
        ];
        grid.row(cells.map(Cell::new));
    }
    let more = book.unusual_month_count.saturating_sub(book.unusual_months.len());
    if more > 0 { format!("{} and {} more\n", grid.text(), count(more)) } else { grid.text() }
}

fn notes(book: &BookSummary, options: &TableOptions) -> String {
    let mut notes = Vec::new();
    if !book.missing_months.is_empty() {
        let listed: Vec<String> = book.missing_months.iter().take(LISTED).map(Month::to_string).collect();
        let more = book.missing_months.len().saturating_sub(listed.len());
        let more = if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
        notes.push(format!("no revenue rows in {}{more}", listed.join(", ")));
    }
    match (book.latest_complete_month, book.last_month) {
        (Some(complete), Some(last)) if complete < last.plus(-1) => {
            notes.push(format!("the last month with revenue rows is {last}; the latest complete month is {complete}"));
        }
        (Some(complete), Some(last)) if complete != last => {
            let date = book.latest_date.map(|date| format!(" ends on {date}")).unwrap_or_default();
            notes.push(format!("{last}{date}; the latest complete month is {complete}"));
        }
        (complete, _) => notes.extend(complete.map(|month| format!("the latest complete month is {month}"))),
    }
    notes.push(match book.is_currency_stated {
        true => format!("amounts are in {}, as the book or its mapping states", book.currency),
        false => format!("amounts are in {}: the book states no currency", book.currency),
    });
    let partners = counted(book.partners, "partner", "partners");
    notes.push(match book.partners_without_revenue {
        0 => format!("{partners}, all with revenue rows"),
        without => format!("{partners}, {} without any revenue row", count(without)),
    });
    for year in &book.unusual_years {
        let (average, median) = (amount(Some(year.monthly_revenue)), amount(Some(year.median)));
        notes.push(format!("the average month of {} is {average}; the median of all years is {median}", year.year));
    }
    if book.rounded_values > 0 {
        let values = counted(book.rounded_values, "workbook value was", "workbook values were");
        notes.push(format!("{values} rounded to 15 digits, as the spreadsheet shows them"));
    }
    let item =
        |note: &String| format!("- {}\n", lines_of(note, usize::from(options.width).saturating_sub(2)).join("\n  "));
    notes.iter().map(item).collect()
}
