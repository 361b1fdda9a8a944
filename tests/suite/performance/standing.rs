use super::*;
use crate::usd;
use OpportunityStatus::{Lost, Open, Won};
use quotient::quota::Grain;

fn gold_minimum() -> Given {
    Given { tier_minimums: [("Gold".into(), money("500000"))].into(), ..Given::default() }
}

#[test]
fn the_glossary_example_keeps_quota_and_tier_minimum_apart() {
    // Gold minimum 500,000; quota 1,200,000.
    let cases = [
        ("1250000", true, true, "750000"),
        ("600000", false, true, "100000"),
        ("500000", false, true, "0"),
        ("499999.99", false, false, "-0.01"),
    ];
    for (actual, at_quota, keeps_tier, distance) in cases {
        let book = book(vec![partner("P").quota("FY2026", "1200000").sold("2026-03", actual)]);
        let found = under(&book, "FY2026", "2026-12-31", Conventions::default(), &gold_minimum());
        let tier = found.tier_standing.unwrap();
        assert_eq!(found.whole.is_quota_met, Some(at_quota), "{actual}");
        assert_eq!(tier.is_met, Some(keeps_tier), "{actual}");
        assert_eq!(tier.distance, Some(money(distance)), "{actual}");
    }
}

#[test]
fn attainment_is_actual_over_quota() {
    let book = book(vec![partner("P").quota("FY2026", "1200000").sold("2026-03", "600000")]);
    let found = first(&book, "FY2026", "2026-12-31").whole;
    assert_eq!(found.attainment, Some(rate("0.5")));
    assert_eq!(found.remaining_quota, Some(money("600000")));
}

#[test]
fn without_a_quota_nothing_is_attained_and_it_says_so() {
    let book = book(vec![partner("P").sold("2026-03", "600000")]);
    let found = first(&book, "FY2026", "2026-12-31").whole;
    assert_eq!((found.quota, found.attainment, found.is_quota_met), (None, None, None));
    assert_eq!(found.actual, Some(money("600000")));
    assert_eq!(why(&found, "attainment"), Some("no quota is known for the period"));
}

#[test]
fn why_there_is_no_quota_depends_on_what_is_stated_beside_the_period() {
    let reason = |label: &str| {
        let book = book(vec![partner("P").quota(label, "12").sold("2026-01", "6")]);
        why(&first(&book, "FY2026-Q1", "2026-03-31").whole, "quota")
    };
    assert_eq!(reason("FY2026-Q2"), Some("no quota is known for the period"));
    assert_eq!(reason("FY2026-H2"), Some("no quota is known for the period"));
    assert_eq!(reason("FY2026-H1"), Some("a quota is known for a longer period only"));
    assert_eq!(reason("2026-02"), Some("quotas are known for part of the period only"));
}

#[test]
fn a_quota_of_zero_is_known_but_never_attained() {
    let book = book(vec![partner("P").quota("FY2026", "0").sold("2026-03", "600000")]);
    let found = first(&book, "FY2026", "2026-06-30").whole;
    assert_eq!((found.quota, found.attainment, found.is_quota_met), (Some(usd(0)), None, None));
    assert_eq!(why(&found, "attainment"), Some("the quota is zero"));
    assert_eq!((found.coverage_ratio, found.remaining_coverage_ratio), (None, None));
}

#[test]
fn credit_notes_make_actual_and_attainment_negative() {
    let book = book(vec![partner("P").quota("FY2026", "1000").sold("2026-01", "100").sold("2026-02", "-350")]);
    let found = first(&book, "FY2026", "2026-06-30").whole;
    assert_eq!(found.actual, Some(money("-250")));
    assert_eq!(found.attainment, Some(rate("-0.25")));
    assert_eq!(found.remaining_quota, Some(money("1250")));
}

#[test]
fn only_complete_months_up_to_the_as_of_day_count() {
    let sold = partner("P").quota("FY2026", "1000").sold("2026-01", "100").sold("2026-02", "20").sold("2026-03", "3");
    let book = book(vec![sold]);
    let actual = |as_of| first(&book, "FY2026", as_of).whole.actual;
    assert_eq!(actual("2026-02-27"), Some(money("100")));
    assert_eq!(actual("2026-02-28"), Some(money("120")));
    assert_eq!(actual("2026-03-30"), Some(money("120")));
    assert_eq!(actual("2026-03-31"), Some(money("123")));
}

