//! Reconciliation against hand calculations and the oracle.

use super::oracle::{Dice, Exact, distribute};
use crate::patience::cases;
use num_traits::Zero;
use proptest::prelude::*;
use quotient::channel::SegmentKey;
use quotient::quota::{
    InfeasibleReason, OnViolation, OpenLine, Reconciliation, ReconciliationFaults, ReconciliationGroup,
    ReconciliationRules, Remedy, Side, TargetRequest, TargetRow, UnusableInput, partition_targets, reconcile,
};
use quotient::units::{Currency, MAX_MINOR_UNITS};
use rust_decimal::Decimal;

fn line(assessment: i128) -> OpenLine {
    OpenLine { assessment, ..OpenLine::default() }
}

fn channel(amount: i128, lines: usize) -> Vec<ReconciliationGroup> {
    vec![ReconciliationGroup { name: "channel".into(), amount: Some(amount), lines: (0..lines).collect() }]
}

fn settled(
    lines: &[OpenLine],
    amount: i128,
    unit: i128,
    on_violation: OnViolation,
) -> Result<Reconciliation, ReconciliationFaults> {
    reconcile(lines, &channel(amount, lines.len()), ReconciliationRules { unit, on_violation })
}

fn quotas(lines: &[OpenLine], amount: i128, unit: i128) -> Vec<i128> {
    let done = settled(lines, amount, unit, OnViolation::Clamp).unwrap();
    done.lines.iter().map(|line| line.quota).collect()
}

fn refused(lines: &[OpenLine], amount: i128) -> quotient::quota::Infeasible {
    settled(lines, amount, 1, OnViolation::Clamp).unwrap_err().infeasible.remove(0)
}

#[test]
fn what_a_ceiling_cuts_off_goes_to_the_others_in_proportion() {
    // 600 for 100 : 200 : 300; the last may have 200, so 400 is left for 1 : 2.
    let lines = [line(100), line(200), OpenLine { ceiling: Some(200), ..line(300) }];
    let done = settled(&lines, 600, 1, OnViolation::Clamp).unwrap();
    assert_eq!(done.lines.iter().map(|line| line.quota).collect::<Vec<_>>(), [133, 267, 200]);
    assert_eq!((done.lines[2].scaled, done.lines[2].bounded, done.lines[2].binding), (400, 200, Some(Side::Ceiling)));
    assert_eq!(done.multipliers[0].to_text(), "1.333");
}

#[test]
fn what_a_floor_adds_is_taken_from_the_others_in_proportion() {
    // 300 for 100 : 100 : 100 with a floor of 200: 100 is left for two.
    let lines = [line(100), line(100), OpenLine { floor: Some(200), ..line(100) }];
    assert_eq!(quotas(&lines, 300, 1), [50, 50, 200]);
}

#[test]
fn locked_lines_keep_their_quota_even_outside_their_guardrails() {
    let lines = [line(100), OpenLine { lock: Some(77), ceiling: Some(50), ..line(100) }];
    let done = settled(&lines, 300, 10, OnViolation::Clamp).unwrap();
    // 223 is left: 220 in units, and the only free line carries the odd 3.
    assert_eq!(done.lines.iter().map(|line| line.quota).collect::<Vec<_>>(), [223, 77]);
    assert_eq!(done.lines[1].outside, Some(Side::Ceiling));
}

#[test]
fn without_a_target_assessments_within_their_guardrails_are_rounded_half_up() {
    let lines =
        [line(105), line(104), OpenLine { ceiling: Some(87), ..line(300) }, OpenLine { floor: Some(3), ..line(0) }];
    let group = ReconciliationGroup { name: "channel".into(), amount: None, lines: vec![0, 1, 2, 3] };
    let rules = ReconciliationRules { unit: 10, on_violation: OnViolation::Clamp };
    let done = reconcile(&lines, &[group], rules).unwrap();
    assert_eq!(done.lines.iter().map(|line| line.quota).collect::<Vec<_>>(), [110, 100, 80, 10]);
    assert_eq!(done.lines[2].bounded, 87);
}

