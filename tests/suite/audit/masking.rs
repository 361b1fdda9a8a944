//! What must not be shown is not shown, however it is written; everything else is as it was.

use super::support::decision;
use proptest::prelude::*;
use quotient::audit::{Masking, NotJson, Omitted, Pointer, RecordContent};
use quotient::finding::Code;
use quotient::request::digest_of as digest;
use serde_json::Value;

fn list(pointers: &[&str]) -> Vec<String> {
    pointers.iter().map(|pointer| (*pointer).to_owned()).collect()
}

fn masked(pointers: &[&str], document: &str) -> String {
    let masked = Masking::parse(&list(pointers), &[]).unwrap().apply(document.as_bytes()).unwrap();
    masked.text.unwrap().get().to_owned()
}

fn erased(pointers: &[&str], document: &str) -> String {
    let masked = Masking::parse(&[], &list(pointers)).unwrap().apply(document.as_bytes()).unwrap();
    masked.text.unwrap().get().to_owned()
}

#[test]
fn a_star_names_every_element_and_every_member() {
    let document = r#"{"book":{"partners":[{"partner_name":"Acme","id":"A"},{"id":"B","partner_name":{"x":[1]}}]}}"#;
    assert_eq!(
        masked(&["/book/partners/*/partner_name"], document),
        r#"{"book":{"partners":[{"partner_name":"***","id":"A"},{"id":"B","partner_name":"***"}]}}"#
    );
    assert_eq!(masked(&["/*/partners"], document), r#"{"book":{"partners":"***"}}"#);
}

#[test]
fn erased_values_go_with_their_names() {
    assert_eq!(erased(&["/a"], r#"{"a":[1,{"b":2}],"b":3}"#), r#"{"b":3}"#);
    assert_eq!(erased(&["/b"], r#"{"a":1,"b":3}"#), r#"{"a":1}"#);
    assert_eq!(erased(&["/l/0", "/l/2"], r#"{"l":[0,1,2,3]}"#), r#"{"l":[1,3]}"#);
    assert_eq!(erased(&["/l/*"], r#"{"l":[0,1],"m":0}"#), r#"{"l":[],"m":0}"#);
}

#[test]
fn erasing_wins_over_masking() {
    let masking = Masking::parse(&list(&["/a"]), &list(&["/*"])).unwrap();
    assert_eq!(masking.apply(br#"{"a":1}"#).unwrap().text.unwrap().get(), "{}");
}

#[test]
fn a_name_is_found_however_it_is_escaped() {
    assert_eq!(masked(&["/name"], r#"{"n\u0061me":"Acme"}"#), r#"{"n\u0061me":"***"}"#);
    assert_eq!(masked(&["/a~1b/~0c"], r#"{"a/b":{"~c":1}}"#), r#"{"a/b":{"~c":"***"}}"#);
    assert_eq!(masked(&["/\""], r#"{"\"":1}"#), r#"{"\"":"***"}"#);
    assert_eq!(masked(&["/"], r#"{"":1}"#), r#"{"":"***"}"#);
}

#[test]
fn a_duplicate_name_is_masked_twice() {
    assert_eq!(masked(&["/a"], r#"{"a":"x","a":"y"}"#), r#"{"a":"***","a":"***"}"#);
}

#[test]
fn what_is_shown_keeps_its_digits_and_loses_only_spaces() {
    let document = "{ \"amount\" :\t1250000.00 ,\n\"rate\": 0.10e2, \"big\": 123456789012345678901234567890.10, \"t\": \" a , b \" }\r\n";
    let shown = r#"{"amount":1250000.00,"rate":0.10e2,"big":123456789012345678901234567890.10,"t":" a , b "}"#;
    assert_eq!(masked(&[], document), shown);
    assert_eq!(masked(&["/none"], document), shown);
}

#[test]
fn invalid_json_is_not_shown() {
    for document in ["", "{", "{\"name\":\"Acme\"", "{} {}", "nope", "{\"a\":01}", "\u{feff}{}"] {
        let outcome = Masking::default().apply(document.as_bytes());
        assert_eq!(outcome.map(|masked| masked.text.is_some()), Err(NotJson), "{document}");
    }
    assert!(Masking::default().apply(b"\"\xff\"").is_err());
}

#[test]
fn deep_documents_are_masked_without_recursion() {
    let deep = format!("{}{{\"a\":1}}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(masked(&["/a"], &deep), deep);
}

#[test]
fn a_wrong_pointer_is_a_finding_that_says_how_it_is_written() {
    let long = format!("/{}", "a".repeat(2_000));
    let findings = Masking::parse(&list(&["book.partners", "/a~2", "/a~", &long]), &list(&["/fine"])).unwrap_err();
    let messages: Vec<String> = findings.iter().map(|finding| finding.message().clone()).collect();
    assert_eq!(messages.len(), 4);
    assert!(findings.iter().all(|finding| finding.code() == Code::AuditPointer && finding.advice().contains('*')));
    assert_eq!(messages[0], "`book.partners` is not a JSON pointer: it does not begin with `/`");
    assert_eq!(messages[1], "`/a~2` is not a JSON pointer: `~` is followed by neither `0` nor `1`");
    let many: Vec<String> = (0..257).map(|at| format!("/{at}")).collect();
    assert_eq!(Masking::parse(&many, &[]).unwrap_err().len(), 1);
}

#[test]
fn a_masked_record_says_what_and_where() {
    let keeping = RecordContent {
        masking: Masking::parse(&list(&["/partners/*/name", "/nowhere"]), &list(&["/secret"])).unwrap(),
        ..RecordContent::default()
    };
    let (input, answer) = (br#"{"partners":[{"name":"Acme"}],"secret":1}"#, br#"{"partners":[{"name":"Acme"}]}"#);
    let record = keeping.record(&decision(input, answer));
    // `name` is a heading of the personal field `partner_name`, which is masked wherever it is.
    let expected =
        ["/input/partners/*/name", "/input/**/partner_name", "/input/secret", "/outcome/answer/partners/*/name"];
    assert_eq!(record.masked, expected);
    assert!(record.is_input_masked());
    assert!(!String::from_utf8(record.line()).unwrap().contains("Acme"));
    assert_eq!(record.input_digest, digest(input));
    assert_eq!(record.outcome.digest, digest(answer));
}

/// A request and a response with personal values in every place they get to.
const REQUEST: &str = r#"{"partner":"P1","note":"call Zoë Quist","book":{"partners":[
    {"partner_id":"P1","Partner Name":" Zephyr & S\u00f6hne ","channel_manager":"Zoe\u0308 Quist","tier":"Gold"},
    {"partner_id":"P2","name":"IBX","account_manager":"2026"}]}}"#;
const RESPONSE: &str = r#"{"lines":[{"partner_id":"P1","partner_name":"Zephyr & Söhne","account_manager":"Zoë Quist","quota":"2026"}],
    "tasks":[{"owner":"Zoë Quist","name":"review","reasons":["Zephyr & Söhne sells less, see IBX; not IBXY"]}],
    "groups":{"Zoë Quist":{"quota":"1.50"}},"message":"partner \"Zephyr \u0026 S\u00f6hne\" is new"}"#;

#[test]
fn a_personal_field_is_nowhere_in_the_record() {
    let of = |masked: &[&str], erased: &[&str]| {
        let masking = Masking::parse(&list(masked), &list(erased)).unwrap();
        let record = RecordContent { masking, ..RecordContent::default() }
            .record(&decision(REQUEST.as_bytes(), RESPONSE.as_bytes()));
        (String::from_utf8(record.line()).unwrap(), record)
    };
    for (masked, erased) in [(vec!["personal"], vec![]), (vec![], vec!["personal"])] {
        let (line, record) = of(&masked, &erased);
        // However JSON writes them.
        for secret in ["Zephyr", "hne", "Quist", "Zo", "\"IBX\"", "see IBX;", "\"account_manager\":\"2026\""] {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
        for kept in
            ["\"Gold\"", "\"P1\"", "\"quota\":\"2026\"", "\"quota\":\"1.50\"", "\"name\":\"review\"", "not IBXY"]
        {
            assert!(line.contains(kept), "{kept} in {line}");
        }
        assert!(record.masked.contains(&"/outcome/answer/tasks/*/reasons/*".to_owned()), "{:?}", record.masked);
    }
    // The example of the help.
    let (line, _) = of(&[], &["/book/partners/*/partner_name"]);
    assert!(!line.contains("Zephyr") && line.contains("Quist"), "{line}");
}

#[test]
fn values_are_masked_also_when_the_request_is_too_large_to_record() {
    let masking = Masking::parse(&list(&["personal"]), &[]).unwrap();
    let keeping = RecordContent { masking, most_input: 10, ..RecordContent::default() };
    let line = keeping.record(&decision(REQUEST.as_bytes(), br#"{"reason":"Zephyr & S\u00f6hne grows"}"#)).line();
    let line = String::from_utf8(line).unwrap();
    assert!(line.contains(r#""answer":{"reason":"*** grows"}"#), "{line}");
}

#[test]
fn two_stars_are_any_number_of_levels() {
    let document = r#"{"a":{"x":1,"b":[{"a":2,"c":{"a":{"a":3}}}]}}"#;
    assert_eq!(masked(&["/**/a"], document), r#"{"a":"***"}"#);
    assert_eq!(masked(&["/a/**/a"], document), r#"{"a":{"x":1,"b":[{"a":"***","c":{"a":"***"}}]}}"#);
    assert_eq!(erased(&["/**/c/a"], document), r#"{"a":{"x":1,"b":[{"a":2,"c":{}}]}}"#);
    assert!(Masking::parse(&list(&["/a/**"]), &[]).is_err());
}

#[test]
fn a_book_with_personal_fields_is_known() {
    let masking = Masking::parse(&[], &list(&["/book/partners/*/partner_name"])).unwrap();
    assert!(masking.names_in_book(br#"{"partners":[{"partner_name":"A"}]}"#));
    assert!(!masking.names_in_book(br#"{"partners":[{"partner_id":"A"}]}"#));
    assert!(!Masking::default().names_in_book(br#"{"partners":[{"partner_name":"A"}]}"#));
}

#[test]
fn the_empty_pointer_hides_everything() {
    let keeping = RecordContent { masking: Masking::parse(&list(&[""]), &[]).unwrap(), ..RecordContent::default() };
    let record = keeping.record(&decision(br#"{"a":1}"#, br#"{"b":2}"#));
    assert!(record.input.is_none() && record.outcome.answer.is_none());
    assert_eq!(record.input_omitted, Some(Omitted::Masked));
    assert_eq!(record.masked, ["/input", "/outcome/answer"]);
}

fn documents() -> impl Strategy<Value = Value> {
    let name = prop_oneof!["[a-c]{1,2}", "[~/*\"\\\\é]{0,2}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| number.into()),
        ".{0,6}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((name.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn pointers() -> impl Strategy<Value = Vec<String>> {
    let step = prop_oneof![3 => "[a-c]{1,2}", 2 => Just("*".to_owned()), 1 => "[0-3]", 1 => "(~0|~1|\"|é){1,2}"];
    prop::collection::vec(prop::collection::vec(step, 1..4).prop_map(|steps| format!("/{}", steps.join("/"))), 0..4)
}

/// The same masking on values that serde_json built: an independent way to the same end.
fn oracle(value: &mut Value, steps: &[String], erase: bool) {
    let [step, rest @ ..] = steps else { return };
    let named = |name: &str| step == "*" || step.replace("~1", "/").replace("~0", "~") == name;
    match value {
        Value::Array(list) if rest.is_empty() && erase => {
            let mut at = 0;
            list.retain(|_| {
                at += 1;
                !named(&(at - 1).to_string())
            });
        }
        Value::Object(members) if rest.is_empty() && erase => members.retain(|name, _| !named(name)),
        Value::Array(list) => list
            .iter_mut()
            .enumerate()
            .filter(|(at, _)| named(&at.to_string()))
            .for_each(|(_, value)| if rest.is_empty() { *value = "***".into() } else { oracle(value, rest, erase) }),
        Value::Object(members) => members
            .iter_mut()
            .filter(|(name, _)| named(name))
            .for_each(|(_, value)| if rest.is_empty() { *value = "***".into() } else { oracle(value, rest, erase) }),
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_record_masks_to_one_line_of_json_and_keeps_its_digests(
        input in documents(), answer in documents(), masks in pointers(), erasures in pointers(), pretty: bool,
    ) {
        let text = |value: &Value| if pretty { format!("{value:#}") } else { value.to_string() };
        let (input, answer) = (text(&input), text(&answer));
        let keeping = RecordContent { masking: Masking::parse(&masks, &erasures).unwrap(), ..RecordContent::default() };
        let record = keeping.record(&decision(input.as_bytes(), answer.as_bytes()));
        let line = String::from_utf8(record.line()).unwrap();
        prop_assert!(line.ends_with('\n') && line.matches('\n').count() == 1 && !line.contains('\r'));
        let read: Value = serde_json::from_str(&line).unwrap();
        prop_assert_eq!(read["input_digest"].as_str().unwrap(), digest(input.as_bytes()));
        prop_assert_eq!(read["outcome"]["digest"].as_str().unwrap(), digest(answer.as_bytes()));
        if masks.is_empty() && erasures.is_empty() {
            prop_assert_eq!(&read["input"], &serde_json::from_str::<Value>(&input).unwrap());
        }
    }

    #[test]
    fn masking_agrees_with_an_independent_one(input in documents(), pointer in pointers(), erase: bool) {
        // One pointer: what several do to each other is said by the tests above.
        let pointer = &pointer[..pointer.len().min(1)];
        let masking = if erase { Masking::parse(&[], pointer) } else { Masking::parse(pointer, &[]) }.unwrap();
        let mut expected = input.clone();
        for pointer in pointer {
            let steps: Vec<String> = pointer.split('/').skip(1).map(str::to_owned).collect();
            oracle(&mut expected, &steps, erase);
        }
        let shown = masking.apply(input.to_string().as_bytes()).unwrap();
        let text = shown.text.unwrap();
        prop_assert_eq!(text.get(), expected.to_string());
        prop_assert_eq!(shown.pointers.is_empty(), pointer.is_empty() || expected == input && !matches_itself(&input));
    }

    #[test]
    fn any_text_is_a_pointer_or_a_finding(text in "[/~*a-z0-9\u{0}é]{0,12}") {
        match Pointer::parse(&text) {
            Ok(pointer) => prop_assert_eq!(pointer.to_string(), text),
            Err(finding) => prop_assert_eq!(finding.code(), Code::AuditPointer),
        }
    }
}

/// True when a value of the document is the mask itself, so that masking it changes nothing.
fn matches_itself(document: &Value) -> bool {
    document.to_string().contains("\"***\"")
}
