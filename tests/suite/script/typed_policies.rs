//! Typed policies against the interpreter: the same decisions with the same grounds, and none exactly where the
//! interpreter fails.
//!
//! Standings and records are generated around the words of each vendor's own scripts and tables; half of them are
//! damaged. `QUOTIENT_FULL=1` takes more of them.

use super::typed::{Agreed, Chance, damage, line};
use crate::patience::is_full;
use quotient::channel::{Attribute, Name};
use quotient::figure::Figured;
use quotient::performance::{Standing, TierStanding};
use quotient::plugin::{Room, VendorFiles, VendorPlugin};
use quotient::script::{
    ExtraTables, FactKind, FactValue, PartnerRecords, PolicyFacts, ReviewFacts, Scripts, TableDeclaration,
    example_review, example_standing, on_script_threads, zero_standing,
};
use quotient::units::{Currency, Money, Month};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Words that a vendor's policies use: texts of scripts and cells of tables.
fn words(files: &VendorFiles) -> Vec<String> {
    let mut all = BTreeSet::new();
    for file in files.iter().filter(|file| file.room == Room::Policies) {
        if file.path.ends_with(".rhai") {
            all.extend(file.text.split('"').skip(1).step_by(2).map(str::to_owned));
        } else if file.path.ends_with(".csv") {
            all.extend(file.text.split([',', '\n']).map(|cell| cell.trim().to_owned()));
        }
    }
    all.retain(|word| !word.is_empty() && word.len() < 30);
    all.into_iter().collect()
}

/// Partners of one vendor.
struct Partners<'v> {
    plugin: &'v VendorPlugin,
    words: Vec<String>,
    chance: Chance,
}

impl Partners<'_> {
    fn word(&mut self) -> Name {
        Name::from(self.chance.of(&self.words).as_str())
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
            FactKind::Date => FactValue::Date(self.chance.date()),
            FactKind::Text | FactKind::List | FactKind::Group => FactValue::Text(self.word()),
        }
    }

    fn records(&mut self) -> PartnerRecords {
        let tables: Vec<TableDeclaration> = self.plugin.manifest.tables.clone();
        let mut all = Vec::new();
        for table in tables {
            let count = *self.chance.of(&[0, 1, 2, 5, 20, 60]);
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
        standing
    }

    fn review(&mut self) -> ReviewFacts {
        let as_of = self.chance.date();
        let end = if self.chance.one_in(2) { as_of } else { Month::of(as_of).last_day() };
        let is_due = self.chance.one_in(2);
        let is_year_end = self.chance.one_in(3);
        ReviewFacts { as_of, period_end: end, is_due, is_year_end, ..example_review() }
    }

    fn one(&mut self, is_damaged: bool) -> PolicyFacts {
        let mut facts = line(Some(self.plugin), is_damaged && self.chance.one_in(3), &mut self.chance);
        let review = self.review();
        let tiers: Vec<Name> = self.plugin.manifest.tiers.iter().map(|tier| Name::clone(&tier.name)).collect();
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

/// Damages one record in so many.
fn damage_some<T: Figured>(record: &mut T, chance: &mut Chance, one_in: usize) {
    if chance.one_in(one_in) {
        damage(record, chance);
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
            let mut partners = Partners { plugin: &plugin, words: words(&files), chance };
            let facts: Vec<PolicyFacts> = (0..count).map(|at| partners.one(at % 2 == 1)).collect();
            for (path, _) in typed.tiers().filter(|(_, fallback)| fallback.is_none()) {
                typed_policies += 1;
                let (what, mut agreed) = (format!("{vendor}/{path}"), Agreed::default());
                for facts in &facts {
                    compare(path, typed, run, facts, &what, &mut agreed);
                }
                println!("{what}: {agreed:?}");
                assert!(agreed.answered * 4 > count, "{what}: {agreed:?}");
                all.answered += agreed.answered;
                all.failed += agreed.failed;
            }
        });
    }
    assert!(typed_policies >= 13 && all.failed > 50, "{typed_policies} policies, {all:?}");
}
