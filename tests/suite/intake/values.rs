//! Values as real files write them: a table of texts, cells and mappings with the value or finding that is right.
//!
//! Columns of `values.csv`: the kind of column; the type of the cell; its text, with `\u{…}` for characters that do not
//! show; keys of the mapping file, separated by `¦`; and what is right. That is a value, `!` with the cause of the error
//! and the reason where the cause has several, or a value with `?` and the cause of a warning.

use quotient::channel::{Attribute, PartnerBook};
use quotient::figure::Kind;
use quotient::finding::{Finding, Findings, render};
use quotient::intake::{Mapping, ReadOptions, ValueFault, read_book, read_book_files};
use quotient::units::{FiscalCalendar, parse_decimal, plain};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

/// One row of the table.
#[derive(Debug, serde::Deserialize)]
struct Case {
    column: String,
    cell: String,
    text: String,
    mapping: String,
    expected: String,
}

impl Case {
    /// The text with its escapes replaced.
    fn written(&self) -> String {
        let mut parts = self.text.split("\\u{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (code, rest) = part.split_once('}').unwrap();
            out.push(u32::from_str_radix(code, 16).ok().and_then(char::from_u32).unwrap());
            out.push_str(rest);
        }
        out
    }

    /// The table with the column, its headings, the other values of its row, and the tested heading.
    fn table(&self) -> (&'static str, Vec<(&'static str, &'static str)>, &'static str) {
        match self.column.as_str() {
            "amount" => ("revenue", vec![("partner_id", "P0"), ("month", "2025-01")], "amount"),
            "quota" => ("quotas", vec![("partner_id", "P0"), ("period", "2025-01")], "quota"),
            "rate" => ("market", vec![("addressable_market", "1")], "growth"),
            "share" => ("opportunities", opportunity(&[("close_date", "2026-01-31")]), "probability"),
            "date" => ("opportunities", opportunity(&[]), "close_date"),
            "count" => ("investments", vec![("partner_id", "P0")], "certified_now"),
            "period" => ("forecasts", vec![("partner_id", "P0"), ("amount", "1")], "period"),
            "identifier" => ("partners", vec![], "partner_id"),
            "name" => ("partners", vec![("partner_id", "P1")], "tier"),
            _ => ("partners", vec![("partner_id", "P1")], "extra"),
        }
    }

    fn mapping(&self) -> Option<Mapping> {
        let is_top = |key: &&str| ["currency", "ids", "time_zone"].iter().any(|top| key.starts_with(top));
        let keys = || self.mapping.split('¦').filter(|key| !key.is_empty());
        keys().next()?;
        let top: Vec<&str> = keys().filter(is_top).collect();
        let own: Vec<&str> = keys().filter(|key| !is_top(key)).collect();
        let text = format!("{}\n[{}]\n{}\n", top.join("\n"), self.table().0, own.join("\n"));
        Some(Mapping::parse("map.toml", &text).unwrap_or_else(|findings| panic!("{text}\n{findings:?}")))
    }

