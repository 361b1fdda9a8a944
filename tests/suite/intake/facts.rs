//! What the cells of a book mean: amounts, periods, scales, filters, extra columns.

use crate::usd;
use proptest::prelude::*;
use quotient::channel::{Attribute, OpportunityStatus, PartnerBook, WinRate};
use quotient::finding::{Code, Findings};
use quotient::intake::{Mapping, ReadOptions, TableKind, read_book_files, reference};
use quotient::units::{Currency, FiscalCalendar};
use rust_decimal::Decimal;

fn read(files: &[(&str, &str)], map: &str, options: &ReadOptions) -> Result<(PartnerBook, Findings), Findings> {
    let mapping = (!map.is_empty()).then(|| Mapping::parse("map.toml", map).unwrap());
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    read_book_files(files, mapping.as_ref(), options).into_result()
}

const PARTNERS: (&str, &str) = ("partners.csv", "partner_id\nA-1\nA-2\n");

fn book(files: &[(&str, &str)], map: &str) -> PartnerBook {
    read(files, map, &ReadOptions::default()).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

fn revenue(book: &PartnerBook, id: &str) -> Vec<String> {
    book.partner(id).unwrap().revenue.iter().map(|entry| format!("{} {}", entry.month, entry.amount)).collect()
}

#[test]
fn a_quarter_is_spread_over_its_months_to_the_cent() {
    let book =
        book(&[PARTNERS, ("revenue.csv", "partner_id,period,amount\nA-1,2025-Q2,100.00\nA-2,2025-Q2,-0.05\n")], "");
    assert_eq!(revenue(&book, "A-1"), ["2025-04 33.34", "2025-05 33.33", "2025-06 33.33"]);
    assert_eq!(revenue(&book, "A-2"), ["2025-04 -0.02", "2025-05 -0.02", "2025-06 -0.01"]);
}

#[test]
fn fiscal_labels_are_read_with_the_vendors_calendar() {
    let options = ReadOptions { calendar: FiscalCalendar::new(7), ..ReadOptions::default() };
    let files = [PARTNERS, ("revenue.csv", "partner_id,period,amount\nA-1,FY2020-Q3,3\nA-1,2020-Q1,3\n")];
    // The fiscal year begins in July 2019, so that its third quarter is the first of the calendar year 2020.
    let (book, _) = read(&files, "", &options).unwrap();
    assert_eq!(revenue(&book, "A-1"), ["2020-01 2.00", "2020-02 2.00", "2020-03 2.00"]);
}

#[test]
fn rows_of_the_same_month_and_line_are_added_up_exactly() {
    let rows = "partner_id,month,amount\nA-1,2025-01,0.1234\nA-1,2025-01,1000\nA-1,2025-01,-0.0004\n";
    assert_eq!(revenue(&book(&[PARTNERS, ("revenue.csv", rows)], ""), "A-1"), ["2025-01 1000.1230"]);
}

#[test]
fn a_sum_that_cannot_be_exact_is_refused() {
    // 14 digits before and 15 after the point fit into 96 bits; their sum does not.
    let row = "A-1,2025-01,44999999999999.999999999999999\n";
    let files = [PARTNERS, ("revenue.csv", &format!("partner_id,month,amount\n{row}{row}"))];
    let findings = read(&files, "", &ReadOptions::default()).unwrap_err();
    assert!(findings.iter().all(|finding| finding.code() == Code::BookAmount));
}

#[test]
fn empty_is_not_known_and_zero_is_zero() {
    let investments = ("investments.csv", "partner_id,certified_now,marketing_spend\nA-1,0,\n");
    let book = book(&[PARTNERS, ("revenue.csv", "partner_id,month,amount\n"), investments], "");
    let investment = book.partner("A-1").unwrap().investment.clone().unwrap();
    assert_eq!((investment.certified_now, investment.marketing_spend), (Some(0), None));
    assert!(book.partner("A-2").unwrap().investment.is_none());
}

#[test]
fn a_table_without_rows_counts_as_missing() {
    let empty = ("opportunities.csv", "opportunity_id,partner_id,amount,status,close_date\n");
    let book = book(&[PARTNERS, ("revenue.csv", "partner_id,month,amount\n"), empty], "");
    assert!(book.has_table("revenue") && !book.has_table("opportunities") && !book.has_table("market"));
}

#[test]
fn extra_columns_become_attributes_of_the_narrowest_type() {
    let partners = "partner_id,Head Count,Signed?,Audit Date,Zip\nA-1,12,yes,2025-01-31,01234\nA-2,,no,,99999\n";
    let book = book(&[("partners.csv", partners), ("revenue.csv", "partner_id,month,amount\n")], "");
    let attributes: Vec<(&str, Attribute)> =
        book.partner("A-1").unwrap().attributes.iter().map(|(name, value)| (&**name, value.clone())).collect();
    let date = chrono::NaiveDate::from_ymd_opt(2025, 1, 31).unwrap();
    let expected = [
        ("audit_date", Attribute::Date(date)),
        ("head_count", Attribute::Number(Decimal::from(12))),
        ("signed", Attribute::Truth(true)),
        ("zip", Attribute::Text("01234".into())),
    ];
    assert_eq!(attributes, expected);
    assert_eq!(book.partner("A-2").unwrap().attributes.len(), 2);
}

#[test]
fn other_tables_by_partner_become_extra_tables() {
    let surveys = ("Surveys.csv", "Partner ID,Score\nA-2,9\nA-1,\n");
    let book = book(&[PARTNERS, ("revenue.csv", "partner_id,month,amount\n"), surveys], "");
    let table = &book.extra_tables[0];
    assert_eq!((&*table.name, &*table.columns[0]), ("surveys", "score"));
    let rows: Vec<(usize, u64, &str)> = table.rows.iter().map(|row| (row.partner, row.row, &*row.values[0])).collect();
    assert_eq!(rows, [(0, 3, ""), (1, 2, "9")]);
}

#[test]
fn a_crm_export_is_read_through_its_mapping() {
    let export = "Opportunity ID;Partner Account;Amount;Stage;Probability (%);Close Date;Type\n\
                  006A;A-1;1234,50;Closed Won;100;31.03.2025;Partner\n\
                  006B;A-1;99,9;Proposal;40%;1.4.2026;Partner\n\
                  006C;;5;Proposal;40;01.04.2026;Direct\n\
                  006D;A-2;5;Omitted;0;01.04.2026;Partner\n";
    let map = "currency = \"EUR\"\n[opportunities]\nfile = \"export.csv\"\ndecimal = \",\"\ndate_format = \"D.M.YYYY\"\n\
               scale.probability = 100\nwhere = { Type = \"Partner\" }\nskip = { Stage = [\"Omitted\"] }\n\
               [opportunities.columns]\npartner_id = [\"PartnerAccountId\", \"partner account\"]\nstatus = \"Stage\"\n\
               stage = \"Stage\"\nprobability = \"Probability (%)\"\n\
               [opportunities.values.status]\n\"Closed Won\" = \"won\"\n\"Closed Lost\" = \"lost\"\n\"*\" = \"open\"\n";
    let book = book(&[PARTNERS, ("revenue.csv", "partner_id,month,amount\n"), ("export.csv", export)], map);
    let opportunities = &book.partner("A-1").unwrap().opportunities;
    assert_eq!(book.currency.code(), "EUR");
    assert_eq!(opportunities.len(), 2);
    assert_eq!(opportunities[0].amount.to_string(), "1234.50");
    assert_eq!(opportunities[0].status, OpportunityStatus::Won);
    assert_eq!(opportunities[1].status, OpportunityStatus::Open);
    assert_eq!(opportunities[1].probability, Some(Decimal::new(4, 1)));
    assert_eq!(opportunities[1].close_date.to_string(), "2026-04-01");
    assert!(book.partner("A-2").unwrap().opportunities.is_empty());
}

#[test]
fn salesforce_flags_say_open_won_and_lost() {
    let rows = "OpportunityId,partner_id,amount,is_closed,is_won,close_date\n\
                1,A-1,1,false,false,2026-01-01\n2,A-1,1,true,true,2026-01-01\n3,A-1,1,1,0,2026-01-01T00:00:00.000Z\n";
    let book = book(&[PARTNERS, ("revenue.csv", "partner_id,month,amount\n"), ("opportunities.csv", rows)], "");
    let status: Vec<_> = book.partner("A-1").unwrap().opportunities.iter().map(|one| one.status).collect();
    assert_eq!(status, [OpportunityStatus::Open, OpportunityStatus::Won, OpportunityStatus::Lost]);
}

#[test]
fn amounts_in_thousands_are_multiplied() {
    let map = "[revenue]\ntimes.amount = 1000\n";
    let book = book(&[PARTNERS, ("revenue.csv", "partner_id,month,amount\nA-1,2025-01,1.5\n")], map);
    assert_eq!(revenue(&book, "A-1"), ["2025-01 1500.0"]);
}

#[test]
fn one_file_may_hold_two_tables() {
    let partners = ("partners.csv", "partner_id,rate\nA-1,25\nA-2,50\n");
    let map = "[win_rates]\nfile = \"partners.csv\"\ncolumns.by_value = \"rate\"\nscale.by_value = 100\n";
    let book = book(&[partners, ("revenue.csv", "partner_id,month,amount\n")], map);
    assert!(
        matches!(&book.partner("A-2").unwrap().win_rates[..], [WinRate { by_value: Some(rate), .. }] if *rate == Decimal::new(5, 1))
    );
}

#[test]
fn the_hash_changes_with_the_facts_and_not_with_the_place_or_the_order() {
    let files = [PARTNERS, ("revenue.csv", "partner_id,month,amount\n")];
    let hash = |files: &[(&str, &str)], map: &str| book(files, map).input_hash;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let on_disk = quotient::intake::read_book(folder.path(), None, &ReadOptions::default()).into_result().unwrap().0;
    assert_eq!(hash(&files, ""), on_disk.input_hash);
    assert_eq!(hash(&files, ""), hash(&[files[1], ("partners.csv", "partner_id\nA-2\nA-1\n")], ""));
    assert_ne!(hash(&files, ""), hash(&files, "currency = \"JPY\"\n"));
    assert_ne!(hash(&files, ""), hash(&[("partners.csv", "partner_id\nA-1\nA-3\n"), files[1]], ""));
}

#[test]
fn a_missing_path_and_foreign_files_are_findings() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["nothing.csv", "book.xls", "book.json", "book.xlsx", "noending"] {
        let findings = quotient::intake::read_book(&folder.path().join(name), None, &ReadOptions::default())
            .into_result()
            .unwrap_err();
        assert_eq!(findings.iter().map(|finding| finding.code()).collect::<Vec<_>>(), [Code::FileUnreadable], "{name}");
    }
    std::fs::write(folder.path().join("book.ods"), "x").unwrap();
    let findings = quotient::intake::read_book(&folder.path().join("book.ods"), None, &ReadOptions::default())
        .into_result()
        .unwrap_err();
    assert_eq!(findings.iter().next().unwrap().code(), Code::BookShape);
}

