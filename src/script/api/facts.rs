//! The facts scripts may read: groups of figures, and what else a manifest declares.

use super::super::{Cohort, FactKind, Facts, ReviewFacts, ScriptContext, TableDeclaration};
use super::complaint::Complaint;
use super::ids::{
    ATTRIBUTES, CHANNEL, HISTORY, INVESTMENT, LEARNED, ListId, MARKET, PARAMETERS, PARTNER, PIPELINE, QUOTA, REVIEW,
    STANDING, ViewId,
};
use super::value::{Value, attribute_value};
use crate::channel::{
    Attribute, ChannelFacts, ClosedFacts, FormerQuota, HistoryFacts, Identity, InvestmentFacts, LineFacts, MarketFacts,
    Name, OpportunityFacts, PipelineFacts, QuotaFacts, SegmentKey,
};
use crate::decision::table::DecisionTable;
use crate::figure::{About, Figured, Record};
use crate::performance::{Consistency, Pacing, Standing, TierStanding};
use rhai::Dynamic;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Way from all facts to the record that holds some of them; the number is the item of a list.
pub(in crate::script) type Way = for<'a> fn(&'a Facts, usize) -> Option<&'a dyn Record>;

/// One fact.
#[derive(Debug, Clone)]
pub(in crate::script) struct Fact {
    pub name: Name,
    pub kind: FactKind,
    /// May be "not known".
    pub is_optional: bool,
    /// Unit of a number; empty where the kind says enough.
    pub unit: &'static str,
    /// Largest value of a rate that can be meant.
    pub most: Option<i64>,
    /// For rule authors, one sentence.
    pub doc: String,
    /// Rhai that is true for the partner of the examples.
    pub example: String,
    pub source: FactSource,
}

/// Source that a fact is read from.
#[derive(Debug, Clone)]
pub(in crate::script) enum FactSource {
    /// A figure of a record.
    Figure { way: Way, index: usize },
    /// An attribute of the partner, a number learned for the line, or one that the manifest states.
    Declared { of: fn(&LineFacts) -> &[(Name, Attribute)] },
    /// A group or a list.
    Whole(Value),
    /// A group or list that only policies see.
    Policy(Value),
    /// The records of a declared table.
    Table(usize),
    /// A column of a declared table.
    Column { table: usize, column: usize },
}

impl Fact {
    /// Reads the fact; `index` is the record of a list.
    pub fn read(&self, facts: &Facts, index: usize) -> Result<Dynamic, Complaint> {
        let value = match &self.source {
            FactSource::Figure { way, index: figure } => {
                let record = way(facts, index);
                return Ok(record.map_or(Dynamic::UNIT, |record| super::value::from_figure(record.value(*figure))));
            }
            FactSource::Declared { of } => {
                let known = of(&facts.line);
                let found = known.binary_search_by(|(name, _)| name.cmp(&self.name)).ok();
                Some(attribute_value(&self.name, self.kind, found.map(|index| &known[index].1))?)
            }
            FactSource::Whole(value) => Some(value.clone()),
            FactSource::Policy(value) => facts.policy.as_deref().map(|_| value.clone()),
            FactSource::Table(table) => {
                facts.records().and_then(|records| records.len(*table)).map(|_| Value::List(ListId::Table(*table)))
            }
            FactSource::Column { table, column } => {
                facts.records().and_then(|records| records.value(*table, index, *column)).map(Value::from)
            }
        };
        Ok(value.unwrap_or(Value::NotKnown).into_dynamic(facts, index))
    }
}

/// A group of facts.
#[derive(Debug, Clone)]
pub(in crate::script) struct ViewSchema {
    /// As authors reach it: `partner.history`; a record is named by its list.
    pub path: String,
    /// True for a record of a list.
    pub is_record: bool,
    pub doc: String,
    pub facts: Vec<Fact>,
}

impl ViewSchema {
    /// Returns a group without any fact yet.
    fn new(path: impl Into<String>, doc: &str) -> Self {
        Self { path: path.into(), is_record: false, doc: doc.trim_ascii().to_owned(), facts: Vec::new() }
    }

    /// Makes it the record of a list.
    fn of_list(self) -> Self {
        Self { is_record: true, ..self }
    }

    /// Adds the figures of `T` that scripts see, read by `way`.
    fn with<T: Figured>(mut self, way: Way) -> Self {
        let path = if self.is_record { format!("{}[0]", self.path) } else { self.path.clone() };
        for (index, about) in T::FIGURES.iter().map(|figure| &figure.about).enumerate() {
            let Some(name) = about.script else { continue };
            let path = format!("{path}.{name}");
            let whole = whole_of(&format!("{}.{name}", self.path));
            self.facts.push(Fact {
                name: Name::from(name),
                kind: about.kind,
                is_optional: about.is_optional,
                unit: about.unit,
                most: about.most,
                doc: about.doc.to_owned(),
                example: example(about, &path),
                source: whole.map_or(FactSource::Figure { way, index }, FactSource::Whole),
            });
        }
        self
    }

