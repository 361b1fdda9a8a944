//! Layouts that once were refused: a sheet or file for each partner or month, weeks, years beside columns of months, and
//! amounts with a word such as `Mio.` beside them.

use super::unsaid::Seen;
use rust_decimal::Decimal;
use rust_xlsxwriter::Workbook;

fn workbook(sheets: &[(&str, &[(&str, f64)])], headings: [&str; 2]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(*name).unwrap();
        sheet.write_row(0, 0, headings).unwrap();
        for (row, (text, amount)) in (1..).zip(*rows) {
            sheet.write(row, 0, *text).unwrap();
            sheet.write(row, 1, *amount).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn months(seen: &Seen, partner: &str) -> Vec<String> {
    let book = seen.book.as_ref().unwrap_or_else(|| panic!("{}\n{}", seen.mapping, seen.said));
    let revenue = &book.partner(partner).unwrap_or_else(|| panic!("{}\n{}", seen.mapping, seen.said)).revenue;
    revenue.iter().map(|entry| format!("{} {}", entry.month, entry.amount.amount().normalize())).collect()
}

#[test]
fn a_sheet_for_each_partner_is_read_by_the_names_of_the_sheets() {
    let sheets: [(&str, &[(&str, f64)]); 3] = [
        ("Acme GmbH", &[("2025-01", 10.0), ("2025-02", 20.0), ("2025-03", 30.5), ("Total", 60.5)]),
        ("Beta", &[("2025-01", 1.0), ("2025-02", 2.0), ("2025-03", 3.0), ("Total", 6.0)]),
        ("Gamma & Co", &[("2025-01", 7.0), ("2025-02", 8.0), ("2025-03", 9.0), ("Total", 24.0)]),
    ];
    let seen = Seen::bytes(&[("partners.xlsx", workbook(&sheets, ["Month", "Revenue"]))]);
    assert_eq!(seen.revenue(), "90.5".parse::<Decimal>().unwrap(), "{}\n{}", seen.mapping, seen.said);
    assert_eq!(months(&seen, "Acme GmbH"), ["2025-01 10", "2025-02 20", "2025-03 30.5"]);
    assert!(seen.mapping.contains("names = { column = \"partner_id\" }"), "{}", seen.mapping);
    seen.says("no column has the partner, so it is the name of each of the 3 files or sheets, such as `Acme GmbH`");
    // Names that programs give say nothing.
    let plain = sheets.map(|(_, rows)| rows);
    let sheets = [("Sheet1", plain[0]), ("Sheet2", plain[1]), ("Sheet3", plain[2])];
    assert!(Seen::bytes(&[("partners.xlsx", workbook(&sheets, ["Month", "Revenue"]))]).book.is_none());
}

#[test]
fn a_sheet_or_file_for_each_month_is_read_by_its_name() {
    let sheets: [(&str, &[(&str, f64)]); 2] =
        [("Jan 2025", &[("Acme", 10.0), ("Beta", 1.0)]), ("Feb 2025", &[("Acme", 20.0), ("Beta", 2.0)])];
    let seen = Seen::bytes(&[("monthly.xlsx", workbook(&sheets, ["Customer", "Net Sales"]))]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 10", "2025-02 20"]);
    seen.says("no column has the month");
    let bare: [(&str, &[(&str, f64)]); 2] = [("Jan", sheets[0].1), ("Feb", sheets[1].1)];
    let seen = Seen::bytes(&[("Sales 2024.xlsx", workbook(&bare, ["Customer", "Net Sales"]))]);
    assert_eq!(months(&seen, "Beta"), ["2024-01 1", "2024-02 2"]);
    let seen = Seen::text(&[
        ("sales_2025-01.csv", "Customer,Amount\nAcme,10\nBeta,1\n"),
        ("sales_2025-02.csv", "Customer,Amount\nAcme,20\nBeta,2\n"),
    ]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 10", "2025-02 20"]);
    assert!(seen.mapping.contains("names = { column = \"month\", word = \"sales\" }"), "{}", seen.mapping);
}

#[test]
fn weeks_belong_to_the_month_of_their_thursday() {
    let long = "Partner,Week,Sales\nAcme,2025-W05,10\nAcme,2025-W06,20\nBeta,2025-W05,3\nBeta,2025-W06,4\n";
    let seen = Seen::text(&[("pos.csv", long)]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 10", "2025-02 20"]);
    seen.says("are the weeks those of ISO 8601?");
    let wide = "Händler;KW 4/2025;KW 5/2025;KW 6/2025;KW 13/2025\nAcme;1,50;10;20;7\nBeta;1;2;3;4\n";
    let seen = Seen::text(&[("pos.csv", wide)]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 11.5", "2025-02 20", "2025-03 7"]);
    let bare = "Partner,W04,W05,W06,W13\nAcme,1,10,20,7\nBeta,1,2,3,4\n";
    let seen = Seen::text(&[("pos 2025.csv", bare)]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 11", "2025-02 20", "2025-03 7"]);
    let columns = "Store,Year,Week,Net Sales\nAcme,2025,5,10\nAcme,2025,6,20\nBeta,2025,5,1\nBeta,2025,6,2\n";
    let seen = Seen::text(&[("pos.csv", columns)]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 10", "2025-02 20"]);
    assert!(seen.mapping.contains("join.month = [\"Year\", \"Week\"]"), "{}", seen.mapping);
}

#[test]
fn a_column_of_years_beside_columns_of_months_dates_them() {
    let text = "Partner,Year,Jan,Feb,Mar\nAcme,2024,1,2,3\nAcme,2025,4,5,6\nBeta,2024,7,8,9\nBeta,2025,10,11,12\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(78), "{}\n{}", seen.mapping, seen.said);
    assert_eq!(months(&seen, "Acme")[..4], ["2024-01 1", "2024-02 2", "2024-03 3", "2025-01 4"]);
    assert!(seen.mapping.contains("unpivot = { period = \"months\", year = \"Year\" }"), "{}", seen.mapping);
}

#[test]
fn words_beside_amounts_multiply_them() {
    for (amounts, revenue) in [
        (["1.2M", "0.5M", "2M"], 3_700_000),
        (["$12k", "$7k", "$1.5M"], 1_519_000),
        (["3.4 Mio.", "1.1 Mio.", "2.0 Mio."], 6_500_000),
    ] {
        let [one, two, three] = amounts;
        let text = format!("Customer,Month,Revenue\nAcme,2025-01,{one}\nBeta,2025-01,{two}\nAcme,2025-02,{three}\n");
        let seen = Seen::text(&[("a.csv", &text)]);
        assert_eq!(seen.revenue(), Decimal::from(revenue), "{}\n{}", seen.mapping, seen.said);
        seen.says("are multiplied by their word, and rounded to the digits that they show");
    }
    let units = "Customer,Month,Revenue,Unit\nAcme,2025-01,12.5,k EUR\nBeta,2025-01,700,EUR\nAcme,2025-02,13.5,k EUR\n";
    Seen::text(&[("a.csv", units)]).says("its units are `k EUR` (26.0), `EUR` (700)");
    let same = units.replace(",EUR\n", ",k EUR\n");
    assert_eq!(Seen::text(&[("a.csv", &same)]).revenue(), Decimal::from(726_000));
    let micros = "Customer,Month,amount_micros\nAcme,2025-01,12500000\nBeta,2025-01,700000000\nAcme,2025-02,90000000\n";
    Seen::text(&[("a.csv", micros)]).says("states a unit, `micros`, but its amounts are read as they are written");
}

#[test]
fn a_pivot_with_each_partner_above_its_periods_is_read_by_outline() {
    let rows: [(&str, f64); 14] = [
        ("Acme", 36.5),
        ("2024", 15.5),
        ("Nov", 10.5),
        ("Dec", 5.0),
        ("2025", 21.0),
        ("Jan", 21.0),
        ("Beta", 10.0),
        ("2024", 3.0),
        ("Nov", 1.0),
        ("Dec", 2.0),
        ("2025", 7.0),
        ("Jan", 7.0),
        ("Grand Total", 46.5),
        ("", 0.0),
    ];
    let bytes = workbook(&[("Sheet1", &rows[..13])], ["Row Labels", "Sum of Sales"]);
    let seen = Seen::bytes(&[("pivot.xlsx", bytes)]);
    assert_eq!(months(&seen, "Acme"), ["2024-11 10.5", "2024-12 5", "2025-01 21"]);
    assert_eq!(seen.revenue(), "46.5".parse::<Decimal>().unwrap(), "{}\n{}", seen.mapping, seen.said);
    seen.says("each name is above its periods, whose amounts are read: is it the partner of those rows?");
    let text = "Étiquettes de lignes;Somme de CA HT\nAcme;30\njanv. 2025;10\nfévr. 2025;20\nBeta;3\njanv. 2025;1\nfévr. 2025;2\nTotal général;33\n";
    let seen = Seen::text(&[("tcd.csv", text)]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 10", "2025-02 20"]);
    // A table in which the amount of a name is not that of its periods is refused.
    assert!(Seen::text(&[("tcd.csv", &text.replace("Acme;30", "Acme;31"))]).book.is_none());
}

#[test]
fn columns_of_dates_are_periods_in_the_order_that_one_of_them_proves() {
    let text = "Retailer,01/05/2025,01/12/2025,01/19/2025,02/02/2025\nAcme,1,2,3,4\nBeta,5,6,7,8\n";
    let seen = Seen::text(&[("pos.csv", text)]);
    assert_eq!(months(&seen, "Acme"), ["2025-01 6", "2025-02 4"], "{}", seen.said);
    assert!(seen.mapping.contains("unpivot = { period = \"days\" }"), "{}", seen.mapping);
    let iso = "Retailer,2025-01-05,2025-01-12,2025-01-19,2025-02-02\nAcme,1,2,3,4\nBeta,5,6,7,8\n";
    assert_eq!(months(&Seen::text(&[("pos.csv", iso)]), "Acme"), ["2025-01 6", "2025-02 4"]);
    let twice = iso.replace("2025-01-12", "2025-01-05");
    assert!(Seen::text(&[("pos.csv", &twice)]).book.is_none());
    let open = text.replace("01/19", "01/09");
    Seen::text(&[("pos.csv", &open)]).says("no date has a day above 12");
}

#[test]
fn an_amount_in_one_currency_is_read_beside_one_in_several() {
    let text = "Account Name,Close Date,Stage,Amount Currency,Amount,Amount (converted) Currency,Amount (converted)\n\
        A,2025-01-05,Closed Won,EUR,10,USD,11\nB,2025-02-05,Closed Won,GBP,20,USD,26\nB,2025-03-05,Closed Won,USD,30,USD,30\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(67), "{}\n{}", seen.mapping, seen.said);
    assert_eq!(seen.book.as_ref().unwrap().currency.code(), "USD");
    let rates = "Customer,Date,Amount,Currency,Exchange Rate,Amount EUR\nA,2025-01-05,10,EUR,1,10\nB,2025-02-05,20,GBP,1.2,24\n";
    let seen = Seen::text(&[("a.csv", rates)]);
    assert_eq!(seen.revenue(), Decimal::from(34), "{}\n{}", seen.mapping, seen.said);
    assert_eq!(seen.book.as_ref().unwrap().currency.code(), "EUR");
    let years = "Customer,Month,Revenue PY,Revenue CY\nA,2025-01,7,10\nB,2025-02,9,24\n";
    assert_eq!(Seen::text(&[("a.csv", years)]).revenue(), Decimal::from(34));
}
