//! Inputs that once gave a wrong number or a wrong partner without a word: each now has a question, a finding or the right
//! value.

use quotient::channel::PartnerBook;
use quotient::finding::render;
use quotient::intake::recognition::{read_surveyed, survey_book};
use quotient::intake::{Limits, ReadOptions};
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Workbook};
use std::path::Path;

/// What is said about the files of a directory, and the book that the proposed mapping reads.
pub(super) struct Seen {
    pub mapping: String,
    pub said: String,
    pub book: Option<PartnerBook>,
}

impl Seen {
    pub fn of(directory: &Path) -> Self {
        let paths = [directory.to_owned()];
        let (survey, findings) = survey_book(&paths, &Limits::default()).into_parts();
        let mut said = render::human(findings.iter(), false);
        let Some(survey) = survey else { return Self { mapping: String::new(), said, book: None } };
        for question in &survey.questions {
            said.push_str(&format!("{}: {}\n", question.place, question.question));
        }
        let (book, findings) = read_surveyed(&paths, &survey, &ReadOptions::default()).into_parts();
        said.push_str(&render::human(findings.iter(), false));
        let book = book.filter(|_| !findings.has_errors());
        Self { mapping: survey.mapping, said, book }
    }

    pub fn text(files: &[(&str, &str)]) -> Self {
        let bytes: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect();
        Self::bytes(&bytes)
    }

