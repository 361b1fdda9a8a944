use super::{HISTORY, ask, ask_for, document, refused, shipped, small, vendor};
use quotient::intake;
use quotient::request::{Cause, Defaults, Form, Kind, Limits, NoBooks, decide, read_stored_book};
use serde_json::{Value, json};

fn raw(kind: Kind, body: &[u8]) -> (Cause, Vec<String>) {
    refused(ask_for(&vendor(HISTORY), kind, Form::Json, body, &NoBooks))
}

fn first(kind: Kind, body: &Value) -> (Cause, String) {
    let (cause, messages) = raw(kind, body.to_string().as_bytes());
    (cause, messages.first().cloned().unwrap_or_default())
}

#[test]
fn invalid_json_is_malformed() {
    for body in ["", "{", "[]", "7", "{}{}", "{\"book\": NaN}", "{\"book\": {}}, 1", "{'book': {}}"] {
        let (cause, messages) = raw(Kind::Assessment, body.as_bytes());
        assert_eq!(cause, Cause::Malformed, "{body}: {messages:?}");
    }
    assert_eq!(raw(Kind::Assessment, b"{\"a\": \"\xff\"}").0, Cause::Malformed);
    assert_eq!(raw(Kind::Assessment, b"\xef\xbb\xbf{}").0, Cause::Malformed);
}

