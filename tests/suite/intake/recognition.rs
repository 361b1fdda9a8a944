//! Exports of other systems: the proposed mapping reads each of them, with the sums that a direct calculation gives.

use quotient::channel::PartnerBook;
use quotient::finding::render;
use quotient::intake::recognition::{Survey, read_surveyed, survey_book};
use quotient::intake::{Limits, Mapping, ReadOptions};
use rust_decimal::Decimal;
use std::path::PathBuf;

fn export(name: &str) -> Vec<PathBuf> {
    vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/exports").join(name)]
}

fn survey(name: &str) -> Survey {
    let (survey, findings) = survey_book(&export(name), &Limits::default()).into_parts();
    survey.unwrap_or_else(|| panic!("{}", render::human(findings.iter(), false)))
}

/// The survey of an export, and the book that its mapping reads.
fn read(name: &str) -> (Survey, PartnerBook) {
    let survey = survey(name);
    match read_surveyed(&export(name), &survey, &ReadOptions::default()).into_result() {
        Ok((book, _)) => (survey, book),
        Err(findings) => panic!("{}\n{}", survey.mapping, render::human(findings.iter(), false)),
    }
}

fn revenue(book: &PartnerBook) -> Decimal {
    book.partners.iter().flat_map(|partner| &partner.revenue).map(|entry| entry.amount.amount()).sum()
}

/// Lines of the mapping file with a key: neither blank, nor a comment, nor the name of a section.
fn lines(survey: &Survey) -> usize {
    survey.mapping.lines().filter(|line| !line.trim().is_empty() && !line.starts_with(['#', '['])).count()
}

fn decided<'s>(survey: &'s Survey, table: &str, key: &str) -> Option<&'s str> {
    let found = survey.decisions.iter().find(|decision| decision.table == table && decision.key == key);
    found.map(|decision| decision.value.as_str())
}

/// Partners and revenue of each export, from the amounts that were written into it.
#[test]
fn the_proposed_mapping_reads_exports_of_many_systems_with_their_sums() {
    for (name, partners, sum) in [
        ("german_erp", 3, "89412.17"),
        ("crm_report", 3, "183561.62"),
        ("french", 4, "166503.96"),
        ("sap_list", 4, "13213.72"),
        ("pivot", 3, "8211"),
        ("us_orders", 5, "92397.0948"),
        ("pipeline", 5, "33928"),
        ("grouped", 4, "14772"),
        ("blank_below", 4, "60144"),
        ("total_with_code", 4, "22350.30"),
        ("record_count", 3, "18438.66"),
        ("quantities", 3, "198.90"),
        ("months_of_one_year", 5, "2518170.69"),
        ("months_below_years", 5, "278188.53"),
        ("quarters", 5, "15329050"),
        ("bare_quotes", 3, "4260.45"),
        ("yearly_files", 3, "187.75"),
    ] {
        let (survey, book) = read(name);
        assert_eq!(book.partners.len(), partners, "{name}\n{}", survey.mapping);
        assert_eq!(revenue(&book), sum.parse::<Decimal>().unwrap(), "{name}\n{}", survey.mapping);
    }
}

#[test]
fn every_key_of_a_proposed_mapping_has_its_reason_and_ten_lines_are_enough() {
    for name in ["german_erp", "pivot", "us_orders", "french", "sap_list", "grouped", "crm_report", "pipeline"] {
        let survey = survey(name);
        assert!(lines(&survey) <= 10, "{name}\n{}", survey.mapping);
        assert!(survey.decisions.iter().all(|decision| !decision.reason.is_empty()));
        assert!(Mapping::parse("map.toml", &survey.mapping).is_ok(), "{}", survey.mapping);
    }
}

#[test]
fn files_with_the_same_columns_are_one_table_and_a_copy_is_not_read() {
    let survey = survey("yearly_files");
    assert!(survey.mapping.contains("file = [\"sales-2024.csv\", \"sales-2025.csv\"]"), "{}", survey.mapping);
    let questions: String = survey.questions.iter().map(|one| format!("{}: {}\n", one.place, one.question)).collect();
    assert!(questions.contains("none a copy?"), "{questions}");
    assert!(questions.contains("sales-2025 (copy).csv"), "{questions}");
}

