//! Faults of the mapping file.

use crate::finding::{Candidates, quoted, suggested};

crate::faults! {
    /// Faults of the mapping file.
    pub enum MappingFault {
        /// The mapping file cannot be read.
        Unreadable { reason: String } = FileUnreadable {
            message: format!("the mapping file cannot be read: {reason}"),
            help: "check the path of `--map`",
        }
        /// A table of which only one source is read has several.
        OneSource {} = BookMapping {
            message: "this table is read from one file or sheet, and several are named",
            help: "name one, or put their rows into one file",
        }
        /// The mapping file is not UTF-8.
        NotUtf8 {} = FileUnreadable {
            message: "the mapping file is not UTF-8",
            help: "save it as UTF-8",
        }
        /// The mapping file is not valid TOML.
        Syntax { reason: String } = BookMapping {
            message: format!("not valid TOML: {reason}"),
            help: "",
        }
        /// A key names nothing that the mapping file can set.
        UnknownKey { expected: String, key: String, candidates: Candidates } = BookMapping {
            message: format!("`{key}` is not a {expected}"),
            help: candidates.help(|names| format!("use one of {names}")),
        }
        /// A value is of another type than expected.
        WrongType { expected: String, found: String } = BookMapping {
            message: format!("{expected} is expected here, not {found}"),
            help: "",
        }
        /// The currency is not a code of ISO 4217.
        UnknownCurrency { value: String } = BookMapping {
            message: format!("`{value}` is not an ISO 4217 currency code"),
            help: "write a code such as `USD`",
        }
        /// A column has no name in the file.
        NoHeading {} = BookMapping {
            message: "no column name is given",
            help: "write the column name of the export in quotes",
        }
        /// A column has two sources.
        TwoSources { column: String, sources: String } = BookMapping {
            message: format!("`{column}` has more than one source: {sources}"),
            help: "keep one of them",
        }
        /// A scale or factor is set for a column of another kind.
        NotScalable { column: String, expected: String } = BookMapping {
            message: format!("`{column}` is not {expected}"),
            help: "`scale` divides rates (100 for percent); `times` multiplies amounts (1000 for thousands); \
                   `product` computes amounts",
        }
        /// A scale or factor is not a whole number in range.
        Factor {} = BookMapping {
            message: "a whole number from 1 to 1000000000 is expected here",
            help: "write `100` for percent, `1000` for thousands; `subtract` changes the sign of rows such as credit notes",
        }
        /// A product has fewer than two factors.
        Factors {} = BookMapping {
            message: "a product or join needs the headings of at least two columns",
            help: "write `product = { amount = [\"Quantity\", \"Unit Price\"] }` or `join = { month = [\"Year\", \"Month\"] }`",
        }
        /// A table with one column per period has no product.
        ProductAndUnpivot {} = BookMapping {
            message: "`product` and `unpivot` cannot be used for the same table",
            help: "with one column per period, each cell is an amount already: remove `product`",
        }
        /// A lookup lacks its table or its key.
        Lookup {} = BookMapping {
            message: "`lookup` needs a `file` or `sheet`, and a `key`: one heading, or that of this table and that of the other",
            help: "write `lookup = { file = \"orders.csv\", key = \"Order ID\" }`",
        }
        /// The revenue has a section, and is the won opportunities.
        TwoRevenues {} = BookMapping {
            message: "the revenue is both the table `[revenue]` and `won_revenue` of `[opportunities]`",
            help: "remove one of them",
        }
        /// A number is not a whole number in its range.
        Whole { least: u32, most: u32 } = BookMapping {
            message: format!("a whole number from {least} to {most} is expected here"),
            help: "write it without quotes and decimals",
        }
        /// A table that has no period cannot have one column per period.
        NoPeriods { table: String } = BookMapping {
            message: format!("the table `{table}` has no column of periods, so `unpivot` means nothing there"),
            help: "use `unpivot` for `revenue`, `forecasts` or `quotas`",
        }
        /// A delimiter is not one character.
        Delimiter {} = BookMapping {
            message: "a delimiter is one character",
            help: "write `\",\"`, `\";\"`, `\"\\t\"` or `\"|\"`",
        }
        /// An encoding is not known.
        Encoding { value: String } = BookMapping {
            message: format!("`{value}` is not a known encoding"),
            help: "write `utf-8`, `windows-1252`, `utf-16le` or another label of the WHATWG list",
        }
        /// A value is none of the strings that the key takes.
        NotOneOf { key: String, value: String, names: Vec<String> } = BookMapping {
            message: format!("`{value}` is not a value of `{key}`"),
            help: format!("use one of {}", quoted(names)),
        }
        /// Decimal sign and thousands sign are the same.
        SameSigns { sign: String } = BookMapping {
            message: format!("`{sign}` is both the decimal sign and the thousands sign"),
            help: "state the two signs that the export uses",
        }
        /// A time zone is not known.
        TimeZone { value: String, nearest: Option<String> } = BookMapping {
            message: format!("unknown time zone `{value}`"),
            help: suggested(nearest.as_deref(), "use a name of the IANA database, such as `Europe/Berlin`, or `UTC`"),
        }
        /// A format of dates is stated for a column of another kind.
        NotDated { column: String } = BookMapping {
            message: format!("`{column}` is not a column of dates or periods"),
            help: "",
        }
        /// A division lacks a separator or a rule.
        Split {} = BookMapping {
            message: "`split` needs a separator and a rule: `equal` (revenue only) or `first`",
            help: "write `split.partner_id = { separator = \";\", rule = \"first\" }`",
        }
        /// A date format does not name year and month once each.
        DateFormat { value: String } = BookMapping {
            message: format!("`{value}` is not a date format"),
            help: "use `YYYY` or `YY`, `MM`, `M` or `MMM`, and `DD` or `D`, each once: `DD.MM.YYYY`",
        }
    }
}
