//! Files of every kind that a book may consist of: workbooks old and new, JSON, delimited text, and all of them together.

use quotient::channel::PartnerBook;
use quotient::finding::{Code, Finding, Findings};
use quotient::intake::{Limits, Mapping, ReadOptions, read_book};
use rust_xlsxwriter::{Chart, ChartType, Workbook};
use std::io::{Cursor, Read, Write};
use std::path::Path;

type Told = Vec<(Code, String)>;

fn read_at(path: &Path, map: &str) -> Result<(PartnerBook, Told), Told> {
    let mapping = (!map.is_empty()).then(|| Mapping::parse("map.toml", map).unwrap());
    let told =
        |findings: Findings| findings.iter().map(|finding| (finding.code(), Finding::message(finding))).collect();
    match read_book(path, mapping.as_ref(), &ReadOptions::default()).into_result() {
        Ok((book, warnings)) => Ok((book, told(warnings))),
        Err(findings) => Err(told(findings)),
    }
}

/// The book in a directory of these files.
fn directory(files: &[(&str, &[u8])], map: &str) -> Result<(PartnerBook, Told), Told> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    read_at(folder.path(), map)
}

/// The book in one file.
fn file(name: &str, bytes: &[u8], map: &str) -> Result<(PartnerBook, Told), Told> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read_at(&path, map)
}

fn revenue(book: &PartnerBook, partner: &str) -> Vec<String> {
    let entries = book.partner(partner).unwrap().revenue.iter();
    entries.map(|entry| format!("{} {}", entry.month, entry.amount.amount().normalize())).collect()
}

fn shares(book: &PartnerBook) -> Vec<String> {
    let all = book.partners.iter().flat_map(|partner| &partner.opportunities);
    all.map(|one| one.probability.unwrap().normalize().to_string()).collect()
}

