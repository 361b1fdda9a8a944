//! The facts scripts may read: every name, kind and meaning, declared once.

use super::super::{FactKind, Facts, PolicyContext, ReviewFacts, ScriptContext, StandingFacts, TableDeclaration};
use super::complaint::Complaint;
use super::ids::{
    ATTRIBUTES, CHANNEL, HISTORY, INVESTMENT, ListId, MARKET, PARTNER, PIPELINE, QUOTA, REVIEW, STANDING, ViewId,
};
use super::policy_facts::{REVIEW_FACTS, STANDING_FACTS};
use super::value::{Value, attribute_value};
use crate::channel::{LineFacts, Name, OpportunityFacts};
use std::sync::Arc;

/// Reads a fact of a line; the number says which record of a list.
type Reader = fn(&LineFacts, usize) -> Value;

/// One fact.
#[derive(Debug, Clone)]
pub(in crate::script) struct Fact {
    pub name: Name,
    pub kind: FactKind,
    /// May be "not known".
    pub is_optional: bool,
    /// For rule authors, one sentence.
    pub doc: String,
    /// Rhai that is true for the partner of the examples.
    pub example: String,
    pub source: FactSource,
}

/// Source of a fact.
#[derive(Debug, Clone)]
pub(in crate::script) enum FactSource {
    Line(Reader),
    Attribute,
    /// Of the partner's standing, or of that of one of its lines.
    Standing(fn(&StandingFacts) -> Value),
    LineStanding(fn(&StandingFacts) -> Value),
    Review(fn(&ReviewFacts) -> Value),
    /// A group or list that only policies see.
    Policy(Value),
    /// A column of a declared table.
    Column {
        table: usize,
        column: usize,
    },
}

impl Fact {
    /// Reads the fact; `index` says which record of a list.
    pub fn read(&self, facts: &Facts, index: usize) -> Result<Value, Complaint> {
        let policy = facts.policy.as_deref();
        let value = match &self.source {
            FactSource::Line(read) => Some(read(&facts.line, index)),
            FactSource::Attribute => {
                let attributes = &facts.line.attributes;
                let found = attributes.binary_search_by(|(name, _)| name.cmp(&self.name)).ok();
                return attribute_value(&self.name, self.kind, found.map(|index| &attributes[index].1));
            }
            FactSource::Standing(read) => policy.map(|part| read(&part.standing)),
            FactSource::LineStanding(read) => policy.and_then(|part| part.lines.get(index)).map(read),
            FactSource::Review(read) => policy.map(|part| read(&part.review)),
            FactSource::Policy(Value::List(ListId::Table(table))) => {
                policy.and_then(|part| part.records.len(*table)).map(|_| Value::List(ListId::Table(*table)))
            }
            FactSource::Policy(value) => policy.map(|_| value.clone()),
            FactSource::Column { table, column } => {
                policy.and_then(|part| part.records.value(*table, index, *column)).map(Value::from)
            }
        };
        Ok(value.unwrap_or(Value::NotKnown))
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
    /// The fact of that name.
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| &*fact.name == name)
    }
}

/// All groups of facts that a vendor's scripts see.
#[derive(Debug, Clone)]
pub(in crate::script) struct FactSchema {
    pub views: Vec<ViewSchema>,
    /// Facts for policies only; `None` for quota rules.
    pub policy: Option<PolicyContext>,
}

impl FactSchema {
    /// The standard facts and the vendor's own attributes.
    pub fn new(context: &ScriptContext) -> Self {
        let mut views: Vec<ViewSchema> = DECLARATIONS.iter().map(Declaration::to_schema).collect();
        let mut attributes: Vec<Fact> = context.attributes.iter().map(|(name, kind)| attribute(name, *kind)).collect();
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        views.push(ViewSchema {
            path: "partner.attributes".to_owned(),
            is_record: false,
            doc: "The vendor's own columns of the partners table, declared under `[attributes]` in the manifest."
                .to_owned(),
            facts: attributes,
        });
        if let Some(policy) = &context.policy {
            add_policy_views(&mut views, &policy.tables);
        }
        Self { views, policy: context.policy.clone() }
    }

    /// Names of the tiers, lowest first; empty for quota rules.
    pub fn tiers(&self) -> &[Name] {
        self.policy.as_ref().map_or(&[], |policy| &policy.tiers)
    }

    /// The group.
    pub fn view(&self, id: ViewId) -> &ViewSchema {
        &self.views[id.0]
    }

