//! Decision tables of a fixed purpose: the engine asks them itself, with inputs that it declares.

use super::table::{DecisionFault, DecisionTable, Kind, Outcome, Reason, Value};
use crate::finding::{Checked, Finding, Findings, Place, did_you_mean, quoted};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// Purpose of a decision table: its file, the inputs it may have, and the output it must have.
#[derive(Debug, PartialEq, Eq)]
pub struct Purpose {
    /// Name of the rule in cases, and of the file without its extension.
    pub name: &'static str,
    /// Inputs that the engine gives; a table has any of them.
    pub inputs: &'static [Input],
    /// Name of the output.
    pub output: &'static str,
    /// Words that the output may have; empty where the vendor chooses them.
    pub words: &'static [&'static str],
}

/// Input that the engine gives.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// Name of the column.
    pub name: &'static str,
    /// Kind of its values.
    pub kind: Kind,
    /// Words that the engine gives; empty for other kinds than text.
    pub words: &'static [&'static str],
}

const fn input(name: &'static str, kind: Kind) -> Input {
    Input { name, kind, words: &[] }
}

/// Approvals that a figure of a plan of record needs.
pub static APPROVAL: Purpose = Purpose {
    name: "approval",
    inputs: &[
        Input { name: "subject", kind: Kind::Text, words: &["line", "total", "fund"] },
        input("change", Kind::Number),
        input("share_of_target", Kind::Number),
        input("below_tier_minimum", Kind::Truth),
        input("assigned", Kind::Truth),
        input("amended", Kind::Truth),
        input("rounds", Kind::Whole),
        input("short_of_target", Kind::Number),
        input("amount", Kind::Number),
    ],
    output: "role",
    words: &[],
};

/// Consequence of the review of a partner's business plan at the end of the period.
pub static BUSINESS_REVIEW: Purpose = Purpose {
    name: "business_review",
    inputs: &[input("attainment", Kind::Number), input("kept", Kind::Number)],
    output: "verdict",
    words: &["repeat", "recalibrate", "improvement_plan", "too_soft"],
};

/// Every purpose.
pub static PURPOSES: [&Purpose; 2] = [&APPROVAL, &BUSINESS_REVIEW];

impl Purpose {
    /// Returns the name of the file in the vendor's policies.
    pub fn file(&self) -> String {
        format!("{}.csv", self.name)
    }
}

crate::faults! {
    /// Faults of a table that the engine asks.
    pub enum PurposeFault {
        /// A column that the engine has no value for.
        UnknownInput { table: String, column: String, near: Option<String>, known: Vec<String> } = TableColumn {
            message: format!("`{table}` has no input `{column}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its inputs are {}", quoted(known)),
            },
        }
        /// A column of another kind than the engine's value.
        InputKind { table: String, column: String, kind: Kind, expected: Kind } = TableType {
            message: format!("the input `{column}` of `{table}` has type {kind}, not {expected}"),
            help: format!("write `{expected}` in the `type` row"),
        }
        /// A text that the engine never gives.
        UnknownWord { table: String, column: String, word: String, known: Vec<String> } = TableCell {
            message: format!("`{column}` of `{table}` is never `{word}`"),
            help: format!("write one of {}", quoted(known)),
        }
        /// The output is missing, or the table has another one.
        Output { table: String, output: String } = TableColumn {
            message: format!("`{table}` needs exactly one output, `{output}`"),
            help: format!("name the output column `-> {output}`; the reason is in a column `because`"),
        }
        /// A hit policy that counts or sums.
        Aggregates { table: String } = TableHitPolicy {
            message: format!("`{table}` cannot count or sum its rows"),
            help: "use `COLLECT` where several rows may apply, or `FIRST`",
        }
        /// A row without a conclusion.
        Nothing { table: String, output: String, row: u64 } = TableCell {
            message: format!("row {row} of `{table}` has no {output}"),
            help: "complete the row, or remove it",
        }
    }
}

/// Conclusion of a table: a word, with the rows and reasons for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    /// Value of the output.
    pub word: String,
    /// Reasons of the rows.
    pub because: String,
    /// Rows of the file, as a spreadsheet counts them; empty for the `default` row.
    pub rows: Vec<u64>,
}

/// A decision table of a fixed purpose.
#[derive(Debug, Clone)]
pub struct PurposeTable {
    purpose: &'static Purpose,
    text: Arc<str>,
    table: DecisionTable,
}

impl PartialEq for PurposeTable {
    fn eq(&self, other: &Self) -> bool {
        self.purpose == other.purpose && self.text == other.text
    }
}

impl Eq for PurposeTable {}

impl PurposeTable {
    /// Reads the table; `path` is the name of the file in findings.
    pub fn parse(purpose: &'static Purpose, path: &str, text: &Arc<str>) -> Checked<Self> {
        let mut findings = Findings::new();
        let Some(table) = DecisionTable::parse(path, text).ok(&mut findings) else {
            return Checked::refused(findings);
        };
        findings.extend(table.lint());
        purpose.examine(&table).into_iter().for_each(|fault| {
            findings.push(Finding::from(fault).at(Place::file(path)));
        });
        if findings.has_errors() {
            return Checked::refused(findings);
        }
        Checked::accepted(Self { purpose, text: Arc::clone(text), table }, findings)
    }

