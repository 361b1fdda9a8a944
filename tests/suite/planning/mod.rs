//! Properties of whole proposals, over generated books and targets; the shipped vendors against an oracle.

mod again;
mod bands;
mod beside;
mod bounds;
mod calibrate;
mod calibrate_parameters;
mod capacity;
mod conventions;
mod dated;
mod health;
mod history;
mod joining;
mod leaks;
mod learned;
mod market;
mod one_partner;
mod oracle;
mod plausibility;
mod shipped;
mod simulated;
mod without_steps;

use proptest::prelude::*;
use quotient::channel::PartnerBook;
use quotient::intake::{ReadOptions, read_book_files};
use quotient::planning::{QuotaPlan, Request, propose};
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin};
use quotient::script::on_script_threads;
use quotient::units::Money;
use rust_decimal::Decimal;

const LAST_YEAR: &str = "fn assess(partner) {
    let prior = partner.history.prior_revenue;
    if !is_known(prior) { return abstain(\"no history\"); }
    indicate(max(prior, 0.0)).because(\"last year\")
}";
const SILENT: &str = "fn assess(partner) { indicate(123456).because(\"weightless\") }";

/// A vendor that asks for last year; `guardrails` and `weights` are lines of its manifest.
fn vendor(basis: &str, guardrails: &str, weights: &str) -> VendorPlugin {
    let manifest = format!(
        "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nbasis = \"{basis}\"\nrounding_unit = 100\n\
         [weights]\n{weights}\n[guardrails]\n{guardrails}\n"
    );
    let file = |path: &str, text: &str| VendorFile {
        room: Room::Rules,
        path: path.to_owned(),
        shown: path.to_owned(),
        text: text.into(),
    };
    let mut files = vec![file("vendor.toml", &manifest), file("history.rhai", LAST_YEAR)];
    if weights.contains("silent") {
        files.push(file("silent.rhai", SILENT));
    }
    let (plugin, findings) =
        on_script_threads(Some(1), || VendorPlugin::compile(&VendorFiles::new("acme", files)).into_parts());
    plugin.unwrap_or_else(|| panic!("{findings:#?}"))
}

/// A book with the revenue of two years, in cents, for each partner; rows in the order given.
fn book(revenue: &[(usize, i64, i64)]) -> PartnerBook {
    let mut partners = "partner_id,partner_name\n".to_owned();
    let mut rows = "partner_id,month,amount\n".to_owned();
    for (number, before, latest) in revenue {
        partners.push_str(&format!("P{number:03},Partner {number}\n"));
        for (month, cents) in [("2024-03", before), ("2024-11", before), ("2025-04", latest), ("2025-12", latest)] {
            rows.push_str(&format!("P{number:03},{month},{}\n", Decimal::new(*cents, 2)));
        }
    }
    rows.push_str("P000,2024-01,0\n");
    let files = vec![("partners.csv".to_owned(), partners.into_bytes()), ("revenue.csv".to_owned(), rows.into_bytes())];
    read_book_files(files, None, &ReadOptions::default())
        .into_result()
        .unwrap_or_else(|findings| panic!("{findings:#?}"))
        .0
}

fn plan(plugin: &VendorPlugin, book: &PartnerBook, cents: i64, threads: usize) -> Option<QuotaPlan> {
    let request = Request { target: Some(Decimal::new(cents, 2)), ..Request::default() };
    on_script_threads(Some(threads), || propose(plugin, book, &request, &|_, _| {})).ok()
}

fn sum(amounts: impl Iterator<Item = Money>) -> Decimal {
    amounts.map(Money::amount).sum()
}

/// Revenue by partner: the first always sells something, others may have returned more than they sold.
fn revenues() -> impl Strategy<Value = Vec<(usize, i64, i64)>> {
    let one = (0_i64..9_000_000, -200_000_i64..9_000_000);
    prop::collection::vec(one, 1..14).prop_map(|all| {
        let mut all: Vec<_> = all.into_iter().enumerate().map(|(number, (a, b))| (number, a, b)).collect();
        all[0].2 = all[0].2.max(500_000);
        all
    })
}

const WIDE: &str = "growth_ceiling = 0.50";

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn quotas_meet_the_target_and_steps_and_periods_sum(revenue in revenues(), share in 10_i64..140, odd in 0_i64..100) {
        let last_year: i64 = revenue.iter().map(|(_, _, latest)| 2 * latest.max(&0)).sum();
        let target = last_year * share / 100 + odd;
        for basis in ["indicated", "fair_share"] {
            let Some(plan) = plan(&vendor(basis, WIDE, "history = 1"), &book(&revenue), target, 2) else {
                prop_assert!(share > 100, "a target below last year is always feasible without floors");
                continue;
            };
            prop_assert_eq!(sum(plan.lines.iter().map(|line| line.quota)), Decimal::new(target, 2));
            for line in &plan.lines {
                prop_assert_eq!(sum(line.steps.iter().map(|step| step.amount)), line.quota.amount());
                prop_assert_eq!(sum(line.periods.iter().copied()), line.quota.amount());
                prop_assert!(line.quota.amount() >= Decimal::ZERO);
                prop_assert!(line.ceiling.is_none_or(|ceiling| line.quota.compare(ceiling).unwrap().is_le()));
            }
        }
    }

    #[test]
    fn the_order_of_rows_and_the_threads_make_no_difference(revenue in revenues(), turn in 0_usize..14) {
        let plugin = vendor("indicated", WIDE, "history = 1");
        let mut turned = revenue.clone();
        turned.rotate_left(turn % revenue.len());
        let (one, other) = (book(&revenue), book(&turned));
        prop_assert_eq!(&one.input_hash, &other.input_hash);
        prop_assert_eq!(plan(&plugin, &one, 1_000_033, 1), plan(&plugin, &other, 1_000_033, 8));
    }

    #[test]
    fn a_factor_without_weight_has_no_effect(revenue in revenues()) {
        let (without, with) = (
            vendor("indicated", WIDE, "history = 1"),
            vendor("indicated", WIDE, "history = 1\nsilent = 0"),
        );
        let quotas = |plugin| plan(plugin, &book(&revenue), 1_000_000, 1)
            .map(|plan| plan.lines.iter().map(|line| line.quota).collect::<Vec<_>>());
        prop_assert_eq!(quotas(&without), quotas(&with));
    }

    #[test]
    fn a_higher_target_lowers_no_quota_by_more_than_one_unit(revenue in revenues(), more in 1_i64..5_000_000) {
        let (plugin, book) = (vendor("indicated", "", "history = 1"), book(&revenue));
        let (low, high) = (plan(&plugin, &book, 3_000_000, 1).unwrap(), plan(&plugin, &book, 3_000_000 + more, 1).unwrap());
        for (before, after) in low.lines.iter().zip(&high.lines) {
            prop_assert!(after.quota.amount() >= before.quota.amount() - Decimal::from(100));
        }
    }

    #[test]
    fn twice_the_target_is_twice_each_free_quota_up_to_rounding(revenue in revenues()) {
        let (plugin, book) = (vendor("indicated", "", "history = 1"), book(&revenue));
        let (one, two) = (plan(&plugin, &book, 4_000_000, 1).unwrap(), plan(&plugin, &book, 8_000_000, 1).unwrap());
        for (single, double) in one.lines.iter().zip(&two.lines) {
            // Each is rounded by less than one unit of 100, the first one doubled.
            let difference = double.quota.amount() - single.quota.amount() * Decimal::TWO;
            prop_assert!(difference.abs() <= Decimal::from(300), "{} and {}", single.quota, double.quota);
        }
    }
}
