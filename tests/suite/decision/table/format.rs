//! The file: separators, encodings, rows that describe, and everything that is refused.

use super::{decide, one, refused, table};
use quotient::decision::table::{DecisionTable, HitPolicy, Kind, Value};

#[test]
fn the_same_table_reads_from_every_spreadsheet() {
    let comma = "UNIQUE,tier,x,-> y,because\n,\"Gold, Silver\",>= 1,0.5,\"yes, really\"\n";
    let variants = [
        comma.to_owned(),
        comma.replace('\n', "\r\n"),
        comma.replace('\n', "\r"),
        format!("\u{feff}{comma}"),
        "UNIQUE;tier;x;-> y;because\r\n;Gold, Silver;>= 1;0.5;yes, really\r\n".to_owned(),
        "sep=;\r\nUNIQUE;tier;x;-> y;because\r\n;Gold, Silver;>= 1;0.5;yes, really".to_owned(),
        "UNIQUE\ttier\tx\t-> y\tbecause\n\tGold, Silver\t>= 1\t0.5\tyes, really\n".to_owned(),
        "# bonus,,,,\n,,,,\nUNIQUE , tier, x, -> y, because\n, \"Gold, Silver\" , >= 1 , 0.5, \"yes, really\"\n\n"
            .to_owned(),
        "UNIQUE,tier,x,out: y,because,\n,\"\"\"Gold\"\",\"\"Silver\"\"\",>= 1,0.5,\"yes, really\",\n".to_owned(),
    ];
    for text in variants {
        let table = table(&text);
        assert_eq!(table.hit_policy(), HitPolicy::Unique);
        assert_eq!(decide(&table, "Silver 1"), one("0.5"), "{text:?}");
        let decision = table.decide(&super::values("Gold 2")).unwrap();
        assert_eq!(decision.reasons()[0].because.as_deref(), Some("yes, really"), "{text:?}");
    }
}

#[test]
fn rows_are_counted_as_the_spreadsheet_shows_them() {
    let text = "# note\n\nU,x,-> y,because\n,< 1,1,\"two\nlines\"\n\n# another\n,>= 1,2%,\n";
    assert_eq!(
        refused(text),
        "t.csv: row 7, column `-> y`, value `2%`: error[table::cell]: `2%` may be meant as a number, a date or text; \
         name the type of the column in a `type` row, or put text in double quotes"
    );
}

#[test]
fn kinds_follow_from_the_form_of_the_cells_or_from_the_type_row() {
    let guessed = table("U,a,b,c,d,-> e\n,>= 1,Gold,true,[2026-01-01..2026-02-01],0.5\n");
    let kinds: Vec<Kind> = guessed.inputs().iter().map(|input| input.kind).collect();
    assert_eq!(kinds, [Kind::Number, Kind::Text, Kind::Truth, Kind::Date]);
    assert_eq!(guessed.outputs()[0].kind, Kind::Number);
    let stated = table("U,a,-> e\ntype,text,text\n,10,20%\n");
    assert_eq!(stated.decide(&["10".into()]).unwrap().output("e"), Some(&Value::text("20%")));
}

#[test]
fn cells_of_different_kinds_are_refused_unless_the_type_is_stated() {
    let found = refused("U,a,-> e\n,10,1\n,Gold,2\n");
    assert!(found.contains("row 3, column `a`, value `Gold`"), "{found}");
    assert!(found.contains("`Gold` is a text where `10` is a number; name the type of `a` in a `type` row"), "{found}");
    assert!(refused("U,a,b,-> e\n,10,-,1\n").contains("no cell of `b` shows the type of its values"));
    assert!(refused("U,a,-> e\n,1.000.000,1\n").contains("`1.000.000` may be meant as a number"));
    assert!(refused("U,a,-> e\n,31.01.2026,1\n").contains("may be meant as"));
}

#[test]
fn misspelt_words_are_refused_with_the_nearest_one() {
    assert!(refused("UNIQE,a,-> e\n,1,1\n").contains("`UNIQE` is not a hit policy; did you mean `UNIQUE`?"));
    assert!(refused("hit policy,UNIQUE\n").contains("`hit policy` is not a hit policy; write one of `UNIQUE`, `ANY`"));
    assert!(refused("U,a,-> e\ntype,nubmer,string\n,1,x\n").contains("`nubmer` is not a type; did you mean `number`?"));
    assert!(refused("U,a,-> e\ntype,number,string\n,1,x\n").contains("`string` is not a type; did you mean `text`?"));
    let found = refused("U,tier,-> e\nallowed,\"Gold, Silver\",\n,Sliver,1\n");
    assert!(found.contains("`Sliver` is not allowed in `tier`; did you mean `Silver`?"), "{found}");
    let found = refused("P,tier,-> e\nallowed,,\"yes, no\"\n,Gold,nope\n");
    assert!(found.contains("`nope` is not allowed in `e`"), "{found}");
    let (read, findings) = DecisionTable::parse("t.csv", &"U,a,-> e\n1,1,1\ndefalt,,2\n".into()).into_parts();
    assert!(read.is_some());
    assert!(super::lines(&findings).contains("`defalt` is read as the name of a rule; did you mean `default`?"));
}

