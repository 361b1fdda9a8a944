//! Faults of a partner book as a whole: duplicates, references, names that look alike.

use super::super::table::{Field, TableKind};
use crate::cancel::{ASK_AGAIN, STOPPED};
use crate::finding::{Code, suggested};
use crate::units::Month;
use chrono::NaiveDate;

/// Returns the code of a duplicate entry: a second lock is a faulty lock.
fn duplicate_in(table: &str) -> Code {
    if table == TableKind::Locks.name() { Code::BookLock } else { Code::BookDuplicate }
}

/// True for a table whose rows can have dates.
fn is_dated(table: &str) -> bool {
    TableKind::named(table).is_some_and(|kind| kind.table().column(Field::ValidFrom).is_some())
}

/// Returns `1 month` or `12 months`.
fn months(count: i32) -> String {
    if count == 1 { "1 month".to_owned() } else { format!("{count} months") }
}

crate::faults! {
    /// Faults of a partner book as a whole.
    pub enum BookFault {
        /// The book has no partner.
        NoPartner {} = BookEmpty {
            message: "the book has no partner",
            help: "add a row per partner; check `where` and `skip` in the mapping file",
        }
        /// The caller no longer waits for the book.
        Stopped {} = BookShape {
            message: STOPPED,
            help: ASK_AGAIN,
        }
        /// A partner has several rows in the partners table.
        DuplicatePartner { partner: String } = BookDuplicate {
            message: format!("duplicate partner `{partner}`"),
            help: "keep one row per partner; date further rows with `valid_from` if its facts changed",
            varying: [partner],
        }
        /// Rows of a partner differ in a column of the partners table.
        DifferingPartner { partner: String, column: String, first: String, other: String } = BookDuplicate {
            message: format!("rows of the partner `{partner}` differ in `{column}`: `{first}` is used, not `{other}`"),
            help: "check which one is right; the first row of a partner counts",
            severity: Warning,
            varying: [partner, first, other],
        }
        /// Rows are about partners that the mapping file leaves out of the partners table.
        LeftOutRows { rows: u64 } = BookUnknownReference {
            message: match rows {
                1 => "1 row is about a partner that the mapping file leaves out, and was left out too".to_owned(),
                rows => format!("{rows} rows are about partners that the mapping file leaves out, and were left out too"),
            },
            help: "change `where` or `skip` of `[partners]` if these partners belong to the book",
            severity: Warning,
        }
        /// A part of the market has several rows.
        DuplicateMarket {} = BookDuplicate {
            message: "duplicate market cell",
            help: "keep one row per territory, vertical and product line; date further rows with `valid_from`",
        }
        /// A partner has several rows for the same thing in a table.
        DuplicateEntry { table: String, partner: String } = (duplicate_in(table)) {
            message: format!("duplicate entry for `{partner}` in `{table}`"),
            help: if is_dated(table) {
                "keep one of the rows; date further ones with `valid_from` if the facts changed"
            } else {
                "keep one of the rows"
            },
            varying: [partner],
        }
        /// A partner has revenue before the first date on which a row of the partners table counts.
        RevenueBefore { partner: String, month: Month, valid_from: NaiveDate, partners: usize } = BookMonths {
            message: format!(
                "`{partner}` has revenue from {month}, but its first row counts from {valid_from}: before that date it is not \
                 in the book{}",
                if *partners > 1 { format!(" ({partners} partners)") } else { String::new() }
            ),
            help: "leave `valid_from` of a partner's first row empty if it was a partner from the beginning",
            severity: Warning,
            varying: [partner, month, valid_from],
        }
        /// An opportunity belongs to two partners.
        SharedOpportunity { opportunity: String } = BookDuplicate {
            message: format!("the opportunity `{opportunity}` belongs to two partners"),
            help: "assign each opportunity to one partner",
            varying: [opportunity],
        }
        /// A table names a partner that the partners table does not have.
        UnknownPartner { partner: String, rows: u64, suggestion: Option<String> } = BookUnknownReference {
            message: format!(
                "the partners table has no `{partner}`{}",
                if *rows > 1 { format!(" ({rows} rows)") } else { String::new() }
            ),
            help: suggested(suggestion.as_deref(), "add the partner to the partners table, or exclude the rows with `skip`"),
            varying: [partner, rows],
        }
        /// A table spells a partner in another way than the partners table.
        SpelledPartner { partner: String, known: String, rows: u64 } = BookUnknownReference {
            message: format!(
                "the partners table has no `{partner}`, but `{known}`, which differs in leading zeros, case or spaces only{}",
                if *rows > 1 { format!(" ({rows} rows)") } else { String::new() }
            ),
            help: format!(
                "if they are the same, write `ids = \"similar\"` at the top of the mapping file, or \
                 `values.partner_id = {{ {partner:?} = {known:?} }}` for the table"
            ),
            varying: [partner, known, rows],
        }
        /// A cell names several partners.
        SeveralPartners { partner: String, rows: u64, separator: String } = BookUnknownReference {
            message: format!(
                "`{partner}` names several partners{}",
                if *rows > 1 { format!(" ({rows} rows)") } else { String::new() }
            ),
            help: format!(
                "state whose the rows are: `split.partner_id = {{ separator = \"{separator}\", rule = \"equal\" }}` divides \
                 revenue, `rule = \"first\"` takes the first"
            ),
            varying: [partner, rows],
        }
        /// An identifier looks like a date among others that do not.
        DateLikePartner { partner: String } = BookIdentifier {
            message: format!("`{partner}` may be an identifier that a spreadsheet converted to a date"),
            help: "export the identifiers as text, without opening the file in a spreadsheet program",
            varying: [partner],
        }
        /// A name first appears in a table that should only repeat names, and looks like a known one.
        UnfamiliarName { dimension: String, name: String, suggestion: String } = BookUnknownReference {
            message: format!("no partner, revenue or market has the {dimension} `{name}`"),
            help: format!("did you mean `{suggestion}`?"),
            severity: Warning,
        }
        /// The identifiers of two partners look alike.
        LookalikePartners { one: String, other: String } = BookConfusable {
            message: format!("the partners `{one}` and `{other}` look alike"),
            help: "write them the same way if they are the same, or translate one with `values.partner_id`; otherwise rename one",
            severity: Warning,
        }
        /// Two names of one kind look alike.
        LookalikeNames { dimension: String, one: String, other: String } = BookConfusable {
            message: format!("the {dimension} `{one}` and `{other}` look alike"),
            help: "write them the same way if they are the same; otherwise rename one",
            severity: Warning,
        }
        /// The revenue of a partner in a month cannot be added up exactly.
        InexactRevenue { partner: String, month: Month } = BookAmount {
            message: format!("the revenue of `{partner}` in {month} is too large or too finely divided to be added up exactly"),
            help: "check the unit and the decimals of the amounts",
            varying: [partner, month],
        }
        /// Rows of one file are in another file of the same table as well.
        RepeatedRows { rows: u64, sum: Option<String>, file: String, first: String } = BookDuplicate {
            message: format!(
                "{} of `{file}` {} also in `{first}` and count{} twice{}",
                crate::finding::counted(*rows, "row"),
                if *rows == 1 { "is" } else { "are" },
                if *rows == 1 { "s" } else { "" },
                sum.as_ref().map(|sum| format!(": {sum} in total")).unwrap_or_default()
            ),
            help: "if one file is a copy or the files overlap, name one of them in `file`, or leave the rows out with `skip`",
            severity: Warning,
            varying: [rows, sum],
        }
        /// Dates of a column are partly text and partly dates of a workbook, as a locale divides them.
        SwappedDates { column: String, dates: u64, texts: u64, text: String } = BookDate {
            message: format!(
                "`{column}` has {dates} dates, none with a day above 12, and {texts} texts such as `{text}`, all with a day \
                 above 12: a spreadsheet probably swapped day and month in the dates"
            ),
            help: "import the original file again with the right date order; in a spreadsheet, import the column as text",
            severity: Warning,
            varying: [dates, texts],
        }
        /// Revenue of a month that has not begun.
        FutureRevenue { month: Month, current: Month, rows: u64 } = BookMonths {
            message: format!(
                "revenue is dated {month}, after the current month {current}{}",
                if *rows > 1 { format!(" ({rows} rows)") } else { String::new() }
            ),
            help: "check the year of the row; plan with `--as-of` if the date is right",
            severity: Warning,
        }
        /// The last months with revenue follow a gap.
        RevenueGap { month: Month, before: Month, missing: i32 } = BookMonths {
            message: format!("{} without revenue before {month}: the month before it is {before}", months(*missing)),
            help: "check whether the date is mistyped; otherwise add the missing months, with 0 where nothing was sold",
            severity: Warning,
        }
        /// The last month has far fewer rows than the months before it.
        FewRows { month: Month, rows: usize, usual: usize } = BookMonths {
            message: format!(
                "{month} has {}, and the months before it usually have {usual}: it is not taken as complete",
                crate::finding::counted(*rows, "row")
            ),
            help: "check whether the date is mistyped, or export the rest of the month; plan with `--as-of` if the month is \
                   complete",
            severity: Warning,
        }
        /// A gap follows the first months with revenue.
        EarlyRevenue { month: Month, after: Month, missing: i32 } = BookMonths {
            message: format!("{} without revenue after {month}: the next month is {after}", months(*missing)),
            help: "check whether the date is mistyped; otherwise leave the row out, or add the missing months",
            severity: Warning,
        }
        /// Two columns of the partners table would become the same attribute.
        DuplicateAttribute { attribute: String } = BookDuplicateColumn {
            message: format!("two columns would both become the attribute `{attribute}`"),
            help: "rename or remove one of them",
        }
        /// The mapping file names a column as an attribute that the partners table does not have.
        MissingAttribute { file: String, heading: String, suggestion: Option<String> } = BookMissingColumn {
            message: format!("`{file}` has no further column `{heading}`"),
            help: suggested(suggestion.as_deref(), "remove it, or correct the column name"),
        }
        /// The currency at the top of a JSON book is not a code of ISO 4217.
        UnknownCurrency { value: String } = BookWord {
            message: format!("`{value}` is not an ISO 4217 currency code"),
            help: "write a code such as `USD`",
        }
        /// The currency at the top of a JSON book is not a string.
        CurrencyNotString {} = BookWord {
            message: "the currency is not a string",
            help: "write a code such as `\"USD\"`",
        }
        /// A list of partners to remove is not a list.
        NotIdList {} = RequestMember {
            message: "the value is not a list of partner ids",
            help: "write a list: `[\"P0009\"]`",
        }
        /// A partner to remove is not in the stored book.
        NotStored { partner: String, suggestion: Option<String> } = BookUnknownReference {
            message: format!("the stored book has no partner `{partner}`"),
            help: suggested(suggestion.as_deref(), "leave it out of the list"),
            varying: [partner],
        }
        /// The changes of a book are not an object of tables.
        NotTables {} = RequestMember {
            message: "the value is not an object",
            help: "write an object with a list of rows per table: `{\"revenue\": [{…}]}`",
        }
        /// A table occurs twice in the changes of a book.
        DuplicateTable {} = RequestMember {
            message: "duplicate table",
            help: "write an object with a list of rows per table: `{\"revenue\": [{…}]}`",
        }
        /// A table in the changes of a book is not a list of rows.
        NotRows {} = RequestMember {
            message: "the value is not a list of rows",
            help: "write an object with a list of rows per table: `{\"revenue\": [{…}]}`",
        }
    }
}
