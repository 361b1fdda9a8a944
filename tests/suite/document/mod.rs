//! Documents at their bounds: depth, repeated keys, encodings, and values out of range.

mod delimited;

use quotient::document::json::{TextFault, checked};

const MOST: usize = 8;

fn faults(text: &str) -> Vec<String> {
    let Err(faults) = checked(text.as_bytes(), MOST) else { return Vec::new() };
    let pointer = |fault: TextFault| match fault {
        TextFault::Repeated { pointer } => format!("repeated {pointer}"),
        TextFault::Deep { pointer, most } => format!("deep {pointer} {most}"),
        TextFault::Encoding { at } => format!("encoding {at}"),
        TextFault::Syntax { .. } => "syntax".to_owned(),
    };
    faults.into_iter().map(pointer).collect()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn values_nest_to_the_limit_and_no_deeper() {
    assert_eq!(faults(&nested(MOST)), nothing());
    assert_eq!(faults(&nested(MOST + 1)), [format!("deep {} {MOST}", "/0".repeat(MOST))]);
    let objects = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert_eq!(faults(&objects(MOST)), nothing());
    assert_eq!(faults(&objects(MOST + 1)), [format!("deep {} {MOST}", "/a".repeat(MOST))]);
}

#[test]
fn a_key_is_repeated_only_within_one_object() {
    assert_eq!(faults(r#"{"a":{"a":1},"b":[{"a":1},{"a":2}]}"#), nothing());
    assert_eq!(faults(r#"{"a":1,"b":{"c":1,"c":2},"a":3}"#), ["repeated /b/c", "repeated /a"]);
    assert_eq!(faults(r#"[0,{"x":1,"x":1}]"#), ["repeated /1/x"]);
    // An escape is the character it stands for, and a slash in a pointer is escaped.
    assert_eq!(faults(r#"{"a/b~":1,"\u0061/b~":2}"#), ["repeated /a~1b~0"]);
}

#[test]
fn a_repeated_key_is_found_in_objects_of_any_size() {
    for size in [2, 23, 24, 25, 26, 100] {
        let keys: Vec<String> = (0..size).map(|key| format!(r#""k{key}":{key}"#)).collect();
        let object = |more: &str| format!("{{{}{more}}}", keys.join(","));
        assert_eq!(faults(&object("")), nothing(), "{size}");
        assert_eq!(faults(&object(r#","k0":1"#)), ["repeated /k0"], "{size}");
        let last = size - 1;
        assert_eq!(faults(&object(&format!(r#","k{last}":1"#))), [format!("repeated /k{last}")], "{size}");
    }
}

#[test]
fn at_most_twenty_faults_are_listed() {
    let repeated = |count: usize| format!("{{\"a\":0{}}}", ",\"a\":1".repeat(count));
    assert_eq!(faults(&repeated(19)).len(), 19);
    assert_eq!(faults(&repeated(20)).len(), 20);
    assert_eq!(faults(&repeated(40)).len(), 20);
}

#[test]
fn text_in_strings_is_no_structure() {
    assert_eq!(faults(r#"{"a":"{\"a\":[[[[[[[[[[","b":"]}\\","c":"\\\""}"#), nothing());
    assert_eq!(faults(r#"{"a":"\\","a":1}"#), ["repeated /a"]);
}

#[test]
fn bytes_that_are_not_utf_8_and_text_that_is_not_json_are_refused() {
    assert_eq!(checked(b"{\"a\":\"\xff\"}", MOST), Err(vec![TextFault::Encoding { at: 6 }]));
    for wrong in ["", "{", "{\"a\":}", "[1,]", "{\"a\":1}x", "01", "'a'"] {
        assert_eq!(faults(wrong), ["syntax"], "{wrong}");
    }
}