    /// The fact of that name.
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| &*fact.name == name)
    }
}

/// The group or list behind a path.
fn whole_of(path: &str) -> Option<Value> {
    let value = match path {
        "partner.history" => Value::View(HISTORY),
        "partner.market" => Value::View(MARKET),
        "partner.investment" => Value::View(INVESTMENT),
        "partner.pipeline" => Value::View(PIPELINE),
        "partner.quota" => Value::View(QUOTA),
        "partner.channel" => Value::View(CHANNEL),
        "partner.attributes" => Value::View(ATTRIBUTES),
        "partner.learned" => Value::View(LEARNED),
        "partner.parameters" => Value::View(PARAMETERS),
        "partner.history.quarters" => Value::List(ListId::Quarters),
        "partner.history.months" => Value::List(ListId::Months),
        "partner.history.years" => Value::List(ListId::Years),
        "partner.pipeline.opportunities" => Value::List(ListId::Opportunities),
        "partner.pipeline.closed" => Value::List(ListId::Closed),
        "partner.quota.former" => Value::List(ListId::Former),
        _ => return None,
    };
    Some(value)
}

/// An expression that is true for the example partner, from the value that the figure is declared with.
fn example(about: &About, path: &str) -> String {
    let literal = about.example;
    match about.kind {
        FactKind::Group => format!("is_known({path})"),
        FactKind::List => literal.replace("{}", path),
        _ if literal.is_empty() => format!("!is_known({path})"),
        FactKind::Money | FactKind::Rate | FactKind::Count => format!("{path} == {literal}"),
        FactKind::Text => format!("{path} == \"{literal}\""),
        FactKind::Date => format!("{path} == date(\"{literal}\")"),
        FactKind::Truth if about.is_optional => format!("{path} == {literal}"),
        FactKind::Truth if literal == "true" => path.to_owned(),
        FactKind::Truth => format!("!{path}"),
    }
}

/// Way to a part of the facts, checked to be of the type whose figures are listed.
macro_rules! way {
    ($type:ty, |$facts:pat_param, $index:pat_param| $part:expr) => {
        |$facts, $index| {
            let part: Option<&$type> = $part;
            part.map(|part| part as &dyn Record)
        }
    };
}

/// The groups of the standard facts, in the order of their numbers.
fn standard_views() -> Vec<ViewSchema> {
    let mut partner = ViewSchema::new("partner", LineFacts::ABOUT)
        .with::<Identity>(way!(Identity, |facts, _| Some(&facts.line.identity)))
        .with::<LineFacts>(way!(LineFacts, |facts, _| Some(&facts.line)));
    let declared = [
        ("attributes", "The vendor's own columns.", ATTRIBUTES),
        ("learned", "Numbers learned from the channel.", LEARNED),
        ("parameters", "Numbers that the manifest states for its rules.", PARAMETERS),
    ];
    partner.facts.extend(declared.map(|(name, doc, view)| Fact {
        name: Name::from(name),
        kind: FactKind::Group,
        is_optional: false,
        unit: "",
        most: None,
        doc: doc.to_owned(),
        example: format!("is_known(partner.{name})"),
        source: FactSource::Whole(Value::View(view)),
    }));
    vec![
        partner,
        ViewSchema::new("partner.history", HistoryFacts::ABOUT)
            .with::<HistoryFacts>(way!(HistoryFacts, |facts, _| Some(&facts.line.history))),
        ViewSchema::new("partner.market", MarketFacts::ABOUT)
            .with::<MarketFacts>(way!(MarketFacts, |facts, _| Some(&facts.line.market))),
        ViewSchema::new("partner.investment", InvestmentFacts::ABOUT)
            .with::<InvestmentFacts>(way!(InvestmentFacts, |facts, _| Some(&facts.line.investment))),
        ViewSchema::new("partner.pipeline", PipelineFacts::ABOUT)
            .with::<PipelineFacts>(way!(PipelineFacts, |facts, _| Some(&facts.line.pipeline))),
        ViewSchema::new("partner.pipeline.opportunities", OpportunityFacts::ABOUT).of_list().with::<OpportunityFacts>(
            way!(OpportunityFacts, |facts, index| facts.line.pipeline.opportunities.get(index)),
        ),
        ViewSchema::new("partner.quota", QuotaFacts::ABOUT)
            .with::<QuotaFacts>(way!(QuotaFacts, |facts, _| Some(&facts.line.quota))),
        ViewSchema::new("partner.channel", ChannelFacts::ABOUT)
            .with::<ChannelFacts>(way!(ChannelFacts, |facts, _| Some(&facts.line.channel))),
    ]
}

