//! Headers of two rows, columns of years and quarters, a year beside amounts, fiscal periods, units, and subtotals: the
//! right value, or a refusal that names the key to write.

use super::unsaid::Seen;
use quotient::finding::render;
use quotient::intake::{Mapping, ReadOptions, read_book_files};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Revenue by month of the rows, with a mapping file; the findings where it is refused.
fn mapped(mapping: &str, text: &str) -> Result<BTreeMap<String, String>, String> {
    let mapping = Mapping::parse("map.toml", mapping).map_err(|findings| render::human(findings.iter(), false))?;
    let files = vec![("a.csv".to_owned(), text.as_bytes().to_vec())];
    let read = read_book_files(files, Some(&mapping), &ReadOptions::default()).into_result();
    let (book, _) = read.map_err(|findings| render::human(findings.iter(), false))?;
    let mut months: BTreeMap<String, Decimal> = BTreeMap::new();
    for entry in book.partners.iter().flat_map(|partner| &partner.revenue) {
        *months.entry(entry.month.to_string()).or_default() += entry.amount.amount();
    }
    Ok(months.into_iter().map(|(month, sum)| (month, sum.normalize().to_string())).collect())
}

fn book(mapping: &str) -> String {
    format!("{mapping}\n[partners]\ndistinct = true\ncolumns.partner_id = \"Partner\"\n")
}

#[track_caller]
fn reads(files: &[(&str, &str)], sum: &str, keys: &[&str]) -> Seen {
    let seen = Seen::text(files);
    assert_eq!(seen.revenue(), sum.parse::<Decimal>().unwrap(), "{}\n{}", seen.mapping, seen.said);
    for key in keys {
        assert!(seen.mapping.contains(key), "{key}\n{}", seen.mapping);
    }
    seen
}

#[test]
fn groups_above_the_header_are_part_of_it() {
    let two = "header_rows = 2";
    for (text, sum) in [
        // Years above quarters: merged, filled, and with the partner in the upper or the lower row.
        ("Partner,Region,2024,,2025,\n,,Q3,Q4,Q1,Q2\nAcme,N,1,2,4,5\nBeta,S,10,20,40,50\n", "132"),
        ("Partner,2024,2024,2025,2025\n,Q3,Q4,Q1,Q2\nAcme,1,2,4,5\nBeta,10,20,40,50\n", "132"),
        (",2024,2024,2025,2025\nPartner,Q3,Q4,Q1,Q2\nAcme,1,2,4,5\nBeta,10,20,40,50\n", "132"),
        ("Partner,2024,,,2025,,\n,Q3,Q4,Total,Q1,Q2,Total\nAcme,1,2,3,4,5,9\nBeta,10,20,30,40,50,90\n", "132"),
        // Measures above months, and below them.
        (
            "Partner,Revenue,,,Target,,\n,Jan 2025,Feb 2025,Mar 2025,Jan 2025,Feb 2025,Mar 2025\nAcme,1,2,3,4,5,6\nBeta,10,20,30,40,50,60\n",
            "66",
        ),
        (
            ",Target,,,Revenue,,\nPartner,Jan 2025,Feb 2025,Mar 2025,Jan 2025,Feb 2025,Mar 2025\nAcme,4,5,6,1,2,3\nBeta,40,50,60,10,20,30\n",
            "66",
        ),
        (
            "Partner,Jan 2025,,Feb 2025,,Mar 2025,\n,Revenue,Units,Revenue,Units,Revenue,Units\nAcme,1,100,2,200,3,300\nBeta,10,1,20,2,30,3\n",
            "66",
        ),
        // Subjects above columns.
        (
            "Customer,,Order,,\nNo,Name,Date,Net Amount,Currency\n1,Acme,2025-01-10,100,EUR\n2,Beta,2025-01-11,50,EUR\n1,Acme,2025-02-10,40,EUR\n",
            "190",
        ),
        // Units below columns.
        ("Customer,Date,Amount\n,,EUR\nAcme,2025-01-10,100\nBeta,2025-01-11,50\nAcme,2025-02-10,40\n", "190"),
    ] {
        reads(&[("a.csv", text)], sum, &[two]);
    }
    let quarters = "Partner,Q1,,,Q2,,\n,Jan,Feb,Mar,Apr,May,Jun\nAcme,1,2,3,4,5,6\nBeta,10,20,30,40,50,60\n";
    reads(&[("Sales 2025.csv", quarters)], "231", &[two, "year = 2025"]);
    // Neither a title nor tables beside each other are groups.
    let titled = reads(
        &[("a.csv", "Revenue 2025,,,\nPartner,Jan,Feb,Mar\nAcme,1,2,3\nBeta,4,5,6\n")],
        "21",
        &["header_row = 2"],
    );
    assert!(!titled.mapping.contains(two), "{}", titled.mapping);
    let beside = "North,,,,South,,\nCustomer,Date,Amount,,Customer,Date,Amount\nA,2025-01-10,100,,C,2025-01-10,7\nB,2025-01-11,50,,D,2025-01-10,8\n";
    assert!(Seen::text(&[("a.csv", beside)]).book.is_none());
}

