//! Typed policies against the interpreter: the same decisions with the same grounds, and none exactly where the
//! interpreter fails.
//!
//! Standings and records are generated around the words of each vendor's own scripts and tables; half of them are
//! damaged. `QUOTIENT_FULL=1` takes more of them.

use super::support::{file, patient};
use super::typed::{Agreed, Chance, damage, line};
use crate::patience::is_full;
use chrono::{Days, NaiveDate};
use quotient::channel::{Attribute, Name};
use quotient::figure::Figured;
use quotient::finding::render;
use quotient::performance::{Standing, TierStanding};
use quotient::plugin::{Room, VendorFiles, VendorPlugin};
use quotient::script::{
    Contract, EntryPoint, ExtraTables, FactKind, FactValue, PartnerRecords, PolicyFacts, PolicyKind, ReviewFacts,
    ScriptBudget, ScriptContext, Scripts, TableDeclaration, example_context, example_policy_facts, example_review,
    example_standing, on_script_threads, zero_standing,
};
use quotient::units::{Currency, Money, Month};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Words that a vendor's policies compare with: texts in lists, after `==`, or behind the name of a field.
fn words(files: &VendorFiles, tiers: &[Name]) -> Vec<String> {
    let mut all: BTreeSet<String> = tiers.iter().map(|tier| tier.to_string()).collect();
    for file in files.iter().filter(|file| file.room == Room::Policies && file.path.ends_with(".rhai")) {
        let pieces: Vec<&str> = file.text.split('"').collect();
        for pair in pieces.chunks_exact(2) {
            let before = pair[0].trim_end();
            if before == "," || ["[", "==", "!="].iter().any(|sign| before.ends_with(sign)) {
                all.insert(pair[1].to_owned());
            }
        }
    }
    all.into_iter().collect()
}

fn tiers(plugin: &VendorPlugin) -> Vec<Name> {
    plugin.manifest.tiers.iter().map(|tier| Name::clone(&tier.name)).collect()
}

/// Partners of one vendor.
struct Partners<'v> {
    plugin: &'v VendorPlugin,
    words: Vec<String>,
    chance: Chance,
    /// Date of the latest review; half of the dates of records are not long before it.
    today: NaiveDate,
}