/// Records of the lists of facts that came later, in the order of their numbers.
fn record_views() -> Vec<ViewSchema> {
    vec![
        ViewSchema::new("partner.pipeline.closed", ClosedFacts::ABOUT)
            .of_list()
            .with::<ClosedFacts>(way!(ClosedFacts, |facts, index| facts.line.pipeline.closed.get(index))),
        ViewSchema::new("partner.quota.former", FormerQuota::ABOUT)
            .of_list()
            .with::<FormerQuota>(way!(FormerQuota, |facts, index| facts.line.quota.former.get(index))),
    ]
}

/// The groups that only policies see, in the order of their numbers.
fn policy_views() -> Vec<ViewSchema> {
    vec![
        ViewSchema::new("partner.standing", STANDING_DOC)
            .with::<Standing>(way!(Standing, |facts, _| facts.standing().map(|one| &one.whole)))
            .with::<Pacing>(way!(Pacing, |facts, _| facts.standing().map(|one| &one.whole.pacing)))
            .with::<TierStanding>(way!(TierStanding, |facts, _| facts.standing()?.tier_standing.as_ref()))
            .with::<Consistency>(way!(Consistency, |facts, _| facts.standing().map(|one| &one.whole.consistency))),
        ViewSchema::new("partner.lines", "Standing of one line of the list.")
            .of_list()
            .with::<SegmentKey>(way!(SegmentKey, |facts, index| facts.standing_of(index).map(|one| &one.segment)))
            .with::<Standing>(way!(Standing, |facts, index| facts.standing_of(index).map(|one| &one.standing)))
            .with::<Pacing>(way!(Pacing, |facts, index| facts.standing_of(index).map(|one| &one.standing.pacing)))
            .with::<Consistency>(way!(Consistency, |facts, index| {
                facts.standing_of(index).map(|one| &one.standing.consistency)
            })),
        ViewSchema::new("partner.review", REVIEW_DOC)
            .with::<ReviewFacts>(way!(ReviewFacts, |facts, _| facts.policy.as_deref().map(|part| &*part.review))),
    ]
}

/// The records of the declared tables, one group for each table.
fn table_views(tables: &[TableDeclaration]) -> Vec<ViewSchema> {
    let view = |(table, declaration): (usize, &TableDeclaration)| {
        let path = format!("partner.{}", declaration.name);
        let column = |(column, (name, kind)): (usize, &(Name, FactKind))| Fact {
            name: Name::clone(name),
            kind: *kind,
            is_optional: true,
            unit: "",
            most: None,
            doc: "Declared in the manifest.".to_owned(),
            example: format!("is_known({path}[0].{name})"),
            source: FactSource::Column { table, column },
        };
        let facts = declaration.columns.iter().enumerate().map(column).collect();
        ViewSchema { facts, ..ViewSchema::new(path.clone(), "One record of the table.").of_list() }
    };
    tables.iter().enumerate().map(view).collect()
}

const STANDING_DOC: &str = "Standing of the partner against its quota in the period.";
const LINES_DOC: &str = "The same for each product line and territory, where quotas are at that grain.";
const REVIEW_DOC: &str = "Date of the review in the fiscal calendar.";

/// Facts of the partner beside its figures: the declared tables, and for policies the standing and the review.
fn facts_of_partner(context: &ScriptContext) -> Vec<Fact> {
    let whole = |name: &str, kind, doc: &str, example: Option<&str>, source| Fact {
        name: Name::from(name),
        kind,
        is_optional: matches!(source, FactSource::Table(_)),
        unit: "",
        most: None,
        doc: doc.to_owned(),
        example: example.map_or_else(|| format!("is_known(partner.{name})"), str::to_owned),
        source,
    };
    let (group, list) = (|view| FactSource::Policy(Value::View(view)), FactSource::Policy(Value::List(ListId::Lines)));
    let mut facts = Vec::new();
    if context.is_policy {
        facts.push(whole("standing", FactKind::Group, STANDING_DOC, None, group(STANDING)));
        facts.push(whole("lines", FactKind::List, LINES_DOC, Some("partner.lines.count() == 1"), list));
        facts.push(whole("review", FactKind::Group, REVIEW_DOC, None, group(REVIEW)));
    }
    facts.extend(context.records.iter().enumerate().map(|(index, table)| {
        let doc = "Records of an extra table of the book; not known when the book has no such table.";
        whole(&table.name, FactKind::List, doc, None, FactSource::Table(index))
    }));
    facts
}

/// All groups of facts that a vendor's scripts see.
#[derive(Debug, Clone)]
pub(in crate::script) struct FactSchema {
    pub views: Vec<ViewSchema>,
    /// True for policies.
    pub is_policy: bool,
    /// Groups of peers.
    pub cohorts: Vec<Cohort>,
    /// Names of the declared tables.
    pub records: Vec<Name>,
    /// Tiers of the manifest, lowest first.
    pub tiers: Vec<Name>,
    /// Least revenue a year of each tier.
    pub tier_minimums: BTreeMap<Name, Decimal>,
    /// Decision tables by name.
    pub decisions: BTreeMap<Name, DecisionTable>,
}

