//! Lines without steps have the figures of lines with them, and a book that is given away yields the same plan.

use super::{book, vendor};
use proptest::prelude::*;
use quotient::channel::PartnerBook;
use quotient::planning::{QuotaPlan, Request, prepare, prepare_given};
use quotient::plugin::VendorPlugin;
use quotient::report;
use quotient::script::on_script_threads;
use rust_decimal::Decimal;

/// The plan, or the messages of what is wrong; `is_given` gives the book away.
fn planned(
    plugin: &VendorPlugin,
    book: &PartnerBook,
    request: &Request,
    is_given: bool,
) -> Result<QuotaPlan, Vec<String>> {
    let plan = on_script_threads(Some(2), || {
        let prepared = match is_given {
            true => prepare_given(plugin, book.clone(), request, &|_, _| {})?,
            false => prepare(plugin, book, request, &|_, _| {})?,
        };
        let settled = prepared.settlement.settle(&prepared.drafts, prepared.currency())?;
        prepared.plan(&settled, None)
    });
    plan.map_err(|findings| findings.iter().map(|finding| finding.message()).collect())
}

fn csv(plan: &QuotaPlan) -> Vec<u8> {
    let mut out = Vec::new();
    report::csv::write_plan(plan, &mut out).unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_plan_without_steps_has_the_same_figures_and_findings(
        revenue in proptest::collection::vec((1_i64..90_000_000, 1_i64..90_000_000), 1..12),
        target in proptest::option::of(0_i64..2_000_000_000),
        is_fair in any::<bool>(),
        is_given in any::<bool>(),
        guardrails in prop_oneof![
            Just(""),
            Just("growth_ceiling = 0.50\ngrowth_floor = -0.30"),
            Just("growth_ceiling = 0.10\ngrowth_floor = 0.05\non_violation = \"warn\""),
            Just("growth_ceiling = 0.10\non_violation = \"reject\""),
        ],
    ) {
        let plugin = vendor(if is_fair { "fair_share" } else { "indicated" }, guardrails, "history = 0.7\nsilent = 0.3");
        let rows: Vec<(usize, i64, i64)> =
            revenue.iter().enumerate().map(|(number, (before, latest))| (number, *before, *latest)).collect();
        let book = book(&rows);
        let request = Request { target: target.map(|cents| Decimal::new(cents, 2)), ..Request::default() };
        let bare = Request { without_steps: true, ..request.clone() };
        let with = planned(&plugin, &book, &request, false);
        let without = planned(&plugin, &book, &bare, is_given);
        match (with, without) {
            (Ok(mut with), Ok(without)) => {
                prop_assert!(with.lines.iter().all(|line| !line.steps.is_empty()));
                prop_assert_eq!(csv(&with), csv(&without));
                with.lines.iter_mut().for_each(|line| line.steps.clear());
                prop_assert_eq!(with, without);
            }
            (with, without) => prop_assert_eq!(with.err(), without.err()),
        }
    }
}

#[test]
fn lines_of_a_large_book_have_the_facts_of_their_partners() {
    // In cents; more partners than are assessed at once. Every seventh one sold too little to get a quota.
    let sold = |number: usize| if number % 7 == 3 { 5_000 } else { 100_000 * (number as i64 + 1) };
    let rows: Vec<(usize, i64, i64)> = (0..2_600).map(|number| (number, 10_000, sold(number))).collect();
    let book = book(&rows);
    let vendor = vendor("indicated", "[eligibility]\nminimum_prior_revenue = 1000", "history = 1.0");
    let bare = Request { without_steps: true, ..Request::default() };
    for is_given in [false, true] {
        let plan = planned(&vendor, &book, &bare, is_given).unwrap();
        assert_eq!((plan.lines.len(), plan.not_eligible.len()), (2_229, 371));
        for line in &plan.lines {
            let number: usize = line.identity.partner_id[1..].parse().unwrap();
            // The revenue of April and December 2025 is last year's.
            assert_eq!(line.assessment.to_minor(), Ok(i128::from(2 * sold(number))), "{}", line.identity.partner_id);
            assert_eq!(*line.identity.partner_name, format!("Partner {number}"));
        }
    }
}
