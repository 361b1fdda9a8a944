//! Faults of a table: which table is which, which column is which, rows of the wrong width.

use super::super::table::Field;
use crate::finding::{Candidates, Code, counted, listed};
use crate::units::plain;
use rust_decimal::Decimal;

/// Returns which table a book could mean, for one that must be there.
fn missing_table_help(candidates: &Candidates, wanted: &str, is_mapped: bool) -> String {
    match (&candidates.nearest, is_mapped) {
        (Some(near), true) => format!("did you mean `{near}`?"),
        (Some(near), false) => format!("did you mean `{near}`? Rename it to `{wanted}`"),
        (None, true) => format!("there is {}", listed(&candidates.names)),
        (None, false) => {
            let found = match &candidates.names[..] {
                [] => "there is none".to_owned(),
                names => format!("there is {}", listed(names)),
            };
            format!(
                "{found}; a book needs `partners` and `revenue`, and a mapping file (`--map`) can name them otherwise"
            )
        }
    }
}

/// Returns which column could be meant, and what the row of column names holds otherwise.
fn column_help(candidates: &Candidates, heading_row: u64) -> String {
    candidates.help(|names| format!("the columns in row {heading_row} are {names}"))
}

/// Returns the help for a required column: the nearest name, and that a mapping file can name it.
fn required_help(candidates: &Candidates, heading_row: u64) -> String {
    let help = column_help(candidates, heading_row);
    match &candidates.nearest {
        Some(_) => format!("{help} If not, a mapping file (`--map`) can name the column"),
        None => format!("{help}; a mapping file (`--map`) can name the column"),
    }
}

/// Columns that a table lacks.
fn lacking(table: &str, columns: &[String], present: Option<&String>) -> String {
    match (columns, present) {
        ([only], Some(present)) => format!("the table `{table}` has `{present}` but not `{only}`"),
        ([one, other], _) => format!("the table `{table}` has neither `{one}` nor `{other}`"),
        _ => format!("the table `{table}` has no column {}", listed(columns)),
    }
}

/// Name of a total row in a message.
fn total_name(text: &str) -> String {
    if text.is_empty() { "the row without a name".to_owned() } else { format!("`{text}`") }
}

