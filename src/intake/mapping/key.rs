//! The one declaration of the keys of a mapping file; the check for unknown keys, the reference and the schema derive
//! from it.

use super::super::table::{Kind, TableKind};
use super::super::value::period::YearKind;
use super::super::value::week::WeekPattern;

/// Part of the file in which a key may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum Scope {
    /// At the top, for the whole book.
    Top,
    /// In the section of a table, or at the top for every section without the key.
    Shared,
    /// In the section of a table.
    Section,
    /// In the section of the partners only.
    Partners,
    /// In the section of the opportunities only.
    Opportunities,
}

/// Form of a key's value.
#[derive(Debug, Clone, Copy)]
pub(in crate::intake) enum Shape {
    /// A string; the words say which.
    String(&'static str),
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A string, or a list of strings.
    Strings(&'static str),
    /// A list of strings.
    List(&'static str),
    /// A whole number in this range.
    Whole(u32, u32),
    /// One value for each named column of the table, if its kind is listed; every kind if the list is empty.
    ByColumn(&'static [Kind], &'static Shape),
    /// A value of either form.
    Either(&'static Shape, &'static Shape),
    /// Separator and rule of a division, for the column `partner_id`.
    Split,
    /// True or false.
    Truth,
    /// A table of these members, each with its form and meaning.
    Members(&'static [(&'static str, Shape, &'static str)]),
    /// One of these words, or a list of strings.
    WordOrList(&'static [&'static str], &'static str),
    /// Name of a column of the table with one of these kinds.
    Column(&'static [Kind]),
    /// One value for each heading or word of the export.
    ByWord(&'static str, &'static Shape),
}

/// Kinds of columns that are fractions.
pub(in crate::intake) const RATES: &[Kind] = &[Kind::Rate, Kind::Share];
/// Kinds of columns that are amounts of money.
pub(in crate::intake) const AMOUNTS: &[Kind] = &[Kind::Amount, Kind::AmountFromZero];
/// Kinds of columns that are dates or periods.
pub(in crate::intake) const DATES: &[Kind] = &[Kind::Date, Kind::Period];
/// Largest number that a rate is divided by or an amount is multiplied by.
pub(in crate::intake) const LARGEST_FACTOR: u32 = 1_000_000_000;

/// Rows that a sheet may have.
pub(in crate::intake) const LARGEST_ROW: u32 = 1 << 20;
/// Words of `unpivot` for all headings that read as a month, as a week or as a date.
pub(in crate::intake) const MONTHS: &str = "months";
pub(in crate::intake) const WEEKS: &str = "weeks";
pub(in crate::intake) const DAYS: &str = "days";
/// Word of `unpivot` for the years in the names of the files or sheets.
pub(in crate::intake) const YEAR_NAMES: &str = "names";

/// First and last year that `unpivot` may state.
pub(in crate::intake) const YEARS: (u32, u32) = (1900, 2199);
/// Most rows that a header may have.
pub(in crate::intake) const MOST_HEADER_ROWS: u32 = 5;

/// Members of `unpivot`.
pub(in crate::intake) const UNPIVOT: &[(&str, Shape, &str)] = &[
    (
        "period",
        Shape::WordOrList(&[MONTHS, WEEKS, DAYS], "heading"),
        "the headings of the columns, each a period; `\"months\"` for every heading that reads as a month, `\"weeks\"` for every \
         one that reads as a week, `\"days\"` for every one that is a date by `date_format`",
    ),
    ("amount", Shape::Column(AMOUNTS), "the column that the cells belong to; by default the table's required amount"),
    (
        "year",
        Shape::Either(&Shape::Whole(YEARS.0, YEARS.1), &Shape::String("heading")),
        "the calendar year of headings that state none, such as `Jan` or `Q1`; the heading of the column that has it; or \
         `\"names\"` for the year that the name of each file or sheet states, such as `Sales 2025`",
    ),
    (
        "word",
        Shape::String("word"),
        "the word that the headings have before or after the period, such as `Revenue` in `Revenue Jan 2026`; columns with \
         another word are not read",
    ),
];

/// Members of `names`.
pub(in crate::intake) const NAMES: &[(&str, Shape, &str)] = &[
    (
        "column",
        Shape::String("column"),
        "the column of the table that the names are the values of, such as `partner_id` or `month`",
    ),
    (
        "word",
        Shape::String("word"),
        "the word that the names have before or after the value, such as `Sales` in `Sales 2025-01`",
    ),
    ("year", Shape::Whole(YEARS.0, YEARS.1), "the calendar year of names that state none, such as `Jan`"),
];
/// Members of `lookup`.
pub(in crate::intake) const LOOKUP: &[(&str, Shape, &str)] = &[
    ("file", Shape::String("file name"), "the other file; in a JSON document, the key of the list"),
    ("sheet", Shape::String("name of a sheet"), "the other sheet of the workbook"),
    (
        "key",
        Shape::Strings("heading"),
        "the column that both have; of two headings, the one of this table and that of the other",
    ),
];
/// Members of `won_revenue`.
pub(in crate::intake) const WON_REVENUE: &[(&str, Shape, &str)] = &[
    ("month", Shape::Strings("heading"), "the date on which they were won; by default the close date"),
    ("amount", Shape::Strings("heading"), "their revenue; by default the amount of the opportunity"),
];

macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal in $scope:ident, $shape:expr, $example:literal;)+) => {
        /// A key of a mapping file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::intake) enum Key { $($(#[doc = $doc])+ $variant,)+ }

        impl Key {
            /// Every key, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The key as written.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Part of the file in which it may be written.
            pub fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope,)+ }
            }

            /// Form of its value.
            pub fn shape(self) -> Shape {
                match self { $(Self::$variant => $shape,)+ }
            }

            /// Meaning.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)+ }
            }

