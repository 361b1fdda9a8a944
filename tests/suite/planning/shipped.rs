//! Every quota of the shipped vendors, bottom-up, is what an independent planner computes from the same files.

use super::oracle::{Book, Bound, Exact, Facts, Line, View, assess, cents, exact, fair_share, learned, round, settle};
use crate::support::{Bench, list, text};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Cents of each quota, by partner and product line.
type Quotas = BTreeMap<(String, Line), BigInt>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The public data, beside the repository or where `QUOTIENT_SHARED` says; `tests/public_data.rs` skips what lacks it.
fn public_data(name: &str) -> PathBuf {
    let shared = std::env::var_os("QUOTIENT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    shared.join("data").join(name)
}

/// What the program proposes without a target.
fn proposed(arguments: &str) -> Quotas {
    let document =
        Bench::new([]).json(&format!("propose {arguments} --rules {{root}}/rules --policies {{root}}/policies"));
    let quota = |line: &serde_json::Value| cents(&exact(text(line, "quota").expect("a quota")));
    let key = |line: &serde_json::Value| {
        let product_line = text(&line["segment"], "product_line").unwrap_or_default().to_owned();
        (text(line, "partner_id").expect("a partner").to_owned(), product_line)
    };
    list(&document, "lines").iter().map(|line| (key(line), quota(line))).collect()
}

#[track_caller]
fn compare(found: &Quotas, expected: &Quotas) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "other lines");
    let wrong: Vec<_> = found.iter().filter(|(line, quota)| expected[*line] != **quota).collect();
    let shown: Vec<String> = wrong
        .iter()
        .take(10)
        .map(|(line, quota)| format!("{line:?}: {quota} cents, by the oracle {}", expected[*line]))
        .collect();
    assert!(wrong.is_empty(), "{} of {} quotas differ:\n{}", wrong.len(), found.len(), shown.join("\n"));
    assert!(expected.values().any(|quota| quota.is_positive()), "nothing was proposed");
}

fn clamp(value: Exact, least: &str, most: &str) -> Exact {
    value.max(exact(least)).min(exact(most))
}

fn number(columns: &BTreeMap<String, String>, name: &str) -> Option<Exact> {
    columns.get(name).filter(|text| !text.is_empty()).map(|text| exact(text))
}

fn demonstration() -> Book {
    Book::read(&root().join("examples/demonstration"), "amount", "product_line")
}

/// FY2026 from the end of 2025.
fn next_year(has_lines: bool, newcomer_months: i32) -> View {
    let (start, last) = (2026 * 12, 2026 * 12 - 1);
    View { start, months: 12, last, as_of: "2025-12-31", has_lines, newcomer_months }
}

/// Last year grown with the market and certifications; the open market; investment; pipeline.
fn meridian(facts: &Facts, investment: &BTreeMap<String, String>) -> Vec<(Option<Exact>, Exact)> {
    let get = |name: &str| number(investment, name);
    let gained = get("certified_now").zip(get("certified_before")).map(|(now, before)| now - before);
    let positive = facts.prior.clone().filter(|prior| prior.is_positive());
    let history = facts.prior.as_ref().map(|prior| {
        let market = facts.market_growth.clone().unwrap_or_else(|| exact("0.03"));
        let heads = gained.clone().unwrap_or_else(Exact::zero).max(Exact::zero());
        let credit = (heads * exact("0.02")).min(exact("0.10"));
        if prior.is_positive() { prior * (Exact::one() + market + credit) } else { Exact::zero() }
    });
    let market = facts.headroom().map(|headroom| {
        let open = headroom * exact("0.06");
        match facts.partner_share().filter(|_| !facts.is_newcomer) {
            Some(share) => facts.prior.clone().expect("known, for the share is") + open * share.max(Exact::zero()),
            None => {
                let part = open / Exact::from_integer(facts.partners.into()) * exact("0.50");
                facts.prior.clone().unwrap_or_else(Exact::zero) + part
            }
        }
    });
    let signals = positive.clone().filter(|_| gained.is_some() || get("enablement").is_some()).map(|prior| {
        let heads = gained.clone().unwrap_or_else(Exact::zero) * exact("0.03");
        let enablement = get("enablement").unwrap_or_else(Exact::zero) * exact("0.05");
        let practice = if get("services_headcount").is_some_and(|heads| heads >= exact("5")) { "0.04" } else { "0" };
        prior * (Exact::one() + clamp(heads + enablement + exact(practice), "0", "0.20"))
    });
    let base = facts.current_quota.clone().or(facts.prior.clone()).filter(|base| base.is_positive());
    let pipeline = positive.zip(base).map(|(prior, base)| {
        let needed = facts.win_rate.clone().filter(|rate| !rate.is_zero()).map_or(exact("3"), |rate| rate.recip());
        prior * clamp(&facts.open / base / needed, "0.80", "1.25")
    });
    let weights = if facts.is_newcomer { ["0.25", "0.45", "0.10", "0.20"] } else { ["0.55", "0.20", "0.10", "0.15"] };
    [history, market, signals, pipeline].into_iter().zip(weights.map(exact)).collect()
}

