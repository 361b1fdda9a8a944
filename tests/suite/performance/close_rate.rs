use super::*;
use OpportunityStatus::{Lost, Won};

fn deals(mut partner: Partner, won: usize, lost: usize, amount: &str) -> Partner {
    for _ in 0..won {
        partner = partner.deal(Won, "2026-03-01", amount, "");
    }
    for _ in 0..lost {
        partner = partner.deal(Lost, "2026-03-01", amount, "");
    }
    partner.sold("2026-01", "1")
}

fn rates(book: &PartnerBook) -> Standing {
    first(book, "FY2026", "2026-06-30").whole
}

#[test]
fn enough_deals_stand_for_themselves() {
    let found = rates(&book(vec![deals(partner("P"), 5, 15, "100"), deals(partner("Q"), 20, 0, "100")]));
    assert_eq!(found.close_rates.by_count, CloseRate { rate: Some(rate("0.25")), source: RateSource::Own });
    assert_eq!((found.required_coverage, found.close_rates.closed), (Some(rate("4")), 20));
}

#[test]
fn few_deals_are_drawn_towards_the_tier_and_it_says_so() {
    // Own: 3 won of 5. Tier with both: 3 + 7 won of 5 + 20, 0.4. (3 + 5 × 0.4) ÷ (5 + 5) = 0.5.
    let found = rates(&book(vec![deals(partner("P"), 3, 2, "100"), deals(partner("Q"), 7, 13, "100")]));
    assert_eq!(found.close_rates.by_count.rate, Some(rate("0.5")));
    assert_eq!(found.close_rates.by_value.rate, Some(rate("0.5")));
    assert_eq!(found.required_coverage, Some(rate("2")));
    let basis = found.close_rates.basis(WinRateBasis::ByCount);
    assert_eq!(
        basis,
        "by count, 3 won of 5 closed after 2024-06-30 up to 2026-06-30; few deals: (won + 5 × 0.4 of tier Gold) ÷ (closed + 5)"
    );
}

#[test]
fn by_value_and_by_count_differ_when_the_large_deals_are_lost() {
    // 20 deals: 10 won of 100, 10 lost of 300: half by count, 1000 ÷ 4000 by value.
    let mixed = deals(deals(partner("P"), 10, 0, "100"), 0, 10, "300");
    let found = rates(&book(vec![mixed]));
    assert_eq!(found.required_coverage_by_count, Some(rate("2")));
    assert_eq!(found.required_coverage_by_value, Some(rate("4")));
    assert_eq!((found.required_coverage, found.required_coverage_basis), (Some(rate("4")), WinRateBasis::ByValue));
}

#[test]
fn a_partner_without_deals_takes_its_tiers_rate() {
    let found = rates(&book(vec![partner("A"), deals(partner("B"), 5, 15, "100")]));
    assert_eq!(found.close_rates.by_value.rate, Some(rate("0.25")));
    assert_eq!(found.close_rates.by_value.source, RateSource::Borrowed(RateLevel::Tier("Gold".into())));
}

#[test]
fn a_tier_without_deals_takes_the_channels_rate() {
    let mut silver = partner("A");
    silver.tier = Some("Silver".into());
    let found = rates(&book(vec![silver, deals(partner("B"), 5, 15, "100")]));
    assert_eq!(found.close_rates.by_value.source, RateSource::Borrowed(RateLevel::Channel));
    assert_eq!(found.close_rates.by_value.rate, Some(rate("0.25")));
}

#[test]
fn a_tier_with_few_deals_is_itself_drawn_towards_the_channel() {
    // Channel: 5 + 20 won of 5 + 45 = 0.5. Gold: (5 + 5 × 0.5) ÷ (5 + 5) = 0.75. A has no deals.
    let mut other = deals(partner("C"), 20, 25, "100");
    other.tier = Some("Silver".into());
    let found = rates(&book(vec![partner("A"), deals(partner("B"), 5, 0, "100"), other]));
    assert_eq!(found.close_rates.by_count.rate, Some(rate("0.75")));
}