#[test]
fn the_measure_that_is_not_read_is_named() {
    let text = "Partner,Revenue,,,Target,,\n,Jan 2025,Feb 2025,Mar 2025,Jan 2025,Feb 2025,Mar 2025\nAcme,1,2,3,4,5,6\nBeta,1,2,3,4,5,6\n";
    let seen = reads(&[("a.csv", text)], "12", &["word = \"Revenue\""]);
    seen.says("the columns with `Target` beside the period are not read");
    let text = "Partner,Foo Jan 2025,Foo Feb 2025,Foo Mar 2025\nAcme,1,2,3\nBeta,4,5,6\n";
    reads(&[("a.csv", text)], "21", &["word = \"Foo\""])
        .says("are the columns with `Foo` beside the period the net revenue?");
}

#[test]
fn columns_of_years_are_spread_over_their_months_and_that_is_said() {
    for (text, sum) in [
        ("Partner,2023,2024,2025\nAcme,1200,2400,1200\nBeta,120,240,120\n", "5280"),
        ("Partner,Sales 2023,Sales 2024,Sales 2025\nAcme,1200,2400,1200\nBeta,120,240,120\n", "5280"),
        ("Kunde;Umsatz 2023;Umsatz 2024\nAcme;1.200,50;2.400,00\nBeta;120,00;240,00\n", "3960.50"),
        ("Partner,Revenue 2025\nAcme,1200\nBeta,120\n", "1320"),
        ("Partner,2023,2024,Total\nAcme,1200,2400,3600\nBeta,120,240,360\n", "3960"),
        ("Partner,Year,Amount\nAcme,2024,1200\nAcme,2025,2400\nBeta,2024,120\n", "3720"),
    ] {
        let seen = reads(&[("a.csv", text)], sum, &["years = \"calendar\""]);
        seen.says("years = \"fiscal\"");
    }
    let text = "Partner,2024,2025\nAcme,1200,100\n";
    let unpivot =
        "[revenue]\nfile = \"a.csv\"\nunpivot = { period = [\"2024\", \"2025\"] }\ncolumns.partner_id = \"Partner\"\n";
    let calendar = mapped(&book(&format!("years = \"calendar\"\n{unpivot}")), text).unwrap();
    assert_eq!((calendar.len(), &*calendar["2024-01"], &*calendar["2024-12"]), (24, "100", "100"));
    // 100 = 12 × 8.33 + 0.04, the first months one minor unit more.
    assert_eq!((&*calendar["2025-01"], &*calendar["2025-12"]), ("8.34", "8.33"));
    let fiscal = mapped(&book(&format!("years = \"fiscal\"\nfiscal_year_start = 7\n{unpivot}")), text).unwrap();
    assert_eq!((fiscal.len(), fiscal.keys().next().unwrap().as_str(), &*fiscal["2024-06"]), (24, "2023-07", "100"));
    let refused = mapped(&book(unpivot), text).unwrap_err();
    assert!(refused.contains("`2024` is a year") && refused.contains("years = \"calendar\""), "{refused}");
}

#[test]
fn a_partner_list_with_sales_by_year_beside_orders_is_still_the_partner_list() {
    let accounts = "Account ID,Tier,Sales 2023,Sales 2024\nA,Gold,100,200\nB,Silver,300,400\n";
    let orders = "Account ID,Date,Amount\nA,2025-01-10,1\nA,2025-02-10,2\nB,2025-03-10,4\n";
    let seen = reads(&[("accounts.csv", accounts), ("orders.csv", orders)], "7", &["tier = \"Tier\""]);
    assert!(!seen.mapping.contains("unpivot"), "{}", seen.mapping);
}

