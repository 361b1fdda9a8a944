use super::{HISTORY, ask_for, document, keep, refused, small, vendor};
use quotient::request::{Cause, Form, Kind, NoBooks};
use serde_json::{Value, json};

fn proposal(book: &Value, books: &(dyn quotient::request::Books + Sync)) -> Result<Vec<u8>, (Cause, Vec<String>)> {
    let body = json!({"target": 600000, "book": book}).to_string();
    match ask_for(&vendor(HISTORY), Kind::Proposal, Form::Json, body.as_bytes(), books) {
        Ok(answer) => Ok(answer.bytes),
        refusal => Err(refused(refusal)),
    }
}

#[test]
fn a_delta_is_the_whole_book_with_the_rows_of_its_partners_replaced() {
    let kept = keep(&vendor(HISTORY), &small());
    let rows: Vec<Value> =
        (1..=12).map(|month| json!({"partner_id": "B", "month": format!("2025-{month:02}"), "amount": 5})).collect();
    let mut whole = small();
    let revenue = whole["revenue"].as_array_mut().unwrap();
    revenue.retain(|row| row["partner_id"] != "B");
    revenue.extend(rows.clone());
    let delta = json!({"base": kept.0.id, "replace": {"revenue": rows}});
    assert_eq!(proposal(&delta, &kept), proposal(&whole, &NoBooks));
    assert_ne!(proposal(&delta, &kept), proposal(&small(), &NoBooks));
}

#[test]
fn a_removed_partner_leaves_every_table() {
    let kept = keep(&vendor(HISTORY), &small());
    let mut whole = small();
    for table in ["partners", "revenue"] {
        whole[table].as_array_mut().unwrap().retain(|row| row["partner_id"] != "B");
    }
    assert_eq!(proposal(&json!({"base": kept.0.id, "remove": ["B"]}), &kept), proposal(&whole, &NoBooks));
}

#[test]
fn a_partner_that_is_removed_and_given_has_exactly_what_is_given() {
    let kept = keep(&vendor(HISTORY), &small());
    let mut whole = small();
    whole["revenue"].as_array_mut().unwrap().retain(|row| row["partner_id"] != "B");
    let partner = json!({"partner_id": "B", "partner_name": "Beta", "tier": "Gold", "territory": "South"});
    let delta = json!({"base": kept.0.id, "remove": ["B"], "replace": {"partners": [partner]}});
    let (by_delta, by_whole) = (proposal(&delta, &kept), proposal(&whole, &NoBooks));
    assert!(by_delta.is_err());
    assert_eq!(by_delta, by_whole);
}

#[test]
fn tables_without_partners_are_replaced_as_a_whole() {
    let market = |amount: u64| json!([{"territory": "North", "addressable_market": amount}]);
    let mut base = small();
    base["market"] = market(1);
    let kept = keep(&vendor(HISTORY), &base);
    let mut whole = small();
    whole["market"] = market(7_000_000);
    let delta = json!({"base": kept.0.id, "replace": {"market": market(7_000_000)}});
    let bytes = proposal(&delta, &kept).unwrap();
    assert_eq!(Ok(bytes.clone()), proposal(&whole, &NoBooks));
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(document["lines"][0]["addressable_market"], "7000000.00");
}

#[test]
fn a_delta_may_add_partners_and_tables() {
    let kept = keep(&vendor(HISTORY), &small());
    let mut whole = small();
    let (partner, lock) = (json!({"partner_id": "C"}), json!({"partner_id": "C", "quota": 100, "reason": "new"}));
    whole["partners"].as_array_mut().unwrap().push(partner.clone());
    whole["locks"] = json!([lock]);
    let delta = json!({"base": kept.0.id, "replace": {"partners": [partner], "locks": [lock]}});
    assert_eq!(proposal(&delta, &kept), proposal(&whole, &NoBooks));
}

#[test]
fn faults_of_a_delta_have_the_places_of_its_sender() {
    let kept = keep(&vendor(HISTORY), &small());
    let rows = json!([
        {"partner_id": "B", "month": "2025-01", "amount": 1},
        {"partner_id": "B", "month": "2025-02", "amount": "many"},
        {"partner_id": "Z", "month": "2025-02", "amount": 1},
    ]);
    let (cause, messages) = proposal(&json!({"base": kept.0.id, "replace": {"revenue": rows}}), &kept).unwrap_err();
    assert_eq!(cause, Cause::Refused);
    let places: Vec<&str> = messages.iter().filter_map(|message| message.split(": ").next()).collect();
    assert_eq!(places, ["/book/replace/revenue/1/amount", "/book/replace/revenue/2/partner_id"]);
}

#[test]
fn a_delta_says_what_it_removes_and_replaces_in_the_right_shape() {
    let kept = keep(&vendor(HISTORY), &small());
    let cases = [
        (json!({"base": kept.0.id, "remove": ["BB"]}), Cause::Refused, "/book/remove/0"),
        (json!({"base": kept.0.id, "remove": "B"}), Cause::Malformed, "/book/remove"),
        (json!({"base": kept.0.id, "replace": {"revenue": {}}}), Cause::Malformed, "/book/replace/revenue"),
        (json!({"base": kept.0.id, "replace": {"revenu": []}}), Cause::Refused, "request: `revenu`"),
        (json!({"base": kept.0.id, "replase": {}}), Cause::Malformed, "/book/replase"),
        (json!({"base": 7}), Cause::Malformed, "/book/base"),
        (json!({"base": "0000"}), Cause::UnknownBook, "/book/base"),
    ];
    for (book, expected, place) in cases {
        let (cause, messages) = proposal(&book, &kept).unwrap_err();
        assert_eq!(cause, expected, "{book}: {messages:?}");
        assert!(messages.iter().any(|message| message.starts_with(place)), "{book}: {messages:?}");
    }
}

#[test]
fn the_id_of_a_stored_book_is_the_hash_of_its_facts() {
    let plugin = vendor(HISTORY);
    let kept = keep(&plugin, &small());
    let mut turned = small();
    turned["revenue"].as_array_mut().unwrap().reverse();
    assert_eq!(kept.0.id, keep(&plugin, &turned).0.id);
    let body = json!({"book": {"base": kept.0.id}}).to_string();
    let answer = ask_for(&plugin, Kind::Proposal, Form::Json, body.as_bytes(), &kept).unwrap();
    assert_eq!(document(&answer)["input_hash"], json!(kept.0.id));
}