#[test]
fn every_quota_of_meridian_is_the_oracles() {
    let book = demonstration();
    let all: Vec<&str> = book.partners.keys().map(String::as_str).collect();
    let minimums = BTreeMap::from([("Silver", "40000"), ("Gold", "150000"), ("Platinum", "800000")]);
    let mut expected = Quotas::new();
    for ((id, line), facts) in next_year(false, 12).facts(&book, &all) {
        let partner = &book.partners[&id];
        let assessment = assess(&meridian(&facts, &partner.investment));
        let mut bounds = Vec::new();
        bounds.extend(facts.addressable.clone().map(|market| Bound::Ceiling(market * exact("0.60"))));
        bounds.extend(minimums.get(partner.columns["tier"].as_str()).map(|least| Bound::Floor(exact(least))));
        let stretch = assessment.clone().map(|sum| Exact::new(sum, 100.into()) * exact("1.30"));
        let prior = facts.prior.clone().filter(|prior| prior.is_positive());
        // Of equal strength, ceilings come first and the tighter before the looser.
        let mut ceilings: Vec<Exact> =
            stretch.into_iter().chain(prior.clone().map(|prior| prior * exact("1.50"))).collect();
        ceilings.sort();
        bounds.extend(ceilings.into_iter().map(Bound::Ceiling));
        bounds.extend(prior.map(|prior| Bound::Floor(prior * exact("0.80"))));
        expected.insert((id, line), round(&assessment.unwrap_or_default(), &settle(&bounds), 10_000));
    }
    compare(&proposed("meridian --book {root}/examples/demonstration"), &expected);
}

/// Momentum, open market by territory, certified staff, weighted pipeline, services practice.
fn halcyon(facts: &Facts, partner: &super::oracle::Partner) -> Vec<(Option<Exact>, Exact)> {
    let get = |name: &str| number(&partner.investment, name);
    let history = facts.prior.clone().map(|prior| {
        let growth = facts.earlier.clone().filter(|earlier| earlier.is_positive());
        let growth = growth.map_or(Exact::zero(), |earlier| &prior / earlier - Exact::one());
        prior.max(Exact::zero()) * clamp(Exact::one() + growth, "0.80", "1.30")
    });
    let boost = if partner.columns["territory"] == "West" { "1.40" } else { "1.00" };
    let market = facts.headroom().filter(|_| facts.partners > 0);
    let market = market.map(|room| room / Exact::from_integer(facts.partners.into()) * exact(boost));
    let staff = get("certified_now").map(|heads| heads * exact("25000"));
    let practice = get("services_headcount").map(|heads| match heads >= exact("3") {
        true => get("services_revenue").unwrap_or_else(Exact::zero),
        false => Exact::zero(),
    });
    let weights = ["0.35", "0.35", "0.10", "0.10", "0.10"].map(exact);
    [history, market, staff, facts.weighted.clone(), practice].into_iter().zip(weights).collect()
}

#[test]
fn every_quota_of_halcyon_is_the_oracles() {
    let book = demonstration();
    let all: Vec<&str> = book.partners.keys().map(String::as_str).collect();
    let facts = next_year(true, 18).facts(&book, &all);
    let factors: Vec<_> = facts.iter().map(|((id, _), facts)| halcyon(facts, &book.partners[id])).collect();
    let amount: BigInt = factors.iter().filter_map(|line| assess(line)).sum();
    let mut expected = Quotas::new();
    for ((line, facts), assessment) in facts.iter().zip(fair_share(&factors, &amount)) {
        let mut bounds = Vec::new();
        bounds.extend(facts.addressable.clone().map(|market| Bound::Ceiling(market * exact("0.50"))));
        if let Some(prior) = facts.prior.clone().filter(|prior| prior.is_positive()) {
            bounds.extend([Bound::Ceiling(&prior * exact("2.50")), Bound::Floor(prior * exact("0.60"))]);
        }
        expected.insert(line.clone(), round(&assessment.unwrap_or_default(), &settle(&bounds), 10_000));
    }
    compare(&proposed("halcyon --book {root}/examples/demonstration"), &expected);
}

/// Revenue of each partner whose prior or trailing revenue passes `admits`.
fn eligible(book: &Book, admits: impl Fn(&super::oracle::Partner) -> bool) -> Vec<&str> {
    book.partners.iter().filter(|(_, partner)| admits(partner)).map(|(id, _)| id.as_str()).collect()
}