#[test]
fn in_a_leap_year_february_ends_on_the_29th() {
    let book = book(vec![partner("P").quota("FY2028", "1000").sold("2028-02", "20")]);
    assert_eq!(first(&book, "FY2028", "2028-02-28").whole.actual, Some(usd(0)));
    let found = first(&book, "FY2028", "2028-02-29").whole;
    assert_eq!(found.actual, Some(money("20")));
    // 31 + 29 of 366 days
    assert_eq!((found.pacing.elapsed_days, found.pacing.remaining_days), (60, 306));
}

#[test]
fn before_its_first_month_is_complete_nothing_of_the_period_is_known() {
    let book = book(vec![partner("P").quota("FY2026", "1000").sold("2025-11", "70").sold("2026-01", "5")]);
    for as_of in ["2025-06-30", "2025-12-31", "2026-01-30"] {
        let found = first(&book, "FY2026", as_of).whole;
        assert_eq!((found.actual, found.attainment, found.remaining_quota), (None, None, None), "{as_of}");
        assert_eq!(why(&found, "actual"), Some("no month of the period is complete on the as-of day"));
        assert_eq!((found.pacing.elapsed_days, found.pacing.remaining_days), (0, 365));
        assert_eq!(found.pacing.run_rate_per_day, None);
    }
}

#[test]
fn after_the_period_revenue_counts_to_its_end_and_pipeline_no_more() {
    let late = partner("P").quota("FY2026-Q1", "1000").sold("2026-03", "600").sold("2026-04", "999");
    let book = book(vec![late.deal(Open, "2026-03-31", "50", "0.5").deal(Open, "2026-05-01", "50", "0.5")]);
    let found = first(&book, "FY2026-Q1", "2026-06-30").whole;
    assert_eq!((found.actual, found.actual_through), (Some(money("600")), Some(day("2026-03-31"))));
    assert_eq!((found.open_pipeline, found.coverage_ratio), (None, None));
    assert_eq!(why(&found, "coverage_ratio"), Some("the period is over"));
    assert_eq!((found.pacing.remaining_days, found.pacing.required_run_rate_per_day), (0, None));
}

#[test]
fn coverage_is_given_on_the_full_and_on_the_remaining_quota() {
    let covered = partner("P").quota("FY2026", "1000").sold("2026-01", "400");
    let covered = covered.deal(Open, "2026-09-01", "900", "0.5").deal(Open, "2026-10-01", "300", "0.25");
    let found = first(&book(vec![covered]), "FY2026", "2026-06-30").whole;
    assert_eq!((found.open_pipeline, found.open_count), (Some(money("1200")), Some(2)));
    assert_eq!(found.coverage_ratio, Some(rate("1.2")));
    // 1200 ÷ (1000 − 400)
    assert_eq!(found.remaining_coverage_ratio, Some(rate("2")));
    // 900 × 0.5 + 300 × 0.25 = 525
    assert_eq!(found.weighted_pipeline, Some(money("525")));
    assert_eq!(found.weighted_coverage, Some(rate("0.525")));
    assert_eq!(found.remaining_weighted_coverage, Some(rate("0.875")));
}

#[test]
fn when_nothing_remains_the_remaining_coverage_is_undefined_and_says_so() {
    for actual in ["1000", "1500"] {
        let done = partner("P").quota("FY2026", "1000").sold("2026-01", actual).deal(Open, "2026-09-01", "90", "0.5");
        let found = first(&book(vec![done]), "FY2026", "2026-06-30").whole;
        assert_eq!(found.remaining_coverage_ratio, None);
        assert_eq!(why(&found, "remaining_coverage_ratio"), Some("nothing of the quota remains"));
        assert_eq!(found.is_covered, Some(true));
        assert_eq!(found.pacing.required_run_rate_per_day, Some(usd(0)));
    }
}

#[test]
fn pipeline_is_what_closes_after_the_as_of_day_and_in_the_period() {
    let as_of = |close: &str| {
        let one = partner("P").quota("FY2026-Q2", "1000").sold("2026-03", "1").deal(Open, close, "7", "0.5");
        let found = first(&book(vec![one]), "FY2026-Q2", "2026-05-15").whole;
        (found.open_pipeline.unwrap(), found.overdue_pipeline.unwrap())
    };
    let (some, none) = (money("7"), usd(0));
    assert_eq!(as_of("2026-05-15"), (none, some));
    assert_eq!(as_of("2026-05-16"), (some, none));
    assert_eq!(as_of("2026-06-30"), (some, none));
    assert_eq!(as_of("2026-07-01"), (none, none));
}