#[test]
fn of_several_multipliers_that_meet_the_target_the_one_nearest_to_one_is_reported() {
    let held = OpenLine { floor: Some(40), ceiling: Some(200), ..line(100) };
    // Both lines stand at their floors for every multiplier up to 0.4, and at their ceilings from 2 on.
    assert_eq!(settled(&[held, held], 80, 1, OnViolation::Clamp).unwrap().multipliers[0].to_text(), "0.4");
    assert_eq!(settled(&[held, held], 400, 1, OnViolation::Clamp).unwrap().multipliers[0].to_text(), "2");
    // Ceiling 50 is reached at 0.5, floor 300 left at 3: between them nothing moves, and 1 is in between.
    let apart = [OpenLine { ceiling: Some(50), ..line(100) }, OpenLine { floor: Some(300), ..line(100) }];
    assert_eq!(settled(&apart, 350, 1, OnViolation::Clamp).unwrap().multipliers[0].to_text(), "1");
}

#[test]
fn floors_above_the_target_say_by_how_much_and_who() {
    let lines = [OpenLine { floor: Some(300), ..line(1) }, OpenLine { floor: Some(500), ..line(1) }, line(9)];
    let answer = refused(&lines, 700);
    assert_eq!(answer.reason, InfeasibleReason::FloorsAboveTarget);
    assert_eq!((answer.asked, answer.at_least, answer.at_most, answer.short_by), (700, 800, None, 100));
    assert_eq!(answer.binding.iter().map(|held| (held.line, held.amount)).collect::<Vec<_>>(), [(1, 500), (0, 300)]);
    assert_eq!(answer.remedies, [Remedy::RaiseTarget { to: 800 }, Remedy::RelaxFloors { by: 100 }]);
    let finding = answer.to_finding(Currency::USD, |at| format!("P{at}"));
    assert_eq!(
        finding.to_string(),
        "error[plan::infeasible]: floors and locked quotas of `channel` sum to 8, above the 7 to distribute; it is short \
         by 1; held: P1 at 5, P0 at 3; raise the target to 8, or lower the floors by a total of 1"
    );
}

#[test]
fn ceilings_below_the_target_say_by_how_much_and_who() {
    let lines = [OpenLine { ceiling: Some(300), ..line(1) }, OpenLine { lock: Some(200), ..line(1) }];
    let answer = refused(&lines, 700);
    assert_eq!((answer.reason, answer.short_by), (InfeasibleReason::CeilingsBelowTarget, 200));
    let (lower, relax) = (Remedy::LowerTarget { to: 500 }, Remedy::RelaxCeilings { by: 200 });
    assert_eq!(answer.remedies, [lower, relax, Remedy::RaiseLocks { by: 200 }]);
}

#[test]
fn locks_above_the_target_count_the_floors_they_leave_no_room_for() {
    let lines = [OpenLine { lock: Some(900), ..line(1) }, OpenLine { floor: Some(50), ..line(1) }];
    let answer = refused(&lines, 800);
    assert_eq!((answer.reason, answer.short_by), (InfeasibleReason::LocksAboveTarget, 150));
    assert_eq!(answer.remedies, [Remedy::RaiseTarget { to: 950 }, Remedy::LowerLocks { by: 150 }]);
}

#[test]
fn lines_that_are_all_locked_below_the_target_have_a_separate_reason() {
    let answer = refused(&[OpenLine { lock: Some(900), ..line(1) }], 1_000);
    assert_eq!((answer.reason, answer.short_by), (InfeasibleReason::LocksBelowTarget, 100));
    assert!(settled(&[OpenLine { lock: Some(900), ..line(1) }], 900, 1, OnViolation::Clamp).is_ok());
}

