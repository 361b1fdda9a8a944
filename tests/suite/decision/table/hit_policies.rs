//! Hit policies, expected from DMN 1.4, section 8.2.10 "Decision table hit policies".

use super::{decide, list, one, refused, table};
use quotient::decision::table::{DecisionFault, HitPolicy, Outcome, RowNumbers};

/// Salaries by years: every row includes those above it. With 4 years, rows 2, 3 and 4 match.
const YEARS: &str = ",> 1,100\n,> 2,200\n,> 3,300\n,> 5,500\n";

fn years(policy: &str) -> quotient::decision::table::DecisionTable {
    table(&format!("{policy},years,-> salary\n{YEARS}"))
}

fn rows(numbers: &[u64]) -> RowNumbers {
    RowNumbers(numbers.to_vec())
}

#[test]
fn unique_gives_the_only_row_and_refuses_two() {
    // "no overlap is possible and all rules are disjoint. Only a single rule can be matched."
    let table = years("U");
    assert_eq!(decide(&table, "2"), one("100"));
    assert_eq!(decide(&table, "4"), Err(DecisionFault::NotUnique { rows: rows(&[2, 3, 4]) }));
    assert_eq!(decide(&table, "1"), Ok(Outcome::None));
}

#[test]
fn any_gives_the_common_output_and_refuses_different_ones() {
    // "there may be overlap, but all of the matching rules show equal output entries for each output"
    let table = table("ANY,credit,late,-> verdict\n,bad,-,refuse\n,-,true,refuse\n,good,-,grant\n");
    assert_eq!(decide(&table, "bad true"), one("refuse"));
    assert_eq!(decide(&table, "good false"), one("grant"));
    assert_eq!(decide(&table, "good true"), Err(DecisionFault::NotEqual { rows: rows(&[3, 4]) }));
    assert_eq!(decide(&table, "fair false"), Ok(Outcome::None));
}

#[test]
fn any_compares_all_outputs_and_equal_numbers_of_different_scale_are_equal() {
    let table = table("ANY,a,-> x,-> y\n,> 1,1.0,p\n,> 2,1.00,p\n,> 3,1,q\n");
    assert_eq!(decide(&table, "3"), one("1 p"));
    assert_eq!(decide(&table, "4"), Err(DecisionFault::NotEqual { rows: rows(&[2, 3, 4]) }));
}

#[test]
fn priority_gives_the_output_listed_first_whatever_the_order_of_rows() {
    // "returns the matching rule with the highest output priority. Output priorities are specified in the ordered list
    // of output values, in decreasing order of priority. Note that priorities are independent from rule sequence."
    let head = "PRIORITY,age,risk,-> verdict\nallowed,,,\"refer, decline, approve\"\n";
    let rules = [",>= 18,-,approve\n", ",< 18,-,decline\n", ",-,high,refer\n"];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let table = table(&(head.to_owned() + order.map(|at| rules[at]).concat().as_str()));
        assert_eq!(decide(&table, "17 high"), one("refer"));
        assert_eq!(decide(&table, "17 low"), one("decline"));
        assert_eq!(decide(&table, "18 low"), one("approve"));
    }
}

#[test]
fn priority_without_a_list_of_values_is_refused() {
    for policy in ["P", "OUTPUT ORDER"] {
        let found = refused(&format!("{policy},years,-> salary\n{YEARS}"));
        assert!(found.contains("needs the order of priorities, and no output lists its values"), "{found}");
        assert!(found.contains("table::hit_policy"), "{found}");
    }
    let found = refused("P,years,-> salary\nallowed,,[0..1000]\n,> 1,100\n");
    assert!(found.contains("no output lists its values"), "an interval has no order: {found}");
}

#[test]
fn compound_priorities_go_from_left_to_right_and_leave_out_outputs_without_a_list() {
    // "priority is decided in compound output tables over all the outputs for which output values have been provided
    // ... by considering the ordered outputs from left to right ... Outputs for which no output values are provided are
    // not taken into account in the ordering, although their output entries are included in the ordered compound output"
    let text = ",x,-> verdict,-> note,-> rate\nallowed,,\"yes, no\",,\"high, low\"\n,> 0,no,a,high\n,> 1,yes,b,low\n,> 2,yes,c,high\n";
    let priority = table(&format!("P{text}"));
    assert_eq!(decide(&priority, "1"), one("no a high"));
    assert_eq!(decide(&priority, "2"), one("yes b low"));
    assert_eq!(decide(&priority, "3"), one("yes c high"));
    let ordered = table(&format!("O{text}"));
    assert_eq!(decide(&ordered, "3"), list(&["yes c high", "yes b low", "no a high"]));
    assert_eq!(decide(&ordered, "0"), list(&[]));
}

#[test]
fn equal_priority_with_different_outputs_decides_nothing() {
    let table = table("P,x,-> verdict,-> note\nallowed,,\"yes, no\",\n,> 0,yes,a\n,> 1,yes,b\n,> 2,yes,b\n,> 3,no,c\n");
    assert_eq!(decide(&table, "1"), one("yes a"));
    assert_eq!(decide(&table, "4"), Err(DecisionFault::NotRanked { rows: rows(&[3, 4, 5]) }));
}

#[test]
fn first_gives_the_first_row_of_the_file() {
    // "multiple (overlapping) rules can match, with different output entries. The first hit by rule order is returned."
    assert_eq!(decide(&years("F"), "6"), one("100"));
    let reversed = table("FIRST,years,-> salary\n,> 5,500\n,> 3,300\n,> 2,200\n,> 1,100\n");
    assert_eq!(decide(&reversed, "6"), one("500"));
    assert_eq!(decide(&reversed, "5"), one("300"));
    assert_eq!(decide(&reversed, "1"), Ok(Outcome::None));
}

