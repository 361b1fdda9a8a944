//! Cells exactly at the bounds of what a book may say, through the program.

use crate::support::{Bench, list, text};

const RULE: &str = "/// As last year.\nfn assess(partner) {\n    indicate(partner.history.prior_revenue ?? 0.0).because(\"last year\")\n}\n";

/// A vendor and a book with one partner `A`; `files` are added to the book or replace its own.
fn bench(files: &[(&str, &str)]) -> Bench {
    let manifest = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\nreporting = \"whole\"\n\
        fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\n[weights]\nhistory = 1\n\
        [guardrails]\non_violation = \"clamp\"\n";
    let bench =
        Bench::new([("rules/acme/vendor.toml", manifest.to_owned()), ("rules/acme/history.rhai", RULE.to_owned())]);
    bench.write("policies/none", "");
    bench.write("book/partners.csv", "partner_id,partner_name\nA,Alpha\n");
    bench.write("book/revenue.csv", "partner_id,month,amount\nA,2025-01,100\nA,2025-12,100\n");
    files.iter().for_each(|(name, text)| bench.write(&format!("book/{name}"), text));
    bench
}

const PROPOSE: &str = "propose acme --book book --as-of 2025-12-31";

fn codes(files: &[(&str, &str)]) -> Vec<String> {
    bench(files).codes(PROPOSE)
}

fn nothing() -> Vec<String> {
    Vec::new()
}

/// A book in which the names of partner `'s-1` begin with an apostrophe.
fn apostrophes() -> Bench {
    let partners = "partner_id,partner_name,territory\n's-1,'s-Hertogenbosch Systems,'+T Gooi\n";
    bench(&[
        ("partners.csv", partners),
        ("revenue.csv", "partner_id,month,amount\n's-1,2025-01,100\n's-1,2025-12,100\n"),
    ])
}

#[test]
fn a_name_of_a_book_that_begins_with_an_apostrophe_keeps_it() {
    let found = apostrophes().json(PROPOSE);
    let line = &list(&found, "lines")[0];
    let names = ["partner_id", "partner_name", "territory"].map(|name| text(line, name).unwrap_or_default());
    assert_eq!(names, ["'s-1", "'s-Hertogenbosch Systems", "'+T Gooi"]);
}

#[test]
fn beside_a_book_an_apostrophe_is_dropped_only_where_it_protects_a_formula() {
    let bench = apostrophes();
    bench.write("locks.csv", "partner_id,quota,reason\n's-1,5,'=agreed\n");
    let found = bench.json(&format!("{PROPOSE} --locks locks.csv"));
    let line = &list(&found, "lines")[0];
    assert_eq!((text(line, "quota"), text(line, "lock_reason")), (Some("5.00"), Some("=agreed")));
}

fn since(day: &str) -> Vec<String> {
    codes(&[("partners.csv", &format!("partner_id,partner_name,since\nA,Alpha,{day}\n"))])
}

#[test]
fn a_date_has_a_year_of_four_digits_and_exists() {
    assert_eq!(since("2025-01-05"), nothing());
    assert_eq!(since("2024-02-29"), nothing());
    // With the year first, month and day have one meaning even without their zeros.
    assert_eq!([since("2025-1-05"), since("2025-01-5")], [nothing(), nothing()]);
    for wrong in ["25-01-05", "02025-01-05", "2025-02-29", "2025-13-01", "2025-00-01", "2025-01-00", "2025-001-05"] {
        assert_eq!(since(wrong), ["book::date"], "{wrong}");
    }
    // From 1900 to 2200.
    assert_eq!(since("1900-01-01"), nothing());
    // A partner that joins after the period gets no quota, which leaves none.
    assert_eq!(since("2200-12-31"), ["book::empty"]);
    assert_eq!([since("1899-12-31"), since("2201-01-01")], [["book::date"], ["book::date"]]);
}

/// Codes under a mapping file that states how dates are written.
fn mapped(format: &str, day: &str) -> Vec<String> {
    let bench = bench(&[("partners.csv", &format!("partner_id,partner_name,since\nA,Alpha,{day}\n"))]);
    bench.write("map.toml", &format!("[partners]\ndate_format = \"{format}\"\n"));
    bench.codes(&format!("{PROPOSE} --map map.toml"))
}

