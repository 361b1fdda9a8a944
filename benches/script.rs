//! The rules of `meridian` through the script engine, against the same rules written by hand in Rust.
//!
//! Both give the same indications, floors, ceilings, weights and reasons for every line, which is checked first.
//! Settings: `QUOTIENT_BENCH_PARTNERS`, `QUOTIENT_BENCH_ROUNDS`.

use crate::harness::{Contender, race, setting, vendor};
use quotient::channel::{LineFacts, Name};
use quotient::demonstration::demonstration;
use quotient::planning::{Lines, View};
use quotient::plugin::{VendorPlugin, because};
use quotient::script::{FactorOutcome, Facts, on_script_threads};
use quotient::units::{Currency, Money, Rate, plain};
use rust_decimal::{Decimal, RoundingStrategy};
use std::sync::{Arc, LazyLock};

/// Runs the bench.
pub fn main() {
    let partners = setting("QUOTIENT_BENCH_PARTNERS", 2_000);
    let rounds = setting("QUOTIENT_BENCH_ROUNDS", 9);
    let plugin = vendor("meridian");
    let interpreted = vendor("meridian").interpreted();
    let facts = facts(&plugin, partners);
    on_script_threads(Some(1), || {
        if let Some(different) = facts.iter().find(|facts| !agrees(&plugin, facts)) {
            let by_hand = by_hand(different.line(), true);
            panic!("by script {:#?}\nby hand {by_hand:#?}", plugin.indications(different));
        }
        println!("{} lines, the same answers by hand and by script", facts.len());
        let mut contenders = vec![
            Contender::new("by hand, with reasons", || {
                facts.iter().map(|facts| by_hand(facts.line(), true)).collect::<Vec<_>>()
            }),
            Contender::new("by hand, without reasons", || {
                facts.iter().map(|facts| by_hand(facts.line(), false)).collect::<Vec<_>>()
            }),
            Contender::new("script, typed: four factors and the weights", || {
                facts.iter().map(|facts| plugin.indications(facts)).collect::<Vec<_>>()
            }),
            Contender::new("script, interpreted: the same", || {
                facts.iter().map(|facts| interpreted.indications(facts)).collect::<Vec<_>>()
            }),
        ];
        for factor in plugin.factors() {
            let (plugin, facts) = (&plugin, &facts);
            contenders.push(Contender::new(&factor.name, move || {
                facts.iter().map(|facts| plugin.factor(factor, facts)).collect::<Vec<_>>()
            }));
        }
        contenders
            .push(Contender::new("weights", || facts.iter().map(|facts| plugin.weights(facts)).collect::<Vec<_>>()));
        race("rules of meridian", facts.len(), &mut contenders, rounds);
    });
}

fn facts(plugin: &VendorPlugin, partners: usize) -> Vec<Facts> {
    let book = demonstration(1, partners).unwrap_or_else(|findings| panic!("{findings:?}"));
    let as_of = book.revenue_months().expect("revenue").1.last_day();
    let period = plugin.manifest.calendar.next_after(as_of, plugin.manifest.period_months).expect("a period");
    let lines = Lines::new(&book, &plugin.manifest, View { period, as_of, target: None, is_past: false });
    let of = |index: &usize| lines.facts(&book.partners[*index]);
    lines.eligible.iter().flat_map(of).map(|(_, facts)| Facts::new(Arc::new(facts))).collect()
}

fn agrees(plugin: &VendorPlugin, facts: &Facts) -> bool {
    let Ok(scripted) = plugin.indications(facts) else { return false };
    let (outcomes, weights) = by_hand(facts.line(), true);
    let parts = |outcome: &FactorOutcome| match outcome {
        FactorOutcome::Indicated { revenue, floor, ceiling, .. } => Some((*revenue, *floor, *ceiling)),
        FactorOutcome::Abstained { .. } => None,
    };
    plugin.factors().iter().zip(&scripted.outcomes).zip(&scripted.weights).all(|((factor, script), weight)| {
        let at = NAMES.iter().position(|name| **name == *factor.name).expect("a factor of meridian");
        let hand = &outcomes[at];
        parts(script) == parts(hand) && because(script) == because(hand) && *weight == weights[at]
    })
}

const NAMES: [&str; 4] = ["history", "market_opportunity", "investment_signals", "pipeline_coverage"];