/// A workbook with the two required tables, one row each, and whatever `more` adds.
fn xlsx(more: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let partners = workbook.add_worksheet().set_name("partners").unwrap();
    partners.write_column(0, 0, ["partner_id", "A"]).unwrap();
    let sheet = workbook.add_worksheet().set_name("revenue").unwrap();
    sheet.write_row(0, 0, ["partner_id", "month", "amount"]).unwrap();
    sheet.write_row(1, 0, ["A", "2025-01"]).unwrap();
    sheet.write(1, 2, 10).unwrap();
    more(&mut workbook);
    workbook.save_to_buffer().unwrap()
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
        out.start_file(&name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(if name == part_name { change(&text) } else { text }.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_of_excel_97_is_read_with_its_number_formats() {
    let map = "[partners]\n[revenue]\n[opportunities]\nscale.probability = 100\n";
    let (book, told) = file("book.xls", include_bytes!("files/book.xls"), map).unwrap();
    assert_eq!(revenue(&book, "007"), ["2025-01 1234567.89", "2025-02 33333.3333333333", "2025-03 12"]);
    assert_eq!(book.partner("007").unwrap().since.unwrap().to_string(), "2019-05-02");
    assert_eq!(shares(&book), ["0.75", "0.75", "0.125"]);
    assert_eq!(
        told,
        [
            (Code::BookShape, "row 4 is hidden and included".to_owned()),
            (Code::BookShape, "the hidden sheet is included".to_owned()),
            (Code::BookAmount, "1 number was rounded to 15 digits, as a spreadsheet shows it".to_owned()),
        ]
    );
}

#[test]
fn an_xls_workbook_whose_cells_are_far_apart_is_refused_before_room_is_made_for_them() {
    // The row of the last cell and the dimensions are made those of the largest sheet, in all sheets.
    let mut bytes = include_bytes!("files/book.xls").to_vec();
    let mut changed = 0;
    for at in 0..bytes.len() - 20 {
        // DIMENSIONS: 14 bytes, first row 0.
        if bytes[at..at + 8] == [0x00, 0x02, 0x0E, 0x00, 0, 0, 0, 0] {
            bytes[at + 8..at + 12].copy_from_slice(&u32::MAX.to_le_bytes());
            changed += 1;
        }
    }
    assert!(changed > 0);
    let told = file("book.xls", &bytes, "").unwrap_err();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.contains("dimensions are larger than any sheet"), "{told:?}");
}

/// An ODS workbook with these rows of cells per sheet: attributes of the cell, and its text.
fn ods(sheets: &[(&str, &str)]) -> Vec<u8> {
    let tables: String =
        sheets.iter().map(|(name, rows)| format!("<table:table table:name=\"{name}\">{rows}</table:table>")).collect();
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body>\
         <office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)] {
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn ods_row(cells: &[&str]) -> String {
    let cell = |cell: &&str| match cell.split_once('=') {
        Some((kind, value)) => match kind {
            "date" => format!(
                "<table:table-cell office:value-type=\"date\" office:date-value=\"{value}\"><text:p>shown</text:p></table:table-cell>"
            ),
            _ => format!(
                "<table:table-cell office:value-type=\"{kind}\" office:value=\"{value}\"><text:p>shown</text:p></table:table-cell>"
            ),
        },
        None => format!("<table:table-cell office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>"),
    };
    format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>())
}

#[test]
fn an_ods_workbook_is_read_with_percentages_and_repeated_rows() {
    let far = "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell \
               table:number-columns-repeated=\"16384\"/></table:table-row>";
    let revenue_rows = [
        ods_row(&["partner_id", "month", "amount"]),
        ods_row(&["A &amp; B", "date=2025-01-01T10:30:00", "float=33333.333333333336"]),
        ods_row(&["A &amp; B", "2025-02", "currency=12.5"]),
        "<table:table-row table:number-rows-repeated=\"2\" table:visibility=\"filter\">".to_owned()
            + ods_row(&["A &amp; B", "2025-03", "float=1"]).trim_start_matches("<table:table-row>"),
        far.to_owned(),
    ];
    let deals = [
        ods_row(&["partner_id", "amount", "status", "close_date", "probability"]),
        ods_row(&["A &amp; B", "float=100", "open", "date=2026-01-31", "percentage=0.75"]),
        ods_row(&["A &amp; B", "float=100", "open", "date=2026-01-31", "float=75"]),
    ];
    let bytes = ods(&[
        ("partners", &[ods_row(&["partner_id"]), ods_row(&["A &amp; B"]), far.to_owned()].concat()),
        ("revenue", &revenue_rows.concat()),
        ("opportunities", &deals.concat()),
    ]);
    let map = "[partners]\n[revenue]\n[opportunities]\nscale.probability = 100\n";
    let (book, told) = file("book.ods", &bytes, map).unwrap();
    assert_eq!(revenue(&book, "A & B"), ["2025-01 33333.3333333333", "2025-02 12.5", "2025-03 2"]);
    assert_eq!(shares(&book), ["0.75", "0.75"]);
    assert!(told.contains(&(Code::BookShape, "2 hidden rows are included; the first is row 4".to_owned())), "{told:?}");
    // Repeated cells count, however small the file is.
    let wide = "<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell office:value-type=\"float\" \
                office:value=\"1\" table:number-columns-repeated=\"900\"/></table:table-row>";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.ods");
    std::fs::write(&path, ods(&[("partners", wide)])).unwrap();
    let limits = Limits { workbook_cells: 1_000, ..Limits::default() };
    let findings = read_book(&path, None, &ReadOptions { limits, ..ReadOptions::default() }).into_result().unwrap_err();
    let told: Vec<String> = findings.iter().map(Finding::message).collect();
    assert_eq!(told, ["the workbook has more than 1000 cells"]);
}

/// A record of an XLSB part.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut out = if kind < 128 { vec![kind as u8] } else { vec![(kind & 0x7F) as u8 | 0x80, (kind >> 7) as u8] };
    assert!(data.len() < 128);
    out.push(data.len() as u8);
    out.extend(data);
    out
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = (units.len() as u32).to_le_bytes().to_vec();
    out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    out
}

