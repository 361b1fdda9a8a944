//! Faults of the text of a decision table, as data with their wording.

use super::hit_policy::HitPolicy;
use super::value::{Kind, Value, ValueFault, remedy};
use crate::finding::{Field, ToField, quoted};

/// Most rows a table may have.
pub(super) const MAX_ROWS: usize = 20_000;
/// Most columns a table may have.
pub(super) const MAX_COLUMNS: usize = 200;

/// Words in the first column that make a row describe the columns instead of a rule.
pub(super) const DESCRIBING: [&str; 3] = ["type", "allowed", "default"];

impl ToField for Kind {
    fn to_field(&self) -> Field {
        self.as_str().to_field()
    }
}

impl ToField for HitPolicy {
    fn to_field(&self) -> Field {
        self.as_str().to_field()
    }
}

impl ToField for Value {
    fn to_field(&self) -> Field {
        match self {
            Self::NotKnown => Field::Null,
            Self::Number(number) => number.to_field(),
            Self::Truth(value) => value.to_field(),
            Self::Text(_) | Self::Date(_) => self.to_string().to_field(),
        }
    }
}

impl From<ValueFault> for CellFault {
    fn from(fault: ValueFault) -> Self {
        match fault {
            ValueFault::NotOfType { text, kind } => Self::NotOfType { text, kind },
            ValueFault::AmbiguousType(text) => Self::AmbiguousType { text },
        }
    }
}

/// Help for a word that is not known: the nearest one, or all of them.
fn did_you_mean(near: Option<&str>, otherwise: impl FnOnce() -> String) -> String {
    near.map_or_else(otherwise, |near| format!("did you mean `{near}`?"))
}

crate::faults! {
    /// Faults of one cell of a decision table.
    pub enum CellFault {
        /// The cell is not a value of its column's type.
        NotOfType { text: String, kind: Kind } = TableCell {
            message: format!("`{text}` is not {}", kind.article()),
            help: remedy(text, *kind),
        }
        /// The type of the value cannot be derived from its form.
        AmbiguousType { text: String } = TableCell {
            message: format!("`{text}` may be meant as a number, a date or text"),
            help: "name the type of the column in a `type` row, or put text in double quotes",
        }
        /// A comma between digits may separate decimals, thousands or values.
        AmbiguousComma { text: String } = TableCell {
            message: format!("the comma in `{text}` may separate decimals, thousands or values"),
            help: "write decimals with a point (`0.5`), thousands without separator, and a list with a space: `1, 2`",
        }
        /// `not(` has no closing parenthesis at the end of the cell.
        UnclosedParenthesis { text: String } = TableCell {
            message: format!("`{text}` has no closing parenthesis at its end"),
            help: "put everything that is excluded inside: `not(Gold, Silver)`",
        }
        /// A double quote is never closed.
        UnclosedQuote { text: String } = TableCell {
            message: format!("a double quote in `{text}` is never closed"),
            help: "close the text with a second double quote",
        }
        /// A comma has no value before or after it.
        MissingValue {} = TableCell {
            message: "a value is missing before or after a comma",
            help: "write one test between commas; a cell that is only `-` matches anything",
        }
        /// A comparison is spelled as in another language.
        ComparisonSpelling { found: &'static str, meant: &'static str } = TableCell {
            message: format!("`{found}` is not a comparison"),
            help: format!("write `{meant}`"),
        }
        /// A comparison has no value after its sign.
        MissingOperand { text: String, sign: &'static str } = TableCell {
            message: format!("`{text}` compares with nothing"),
            help: format!("write a value after `{sign}`"),
        }
        /// A range has no brackets, so it is open whether its ends belong to it.
        UnbracketedRange { text: String } = TableCell {
            message: format!("`{text}` does not say whether its ends belong to it"),
            help: format!("write `[{text}]` with both ends, or `[{text})` without the upper one"),
        }
        /// The cell begins like an interval and is not one.
        NotAnInterval { text: String } = TableCell {
            message: format!("`{text}` is not an interval"),
            help: "write `[10..20)`: a square bracket includes the end, a round one excludes it",
        }
        /// One end of an interval is missing.
        OneEndedInterval { text: String } = TableCell {
            message: format!("`{text}` has only one end"),
            help: "write an open side as a comparison: `>= 10`, `< 20`",
        }
        /// A boolean is compared by order.
        OrderedBoolean { text: String } = TableCell {
            message: format!("`{text}` cannot be more or less than another boolean"),
            help: "write `true` or `false`",
        }
        /// The larger end of an interval comes first.
        ReversedInterval { low: Value, high: Value } = TableInterval {
            message: format!("the interval from {low} to {high} is reversed, so it is empty"),
            help: format!("write the smaller end first: `{high}..{low}`"),
        }
        /// An interval excludes both of its equal ends.
        EmptyInterval { low: Value, high: Value } = TableInterval {
            message: format!("the interval from {low} to {high} is empty"),
            help: format!("write `[{low}..{high}]` to include both ends"),
        }
        /// `-` in an output.
        AnyAsOutput {} = TableCell {
            message: "`-` means anything in a condition, and has no meaning in an output",
            help: "leave the cell empty when the output is not known",
        }
        /// A condition tests for a value that the column does not allow.
        NotAllowed { value: Value, column: String, allowed: String, near: Option<String> } = TableCell {
            message: format!("`{value}` is not allowed in `{column}`"),
            help: did_you_mean(near.as_deref(), || format!("allowed is `{allowed}`: change one or the other")),
        }
        /// An output without a value has no priority.
        NoPriority { column: String, allowed: String, near: Option<String> } = TableCell {
            message: format!("the row has no value for `{column}`, so it has no priority"),
            help: did_you_mean(near.as_deref(), || format!("allowed is `{allowed}`: change one or the other")),
        }
        /// An allowed value is listed twice.
        ListedTwice { value: Value } = TableCell {
            message: format!("`{value}` is listed twice"),
            help: "keep it where its priority is",
        }
    }
}

