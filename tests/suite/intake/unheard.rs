//! Inputs whose sums, months or partners were wrong without a word: copies, overlaps, mistyped dates, ids in two spellings,
//! dates and letters that another program damaged, and layouts that were refused although they say all.

use super::unsaid::Seen;
use quotient::intake::recognition::{read_surveyed, survey_book};
use quotient::intake::{Limits, ReadOptions};
use quotient::units::Month;
use rust_decimal::Decimal;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

/// Rows of three partners on three days of each month of 2024 and 2025; 24 × 9 rows.
fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for month in 0..24 {
        for (index, partner) in ["Acme", "Beta", "Gamma"].iter().enumerate() {
            for day in [5, 17, 28] {
                let (year, month_of_year) = (2024 + month / 12, month % 12 + 1);
                rows.push(format!("{partner},{year}-{month_of_year:02}-{day:02},{}\n", 100 + month * 3 + index));
            }
        }
    }
    rows
}

fn csv(rows: &[String]) -> String {
    format!("Customer,Date,Amount\n{}", rows.concat())
}

fn with(row: &str) -> String {
    format!("{}{row}\n", csv(&rows()))
}

/// The latest complete month, with November 2026 as the current month.
fn complete(text: &str) -> (String, String) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.csv"), text).unwrap();
    let paths = [directory.path().to_owned()];
    let survey = survey_book(&paths, &Limits::default()).value.unwrap();
    let options = ReadOptions { current_month: Month::new(2026, 11), ..ReadOptions::default() };
    let (book, findings) = read_surveyed(&paths, &survey, &options).into_parts();
    let book = book.unwrap();
    let summary = book.summary.as_ref().unwrap().latest_complete_month.unwrap();
    assert_eq!(book.latest_month(None).unwrap().complete, summary);
    (summary.to_string(), quotient::finding::render::human(findings.iter(), false))
}

#[test]
fn a_mistyped_or_future_month_is_not_the_latest_complete_one() {
    // 28 December 2025 is a Sunday, and three working days follow.
    for (row, what) in [
        ("Acme,2062-12-05,9", "revenue is dated 2062-12, after the current month 2026-11"),
        ("Acme,2026-08-05,9", "7 months without revenue before 2026-08"),
        ("Acme,2026-02-05,9", "1 month without revenue before 2026-02"),
    ] {
        let (month, said) = complete(&with(row));
        assert_eq!(month, "2025-11", "{row}");
        assert!(said.contains(what) && said.contains("row 218"), "{said}");
    }
    let (month, said) = complete(&csv(&rows()));
    assert_eq!((month.as_str(), said.as_str()), ("2025-11", ""));
    // Rows that name months only.
    let monthly = |year: i32, month: u32, partners: u32| -> String {
        (0..partners).map(|partner| format!("P{partner},{year}-{month:02},5\n")).collect()
    };
    let year: String = (1..=12).map(|month| monthly(2025, month, 30)).collect();
    let (month, said) = complete(&format!("Customer,Month,Amount\n{year}P1,2026-01,5\n"));
    assert_eq!(month, "2025-12");
    assert!(said.contains("2026-01 has 1 row, and the months before it usually have 30"), "{said}");
    assert_eq!(complete(&format!("Customer,Month,Amount\n{year}{}", monthly(2026, 1, 20))).0, "2026-01");
}

#[test]
fn copies_are_not_read_and_overlaps_are_counted() {
    let all = csv(&rows());
    let reversed = csv(&rows().into_iter().rev().collect::<Vec<_>>());
    for copy in
        [("sales (1).csv", all.as_str()), ("an export.csv", &reversed), ("sales 2025.csv", &csv(&rows()[108..]))]
    {
        let seen = Seen::text(&[("sales.csv", &all), copy]);
        assert_eq!(seen.revenue(), Decimal::from(29_268), "{}", copy.0);
        seen.says(&format!("{}: all its rows are in `sales.csv` too, so it is not read: is it a copy?", copy.0));
    }
    let seen = Seen::text(&[("a.csv", &csv(&rows()[..54])), ("b.csv", &csv(&rows()[45..108]))]);
    // The nine rows of June count twice.
    assert_eq!(seen.revenue(), Decimal::from(12_690 + 1_044));
    seen.says("9 rows of `b.csv` are also in `a.csv` and count twice: 1044.00 USD in total");
    let apart = Seen::text(&[("a.csv", &csv(&rows()[..54])), ("b.csv", &csv(&rows()[54..108]))]);
    assert!(!apart.said.contains("twice"), "{}", apart.said);
    // The second extract has a corrected amount.
    let order = |number: u32, amount: u32| format!("{number},Acme,2025-{:02}-10,{amount}\n", number % 12 + 1);
    let extract = |orders: std::ops::Range<u32>, more: u32| -> String {
        let head = "Order No,Customer,Date,Amount\n".to_owned();
        orders.fold(head, |text, number| text + order(number, number + more).as_str())
    };
    Seen::text(&[("a.csv", &extract(1..20, 0)), ("b.csv", &extract(18..40, 1))])
        .says("2 values, such as `18`, are in both `a.csv` and `b.csv`: do their rows count twice?");
}

