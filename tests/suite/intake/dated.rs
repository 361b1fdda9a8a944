//! Rows with dates, in every way in which a book can be written.

use quotient::channel::{Partner, PartnerBook};
use quotient::finding::{Findings, render};
use quotient::intake::recognition::{read_surveyed, survey_book};
use quotient::intake::{BookChange, JsonPart, Limits, Mapping, RawTables, ReadOptions, read_book, read_book_files};
use quotient::{BookBuilder, Currency, InvestmentRow, MarketRow, Money, PartnerRow, RevenueRow, WinRateRow};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::json;

fn read_with(files: &[(&str, &str)], map: &str) -> Result<(PartnerBook, Findings), Findings> {
    let mapping = (!map.is_empty()).then(|| Mapping::parse("map.toml", map).unwrap());
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    read_book_files(files, mapping.as_ref(), &ReadOptions::default()).into_result()
}

fn read(files: &[(&str, &str)]) -> PartnerBook {
    read_with(files, "").unwrap_or_else(|findings| panic!("{}", render::human(findings.iter(), false))).0
}

const REVENUE: (&str, &str) = ("revenue.csv", "partner_id,month,amount\nA,2025-01,5\nB,2025-01,5\n");

/// Every table that can have dates.
fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("partners.csv", "partner_id,tier,size,valid_from\nA,Gold,7,2025-07-01\nA,Silver,5,\nB,Gold,1,\n"),
        REVENUE,
        ("market.csv", "territory,addressable_market,valid_from\nNorth,700,\nNorth,900,2025-07-01\n"),
        ("investments.csv", "partner_id,certified_now,valid_from\nA,2,2025-01-01\nA,3,2025-07-01\n"),
        ("win_rates.csv", "partner_id,product_line,by_value,valid_from\nA,,0.2,\nA,,0.5,2025-07-01\nA,Servers,0.9,\n"),
        ("sellers.csv", "partner_id,name,Valid from\nA,Li,2025-07-01\nA,Bo,\nB,Jo,2025-02-01\n"),
    ]
}

/// What is known of A on a date: tier, size, market, certified staff, win rates, sellers.
fn known(book: &PartnerBook, date: &str) -> String {
    let book = book.as_of(date.parse().unwrap());
    let partner: &Partner = book.partner("A").unwrap();
    let attributes: Vec<String> = partner.attributes.iter().map(|(_, value)| value.word().to_string()).collect();
    let market: Vec<String> =
        book.market.iter().filter_map(|cell| cell.addressable).map(|amount| amount.to_string()).collect();
    let heads = partner.investment.as_deref().and_then(|found| found.certified_now);
    let rates: Vec<String> =
        partner.win_rates.iter().filter_map(|rate| rate.by_value).map(|rate| rate.to_string()).collect();
    let rows = book.extra_tables.iter().flat_map(|table| &table.rows).filter(|row| row.partner == 0);
    let sellers: Vec<&str> = rows.map(|row| &*row.values[0]).collect();
    format!("{:?} {attributes:?} {market:?} {heads:?} {rates:?} {sellers:?}", partner.tier.as_deref())
}

const BEGINNING: &str = r#"Some("Silver") ["5"] ["700"] None ["0.2", "0.9"] ["Bo"]"#;
const SPRING: &str = r#"Some("Silver") ["5"] ["700"] Some(2) ["0.2", "0.9"] ["Bo"]"#;
const SUMMER: &str = r#"Some("Gold") ["7"] ["900"] Some(3) ["0.5", "0.9"] ["Bo", "Li"]"#;

#[test]
fn rows_count_from_their_date_until_the_next_one() {
    let book = read(&files());
    assert_eq!(known(&book, "2024-12-31"), BEGINNING);
    assert_eq!(known(&book, "2025-01-01"), SPRING);
    assert_eq!(known(&book, "2025-06-30"), SPRING);
    assert_eq!(known(&book, "2025-07-01"), SUMMER);
    // The book itself has the latest rows.
    assert_eq!(known(&book, "2199-12-31"), SUMMER);
    assert_eq!((book.partners.len(), book.partner("A").unwrap().tier.as_deref()), (2, Some("Gold")));
}