/// An XLSB workbook with these sheets: rows of cells, numbers where a cell reads as one. A number with leading zeros has
/// a format that shows them, and one before ` %` is shown in percent. A row whose last cell is `hidden` is so.
fn xlsb(sheets: &[(&str, &[&[&str]])], has_styles: bool) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, bytes: &[u8]| {
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    };
    let (mut book, mut relationships) = (record(0x83, &[]), String::new());
    for (index, (name, rows)) in (1..).zip(sheets) {
        relationships
            .push_str(&format!("<Relationship Id=\"rId{index}\" Type=\"t\" Target=\"worksheets/sheet{index}.bin\"/>"));
        let bundle = [&[0; 4], &(index as u32).to_le_bytes()[..], &wide(&format!("rId{index}")), &wide(name)].concat();
        book.extend(record(0x9C, &bundle));
        let mut sheet = [record(0x81, &[]), record(0x94, &[0; 16]), record(0x91, &[])].concat();
        for (row, cells) in (0u32..).zip(*rows) {
            // Number, style, height, borders, flags (hidden: 0x10), and no spans.
            let flags = if cells.last() == Some(&"hidden") { 0x10 } else { 0 };
            sheet.extend(record(0x00, &[&row.to_le_bytes()[..], &[0; 4], &[0x2C, 1, 0, flags, 0], &[0; 4]].concat()));
            for (column, cell) in (0u32..).zip(*cells) {
                let style = if cell.starts_with("00") { 2 } else { u8::from(cell.ends_with(" %")) };
                let head = [&column.to_le_bytes()[..], &[style, 0, 0, 0]].concat();
                match cell.trim_end_matches(" %").parse::<f64>() {
                    Ok(number) => sheet.extend(record(0x05, &[&head[..], &number.to_le_bytes()].concat())),
                    Err(_) => sheet.extend(record(0x06, &[head, wide(cell)].concat())),
                }
            }
        }
        sheet.extend([record(0x92, &[]), record(0x82, &[])].concat());
        part(&format!("xl/worksheets/sheet{index}.bin"), &sheet);
    }
    book.extend([record(0x90, &[]), record(0x9D, &[0; 8]), record(0x84, &[])].concat());
    part("xl/workbook.bin", &book);
    if has_styles {
        // Styles: general, percent, and the format 176.
        let code = [&176u16.to_le_bytes()[..], &wide("000")].concat();
        let style = |format: u16| record(0x2F, &[&[0; 2][..], &format.to_le_bytes(), &[0; 12]].concat());
        let formats = [record(0x0267, &1u32.to_le_bytes()), record(0x2C, &code), record(0x0268, &[])].concat();
        let styles =
            [record(0x0269, &3u32.to_le_bytes()), style(0), style(9), style(176), record(0x026A, &[])].concat();
        part("xl/styles.bin", &[formats, styles].concat());
    }
    part("xl/_rels/workbook.bin.rels", format!("<Relationships>{relationships}</Relationships>").as_bytes());
    out.finish().unwrap().into_inner()
}

#[test]
fn hidden_rows_of_an_xlsb_workbook_are_read_and_mentioned() {
    let sheets: [(&str, &[&[&str]]); 2] = [
        ("partners", &[&["partner_id"], &["A-1"]]),
        (
            "revenue",
            &[
                &["partner_id", "month", "amount", "note"],
                &["A-1", "2025-01", "1", ""],
                &["A-1", "2025-02", "2", "hidden"],
                &["A-1", "2025-03", "4", "hidden"],
            ],
        ),
    ];
    let (book, findings) = file("book.xlsb", &xlsb(&sheets, true), "[partners]\n[revenue]\n").unwrap();
    assert_eq!(revenue(&book, "A-1"), ["2025-01 1", "2025-02 2", "2025-03 4"]);
    let told = findings.iter().any(|(_, text)| text == "2 hidden rows are included; the first is row 3");
    assert!(told, "{findings:?}");
}

