use super::sample::{in_currency, plan, small, ugly};
use proptest::prelude::*;
use quotient::planning::QuotaPlan;
use quotient::report::csv::{guarded, write_plan};

fn text(plan: &QuotaPlan) -> String {
    let mut out = Vec::new();
    write_plan(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn records(plan: &QuotaPlan) -> Vec<Vec<String>> {
    let text = text(plan);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn one_row_a_line_with_the_documented_columns() {
    insta::assert_snapshot!(text(&small()));
}

#[test]
fn an_empty_plan_is_a_header_row() {
    assert_eq!(text(&plan(Vec::new())).lines().count(), 1);
}

#[test]
fn amounts_have_the_decimals_of_the_currency() {
    assert_eq!(records(&in_currency("JPY", "1250000"))[0][7], "1250000");
    assert_eq!(records(&in_currency("KWD", "1250000.125"))[0][7], "1250000.125");
    assert_eq!(records(&in_currency("EUR", "1250000"))[0][7], "1250000.00");
}

#[test]
fn no_text_cell_begins_like_a_formula() {
    for record in records(&ugly()) {
        for (index, cell) in record.iter().enumerate() {
            let is_number = (7..=20).contains(&index) && cell.parse::<rust_decimal::Decimal>().is_ok();
            let begins = cell.trim_start_matches([' ', '"', '\t', '\r', '\n']);
            assert!(is_number || !begins.starts_with(['=', '+', '-', '@']), "{cell:?}");
        }
    }
}

#[test]
fn negative_amounts_stay_numbers() {
    assert!(records(&ugly()).iter().any(|record| record[15] == "-500.25"));
}

#[test]
fn every_row_has_as_many_cells_as_the_header() {
    // The strict reader refuses ragged rows.
    assert_eq!(records(&ugly()).len(), 13);
}

#[test]
fn full_width_signs_and_hidden_leads_are_guarded() {
    for text in ["＝1", "\u{FEFF}=1", "\u{200B}@x", "'=1", "\0=1", "a".repeat(0).as_str(), "\r=1"] {
        let is_empty = text.is_empty();
        assert_eq!(guarded(text), if is_empty { String::new() } else { format!("'{text}") });
    }
    assert_eq!(guarded("'t Hoen BV"), "'t Hoen BV");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn guarding_adds_one_apostrophe_or_nothing(text in "\\PC{0,12}|[ \"'=+@\t-]{0,6}") {
        let safe = guarded(&text);
        let marked = format!("'{text}");
        prop_assert!(safe == text || safe == marked);
        prop_assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r']));
    }
}
