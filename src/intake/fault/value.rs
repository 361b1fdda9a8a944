//! Faults of a single value: a cell of a table, or a member of a row in a JSON document.

use super::number::{NotDecimal, NumberKind};
use crate::finding::{quoted, suggested};
use chrono::NaiveDate;

fn percent(table: &str, key: &str) -> String {
    format!("if the column is in percent, set its scale in the mapping file: `scale.{key} = 100` under `[{table}]`")
}

crate::faults! {
    /// Faults of a single value. `column` is the name of the column as in the file.
    pub enum ValueFault {
        /// A number of a workbook has more digits than a spreadsheet shows, where every digit matters.
        TooManyDigits { column: String, value: String } = BookIdentifier {
            message: format!("the cell contains a number of more than 15 digits, of which a spreadsheet stores only `{value}`"),
            help: "export the identifiers as text",
            varying: [value],
        }
        /// A number in a column with a scale may be shown in percent: the format of its cell is not read.
        UnknownFormat { column: String, value: String, table: String, key: String } = BookRate {
            message: format!("the cell contains `{value}`, and whether it is shown in percent is not read from this kind of workbook"),
            help: format!("save the workbook as .xlsx, or remove `scale.{key}` under `[{table}]` if the values are fractions"),
            varying: [value],
        }
        /// A cell of a workbook contains an error value such as `#N/A`.
        ErrorValue { column: String, value: String } = BookMissingValue {
            message: format!("the cell contains the error `{value}`"),
            help: "correct the formula, or empty the cell",
            varying: [value],
        }
        /// A cell of a workbook contains a formula that was saved without its value.
        NotComputed { column: String, value: String } = BookMissingValue {
            message: format!("the cell contains the formula `{value}` without its value"),
            help: "open the workbook in a spreadsheet program and save it, or write the value itself",
            varying: [value],
        }
        /// A list or object is written where a single value is expected.
        Nested { column: String } = BookShape {
            message: "a single value is expected, not a list or object",
            help: "write the value as a string or number; write several product lines as a list of strings without `;`",
        }
        /// A time of day or a duration is written where a date is expected.
        TimeOfDay { column: String, value: String } = BookDate {
            message: format!("the cell contains a time of day or a duration (`{value}`)"),
            help: "enter a date",
            varying: [value],
        }
        /// The table of a lookup has no row for a key.
        NotLookedUp { key: String, value: String, source: String } = BookUnknownReference {
            message: format!("`{value}` of `{key}` is not in `{source}`"),
            help: "add the row there, or leave the rows out with `skip`",
            varying: [value],
        }
        /// A discount of a product is less than nothing or more than the whole.
        NotDiscount { column: String, value: String, most: u32 } = BookAmount {
            message: format!("the discount `{value}` in `{column}` is not between 0 and {most}"),
            help: match most {
                1 => format!(
                    "write `1 - {column} / 100` in `product` if the column has percentages; leave the column out of `product` if it has \
                     amounts of money"
                ),
                _ => format!("correct the row, or leave `{column}` out of `product` if it has amounts of money"),
            },
            varying: [value],
        }
        /// A ramp is not a list of fractions.
        NotShares { column: String, value: String } = BookRate {
            message: format!("`{value}` is not a fraction from 0 to 1"),
            help: "write fractions separated by `;`, such as `0.25;0.5;0.75`",
            varying: [value],
        }
        /// A last date is before the first one.
        DatesReversed { column: String, other: String, from: NaiveDate, to: NaiveDate } = BookDate {
            message: format!("`{column}` {to} is before `{other}` {from}"),
            help: "correct one of the dates",
            varying: [from, to],
        }
        /// A required value is empty.
        Missing { column: String, can_skip: bool } = BookMissingValue {
            message: format!("`{column}` is empty"),
            help: if *can_skip {
                "fill it in, or leave such rows out with `skip` in the mapping file"
            } else {
                "fill it in, or remove the row"
            },
        }
        /// A row has no month.
        MissingMonth { column: String } = BookMissingValue {
            message: format!("`{column}` is empty"),
            help: "write the month, such as `2026-01`",
        }
        /// An opportunity is neither closed nor open, or neither won nor lost.
        MissingBoolean { column: String } = BookMissingValue {
            message: format!("`{column}` is empty"),
            help: "write `true` or `false`",
        }
        /// An opportunity has no status.
        MissingStatus { column: String } = BookMissingValue {
            message: format!("`{column}` is empty"),
            help: "write `open`, `won` or `lost`",
        }
        /// An identifier or a name has a control or invisible character.
        InvisibleCharacter { column: String, value: String, character: String } = BookIdentifier {
            message: format!("`{value}` has the invisible character {character}"),
            help: "remove it in the system the data comes from",
            varying: [value],
        }
        /// A text has a control character, or one that changes the direction of writing.
        InvisibleInText { column: String, character: String } = BookIdentifier {
            message: format!("the text has the invisible character {character}"),
            help: "remove it in the system the data comes from",
        }
        /// An identifier or a name is too long.
        NameTooLong { column: String, limit: usize } = BookIdentifier {
            message: format!("the name is longer than {limit} characters"),
            help: "check that the columns are not shifted",
        }
        /// A text is too long.
        TextTooLong { column: String, limit: usize } = BookIdentifier {
            message: format!("the text is longer than {limit} characters"),
            help: "check that every quote is closed",
        }
        /// A name or an identifier is a word for nothing, or an error value of a spreadsheet.
        Placeholder { column: String, value: String, key: String, is_error: bool } = BookIdentifier {
            message: if *is_error {
                format!("`{value}` is an error value of a spreadsheet, not a name")
            } else {
                format!("`{value}` usually marks a missing value, but would be read as a name")
            },
            help: format!(
                "{} it, or state its meaning in the mapping file: `values.{key} = {{ \"{value}\" = \"\" }}` for not known{}",
                if *is_error { "correct" } else { "empty" },
                if *is_error { String::new() } else { format!(", `{{ \"{value}\" = \"{value}\" }}` for a name") },
            ),
        }
        /// An identifier is a long number that a spreadsheet has shortened.
        ShortenedIdentifier { column: String, value: String } = BookIdentifier {
            message: format!("`{value}` is a long number that a spreadsheet has shortened: distinct identifiers may have been merged"),
            help: "export the column again as text, without opening the file in a spreadsheet program",
            varying: [value],
        }
        /// An identifier is a date in its workbook.
        DateIdentifier { column: String, value: String } = BookIdentifier {
            message: format!("`{value}` is a date in the workbook, not an identifier or name"),
            help: "format the column as text in the workbook and enter the values again",
            varying: [value],
        }
        /// An identifier is not a Salesforce id.
        SalesforceId { column: String, value: String, checksum: Option<String> } = BookIdentifier {
            message: match checksum {
                Some(checksum) => format!("`{value}` is not a valid Salesforce id: its last three characters should be `{checksum}`"),
                None => format!("`{value}` is not a Salesforce id of 15 or 18 letters and digits"),
            },
            help: "export the id again; upper and lower case matter. Without `ids = \"salesforce\"`, identifiers are read as written",
            varying: [value, checksum],
        }
        /// A word is read as a listed one that differs only in spaces, hyphens, underscores or points.
        SimilarWord { column: String, value: String, word: String, ours: String } = BookWord {
            message: format!("`{value}` is read as `{ours}`, because `values` lists `{word}`"),
            help: "list both spellings if they mean the same; list the other meaning if they do not",
            severity: Warning,
        }
        /// Several listed words differ from a word so little that its translation is open.
        OpenWord { column: String, value: String, words: Vec<String> } = BookWord {
            message: format!("`{value}` is not translated: `values` lists {}, which mean different things", quoted(words)),
            help: "list this spelling too",
            severity: Warning,
        }
        /// An amount is in another currency than the book.
        OtherCurrency { column: String, currency: String, book_currency: String, stated_at: Option<String> } = BookMixedCurrency {
            message: format!(
                "the amount is in `{currency}`, but the book is in `{book_currency}`{}",
                stated_at.as_ref().map(|place| format!(" ({place})")).unwrap_or_default()
            ),
            help: "convert the amounts, or plan each currency in a separate book",
        }
        /// A currency is not a code of ISO 4217.
        UnknownCurrency { column: String, value: String, suggestion: Option<String> } = BookWord {
            message: format!("`{value}` is not an ISO 4217 currency code"),
            help: match suggestion {
                Some(code) => format!("write `{code}`"),
                None => "write a code such as `USD`".to_owned(),
            },
        }
        /// A number has more digits than can be stored exactly.
        DecimalTooLong { column: String, value: String, kind: NumberKind } = (kind.code()) {
            message: format!("`{value}` has more digits than can be stored exactly"),
            help: "write at most 28 digits",
            varying: [value],
        }
        /// A value is not a plain decimal number.
        NotDecimal { column: String, value: String, kind: NumberKind, reason: NotDecimal } = (kind.code()) {
            message: format!("`{value}` {}", reason.message()),
            help: reason.help(),
            varying: [value],
        }
        /// An amount that must be zero or more is negative.
        Negative { column: String, value: String } = BookAmount {
            message: format!("`{column}` is negative"),
            help: "write zero or more, or leave it empty if it is not known",
            varying: [value],
        }
        /// An amount that the mapping file subtracts is negative already.
        SubtractedTwice { column: String, value: String } = BookAmount {
            message: format!("`{column}` is negative in a row that the mapping file subtracts"),
            help: "remove the value of the row from `subtract`, if all its amounts have their sign, or correct the row",
            varying: [value],
        }
        /// An amount is larger than any that is computed with.
        AmountOutOfRange { column: String, value: String } = BookAmount {
            message: "the amount is out of range: at most 9 × 10^15 minor units (cents) are exact",
            help: "check the unit of the column",
            varying: [value],
        }
        /// A cell that its workbook shows in percent is in a column of amounts or counts.
        PercentCell { column: String, value: String, kind: NumberKind } = (kind.code()) {
            message: format!("`{value}` is a percentage in the workbook"),
            help: "check the columns, or the number format of the cell",
            varying: [value],
        }
        /// A number has an exponent, as spreadsheets show numbers that they have rounded.
        Exponent { column: String, value: String, number: String } = BookAmount {
            message: format!("`{value}` is read as {number}; a spreadsheet shows rounded numbers in this way"),
            help: "check it, or export the column with all its digits",
            severity: Warning,
            varying: [value, number],
        }
        /// The currency sign or code beside an amount is not the book's currency.
        AmountCurrency { column: String, value: String, sign: String, book_currency: String } = BookMixedCurrency {
            message: format!("`{value}` is in `{sign}`, but the book is in `{book_currency}`"),
            help: "convert the amounts, or state the currency of the book: `currency = \"EUR\"` at the top of the mapping file",
            varying: [value],
        }
        /// Cells show another currency than the one that is stated.
        ShownCurrency { column: String, sign: String, book_currency: String } = BookMixedCurrency {
            message: format!("the cells of `{column}` are formatted in `{sign}`, but the book is in `{book_currency}`"),
            help: "check which currency the amounts are in",
            severity: Warning,
        }
        /// A value is not a fraction from 0 to 1.
        NotShare { column: String, value: String, table: String, key: String, may_be_percent: bool } = BookRate {
            message: format!("`{value}` is not a fraction from 0 to 1 for `{column}`"),
            help: if *may_be_percent { percent(table, key) } else { "write `0.25` for 25 percent".to_owned() },
            varying: [value],
        }
        /// A value is too large to be a fraction.
        NotRate { column: String, value: String, table: String, key: String } = BookRate {
            message: format!("`{value}` is not a fraction"),
            help: percent(table, key),
            varying: [value],
        }
        /// A value is not a whole number, zero or more.
        NotCount { column: String, value: String } = BookCount {
            message: format!("`{value}` is not a whole number from 0 up"),
            help: "write digits only, or leave it empty if it is not known",
            varying: [value],
        }
        /// A number of months is not the length of any period.
        NotLength { column: String, months: i64 } = BookCount {
            message: format!("{months} months are not the length of a period"),
            help: "write 1, 3, 6 or 12",
            varying: [months],
        }
        /// A value is not a date. `formats` are those of the mapping file that would make it one.
        NotDate { column: String, value: String, formats: Vec<String> } = BookDate {
            message: match formats.len() {
                0 | 1 => format!("`{value}` is not a date"),
                _ => format!("`{value}` has two meanings: day before month, or month before day"),
            },
            help: match formats.as_slice() {
                [] => "write `2026-01-31`, or set the format in the mapping file: `date_format = \"DD.MM.YYYY\"`".to_owned(),
                formats => {
                    let keys: Vec<String> = formats.iter().map(|format| format!("`date_format = \"{format}\"`")).collect();
                    format!("write `2026-01-31`, or set the format in the mapping file: {}", keys.join(" or "))
                }
            },
            varying: [value],
        }
        /// Two formats of the mapping file read different dates from a value.
        TwoDates { column: String, value: String, first: String, second: String } = BookDate {
            message: format!("`{value}` is {first} in one format of the mapping file and {second} in another"),
            help: "state one format for the column, such as `date_format.close_date = \"D/M/YYYY\"`",
            varying: [value, first, second],
        }
        /// A cell of a column of dates contains a number.
        SerialDate { column: String, value: String } = BookDate {
            message: format!("`{value}` is a number in the workbook, not a date"),
            help: "format the column as dates in the workbook",
            varying: [value],
        }
        /// A label needs the fiscal calendar of a vendor where there is none.
        NoCalendar { column: String, value: String } = BookDate {
            message: format!("`{value}` needs the vendor's fiscal calendar, which is not known here"),
            help: "state the first month of the fiscal year at the top of the mapping file, such as `fiscal_year_start = 7`, \
                   or write calendar months (`2026-01`) or quarters (`2026-Q1`)",
            varying: [value],
        }
        /// A value is a year of a calendar that is not stated.
        BareYear { column: String, value: String } = BookDate {
            message: format!("`{value}` is a year, and it is not stated whether of the calendar or the fiscal year"),
            help: "write `years = \"calendar\"` or `years = \"fiscal\"` for the table in the mapping file; the amount is \
                   then spread evenly over the months of the year",
            varying: [value],
        }
        /// A value is not a month or a period.
        NotPeriod { column: String, value: String } = BookDate {
            message: format!("`{value}` is not a month or period"),
            help: "write `2026-01`, `Jan 2026`, `2026-Q1` (calendar quarter), `FY2026-Q1` or `FY2026` (the vendor's calendar)",
            varying: [value],
        }
        /// A week, without the pattern by which weeks belong to months.
        Week { column: String, value: String } = BookDate {
            message: format!("`{value}` is a week, and how weeks belong to months is not known"),
            help: "state the pattern in the mapping file, such as `weeks = \"4-4-5\"`, or export months",
            varying: [value],
        }
        /// A value is neither true nor false.
        NotBoolean { column: String, value: String } = BookWord {
            message: format!("`{value}` is neither `true` nor `false`"),
            help: "write `true` or `false`",
            varying: [value],
        }
        /// A status is none of the words for it.
        NotStatus { column: String, value: String } = BookWord {
            message: format!("`{value}` is not one of `open`, `won`, `lost`"),
            help: "translate the words in the mapping file: `values.status = { \"Closed Won\" = \"won\", \"*\" = \"open\" }` \
                   under `[opportunities]`",
            varying: [value],
        }
        /// An opportunity is won and not closed.
        WonButOpen { column: String } = BookWord {
            message: "an opportunity cannot be won and not closed",
            help: "correct `is_closed` or `is_won`",
        }
        /// A file beside the book names a territory or product line that the book does not have.
        UnknownName { column: String, dimension: String, name: String, suggestion: Option<String>, names: Vec<String> } = BookUnknownReference {
            message: format!("the book has no {dimension} `{name}`"),
            help: suggested(suggestion.as_deref(), match &names[..] {
                [] => "the book has none".to_owned(),
                names => format!("the book has {}", crate::finding::listed(names)),
            }),
        }
        /// A file beside the book names a partner that the book does not have.
        UnknownPartner { column: String, partner: String, suggestion: Option<String> } = BookUnknownReference {
            message: format!("the book has no partner `{partner}`"),
            help: suggested(suggestion.as_deref(), "correct the identifier, or leave the row out"),
            varying: [partner],
        }
    }
}
