//! Workbooks: what is read from them, and which ones are refused before they are unpacked.

use quotient::channel::PartnerBook;
use quotient::finding::{Code, Finding, Findings, render};
use quotient::intake::template::{TemplateFormat, files, write};
use quotient::intake::{Mapping, ReadOptions, TableKind, read_book};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

/// A workbook with the two required tables; `revenue` writes below the heading of the revenue sheet.
fn workbook(revenue: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let partners = workbook.add_worksheet().set_name("Partners").unwrap();
    partners.write_row(0, 0, ["Partner ID", "Since", "Employees"]).unwrap();
    partners.write(1, 0, 1001).unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    partners.write_with_format(1, 1, ExcelDateTime::from_ymd(2019, 5, 2).unwrap(), &day).unwrap();
    partners.write(1, 2, 12.5).unwrap();
    let sheet = workbook.add_worksheet().set_name("revenue").unwrap();
    sheet.write_row(0, 0, ["partner_id", "month", "amount"]).unwrap();
    revenue(sheet);
    workbook.add_worksheet().set_name("_notes").unwrap().write(0, 0, "not a table").unwrap();
    workbook.save_to_buffer().unwrap()
}

fn read(bytes: &[u8]) -> Result<(PartnerBook, Findings), Findings> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    std::fs::write(&path, bytes).unwrap();
    read_book(&path, None, &ReadOptions::default()).into_result()
}

fn told(bytes: &[u8]) -> String {
    render::human(read(bytes).unwrap_err().iter(), false)
}

