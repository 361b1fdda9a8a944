//! Two answers are told apart at the first place where they part.

use quotient::audit::first_difference;

fn at(before: &str, after: &str) -> Option<(String, Option<String>, Option<String>)> {
    first_difference(before, after).map(|there| (there.pointer, there.before, there.after))
}

fn there(pointer: &str, before: Option<&str>, after: Option<&str>) -> Option<(String, Option<String>, Option<String>)> {
    Some((pointer.to_owned(), before.map(str::to_owned), after.map(str::to_owned)))
}

#[test]
fn spaces_order_of_members_and_escapes_are_not_differences() {
    assert_eq!(at(r#"{"a":1,"b":["x"]}"#, "{ \"b\": [\"\\u0078\"],\n\"a\": 1 }"), None);
}

#[test]
fn the_first_difference_is_named_with_both_values() {
    let before = r#"{"lines":[{"id":"A","quota":"1.00"},{"id":"B","quota":"2.00"}],"total":"3.00"}"#;
    let after = r#"{"lines":[{"id":"A","quota":"1.00"},{"id":"B","quota":"2.50"}],"total":"3.50"}"#;
    assert_eq!(at(before, after), there("/lines/1/quota", Some("\"2.00\""), Some("\"2.50\"")));
}

#[test]
fn what_is_missing_or_new_is_named() {
    assert_eq!(at(r#"{"a":1,"b":2}"#, r#"{"b":2}"#), there("/a", Some("1"), None));
    assert_eq!(at(r#"{"b":2}"#, r#"{"b":2,"x/y~":[null]}"#), there("/x~1y~0", None, Some("[null]")));
    assert_eq!(at("[1]", "[1,2]"), there("/1", None, Some("2")));
    assert_eq!(at("[1]", r#"{"0":1}"#), there("", Some("[1]"), Some(r#"{"0":1}"#)));
}

#[test]
fn digits_are_part_of_an_answer() {
    assert_eq!(at("1.0", "1.00"), there("", Some("1.0"), Some("1.00")));
}

#[test]
fn long_values_are_shortened() {
    let long = format!("\"{}\"", "é".repeat(10_000));
    let (_, before, after) = at(&long, "[]").unwrap();
    assert_eq!(before.unwrap().chars().count(), 201);
    assert_eq!(after.as_deref(), Some("[]"));
}

#[test]
fn a_hostile_depth_is_one_difference_of_the_whole() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(at(&deep, "1"), there("", None, Some("1")));
}