#[test]
fn an_xlsb_workbook_is_read_with_its_number_formats() {
    let deals: &[&[&str]] = &[
        &["partner_id", "amount", "status", "close_date", "probability"],
        &["007", "100", "open", "2026-01-31", "0.75 %"],
        &["007", "100", "open", "2026-01-31", "75"],
    ];
    let sheets: [(&str, &[&[&str]]); 3] = [
        ("partners", &[&["partner_id"], &["007"]]),
        ("revenue", &[&["partner_id", "month", "amount"], &["007", "2025-01", "33333.333333333336"]]),
        ("opportunities", deals),
    ];
    let map = "[partners]\n[revenue]\n[opportunities]\nscale.probability = 100\n";
    let (book, _) = file("book.xlsb", &xlsb(&sheets, true), map).unwrap();
    assert_eq!(revenue(&book, "007"), ["2025-01 33333.3333333333"]);
    assert_eq!(shares(&book), ["0.75", "0.75"]);
    // Without the part of the styles: 0.75 shown in percent and 75 shown as it is are the same 75 %, and which of the
    // two the cell is is not known.
    let told = file("book.xlsb", &xlsb(&sheets, false), map).unwrap_err();
    assert!(told.iter().any(|(code, text)| *code == Code::BookRate && text.contains("shown in percent")), "{told:?}");
}

#[test]
fn a_file_that_only_has_the_extension_of_a_workbook_says_what_it_is() {
    let message = |bytes: &[u8]| file("export.xls", bytes, "").unwrap_err()[0].1.clone();
    assert_eq!(message(b"<html><body><table>"), "the file is an HTML page, not a workbook");
    assert_eq!(
        message(b"<?xml version=\"1.0\"?><Workbook><Worksheet><Table>"),
        "the file is an XML document, not a workbook"
    );
    assert_eq!(message(b"<?xml version=\"1.0\"?>"), "the file is an XML document, not a workbook");
    assert_eq!(message(b"partner_id\tmonth\n"), "the file is text, not a workbook");
}

#[test]
fn a_protected_workbook_is_refused_as_such() {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    container.create_stream("/EncryptedPackage").unwrap().write_all(b"secret").unwrap();
    let bytes = container.into_inner().into_inner();
    for name in ["book.xlsx", "book.xls"] {
        let told = file(name, &bytes, "").unwrap_err();
        assert_eq!(told, [(Code::BookShape, "the workbook is protected by a password".to_owned())]);
    }
}

#[test]
fn a_sheet_that_cannot_be_read_beside_the_data_is_left_out_with_a_warning() {
    let wide = xlsx(|workbook| {
        workbook.add_worksheet().set_name("notes").unwrap().write(0, 1_200, "x").unwrap();
        let mut chart = Chart::new(ChartType::Column);
        chart.add_series().set_values("revenue!$C$2:$C$2");
        workbook.add_chartsheet().set_name("picture").unwrap().insert_chart(0, 0, &chart).unwrap();
    });
    let (book, told) = file("book.xlsx", &wide, "").unwrap();
    assert_eq!(revenue(&book, "A"), ["2025-01 10"]);
    let left_out: Vec<&String> = told.iter().map(|(_, text)| text).filter(|text| text.contains("left out")).collect();
    assert_eq!(
        left_out,
        [
            "the sheet is left out: the sheet `notes` has more than 1000 columns",
            "the sheet is left out: the sheet is a chart and has no rows"
        ]
    );
    // The same sheet as a table of the book is an error.
    let told = file("book.xlsx", &wide, "[partners]\n[revenue]\n[market]\nsheet = \"notes\"\n").unwrap_err();
    assert!(
        told.contains(&(Code::FileTooLarge, "the sheet `notes` has more than 1000 columns".to_owned())),
        "{told:?}"
    );
}

#[test]
fn a_macro_sheet_beside_the_data_is_left_out_with_a_warning() {
    let bytes = xlsx(|workbook| {
        workbook.add_worksheet().set_name("Macro1").unwrap().write(0, 0, "=ALERT()").unwrap();
    });
    let bytes = with_part(&bytes, "xl/_rels/workbook.xml.rels", |text| {
        let (before, after) = text.split_once("/worksheet\" Target=\"worksheets/sheet3.xml\"").unwrap();
        format!("{before}/xlMacrosheet\" Target=\"worksheets/sheet3.xml\"{after}")
    });
    let (book, told) = file("book.xlsm", &bytes, "").unwrap();
    assert_eq!(revenue(&book, "A"), ["2025-01 10"]);
    assert!(told.iter().any(|(_, text)| text.contains("left out")), "{told:?}");
}