/// The same package with the text of one part changed.
fn with_part(bytes: &[u8], part_name: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..package.len() {
        let mut part = package.by_index(index).unwrap();
        let name = part.name().unwrap().to_string();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        if name == part_name {
            text = change(&text);
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn numbers_dates_and_texts_of_a_workbook_are_read_exactly() {
    let bytes = workbook(|sheet| {
        let month = Format::new().set_num_format("mmm yy");
        sheet.write(1, 0, "1001").unwrap();
        sheet.write_with_format(1, 1, ExcelDateTime::from_ymd(2025, 11, 1).unwrap(), &month).unwrap();
        sheet.write(1, 2, 0.1).unwrap();
        sheet.write(2, 0, 1001).unwrap();
        sheet.write(2, 1, "2025-12").unwrap();
        sheet.write(2, 2, 1_234_567.89).unwrap();
        sheet.write(3, 0, 1001).unwrap();
        sheet.write(3, 1, "2025-12").unwrap();
        sheet.write(3, 2, "0.0001").unwrap();
    });
    let (book, warnings) = read(&bytes).unwrap();
    let partner = book.partner("1001").unwrap();
    let revenue: Vec<String> =
        partner.revenue.iter().map(|entry| format!("{} {}", entry.month, entry.amount)).collect();
    assert_eq!(revenue, ["2025-11 0.1", "2025-12 1234567.8901"]);
    assert_eq!(partner.since.unwrap().to_string(), "2019-05-02");
    assert_eq!(format!("{:?}", partner.attributes), "[(\"employees\", Number(12.5))]");
    assert!(warnings.is_empty());
}

#[test]
fn dates_of_the_1904_calendar_are_the_same_days() {
    let bytes = with_part(&workbook(|_| {}), "xl/workbook.xml", |text| {
        assert!(text.contains("<workbookPr "));
        text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    // The serial number of 2 May 2019 counts from 1904 now: 1462 days later.
    let (book, _) = read(&bytes).unwrap();
    assert_eq!(book.partners[0].since.unwrap().to_string(), "2023-05-03");
}

#[test]
fn cells_that_hold_no_value_are_findings() {
    let bytes = workbook(|sheet| {
        let day = Format::new().set_num_format("hh:mm");
        for (row, amount) in [(1u32, "#N/A"), (2, "0.30000000000000004")] {
            sheet.write(row, 0, 1001).unwrap();
            sheet.write(row, 1, "2025-12").unwrap();
            sheet.write_formula(row, 2, Formula::new("1/3").set_result(amount)).unwrap();
        }
        sheet.write(3, 0, 1001).unwrap();
        sheet.write_with_format(3, 1, ExcelDateTime::from_hms(10, 30, 0.0).unwrap(), &day).unwrap();
        sheet.write(3, 2, true).unwrap();
        sheet.write(4, 0, 123_456_789_012_345_680_000.0).unwrap();
        sheet.write(4, 1, "2025-12").unwrap();
        sheet.write(4, 2, 5).unwrap();
    });
    insta::assert_snapshot!("workbook_cells", told(&bytes));
}

/// Amounts of one partner in the order of the months, each written by `write` into its own row.
fn amounts(count: u32, write: impl Fn(&mut Worksheet, u32)) -> (Vec<String>, Vec<String>) {
    let bytes = workbook(|sheet| {
        for row in 1..=count {
            sheet.write(row, 0, 1001).unwrap();
            sheet.write(row, 1, format!("2025-{row:02}")).unwrap();
            write(sheet, row);
        }
    });
    let (book, warnings) = read(&bytes).unwrap();
    let amounts = book.partners[0].revenue.iter().map(|entry| entry.amount.to_string()).collect();
    (amounts, warnings.iter().map(Finding::message).collect())
}

#[test]
fn numbers_are_taken_with_the_fifteen_digits_that_a_spreadsheet_shows() {
    // The binary number, and the 15 digits of its exact value. The last but one is exactly in the middle: a spreadsheet
    // rounds away from zero. The last has 15 digits as it is.
    let numbers = [
        (33333.333333333336, "33333.3333333333"),
        (0.1 + 0.2, "0.3"),
        (-1.0 / 3.0, "-0.333333333333333"),
        (2.0 / 3.0 * 1e-7, "0.0000000666666666666667"),
        (1234567.891234567_8, "1234567.89123457"),
        (9_999_999_999.999_999, "10000000000"),
        (1_000_000_000_000.062_5, "1000000000000.06"),
        (9_000_000_000_000.125, "9000000000000.13"),
        (123_456_789_012.125, "123456789012.125"),
    ];
    let (found, told) = amounts(9, |sheet, row| {
        sheet.write(row, 2, numbers[row as usize - 1].0).unwrap();
    });
    assert_eq!(found, numbers.map(|(_, text)| text));
    assert_eq!(told, ["8 numbers were rounded to 15 digits, as a spreadsheet shows them"]);
}

#[test]
fn an_identifier_of_more_than_fifteen_digits_is_refused_where_it_is_a_number() {
    let bytes = workbook(|sheet| {
        sheet.write(1, 0, 1_234_567_890_123_456.0).unwrap();
        sheet.write(1, 1, "2025-12").unwrap();
        sheet.write(1, 2, 5).unwrap();
    });
    let findings = read(&bytes).unwrap_err();
    let codes: Vec<Code> = findings.iter().map(Finding::code).collect();
    assert_eq!(codes, [Code::BookIdentifier]);
}

#[test]
fn a_code_that_is_a_number_is_read_as_its_format_shows_it() {
    let bytes = workbook(|sheet| {
        let format = |code: &str| Format::new().set_num_format(code);
        let codes = [
            (7.0, "000"),
            (12345.0, "000"),
            (42.0, "\"P\"0000"),
            (123456.0, "000-000"),
            (7.0, "0"),
            (8.0, "[$-409]000"),
        ];
        for (row, (number, code)) in (1u32..).zip(codes) {
            sheet.write_with_format(row, 0, number, &format(code)).unwrap();
            sheet.write(row, 1, "2025-12").unwrap();
            // The amount is the same number, whatever it looks like.
            sheet.write_with_format(row, 2, 7, &format("000")).unwrap();
        }
    });
    let findings = read(&bytes).unwrap_err();
    let unknown: Vec<String> = findings.iter().map(Finding::message).collect();
    let expected = ["007", "12345", "P0042", "123-456", "7", "008"];
    assert_eq!(unknown, expected.map(|id| format!("the partners table has no `{id}`")));
}

#[test]
fn a_cell_in_percent_is_its_fraction_whatever_the_mapping_says_of_the_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    let mut workbook = Workbook::new();
    let partners = workbook.add_worksheet().set_name("partners").unwrap();
    partners.write_row(0, 0, ["partner_id"]).unwrap();
    partners.write(1, 0, "A").unwrap();
    workbook.add_worksheet().set_name("revenue").unwrap().write_row(0, 0, ["partner_id", "month", "amount"]).unwrap();
    let sheet = workbook.add_worksheet().set_name("opportunities").unwrap();
    sheet.write_row(0, 0, ["partner_id", "amount", "status", "close_date", "probability"]).unwrap();
    for (row, (share, code)) in (1u32..).zip([(0.75, "0%"), (0.125, "0.0 %"), (75.0, "0"), (75.0, "0\"%\"")]) {
        sheet.write_row(row, 0, ["A", "100", "open", "2026-01-31"]).unwrap();
        sheet.write_with_format(row, 4, share, &Format::new().set_num_format(code)).unwrap();
    }
    workbook.save(&path).unwrap();
    let mapping = Mapping::parse("map.toml", "[opportunities]\ndecimal = \",\"\nscale.probability = 100\n").unwrap();
    let (book, _) = read_book(&path, Some(&mapping), &ReadOptions::default()).into_result().unwrap();
    let shares = book.partners[0].opportunities.iter().map(|one| one.probability.unwrap().normalize().to_string());
    assert_eq!(shares.collect::<Vec<_>>(), ["0.75", "0.125", "0.75", "0.75"]);
}

#[test]
fn midnight_is_a_time_of_day_and_no_date() {
    let bytes = workbook(|sheet| {
        sheet.write(1, 0, 1001).unwrap();
        sheet.write_with_format(1, 1, 0.0, &Format::new().set_num_format("hh:mm")).unwrap();
        sheet.write(1, 2, 5).unwrap();
    });
    assert!(told(&bytes).contains("time of day or a duration (`0`)"));
}

#[test]
fn a_file_that_is_not_a_workbook_is_refused() {
    insta::assert_snapshot!("no_workbook", told(b"partner_id,month\n"));
}

#[test]
fn a_workbook_that_makes_the_library_panic_is_refused() {
    let sound = workbook(|_| {});
    let with_sheet = |from: &str, to: &str| {
        with_part(&sound, "xl/worksheets/sheet1.xml", |text| {
            assert!(text.contains(from), "{text}");
            text.replace(from, to)
        })
    };
    // Each makes the library compute a column or row beyond the range of its integers.
    let broken = [
        ("the dimension of a sheet", with_sheet("<dimension ref=\"A1:C2\"/>", "<dimension ref=\"ZZZZZZZZ1\"/>")),
        ("the reference of a cell", with_sheet("<c r=\"A2\"", "<c r=\"ZZZZZZZZ2\"")),
        ("the row of a cell", with_sheet("<c r=\"A2\"", "<c r=\"A22222222222\"")),
        ("a dimension that runs backwards", with_sheet("<dimension ref=\"A1:C2\"/>", "<dimension ref=\"C9:A1\"/>")),
    ];
    for (what, bytes) in &broken {
        let findings = read(bytes).unwrap_err();
        let found: Vec<&Finding> = findings.iter().collect();
        let [finding] = found[..] else { panic!("{what}: {findings:?}") };
        assert_eq!((finding.code(), finding.places.len()), (Code::BookShape, 1), "{what}");
        assert!(finding.message().contains("cannot be read"), "{what}: {}", finding.message());
    }
    insta::assert_snapshot!("workbook_overflow", told(&broken[0].1));
}

#[test]
fn a_workbook_that_unpacks_to_far_more_than_its_size_is_refused() {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    out.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..64 {
        out.write_all(&zeros).unwrap();
    }
    insta::assert_snapshot!("workbook_bomb", told(&out.finish().unwrap().into_inner()));
}

#[test]
fn a_cell_in_the_last_corner_of_a_sheet_does_not_fill_the_memory() {
    let far_row = workbook(|sheet| {
        sheet.write(1_048_575, 0, "1001").unwrap();
        sheet.write(1_048_575, 1, "2025-12").unwrap();
        sheet.write(1_048_575, 2, 7).unwrap();
    });
    assert_eq!(read(&far_row).unwrap().0.partners[0].revenue.len(), 1);
    let far_column = workbook(|sheet| {
        sheet.write(1, 16_383, "x").unwrap();
    });
    insta::assert_snapshot!("workbook_corner", told(&far_column));
}

#[test]
fn templates_are_read_back_as_empty_tables() {
    for (format, name) in
        [(TemplateFormat::Csv, ""), (TemplateFormat::Json, "book.json"), (TemplateFormat::Xlsx, "book.xlsx")]
    {
        let folder = tempfile::tempdir().unwrap();
        let written: Vec<PathBuf> = write(folder.path(), format).unwrap();
        assert!(written.iter().all(|path| path.is_file()));
        // All that is wrong with an empty template is that nobody is in it.
        let path = if name.is_empty() { folder.path().to_owned() } else { folder.path().join(name) };
        let findings = read_book(&path, None, &ReadOptions::default()).into_result().unwrap_err();
        let messages: Vec<String> = findings.iter().map(|finding| finding.message()).collect();
        assert_eq!(messages, ["the book has no partner"], "{name}");
        assert!(write(folder.path(), format).is_err(), "an existing file is not overwritten");
    }
}

#[test]
fn templates_have_the_same_bytes_every_time() {
    assert_eq!(files(TemplateFormat::Xlsx).unwrap(), files(TemplateFormat::Xlsx).unwrap());
    assert_eq!(files(TemplateFormat::Csv).unwrap().len(), TableKind::BOOK.len() + 1);
}

#[test]
fn a_workbook_with_title_rows_and_a_month_per_column_is_read_by_its_mapping() {
    let mut workbook = Workbook::new();
    let partners = workbook.add_worksheet().set_name("partners").unwrap();
    partners.write_column(0, 0, ["partner_id", "P1", "P2"]).unwrap();
    let sheet = workbook.add_worksheet().set_name("revenue").unwrap();
    sheet.write(0, 0, "Net revenue 2025").unwrap();
    sheet.write(2, 0, "Partner").unwrap();
    let month = Format::new().set_num_format("mmm-yy");
    for (column, number) in (1..=3).zip(1..) {
        sheet.write_with_format(2, column, ExcelDateTime::from_ymd(2025, number, 1).unwrap(), &month).unwrap();
    }
    sheet.write(2, 4, "Total").unwrap();
    for (row, partner, amounts) in [(3, "P1", [10.25, 20.5, 0.0]), (4, "P2", [1.0, 2.0, 3.0])] {
        sheet.write(row, 0, partner).unwrap();
        sheet.write_row(row, 1, amounts).unwrap();
        sheet.write(row, 4, amounts.iter().sum::<f64>()).unwrap();
    }
    sheet.write(5, 0, "Grand Total").unwrap();
    sheet.write_row(5, 1, [11.25, 22.5, 3.0, 36.75]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    std::fs::write(&path, workbook.save_to_buffer().unwrap()).unwrap();
    let map = "[partners]\n[revenue]\ncolumns.partner_id = \"Partner\"\nunpivot = { period = \"months\" }\n";
    let mapping = quotient::intake::Mapping::parse("map.toml", map).unwrap();
    let read = read_book(&path, Some(&mapping), &ReadOptions::default()).into_result();
    let (book, findings) = read.unwrap_or_else(|findings| panic!("{}", render::human(findings.iter(), false)));
    let revenue = |id: &str| -> Vec<String> {
        let entries = &book.partner(id).unwrap().revenue;
        entries.iter().map(|entry| format!("{} {}", entry.month, entry.amount)).collect()
    };
    assert_eq!(revenue("P1"), ["2025-01 10.25", "2025-02 20.5", "2025-03 0"]);
    assert_eq!(revenue("P2"), ["2025-01 1", "2025-02 2", "2025-03 3"]);
    let messages: Vec<String> = findings.iter().map(Finding::message).collect();
    assert!(messages.iter().any(|message| message.starts_with("row 3 was taken for the header")), "{messages:?}");
    assert!(messages.iter().any(|message| message.starts_with("`Grand Total` is a total")), "{messages:?}");
}
