use super::{HISTORY, ask_for, document, keep, refused, shipped, small, vendor};
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

fn shipped_review(book: &Value, books: &(dyn quotient::request::Books + Sync)) -> Value {
    let body = json!({"as_of": "2025-12-31", "book": book}).to_string();
    document(&ask_for(&shipped("odoo"), Kind::Review, Form::Json, body.as_bytes(), books).unwrap())
}

/// The book of two partners, in the vendor's currency.
fn in_euros() -> Value {
    let mut book = small();
    book["currency"] = json!("EUR");
    book
}

fn unread(review: &Value) -> Vec<&Value> {
    review["findings"].as_array().unwrap().iter().filter(|finding| finding["cause"] == "unread_table").collect()
}

/// `tables` has what the vendor declares; at the top it is read as well.
#[test]
fn a_vendors_own_tables_are_read_from_either_place() {
    let rows = json!([{"partner_id": "A", "kind": "new", "users": 80, "revenue": "0", "on": "2025-02-01"}]);
    let (mut nested, mut flat) = (in_euros(), in_euros());
    nested["kind"] = json!("whole");
    nested["tables"] = json!({"users": rows});
    flat["users"] = rows;
    let vendor = shipped("odoo");
    let (kept, same) = (keep(&vendor, &nested), keep(&vendor, &flat));
    assert_eq!(kept.0.id, same.0.id, "the same facts");
    let (by_nested, by_flat) = (shipped_review(&nested, &NoBooks), shipped_review(&flat, &NoBooks));
    assert_eq!(by_nested, by_flat);
    assert_eq!(unread(&by_nested), Vec::<&Value>::new());
    assert_ne!(by_nested["input_hash"], shipped_review(&in_euros(), &NoBooks)["input_hash"]);
    // A change says where its rows are, wherever the stored book has them.
    let change = |tables: Value| json!({"kind": "change", "base": kept.0.id, "replace": tables});
    let more = json!([{"partner_id": "A", "kind": "new", "users": 90, "revenue": "0", "on": "2025-02-01"}]);
    let changed = shipped_review(&change(json!({"tables": {"users": more}})), &kept);
    assert_eq!(changed, shipped_review(&change(json!({"users": more})), &kept));
    assert_ne!(changed["input_hash"], by_nested["input_hash"]);
    let wrong = json!([{"partner_id": "Z", "kind": "new", "users": 90, "revenue": "0", "on": "2025-02-01"}]);
    let body = json!({"as_of": "2025-12-31", "book": change(json!({"tables": {"users": wrong}}))}).to_string();
    let (_, places) = refused(ask_for(&vendor, Kind::Review, Form::Json, body.as_bytes(), &kept));
    assert!(places.iter().any(|place| place.contains("/book/replace/tables/users/0")), "{places:?}");
}

#[test]
fn tables_that_nothing_reads_are_reported() {
    let mut book = in_euros();
    book["revenues"] = json!([{"partner_id": "A", "amount": 9000}]);
    book["tables"] = json!({"userz": [{"partner_id": "A"}]});
    let review = shipped_review(&book, &NoBooks);
    let told: Vec<(&str, &str)> = unread(&review)
        .iter()
        .map(|finding| (finding["places"][0]["pointer"].as_str().unwrap(), finding["help"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("/book/revenues", "did you mean `revenue`?"), ("/book/tables/userz", "did you mean `users`?")]);
    let plain = shipped_review(&in_euros(), &NoBooks);
    assert_eq!(unread(&plain), Vec::<&Value>::new());
    book["currency"] = json!("USD");
    let body = json!({"target": 600000, "book": book}).to_string();
    let plan = ask_for(&self::vendor(HISTORY), Kind::Proposal, Form::Json, body.as_bytes(), &NoBooks).unwrap();
    assert_eq!(unread(&document(&plan)).len(), 2);
}

#[test]
fn the_kind_of_a_book_is_one_of_two_words() {
    let kept = keep(&vendor(HISTORY), &small());
    let with = |kind: &str, mut book: Value| {
        book["kind"] = json!(kind);
        proposal(&book, &kept)
    };
    assert_eq!(with("whole", small()), proposal(&small(), &NoBooks));
    assert_eq!(with("change", json!({"base": kept.0.id})), proposal(&small(), &NoBooks));
    for (kind, book) in
        [("whole", json!({"base": kept.0.id})), ("change", small()), ("other", small()), ("change", json!({}))]
    {
        let (cause, places) = with(kind, book).unwrap_err();
        assert_eq!(cause, Cause::Malformed, "{kind}: {places:?}");
    }
}

#[test]
fn a_table_is_in_one_place_only() {
    let mut book = small();
    book["users"] = json!([{"partner_id": "A"}]);
    book["tables"] = json!({"users": [{"partner_id": "B"}]});
    assert!(proposal(&book, &NoBooks).is_err());
    let mut book = small();
    book["tables"] = json!({"users": {"partner_id": "B"}});
    let (_, places) = proposal(&book, &NoBooks).unwrap_err();
    assert!(places.iter().any(|place| place.contains("/book/tables/users")), "{places:?}");
}
