//! Lines that were assessed once and settled again have the quotas of a whole run, with any locks and targets.

use super::{book, vendor};
use proptest::prelude::*;
use quotient::channel::{Lock, SegmentKey};
use quotient::finding::Findings;
use quotient::planning::{Assessed, Request, propose};
use quotient::script::on_script_threads;
use quotient::units::{Currency, Money};
use rust_decimal::Decimal;

fn messages(findings: &Findings) -> Vec<String> {
    findings.iter().map(|finding| finding.message()).collect()
}

fn lock(number: usize, cents: i64) -> Lock {
    Lock {
        partner_id: format!("P{number:03}").as_str().into(),
        segment: SegmentKey::default(),
        quota: Money::new(Decimal::new(cents, 2), Currency::USD),
        reason: "agreed".to_owned(),
        periods: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn settling_again_equals_the_whole_run(
        revenue in proptest::collection::vec((1_i64..90_000_000, 1_i64..90_000_000), 2..12),
        settlements in proptest::collection::vec(
            (proptest::option::of(0_i64..2_000_000_000), proptest::collection::btree_map(0_usize..14, 0_i64..90_000_000, 0..4)),
            1..5,
        ),
        is_fair in any::<bool>(),
        guardrails in prop_oneof![Just(""), Just("growth_ceiling = 0.50\ngrowth_floor = -0.30")],
    ) {
        let plugin = vendor(if is_fair { "fair_share" } else { "indicated" }, guardrails, "history = 1");
        let rows: Vec<(usize, i64, i64)> =
            revenue.iter().enumerate().map(|(number, (before, latest))| (number, *before, *latest)).collect();
        let book = book(&rows);
        on_script_threads(Some(1), || {
            let mut assessed = Assessed::new(&plugin, &book, &Request::default(), &|_, _| {}).unwrap();
            for (target, locks) in &settlements {
                let request = Request {
                    target: target.map(|cents| Decimal::new(cents, 2)),
                    locks: locks.iter().map(|(number, cents)| lock(*number, *cents)).collect(),
                    ..Request::default()
                };
                let whole = propose(&plugin, &book, &request, &|_, _| {});
                let again = assessed.settle(&plugin, &request);
                match (whole, again) {
                    (Ok(whole), Ok(again)) => {
                        let lines: Vec<_> = whole
                            .lines
                            .iter()
                            .map(|line| (line.identity.partner_id.clone(), line.segment.clone(), line.quota))
                            .collect();
                        assert_eq!(lines, again.quotas);
                    }
                    (Err(whole), Err(again)) => assert_eq!(messages(&whole), messages(&again)),
                    (whole, again) => panic!("{:?} {again:?}", whole.map(|plan| plan.total)),
                }
            }
        });
    }
}
