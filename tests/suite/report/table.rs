use super::sample::{channel, in_currency, plan, small, small_with_changes, ugly};
use quotient::report::{TableOptions, table};

fn at(width: u16) -> TableOptions {
    TableOptions { width, ..TableOptions::default() }
}

#[test]
fn a_small_plan_reads_like_this() {
    insta::assert_snapshot!(table::plan(&small_with_changes(), &at(100)).unwrap());
}

#[test]
fn a_channel_reads_like_this() {
    insta::assert_snapshot!(table::plan(&channel(150), &TableOptions { lines: 10, ..at(110) }).unwrap());
}

#[test]
fn ugly_names_read_like_this() {
    insta::assert_snapshot!(table::plan(&ugly(), &at(100)).unwrap());
}

#[test]
fn a_narrow_terminal_is_respected() {
    for plan in [small(), channel(150)] {
        let text = table::plan(&plan, &at(80)).unwrap();
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 80, "{widest} columns");
    }
}

#[test]
fn nothing_in_a_book_steers_the_terminal() {
    let text = table::plan(&ugly(), &at(100)).unwrap();
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202A}'..='\u{202E}').contains(&c)));
}

#[test]
fn colours_appear_only_when_asked() {
    let coloured = table::plan(&channel(20), &TableOptions { colour: true, ..at(100) }).unwrap();
    assert!(coloured.contains('\u{1b}'));
    assert!(!table::plan(&channel(20), &at(100)).unwrap().contains('\u{1b}'));
}

#[test]
fn an_empty_plan_says_so() {
    insta::assert_snapshot!(table::plan(&plan(Vec::new()), &at(80)).unwrap());
}

#[test]
fn amounts_are_whole_when_the_plan_is() {
    assert!(table::plan(&in_currency("EUR", "1250000"), &at(100)).unwrap().contains("1,250,000 "));
    assert!(table::plan(&in_currency("EUR", "1250000.50"), &at(100)).unwrap().contains("1,250,000.50"));
    assert!(table::plan(&in_currency("KWD", "1250000.125"), &at(100)).unwrap().contains("1,250,000.125"));
}
