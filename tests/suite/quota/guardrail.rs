//! Which of several bounds holds.

use proptest::prelude::*;
use quotient::quota::{Bound, GuardrailKind, Guardrails, Side, settle};

fn bound(kind: GuardrailKind, side: Side, amount: i128) -> Bound {
    Bound { kind, side, amount, reason: "because".into() }
}

fn held(bounds: &[Bound]) -> (Option<i128>, Option<i128>, usize) {
    let held: Guardrails = settle(bounds.to_vec());
    (held.floor.map(|floor| floor.amount), held.ceiling.map(|ceiling| ceiling.amount), held.gave_way.len())
}

#[test]
fn the_addressable_market_is_stronger_than_the_tier_minimum() {
    let bounds = [
        bound(GuardrailKind::TierMinimum, Side::Floor, 500),
        bound(GuardrailKind::AddressableMarket, Side::Ceiling, 300),
    ];
    assert_eq!(held(&bounds), (Some(300), Some(300), 1));
}

#[test]
fn a_growth_limit_below_the_tier_minimum_gives_way_no_further_than_the_minimum() {
    let bounds =
        [bound(GuardrailKind::TierMinimum, Side::Floor, 500), bound(GuardrailKind::GrowthLimit, Side::Ceiling, 300)];
    assert_eq!(held(&bounds), (Some(500), Some(500), 1));
}

#[test]
fn of_one_kind_and_side_the_tighter_holds_and_the_looser_did_not_give_way() {
    let bounds = [
        bound(GuardrailKind::Factor, Side::Floor, 100),
        bound(GuardrailKind::Factor, Side::Floor, 200),
        bound(GuardrailKind::Factor, Side::Ceiling, 900),
        bound(GuardrailKind::Factor, Side::Ceiling, 800),
    ];
    assert_eq!(held(&bounds), (Some(200), Some(800), 0));
}

#[test]
fn the_tighter_of_one_kind_gives_way_to_the_nearest_amount_allowed() {
    let bounds = [
        bound(GuardrailKind::Factor, Side::Floor, 400),
        bound(GuardrailKind::Factor, Side::Floor, 200),
        bound(GuardrailKind::AddressableMarket, Side::Ceiling, 300),
    ];
    assert_eq!(held(&bounds), (Some(300), Some(300), 1));
}

#[test]
fn between_equals_the_ceiling_holds() {
    let bounds = [bound(GuardrailKind::Factor, Side::Floor, 400), bound(GuardrailKind::Factor, Side::Ceiling, 300)];
    assert_eq!(held(&bounds), (Some(300), Some(300), 1));
}

#[test]
fn a_ceiling_below_zero_gives_way_and_a_floor_of_zero_says_nothing() {
    let bounds =
        [bound(GuardrailKind::GrowthLimit, Side::Ceiling, -5), bound(GuardrailKind::TierMinimum, Side::Floor, 0)];
    assert_eq!(held(&bounds), (None, Some(0), 1));
    assert_eq!(held(&[bound(GuardrailKind::Factor, Side::Floor, i128::MIN)]), (None, None, 0));
    assert_eq!(held(&[bound(GuardrailKind::Factor, Side::Ceiling, 0)]), (None, Some(0), 0));
}

proptest! {
    #[test]
    fn every_bound_holds_or_gave_way_in_any_order(
        given in prop::collection::vec((0..4_usize, any::<bool>(), -50..200_i128), 0..8), turn in 0..8_usize,
    ) {
        let side = |floor| if floor { Side::Floor } else { Side::Ceiling };
        let mut bounds: Vec<Bound> =
            given.iter().map(|(kind, floor, amount)| bound(GuardrailKind::ALL[*kind], side(*floor), *amount)).collect();
        let settled = settle(bounds.clone());
        let (lowest, highest) = (settled.lowest(), settled.highest());
        prop_assert!(highest.is_none_or(|highest| lowest <= highest));
        for bound in &bounds {
            let holds = match bound.side {
                Side::Floor => lowest >= bound.amount,
                Side::Ceiling => highest.is_some_and(|highest| highest <= bound.amount),
            };
            prop_assert!(holds != settled.gave_way.contains(bound));
        }
        if !bounds.is_empty() {
            let turn = turn % bounds.len();
            bounds.rotate_left(turn);
        }
        prop_assert_eq!(settle(bounds), settled);
    }
}