#[test]
fn a_workbook_and_a_document_have_the_same_dates() {
    let book = read(&files());
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let mut workbook = Workbook::new();
    for (name, text) in files() {
        let sheet = workbook.add_worksheet().set_name(name.trim_end_matches(".csv")).unwrap();
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                match cell.parse::<chrono::NaiveDate>() {
                    Ok(date) => {
                        let date = ExcelDateTime::parse_from_str(&date.to_string()).unwrap();
                        sheet.write_with_format(row, column, date, &day).unwrap();
                    }
                    Err(_) => drop(sheet.write(row, column, cell).unwrap()),
                }
            }
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("book.xlsx");
    workbook.save(&path).unwrap();
    let (from_sheets, _) = read_book(&path, None, &ReadOptions::default()).into_result().unwrap();
    let objects = |text: &str| {
        let mut lines = text.lines();
        let headings: Vec<&str> = lines.next().unwrap().split(',').collect();
        let row = |line: &str| -> serde_json::Map<String, serde_json::Value> {
            headings.iter().zip(line.split(',')).map(|(key, cell)| ((*key).to_owned(), json!(cell))).collect()
        };
        json!(lines.map(row).collect::<Vec<_>>())
    };
    let tables = files().into_iter().map(|(name, text)| (name.trim_end_matches(".csv").to_owned(), objects(text)));
    let document = serde_json::Value::Object(tables.collect()).to_string();
    let path = directory.path().join("book.json");
    std::fs::write(&path, document).unwrap();
    let (from_document, _) = read_book(&path, None, &ReadOptions::default()).into_result().unwrap();
    for other in [from_sheets, from_document] {
        assert_eq!((&other.partners, &other.dated_market), (&book.partners, &book.dated_market));
        assert_eq!(other.input_hash, book.input_hash);
        assert_eq!(known(&other, "2025-01-01"), SPRING);
    }
}

#[test]
fn a_book_that_is_built_in_code_has_dates() {
    let usd = |amount: i64| Money::new(amount, Currency::USD);
    let july = "2025-07-01".parse().unwrap();
    let book = BookBuilder::new(Currency::USD)
        .partners([PartnerRow::new("P1").tier("Gold").valid_from(july), PartnerRow::new("P1").tier("Silver")])
        .revenue([RevenueRow::new("P1", "2025-12", usd(1))])
        .market([MarketRow::new().addressable(usd(1)), MarketRow::new().addressable(usd(2)).valid_from(july)])
        .investments([InvestmentRow::new("P1").certified_now(3).valid_from(july)])
        .win_rates([WinRateRow::new("P1").by_value("0.5".parse().unwrap()).valid_from(july)]);
    assert_eq!(book.build().unwrap().partners(), 1);
}

#[test]
fn two_rows_of_the_same_thing_and_date_are_an_error_with_both_places() {
    let refused = |name: &str, text: &str| {
        let files = [files().into_iter().filter(|(file, _)| *file != name).collect(), vec![(name, text)]].concat();
        render::human(read_with(&files, "").unwrap_err().iter(), false)
    };
    let same = "2025-07-01";
    for (name, text, what) in [
        ("partners.csv", format!("partner_id,valid_from\nA,{same}\nB,\nA,{same}\n"), "duplicate partner `A`"),
        (
            "market.csv",
            format!("territory,addressable_market,valid_from\nN,1,{same}\nS,1,\nN,2,{same}\n"),
            "duplicate market",
        ),
        (
            "investments.csv",
            format!("partner_id,certified_now,valid_from\nA,1,{same}\nB,1,\nA,2,{same}\n"),
            "duplicate entry",
        ),
        (
            "win_rates.csv",
            format!("partner_id,by_value,valid_from\nA,0.1,{same}\nB,0.1,\nA,0.2,{same}\n"),
            "duplicate entry",
        ),
    ] {
        let shown = refused(name, &text);
        assert!(shown.contains(what) && shown.contains("row 2") && shown.contains("row 4"), "{shown}");
        assert!(shown.contains("`valid_from`"), "{shown}");
    }
    let shown = refused("sellers.csv", "partner_id,name,valid_from\nA,Li,soon\n");
    assert!(shown.contains("column `valid_from`, value `soon`"), "{shown}");
}

#[test]
fn a_mapping_file_names_the_column_of_dates() {
    let files = [("kunden.csv", "Nr,Stufe,Gültig ab\nA,Silver,\nA,Gold,1.7.2025\nB,Gold,\n"), REVENUE];
    let map = "[partners]\nfile = \"kunden\"\ncolumns = { partner_id = \"Nr\", tier = \"Stufe\", valid_from = \"Gültig ab\" }\n\
               date_format = \"D.M.YYYY\"\n[revenue]\n";
    let (book, _) = read_with(&files, map).unwrap();
    let tier = |date: &str| book.as_of(date.parse().unwrap()).partners[0].tier.clone();
    assert_eq!((tier("2025-06-30").as_deref(), tier("2025-07-01").as_deref()), (Some("Silver"), Some("Gold")));
    // Rows of transactions give one partner for each date.
    let files = [(
        "orders.csv",
        "customer,tier,from,month,amount\nA,Silver,,2025-01,5\nA,Silver,,2025-02,5\nA,Gold,2025-03-01,2025-03,5\n",
    )];
    let map = "[partners]\nfile = \"orders\"\ndistinct = true\ncolumns = { partner_id = \"customer\", tier = \"tier\", valid_from = \"from\" }\n\
               [revenue]\nfile = \"orders\"\ncolumns = { partner_id = \"customer\" }\n";
    let (book, _) = read_with(&files, map).unwrap();
    let tier = |date: &str| book.as_of(date.parse().unwrap()).partners[0].tier.clone();
    assert_eq!((tier("2025-02-28").as_deref(), tier("2025-03-01").as_deref()), (Some("Silver"), Some("Gold")));
}

