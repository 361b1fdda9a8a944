//! The shipped vendors for public data, on that data: it is read where it lies and never copied.
//!
//! The data is in `../shared/data` beside the repository, or where `QUOTIENT_SHARED` says. The test target `public_data`
//! runs what needs it, and counts as skipped what needs data that is absent.

use quotient::channel::PartnerBook;
use quotient::intake::{Mapping, ReadOptions, read_book};
use quotient::planning::{Backtest, Method, Origin, Request, backtest, origins, propose};
use quotient::plugin::VendorPlugin;
use quotient::plugin::disk::Roots;
use quotient::script::on_script_threads;
use quotient::units::Money;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    let shared = std::env::var_os("QUOTIENT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("data").join(name)
}

/// Where the book of a vendor is; the counties are unpacked, as the mapping file says.
fn directory(name: &str) -> (Option<tempfile::TempDir>, PathBuf) {
    if name != "iowa-liquor" {
        return (None, data(name));
    }
    let unpacked = tempfile::tempdir().expect("a directory");
    let packed = data(name).join("county_month.csv.gz");
    let text = std::process::Command::new("gzip").arg("-dc").arg(packed).output().expect("gzip");
    std::fs::write(unpacked.path().join("county_month.csv"), text.stdout).expect("the table");
    let path = unpacked.path().to_owned();
    (Some(unpacked), path)
}