#[test]
fn pipeline_of_a_past_day_holds_what_was_won_or_lost_since_but_not_its_outcome() {
    let past = partner("P").quota("FY2026", "1000").sold("2026-01", "1");
    let past = past.deal(Won, "2026-09-01", "30", "1").deal(Lost, "2026-09-01", "12", "0");
    let found = first(&book(vec![past]), "FY2026", "2026-06-30").whole;
    assert_eq!(found.open_pipeline, Some(money("42")));
    assert_eq!(found.weighted_pipeline, None);
    assert_eq!(why(&found, "weighted_pipeline"), Some("an open opportunity has no known probability"));
}

#[test]
fn one_unknown_probability_makes_the_weighted_pipeline_unknown() {
    let some = partner("P").quota("FY2026", "1000").sold("2026-01", "1");
    let some = some.deal(Open, "2026-09-01", "30", "0.5").deal(Open, "2026-09-01", "12", "");
    let found = first(&book(vec![some]), "FY2026", "2026-06-30").whole;
    assert_eq!((found.weighted_pipeline, found.weighted_coverage), (None, None));
    assert_eq!(found.coverage_ratio, Some(rate("0.042")));
}

#[test]
fn without_an_opportunities_table_the_pipeline_is_not_known_and_with_an_empty_one_it_is_zero() {
    let mut book = book(vec![partner("P").quota("FY2026", "1000").sold("2026-01", "1")]);
    assert_eq!(first(&book, "FY2026", "2026-06-30").whole.coverage_ratio, Some(Rate::ZERO));
    book.tables.remove("opportunities");
    let found = first(&book, "FY2026", "2026-06-30").whole;
    assert_eq!((found.open_pipeline, found.coverage_ratio, found.weighted_pipeline), (None, None, None));
    assert_eq!(why(&found, "open_pipeline"), Some("the book has no opportunities table"));
}

#[test]
fn the_forecast_is_the_latest_submitted_by_the_as_of_day() {
    let told = partner("P").quota("FY2026", "1000").sold("2026-01", "1").forecast("FY2026", "2026-02-01", "900");
    let book = book(vec![told.forecast("FY2026", "2026-06-30", "800").forecast("FY2026", "2026-07-01", "2000")]);
    let found = first(&book, "FY2026", "2026-06-30").whole;
    assert_eq!(found.forecast, Some(money("800")));
    assert_eq!((found.forecast_gap, found.forecast_gap_share), (Some(money("-200")), Some(rate("-0.2"))));
    let early = first(&book, "FY2026", "2026-01-31").whole;
    assert_eq!((early.forecast, early.forecast_gap), (None, None));
    assert!(why(&early, "forecast_gap").is_some());
}

#[test]
fn quarterly_forecasts_make_a_year_only_together() {
    let mut told = partner("P").quota("FY2026", "1000").sold("2026-01", "1");
    for quarter in ["FY2026-Q1", "FY2026-Q2", "FY2026-Q3"] {
        told = told.forecast(quarter, "2026-01-05", "200");
    }
    let three = first(&book(vec![told.clone()]), "FY2026", "2026-06-30").whole;
    assert_eq!(three.forecast, None);
    let four = first(&book(vec![told.forecast("FY2026-Q4", "2026-01-05", "300")]), "FY2026", "2026-06-30").whole;
    assert_eq!(four.forecast, Some(money("900")));
}

#[test]
fn a_yearly_quota_and_its_quarters_are_not_counted_twice() {
    let mut both = partner("P").sold("2026-01", "1");
    for quarter in ["FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4"] {
        both = both.quota(quarter, "250");
    }
    assert_eq!(first(&book(vec![both.clone()]), "FY2026", "2026-06-30").whole.quota, Some(money("1000")));
    let both = both.quota("FY2026", "1000");
    assert_eq!(first(&book(vec![both.clone()]), "FY2026", "2026-06-30").whole.quota, Some(money("1000")));
    assert_eq!(first(&book(vec![both]), "FY2026-Q2", "2026-06-30").whole.quota, Some(money("250")));
}

#[test]
fn a_year_with_a_quarter_missing_at_its_end_has_no_quota() {
    let part = partner("P").sold("2026-01", "1").quota("FY2026-Q1", "250").quota("FY2026-Q2", "250");
    let found = first(&book(vec![part]), "FY2026", "2026-06-30").whole;
    assert_eq!(found.quota, None);
    assert_eq!(why(&found, "quota"), Some("quotas are known for part of the period only"));
}

