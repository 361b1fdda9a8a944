//! A stored book with a change to it: what is replaced, what stays, what goes.

use quotient::intake::{BookChange, JsonPart, RawTables};
use serde_json::{Value, json};

fn part<'a>(pointer: &'a str, name: &'a str, text: &'a str) -> JsonPart<'a> {
    JsonPart { file: "request", pointer, name, text }
}

/// The book of `base` with the rows of `replace` and without the partners of `remove`.
fn merged(base: &Value, replace: Option<&Value>, remove: Option<&Value>) -> Value {
    let (replace, remove) = (replace.map(Value::to_string), remove.map(Value::to_string));
    let change = BookChange {
        replace: replace.as_deref().map(|text| part("/book/replace", "book", text)),
        remove: remove.as_deref().map(|text| part("/book/remove", "remove", text)),
    };
    let book = RawTables::of(&base.to_string()).merged(&change, "request").unwrap();
    serde_json::from_str(&book.text).unwrap()
}

fn base() -> Value {
    json!({
        "currency": "EUR",
        "partners": [{"partner_id": "A"}, {"partner_id": "B"}, {"partner_id": "C"}],
        "revenue": [
            {"partner_id": "A", "month": "2025-01", "amount": "1.10"},
            {"partner_id": "B", "month": "2025-01", "amount": "2.20"},
            {"partner_id": "A", "month": "2025-02", "amount": "3.30"},
        ],
        "market": [{"territory": "North", "addressable_market": "900"}],
    })
}

#[test]
fn without_a_change_the_book_is_the_stored_one() {
    assert_eq!(merged(&base(), None, None), base());
    assert_eq!(merged(&base(), Some(&json!({})), Some(&json!([]))), base());
}

#[test]
fn rows_replace_those_of_their_partners_in_that_table_only() {
    let change = json!({"revenue": [{"partner_id": "A", "month": "2025-03", "amount": "4.40"}]});
    let mut expected = base();
    expected["revenue"] = json!([
        {"partner_id": "B", "month": "2025-01", "amount": "2.20"},
        {"partner_id": "A", "month": "2025-03", "amount": "4.40"},
    ]);
    assert_eq!(merged(&base(), Some(&change), None), expected);
}

#[test]
fn a_removed_partner_leaves_every_table_and_may_come_back_with_new_rows() {
    let mut expected = base();
    expected["partners"] = json!([{"partner_id": "B"}, {"partner_id": "C"}]);
    expected["revenue"] = json!([{"partner_id": "B", "month": "2025-01", "amount": "2.20"}]);
    assert_eq!(merged(&base(), None, Some(&json!(["A"]))), expected);
    let change = json!({"partners": [{"partner_id": "A", "tier": "Gold"}]});
    expected["partners"] = json!([{"partner_id": "B"}, {"partner_id": "C"}, {"partner_id": "A", "tier": "Gold"}]);
    assert_eq!(merged(&base(), Some(&change), Some(&json!(["A"]))), expected);
}

#[test]
fn a_table_about_no_partner_is_replaced_as_a_whole_and_a_new_one_is_added() {
    let change = json!({
        "market": [{"territory": "South", "addressable_market": "5"}],
        "Win Rates": [{"partner_id": "A", "by_value": "0.5"}],
    });
    let mut expected = base();
    expected["market"] = change["market"].clone();
    expected["Win Rates"] = change["Win Rates"].clone();
    assert_eq!(merged(&base(), Some(&change), None), expected);
}

#[test]
fn unknown_partners_and_tables_that_are_not_lists_are_refused_together() {
    let (replace, remove) = (json!({"revenue": 5}).to_string(), json!(["A", "X"]).to_string());
    let change = BookChange {
        replace: Some(part("/book/replace", "book", &replace)),
        remove: Some(part("/book/remove", "remove", &remove)),
    };
    let findings = RawTables::of(&base().to_string()).merged(&change, "request").unwrap_err();
    let codes: Vec<String> =
        findings.iter().map(|finding| format!("{} {}", finding.code(), finding.message())).collect();
    assert_eq!(findings.len(), 2, "{codes:?}");
}