/// What `rules/meridian` says, in the order of [`NAMES`].
fn by_hand(line: &LineFacts, reasons: bool) -> ([FactorOutcome; 4], [Rate; 4]) {
    let outcomes = [history(line, reasons), market(line, reasons), investment(line, reasons), pipeline(line, reasons)];
    let weights = if line.is_newcomer { [25, 45, 10, 20] } else { [55, 20, 10, 15] };
    (outcomes, weights.map(hundredths))
}

fn hundredths(number: i64) -> Decimal {
    Decimal::new(number, 2)
}

fn indicate(revenue: Decimal, reasons: bool, because: impl FnOnce() -> String) -> FactorOutcome {
    let because = if reasons { because().into() } else { Arc::from("") };
    let revenue = Money::new(revenue, Currency::USD);
    FactorOutcome::Indicated { revenue, floor: None, ceiling: None, because, source: no_source() }
}

/// Rules in Rust have no file; a shared text, as that of a script.
fn no_source() -> Name {
    static NONE: LazyLock<Name> = LazyLock::new(|| Name::from(""));
    NONE.clone()
}

fn abstain(because: &str) -> FactorOutcome {
    FactorOutcome::Abstained { because: because.into(), source: no_source() }
}

fn money(amount: Decimal) -> String {
    Money::new(amount, Currency::USD).to_grouped()
}

fn percent(rate: Decimal) -> String {
    format!("{} %", plain(one_place(rate * Decimal::ONE_HUNDRED).normalize()))
}

fn one_place(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
}

fn history(line: &LineFacts, reasons: bool) -> FactorOutcome {
    let Some(prior) = line.history.prior_revenue.map(Money::amount) else { return abstain("no revenue history yet") };
    if prior <= Decimal::ZERO {
        return indicate(Decimal::ZERO, reasons, || "credit notes were larger than sales last year".to_owned());
    }
    let market = line.market.growth.unwrap_or(hundredths(3));
    let heads = line.investment.certified_gained.unwrap_or(0).max(0);
    let credit = (Decimal::from(heads) * hundredths(2)).min(hundredths(10));
    indicate(prior * (Decimal::ONE + market + credit), reasons, || {
        format!("last year {}, market {}, certifications {}", money(prior), percent(market), percent(credit))
    })
}

fn market(line: &LineFacts, reasons: bool) -> FactorOutcome {
    let market = &line.market;
    let Some(headroom) = market.headroom.map(Money::amount) else {
        return abstain("no market data for this territory and vertical");
    };
    let open = headroom * hundredths(6);
    let prior = line.history.prior_revenue.map_or(Decimal::ZERO, Money::amount);
    match market.partner_share.filter(|_| !line.is_newcomer) {
        None => {
            let part = open / Decimal::from(market.partners.unwrap_or(1)) * hundredths(50);
            indicate(prior + part, reasons, || format!("a newcomer's share of an open market of {}", money(headroom)))
        }
        Some(share) => indicate(prior + open * share.max(Decimal::ZERO), reasons, || {
            format!("{} of the channel's share of an open market of {}", percent(share), money(headroom))
        }),
    }
}

fn investment(line: &LineFacts, reasons: bool) -> FactorOutcome {
    let investment = &line.investment;
    let Some(prior) = line.history.prior_revenue.map(Money::amount).filter(|prior| *prior > Decimal::ZERO) else {
        return abstain("no revenue to grow from");
    };
    if investment.certified_gained.is_none() && investment.enablement.is_none() {
        return abstain("no investment figures");
    }
    let mut credit = Decimal::from(investment.certified_gained.unwrap_or(0)) * hundredths(3)
        + investment.enablement.unwrap_or_default() * hundredths(5);
    if investment.services_headcount.unwrap_or(0) >= 5 {
        credit += hundredths(4);
    }
    let credit = credit.clamp(Decimal::ZERO, hundredths(20));
    indicate(prior * (Decimal::ONE + credit), reasons, || {
        format!("staff, enablement and services add {}", percent(credit))
    })
}

fn pipeline(line: &LineFacts, reasons: bool) -> FactorOutcome {
    let pipeline = &line.pipeline;
    let prior = line.history.prior_revenue.map(Money::amount).filter(|prior| *prior > Decimal::ZERO);
    let Some((coverage, prior)) = pipeline.coverage.zip(prior) else { return abstain("no pipeline to compare with") };
    let needed = pipeline.required_coverage.unwrap_or(Decimal::new(30, 1));
    let confidence = (coverage / needed).clamp(hundredths(80), hundredths(125));
    indicate(prior * confidence, reasons, || {
        format!("coverage {} of {} needed", plain(one_place(coverage)), plain(one_place(needed)))
    })
}