crate::faults! {
    /// Faults of a table and its columns.
    pub enum TableFault {
        /// Two files or sheets hold the same table of the book.
        DuplicateTable { table: String, first: String, second: String } = BookDuplicate {
            message: format!("both `{first}` and `{second}` hold the table `{table}`"),
            help: "remove one of them, or name one in a mapping file",
        }
        /// A table that is required, or named by the mapping file, is missing.
        MissingTable { store: String, table: String, candidates: Candidates, is_mapped: bool } = BookMissingTable {
            message: format!("`{store}` has no table `{table}`"),
            help: missing_table_help(candidates, table, *is_mapped),
        }
        /// An extra table that the mapping file names is missing.
        MissingExtraTable { store: String, table: String } = BookMissingTable {
            message: format!("`{store}` has no table `{table}`"),
            help: "correct the name in the mapping file, or remove the section",
        }
        /// A table has the columns and the name of one of the book, but is not part of it.
        BesideTable { name: String, table: String } = BookUnknownTable {
            message: format!("`{name}` is not read as {table}, whose columns it has"),
            help: format!("name both files under `[{table}]` of a mapping file: `file = [\"…\", \"…\"]`; `quotient book` proposes it"),
            severity: Warning,
        }
        /// A file beside the book has none of the tables it is read for.
        NoSuchTable { store: String, tables: Vec<String>, found: Vec<String> } = BookMissingTable {
            message: format!("`{store}` has no table `{}`", tables.join("`, `")),
            help: match &found[..] {
                [] => "the file has no table".to_owned(),
                found => format!("there is {}", listed(found)),
            },
        }
        /// A table is named almost like a table of the book.
        SimilarTable { name: String, table: String } = BookUnknownTable {
            message: format!("`{name}` is not read as the table `{table}`"),
            help: format!("rename it to `{table}` if it is that table"),
            severity: Warning,
        }
        /// A table is not one of the book and has no column of partner ids.
        ForeignTable { name: String } = BookUnknownTable {
            message: format!("`{name}` is not a table of a book and has no column `partner_id`"),
            help: "take it out of the book, or name it in a mapping file",
            severity: Warning,
        }
        /// A file in the directory of a book is not read.
        UnreadFile { name: String } = BookUnknownTable {
            message: format!("`{name}` is not read: in a directory, tables are CSV files, workbooks or JSON files"),
            help: "save it as CSV or as a workbook in the directory itself",
            severity: Warning,
        }
        /// A row has more or fewer fields than there are columns.
        Width { fields: usize, columns: usize } = BookShape {
            message: format!("the row has {}, and the header has {}", counted(*fields, "field"), counted(*columns, "column")),
            help: if fields > columns {
                "put quotes around values that contain the delimiter; where every row ends with one, end the header with one too"
            } else {
                "write every field, empty ones too, and close every quote"
            },
            varying: [fields],
        }
        /// A row has another number of fields than the rows above it.
        UnevenWidth { fields: usize, above: usize } = BookShape {
            message: format!("the row has {}, but the rows above it have {above}", counted(*fields, "field")),
            help: "write every field, empty ones too, or none of the empty ones at the end of the rows",
            varying: [fields],
        }
        /// A quoted value spans several lines that look like rows of the table.
        SwallowedRows { lines: usize } = BookShape {
            message: format!("the quoted value has {lines} lines, of which some look like rows of the table"),
            help: "close the double quote at the end of the value if they are rows",
            severity: Warning,
        }
        /// Two columns have the same name.
        DuplicateColumn { column: String } = BookDuplicateColumn {
            message: format!("duplicate column `{column}`"),
            help: "remove or rename one of them",
        }
        /// None of the names that the mapping file gives for a column exists.
        MappedColumn { file: String, names: Vec<String>, column: String, candidates: Candidates, heading_row: u64 } = BookMissingColumn {
            message: format!("`{file}` has no column `{}` for `{column}`", names.join("` or `")),
            help: column_help(candidates, *heading_row),
        }
        /// A column by which the mapping file selects rows does not exist.
        FilterColumn { file: String, column: String, candidates: Candidates, heading_row: u64 } = BookMissingColumn {
            message: format!("`{file}` has no column `{column}` to select rows by"),
            help: column_help(candidates, *heading_row),
        }
        /// A required column, or each of several of which one is required, is missing.
        MissingColumn { table: String, columns: Vec<String>, present: Option<String>, candidates: Candidates, heading_row: u64, periods: Vec<String> } = BookMissingColumn {
            message: lacking(table, columns, present.as_ref()),
            help: match &periods[..] {
                [first, second, ..] => format!(
                    "columns such as `{first}` and `{second}` are periods: `quotient book` proposes the mapping file that reads one column per period (`unpivot`)"
                ),
                _ => required_help(candidates, *heading_row),
            },
        }
        /// A column is named almost like a column of the table.
        SimilarColumn { column: String, suggestion: String } = BookMissingColumn {
            message: format!("the column `{column}` is not read as `{suggestion}`"),
            help: format!("rename it if you mean `{suggestion}`"),
            severity: Warning,
        }
        /// A table of targets has columns that are not read while it lacks territory or product line.
        TargetColumns { unread: Vec<String>, absent: Vec<String> } = BookUnknownColumn {
            message: format!(
                "{} {} not read, and the column `{}` is missing",
                listed(unread),
                if unread.len() == 1 { "is" } else { "are" },
                absent.join("` or `")
            ),
            help: format!(
                "name the columns `{}`, `{}` and `{}`, and remove the others",
                Field::Territory.name(), Field::ProductLine.name(), Field::Target.name()
            ),
        }
        /// Columns of a table are not read.
        UnreadColumns { columns: Vec<String> } = BookUnknownColumn {
            message: match &columns[..] {
                [only] => format!("the column `{only}` is not read"),
                columns => format!("the columns {} are not read", listed(columns)),
            },
            help: "remove them, or name them in a mapping file if they hold a column of the table",
            severity: Warning,
        }
        /// Every amount of a table that has a point could have it between thousands.
        OpenPoints { count: u64, value: String, table: String } = BookAmount {
            message: format!(
                "{} such as `{value}`: read with a decimal point, and no other amount shows what the point means",
                counted(*count, "amount")
            ),
            help: format!("state it in the mapping file under `[{table}]`: `decimal = \".\"`, or `thousands = \".\"` if points separate thousands"),
            severity: Warning,
            varying: [count, value],
        }
        /// A column with currencies is not read.
        UnreadCurrency { column: String, table: String } = BookUnknownColumn {
            message: format!("the column `{column}` is not read: all amounts are taken to be in one currency"),
            help: format!("name it in the mapping file under `[{table}]`: `columns.currency = \"{column}\"`, or `\"\"` to leave it unread"),
        }
        /// A table has more rows than the limit.
        TooManyRows { rows: u64, limit: u64 } = FileTooLarge {
            message: format!("the table has {rows} rows, more than {limit}"),
            help: "leave out old rows",
        }
        /// A table cannot be read to its end.
        Interrupted { reason: String } = BookShape {
            message: format!("the table cannot be read past this row: {reason}"),
            help: "correct the row",
        }
        /// Numbers of a workbook were rounded to the digits that a spreadsheet shows.
        Rounded { count: u64 } = BookAmount {
            message: format!("{} rounded to 15 digits, as a spreadsheet shows {}",
                if *count == 1 { "1 number was".to_owned() } else { format!("{count} numbers were") },
                if *count == 1 { "it" } else { "them" }),
            help: "round the numbers in the workbook if other values are meant",
            severity: Warning,
        }
        /// Lines below the data look like the footer of an export.
        Footer { text: String, rows: usize } = BookFooter {
            message: match rows {
                1 => format!("`{text}` was taken for the footer of an export and left out"),
                _ => format!("`{text}` and the lines below it were taken for the footer of an export and left out"),
            },
            help: "delete the lines below the data if they are not data",
            severity: Warning,
        }
        /// A row is the total of the rows above it.
        TotalRow { text: String } = BookFooter {
            message: format!("{} is a total of the rows above it and was left out", total_name(text)),
            help: "remove the row if the total should not be in the file",
            severity: Warning,
            varying: [text],
        }
        /// The total that a file states is not the sum of its rows.
        TotalDiffers { text: String, stated: Decimal, sum: Decimal } = BookFooter {
            message: format!(
                "{} states {}, but the rows above it sum to {}: a difference of {}",
                total_name(text), plain(*stated), plain(*sum), plain(*stated - *sum)
            ),
            help: "check that the export is complete, and that `where` and `skip` leave out what its total leaves out",
            severity: Warning,
        }
        /// A row that is named as a total is read as data.
        TotalRead { text: String, amount: Decimal } = BookFooter {
            message: format!(
                "the row of `{text}` is read as data, with {}: its amounts are not the sum of the rows above it",
                plain(*amount)
            ),
            help: "leave it out with `skip` in the mapping file if it is a total",
            severity: Warning,
            varying: [amount],
        }
        /// A row is a figure about the rows above it.
        FigureRow { text: String } = BookFooter {
            message: format!("{} is a figure about the rows above it and was left out", total_name(text)),
            help: "remove the row if the figure should not be in the file",
            severity: Warning,
            varying: [text],
        }
        /// A row is a balance of the rows above it.
        BalanceRow { text: String, amount: Decimal } = BookFooter {
            message: format!("`{text}` states {}, a balance of the rows above it, and was left out", plain(*amount)),
            help: "remove the row if the balance should not be in the file",
            severity: Warning,
            varying: [amount],
        }
        /// A row that is named as a balance is read as data.
        BalanceRead { text: String, amount: Decimal } = BookFooter {
            message: format!("the row of `{text}` is read as data, with {}, and is named as a balance", plain(*amount)),
            help: "leave it out with `skip` in the mapping file if it is not revenue",
            severity: Warning,
            varying: [amount],
        }
        /// A row that has the sums of the rows above, or the name of such a figure, is read as data.
        SumRead { text: String } = BookFooter {
            message: format!("the row of `{text}` is read as data, and looks like a figure about the rows above it"),
            help: "leave it out with `skip` in the mapping file if it is a total or an average",
            severity: Warning,
        }
        /// Rows repeat the header, as printed lists do on every page.
        RepeatedHeader { rows: u64 } = BookFooter {
            message: match rows {
                1 => "1 row repeats the column names and was left out".to_owned(),
                rows => format!("{rows} rows repeat the column names and were left out"),
            },
            help: "export the data as a list rather than as printed pages",
            severity: Warning,
        }
        /// The header was found below the first row.
        FoundHeader { row: u64 } = BookShape {
            message: format!("row {row} was taken for the header, because it names the most columns"),
            help: format!("confirm it in the mapping file: `header_row = {row}`"),
            severity: Warning,
        }
        /// The row that the mapping file states as the header has no content.
        EmptyHeader { row: u64 } = BookShape {
            message: format!("row {row} is empty, so it cannot be the header"),
            help: "write the row of the column names as a spreadsheet counts rows",
        }
        /// A column of the layout does not exist.
        LayoutColumn { file: String, column: String, candidates: Candidates, heading_row: u64 } = BookMissingColumn {
            message: format!("`{file}` has no column `{column}`"),
            help: column_help(candidates, *heading_row),
        }
        /// A further part of a table has other columns than the first.
        OtherColumns { file: String, first: String } = BookMissingColumn {
            message: format!("`{file}` does not have the same columns as `{first}`"),
            help: "files and sheets that are read as one table have the same columns, in any order; read the others separately",
        }
        /// The table of a lookup has a key in several rows.
        RepeatedKey { value: String, column: String } = BookDuplicate {
            message: format!("`{value}` is in several rows of `{column}`, so its row cannot be looked up"),
            help: "look up a table with one row per key, or read that table instead",
        }
        /// No column of a table reads as a month.
        NoMonths { file: String } = BookMissingColumn {
            message: format!("no column name of `{file}` reads as a month"),
            help: "list the columns: `unpivot = { period = [\"2025-01\", \"2025-02\"] }`",
        }
        /// Headings name a month or a part of a year, and no year.
        NoYear { file: String, column: String } = BookMissingColumn {
            message: format!("`{column}`, a column name of `{file}`, states no year"),
            help: "add the year to `unpivot`: `year = 2025`; when it is in the row above, write `header_rows = 2`",
        }
        /// The years are those of the names of files or sheets, and one states none.
        NoYearInName { file: String } = BookMissingColumn {
            message: format!("the name of `{file}` states no year, or several"),
            help: "rename the file or sheet, such as `Sales 2025`, or write the year: `year = 2025`",
        }
        /// The year that the mapping file states is not that of the name of a file or sheet.
        OtherYearInName { file: String, named: u32, stated: u32 } = BookMissingColumn {
            message: format!("the months of `{file}` are read as those of {stated}, and its name states {named}"),
            help: "write `year = \"names\"` in `unpivot` for the year that the name of each file or sheet states",
        }
        /// Two columns of amounts are of the same month.
        OverlappingColumns { file: String, first: String, second: String } = BookMissingColumn {
            message: format!("`{first}` and `{second}`, columns of `{file}`, have a month in common, which would count twice"),
            help: "list the columns that count: `unpivot = { period = [\"2025-01\", \"2025-02\"] }`",
        }
        /// A file has more different causes of one code than are listed.
        NotListed { listed: Code, count: u64 } = (*listed) {
            message: format!("not listed: {} with the code `{listed}` in this file", counted(*count, "more finding")),
            help: "correct the ones above first and read the file again",
        }
    }
}