#[test]
#[ignore = "needs data/adventureworks"]
fn every_quota_of_adventureworks_is_the_oracles() {
    let directory = public_data("adventureworks");
    let book = Book::read(&directory, "net_revenue", "product_category");
    // FY2020 begins in July 2019.
    let start = 2019 * 12 + 6;
    let view = View { start, months: 12, last: start - 1, as_of: "2019-06-30", has_lines: false, newcomer_months: 12 };
    let eligible = eligible(&book, |partner| view.prior(&book, partner, None).is_some_and(|prior| prior.is_positive()));
    // FY2018 against FY2019, by business type.
    let of_type = |partner: &super::oracle::Partner| partner.columns["business_type"].clone();
    let (_, by_type) = learned(&view.transitions(&book, (start - 24, start - 12, 12), |_| true, of_type), "20");
    let mut expected = Quotas::new();
    for ((id, line), facts) in view.facts(&book, &eligible) {
        let has_stopped = facts.since_last.unwrap_or(99) >= 3;
        let kept = if has_stopped { Exact::zero() } else { exact("0.95") * &by_type[&of_type(&book.partners[&id])] };
        let trailing = facts.trailing.clone().filter(|year| year.is_positive());
        let began = facts.since_first.unwrap_or(11);
        let quarters = ((began + 1 + 2) / 3).clamp(1, 4);
        let history = trailing.clone().map(|year| year * Exact::new(4.into(), quarters.into()) * &kept);
        let run_rate = trailing.filter(|_| !facts.quarters.is_empty()).map(|_| {
            let latest = facts.quarters.last().expect("a quarter");
            let before = facts.quarters.iter().rev().nth(1).unwrap_or(latest);
            let year = if began < 3 { latest * exact("4") } else { latest * exact("3") + before };
            year * &kept
        });
        let assessment = assess(&[(history, exact("0.30")), (run_rate, exact("0.70"))]);
        let most = facts.prior.clone().map(|prior| Bound::Ceiling(prior * exact("4.00")));
        let bounds: Vec<Bound> = most.into_iter().collect();
        expected.insert((id, line), round(&assessment.unwrap_or_default(), &settle(&bounds), 100));
    }
    let map = "--map {root}/examples/adventureworks/map.toml";
    compare(&proposed(&format!("adventureworks --book {} {map} --as-of 2019-06-30", directory.display())), &expected);
}

#[test]
#[ignore = "needs data/online-retail"]
fn every_quota_of_online_retail_is_the_oracles() {
    let directory = public_data("online-retail");
    let book = Book::read(&directory, "net_revenue", "product_line");
    // The second half of FY2011 begins in June 2011.
    let start = 2011 * 12 + 5;
    let view = View { start, months: 6, last: start - 1, as_of: "2011-05-31", has_lines: false, newcomer_months: 6 };
    let eligible = eligible(&book, |partner| view.trailing(&book, partner).is_some_and(|year| year >= exact("2000")));
    // What was known when the later half began: of its year, where the book goes back so far, half of 2,000 otherwise.
    let ratio = |before: i32, after: i32| {
        let months = (after - book.first_month).min(12);
        let needed = exact("2000") * Exact::new(months.into(), 12.into());
        let admits = |partner: &super::oracle::Partner| view.bought(partner, after - months, months) >= needed;
        let was = |partner: &super::oracle::Partner| view.silence(partner, after - 1);
        learned(&view.transitions(&book, (before, after, 6), admits, was), "5")
    };
    // The same half a year apart, and one year earlier the coming half after the past one.
    let (kept, carried) = (ratio(view.last - 17, view.last - 5), ratio(start - 18, start - 12));
    let of = |(whole, groups): &(Exact, BTreeMap<String, Exact>), partner: &super::oracle::Partner| {
        groups.get(&view.silence(partner, view.last)).unwrap_or(whole).clone()
    };
    let mut expected = Quotas::new();
    for (line, facts) in view.facts(&book, &eligible) {
        let partner = &book.partners[&line.0];
        let (kept, carried) = (of(&kept, partner), of(&carried, partner));
        let quarter = |back: usize| facts.quarters.iter().rev().nth(back).map(|sum| sum.clone().max(Exact::zero()));
        let half = quarter(0).zip(quarter(1)).map(|(latest, before)| (latest + before) * &carried);
        let old_enough = facts.since_first.unwrap_or(0) >= 6;
        let same = quarter(2).zip(quarter(3)).filter(|_| old_enough).map(|(third, fourth)| (third + fourth) * &kept);
        let assessment = assess(&[(half, exact("0.50")), (same, exact("0.50"))]);
        expected.insert(line, round(&assessment.unwrap_or_default(), &(BigInt::zero(), None), 100));
    }
    let map = "--map {root}/examples/online-retail/map.toml";
    compare(&proposed(&format!("online-retail --book {} {map}", directory.display())), &expected);
}