impl Partners<'_> {
    fn word(&mut self) -> Name {
        if self.words.is_empty() { Name::from("word") } else { Name::from(self.chance.of(&self.words).as_str()) }
    }

    fn money(&mut self) -> Money {
        let steps = [0, 0, 1, 499, 500, 9_999, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 3_000_000];
        let cents = Decimal::new(i64::try_from(self.chance.below(200)).unwrap() - 100, 2);
        let exact = if self.chance.one_in(2) { Decimal::ZERO } else { cents };
        Money::new(Decimal::from(*self.chance.of(&steps)) + exact, Currency::USD)
    }

    fn rate(&mut self) -> Decimal {
        Decimal::new(i64::try_from(self.chance.below(160)).unwrap() - 10, 2)
    }

    fn value(&mut self, kind: FactKind) -> FactValue {
        if self.chance.one_in(6) {
            return FactValue::NotKnown;
        }
        match kind {
            FactKind::Money => FactValue::Number(self.money().amount()),
            FactKind::Rate => FactValue::Number(self.rate()),
            FactKind::Count => FactValue::Count(i64::try_from(self.chance.below(40)).unwrap() - 2),
            FactKind::Truth => FactValue::Truth(self.chance.one_in(2)),
            FactKind::Date if self.chance.one_in(2) => {
                let days = *self.chance.of(&[10, 40, 400]);
                FactValue::Date(self.today - Days::new(self.chance.below(days) as u64))
            }
            FactKind::Date => FactValue::Date(self.chance.date()),
            FactKind::Text | FactKind::List | FactKind::Group => FactValue::Text(self.word()),
        }
    }

    fn records(&mut self) -> PartnerRecords {
        let tables: Vec<TableDeclaration> = self.plugin.manifest.tables.clone();
        let mut all = Vec::new();
        for table in tables {
            let count = *self.chance.of(&[0, 1, 2, 5, 20, 60, 200]);
            let row = |own: &mut Self| table.columns.iter().map(|(_, kind)| own.value(*kind)).collect::<Vec<_>>();
            let rows: Vec<Vec<FactValue>> = (0..count).map(|_| row(self)).collect();
            let rows = (!self.chance.one_in(12)).then_some(rows);
            all.push((table, rows));
        }
        ExtraTables::of_one(all)
    }

    fn standing(&mut self) -> Standing {
        let mut standing = if self.chance.one_in(8) { zero_standing() } else { example_standing() }.whole;
        let (quota, actual) = (self.money(), self.money());
        standing.quota = (!self.chance.one_in(6)).then_some(quota);
        standing.actual = (!self.chance.one_in(6)).then_some(actual);
        standing.attainment = (!self.chance.one_in(6)).then(|| self.rate());
        standing
    }

    fn review(&mut self) -> ReviewFacts {
        let as_of = self.chance.date();
        self.today = as_of;
        let end = if self.chance.one_in(2) { as_of } else { Month::of(as_of).last_day() };
        let is_due = self.chance.one_in(2);
        let is_year_end = self.chance.one_in(3);
        ReviewFacts { as_of, period_end: end, is_due, is_year_end, ..example_review() }
    }

    fn one(&mut self, is_damaged: bool) -> PolicyFacts {
        let mut facts = line(Some(self.plugin), is_damaged && self.chance.one_in(3), &mut self.chance);
        let review = self.review();
        let tiers = tiers(self.plugin);
        facts.identity.tier = (!self.chance.one_in(5) && !tiers.is_empty()).then(|| self.chance.of(&tiers).clone());
        let mut channel = (*facts.channel).clone();
        channel.as_of = review.as_of;
        facts.channel = Arc::new(channel);
        let history = &mut facts.history;
        for money in [&mut history.trailing_12_months, &mut history.earlier_revenue] {
            if self.chance.one_in(2) {
                *money = (!self.chance.one_in(5)).then(|| {
                    let steps = [0, 60_000, 250_000, 500_000, 1_200_000];
                    Money::new(Decimal::from(*self.chance.of(&steps)), Currency::USD)
                });
            }
        }
        for (_, attribute) in &mut facts.attributes {
            if let (Attribute::Number(number), true) = (&mut *attribute, self.chance.one_in(2)) {
                *number = Decimal::from(self.chance.below(60) as u64);
            }
        }
        let mut standing = example_standing();
        standing.whole = self.standing();
        let whole = &mut standing.whole;
        damage_some(whole, &mut self.chance, if is_damaged { 2 } else { 4 });
        damage_some(&mut whole.pacing, &mut self.chance, if is_damaged { 2 } else { 4 });
        damage_some(&mut whole.consistency, &mut self.chance, 4);
        if let Some(tier) = &mut standing.tier_standing {
            damage_some::<TierStanding>(tier, &mut self.chance, 4);
        }
        let records = self.records();
        PolicyFacts::new(Arc::new(facts), Arc::new(standing), Arc::new(review), records)
    }
}

/// Damages some records: one in `one_in`.
fn damage_some<T: Figured>(record: &mut T, chance: &mut Chance, one_in: usize) {
    if chance.one_in(one_in) {
        damage(record, chance);
    }
}

/// What a policy decides, whichever code runs it.
fn said(path: &str, scripts: &Scripts, facts: &PolicyFacts) -> String {
    match path {
        "tier.rhai" => format!("{:?}", scripts.tier(path, facts).ok()),
        "incentive.rhai" => format!("{:?}", scripts.incentives(path, facts).ok()),
        _ => format!("{:?}", scripts.interventions(path, facts).ok()),
    }
}

fn compare(path: &str, typed: &Scripts, run: &Scripts, facts: &PolicyFacts, what: &str, agreed: &mut Agreed) {
    let line = facts.line();
    match path {
        "tier.rhai" => agreed.compare(what, typed.typed_tier(path, facts), run.tier(path, facts), line),
        "incentive.rhai" => {
            agreed.compare(what, typed.typed_incentives(path, facts), run.incentives(path, facts), line)
        }
        _ => agreed.compare(what, typed.typed_interventions(path, facts), run.interventions(path, facts), line),
    }
}

