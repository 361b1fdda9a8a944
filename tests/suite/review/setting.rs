use super::{MANIFEST, glossary, json, request, vendor};
use crate::performance::{day, money, segment};
use quotient::review::{GivenQuotas, Request, Setting, period_of};
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
fn a_period_that_is_none_of_the_calendar_is_refused() {
    let request = Request { period: Some("FY2026-Q5".to_owned()), ..request("2026-12-31") };
    assert!(Setting::new(&vendor(MANIFEST, &[]).manifest, &glossary(), &request).is_err());
}