crate::faults! {
    /// Faults of the shape of a decision table: its header, its describing rows and its rows.
    pub enum ShapeFault {
        /// The table has no row.
        Empty {} = TableShape {
            message: "the table is empty",
            help: "begin with a row of the hit policy and the columns: `UNIQUE,tier,-> bonus`",
        }
        /// The first cell is empty.
        MissingHitPolicy {} = TableHitPolicy {
            message: "the first cell does not name a hit policy",
            help: format!("write one of {} in the first cell of the first row", quoted(HitPolicy::ALL.map(HitPolicy::as_str))),
        }
        /// The first cell is not a hit policy.
        UnknownHitPolicy { found: String, near: Option<&'static str> } = TableHitPolicy {
            message: format!("`{found}` is not a hit policy"),
            help: did_you_mean(*near, || {
                format!("write one of {} in the first cell of the first row", quoted(HitPolicy::ALL.map(HitPolicy::as_str)))
            }),
        }
        /// The table has more columns than are read.
        TooManyColumns { columns: usize } = TableShape {
            message: format!("the table has {columns} columns, more than {MAX_COLUMNS}"),
            help: "split the table",
        }
        /// The table has more rules than are read.
        TooManyRows {} = TableShape {
            message: format!("the table has more than {MAX_ROWS} rules"),
            help: "split the table",
        }
        /// The table has no rule.
        NoRules {} = TableShape {
            message: "the table has no rules",
            help: "write one row per rule below the header",
        }
        /// An arrow without a name.
        UnnamedOutput {} = TableColumn {
            message: "an output column has no name",
            help: "write `-> bonus_rate`",
        }
        /// Two columns have the same name.
        DuplicateColumn { name: String, columns: Vec<usize> } = TableColumn {
            message: format!(
                "duplicate column `{name}`: columns {} after the hit policy",
                columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
            ),
            help: "rename or remove one",
        }
        /// No column is an input.
        NoInput {} = TableColumn {
            message: "the table has no input column",
            help: "name a fact in the header, such as `attainment`",
        }
        /// No column is an output.
        NoOutput {} = TableColumn {
            message: "the table has no output column",
            help: "mark the columns that conclude with an arrow: `-> bonus_rate`",
        }
        /// A row has more cells than the header.
        LongRow { cells: usize, header: usize } = TableShape {
            message: format!("the row has {cells} cells, the header {header}"),
            help: "put a cell that contains the separator in double quotes",
        }
        /// A row has fewer cells than the header.
        ShortRow { cells: usize, header: usize } = TableShape {
            message: format!("the row has {cells} cells, the header {header}"),
            help: "write a separator for every empty cell",
        }
        /// A cell below an empty header.
        UnnamedColumn {} = TableColumn {
            message: "the cell is in a column without a name",
            help: "name the column, or begin its name with `#` for notes",
        }
        /// A describing row occurs twice.
        SecondDescribingRow { word: &'static str, first: u64 } = TableShape {
            message: format!("a second `{word}` row; the first is row {first}"),
            help: "keep one of them",
        }
        /// The name of a rule is nearly that of a describing row.
        NearlyDescribing { label: String, near: String } = TableShape {
            message: format!("`{label}` is read as the name of a rule"),
            help: format!("did you mean `{near}`? Else name the rule differently"),
            severity: Warning,
        }
        /// Two rules have the same name.
        DuplicateRule { label: String, first: u64 } = TableShape {
            message: format!("two rules are named `{label}`; the first is row {first}"),
            help: "rename one, or leave the first cell empty",
        }
        /// The word of the `type` row is not a type.
        UnknownType { found: String, near: Option<&'static str> } = TableType {
            message: format!("`{found}` is not a type"),
            help: did_you_mean(*near, || format!("write one of {}", quoted(Kind::ALL.map(Kind::as_str)))),
        }
        /// Cells of one column have different types.
        MixedTypes { cell: String, kind: Kind, example: String, expected: Kind, column: String } = TableType {
            message: format!("`{cell}` is {} where `{example}` is {}", kind.article(), expected.article()),
            help: format!("name the type of `{column}` in a `type` row"),
        }
        /// No cell of the column shows its type.
        UndeterminedType { column: String } = TableType {
            message: format!("no cell of `{column}` shows the type of its values"),
            help: format!("add a `type` row with one of {}", quoted(Kind::ALL.map(Kind::as_str))),
        }
        /// The `default` row has a condition.
        DefaultWithCondition {} = TableShape {
            message: "the `default` row has a condition",
            help: "leave it empty: the row applies when no rule matches",
        }
        /// The `default` row has no output.
        EmptyDefault {} = TableShape {
            message: "the `default` row has no output",
            help: "write the outputs that apply when no rule matches, or remove the row",
            severity: Warning,
        }
        /// The hit policy ranks outputs, and no output lists its values.
        NoPriorities { policy: HitPolicy } = TableHitPolicy {
            message: format!("{policy} needs the order of priorities, and no output lists its values"),
            help: "add an `allowed` row and list the values of an output there, highest priority first",
        }
        /// The hit policy aggregates one output, and there are several.
        SeveralOutputs { policy: HitPolicy, outputs: usize } = TableHitPolicy {
            message: format!("{policy} works on one output, and the table has {outputs}"),
            help: "keep one output column, or use `COLLECT`",
        }
        /// The hit policy aggregates numbers, and the output has another type.
        NotAggregable { policy: HitPolicy, column: String, kind: Kind } = TableHitPolicy {
            message: format!("{policy} needs numbers, and `{column}` has type {kind}"),
            help: "use `COLLECT` for a list, or `COLLECT COUNT`",
        }
    }
}
