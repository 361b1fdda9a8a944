//! One sheet or file per year or currency, amounts in several currencies, and totals, dates and signs that a survey must name.

use super::unsaid::Seen;
use rust_decimal::Decimal;
use rust_xlsxwriter::Workbook;
use std::collections::BTreeMap;

/// Revenue of the book by year.
fn by_year(seen: &Seen) -> BTreeMap<i32, Decimal> {
    let book = seen.book.as_ref().unwrap_or_else(|| panic!("{}\n{}", seen.mapping, seen.said));
    let mut sums = BTreeMap::new();
    for entry in book.partners.iter().flat_map(|partner| &partner.revenue) {
        *sums.entry(entry.month.year()).or_default() += entry.amount.amount();
    }
    sums
}

fn years(sums: [(i32, i64); 2]) -> BTreeMap<i32, Decimal> {
    sums.into_iter().map(|(year, sum)| (year, sum.into())).collect()
}

const FIRST: &str = "Partner,Jan,Feb,Mar,Apr\nAcme,1,2,3,4\nBeta,5,6,7,8\n";
const SECOND: &str = "Partner,Jan,Feb,Mar,Apr\nAcme,10,20,30,40\nBeta,50,60,70,80\n";

/// A workbook with a sheet for each name, which has the rows of a text.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, text) in sheets {
        let sheet = workbook.add_worksheet().set_name(*name).unwrap();
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) => sheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn months_of_one_file_per_year_are_those_of_the_year_in_its_name() {
    let seen = Seen::text(&[("sales_2024.csv", FIRST), ("sales_2025.csv", SECOND)]);
    assert_eq!(by_year(&seen), years([(2024, 36), (2025, 360)]));
    assert!(seen.mapping.contains("year = \"names\""), "{}", seen.mapping);
    for names in [["2024", "2025"], ["Sales 2024", "Sales 2025"]] {
        let bytes = workbook(&[(names[0], FIRST), (names[1], SECOND)]);
        assert_eq!(by_year(&Seen::bytes(&[("book.xlsx", bytes)])), years([(2024, 36), (2025, 360)]), "{names:?}");
    }
    let quarters = |text: &str| text.replace("Jan,Feb,Mar,Apr", "Q1,Q2,Q3,Q4");
    let seen = Seen::text(&[("2024.csv", &quarters(FIRST)), ("2025.csv", &quarters(SECOND))]);
    assert_eq!(by_year(&seen), years([(2024, 36), (2025, 360)]));
}

#[test]
fn parts_of_one_year_have_that_year() {
    let seen = Seen::text(&[("north_2025.csv", FIRST), ("south_2025.csv", &SECOND.replace("Acme", "Cedar"))]);
    assert_eq!(by_year(&seen), BTreeMap::from([(2025, Decimal::from(396))]), "{}", seen.mapping);
}

#[test]
fn files_of_different_years_that_their_names_do_not_state_are_not_read() {
    let titled = |year: &str, text: &str| format!("Sales {year}\n{text}");
    let seen = Seen::text(&[("a.csv", &titled("2024", FIRST)), ("b.csv", &titled("2025", SECOND))]);
    seen.says("its files or sheets are of different years");
    assert!(seen.book.is_none(), "{}", seen.mapping);
}

#[test]
fn a_stated_year_that_the_names_of_the_files_contradict_is_an_error() {
    let files = [("sales_2024.csv", FIRST), ("sales_2025.csv", SECOND)];
    let map = |year: &str| {
        format!(
            "[partners]\ndistinct = true\n[revenue]\nfile = [\"sales_2024.csv\", \"sales_2025.csv\"]\n\
             columns.partner_id = \"Partner\"\nunpivot = {{ period = \"months\", year = {year} }}\n"
        )
    };
    let refused = super::shapes::read(&files, &map("2024")).unwrap_err();
    let message = "the months of `sales_2025.csv` are read as those of 2024, and its name states 2025";
    assert!(refused.contains(message), "{refused}");
    let book = super::shapes::read(&files, &map("\"names\"")).unwrap();
    assert_eq!(super::shapes::sums(&book), super::shapes::years(&[(2024, "36"), (2025, "360")]));
    let unnamed = [("a.csv", FIRST), ("sales_2025.csv", SECOND)];
    let refused = super::shapes::read(&unnamed, &map("\"names\"").replace("sales_2024", "a")).unwrap_err();
    assert!(refused.contains("the name of `a.csv` states no year, or several"), "{refused}");
}

const EUROS: &str = "Partner,Month,Revenue\nAcme,2025-01,1000\nBeta,2025-01,2000\nAcme,2025-02,3000\n";
const DOLLARS: &str = "Partner,Month,Revenue\nCedar,2025-01,400\nCedar,2025-02,500\n";