#[test]
fn nothing_is_shared_equally_among_lines_without_assessment() {
    let answer = refused(&[line(0), OpenLine { floor: Some(100), ..line(0) }], 500);
    assert_eq!((answer.reason, answer.short_by), (InfeasibleReason::NothingToScale, 400));
    assert!(answer.remedies.contains(&Remedy::AssessLines { lines: 2 }));
    assert_eq!(quotas(&[line(0), OpenLine { floor: Some(100), ..line(0) }], 100, 1), [0, 100]);
}

#[test]
fn all_infeasible_groups_are_reported_at_once() {
    let lines = [OpenLine { floor: Some(10), ..line(1) }, OpenLine { ceiling: Some(10), ..line(1) }];
    let group =
        |name: &str, amount, at| ReconciliationGroup { name: name.into(), amount: Some(amount), lines: vec![at] };
    let rules = ReconciliationRules { unit: 1, on_violation: OnViolation::Clamp };
    let faults = reconcile(&lines, &[group("North", 5, 0), group("South", 15, 1)], rules).unwrap_err();
    let names: Vec<_> = faults.infeasible.iter().map(|answer| (answer.name.as_str(), answer.short_by)).collect();
    assert_eq!(names, [("North", 5), ("South", 5)]);
}

#[test]
fn warn_moves_nothing_and_reports_every_line_outside() {
    let lines = [line(100), OpenLine { ceiling: Some(200), ..line(300) }, OpenLine { floor: Some(250), ..line(200) }];
    let done = settled(&lines, 600, 1, OnViolation::Warn).unwrap();
    assert_eq!(done.lines.iter().map(|line| line.quota).collect::<Vec<_>>(), [100, 300, 200]);
    let outside: Vec<_> = done.lines.iter().map(|line| line.outside).collect();
    assert_eq!(outside, [None, Some(Side::Ceiling), Some(Side::Floor)]);
}

#[test]
fn reject_lists_every_line_that_would_break_its_guardrail() {
    let lines = [line(100), OpenLine { ceiling: Some(200), ..line(300) }, OpenLine { floor: Some(250), ..line(200) }];
    let faults = settled(&lines, 600, 1, OnViolation::Reject).unwrap_err();
    let listed: Vec<_> = faults.rejected.iter().map(|broken| (broken.line, broken.side, broken.amount)).collect();
    assert_eq!(listed, [(1, Side::Ceiling, 300), (2, Side::Floor, 200)]);
    assert!(faults.infeasible.is_empty());
    let kept = [line(100), OpenLine { ceiling: Some(305), ..line(300) }];
    assert_eq!(settled(&kept, 400, 10, OnViolation::Reject).unwrap().lines[1].quota, 300);
}

#[test]
fn unusable_input_is_distinguished_from_infeasible_plans() {
    let bad = [line(-1), OpenLine { floor: Some(2), ceiling: Some(1), ..line(1) }, line(MAX_MINOR_UNITS + 1)];
    let faults = settled(&bad, -5, 0, OnViolation::Clamp).unwrap_err();
    let expected = [
        UnusableInput::Unit,
        UnusableInput::Line(0),
        UnusableInput::Line(1),
        UnusableInput::Line(2),
        UnusableInput::Group(0),
    ];
    assert_eq!(faults.unusable, expected);
    let rules = ReconciliationRules { unit: 1, on_violation: OnViolation::Clamp };
    assert_eq!(reconcile(&[line(1)], &[], rules).unwrap_err().unusable, [UnusableInput::Grouping(0)]);
}

