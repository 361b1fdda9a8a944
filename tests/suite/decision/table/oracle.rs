//! Random tables against a second, simpler reading of the same rules, written only here: no index, no sets, no cuts.

use super::{lines, table};
use proptest::prelude::*;
use quotient::decision::table::{DecisionFault, DecisionTable, Direction, HitPolicy, Outcome, Value};
use rust_decimal::Decimal;

/// A condition as it is generated, with its own meaning.
#[derive(Debug, Clone)]
enum Cell {
    Any,
    Null,
    Known,
    Compared(&'static str, i64),
    Within(char, i64, i64, char),
    OneOf(Vec<i64>),
    NoneOf(Vec<i64>),
}

impl Cell {
    fn text(&self) -> String {
        let list = |values: &[i64]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Any => "-".into(),
            Self::Null => "null".into(),
            Self::Known => "known".into(),
            Self::Compared(sign, value) => format!("{sign} {value}"),
            Self::Within(open, low, high, close) => format!("{open}{low}..{high}{close}"),
            Self::OneOf(values) => list(values),
            Self::NoneOf(values) => format!("not({})", list(values)),
        }
    }

    /// `value` in tenths, `None` when not known.
    fn holds(&self, value: Option<i64>) -> bool {
        let Some(value) = value else { return matches!(self, Self::Any | Self::Null) };
        match self {
            Self::Any | Self::Known => true,
            Self::Null => false,
            Self::Compared("<", bound) => value < bound * 10,
            Self::Compared("<=", bound) => value <= bound * 10,
            Self::Compared(">", bound) => value > bound * 10,
            Self::Compared(_, bound) => value >= bound * 10,
            Self::Within(open, low, high, close) => {
                let above = if *open == '[' { value >= low * 10 } else { value > low * 10 };
                above && if *close == ']' { value <= high * 10 } else { value < high * 10 }
            }
            Self::OneOf(values) => values.iter().any(|one| one * 10 == value),
            Self::NoneOf(values) => values.iter().all(|one| one * 10 != value),
        }
    }
}

fn cell() -> impl Strategy<Value = Cell> {
    let bound = 0i64..6;
    prop_oneof![
        3 => Just(Cell::Any),
        1 => Just(Cell::Null),
        1 => Just(Cell::Known),
        4 => (prop::sample::select(vec!["<", "<=", ">", ">="]), bound.clone()).prop_map(|(s, b)| Cell::Compared(s, b)),
        4 => (prop::bool::ANY, bound.clone(), 1i64..4, prop::bool::ANY).prop_map(|(open, low, width, close)| {
            Cell::Within(if open { '[' } else { '(' }, low, low + width, if close { ']' } else { ')' })
        }),
        2 => prop::collection::vec(bound.clone(), 1..3).prop_map(Cell::OneOf),
        1 => prop::collection::vec(bound, 1..3).prop_map(Cell::NoneOf),
    ]
}

#[derive(Debug, Clone)]
struct Rules {
    rows: Vec<(Vec<Cell>, usize, i64)>,
    default: bool,
}

const VERDICTS: [&str; 3] = ["hold", "raise", "lower"];

fn rules(columns: usize) -> impl Strategy<Value = Rules> {
    let row = (prop::collection::vec(cell(), columns), 0usize..3, 0i64..3);
    (prop::collection::vec(row, 1..8), prop::bool::weighted(0.2)).prop_map(|(rows, default)| Rules { rows, default })
}