#[test]
fn the_order_of_day_and_month_comes_from_the_data() {
    assert_eq!(decided(&survey("german_erp"), "revenue", "date_format"), Some("\"D.M.YYYY\""));
    assert_eq!(decided(&survey("us_orders"), "revenue", "date_format"), Some("\"M/D/YYYY\""));
    assert_eq!(decided(&survey("french"), "revenue", "date_format"), Some("\"D/M/YYYY\""));
    assert_eq!(decided(&survey("sap_list"), "revenue", "date_format"), None);
}

#[test]
fn what_the_data_does_not_decide_is_a_question_and_no_key() {
    let survey = survey("ambiguous");
    assert_eq!(decided(&survey, "revenue", "date_format"), None);
    assert_eq!(decided(&survey, "revenue", "thousands"), Some("\",\""));
    let questions: Vec<&str> = survey.questions.iter().map(|one| one.question.as_str()).collect();
    assert!(questions.iter().any(|one| one.contains("D/M/YYYY") && one.contains("M/D/YYYY")), "{questions:?}");
    assert!(questions.iter().any(|one| one.contains("is `1,100` a thousand and more?")), "{questions:?}");
    assert!(questions.iter().any(|one| one.starts_with("no currency is stated")), "{questions:?}");
    assert!(read_surveyed(&export("ambiguous"), &survey, &ReadOptions::default()).into_result().is_err());
}

#[test]
fn amounts_are_quantity_times_unit_price_where_no_column_has_them() {
    let survey = survey("quantities");
    assert_eq!(decided(&survey, "revenue", "product.amount"), Some("[\"Quantity\", \"UnitPrice\"]"));
    assert_eq!(decided(&survey, "revenue", "columns.amount"), None);
}

#[test]
fn months_without_a_year_have_that_of_the_title_or_of_the_row_above() {
    let titled = survey("months_of_one_year");
    assert_eq!(decided(&titled, "revenue", "unpivot"), Some("{ period = \"months\", year = 2025 }"));
    assert_eq!(decided(&titled, "", "currency"), Some("\"EUR\""));
    assert_eq!(decided(&survey("months_below_years"), "revenue", "header_rows"), Some("2"));
}

#[test]
fn double_quotes_that_delimit_nothing_are_part_of_the_values() {
    assert_eq!(decided(&survey("bare_quotes"), "revenue", "quote"), Some("\"none\""));
    assert!(read("bare_quotes").1.partners.iter().any(|partner| &*partner.id == "Bolt \"B\" Ltd"));
}

#[test]
fn values_written_once_above_blank_cells_are_filled_down_and_no_row_is_lost() {
    let survey = survey("blank_below");
    assert_eq!(decided(&survey, "revenue", "fill_down"), Some("[\"Kundennr.\", \"Gebiet\"]"));
    assert!(survey.decisions.iter().all(|decision| !decision.key.starts_with("skip")), "{}", survey.mapping);
}

#[test]
fn a_book_in_its_own_format_needs_no_conversion() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration");
    let (survey, _) = survey_book(std::slice::from_ref(&root), &Limits::default()).into_parts();
    let surveyed = read_surveyed(std::slice::from_ref(&root), &survey.unwrap(), &ReadOptions::default()).into_result();
    let (surveyed, _) = surveyed.unwrap_or_else(|findings| panic!("{}", render::human(findings.iter(), false)));
    let (own, _) = quotient::intake::read_book(&root, None, &ReadOptions::default()).into_result().unwrap();
    assert_eq!(revenue(&surveyed), revenue(&own));
    assert_eq!(surveyed.tables, own.tables);
}

#[test]
fn proposed_mappings_read_as_recorded() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for name in ["german_erp", "crm_report", "pivot", "us_orders", "pipeline", "french", "sap_list", "grouped"] {
            let survey = survey(name);
            let questions: String = survey.questions.iter().map(|one| format!("? {}: {}\n", one.place, one.question)).collect();
            insta::assert_snapshot!(format!("survey_{name}"), format!("{}\n{questions}", survey.mapping));
        }
    });
}