#[test]
fn a_date_format_names_year_month_and_day_once_each() {
    assert_eq!(mapped("DD.MM.YYYY", "05.01.2025"), nothing());
    assert_eq!(mapped("D.M.YYYY", "5.1.2025"), nothing());
    assert_eq!(mapped("D.M.YYYY", "15.11.2025"), nothing());
    assert_eq!(mapped("DD.MM.YYYY", "5.01.2025"), ["book::date"]);
    assert_eq!(mapped("D.M.YYYY", "005.1.2025"), ["book::date"]);
    for wrong in ["MM.MM.YYYY", "DD.DD.YYYY", "YYYY.MM.M", "DD.MM", "DD.MM.YYYY.DD"] {
        assert_eq!(mapped(wrong, "05.01.2025"), ["book::mapping"], "{wrong}");
    }
}

fn market_growth(rate: &str) -> Vec<String> {
    codes(&[("market.csv", &format!("territory,vertical,addressable_market,growth\n,,1000,{rate}\n"))])
}

#[test]
fn a_rate_is_a_fraction_of_at_most_a_thousandfold() {
    assert_eq!(
        [market_growth("1000"), market_growth("-1000"), market_growth("0.05")],
        [nothing(), nothing(), nothing()]
    );
    assert_eq!(market_growth("1000.01"), ["book::rate"]);
    assert_eq!(market_growth("-1001"), ["book::rate"]);
    assert_eq!(market_growth("-1000.01"), ["book::rate"]);
}

#[test]
fn a_share_is_from_zero_to_one_with_both_ends() {
    let win_rate = |rate: &str| codes(&[("win_rates.csv", &format!("partner_id,by_value\nA,{rate}\n"))]);
    assert_eq!([win_rate("0"), win_rate("1"), win_rate("0.5")], [nothing(), nothing(), nothing()]);
    assert_eq!([win_rate("1.01"), win_rate("-0.01")], [["book::rate"], ["book::rate"]]);
}

#[test]
fn a_count_is_a_whole_number_from_zero_to_a_trillion() {
    let staff = |count: &str| codes(&[("investments.csv", &format!("partner_id,certified_now\nA,{count}\n"))]);
    assert_eq!([staff("0"), staff("7.0"), staff("1000000000000")], [nothing(), nothing(), nothing()]);
    assert_eq!([staff("1e3"), staff("+1")], [nothing(), nothing()]);
    for wrong in ["-1", "7.5", "1000000000001", "1e-3"] {
        assert_eq!(staff(wrong), ["book::count"], "{wrong}");
    }
}

#[test]
fn an_amount_reaches_to_nine_quadrillion_minor_units() {
    let revenue = |amount: &str| {
        codes(&[("revenue.csv", &format!("partner_id,month,amount\nA,2025-01,0\nA,2025-12,{amount}\n"))])
    };
    // 9 × 10^15 cents.
    assert_eq!([revenue("90000000000000.00"), revenue("-90000000000000.00")], [nothing(), nothing()]);
    assert_eq!(revenue("90000000000000.01"), ["book::amount"]);
    assert_eq!(revenue("-90000000000000.01"), ["book::amount"]);
}

#[test]
fn a_row_twice_is_a_duplicate_where_a_table_has_one_row_per_key() {
    let quotas = |second: &str| {
        let rows = format!("partner_id,period,months,product_line,quota\nA,2025-01,12,P,100\nA,{second}\n");
        codes(&[("quotas.csv", &rows)])
    };
    assert_eq!(quotas("2025-01,12,P,100"), ["book::duplicate"]);
    for other in ["2025-02,12,P,100", "2025-01,6,P,100", "2025-01,12,Q,100"] {
        assert_eq!(quotas(other), nothing(), "{other}");
    }
    let forecasts = |second: &str| {
        let rows = format!(
            "partner_id,period,months,amount,submitted_on\nA,2025-01,12,1,2025-01-01\nA,2025-01,12,2,{second}\n"
        );
        codes(&[("forecasts.csv", &rows)])
    };
    assert_eq!(forecasts("2025-01-01"), ["book::duplicate"]);
    assert_eq!(forecasts("2025-01-02"), nothing());
    assert_eq!(codes(&[("locks.csv", "partner_id,quota\nA,1\nA,2\n")]), ["book::lock"]);
}
