use super::sample::eur;
use super::sample::{channel, factor, line, money, plan, small, small_with_changes, sold, ugly};
use quotient::quota::Side;
use quotient::report::Summary;
use quotient::units::parse_decimal;
use rust_decimal::Decimal;

#[test]
fn growth_is_sum_over_sum_on_lines_with_known_prior_revenue() {
    // 1,200,000 + 450,000 against 1,000,000 + 500,000: 10 %. The newcomer's 50,000 have nothing to compare with.
    let plan = small();
    let summary = Summary::of(&plan).unwrap();
    assert_eq!(summary.channel.growth(), Some(parse_decimal("0.1").unwrap()));
    assert_eq!(summary.channel.compared_quota, money("1650000"));
    assert_eq!(summary.channel.quota, money("1700000"));
}

#[test]
fn subtotals_of_every_dimension_sum_to_the_total() {
    let plan = channel(150);
    let summary = Summary::of(&plan).unwrap();
    assert_eq!(summary.dimensions.len(), 2);
    for dimension in &summary.dimensions {
        let quota: Decimal = dimension.subtotals.iter().map(|subtotal| subtotal.quota.amount()).sum();
        assert_eq!(eur(quota), plan.total);
        assert_eq!(dimension.subtotals.iter().map(|subtotal| subtotal.lines).sum::<usize>(), 150);
    }
}

#[test]
fn lines_without_a_tier_stand_last() {
    let plan = small();
    let summary = Summary::of(&plan).unwrap();
    let tiers: Vec<_> = summary.dimensions[1].subtotals.iter().map(|subtotal| subtotal.name.as_deref()).collect();
    assert_eq!(tiers, [Some("Gold"), Some("Silver"), None]);
}

#[test]
fn growth_classes_hold_every_line_once() {
    for plan in [small(), ugly(), channel(150)] {
        let summary = Summary::of(&plan).unwrap();
        let held: usize = summary.growth.iter().map(|class| class.lines).sum();
        assert_eq!(held + summary.growth_unknown.lines, plan.lines.len());
    }
}

#[test]
fn a_growth_class_holds_its_lower_edge() {
    let grown = |quota: &str| {
        let mut line = line("P1", vec![factor("history", quota, "1", "")]);
        sold(&mut line, Some(money("100")));
        line
    };
    for (quota, label) in [
        ("110", "10 to 15 %"),
        ("109.99", "5 to 10 %"),
        ("100", "0 to 5 %"),
        ("99.99", "-10 to 0 %"),
        ("200", "100 % and more"),
        ("0", "below -50 %"),
    ] {
        let plan = plan(vec![grown(quota)]);
        let summary = Summary::of(&plan).unwrap();
        let class = summary.growth.iter().find(|class| class.lines == 1).unwrap();
        assert_eq!(class.label('-'), label);
    }
}

#[test]
fn target_reserve_and_over_assignment_sum_to_the_street_quota() {
    // 1,700,000 - 50,000 + 50,000 = 1,700,000
    let plan = small();
    assert_eq!(Summary::of(&plan).unwrap().over_assigned, Some(money("50000")));
}

#[test]
fn binding_guardrails_are_counted_by_their_name() {
    let plan = small();
    let summary = Summary::of(&plan).unwrap();
    assert_eq!(summary.binding[&(Side::Ceiling, "growth_limit".to_owned())].lines, 1);
}

#[test]
fn changes_are_summed_by_direction() {
    // +50,000 raised, +50,000 new, -70,000 gone
    let plan = small_with_changes();
    let changes = Summary::of(&plan).unwrap().changes.unwrap();
    assert_eq!((changes.count, changes.new, changes.gone), (3, 1, 1));
    assert_eq!((changes.raised, changes.lowered), (money("100000"), money("-70000")));
    assert_eq!(changes.net().unwrap(), money("30000"));
    assert_eq!(&*changes.largest[0].0.partner_id, "P8");
}

#[test]
fn movers_are_ranked_by_amount() {
    let plan = channel(150);
    let summary = Summary::of(&plan).unwrap();
    let mut by: Vec<Decimal> =
        plan.lines.iter().filter_map(|line| Some(line.quota.amount() - line.context.prior_revenue?.amount())).collect();
    by.sort();
    let up: Vec<Decimal> = summary.against_prior.up.iter().map(|mover| mover.by.amount()).collect();
    let down: Vec<Decimal> = summary.against_prior.down.iter().map(|mover| mover.by.amount()).collect();
    assert_eq!(up, by.iter().rev().take(5).copied().collect::<Vec<_>>());
    assert_eq!(down, by.iter().take(5).copied().collect::<Vec<_>>());
}

#[test]
fn amounts_beyond_the_range_are_refused_not_wrapped() {
    let huge = || line("P1", vec![factor("history", "79228162514264337593543950335", "1", "")]);
    let mut one = plan(vec![huge()]);
    one.lines.push(huge());
    assert!(Summary::of(&one).is_err());
}

#[test]
fn an_empty_plan_has_an_empty_summary() {
    let plan = plan(Vec::new());
    let summary = Summary::of(&plan).unwrap();
    assert_eq!((summary.partners, summary.dimensions.len(), summary.channel.growth()), (0, 0, None));
}
