//! What rules may make of a request: decisions, reasons and responses have limits, and a budget that is used up again
//! and again ends the work.

use super::{HISTORY, ask, demonstration, document, refused, small, vendor};
use crate::review::MANIFEST;
use chrono::NaiveDate;
use quotient::cancel::{Cancel, cancellable};
use quotient::finding::Finding;
use quotient::intake::{JsonPart, ReadOptions, read_book_json};
use quotient::planning::{Request, assess_partner};
use quotient::plugin::VendorPlugin;
use quotient::request::{Cause, Defaults, Form, Kind, Limits, NoBooks, decide};
use quotient::script::on_script_threads;
use serde_json::{Value, json};

/// A vendor with one incentive policy.
fn awarding(body: &str) -> VendorPlugin {
    let policy = format!("/// Awards.\nfn decide(partner) {{\n{body}\n}}\n");
    crate::review::vendor(MANIFEST, &[("incentive.rhai", &policy)])
}

fn review() -> Value {
    json!({"as_of": "2025-09-30", "book": small()})
}

/// The messages of the faults of a review, one per cause, with the number of the partners.
fn faults(plugin: &VendorPlugin) -> Vec<String> {
    let answer = ask(plugin, Kind::Review, &review()).unwrap();
    let document = document(&answer);
    let faults = document["faults"].as_array().unwrap();
    let message = |fault: &Value| fault["message"].as_str().unwrap_or_else(|| panic!("{fault}")).to_owned();
    faults.iter().map(message).collect()
}

#[test]
fn many_awards_with_long_reasons_are_a_fault_of_the_partner_not_a_response_of_gigabytes() {
    let awards = |count: u32, length: u32| {
        format!(
            "let text = \"\";\nwhile text.len() < {length} {{ text += \"x\"; }}\nlet awards = [];\n\
             while awards.len() < {count} {{ awards.push(award(\"bonus\").amount(1).because(text)); }}\nawards"
        )
    };
    for (count, length, message) in [
        (257, 10, "the policy answers with 257 decisions, more than 256"),
        (1, 2_001, "a reason or name of the answer has 2001 characters, more than 2000"),
        // 132 × (995 + 5) bytes are more than 131,072.
        (132, 995, "the texts of the answer take more than 128 KiB in total"),
    ] {
        assert_eq!(faults(&awarding(&awards(count, length))), [message, message], "{count} × {length}");
    }
    assert!(faults(&awarding(&awards(131, 995))).is_empty());
}

#[test]
fn grounds_of_a_decision_have_a_limit() {
    let grounds = |count: u32| {
        format!(
            "let bonus = award(\"bonus\").amount(1);\nlet count = 0;\n\
             while count < {count} {{ bonus = bonus.because(\"one more\"); count += 1; }}\n[bonus]"
        )
    };
    assert!(faults(&awarding(&grounds(128))).is_empty());
    let message = "a decision has 129 reasons, requirements and changes, more than 128";
    assert_eq!(faults(&awarding(&grounds(129))), [message, message]);
}

#[test]
fn a_reason_of_a_rule_has_a_limit_too() {
    let rule = "/// Long.\nfn assess(partner) {\n    let text = \"\";\n    while text.len() < 2001 { text += \"x\"; }\n\
                indicate(partner.history.prior_revenue).because(text)\n}\n";
    let (cause, messages) = refused(ask(&vendor(rule), Kind::Proposal, &json!({"book": small()})));
    assert_eq!(cause, Cause::RulesFailed);
    assert!(
        messages[0].ends_with("a reason or name of the answer has 2001 characters, more than 2000"),
        "{messages:?}"
    );
    assert!(messages[0].starts_with("rules/acme/history.rhai:2:"), "file and line: {messages:?}");
}

#[test]
fn a_response_beyond_its_limit_is_refused_and_names_it() {
    let plugin = vendor(HISTORY);
    let body = json!({"book": small()}).to_string();
    let ask = |response_bytes| {
        let limits = Limits { response_bytes, ..Limits::default() };
        on_script_threads(Some(1), || {
            decide(&plugin, Kind::Proposal, Form::Json, body.as_bytes(), &Defaults::default(), &NoBooks, &limits)
        })
    };
    let length = ask(1 << 20).unwrap().bytes.len();
    assert_eq!(ask(length).unwrap().bytes.len(), length);
    let (cause, messages) = refused(ask(length - 1));
    assert_eq!(cause, Cause::NotPossible);
    assert_eq!(messages, [format!("the response would take more than {} bytes", length - 1)]);
}

