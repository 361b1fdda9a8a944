//! Scripts: compiling, checking and calling a vendor's rules. The only room that knows Rhai.
//!
//! [`Scripts::compile`] takes all files of one vendor and gives all findings at once; a call takes [`Facts`] and gives an
//! answer or a [`ScriptFault`] in the author's words. Nothing outside this room sees a type of Rhai, so that another
//! evaluator can implement the same interface.

mod allocation;
mod allowance;
mod analysis;
mod api;
mod budget;
mod call;
mod cause;
mod check;
mod compile;
mod coverage;
mod decide;
mod decided_size;
mod evaluate;
mod fault;
mod foreign;
mod form_fault;
mod interpreter;
mod kind_fault;
mod lint;
mod lint_fault;
mod mutation;
mod name_fault;
mod others;
mod outcome_fault;
mod peer_reader;
mod peers;
mod policy;
mod probes;
mod program;
mod reading;
mod records;
mod sandbox;
mod shadow;
mod site;
mod source;
mod statistics;
mod syntax;
mod syntax_fault;
mod table;
mod table_key;
mod threads;
mod tree;
mod typed;
mod unit_fault;

pub use crate::figure::Kind as FactKind;
pub use allocation::{CountingAllocator, is_counting, return_freed_memory};
pub use api::example::{
    example_context, example_facts, example_policy_facts, example_review, example_standing, zero_facts, zero_standing,
};
pub use api::reference::{reference_json, reference_markdown};
pub use budget::{Exhausted, ScriptBudget, WorkTime};
pub use cause::{Growing, RuntimeFault};
pub use coverage::{CodePoint, PointKind, covering};
pub use fault::ScriptFault;
pub use mutation::{Boundary, ScriptChange, neighbours};
pub use peer_reader::PeerReader;
pub use peers::{Cohort, PeerLine, PeerProperty, Peers};
pub use policy::{PolicyFacts, ReviewCadence, ReviewFacts};
pub use program::Scripts;
pub use records::{ExtraTables, PartnerRecords, TableDeclaration};
pub use shadow::{Difference, compare};
pub use source::SourceFile;
pub use table::{FactValue, Table, Tables};
pub use table_key::{Key, KeyColumn};
#[cfg(feature = "server")]
pub(crate) use threads::is_script_thread;
pub use threads::{NoThread, STACK_BYTES, ScriptPool, on_script_threads, on_this_script_thread, spawn_script_thread};
pub use typed::Fallback;

use sandbox::MAX_SOURCE_BYTES;

use crate::channel::{LineFacts, Name};
use crate::decision::table::DecisionTable;
use crate::finding::{Field, ToField};
use crate::performance::{LineStanding, PartnerStanding, ProductLineRevenue};
use crate::units::Money;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Function that a file must define.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryPoint {
    /// `fn assess(partner)`: the revenue the factor indicates.
    Factor,
    /// `fn weights(partner)`: the weights of the factors for this partner.
    Weights,
    /// `fn decide(partner)`: the decisions for a standing.
    Policy(PolicyKind),
}

crate::words! {
    /// Subject of a policy.
    pub enum PolicyKind {
        /// The partner's tier.
        Tier = "tier",
        /// Incentives.
        Incentive = "incentive",
        /// Interventions.
        Intervention = "intervention",
    }
}

impl PolicyKind {
    /// Name of the file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Tier => "tier.rhai",
            Self::Incentive => "incentive.rhai",
            Self::Intervention => "intervention.rhai",
        }
    }
}

impl EntryPoint {
    /// The function's name.
    pub fn function(self) -> &'static str {
        match self {
            Self::Factor => "assess",
            Self::Weights => "weights",
            Self::Policy(_) => "decide",
        }
    }

    /// The function's parameters.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Factor | Self::Weights | Self::Policy(_) => &["partner"],
        }
    }

    /// A skeleton for help texts.
    pub fn skeleton(self) -> &'static str {
        match self {
            Self::Factor => {
                "fn assess(partner) { indicate(partner.history.prior_revenue ?? 0.0).because(\"as last year\") }"
            }
            Self::Weights => "fn weights(partner) { #{ history: 0.6, pipeline_coverage: 0.4 } }",
            Self::Policy(PolicyKind::Tier) => "fn decide(partner) { retain().because(\"reviewed at year end\") }",
            Self::Policy(PolicyKind::Incentive) => {
                "fn decide(partner) { [award(\"attainment bonus\").amount(25_000).because(\"at quota\")] }"
            }
            Self::Policy(PolicyKind::Intervention) => {
                "fn decide(partner) { [intervene(\"forecast_call\", \"high\").because(\"no forecast yet\")] }"
            }
        }
    }
}

