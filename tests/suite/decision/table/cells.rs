//! What each form of a cell matches: just below, at and just above its boundaries.

use super::{decide, one, refused, table, values};
use quotient::decision::table::{DecisionFault, Outcome};

/// Asserts which of `inputs` (words) match `cell` in a column of `kind`.
fn check(kind: &str, cell: &str, matching: &str, others: &str) {
    let quoted = cell.replace('"', "\"\"");
    let table = table(&format!("U,x,-> y\ntype,{kind},truth\n,\"{quoted}\",true\n"));
    for (words, expected) in [(matching, one("true")), (others, Ok(Outcome::None))] {
        for word in words.split_whitespace() {
            assert_eq!(decide(&table, word), expected, "`{word}` against `{cell}`");
        }
    }
}

#[test]
fn numbers_match_exactly_at_their_boundaries() {
    check("number", ">= 500000", "500000 500000.00 500000.01", "499999.99 -500000 null");
    check("number", "> 500000", "500000.01", "500000 499999.99 null");
    check("number", "<= 0.8", "0.8 0.80 0.79999 -1", "0.8000000000000000000000000001 null");
    check("number", "< 0.8", "0.7999999999999999999999999999 -3", "0.8 1 null");
    check("number", "[10..20)", "10 19.999", "9.999 20 null");
    check("number", "(10..20]", "10.001 20", "10 20.001");
    check("number", "(0..5)", "0.1 4.9", "0 5");
    check("number", "[10..20]", "10 20", "9.9 20.1");
    check("number", "]10..20[", "10.1 19.9", "10 20");
    check("number", "-5", "-5 -5.0", "5 -5.1");
    check("number", "= 5", "5", "4.9");
    check("number", "!= 5", "4.9 5.1", "5 null");
    check("number", "1, 3, > 10", "1 3 10.5", "2 10");
    check("number", "not(1, [5..7))", "0 2 7", "1 5 6.9 null");
}

#[test]
fn whole_numbers_have_neighbours() {
    check("whole", "> 3", "4", "3");
    check("whole", "(3..6)", "4 5", "3 6");
    let fault = table("U,x,-> y\ntype,whole,\n,> 3,true\n").decide(&values("3.5"));
    assert!(matches!(fault, Err(DecisionFault::InputKind { .. })));
    assert_eq!(fault.unwrap_err().to_string(), "`x` needs a whole number, not a number with decimals: `3.5`");
    let fault = table("U,x,-> y\ntype,text,\n,Gold,true\n").decide(&values("3")).unwrap_err();
    assert_eq!(fault.to_string(), "`x` needs a text, not a number: `3`");
}

#[test]
fn texts_match_exactly() {
    check("text", "Gold", "Gold", "gold Golden Silver null");
    check("text", "Gold, Silver", "Gold Silver", "Bronze null");
    check("text", "\"Gold\",\"Silver\"", "Gold Silver", "Bronze");
    check("text", "not(Gold, Silver)", "Bronze", "Gold Silver null");
    check("text", "not(\"Gold\")", "Silver", "Gold");
    check("text", "\"null\"", "\"null\"", "null");
    check("text", "\"a\\\"b\"", "\"a\\\"b\"", "ab");
    check("text", ">= M", "M Z", "L null");
    let text = table("U,x,-> y\n,\"\"\"Gold, legacy\"\", Gold (new), 5 stars\",true\ntype,text,\n");
    for word in ["Gold, legacy", "Gold (new)", "5 stars"] {
        assert_eq!(text.decide(&[word.into()]).unwrap().outcome(), &one("true").unwrap(), "{word}");
    }
}

#[test]
fn texts_of_different_unicode_spelling_are_equal() {
    let composed = table("U,x,-> y\n,Caf\u{e9},true\n");
    assert_eq!(composed.decide(&["Cafe\u{301}".into()]).unwrap().outcome(), &one("true").unwrap());
}

#[test]
fn truth_values_and_dates_match() {
    check("truth", "true", "true", "false null");
    check("truth", "FALSE", "false", "true null");
    check("truth", "not(true)", "false", "true null");
    check("truth", "known", "true false", "null");
    check("date", ">= 2026-01-31", "2026-01-31 2026-02-01", "2026-01-30 null");
    check("date", "[2026-01-01..2026-04-01)", "2026-01-01 2026-03-31", "2025-12-31 2026-04-01");
    check("date", "date(\"2026-01-31\")", "2026-01-31", "2026-02-01");
}

#[test]
fn what_is_not_known_matches_open_cells_and_null_only() {
    check("number", "-", "null 0 5", "");
    check("number", "", "null 0 5", "");
    check("number", "null", "null", "0 5");
    check("number", "known", "0 5", "null");
    check("number", "not(null)", "0 5", "null");
    check("number", "not(known)", "null", "0 5");
    check("number", "null, > 3", "null 4", "3");
    check("text", "!= Gold, null", "null Silver", "Gold");
}

#[test]
fn cells_that_are_not_conditions_are_refused_with_help() {
    let refuse = |kind: &str, cell: &str| {
        let quoted = cell.replace('"', "\"\"");
        refused(&format!("U,x,-> y\ntype,{kind},truth\n,\"{quoted}\",true\n"))
    };
    for (kind, cell, expected) in [
        ("number", "10%", "`10%` is not a number; write a fraction: 10 percent is `0.1`"),
        ("number", ">= 500 000", "without thousands separators"),
        ("number", ">= 1'000", "without thousands separators"),
        ("number", "1,000", "the comma in `1,000` may separate decimals, thousands or values"),
        ("number", "0,5", "write decimals with a point (`0.5`)"),
        ("number", "€5", "remove the currency sign"),
        ("number", "1e5", "is not a number"),
        ("number", "10..20", "`10..20` does not say whether its ends belong to it; write `[10..20]`"),
        ("number", "[20..10]", "table::interval]: the interval from 20 to 10 is reversed"),
        ("number", "(5..5]", "the interval from 5 to 5 is empty"),
        ("whole", "(3..4)", "the interval from 3 to 4 is empty"),
        ("whole", "2.5", "`2.5` is not a whole number"),
        ("number", "[10..]", "`[10..]` has only one end; write an open side as a comparison"),
        ("number", "[10,20]", "`[10` is not an interval"),
        ("number", "=> 5", "`=>` is not a comparison; write `>=`"),
        ("number", "≥ 5", "`≥` is not a comparison; write `>=`"),
        ("number", "<> 5", "`<>` is not a comparison; write `!=`"),
        ("number", ">", "`>` compares with nothing"),
        ("number", "1,,2", "a value is missing before or after a comma"),
        ("text", "not(Gold), null", "has no closing parenthesis at its end"),
        ("number", "not(5", "has no closing parenthesis"),
        ("number", "–", "`–` is not a number"),
        ("number", "99999999999999999999999999999999", "write at most 28 digits"),
        ("text", "\"Gold", "is never closed"),
        ("text", "“Gold”", "use straight double quotes"),
        ("text", "contains(Gold)", "a cell cannot call a function; put a text in double quotes"),
        ("text", "starts_with(G)", "a cell cannot call a function; put a text in double quotes"),
        ("text", "–", "put the text in double quotes"),
        ("truth", "yes", "write `true` or `false`"),
        ("truth", "> false", "cannot be more or less"),
        ("date", "31.01.2026", "write the date as `2026-01-31`"),
        ("date", "2026-02-30", "is not a date"),
    ] {
        let found = refuse(kind, cell);
        assert!(found.contains(expected), "`{cell}`: {found}");
        assert!(found.contains("t.csv: row 3, column `x`"), "`{cell}`: {found}");
    }
}
