//! Reporting periods: rows and columns.

use super::oracle::{Dice, whole};
use num_rational::BigRational;
use num_traits::Signed;
use proptest::prelude::*;
use quotient::quota::{Phasing, PhasingFault, ShareFault, Shares, phase, seasonality};
use quotient::units::MAX_MINOR_UNITS;
use rust_decimal::Decimal;

/// Rows sum to the quota, no amount is negative or more than a unit off, columns are within a unit, odd rests are last.
fn assert_phased(lines: &[(i128, &Shares)], unit: i128, phased: &Phasing) {
    let periods = lines[0].1.parts().len();
    let mut columns = vec![BigRational::from_integer(0.into()); periods];
    let mut odd = vec![0_i128; periods];
    for (line, (quota, shares)) in lines.iter().enumerate() {
        let row = phased.row(line);
        assert_eq!(row.iter().sum::<i128>(), *quota, "row {line}");
        let total: i128 = shares.parts().iter().sum();
        let last = shares.parts().iter().rposition(|share| *share > 0).unwrap();
        for (period, amount) in row.iter().enumerate() {
            let whole_part = amount - if period == last { quota % unit } else { 0 };
            let due = whole(quota / unit * unit) * whole(shares.parts()[period]) / whole(total);
            assert_eq!(whole_part % unit, 0, "row {line}, period {period}");
            assert!((whole(whole_part) - &due).abs() < whole(unit), "row {line}, period {period}");
            assert!(*amount >= 0);
            columns[period] += due;
        }
        odd[last] += quota % unit;
    }
    for (period, column) in phased.columns().iter().enumerate() {
        let off = whole(column - odd[period]) - &columns[period];
        // Columns are carried along in 2^-40 units.
        assert!(off.abs() < whole(unit) + BigRational::new(1.into(), 1_000_000.into()), "period {period}: {off}");
    }
}

#[test]
fn columns_follow_the_shares_although_each_row_is_rounded() {
    // Ten quotas of 1,000 in four periods, in units of 1,000: 10,000 is 2,500 a period.
    let even = Shares::even(4);
    let lines = [(1_000, &even); 10];
    let phased = phase(&lines, 1_000).unwrap();
    assert_eq!(phased.columns(), [3_000, 3_000, 2_000, 2_000]);
    assert_phased(&lines, 1_000, &phased);
}

#[test]
fn the_odd_rest_of_a_quota_goes_to_its_last_period() {
    let shares = Shares::new(&[1, 1, 2, 0]).unwrap();
    assert_eq!(phase(&[(4_007, &shares)], 1_000).unwrap().row(0), [1_000, 1_000, 2_007, 0]);
    assert_eq!(phase(&[(7, &shares)], 1_000).unwrap().row(0), [0, 0, 7, 0]);
}

#[test]
fn shares_are_not_negative_and_not_all_zero() {
    assert_eq!(Shares::new(&[1, -1]), Err(ShareFault::Negative(1)));
    assert_eq!(Shares::new(&[0, 0]), Err(ShareFault::AllZero));
    assert_eq!(Shares::new(&[]), Err(ShareFault::AllZero));
    assert_eq!(Shares::new(&[i128::MAX, i128::MAX - 1]), Err(ShareFault::TooFine));
    assert_eq!(Shares::from_rates(&[Decimal::MAX, Decimal::new(1, 28)]), Err(ShareFault::TooFine));
    assert_eq!(Shares::from_rates(&[Decimal::new(25, 2), Decimal::new(75, 2)]).unwrap().parts(), [1, 3]);
    assert_eq!(Shares::new(&[2, 4, 6]).unwrap().stretch(1, 2).unwrap().parts(), [2, 3]);
    assert_eq!(Shares::new(&[2, 4, 0]).unwrap().stretch(2, 1), None);
    assert_eq!(Shares::new(&[2, 4, 0]).unwrap().stretch(2, usize::MAX), None);
}

#[test]
fn input_out_of_range_is_refused() {
    let (two, three) = (Shares::even(2), Shares::even(3));
    assert_eq!(phase(&[(-1, &two)], 1), Err(PhasingFault::Quota(0)));
    assert_eq!(phase(&[(1, &two), (1, &three)], 1), Err(PhasingFault::Periods(1)));
    assert_eq!(phase(&[(1, &two)], 0), Err(PhasingFault::Unit));
    assert_eq!(phase(&[], 1).unwrap().columns(), []);
}