#[test]
fn the_survey_of_an_export_finds_partners_with_dates() {
    for heading in ["valid from", "Effective Date", "Gültig ab"] {
        let directory = tempfile::tempdir().unwrap();
        let mut customers = format!("Customer No,Name,Partner Tier,{heading}\n");
        let mut orders = "Order Date,Customer No,Net Amount\n".to_owned();
        for number in 100..110 {
            customers.push_str(&format!(
                "C{number},Firm {number},Silver,2024-01-01\nC{number},Firm {number},Gold,2025-07-01\n"
            ));
            orders.push_str(&format!(
                "2025-01-{},C{number},{number}.50\n2025-08-{},C{number},1.25\n",
                number - 90,
                number - 90
            ));
        }
        std::fs::write(directory.path().join("customers.csv"), customers).unwrap();
        std::fs::write(directory.path().join("orders.csv"), orders).unwrap();
        let paths = [directory.path().to_owned()];
        let (survey, _) = survey_book(&paths, &Limits::default()).into_parts();
        let survey = survey.unwrap();
        assert!(survey.mapping.contains(&format!("valid_from = \"{heading}\"")), "{}", survey.mapping);
        let read = read_surveyed(&paths, &survey, &ReadOptions::default()).into_result();
        let (book, _) = read.unwrap_or_else(|findings| panic!("{}", render::human(findings.iter(), false)));
        let tiers = |date: &str| -> Vec<Option<String>> {
            let book = book.as_of(date.parse().unwrap());
            book.partners.iter().map(|partner| partner.tier.as_deref().map(str::to_owned)).collect()
        };
        assert_eq!(tiers("2025-06-30"), vec![Some("Silver".to_owned()); 10], "{heading}");
        assert_eq!(tiers("2025-07-01"), vec![Some("Gold".to_owned()); 10], "{heading}");
        assert!(tiers("2023-12-31").is_empty());
    }
}

#[test]
fn a_change_of_a_stored_book_replaces_all_dated_rows_of_its_partners() {
    let base = json!({
        "partners": [{"partner_id": "A", "tier": "Silver"}, {"partner_id": "A", "tier": "Gold", "valid_from": "2025-07-01"}, {"partner_id": "B"}],
        "revenue": [{"partner_id": "A", "month": "2025-01", "amount": "1"}],
    });
    let replace = json!({"partners": [
        {"partner_id": "A", "tier": "Gold"}, {"partner_id": "A", "tier": "Platinum", "valid_from": "2025-09-01"},
    ]})
    .to_string();
    let part = JsonPart { file: "request", pointer: "/book", name: "book", text: &replace };
    let change = BookChange { replace: Some(part), remove: None };
    let merged = RawTables::of(&base.to_string()).merged(&change, "request").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("book.json");
    std::fs::write(&path, &merged.text).unwrap();
    let (book, _) = read_book(&path, None, &ReadOptions::default()).into_result().unwrap();
    let tier = |date: &str| book.as_of(date.parse().unwrap()).partners[0].tier.clone();
    assert_eq!((tier("2025-08-31").as_deref(), tier("2025-09-01").as_deref()), (Some("Gold"), Some("Platinum")));
}

#[test]
fn an_empty_column_of_dates_changes_nothing() {
    let plain = [("partners.csv", "partner_id,tier\nA,Gold\nB,Silver\n"), REVENUE];
    let empty = [("partners.csv", "partner_id,tier,valid_from\nA,Gold,\nB,Silver,\n"), REVENUE];
    assert_eq!(read(&plain).partners, read(&empty).partners);
    assert_eq!(read(&plain).input_hash, read(&empty).input_hash);
    let dated = [("partners.csv", "partner_id,tier,valid_from\nA,Gold,2020-01-01\nB,Silver,\n"), REVENUE];
    assert_ne!(read(&plain).input_hash, read(&dated).input_hash);
    // The order of rows does not matter.
    let turned = [("partners.csv", "partner_id,tier,valid_from\nB,Silver,\nA,Gold,2020-01-01\n"), REVENUE];
    assert_eq!(read(&dated).input_hash, read(&turned).input_hash);
}