    /// The group or list a fact is, if it is one.
    pub fn target(&self, id: ViewId, name: &str) -> Option<Value> {
        let fact = self.view(id).fact(name)?;
        match (fact.kind, &fact.source) {
            (_, FactSource::Policy(value)) => Some(value.clone()),
            (FactKind::View | FactKind::List, FactSource::Line(_)) => match (id, name) {
                (PARTNER, "history") => Some(Value::View(HISTORY)),
                (PARTNER, "market") => Some(Value::View(MARKET)),
                (PARTNER, "investment") => Some(Value::View(INVESTMENT)),
                (PARTNER, "pipeline") => Some(Value::View(PIPELINE)),
                (PARTNER, "quota") => Some(Value::View(QUOTA)),
                (PARTNER, "channel") => Some(Value::View(CHANNEL)),
                (PARTNER, "attributes") => Some(Value::View(ATTRIBUTES)),
                (HISTORY, "quarters") => Some(Value::List(ListId::Quarters)),
                (PIPELINE, "opportunities") => Some(Value::List(ListId::Opportunities)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The groups and lists that only policies see.
fn add_policy_views(views: &mut Vec<ViewSchema>, tables: &[TableDeclaration]) {
    let whole = |name: &str, kind, doc: &str, example: &str, value| Fact {
        name: Name::from(name),
        kind,
        is_optional: matches!(value, Value::List(ListId::Table(_))),
        doc: doc.to_owned(),
        example: example.to_owned(),
        source: FactSource::Policy(value),
    };
    let standing = "The partner's standing against its quota in the period.";
    let lines = "The same for each product line and territory, where quotas are at that grain.";
    let review = "The review's day in the fiscal calendar.";
    let partner = &mut views[PARTNER.0].facts;
    partner.push(whole("standing", FactKind::View, standing, "is_known(partner.standing)", Value::View(STANDING)));
    partner.push(whole("lines", FactKind::List, lines, "partner.lines.count() == 1", Value::List(ListId::Lines)));
    partner.push(whole("review", FactKind::View, review, "is_known(partner.review)", Value::View(REVIEW)));
    for (index, table) in tables.iter().enumerate() {
        let doc = "Records of an extra table of the book; not known when the book has no such table.";
        let example = format!("is_known(partner.{})", table.name);
        partner.push(whole(&table.name, FactKind::List, doc, &example, Value::List(ListId::Table(index))));
    }
    let figures = |path: &str, source: fn(fn(&StandingFacts) -> Value) -> FactSource| {
        let fact = |fact: &super::policy_facts::PolicyFact<StandingFacts>| Fact {
            name: Name::from(fact.name),
            kind: fact.kind,
            is_optional: true,
            doc: fact.doc.to_owned(),
            example: fact.example.replace("{}", &format!("{path}.{}", fact.name)),
            source: source(fact.read),
        };
        STANDING_FACTS.iter().map(fact).collect::<Vec<Fact>>()
    };
    let mut own = figures("partner.standing", FactSource::Standing);
    own.retain(|fact| !matches!(&*fact.name, "product_line" | "territory"));
    let mut of_lines = figures("partner.lines[0]", FactSource::LineStanding);
    of_lines.retain(|fact| !fact.name.contains("tier"));
    let view = |path: &str, is_record, doc: &str, facts| ViewSchema {
        path: path.to_owned(),
        is_record,
        doc: doc.to_owned(),
        facts,
    };
    views.push(view("partner.standing", false, standing, own));
    views.push(view("partner.lines", true, "Standing of one line of the list.", of_lines));
    let of_review = REVIEW_FACTS.iter().map(|fact| Fact {
        name: Name::from(fact.name),
        kind: fact.kind,
        is_optional: false,
        doc: fact.doc.to_owned(),
        example: fact.example.replace("{}", &format!("partner.review.{}", fact.name)),
        source: FactSource::Review(fact.read),
    });
    views.push(view("partner.review", false, review, of_review.collect()));
    for (table, declaration) in tables.iter().enumerate() {
        let path = format!("partner.{}", declaration.name);
        let column = |(column, (name, kind)): (usize, &(Name, FactKind))| Fact {
            name: Name::clone(name),
            kind: *kind,
            is_optional: true,
            doc: "Declared in the manifest.".to_owned(),
            example: format!("is_known({path}[0].{name})"),
            source: FactSource::Column { table, column },
        };
        let facts = declaration.columns.iter().enumerate().map(column).collect();
        views.push(view(&path, true, "One record of the table.", facts));
    }
}

fn attribute(name: &Name, kind: FactKind) -> Fact {
    Fact {
        name: Arc::clone(name),
        kind,
        is_optional: true,
        doc: "Declared in the manifest.".to_owned(),
        example: String::new(),
        source: FactSource::Attribute,
    }
}

struct Declaration {
    path: &'static str,
    doc: &'static str,
    facts: &'static [FactDeclaration],
}

struct FactDeclaration {
    name: &'static str,
    kind: FactKind,
    is_optional: bool,
    doc: &'static str,
    example: &'static str,
    read: Reader,
}

impl Declaration {
    fn to_schema(&self) -> ViewSchema {
        let fact = |fact: &FactDeclaration| Fact {
            name: Name::from(fact.name),
            kind: fact.kind,
            is_optional: fact.is_optional,
            doc: fact.doc.to_owned(),
            example: fact.example.to_owned(),
            source: FactSource::Line(fact.read),
        };
        ViewSchema {
            path: self.path.to_owned(),
            is_record: self.path == "partner.pipeline.opportunities",
            doc: self.doc.to_owned(),
            facts: self.facts.iter().map(fact).collect(),
        }
    }
}

/// `name: Kind` is always known, `name: Kind?` may be "not known".
macro_rules! facts {
    ($($name:ident: $kind:ident $($optional:literal)? = $doc:literal, $example:literal, |$line:ident, $index:pat_param| $read:expr;)+) => {
        &[$(FactDeclaration {
            name: stringify!($name),
            kind: FactKind::$kind,
            is_optional: facts!(@optional $($optional)?),
            doc: $doc,
            example: $example,
            read: |$line, $index| $read,
        },)+]
    };
    (@optional) => { false };
    (@optional $optional:literal) => { true };
}

fn opportunity(line: &LineFacts, index: usize, read: impl Fn(&OpportunityFacts) -> Value) -> Value {
    line.pipeline.opportunities.get(index).map_or(Value::NotKnown, read)
}

/// In the order of the constants above.
static DECLARATIONS: [Declaration; 8] = [
    Declaration {
        path: "partner",
        doc: "One line of the plan: a partner, or its product line, or that in a territory.",
        facts: facts! {
            id: Text = "Identifier in the vendor's systems.", r#"partner.id == "P-100""#, |line, _| (&line.id).into();
            name: Text = "Name for people.", r#"partner.name == "Example Partner""#, |line, _| (&line.name).into();
            tier: Text "?" = "Tier in the partner program.", r#"partner.tier == "gold""#, |line, _| (&line.tier).into();
            territory: Text "?" = "Territory of the line; the home territory where lines have none.", r#"partner.territory == "North""#, |line, _| (&line.territory).into();
            vertical: Text "?" = "Industry the partner mainly sells into.", r#"partner.vertical == "retail""#, |line, _| (&line.vertical).into();
            product_line: Text "?" = "Product line of the line; not known where lines are whole partners.", "!is_known(partner.product_line)", |line, _| (&line.product_line).into();
            account_manager: Text "?" = "Account manager at the vendor.", r#"partner.account_manager == "A. Manager""#, |line, _| (&line.account_manager).into();
            since: Date "?" = "Day the partner joined.", r#"partner.since == date("2020-01-15")"#, |line, _| (&line.since).into();
            months_since_joining: Count "?" = "Whole months from joining to the as-of date.", "partner.months_since_joining == 71", |line, _| (&line.months_since_joining).into();
            is_newcomer: Truth = "True when the partner joined, or first sold, within the manifest's `newcomer_months`.", "!partner.is_newcomer", |line, _| (&line.is_newcomer).into();
            history: View = "Revenue history.", "is_known(partner.history)", |_line, _| Value::View(HISTORY);
            market: View = "The market the line sells into.", "is_known(partner.market)", |_line, _| Value::View(MARKET);
            investment: View = "Investment signals of the partner.", "is_known(partner.investment)", |_line, _| Value::View(INVESTMENT);
            pipeline: View = "Registered pipeline.", "is_known(partner.pipeline)", |_line, _| Value::View(PIPELINE);
            quota: View = "Current quota and forecast.", "is_known(partner.quota)", |_line, _| Value::View(QUOTA);
            channel: View = "The channel as a whole.", "is_known(partner.channel)", |_line, _| Value::View(CHANNEL);
            attributes: View = "The vendor's own columns.", "is_known(partner.attributes)", |_line, _| Value::View(ATTRIBUTES);
        },
    },
    Declaration {
        path: "partner.history",
        doc: "Revenue up to the as-of date. A stretch is as long as the planning period.",
        facts: facts! {
            prior_revenue: Money "?" = "Revenue of the latest stretch.", "partner.history.prior_revenue == 1_200_000", |line, _| (&line.history.prior_revenue).into();
            earlier_revenue: Money "?" = "Revenue of the stretch before the latest.", "partner.history.earlier_revenue == 1_000_000", |line, _| (&line.history.earlier_revenue).into();
            same_period_last_year: Money "?" = "Revenue of the planning period's own months one year earlier.", "partner.history.same_period_last_year == 1_200_000", |line, _| (&line.history.same_period_last_year).into();
            trailing_12_months: Money "?" = "Revenue of the latest 12 months.", "partner.history.trailing_12_months == 1_200_000", |line, _| (&line.history.trailing_12_months).into();
            growth: Rate "?" = "Latest stretch ÷ the one before − 1, as a fraction; not known unless the earlier revenue is above zero.", "partner.history.growth == 0.2", |line, _| (&line.history.growth).into();
            quarters: List = "Revenue of the latest quarters, oldest first, at most 8.", "sum(partner.history.quarters) == 2_200_000", |_line, _| Value::List(ListId::Quarters);
            latest_quarter: Money "?" = "Revenue of the latest quarter.", "partner.history.latest_quarter == 330_000", |line, _| (&line.history.latest_quarter).into();
            active_quarters: Count "?" = "How many of the latest four quarters had revenue above zero.", "partner.history.active_quarters == 4", |line, _| (&line.history.active_quarters).into();
            months_since_first_revenue: Count "?" = "Months from the first revenue to the as-of month.", "partner.history.months_since_first_revenue == 60", |line, _| (&line.history.months_since_first_revenue).into();
            months_since_last_revenue: Count "?" = "Months from the latest revenue above zero to the as-of month; 0 when it was in that month.", "partner.history.months_since_last_revenue == 0", |line, _| (&line.history.months_since_last_revenue).into();
        },
    },
    Declaration {
        path: "partner.market",
        doc: "Market of the line's territory, vertical and product line, for a stretch as long as the planning period.",
        facts: facts! {
            addressable: Money "?" = "Addressable market: the most that all partners of the cell together can sell.", "partner.market.addressable == 20_000_000", |line, _| (&line.market.addressable).into();
            growth: Rate "?" = "Expected growth of the market, a year, as a fraction.", "partner.market.growth == 0.05", |line, _| (&line.market.growth).into();
            channel_revenue: Money "?" = "Prior revenue of all partners in the cell.", "partner.market.channel_revenue == 6_000_000", |line, _| (&line.market.channel_revenue).into();
            penetration: Rate "?" = "Channel revenue ÷ addressable market.", "partner.market.penetration == 0.3", |line, _| (&line.market.penetration).into();
            headroom: Money "?" = "Addressable market − channel revenue, at least zero.", "partner.market.headroom == 14_000_000", |line, _| (&line.market.headroom).into();
            partner_share: Rate "?" = "The line's prior revenue ÷ channel revenue.", "partner.market.partner_share == 0.2", |line, _| (&line.market.partner_share).into();
            partners: Count "?" = "Number of partners in the cell.", "partner.market.partners == 7", |line, _| (&line.market.partners).into();
        },
    },
    Declaration {
        path: "partner.investment",
        doc: "Investment signals of the partner; they are not split by line.",
        facts: facts! {
            certified_now: Count "?" = "Certified staff now.", "partner.investment.certified_now == 12", |line, _| (&line.investment.certified_now).into();
            certified_before: Count "?" = "Certified staff one year before.", "partner.investment.certified_before == 9", |line, _| (&line.investment.certified_before).into();
            certified_gained: Count "?" = "Certified staff now − one year before.", "partner.investment.certified_gained == 3", |line, _| (&line.investment.certified_gained).into();
            marketing_spend: Money "?" = "Own marketing spend for the vendor's products, last 12 months.", "partner.investment.marketing_spend == 25_000", |line, _| (&line.investment.marketing_spend).into();
            services_headcount: Count "?" = "Heads in the services practice.", "partner.investment.services_headcount == 5", |line, _| (&line.investment.services_headcount).into();
            services_revenue: Money "?" = "Revenue of the services practice, last 12 months.", "partner.investment.services_revenue == 300_000", |line, _| (&line.investment.services_revenue).into();
            enablement: Rate "?" = "Share of the enablement plan completed, 0 to 1.", "partner.investment.enablement == 0.8", |line, _| (&line.investment.enablement).into();
        },
    },
    Declaration {
        path: "partner.pipeline",
        doc: "Registered pipeline on the as-of date.",
        facts: facts! {
            open_amount: Money "?" = "Open opportunities that close in the planning period, at full value.", "partner.pipeline.open_amount == 900_000", |line, _| (&line.pipeline.open_amount).into();
            weighted_amount: Money "?" = "The same, each × its probability; not known when an open opportunity states none.", "partner.pipeline.weighted_amount == 350_000", |line, _| (&line.pipeline.weighted_amount).into();
            open_count: Count "?" = "Number of open opportunities.", "partner.pipeline.open_count == 2", |line, _| (&line.pipeline.open_count).into();
            coverage: Rate "?" = "Open amount ÷ the current quota, or ÷ prior revenue where there is no quota.", "partner.pipeline.coverage == 0.75", |line, _| (&line.pipeline.coverage).into();
            win_rate: Rate "?" = "Won ÷ (won + lost) by value.", "partner.pipeline.win_rate == 0.25", |line, _| (&line.pipeline.win_rate).into();
            required_coverage: Rate "?" = "1 ÷ win rate.", "partner.pipeline.required_coverage == 4", |line, _| (&line.pipeline.required_coverage).into();
            opportunities: List = "The open opportunities, ascending by id.", "partner.pipeline.opportunities.len() == 2", |_line, _| Value::List(ListId::Opportunities);
        },
    },
    Declaration {
        path: "partner.pipeline.opportunities",
        doc: "One open opportunity of the list.",
        facts: facts! {
            amount: Money = "Amount at full value.", "partner.pipeline.opportunities[0].amount == 500_000", |line, index| opportunity(line, index, |one| (&one.amount).into());
            stage: Text "?" = "Stage in the CRM.", r#"partner.pipeline.opportunities[0].stage == "proposal""#, |line, index| opportunity(line, index, |one| (&one.stage).into());
            probability: Rate "?" = "Probability, 0 to 1.", "partner.pipeline.opportunities[0].probability == 0.3", |line, index| opportunity(line, index, |one| (&one.probability).into());
            close_date: Date = "Expected close date.", r#"partner.pipeline.opportunities[0].close_date == date("2026-03-31")"#, |line, index| opportunity(line, index, |one| (&one.close_date).into());
            age_days: Count "?" = "Days from registration to the as-of date.", "partner.pipeline.opportunities[0].age_days == 40", |line, index| opportunity(line, index, |one| (&one.age_days).into());
        },
    },
    Declaration {
        path: "partner.quota",
        doc: "Current quota and forecast.",
        facts: facts! {
            current: Money "?" = "Quota of the stretch just before the planning period.", "partner.quota.current == 1_200_000", |line, _| (&line.quota.current).into();
            attainment: Rate "?" = "Prior revenue ÷ current quota.", "partner.quota.attainment == 1", |line, _| (&line.quota.attainment).into();
            forecast: Money "?" = "Latest forecast for the planning period.", "partner.quota.forecast == 1_300_000", |line, _| (&line.quota.forecast).into();
        },
    },
    Declaration {
        path: "partner.channel",
        doc: "The channel as a whole: all lines that the vendor's eligibility admits.",
        facts: facts! {
            as_of: Date = "As-of date: nothing later was looked at.", r#"partner.channel.as_of == date("2025-12-31")"#, |line, _| (&line.channel.as_of).into();
            period: Text = "Label of the planning period.", r#"partner.channel.period == "FY2026""#, |line, _| (&line.channel.period).into();
            period_months: Count = "Length of the planning period in months.", "partner.channel.period_months == 12", |line, _| (&line.channel.period_months).into();
            partners: Count = "Number of partners.", "partner.channel.partners == 150", |line, _| (&line.channel.partners).into();
            prior_revenue: Money "?" = "Σ prior revenue.", "partner.channel.prior_revenue == 90_000_000", |line, _| (&line.channel.prior_revenue).into();
            growth: Rate "?" = "Σ prior revenue ÷ Σ earlier revenue − 1.", "partner.channel.growth == 0.1", |line, _| (&line.channel.growth).into();
            same_period_last_year: Money "?" = "Σ revenue of the planning period's own months one year earlier.", "partner.channel.same_period_last_year == 90_000_000", |line, _| (&line.channel.same_period_last_year).into();
            season: Rate "?" = "`same_period_last_year` ÷ Σ revenue of the stretch just before those months.", "partner.channel.season == 1.1", |line, _| (&line.channel.season).into();
            target: Money "?" = "The channel target, when one is given.", "partner.channel.target == 100_000_000", |line, _| (&line.channel.target).into();
        },
    },
];