#[test]
fn the_largest_amounts_stay_exact() {
    let lines: Vec<OpenLine> = (0..50).map(|at| OpenLine { floor: Some(at), ..line(MAX_MINOR_UNITS - at) }).collect();
    assert_eq!(quotas(&lines, MAX_MINOR_UNITS, 7).iter().sum::<i128>(), MAX_MINOR_UNITS);
    let one = [line(MAX_MINOR_UNITS), line(1)];
    assert_eq!(quotas(&one, MAX_MINOR_UNITS, MAX_MINOR_UNITS), [MAX_MINOR_UNITS, 0]);
    let millions = vec![line(MAX_MINOR_UNITS); 1_100_000];
    assert_eq!(quotas(&millions, MAX_MINOR_UNITS, 1).iter().sum::<i128>(), MAX_MINOR_UNITS);
    let more = vec![line(MAX_MINOR_UNITS); 1_120_000];
    assert_eq!(settled(&more, 1, 1, OnViolation::Clamp).unwrap_err().unusable, [UnusableInput::Group(0)]);
    let held = [OpenLine { ceiling: Some(MAX_MINOR_UNITS - 1), ..line(MAX_MINOR_UNITS) }, line(1)];
    assert_eq!(quotas(&held, MAX_MINOR_UNITS, 1), [MAX_MINOR_UNITS - 1, 1]);
}

#[test]
fn nothing_to_reconcile_is_nothing() {
    let rules = ReconciliationRules { unit: 1, on_violation: OnViolation::Clamp };
    assert_eq!(reconcile(&[], &[], rules).unwrap().lines, []);
    assert!(reconcile(&[], &channel(0, 0), rules).is_ok());
    assert_eq!(reconcile(&[], &channel(5, 0), rules).unwrap_err().infeasible.len(), 1);
}

/// Locks, bounds and the sum of one group, and its scaled amounts against the oracle's; the oracle must have an answer.
fn assert_group_holds(lines: &[OpenLine], done: &Reconciliation, group: &ReconciliationGroup, unit: i128, case: u64) {
    let amount = group.amount.unwrap();
    let sum: i128 = group.lines.iter().map(|at| done.lines[*at].quota).sum();
    assert_eq!(sum, amount, "case {case}: sum");
    let free: Vec<usize> = group.lines.iter().copied().filter(|at| lines[*at].lock.is_none()).collect();
    for at in group.lines.iter().filter(|at| lines[**at].lock.is_some()) {
        assert_eq!(Some(done.lines[*at].quota), lines[*at].lock, "case {case}: lock");
    }
    let left = amount - group.lines.iter().filter_map(|at| lines[*at].lock).sum::<i128>();
    let open: Vec<OpenLine> = free.iter().map(|at| lines[*at]).collect();
    let expected = distribute(&open, left).unwrap_or_else(|| panic!("case {case}: the oracle has no answer"));
    for (at, expected) in free.iter().zip(&expected) {
        assert_eq!(Exact::from_integer(done.lines[*at].bounded), expected.floor(), "case {case}: line {at}");
        assert!(done.lines[*at].quota >= lines[*at].floor.unwrap_or(0), "case {case}: floor of {at}");
        assert!(
            lines[*at].ceiling.is_none_or(|ceiling| done.lines[*at].quota <= ceiling),
            "case {case}: ceiling of {at}"
        );
    }
    let quotas: Vec<i128> = free.iter().map(|at| done.lines[*at].quota).collect();
    assert_largest_remainder(&open, &quotas, left, unit, case);
}

