//! Figures: a declared figure is in every place that derives from the declaration.

use quotient::channel::{
    ChannelFacts, HistoryFacts, Identity, InvestmentFacts, LineContext, MarketFacts, OpportunityFacts, PipelineFacts,
    QuotaFacts, SegmentKey,
};
use quotient::decision::{Grounds, Incentive, Intervention, TierDecision};
use quotient::figure::{Column, Figured, Kind, Sample, Value};
use quotient::performance::{Consistency, Group, Pacing, Standing, TierStanding};
use quotient::planning::PlanLine;
use quotient::review::PartnerReview;
use quotient::script::{ReviewFacts, reference_json, reference_markdown};
use quotient::units::{Currency, Money, Rate};
use serde_json::Value as Json;
use std::collections::BTreeSet;

quotient::vocabulary! {
    /// How a partner takes part in a program.
    #[derive(Default)]
    pub enum Role {
        /// It resells.
        #[default]
        Reseller = "reseller",
        /// It refers customers.
        Referrer = "referrer",
    }
}

quotient::figures! {
    /// Rebates of one partner.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub struct Rebates = "Rebates" {
        /// Rebates paid in the period.
        paid: Option<Money>, example("2_500").width(12);
        /// Rebates per closed revenue.
        rebate_rate: Option<Rate>, named("rate_of_rebates").json("rate").example("0.02");
        /// Rebates granted.
        granted: Option<u64>, example("3").zero("1").unit("rebates");
        /// Role in the program.
        role: Role, not_in_scripts();
        /// Rebates paid, doubled.
        doubled = |rebates| rebates.paid.and_then(|paid| paid.plus(paid).ok()) => Option<Money>;
    }
}

const COLUMNS: &[Column<Rebates>] =
    quotient::columns!(Rebates; |rebates| Some(rebates) => Rebates { rate_of_rebates, paid, doubled });

fn eur(amount: i64) -> Option<Money> {
    Some(Money::new(amount, Currency::EUR))
}

#[test]
fn a_figure_of_a_fixture_is_in_every_derived_place() {
    let rebates: Rebates = Sample::Example.record(Currency::EUR);
    assert_eq!(
        rebates,
        Rebates { paid: eur(2_500), rebate_rate: Some(Rate::new(2, 2)), granted: Some(3), role: Role::Reseller }
    );
    let zeros: Rebates = Sample::Zeros.record(Currency::EUR);
    assert_eq!(zeros, Rebates { paid: eur(0), rebate_rate: None, granted: Some(1), role: Role::Reseller });
    assert_eq!(
        serde_json::to_string(&rebates).unwrap(),
        r#"{"paid":"2500.00","rate":"0.02","granted":3,"role":"reseller","doubled":"5000.00"}"#
    );
    let schema = schemars::schema_for!(Rebates).to_value();
    let properties: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(properties, ["paid", "rate", "granted", "role", "doubled"]);
    assert_eq!(schema["properties"]["role"]["enum"], serde_json::json!(["reseller", "referrer"]));
    assert_eq!(schema["required"], serde_json::json!(["paid", "rate", "granted", "role", "doubled"]));
    assert_eq!(schema["properties"]["paid"]["description"], "Rebates paid in the period.");
    assert_eq!(
        COLUMNS.iter().map(|column| column.about.name).collect::<Vec<_>>(),
        ["rate_of_rebates", "paid", "doubled"]
    );
    assert!(matches!((COLUMNS[0].read)(&rebates), Value::Rate(rate) if rate == Rate::new(2, 2)));
    assert!(matches!((COLUMNS[2].read)(&rebates), Value::Money(money) if Some(money) == eur(5_000)));
    let paid = &Rebates::FIGURES[0].about;
    assert_eq!((paid.kind, paid.is_optional, paid.width, paid.heading()), (Kind::Money, true, 12, "paid".to_owned()));
    assert_eq!(Rebates::FIGURES[2].about.unit, "rebates");
}

#[test]
fn a_value_of_another_kind_is_not_taken() {
    let mut rebates = Rebates::default();
    let write = Rebates::FIGURES[2].write;
    assert!(write(&mut rebates, Value::Count(4)) && rebates.granted == Some(4));
    assert!(!write(&mut rebates, Value::Truth(true)) && !write(&mut rebates, Value::Count(-1)));
    assert!(write(&mut rebates, Value::NotKnown) && rebates.granted.is_none());
    // A computed figure takes nothing.
    assert!(!(Rebates::FIGURES[4].write)(&mut rebates, Value::Count(4)));
}

/// Script names of a type's figures.
fn script_names<T: Figured>() -> BTreeSet<String> {
    T::FIGURES.iter().filter_map(|figure| figure.about.script).map(str::to_owned).collect()
}

/// Names of the facts under a path of the reference.
fn reference_names(path: &str) -> BTreeSet<String> {
    let reference = reference_json();
    let names = reference["facts"].as_array().unwrap().iter().filter_map(|fact| {
        let (group, name) = fact["path"].as_str()?.rsplit_once('.')?;
        (group == path).then(|| name.to_owned())
    });
    names.collect()
}

