//! What factors and weights come to.

use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use quotient::quota::{FairShareLine, WeightFault, Weights, assess, fair_share};
use quotient::units::{MAX_MINOR_UNITS, MoneyError, parse_decimal};
use rust_decimal::Decimal;

fn weights(texts: &[&str]) -> Weights {
    Weights::new(&texts.iter().map(|text| parse_decimal(text).unwrap()).collect::<Vec<_>>()).unwrap()
}

#[test]
fn contributions_are_rounded_half_away_from_zero_and_sum_to_the_assessment() {
    // 0.5 × 101 = 50.5 → 51; 0.3 × 75 = 22.5 → 23; 0.2 × 100 = 20
    let line = assess(&[Some(101), Some(75), Some(100)], &weights(&["0.5", "0.3", "0.2"])).unwrap().unwrap();
    assert_eq!(line.contributions.iter().map(|part| part.amount).collect::<Vec<_>>(), [51, 23, 20]);
    assert_eq!(line.amount, 94);
    let negative = assess(&[Some(-101), Some(200)], &weights(&["0.5", "0.5"])).unwrap().unwrap();
    assert_eq!(negative.contributions[0].amount, -51);
}

#[test]
fn the_weight_of_abstaining_factors_is_shared_in_proportion() {
    let line = assess(&[Some(1_000), None, Some(500)], &weights(&["0.6", "0.2", "0.2"])).unwrap().unwrap();
    // 0.75 and 0.25
    assert_eq!(line.contributions[0].weight, Decimal::new(75, 2));
    assert_eq!(line.contributions.iter().map(|part| part.amount).collect::<Vec<_>>(), [750, 0, 125]);
    assert_eq!(line.contributions[1].indicated, None);
}

#[test]
fn zero_counts_with_its_full_weight_but_not_known_does_not() {
    let weights = weights(&["0.5", "0.5"]);
    assert_eq!(assess(&[Some(1_000), Some(0)], &weights).unwrap().unwrap().amount, 500);
    assert_eq!(assess(&[Some(1_000), None], &weights).unwrap().unwrap().amount, 1_000);
}

#[test]
fn when_every_factor_with_a_weight_abstains_there_is_no_assessment() {
    let weights = weights(&["1", "0"]);
    assert_eq!(assess(&[None, None], &weights).unwrap(), None);
    assert_eq!(assess(&[None, Some(5)], &weights).unwrap(), None);
}

#[test]
fn a_negative_assessment_is_raised_to_zero_and_says_by_how_much() {
    let line = assess(&[Some(-300)], &weights(&["1"])).unwrap().unwrap();
    assert_eq!((line.amount, line.raised_by), (0, 300));
}

#[test]
fn weights_must_be_at_least_zero_and_sum_to_exactly_one() {
    let of = |texts: &[&str]| Weights::new(&texts.iter().map(|text| parse_decimal(text).unwrap()).collect::<Vec<_>>());
    assert_eq!(of(&["0.7", "0.4", "-0.1"]), Err(WeightFault::Negative(2)));
    assert_eq!(of(&["0.7", "0.2"]), Err(WeightFault::Sum(Decimal::new(9, 1))));
    assert!(matches!(
        of(&["79228162514264337593543950335", "79228162514264337593543950335"]),
        Err(WeightFault::Sum(_))
    ));
    assert!(of(&[]).is_err());
    // A Decimal sum rounds to 28 digits and would call this 1.
    assert!(of(&["0.9999999999999999999999999999", "0.0000000000000000000000000001"]).is_ok());
    let thirds = ["0.3333333333333333333333333333", "0.3333333333333333333333333333", "0.3333333333333333333333333334"];
    let line = assess(&[Some(MAX_MINOR_UNITS), Some(MAX_MINOR_UNITS), Some(1)], &weights(&thirds)).unwrap().unwrap();
    assert_eq!(line.contributions[0].amount, 3_000_000_000_000_000);
}

#[test]
fn amounts_out_of_range_are_refused() {
    assert_eq!(assess(&[Some(MAX_MINOR_UNITS + 1)], &weights(&["1"])), Err(MoneyError::OutOfRange));
    assert_eq!(assess(&[Some(i128::MIN)], &weights(&["1"])), Err(MoneyError::OutOfRange));
}

#[test]
fn fair_share_distributes_the_amount_by_weighted_shares() {
    // History 300 : 100 with 0.6, market 50 : 150 with 0.4: 0.75 × 0.6 + 0.25 × 0.4 = 0.55 of 1,000.
    let weights = weights(&["0.6", "0.4"]);
    let lines = [
        FairShareLine { indicated: &[Some(300), Some(50)], weights: &weights },
        FairShareLine { indicated: &[Some(100), Some(150)], weights: &weights },
    ];
    let shares = fair_share(&lines, 1_000).unwrap();
    let amounts: Vec<i128> = shares.iter().flatten().map(|line| line.amount).collect();
    assert_eq!(amounts, [550, 450]);
    assert_eq!(shares[0].as_ref().unwrap().contributions[0].amount, 450);
}

