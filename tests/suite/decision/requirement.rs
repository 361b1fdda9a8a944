//! Requirements: what is met, what is missing, and how it reads.

use quotient::decision::{Comparison, Condition, Requirement, requirement_text};
use rust_decimal::Decimal;

/// `value` against at least 75.
fn at_least_75(label: &str, value: Option<i64>) -> Requirement {
    Requirement::One(Condition {
        label: label.into(),
        comparison: Comparison::AtLeast,
        value: value.map(Decimal::from),
        threshold: Some(Decimal::from(75)),
        is_met: value.is_some_and(|value| value >= 75),
        source: "tier.rhai:1".into(),
        tier: None,
    })
}

#[test]
fn only_requirements_inside_others_have_brackets() {
    let (users, sites) = (at_least_75("users", Some(74)), at_least_75("sites", Some(80)));
    let either = Requirement::Any(vec![users.clone(), sites.clone()]);
    let words = "users 74, at least 75: not met; or sites 80, at least 75: met";
    assert_eq!(requirement_text(&either), words);
    assert_eq!(requirement_text(&Requirement::All(vec![either.clone()])), words, "one part needs none");
    let both = Requirement::All(vec![either, at_least_75("staff", None)]);
    assert_eq!(requirement_text(&both), format!("({words}); and staff not known, at least 75: not met"));
    let nested = Requirement::All(vec![Requirement::Any(vec![users]), sites]);
    assert_eq!(requirement_text(&nested), "users 74, at least 75: not met; and sites 80, at least 75: met");
}

#[test]
fn the_gap_is_the_distance_to_the_threshold_until_it_is_met() {
    let gap = |value| match at_least_75("users", value) {
        Requirement::One(condition) => condition.gap(),
        _ => None,
    };
    assert_eq!(
        (gap(Some(74)), gap(Some(75)), gap(Some(80)), gap(None)),
        (Some(1.into()), Some(0.into()), Some(0.into()), None)
    );
}

#[test]
fn a_requirement_may_be_met_where_what_is_not_known_decides() {
    let (met, missed, open) = (at_least_75("a", Some(75)), at_least_75("b", Some(74)), at_least_75("c", None));
    let holds = |is_met| {
        let Requirement::One(condition) = at_least_75("d", None) else { return met.clone() };
        Requirement::One(Condition { comparison: Comparison::Holds, threshold: None, is_met, ..condition })
    };
    let all = |parts: &[&Requirement]| Requirement::All(parts.iter().map(|part| (*part).clone()).collect());
    let any = |parts: &[&Requirement]| Requirement::Any(parts.iter().map(|part| (*part).clone()).collect());
    let cases = [
        (met.clone(), true, true),
        (missed.clone(), false, false),
        (open.clone(), false, true),
        // It is known to hold although its value is not.
        (holds(false), false, false),
        (holds(true), true, true),
        (all(&[&met, &open]), false, true),
        (all(&[&missed, &open]), false, false),
        (any(&[&missed, &open]), false, true),
        (any(&[&missed, &met]), true, true),
        (any(&[&missed]), false, false),
    ];
    for (requirement, is_met, may_be_met) in cases {
        assert_eq!((requirement.is_met(), requirement.may_be_met()), (is_met, may_be_met), "{requirement:?}");
    }
}

#[test]
fn what_is_missing_is_every_part_of_all_and_the_shortest_way_of_any() {
    let (met, b, c) = (at_least_75("a", Some(75)), at_least_75("b", Some(74)), at_least_75("c", None));
    let both = Requirement::All(vec![met.clone(), b.clone(), c.clone()]);
    let labels = |one: &Requirement| one.missing().iter().map(|one| one.label.to_string()).collect::<Vec<_>>();
    assert_eq!(
        (labels(&both), both.count(), both.depth(), both.conditions().len()),
        (vec!["b".to_owned(), "c".to_owned()], 3, 2, 3)
    );
    assert_eq!(labels(&Requirement::Any(vec![both.clone(), c.clone()])), ["c"]);
    assert_eq!(labels(&Requirement::Any(vec![both.clone(), met])), Vec::<String>::new());
    let gold = both.of_tier(&"Gold".into());
    assert_eq!(gold.tier().map(|tier| &**tier), Some("Gold"));
    assert_eq!(Requirement::All(vec![gold, b]).tier(), None);
}