#[test]
fn every_figure_for_scripts_is_in_the_reference_and_nothing_else_is() {
    let all = |parts: &[BTreeSet<String>]| -> BTreeSet<String> { parts.iter().flatten().cloned().collect() };
    let standing = all(&[script_names::<Standing>(), script_names::<Pacing>(), script_names::<Consistency>()]);
    let whole = all(&[standing.clone(), script_names::<TierStanding>()]);
    let lines = all(&[standing, script_names::<SegmentKey>()]);
    let groups = [
        ("partner.history", script_names::<HistoryFacts>()),
        ("partner.market", script_names::<MarketFacts>()),
        ("partner.investment", script_names::<InvestmentFacts>()),
        ("partner.pipeline", script_names::<PipelineFacts>()),
        ("partner.pipeline.opportunities[n]", script_names::<OpportunityFacts>()),
        ("partner.quota", script_names::<QuotaFacts>()),
        ("partner.channel", script_names::<ChannelFacts>()),
        ("partner.review", script_names::<ReviewFacts>()),
        ("partner.standing", whole),
        ("partner.lines[n]", lines),
    ];
    for (path, names) in groups {
        assert!(!names.is_empty(), "{path}");
        assert_eq!(reference_names(path), names, "{path}");
    }
    assert!(script_names::<Identity>().is_subset(&reference_names("partner")));
    let page = reference_markdown();
    for figure in Standing::FIGURES.iter().filter(|figure| figure.about.script.is_some()) {
        assert!(page.contains(figure.about.doc), "{}", figure.about.name);
    }
}

/// Members that the JSON Schema of `T` requires, and those of its figures.
fn members<T: Figured + schemars::JsonSchema>() -> (BTreeSet<String>, BTreeSet<String>) {
    let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value();
    let properties: BTreeSet<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    let figures = T::FIGURES.iter().map(|figure| &figure.about).filter(|about| !about.is_flat);
    (properties, figures.filter_map(|about| about.json).map(str::to_owned).collect())
}

#[test]
fn every_figure_is_in_the_schema_of_its_type() {
    let all = [
        members::<Standing>(),
        members::<Pacing>(),
        members::<Consistency>(),
        members::<TierStanding>(),
        members::<Group>(),
        members::<TierDecision>(),
        members::<Incentive>(),
        members::<Intervention>(),
        members::<Grounds>(),
        members::<PlanLine>(),
        members::<Identity>(),
        members::<LineContext>(),
        members::<PartnerReview>(),
    ];
    for (properties, figures) in all {
        assert!(!figures.is_empty() && figures.is_subset(&properties), "{figures:?} in {properties:?}");
    }
}

#[test]
fn every_published_schema_describes_the_members_of_its_figures() {
    let review: Json = serde_json::from_str(&quotient::report::schema::review()).unwrap();
    for (name, figures) in [
        ("Standing", members::<Standing>().1),
        ("Pacing", members::<Pacing>().1),
        ("Consistency", members::<Consistency>().1),
        ("Tier", members::<TierDecision>().1),
        ("Incentive", members::<Incentive>().1),
        ("Intervention", members::<Intervention>().1),
        ("Rollup", members::<Group>().1),
        ("Partner", members::<PartnerReview>().1),
    ] {
        let properties = review["$defs"][name]["properties"].as_object().unwrap_or_else(|| panic!("{name}"));
        figures.iter().for_each(|member| assert!(properties.contains_key(member), "{name}.{member}"));
    }
    let proposal: Json = serde_json::from_str(&quotient::report::schema::proposal()).unwrap();
    let line = proposal["$defs"]["Line"]["properties"].as_object().unwrap();
    for member in [members::<PlanLine>().1, members::<Identity>().1, members::<LineContext>().1].concat_all() {
        assert!(line.contains_key(&member), "Line.{member}");
    }
}

/// Sets put together.
trait ConcatAll {
    fn concat_all(self) -> BTreeSet<String>;
}

impl<const N: usize> ConcatAll for [BTreeSet<String>; N] {
    fn concat_all(self) -> BTreeSet<String> {
        self.into_iter().flatten().collect()
    }
}

#[test]
fn the_example_knows_every_figure_that_has_an_example() {
    fn check<T: Figured + Default>() {
        let record: T = Sample::Example.record(Currency::USD);
        for figure in T::FIGURES.iter().filter(|figure| figure.about.script.is_some()) {
            let is_plain = !matches!(figure.about.kind, Kind::List | Kind::Group);
            let is_known = (figure.read)(&record).is_known();
            assert_eq!(is_known, !is_plain || !figure.about.example.is_empty(), "{}", figure.about.name);
        }
    }
    check::<Standing>();
    check::<Pacing>();
    check::<Consistency>();
    check::<TierStanding>();
    check::<Identity>();
    check::<HistoryFacts>();
    check::<MarketFacts>();
    check::<InvestmentFacts>();
    check::<PipelineFacts>();
    check::<QuotaFacts>();
    check::<ChannelFacts>();
    check::<ReviewFacts>();
}

#[test]
fn columns_of_files_are_figures_by_their_name() {
    let review: Vec<&str> = quotient::report::review::csv::header().collect();
    assert_eq!(review.len(), 38);
    assert_eq!((review[6], review[7], review[36]), ("currency", "quota", "reasons"));
    let plan: Vec<&str> = quotient::report::csv::header().collect();
    assert_eq!((plan.len(), plan[0], plan[8], plan[16]), (22, "partner_id", "currency", "growth"));
    let unique: BTreeSet<&&str> = review.iter().collect();
    assert_eq!(unique.len(), review.len());
}
