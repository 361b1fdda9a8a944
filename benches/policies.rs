//! The policies of `meridian` and `halcyon` as typed code, against the same policies in the interpreter.
//!
//! Both decide the same for every partner, which is checked first. Facts are made before. Settings:
//! `QUOTIENT_BENCH_PARTNERS`, `QUOTIENT_BENCH_ROUNDS`.

use crate::harness::{Contender, race, setting, vendor};
use quotient::channel::PartnerBook;
use quotient::demonstration::demonstration;
use quotient::planning::{Lines, View};
use quotient::plugin::VendorPlugin;
use quotient::review::{Request, Review, Setting};
use quotient::script::{PartnerRecords, PolicyFacts, PolicyKind, ReviewFacts, on_script_threads};
use std::sync::Arc;

/// Runs the bench.
pub fn main() {
    let partners = setting("QUOTIENT_BENCH_PARTNERS", 2_000);
    let rounds = setting("QUOTIENT_BENCH_ROUNDS", 9);
    let book = demonstration(1, partners).unwrap_or_else(|findings| panic!("{findings:?}"));
    for name in ["meridian", "halcyon"] {
        let (plugin, interpreted) = (vendor(name), vendor(name).interpreted());
        assert!(plugin.tiers().iter().all(|(_, fallback)| fallback.is_none()), "{name} is not typed");
        let facts = facts(&plugin, &book);
        on_script_threads(Some(1), || {
            for facts in &facts {
                let (typed, run) = (plugin.decide(facts), interpreted.decide(facts));
                assert_eq!(typed.map_err(|faults| faults.len()), run.map_err(|faults| faults.len()));
            }
            println!("{} partners of {name}, the same decisions typed and interpreted", facts.len());
            let all =
                |plugin: &VendorPlugin| facts.iter().map(|facts| plugin.decide(facts).is_ok()).collect::<Vec<_>>();
            let own = |plugin: &VendorPlugin, kind| {
                let policies = plugin.policies().expect("policies");
                let decides = |facts: &PolicyFacts| match kind {
                    PolicyKind::Tier => policies.tier(facts).is_ok(),
                    PolicyKind::Incentive => policies.incentives(facts).is_ok(),
                    PolicyKind::Intervention => policies.interventions(facts).is_ok(),
                };
                facts.iter().map(decides).collect::<Vec<_>>()
            };
            let mut contenders = vec![
                Contender::new("typed: all policies", || all(&plugin)),
                Contender::new("interpreted: the same", || all(&interpreted)),
                Contender::new("typed: tier", || own(&plugin, PolicyKind::Tier)),
                Contender::new("interpreted: tier", || own(&interpreted, PolicyKind::Tier)),
                Contender::new("typed: incentives", || own(&plugin, PolicyKind::Incentive)),
                Contender::new("interpreted: incentives", || own(&interpreted, PolicyKind::Incentive)),
                Contender::new("typed: interventions", || own(&plugin, PolicyKind::Intervention)),
                Contender::new("interpreted: interventions", || own(&interpreted, PolicyKind::Intervention)),
            ];
            race(&format!("policies of {name}"), facts.len(), &mut contenders, rounds);
        });
    }
}

/// Facts of every partner at the end of the year that the book covers.
fn facts(plugin: &VendorPlugin, book: &PartnerBook) -> Vec<PolicyFacts> {
    let as_of = book.revenue_months().expect("revenue").1.last_day();
    let request = Request { as_of, period: None, quotas: None };
    let setting = Setting::new(&plugin.manifest, book, &request).unwrap_or_else(|findings| panic!("{findings:?}"));
    let review = Review::new(plugin, book, &setting, Some(1)).unwrap_or_else(|findings| panic!("{findings:?}"));
    let manifest = &plugin.manifest;
    let day = ReviewFacts::new(manifest.calendar, &setting.period, as_of, manifest.policies.tier_review);
    let day = Arc::new(day);
    let lines =
        Lines::new(book, manifest, View { period: setting.period.clone(), as_of, target: None, is_past: false });
    let of = |partner| {
        let standing = Arc::new(review.standings().of(partner).expect("a standing"));
        PolicyFacts::new(Arc::new(lines.whole(partner)), standing, Arc::clone(&day), PartnerRecords::default())
    };
    book.partners.iter().map(of).collect()
}