impl Rules {
    /// The table with outputs `verdict` (listed: raise, hold, lower) and `points`; with operators only `points`.
    fn table(&self, policy: HitPolicy) -> DecisionTable {
        let columns = self.rows[0].0.len();
        let compound = !policy.aggregates();
        let verdict = |word: &str| if compound { format!(",{word}") } else { String::new() };
        let mut text = policy.to_string();
        (0..columns).for_each(|at| text.push_str(&format!(",c{at}")));
        text.push_str(&format!("{},-> points\ntype", verdict("-> verdict")));
        text.push_str(&",number".repeat(columns));
        text.push_str(&format!("{},number\nallowed{}", verdict("text"), ",".repeat(columns)));
        text.push_str(&format!("{},\n", verdict("\"raise, hold, lower\"")));
        if self.default {
            text.push_str(&format!("default{}{},9\n", ",".repeat(columns), verdict("hold")));
        }
        for (cells, output, points) in &self.rows {
            for cell in cells {
                text.push_str(&format!(",\"{}\"", cell.text()));
            }
            text.push_str(&format!("{},{points}\n", verdict(VERDICTS[*output])));
        }
        table(&text)
    }

    fn first_row(&self) -> u64 {
        if self.default { 5 } else { 4 }
    }

    fn matching(&self, point: &[Option<i64>]) -> Vec<usize> {
        let holds = |at: &usize| self.rows[*at].0.iter().zip(point).all(|(cell, value)| cell.holds(*value));
        (0..self.rows.len()).filter(holds).collect()
    }

    /// DMN's hit policies, said once more.
    fn expected(&self, policy: HitPolicy, point: &[Option<i64>]) -> Result<Outcome, Vec<u64>> {
        let matching = self.matching(point);
        let output = |at: &usize| -> Vec<Value> {
            let points = Value::Number(self.rows[*at].2.into());
            if policy.aggregates() { vec![points] } else { vec![VERDICTS[self.rows[*at].1].into(), points] }
        };
        let rank = |at: &usize| ["raise", "hold", "lower"].iter().position(|word| *word == VERDICTS[self.rows[*at].1]);
        let numbers = |rows: &[usize]| rows.iter().map(|at| *at as u64 + self.first_row()).collect::<Vec<u64>>();
        let agree = |rows: &[usize]| rows.iter().all(|at| output(at) == output(&rows[0]));
        let points = || matching.iter().map(|at| self.rows[*at].2);
        let figure = |value: i64| Ok(Outcome::One(vec![Value::Number(Decimal::from(value))]));
        if matching.is_empty() {
            let default = if policy.aggregates() {
                vec![Value::Number(9.into())]
            } else {
                vec!["hold".into(), Value::Number(9.into())]
            };
            return match (self.default, policy) {
                (true, policy) if policy.is_list() => Ok(Outcome::List(vec![default])),
                (true, _) => Ok(Outcome::One(default)),
                (false, policy) if policy.is_list() => Ok(Outcome::List(vec![])),
                (false, HitPolicy::CollectCount) => figure(0),
                (false, _) => Ok(Outcome::None),
            };
        }
        match policy {
            HitPolicy::Unique if matching.len() > 1 => Err(numbers(&matching)),
            HitPolicy::Any if !agree(&matching) => Err(numbers(&matching)),
            HitPolicy::Unique | HitPolicy::Any | HitPolicy::First => Ok(Outcome::One(output(&matching[0]))),
            HitPolicy::Priority => {
                let best = matching.iter().map(rank).min().unwrap();
                let best: Vec<usize> = matching.iter().copied().filter(|at| rank(at) == best).collect();
                if agree(&best) { Ok(Outcome::One(output(&best[0]))) } else { Err(numbers(&best)) }
            }
            HitPolicy::RuleOrder | HitPolicy::Collect => Ok(Outcome::List(matching.iter().map(output).collect())),
            HitPolicy::OutputOrder => {
                let by_rank = |wanted| matching.iter().filter(move |at| rank(at) == Some(wanted));
                Ok(Outcome::List((0..3).flat_map(by_rank).map(output).collect()))
            }
            HitPolicy::CollectSum => figure(points().sum()),
            HitPolicy::CollectMin => figure(points().min().unwrap()),
            HitPolicy::CollectMax => figure(points().max().unwrap()),
            HitPolicy::CollectCount => figure(matching.len() as i64),
        }
    }
}