            /// An example: the key with a value, as written below the section `[revenue]`, `[opportunities]` for
            /// columns that only those have, `[partners]` for keys of the partners, or at the top.
            pub fn example(self) -> &'static str {
                match self { $(Self::$variant => $example,)+ }
            }
        }
    };
}

keys! {
    /// Currency of rows that state none; an ISO 4217 code.
    Currency = "currency" in Top, Shape::String("currency code"), "currency = \"EUR\"";
    /// Kind of the identifiers of partners and opportunities. With `salesforce`, the 15-character form of an id and its
    /// 18-character form are the same identifier, and an id whose checksum is wrong is an error. With `similar`, an id of
    /// another table that the partners table lacks is the one that differs only in leading zeros, case or spaces (`123` and
    /// `00123`); an error when there are several.
    Ids = "ids" in Top, Shape::OneOf(&["salesforce", "similar"]), "ids = \"salesforce\"";
    /// Time zone that decides the day of a time stamp with an offset from UTC (`2025-03-31T23:30:00Z`); a name of the
    /// IANA database. Without it, the date counts as it is written.
    TimeZone = "time_zone" in Top, Shape::String("time zone"), "time_zone = \"Europe/Berlin\"";
    /// Number of weeks in the months of each quarter of the vendor's fiscal year. Weeks such as `2025-W05` belong to the
    /// months by it; an error without it. With `iso`, a week belongs to the month of its Thursday. The 53rd week of a year belongs to its last month.
    Weeks = "weeks" in Top, Shape::OneOf(&WeekPattern::NAMES), "weeks = \"4-4-5\"";

    /// First month of the fiscal year of the export, 1 to 12, for values such as `FY2026`, `Q1 FY26` and `001/2026`; by
    /// default the vendor's. A fiscal year has the number of the calendar year in which it ends.
    FiscalYearStart = "fiscal_year_start" in Top, Shape::Whole(1, 12), "fiscal_year_start = 7";

    /// File in the book's directory that holds the table, with or without its extension; by default the file with the
    /// table's name. In a JSON document, the key of the list. Several files with the same columns, in any order, such as
    /// one per year, are read as one table.
    File = "file" in Shared, Shape::Strings("file name"), "file = [\"Orders 2024.csv\", \"Orders 2025.csv\"]";
    /// Sheet of the workbook that holds the table; several sheets with the same columns are read as one table. With
    /// `file`, the sheet of that workbook in the book's directory.
    Sheet = "sheet" in Shared, Shape::Strings("name of a sheet"), "sheet = \"Orders\"";
    /// Character between the fields of a text file; found in the file when not stated.
    Delimiter = "delimiter" in Shared, Shape::String("one character"), "delimiter = \";\"";
    /// Meaning of double quotes in a text file whose values are never quoted, such as tab-separated lists with `27" monitor`
    /// in them: `none` reads them as part of the values.
    Quote = "quote" in Shared, Shape::OneOf(&["none"]), "quote = \"none\"";
    /// Encoding of a text file that is neither UTF-8 nor marked as UTF-16: a label of the WHATWG Encoding Standard.
    Encoding = "encoding" in Shared, Shape::String("encoding"), "encoding = \"windows-1252\"";
    /// Row of the header, as a spreadsheet counts rows. Rows above it are not read. Without the key, the header is the
    /// first row, or the row among the first 30 that names most columns.
    HeaderRow = "header_row" in Shared, Shape::Whole(1, LARGEST_ROW), "header_row = 4";
    /// Number of rows that the header has, the first of them the row of `header_row`. A heading is what the rows write one
    /// below the other, separated by spaces; a blank cell above a heading has the value to its left, as merged cells have.
    HeaderRows = "header_rows" in Shared, Shape::Whole(1, MOST_HEADER_ROWS), "header_rows = 2";
    /// Headings of columns in which a value is written once and the cells below are left blank, as merged cells are: an
    /// empty cell has the value above. A new value in one of the columns ends the values to the right of it.
    FillDown = "fill_down" in Section, Shape::Strings("heading"), "fill_down = [\"Partner\", \"Product\"]";
    /// Reads a table with one column per period as one row per period. Empty cells are not known and give no row.
    Unpivot = "unpivot" in Section, Shape::Members(UNPIVOT), "unpivot = { period = \"months\" }";
    /// Year that a value such as `2026` means: the `calendar` year or the `fiscal` year; an error without the key. With
    /// `fiscal`, quarters and halves such as `Q1 2026` are those of the fiscal year as well, and so are names of months
    /// beside or below a year (`join`, two rows of a header, `year` of `unpivot`). The amount of a year, like that of a
    /// quarter, is spread evenly and exactly over its months.
    Years = "years" in Shared, Shape::OneOf(&YearKind::NAMES), "years = \"calendar\"";
    /// Decimal sign of numbers written as text. Numbers that a workbook stores as numbers are not affected.
    Decimal = "decimal" in Shared, Shape::OneOf(&[".", ","]), "decimal = \",\"";
    /// Thousands sign of numbers written as text; a space stands for any kind of space. A number whose groups do not
    /// have three digits is an error.
    Thousands = "thousands" in Shared, Shape::OneOf(&[".", ",", "'", " ", "_"]), "thousands = \".\"";
    /// Meaning of an amount that is nothing but a dash; an error when not stated.
    Dash = "dash" in Shared, Shape::OneOf(&["zero", "empty"]), "dash = \"zero\"";
    /// Order of year, month and day in dates: `YYYY` or `YY`, `MM`, `M` or `MMM` (a name), and `DD` or `D`, each once.
    /// A column of months may have a format without day. Several formats: a date that two of them read differently is
    /// an error. Dates with the year first (`2026-01-31`) are always read. `YYYYWW` reads the weeks `202501` to `202552`, which
    /// are months elsewhere unless the heading says that they are weeks.
    DateFormat = "date_format" in Shared, Shape::Either(
        &Shape::Strings("date format"),
        &Shape::ByColumn(DATES, &Shape::Strings("date format")),
    ), "date_format = \"DD.MM.YYYY\"";
    /// Heading of the export for each column of the table; of several headings, the first one that the file has. An
    /// empty string leaves the column unread although a heading has its name.
    Columns = "columns" in Section, Shape::ByColumn(&[], &Shape::Strings("heading")),
        "columns = { partner_id = [\"Account ID\", \"AccountId\"], amount = \"Net Amount\", territory = \"\" }";
    /// Value of a column that the export does not have, the same for every row.
    Constants = "constants" in Section, Shape::ByColumn(&[], &Shape::String("value")),
        "constants = { product_line = \"Hardware\" }";
    /// Number that rates are divided by: 100 for a column in percent.
    Scale = "scale" in Section, Shape::ByColumn(RATES, &Shape::Whole(1, LARGEST_FACTOR)), "scale = { probability = 100 }";
    /// Number that amounts are multiplied by: 1000 for a column in thousands.
    Times = "times" in Section, Shape::ByColumn(AMOUNTS, &Shape::Whole(1, LARGEST_FACTOR)), "times = { amount = 1000 }";
    /// Headings of the numbers whose exact product is an amount, such as quantity and unit price. `["Credit - Debit"]` is the
    /// difference of two columns of which one may be empty. `1 - Discount` is what the
    /// column `Discount` leaves of 1, and `1 - Discount / 100` that of a column in percent; a discount below 0 or above 100 %
    /// is an error. A row in which one of their cells is empty has no amount. A currency sign beside one of them is that of the
    /// amount; beside several it is an error.
    Product = "product" in Section, Shape::ByColumn(AMOUNTS, &Shape::List("heading")),
        "product = { amount = [\"Quantity\", \"Unit Price\", \"1 - Discount\"] }";
    /// Takes further columns from the row of another file or sheet that has the same key, such as customer and date of an
    /// order for each of its lines. The columns of the other table are used like those of this one, which come first where
    /// both have a heading. A key that the other table lacks, or that it has in several rows, is an error.
    Lookup = "lookup" in Section, Shape::Members(LOOKUP),
        "file = \"order_lines.csv\"\nlookup = { file = \"orders.csv\", key = \"Order ID\" }";
    /// Heading of a column that has the name of each partner above the periods of its rows, as pivot tables do: each period
    /// becomes a row with the name above it, and the period is the column `month`. Rows of names and totals are not read.
    Outline = "outline" in Section, Shape::String("heading"), "outline = \"Row Labels\"\ncolumns = { partner_id = \"Row Labels\" }";
    /// Reads a column from the name of each sheet, or of each file without its ending, where each holds one partner or one month.
    Names = "names" in Section, Shape::Members(NAMES),
        "sheet = [\"Jan 2025\", \"Feb 2025\"]\nnames = { column = \"month\" }";
    /// Headings of the columns that state a month together, such as year and month: their cells are read as one text, in this
    /// order, separated by spaces (`2025 1`, `2025 January`, `2025 Q1`). The numbers 1 to 4 of a column whose heading is a
    /// word for quarters are quarters.
    Join = "join" in Section, Shape::ByColumn(DATES, &Shape::List("heading")), "join = { month = [\"Year\", \"Month\"] }";
    /// Values that the column with this heading must have for the row to be used. Several headings: all must match.
    Where = "where" in Section, Shape::ByWord("heading", &Shape::Strings("value")),
        "where = { Channel = [\"Partner\", \"Distributor\"] }";
    /// Values with which the row is left out. Several headings: one match is enough.
    Skip = "skip" in Section, Shape::ByWord("heading", &Shape::Strings("value")), "skip = { Status = \"Cancelled\" }";
    /// Values with which the amounts of the row are subtracted, such as credit notes that are written without a sign. Several
    /// headings: one match is enough. A negative amount in such a row is an error.
    Subtract = "subtract" in Section, Shape::ByWord("heading", &Shape::Strings("value")),
        "subtract = { \"Document Type\" = \"Credit note\" }";
    /// For each column, words of the export and the words to read instead; `*` stands for every other word, and an empty
    /// string for a cell without value. A word is compared exactly first, then without case; one that differs in
    /// hyphens, points or spaces only is translated with a warning.
    Values = "values" in Section, Shape::ByColumn(&[], &Shape::ByWord("word", &Shape::String("word"))),
        "values = { territory = { DACH = \"Central Europe\" } }";
    /// Division of a row whose cell names several partners. Rule `first`: the row belongs to the first. Rule `equal`, for
    /// revenue: the amount is divided into equal parts; what does not divide goes to the first ones, one minor unit each.
    Split = "split" in Section, Shape::Split, "split = { partner_id = { separator = \";\", rule = \"equal\" } }";
    /// Reads the partners from a table with several rows per partner, such as a list of orders: the first row of each
    /// partner counts, and differences in its other rows are reported. Only `attributes` become attributes. Without
    /// `file` and `sheet`, it is the table of the revenue, with its header, notation, filters, `fill_down` and column of
    /// partners.
    Distinct = "distinct" in Partners, Shape::Truth, "distinct = true";
    /// Reads the won opportunities as the revenue, in place of a section `[revenue]`. The source, partners, filters, notation
    /// and other keys of `[opportunities]` hold for both.
    WonRevenue = "won_revenue" in Opportunities, Shape::Members(WON_REVENUE),
        "won_revenue = { month = \"Close Date\", amount = \"Amount\" }";
    /// Headings that become attributes of the partner; without the key, every heading that no column uses.
    Attributes = "attributes" in Partners, Shape::List("heading"), "attributes = [\"Region\", \"Employees\"]";
}

impl Scope {
    /// Keys of the section of `kind`.
    pub fn of(kind: TableKind) -> Self {
        match kind {
            TableKind::Partners => Self::Partners,
            TableKind::Opportunities => Self::Opportunities,
            _ => Self::Section,
        }
    }
}

impl Key {
    /// The key of that name among those that are valid in `scope`.
    pub fn named(name: &str, scope: Scope) -> Option<Self> {
        Self::within(scope).find(|key| key.name() == name)
    }

    /// Keys that are valid in `scope`: the section of a table with keys that only it has takes those of every section too.
    pub fn within(scope: Scope) -> impl Iterator<Item = Self> {
        let is_valid = move |key: &Self| match (key.scope(), scope) {
            (Scope::Shared, _) | (Scope::Section, Scope::Partners | Scope::Opportunities) => true,
            (own, scope) => own == scope,
        };
        Self::ALL.iter().copied().filter(is_valid)
    }
}