#[test]
fn fiscal_periods_need_the_first_month_of_the_year() {
    let wide = "Partner,Q1 FY24,Q2 FY24,Q3 FY24\nAcme,3,6,9\nBeta,30,60,90\n";
    let seen = Seen::text(&[("a.csv", wide)]);
    seen.says("fiscal_year_start = 7");
    assert!(seen.book.is_none());
    let mapping = format!("fiscal_year_start = 7\n{}", seen.mapping);
    let months = mapped(&mapping, wide).unwrap();
    assert_eq!((months.len(), &*months["2023-07"], &*months["2024-03"]), (9, "11", "33"));
    let rows = "Partner,Period,Amount\nA,001/2024,12\nA,012/2024,13\nB,Q1 FY24,3\n";
    let keys = "[revenue]\nfile = \"a.csv\"\ncolumns = { partner_id = \"Partner\", month = \"Period\", amount = \"Amount\" }\n";
    let refused = mapped(&book(keys), rows).unwrap_err();
    assert!(refused.contains("fiscal_year_start = 7"), "{refused}");
    let months = mapped(&book(&format!("fiscal_year_start = 4\n{keys}")), rows).unwrap();
    assert_eq!((&*months["2023-04"], &*months["2023-05"], &*months["2024-03"]), ("13", "1", "13"));
    // Year and period in two columns.
    let columns = "Partner,Year,Posting period,Amount\nA,2024,1,12\nA,2024,12,13\n";
    let keys = "[revenue]\nfile = \"a.csv\"\nyears = \"fiscal\"\njoin = { month = [\"Year\", \"Posting period\"] }\ncolumns = { partner_id = \"Partner\", amount = \"Amount\" }\n";
    let months = mapped(&book(&format!("fiscal_year_start = 4\n{keys}")), columns).unwrap();
    assert_eq!(
        months,
        BTreeMap::from([("2023-04".to_owned(), "12".to_owned()), ("2024-03".to_owned(), "13".to_owned())])
    );
}

#[test]
fn units_are_read_however_a_heading_writes_them() {
    for (heading, factor) in [
        ("Revenue ($000)", 1_000),
        ("Revenue (k)", 1_000),
        ("Revenue k", 1_000),
        ("Revenue in K€", 1_000),
        ("Revenue [USD k]", 1_000),
        ("Revenue (EURk)", 1_000),
        ("Revenue (x1000)", 1_000),
        ("\"Revenue (EUR x 1,000)\"", 1_000),
        ("Umsatz (in Tausend)", 1_000),
        ("Umsatz in T€", 1_000),
        ("CA (k€)", 1_000),
        ("売上(千円)", 1_000),
        ("売上（百万円）", 1_000_000),
        ("Revenue (M)", 1_000_000),
        ("Revenue (m€)", 1_000_000),
        ("Revenue $M", 1_000_000),
        ("Revenue (USD mn)", 1_000_000),
        ("Amount in Lakhs", 100_000),
        ("Amount (INR crore)", 10_000_000),
    ] {
        let text = format!("Customer,Month,{heading}\nA,2025-01,1.5\nB,2025-01,2\n");
        let seen = Seen::text(&[("a.csv", &text)]);
        assert_eq!(
            seen.revenue(),
            Decimal::from(factor) * Decimal::new(35, 1),
            "{heading}\n{}\n{}",
            seen.mapping,
            seen.said
        );
        seen.says("are its amounts in");
    }
    let months = "Customer,2025-01,2025-02,2025-03\nA,1,2,3\nB,4,5,6\n";
    reads(&[("Sales kEUR.csv", months)], "21000", &["times"]);
    reads(&[("a.csv", "Customer,Month,Net Revenue\nA,2025-01,1.5\nB,2025-01,2\n")], "3.5", &[]);
}