#[test]
fn a_year_whose_quota_begins_late_expects_nothing_before() {
    // Quotas for the second half only: 184 days, of which July's 31 have passed.
    let late = partner("P").sold("2026-07", "92").quota("FY2026-Q3", "92").quota("FY2026-Q4", "92");
    let found = first(&book(vec![late]), "FY2026", "2026-07-31").whole;
    assert_eq!(found.quota, Some(money("184")));
    assert_eq!(found.pacing.expected_to_date, Some(money("31")));
}

#[test]
fn a_quota_for_a_longer_period_is_not_cut_into_pieces() {
    let yearly = partner("P").quota("FY2026", "1000").sold("2026-01", "1");
    let found = first(&book(vec![yearly]), "FY2026-Q1", "2026-03-31").whole;
    assert_eq!(found.quota, None);
    assert_eq!(why(&found, "quota"), Some("a quota is known for a longer period only"));
}

#[test]
fn given_quotas_stand_instead_of_the_books_in_their_period() {
    let book = book(vec![partner("P").quota("FY2026", "1000").quota("FY2025", "500").sold("2025-01", "500")]);
    let PlanningPeriod { start, months, .. } = period("FY2026");
    let (segment, terms) = (SegmentKey::default(), QuotaTerms::default());
    let agreed = CurrentQuota { start, months, segment: segment.into(), quota: money("700"), terms };
    let given = Given { quotas: [("P".into(), vec![agreed])].into(), ..Given::default() };
    let found = under(&book, "FY2026", "2026-06-30", Conventions::default(), &given).whole;
    assert_eq!(found.quota, Some(money("700")));
    assert_eq!(found.consistency.past[0].quota, money("500"));
}

#[test]
fn a_partner_without_a_revenue_row_sold_nothing_or_is_not_known_as_the_convention_says() {
    let book = book(vec![partner("P").quota("FY2026", "1000"), partner("Q").sold("2026-01", "5")]);
    assert_eq!(first(&book, "FY2026", "2026-06-30").whole.attainment, Some(Rate::ZERO));
    let strict = Conventions { absent_revenue: AbsentRevenue::NotKnown, ..Conventions::default() };
    let found = under(&book, "FY2026", "2026-06-30", strict, &Given::default()).whole;
    assert_eq!((found.actual, found.attainment), (None, None));
    assert_eq!(why(&found, "actual"), Some("the book has no revenue for it"));
}

#[test]
fn a_book_without_any_revenue_knows_no_actual() {
    let found = first(&book(vec![partner("P").quota("FY2026", "1000")]), "FY2026", "2026-06-30").whole;
    assert_eq!(found.actual, None);
}

#[test]
fn consistency_counts_periods_with_a_quota_and_the_latest_run() {
    // Newest first: 2025 met, 2024 no quota, 2023 met exactly, 2022 missed.
    let record = partner("P").quota("FY2025", "100").quota("FY2023", "100").quota("FY2022", "100");
    let record = record.sold("2025-05", "130").sold("2024-05", "1").sold("2023-05", "100").sold("2022-01", "99.99");
    let found = first(&book(vec![record]), "FY2026", "2026-06-30").whole.consistency;
    assert_eq!((found.periods_with_quota, found.periods_at_quota), (Some(3), Some(2)));
    assert_eq!(found.streak, Some(2));
    assert_eq!(found.past[2].attainment, rate("0.9999"));
}

#[test]
fn a_past_period_that_the_book_does_not_reach_back_to_is_not_judged() {
    let record = partner("P").quota("FY2025", "100").sold("2025-02", "130");
    assert!(first(&book(vec![record]), "FY2026", "2026-06-30").whole.consistency.past.is_empty());
}

#[test]
fn trailing_twelve_months_can_be_compared_with_the_tier_minimum() {
    let trailing = Conventions { tier_basis: TierBasis::TrailingTwelveMonths, ..Conventions::default() };
    let sold = partner("P").sold("2025-06", "1").sold("2025-07", "300000").sold("2026-02", "199999.99");
    let book = book(vec![sold]);
    let tier = under(&book, "FY2026-Q2", "2026-06-30", trailing, &gold_minimum()).tier_standing.unwrap();
    assert_eq!((tier.revenue, tier.distance), (Some(money("499999.99")), Some(money("-0.01"))));
    assert_eq!(tier.is_met, Some(false));
}

#[test]
fn a_partner_without_tier_or_minimum_has_no_tier_standing() {
    let mut unranked = partner("P");
    unranked.tier = None;
    let book = book(vec![unranked.sold("2026-01", "1"), partner("Q")]);
    assert_eq!(under(&book, "FY2026", "2026-06-30", Conventions::default(), &gold_minimum()).tier_standing, None);
}

