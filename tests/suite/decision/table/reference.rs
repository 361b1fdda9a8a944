//! The examples of `docs/decision-tables.md` are executed.
//!
//! A block ```` ```csv ```` is a table; a block ```` ```decide ```` after it has lines `inputs => outcome`; a block
//! ```` ```lint ```` has the findings of that table, and ```` ```refused ```` those of a table that is not read.

use super::{lines, values};
use quotient::decision::table::{DecisionTable, HitPolicy, Kind, Outcome, Value};

fn shown(outcome: &Outcome) -> String {
    let row = |values: &[Value]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    match outcome {
        Outcome::None => "nothing".to_owned(),
        Outcome::One(values) => row(values),
        Outcome::List(rows) => format!("[{}]", rows.iter().map(|values| row(values)).collect::<Vec<_>>().join("; ")),
    }
}

#[test]
fn every_example_of_the_reference_holds() {
    let text = include_str!("../../../../docs/decision-tables.md");
    let mut table = String::new();
    let mut counts = (0, 0, 0);
    for block in text.split("\n```").skip(1).step_by(2) {
        let (kind, body) = block.split_once('\n').unwrap();
        let (read, findings) = DecisionTable::parse("table.csv", &table.as_str().into()).into_parts();
        match kind {
            "csv" => table = format!("{body}\n"),
            "decide" => {
                let read = read.unwrap_or_else(|| panic!("{table}{}", lines(&findings)));
                for line in body.lines() {
                    let (inputs, expected) = line.split_once(" => ").unwrap();
                    let shown = match read.decide(&values(inputs)) {
                        Ok(decision) => shown(decision.outcome()),
                        Err(fault) => fault.to_string(),
                    };
                    assert_eq!(shown, expected, "{inputs} in\n{table}");
                    counts.0 += 1;
                }
            }
            "lint" => {
                let read = read.unwrap_or_else(|| panic!("{table}{}", lines(&findings)));
                assert_eq!(lines(&read.lint()), body.trim_end(), "{table}");
                counts.1 += 1;
            }
            "refused" => {
                assert!(read.is_none());
                assert_eq!(lines(&findings), body.trim_end(), "{table}");
                counts.2 += 1;
            }
            other => panic!("unknown block `{other}`"),
        }
    }
    assert!(counts.0 >= 20 && counts.1 >= 2 && counts.2 >= 1, "{counts:?}");
}

#[test]
fn the_reference_names_every_hit_policy_and_every_kind() {
    let text = include_str!("../../../../docs/decision-tables.md");
    for policy in HitPolicy::ALL {
        assert!(
            text.contains(&format!("`{}`", policy.as_str())) && text.contains(&format!("`{}`", policy.letter())),
            "{policy}"
        );
    }
    for kind in Kind::ALL {
        assert!(text.contains(&format!("`{kind}`")), "{kind}");
    }
}