#[test]
fn a_factor_that_is_zero_for_everybody_counts_as_abstained() {
    let weights = weights(&["0.6", "0.4"]);
    let lines = [
        FairShareLine { indicated: &[Some(300), Some(0)], weights: &weights },
        FairShareLine { indicated: &[Some(100), Some(-7)], weights: &weights },
    ];
    let shares = fair_share(&lines, 1_000).unwrap();
    let amounts: Vec<i128> = shares.iter().flatten().map(|line| line.amount).collect();
    assert_eq!(amounts, [750, 250]);
    assert_eq!(shares[0].as_ref().unwrap().contributions[1].indicated, None);
}

#[test]
fn a_negative_indication_has_no_negative_share() {
    let weights = weights(&["1"]);
    let lines = [
        FairShareLine { indicated: &[Some(-100)], weights: &weights },
        FairShareLine { indicated: &[Some(100)], weights: &weights },
        FairShareLine { indicated: &[None], weights: &weights },
    ];
    let shares = fair_share(&lines, 1_000).unwrap();
    let amounts: Vec<Option<i128>> = shares.iter().map(|line| line.as_ref().map(|line| line.amount)).collect();
    assert_eq!(amounts, [Some(0), Some(1_000), None]);
}

fn any_weights(factors: usize) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(0..1_000_i64, factors - 1).prop_map(|mut cuts| {
        cuts.extend([0, 1_000]);
        cuts.sort_unstable();
        cuts.windows(2).map(|pair| pair[1] - pair[0]).collect()
    })
}

fn as_weights(thousandths: &[i64]) -> Weights {
    Weights::new(&thousandths.iter().map(|part| Decimal::new(*part, 3)).collect::<Vec<_>>()).unwrap()
}

proptest! {
    #[test]
    fn contributions_agree_with_exact_rationals(
        parts in any_weights(4), values in prop::collection::vec(prop::option::of(-MAX_MINOR_UNITS..=MAX_MINOR_UNITS), 4),
    ) {
        let Ok(Some(line)) = assess(&values, &as_weights(&parts)) else { return Ok(()) };
        let active: i64 = parts.iter().zip(&values).filter(|(_, value)| value.is_some()).map(|(part, _)| *part).sum();
        for (index, part) in line.contributions.iter().enumerate() {
            let exact = BigRational::new(
                BigInt::from(values[index].unwrap_or(0)) * BigInt::from(parts[index]), BigInt::from(active),
            );
            // BigRational::round goes half away from zero.
            prop_assert_eq!(BigInt::from(part.amount), exact.round().to_integer());
        }
        let sum: i128 = line.contributions.iter().map(|part| part.amount).sum();
        prop_assert_eq!(line.amount, sum + line.raised_by);
        prop_assert!(line.amount == sum.max(0));
    }

    #[test]
    fn a_factor_without_weight_has_no_effect(
        parts in any_weights(3), values in prop::collection::vec(prop::option::of(0..1_000_000_i128), 3),
        other in prop::option::of(-1_000_000..1_000_000_i128), amount in 0..1_000_000_i128,
    ) {
        let with = as_weights(&[parts[0], parts[1], parts[2], 0]);
        let without = as_weights(&parts);
        let more: Vec<Option<i128>> = values.iter().copied().chain([other]).collect();
        let amount_of = |line: Option<quotient::quota::Assessment>| line.map(|line| line.amount);
        prop_assert_eq!(amount_of(assess(&more, &with).unwrap()), amount_of(assess(&values, &without).unwrap()));
        let shared = |indicated, weights| fair_share(&[FairShareLine { indicated, weights }], amount).unwrap().remove(0);
        prop_assert_eq!(amount_of(shared(&more, &with)), amount_of(shared(&values, &without)));
    }

    #[test]
    fn fair_shares_without_abstentions_sum_to_the_amount_up_to_rounding(
        parts in any_weights(3), lines in prop::collection::vec(prop::array::uniform3(1..1_000_000_000_i128), 1..9),
        amount in 0..=1_000_000_000_000_000_i128,
    ) {
        let weights = as_weights(&parts);
        let indicated: Vec<Vec<Option<i128>>> = lines.iter().map(|line| line.iter().copied().map(Some).collect()).collect();
        let open: Vec<FairShareLine<'_>> =
            indicated.iter().map(|indicated| FairShareLine { indicated, weights: &weights }).collect();
        let sum: i128 = fair_share(&open, amount).unwrap().into_iter().flatten().map(|line| line.amount).sum();
        // Half a unit a contribution at most.
        prop_assert!((sum - amount).abs() * 2 <= 3 * lines.len() as i128);
    }
}
