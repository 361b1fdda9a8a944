use super::{MANIFEST, TIER, beyond_range, glossary, json, json_on, request, vendor};
use crate::performance::{With, book, partner, segment};
use quotient::channel::{ExtraRow, ExtraTable};
use serde_json::Value;

fn of<'a>(document: &'a Value, id: &str) -> &'a Value {
    document["partners"].as_array().unwrap().iter().find(|partner| partner["partner_id"] == id).unwrap()
}

/// Source: the glossary's example. 1,250,000 and 600,000 ÷ 1,200,000, and so on.
#[test]
fn a_missed_quota_alone_never_changes_a_tier() {
    let document = json(&vendor(MANIFEST, &[("tier.rhai", TIER)]), &glossary(), &request("2026-12-31"));
    let expected =
        [("A", "retain", "Gold"), ("B", "retain", "Gold"), ("C", "retain", "Gold"), ("D", "demote", "Silver")];
    for (id, decision, to) in expected {
        let tier = &of(&document, id)["tier"];
        assert_eq!(
            (tier["current"].as_str(), tier["decision"].as_str(), tier["to"].as_str()),
            (Some("Gold"), Some(decision), Some(to)),
            "{id}"
        );
    }
    assert_eq!(of(&document, "B")["standing"]["attainment"], "0.5");
    // 500,000 − 499,999.99 is one cent.
    assert_eq!(of(&document, "D")["tier"]["requirements"][0]["gap"], "0.01");
    assert!(!of(&document, "D")["tier"]["reasons"].as_array().unwrap().is_empty());
}

#[test]
fn without_policies_there_are_standings_and_roll_ups_only() {
    let document = json(&vendor(MANIFEST, &[]), &glossary(), &request("2026-12-31"));
    assert_eq!(of(&document, "A")["tier"]["current"], "Gold");
    assert_eq!(of(&document, "A")["tier"]["decision"], Value::Null);
    assert_eq!(of(&document, "A")["incentives"], Value::Array(Vec::new()));
    let channel = &document["rollups"][0];
    // (1,250,000 + 600,000 + 500,000 + 499,999.99) ÷ 4,800,000
    assert_eq!((channel["actual"].as_str(), channel["quota"].as_str()), (Some("2849999.99"), Some("4800000.00")));
}

#[test]
fn a_policy_that_fails_on_one_partner_is_a_fault_on_that_partner() {
    let dividing = "/// Fails where the quota is not known.\nfn decide(partner) { \
        if partner.standing.quota > partner.standing.actual { return []; } [] }";
    let plugin = vendor(MANIFEST, &[("tier.rhai", TIER), ("incentive.rhai", dividing)]);
    let mut partners = glossary().partners;
    partners.push(partner("E").sold("2026-06", "1"));
    let (text, outcome) = json_on(&plugin, &book(partners), &request("2026-12-31"), 2);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(outcome.summary.failed, 1);
    assert_eq!(document["summary"]["failed"], 1);
    assert_eq!(document["faults"][0]["partner_id"], "E");
    assert_eq!(document["partners"].as_array().unwrap().len(), 5);
    // Its standing stands; what was decided is not known.
    assert_eq!(of(&document, "E")["standing"]["actual"], "1.00");
    assert_eq!(of(&document, "E")["incentives"], Value::Null);
    assert_eq!(of(&document, "A")["tier"]["decision"], "retain");
}

#[test]
fn policies_that_use_up_their_budget_for_three_partners_are_not_tried_for_the_others() {
    let endless = "/// Never ends.\nfn decide(partner) {\n    let steps = 0;\n    \
        while steps < 10_000_000 { steps += 1; }\n    retain()\n}\n";
    let document = json(&vendor(MANIFEST, &[("tier.rhai", endless)]), &glossary(), &request("2026-12-31"));
    let faults = document["faults"].as_array().unwrap();
    let messages: Vec<&str> = faults.iter().map(|fault| fault["message"].as_str().unwrap()).collect();
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages[..3].iter().all(|message| message.contains("used up its ")), "{messages:?}");
    assert_eq!(messages[3], "not tried: the policies used up their budget for 3 partners before");
}

#[test]
fn a_partner_whose_amounts_are_out_of_range_is_a_fault_and_the_others_are_reviewed() {
    let mut partners = glossary().partners;
    partners.push(beyond_range("E"));
    let document = json(&vendor(MANIFEST, &[]), &book(partners), &request("2026-12-31"));
    assert_eq!(document["faults"][0]["code"], "review::out_of_range");
    assert_eq!(document["partners"].as_array().unwrap().len(), 4);
    assert_eq!(document["summary"]["partners"], 5);
    assert_eq!(document["rollups"][0]["partners"], 4);
}

const LINE_TIERS: &str = r#"
[policies]
tier_per = "product_line"
tier_table = "line_tiers"

[tables.line_tiers]
product_line = "text"
tier = "text"
"#;

/// Gold of a product line asks 500,000 of that line.
const LINE_TIER: &str = r#"
fn decide(partner) {
    ladder()
        .tier("Silver", at_least("revenue of the line", partner.standing.actual, tier_minimum("Silver")))
        .tier("Gold", at_least("revenue of the line", partner.standing.actual, tier_minimum("Gold")))
        .decision_for(partner.tier).because(`${partner.product_line} of ${partner.id}`)
}
"#;

#[test]
fn each_product_line_has_its_own_tier() {
    let mut sells = partner("P").quota("FY2026", "900000");
    sells.product_lines = vec!["Cloud".into(), "Training".into()];
    let sells = sells
        .sold_in("2026-03", segment("Cloud", "North"), "300000")
        .sold_in("2026-06", segment("Cloud", "South"), "200000")
        .sold_in("2025-06", segment("Software", ""), "800000")
        .sold_in("2026-06", segment("Software", ""), "499999.99");
    let mut book = book(vec![sells, partner("Q")]);
    let row = |row, line: &str, tier: &str| ExtraRow { partner: 0, row, values: vec![line.into(), tier.into()] };
    book.extra_tables = vec![ExtraTable {
        name: "line_tiers".into(),
        columns: vec!["product_line".into(), "tier".into()],
        rows: vec![row(2, "Cloud", "Silver"), row(3, "Software", "Gold")],
    }];
    let manifest = format!("{MANIFEST}{LINE_TIERS}");
    let document = json(&vendor(&manifest, &[("tier.rhai", LINE_TIER)]), &book, &request("2026-12-31"));
    let found = of(&document, "P")["tiers"].as_array().unwrap();
    let words = |tier: &Value| {
        let word = |key: &str| tier[key].as_str().unwrap_or("none").to_owned();
        format!("{}: {} {} {}", word("product_line"), word("current"), word("decision"), word("to"))
    };
    assert_eq!(
        found.iter().map(words).collect::<Vec<_>>(),
        ["Cloud: Silver promote Gold", "Software: Gold demote Silver", "Training: none promote Silver"]
    );
    assert_eq!(found[1]["requirements"][0]["tier"], "Gold");
    assert_eq!(of(&document, "Q")["tiers"].as_array().map(Vec::len), Some(0));
}