/// Where every line has a multiple of the unit and the amount is one: within one unit, and no smaller remainder preferred.
fn assert_largest_remainder(lines: &[OpenLine], quotas: &[i128], amount: i128, unit: i128, case: u64) {
    let up = |value: i128| (value + unit - 1) / unit * unit;
    let tight: Vec<OpenLine> = lines
        .iter()
        .map(|line| OpenLine {
            floor: line.floor.map(up),
            ceiling: line.ceiling.map(|ceiling| ceiling / unit * unit),
            ..*line
        })
        .collect();
    let odd = quotas.iter().filter(|quota| **quota % unit != 0).count();
    if tight.iter().any(|line| line.ceiling.is_some_and(|ceiling| ceiling < line.floor.unwrap_or(0))) {
        return;
    }
    let Some(due) = distribute(&tight, amount / unit * unit) else { return };
    let most = tight.iter().map(|line| {
        line.ceiling.filter(|_| line.assessment > 0).or((line.assessment == 0).then(|| line.floor.unwrap_or(0)))
    });
    let most = most.into_iter().try_fold(0, |sum, most| Some(sum + most?));
    if most.is_none_or(|most| most >= amount) {
        assert_eq!(odd, usize::from(amount % unit != 0), "case {case}: one line carries the odd rest");
    }
    let rest = |at: usize| due[at] / Exact::from_integer(unit) - (due[at] / Exact::from_integer(unit)).floor();
    let mut least_up: Option<Exact> = None;
    let mut most_down = Exact::zero();
    for (at, quota) in quotas.iter().enumerate() {
        let quota = Exact::from_integer(quota / unit);
        let exact = due[at] / Exact::from_integer(unit);
        assert!(quota == exact.floor() || quota == exact.ceil(), "case {case}: line {at} within one unit");
        if quota > exact {
            least_up = Some(least_up.map_or(rest(at), |least| least.min(rest(at))));
        } else {
            most_down = most_down.max(rest(at));
        }
    }
    assert!(least_up.is_none_or(|least| least >= most_down), "case {case}: largest remainders");
}

/// A tree of targets over lines in three territories and two product lines, and what they reconcile to.
fn tree_case(case: u64) -> (Vec<OpenLine>, Vec<SegmentKey>, Vec<TargetRow>, Option<i128>, i128, i128) {
    let mut dice = Dice::new(case + 1);
    let unit = *dice.pick(&[1, 1, 5, 10, 100, 1_000]);
    let size = *dice.pick(&[50, 10_000, 1_000_000]);
    let count = 1 + dice.up_to(13);
    let lines: Vec<OpenLine> = (0..count).map(|_| dice.line(size, unit)).collect();
    let (territories, products) = (["North", "South", "West"], ["Cloud", "Servers"]);
    let segments: Vec<SegmentKey> = lines
        .iter()
        .map(|_| SegmentKey {
            territory: Some((*dice.pick(&territories)).into()),
            product_line: Some((*dice.pick(&products)).into()),
        })
        .collect();
    let most_for = |key: &SegmentKey| {
        let inside = |line: &SegmentKey| {
            key.territory.as_ref().is_none_or(|name| line.territory.as_ref() == Some(name))
                && key.product_line.as_ref().is_none_or(|name| line.product_line.as_ref() == Some(name))
        };
        let sum: i128 =
            lines.iter().zip(&segments).filter(|(_, key)| inside(key)).map(|(line, _)| line.assessment).sum();
        (sum, segments.iter().any(inside))
    };
    let mut rows: Vec<TargetRow> = Vec::new();
    let levels = dice.up_to(3);
    let mut offer = |dice: &mut Dice, key: SegmentKey, often: i128| {
        let (sum, has_lines) = most_for(&key);
        if has_lines && !dice.once_in(often) {
            rows.push(TargetRow { segment: key, amount: sum * (70 + dice.up_to(60)) / 100 });
        }
    };
    for territory in territories {
        let key = SegmentKey { territory: Some(territory.into()), product_line: None };
        if levels == 1 || levels == 2 {
            offer(&mut dice, key.clone(), 3);
        }
        for product in products {
            if levels == 2 {
                offer(&mut dice, SegmentKey { product_line: Some(product.into()), ..key.clone() }, 3);
            }
        }
    }
    for product in products {
        if levels == 3 {
            offer(&mut dice, SegmentKey { product_line: Some(product.into()), territory: None }, 3);
        }
    }
    let reserve = if dice.once_in(3) { dice.up_to(size / 10) } else { 0 };
    let inside: i128 = rows
        .iter()
        .filter(|row| row.segment.territory.is_none() || row.segment.product_line.is_none())
        .map(|row| row.amount)
        .sum();
    let whole_channel = most_for(&SegmentKey::default()).0 * (70 + dice.up_to(60)) / 100 + reserve;
    let channel = (!dice.once_in(4)).then_some(whole_channel.max(inside + reserve));
    (lines, segments, rows, channel, reserve, unit)
}