const ENDLESS: &str = "/// Never ends.\nfn assess(partner) {\n    let steps = 0;\n    while steps < 10_000_000 { steps += 1; }\n\
                       indicate(1.0).because(\"at last\")\n}\n";

#[test]
fn a_proposal_whose_rules_use_up_their_budget_stops_after_three_partners() {
    let book = demonstration();
    let all = book["partners"].as_array().unwrap().len();
    let (cause, messages) = refused(ask(&vendor(ENDLESS), Kind::Proposal, &json!({"book": book})));
    assert_eq!(cause, Cause::RulesFailed);
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages[..3].iter().all(|message| message.contains("the rule used up its ")), "{messages:?}");
    // Partners that are not eligible are not counted.
    let told = messages[3].strip_suffix(" partners not tried: the rules used up their budget for 3 partners before");
    let not_tried: usize = told.unwrap_or_else(|| panic!("{messages:?}")).trim().parse().unwrap();
    assert!(not_tried > 100 && not_tried + 3 <= all, "{not_tried} of {all}");
}

#[test]
fn a_review_whose_policies_use_up_their_budget_does_not_try_all_partners() {
    let plugin = awarding("let steps = 0;\nwhile steps < 10_000_000 { steps += 1; }\n[]");
    let answer = ask(&plugin, Kind::Review, &json!({"as_of": "2025-09-30", "book": demonstration()})).unwrap();
    let document = document(&answer);
    let faults = document["faults"].as_array().unwrap();
    let is_tried = |fault: &&Value| fault["message"].as_str().unwrap().contains("the rule used up its ");
    assert_eq!(faults.iter().filter(is_tried).count(), 3);
    assert_eq!(faults.len(), answer.partners, "every partner is a fault");
    let message = "not tried: the policies used up their budget for 3 partners before";
    assert_eq!(faults[3]["message"], message);
    assert_eq!((answer.failed, answer.exhausted), (answer.partners, answer.partners));
    // Standings do not depend on policies.
    assert_eq!(document["partners"].as_array().unwrap().len(), answer.partners);
}

#[test]
fn work_that_is_cancelled_ends_without_an_outcome() {
    let cancel = Cancel::default();
    cancel.cancel();
    let message = "the work was stopped: its caller is gone, or its time is up";
    let asked = |plugin: &VendorPlugin, kind, body: &Value| cancellable(&cancel, || ask(plugin, kind, body));
    let (_, messages) = refused(asked(&vendor(HISTORY), Kind::Proposal, &json!({"book": demonstration()})));
    assert_eq!(messages, [message]);
    let (_, messages) = refused(asked(&awarding("[]"), Kind::Review, &review()));
    assert_eq!(messages, [message]);
    // A script that runs is stopped as well; without the cancellation it uses up its budget.
    let part = JsonPart { file: "request", pointer: "/book", name: "book", text: &one().to_string() };
    let book = read_book_json(&part, &ReadOptions::default()).into_parts().0.unwrap();
    let as_of = NaiveDate::from_ymd_opt(2025, 9, 30);
    let request = Request { as_of, ..Request::default() };
    let endless = vendor(ENDLESS);
    let assessed = cancellable(&cancel, || assess_partner(&endless, &book, &request, None));
    let messages: Vec<String> = assessed.unwrap_err().iter().map(Finding::message).collect();
    assert!(messages[0].ends_with(message), "{messages:?}");
}

/// A book with the first of the two partners.
fn one() -> Value {
    let mut book = small();
    let id = book["partners"][0]["partner_id"].clone();
    for (_, rows) in book.as_object_mut().unwrap() {
        if let Some(rows) = rows.as_array_mut() {
            rows.retain(|row| row["partner_id"] == id);
        }
    }
    book
}

#[test]
fn a_policy_that_decides_too_much_is_found_by_the_dry_run_at_its_file_and_line() {
    let text = "let awards = [];\nwhile awards.len() < 300 { awards.push(award(\"bonus\").amount(1)); }\nawards";
    let plugin = awarding(text);
    let findings = on_script_threads(Some(1), || quotient::plugin::run_trial(&plugin));
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| format!("{}: {}", finding.places[0], finding.message()))
        .collect();
    assert_eq!(errors.len(), 1, "{findings:#?}");
    assert!(errors[0].starts_with("policies/glossary/incentive.rhai:2:"), "{errors:?}");
    assert!(errors[0].contains("the policy answers with 300 decisions, more than 256"), "{errors:?}");
}