#[test]
fn rule_order_and_collect_list_every_row() {
    // "Rule order: returns all hits in rule order." "Collect: returns all hits in arbitrary order."
    for policy in ["RULE ORDER", "R", "rule_order", "COLLECT", "C"] {
        assert_eq!(decide(&years(policy), "4"), list(&["100", "200", "300"]));
        assert_eq!(decide(&years(policy), "0"), list(&[]));
    }
    let compound = table("C,a,-> x,-> y\n,> 1,1,p\n,> 2,2,q\n");
    assert_eq!(decide(&compound, "3"), list(&["1 p", "2 q"]));
}

#[test]
fn output_order_lists_by_the_list_of_values_and_keeps_equals_in_rule_order() {
    // "Output order: returns all hits in decreasing output priority order."
    let table = table(&format!("O,years,-> salary\nallowed,,\"300, 500, 100, 200\"\n{YEARS}"));
    assert_eq!(decide(&table, "6"), list(&["300", "500", "100", "200"]));
    assert_eq!(decide(&table, "3"), list(&["100", "200"]));
}

#[test]
fn collect_operators_work_on_all_outputs() {
    // "+ (sum): the result of the decision table is the sum of all the outputs. < (min): the smallest value of all the
    // outputs. > (max): the largest value of all the outputs. # (count): the number of outputs."
    for (policy, expected) in [("C+", "600"), ("COLLECT SUM", "600"), ("C<", "100"), ("COLLECT MIN", "100")] {
        assert_eq!(decide(&years(policy), "4"), one(expected));
    }
    for (policy, expected) in [("C>", "300"), ("collect max", "300"), ("C#", "3"), ("COLLECT COUNT", "3")] {
        assert_eq!(decide(&years(policy), "4"), one(expected));
    }
}

#[test]
fn equal_outputs_are_summed_and_counted_each() {
    // Since DMN 1.2 all outputs count; DMN 1.1 took only the distinct ones.
    let rules = ",x,-> points\n,> 0,10\n,> 1,10\n,> 2,5\n";
    assert_eq!(decide(&table(&format!("C+{rules}")), "3"), one("25"));
    assert_eq!(decide(&table(&format!("C#{rules}")), "3"), one("3"));
}

#[test]
fn without_a_match_a_count_is_zero_and_other_figures_do_not_exist() {
    assert_eq!(decide(&years("C#"), "0"), one("0"));
    for policy in ["C+", "C<", "C>"] {
        assert_eq!(decide(&years(policy), "0"), Ok(Outcome::None));
    }
}

#[test]
fn figures_over_outputs_that_are_not_known_are_not_known() {
    let rules = ",x,-> points\ntype,number,number\n,> 0,10\n,> 1,\n";
    for policy in ["C+", "C<", "C>"] {
        assert_eq!(decide(&table(&format!("{policy}{rules}")), "1"), one("10"));
        assert_eq!(decide(&table(&format!("{policy}{rules}")), "2"), one("null"));
    }
    assert_eq!(decide(&table(&format!("C#{rules}")), "2"), one("2"));
}

#[test]
fn sums_are_exact_or_refused() {
    let big = "79228162514264337593543950335";
    let table = table(&format!("C+,x,-> y\n,> 0,{big}\n,> 1,-0.1\n,> 2,1\n"));
    assert_eq!(decide(&table, "1"), one(big));
    assert_eq!(decide(&table, "3"), Err(DecisionFault::SumOutOfRange { rows: rows(&[2, 3, 4]) }));
}

#[test]
fn the_default_holds_when_no_row_matches() {
    // "default output: when no rule matches, the result is the default output entry of each output"
    for policy in ["U", "A", "F", "P", "C+", "C<", "C>", "C#"] {
        let table =
            table(&format!("{policy},years,-> salary\nallowed,,\"500, 300, 200, 100, 7\"\ndefault,,7\n{YEARS}"));
        assert_eq!(decide(&table, "0"), one("7"), "{policy}");
        let decision = table.decide(&super::values("0")).unwrap();
        assert!(decision.is_default() && decision.reasons().is_empty());
    }
    for policy in ["R", "O", "C"] {
        let table = table(&format!("{policy},years,-> salary\nallowed,,\"500, 300, 200, 100\"\ndefault,,100\n{YEARS}"));
        assert_eq!(decide(&table, "0"), list(&["100"]), "{policy}");
    }
}

#[test]
fn operators_refuse_several_outputs_and_kinds_they_cannot_work_on() {
    // "the collect operator is undefined over multiple outputs"
    let found = refused("C+,a,-> x,-> y\n,> 1,1,2\n");
    assert!(found.contains("COLLECT SUM works on one output, and the table has 2"), "{found}");
    assert!(refused("C+,a,-> x\n,> 1,gold\n").contains("COLLECT SUM needs numbers, and `x` has type text"));
    assert!(refused("C+,a,-> x\n,> 1,2026-01-31\n").contains("has type date"));
    let latest = table("C>,a,-> due\n,> 1,2026-01-31\n,> 2,2026-03-31\n");
    assert_eq!(decide(&latest, "3"), one("2026-03-31"));
}

#[test]
fn every_hit_policy_is_known_by_name_and_by_letter() {
    for policy in HitPolicy::ALL {
        assert_eq!(HitPolicy::named(policy.as_str()), Some(policy));
        assert_eq!(HitPolicy::named(&policy.letter().to_lowercase()), Some(policy));
    }
    assert_eq!(HitPolicy::named("  Output-Order "), Some(HitPolicy::OutputOrder));
    assert_eq!(HitPolicy::named("UNIQ"), None);
}