#[test]
fn the_subtotal_of_one_row_is_left_out() {
    let pivot = "Partner,Region,2025-01,2025-02,2025-03,Grand Total\nAcme,N,1,2,3,6\nAcme Total,,1,2,3,6\nBeta,S,4,5,6,15\nBeta Total,,4,5,6,15\nGrand Total,,5,7,9,21\n";
    reads(&[("a.csv", pivot)], "21", &[]);
    // Not the sum of its rows: data, and mentioned.
    let other = "Partner,2025-01,2025-02,2025-03\nAcme,1,2,3\nAcme Total,10,20,30\nBeta,4,5,6\n";
    reads(&[("a.csv", other)], "81", &[]).says("`Acme Total` is read as data");
}

#[test]
fn the_currency_of_the_amount_that_is_read_counts() {
    let seen = reads(
        &[("a.csv", "Customer,Month,Amount EUR,Amount USD\nA,2025-01,1,1.1\nB,2025-01,2,2.2\n")],
        "3",
        &["currency = \"EUR\""],
    );
    seen.says("or `Amount USD`?");
    let returns = "Customer,Date,Sales,Returns\nA,2025-01-10,100,10\nA,2025-01-11,30,0\nB,2025-01-11,50,5\n";
    reads(&[("a.csv", returns)], "180", &[]).says("`Returns` is not taken off the amount");
}

#[test]
fn japanese_exports_come_in() {
    let yen = "得意先,年月,売上金額\nA,2025年1月,\"¥1,000\"\nB,2025年12月,¥2\n";
    let seen = reads(&[("a.csv", yen)], "1002", &["currency = \"JPY\"", "thousands = \",\""]);
    assert_eq!(seen.book.unwrap().currency.code(), "JPY");
    reads(
        &[("a.csv", "得意先,年月,売上金額\nA,2025年1月,\"1,000円\"\nB,2025年12月,2円\n")],
        "1002",
        &["currency = \"JPY\""],
    );
    reads(&[("a.csv", "顧客名,年月,売上高（税抜）(円)\nA,202501,1000\nB,202502,2\n")], "1002", &["currency = \"JPY\""]);
    reads(&[("2025.csv", "得意先,4月,5月,6月\nA,1,2,3\nB,4,5,6\n")], "21", &["year = 2025"]);
    let plain = Seen::text(&[("a.csv", "Customer,Month,Amount\nA,2025-01,¥1000\nB,2025-02,¥2\n")]);
    plain.says("write `currency = \"JPY\"` or `currency = \"CNY\"`");
    assert!(plain.book.is_none());
    // `得意先,売上年月,売上金額` in Shift-JIS, with the partner 山田商店.
    let mut bytes = b"\x93\xBE\x88\xD3\x90\xE6,\x94\x84\x8F\xE3\x94N\x8C\x8E,\x94\x84\x8F\xE3\x8B\xE0\x8Az\n".to_vec();
    bytes.extend(b"\x8ER\x93c\x8F\xA4\x93X,202501,1000\n\x8ER\x93c\x8F\xA4\x93X,202502,2\n");
    let seen = Seen::bytes(&[("a.csv", bytes)]);
    assert_eq!(seen.revenue(), Decimal::from(1002));
    assert!(seen.mapping.contains("encoding = \"shift_jis\""), "{}", seen.mapping);
    assert_eq!(&*seen.book.unwrap().partners[0].id, "山田商店");
    // Western texts with accents stay what they were.
    let western = Seen::bytes(&[(
        "a.csv",
        b"Client,Mois,Montant HT\nG\xE9n\xE9ral \xE9lectrique,2025-01,1\n\xC9t\xE9,2025-02,2\n".to_vec(),
    )]);
    assert!(western.mapping.contains("windows-1252"), "{}", western.mapping);
}

#[test]
fn dates_as_browsers_and_letters_write_them() {
    let text = "Customer,Date,Amount\nA,\"Fri Jan 31 2025 23:30:00 GMT+0100 (Central European Standard Time)\",100\nB,\"Friday, January 31, 2025\",50\nC,\"Fri, 31 Jan 2025 23:30:00 GMT\",7\n";
    let seen = reads(&[("a.csv", text)], "157", &[]);
    let months =
        seen.book.unwrap().partners.iter().map(|partner| partner.revenue[0].month.to_string()).collect::<Vec<_>>();
    assert_eq!(months, ["2025-01", "2025-01", "2025-01"]);
    for (client, month) in [("janvier 2025", "2025-01"), ("août 2025", "2025-08"), ("déc-25", "2025-12")] {
        let seen = reads(
            &[("a.csv", &format!("Client;Mois;Montant HT\nA;{client};1 000,50\nB;{client};1,00\n"))],
            "1001.50",
            &[],
        );
        assert_eq!(seen.book.unwrap().partners[0].revenue[0].month.to_string(), month);
    }
}