#[test]
fn the_shipped_policies_decide_the_same_typed_and_interpreted() {
    let count = if is_full() { 10_000 } else { 120 };
    let (mut typed_policies, mut all) = (0, Agreed::default());
    let vendors = std::fs::read_dir("policies").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for vendor in vendors.collect::<BTreeSet<String>>() {
        let files = VendorFiles::read("rules", "policies", &vendor).unwrap();
        let compiled = || VendorPlugin::compile(&files).value.unwrap();
        on_script_threads(Some(1), || {
            let (plugin, interpreted) = (compiled(), compiled().interpreted());
            let (typed, run) = (plugin.policies().unwrap().scripts(), interpreted.policies().unwrap().scripts());
            let chance = Chance(vendor.len() as u64);
            let words = words(&files, &tiers(&plugin));
            let mut partners = Partners { plugin: &plugin, words, chance, today: NaiveDate::default() };
            let facts: Vec<PolicyFacts> = (0..count).map(|at| partners.one(at % 2 == 1)).collect();
            for (path, _) in typed.tiers().filter(|(_, fallback)| fallback.is_none()) {
                typed_policies += 1;
                let (what, mut agreed) = (format!("{vendor}/{path}"), Agreed::default());
                for facts in &facts {
                    compare(path, typed, run, facts, &what, &mut agreed);
                }
                let different: BTreeSet<String> = facts.iter().map(|facts| said(path, typed, facts)).collect();
                assert!(
                    agreed.answered * 4 > count && different.len() > 2,
                    "{what}: {agreed:?}, {} different",
                    different.len()
                );
                all.answered += agreed.answered;
                all.failed += agreed.failed;
            }
        });
    }
    assert!(typed_policies > 10 && all.failed > 50, "{typed_policies} policies, {all:?}");
}

/// A policy in the context of the examples.
fn compiled(kind: PolicyKind, text: &str, budget: ScriptBudget) -> Scripts {
    let context = ScriptContext { budget, ..example_context() };
    let contract = Contract { path: kind.file().to_owned(), entry: EntryPoint::Policy(kind) };
    let (scripts, findings) = Scripts::compile(&[file(kind.file(), text)], &[contract], &context).into_parts();
    scripts.unwrap_or_else(|| panic!("{text}\n{}", render::human(findings.iter(), false)))
}

/// True when the policy decides, which typed code and interpreter must do alike.
#[track_caller]
fn both(kind: PolicyKind, body: &str, helpers: &str, facts: &PolicyFacts) -> bool {
    let text = format!("{helpers}fn decide(partner) {{\n{body}\n}}\n");
    let typed = compiled(kind, &text, patient());
    assert_eq!(typed.tiers().find_map(|(_, fallback)| fallback.cloned()), None, "{text}");
    let (run, mut agreed) = (typed.clone().interpreted(), Agreed::default());
    on_script_threads(Some(1), || compare(kind.file(), &typed, &run, facts, &text, &mut agreed));
    agreed.answered == 1
}

#[test]
fn every_construct_of_policies_gives_the_same() {
    let facts = example_policy_facts();
    let helpers = "const WORDS = [\"expert\", \"associate\"];\nconst STEPS = [[0, 0.01], [100_000, 0.02]];\n\
        fn asked(partner, name) { let day = partner.certifications.smallest(name); if is_known(day) { return day; } () }\n\
        fn listed(list, more) { list.push(holds(\"more\", more)); list }\n";
    let tier = |body: &str| both(PolicyKind::Tier, body, helpers, &facts);
    let incentive = |body: &str| both(PolicyKind::Incentive, body, helpers, &facts);
    let of_tiers = CASES.iter().filter(|(body, decides)| tier(body) != *decides);
    let of_incentives = INCENTIVES.iter().filter(|(body, decides)| incentive(body) != *decides);
    let wrong: Vec<_> = of_tiers.chain(of_incentives).collect();
    assert!(wrong.is_empty(), "decided, or not, against what is written: {wrong:#?}");
}

