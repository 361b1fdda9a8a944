use super::*;
use crate::usd;

fn effective(label: &str, from: &str, to: &str, ramp: &[&str]) -> EffectiveQuota {
    let terms = QuotaTerms {
        effective_from: from.parse().ok(),
        effective_to: to.parse().ok(),
        ramp: ramp.iter().map(|text| rate(text)).collect(),
    };
    effective_quota(money("36600"), &period(label), &terms).unwrap()
}

#[test]
fn without_terms_the_full_quota_is_in_force() {
    assert_eq!(effective("FY2026", "", "", &[]).effective, money("36600"));
}

#[test]
fn proration_counts_calendar_days_with_both_ends() {
    // 36,600 over the 366 days of 2028 is 100 a day; 29 February to 1 March are two days.
    let two_days = effective("FY2028", "2028-02-29", "2028-03-01", &[]);
    assert_eq!((two_days.effective, two_days.effective_days), (money("200"), 2));
}

#[test]
fn a_quota_that_ends_before_the_period_or_begins_after_it_is_zero() {
    assert_eq!(effective("FY2026", "", "2025-12-31", &[]).effective, usd(0));
    assert_eq!(effective("FY2026", "2027-01-01", "", &[]).effective, usd(0));
    assert_eq!(effective("FY2026", "2026-06-30", "2026-06-01", &[]).effective, usd(0));
}

#[test]
fn ramp_weighs_each_month_by_its_days() {
    // Q1 2028 has 31 + 29 + 31 = 91 days: 36,600 × (0.25 × 31 + 0.5 × 29 + 31) ÷ 91 = 36,600 × 53.25 ÷ 91 = 21,417.03 (rounded)
    let ramped = effective("FY2028-Q1", "", "", &["0.25", "0.5"]);
    assert_eq!(ramped.effective, money("21417.03"));
    assert!(ramped.is_ramped);
}

#[test]
fn expectation_and_attainment_follow_the_effective_quota() {
    // In force from 1 July: 184 of 365 days; by 30 September half of the 184 days (92) have passed.
    let book = book(vec![partner("P").quota("FY2026", "365").sold("2026-08", "46")]);
    let terms = QuotaTerms { effective_from: Some(day("2026-07-01")), ..QuotaTerms::default() };
    let given = Given { terms: [("P".into(), [(SegmentKey::default(), terms)].into())].into(), ..Given::default() };
    let found = under(&book, "FY2026", "2026-09-30", Conventions::default(), &given).whole;
    assert_eq!((found.quota, found.attainment), (Some(money("184")), Some(rate("0.25"))));
    assert_eq!(found.quota_detail.unwrap().full, money("365"));
    assert_eq!((found.pacing.expected_to_date, found.pacing.pace_ratio), (Some(money("92")), Some(rate("0.5"))));
}

#[test]
fn quotas_with_terms_of_their_own_are_expected_from_the_earliest_day_on() {
    // Q1 is in force from 1 February (59 days), Q2 in full (91 days): by the end of March 59 of 150 days have passed.
    let mut quotas = partner("P").quota("FY2026-Q1", "90").quota("FY2026-Q2", "91");
    quotas.quotas[0].terms.effective_from = Some(day("2026-02-01"));
    let found = first(&book(vec![quotas.sold("2026-03", "10")]), "FY2026-H1", "2026-03-31").whole;
    // 59 of the first 90, and 91
    assert_eq!(found.quota, Some(money("150")));
    assert_eq!(found.pacing.expected_to_date, Some(money("59")));
}

#[test]
fn a_partner_that_leaves_after_the_period_keeps_the_terms_it_was_given() {
    let mut leaving = partner("P").quota("FY2026", "365");
    leaving.until = Some(day("2027-01-15"));
    let terms = QuotaTerms { effective_from: Some(day("2026-07-01")), ..QuotaTerms::default() };
    let given = Given { terms: [("P".into(), [(SegmentKey::default(), terms)].into())].into(), ..Given::default() };
    let found =
        under(&book(vec![leaving.sold("2026-08", "46")]), "FY2026", "2026-09-30", Conventions::default(), &given);
    assert_eq!(found.whole.pacing.expected_to_date, Some(money("92")));
}