#[test]
fn an_independent_oracle_agrees_on_ten_thousand_reconciliations_of_target_trees() {
    let (mut met, mut infeasible, mut disagree, mut groups_met) = (0, 0, 0, 0);
    let mut case = 0;
    while met < 10_000 {
        case += 1;
        let (lines, segments, rows, channel, reserve, unit) = tree_case(case);
        let over = [Decimal::new(i64::try_from(case % 9).unwrap(), 2), Decimal::new(25, 3)];
        let request = TargetRequest { channel, rows: &rows, over_assignment: &over, reserve };
        let Ok(tree) = partition_targets(request, &segments) else {
            disagree += 1;
            continue;
        };
        let groups: Vec<ReconciliationGroup> = tree.groups.iter().map(|group| group.to_reconcile()).collect();
        if let Some(channel) = tree.channel {
            // (channel − reserve) × (1 + a) × (1.025), rounded half up, in thousandths of hundredths.
            let exact = (channel - reserve) * i128::from(100 + case % 9) * 1_025;
            let assigned: i128 = groups.iter().filter_map(|group| group.amount).sum();
            assert_eq!(assigned, (exact + 50_000) / 100_000, "case {case}: the groups make the channel");
        }
        match reconcile(&lines, &groups, ReconciliationRules { unit, on_violation: OnViolation::Clamp }) {
            Ok(done) => {
                met += 1;
                for group in groups.iter().filter(|group| group.amount.is_some()) {
                    groups_met += 1;
                    assert_group_holds(&lines, &done, group, unit, case);
                }
            }
            Err(faults) => {
                infeasible += 1;
                assert_oracle_has_no_answer(&lines, &groups, &faults, case);
            }
        }
    }
    println!("{met} trees met in {groups_met} groups, {infeasible} infeasible, {disagree} targets that disagree");
    assert!(infeasible > 500 && disagree > 500, "the generator covers every kind of answer");
}

/// The oracle has no answer for exactly the groups called infeasible, and every remedy gives it one.
fn assert_oracle_has_no_answer(
    lines: &[OpenLine],
    groups: &[ReconciliationGroup],
    faults: &ReconciliationFaults,
    case: u64,
) {
    for (position, group) in groups.iter().enumerate() {
        let Some(amount) = group.amount else { continue };
        let open: Vec<OpenLine> = group.lines.iter().map(|at| lines[*at]).filter(|line| line.lock.is_none()).collect();
        let locked: i128 = group.lines.iter().filter_map(|at| lines[*at].lock).sum();
        let answer = faults.infeasible.iter().find(|answer| answer.group == position);
        assert_eq!(distribute(&open, amount - locked).is_none(), answer.is_some(), "case {case}: {}", group.name);
        let Some(answer) = answer else { continue };
        assert!(answer.short_by > 0 && !answer.remedies.is_empty());
        let nearest = if amount < answer.at_least { answer.at_least } else { answer.at_most.unwrap() };
        assert_eq!((nearest - amount).abs(), answer.short_by);
        assert!(distribute(&open, nearest - locked).is_some(), "case {case}: the amount it is short by suffices");
        for remedy in &answer.remedies {
            assert!(remedied(*remedy, &open, amount - locked), "case {case}: {remedy:?} suffices");
        }
    }
}