#[test]
fn all_findings_are_reported_at_once() {
    let found = refused("UNIQ,a,a,-> e\ntype,number,number,\n,10%,1,1\n,[2..1],x,2\n,1\n");
    for expected in ["not a hit policy", "duplicate column `a`", "`10%`", "is reversed", "`x` is not a number"] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
    assert!(found.contains("row 5: error[table::shape]: the row has 2 cells, the header 4"), "{found}");
}

#[test]
fn shapes_that_make_no_table_are_refused() {
    for (text, expected) in [
        ("", "the table is empty"),
        ("\u{feff}\r\n", "the table is empty"),
        ("U,a,-> e\n", "the table has no rules"),
        ("U,a,b\n,1,2\n", "the table has no output column"),
        ("U,-> e\n,1\n", "the table has no input column"),
        ("U,a,->\n,1,1\n", "an output column has no name"),
        ("U,a,-> e\n,1,2,3\n", "the row has 4 cells, the header 3"),
        ("U,a,,-> e\n,1,x,2\n", "the cell is in a column without a name"),
        ("U,a,-> e\nr,1,1\nr,2,2\n", "two rules are named `r`; the first is row 2"),
        ("U,a,-> e\ntype,number,number\ntype,number,number\n,1,1\n", "a second `type` row; the first is row 2"),
        ("U,a,-> e\ndefault,1,1\n,1,1\n", "the `default` row has a condition"),
        ("U,a,-> e\n,1,-\n,2,5\n", "`-` means anything in a condition, and has no meaning in an output"),
        ("U,a,-> e\n,\"1,1\n", "a double quote begins this value and is never closed"),
        ("U,a,-> e\n,\"1\"x,1\n", "text follows the double quote that closes this value"),
        ("U,a,-> e\n,1\"x,1\n", "the value has a double quote but does not begin with one"),
        ("P,a,-> e\nallowed,,\"yes, no\"\n,1,\n", "the row has no value for `e`, so it has no priority"),
        ("P,a,-> e\nallowed,,\"yes, no, yes\"\n,1,yes\n", "`yes` is listed twice"),
        (
            "U,a,-> e\nallowed,,[0..1]\ndefault,,2\n,1,1\n",
            "row 3, column `-> e`, value `2`: error[table::cell]: `2` is",
        ),
        ("U,a,-> e\nallowed,,[0..1]\n,1,1.5\n", "`1.5` is not allowed in `e`"),
    ] {
        let found = refused(text);
        assert!(found.contains(expected), "{text:?}: {found}");
    }
}

#[test]
fn values_of_the_wrong_kind_or_not_allowed_are_refused_when_deciding() {
    let table = table("U,tier,x,-> y\nallowed,\"Gold, Silver\",[0..2],\n,Gold,>= 1,1\n");
    let fault = |inputs: &str| decide(&table, inputs).unwrap_err().to_string();
    assert_eq!(fault("Gold"), "the table has 2 input columns, and 1 value given");
    assert_eq!(fault("Gold true"), "`x` needs a number, not a truth value: `true`");
    assert_eq!(fault("Bronze 1"), "`Bronze` is not allowed in `tier`, only `Gold, Silver`");
    assert_eq!(fault("Gold 2.01"), "`2.01` is not allowed in `x`, only `[0..2]`");
    assert_eq!(decide(&table, "Gold 2"), one("1"));
    assert!(decide(&table, "null 2").is_ok(), "what is not known is no forbidden value");
}

#[test]
fn notes_and_names_of_rules_are_kept_apart_from_the_decision() {
    let table = table("U,a,-> y,# owner\ngold-floor,>= 1,1,Ines\n,< 1,0,Ben\n");
    assert_eq!((table.inputs().len(), table.outputs().len(), table.rule_count()), (1, 1, 2));
    let decision = table.decide(&super::values("1")).unwrap();
    assert_eq!(decision.reasons()[0].label.as_deref(), Some("gold-floor"));
    assert_eq!(decision.matched_rows(), [2]);
}

#[test]
fn outputs_are_taken_whole() {
    let table = table("F,a,-> text,-> note\n,1,\"raise, then hold\",\n,2,\"\"\"quoted\"\"\",x\n,-,(none),x\n");
    let text = |input: &str| table.decide(&super::values(input)).unwrap().output("text").cloned();
    assert_eq!(text("1"), Some(Value::text("raise, then hold")));
    assert_eq!(text("2"), Some(Value::text("quoted")));
    assert_eq!(text("3"), Some(Value::text("(none)")));
    assert_eq!(table.decide(&super::values("1")).unwrap().output("note"), Some(&Value::NotKnown));
}

#[test]
fn ugly_bytes_never_break_the_reader() {
    let pieces = [
        "U", ",", "\"", "\n", "-> y", "[1..", "]", "not(", ")", "..", "\u{feff}", "é", ";", "<", "null", "date(\"",
        "\\", "1", "\t", "\r",
    ];
    let mut seed = 7u64;
    for _ in 0..3000 {
        let mut text = String::from("U,x,-> y\n");
        for _ in 0..(seed % 14) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        seed = seed.wrapping_add(1);
        let (table, findings) = DecisionTable::parse("t.csv", &text.as_str().into()).into_parts();
        assert_eq!(table.is_none(), findings.has_errors(), "{text:?}");
        if let Some(table) = table {
            let _ = table.lint();
        }
    }
}