    pub fn bytes(files: &[(&str, Vec<u8>)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        Self::of(directory.path())
    }

    /// Asserts that `what` is said; its amounts may be written without commas between thousands.
    #[track_caller]
    pub fn says(&self, what: &str) {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let commas = self.said.char_indices().filter(|(at, c)| {
            let is_between = is_digit(self.said[..*at].chars().next_back())
                && is_digit(self.said[at + c.len_utf8()..].chars().next());
            !(*c == ',' && is_between)
        });
        let plain: String = commas.map(|(_, c)| c).collect();
        assert!(self.said.contains(what) || plain.contains(what), "{what}\n---\n{}\n{}", self.mapping, self.said);
    }

    #[track_caller]
    pub fn revenue(&self) -> Decimal {
        let book = self.book.as_ref().unwrap_or_else(|| panic!("{}\n{}", self.mapping, self.said));
        book.partners.iter().flat_map(|partner| &partner.revenue).map(|entry| entry.amount.amount()).sum()
    }
}

const ROWS: &str = "Customer,Date,Amount\nAcme,2025-01-10,100\nBeta,2025-01-11,50\nAcme,2025-02-10,40\n";

/// A workbook with the rows of `amounts`, each under a number format.
fn formatted(amounts: &[(f64, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["Customer", "Month", "Amount"]).unwrap();
    for (row, (amount, format)) in (1..).zip(amounts) {
        sheet.write_row(row, 0, [if row % 2 == 0 { "Acme" } else { "Beta" }, "2025-01"]).unwrap();
        sheet.write_with_format(row, 2, *amount, &Format::new().set_num_format(*format)).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_currency_in_the_format_of_a_cell_counts() {
    let euros = Seen::bytes(&[("a.xlsx", formatted(&[(1.0, "#,##0.00 [$€-407]"), (2.0, "\"€\"#,##0")]))]);
    assert!(euros.mapping.contains("currency = \"EUR\""), "{}", euros.mapping);
    assert_eq!(euros.book.unwrap().currency.code(), "EUR");
    let mixed = Seen::bytes(&[("a.xlsx", formatted(&[(1.0, "[$$-409]#,##0.00"), (2.0, "#,##0 [$€-407]")]))]);
    mixed.says("is in `€`, but the book is in `USD`");
    assert!(mixed.book.is_none());
    let plain = Seen::bytes(&[("a.xlsx", formatted(&[(1.0, "#,##0.00"), (2.0, "[$-409]#,##0.00")]))]);
    assert_eq!(plain.revenue(), Decimal::from(3));
}

#[test]
fn a_column_of_currency_codes_is_one_whatever_its_heading_says() {
    let seen = Seen::text(&[("a.csv", "Customer,Month,Amount,Unit\nA,2025-01,1,EUR\nB,2025-01,2,USD\n")]);
    seen.says("only the amounts in USD (1 row, 2) are read, and those in EUR (1 row, 1) are left out, with all rows of 1 partner");
    assert_eq!(seen.revenue(), Decimal::from(2));
    let seen =
        Seen::text(&[("a.csv", "Customer,Month,Amount,Currency\nA,2025-01,1,US Dollar\nB,2025-01,2,US Dollar\n")]);
    assert_eq!(seen.revenue(), Decimal::from(3));
    // A book that needs no mapping file.
    let seen = Seen::text(&[
        ("partners.csv", "partner_id\nA\nB\n"),
        ("revenue.csv", "partner_id,month,amount,Amount currencies\nA,2025-01,1,EUR\nB,2025-01,2,USD\n"),
    ]);
    seen.says("only the amounts in USD (1 row, 2) are read");
    assert!(seen.book.is_some_and(|book| book.currency.code() == "USD"), "{}", seen.said);
}

#[test]
fn amounts_in_thousands_are_multiplied() {
    let seen = Seen::text(&[("a.csv", "Customer,Month,Revenue (kEUR)\nA,2025-01,1.5\nB,2025-01,2\n")]);
    assert_eq!((seen.revenue(), seen.book.as_ref().unwrap().currency.code()), (Decimal::from(3500), "EUR"));
    seen.says("are its amounts in thousands?");
}

#[test]
fn a_row_that_is_named_as_a_total_and_stays_is_mentioned() {
    // Values in whole units: the total of the last month is rounded, and one that is far away stays.
    let pivot = "Partner,2025-01,2025-02,2025-03\nAcme,100,200,300\nBeta,50,60,70\nTotal,150,260,371\n";
    Seen::text(&[("a.csv", pivot)]).says("`Total` states 781, but the rows above it sum to 780");
    Seen::text(&[("a.csv", &pivot.replace("371", "391"))]).says("the row of `Total` is read as data");
    let first = "Partner,2025-01,2025-02,2025-03\nTotal,150,260,370\nAcme,100,200,300\nBeta,50,60,70\n";
    Seen::text(&[("a.csv", first)]).says("`Total` left out as a figure about the other rows");
    Seen::text(&[("a.csv", &format!("{ROWS}Total,2025-12-31,191\n"))]).says("`Total` states 191");
    Seen::text(&[("a.csv", &format!("{ROWS}Total,2025-12-31,199\n"))]).says("the row of `Total` is read as data");
    let right = Seen::text(&[("a.csv", &format!("{ROWS}Total,,190\n"))]);
    assert_eq!(right.revenue(), Decimal::from(190));
    assert!(!right.said.contains("read as data"), "{}", right.said);
}

#[test]
fn a_text_in_two_encodings_is_refused() {
    let mut bytes = "Customer,Date,Amount\nDöring,2025-01-10,1\n".as_bytes().to_vec();
    bytes.extend(b"D\xF6ring,2025-02-10,2\n");
    let seen = Seen::bytes(&[("a.csv", bytes)]);
    seen.says("line 2 is UTF-8 and line 3 is not");
    assert!(seen.book.is_none());
    let windows = Seen::bytes(&[("a.csv", b"Customer,Date,Amount\nD\xF6ring,2025-01-10,1\n".to_vec())]);
    assert_eq!(windows.revenue(), Decimal::ONE);
}

#[test]
fn what_is_not_read_in_a_directory_is_named() {
    let seen = Seen::text(&[
        ("Sales 2025.csv", ROWS),
        ("2024/Sales 2024.csv", ROWS),
        ("orders.txt", ROWS),
        ("readme.txt", "Exported on Monday.\n"),
    ]);
    seen.says("`2024/` is not read");
    seen.says("`orders.txt` is not read");
    assert!(!seen.said.contains("readme"), "{}", seen.said);
}

#[test]
fn rows_that_may_be_no_revenue_are_asked_about() {
    let text = "Customer,Date,Amount,Status\nAcme,2025-01-10,100,Invoiced\nBeta,2025-01-11,50,Cancelled\nAcme,2025-02-10,7,Invoiced\n";
    Seen::text(&[("a.csv", text)]).says("write `skip.Status = [\"Cancelled\"]`");
    let text = "Customer,Date,Amount,Scenario\nAcme,2025-01-10,100,Actual\nAcme,2025-01-10,50,Budget\nAcme,2025-02-10,7,Actual\n";
    Seen::text(&[("a.csv", text)]).says("are the rows with \"Actual\" the revenue?");
    assert!(!Seen::text(&[("a.csv", ROWS)]).said.contains("count?"));
}

#[test]
fn columns_beside_the_periods_are_named_and_no_month_counts_twice() {
    let text = "Customer;Jan 2025;Feb 2025;Mar 2025;Decc 2025\nAcme;1;2;3;4\nBeta;5;6;7;8\n";
    Seen::text(&[("a.csv", text)]).says("`Decc 2025` is not read: is it a period?");
    let twice = "Customer,2025-01,2025-02,2025-02,2025-03\nAcme,1,2,3,4\nBeta,5,6,7,8\n";
    let seen = Seen::text(&[("a.csv", twice)]);
    seen.says("have a month in common");
    assert!(seen.book.is_none());
    let half = "Customer,2025-Q1,2025-Q2,2025-Q3,2025-H1\nAcme,1,2,3,3\nBeta,5,6,7,11\n";
    let seen = Seen::text(&[("a.csv", half)]);
    seen.says("have a month in common");
    assert!(seen.book.is_none());
}

#[test]
fn a_short_year_that_may_be_first_is_asked_about() {
    let text = "Customer,Date,Amount\nA,24-01-02,1\nB,24-02-03,2\nA,25-03-04,4\n";
    let seen = Seen::text(&[("a.csv", text)]);
    seen.says("may begin with the year");
    assert!(seen.book.is_none());
    let certain = Seen::text(&[("a.csv", "Customer,Date,Amount\nA,24-01-25,1\nB,03-02-25,2\nA,25-03-25,4\n")]);
    assert_eq!(certain.revenue(), Decimal::from(7));
}

#[test]
fn the_partner_goes_before_its_end_customer() {
    let text = "Account Name,Partner Account: Account Name,Close Date,Amount\nx,Acme,2025-01-10,1\ny,Acme,2025-02-10,2\nz,Beta,2025-03-10,4\n";
    let seen = Seen::text(&[("a.csv", text)]);
    let partners: Vec<String> = seen.book.unwrap().partners.iter().map(|partner| partner.id.to_string()).collect();
    assert_eq!(partners, ["Acme", "Beta"]);
}

#[test]
fn a_number_that_a_workbook_has_cut_is_refused_as_identifier() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["Customer No", "Month", "Amount"]).unwrap();
    for (row, id) in (1..).zip([4_111_111_111_111_110.0, 4_111_111_111_111_110.0, 5_105_105_105_105_100.0]) {
        sheet.write(row, 0, id).unwrap();
        sheet.write_row(row, 1, ["2025-01"]).unwrap();
        sheet.write(row, 2, 1.0).unwrap();
    }
    let seen = Seen::bytes(&[("a.xlsx", workbook.save_to_buffer().unwrap())]);
    seen.says("is a long number that a spreadsheet has shortened");
    assert!(seen.book.is_none());
}

#[test]
fn a_blank_partner_in_the_last_row_is_left_out_like_any_other() {
    let row = |number: u32| format!("{number},Partner {},2025-{:02}-10,{number}\n", number % 5, number % 12 + 1);
    let mut text = "Deal ID,Account,Close Date,Amount\n".to_owned();
    text.extend((1..=40).map(row));
    text.push_str("41,,2025-12-10,1000\n");
    assert_eq!(Seen::text(&[("a.csv", &text)]).revenue(), Decimal::from(820));
}

#[test]
fn what_is_known_of_a_table_is_proposed_and_what_is_missing_is_asked() {
    let seen = Seen::text(&[("a.csv", "SKU,Date,Amount\n1,2025-01-10,5\n2,2025-02-10,6\n1,2025-03-10,7\n")]);
    seen.says("no heading is known to be the partner: write `columns.partner_id = \"…\"`");
    assert!(seen.mapping.contains("amount = \"Amount\""), "{}", seen.mapping);
    let seen = Seen::text(&[("a.csv", "Customer,Date,Amount\nA,2025-01-10,n/k\nB,2025-02-10,open\nA,2025-03-10,7\n")]);
    seen.says("the values of `Amount`, such as");
}

#[test]
fn a_grouped_report_keeps_the_opportunities_below_the_first_of_each_group() {
    let text = "Account Name,Deal,Stage,Amount,Close Date\nAcme,d1,Closed Won,1,2025-01-10\n,d2,Open,2,2026-02-10\n,d3,Open,4,2026-03-10\n\
                Beta,d4,Closed Won,8,2025-02-10\n,d5,Open,16,2026-04-10\n,d6,Closed Lost,32,2025-04-10\n";
    let seen = Seen::text(&[("deals.csv", text)]);
    let book = seen.book.unwrap_or_else(|| panic!("{}\n{}", seen.mapping, seen.said));
    assert_eq!(book.partners.iter().map(|partner| partner.opportunities.len()).sum::<usize>(), 6);
}

#[test]
fn names_alone_above_their_rows_are_partners_unless_a_name_has_figures_beside_it() {
    let filled = |first: &str| {
        let text = format!(",Date,Amount\n{first}\n,2025-01-10,100\nBeta,,\n,2025-01-11,50\n,2025-01-12,7\n");
        Seen::text(&[("a.csv", &text)]).mapping.contains("fill_down")
    };
    assert!(filled("Acme,,"));
    assert!(!filled("Acme,,\n,2025-01-08,5\nGamma,2025-01-09,40"));
}

#[test]
fn a_cancelled_opportunity_is_not_open() {
    let text = "Deal,Account Name,Stage,Amount,Close Date\nd1,Acme,Closed Won,1,2025-01-10\nd2,Acme,Cancelled,2,2026-02-10\n\
                d3,Beta,Negotiation,4,2026-03-10\nd4,Beta,Closed Lost,8,2025-02-10\n";
    let seen = Seen::text(&[("deals.csv", text)]);
    seen.says("opportunities with \"Cancelled\" are read as lost");
    assert!(seen.mapping.contains("Cancelled = \"lost\""), "{}", seen.mapping);
}

#[test]
fn a_file_that_is_only_named_like_a_pipeline_is_revenue() {
    assert_eq!(Seen::text(&[("deals.csv", ROWS)]).revenue(), Decimal::from(190));
}

#[test]
fn a_row_of_dates_is_not_taken_for_the_header() {
    let text = "order_id,customer_id,order_status,order_purchase_timestamp,amount,delivered\n\
                A1,c9,delivered,2017-01-02 10:00:00,1,\nA2,c8,shipped,2017-01-03 10:00:00,2,\n";
    assert_eq!(Seen::text(&[("orders.csv", text)]).revenue(), Decimal::from(3));
}

#[test]
fn the_amount_of_opportunities_is_the_column_that_open_ones_have_and_is_asked_about() {
    let text = "Account,Topic,Status,Actual Revenue,Est. Revenue,Est. Close Date\nAcme,d1,Won,10,12,2025-01-10\n\
                Acme,d2,Open,,20,2026-02-10\nBeta,d3,Lost,0,30,2025-03-10\nBeta,d4,Won,40,44,2025-04-10\n";
    let seen = Seen::text(&[("Opportunities.csv", text)]);
    seen.says("is the revenue the `Actual Revenue` of won opportunities, in the month of `Est. Close Date`?");
    assert!(seen.mapping.contains("amount = \"Est. Revenue\""), "{}", seen.mapping);
}

/// 12 + 3,000 + 1 + 200 thousands.
#[test]
fn a_unit_beside_the_years_multiplies_the_amounts() {
    let text = "Account ID,2024 k€,2025 k€\nA,12,3000\nB,1,200\n";
    let partners = "Account ID,Account Name,Tier\nA,Alpha,Gold\nB,Beta,Silver\n";
    let seen = Seen::text(&[("accounts.csv", partners), ("sales.csv", text)]);
    seen.says("are its amounts in thousands?");
    assert_eq!(seen.revenue(), Decimal::from(3_213_000));
}

#[test]
fn a_page_of_an_answer_says_that_rows_are_missing() {
    let rows = "[{\"Account\": \"A\", \"Close Date\": \"2025-01-10\", \"Amount\": 5}, {\"Account\": \"B\", \"Close Date\": \"2025-02-10\", \"Amount\": 10}]";
    for (page, member) in [
        (format!("{{\"totalSize\": 3, \"done\": false, \"nextRecordsUrl\": \"/x\", \"records\": {rows}}}"), "done"),
        (format!("{{\"results\": {rows}, \"paging\": {{\"next\": {{\"after\": \"2\"}}}}}}"), "next"),
        (format!("{{\"@odata.nextLink\": \"https://x/y\", \"value\": {rows}}}"), "@odata.nextLink"),
    ] {
        let seen = Seen::text(&[("deals.json", &page)]);
        seen.says(&format!("the file is one page of several: `{member}` is"));
    }
    let last = format!("{{\"totalSize\": 2, \"done\": true, \"records\": {rows}}}");
    assert!(!Seen::text(&[("deals.json", &last)]).said.contains("one page of several"));
}

#[test]
fn a_table_of_revenue_with_a_wrong_cell_is_not_replaced_by_another_one() {
    let forecasts = "partner_id,period,months,amount\nA,2025-01,12,500.00\nB,2025-01,12,700.00\nA,2026-01,12,900.00\n";
    let opportunities = "opportunity_id,partner_id,amount,status,close_date\nO1,A,5.00,won,2025-08-01\nO2,B,6.00,open,2026-02-01\nO3,A,7.00,lost,2025-07-01\nO4,B,8.00,won,2025-05-01\n";
    for revenue in
        ["partner_id,month,amount\nA,2025-09,12x\n", "partner_id,month,amount\nA,2025-09,1.00\nB,2025-13,2.00\n"]
    {
        let seen = Seen::text(&[
            ("partners.csv", "partner_id\nA\nB\n"),
            ("revenue.csv", revenue),
            ("forecasts.csv", forecasts),
            ("opportunities.csv", opportunities),
        ]);
        assert!(!seen.mapping.contains("[revenue]"), "{}", seen.mapping);
        assert!(seen.book.is_none(), "{}", seen.mapping);
        assert!(seen.said.contains("12x") || seen.said.contains("2025-13"), "{}", seen.said);
    }
}