/// Bodies of tier policies, with what the interpreter makes of them: a decision or a fault.
const CASES: &[(&str, bool)] = &[
    ("let list = partner.certifications; retain().because(`${list.count()} ${list.len()} ${list.is_empty()}`)", true),
    ("retain().because(`${partner.certifications.first().person} ${partner.certifications.last().expires_on}`)", true),
    ("retain().because(partner.certifications.where(\"level\", \"none\").first().person ?? \"-\")", false),
    (
        "retain().because(`${partner.pipeline.opportunities.average(\"probability\")} ${partner.pipeline.opportunities.sum_known(\"age_days\")}`)",
        true,
    ),
    ("retain().because(`${partner.pipeline.opportunities.where(\"stage\", \"x\").average(\"amount\")}`)", true),
    (
        "retain().because(`${partner.pipeline.opportunities.largest(\"age_days\")} ${partner.pipeline.closed.count_distinct(\"is_won\")}`)",
        true,
    ),
    ("retain().because(`${partner.certifications.top(\"expires_on\", 1).first().person}`)", true),
    ("retain().because(`${partner.certifications.where_in(\"level\", global::WORDS).count()}`)", true),
    ("retain().because(`${partner.certifications.where_in(\"level\", [\"expert\", partner.tier]).count()}`)", true),
    ("retain().because(`${partner.certifications.where(\"level\", partner.product_line).count()}`)", false),
    ("retain().because(`${partner.certifications.since(\"expires_on\", date(\"2025-06-30\")).count()}`)", true),
    ("retain().because(`${asked(partner, \"expires_on\")}`)", true),
    ("let text = \"\"; for one in partner.certifications { text = one.person; } retain().because(text)", true),
    (
        "let n = 0; for one in [1, 2, 3] { n += one; } for one in global::WORDS { if one == \"expert\" { n += 10; } } retain().because(`${n}`)",
        true,
    ),
    (
        "for one in partner.certifications { if one.level == \"associate\" { return retain().because(one.person); } } grant(\"Gold\")",
        true,
    ),
    (
        "let parts = []; for one in partner.certifications { parts.push(holds(one.person, one.level == \"expert\")); } retain().because(any_of(parts))",
        true,
    ),
    ("let parts = []; retain().because(all_of(parts))", false),
    ("let parts = [holds(\"one\", true)]; retain().because(all_of(listed(parts, false))).because(all_of(parts))", true),
    (
        "let one = if partner.review.is_due { holds(\"a\", true) } else { at_most(\"b\", 1, 2) }; retain().because(one)",
        true,
    ),
    ("let why = if partner.review.is_due { \"due\" } else { `${partner.tier}` }; retain().because(why)", true),
    (
        "let ladder = ladder().tier(\"Silver\", more_than(\"a\", 1, 1)).tier(\"Gold\", less_than(\"b\", (), 1)); ladder.decision_for(partner.tier)",
        true,
    ),
    (
        "let ladder = ladder().tier(\"Gold\", holds(\"a\", true)).tier(\"Silver\", holds(\"b\", true)); ladder.decision_for(partner.tier)",
        false,
    ),
    (
        "let ladder = ladder().tier(\"Silver\", holds(\"a\", true)); promote(ladder.highest() ?? \"Gold\").because(ladder.requirement(\"Silver\"))",
        false,
    ),
    (
        "let ladder = ladder().tier(\"Silver\", holds(\"a\", false)); demote(ladder.highest_reached()).because(ladder.requirement(\"Silver\"))",
        true,
    ),
    ("demote(\"Silver\").effective(end_of_month(partner.review.as_of, 2)).because(at_least(\"x\", 1, 2))", true),
    ("demote(\"Silver\").because(\"nothing is missing\")", false),
    ("promote(\"Gold\").because(\"it is that already\")", false),
    (
        "grant(partner.tier).until(add_months(partner.review.as_of, 12)).because(`${days_between(partner.review.period_start, partner.review.as_of)}`)",
        true,
    ),
    (
        "let bonus = decide_by(\"bonus\", #{ attainment: partner.standing.attainment }); retain().because(bonus).because(`${bonus.bonus_rate} ${bonus.is_match}`)",
        true,
    ),
    ("retain().because(`${rank(partner.tier)} ${rank(())} ${tier_minimum(\"Silver\")} ${tier_minimum(())}`)", true),
    (
        "retain().because(`${points(37, 10, 5)} ${points_proportional(37, 10, 5)} ${capped(3, 2.0)} ${best_of([3, (), 7])}`)",
        true,
    ),
    ("retain().because(`${points(37, partner.months_since_joining - partner.months_since_joining, 5)}`)", false),
    (
        "retain().because(`${marginal(150_000, global::STEPS)} ${retrospective(150_000, [[0, 0.01], [100_000, 0.02]])} ${cliff(1, 2, 3)}`)",
        true,
    ),
    (
        "retain().because(`${partner.review.as_of.year()} ${partner.review.as_of.month()} ${partner.review.as_of.day()}`)",
        true,
    ),
    ("retain().because(`${partner.lines.count()} ${partner.lines.first().attainment}`)", true),
    ("if partner.certifications == () { return retain(); } retain().because(\"known\")", true),
    (
        "let total = 0.0; for one in partner.pipeline.opportunities { let part = one.amount * (one.probability ?? 0.0); total += part; } retain().because(money(total))",
        true,
    ),
];