/// Whether the oracle has an answer once the remedy is applied.
fn remedied(remedy: Remedy, open: &[OpenLine], left: i128) -> bool {
    let mut open = open.to_vec();
    match remedy {
        Remedy::RaiseTarget { .. } | Remedy::LowerTarget { .. } => true,
        // Only the caller knows of over-assignment, and says these instead of the two above.
        Remedy::RaiseTargetBy { .. } | Remedy::LowerTargetBy { .. } => {
            unreachable!("reconciliation does not say {remedy:?}")
        }
        Remedy::LowerLocks { by } => distribute(&open, left + by).is_some(),
        Remedy::RaiseLocks { by } => distribute(&open, left - by).is_some(),
        Remedy::AssessLines { .. } => {
            open.iter_mut().for_each(|line| line.assessment = line.assessment.max(1));
            distribute(&open, left).is_some()
        }
        Remedy::RelaxCeilings { by } => {
            let line = open.iter_mut().find(|line| line.assessment > 0).unwrap();
            line.ceiling = line.ceiling.map(|ceiling| ceiling + by);
            distribute(&open, left).is_some()
        }
        Remedy::RelaxFloors { mut by } => {
            for line in &mut open {
                let less = by.min(line.floor.unwrap_or(0));
                line.floor = line.floor.map(|floor| floor - less);
                by -= less;
            }
            by == 0 && distribute(&open, left).is_some()
        }
    }
}