#[test]
fn seasonality_needs_a_whole_year_without_a_period_of_negative_total() {
    assert_eq!(seasonality(&[1, 2, 3], 0, 4), None);
    assert_eq!(seasonality(&[1, 2, 3, -4], 0, 4), None);
    assert_eq!(seasonality(&[0, 0, 0, 0], 0, 4), None);
    assert_eq!(seasonality(&[1], 0, 0), None);
    // Two years: a negative quarter is made up for by the other year.
    let shares = seasonality(&[10, 10, 10, -5, 10, 10, 10, 15], 0, 4).unwrap();
    assert_eq!(shares.parts(), [2, 2, 2, 1]);
    // From the third quarter on: Q3, Q4, Q1, Q2.
    assert_eq!(seasonality(&[30, 40, 10, 20], 2, 4).unwrap().parts(), [1, 2, 3, 4]);
}

#[test]
fn a_ramp_keeps_its_last_value_and_must_leave_something() {
    let season = Shares::new(&[1, 1, 1, 3]).unwrap();
    assert_eq!(season.ramped(&[Decimal::ZERO, Decimal::new(5, 1)]).unwrap().parts(), [0, 1, 1, 3]);
    assert_eq!(season.ramped(&[]).unwrap(), season);
    assert_eq!(season.ramped(&[Decimal::ZERO]), None);
    assert_eq!(season.ramped(&[Decimal::NEGATIVE_ONE]), None);
}

#[test]
fn the_largest_amounts_stay_exact() {
    let fine = Shares::new(&[999_999_999_999_999_989, 1_000_000_000_000_000_000, 3]).unwrap();
    let lines = [(MAX_MINOR_UNITS, &fine); 5];
    assert_phased(&lines, 1, &phase(&lines, 1).unwrap());
}

#[test]
fn columns_hold_where_shares_differ_from_line_to_line() {
    for case in 0..600 {
        let mut dice = Dice::new(case);
        let periods = 2 + dice.up_to(6) as usize;
        let unit = *dice.pick(&[1, 10, 1_000]);
        let share = |dice: &mut Dice| if dice.once_in(2) { 0 } else { dice.up_to(9) };
        let shares: Vec<Shares> = (0..40)
            .map(|_| {
                let mut parts: Vec<i128> = (0..periods).map(|_| share(&mut dice)).collect();
                parts[dice.up_to(periods as i128 - 1) as usize] += 1;
                Shares::new(&parts).unwrap()
            })
            .collect();
        let lines: Vec<(i128, &Shares)> = shares.iter().map(|shares| (dice.up_to(unit * 5), shares)).collect();
        assert_phased(&lines, unit, &phase(&lines, unit).unwrap());
    }
}

#[test]
fn columns_hold_where_lines_turn_against_those_before() {
    // All columns are left owed alike, then ever fewer of them have a share: line by line alone, the last would run off.
    let parts = |periods: usize, from: usize| (0..periods).map(|period| i128::from(period >= from)).collect::<Vec<_>>();
    for periods in 3..13 {
        let shares: Vec<Shares> = (0..periods - 1).map(|from| Shares::new(&parts(periods, from)).unwrap()).collect();
        for repeated in 1..4 {
            let lines: Vec<(i128, &Shares)> =
                shares.iter().flat_map(|shares| std::iter::repeat_n((1, shares), repeated)).collect();
            assert_phased(&lines, 1, &phase(&lines, 1).unwrap());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn rows_and_columns_hold_for_the_same_shares(
        shares in prop::collection::vec(0..1_000_i128, 1..13), quotas in prop::collection::vec(0..1_000_000_i128, 1..30),
    ) {
        let Ok(shares) = Shares::new(&shares) else { return Ok(()) };
        let lines: Vec<(i128, &Shares)> = quotas.into_iter().map(|quota| (quota, &shares)).collect();
        assert_phased(&lines, 1_000, &phase(&lines, 1_000).unwrap());
    }
}
