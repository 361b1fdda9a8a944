//! Steps that sum to the quota.

use super::oracle::Dice;
use crate::usd;
use quotient::quota::{
    Bound, Derivation, ExplainedFactor, GuardrailKind, OnViolation, OpenLine, ReconciliationGroup, ReconciliationRules,
    Side, Step, StepKind, StepWriter, Weights, assess, reconcile, settle,
};
use quotient::units::Currency;
use rust_decimal::Decimal;

fn factor(name: &str) -> ExplainedFactor {
    ExplainedFactor {
        name: name.into(),
        reason: format!("{name} says so").into(),
        source: format!("{name}.rhai:1").into(),
    }
}

fn told(steps: &[Step]) -> Vec<String> {
    let tell = |step: &Step| format!("{} {} {}: {}", step.kind, step.label, step.amount.to_plain(), step.reason);
    steps.iter().map(tell).collect()
}

#[test]
fn steps_explain_in_order_how_the_quota_was_derived() {
    let weights = Weights::new(&[Decimal::new(5, 1), Decimal::new(3, 1), Decimal::new(2, 1)]).unwrap();
    let assessed = assess(&[Some(100_000), Some(60_000), None], &weights).unwrap();
    let assessed = assessed.unwrap();
    // 0.625 × 1,000 + 0.375 × 600 = 850
    let ceiling = Bound {
        kind: GuardrailKind::GrowthLimit,
        side: Side::Ceiling,
        amount: 88_650,
        reason: "at most 40 % above prior revenue".into(),
    };
    let guardrails = settle(vec![ceiling]);
    let lines = [
        OpenLine { assessment: assessed.amount, ceiling: guardrails.highest(), ..OpenLine::default() },
        OpenLine { assessment: 100_000, ..OpenLine::default() },
    ];
    let group = ReconciliationGroup { name: "channel".into(), amount: Some(200_000), lines: vec![0, 1] };
    let rules = ReconciliationRules { unit: 1_000, on_violation: OnViolation::Clamp };
    let done = reconcile(&lines, &[group], rules).unwrap();
    let writer = StepWriter::new(Currency::USD, 1_000, [("channel", Some(done.multipliers[0]))]);
    let factors = [factor("history"), factor("market"), factor("pipeline")];
    let line = Derivation {
        factors: &factors,
        assessment: Some(&assessed),
        reconciled: done.lines[0],
        guardrails: &guardrails,
        group: 0,
        proration: None,
        lock: None,
    };
    // Within the ceiling 2,000 − 886.50 = 1,113.50 is asked of 1,000.
    assert_eq!(
        told(&writer.steps(&line).unwrap()),
        [
            "factor history 625.00: history says so",
            "factor market 225.00: market says so",
            "abstention pipeline 0.00: pipeline says so",
            "reconciliation channel 96.47: the channel target requires 1.114 × the assessment",
            "guardrail growth_limit -59.97: at most 40 % above prior revenue",
            "rounding rounding -6.50: rounded to 10 by largest remainder",
        ]
    );
    let locked = Derivation {
        reconciled: quotient::quota::ReconciledLine { quota: 90_000, ..done.lines[0] },
        lock: Some("agreed on 3 March"),
        ..line
    };
    let steps = writer.steps(&locked).unwrap();
    assert_eq!(told(&steps)[3..], ["lock lock 50.00: agreed on 3 March"]);
    let unassessed = Derivation { assessment: None, ..locked };
    assert_eq!(
        told(&writer.steps(&unassessed).unwrap())[2..],
        ["abstention pipeline 0.00: pipeline says so", "lock lock 900.00: agreed on 3 March"]
    );
}

#[test]
fn steps_of_every_line_sum_to_its_quota() {
    let weights = Weights::new(&[Decimal::new(35, 2), Decimal::new(65, 2)]).unwrap();
    for case in 0..400 {
        let mut dice = Dice::new(case);
        let unit = *dice.pick(&[1, 7, 100]);
        let count = 1 + dice.up_to(9) as usize;
        let drawn: Vec<_> = (0..count)
            .map(|_| {
                let value = |dice: &mut Dice| (!dice.once_in(5)).then(|| dice.up_to(120_000) - 20_000);
                let (one, other) = (value(&mut dice), value(&mut dice));
                (dice.line(100_000, unit), assess(&[one, other], &weights).unwrap())
            })
            .collect();
        let lines: Vec<OpenLine> = drawn
            .iter()
            .map(|(line, assessed)| OpenLine { assessment: assessed.as_ref().map_or(0, |sum| sum.amount), ..*line })
            .collect();
        let sum: i128 = lines.iter().map(|line| line.lock.unwrap_or(line.assessment)).sum();
        let amount = (!dice.once_in(4)).then_some(sum + dice.up_to(20_000));
        let group = ReconciliationGroup { name: "channel".into(), amount, lines: (0..count).collect() };
        let Ok(done) = reconcile(&lines, &[group], ReconciliationRules { unit, on_violation: OnViolation::Clamp })
        else {
            continue;
        };
        let writer = StepWriter::new(Currency::USD, unit, [("channel", amount.map(|_| done.multipliers[0]))]);
        let factors = [factor("history"), factor("market")];
        for (at, (line, assessed)) in drawn.iter().enumerate() {
            let bound = |side, amount| {
                Some(Bound { kind: GuardrailKind::Factor, side, amount: amount?, reason: "held".into() })
            };
            let bounds = [bound(Side::Floor, line.floor), bound(Side::Ceiling, line.ceiling)];
            let guardrails = settle(bounds.into_iter().flatten().collect());
            let line = Derivation {
                factors: &factors,
                assessment: assessed.as_ref(),
                reconciled: done.lines[at],
                guardrails: &guardrails,
                group: 0,
                proration: None,
                lock: lines[at].lock.map(|_| ""),
            };
            let steps = writer.steps(&line).unwrap();
            let sum = steps.iter().try_fold(usd(0), |sum, step| sum.plus(step.amount)).unwrap();
            assert_eq!(sum.to_minor().unwrap(), done.lines[at].quota, "case {case}, line {at}");
            assert_eq!(
                steps.iter().filter(|step| matches!(step.kind, StepKind::Factor | StepKind::Abstention)).count(),
                2
            );
            assert!(steps.iter().skip(2).all(|step| !step.amount.is_zero() && !step.reason.is_empty()));
        }
    }
}
