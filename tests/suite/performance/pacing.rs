use super::*;

/// The partner sells `amounts` in January to December of `year`.
fn year(mut partner: Partner, year: i32, amounts: [i64; 12]) -> Partner {
    for (index, amount) in amounts.iter().enumerate() {
        partner = partner.sold(&format!("{year}-{:02}", index + 1), &amount.to_string());
    }
    partner
}

const EVEN: [i64; 12] = [10; 12];
const LATE: [i64; 12] = [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 25, 25];

#[test]
fn the_partners_own_season_sets_the_expectation() {
    // January to June made 30 of 100 last year; quota 1,000, so 300 are expected.
    let own = year(partner("P"), 2025, LATE).quota("FY2026", "1000").sold("2026-02", "330");
    let found = first(&book(vec![own]), "FY2026", "2026-06-30").whole.pacing;
    assert_eq!((found.basis, found.elapsed_share), (Some(PacingBasis::OwnSeasonality), Some(rate("0.3"))));
    assert_eq!((found.expected_to_date, found.pace_ratio), (Some(money("300")), Some(rate("1.1"))));
}

#[test]
fn a_partner_without_a_season_takes_the_channels() {
    let newcomer = partner("A").quota("FY2026", "1000").sold("2026-02", "150");
    let found = first(&book(vec![newcomer, year(partner("B"), 2025, LATE)]), "FY2026", "2026-06-30").whole.pacing;
    assert_eq!((found.basis, found.expected_to_date), (Some(PacingBasis::ChannelSeasonality), Some(money("300"))));
    assert_eq!(found.pace_ratio, Some(rate("0.5")));
}

#[test]
fn one_sale_last_year_is_not_seasonality() {
    let once = partner("A").quota("FY2026", "1000").sold("2025-01", "70");
    let found = first(&book(vec![once, year(partner("B"), 2025, EVEN)]), "FY2026", "2026-06-30").whole.pacing;
    assert_eq!(found.basis, Some(PacingBasis::ChannelSeasonality));
}

#[test]
fn without_any_season_the_quota_is_expected_evenly_by_days() {
    // 181 of 365 days
    let new = partner("P").quota("FY2026", "365").sold("2026-02", "181");
    let found = first(&book(vec![new]), "FY2026", "2026-06-30").whole.pacing;
    assert_eq!((found.basis, found.expected_to_date), (Some(PacingBasis::EvenByDays), Some(money("181"))));
    assert_eq!(found.pace_ratio, Some(Rate::ONE));
}

#[test]
fn the_period_itself_does_not_shape_its_own_expectation() {
    let own = year(year(partner("P"), 2025, EVEN), 2026, LATE).quota("FY2026", "1200");
    let found = first(&book(vec![own]), "FY2026", "2026-06-30").whole.pacing;
    assert_eq!(found.elapsed_share, Some(rate("0.5")));
}

#[test]
fn the_whole_quota_is_expected_at_the_periods_end() {
    let own = year(partner("P"), 2025, LATE).quota("FY2026", "999.99").sold("2026-01", "1");
    let found = first(&book(vec![own]), "FY2026", "2027-03-15").whole.pacing;
    assert_eq!((found.elapsed_share, found.expected_to_date), (Some(Rate::ONE), Some(money("999.99"))));
}

#[test]
fn run_rates_count_calendar_days_and_whole_months() {
    // 90 days gone, 275 days and 9 months to go: 900 closed is 10 a day, 3,650 a year; 4,200 − 900 remain.
    let own = partner("P").quota("FY2026", "4200").sold("2026-02", "900");
    let found = first(&book(vec![own]), "FY2026", "2026-03-31").whole.pacing;
    assert_eq!((found.elapsed_days, found.remaining_days, found.remaining_months), (90, 275, 9));
    assert_eq!((found.run_rate_per_day, found.projected_actual), (Some(money("10")), Some(money("3650"))));
    assert_eq!(found.required_run_rate_per_day, Some(money("12")));
    // 3,300 ÷ 9 = 366.666…
    assert_eq!(found.required_run_rate_per_month, Some(money("366.67")));
}

#[test]
fn an_old_export_differs_from_a_quiet_channel() {
    let book = book(vec![partner("P").sold("2026-02", "900")]);
    let given = Given::default();
    let standings = Standings::new(&book, period("FY2026"), day("2026-06-30"), Conventions::default(), &given).unwrap();
    assert_eq!(standings.revenue_ends_early(), "2026-02".parse().ok());
}

#[test]
fn a_past_period_counts_from_its_last_day_on() {
    let sold = partner("P").quota("FY2026-Q1", "12").quota("FY2026-Q2", "12").sold("2026-01", "6");
    let past = |as_of| first(&book(vec![sold.clone()]), "FY2026-Q2", as_of).whole.consistency.past.len();
    assert_eq!((past("2026-03-30"), past("2026-03-31")), (0, 1));
}