    fn read(&self) -> Result<(PartnerBook, Findings), Findings> {
        let (table, mut row, tested) = self.table();
        let written = self.written();
        row.push((tested, &written));
        // Salesforce ids must be ids in every table.
        let known = if self.mapping.contains("salesforce") { "001000000000000" } else { "P0" };
        let mut tables = vec![
            ("partners", vec![vec!["partner_id"], vec![known]]),
            ("revenue", vec![vec!["partner_id", "month", "amount"], vec![known, "2025-01", "1"]]),
        ];
        let headings: Vec<&str> = row.iter().map(|(heading, _)| *heading).collect();
        let values: Vec<&str> = row.iter().map(|(_, value)| *value).collect();
        let own = match table {
            "partners" => vec![headings.clone(), vec![""; headings.len()], values],
            _ => vec![headings.clone(), values],
        };
        tables.retain(|(name, _)| *name != table);
        tables.push((table, own));
        let partners = tables.iter_mut().find(|(name, rows)| *name == "partners" && rows.len() == 3);
        if let Some((_, partners)) = partners {
            let place = headings.iter().position(|one| *one == "partner_id").unwrap();
            partners[1][place] = known;
        }
        let attributes = match self.column.strip_prefix("attribute ") {
            Some(kind) => {
                let kind = Kind::DECLARABLE.into_iter().find(|one| one.as_str() == kind).unwrap();
                vec![("extra".into(), kind)]
            }
            None => Vec::new(),
        };
        let options = ReadOptions { calendar: FiscalCalendar::new(7), attributes, ..ReadOptions::default() };
        let mapping = self.mapping();
        if self.cell == "text" {
            let file = |(name, rows): &(&str, Vec<Vec<&str>>)| {
                let mut writer = csv::Writer::from_writer(Vec::new());
                rows.iter().for_each(|row| writer.write_record(row).unwrap());
                (format!("{name}.csv"), writer.into_inner().unwrap())
            };
            return read_book_files(tables.iter().map(file).collect(), mapping.as_ref(), &options).into_result();
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("book.xlsx");
        std::fs::write(&path, self.workbook(&tables, (table, tested))).unwrap();
        read_book(&path, mapping.as_ref(), &options).into_result()
    }

    /// The tables as a workbook in which the tested cell has its type.
    fn workbook(&self, tables: &[(&str, Vec<Vec<&str>>)], tested: (&str, &str)) -> Vec<u8> {
        let mut workbook = Workbook::new();
        for (name, rows) in tables {
            let sheet = workbook.add_worksheet().set_name(*name).unwrap();
            for (row, cells) in (0u32..).zip(rows) {
                for (column, text) in (0u16..).zip(cells) {
                    let is_tested =
                        row as usize + 1 == rows.len() && *name == tested.0 && rows[0][usize::from(column)] == tested.1;
                    let format = |text| Format::new().set_num_format(text);
                    match self.cell.as_str() {
                        "number" if is_tested => sheet.write(row, column, text.parse::<f64>().unwrap()),
                        "percent" if is_tested => {
                            sheet.write_with_format(row, column, text.parse::<f64>().unwrap(), &format("0%"))
                        }
                        "date" if is_tested => {
                            let date = ExcelDateTime::parse_from_str(text).unwrap();
                            sheet.write_with_format(row, column, date, &format("yyyy-mm-dd"))
                        }
                        _ => sheet.write(row, column, *text),
                    }
                    .unwrap();
                }
            }
        }
        workbook.save_to_buffer().unwrap()
    }

    /// The value that was read.
    fn value(&self, book: &PartnerBook) -> String {
        let of_one = |id: &str| book.partner(id).unwrap();
        match self.column.as_str() {
            "amount" => plain(of_one("P0").revenue[0].amount.amount()),
            "quota" => plain(of_one("P0").quotas[0].quota.amount()),
            "rate" => plain(book.market[0].growth.unwrap()),
            "share" => plain(of_one("P0").opportunities[0].probability.unwrap()),
            "date" => of_one("P0").opportunities[0].close_date.to_string(),
            "count" => of_one("P0").investment.as_ref().unwrap().certified_now.unwrap().to_string(),
            "period" => {
                let forecast = &of_one("P0").forecasts[0];
                format!("{} {}", forecast.start, forecast.months)
            }
            "identifier" => {
                let is_known = |id: &str| id == "P0" || id.starts_with("001000000000000");
                book.partners.iter().map(|partner| partner.id.to_string()).find(|id| !is_known(id)).unwrap()
            }
            "name" => of_one("P1").tier.as_deref().unwrap_or("-").to_owned(),
            _ => match of_one("P1").attributes.first().map(|(_, value)| value) {
                None => "-".to_owned(),
                Some(Attribute::Number(number)) => plain(*number),
                Some(Attribute::Truth(truth)) => truth.to_string(),
                Some(Attribute::Date(date)) => date.to_string(),
                Some(Attribute::Text(text)) => text.to_string(),
            },
        }
    }

    /// The outcome, in the notation of the table.
    fn outcome(&self) -> String {
        match self.read() {
            Err(findings) => {
                let causes: Vec<String> = findings.iter().filter(|one| one.is_error()).map(cause).collect();
                format!("!{}", causes.join(" + "))
            }
            Ok((book, warnings)) => {
                let warned: String = warnings.iter().map(|one| format!(" ?{}", cause(one))).collect();
                format!("{}{warned}", self.value(&book))
            }
        }
    }
}

fn opportunity(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut row = vec![("opportunity_id", "O1"), ("partner_id", "P0"), ("amount", "1"), ("status", "open")];
    row.extend(more);
    row
}

/// The cause of a finding, with the reason of a number that is none.
fn cause(finding: &Finding) -> String {
    let cause = finding.fault().cause();
    let reason = finding.fault().fields().into_iter().find(|(name, _)| name == "reason");
    match (finding.cause::<ValueFault>(), reason) {
        (Some(ValueFault::NotDecimal { .. }), Some((_, reason))) => {
            format!("{cause} {}", serde_json::to_value(&reason).unwrap().as_str().unwrap())
        }
        _ => cause.to_owned(),
    }
}

fn cases() -> Vec<Case> {
    let table = include_str!("values.csv");
    csv::Reader::from_reader(table.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn every_value_of_the_table_is_read_or_refused_as_it_says() {
    let cases = cases();
    assert!(cases.len() > 150);
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| case.outcome() != case.expected)
        .map(|case| {
            format!(
                "{} {} `{}` [{}]: {} expected, {} found",
                case.column,
                case.cell,
                case.text,
                case.mapping,
                case.expected,
                case.outcome()
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Notations: keys of the mapping file, and how a plain number is written under them.
const NOTATIONS: [(&str, &str, &str); 12] = [
    ("", ".", ""),
    ("decimal = \".\"", ".", ""),
    ("decimal = \",\"", ",", ""),
    ("thousands = \",\"", ".", ","),
    ("thousands = \".\"", ",", "."),
    ("decimal = \",\"\nthousands = \".\"", ",", "."),
    ("thousands = \"'\"", ".", "'"),
    ("thousands = \"'\"", ".", "\u{2019}"),
    ("decimal = \",\"\nthousands = \" \"", ",", "\u{A0}"),
    ("decimal = \",\"\nthousands = \"\u{202F}\"", ",", " "),
    ("thousands = \" \"", ".", "\u{2009}"),
    ("thousands = \"_\"", ".", "_"),
];

/// Ways to write a negative or positive number around its digits.
const FORMS: [(&str, &str, bool); 12] = [
    ("", "", false),
    ("-", "", true),
    ("", "-", true),
    ("(", ")", true),
    ("+", "", false),
    ("\u{2212}", "", true),
    ("$", "", false),
    ("$ ", "", false),
    ("($", ")", true),
    ("-$", "", true),
    ("USD ", "", false),
    ("", " USD", false),
];

/// Writes whole number and cents under a notation and a form.
fn written(whole: u64, cents: Option<u8>, notation: usize, form: usize) -> String {
    let (_, decimal, thousands) = NOTATIONS[notation];
    let digits = whole.to_string();
    let mut out = FORMS[form].0.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push_str(thousands);
        }
        out.push(digit);
    }
    if let Some(cents) = cents {
        out.push_str(&format!("{decimal}{cents:02}"));
    }
    out + FORMS[form].1
}

fn value(whole: u64, cents: Option<u8>, form: usize) -> rust_decimal::Decimal {
    let sign = if FORMS[form].2 && (whole > 0 || cents.unwrap_or(0) > 0) { "-" } else { "" };
    parse_decimal(&format!("{sign}{whole}.{:02}", cents.unwrap_or(0))).unwrap()
}

/// Reads amounts, each in its own month; the amounts of the book in order, or its findings.
fn read_amounts(amounts: &[String], map: &str) -> Result<(Vec<rust_decimal::Decimal>, Findings), Findings> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["partner_id", "month", "amount"]).unwrap();
    for (index, amount) in amounts.iter().enumerate() {
        let month = format!("{}-{:02}", 2000 + index / 12, index % 12 + 1);
        writer.write_record(["P0", &month, amount]).unwrap();
    }
    let files = vec![
        ("partners.csv".to_owned(), b"partner_id\nP0\n".to_vec()),
        ("revenue.csv".to_owned(), writer.into_inner().unwrap()),
    ];
    let text = format!("[revenue]\n{map}\n");
    let mapping = (!map.is_empty()).then(|| Mapping::parse("map.toml", &text).unwrap());
    let (book, warnings) = read_book_files(files, mapping.as_ref(), &ReadOptions::default()).into_result()?;
    Ok((book.partners[0].revenue.iter().map(|entry| entry.amount.amount()).collect(), warnings))
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn amounts_of_every_notation_read_back_as_the_same_numbers(
        numbers in proptest::collection::vec((0u64..10_000_000_000, proptest::option::of(0u8..100), 0usize..12), 1..40),
        notation in 0usize..12,
    ) {
        let texts: Vec<String> =
            numbers.iter().map(|(whole, cents, form)| written(*whole, *cents, notation, *form)).collect();
        let right: Vec<_> = numbers.iter().map(|(whole, cents, form)| value(*whole, *cents, *form)).collect();
        match read_amounts(&texts, NOTATIONS[notation].0) {
            Ok((read, _)) => proptest::prop_assert_eq!(read, right),
            Err(findings) => panic!("{texts:?}\n{}", render::human(findings.iter(), false)),
        }
    }

    #[test]
    fn amounts_whose_notation_is_not_stated_are_right_or_doubted_or_refused(
        whole in 0u64..10_000_000_000, cents in proptest::option::of(0u8..100), notation in 0usize..12, form in 0usize..12,
    ) {
        let text = written(whole, cents, notation, form);
        if let Ok((read, warnings)) = read_amounts(std::slice::from_ref(&text), "") {
            let doubted = warnings.iter().any(|one| one.fault().cause() == "open_points");
            proptest::prop_assert!(doubted || read[0] == value(whole, cents, form), "{} is read as {}", text, read[0]);
        }
    }
}

fn refusal(files: &[(&str, &str)], map: &str) -> String {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let mapping = Mapping::parse("map.toml", map).unwrap();
    match read_book_files(files, Some(&mapping), &ReadOptions::default()).into_result() {
        Ok((_, warnings)) => warnings.iter().map(|one| format!("?{}", cause(one))).collect(),
        Err(findings) => findings.iter().filter(|one| one.is_error()).map(|one| format!("!{}", cause(one))).collect(),
    }
}

fn revenue_of(files: &[(&str, &str)], map: &str) -> Vec<String> {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let mapping = Mapping::parse("map.toml", map).unwrap();
    let (book, _) = read_book_files(files, Some(&mapping), &ReadOptions::default()).into_result().unwrap();
    let entries = book.partners.iter().flat_map(|partner| {
        partner.revenue.iter().map(|entry| format!("{} {} {}", partner.id, entry.month, entry.amount))
    });
    entries.collect()
}

const PARTNERS: (&str, &str) = ("partners.csv", "partner_id\nA\nB\nC\n");

#[test]
fn a_row_of_several_partners_is_divided_exactly_or_given_to_the_first() {
    let revenue = ("revenue.csv", "partner_id,month,amount\nA;B;C,2025-01,100\nA,2025-02,5\n");
    let equal = "[partners]\n[revenue]\nsplit.partner_id = { separator = \";\", rule = \"equal\" }\n";
    // 100.00 in three parts: the cent that does not divide goes to the first.
    let parts = ["A 2025-01 33.34", "A 2025-02 5", "B 2025-01 33.33", "C 2025-01 33.33"];
    assert_eq!(revenue_of(&[PARTNERS, revenue], equal), parts);
    let first = equal.replace("equal", "first");
    assert_eq!(revenue_of(&[PARTNERS, revenue], &first), ["A 2025-01 100", "A 2025-02 5"]);
    assert_eq!(refusal(&[PARTNERS, revenue], "[partners]\n[revenue]\n"), "!several_partners");
    let unknown = ("revenue.csv", "partner_id,month,amount\nA;X,2025-01,100\n");
    assert_eq!(refusal(&[PARTNERS, unknown], equal), "!unknown_partner");
}

#[test]
fn a_partner_whose_identifier_lists_other_partners_is_an_error() {
    let partners = ("partners.csv", "partner_id\nA\nB\nA;B\nA/X\n");
    let revenue = ("revenue.csv", "partner_id,month,amount\nA;B,2025-01,100\n");
    assert_eq!(refusal(&[partners, revenue], ""), "!several_partners");
}

#[test]
fn identifiers_that_became_dates_among_others_are_findings() {
    let revenue = ("revenue.csv", "partner_id,month,amount\nA,2025-01,100\n");
    let with = |ids: &str| {
        let partners = format!("partner_id\nA\nB\n{ids}\n");
        refusal(&[("partners.csv", &partners), revenue], "")
    };
    assert_eq!(with("3-Mar"), "?date_like_partner");
    assert_eq!(with("Mar-03"), "?date_like_partner");
    assert_eq!(with("2025-03-03 00:00:00"), "!date_like_partner");
    assert_eq!(with("3-Mark"), "");
    // Identifiers that mostly look like this are written so.
    assert_eq!(with("3-Mar\n4-Mar\n5-Mar"), "");
}

#[test]
fn a_currency_column_that_is_not_found_or_not_read_is_reported() {
    let revenue = ("revenue.csv", "partner_id,month,amount,Opportunity Currency\nA,2025-01,100,EUR\n");
    let map = |key: &str| format!("[partners]\n[revenue]\n{key}\n");
    let files = [PARTNERS, revenue];
    assert_eq!(refusal(&files, &map("columns.currency = \"Currency ISO Code\"")), "!mapped_column");
    assert_eq!(refusal(&files, &map("")), "!unread_currency");
    assert_eq!(refusal(&files, &map("columns.currency = \"\"")), "");
    assert_eq!(refusal(&files, &map("columns.currency = \"Opportunity Currency\"")), "");
    let without = ("revenue.csv", "partner_id,month,amount\nA,2025-01,100\n");
    assert_eq!(refusal(&[PARTNERS, without], &map("columns.currency = \"Currency ISO Code\"")), "?mapped_column");
}

#[test]
fn a_sign_before_the_first_stated_currency_must_mean_that_currency() {
    let book = |rows: &str| format!("partner_id,month,amount,currency\n{rows}");
    let read = |rows: &str| refusal(&[PARTNERS, ("revenue.csv", &book(rows))], "");
    assert_eq!(read("A,2025-01,$5,\nA,2025-02,7,EUR\n"), "!amount_currency");
    assert_eq!(read("A,2025-01,$5,\nA,2025-02,7,CAD\n"), "");
    assert_eq!(read("A,2025-01,$5,USD\nA,2025-02,$7,USD\n"), "");
}

#[test]
fn amounts_that_may_have_points_between_thousands_are_doubted_until_the_mapping_says() {
    let revenue = |amounts: &str| {
        let rows: String = amounts.split(' ').map(|amount| format!("A,2025-01,{amount}\n")).collect();
        format!("partner_id,month,amount\n{rows}")
    };
    let found = |amounts: &str, map: &str| refusal(&[PARTNERS, ("revenue.csv", &revenue(amounts))], map);
    assert_eq!(found("1.234 12.500 999", ""), "?open_points");
    assert_eq!(found("1.234 12.50", ""), "");
    assert_eq!(found("1.234 0.125", ""), "");
    assert_eq!(found("1.234 12.500", "[partners]\n[revenue]\ndecimal = \".\"\n"), "");
    assert_eq!(found("1.234 12.500", "currency = \"KWD\"\n[partners]\n[revenue]\n"), "");
    let thousands = "[partners]\n[revenue]\nthousands = \".\"\n";
    assert_eq!(revenue_of(&[PARTNERS, ("revenue.csv", &revenue("1.234 12.500"))], thousands), ["A 2025-01 13734"]);
}

#[test]
fn an_error_value_of_a_workbook_can_be_translated() {
    let mut workbook = Workbook::new();
    let partners = workbook.add_worksheet().set_name("partners").unwrap();
    partners.write_row(0, 0, ["partner_id", "tier"]).unwrap();
    partners.write(1, 0, "A").unwrap();
    let missing = rust_xlsxwriter::Formula::new("NA()").set_result("#N/A");
    partners.write_formula(1, 1, missing).unwrap();
    let revenue = workbook.add_worksheet().set_name("revenue").unwrap();
    revenue.write_row(0, 0, ["partner_id", "month", "amount"]).unwrap();
    revenue.write_row(1, 0, ["A", "2025-01", "1"]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("book.xlsx");
    workbook.save(&path).unwrap();
    let refused = read_book(&path, None, &ReadOptions::default()).into_result().unwrap_err();
    let causes: Vec<String> = refused.iter().map(cause).collect();
    assert_eq!(causes, ["error_value"]);
    let mapping = Mapping::parse("map.toml", "[partners]\nvalues.tier = { \"#N/A\" = \"\" }\n[revenue]\n").unwrap();
    let (book, _) = read_book(&path, Some(&mapping), &ReadOptions::default()).into_result().unwrap();
    assert_eq!(book.partners[0].tier, None);
}

#[test]
fn salesforce_ids_of_15_and_18_characters_meet() {
    let partners = ("partners.csv", "partner_id\n001D000000IqhSL\n");
    let revenue =
        ("revenue.csv", "partner_id,month,amount\n001D000000IqhSLIAZ,2025-01,100\n001D000000IqhSL,2025-01,1\n");
    let map = "ids = \"salesforce\"\n[partners]\n[revenue]\n";
    assert_eq!(revenue_of(&[partners, revenue], map), ["001D000000IqhSLIAZ 2025-01 101"]);
    assert_eq!(refusal(&[partners, revenue], ""), "!unknown_partner");
}

#[test]
fn the_keys_of_notation_are_checked() {
    for (map, wrong) in [
        ("[revenue]\nthousands = \",\"\ndecimal = \",\"", "same_signs"),
        ("[revenue]\nthousands = \"x\"", "not_one_of"),
        ("[revenue]\ndash = \"nothing\"", "not_one_of"),
        ("ids = \"hubspot\"", "not_one_of"),
        ("time_zone = \"Europe/Berln\"", "time_zone"),
        ("[revenue]\ndate_format = \"DD.MM\"", "date_format"),
        ("[revenue]\ndate_format = \"DMYYYY\"", "date_format"),
        ("[revenue]\ndate_format = { amount = \"DD.MM.YYYY\" }", "not_dated"),
        ("[opportunities]\nsplit.partner_id = { separator = \";\", rule = \"equal\" }", "split"),
        ("[revenue]\nsplit.partner_id = { separator = \";\" }", "split"),
        ("[revenue]\nsplit.amount = { separator = \";\", rule = \"first\" }", "split + unknown_key"),
    ] {
        let findings = Mapping::parse("map.toml", map).unwrap_err();
        let causes: Vec<&str> = findings.iter().map(|one| one.fault().cause()).collect();
        assert_eq!(causes.join(" + "), wrong, "{map}");
    }
}
