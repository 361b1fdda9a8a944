//! Decision tables: conditions in columns, one rule per row, and a hit policy that says what holds when several match.
//!
//! A table is a CSV file that a channel manager edits in a spreadsheet. The semantics are those of DMN (Decision Model
//! and Notation, OMG): the hit policies, the order of priorities, the default output. `docs/decision-tables.md` is the
//! reference of the format.
//!
//! ```
//! use quotient::decision::table::{DecisionTable, Outcome, Value};
//! let text = "\
//! UNIQUE, attainment, -> bonus_rate, because
//! ,       < 0.8,      0,             below the threshold
//! ,       [0.8..1),   0.02,          threshold reached
//! ,       >= 1,       0.05,          target reached
//! ";
//! let table = DecisionTable::parse("bonus.csv", &text.into());
//! assert!(table.findings.is_empty());
//! let table = table.value.expect("a table without errors");
//! let decision = table.decide(&["0.8".parse()?])?;
//! assert_eq!(decision.outcome(), &Outcome::One(vec!["0.02".parse()?]));
//! assert_eq!(decision.reasons()[0].because.as_deref(), Some("threshold reached"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod condition;
mod cuts;
mod decide;
mod fault;
mod hit_policy;
mod index;
mod interval;
mod lint;
mod reached;
mod read;
mod sentence;
mod settled;
mod sheet;
mod table_fault;
mod texts;
mod told;
mod value;
mod verdict;

pub use decide::{Decision, Direction, MatchedCondition, Near, Reason, Target};
pub use fault::{DecisionFault, RowNumbers};
pub use hit_policy::HitPolicy;
pub use lint::{Gaps, Overlap, Overlaps, Region};
pub use reached::{Rows, reach, reaching};
pub(crate) use sentence::About;
pub use value::{Kind, Value, ValueFault};
pub use verdict::Outcome;

use crate::channel::Name;
use crate::finding::{Checked, Findings};
use condition::Condition;
use cuts::Ranges;
use index::Index;
use settled::Kept;
use std::sync::Arc;

/// An input column: what a condition is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Name, as in the header.
    pub name: Name,
    /// Kind of its values.
    pub kind: Kind,
    /// The `allowed` cell as written; `None` when every value of the kind is allowed.
    pub allowed: Option<String>,
    pub(crate) domain: Option<Condition>,
}

/// An output column: what a row concludes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Name, as in the header, without the arrow.
    pub name: Name,
    /// Kind of its values.
    pub kind: Kind,
    /// The listed allowed values, highest priority first; empty when none are listed.
    pub priorities: Vec<Value>,
    /// Value when no row matches; `None` when the table has no `default` row.
    pub default: Option<Value>,
}

/// One rule: a row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Row in the file, counted from 1.
    pub row: u64,
    pub label: Option<Name>,
    pub conditions: Vec<Condition>,
    pub outputs: Vec<Value>,
    pub because: Option<Name>,
    /// Place in the order of priorities, 0 first; one entry per output column that lists its values.
    pub rank: Vec<usize>,
}

#[derive(Debug)]
struct Content {
    file: String,
    hit_policy: HitPolicy,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    rules: Vec<Rule>,
    index: Index,
    kept: Kept,
}

/// A decision table: read, typed, checked and indexed. Cloning shares the content.
#[derive(Debug, Clone)]
pub struct DecisionTable(Arc<Content>);

impl DecisionTable {
    /// Reads a table from the text of its CSV file; `path` is the file's name in findings.
    ///
    /// Returns every fault of the text, and no table when one of the findings is an error. Faults
    /// of the rules themselves (gaps, overlaps) are found by [`DecisionTable::lint`].
    pub fn parse(path: &str, text: &Arc<str>) -> Checked<Self> {
        read::table(path, text)
    }

    /// Faults of the rules: gaps, overlaps, rows that can never win, rows and columns without effect.
    ///
    /// An overlap that breaks the hit policy is an error; all else is a warning. The work is bounded: where the bound
    /// is met, a finding says so. Ascending by row within each kind of finding.
    pub fn lint(&self) -> Findings {
        lint::table(self)
    }

    /// The file the table was read from.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// Rule for several matching rows.
    pub fn hit_policy(&self) -> HitPolicy {
        self.0.hit_policy
    }

    /// The input columns in the order of the header, never empty.
    pub fn inputs(&self) -> &[Input] {
        &self.0.inputs
    }

    /// The output columns in the order of the header, never empty.
    pub fn outputs(&self) -> &[Output] {
        &self.0.outputs
    }

    /// Number of rules.
    pub fn rule_count(&self) -> usize {
        self.0.rules.len()
    }

    /// Decides by the table; `inputs` has one value per input column, in the order of the header.
    ///
    /// A value that is not known matches only cells that are `-`, empty or `null`. Fails when a value is of the wrong
    /// kind or not allowed, and when the rows that match break the hit policy.
    pub fn decide(&self, inputs: &[Value]) -> Result<Decision, DecisionFault> {
        self.decide_on(inputs.to_vec())
    }

    /// The same for values that are not needed any more.
    pub(crate) fn decide_on(&self, inputs: Vec<Value>) -> Result<Decision, DecisionFault> {
        let decision = decide::decide(self, inputs)?;
        let decisive = |reason: Reason| reason.is_decisive.then_some(reason.row);
        reach(self.file(), || decision.reasons().into_iter().filter_map(decisive).collect());
        Ok(decision)
    }

    /// Returns the texts that conditions of an input column name, ascending.
    pub fn texts_of(&self, column: usize) -> Vec<String> {
        let conditions = self.0.rules.iter().filter_map(|rule| rule.conditions.get(column));
        let ends = conditions.flat_map(|condition| condition.set.intervals()).flat_map(|(from, to)| [from, to]);
        let text = |cut: &interval::Cut| match cut {
            interval::Cut::At(Value::Text(text), _) => Some(text.to_string()),
            _ => None,
        };
        let texts: std::collections::BTreeSet<String> = ends.filter_map(text).collect();
        texts.into_iter().collect()
    }

    /// Returns the row of each rule with its first output, in the order of the file.
    pub fn first_outputs(&self) -> impl Iterator<Item = (u64, &Value)> {
        self.0.rules.iter().filter_map(|rule| Some((rule.row, rule.outputs.first()?)))
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    pub(crate) fn index(&self) -> &Index {
        &self.0.index
    }

    fn kept(&self) -> &Kept {
        &self.0.kept
    }

    fn assemble(file: &str, hit_policy: HitPolicy, inputs: Vec<Input>, outputs: Vec<Output>, rules: Vec<Rule>) -> Self {
        let columns = (0..inputs.len()).map(|column| {
            let domain = inputs[column].domain.as_ref();
            let cells: Vec<&Condition> = rules.iter().map(|rule| &rule.conditions[column]).collect();
            Ranges::new(inputs[column].kind, &cells, domain)
        });
        let index = Index::new(columns.collect(), rules.len());
        let kept = Kept::new(&index);
        Self(Arc::new(Content { file: file.to_owned(), hit_policy, inputs, outputs, rules, index, kept }))
    }
}