/// Lines whose bounds are multiples of `unit`, at least one of them free and scaling.
fn lines_in_units(unit: i128) -> impl Strategy<Value = Vec<OpenLine>> {
    let bounds = (prop::option::weighted(0.3, 0..40_i128), prop::option::weighted(0.3, 0..80_i128));
    let one = (0..9_000_i128, bounds, prop::option::weighted(0.15, 0..60_i128)).prop_map(
        move |(assessment, (floor, ceiling), lock)| OpenLine {
            assessment,
            floor: floor.map(|floor| floor * unit),
            ceiling: ceiling.map(|ceiling| ceiling.max(floor.unwrap_or(0)) * unit),
            lock: lock.map(|lock| lock * unit),
        },
    );
    prop::collection::vec(one, 1..12).prop_map(|mut lines| {
        lines.push(line(5_000));
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_of_lines_is_irrelevant_when_ties_follow_their_ids(
        lines in lines_in_units(100), extra in 0..200_000_i128, turn in 0..12_usize,
    ) {
        let least: i128 = lines.iter().map(|line| line.lock.unwrap_or(line.floor.unwrap_or(0))).sum();
        let count = lines.len();
        let straight = settled(&lines, least + extra, 100, OnViolation::Clamp).unwrap();
        // The lines are stored in another order, and their group names them by id.
        let place = |id: usize| (id * (if count % 5 == 0 { 1 } else { 5 }) + turn) % count;
        let mut stored = vec![line(0); count];
        (0..count).for_each(|id| stored[place(id)] = lines[id]);
        let group = ReconciliationGroup {
            name: "channel".into(), amount: Some(least + extra), lines: (0..count).map(place).collect(),
        };
        let rules = ReconciliationRules { unit: 100, on_violation: OnViolation::Clamp };
        let turned = reconcile(&stored, &[group], rules).unwrap();
        for id in 0..count {
            prop_assert_eq!(straight.lines[id], turned.lines[place(id)]);
        }
        // Without ids, lines that differ in their assessment still get the same.
        let plain = settled(&stored, least + extra, 100, OnViolation::Clamp).unwrap();
        let alone = |at: usize| stored.iter().filter(|other| other.assessment == stored[at].assessment).count() == 1;
        for at in (0..count).filter(|at| alone(*at)) {
            prop_assert_eq!(plain.lines[at].quota, turned.lines[at].quota);
        }
    }

    #[test]
    fn a_raised_assessment_lowers_no_quota_of_its_line_by_more_than_a_unit(
        lines in lines_in_units(100), extra in 0..2_000_i128, chosen in 0..12_usize, raise in 1..5_000_i128,
    ) {
        let least: i128 = lines.iter().map(|line| line.lock.unwrap_or(line.floor.unwrap_or(0))).sum();
        let amount = least / 100 * 100 + extra * 100;
        let chosen = chosen % lines.len();
        let before = quotas(&lines, amount, 100);
        let mut raised = lines.clone();
        raised[chosen].assessment += raise;
        let after = quotas(&raised, amount, 100);
        prop_assert!(after[chosen] >= before[chosen] - 100);
        for at in (0..lines.len()).filter(|at| *at != chosen) {
            prop_assert!(after[at] <= before[at] + 100);
        }
    }

    #[test]
    fn a_raised_target_lowers_no_quota_by_more_than_a_unit(
        lines in lines_in_units(100), extra in 0..2_000_i128, raise in 1..500_i128,
    ) {
        let least: i128 = lines.iter().map(|line| line.lock.unwrap_or(line.floor.unwrap_or(0))).sum();
        let amount = least / 100 * 100 + extra * 100;
        let (before, after) = (quotas(&lines, amount, 100), quotas(&lines, amount + raise * 100, 100));
        for at in 0..lines.len() {
            prop_assert!(after[at] >= before[at] - 100);
        }
    }

    #[test]
    fn scaling_the_target_scales_free_lines_up_to_one_unit(
        assessments in prop::collection::vec(1..100_000_i128, 1..12), target in 1..1_000_i128, factor in 2..9_i128,
    ) {
        let lines: Vec<OpenLine> = assessments.into_iter().map(line).collect();
        let (once, more) = (quotas(&lines, target * 100, 100), quotas(&lines, target * factor * 100, 100));
        for (once, more) in once.iter().zip(more) {
            // The exact due is within a unit of each.
            prop_assert!((more - once * factor).abs() < 100 * (factor + 1));
        }
    }

    #[test]
    fn scaling_every_assessment_changes_no_quota(lines in lines_in_units(100), extra in 0..200_000_i128, factor in 2..50_i128) {
        let least: i128 = lines.iter().map(|line| line.lock.unwrap_or(line.floor.unwrap_or(0))).sum();
        let scaled: Vec<OpenLine> =
            lines.iter().map(|line| OpenLine { assessment: line.assessment * factor, ..*line }).collect();
        prop_assert_eq!(quotas(&lines, least + extra, 100), quotas(&scaled, least + extra, 100));
    }
}

#[test]
fn the_oracle_agrees_on_groups_of_hundreds_of_lines_that_meet_between_and_at_breakpoints() {
    for case in 0..u64::from(cases(12, 60)) {
        let mut dice = Dice::new(case);
        // Few different amounts, so that many lines reach their bounds at the same multiplier.
        let size = *dice.pick(&[6, 1_000]);
        let lines: Vec<OpenLine> = (0..300).map(|_| OpenLine { lock: None, ..dice.line(size, 1) }).collect();
        let most = |line: &OpenLine| {
            if line.assessment == 0 { line.floor.unwrap_or(0) } else { line.ceiling.unwrap_or(size * 3) }
        };
        let (least, most): (i128, i128) =
            (lines.iter().filter_map(|line| line.floor).sum(), lines.iter().map(most).sum());
        for amount in [least, least + dice.up_to(most - least), (least + most) / 2, most] {
            let done = settled(&lines, amount, 1, OnViolation::Clamp).unwrap();
            assert_group_holds(&lines, &done, &channel(amount, lines.len())[0], 1, case);
        }
        let held: Vec<OpenLine> = (0..300)
            .map(|_| OpenLine { floor: Some(1), ceiling: Some(1 + dice.up_to(2)), ..line(1 + dice.up_to(2)) })
            .collect();
        let most: i128 = held.iter().filter_map(|line| line.ceiling).sum();
        for amount in 300..=most {
            let done = settled(&held, amount, 1, OnViolation::Clamp).unwrap();
            assert_eq!(done.lines.iter().map(|line| line.quota).sum::<i128>(), amount);
        }
        // At the ceilings, the smallest multiplier that reaches them all, unless it is below 1.
        let last = held.iter().map(|line| Exact::new(line.ceiling.unwrap(), line.assessment)).max().unwrap();
        let told = settled(&held, most, 1, OnViolation::Clamp).unwrap().multipliers[0];
        assert_eq!(Exact::new(told.numerator(), told.denominator()), last.max(Exact::from_integer(1)));
    }
}
