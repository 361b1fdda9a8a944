//! Why a table concluded what it did, and what would have changed it.

use super::{one, table, values};
use quotient::decision::table::{Direction, Outcome, Value};

const BONUS: &str = "\
FIRST,tier,attainment,-> bonus,because
,Gold,>= 1,0.05,target reached
,\"Gold, Silver\",[0.8..1),0.02,threshold reached
,-,-,0,no bonus
";

#[test]
fn every_matching_row_is_named_with_its_values_and_cells() {
    let decision = table(BONUS).decide(&values("Gold 0.8")).unwrap();
    let reasons = decision.reasons();
    assert_eq!(
        reasons.iter().map(|reason| (reason.row, reason.is_decisive)).collect::<Vec<_>>(),
        [(3, true), (4, false)]
    );
    let words: Vec<String> =
        reasons[0].conditions.iter().map(|met| format!("{}={} meets {}", met.column, met.value, met.cell)).collect();
    assert_eq!(words, ["tier=Gold meets Gold, Silver", "attainment=0.8 meets [0.8..1)"]);
    assert!(reasons[1].conditions.is_empty());
    assert_eq!(decision.output("bonus"), Some(&values("0.02")[0]));
    assert_eq!(decision.output("unknown"), None);
}

#[test]
fn rows_that_fail_in_one_condition_say_which_value_they_need() {
    let decision = table(BONUS).decide(&values("Gold 0.75")).unwrap();
    let near = decision.nearest();
    assert_eq!(near.iter().map(|near| near.row).collect::<Vec<_>>(), [2, 3]);
    let target = &near[0].targets[0];
    assert_eq!((target.direction, &target.value, target.is_included), (Direction::Raise, &values("1")[0], true));
    assert_eq!(decision.outcome_at(target), one("0.05"));
    assert_eq!(near[1].targets[0].value, values("0.8")[0]);
    assert_eq!(near[1].targets.len(), 1, "nothing lies below");
}

#[test]
fn bounds_that_must_be_exceeded_differ_from_bounds_that_suffice() {
    let table = table("U,x,-> y\ntype,number,\n,> 10,1\n,< 5,2\n");
    let near = table.decide(&values("7")).unwrap().nearest();
    let target =
        |at: usize| (near[at].targets[0].direction, near[at].targets[0].value.clone(), near[at].targets[0].is_included);
    assert_eq!(target(0), (Direction::Raise, values("10")[0].clone(), false));
    assert_eq!(target(1), (Direction::Lower, values("5")[0].clone(), false));
}

#[test]
fn neighbours_of_whole_numbers_and_days_are_the_targets() {
    let whole = table("U,x,-> y\ntype,whole,\n,> 10,1\n,< 5,2\n").decide(&values("7")).unwrap().nearest();
    assert_eq!((&whole[0].targets[0].value, whole[0].targets[0].is_included), (&values("11")[0], true));
    assert_eq!((&whole[1].targets[0].value, whole[1].targets[0].is_included), (&values("4")[0], true));
    let days = table("U,x,-> y\n,< 2026-01-31,1\n").decide(&values("2026-06-30")).unwrap().nearest();
    assert_eq!(days[0].targets[0].value, values("2026-01-30")[0]);
}

#[test]
fn what_a_nearer_row_would_conclude_respects_the_hit_policy() {
    // Raising x to 10 meets row 2, but row 3 matches too: UNIQUE could not decide.
    let table = table("U,x,z,-> y\n,>= 10,-,1\n,-,5,2\n");
    let decision = table.decide(&values("7 5")).unwrap();
    assert_eq!(decision.outcome(), &Outcome::One(values("2")));
    let near = decision.nearest();
    assert_eq!(near.len(), 1);
    assert!(decision.outcome_at(&near[0].targets[0]).is_err());
}

#[test]
fn what_is_not_known_has_no_nearest_value() {
    let near = table(BONUS).decide(&[Value::text("Gold"), Value::NotKnown]).unwrap().nearest();
    assert_eq!(near.iter().map(|near| (near.row, near.targets.len())).collect::<Vec<_>>(), [(2, 0), (3, 0)]);
}

#[test]
fn a_row_that_fails_in_two_conditions_is_not_near() {
    let near = table(BONUS).decide(&values("Bronze 0.5")).unwrap().nearest();
    assert!(near.is_empty());
    let near = table(BONUS).decide(&values("Bronze 0.9")).unwrap().nearest();
    assert_eq!(near.iter().map(|near| (near.row, &*near.column)).collect::<Vec<_>>(), [(3, "tier")]);
    assert_eq!(near[0].targets[0].direction, Direction::Change);
}

#[test]
fn rows_that_decide_a_collection_are_those_whose_value_it_is() {
    // Every row matches 9; the values are 30, 10, 20 and 10 in rows 2 to 5.
    let decisive = |policy: &str| {
        let table = table(&format!("{policy},x,-> y\n,> 1,30\n,> 2,10\n,> 3,20\n,> 4,10\n"));
        let decision = table.decide(&values("9")).unwrap();
        let decided = decision.reasons().into_iter().filter(|reason| reason.is_decisive).map(|reason| reason.row);
        decided.collect::<Vec<_>>()
    };
    assert_eq!(decisive("C+"), [2, 3, 4, 5]);
    assert_eq!(decisive("C#"), [2, 3, 4, 5]);
    assert_eq!(decisive("C<"), [3, 5]);
    assert_eq!(decisive("C>"), [2]);
}