#[test]
fn when_all_was_lost_no_coverage_is_enough_and_none_is_named() {
    let found =
        rates(&book(vec![deals(partner("P"), 0, 25, "100").deal(OpportunityStatus::Open, "2026-09-01", "50", "")]));
    assert_eq!(found.close_rates.by_value.rate, Some(Rate::ZERO));
    assert_eq!((found.required_coverage, found.is_covered), (None, None));
    assert_eq!(why(&found, "required_coverage"), Some("no closed deal was won"));
}

#[test]
fn without_any_closed_opportunity_the_rate_is_not_known() {
    let found = rates(&book(vec![partner("P").sold("2026-01", "1")]));
    assert_eq!(found.close_rates.by_value, CloseRate { rate: None, source: RateSource::NotKnown });
    assert_eq!((found.required_coverage, found.expected_revenue), (None, None));
    assert_eq!(why(&found, "required_coverage"), Some("nobody closed a deal in the window"));
}

#[test]
fn the_window_is_open_at_its_beginning_and_closed_at_the_as_of_day() {
    let close = |date: &str| {
        let one = partner("P").sold("2026-01", "1").deal(Won, date, "10", "");
        first(&book(vec![one]), "FY2026", "2026-06-30").whole.close_rates.closed
    };
    assert_eq!(close("2024-06-30"), 0);
    assert_eq!(close("2024-07-01"), 1);
    assert_eq!(close("2026-06-30"), 1);
    assert_eq!(close("2026-07-01"), 0);
}

#[test]
fn from_a_leap_day_the_window_reaches_back_to_the_end_of_february() {
    let one = partner("P").sold("2027-01", "1").deal(Won, "2026-02-28", "10", "").deal(Won, "2026-03-01", "10", "");
    let found = first(&book(vec![one]), "FY2028", "2028-02-29").whole.close_rates;
    assert_eq!((found.after, found.closed), (day("2026-02-28"), 1));
}

#[test]
fn a_rate_stated_in_the_book_comes_first() {
    let mut stated = deals(partner("P"), 5, 15, "100");
    let line = WinRate { segment: segment("Cloud", "").into(), by_value: Some(rate("0.9")), by_count: None };
    let whole = WinRate { segment: SegmentKey::default().into(), by_value: Some(rate("0.2")), by_count: None };
    stated.win_rates = vec![line, whole];
    let found = rates(&book(vec![stated]));
    assert_eq!((found.required_coverage, found.required_coverage_by_count), (Some(rate("5")), Some(rate("4"))));
    assert_eq!(found.close_rates.by_value.source, RateSource::Stated);
}

#[test]
fn deals_worth_nothing_or_less_say_nothing_by_value() {
    let found = rates(&book(vec![deals(deals(partner("P"), 10, 0, "0"), 0, 10, "0")]));
    assert_eq!((found.close_rates.by_value.rate, found.close_rates.by_count.rate), (None, Some(rate("0.5"))));
    let found = rates(&book(vec![deals(deals(partner("P"), 10, 0, "-100"), 0, 10, "300")]));
    assert_eq!(found.close_rates.by_value.rate, None);
}

#[test]
fn a_slippage_buffer_raises_the_required_coverage() {
    let conventions = Conventions { slippage_buffer: rate("0.2"), ..Conventions::default() };
    let book = book(vec![deals(partner("P"), 5, 15, "100")]);
    let found = under(&book, "FY2026", "2026-06-30", conventions, &Given::default()).whole;
    assert_eq!(found.required_coverage, Some(rate("4.8")));
}

#[test]
fn expected_revenue_is_closed_plus_pipeline_times_win_rate() {
    // 1 closed + 400 × 0.25
    let open = deals(partner("P"), 5, 15, "100").deal(OpportunityStatus::Open, "2026-09-01", "400", "");
    assert_eq!(rates(&book(vec![open])).expected_revenue, Some(money("101")));
}