fn load(name: &str) -> (VendorPlugin, PartnerBook) {
    let (_unpacked, directory) = directory(name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let roots = Roots { rules: root.join("rules"), policies: root.join("policies") };
    let files = roots.read(name).expect("the vendor's files");
    let plugin = on_script_threads(Some(1), || VendorPlugin::compile(&files).value).expect("a vendor without errors");
    let mapping = Mapping::read(&root.join("examples").join(name).join("map.toml")).expect("the mapping file");
    let options = ReadOptions {
        calendar: Some(plugin.manifest.calendar),
        currency: plugin.manifest.currency,
        ..ReadOptions::default()
    };
    let (book, _) = read_book(&directory, Some(&mapping), &options).into_result().expect("the book");
    (plugin, book)
}

/// Net revenue by partner from `first` to `last` month, read with nothing of ours but the CSV reader.
fn revenue(name: &str, first: &str, last: &str) -> BTreeMap<String, Decimal> {
    let path = data(name).join("revenue.csv");
    let mut reader = csv::Reader::from_path(path).expect("the revenue table");
    let headers = reader.headers().expect("a header").clone();
    let column = |wanted: &str| headers.iter().position(|name| name == wanted).expect("the column");
    let (partner, month, amount) = (column("partner_id"), column("month"), column("net_revenue"));
    let mut sums = BTreeMap::new();
    for row in reader.records() {
        let row = row.expect("a row");
        if (first..=last).contains(&&row[month]) {
            *sums.entry(row[partner].to_owned()).or_insert(Decimal::ZERO) +=
                row[amount].parse::<Decimal>().expect("an amount");
        }
    }
    sums
}

#[test]
#[ignore = "needs data/adventureworks"]
fn adventureworks_gets_a_quota_for_exactly_the_partners_with_revenue_last_year() {
    let (plugin, book) = load("adventureworks");
    let request = Request { as_of: "2019-06-30".parse().ok(), ..Request::default() };
    let plan = on_script_threads(None, || propose(&plugin, &book, &request, &|_, _| {})).expect("a plan");
    let sold = revenue("adventureworks", "2018-07", "2019-06");
    let expected: Vec<&str> = sold.iter().filter(|(_, sum)| **sum > Decimal::ZERO).map(|(id, _)| id.as_str()).collect();
    let planned: Vec<&str> = plan.lines.iter().map(|line| &*line.identity.partner_id).collect();
    assert_eq!(planned, expected);
    assert_eq!(plan.period.label, "FY2020");
    let sum: Decimal = plan.lines.iter().map(|line| line.quota.amount()).sum();
    assert_eq!(plan.total.amount(), sum);
    assert_eq!(plan.target.map(Money::amount), Some(sum + plan.reserve.amount()));
    for line in &plan.lines {
        let steps: Decimal = line.steps.iter().map(|step| step.amount.amount()).sum();
        let periods: Decimal = line.periods.iter().map(|amount| amount.amount()).sum();
        assert_eq!((steps, periods), (line.quota.amount(), line.quota.amount()), "{}", line.identity.partner_id);
    }
}

fn scored(name: &str, period: &str, as_of: &str) -> Backtest {
    let (plugin, book) = load(name);
    let period = plugin.manifest.calendar.period(period).expect("a period");
    let as_of = as_of.parse().expect("a day");
    let origin = [Origin { as_of, period }];
    on_script_threads(None, || backtest(&plugin, &book, &origin, &[], &|_, _| {})).expect("a score")
}

fn wape(scored: &Backtest, method: Method) -> Option<Decimal> {
    scored.methods.iter().find(|(known, _)| *known == method).and_then(|(_, score)| score.as_ref()?.wape)
}

#[test]
#[ignore = "needs data/adventureworks"]
fn the_backtest_of_adventureworks_counts_what_partners_bought() {
    let scored = scored("adventureworks", "FY2019", "2018-06-30");
    let (before, after) =
        (revenue("adventureworks", "2017-07", "2018-06"), revenue("adventureworks", "2018-07", "2019-06"));
    let planned: Vec<&String> = before.iter().filter(|(_, sum)| **sum > Decimal::ZERO).map(|(id, _)| id).collect();
    let actual: Decimal = planned.iter().filter_map(|id| after.get(*id)).sum();
    let last_year: Decimal = planned.iter().map(|id| before[*id]).sum();
    let score =
        |method: Method| scored.methods.iter().find(|(known, _)| *known == method).and_then(|(_, score)| score.clone());
    assert_eq!(scored.lines, planned.len());
    assert_eq!(score(Method::Rules).map(|score| score.actual.amount()), Some(actual));
    assert_eq!(score(Method::LastYear).map(|score| score.quota.amount()), Some(last_year));
    assert_eq!(scored.folds[0].unplanned_revenue.amount(), after.values().sum::<Decimal>() - actual);
    let missed: Decimal =
        planned.iter().map(|id| (before[*id] - after.get(*id).copied().unwrap_or_default()).abs()).sum();
    assert_eq!(wape(&scored, Method::LastYear), missed.checked_div(actual));
}

/// Every fold of a vendor on its data, in months; that of its period when `None`.
fn folds(name: &str, months: Option<u32>) -> Backtest {
    let (plugin, book) = load(name);
    let origins = origins(&plugin, &book, months.unwrap_or(plugin.manifest.period_months));
    on_script_threads(None, || backtest(&plugin, &book, &origins, &[], &|_, _| {})).expect("a score")
}

#[test]
#[ignore = "needs data/adventureworks, data/online-retail"]
fn no_naive_method_is_clearly_better_than_the_shipped_rules() {
    for (name, months) in [("adventureworks", Some(6)), ("online-retail", None)] {
        let comparison = folds(name, months).comparison.expect("a comparison");
        assert!(!comparison.difference.is_worse(), "{name}: {comparison:?}");
    }
    let half = scored("online-retail", "FY2011-H1", "2010-11-30");
    let rules = wape(&half, Method::Rules).expect("a score of the rules");
    for method in [Method::LastYear, Method::LastYearGrown, Method::TrailingFourQuarters] {
        assert!(wape(&half, method).is_none_or(|baseline| rules < baseline), "{method:?} is better");
    }
}

#[test]
#[ignore = "needs data/iowa-liquor"]
fn no_naive_method_is_better_for_counties_over_four_years() {
    let scored = folds("iowa-liquor", None);
    // 48 months: dates from December 2015 to December 2017.
    assert_eq!((scored.folds.len(), scored.folds[0].lines), (25, 99));
    let comparison = scored.comparison.expect("a comparison");
    assert!(!comparison.difference.is_worse(), "{comparison:?}");
}

/// The page, which `QUOTIENT_BLESS=1` writes: prose, and the tables as a terminal of 80 columns shows them.
#[test]
#[ignore = "needs data/adventureworks, data/online-retail, data/iowa-liquor"]
fn the_page_about_the_quality_of_quotas_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/quality.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let mut current = String::new();
    let mut rest = page.as_str();
    for (heading, name, months) in [
        ("<!-- adventureworks, 12 months -->", "adventureworks", None),
        ("<!-- adventureworks, 6 months -->", "adventureworks", Some(6)),
        ("<!-- online-retail, 6 months -->", "online-retail", None),
        ("<!-- iowa-liquor, 12 months -->", "iowa-liquor", None),
    ] {
        let (before, after) = rest.split_once(heading).expect("a marker");
        let (_, after) = after.split_once("<!-- end -->").expect("its end");
        let table = quotient::report::backtest::table(&folds(name, months), 80);
        current += &format!("{before}{heading}\n```text\n{}\n```\n<!-- end -->", table.trim_end());
        rest = after;
    }
    current += rest;
    if std::env::var_os("QUOTIENT_BLESS").is_some() {
        std::fs::write(&path, &current).expect("the page is written");
    }
    assert!(page == current || std::env::var_os("QUOTIENT_BLESS").is_some(), "docs/quality.md is not current");
}