impl FactSchema {
    /// The standard facts and the vendor's own attributes.
    pub fn new(context: &ScriptContext) -> Self {
        let mut views = standard_views();
        let attributes = context.attributes.iter().map(|(name, kind)| declared(name, *kind, |line| &line.attributes));
        let mut attributes: Vec<Fact> = attributes.collect();
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        let doc = "The vendor's own columns of the partners table, declared under `[attributes]` in the manifest.";
        views.push(ViewSchema { facts: attributes, ..ViewSchema::new("partner.attributes", doc) });
        let learned = context.learned.iter().map(|name| declared(name, FactKind::Rate, |line| &line.learned)).collect();
        let doc = "Numbers learned from the channel as of the date, declared under `[parameters]` in the manifest.";
        views.push(ViewSchema { facts: learned, ..ViewSchema::new("partner.learned", doc) });
        let stated = context
            .parameters
            .iter()
            .map(|(name, kind)| Fact { is_optional: false, ..declared(name, *kind, |line| &line.channel.parameters) });
        let doc = "Numbers that the manifest states under `[parameters]`; `quotient calibrate` searches them.";
        views.push(ViewSchema { facts: stated.collect(), ..ViewSchema::new("partner.parameters", doc) });
        views[PARTNER.0].facts.extend(facts_of_partner(context));
        views.extend(record_views());
        // Rules do not see these groups; the numbers of those after them stay the same.
        let unseen = |view: ViewSchema| ViewSchema { facts: Vec::new(), ..view };
        views.extend(policy_views().into_iter().map(|view| if context.is_policy { view } else { unseen(view) }));
        views.extend(table_views(&context.records));
        Self {
            views,
            is_policy: context.is_policy,
            cohorts: Cohort::all(context.attributes.iter().map(|(name, _)| Name::clone(name)), &context.cohorts),
            records: context.records.iter().map(|table| Name::clone(&table.name)).collect(),
            tiers: context.tiers.clone(),
            tier_minimums: context.tier_minimums.clone(),
            decisions: context.decisions.clone(),
        }
    }

    /// The group.
    pub fn view(&self, id: ViewId) -> &ViewSchema {
        &self.views[id.0]
    }

    /// The group or list a fact is, if it is one.
    pub fn target(&self, id: ViewId, name: &str) -> Option<Value> {
        match &self.view(id).fact(name)?.source {
            FactSource::Policy(value) | FactSource::Whole(value) => Some(value.clone()),
            FactSource::Table(table) => Some(Value::List(ListId::Table(*table))),
            FactSource::Figure { .. } | FactSource::Declared { .. } | FactSource::Column { .. } => None,
        }
    }
}

fn declared(name: &Name, kind: FactKind, of: fn(&LineFacts) -> &[(Name, Attribute)]) -> Fact {
    Fact {
        name: Arc::clone(name),
        kind,
        is_optional: true,
        unit: "",
        most: None,
        doc: "Declared in the manifest.".to_owned(),
        example: String::new(),
        source: FactSource::Declared { of },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::figures! {
        /// Facts of a fixture.
        #[derive(Debug, Default)]
        pub struct Fixture = "Fixture" {
            /// A new figure.
            brand_new: Option<i64>, example("12").unit("visits");
            /// A figure that scripts do not see.
            hidden: bool, not_in_scripts();
        }
    }

    #[test]
    fn a_declared_figure_is_a_fact_with_its_kind_meaning_and_example() {
        static FIXTURE: Fixture = Fixture { brand_new: Some(7), hidden: true };
        let view = ViewSchema::new("partner.fixture", Fixture::ABOUT)
            .with::<Fixture>(way!(Fixture, |_, index| (index == 0).then_some(&FIXTURE)));
        let names: Vec<&str> = view.facts.iter().map(|fact| &*fact.name).collect();
        assert_eq!((names.as_slice(), view.doc.as_str()), (["brand_new"].as_slice(), "Facts of a fixture."));
        let fact = &view.facts[0];
        assert_eq!((fact.kind, fact.is_optional, fact.unit), (FactKind::Count, true, "visits"));
        assert_eq!((fact.doc.as_str(), fact.example.as_str()), ("A new figure.", "partner.fixture.brand_new == 12"));
        let facts = super::super::example::example_facts();
        assert_eq!(fact.read(&facts, 0).ok().and_then(|value| value.as_int().ok()), Some(7));
        assert!(fact.read(&facts, 1).is_ok_and(|value| value.is_unit()), "no such record");
    }
}