impl ToField for EntryPoint {
    fn to_field(&self) -> Field {
        self.function().to_field()
    }
}

/// A file and what it must define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Path of the file.
    pub path: String,
    /// Its entry point.
    pub entry: EntryPoint,
}

/// Names that a vendor's scripts may use beside the standard facts.
#[derive(Debug, Clone, Default)]
pub struct ScriptContext {
    /// Attributes declared in the manifest, with their kinds (see [`FactKind::DECLARABLE`]).
    pub attributes: Vec<(Name, FactKind)>,
    /// Names of the numbers that are learned from the channel, ascending.
    pub learned: Vec<Name>,
    /// Numbers that the manifest states for its rules, with their kinds, ascending by name.
    pub parameters: Vec<(Name, FactKind)>,
    /// Lookup tables.
    pub tables: Tables,
    /// Names of the vendor's factors, for weights.
    pub factors: Vec<Name>,
    /// Tiers of the manifest, lowest first.
    pub tiers: Vec<Name>,
    /// Least revenue a year of each tier, in the book's currency.
    pub tier_minimums: BTreeMap<Name, Decimal>,
    /// Extra tables of the book, as the manifest declares them.
    pub records: Vec<TableDeclaration>,
    /// Decision tables by name: the file's name without `.csv`.
    pub decisions: BTreeMap<Name, DecisionTable>,
    /// Groups of peers that the manifest declares.
    pub cohorts: Vec<Cohort>,
    /// True for policies, which also see the standing and the date of the review.
    pub is_policy: bool,
    /// Limits of each call, and of reading each file.
    pub budget: ScriptBudget,
}

/// The facts of one line, as scripts read them. Cloning is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    line: Arc<LineFacts>,
    /// `None` for a vendor that reads nothing of it.
    beside: Option<Arc<Beside>>,
    policy: Option<Arc<PolicyPart>>,
}

/// Data of the book that scripts read beside the facts of the line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beside {
    /// Records of the partner in the extra tables.
    pub records: PartnerRecords,
    /// Lines that the line is compared with; `None` where no channel is given.
    pub peers: Option<Peers>,
}

/// Facts for policies only.
#[derive(Debug, Clone, PartialEq)]
struct PolicyPart {
    standing: Arc<PartnerStanding>,
    product_lines: Vec<ProductLineRevenue>,
    review: Arc<ReviewFacts>,
}

impl Facts {
    /// Returns the facts of a line.
    pub fn new(line: Arc<LineFacts>) -> Self {
        Self { line, beside: None, policy: None }
    }

    /// Returns the same facts with what the book holds beside them.
    #[must_use]
    pub fn with(self, beside: Beside) -> Self {
        Self { beside: Some(Arc::new(beside)), ..self }
    }

    /// Returns the partner's records in the extra tables; `None` where nothing reads them.
    fn records(&self) -> Option<&PartnerRecords> {
        self.beside.as_ref().map(|beside| &beside.records)
    }

    /// Returns the facts of the line.
    pub fn line(&self) -> &LineFacts {
        &self.line
    }

    /// Returns the lines that the line is compared with.
    fn peers(&self) -> Option<&Peers> {
        self.beside.as_ref()?.peers.as_ref()
    }

    /// Returns the standing that policies read; `None` for rules.
    fn standing(&self) -> Option<&PartnerStanding> {
        self.policy.as_ref().map(|part| &*part.standing)
    }

    /// Returns the standing of one of the partner's lines.
    fn standing_of(&self, line: usize) -> Option<&LineStanding> {
        self.standing()?.lines.get(line)
    }
}

/// Answer of a factor rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactorOutcome {
    /// The rule indicates a revenue for the period.
    Indicated {
        /// Revenue it indicates.
        revenue: Money,
        /// Least this factor allows.
        floor: Option<Money>,
        /// Most this factor allows; not below the floor.
        ceiling: Option<Money>,
        /// Reason in the vendor's words; empty when the rule gives none.
        because: Arc<str>,
        /// File and line of the statement that answers, such as `history.rhai:23`.
        source: Name,
    },
    /// The rule has no indication for this partner.
    Abstained {
        /// Reason.
        because: Arc<str>,
        /// File and line of the statement that answers.
        source: Name,
    },
}
