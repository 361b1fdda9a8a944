use super::*;
use quotient::quota::Grain;

fn rolled(book: &PartnerBook, conventions: Conventions) -> Rollup {
    let given = Given::default();
    let standings = Standings::new(book, period("FY2026"), day("2026-12-31"), conventions, &given).unwrap();
    standings.roll_up(&Dimension::ALL, RollupRules::default()).unwrap().0
}

fn simple(id: &str, quota: &str, actual: &str) -> Partner {
    partner(id).quota("FY2026", quota).sold("2026-01", actual)
}

#[test]
fn group_attainment_is_sum_over_sum_not_the_mean_of_ratios() {
    // 90 ÷ 100 and 500 ÷ 1000: together 590 ÷ 1100, not 0.7.
    let rollup = rolled(&book(vec![simple("A", "100", "90"), simple("B", "1000", "500")]), Conventions::default());
    let channel = rollup.channel().unwrap();
    assert_eq!((channel.actual, channel.quota), (Some(money("590")), Some(money("1100"))));
    assert_eq!(channel.attainment, money("590").ratio_to(money("1100")));
}

#[test]
fn partners_without_a_quota_are_counted_apart() {
    let sold = partner("B").sold("2026-01", "70");
    let partners = vec![simple("A", "60", "54"), sold, simple("C", "0", "5"), simple("D", "40", "36")];
    let rollup = rolled(&book(partners), Conventions::default());
    let channel = rollup.channel().unwrap();
    assert_eq!((channel.partners, channel.with_quota, channel.zero_quota, channel.without_quota), (4, 3, 1, 1));
    assert_eq!((channel.actual, channel.actual_without_quota), (Some(money("95")), money("70")));
    assert_eq!(channel.attainment, Some(rate("0.95")));
    assert_eq!(channel.bands, Bands { threshold: 2, ..Bands::default() });
}

#[test]
fn a_group_without_any_quota_has_no_attainment() {
    let rollup = rolled(&book(vec![partner("B").sold("2026-01", "70")]), Conventions::default());
    let channel = rollup.channel().unwrap();
    assert_eq!((channel.quota, channel.actual, channel.attainment), (None, None, None));
    assert_eq!((channel.at_quota_by_count, channel.at_quota_by_revenue), (None, None));
}

#[test]
fn bands_begin_at_their_cut_points() {
    let cases = [
        ("79.99", Bands { below_threshold: 1, ..Bands::default() }),
        ("80", Bands { threshold: 1, ..Bands::default() }),
        ("99.99", Bands { threshold: 1, ..Bands::default() }),
        ("100", Bands { target: 1, ..Bands::default() }),
        ("119.99", Bands { target: 1, ..Bands::default() }),
        ("120", Bands { excellence: 1, ..Bands::default() }),
        ("-5", Bands { below_threshold: 1, ..Bands::default() }),
    ];
    for (actual, bands) in cases {
        let rollup = rolled(&book(vec![simple("A", "100", actual)]), Conventions::default());
        assert_eq!(rollup.channel().unwrap().bands, bands, "{actual}");
    }
}

#[test]
fn the_share_at_quota_is_given_by_count_and_by_revenue() {
    // One of four at quota, with 300 of 500 revenue.
    let partners =
        vec![simple("A", "300", "300"), simple("B", "100", "80"), simple("C", "100", "70"), simple("D", "100", "50")];
    let rollup = rolled(&book(partners), Conventions::default());
    let channel = rollup.channel().unwrap();
    assert_eq!((channel.at_quota_by_count, channel.at_quota_by_revenue), (Some(rate("0.25")), Some(rate("0.6"))));
}

#[test]
fn the_shortfall_names_how_few_partners_make_most_of_it() {
    // Short by 50, 30, 10, 10 of 100: one partner makes 50 %, two make 80 %; E is above quota and offsets nothing.
    let short = |id, actual| simple(id, "100", actual);
    let partners = vec![short("A", "90"), short("B", "50"), short("C", "70"), short("D", "90"), short("E", "500")];
    let rollup = rolled(&book(partners), Conventions::default());
    let shortfall = &rollup.channel().unwrap().shortfall;
    assert_eq!((shortfall.total, shortfall.partners), (money("100"), 4));
    assert_eq!((shortfall.half, shortfall.four_fifths), (1, 2));
    let names: Vec<_> = shortfall.largest.iter().map(|short| &*short.partner_id).collect();
    assert_eq!(names, ["B", "C", "A", "D"]);
}