#[test]
fn hidden_rows_and_sheets_are_read_and_mentioned() {
    let bytes = xlsx(|workbook| {
        let sheet = workbook.worksheet_from_name("revenue").unwrap();
        sheet.write_row(2, 0, ["A", "2025-02"]).unwrap();
        sheet.write(2, 2, 5).unwrap();
        sheet.set_row_hidden(2).unwrap();
        sheet.set_row_hidden(9).unwrap();
        let hidden = workbook.add_worksheet().set_name("market").unwrap();
        hidden.write_row(0, 0, ["territory", "addressable_market"]).unwrap();
        hidden.set_hidden(true);
    });
    let (book, told) = file("book.xlsx", &bytes, "").unwrap();
    assert_eq!(revenue(&book, "A"), ["2025-01 10", "2025-02 5"]);
    let hidden: Vec<&String> = told.iter().map(|(_, text)| text).filter(|text| text.contains("hidden")).collect();
    assert_eq!(hidden, ["row 3 is hidden and included", "the hidden sheet is included"]);
}

#[test]
fn a_directory_may_hold_files_of_all_kinds() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Sheet1").unwrap().write_column(0, 0, ["partner_id", "A", "B"]).unwrap();
    let partners = workbook.save_to_buffer().unwrap();
    let files: [(&str, &[u8]); 5] = [
        ("partners.xlsx", &partners),
        ("revenue.ndjson", b"{\"partner_id\": \"A\", \"month\": \"2025-01\", \"amount\": 12.50}\n\n{\"partner_id\": \"B\", \"month\": \"2025-01\", \"amount\": \"7\"}\n"),
        ("locks.json", b"[{\"partner_id\": \"A\", \"quota\": 5}]"),
        ("market.tsv", b"territory\taddressable_market\nNorth\t100\n"),
        ("package.json", b"not json"),
    ];
    let (book, told) = directory(&files, "").unwrap();
    assert_eq!(
        (revenue(&book, "A"), revenue(&book, "B")),
        (vec!["2025-01 12.5".to_owned()], vec!["2025-01 7".to_owned()])
    );
    assert_eq!((book.locks.len(), book.market.len()), (1, 1));
    assert!(
        told.iter().any(|(code, text)| *code == Code::BookShape && text.contains("not a valid JSON book")),
        "{told:?}"
    );
    // By a mapping file, the only sheet of a workbook is named by its file, with the sheet or without.
    for map in ["[partners]\nfile = \"partners.xlsx\"\n", "[partners]\nfile = \"partners.xlsx\"\nsheet = \"Sheet1\"\n"]
    {
        let map = format!("{map}[revenue]\nfile = \"revenue.ndjson\"\n");
        assert_eq!(directory(&files, &map).unwrap().0.partners.len(), 2, "{map}");
    }
    // A file that is needed and cannot be read is an error.
    let told = directory(&files, "[partners]\n[revenue]\n[locks]\nfile = \"package.json\"\n").unwrap_err();
    assert!(told.iter().any(|(_, text)| text.contains("not a valid JSON book")), "{told:?}");
}

#[test]
fn lines_that_are_not_json_objects_are_reported_with_their_line() {
    let lines = b"{\"partner_id\": \"A\"}\n{\"partner_id\": \n[1]\n";
    let files: [(&str, &[u8]); 2] = [("partners.jsonl", lines), ("revenue.csv", b"partner_id,month,amount\n")];
    let told = directory(&files, "").unwrap_err();
    let found = told.iter().filter(|(code, text)| *code == Code::BookShape && text.contains("not a JSON object"));
    assert!(found.count() >= 2, "{told:?}");
}