#[test]
fn ids_in_two_spellings_are_one_partner_or_a_finding() {
    let partners = "Customer No,Name,Tier\n00123,Acme,Gold\n00124,Beta,Silver\nP-a5,Gamma,Gold\n";
    let sales =
        "Customer No,Date,Amount\n123,2025-01-10,5\n00124,2025-01-11,7\np-A5,2025-02-10,11\n123,2025-02-11,13\n";
    let seen = Seen::text(&[("partners.csv", partners), ("sales.csv", sales)]);
    assert!(seen.mapping.contains("ids = \"similar\""), "{}", seen.mapping);
    seen.says("is `123` the partner `00123`?");
    assert_eq!(seen.revenue(), Decimal::from(36));
    assert_eq!(seen.book.unwrap().partner("00123").unwrap().revenue.len(), 2);
    // Without the key, each is named with the id that the table has.
    let files =
        [("partners.csv", "partner_id\n00123\n00124\n"), ("revenue.csv", "partner_id,month,amount\n123,2025-01,5\n")];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
    let (_, findings) = quotient::intake::read_book_files(files, None, &ReadOptions::default()).into_parts();
    let said = quotient::finding::render::human(findings.iter(), false);
    assert!(said.contains("no `123`, but `00123`") && said.contains("ids = \"similar\""), "{said}");
    let flat =
        Seen::text(&[("a.csv", "Customer No,Date,Amount\n00123,2025-01-10,5\n123,2025-02-11,7\n9,2025-02-12,1\n")]);
    flat.says("the partners `00123` and `123` look alike");
    // A table of partners that shares no id is not passed over.
    let other = "Customer No,Tier\nA-1,Gold\nA-2,Silver\n";
    Seen::text(&[("partners.csv", other), ("sales.csv", sales)]).says("is not read, because ids such as `A-1`");
}

#[test]
fn dates_that_a_locale_swapped_are_a_finding() {
    let workbook = |dates: &[(u16, u8, u8)], texts: &[&str]| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write_row(0, 0, ["Customer", "Date", "Amount"]).unwrap();
        let format = Format::new().set_num_format("dd/mm/yyyy");
        for (row, (year, month, day)) in (1..).zip(dates) {
            sheet.write(row, 0, "Acme").unwrap();
            let date = ExcelDateTime::from_ymd(*year, *month, *day).unwrap();
            sheet.write_with_format(row, 1, &date, &format).unwrap();
            sheet.write(row, 2, 1).unwrap();
        }
        for (row, text) in (1 + dates.len() as u32..).zip(texts) {
            sheet.write(row, 0, "Beta").unwrap();
            sheet.write(row, 1, *text).unwrap();
            sheet.write(row, 2, 1).unwrap();
        }
        Seen::bytes(&[("a.xlsx", workbook.save_to_buffer().unwrap())])
    };
    workbook(&[(2024, 5, 1), (2024, 2, 3)], &["13/05/2024", "28/06/2024"])
        .says("a spreadsheet probably swapped day and month in the dates");
    let right = workbook(&[(2024, 5, 1), (2024, 2, 30 - 1)], &["13/05/2024", "28/06/2024"]);
    assert!(!right.said.contains("swapped"), "{}", right.said);
}