/// Every bound, every middle between bounds, both outsides, and what is not known: in tenths.
fn sample() -> Vec<Option<i64>> {
    (-1..=20).map(|half| Some(half * 5)).chain([None]).collect()
}

fn points(columns: usize) -> Vec<Vec<Option<i64>>> {
    (0..columns).fold(vec![Vec::new()], |points, _| {
        points
            .iter()
            .flat_map(|point| sample().into_iter().map(|value| [point.as_slice(), &[value]].concat()))
            .collect()
    })
}

fn inputs(point: &[Option<i64>]) -> Vec<Value> {
    point.iter().map(|tenths| tenths.map(|tenths| Decimal::new(tenths, 1)).into()).collect()
}

fn fault_rows(fault: DecisionFault) -> Vec<u64> {
    match fault {
        DecisionFault::NotUnique { rows } | DecisionFault::NotEqual { rows } | DecisionFault::NotRanked { rows } => {
            rows.0
        }
        other => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::patience::cases(20, 200)))]

    #[test]
    fn deciding_agrees_with_the_oracle_under_every_hit_policy(rules in rules(2)) {
        for policy in HitPolicy::ALL {
            let table = rules.table(policy);
            for point in points(2) {
                let decided = table.decide(&inputs(&point));
                if let Ok(decision) = &decided {
                    let rows: Vec<u64> = rules.matching(&point).iter().map(|at| *at as u64 + rules.first_row()).collect();
                    prop_assert_eq!(decision.matched_rows(), rows);
                }
                let decided = decided.map(|decision| decision.outcome().clone()).map_err(fault_rows);
                prop_assert_eq!(decided, rules.expected(policy, &point), "{} at {:?}", policy, point);
            }
        }
    }

    #[test]
    fn gaps_are_exactly_what_no_row_covers(rules in rules(3)) {
        let table = rules.table(HitPolicy::Unique);
        let gaps = table.gaps();
        prop_assert!(gaps.is_complete);
        let tests_not_known = |column: usize| rules.rows.iter().any(|(cells, ..)| matches!(cells[column], Cell::Null | Cell::Known));
        for point in points(3).into_iter().step_by(3) {
            if (0..3).any(|column| point[column].is_none() && !tests_not_known(column)) {
                continue;
            }
            let containing = gaps.regions.iter().filter(|region| region.contains(&inputs(&point))).count();
            let uncovered = rules.matching(&point).is_empty();
            prop_assert_eq!(containing, usize::from(uncovered), "{:?}", point);
        }
    }

    #[test]
    fn overlaps_are_exactly_the_pairs_that_break_the_hit_policy(rules in rules(2)) {
        for policy in [HitPolicy::Unique, HitPolicy::Any] {
            let table = rules.table(policy);
            let found = table.overlaps();
            prop_assert!(found.is_complete);
            let mut breaking = std::collections::BTreeSet::new();
            for point in points(2) {
                let matching = rules.matching(&point);
                for (at, a) in matching.iter().enumerate() {
                    for b in &matching[at + 1..] {
                        let differ = (rules.rows[*a].1, rules.rows[*a].2) != (rules.rows[*b].1, rules.rows[*b].2);
                        if policy == HitPolicy::Unique || differ {
                            let pair = (*a as u64 + rules.first_row(), *b as u64 + rules.first_row());
                            breaking.insert(pair);
                            let region = found.pairs.iter().find(|overlap| overlap.rows == pair);
                            prop_assert!(found.pairs.len() < found.count || region.is_some(), "{:?}", pair);
                        }
                    }
                }
                for overlap in &found.pairs {
                    if overlap.region.contains(&inputs(&point)) {
                        let (a, b) = (overlap.rows.0 - rules.first_row(), overlap.rows.1 - rules.first_row());
                        prop_assert!(matching.contains(&(a as usize)) && matching.contains(&(b as usize)));
                    }
                }
            }
            prop_assert_eq!(found.count, breaking.len());
        }
    }

    #[test]
    fn rows_called_masked_never_win_and_the_others_do(rules in (1usize..=2).prop_flat_map(rules)) {
        for policy in [HitPolicy::First, HitPolicy::Priority] {
            let table = rules.table(policy);
            let found = lines(&table.lint());
            let mut winners = std::collections::BTreeSet::new();
            for point in points(rules.rows[0].0.len()) {
                if let Ok(decision) = table.decide(&inputs(&point)) {
                    winners.extend(decision.reasons().into_iter().filter(|reason| reason.is_decisive).map(|reason| reason.row));
                }
                if let Err(fault) = table.decide(&inputs(&point)) {
                    winners.extend(fault_rows(fault));
                }
            }
            for at in 0..rules.rows.len() as u64 {
                let row = at + rules.first_row();
                let said = found.contains(&format!("row {row} never wins")) ;
                if said {
                    prop_assert!(!winners.contains(&row), "row {}: {}", row, found);
                } else {
                    prop_assert!(winners.contains(&row), "row {} never won: {}", row, found);
                }
            }
        }
    }

    #[test]
    fn near_rows_fail_in_exactly_one_condition_and_their_targets_meet_it(rules in rules(2)) {
        for policy in [HitPolicy::First, HitPolicy::Unique, HitPolicy::CollectSum] {
            let table = rules.table(policy);
            for point in points(2).into_iter().step_by(2) {
                let Ok(decision) = table.decide(&inputs(&point)) else { continue };
                let failing = |cells: &[Cell]| (0..2).filter(|at| !cells[*at].holds(point[*at])).collect::<Vec<_>>();
                let expected: Vec<(u64, String)> = (0..rules.rows.len())
                    .filter_map(|at| match failing(&rules.rows[at].0).as_slice() {
                        [column] => Some((at as u64 + rules.first_row(), format!("c{column}"))),
                        _ => None,
                    })
                    .collect();
                let near = decision.nearest();
                let found: Vec<(u64, String)> = near.iter().map(|near| (near.row, near.column.to_string())).collect();
                prop_assert_eq!(found, expected);
                for near in near {
                    let column = usize::from(&*near.column == "c1");
                    let cell = &rules.rows[(near.row - rules.first_row()) as usize].0[column];
                    // The nearest half on either side that meets the cell, from a plain walk.
                    let reach = |step: i64| point[column].and_then(|from| (1..=200).map(|n| from + n * step).find(|at| cell.holds(Some(*at))));
                    prop_assert!(near.targets.len() <= 2);
                    for target in &near.targets {
                        let up = target.direction == Direction::Raise;
                        let Value::Number(bound) = target.value else { panic!("{:?}", target) };
                        let reached = Decimal::new(reach(if up { 1 } else { -1 }).unwrap(), 1);
                        if target.is_included {
                            prop_assert_eq!(bound, reached);
                            let mut moved = inputs(&point);
                            moved[column] = target.value.clone();
                            let outcome = table.decide(&moved).map(|decision| decision.outcome().clone());
                            prop_assert_eq!(outcome, decision.outcome_at(target));
                        } else {
                            let tenth = Decimal::new(if up { 1 } else { -1 }, 1);
                            prop_assert_eq!(bound + tenth, reached);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_of_rows_is_irrelevant_where_it_must_be(rules in rules(2)) {
        let mut reversed = rules.clone();
        reversed.rows.reverse();
        for policy in [HitPolicy::Unique, HitPolicy::Any, HitPolicy::Priority, HitPolicy::CollectSum, HitPolicy::CollectMin, HitPolicy::CollectMax, HitPolicy::CollectCount] {
            let (a, b) = (rules.table(policy), reversed.table(policy));
            prop_assert_eq!(a.overlaps().count, b.overlaps().count);
            for point in points(2) {
                let outcome = |table: &DecisionTable| table.decide(&inputs(&point)).map(|decision| decision.outcome().clone()).map_err(|_| ());
                prop_assert_eq!(outcome(&a), outcome(&b));
            }
        }
    }
}
