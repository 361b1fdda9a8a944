use super::sample::{money, small, ugly};
use quotient::planning::{Direction, QuotaPlan, Sensitivity};
use quotient::report::explain::write_json;
use quotient::report::{ExplainView, TableOptions, schema};
use serde_json::Value;

fn sensitivities() -> Vec<Sensitivity> {
    let up = Sensitivity {
        factor: "history".into(),
        moves: "one rounding unit",
        direction: Direction::Up,
        indicated_now: money("400000"),
        indicated_needed: Some(money("412400")),
        quota_then: Some(money("1200100")),
        note: String::new(),
    };
    let down = Sensitivity {
        moves: "5 %",
        direction: Direction::Down,
        indicated_needed: Some(money("280000")),
        quota_then: Some(money("1140000")),
        ..up.clone()
    };
    let never = Sensitivity {
        factor: "market_opportunity".into(),
        indicated_needed: None,
        quota_then: None,
        note: "the ceiling of 1,200,000 holds".to_owned(),
        ..up.clone()
    };
    vec![up, down, never]
}

fn view<'a>(plan: &'a QuotaPlan, index: usize, sensitivities: &'a [Sensitivity]) -> ExplainView<'a> {
    ExplainView::new(plan, &plan.lines[index], sensitivities)
}

#[test]
fn an_explanation_reads_like_this() {
    let (plan, sensitivities) = (small(), sensitivities());
    insta::assert_snapshot!(view(&plan, 0, &sensitivities).text(&TableOptions::default()).unwrap());
}

#[test]
fn a_locked_line_with_an_abstention_reads_like_this() {
    let plan = small();
    insta::assert_snapshot!(view(&plan, 1, &[]).text(&TableOptions::default()).unwrap());
}

#[test]
fn a_sensitivity_is_a_sentence() {
    // 412,400 - 400,000 = 12,400, which is 3.1 % of 400,000
    let (plan, sensitivities) = (small(), sensitivities());
    let sentences = view(&plan, 0, &sensitivities).sensitivity_sentences().unwrap();
    assert_eq!(
        sentences,
        [
            "history would have to indicate 12,400 more (+3.1 %) for the quota to rise by 100 to 1,200,100",
            "history would have to indicate 120,000 less (-30.0 %) for the quota to fall by 60,000 to 1,140,000",
            "no change of market_opportunity alone makes the quota rise by one rounding unit; the ceiling of 1,200,000 holds",
        ]
    );
}

#[test]
fn json_carries_the_line_and_its_sensitivities_and_validates() {
    let (plan, sensitivities) = (small(), sensitivities());
    let mut out = Vec::new();
    write_json(&plan, &[view(&plan, 0, &sensitivities), view(&plan, 1, &[])], &mut out).unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    let schema: Value = serde_json::from_str(&schema::explanation()).unwrap();
    jsonschema::validator_for(&schema).unwrap().validate(&document).unwrap();
    assert_eq!(document["schema"], "quotient.explanation/1");
    assert_eq!(document["lines"][0]["line"]["steps"].as_array().unwrap().len(), 4);
    assert_eq!(document["lines"][0]["sensitivities"][2]["indicated_needed"], Value::Null);
}

#[test]
fn the_picture_is_drawn_like_this() {
    let plan = small();
    insta::assert_snapshot!(view(&plan, 0, &[]).waterfall_svg().unwrap());
}

#[test]
fn bars_of_the_picture_meet() {
    // 1,200,000 of quota; history 500,000 begins at 0, market 700,000 where it ends. The axis ends at 1,230,000.
    let plan = small();
    let svg = view(&plan, 0, &[]).waterfall_svg().unwrap();
    let history = 420 * 500_000 / 1_230_000;
    assert!(svg.contains(&format!(r#"x="190" y="4" width="{history}""#)), "{svg}");
    assert!(svg.contains(&format!(r#"x="{}" y="26""#, 190 + history)), "{svg}");
}

#[test]
fn ugly_names_are_escaped_in_the_picture_and_tame_in_the_text() {
    let plan = ugly();
    for line in &plan.lines {
        let view = ExplainView::new(&plan, line, &[]);
        let svg = view.waterfall_svg().unwrap();
        assert!(!svg.contains("<script") && !svg.contains("<img"));
        let text = view.text(&TableOptions { width: 60, ..TableOptions::default() }).unwrap();
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    }
}

#[test]
fn bars_fit_in_the_terminal_whatever_the_signs() {
    use super::sample::{factor, line, plan, step};
    use quotient::quota::StepKind;
    let cases = [("100", "-250"), ("-100", "50"), ("0", "0"), ("0.01", "99999999.99")];
    for (first, second) in cases {
        let steps = vec![factor("history", first, "1", ""), step(StepKind::Guardrail, "floor", second, "")];
        let plan = plan(vec![line("P1", steps)]);
        for width in [10, 50, 80, 400] {
            let text = view(&plan, 0, &[]).waterfall_text(width).unwrap();
            let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
            assert!(widths.iter().all(|wide| *wide == widths[0] && *wide <= 140), "{text}");
        }
    }
}
