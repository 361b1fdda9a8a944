//! What each group distributes, and what targets must agree on.

use quotient::channel::SegmentKey;
use quotient::quota::{QuotaFault, TargetFault, TargetFaults, TargetRequest, TargetRow, TargetTree, partition_targets};
use quotient::units::{Currency, MAX_MINOR_UNITS};
use rust_decimal::Decimal;

fn key(territory: &str, product_line: &str) -> SegmentKey {
    let name = |name: &str| (!name.is_empty()).then(|| name.into());
    SegmentKey { product_line: name(product_line), territory: name(territory) }
}

fn row(territory: &str, product_line: &str, amount: i128) -> TargetRow {
    TargetRow { segment: key(territory, product_line), amount }
}

fn lines() -> Vec<SegmentKey> {
    vec![key("North", "Cloud"), key("North", "Servers"), key("South", "Cloud"), key("South", "Servers")]
}

fn split(channel: Option<i128>, rows: &[TargetRow], reserve: i128) -> Result<TargetTree, TargetFaults> {
    partition_targets(TargetRequest { channel, rows, over_assignment: &[], reserve }, &lines())
}

fn groups(tree: &TargetTree) -> Vec<(&str, Option<i128>, &[usize])> {
    tree.groups.iter().map(|group| (group.name.as_str(), group.assigned, &*group.lines)).collect()
}

fn messages(faults: &TargetFaults) -> Vec<String> {
    faults.0.iter().map(|fault| fault.to_finding(Currency::USD).to_string()).collect()
}

#[test]
fn without_any_target_the_bottom_up_stands_for_one_group() {
    assert_eq!(groups(&split(None, &[], 0).unwrap()), [("channel", None, &[0, 1, 2, 3][..])]);
}

#[test]
fn a_channel_target_alone_is_distributed_without_the_reserve() {
    let tree = split(Some(1_000), &[], 100).unwrap();
    assert_eq!((tree.channel, groups(&tree)), (Some(1_000), vec![("channel", Some(900), &[0, 1, 2, 3][..])]));
}

#[test]
fn a_row_for_nothing_in_particular_is_the_channel_target() {
    assert_eq!(split(None, &[row("", "", 1_000)], 0).unwrap().channel, Some(1_000));
    let faults = split(Some(1_000), &[row("", "", 1_000)], 0).unwrap_err();
    assert_eq!(faults.0, [TargetFault::Duplicate { segment: key("", "") }]);
}

#[test]
fn what_territories_leave_over_goes_to_the_rest_of_the_channel() {
    let tree = split(Some(1_000), &[row("North", "", 600)], 100).unwrap();
    let expected = [("rest of the channel", Some(300), &[2, 3][..]), ("territory North", Some(600), &[0, 1][..])];
    assert_eq!(groups(&tree), expected);
}

#[test]
fn product_lines_within_a_territory_leave_their_rest_to_the_territory() {
    let rows = [row("North", "", 600), row("South", "", 300), row("North", "Cloud", 250)];
    let tree = split(Some(1_000), &rows, 100).unwrap();
    let expected = [
        ("rest of territory North", Some(350), &[1][..]),
        ("territory South", Some(300), &[2, 3][..]),
        ("territory North, product line Cloud", Some(250), &[0][..]),
    ];
    assert_eq!(groups(&tree), expected);
}

#[test]
fn full_targets_and_the_reserve_make_the_channel_target() {
    let tree = split(None, &[row("", "Cloud", 600), row("", "Servers", 300)], 50).unwrap();
    assert_eq!(tree.channel, Some(950));
    assert_eq!(tree.groups.len(), 2);
}

#[test]
fn lines_without_any_target_keep_their_assessment_beside_those_with_one() {
    let tree = split(None, &[row("North", "", 600)], 0).unwrap();
    assert_eq!(tree.channel, None);
    let expected = [("rest of the channel", None, &[2, 3][..]), ("territory North", Some(600), &[0, 1][..])];
    assert_eq!(groups(&tree), expected);
}

#[test]
fn full_targets_must_sum_to_the_channel_target_with_the_reserve() {
    let rows = [row("North", "", 60_000), row("South", "", 30_000)];
    assert!(split(Some(100_000), &rows, 10_000).is_ok());
    let short = split(Some(100_000), &rows, 4_000).unwrap_err();
    assert_eq!(
        messages(&short),
        [
            "error[book::targets]: the targets inside `channel` cover every line and sum to 900 with the reserve of 40, which \
             is 60 less than its 1,000; set the target of `channel` to 940, or change a target inside it by the difference"
        ]
    );
    let over = split(Some(80_000), &rows, 0).unwrap_err();
    assert_eq!(
        messages(&over),
        [
            "error[book::targets]: the targets inside `channel` sum to 900, which is 100 more than its 800; set the target of \
             `channel` to 900, or change a target inside it by the difference"
        ]
    );
}

#[test]
fn a_rest_must_not_be_negative() {
    let faults = split(Some(1_000), &[row("North", "", 950)], 100).unwrap_err();
    let expected = TargetFault::Exceeded { segment: key("", ""), amount: 1_000, inside: 950, reserve: 100 };
    assert_eq!(faults.0, [expected]);
}