#[test]
fn letters_in_a_wrong_encoding_are_a_finding() {
    let text = "Customer,Date,Amount\nMüller,2024-01-28,1\nJosé,2024-02-05,2\nBär & Söhne,2024-03-01,4\n";
    let (twice, ..) = encoding_rs::WINDOWS_1252.decode(text.as_bytes());
    Seen::text(&[("a.csv", &twice)]).says("`MÃ¼ller` at line 2 is probably `Müller`");
    let mac = Seen::bytes(&[("a.csv", encoding_rs::MACINTOSH.encode(text).0.into_owned())]);
    assert!(mac.mapping.contains("encoding = \"macintosh\""), "{}", mac.mapping);
    assert!(mac.book.unwrap().partner("Müller").is_some());
    let windows = Seen::bytes(&[("a.csv", encoding_rs::WINDOWS_1252.encode(text).0.into_owned())]);
    assert!(windows.book.unwrap().partner("Müller").is_some());
    Seen::bytes(&[("a.csv", b"Customer,Date,Amount\nM\x81ller,2024-01-28,1\n".to_vec())]).says("DOS code page");
    Seen::text(&[("a.csv", &text.replace('ü', "\u{FFFD}"))]).says("has a replacement character");
    assert!(!Seen::text(&[("a.csv", text)]).said.contains("line"));
}

#[test]
fn forms_of_dates_and_amounts_have_the_right_value() {
    for (head, values, sum, last) in [
        ("Customer;Date;Amount", ["A;2024年1月4日;100", "B;2024年12月31日;50"], "150", "2024-12"),
        ("得意先;売上日;金額", ["A;2024年1月4日;1,000", "B;2024年12月31日;50.5"], "1050.5", "2024-12"),
        ("Customer;Date;Amount", ["A;1/28/2024, 9:15 PM;100", "B;2/5/2024, 10:15 AM;50"], "150", "2024-02"),
        ("Customer;Date;Amount", ["A;2024-01-28;$ (1,234.50)", "B;2024-02-05;$ 2,000.00"], "765.50", "2024-02"),
        ("Customer;Date;Amount", ["A;2024-01-28;1'234.–", "B;2024-02-05;CHF 2'000.50"], "3234.50", "2024-02"),
        ("Customer;Date;Amount", ["A;2024-01-28;CHF 1’234.--", "B;2024-02-05;CHF 50.-"], "1284", "2024-02"),
        ("Kunde;Datum;Umsatz", ["A;28.01.2024;1.234,50", "B;13.02.2024;50,-"], "1284.50", "2024-02"),
        ("Client;Date;Montant", ["A;28/01/2024;1 234,50 €", "B;05/02/2024;50,25 €"], "1284.75", "2024-02"),
        ("Customer;Year;Month;Amount", ["A;2024;1;100", "B;2025;12;50"], "150", "2025-12"),
        ("Customer;Year;Month;Amount", ["A;2024;January;100", "B;2025;Feb;50"], "150", "2025-02"),
        ("Kunde;Jahr;Monat;Umsatz", ["A;2024;Januar;100,5", "B;2025;März;50"], "150.5", "2025-03"),
        ("Customer;Year;Quarter;Amount", ["A;2024;Q1;100", "B;2025;Q2;50"], "150", "2025-06"),
    ] {
        let text = format!("{head}\n{}\n", values.join("\n"));
        let seen = Seen::text(&[("a.csv", &text)]);
        assert_eq!(seen.revenue(), sum.parse::<Decimal>().unwrap(), "{text}\n{}\n{}", seen.mapping, seen.said);
        let book = seen.book.unwrap();
        assert_eq!(book.revenue_months().unwrap().1.to_string(), last, "{text}");
    }
}

#[test]
fn periods_of_a_fiscal_calendar_need_it() {
    let of = |value: &str| Seen::text(&[("a.csv", &format!("Customer,Period,Amount\nA,{value},1\nB,{value},2\n"))]);
    let seen = of("Q1 FY24");
    seen.says("fiscal");
    assert!(seen.book.is_none());
    // Numbered periods: the calendar year is assumed, and said.
    let seen = of("001/2024");
    seen.says("is read as a period of the calendar year");
    assert_eq!(seen.revenue(), Decimal::from(3));
    let text = "Customer,Fiscal Year,Period,Amount\nA,2024,1,5\nB,2024,2,6\n";
    assert!(Seen::text(&[("a.csv", text)]).book.is_none());
}