fn by_line() -> Conventions {
    Conventions { grain: Grain::ProductLineTerritory, ..Conventions::default() }
}

#[test]
fn quotas_by_line_are_for_the_revenue_of_their_lines() {
    let (servers, cloud) = (segment("Servers", "North"), segment("Cloud", "South"));
    let sold = partner("P").quota_in("FY2026", servers.clone(), "100").quota_in("FY2026", cloud.clone(), "300");
    // Revenue without a territory belongs to the home territory, North.
    let sold = sold.sold_in("2026-01", segment("Servers", ""), "60").sold_in("2026-02", cloud.clone(), "150");
    let sold = sold.sold_in("2026-02", segment("Cloud", "North"), "7").sold("2026-03", "9");
    let found = under(&book(vec![sold]), "FY2026", "2026-06-30", by_line(), &Given::default());
    assert_eq!((found.whole.quota, found.whole.actual), (Some(money("400")), Some(money("210"))));
    assert_eq!(found.whole.actual_without_quota, Some(money("16")));
    assert_eq!(found.whole.quota_source, QuotaSource::SumOfLines);
    let line = |wanted: &SegmentKey| found.lines.iter().find(|line| line.segment == *wanted).unwrap().standing.clone();
    assert_eq!(line(&servers).attainment, Some(rate("0.6")));
    assert_eq!(line(&cloud).attainment, Some(rate("0.5")));
    assert_eq!(line(&segment("Cloud", "North")).quota, None);
    assert_eq!(found.lines.len(), 4);
}

#[test]
fn at_partner_grain_quotas_of_all_lines_count_together() {
    let sold = partner("P").quota_in("FY2026", segment("Servers", ""), "100");
    let sold = sold.quota_in("FY2026", segment("Cloud", ""), "300").sold("2026-01", "200");
    let found = first(&book(vec![sold.clone()]), "FY2026", "2026-06-30");
    assert_eq!((found.whole.attainment, found.lines.len()), (Some(rate("0.5")), 0));
    // A quota for the whole partner already holds those of its lines.
    let found = first(&book(vec![sold.quota("FY2026", "500")]), "FY2026", "2026-06-30");
    assert_eq!(found.whole.quota, Some(money("500")));
}

#[test]
fn a_quota_for_the_whole_partner_has_no_lines_at_any_grain() {
    let whole = partner("P").quota("FY2026", "100").sold_in("2026-01", segment("Cloud", ""), "50");
    let found = under(&book(vec![whole]), "FY2026", "2026-06-30", by_line(), &Given::default());
    assert_eq!((found.whole.attainment, found.lines.len()), (Some(rate("0.5")), 0));
}

#[test]
fn every_missing_figure_has_a_reason() {
    let bare = first(&book(vec![partner("P")]), "FY2026", "2026-06-30").whole;
    assert!(bare.absent.iter().all(|absent| !absent.why.is_empty()), "{:?}", bare.absent);
    let figures: Vec<_> = bare.absent.iter().map(|absent| absent.figure).collect();
    assert_eq!(
        figures,
        [
            "quota",
            "actual",
            "attainment",
            "coverage_ratio",
            "remaining_coverage_ratio",
            "required_coverage",
            "weighted_coverage",
            "remaining_weighted_coverage",
            "forecast",
            "forecast_gap",
            "expected_to_date",
            "consistency",
        ]
    );
}

#[test]
fn amounts_out_of_range_are_an_error_of_that_partner_only() {
    let huge = usd(rust_decimal::Decimal::MAX);
    let mut broken = partner("A").quota("FY2026", "1");
    for month in ["2025-01", "2026-01", "2026-02"] {
        broken = broken.sold(month, "1");
    }
    broken.revenue.iter_mut().for_each(|entry| entry.amount = huge);
    let book = book(vec![broken, partner("B").quota("FY2026", "100").sold("2026-01", "50").sold("2025-01", "5")]);
    let given = Given::default();
    let standings = Standings::new(&book, period("FY2026"), day("2026-06-30"), Conventions::default(), &given).unwrap();
    assert_eq!(standings.of(&book.partners[0]), Err(MoneyError::OutOfRange));
    let (rollup, failed) = standings.roll_up(&[Dimension::Channel], RollupRules::default()).unwrap();
    assert_eq!(failed, ["A".into()]);
    assert_eq!(rollup.channel().unwrap().attainment, Some(rate("0.5")));
}