const INCENTIVES: &[(&str, bool)] = &[
    ("[]", true),
    ("let all = []; all", true),
    (
        "let all = []; all.push(award(\"a\").amount(1).rate(0.5).points(3).level(\"x\").until(partner.review.as_of)); all",
        true,
    ),
    ("if partner.review.is_due { return [award(\"a\")]; } []", true),
    (
        "let all = [withhold(\"a\")]; for one in partner.certifications { all.push(award(`for ${one.person}`).because(one.level)); } all",
        true,
    ),
    ("let name = `a ${1}`; [award(name).because(decide_by(\"bonus\", #{ attainment: 0.5 }))]", true),
    ("[award(\"a\").amount(100_000_000_000_000_000)]", false),
    ("let x = if partner.review.is_due { award(\"a\") } else { withhold(\"a\") }; [x, x.because(\"again\")]", true),
];

#[test]
fn a_limit_of_operations_is_the_interpreters() {
    let text = "fn decide(partner) {\n    let n = 0;\n    for one in partner.certifications { n += 1; }\n    retain().because(`${n}`)\n}\n";
    let declaration = example_context().records.remove(0);
    let row = |at: usize| vec![FactValue::Text(format!("P{at}").into()), FactValue::NotKnown, FactValue::NotKnown];
    let records = ExtraTables::of_one(vec![(declaration, Some((0..300).map(row).collect()))]);
    let facts = example_policy_facts();
    let facts = PolicyFacts::new(
        Arc::new(facts.line().clone()),
        Arc::new(example_standing()),
        Arc::new(example_review()),
        records,
    );
    let (mut answered, mut left, mut failed) = (0, 0, 0);
    for operations in (200..40_000).step_by(397) {
        let scripts = compiled(PolicyKind::Tier, text, ScriptBudget { operations, ..patient() });
        let (typed, run) = (scripts.typed_tier("tier.rhai", &facts), scripts.interpreted().tier("tier.rhai", &facts));
        match (typed, run.ok()) {
            (Some(typed), run) => {
                assert_eq!(Some(typed), run, "{operations}");
                answered += 1;
            }
            (None, Some(_)) => left += 1,
            (None, None) => failed += 1,
        }
    }
    assert!(answered > 10 && left > 0 && failed > 0, "{answered} answered, {left} left, {failed} failed");
}

#[test]
fn a_policy_without_typed_form_says_why_and_runs_all_the_same() {
    let text = "fn decide(partner) {\n    let n = 0;\n    while n < 2 { n += 1; }\n    retain().because(`${n}`)\n}\n";
    let scripts = compiled(PolicyKind::Tier, text, patient());
    let fallback = scripts.tiers().find_map(|(_, fallback)| fallback.cloned()).unwrap();
    assert_eq!((fallback.path.as_str(), fallback.line, fallback.reason.as_str()), ("tier.rhai", 3, "a `while` loop"));
    let facts = example_policy_facts();
    assert_eq!(scripts.typed_tier("tier.rhai", &facts), None);
    assert_eq!(scripts.tier("tier.rhai", &facts).unwrap().grounds.because, [Name::from("2")]);
}