#[test]
fn units_in_headings_and_titles_count() {
    for (text, sum) in [
        ("Amounts in EUR thousands,,\nCustomer,Month,Amount\nA,2025-01,1.5\nB,2025-02,2\n", 3_500),
        ("Customer,Month,Revenue (in mio EUR)\nA,2025-01,1.5\nB,2025-02,2\n", 3_500_000),
        ("Sales report in kEUR,,,\nCustomer,Jan 2025,Feb 2025,Mar 2025\nA,1,2,3\nB,1,1,1\n", 9_000),
        ("Report of client 000 for all regions of the channel,,\nCustomer,Month,Amount\nA,2025-01,1\nB,2025-02,2\n", 3),
    ] {
        let seen = Seen::text(&[("a.csv", text)]);
        assert_eq!(seen.revenue(), Decimal::from(sum), "{}\n{}", seen.mapping, seen.said);
        assert_eq!(seen.said.contains("are its amounts in"), sum > 100, "{}", seen.said);
    }
    Seen::text(&[("a.csv", "Customer,Month,Amount (cents)\nA,2025-01,100\nB,2025-02,200\n")])
        .says("states a unit, `cents`");
}

#[test]
fn the_types_of_documents_are_asked_about() {
    let text = "Auftraggeber;FkArt;Datum;Nettowert\nA;F2;03.01.2025;10\nB;F2;14.01.2025;5\nA;F5;15.02.2025;7\n";
    Seen::text(&[("a.csv", text)])
        .says("do the rows of every type count (\"F2\" in 2 rows with 15, \"F5\" in 1 row with 7)?");
}

#[test]
fn a_header_of_two_rows_keeps_its_measures_apart() {
    let top = "Partner,Jan 2025,,Feb 2025,,Mar 2025,\n,Units,Revenue,Units,Revenue,Units,Revenue\n";
    let below = ",Jan 2025,,Feb 2025,,Mar 2025,\nPartner,Units,Revenue,Units,Revenue,Units,Revenue\n";
    let measures = "Partner,Units,,,Revenue,,\n,Jan 2025,Feb 2025,Mar 2025,Jan 2025,Feb 2025,Mar 2025\n";
    for (header, revenue) in [(top, 2100), (below, 2100), (measures, 200 + 3 + 300 + 500 + 6 + 600)] {
        let seen = Seen::text(&[("a.csv", &format!("{header}Acme,1,100,2,200,3,300\nBeta,4,400,5,500,6,600\n"))]);
        assert_eq!(seen.revenue(), Decimal::from(revenue), "{header}{}", seen.mapping);
        seen.says("the columns with `Units` beside the period are not read");
    }
}

#[test]
fn objects_inside_the_rows_of_json_become_columns() {
    let rows = r#"[{"partner": {"id": "Acme", "address": {"country": "DE"}}, "date": "2024-01-05", "amount": 100.5},
                  {"partner": {"id": "Beta"}, "date": "2024-02-05", "amount": 50}]"#;
    for (file, text) in [("a.json", format!("{{\"records\": {rows}}}")), ("a.json", rows.to_owned())] {
        let seen = Seen::text(&[(file, &text)]);
        assert!(seen.mapping.contains("partner.id"), "{}", seen.mapping);
        assert_eq!(seen.revenue(), "150.5".parse::<Decimal>().unwrap());
        assert!(seen.book.unwrap().partner("Acme").is_some());
    }
    let deals = r#"{"results": [{"id": "1", "properties": {"company": "Acme", "closedate": "2024-01-05T00:00:00Z", "amount": "100", "dealstage": "closedwon"}},
                    {"id": "2", "properties": {"company": "Beta", "closedate": "2024-02-05T00:00:00Z", "amount": "50", "dealstage": "closedwon"}}]}"#;
    assert_eq!(Seen::text(&[("deals.json", deals)]).revenue(), Decimal::from(150));
    let lines = "{\"account\": {\"name\": \"A\"}, \"date\": \"2024-01-05\", \"amount\": 1}\n{\"account\": {\"name\": \"B\"}, \"date\": \"2024-01-06\", \"amount\": 2}\n";
    assert_eq!(Seen::text(&[("a.ndjson", lines)]).revenue(), Decimal::from(3));
}