#[test]
fn a_duplicate_key_is_refused_at_every_depth() {
    let cases = [
        (r#"{"partner": "A", "partner": "B"}"#, "/partner: duplicate key"),
        (r#"{"book": {"revenue": [], "revenue": []}}"#, "/book/revenue: duplicate key"),
        (r#"{"book": {"partners": [{"a": 1}, {"a": 1, "b": 2, "\u0061": 3}]}}"#, "/book/partners/1/a: duplicate key"),
        (r#"{"book": {"x": [[{"a": {"b": {}, "b": 0}}]]}}"#, "/book/x/0/0/a/b: duplicate key"),
    ];
    for (body, expected) in cases {
        assert_eq!(raw(Kind::Assessment, body.as_bytes()), (Cause::Malformed, vec![expected.to_owned()]));
    }
    let many: Vec<String> = (0..40).map(|key| format!("\"k{}\": 0", key % 39)).collect();
    let (_, messages) = raw(Kind::Assessment, format!("{{{}}}", many.join(",")).as_bytes());
    assert_eq!(messages, ["/k0: duplicate key"]);
}

#[test]
fn values_nested_too_deeply_are_refused() {
    for depth in [17, 100_000] {
        let body = format!("{{\"book\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        let (cause, messages) = raw(Kind::Assessment, body.as_bytes());
        assert_eq!((cause, messages.len()), (Cause::Malformed, 1));
        assert!(messages[0].contains("more than 16 levels deep"), "{messages:?}");
    }
}

#[test]
fn a_member_that_means_nothing_is_refused_with_the_nearest_one() {
    let refusal = ask(&vendor(HISTORY), Kind::Proposal, &json!({"targett": 1, "book": small(), "colour": 1}));
    let refusal = refusal.unwrap_err();
    assert_eq!(refusal.cause, Cause::Malformed);
    let helps: Vec<String> = refusal.findings.iter().map(|finding| finding.advice()).collect();
    assert_eq!(helps.len(), 2);
    assert_eq!(helps[0], "did you mean `target`?");
    assert!(helps[1].starts_with("known members: `as_of`"), "{helps:?}");
}

#[test]
fn all_findings_come_at_once() {
    let mut book = small();
    book["revenue"][0]["amount"] = json!("1e300");
    let body = json!({"as_of": "31.12.2025", "target": -1, "book": book, "x": 1});
    let (cause, messages) = raw(Kind::Proposal, body.to_string().as_bytes());
    assert_eq!(cause, Cause::Malformed);
    let places: Vec<&str> = messages.iter().filter_map(|message| message.split(": ").next()).collect();
    assert_eq!(places, ["/as_of", "/target", "/x", "/book/revenue/0/amount"]);
}

#[test]
fn absurd_numbers_are_refused_as_they_were_written() {
    for number in
        ["1e999", "-0.0000001e-70", "99999999999999999999999999999999999999", "0.123456789012345678901234567890"]
    {
        let body =
            json!({"target": 1, "book": small()}).to_string().replace("\"target\":1", &format!("\"target\":{number}"));
        let (cause, messages) = raw(Kind::Proposal, body.as_bytes());
        assert!(matches!(cause, Cause::Malformed | Cause::Refused), "{number}: {messages:?}");
        let body = json!({"book": small()}).to_string().replacen("\"10000.00\"", number, 1);
        let (cause, messages) = raw(Kind::Proposal, body.as_bytes());
        assert_eq!(cause, Cause::Refused, "{number}: {messages:?}");
        assert!(messages[0].starts_with("/book/revenue/0/amount"), "{messages:?}");
    }
}

#[test]
fn members_of_the_wrong_kind_are_refused_in_their_place() {
    let cases = [
        (json!({"as_of": 20251231, "book": small()}), "/as_of"),
        (json!({"as_of": "2025-13-01", "book": small()}), "/as_of"),
        (json!({"as_of": "2025-1-1", "book": small()}), "/as_of"),
        (json!({"period": ["FY2026"], "book": small()}), "/period"),
        (json!({"period": "FY\u{202e}2026", "book": small()}), "/period"),
        (json!({"target": true, "book": small()}), "/target"),
        (json!({"target": "sixty", "book": small()}), "/target"),
        (json!({"targets": {}, "book": small()}), "/targets"),
        (json!({"locks": 7, "book": small()}), "/locks"),
        (json!({"bands": "yes", "book": small()}), "/bands"),
        (json!({"bands": 1, "book": small()}), "/bands"),
        (json!({"book": []}), "/book"),
        (json!({"book": null}), "/book"),
        (json!({}), "/book"),
    ];
    for (body, place) in cases {
        let (cause, message) = first(Kind::Proposal, &body);
        assert_eq!(cause, Cause::Malformed, "{message}");
        assert!(message.starts_with(&format!("{place}: ")), "{place}: {message}");
    }
}

#[test]
fn a_body_of_nothing_but_unknown_members_gets_a_short_answer() {
    let members: Vec<String> = (0..5_000).map(|n| format!("\"k{n}\":1")).collect();
    let (cause, messages) = raw(Kind::Proposal, format!("{{{}}}", members.join(",")).as_bytes());
    assert_eq!(cause, Cause::Malformed);
    assert!(messages.len() < 50, "{} findings", messages.len());
}

#[test]
fn a_book_has_tables_and_a_currency_and_nothing_else() {
    for (key, value) in [("revenues", json!({})), ("note", json!("x")), ("currency", json!(7)), ("revenue", json!({}))]
    {
        let mut book = small();
        book[key] = value;
        let (cause, message) = first(Kind::Proposal, &json!({"book": book}));
        assert_eq!(cause, Cause::Malformed, "{message}");
        assert!(message.starts_with(&format!("/book/{key}: ")), "{message}");
    }
    let mut book = small();
    book["opportunitys"] = json!([{"opportunity_id": "1"}]);
    assert_eq!(first(Kind::Proposal, &json!({"book": book})).0, Cause::Refused);
}

#[test]
fn identifiers_with_characters_that_do_not_show_are_refused() {
    for id in ["A\u{0}", "A\u{202e}B", "A\u{7}"] {
        let mut book = small();
        book["partners"][0]["partner_id"] = json!(id);
        let (cause, messages) = raw(Kind::Proposal, json!({"book": book}).to_string().as_bytes());
        assert_eq!(cause, Cause::Refused);
        assert!(messages[0].starts_with("/book/partners/0/partner_id: "), "{messages:?}");
        let (cause, message) = first(Kind::Assessment, &json!({"partner": id, "book": small()}));
        assert_eq!((cause, message.starts_with("/partner: ")), (Cause::Malformed, true), "{message}");
    }
}

#[test]
fn a_partner_that_is_not_there_is_refused() {
    for kind in [Kind::Assessment, Kind::Explanation] {
        let (cause, message) = first(kind, &json!({"partner": "Z", "book": small()}));
        assert_eq!(cause, Cause::Refused);
        assert!(message.starts_with("/partner: ") && message.contains("no partner `Z`"), "{message}");
    }
    let (cause, message) = first(Kind::Assessment, &json!({"book": small()}));
    assert_eq!(cause, Cause::Refused);
    assert_eq!(message, "/partner: the book has 2 partners, and none is named");
}

#[test]
fn an_empty_book_is_refused() {
    let empty = json!({"partners": [], "revenue": []});
    for kind in [Kind::Assessment, Kind::Proposal] {
        let (cause, message) = first(kind, &json!({"book": empty}));
        assert_eq!(cause, Cause::Refused);
        assert!(message.contains("the book has no partner"), "{message}");
    }
    assert_eq!(first(Kind::Proposal, &json!({"book": {}})).0, Cause::Refused);
}

#[test]
fn a_rule_that_fails_says_for_whom_where_and_with_which_values() {
    let rule = "/// Divides by what is not there.\nfn assess(partner) {\n    let base = partner.market.addressable;\n    \
        indicate(base * 2).because(\"twice the market\")\n}\n";
    let plugin = vendor(rule);
    for kind in [Kind::Assessment, Kind::Proposal] {
        let refusal = ask(&plugin, kind, &json!({"partner": "A", "book": small()})).err();
        let refusal = match kind {
            Kind::Assessment => refusal.unwrap(),
            _ => ask(&plugin, kind, &json!({"book": small()})).unwrap_err(),
        };
        assert_eq!(refusal.cause, Cause::RulesFailed);
        let finding = refusal.findings.iter().next().unwrap();
        assert!(finding.message().starts_with("partner `A`: "), "{finding}");
        assert!(finding.places[0].to_string().starts_with("rules/acme/history.rhai:4:"), "{finding}");
        assert!(finding.advice().contains("base = "), "{finding}");
    }
}

#[test]
fn a_plan_that_cannot_be_is_infeasible() {
    let body = json!({
        "target": 100,
        "locks": [{"partner_id": "A", "quota": 500, "reason": ""}],
        "book": small(),
    });
    assert_eq!(first(Kind::Proposal, &body).0, Cause::Infeasible);
}

#[test]
fn a_period_of_another_calendar_is_refused() {
    for period in ["FY2026-Q1", "FY26", "next"] {
        assert_eq!(first(Kind::Proposal, &json!({"period": period, "book": small()})).0, Cause::Refused);
    }
}

#[test]
fn targets_and_locks_that_do_not_fit_the_book_are_refused_in_their_place() {
    let body = json!({
        "targets": [{"territory": "Nort", "target": 5}, {"territory": "South", "target": "5.005"}],
        "locks": [{"partner_id": "AA", "quota": 5, "reason": ""}],
        "book": small(),
    });
    let (cause, messages) = raw(Kind::Proposal, body.to_string().as_bytes());
    assert_eq!(cause, Cause::Refused);
    let places: Vec<&str> = messages.iter().filter_map(|message| message.split(": ").next()).collect();
    assert_eq!(places, ["/targets/0/territory", "/locks/0/partner_id"]);
}

#[test]
fn what_a_vendor_has_not_is_not_possible() {
    let policies_only = shipped("hubspot");
    for kind in [Kind::Assessment, Kind::Proposal, Kind::Explanation] {
        assert_eq!(refused(ask(&policies_only, kind, &json!({"book": small()}))).0, Cause::NotPossible);
    }
    let body = json!({"as_of": "2025-09-30", "book": small()});
    assert_eq!(refused(ask(&vendor(HISTORY), Kind::Review, &body)).0, Cause::NotPossible);
    for form in [Form::Csv, Form::Xlsx, Form::Html] {
        for kind in [Kind::Assessment, Kind::Explanation] {
            assert_eq!(refused(ask_for(&vendor(HISTORY), kind, form, b"{}", &NoBooks)).0, Cause::NotPossible);
        }
    }
}

#[test]
fn a_body_or_table_beyond_the_limits_is_too_large() {
    let plugin = vendor(HISTORY);
    let limits = Limits {
        body_bytes: 16 << 20,
        intake: intake::Limits { rows: 99_999, ..intake::Limits::default() },
        ..Limits::default()
    };
    let mut book = small();
    book["revenue"] = vec![json!({"partner_id": "A", "month": "2025-01", "amount": 1}); 100_000].into();
    let body = json!({"book": book}).to_string();
    let ask = |limits: &Limits| {
        refused(decide(&plugin, Kind::Proposal, Form::Json, body.as_bytes(), &Defaults::default(), &NoBooks, limits))
    };
    let (cause, messages) = ask(&limits);
    assert_eq!(cause, Cause::TooLarge, "{messages:?}");
    assert!(messages[0].contains("100000 rows, more than 99999"), "{messages:?}");
    assert_eq!(ask(&Limits { body_bytes: 1000, ..limits }).0, Cause::TooLarge);
    let kept = read_stored_book(&plugin, book.to_string().as_bytes(), &limits);
    assert_eq!(kept.unwrap_err().cause, Cause::TooLarge);
}

/// Asks for a market that nobody knows.
const FAILS_FOR_BETA: &str = r#"
/// Fails for one partner.
fn decide(partner) {
    let market = partner.market.addressable;
    if partner.name == "Beta" && market * 2 > market { return retain().because("large"); }
    retain().because("kept")
}
"#;

#[test]
fn the_rows_of_a_table_have_a_limited_number_of_different_keys() {
    let mut book = small();
    let row: serde_json::Map<String, Value> = (0..257).map(|key| (format!("key {key}"), json!(1))).collect();
    book["partners"].as_array_mut().unwrap().push(row.into());
    let (cause, messages) = raw(Kind::Proposal, json!({"book": book}).to_string().as_bytes());
    assert_eq!(cause, Cause::Refused);
    assert!(messages[0].starts_with("/book/partners/2: "), "{messages:?}");
    assert!(messages[0].contains("more than 256 different keys"), "{messages:?}");
}

#[test]
fn one_partners_fault_stays_with_that_partner() {
    let plugin = crate::review::vendor(crate::review::MANIFEST, &[("tier.rhai", FAILS_FOR_BETA)]);
    let answer = ask(&plugin, Kind::Review, &json!({"as_of": "2025-09-30", "book": small()}));
    let answer = answer.unwrap();
    assert_eq!((answer.partners, answer.failed), (2, 1));
    assert_eq!(document(&answer)["faults"].as_array().unwrap().len(), 1);
}
