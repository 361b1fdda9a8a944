//! Search for weights and choice among them, on errors that are known in closed form.

use super::rate;
use quotient::quality::{PartnerError, Region, Search, standard_error, wape};
use quotient::units::Rate;
use std::convert::Infallible;

fn weights(first: &str, second: &str) -> Vec<Rate> {
    vec![rate(first).unwrap(), rate(second).unwrap()]
}

/// A search whose error is the distance of the first weight from 0.6.
fn searched() -> Search {
    let truth = rate("0.6").unwrap();
    Search::run(&weights("0.50", "0.50"), &[], |weights| Ok::<_, Infallible>((weights[0] - truth).abs())).unwrap()
}

#[test]
fn the_search_ends_at_the_smallest_error() {
    let found = searched();
    assert_eq!((found.best.clone(), found.tried[&found.best]), (weights("0.6", "0.4"), Rate::ZERO));
    assert!(found.tried.keys().all(|weights| weights.iter().sum::<Rate>() == Rate::ONE), "weights keep their sum");
}

#[test]
fn one_standard_error_of_patience_stays_near_the_present_setting() {
    let found = searched();
    // 0.5 has an error of 0.1, 0.55 one of 0.05, 0.6 none.
    for (patience, first) in [("0", "0.6"), ("0.049", "0.6"), ("0.05", "0.55"), ("0.099", "0.55"), ("0.1", "0.5")] {
        assert_eq!(found.chosen(rate(patience).unwrap())[0], rate(first).unwrap(), "{patience}");
    }
}

#[test]
fn one_factor_and_a_failing_score_end_the_search() {
    let one = Search::run(&[Rate::ONE], &[], |_| Ok::<_, Infallible>(Rate::TWO)).unwrap();
    assert_eq!((one.tried.len(), one.chosen(Rate::ZERO)), (1, &[Rate::ONE][..]));
    assert_eq!(Search::run(&weights("0.5", "0.5"), &[], |_| Err::<Rate, _>("no book")), Err("no book"));
}

#[test]
fn a_number_is_tried_in_short_steps_inside_its_region() {
    // 20, 10 and 5 hundredths of the region, down to 1, 2 or 5 times a power of ten: of 400 that is 50, 20 and 20.
    let cases = [
        (["0", "400"], false, "100", vec!["50", "80", "100", "120", "150"]),
        (["0", "400"], false, "390", vec!["340", "370", "390", "400"]),
        (["0", "10"], true, "5", vec!["3", "4", "5", "6", "7"]),
        (["0", "0.1"], false, "0.05", vec!["0.03", "0.04", "0.045", "0.05", "0.055", "0.06", "0.07"]),
    ];
    for ([low, high], is_whole, value, expected) in cases {
        let [low, high, value] = [low, high, value].map(|text| rate(text).unwrap());
        let region = Region { low, high, is_whole };
        let found = Search::run(&[value], &[region], |_| Ok::<_, Infallible>(Rate::ONE)).unwrap();
        let tried: Vec<String> = found.tried.keys().map(|setting| setting[0].to_string()).collect();
        assert_eq!(tried, expected);
    }
}

#[test]
fn errors_are_not_known_without_revenue_or_with_one_partner() {
    let of = |error, actual| PartnerError { error, actual };
    assert_eq!((wape(&[]), wape(&[of(5, 0)]), wape(&[of(5, -1)])), (None, None, None));
    assert_eq!((wape(&[of(5, 20)]), standard_error(&[of(5, 20)])), (rate("0.25"), None));
    // All partners alike: nothing varies.
    assert_eq!(standard_error(&[of(5, 20); 9]), rate("0"));
}
