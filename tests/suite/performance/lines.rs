//! Figures of the lines of a partner, where lines and the whole differ.

use super::*;
use quotient::quota::Grain;

fn by_product_line() -> Conventions {
    Conventions { grain: Grain::ProductLine, ..Conventions::default() }
}

#[test]
fn quotas_of_lines_add_up_in_full_and_in_force() {
    // Cloud is in force for the second half only: 184 of 365 days.
    let lines = partner("P").quota_in("FY2026", segment("Servers", ""), "365");
    let lines = lines.quota_in("FY2026", segment("Cloud", ""), "730").sold_in("2026-01", segment("Servers", ""), "1");
    let terms = QuotaTerms { effective_from: Some(day("2026-07-01")), ..QuotaTerms::default() };
    let mut given = Given::default();
    given.terms.insert("P".into(), [(segment("Cloud", ""), terms)].into());
    let found = under(&book(vec![lines]), "FY2026", "2026-06-30", by_product_line(), &given);
    assert_eq!(found.whole.quota_detail.as_ref().map(|quota| quota.full), Some(money("1095")));
    assert_eq!(found.whole.quota, Some(money("733")));
}

#[test]
fn the_season_of_a_line_is_its_own_revenue_only() {
    let (early, late) = (segment("Early", ""), segment("Late", ""));
    let mut sold = partner("P").quota_in("FY2026", early.clone(), "1000").quota_in("FY2026", late.clone(), "1000");
    for month in 1..=12 {
        let text = format!("2025-{month:02}");
        sold = sold.sold_in(&text, early.clone(), if month <= 6 { "15" } else { "5" });
        sold = sold.sold_in(&text, late.clone(), if month <= 6 { "5" } else { "15" });
    }
    let found = under(&book(vec![sold]), "FY2026", "2026-06-30", by_product_line(), &Given::default());
    let line = |wanted: &SegmentKey| found.lines.iter().find(|line| line.segment == *wanted).unwrap();
    assert_eq!(line(&early).standing.pacing.elapsed_share, Some(rate("0.75")));
    assert_eq!(line(&late).standing.pacing.elapsed_share, Some(rate("0.25")));
}

#[test]
fn a_line_that_began_late_takes_the_season_of_the_year_it_has() {
    // Two years of the book, the line has the last one only: its year is its season, not half of each.
    let (old, new) = (segment("Old", ""), segment("New", ""));
    let mut sold = partner("P").quota_in("FY2026", new.clone(), "100");
    for month in 1..=12 {
        sold = sold.sold_in(&format!("2024-{month:02}"), old.clone(), "10");
        sold = sold.sold_in(&format!("2025-{month:02}"), new.clone(), if month <= 3 { "30" } else { "10" });
    }
    let found = under(&book(vec![sold]), "FY2026", "2026-03-31", by_product_line(), &Given::default());
    let line = found.lines.iter().find(|line| line.segment == new).unwrap();
    assert_eq!(line.standing.pacing.basis, Some(PacingBasis::OwnSeasonality));
    assert_eq!(line.standing.pacing.elapsed_share, Some(rate("0.5")));
}

#[test]
fn a_line_that_began_inside_the_latest_year_takes_the_season_of_the_channel() {
    // The partner has sold for two years, this line since July only.
    let (old, new) = (segment("Old", ""), segment("New", ""));
    let mut sold = partner("P").quota_in("FY2026", new.clone(), "100");
    for month in 1..=12 {
        sold = sold.sold_in(&format!("2024-{month:02}"), old.clone(), "10");
        sold = sold.sold_in(&format!("2025-{month:02}"), if month < 7 { old.clone() } else { new.clone() }, "10");
    }
    let found = under(&book(vec![sold]), "FY2026", "2026-03-31", by_product_line(), &Given::default());
    let line = found.lines.iter().find(|line| line.segment == new).unwrap();
    assert_eq!(line.standing.pacing.basis, Some(PacingBasis::ChannelSeasonality));
}

#[test]
fn a_month_that_is_missing_before_a_line_began_does_not_change_its_season() {
    // Nothing is known of March 2024; the line has the year 2025 alone, evenly.
    let (old, new) = (segment("Old", ""), segment("New", ""));
    let mut sold = partner("P").quota_in("FY2026", new.clone(), "100");
    for month in 1..=12 {
        if month != 3 {
            sold = sold.sold_in(&format!("2024-{month:02}"), old.clone(), "10");
        }
        sold = sold.sold_in(&format!("2025-{month:02}"), new.clone(), "10");
    }
    let found = under(&book(vec![sold]), "FY2026", "2026-03-31", by_product_line(), &Given::default());
    let line = found.lines.iter().find(|line| line.segment == new).unwrap();
    assert_eq!(line.standing.pacing.elapsed_share, Some(rate("0.25")));
}

#[test]
fn a_season_needs_twelve_months() {
    let months = |count: usize| {
        let sold = (0..count).fold(partner("P").quota("FY2026", "1000"), |sold, back| {
            let month = "2025-12".parse::<Month>().unwrap().plus(-(back as i32));
            sold.sold(&month.to_string(), "10")
        });
        first(&book(vec![sold]), "FY2026", "2026-06-30").whole.pacing.basis
    };
    assert_eq!(months(12), Some(PacingBasis::OwnSeasonality));
    assert_eq!(months(11), Some(PacingBasis::EvenByDays));
}

#[test]
fn revenue_after_the_as_of_day_makes_no_line() {
    let (now, later) = (segment("Now", ""), segment("Later", ""));
    let sold = partner("P").quota_in("FY2026", now.clone(), "10").sold_in("2026-01", now.clone(), "1");
    let sold = sold.sold_in("2026-05", later.clone(), "1").sold_in("2026-03", segment("Before", ""), "1");
    let found = under(&book(vec![sold]), "FY2026", "2026-03-31", by_product_line(), &Given::default());
    let lines: Vec<&SegmentKey> = found.lines.iter().map(|line| &line.segment).collect();
    assert_eq!(lines, [&segment("Before", ""), &now]);
}

#[test]
fn revenue_of_a_month_that_is_not_complete_makes_no_line() {
    let line = segment("Servers", "");
    let sold = partner("P").quota_in("FY2026", line.clone(), "10").sold_in("2026-01", segment("Cloud", ""), "1");
    let lines = |as_of| {
        let found = under(&book(vec![sold.clone()]), "FY2026", as_of, by_product_line(), &Given::default());
        found.lines.iter().map(|line| line.segment.clone()).collect::<Vec<SegmentKey>>()
    };
    assert_eq!(lines("2026-01-30"), std::slice::from_ref(&line));
    assert_eq!(lines("2026-01-31"), [segment("Cloud", ""), line]);
}