#[test]
fn files_named_after_their_currency_are_not_added_together() {
    let question = "the names state different currencies, and a book has one";
    let files = Seen::text(&[("revenue_EUR.csv", EUROS), ("revenue_USD.csv", DOLLARS)]);
    let sheets = Seen::bytes(&[("book.xlsx", workbook(&[("EUR", EUROS), ("USD", DOLLARS)]))]);
    for seen in [&files, &sheets] {
        assert_eq!(seen.revenue(), Decimal::from(6000), "{}", seen.mapping);
        assert!(seen.mapping.contains("currency = \"EUR\""), "{}", seen.mapping);
        seen.says(question);
        seen.says("(3 rows, 6,000)");
        seen.says("(2 rows, 900)");
    }
}

#[test]
fn a_column_in_one_currency_is_not_filtered_by_the_currency_of_another_one() {
    let text = "Partner,Period,Amount Local,Local Curr,FX,Amount USD\nAcme,2025-01,100,EUR,1.1,110\n\
                Acme,2025-02,200,EUR,1.1,220\nBeta,2025-01,300,USD,1,300\nBeta,2025-02,400,USD,1,400\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(1030), "{}", seen.mapping);
    let text = "Invoice No,Invoice Date,Bill-to Customer,Amount,Currency,Amount (LCY)\nI1,2025-01-03,C1,100,EUR,100\n\
                I2,2025-02-03,C1,200,EUR,200\nI3,2025-01-03,C2,300,USD,270\nI4,2025-02-03,C2,400,USD,360\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(930), "{}", seen.mapping);
    seen.says("it is not the currency of the amounts");
}

#[test]
fn rows_in_other_currencies_are_left_out_with_their_number_sum_and_partners() {
    let text = "Customer,Date,Amount,Currency\nAcme,2025-01-03,1000.5,EUR\nAcme,2025-02-03,2000,EUR\n\
                Beta,2025-01-03,3000,USD\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), "3000.5".parse::<Decimal>().unwrap());
    seen.says(
        "only the amounts in EUR (2 rows, 3,000.5) are read, and those in USD (1 row, 3,000) are left out, with all rows of \
         1 partner, such as \"Beta\"",
    );
}

#[test]
fn a_total_without_amounts_in_the_periods_is_not_a_partner() {
    let text = "Partner,Jan-24,Feb-24,Mar-24,Total\nAcme,1,2,3,6\nBeta,4,5,6,15\nTotal,,,,21\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(21), "{}", seen.mapping);
    assert_eq!(seen.book.as_ref().map(|book| book.partners.len()), Some(2), "{}\n{}", seen.mapping, seen.said);
}

#[test]
fn rows_that_a_figure_leaves_out_are_not_asked_about_as_sums() {
    let rows = |name: &str, at: u32| {
        format!("{name},Revenue,{},{},{at}\n{name},COGS,6,5,{at}\n{name},Gross Profit,4,6,0\n", 10, 11)
    };
    let names = ["Acme", "Beta", "Cedar", "Delta", "Elm"];
    let body: String = (1..).zip(names).map(|(at, name)| rows(name, at)).collect();
    let seen = Seen::text(&[("a.csv", &format!("Partner,KPI,2025-01,2025-02,2025-03\n{body}"))]);
    assert!(seen.mapping.contains("where.KPI = \"Revenue\""), "{}\n{}", seen.mapping, seen.said);
    seen.says("only \"Revenue\" is read as the revenue");
    assert!(!seen.said.contains("do these rows count twice"), "{}", seen.said);
}

#[test]
fn the_only_column_of_dates_is_the_date_with_a_question() {
    let text = |heading: &str| {
        format!("Reseller,{heading},Deal Value\nAcme,2025-01-13,100\nBeta,2025-01-20,50\nAcme,2025-02-10,40\n")
    };
    let seen = Seen::text(&[("a.csv", &text("Signed"))]);
    assert_eq!(seen.revenue(), Decimal::from(190), "{}\n{}", seen.mapping, seen.said);
    seen.says("is it the date of the revenue?");
    let known = Seen::text(&[("a.csv", &text("Booked On"))]);
    assert_eq!(known.revenue(), Decimal::from(190));
    assert!(!known.said.contains("is it the date of the revenue?"), "{}", known.said);
    let due = Seen::text(&[("a.csv", &text("Due"))]);
    assert!(due.book.is_none(), "{}", due.mapping);
}

#[test]
fn debits_and_credits_are_asked_about_with_their_sums() {
    let text = "Debitor;Buchungsdatum;S/H;Betrag\nC1;15.01.2025;S;1.000,50\nC1;15.02.2025;S;2.000,00\n\
                C2;16.01.2025;S;500,00\nC2;17.02.2025;H;250,00\n";
    Seen::text(&[("a.csv", text)]).says("do \"H\" (1 row, 250.00) and \"S\" (3 rows, 3,500.50) change the sign");
}