#[test]
fn rows_of_figures_about_the_others_are_left_out_or_named() {
    let months = "Customer,Jan 2025,Feb 2025,Mar 2025\nAcme,1,2,3\nBeta,4,5,6\n";
    for total in ["All partners", "All", "合計", "Sum"] {
        reads(&[("a.csv", &format!("{months}{total},5,7,9\n"))], "21", &[]).says("is a total of the rows above it");
    }
    let channel = reads(&[("a.csv", &format!("{months}Channel,5,7,9\n"))], "42", &[]);
    channel.says("`Channel` is read as data, and looks like");
    channel.says("of the 1 row of `Channel` (21), 1 is the sum of others, such as `Acme`, `Beta`, or nearly");
    reads(&[("a.csv", &format!("{months}Average,2.5,3.5,4.5\n"))], "21", &[])
        .says("`Average` left out as a figure about the other rows");
    reads(&[("a.csv", &format!("{months}Average,5,9,9\n"))], "44", &[])
        .says("`Average` is read as data, and looks like");
    let plain = reads(&[("a.csv", &format!("{months}All Star Ltd,5,7,10\n"))], "43", &[]);
    assert!(!plain.said.contains("read as data"), "{}", plain.said);
}

#[test]
fn what_may_change_the_amount_is_asked() {
    let gross = "Customer,Date,Gross Amount,Tax\nA,2025-01-10,100,19\nB,2025-01-10,10,1.9\n";
    reads(&[("a.csv", gross)], "110", &[]).says("it may contain taxes or discounts");
    let signs = "Customer,Date,Amount,D/C\nA,2025-01-10,100,C\nA,2025-01-11,30,D\nB,2025-01-10,5,C\n";
    reads(&[("a.csv", signs)], "135", &[])
        .says("do \"C\" (2 rows, 105) and \"D\" (1 row, 30) change the sign of the amount?");
    let lines = r#"[{"customer":"A","date":"2025-01-10","amount":15,"lines":[{"amount":10},{"amount":5}]},
                   {"customer":"B","date":"2025-01-11","amount":7,"lines":[{"amount":7}]}]"#;
    reads(&[("a.json", lines)], "22", &[]).says("lines: its lists of objects are not read");
    // The year of a week or of a period is not the period.
    let text = |heading: &str| format!("Customer,Year,{heading},Amount\nA,2024,1,100\nB,2024,2,200\n");
    for heading in ["Period", "Posting Period"] {
        assert!(Seen::text(&[("a.csv", &text(heading))]).book.is_none(), "{heading}");
    }
    reads(&[("a.csv", &text("Week"))], "300", &["join.month = [\"Year\", \"Week\"]"])
        .says("are the weeks those of ISO 8601?");
}

#[test]
fn names_are_not_units() {
    let rows = "Customer,Month,Revenue\nA,2025-01,1.5\nB,2025-01,2\n";
    for file in ["Mio Corp.csv", "Sales (T).csv", "Sales 000.csv", "Customers K (2025).csv"] {
        let seen = reads(&[(file, rows)], "3.5", &[]);
        assert!(!seen.mapping.contains("times"), "{file}\n{}", seen.mapping);
    }
    reads(&[("a.csv", &format!("Report for team M (Munich),,\n{rows}"))], "3.5", &["header_row = 2"]);
}

#[test]
fn text_files_are_read_in_a_directory_without_other_tables_and_named_beside_them() {
    let orders = "Customer,Date,Amount\nA,2025-01-10,5\nB,2025-01-11,6\n";
    assert_eq!(Seen::text(&[("orders.txt", orders)]).revenue(), Decimal::from(11));
    let seen = Seen::text(&[("orders.txt", orders), ("sales.csv", &orders.replace(",5\n", ",7\n"))]);
    assert_eq!(seen.revenue(), Decimal::from(13));
    seen.says("`orders.txt` is not read: name it on the command line");
    let longer = Seen::text(&[("a.csv", "Customer,Date,Amount\nA,2025-01-10,5,\nB,2025-01-11,6,\n")]);
    longer.says("end the header with one too");
}