#[test]
fn every_column_of_every_table_is_declared_once_and_in_the_reference() {
    let reference = reference();
    for kind in TableKind::BOOK {
        let mut names: Vec<&str> = kind.table().names().collect();
        assert!(names.iter().all(|name| reference.contains(&format!("| `{name}` |"))));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{}", kind.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spread_period_sums_to_what_was_written(minor in -1_000_000_000i64..1_000_000_000, scale in 0u32..6, quarter in 1u32..=4) {
        let amount = Decimal::new(minor, scale);
        let rows = format!("partner_id,period,amount\nA-1,2025-Q{quarter},{amount}\n");
        let book = book(&[PARTNERS, ("revenue.csv", &rows)], "");
        let parts = &book.partner("A-1").unwrap().revenue;
        let sum = parts.iter().try_fold(usd(0), |sum, part| sum.plus(part.amount)).unwrap();
        prop_assert_eq!(sum.amount(), amount);
        // No two months differ by more than one unit.
        let amounts: Vec<Decimal> = parts.iter().map(|part| part.amount.amount()).collect();
        let unit = Decimal::new(1, scale.max(Currency::USD.decimals()));
        prop_assert!(amounts.iter().max().unwrap() - amounts.iter().min().unwrap() <= unit);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(partners in any::<Vec<u8>>(), revenue in ".{0,200}") {
        let files = vec![
            ("partners.csv".to_owned(), [b"partner_id,x\n".to_vec(), partners].concat()),
            ("revenue.csv".to_owned(), revenue.into_bytes()),
        ];
        let _ = read_book_files(files, None, &ReadOptions::default()).into_result();
    }
}