#[test]
fn linearity_compares_months_with_even_ones() {
    // Of 400 in four months: 100, 0, 300, 0. Away from even (0.25): ½ × (0 + 0.25 + 0.5 + 0.25) = 0.5.
    let book = book(vec![partner("A").sold("2026-01", "100").sold("2026-03", "300")]);
    let given = Given::default();
    let standings = Standings::new(&book, period("FY2026"), day("2026-04-30"), Conventions::default(), &given).unwrap();
    let (rollup, _) = standings.roll_up(&[Dimension::Channel], RollupRules::default()).unwrap();
    let linearity = rollup.channel().unwrap().linearity.clone().unwrap();
    assert_eq!((linearity.even_share, linearity.deviation), (rate("0.25"), rate("0.5")));
    let shares: Vec<Rate> = linearity.months.iter().map(|month| month.share).collect();
    assert_eq!(shares, [rate("0.25"), Rate::ZERO, rate("0.75"), Rate::ZERO]);
}

#[test]
fn who_consistently_meets_and_who_misses_is_named() {
    let record = |id: &str, actuals: [&str; 4]| {
        let mut partner = partner(id).sold("2022-01", "0");
        for (year, actual) in (2022..).zip(actuals) {
            partner = partner.quota(&format!("FY{year}"), "100").sold(&format!("{year}-06"), actual);
        }
        partner
    };
    let partners = vec![
        record("always", ["100", "110", "120", "100"]),
        record("mostly", ["100", "110", "99", "100"]),
        record("half", ["100", "110", "99", "99"]),
        record("never", ["1", "2", "3", "4"]),
        partner("new").quota("FY2025", "100").sold("2025-01", "200"),
    ];
    let rollup = rolled(&book(partners), Conventions::default());
    assert_eq!(rollup.consistently_at_quota, ["always".into(), "mostly".into()]);
    assert_eq!(rollup.consistently_below_quota, ["never".into()]);
    assert_eq!(rollup.channel().unwrap().consistently_at_quota, 2);
}

#[test]
fn lines_are_rolled_up_by_their_own_territory_and_product_line() {
    let (servers, cloud) = (segment("Servers", "North"), segment("Cloud", "South"));
    let sold = partner("P").quota_in("FY2026", servers.clone(), "100").quota_in("FY2026", cloud.clone(), "300");
    let sold = sold.sold_in("2026-01", servers, "60").sold_in("2026-02", cloud, "150");
    let sold = sold.sold_in("2026-02", segment("Cloud", "North"), "7");
    let conventions = Conventions { grain: Grain::ProductLineTerritory, ..Conventions::default() };
    let rollup = rolled(&book(vec![sold]), conventions);
    let of = |dimension, name: &str| rollup.by(dimension).find(|group| group.name.as_deref() == Some(name)).unwrap();
    assert_eq!(of(Dimension::Territory, "North").attainment, Some(rate("0.6")));
    assert_eq!(of(Dimension::Territory, "North").actual_without_quota, money("7"));
    assert_eq!(of(Dimension::Territory, "South").attainment, Some(rate("0.5")));
    assert_eq!(of(Dimension::ProductLine, "Cloud").quota, Some(money("300")));
    assert_eq!(of(Dimension::ProductLine, "Cloud").actual_without_quota, money("7"));
    assert_eq!(of(Dimension::Tier, "Gold").attainment, Some(rate("0.525")));
}

#[test]
fn the_forecast_gap_of_a_group_leaves_out_who_gave_no_forecast() {
    let told = simple("A", "100", "1").forecast("FY2026", "2026-01-01", "80");
    let rollup = rolled(&book(vec![told, simple("B", "1000", "1")]), Conventions::default());
    let channel = rollup.channel().unwrap();
    assert_eq!((channel.forecast_gap, channel.forecast_partners), (Some(money("-20")), 1));
    assert_eq!(channel.forecast_gap_share, Some(rate("-0.2")));
}

#[test]
fn reporting_periods_are_rolled_up_side_by_side() {
    let quarters = partner("A").quota("FY2026-Q1", "100").quota("FY2026-Q2", "200");
    let book = book(vec![quarters.sold("2026-01", "50").sold("2026-06", "300")]);
    let given = Given::default();
    let by = &[Dimension::ReportingPeriod];
    let mut year = RollupBuilder::new(by, RollupRules::default(), Currency::USD);
    for label in ["FY2026-Q1", "FY2026-Q2"] {
        let conventions = Conventions::default();
        let standings = Standings::new(&book, period(label), day("2026-06-30"), conventions, &given).unwrap();
        year.merge(standings.gather(by, RollupRules::default()).unwrap().0).unwrap();
    }
    let attained: Vec<_> = year.finish().unwrap().groups.iter().map(|group| group.attainment).collect();
    assert_eq!(attained, [Some(rate("0.5")), Some(rate("1.5"))]);
}
