//! Values of documents and headings, which are found without the general ways of reading them.

use proptest::prelude::*;
use quotient::document::json::{Items, Object};
use quotient::intake::{folded, is_same_heading};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Any document, with blanks, escapes and brackets in texts.
fn document() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        Just(r#""a""#.to_owned()),
        r#"[a-c \[\]{},:/é]{0,6}"#.prop_map(|text| serde_json::Value::from(text).to_string()),
        Just(r#""\"}\\\u00e9\n""#.to_owned()),
    ];
    let plain = prop_oneof![text.clone(), Just("null".to_owned()), Just("-1.50e3".to_owned()), Just("true".to_owned())];
    let blank = prop_oneof![Just(""), Just(" "), Just("\n\t")];
    plain.prop_recursive(4, 32, 5, move |inner| {
        let (text, blank) = (text.clone(), blank.clone());
        let list = (proptest::collection::vec(inner.clone(), 0..5), blank.clone())
            .prop_map(|(items, blank)| format!("[{blank}{}{blank}]", items.join(&format!("{blank},{blank}"))));
        let object = (proptest::collection::vec((text, inner), 0..5), blank).prop_map(|(members, blank)| {
            let members: Vec<String> =
                members.into_iter().map(|(key, value)| format!("{key}{blank}:{blank}{value}")).collect();
            format!("{{{blank}{}{blank}}}", members.join(&format!("{blank},{blank}")))
        });
        prop_oneof![list, object]
    })
}

/// Members of one object.
type Members<'t> = Vec<(Cow<'t, str>, &'t str)>;

/// Members of every item of a list; `None` when it is no list of objects.
fn objects(text: &str) -> Option<Vec<Members<'_>>> {
    let (mut items, mut object, mut all) = (Items::of(text)?, Object::default(), Vec::new());
    while let Some(is_object) = items.next_into(&mut object) {
        all.push(is_object.then(|| std::mem::take(&mut object.0))?);
    }
    Some(all)
}

proptest! {
    #[test]
    fn values_are_found_where_the_general_parser_finds_them(text in document()) {
        let general: Option<Object<'_>> = serde_json::from_str(&text).ok();
        prop_assert_eq!(Object::of(&text).map(|object| object.0), general.map(|object| object.0));
        let general: Option<Vec<&RawValue>> = serde_json::from_str(&text).ok();
        let general = general.map(|items| items.into_iter().map(RawValue::get).collect::<Vec<_>>());
        prop_assert_eq!(Items::of(&text).map(Iterator::collect::<Vec<_>>), general);
        let general: Option<Vec<Object<'_>>> = serde_json::from_str(&text).ok();
        let general = general.map(|items| items.into_iter().map(|object| object.0).collect::<Vec<_>>());
        prop_assert_eq!(objects(&text), general);
    }

    #[test]
    fn looking_for_values_ends_in_any_text(text in r#"[\[\]{}",:\\a1 é]{0,24}"#) {
        drop(Object::of(&text));
        prop_assert!(Items::of(&text).is_none_or(|items| items.count() <= text.len()));
    }

    #[test]
    fn headings_are_the_same_where_they_fold_to_the_same(
        one in "[aAbB _.\\-\tkK\u{212A}\u{A0}éÉß]{0,5}",
        other in "[aAbB _.\\-\tkK\u{212A}\u{A0}éÉß]{0,5}",
    ) {
        prop_assert_eq!(is_same_heading(&one, &other), folded(&one) == folded(&other));
        prop_assert!(is_same_heading(&one, &folded(&one)));
    }
}