#[test]
fn crossing_rows_are_refused_and_the_way_out_is_named() {
    let faults = split(Some(1_000), &[row("North", "", 500), row("", "Cloud", 500)], 0).unwrap_err();
    assert_eq!(
        messages(&faults),
        [
            "error[book::targets]: there are targets for territories (`North`) and for product lines (`Cloud`), which cross; \
             give targets for each territory and product line together, or for one of the two only"
        ]
    );
}

#[test]
fn a_target_that_no_line_can_take_suggests_the_nearest_name() {
    let faults = split(Some(1_000), &[row("Norht", "", 500), row("West", "", 100)], 0).unwrap_err();
    assert_eq!(
        messages(&faults),
        [
            "error[book::targets]: no line can take the 5 of `territory Norht`; did you mean `North`?",
            "error[book::targets]: no line can take the 1 of `territory West`; remove the target, or add the amount to the \
             reserve if partners for it are still to be recruited"
        ]
    );
}

#[test]
fn all_disagreements_are_reported_together() {
    let rows = [row("North", "", 100), row("North", "Cloud", 200), row("South", "", 10), row("South", "Cloud", 20)];
    let faults = split(Some(5_000), &rows, 0).unwrap_err();
    assert_eq!(faults.0.len(), 3);
    let bad = [row("North", "", -1), row("South", "", MAX_MINOR_UNITS + 1), row("South", "", 1)];
    assert_eq!(split(None, &bad, -1).unwrap_err().0.len(), 4);
}

#[test]
fn over_assignment_compounds_and_the_groups_sum_to_the_rounded_channel() {
    // 1.05 × 1.03 = 1.0815; 100 + 101 + 102 → 108.15, 109.2315, 110.313; in sum 327.6945 → 328.
    let rows = [row("North", "Cloud", 100), row("North", "Servers", 101), row("South", "", 102)];
    let rates = [Decimal::new(5, 2), Decimal::new(3, 2)];
    let request = TargetRequest { channel: Some(303), rows: &rows, over_assignment: &rates, reserve: 0 };
    let tree = partition_targets(request, &lines()).unwrap();
    let assigned: Vec<_> = tree.groups.iter().map(|group| (group.target, group.assigned)).collect();
    // By segment: South, North Cloud, North Servers; one unit is left and .313 is the largest remainder.
    assert_eq!(assigned, [(Some(102), Some(111)), (Some(100), Some(108)), (Some(101), Some(109))]);
}

#[test]
fn over_assignment_that_leaves_nothing_or_too_much_is_refused() {
    for rate in [Decimal::NEGATIVE_ONE, Decimal::from(-2), Decimal::MAX, Decimal::new(1, 28)] {
        let rates = [rate];
        let request = TargetRequest { channel: Some(MAX_MINOR_UNITS), rows: &[], over_assignment: &rates, reserve: 0 };
        let faults = partition_targets(request, &lines()).unwrap_err();
        assert_eq!(faults.0, [TargetFault::OverAssignment], "{rate}");
    }
    let under = [Decimal::new(-25, 2)];
    let request = TargetRequest { channel: Some(400), rows: &[], over_assignment: &under, reserve: 0 };
    assert_eq!(partition_targets(request, &lines()).unwrap().groups[0].assigned, Some(300));
}

#[test]
fn lines_without_territory_or_product_line_are_covered_by_wider_targets_only() {
    let lines = [key("North", ""), key("", ""), key("North", "Cloud")];
    let rows = [row("North", "Cloud", 10)];
    let request = TargetRequest { channel: Some(100), rows: &rows, over_assignment: &[], reserve: 0 };
    let tree = partition_targets(request, &lines).unwrap();
    assert_eq!(groups(&tree)[0], ("rest of the channel", Some(90), &[0, 1][..]));
}

#[test]
fn a_channel_without_lines_can_only_be_reserve() {
    let request = TargetRequest { channel: Some(100), rows: &[], over_assignment: &[], reserve: 100 };
    assert_eq!(partition_targets(request, &[]).unwrap().groups, []);
    let faults = partition_targets(TargetRequest { reserve: 0, ..request }, &[]).unwrap_err();
    assert_eq!(faults.0, [TargetFault::NoLines { segment: key("", ""), amount: 100, nearest: None }]);
}

#[test]
fn a_finding_about_targets_has_its_cause_and_the_target_it_is_about() {
    let found = |faults: TargetFaults| match faults.0[0].to_finding(Currency::USD).cause::<QuotaFault>() {
        Some(QuotaFault::Targets { cause, scope, .. }) => (*cause, scope.clone()),
        other => panic!("{other:?}"),
    };
    let (north, south) = (row("North", "", 600), row("South", "", 300));
    let cases = [
        (split(None, &[north.clone(), north.clone()], 0), "duplicate", Some("territory North")),
        (split(None, &[row("North", "", -1)], 0), "out_of_range", Some("territory North")),
        (split(None, &[row("East", "", 5)], 0), "no_lines", Some("territory East")),
        (split(Some(800), &[north.clone(), south.clone()], 0), "exceeded", Some("channel")),
        (split(Some(1_000), &[north, south], 0), "not_reached", Some("channel")),
        (split(None, &[row("North", "", 600), row("", "Cloud", 5)], 0), "crossing", None),
    ];
    for (result, cause, scope) in cases {
        assert_eq!(found(result.unwrap_err()), (cause, scope.map(str::to_owned)));
    }
}
