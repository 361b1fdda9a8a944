use super::{MANIFEST, glossary, json, request, vendor};
use crate::performance::{day, money, segment};
use quotient::intake::{ReadOptions, read_book_files};
use quotient::review::{GivenQuotas, Request, Setting, begins_later, period_of};
use quotient::units::FiscalCalendar;

#[test]
fn the_default_period_holds_the_as_of_day() {
    let july = FiscalCalendar::new(7).unwrap();
    let label = |months, on| period_of(july, months, day(on)).unwrap().label;
    assert_eq!(label(12, "2018-06-30"), "FY2018");
    assert_eq!(label(12, "2018-07-01"), "FY2019");
    assert_eq!(label(3, "2019-01-01"), "FY2019-Q3");
    assert_eq!(label(6, "2018-12-31"), "FY2019-H1");
    assert_eq!(label(1, "2018-12-31"), "2018-12");
}

#[test]
fn given_quotas_replace_those_of_the_book() {
    let given = GivenQuotas {
        period: Some("FY2026".to_owned()),
        // At partner grain the home territory beside a line is no part of the quota.
        lines: vec![("A".into(), segment("", "North"), money("2500000")), ("Z".into(), segment("", ""), money("1"))],
        parts: Vec::new(),
    };
    let request = Request { quotas: Some(given), ..request("2026-12-31") };
    let plugin = vendor(MANIFEST, &[]);
    let document = json(&plugin, &glossary(), &request);
    assert_eq!(document["partners"][0]["standing"]["attainment"], "0.5");
    assert_eq!(document["partners"][1]["standing"]["quota"], "1200000.00");
    let warnings = Setting::new(&plugin.manifest, &glossary(), &request).unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.message().contains("`Z`")));
}

#[test]
fn quotas_of_partners_that_the_book_does_not_have_are_counted_once_per_partner() {
    let line = |id: &str, product_line: &str| (id.into(), segment(product_line, ""), money("1"));
    let lines = vec![line("Z", ""), line("Y", ""), line("Z", "Cloud")];
    let given = GivenQuotas { period: Some("FY2026".to_owned()), lines, parts: Vec::new() };
    let request = Request { quotas: Some(given), ..request("2026-12-31") };
    let warnings = Setting::new(&vendor(MANIFEST, &[]).manifest, &glossary(), &request).unwrap().warnings;
    let expected = "the quotas name 2 partners that the book does not have, the first is `Y`";
    assert!(warnings.iter().any(|warning| warning.message() == expected));
}

#[test]
fn a_period_that_is_none_of_the_calendar_is_refused() {
    let request = Request { period: Some("FY2026-Q5".to_owned()), ..request("2026-12-31") };
    assert!(Setting::new(&vendor(MANIFEST, &[]).manifest, &glossary(), &request).is_err());
}

#[test]
fn partners_whose_first_row_counts_later_are_named() {
    let partners = "partner_id,valid_from\nA,\nB,2025-07-01\nC,2025-09-01\n";
    let revenue = "partner_id,month,amount\nA,2025-01,1\nB,2025-08,1\n";
    let files = [("partners.csv", partners), ("revenue.csv", revenue)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
    let book = read_book_files(files, None, &ReadOptions::default()).into_result().unwrap().0;
    let found = |date: &str, one| begins_later(&book, day(date), one).map(|finding| finding.message());
    let both = "2 partners are left out, the first is `B`: their first rows count after 2025-06-30".to_owned();
    assert_eq!(found("2025-06-30", None), Some(both));
    let one = |id: &str| Some(format!("partner `{id}` is left out: its first row counts after 2025-06-30"));
    assert_eq!((found("2025-06-30", Some("B")), found("2025-06-30", Some("C"))), (one("B"), one("C")));
    assert_eq!((found("2025-06-30", Some("A")), found("2025-09-01", None)), (None, None));
}