    /// Returns the purpose.
    pub fn purpose(&self) -> &'static Purpose {
        self.purpose
    }

    /// True when the table has this input.
    pub fn asks(&self, input: &str) -> bool {
        self.table.inputs().iter().any(|own| *own.name == *input)
    }

    /// Returns the conclusions of the table in the order of its rows, equal words joined; empty when no row matches.
    ///
    /// An input that `facts` does not name is not known.
    pub fn conclude(&self, facts: &[(&str, Value)]) -> Result<Vec<Conclusion>, DecisionFault> {
        let fact = |name: &str| facts.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone());
        let inputs: Vec<Value> =
            self.table.inputs().iter().map(|input| fact(&input.name).unwrap_or_default()).collect();
        let decision = self.table.decide(&inputs)?;
        let mut found: Vec<Conclusion> = Vec::new();
        for reason in decision.reasons().iter().filter(|reason| reason.is_decisive) {
            let (word, because) = (word(reason.outputs.first()), because(reason));
            match found.iter_mut().find(|known| known.word == word) {
                Some(known) => {
                    known.because = format!("{}; {because}", known.because);
                    known.rows.push(reason.row);
                }
                None => found.push(Conclusion { word, because, rows: vec![reason.row] }),
            }
        }
        if decision.is_default() {
            let value = match decision.outcome() {
                Outcome::One(values) => values.first(),
                Outcome::List(rows) => rows.first().and_then(|values| values.first()),
                Outcome::None => None,
            };
            found.push(Conclusion { word: word(value), because: "no row applies".to_owned(), rows: Vec::new() });
        }
        Ok(found)
    }
}

/// The word of an output.
fn word(value: Option<&Value>) -> String {
    match value {
        Some(Value::Text(text)) => text.to_string(),
        other => other.map(Value::written).unwrap_or_default(),
    }
}

/// The reason that a row states; without one, its conditions.
fn because(reason: &Reason) -> String {
    if let Some(because) = &reason.because {
        return because.to_string();
    }
    let conditions = reason.conditions.iter().map(|one| format!("{} {} ({})", one.column, one.value, one.cell));
    let stated = conditions.collect::<Vec<_>>().join(", ");
    if stated.is_empty() { "in every case".to_owned() } else { stated }
}

impl Purpose {
    /// Returns what makes the table unfit for the purpose.
    fn examine(&self, table: &DecisionTable) -> Vec<PurposeFault> {
        let own = || self.file();
        let mut faults = Vec::new();
        for (at, column) in table.inputs().iter().enumerate() {
            let known = self.inputs.iter().find(|input| *input.name == *column.name);
            let Some(known) = known else {
                let names = self.inputs.iter().map(|input| input.name);
                let near = did_you_mean(&column.name, names.clone()).map(str::to_owned);
                let known = names.map(str::to_owned).collect();
                faults.push(PurposeFault::UnknownInput { table: own(), column: column.name.to_string(), near, known });
                continue;
            };
            let is_number = |kind| matches!(kind, Kind::Number | Kind::Whole);
            let fits = column.kind == known.kind || (known.kind == Kind::Whole && is_number(column.kind));
            if !fits {
                let (column, kind, expected) = (column.name.to_string(), column.kind, known.kind);
                faults.push(PurposeFault::InputKind { table: own(), column, kind, expected });
            }
            let texts = table.texts_of(at);
            for word in texts.iter().filter(|word| !known.words.is_empty() && !known.words.contains(&word.as_str())) {
                faults.push(unknown_word(own(), known.name, word, known.words));
            }
        }
        match table.outputs() {
            [output] if *output.name == *self.output && output.kind == Kind::Text => {}
            _ => faults.push(PurposeFault::Output { table: own(), output: self.output.to_owned() }),
        }
        if table.hit_policy().aggregates() {
            faults.push(PurposeFault::Aggregates { table: own() });
            return faults;
        }
        for (row, value) in table.first_outputs() {
            match value {
                Value::Text(text) if self.words.is_empty() || self.words.contains(&&**text) => {}
                Value::Text(text) => faults.push(unknown_word(own(), self.output, text, self.words)),
                _ => faults.push(PurposeFault::Nothing { table: own(), output: self.output.to_owned(), row }),
            }
        }
        faults
    }
}

fn unknown_word(table: String, column: &str, word: &str, known: &[&str]) -> PurposeFault {
    let known = known.iter().map(|word| (*word).to_owned()).collect();
    PurposeFault::UnknownWord { table, column: column.to_owned(), word: word.to_owned(), known }
}

/// Written form of a table: its file and its text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    file: String,
    text: String,
}

impl Serialize for PurposeTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { file: self.purpose.file(), text: self.text.to_string() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PurposeTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { file, text } = Written::deserialize(deserializer)?;
        let purpose = PURPOSES.into_iter().find(|purpose| purpose.file() == file);
        let purpose = purpose.ok_or_else(|| D::Error::custom(format!("unknown table `{file}`")))?;
        let read = Self::parse(purpose, &file, &Arc::from(text));
        read.value.ok_or_else(|| D::Error::custom(format!("`{file}` cannot be read as a decision table")))
    }
}
